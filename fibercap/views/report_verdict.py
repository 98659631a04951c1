"""The report's first page: what a board reads. Whom to borrow from, how surely, what breaks first, what it rests on."""

from __future__ import annotations

from math import isfinite
from typing import TYPE_CHECKING, Final

from fibercap.studies.findings import CASH, COVENANT, USES, faults, findings
from fibercap.studies.headroom import PRICE, tightest
from fibercap.studies.numbers_of_options import RATE
from fibercap.studies.sensitivity import turns_at
from fibercap.views.input_words import input_words, named
from fibercap.views.lines import measure_text, quantity_text, share_text
from fibercap.views.report_parts import Figure, Section, Words
from fibercap.views.verdict_text import (
    Speech,
    beside_lines,
    caution_lines,
    distance_text,
    flip_text,
    listed,
    money_text,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fibercap.model.scenario import Scenario
    from fibercap.studies.findings import Finding
    from fibercap.studies.verdict import Verdict
    from fibercap.views.report_parts import Part
    from fibercap.views.report_subject import Subject

MOST_WORDS: Final = 198
"""Words of the page, its heading and what stands below the chart included."""
LEAST_WORDS: Final = 80
"""Words that are left for the verdict however long the plan's title is."""
TITLE_WORDS: Final = 8
"""Words of a title of the plan's own that are shown; further ones are cut."""
INPUTS: Final = 5
REASONS: Final = 2
"""Findings, options and numbers that are told one by one."""
WORTH: Final = ("equity_npv", "project_npv", "company_npv")


def front(subject: Subject) -> Section:
    """Return the first page: in less than two hundred words and one chart."""
    plan, timeline, figure = subject.projection.scenario, subject.projection.timeline, front_figure(subject)
    heading = f"{plan.title or plan.id} {timeline.start} to {timeline.end} by {timeline.step}, in {plan.currency}."
    heading += f" Figures are of the option {subject.name} {plan.option} Verdict {figure.caption}"
    room = max(MOST_WORDS - len(heading.split()), LEAST_WORDS)
    return Section("verdict", "Verdict", [*_within(list(_texts(subject)), room), figure])


def front_figure(subject: Subject) -> Figure:
    """Return the one chart of the first page: options by worth where there is a choice, else cash."""
    if subject.verdict is not None and len(subject.verdict.ranked) > 1:
        return Figure("verdict", "What each way of financing is worth to the owners")
    return Figure("cash", "Cash held and cash flows")


def _within(texts: list[Words], most: int) -> Iterator[Part]:
    """Run over texts, the first that has no room any more cut, and the rest left out."""
    for text in texts:
        words = text.text.split()
        if len(words) > most:
            if most > 1:
                yield Words(f"{' '.join(words[: most - 1])} …", text.tone)
            return
        most -= len(words)
        yield text


def _texts(subject: Subject) -> Iterator[Words]:
    speech = _speech(subject)
    wrong = faults(subject.projection, subject.promises)
    wrong += tuple(f for f in findings(subject.projection, subject.claims, subject.promises) if not f.stops)
    yield Words(_lead(subject, wrong, speech), "lead")
    if wrong:
        more = f"; and {len(wrong) - REASONS} more" if len(wrong) > REASONS else ""
        yield Words(f"What is wrong: {'; '.join(speech.finding(f) for f in wrong[:REASONS])}{more}.", "bad")
    yield Words(_worth(subject, speech))
    if cautions := _cautions(subject, speech):
        yield Words(f"But {'; '.join(cautions)}.", "bad")
    for text, head in (
        (_changes(subject, speech), "What would change it"),
        (_breaks_first(subject), "What breaks first"),
        (_rests_on(subject), "What it rests on"),
    ):
        if text:
            yield Words(f"{head}: {text}.")


def _speech(subject: Subject) -> Speech:
    """Return how options, inputs and findings are called on the page: by titles, in plain words."""
    comparison = subject.comparison
    plans = [subject.projection.scenario]
    plans += [case.projection.scenario for case in comparison.cases.values()] if comparison is not None else []

    def option(name: str) -> str:
        return f"“{_cut(comparison.cases[name].title if comparison is not None else name)}”"

    def number(path: str) -> str:
        block, key = path.split(".", maxsplit=1)[0], path.split(".")[1]
        plan = next((p for p in plans if key in getattr(p, block, ())), plans[0])
        return _cut(input_words(plan, path))

    return Speech(option, number, lambda finding: _finding(plans, finding))


def _cut(words: str) -> str:
    parts = words.split()
    return words if len(parts) <= TITLE_WORDS else f"{' '.join(parts[:TITLE_WORDS])} …"


def _finding(plans: list[Scenario], finding: Finding) -> str:
    """Say what is wrong without a path."""
    plan = next((p for p in plans if p.option == finding.option), plans[0])
    when = f" in {finding.when}" if finding.when else ""
    if finding.kind == COVENANT:
        covenant = plan.loans[finding.loan].covenants[finding.name.partition(".")[2]]
        says = covenant.says or named(plan, finding.name.partition(".")[2])
        return f"{_cut(plan.loan_title(finding.loan))} breaks “{_cut(says)}”{when}"
    if finding.kind == CASH:
        later = ", after the horizon" if finding.after_horizon else ""
        return f"cash falls below zero{when}{later}, to {money_text(finding.value or 0.0, finding.unit)} at the lowest"
    if finding.kind == USES:
        return f"{money_text(finding.value or 0.0, finding.unit)} of {_cut(named(plan, finding.name))} have no source"
    return f"the claim “{_cut(plan.claims[finding.name].says)}” is not as expected"


def _lead(subject: Subject, wrong: tuple[Finding, ...], speech: Speech) -> str:
    """Say what to do."""
    found = subject.verdict
    stopped = any(finding.stops for finding in wrong)
    if found is None:
        name = f"“{_cut(subject.name)}”"
        return f"{name} fails as it is planned." if stopped else f"{name} holds: covenants, cash and funding."
    if not found.recommended:
        return "No option is recommended."
    if found.tie:
        return f"{listed([speech.option(name) for name in found.recommended[:REASONS]])} tie: either may be taken."
    name = speech.option(found.recommended[0])
    if len(found.ranked) + len(found.undefined) == 1:
        worse = found.worth[found.recommended[0]] < 0
        return f"{name} is the only option, and it holds{', but doing nothing new is worth more' if worse else ''}."
    return f"Take {name}{_reservation(found)}."


def _reservation(found: Verdict) -> str:
    """Say with what reservation the first option is to be taken; "" with none."""
    if found.worth[found.recommended[0]] < 0:
        return ", if anything: doing nothing new is worth more"
    if found.owners_lose:
        return ", if the company is to go on at all"
    if found.first_later:
        return ", but not for what falls due after the horizon"
    return ", but it is close" if found.close else ""


def _worth(subject: Subject, speech: Speech) -> str:
    """Say what the plan is worth, and how far ahead of others."""
    found = subject.verdict
    key = next((key for key in WORTH if subject.found[key].value is not None), "lowest_cash")
    text = " ".join(measure_text(subject.found[key])).strip()
    if found is not None and subject.name in found.worth:
        text = money_text(found.worth[subject.name], found.currency)
    told = [f"{subject.found[key].label}: {text}."]
    if found is None:
        return told[0]
    if found.runner_up and not found.tie and found.recommended:
        told.append(f"{speech.option(found.runner_up)} is behind by {distance_text(found)}.")
    if found.tie:
        told.append("They differ by less than 0.01 % of what is spent.")
    if not found.ranked:
        reasons = listed([*dict.fromkeys(found.undefined.values())])
        told.append(f"Options cannot be ranked: {reasons.replace(f'`{RATE}`', 'discount rate')}.")
    others = [name for name in found.excluded if name != subject.chosen]
    told += [_excluded(found, name, speech) for name in others[:REASONS]]
    told += [f"Nor {len(others) - REASONS} more."] if len(others) > REASONS else []
    for name, rulers in found.footing.unlike.items():
        words = listed([speech.number(path) for path in rulers])
        told.append(f"{speech.option(name)} is not ranked: its {words} differs from the plan's.")
    return " ".join(told)


def _cautions(subject: Subject, speech: Speech) -> list[str]:
    """Say what one must know of the options that are recommended, beside how far ahead they are."""
    found, comparison = subject.verdict, subject.comparison
    if found is None or comparison is None:
        return []
    told = [*caution_lines(found, comparison, speech)]
    besides = dict(beside_lines(found, speech))
    return told + [f"{speech.option(name)} {besides[name]}" for name in found.recommended if name in besides]


def _excluded(found: Verdict, name: str, speech: Speech) -> str:
    """Say why another option is not recommended, by the worst that is wrong with it."""
    first, *more = found.excluded[name]
    told = f"Not {speech.option(name)}{', though worth more' if name in found.better_excluded else ''}: "
    return f"{told}{speech.finding(first)}{f', and {len(more)} more' if more else ''}."


def _changes(subject: Subject, speech: Speech) -> str:
    """Say which number turns the choice; of a plan without a choice, what it is worth."""
    found = subject.verdict
    if found is None or not (found.runner_up or found.flips):
        return _turns_worth(subject)
    told = [flip_text(flip, found, speech) for flip in found.flips[:REASONS]]
    told += [f"and {len(found.flips) - REASONS} numbers more"] if len(found.flips) > REASONS else []
    if not told:
        some = f" ({found.not_moved:,} were not moved)" if found.not_moved else ""
        told = [f"no one number moved by a tenth{some}, nor the discount rate by a point"]
    if found.tie and not found.flips:
        told = ["any difference in their terms"]
    told += [_rate_text(found, speech)] if found.turnings else []
    return "; ".join(told)


def _rate_text(found: Verdict, speech: Speech) -> str:
    """Say at which discount rate another option is first, that nearest below or above the choice."""
    turn = next((t for t in found.turnings if t.below == found.recommended[0]), None)
    if turn is not None:
        return f"above a discount rate of {100 * turn.rate:.1f} % {speech.option(turn.above)} is first"
    last = found.turnings[-1]
    return f"below a discount rate of {100 * last.rate:.1f} % {speech.option(last.below)} is first"


def _turns_worth(subject: Subject) -> str:
    """Say which number, moved by a tenth, takes what the plan is worth below zero."""
    key = next((key for key in WORTH if subject.found[key].value is not None), "")
    base = subject.found[key].value if key else None
    if base is None or not subject.moved or key not in subject.moved[0].measures:
        return ""
    plan = subject.projection.scenario
    if base < 0:
        return f"{subject.found[key].label} is below zero as things are"
    worst = min(subject.moved, key=lambda moved: moved.least(key, base))
    words = _cut(input_words(plan, worst.path))
    turn = turns_at(plan, worst.path, key, base, 0.0)
    if turn is None:
        return f"no one number makes it worth less than nothing; nearest comes {words}"
    side = "higher" if turn.factor > 1 else "lower"
    return f"it is worth nothing with {words} {100 * abs(turn.factor - 1):.0f} % {side}"


def _breaks_first(subject: Subject) -> str:
    """Say which covenant breaks first, its headroom and date; without covenants how low cover and cash come."""
    tight = tightest(subject.rooms)
    plan = subject.projection.scenario
    if tight is not None:
        tested = subject.promises[tight.covenant]
        when = tested.tightest.on if tested.tightest and isfinite(tested.tightest.room) else ""
        name = f"“{_cut(tested.says)}” of {_cut(plan.loan_title(tested.loan))}"
        if tight.broken:
            return f"{name} is broken already{when}"
        of, fall = min(((o, f) for o, f in tight.falls.items() if f is not None), key=lambda pair: pair[1])
        return f"{name}, if {of} fall{'s' * (of != PRICE)} by {share_text(fall)}; it is tightest{when}"
    told = []
    cover, cash = subject.found["min_dscr"], subject.found["lowest_cash"]
    if cover.value is not None:
        told.append(f"no covenant; debt service is covered {cover.value:.2f} times at the lowest, in {cover.when}")
    text = " ".join(quantity_text(cash.value, cash.unit)).strip()
    when = subject.projection.timeline.labels[int(subject.projection.value("accounts.cash")[0].argmin())]
    return "; ".join([*told, f"cash is lowest in {when}, at {text}"])


def _rests_on(subject: Subject) -> str:
    """Say how many inputs are stated, derived and assumed, and which matter most."""
    plan = subject.projection.scenario
    counts = ", ".join(f"{count} {kind}" for kind, count in plan.evidence().items())
    told = f"{counts} inputs"
    if not subject.moved:
        return told
    key = next(iter(subject.moved[0].measures))
    base = subject.found[key].value or 0.0
    first = sorted(subject.moved, key=lambda moved: -moved.reach(key, base))[:INPUTS]
    names = [f"{_cut(input_words(plan, m.path))} ({m.kind})" for m in first if m.reach(key, base)]
    return f"{told}; most on {listed(names)}" if names else told
