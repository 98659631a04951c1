"""Capacity, statements and loans as tables of figures, for the terminal and for the report."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from fibercap.core.calendar import date_of
from fibercap.core.timeline import period_label, periods_between
from fibercap.views.figures import Figures, Line
from fibercap.views.loans import terms_text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fibercap.model.projection import Projection

STATEMENTS: Final = {  # `*` marks a sum, `-` a line that is taken off
    "Income": "revenue -variable_cost -fixed_cost -depreciation *gross_profit -overhead *ebitda *ebit "
    "-interest_expense -fee_expense exchange_result *pretax_income -tax *net_income",
    "Cash flow": "net_income depreciation fee_amortization accrued_less_paid capitalized_interest -exchange_result "
    "tax_payable_increase -working_capital_increase *operating_cash_flow -capex -purchases -maintenance "
    "-financing_costs grants *investing_cash_flow draws -principal -upfront_fees equity_for_projects equity_paid_in "
    "equity_for_cash -dividends *financing_cash_flow *cash",
    "Balance sheet": "cash receivables grants_receivable inventory construction_in_progress net_fixed_assets "
    "deferred_fees other_assets *total_assets payables tax_payable accrued_interest debt other_liabilities "
    "paid_in_capital retained_earnings *total_liabilities_and_equity",
    "Debt service": "*cfads interest_paid fees_paid scheduled_principal *debt_service",
}
KEPT: Final = frozenset({"revenue", "net_income", "cash", "debt", "capex", "debt_service"})
COVER: Final = {
    "dscr": "DSCR: CFADS / debt service",
    "llcr": "LLCR at the year's end",
    "plcr": "PLCR at the year's end",
    "interest_cover": "EBITDA / interest",
    "debt_to_ebitda": "Debt / EBITDA",
}
LOAN_LINES: Final = {
    "drawn": "Drawn",
    "interest_paid": "Interest paid",
    "fees_paid": "Fees paid",
    "upfront_fee": "Upfront fee",
    "principal": "Principal",
}


def capacity_figures(projection: Projection, by: str) -> Iterator[Figures]:
    """Run over nameplate, effective capacity, output and shipments by plant, each with its total."""
    plants = projection.scenario.plants
    columns = list(projection.timeline.groups(by))
    for title, key, unit in (
        ("Nameplate capacity at the end", "nameplate", "km/year"),
        ("Effective capacity, mean", "effective_capacity", "km/year"),
        ("Output", "output", "km"),
        ("Shipments", "shipments", "km"),
    ):
        rows = {plants[p].name or p: projection.by(f"plants.{p}.{key}", by) for p in plants}
        lines = [Line(label, [float(v[0]) for v in values.values()]) for label, values in rows.items()]
        if len(lines) > 1:
            sums = [sum(float(values[c][0]) for values in rows.values()) for c in columns]
            lines.append(Line("All plants", sums, strong=True))
        yield Figures(title, unit, columns, lines)


def statement_figures(projection: Projection, title: str, by: str) -> Figures:
    """Return one statement; lines that are zero throughout are left out, sums are strong."""
    lines = []
    for word in STATEMENTS[title].split():
        key = word.lstrip("*-")
        row = projection.rows[f"accounts.{key}"]
        values = [float(v[0]) for v in projection.by(row.path, by).values()]
        if any(abs(v) >= 0.5 for v in values) or key in KEPT or word.startswith("*"):  # noqa: PLR2004 - half a dollar shows as 0.00 million
            label = f"less {row.label[0].lower()}{row.label[1:]}" if word.startswith("-") else row.label
            lines.append(Line(label, values, strong=word.startswith("*")))
    return Figures(title, projection.scenario.currency, list(projection.timeline.groups(by)), lines)


def cover_figures(projection: Projection, by: str) -> Iterator[Figures]:
    """Run over the ratios that lenders look at by calendar year, and by payment where parts of years are shown."""
    outlasts = projection.value("accounts.debt")[0, -1] > 0  # then what follows the horizon is not known
    shown = {key: label for key, label in COVER.items() if not (outlasts and key in {"llcr", "plcr"})}
    rows = {label: projection.by(f"accounts.{key}") for key, label in shown.items()}
    lines = [Line(label, [float(v[0]) for v in values.values()]) for label, values in rows.items()]
    lines = [line for line in lines if any(np.isfinite(v) for v in line.values if v is not None)]
    if lines:
        yield Figures("Cover of debt by calendar year", "", list(projection.timeline.groups("year")), lines)
    for name in projection.scenario.loans if by != "year" else ():
        payments = projection.value(f"loans.{name}.dscr")[0]
        due = np.flatnonzero(np.isfinite(payments))
        columns = [projection.timeline.labels[k] for k in due]
        if columns:
            line = Line("DSCR of the payment", payments[due].tolist())
            yield Figures(f"Cover of {name} by payment", "", columns, [line])


def loan_figures(projection: Projection, name: str, by: str) -> Figures:
    """Return one loan by year, quarter or month from signing to maturity, past the horizon too."""
    at, terms = f"loans.{name}.schedule", projection.scenario.loans[name]
    days = [date_of(day) for day in projection.value(f"{at}.date")[0]]
    columns = periods_between(days[0], max(days[-1], terms.maturity), by)
    place = {label: number for number, label in enumerate(columns)}
    of = np.array([place[period_label(day, by)] for day in days])
    lines = []
    for key, label in LOAN_LINES.items():
        value = projection.value(f"{at}.{key}")[0]
        if value.any() or key == "principal":
            lines.append(Line(label, [float(value[of == number].sum()) for number in place.values()]))
    closing = projection.value(f"{at}.closing")[0]
    lines.append(Line("Owed at the end", [float(closing[of <= number][-1]) for number in place.values()], strong=True))
    money = projection.scenario.loan_currency(name)
    return Figures(f"Loan {name} to maturity", money, columns, lines, terms_text(terms))
