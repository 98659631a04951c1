"""A loan's own schedule as rows: its calendar, its rate, and what happens at each event."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from fibercap.core.errors import FibercapError
from fibercap.core.formulas.rows import Row
from fibercap.model.loans.events.prepared import Prepared
from fibercap.model.loans.events.shortfall import first_shortfall
from fibercap.model.loans.rows.flow_rows import flow_rows

if TYPE_CHECKING:
    from fibercap.core.formulas.rows import Block
    from fibercap.core.formulas.sheet import Sheet
    from fibercap.model.loans.events.flows import Flows
    from fibercap.model.loans.setting import Moves, Setting


def carry_loan(prepared: Prepared) -> Flows:
    """Return the flows of a loan; refuse a loan that grows if its style does not allow it.

    Raises
    ------
    FibercapError
        If a payment is below the interest due with it, and the style does not allow the loan to grow.
    """
    setting, flows = prepared.setting, prepared.carry()
    style = setting.loan.repayment
    message = (
        ""
        if style.sets != "payment" or style.grows
        else first_shortfall(prepared.grid, flows, setting.money, prepared.trifle.value)
    )
    if message:
        way = "write `allow_negative_amortization: true` to allow it"
        raise FibercapError("below_interest", f"loans.{setting.name}.repayment: {message}", way)
    return flows


def schedule_block(setting: Setting, moves: Moves) -> Block:
    """Return the block `loans.<name>.schedule`: the contract's events and what happens at each.

    Parameters
    ----------
    setting : Setting
        The loan, its name and currency, the model's periods and the indices.
    moves : Moves
        What the projection draws and prepays, and the service that it wants of a sculpted loan.

    Raises
    ------
    FibercapError
        If a payment is below the interest due with it, and the style does not allow the loan to grow.
    """
    prepared = Prepared(setting, moves)
    flows = carry_loan(prepared)
    flow_rows(prepared, flows)
    if setting.exchange is not None:
        _reported_rows(prepared, setting.exchange.unit.split("/")[0])
    return prepared.sheet.block()


ACCRUED: Final = ("interest", "fees")
"""Amounts that accrue over a period; they are translated at its average rate."""
ON_THE_DAY: Final = (
    "interest_paid",
    "capitalized",
    "fees_paid",
    "upfront_fee",
    "prepayment_fee",
    "scheduled",
    "principal",
)
"""Amounts that move on a day; they are translated at the rate of that day."""


def _reported_rows(prepared: Prepared, money: str) -> None:
    """Write amounts in the reporting currency: accruals and what funding draws at averages, others at the day's rate.

    Source
    ------
    docs/conventions.md, section 6.
    """
    prefix, sheet = prepared.setting.prefix, prepared.sheet

    def line(key: str, text: str) -> None:
        row = sheet.rows[f"{prefix}.{key}"]
        sheet.line(Row(f"{prefix}.reported.{key}", row.label, money, row.nature, text))

    for key in _rows_of(sheet, prefix, (*ACCRUED, *ON_THE_DAY, "closing")):
        line(key, f"{{{prefix}.{key}}} * {{{prefix}.{'exchange_average' if key in ACCRUED else 'exchange'}}}")
    text = f"{{{prefix}.drawn}} * {{{prefix}.exchange}}"
    if prepared.moves.funded is not None:
        text, funded = prepared.on_last_days(prepared.moves.funded, "funded")
        text, funded = f"{{{prefix}.draws_here}} * {text}", prepared.value("draws_here") * funded
        prepared.put("funded", "Drawn by funding", prepared.setting.money, text, funded)
        text = f"({{{prefix}.drawn}} - {{{prefix}.funded}}) * {{{prefix}.exchange}}"
        text = f"{text} + {{{prefix}.funded}} * {{{prefix}.exchange_average}}"
    line("drawn", text)
    paid = _rows_of(sheet, prefix, ("upfront_fee", "interest_paid", "principal", "fees_paid", "prepayment_fee"))
    line("borrower_cash_flow", " - ".join(f"{{{prefix}.reported.{key}}}" for key in ("drawn", *paid)))


def _rows_of(sheet: Sheet, prefix: str, keys: tuple[str, ...]) -> tuple[str, ...]:
    """Return the keys of those rows that a schedule has."""
    return tuple(key for key in keys if f"{prefix}.{key}" in sheet)
