"""A loan's own schedule as rows: its calendar, its rate, and what happens at each event."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from fibercap.core.errors import FibercapError
from fibercap.core.timeline import RATE
from fibercap.model.loans.flow_rows import flow_rows
from fibercap.model.loans.prepared import Prepared
from fibercap.model.loans.shortfall import first_shortfall
from fibercap.model.run_off import RUN_OFF

if TYPE_CHECKING:
    from fibercap.core.rows import Block
    from fibercap.model.loans.flows import Flows
    from fibercap.model.loans.setting import Exchanged, Moved, Setting


def carried(prepared: Prepared) -> Flows:
    """Carry a loan, and refuse one that grows where its style does not allow it.

    Raises
    ------
    FibercapError
        If a payment is below the interest due with it, and the style does not allow the loan to grow.
    """
    setting, flows = prepared.setting, prepared.carried()
    style = setting.loan.repayment
    told = "" if style.sets != "payment" or style.grows else first_shortfall(prepared.grid, flows, setting.money)
    if told:
        way = "write `allow_negative_amortization: true` to allow it"
        raise FibercapError(f"loans.{setting.name}.repayment: {told}; {way}")
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
        _reported_rows(prepared, setting.exchange)
    return prepared.sheet.block()


REPORTED: Final = (
    "interest",
    "interest_paid",
    "fees",
    "fees_paid",
    "upfront_fee",
    "principal",
    "drawn",
    "borrower_cash_flow",
    "closing",
)


def _reported_rows(prepared: Prepared, exchange: Exchanged) -> None:
    """Write amounts in the reporting currency: at the average rate of their period, beyond all at their ends'."""
    at, events = prepared.setting.at, prepared.grid.period.astype(int)
    count = exchange.average.shape[-1]
    edges = [np.broadcast_to(edge, (*exchange.average.shape[:-1], 1)) for edge in (exchange.before, exchange.after)]
    rates = np.concatenate([edges[0], exchange.average, edges[1]], axis=-1)[..., np.minimum(events, count + 1)]
    give, known = prepared.sheet.give, f"loans.{prepared.setting.name}"
    at_start = f"{{exchange.{exchange.code}.before}}"
    later = f"{RUN_OFF}." if prepared.setting.timeline is not None and prepared.setting.timeline.past else ""
    at_end = f"SUM({{{later}exchange.{exchange.code}.closing}} * ({{{later}time.period}} = {count}))"
    before = give(f"{known}.rate_before", exchange.unit, exchange.before, formula=at_start)
    after = give(f"{known}.rate_after", exchange.unit, exchange.after, formula=at_end)
    looked_up = "SUMIFS({{{0}exchange.{1}.average}}, {{{0}time.period}}, {{{2}.period}})"
    during = " + ".join(looked_up.format(part, exchange.code, at) for part in dict.fromkeys(("", later)))
    text = f"IF({{{at}.period}} = 0, {before}, IF({{{at}.period}} > {count}, {after}, {during}))"
    rate = prepared.put("exchange", "Rate of exchange", exchange.unit, text, rates, RATE)
    money = exchange.unit.split("/")[0]
    for key in REPORTED:
        row = prepared.sheet.rows[f"{at}.{key}"]
        text = f"{{{at}.{key}}} * {{{at}.exchange}}"
        prepared.put(f"reported.{key}", row.label, money, text, prepared.value(key) * rate, row.nature)
