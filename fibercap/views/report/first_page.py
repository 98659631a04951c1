"""The first page of the report, for a board: which option to take, how safe that is, what breaks first, and why."""

from __future__ import annotations

from math import isfinite
from typing import TYPE_CHECKING, Final

from fibercap.model.cash.reserves import free_cash
from fibercap.studies.findings import CASH, COVENANT, USES, faults, findings
from fibercap.studies.headroom import PRICE, tightest
from fibercap.studies.sensitivity import turns_at
from fibercap.views.input_words import input_words, name_in_words
from fibercap.views.report.lead_words import FINDINGS, LATER, LEADS
from fibercap.views.report.parts import Figure, Section, Words, figure
from fibercap.views.report.worth_words import REASONS, WORTH, worth_words
from fibercap.views.sentences import share_text
from fibercap.views.verdict_text import (
    ALONE,
    Speech,
    beside_lines,
    caution_lines,
    flip_text,
    join_names,
    money_text,
    moves_only_two,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fibercap.model.plan.scenario import Scenario
    from fibercap.studies.findings import Finding
    from fibercap.studies.verdict.verdict import Verdict
    from fibercap.views.report.parts import Part
    from fibercap.views.report.subject import Subject

MOST_WORDS: Final = 198
"""Maximum words of the page, with its heading and the caption of the chart."""
LEAST_WORDS: Final = 80
"""Words reserved for the verdict, however long the plan's title is."""
TITLE_WORDS: Final = 8
"""The most words of a title that are shown."""
INPUTS: Final = 5


def front(subject: Subject) -> Section:
    """Return the first page: less than two hundred words, and one chart."""
    plan, timeline, figure = subject.projection.scenario, subject.projection.timeline, front_figure(subject)
    heading = f"{plan.title or plan.id} {timeline.start} to {timeline.end} by {timeline.step}, in {plan.currency}."
    heading += f" Figures are of the option {subject.name} {plan.option} Verdict {figure.caption}"
    room = max(MOST_WORDS - len(heading.split()), LEAST_WORDS)
    return Section("verdict", "Verdict", [*_within(list(_texts(subject)), room), figure])


def front_figure(subject: Subject) -> Figure:
    """Return the chart of the first page: options by worth if there are several, else cash."""
    if subject.verdict is not None and len(subject.verdict.ranked) > 1:
        return figure("verdict")
    return figure("cash")


def _within(texts: list[Words], most: int) -> Iterator[Part]:
    """Yield texts up to `most` words: the first that does not fit is cut, the others are left out."""
    for text in texts:
        words = text.text.split()
        if len(words) > most:
            if most > 1:
                yield Words(f"{' '.join(words[: most - 1])} …", text.tone)
            return
        most -= len(words)
        yield text


def verdict_words(subject: Subject) -> Iterator[Words]:
    """Yield the verdict, what is wrong, what it is worth and cautions."""
    speech, wrong = _speech(subject), _wrong(subject)
    yield Words(_lead(subject, wrong, speech), "lead")
    if wrong:
        more = f"; and {len(wrong) - REASONS} more" if len(wrong) > REASONS else ""
        yield Words(f"What is wrong: {'; '.join(speech.finding(f) for f in wrong[:REASONS])}{more}.", "bad")
    yield Words(worth_words(subject, speech))
    if cautions := _cautions(subject, speech):
        yield Words(f"But {'; '.join(cautions)}.", "bad")


def _texts(subject: Subject) -> Iterator[Words]:
    yield from verdict_words(subject)
    for text, head in (
        (change_words(subject), "What would change it"),
        (_breaks_first(subject), "What breaks first"),
        (_rests_on(subject), "What it rests on"),
    ):
        if text:
            yield Words(f"{head}: {text}.")


def lead_of(subject: Subject) -> str:
    """Return the first sentence of the page."""
    return _lead(subject, _wrong(subject), _speech(subject))


def _wrong(subject: Subject) -> tuple[Finding, ...]:
    """Return the faults of the reported option, and the claims that are not as expected."""
    claims = (f for f in findings(subject.projection, subject.claims, subject.promises) if not f.stops)
    return (*faults(subject.projection, subject.promises), *claims)


def _speech(subject: Subject) -> Speech:
    """Return how the page names options, inputs and findings: by titles and in plain words, without paths."""
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
    """Describe a finding in plain words, without a path."""
    plan = next((p for p in plans if p.option == finding.option), plans[0])
    when, words = f" in {finding.when}" if finding.when else "", FINDINGS[finding.kind]
    if finding.kind == COVENANT:
        covenant = plan.loans[finding.loan].covenants[finding.name.partition(".")[2]]
        says = covenant.says or name_in_words(plan, finding.name.partition(".")[2])
        return words.format(loan=_cut(plan.loan_title(finding.loan)), says=_cut(says), when=when)
    if finding.kind == CASH:
        lowest = money_text(finding.value or 0.0, finding.unit)
        return words.format(later=LATER if finding.after_horizon else "", when=when, lowest=lowest)
    if finding.kind == USES:
        amount = money_text(finding.value or 0.0, finding.unit)
        return words.format(amount=amount, name=_cut(name_in_words(plan, finding.name)))
    return words.format(says=_cut(plan.claims[finding.name].says))


def _lead(subject: Subject, wrong: tuple[Finding, ...], speech: Speech) -> str:
    """Return the first sentence: which option to take."""
    verdict = subject.verdict
    stopped = any(finding.stops for finding in wrong)
    if verdict is None:
        return LEADS["fails" if stopped else "holds"].format(_cut(subject.name))
    if not verdict.recommended:
        return LEADS["none"]
    if verdict.tie:
        return LEADS["tie"].format(join_names([speech.option(name) for name in verdict.recommended[:REASONS]]))
    name, worse = speech.option(verdict.recommended[0]), verdict.worth[verdict.recommended[0]] < 0
    if len(verdict.ranked) + len(verdict.undefined) == 1:
        return LEADS["only_worse" if worse else "only"].format(name)
    return LEADS[_reservation(verdict)].format(name)


def _reservation(verdict: Verdict) -> str:
    """Return the sentence that recommends an option, with a reservation if there is one."""
    if verdict.worth[verdict.recommended[0]] < 0:
        return "take_worse"
    if verdict.owners_lose:
        return "take_owners_lose"
    if verdict.first_later:
        return "take_first_later"
    return "take_close" if verdict.close else "take"


def _cautions(subject: Subject, speech: Speech) -> list[str]:
    """Return the cautions about the recommended options."""
    verdict, comparison = subject.verdict, subject.comparison
    if verdict is None or comparison is None:
        return []
    cautions = [*caution_lines(verdict, comparison, speech)]
    besides = dict(beside_lines(verdict, speech))
    return cautions + [f"{speech.option(name)} {besides[name]}" for name in verdict.recommended if name in besides]


def change_words(subject: Subject) -> str:
    """Say which numbers change the choice; for a plan without a choice, which one makes it worth nothing."""
    verdict, speech = subject.verdict, _speech(subject)
    if verdict is None or not (verdict.runner_up or verdict.flips):
        return _turns_worth(subject)
    texts = [flip_text(flip, verdict, speech) for flip in verdict.flips[:REASONS]]
    more = len(verdict.flips) - REASONS
    texts += [f"so {'do' if more > 1 else 'does'} {more} other number{'s' * (more > 1)}"] if more > 0 else []
    if not texts:
        some = f" ({verdict.not_moved:,} were not moved)" if verdict.not_moved else ""
        two = f" ({ALONE})" if moves_only_two(verdict) else ""
        texts = [f"no single number moved by a tenth{some}, nor the discount rate by a point{two}"]
    if verdict.tie and not verdict.flips:
        texts = ["any difference in their terms"]
    return ". ".join(["; ".join(texts), *([_rate_text(verdict, speech)] if verdict.turnings else [])])


def _rate_text(verdict: Verdict, speech: Speech) -> str:
    """Say above which discount rate another option becomes first, or else below which."""
    turn = next((t for t in verdict.turnings if t.below == verdict.recommended[0]), None)
    if turn is not None:
        return f"Above a discount rate of {100 * turn.rate:.1f} %, {speech.option(turn.above)} comes first"
    last = verdict.turnings[-1]
    return f"Below a discount rate of {100 * last.rate:.1f} %, {speech.option(last.below)} comes first"


def _turns_worth(subject: Subject) -> str:
    """Say which number, moved by a tenth, takes what the plan is worth below zero."""
    key = next((key for key in WORTH if subject.measures[key].value is not None), "")
    base = subject.measures[key].value if key else None
    if base is None or not subject.effects or key not in subject.effects[0].measures:
        return ""
    plan = subject.projection.scenario
    if base < 0:
        return "as it stands, it is worth less than nothing"
    worst = min(subject.effects, key=lambda moved: moved.least(key, base))
    words = _cut(input_words(plan, worst.path))
    turn = turns_at(plan, worst.path, key, base, 0.0)
    if turn is None:
        return f"no single number makes it worth less than nothing; {words} comes nearest"
    side = "higher" if turn.factor > 1 else "lower"
    return f"with {words} {100 * abs(turn.factor - 1):.0f} % {side}, it is worth nothing"


def _breaks_first(subject: Subject) -> str:
    """Say which covenant breaks first, its headroom and date; without covenants, the lowest cover and cash."""
    tight = tightest(subject.rooms)
    plan = subject.projection.scenario
    if tight is not None:
        tested = subject.promises[tight.covenant]
        when = tested.tightest.on if tested.tightest and isfinite(tested.tightest.room) else ""
        name = f"“{_cut(tested.says)}” of {_cut(plan.loan_title(tested.loan))}"
        if tight.is_broken:
            return f"{name} is broken already{when}"
        of, fall = min(((o, f) for o, f in tight.falls.items() if f is not None), key=lambda pair: pair[1])
        words = f"{name}, if {of} fall{'s' * (of != PRICE)} by {share_text(fall)}"
        return f"{words}. It is tightest{when}" if when else words
    texts = [f"no covenant {'is tested' if subject.promises else 'is promised'}"] if plan.loans else []
    cover, cash = subject.measures["min_dscr"], subject.measures["lowest_cash"]
    if cover.value is not None:
        low = f"Debt service is covered {cover.value:.2f} times at the lowest, in {cover.when}"
        texts.append(low if cover.value > 0 else f"In {cover.when} nothing is left to cover debt service")
    lowest = money_text(cash.value or 0.0, cash.unit)
    when = subject.projection.timeline.labels[int(subject.projection.value(free_cash(plan))[0].argmin())]
    return ". ".join([*texts, f"{'C' if texts else 'c'}ash is lowest in {when}, at {lowest}"])


def _rests_on(subject: Subject) -> str:
    """Say how many inputs are stated, derived and assumed, and which have the largest effects."""
    plan = subject.projection.scenario
    counts = join_names([f"{count} {kind}" for kind, count in plan.evidence().items()]).replace(" ", " inputs ", 1)
    if not subject.effects:
        return counts
    key = next(iter(subject.effects[0].measures))
    base = subject.measures[key].value or 0.0
    first = sorted(subject.effects, key=lambda moved: -moved.swing(key, base))[:INPUTS]
    names = [f"{_cut(input_words(plan, m.path))} ({m.kind})" for m in first if m.swing(key, base)]
    return f"{counts}. What matters most: {join_names(names)}" if names else counts
