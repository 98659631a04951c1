"""Is there money? One rule for kernels and formulas: an amount counts where it is more than rounding may leave."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import numpy.typing as npt

from fibercap.core.units import Array

if TYPE_CHECKING:
    from fibercap.core.sheet import Sheet

HALF_A_CENT: Final = 0.005
ROUNDING: Final = 1e-12
"""Share of the largest amount that rounding may leave of it."""
PATH: Final = "money.trifle"


@dataclass(frozen=True)
class Trifle:
    """The largest amount that counts as no money: the reference by which formulas know it, and its value.

    `value` is `()` or `(draw, 1)`. [money]
    """

    text: str
    value: Array

    def counts(self, amount: Array) -> npt.NDArray[np.bool_]:
        """Tell where there is money, (...)."""
        return np.asarray(amount > self.value)

    def counts_text(self, amount: str) -> str:
        """Return the formula of `counts`."""
        return f"{amount} > {self.text}"

    def sum_counts(self, amount: Array) -> npt.NDArray[np.bool_]:
        """Tell in which draws a sum over all periods is money, (draw,)."""
        return self.counts(np.asarray(amount)[..., None])[..., 0]

    def without_dust(self, flows: Array) -> Array:
        """Return flows of either sign without those that are no money, (...). [money]"""
        return np.where(np.abs(flows) > self.value, flows, 0.0)

    def counted_text(self, amount: str) -> str:
        """Return the formula of an amount where there is money, else 0."""
        return f"IF({self.counts_text(amount)}, {amount}, 0)"


def least_money(largest: Array) -> Array:
    """Return the largest amount that counts as no money beside a plan's largest amount, (...). [money]

    Source
    ------
    docs/conventions.md, section 6; docs/decisions/is-there-money.md.
    """
    return np.maximum(HALF_A_CENT, ROUNDING * largest)


def give_trifle(sheet: Sheet, path: str, money: str, largest: str, value: Array) -> Trifle:
    """Make the largest amount that counts as no money known to formulas.

    Parameters
    ----------
    sheet : Sheet
        Where it is given.
    path : str
        What formulas call it.
    money : str
        The currency.
    largest, value
        The largest amount of a plan, or of a loan that stands alone: formula and value. [money]
    """
    least = sheet.give(f"{path.rpartition('.')[0]}.half_a_cent", money, HALF_A_CENT)
    text = f"MAX({least}, {ROUNDING!r} * {largest})"
    return Trifle(sheet.give(path, money, least_money(value), formula=text, aside=True), least_money(value))


def trifle_of(sheet: Sheet) -> Trifle:
    """Return the largest amount that counts as no money in a plan, in its reporting currency."""
    return Trifle(f"{{{PATH}}}", sheet.scalar(PATH))
