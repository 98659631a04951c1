"""Checks of the order in which loans are served: ranks must not skip."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from fibercap.model.checks.funding_checks import Findings
    from fibercap.model.plan.plan import Lending


def ranks_without_gaps(s: Lending, name: str) -> Findings:
    """Yield a loan whose rank follows one that no loan has.

    Parameters
    ----------
    s, name : Lending, str
        The plan, and the block of its loans.
    """
    ranks = {loan.rank for loan in s.loans.values()}
    missing = next((rank for rank in range(1, max(ranks, default=0)) if rank not in ranks), None)
    if missing is None:
        return
    key = next(key for key, loan in s.loans.items() if loan.rank > missing)
    problem, wanted = f"rank {s.loans[key].rank}, and no loan of rank {missing}", "ranks that do not skip"
    hint = f"write `rank: {missing}` here, or for the loan that is served before it; 1 is served first"
    yield f"{name}.{key}.rank", "rank_skips", problem, wanted, hint
