"""Measures of debt and cash."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

import numpy as np

from fibercap.core.timeline import first_of_each
from fibercap.model.cash.reserves import free_cash
from fibercap.model.loans.foreign import reported_row
from fibercap.model.loans.price import average_life as life_of_loan
from fibercap.model.loans.price import carried_years, effective_cost
from fibercap.model.measures.measure import HIGHER, LOWER, Measure
from fibercap.model.measures.parts import headline, make_measure, undefined_values

if TYPE_CHECKING:
    from collections.abc import Mapping

    from fibercap.core.units import Array
    from fibercap.model.projection import Projection


@headline
def peak_debt(projection: Projection) -> Measure:
    """Most that is owed on all loans together on any day, by the loans' own dates, to maturity."""
    loans, money = projection.scenario.loans, projection.scenario.currency
    dates = {name: projection.value(f"loans.{name}.schedule.date")[0] for name in loans}
    days = np.sort(np.concatenate([*dates.values(), [0.0]]))
    days = days[first_of_each(days)]
    owed = np.zeros((projection.samples, len(days)))
    for name, event_dates in dates.items():
        closing = projection.value(reported_row(projection.scenario, name, "closing"))
        padded = np.concatenate([np.zeros((projection.samples, 1)), closing], axis=-1)
        owed += padded[:, np.searchsorted(event_dates, days, side="right")]
    only, event_dates = next(iter(dates.items()), ("", days))
    # of two events on a day the last one counts, which a formula of the series does not know
    is_one_series = len(loans) == 1 and len(first_of_each(event_dates)) == len(event_dates)
    formula = f"MAX({{{reported_row(projection.scenario, only, 'closing')}}})" if is_one_series else ""
    measure = make_measure("peak_debt", "Peak debt", money, formula, owed.max(axis=-1), better=LOWER)
    rows = [
        row
        for name in loans
        for row in (f"loans.{name}.schedule.date", reported_row(projection.scenario, name, "closing"))
    ]
    return replace(measure, reads=tuple(rows))


def _sum_over_loans(
    projection: Projection, name: str, label: str, keys: Mapping[str, str], *, to_maturity: bool
) -> Measure:
    """Return the sum of rows over all loans, to maturity or within the horizon."""
    plan = projection.scenario
    rows = [
        reported_row(plan, loan, event) if to_maturity else f"loans.{loan}.{key}"
        for loan in plan.loans
        for event, key in keys.items()
    ]
    rows = [row for row in rows if row in projection.rows]
    values = sum((_sum_of_row(projection, row) for row in rows), start=np.zeros(projection.samples))
    formula = " + ".join(f"SUM({{{row}}})" for row in rows) or "0"
    return make_measure(name, label, projection.scenario.currency, formula, values, better=LOWER)


def _sum_of_row(projection: Projection, row: str) -> Array:
    return np.asarray(projection.value(row).sum(axis=-1))


FEES: Final = {"fees": "fees", "upfront_fee": "upfront_fee", "prepayment_fee": "prepayment_fees"}
"""By row of a loan's schedule, its row in model periods; a loan has the last one if prepayments cost a fee."""
INTEREST: Final = {"interest": "interest"}
NEVER_DRAWN: Final = "never drawn"
NONE_DRAWN: Final = "no loan is drawn"


@headline
def total_interest(projection: Projection) -> Measure:
    """Interest accrued on all loans, from signing to maturity, past the horizon too."""
    return _sum_over_loans(projection, "total_interest", "Interest to maturity", INTEREST, to_maturity=True)


def total_interest_at_horizon(projection: Projection) -> Measure:
    """Interest accrued on all loans within the horizon."""
    return _sum_over_loans(
        projection, "total_interest_at_horizon", "Interest within the horizon", INTEREST, to_maturity=False
    )


