"""The schedules of a plan's loans, or of loans without a plan."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fibercap.core.errors import FibercapError, did_you_mean
from fibercap.model.loans import Moves, Setting, schedule_block, schedule_of
from fibercap.model.plan.scenario import Scenario
from fibercap.model.project import project

if TYPE_CHECKING:
    from collections.abc import Sequence

    from fibercap.model.loans import Schedule
    from fibercap.model.plan.plan import Lending
    from fibercap.model.projection import Projection


def schedules(lending: Lending, name: str | None = None) -> dict[str, Schedule]:
    """Return the schedule of one loan, or of every loan, by name; loans of a plan as it draws and repays them.

    Parameters
    ----------
    lending : Scenario or Contracts
        A plan, or loans without a plan.
    name : str, optional
        The loan; all loans if not given.

    Raises
    ------
    FibercapError
        If there is no such loan, or a loan without a plan depends on the cash of a company.
    """
    if name is not None and name not in lending.loans:
        raise FibercapError("no_such_name", f"no loan `{name}`", did_you_mean(name, lending.loans, "loans"))
    names = [name] if name is not None else list(lending.loans)
    if isinstance(lending, Scenario):
        return projected_schedules(project(lending), names)
    return {key: _alone(lending, key) for key in names}


def projected_schedules(projection: Projection, names: Sequence[str] = ()) -> dict[str, Schedule]:
    """Return the schedules of some of a projection's loans, or of all of them, by name."""
    plan, blocks = projection.scenario, projection.blocks
    return {key: schedule_of(setting_of(plan, key), blocks[f"loans.{key}.schedule"]) for key in names or plan.loans}


def setting_of(lending: Lending, name: str) -> Setting:
    """Return a loan with its name, its currency and the indices."""
    return Setting(name, lending.loans[name], lending.loan_currency(name), None, lending.rates)


def _alone(lending: Lending, name: str) -> Schedule:
    loan = lending.loans[name]
    if loan.ratio_terms:
        key = next(iter(loan.ratio_terms))
        problem = f"loans.{name}.{key}: steps of a ratio depend on a company's figures"
        raise FibercapError(
            "steps_alone", problem, "give the loan in a scenario with plants, or write a value or series"
        )
    if loan.repayment.needs_cash or loan.needs_cash:
        why = "a sweep" if not loan.repayment.needs_cash else f"style `{loan.repayment.style}`"
        raise FibercapError(
            "needs_company", f"loans.{name}: {why} depends on a company's cash", "give it in a scenario with plants"
        )
    if loan.reserve is not None:
        problem = f"loans.{name}.reserve: a reserve is set aside from a company's cash"
        raise FibercapError("reserve_alone", problem, "give the loan in a scenario with plants, or remove `reserve`")
    setting = setting_of(lending, name)
    return schedule_of(setting, schedule_block(setting, Moves()))
