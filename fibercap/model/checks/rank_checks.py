"""Checks of the order in which loans are served: ranks must not skip, and one loan of each may be sculpted."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from fibercap.model.checks.funding_checks import Findings
    from fibercap.model.plan.plan import Lending, Plan


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


def sculpted_ranks(s: Plan, name: str) -> Findings:
    """Yield sculpted loans that cannot be: two of one rank, or one whose tax or rank does not go with it.

    Parameters
    ----------
    s, name : Plan, str
        The plan, and the block of its loans.
    """
    first: dict[int, str] = {}
    for key, loan in s.loans.items():
        style, path = loan.repayment, f"{name}.{key}.repayment"
        if not style.cover_field or key in s.undrawn:
            continue
        if loan.rank in first:
            problem = f"a second sculpted loan of rank {loan.rank}, beside `{first[loan.rank]}`"
            hint = f"each would be paid what the other leaves; write `rank: {loan.rank + 1}` for one of them"
            yield path, "two_sculpted", problem, "one of each rank", hint
        first.setdefault(loan.rank, key)
        if not style.follows_tax and loan.rank > 1:
            problem = f"`tax: unlevered` of a loan of rank {loan.rank}"
            hint = "remove `tax`: the old way of sculpting knows no loan that is served before"
            yield f"{path}.tax", "unlevered_rank", problem, "`tax: paid`, or rank 1", hint
        if style.follows_tax and loan.charges_prepayments:
            problem = "a fee on prepayments of a loan that is sculpted on the tax really paid"
            hint = "write `tax: unlevered`: tax depends on the fee, and the fee on what the loan still owes"
            yield f"{name}.{key}.prepayment_fee", "sculpted_fee", problem, "no fee, or `tax: unlevered`", hint
        if style.follows_tax and s.loan_currency(key) != s.currency:
            problem = f"a loan in {s.loan_currency(key)} that is sculpted on the tax really paid"
            hint = "write `tax: unlevered`: tax depends on its exchange result, and that on what it owes"
            yield path, "sculpted_abroad", problem, f"one in {s.currency}, or `tax: unlevered`", hint
