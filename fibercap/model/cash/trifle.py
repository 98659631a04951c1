"""Is there money? One rule for kernels and formulas: an amount counts if it is more than errors of rounding."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import numpy.typing as npt

from fibercap.core.units import Array

if TYPE_CHECKING:
    from fibercap.core.formulas.sheet import Sheet

HALF_A_CENT: Final = 0.005
ROUNDING: Final = 1e-12
"""Errors of floating-point arithmetic, as a share of the largest amount."""
PATH: Final = "money.trifle"


@dataclass(frozen=True)
class Trifle:
    """The largest amount that counts as no money: its formula text, and its value, `()` or `(sample, 1)`. [money]"""

    text: str
    value: Array

    def counts(self, amount: Array) -> npt.NDArray[np.bool_]:
        """Return where an amount is money, (...)."""
        return np.asarray(amount > self.value)

    def counts_text(self, amount: str) -> str:
        """Return the formula text of `counts`. [1]"""
        return f"{amount} > {self.text}"

    def sum_counts(self, amount: Array) -> npt.NDArray[np.bool_]:
        """Return in which samples a sum over all periods is money, (sample,)."""
        return self.counts(np.asarray(amount)[..., None])[..., 0]

    def without_dust(self, flows: Array) -> Array:
        """Return flows of either sign, with 0 for those that do not count as money, (...). [money]"""
        return np.where(np.abs(flows) > self.value, flows, 0.0)

    def counted_text(self, amount: str) -> str:
        """Return the formula text of an amount if it is money, else of 0."""
        return f"IF({self.counts_text(amount)}, {amount}, 0)"


def least_money(largest: Array) -> Array:
    """Return the largest amount that counts as no money beside a plan's largest amount, (...). [money]

    Source
    ------
    docs/conventions.md, section 6; docs/decisions/is-there-money.md.
    """
    return np.maximum(HALF_A_CENT, ROUNDING * largest)


def give_trifle(sheet: Sheet, path: str, money: str, largest: str, value: Array) -> Trifle:
    """Give the largest amount that counts as no money as a scalar.

    Parameters
    ----------
    sheet : Sheet
        The sheet that gets the scalar.
    path : str
        Its path.
    money : str
        The currency.
    largest, value : str, () or (sample, 1)
        The largest amount of a plan, or of a loan on its own: formula text and value. [money]
    """
    least = sheet.give(f"{path.rpartition('.')[0]}.half_a_cent", money, HALF_A_CENT)
    text = f"MAX({least}, {ROUNDING!r} * {largest})"  # repr: a formula text has all digits of a number
    return Trifle(sheet.give(path, money, least_money(value), formula=text, aside=True), least_money(value))


def trifle_of(sheet: Sheet) -> Trifle:
    """Return the largest amount that counts as no money in a plan, in its reporting currency."""
    return Trifle(f"{{{PATH}}}", sheet.scalar(PATH))
