"""Every measure by which plans are judged.

An undefined measure has no value and says why; it is never zero, infinite or a wrong root.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from fibercap.model.debt_measures import (
    all_in_cost,
    average_dscr,
    equity_called,
    funding_gap,
    loan_all_in_cost,
    loan_average_life,
    lowest_cash,
    min_dscr,
    owed_at_horizon,
    peak_debt,
    total_fees,
    total_fees_at_horizon,
    total_interest,
    total_interest_at_horizon,
)
from fibercap.model.measure import Measure
from fibercap.model.worth_measures import (
    capacity_cost,
    company_npv,
    equity_irr,
    payback,
    project_irr,
    project_npv,
    terminal_value,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from fibercap.model.projection import Projection

MEASURES: Final[tuple[Callable[[Projection], Measure], ...]] = (
    project_npv, project_irr, equity_irr, terminal_value, payback, company_npv, capacity_cost,
    min_dscr, average_dscr, peak_debt, owed_at_horizon, all_in_cost,
    total_interest, total_interest_at_horizon, total_fees, total_fees_at_horizon,
    equity_called, lowest_cash, funding_gap,
)  # fmt: skip
LOAN_MEASURES: Final[tuple[Callable[[Projection, str], Measure], ...]] = (loan_all_in_cost, loan_average_life)


def measures(projection: Projection) -> dict[str, Measure]:
    """Return every measure of a projection by name; those of one loan are called `<name>.<loan>`."""
    found = [measure(projection) for measure in MEASURES]
    found += [measure(projection, loan) for loan in projection.scenario.loans for measure in LOAN_MEASURES]
    return {measure.name: measure for measure in found}
