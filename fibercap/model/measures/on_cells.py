"""Measures as values of cells, for a program: from their formulas, or cell by cell where these do not suffice."""

from __future__ import annotations

from math import nan
from typing import TYPE_CHECKING

import numpy as np

from fibercap.core.errors import FormulaError
from fibercap.core.program.operations import Do
from fibercap.model.cash.trifle import PATH
from fibercap.model.loans.foreign import reported_row
from fibercap.model.measures.worth_measures import reason_undefined, reason_without_projects

if TYPE_CHECKING:
    from fibercap.core.program.node import Value
    from fibercap.core.program.unroll import Unroller
    from fibercap.model.measures.measure import Measure
    from fibercap.model.projection import Projection


def least_money_text(projection: Projection, row: str) -> str:
    """Return the formula of the largest amount that counts as no money beside the flows of a row.

    Parameters
    ----------
    projection, row : Projection, str
        The projection, and the path of a row of flows. Those of a loan in another currency count in that too.
    """
    for loan in projection.scenario.loans:
        if row == f"loans.{loan}.schedule.borrower_cash_flow":
            of_loan = projection.trifle_of(loan).text
            return of_loan if of_loan == f"{{{PATH}}}" else f"MAX({of_loan}, {{{PATH}}})"
    return f"{{{PATH}}}"


def measure_on_cells(cells: Unroller, projection: Projection, measure: Measure) -> Value:
    """Return the value of a measure: a number, or a node; nan where it is undefined.

    Parameters
    ----------
    cells : Unroller
        The cells of the plan.
    projection : Projection
        A projection of the plan.
    measure : Measure
        The measure in that projection.

    Raises
    ------
    FormulaError
        If the measure has no formula from which its value follows.
    """
    if measure.name == "peak_debt":
        return _peak_debt(cells, projection)
    if measure.reason and measure.reason in {reason_undefined(projection), reason_without_projects(projection)}:
        return nan
    if measure.formula:
        value = cells.value(measure.formula)
        return _if_owners_pay(cells, value) if measure.name == "equity_irr" else value
    if measure.name == "gearing" and projection.scenario.funding:
        uses = " + ".join(f"SUM({{funding.{key}.uses}})" for key in projection.scenario.funding)
        return cells.value(f"0 / {projection.trifle.counted_text(f'({uses})')}")
    if np.isnan(measure.values).all():
        return nan
    raise FormulaError("not_a_formula", f"the measure `{measure.name}` has no formula")


def _if_owners_pay(cells: Unroller, value: Value) -> Value:
    """Return a rate of return of the owners, nan where they pay nothing."""
    paid = cells.value(f"SUM(IF(-{{returns.equity_paid}} > {{{PATH}}}, 1, 0))")
    return cells.graph.apply(Do.IF, paid, value, nan)


def _peak_debt(cells: Unroller, projection: Projection) -> Value:
    """Return the most that is owed on all loans on any day: of two events on a day the last one counts."""
    plan = projection.scenario
    dates = {loan: projection.value(f"loans.{loan}.schedule.date")[0] for loan in plan.loans}
    closing = {loan: cells.columns(reported_row(plan, loan, "closing")) for loan in plan.loans}
    peak: Value = 0.0
    for day in sorted({day for days in dates.values() for day in days.tolist()}):
        owed: Value = 0.0
        for loan, days in dates.items():
            events = int(np.searchsorted(days, day, side="right"))
            owed = cells.graph.apply(Do.ADD, owed, closing[loan][events - 1] if events else 0.0)
        peak = cells.graph.apply(Do.MAXIMUM, peak, owed)
    return peak
