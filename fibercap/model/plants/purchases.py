"""Plants that are bought on the way: the price, and the working capital that comes with them."""

from __future__ import annotations

from typing import Annotated, Any

import numpy as np

from fibercap.core.calendar import month_number_text, serial
from fibercap.core.formulas.rows import Row
from fibercap.core.formulas.sheet import Sheet
from fibercap.core.language.dates import Date
from fibercap.core.language.durations import Life
from fibercap.core.language.fields import Money
from fibercap.core.language.money_or_share import Truth
from fibercap.core.language.spec import OneOf, Spec
from fibercap.core.timeline import FLOW, month_number
from fibercap.core.units import Array
from fibercap.model.currency.currencies import Currencies
from fibercap.model.depreciation import StraightLine
from fibercap.model.plants.asset_terms import Residual, Sale
from fibercap.model.ways_to_depreciate import MethodOfAsset

TEN_YEARS = 120
ZERO = np.asarray(0.0)
CAPITAL = ("receivables", "inventory", "payables")


class BoughtCapital(Spec):
    """Working capital bought with a plant, by kind; each runs off over the days of its kind."""

    receivables: Money = ZERO
    """What customers of the plant owe. Like `6 million USD`."""
    inventory: Money = ZERO
    """Stock that comes with it. Like `1 million USD`."""
    payables: Money = ZERO
    """What it owes to suppliers, which the price pays less for. Like `0.6 million USD`."""


def _choose_capital(raw: Any) -> tuple[str, Any]:
    return ("block" if isinstance(raw, dict) else "amount"), raw


class Purchase(Spec):
    """A plant bought on the way: price less working capital is a fixed asset."""

    price: Money
    """What is paid, working capital included. Like `25 million USD`."""
    on: Date
    """Day of payment; it lies in the horizon. Like `2000-06-20`."""
    life: Life = TEN_YEARS
    """Time over which price less working capital is depreciated. Like `10 years`."""
    depreciation: MethodOfAsset = StraightLine()
    """How it is depreciated over its life, as of a project. Like `sum_of_years` or `{declining_balance: 25 %}`."""
    residual: Residual = None
    """Share of price less working capital that is not depreciated, which stays in the books. Like `20 %`."""
    land: Truth = False
    """Whether it is land, which is not depreciated."""
    sold: Sale | None = None
    """Where the plant is sold in the horizon: it closes, depreciation ends, and price less book value is income. Like
    `{on: 2004-06-30, price: 2 million USD}`."""
    working_capital: Annotated[
        Array | BoughtCapital,
        OneOf({"amount": Money, "block": BoughtCapital}, _choose_capital, "money", "working capital"),
    ] = ZERO
    """Working capital that comes with the plant, at most the price: receivables, or a block by kind; it runs off
    evenly over their days. Like `6.4 million USD` or `{receivables: 6 million USD, payables: 1 million USD}`."""

    @property
    def is_depreciated(self) -> bool:
        """Whether it is depreciated: land is not."""
        return not self.land


def purchase_rows(sheet: Sheet, key: str, deal: Purchase, label: str, money: Currencies) -> None:
    """Write a purchased plant's price, and the working capital that comes with it, in the period of the purchase.

    Writes `plants.<key>.purchase`, and `working_capital` and its parts under `plants.<key>.purchased.`. [money]

    Parameters
    ----------
    sheet, key, deal, label, money
        The sheet that gets the rows, the plant, its purchase, its name for readers, and the currencies of amounts.
    """
    bought = month_number(deal.on)
    day = sheet.give(f"inputs.plants.{key}.purchase.on", "day", serial(deal.on))
    on = sheet.give(f"plants.{key}.purchase.month", "month", bought, formula=month_number_text(day))
    parts = bought_capital(deal)
    rows = [("purchase.price", "purchase", "purchase price", deal.price)]
    rows += [(path, f"purchased.{kind}", f"{kind} bought", amount) for kind, (path, amount) in parts.items()]
    for input_key, row, words, amount in rows:
        path = f"plants.{key}.{input_key}"
        amount_text = sheet.give(f"inputs.{path}", money.code_of(path), amount)
        text = money.flow(path, f"IF(AND({{time.start}} < {on}, {on} <= {{time.end}}), {amount_text}, 0)")
        sheet.line(Row(f"plants.{key}.{row}", f"{label}: {words}", money.reporting, FLOW, text))
    prefix = f"plants.{key}.purchased"
    text = "0" + "".join(f" {'-' if kind == 'payables' else '+'} {{{prefix}.{kind}}}" for kind in parts)
    sheet.line(Row(f"{prefix}.working_capital", f"{label}: working capital bought", money.reporting, FLOW, text))


def bought_capital(deal: Purchase) -> dict[str, tuple[str, Array]]:
    """Return the working capital bought with a plant: by kind, the path of its input under the plant and the amount."""
    capital, path = deal.working_capital, "purchase.working_capital"
    if not isinstance(capital, BoughtCapital):
        return {"receivables": (path, capital)}
    return {kind: (f"{path}.{kind}", getattr(capital, kind)) for kind in CAPITAL if kind in capital.model_fields_set}


def net_capital(deal: Purchase) -> Array:
    """Return the working capital bought with a plant, less payables, `()` or `(sample, 1)`. [money]"""
    parts = bought_capital(deal).items()
    return sum((-part if kind == "payables" else part for kind, (_, part) in parts), start=np.asarray(0.0))
