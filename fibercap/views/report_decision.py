"""The report's beginning: what to do, why, what would break it; options, claims and covenants."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from fibercap.studies.alarms import warnings
from fibercap.studies.findings import findings
from fibercap.studies.sensitivity import turns_at
from fibercap.views.lines import best_shown, flip_line, measure_text, quantity_text, tightest_line
from fibercap.views.report_parts import Items, Section, Words

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fibercap.studies.compare import Comparison
    from fibercap.studies.decision import Decision
    from fibercap.views.report_parts import Part
    from fibercap.views.report_subject import Subject

BESIDE: Final = (
    "all_in_cost",
    "min_dscr",
    "min_llcr",
    "equity_called",
    "peak_debt",
    "max_debt_to_ebitda",
    "lowest_cash",
)
"""What a reader is told of the option taken, and where others do better."""
LEAD: Final = ("project_npv", "company_npv", "lowest_cash")
"""What a plan with one way to pay is told by: the first that is defined; cash always is."""
NEAREST: Final = 3


def told(subject: Subject, key: str) -> str:
    """Return a measure of the plan with its unit; why it is undefined otherwise."""
    measure = subject.found[key]
    text, unit = measure_text(measure)
    return f"undefined ({measure.reason})" if measure.value is None else f"{text} {unit}".strip()


def decision(subject: Subject) -> Section:
    """Say which way to pay is to be taken and why, what is wrong with it, and what would break it."""
    wrong = findings(subject.projection, subject.claims, subject.promises)
    parts: list[Part] = [Words(f"{found.sentence}. To heal it: {found.way_out}.", "bad") for found in wrong]
    alarms = [warning for warning in warnings(subject.projection) if not warning.startswith("unused: ")]
    if alarms:
        parts.append(Items(alarms, "bad"))
    if subject.comparison is not None and subject.decision is not None:
        parts += _choice(subject, subject.comparison, subject.decision)
    else:
        known = {key for key, measure in subject.found.items() if measure.value is not None}
        worth = next(key for key in LEAD if key in known)
        parts += [
            Words(f"{subject.name}: {subject.found[worth].label} {told(subject, worth)}.", "lead"),
            Items(
                [f"{subject.found[key].label}: {told(subject, key)}" for key in ("equity_irr", *BESIDE) if key in known]
            ),
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
    yield Words(f"Take “{case.title}”." if held else f"No option holds; “{case.title}” is told here.", "lead")
    rule = "an option holds if it keeps every covenant, every use has a source, and cash is never negative"
    if decision.measure:
        yield Words(f"Of {among}, it is best by {label}: {told(subject, decision.measure)} ({rule}).")
        kind = subject.found[decision.measure].evidence
        yield Words(
            f"The weakest of the inputs that this figure rests on is {kind}." if kind else "It rests on no input."
        )
    else:
        yield Words(f"No option has a worth to compare, so the first of {among} is told here ({rule}).")
    lines = []
    for key in BESIDE:
        best = best_shown(comparison, key)
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
    tight = tightest_line(subject.rooms)
    if tight:
        yield f"{tight[0].upper()}{tight[1:]}."
    worth = "equity_npv" if subject.found["equity_npv"].value is not None else "project_npv"
    for key in (worth, "min_dscr"):
        base = subject.found[key].value
        if base is not None and subject.moved:
            yield _turning(subject, key, base)
    for name, outcome in subject.claims.items():
        if not outcome.holds:
            expected = "" if outcome.as_expected else ", not as expected"
            yield f"Claim that fails{expected}: {outcome.says}; {flip_line(subject.flips[name])}."


def _turning(subject: Subject, key: str, base: float) -> str:
    """Say which inputs, moved by a tenth, take a measure below its limit, or which come nearest."""
    limit, words = (1.0, "below 1") if key == "min_dscr" else (0.0, "negative")
    label = subject.found[key].label
    lowest = {moved.path: moved.least(key, base) for moved in subject.moved}
    turning = sorted((path for path, value in lowest.items() if value < limit <= base), key=lambda path: lowest[path])
    if base < limit:
        return f"{label} is {words} as things are: {told(subject, key)}"
    if turning:
        more = f" and {len(turning) - NEAREST} more" if len(turning) > NEAREST else ""
        return f"Moved by a tenth, alone, these make {label} {words}: {', '.join(turning[:NEAREST])}{more}"
    worst = min(lowest, key=lambda path: lowest[path])
    text, unit = quantity_text(lowest[worst], subject.found[key].unit)
    turn = turns_at(subject.projection.scenario, worst, key, base, limit)
    far = f"{words} at {turn.factor - 1:+.1%}" if turn else f"not {words} between nothing and twice its value"
    return (
        f"No single input moved by a tenth makes {label} {words}; nearest comes {worst}: {text} {unit}".strip()
        + f", {far}"
    )
