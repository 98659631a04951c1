"""A loan's own schedule as rows: its calendar, its rate, and what happens at each event."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from fibercap.core.errors import FibercapError
from fibercap.core.rows import Row
from fibercap.model.loans.flow_rows import flow_rows
from fibercap.model.loans.prepared import Prepared
from fibercap.model.loans.shortfall import first_shortfall

if TYPE_CHECKING:
    from fibercap.core.rows import Block
    from fibercap.model.loans.flows import Flows
    from fibercap.model.loans.setting import Moved, Setting


def carried(prepared: Prepared) -> Flows:
    """Carry a loan, and refuse one that grows where its style does not allow it.

    Raises
    ------
    FibercapError
        If a payment is below the interest due with it, and the style does not allow the loan to grow.
    """
    setting, flows = prepared.setting, prepared.carried()
    style = setting.loan.repayment
    told = (
        ""
        if style.sets != "payment" or style.grows
        else first_shortfall(prepared.grid, flows, setting.money, prepared.trifle.value)
    )
    if told:
        way = "write `allow_negative_amortization: true` to allow it"
        raise FibercapError("below_interest", f"loans.{setting.name}.repayment: {told}", way)
    return flows


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
    flows = carried(prepared)
    flow_rows(prepared, flows)
    if setting.exchange is not None:
        _reported_rows(prepared, setting.exchange.unit.split("/")[0])
    return prepared.sheet.block()


ACCRUED: Final = ("interest", "fees")
"""What accrues over a period, and so counts at its average rate."""
ON_THE_DAY: Final = ("interest_paid", "capitalized", "fees_paid", "upfront_fee", "scheduled", "principal")
"""What moves on a day, and so counts at the rate of that day."""


def _reported_rows(prepared: Prepared, money: str) -> None:
    """Write amounts in the reporting currency: accruals and what funding draws at averages, others at the day's rate.

    Source
    ------
    docs/conventions.md, section 6.
    """
    at, sheet = prepared.setting.at, prepared.sheet

    def line(key: str, text: str) -> None:
        row = sheet.rows[f"{at}.{key}"]
        sheet.line(Row(f"{at}.reported.{key}", row.label, money, row.nature, text))

    for key in (*ACCRUED, *ON_THE_DAY, "closing"):
        line(key, f"{{{at}.{key}}} * {{{at}.{'exchange_average' if key in ACCRUED else 'exchange'}}}")
    text = f"{{{at}.drawn}} * {{{at}.exchange}}"
    if prepared.moved.funded is not None:
        text, funded = prepared.on_last_days(prepared.moved.funded, "funded")
        text, funded = f"{{{at}.draws_here}} * {text}", prepared.value("draws_here") * funded
        prepared.put("funded", "Drawn by funding", prepared.setting.money, text, funded)
        text = f"({{{at}.drawn}} - {{{at}.funded}}) * {{{at}.exchange}} + {{{at}.funded}} * {{{at}.exchange_average}}"
    line("drawn", text)
    paid = ("upfront_fee", "interest_paid", "principal", "fees_paid")
    line("borrower_cash_flow", " - ".join(f"{{{at}.reported.{key}}}" for key in ("drawn", *paid)))
