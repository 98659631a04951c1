"""A loan of which only a part is used, with its amounts of money in proportion."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from fibercap.core.units import Array
    from fibercap.model.loans.terms import Loan


def amounts(loan: Loan, money: str) -> dict[str, tuple[str, Array]]:
    """Return a loan's amounts of money other than the commitment, by key: unit and value.

    Parameters
    ----------
    loan : Loan
        The contract.
    money : str
        The loan's currency, for the units.

    Source
    ------
    docs/conventions.md, section 7: what a contract of which a part is used pays of them.
    """
    agency = loan.fees.agency
    fields = {f"fees.agency{end}": (f"{money}/year", value) for end, value in agency.by_end_of_path.items()}
    fields |= {f"repayment.{key}": amount for key, amount in loan.repayment.amounts(money).items()}
    fields |= {f"prepayments.{day}": (money, amount) for day, amount in (loan.prepayments or {}).items()}
    return {key: (unit, value) for key, (unit, value) in fields.items() if np.any(value)}


def used_part(loan: Loan, commitment: Array, share: Array) -> Loan:
    """Return a loan with a smaller commitment, and a share of each of its other amounts of money.

    Parameters
    ----------
    loan : Loan
        The contract.
    commitment : () or (sample, 1)
        What is used of it. [money]
    share : () or (sample, 1)
        What its other amounts are multiplied by. [1]

    Source
    ------
    docs/conventions.md, section 7; docs/decisions/used-part-of-a-loan.md.
    """
    update = {
        "commitment": commitment,
        "fees": loan.fees.model_copy(update={"agency": loan.fees.agency.times(share)}),
        "repayment": loan.repayment.in_part(share),
        "prepayments": {day: amount * share for day, amount in loan.prepayments.items()} if loan.prepayments else None,
    }
    return loan.model_copy(update=update)
