"""A loan's own schedule as rows: its calendar, its rate, and what happens at each event."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fibercap.core.errors import FibercapError
from fibercap.model.loans.flow_rows import flow_rows
from fibercap.model.loans.prepared import Prepared
from fibercap.model.loans.shortfall import first_shortfall

if TYPE_CHECKING:
    from fibercap.core.rows import Block
    from fibercap.model.loans.setting import Moved, Setting


def schedule_block(setting: Setting, moved: Moved) -> Block:
    """Return the block `loans.<name>.schedule`: the contract's events and what happens at each.

    Parameters
    ----------
    setting : Setting
        The loan, its name and currency, the model's periods and the indices.
    moved : Moved
        What the projection draws and prepays, and what it asks a sculpted loan to pay.

    Raises
    ------
    FibercapError
        If a payment is below the interest due with it, and the style does not allow the loan to grow.
    """
    prepared = Prepared(setting, moved)
    flows, style = prepared.carried(), setting.loan.repayment
    told = "" if style.sets != "payment" or style.grows else first_shortfall(prepared.grid, flows, setting.money)
    if told:
        raise FibercapError(
            f"loans.{setting.name}.repayment: {told}; write `allow_negative_amortization: true` to allow it"
        )
    flow_rows(prepared, flows)
    return prepared.sheet.block()
