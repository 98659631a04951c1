"""The reporting currency, inputs written in others, and flows translated at the average rate."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Currencies:
    """The reporting currency, and `code_of`, which returns the currency of the input at a path."""

    reporting: str
    code_of: Callable[[str], str]

    def rate(self, path: str) -> str:
        """Return the row of the average rate of an input's currency; "" for the reporting one."""
        code = self.code_of(path)
        return "" if code == self.reporting else f"exchange.{code}.average"

    def flow(self, path: str, text: str) -> str:
        """Return the formula of a flow in the reporting currency. [money]

        Parameters
        ----------
        path : str
            The input that gives the flow its currency, such as `plants.jena.cash_cost`.
        text : str
            The formula of the flow in that currency.

        Source
        ------
        docs/conventions.md, section 6: flows translate at the period's average rate.
        """
        rate = self.rate(path)
        return f"{text} * {{{rate}}}" if rate else text
