"""The base of methods of depreciation: how much of an asset's cost is charged up to an age, and the rows' formulas."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from math import ceil
from typing import TYPE_CHECKING, ClassVar

import numpy as np

if TYPE_CHECKING:
    from fibercap.core.sheet import Sheet
    from fibercap.core.units import Array


@dataclass(frozen=True)
class Asset:
    """The asset that a method writes formulas for: the sheet, and the prefix of the paths of its scalars."""

    sheet: Sheet
    path: str

    def give(self, key: str, unit: str, value: Array | float, formula: str = "") -> str:
        """Give a scalar of the method, `<path>.depreciates_by.<key>`; return the reference to it.

        Parameters
        ----------
        key, unit : str
            The last part of the scalar's path, and its unit.
        value : () or (sample, 1)
            Its value. [unit]
        formula : str
            Its formula text, "" if it is an input or a number of the method.
        """
        return self.sheet.give(f"{self.path}.depreciates_by.{key}", unit, value, formula=formula)


class Depreciation(ABC):
    """A way to spread the cost of an asset over its life, defined by the share of the cost charged up to an age.

    The share is 0 before age zero, never falls, and is 1 from the end of the life on. Within a year it grows by the
    same amount every month.
    """

    kind: ClassVar[str]

    @abstractmethod
    def charged_share(self, age: Array, life: Array) -> Array:
        """Return the share of the cost that is charged up to an age, (...). [1]

        Parameters
        ----------
        age : (...)
            Months since depreciation began; negative before. [month]
        life : (...)
            Months over which the asset is depreciated. [month]
        """

    @abstractmethod
    def charged_share_text(self, asset: Asset, age: str, life: str) -> str:
        """Return the formula text of `charged_share`. [1]

        Parameters
        ----------
        asset : Asset
            The asset, whose sheet gets the scalars of the method.
        age, life : str
            Formula texts of the age and the life. [month]
        """

    def months(self, life: float) -> float:
        """Return the age at which the whole cost is charged, for an asset of this life. [month]"""
        return life

    def loss(self, cost: Array, life: Array, age_before: Array, age: Array) -> Array:
        """Return what an asset loses between two ages, (...). [money]

        Parameters
        ----------
        cost, life : (...)
            What is depreciated [money], and over how long. [month]
        age_before, age : (...)
            Months since depreciation began, at the start and the end of the period; negative before. [month]
        """
        return cost * (self.charged_share(age, life) - self.charged_share(age_before, life))

    def loss_text(self, asset: Asset, cost: str, life: str, since: str) -> str:
        """Return the formula text of what an asset loses in a period. [money]

        Parameters
        ----------
        asset : Asset
            The asset, whose sheet gets the scalars of the method.
        cost, life : str
            Formula texts of its cost [money] and its life. [month]
        since : str
            Formula text of the month number at which depreciation begins. [month]
        """
        end, start = (self.charged_share_text(asset, f"({{time.{edge}}} - {since})", life) for edge in ("end", "start"))
        return f"{cost} * (({end}) - ({start}))"

    def loss_of_spending_text(self, asset: Asset, spent: str, life: float, step: int) -> str:
        """Return the formula text of the depreciation of yearly spending, with a term for each age in periods. [money]

        The spending of a period is an asset from the next period on.

        Parameters
        ----------
        asset : Asset
            The spending, whose sheet has `inputs.<path>.life` and gets the scalars of the method.
        spent : str
            Path of the row of spending. [money]
        life : float
            The life of what is bought. [month]
        step : int
            The length of a model period. [month]
        """
        ages = range(ceil(self.months(life) / step) + 1)
        charged = self.charged_share(step * np.array(ages, dtype=float), np.asarray(float(life)))
        months = (f"({age} * {{time.months_in_period}})" for age in ages)
        texts = [self.charged_share_text(asset, past, f"{{inputs.{asset.path}.life}}") for past in months]
        shares = (
            asset.give(f"share_{age}", "", charged[age] - charged[age - 1], f"({texts[age]}) - ({texts[age - 1]})")
            for age in ages[1:]
        )
        return " + ".join(f"{{{spent}@-{age}}} * {share}" for age, share in enumerate(shares, 1))