def total_fees(projection: Projection) -> Measure:
    """Upfront, recurring and prepayment fees on all loans, from signing to maturity."""
    return _sum_over_loans(projection, "total_fees", "Fees to maturity", FEES, to_maturity=True)


def total_fees_at_horizon(projection: Projection) -> Measure:
    """Upfront, recurring and prepayment fees on all loans within the horizon."""
    return _sum_over_loans(projection, "total_fees_at_horizon", "Fees within the horizon", FEES, to_maturity=False)


@headline
def owed_at_horizon(projection: Projection) -> Measure:
    """Debt at the end of the horizon."""
    formula = "SUM({returns.is_last} * {accounts.debt})"
    values = projection.trifle.without_dust(projection.value("accounts.debt"))[..., -1]
    return make_measure(
        "owed_at_horizon", "Owed at the horizon", projection.scenario.currency, formula, values, better=LOWER
    )


@headline
def all_in_cost(projection: Projection) -> Measure:
    """Effective annual rate of the borrower's flows of all loans together, by dates / 365, to maturity."""
    loans = list(projection.scenario.loans)
    dates = [projection.value(f"loans.{name}.schedule.date")[0] for name in loans]
    rows = [reported_row(projection.scenario, name, "borrower_cash_flow") for name in loans]
    flows = [projection.trifle.without_dust(projection.value(row)) for row in rows]
    measure = _all_in_cost(projection, "all_in_cost", "All-in cost of debt", dates, flows)
    dated = [(row, f"loans.{name}.schedule.date") for row, name in zip(rows, loans, strict=True)]
    return replace(measure, formula=_xirr(dated) if dated else "")


def _xirr(rows: list[tuple[str, str]]) -> str:
    """Return the formula of the rate of return of rows of flows, each with its row of dates."""
    return f"XIRR({', '.join(f'{{{flow}}}, {{{dates}}}' for flow, dates in rows)}) / {{time.one_year}}"


def _all_in_cost(projection: Projection, name: str, label: str, dates: list[Array], flows: list[Array]) -> Measure:
    if not dates or not any(flow.any() for flow in flows):
        reason = NEVER_DRAWN if "." in name else NONE_DRAWN
        return make_measure(name, label, "1/year", "", undefined_values(projection), reason=reason, better=LOWER)
    money = projection.trifle.without_dust(np.concatenate(flows, axis=-1))
    values, reason, remark = effective_cost(np.concatenate(dates), money)
    return replace(make_measure(name, label, "1/year", "", values, reason=reason, better=LOWER), remark=remark)


def loan_all_in_cost(projection: Projection, loan: str) -> Measure:
    """Effective annual rate of the borrower's flows of one loan, by dates / 365, to maturity.

    Parameters
    ----------
    projection : Projection
        Has the schedule.
    loan : str
        Name of the loan.

    Source
    ------
    docs/conventions.md, section 7, Measures of lenders.
    """
    schedule = f"loans.{loan}.schedule"
    flows = projection.trifle_of(loan).without_dust(projection.value(f"{schedule}.borrower_cash_flow"))
    label = f"All-in cost of {projection.scenario.loan_title(loan)}"
    measure = _all_in_cost(projection, f"all_in_cost.{loan}", label, [projection.value(f"{schedule}.date")[0]], [flows])
    return replace(measure, formula=_xirr([(f"{schedule}.borrower_cash_flow", f"{schedule}.date")]))


def loan_average_life(projection: Projection, loan: str) -> Measure:
    """Balance times time over all that is drawn; periods under `equal_periods`, else actual days / 365.

    Parameters
    ----------
    projection : Projection
        Has the schedule.
    loan : str
        Name of the loan.

    Source
    ------
    docs/conventions.md, section 7, Measures of lenders.
    """
    schedule = f"loans.{loan}.schedule"
    keys = ("date", "opening", "drawn", "year_fraction")
    value = {
        key: projection.value(f"{schedule}.{key}")[0 if key in ("date", "year_fraction") else slice(None)]
        for key in keys
    }
    trifle = projection.trifle_of(loan)
    values = life_of_loan(projection.scenario.loans[loan], value, trifle.value)
    below = trifle.counted_text(f"SUM({{{schedule}.drawn}})")
    formula = f"{_balance_times_time_text(projection, loan, f'{schedule}.opening')} / {below}"
    label = f"Average life of {projection.scenario.loan_title(loan)}"
    return make_measure(f"average_life.{loan}", label, "year", formula, values, reason="never drawn")


