"""The report's end: sensitivity, measures, inputs with their sources, conventions, checks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from fibercap.core.period_names import DECEMBER
from fibercap.model.cash.interest_on_cash import interest_rows_of
from fibercap.model.plan.discount_rate import RealRate
from fibercap.studies.movable_inputs import levers
from fibercap.studies.sensitivity import turns_at
from fibercap.views.numbers import Figures, number
from fibercap.views.numbers import Line as FigureLine
from fibercap.views.report.parts import Figure, Items, Line, Section, Table, Words, text_table
from fibercap.views.report.written_inputs import written_inputs
from fibercap.views.sentences import evidence_line, measure_text, quantity_text, unit_of_law

if TYPE_CHECKING:
    from collections.abc import Sequence

    from fibercap.views.report.parts import Part
    from fibercap.views.report.subject import Subject

MOST: Final = 15
"""Inputs that the table of sensitivity shows, those that move most."""
NEAREST: Final = 3
"""Inputs that are named where several turn a measure."""
TURNING: Final = ("equity_npv", "min_dscr")
"""Measures for which the report says which inputs take them below a limit."""
LONGEST: Final = 200
"""The most characters of a formula that are shown; `fibercap explain` prints it in full."""
RULES: Final = (
    "Periods are whole {period}s from {start} to {end}.",
    "Over a year flows are summed, stocks are taken at its end, rates are averaged.",
    "Nameplate is the installed capacity at a period's end; effective capacity is what it can make, ramps included.",
    "Amounts are in {money}; flows in other currencies at the period's average rate, loans at the rate of the day.",
    "Loans run on their own dates to maturity, past the horizon where they are longer.",
    "CFADS is EBITDA less tax paid, increase of working capital, maintenance and capex that cash pays.",
    "DSCR is CFADS over interest, recurring fees and scheduled principal that funding does not pay, of twelve months.",
    "The all-in cost is the effective annual rate of the borrower's flows, fees included, by dates over 365.",
    "Tax is assessed by {year}, losses carried forward.",
    "The projects' flow is the company's unlevered free cash flow less that of the same plants without projects.",
)
"""The conventions in short; docs/conventions.md has them in full."""


def sensitivity(subject: Subject) -> Section | None:
    """Return the section on measures when one input is a tenth lower or higher, the largest effect first."""
    if not subject.effects:
        return None
    keys = list(subject.effects[0].measures)
    base = {key: subject.measures[key].value or 0.0 for key in keys}
    ordered = sorted(subject.effects, key=lambda moved: -moved.swing(keys[0], base[keys[0]]))
    moving = [moved for moved in ordered if any(moved.swing(key, base[key]) for key in keys)]
    columns, lines = (
        ["Input", "Moved by"],
        [[""], *([f"{m.shares[0]:+.0%}, {m.shares[1]:+.0%}"] for m in moving[:MOST])],
    )
    for key in keys:
        pairs = [(base[key], base[key]), *(moved.measures[key] for moved in moving[:MOST])]
        unit, cells = _column(subject.measures[key].unit, pairs)
        heading = f"{subject.measures[key].label}{f' [{unit}]' if unit else ''}"
        columns += [f"{heading}: lower", "higher"]
        lines = [line + pair for line, pair in zip(lines, cells, strict=True)]
    heads = ["As the plan has it", *(moved.path for moved in moving[:MOST])]
    kinds = ["", *(moved.kind for moved in moving[:MOST])]
    rows = [
        Line(head, [*cells, kind], strong=not row)
        for row, (head, cells, kind) in enumerate(zip(heads, lines, kinds, strict=True))
    ]
    return Section("sensitivity", "Sensitivity to one input at a time", [
        Words("Each input is a tenth lower and higher, alone, all else kept; its values over time move together."),
        Items([_turning(subject, key, base[key]) for key in keys if key in TURNING]),
        Figure("sensitivity", f"{subject.measures[keys[0]].label} when one input is a tenth lower or higher"),
        Table("The inputs that move most", [*columns, "Evidence"], rows),
        *_omissions(len(moving), len(ordered), len(levers(subject.projection.scenario))),
    ])  # fmt: skip


def _measure_words(subject: Subject, key: str) -> str:
    """Return a measure of the plan as text, with its unit."""
    return " ".join(measure_text(subject.measures[key])).strip()


def _turning(subject: Subject, key: str, base: float) -> str:
    """Say which inputs, moved by a tenth, take a measure below its limit, or which one comes nearest."""
    limit, words = (1.0, "below 1") if key == "min_dscr" else (0.0, "negative")
    label = subject.measures[key].label
    lowest = {moved.path: moved.least(key, base) for moved in subject.effects}
    turning = sorted((path for path, value in lowest.items() if value < limit <= base), key=lambda path: lowest[path])
    if base < limit:
        return f"{label} is {words} as things are: {_measure_words(subject, key)}"
    if turning:
        more = f" and {len(turning) - NEAREST} more" if len(turning) > NEAREST else ""
        return f"Moved by a tenth, alone, these make {label} {words}: {', '.join(turning[:NEAREST])}{more}"
    worst = min(lowest, key=lambda path: lowest[path])
    text, unit = quantity_text(lowest[worst], subject.measures[key].unit)
    turn = turns_at(subject.projection.scenario, worst, key, base, limit)
    far = f"{words} at {turn.factor - 1:+.1%}" if turn else f"not {words} between 0 and twice its value"
    return (
        f"No single input moved by a tenth makes {label} {words}; the nearest is {worst}: {text} {unit}".strip()
        + f", {far}"
    )


def _column(unit: str, pairs: Sequence[tuple[float, float]]) -> tuple[str, list[list[str]]]:
    """Return a unit, and pairs of values as cells in this unit."""
    percent = unit == "1/year"
    values = [value for pair in pairs for value in pair]
    divisor, text, decimals = Figures("", unit, (), [FigureLine("", values)]).scale()
    divisor, text = (0.01, "%/year") if percent else (divisor, text)
    return text, [[number(value, divisor, decimals) for value in pair] for pair in pairs]


def _omissions(moving: int, moved: int, known: int) -> list[Part]:
    """Say how many inputs the table leaves out, and how many of a very large plan were not moved."""
    texts = [f"{moving - MOST} further inputs move less than these"] if moving > MOST else []
    texts += [f"{moved - moving} inputs move none of these measures"] if moved > moving else []
    texts += [f"{known - moved:,} further inputs were not moved: the plan is too large"] if known > moved else []
    texts += ["– where a measure is undefined, or the plan does not allow the move"]
    return [Items(texts)]


def measures(subject: Subject) -> Section:
    """Return the section on measures: each with its value, unit and formula."""
    lines = []
    for measure in subject.measures.values():
        text, unit = measure_text(measure)
        remark = f"undefined: {measure.reason}" if measure.reason else measure.remark
        lines.append(Line(measure.label, (text, unit, remark, _cut(measure.formula))))
    columns = ("Measure", "Value", "Unit", "Remark", "Formula")
    return Section(
        "measures", "Measures", [text_table("Measures, with formulas as the model has them", columns, lines)]
    )


def _cut(formula: str) -> str:
    return formula if len(formula) <= LONGEST else f"{formula[:LONGEST].rsplit(' ', 1)[0]} …"


def inputs(subject: Subject) -> Section:
    """Return the section on inputs: each as written with its source, and the list of sources."""
    plan = subject.projection.scenario
    lines = [Line(i.path, (i.text, i.kind, i.source, i.where, i.note)) for i in written_inputs(plan)]
    columns = ("Input", "Written", "Evidence", "Source", "Where", "Note")
    sources = [Line(name, (s.title, s.kind, s.date, s.url)) for name, s in plan.sources.items()]
    return Section("inputs", "Inputs, sources and evidence", [
        Words(f"{evidence_line(plan.evidence())}."),
        text_table("Inputs as they were written", columns, lines),
        text_table("Sources", ("Source", "Title", "Evidence", "Date", "Address"), sources),
    ])  # fmt: skip


def conventions(subject: Subject) -> Section:
    """Return the section on the conventions of the model."""
    plan, timeline = subject.projection.scenario, subject.projection.timeline
    rate, year = plan.money.discount_rate, timeline.year_kind
    period = year if timeline.step == "year" else f"calendar {timeline.step}"
    texts = [
        text.format(period=period, year=year, start=timeline.start, end=timeline.end, money=plan.currency)
        for text in RULES
    ]
    texts.append("Deferred tax is on assets alone." if plan.tax.depreciation else "There is no deferred tax.")
    bears = "Interest on cash runs on the cash with which a period opens."
    texts.append(bears if interest_rows_of(plan) else "Cash bears no interest.")
    if timeline.year_ends != DECEMBER:
        texts.append(f"Business years end in {plan.horizon.year_ends} and are named after the year in which they end.")
    if rate is not None:
        of, beyond = (rate.real, f" beyond the index {rate.index}") if isinstance(rate, RealRate) else (rate, "")
        text, unit = quantity_text(float(of.reshape(-1)[0]), "1/year")
        since = "from the horizon's start or the valuation date"
        texts.append(f"It is discounted at {text} {unit}{beyond}, effective per year, {since}.")
    return Section("conventions", "Conventions", [Items(texts)])


def checks(subject: Subject, versions: Sequence[tuple[str, str]]) -> Section:
    """Return the section on checks: the largest gap of each law, and the versions of the libraries."""
    projection = subject.projection
    lines = [
        Line(law.replace("_", " ").capitalize(), (f"{gap:.1e}", unit_of_law(projection, law)))
        for law, gap in projection.laws.items()
    ]
    made = [Line(name, (version,)) for name, version in versions]
    return Section("checks", "Checks", [
        Words(f"{projection.proved} formulas were proved on units; {len(lines)} laws hold in every period."),
        Table("Laws, and the largest gap that was found", ("Law", "Largest gap", "Unit"), lines),
        text_table("Made with", ("", "Version"), made),
    ])  # fmt: skip
