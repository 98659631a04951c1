"""Capacity, statements, cover and loans as tables of figures, for terminal and report."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from fibercap.core.calendar import date_of
from fibercap.core.language.names import key_in_words
from fibercap.core.period_names import periods_between
from fibercap.core.units import unit_text
from fibercap.model.cash.ranks import ranks_of
from fibercap.model.cash.waterfall import CHANGE, CLOSING, WATERFALL
from fibercap.views.loan_words import loan_label, terms_text
from fibercap.views.numbers import Figures, Line
from fibercap.views.statement_lines import statement_lines

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from fibercap.model.plan.plan import Plan
    from fibercap.model.projection import Projection
    from fibercap.views.statement_lines import StatementLine

CLOSING_CASH: Final = f"{WATERFALL}{CLOSING}"
CHANGE_OF_CASH: Final = f"{WATERFALL}{CHANGE}"
HALF: Final = 0.5
"""A smaller amount of money shows as 0.00 million."""
WITH: Final = {"cfads_before_capex": "self_funded_capex"}
"""Lines that are shown only if another row is not zero."""
ALWAYS_SHOWN: Final = frozenset({"revenue", "net_income", "cash", "debt", "capex", "debt_service"})
COVER: Final = {
    "dscr": "DSCR: CFADS / debt service",
    "llcr": "LLCR at the year's end",
    "plcr": "PLCR at the year's end",
    "interest_cover": "EBITDA / interest",
    "debt_to_ebitda": "Debt / EBITDA",
}
OVER_TWELVE: Final = {
    "DSCR": "accounts.dscr_12m",
    "EBITDA / interest": "accounts.interest_cover_12m",
    "Debt / EBITDA": "accounts.debt_to_ebitda_12m",
}
CAPACITY_ROWS: Final = {
    "Nameplate capacity at the end": "nameplate",
    "Effective capacity, mean": "effective_capacity",
    "Output": "output",
    "Shipments": "shipments",
}
LOAN_LINES: Final = {
    "drawn": "Drawn",
    "interest_paid": "Interest paid",
    "fees_paid": "Fees paid",
    "upfront_fee": "Upfront fee",
    "prepayment_fee": "Prepayment fees",
    "principal": "Principal",
}


def capacity_figures(projection: Projection, by: str) -> Iterator[Figures]:
    """Yield nameplate, effective capacity, output and shipments by plant, with a total for each unit of products."""
    plan = projection.scenario
    columns = list(projection.timeline.groups(by))
    for title, key in CAPACITY_ROWS.items():
        for unit in plan.product_units:
            plants = {
                p: plant.name or key_in_words(p) for p, plant in plan.plants.items() if plan.unit_of_plant(p) == unit
            }
            rows = {name: projection.by(f"plants.{p}.{key}", by) for p, name in plants.items()}
            lines = [Line(label, [float(v[0]) for v in values.values()]) for label, values in rows.items()]
            if len(lines) > 1:
                sums = [sum(float(values[c][0]) for values in rows.values()) for c in columns]
                lines.append(Line(all_plants(plan, unit), sums, strong=True))
            yield Figures(
                title,
                projection.rows[f"plants.{next(iter(plants))}.{key}"].unit,
                columns,
                lines,
                year_ends=projection.timeline.year_ends,
            )


def all_plants(plan: Plan, unit: str) -> str:
    """Return the name of the sum over the plants whose products have a unit."""
    return "All plants" if len(plan.product_units) == 1 else f"All plants that make {unit_text(unit)}"


def statement_figures(projection: Projection, title: str, by: str) -> Figures:
    """Return a statement; lines that are always zero are left out, and totals are strong."""
    lines, columns = [], list(projection.timeline.groups(by))
    for line, row in statement_lines(projection, title):
        values = [float(v[0]) for v in projection.by(row.path, by).values()]
        if is_shown(line, values, projection):
            lines.append(Line(line.label(row), values, strong=line.role == "total"))
        if line.key == "gross_profit":
            lines.append(Line("Memo: gross margin", _margin(values, projection, by), share=True))
        if row.path == CLOSING_CASH:  # each column opens with the closing cash of the one before
            lines.insert(0, Line("Cash at the start", [cash_at_start(projection), *values[:-1]]))
    year_ends = projection.timeline.year_ends
    return Figures(title, projection.scenario.currency, columns, lines, year_ends=year_ends)


def is_shown(line: StatementLine, values: Sequence[float], projection: Projection) -> bool:
    """Tell whether a statement shows a line: it is a total or a memo, is always shown, or is not zero throughout."""
    if line.key in WITH and not np.any(np.abs(projection.value(f"accounts.{WITH[line.key]}")[0]) >= HALF):
        return False
    if line.key in ALWAYS_SHOWN or line.role in {"total", "memo"}:
        return True
    return any(abs(value) >= HALF for value in values)


def cash_at_start(projection: Projection) -> float:
    """Return the cash of the first sample on the day before the horizon. [money]"""
    return float(projection.value(CLOSING_CASH)[0, 0] - projection.value(CHANGE_OF_CASH)[0, 0])


def _margin(profit: list[float], projection: Projection, by: str) -> list[float | None]:
    """Return gross profit over revenue, None where nothing is sold."""
    sales = [float(v[0]) for v in projection.by("accounts.revenue", by).values()]
    return [amount / revenue if revenue else None for amount, revenue in zip(profit, sales, strict=True)]


def cover_figures(projection: Projection, by: str) -> Iterator[Figures]:
    """Yield the lenders' ratios by year; with quarters or months, those over twelve months too."""
    ranks = ranks_of(projection.scenario)
    rows = {label: projection.by(f"accounts.{key}") for key, label in COVER.items()}
    if len(ranks) > 1:  # loans of a rank share their cover
        rows |= {f"DSCR of rank {n}": projection.by(f"loans.{names[0]}.dscr_12m") for n, names in ranks.items()}
    lines = [Line(label, [float(v[0]) for v in values.values()]) for label, values in rows.items()]
    lines = [line for line in lines if any(np.isfinite(v) for v in line.values if v is not None)]
    if lines:
        title = f"Cover of debt by {projection.timeline.year_kind}"
        yield Figures(
            title, "", list(projection.timeline.groups("year")), lines, year_ends=projection.timeline.year_ends
        )
    if by == "year":
        return
    due = np.flatnonzero(projection.value("accounts.has_payment")[0] > 0)
    ratios = {label: projection.value(row)[0, due] for label, row in OVER_TWELVE.items()}
    lines = [Line(label, values.tolist()) for label, values in ratios.items() if np.isfinite(values).any()]
    if lines:
        columns = [projection.timeline.labels[k] for k in due]
        title = "Cover over the twelve months to each payment"
        yield Figures(title, "", columns, lines, year_ends=projection.timeline.year_ends)


def loan_figures(projection: Projection, name: str, by: str) -> Figures:
    """Return one loan by year, quarter or month from signing to maturity, past the horizon too."""
    schedule, terms = f"loans.{name}.schedule", projection.scenario.loans[name]
    days = [date_of(day) for day in projection.value(f"{schedule}.date")[0]]
    timeline = projection.timeline
    columns = periods_between(days[0], max(days[-1], terms.maturity), by, timeline.year_ends)
    place = {label: number for number, label in enumerate(columns)}
    of = np.array([place[timeline.label(day, by)] for day in days])
    lines = []
    for key, label in LOAN_LINES.items():
        if (row := f"{schedule}.{key}") not in projection.rows:
            continue
        value = projection.trifle_of(name).without_dust(projection.value(row))[0]
        if value.any() or key == "principal":
            lines.append(Line(label, [float(value[of == number].sum()) for number in place.values()]))
    closing = projection.value(f"{schedule}.closing")[0]
    lines.append(Line("Owed at the end", [float(closing[of <= number][-1]) for number in place.values()], strong=True))
    money = projection.scenario.loan_currency(name)
    title = f"{loan_label(terms, name)}, to maturity"
    return Figures(title, money, columns, lines, terms_text(terms), timeline.year_ends)