def _balance_times_time_text(projection: Projection, loan: str, balance: str) -> str:
    """Return the formula of the sum of a loan's balance times time."""
    schedule = f"loans.{loan}.schedule"
    if projection.scenario.loans[loan].day_count == "equal_periods":
        return f"SUM({{{balance}}} * {{{schedule}.year_fraction}})"
    days = f"({{{schedule}.date}} - {{{schedule}.date@-1}}) / {{time.days_in_year}} * {{time.one_year}}"
    return f"SUM({{{balance}}} * {days})"  # nothing is owed before the first event, whatever the days before it


def average_life(projection: Projection) -> Measure:
    """Balance times time over all that is drawn, all loans together in the reporting currency, to maturity.

    Source
    ------
    docs/conventions.md, section 7: periods under `equal_periods`, else actual days / 365.
    """
    plan = projection.scenario
    carried, drawn = np.zeros(projection.samples), np.zeros(projection.samples)
    texts, rows = [], []
    for name, loan in plan.loans.items():
        times = {key: projection.value(f"loans.{name}.schedule.{key}")[0] for key in ("date", "year_fraction")}
        closing = reported_row(plan, name, "closing")
        owed = np.concatenate([np.zeros((projection.samples, 1)), projection.value(closing)[:, :-1]], axis=-1)
        carried = carried + carried_years(loan, {**times, "opening": owed})
        rows.append(reported_row(plan, name, "drawn"))
        drawn = drawn + projection.value(rows[-1]).sum(axis=-1)
        texts.append(_balance_times_time_text(projection, name, f"{closing}@-1"))
    values = np.divide(carried, drawn, out=undefined_values(projection), where=projection.trifle.sum_counts(drawn))
    below = projection.trifle.counted_text(f"({' + '.join(f'SUM({{{row}}})' for row in rows)})")
    formula = f"({' + '.join(texts)}) / {below}" if rows else ""
    return make_measure("average_life", "Average life of debt", "year", formula, values, reason="no loan is drawn")


@headline
def lowest_cash(projection: Projection) -> Measure:
    """Lowest cash at the end of any period, less what reserves hold."""
    row, money = free_cash(projection.scenario), projection.scenario.currency
    values = projection.value(row).min(axis=-1)
    return make_measure("lowest_cash", "Lowest cash", money, f"MIN({{{row}}})", values, better=HIGHER)


@headline
def equity_called(projection: Projection) -> Measure:
    """Equity paid in over the horizon: for projects and purchases, on dates, and to hold cash."""
    rows = ("accounts.equity_for_projects", "accounts.equity_paid_in", "accounts.equity_for_cash")
    values = sum((projection.value(row).sum(axis=-1) for row in rows), start=np.zeros(projection.samples))
    formula = " + ".join(f"SUM({{{row}}})" for row in rows)
    return make_measure("equity_called", "Equity called", projection.scenario.currency, formula, values, better=LOWER)


@headline
def funding_gap(projection: Projection) -> Measure:
    """Spending that no loan, grant, equity or named `cash` pays for, over the horizon.

    Source
    ------
    docs/conventions.md, section 5; a project or purchase without `funding` counts whole.
    """
    row, money = "accounts.unfunded_uses", projection.scenario.currency
    values = projection.value(row).sum(axis=-1)
    return make_measure("funding_gap", "Funding gap", money, f"SUM({{{row}}})", values, better=LOWER)
