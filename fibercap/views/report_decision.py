"""The report's beginning: what to do, why, what would break it; options, claims and covenants."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from fibercap.studies.alarms import warnings
from fibercap.studies.claims import WORDS
from fibercap.views.lines import measure_text, quantity_text
from fibercap.views.report_parts import Figure, Items, Line, Section, Table, Words

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fibercap.studies.claims import Outcome
    from fibercap.studies.compare import Comparison
    from fibercap.studies.covenants import Tested
    from fibercap.studies.decision import Decision
    from fibercap.views.report_parts import Part
    from fibercap.views.report_subject import Subject

BESIDE: Final = ("all_in_cost", "min_dscr", "equity_called", "peak_debt", "lowest_cash")
"""What a reader is told of the option taken, and where others do better."""
NEAREST: Final = 3


def told(subject: Subject, key: str) -> str:
    """Return a measure of the plan with its unit; why it is undefined otherwise."""
    measure = subject.found[key]
    text, unit = measure_text(measure)
    return f"undefined ({measure.reason})" if measure.value is None else f"{text} {unit}".strip()


def decision(subject: Subject) -> Section:
    """Say which way to pay is to be taken and why, what is wrong with it, and what would break it."""
    parts: list[Part] = [
        Words(f"Broken: {tested.loan}: {tested.says}. {_tightest(tested)}", "bad")
        for tested in subject.promises.values()
        if not tested.holds
    ]
    alarms = [warning for warning in warnings(subject.projection) if not warning.startswith("unused: ")]
    if alarms:
        parts.append(Items(alarms, "bad"))
    if subject.comparison is not None and subject.decision is not None:
        parts += _choice(subject, subject.comparison, subject.decision)
    else:
        parts += [
            Words(f"{subject.name}: {told(subject, 'project_npv')} net present value of the projects.", "lead"),
            Items([f"{subject.found[key].label}: {told(subject, key)}" for key in ("equity_irr", *BESIDE)]),
        ]
    broken = list(_what_breaks(subject))
    parts += [Words("What would break it", "head"), Items(broken)] if broken else []
    return Section("decision", "The decision", parts)


def _choice(subject: Subject, comparison: Comparison, decision: Decision) -> Iterator[Part]:
    """Say which option is taken and by what rule, where others do better, and what speaks against which."""
    case = comparison.cases[decision.chosen]
    held, count = len(decision.sound), len(comparison.cases)
    among = f"the {held} of {count} that hold" if held else f"all {count}, none of which holds"
    label = subject.found[decision.measure].label if decision.measure else "nothing"
    yield Words(f"Take “{case.title}”.", "lead")
    rule = "an option holds if it keeps every covenant, every use has a source, and cash is never negative"
    if decision.measure:
        yield Words(f"Of {among}, it is best by {label}: {told(subject, decision.measure)} ({rule}).")
    else:
        yield Words(f"No option has a worth to compare, so the first of {among} is told here ({rule}).")
    lines = []
    for key in BESIDE:
        best = comparison.best(key)
        if best and decision.chosen not in best:
            other = comparison.cases[best[0]]
            text, unit = measure_text(other.measures[key])
            title = other.title
            lines.append(
                f"{subject.found[key].label} {told(subject, key)}; “{title}” does better: {text} {unit}".strip()
            )
        else:
            lines.append(f"{subject.found[key].label} {told(subject, key)}{', the best of all' if best else ''}")
    yield Items(lines)
    against = [
        f"“{comparison.cases[name].title}”: {'; '.join(found)}" for name, found in decision.faults.items() if found
    ]
    if against:
        yield Words("What speaks against others" if held else "What speaks against each", "head")
        yield Items(against, "bad")


def _what_breaks(subject: Subject) -> Iterator[str]:
    """Say which covenant is tightest, which inputs turn the plan, and which claims fail."""
    rooms = [(tested.tightest.headroom, tested) for tested in subject.promises.values() if tested.tightest]
    known = [(room, tested) for room, tested in rooms if room is not None]
    if known:
        _, tight = min(known, key=lambda pair: pair[0])
        yield f"Tightest covenant: {tight.loan}: {tight.says}; {_tightest(tight)}"
    for key in ("project_npv", "min_dscr"):
        base = subject.found[key].value
        if base is not None and subject.moved:
            yield _turning(subject, key, base)
    for outcome in subject.claims.values():
        if not outcome.holds:
            yield f"Claim that fails{'' if outcome.as_expected else ', not as expected'}: {outcome.says}"


def _turning(subject: Subject, key: str, base: float) -> str:
    """Say which inputs, moved by a tenth, take a measure below its limit, or which come nearest."""
    limit, words = (0.0, "negative") if key == "project_npv" else (1.0, "below 1")
    label = subject.found[key].label
    lowest = {moved.path: min(moved.measures[key], default=base) for moved in subject.moved}
    turning = sorted((path for path, value in lowest.items() if value < limit <= base), key=lambda path: lowest[path])
    if base < limit:
        return f"{label} is {words} as things are: {told(subject, key)}"
    if turning:
        more = f" and {len(turning) - NEAREST} more" if len(turning) > NEAREST else ""
        return f"Moved by a tenth, alone, these make {label} {words}: {', '.join(turning[:NEAREST])}{more}"
    worst = min(lowest, key=lambda path: lowest[path])
    text, unit = quantity_text(lowest[worst], subject.found[key].unit)
    return f"No single input moved by a tenth makes {label} {words}; nearest comes {worst}: {text} {unit}".strip()


def _tightest(tested: Tested) -> str:
    limit, unit = quantity_text(tested.limit, tested.unit)
    wanted = f"{tested.subject} {WORDS[tested.comparator]} {limit} {unit}".strip()
    if tested.tightest is None:
        return f"{wanted}, never due"
    value, _ = quantity_text(tested.tightest.value, tested.unit)
    room = f", headroom {tested.tightest.headroom:+.1%}" if tested.tightest.headroom is not None else ""
    return f"{wanted}; tightest {value} {unit} in {tested.tightest.when}{room}".replace("  ", " ")


def options(subject: Subject) -> Section | None:
    """Set the options side by side."""
    comparison = subject.comparison
    if comparison is None:
        return None
    names = list(comparison.cases)
    lines = []
    for key, measure in comparison.cases[comparison.baseline].measures.items():
        among = [case.measures[key] for case in comparison.cases.values() if key in case.measures]
        if "." in key or all(m.value is None for m in among):
            continue
        best = comparison.best(key)
        unit = next((text for m in among if (text := measure_text(m, among)[1])), "")
        cells = [measure_text(comparison.cases[n].measures[key], among)[0] + (" ★" if n in best else "") for n in names]
        lines.append(Line(f"{measure.label} [{unit}]" if unit else measure.label, cells))
    chosen = subject.decision.chosen if subject.decision else ""
    columns = ["", *(f"{comparison.cases[n].title}{' (taken)' if n == chosen else ''}" for n in names)]
    table = Table("Measures by option, the best marked ★", columns, lines)
    return Section("options", "Ways of financing", [Figure("compare", "Options side by side"), table])


def claims(subject: Subject) -> Section | None:
    """Tell every claim with what was found."""
    if not subject.claims:
        return None
    lines = [_claim(outcome) for outcome in subject.claims.values()]
    columns = ("Claim", "Claimed", "Found", "Margin", "Verdict", "Source", "Note")
    table = Table("Claims, each tested on the plan", columns, lines, texts=True)
    return Section("claims", "Claims", [Figure("claims", "Claims against what the plan leads to"), table])


def _claim(outcome: Outcome) -> Line:
    limit, unit = quantity_text(outcome.limit, outcome.unit)
    value, found_unit = quantity_text(outcome.value, outcome.unit)
    found = f"{value} {found_unit}".strip() if outcome.value is not None else f"undefined: {outcome.reason}"
    verdict = "holds" if outcome.holds else "fails"
    verdict += "" if outcome.as_expected and outcome.holds else f", {'' if outcome.as_expected else 'not '}as expected"
    margin = f"{outcome.margin:+.1%}" if outcome.margin is not None else ""
    wanted = f"{WORDS[outcome.comparator]} {limit} {unit}".strip()
    cells = (
        f"{wanted}, {outcome.when}" if outcome.when else wanted,
        found,
        margin,
        verdict,
        outcome.source,
        outcome.note,
    )
    return Line(outcome.says, cells, tone="good" if outcome.holds else "bad")


def covenants(subject: Subject) -> Section | None:
    """Tell every covenant with its tightest test, and how debt service is covered."""
    if not subject.projection.scenario.loans:
        return None
    parts: list[Part] = [Figure("cover", "Debt service, the cash flow for it, and how often it is covered")]
    lines = []
    for tested in subject.promises.values():
        limit, unit = quantity_text(tested.limit, tested.unit)
        tight = tested.tightest
        value = f"{quantity_text(tight.value, tested.unit)[0]} {unit}".strip() if tight else "never due"
        room = f"{tight.headroom:+.1%}" if tight and tight.headroom is not None else ""
        broken = [test.when for test in tested.tests if not test.holds]
        verdict = f"broken {len(broken)} of {len(tested.tests)} times, first in {broken[0]}" if broken else "kept"
        cells = (
            tested.loan, tested.subject, f"{WORDS[tested.comparator]} {limit} {unit}".strip(), value,
            tight.when if tight else "", room, verdict,
        )  # fmt: skip
        lines.append(Line(tested.says, cells, tone="bad" if broken else "good"))
    if lines:
        columns = ("Covenant", "Loan", "On", "Limit", "Tightest", "When", "Headroom", "Verdict")
        parts.append(Table("Covenants, at their tightest", columns, lines, texts=True))
    else:
        parts.append(Words("The loans carry no covenants."))
    return Section("covenants", "Covenants and cover", parts)
