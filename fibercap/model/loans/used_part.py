"""A contract of which a part is used: its amounts of money in proportion."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from fibercap.model.loans.styles import Custom

if TYPE_CHECKING:
    from fibercap.core.units import Array
    from fibercap.model.loans.terms import Loan


def amounts(loan: Loan, money: str) -> dict[str, tuple[str, Array]]:
    """Return a loan's amounts of money beside the commitment, by key: unit and value.

    Source
    ------
    docs/conventions.md, section 7: what a contract of which a part is used pays of them.
    """
    style, found = loan.repayment, {"fees.agency": (f"{money}/year", loan.fees.agency)}
    for key in ("balloon", "payment"):
        if hasattr(style, key):
            found[f"repayment.{key}"] = (money, getattr(style, key))
    if isinstance(style, Custom) and not style.in_shares:
        found |= {f"repayment.schedule.{day}": (money, part.value) for day, part in style.schedule.items()}
    found |= {f"prepayments.{day}": (money, amount) for day, amount in (loan.prepayments or {}).items()}
    return {key: (unit, value) for key, (unit, value) in found.items() if np.any(value)}


def used_part(loan: Loan, commitment: Array, share: Array) -> Loan:
    """Return a loan with a smaller commitment, all its other amounts of money being a share of what they are.

    Parameters
    ----------
    loan : Loan
        The contract.
    commitment : () or (draw, 1)
        What is used of it. [money]
    share : () or (draw, 1)
        What its other amounts are multiplied by. [1]

    Source
    ------
    docs/conventions.md, section 7; docs/decisions/used-part-of-a-loan.md.
    """
    style = loan.repayment
    changed: dict[str, object] = {
        key: getattr(style, key) * share for key in ("balloon", "payment") if hasattr(style, key)
    }
    if isinstance(style, Custom) and not style.in_shares:
        parts = {day: replace(part, value=part.value * share) for day, part in style.schedule.items()}
        changed = {"schedule": parts}
    update = {
        "commitment": commitment,
        "fees": loan.fees.model_copy(update={"agency": loan.fees.agency * share}),
        "repayment": style.model_copy(update=changed),
        "prepayments": {day: amount * share for day, amount in loan.prepayments.items()} if loan.prepayments else None,
    }
    return loan.model_copy(update=update)
