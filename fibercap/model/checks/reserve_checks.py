"""Checks of reserves: a loan that has service to cover, and a project whose completion fills it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fibercap.core.language.money_or_share import REST

if TYPE_CHECKING:
    from fibercap.model.checks.funding_checks import Findings
    from fibercap.model.plan.plan import Lending, Plan


def reserve_of_loan(s: Lending, name: str) -> Findings:
    """Yield a reserve of a loan that has no scheduled service.

    Parameters
    ----------
    s, name : Lending, str
        The plan, and the loan.
    """
    loan = s.loans[name]
    if loan.reserve is not None and loan.revolves:
        problem, hint = "a reserve of a revolver", "remove it, or give it to a loan that is repaid by a schedule"
        yield f"loans.{name}.reserve", "reserve_without_service", problem, "one of a loan with scheduled service", hint


def reserve_from_uses(s: Plan, name: str) -> Findings:
    """Yield a reserve that is filled at completion, of a loan that pays for no one thing, or for what others leave.

    Parameters
    ----------
    s, name : Plan, str
        The plan, and the loan.
    """
    reserve, uses = s.loans[name].reserve, s.uses_of_loan(name)
    if reserve is None or not reserve.from_uses:
        return
    path, way = f"loans.{name}.reserve.filled_from", "write `filled_from: operations`"
    if len(uses) != 1:
        named = " and ".join(f"`{key}`" for key in uses) or "no project and no purchase"
        problem, wanted = f"`uses` of a loan that pays for {named}", "a loan that pays for one of them"
        yield path, "reserve_without_project", problem, wanted, f"its completion is to fill the reserve; {way}"
        return
    part = s.funding[uses[0]].sources[name]
    if part.unit != "money":
        is_rest = "`rest`" if part.unit == REST else "a share"
        problem = f"`uses` of a loan that is {is_rest} in `funding.{uses[0]}`"
        hint = f"{way}, or an amount there: its size would depend on its own reserve"
        yield path, "reserve_of_rest", problem, "a loan of a fixed amount", hint
