"""The reporting currency, inputs written in others, and flows translated at the average rate."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from fibercap.core.rows import Sheet
    from fibercap.core.units import Array


@dataclass(frozen=True)
class Currencies:
    """The reporting currency, and `of`, which gives the currency of an input by its path."""

    reporting: str
    of: Callable[[str], str]

    def rate(self, path: str) -> str:
        """Return the row of the average rate of an input's currency; "" for the reporting one."""
        code = self.of(path)
        return "" if code == self.reporting else f"exchange.{code}.average"

    def flow(self, sheet: Sheet, path: str, text: str, value: Array) -> tuple[str, Array]:
        """Return formula and value of a flow in the reporting currency, (..., period). [money]

        Parameters
        ----------
        sheet : Sheet
            Where the rates stand.
        path : str
            The input that gives the flow its currency, such as `plants.jena.cash_cost`.
        text, value
            The flow in that currency.

        Source
        ------
        docs/conventions.md, section 6: flows translate at the period's average rate.
        """
        rate = self.rate(path)
        return (f"{text} * {{{rate}}}", value * sheet.value(rate)) if rate else (text, value)
