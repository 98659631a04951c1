"""The base of methods of depreciation: how much of an asset's cost is charged up to an age, and the rows' formulas."""

from __future__ import annotations

from abc import ABC, abstractmethod
from bisect import bisect_right
from dataclasses import dataclass
from itertools import groupby
from math import ceil
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from fibercap.core.formulas.sheet import Sheet
from fibercap.core.language.spec import Spec
from fibercap.core.units import Array

if TYPE_CHECKING:
    from collections.abc import Iterator


@dataclass(frozen=True)
class Asset:
    """The asset that a method writes formulas for: the sheet, and the prefix of the paths of its scalars.

    `input_path` is the path of the method's input, such as `projects.line.depreciation`; `residual` the reference to
    the share of the cost that is not depreciated, "" where all of it is; `by` the part of the scalars' paths.
    """

    sheet: Sheet
    path: str
    input_path: str
    residual: str = ""
    by: str = "depreciates_by"

    def give(self, key: str, unit: str, value: Array | float, formula: str) -> str:
        """Give a scalar of the method, `<path>.<by>.<key>`; return the reference to it.

        Parameters
        ----------
        key, unit : str
            The last part of the scalar's path, and its unit.
        value : () or (sample, 1)
            Its value. [unit]
        formula : str
            Its formula text.
        """
        return self.sheet.give(f"{self.path}.{self.by}.{key}", unit, value, formula=formula)

    def give_input(self, key: str, unit: str, value: Array | float, *reads: str) -> str:
        """Give an input of the method, `inputs.<input_path>.<key>`; return the reference to it.

        Parameters
        ----------
        key, unit : str
            The key below the method's input, and the unit of the value.
        value : () or (sample, 1)
            Its value. [unit]
        *reads : str
            Keys below the method's input from which it comes; without them, the input at its own path.
        """
        paths = (f"{self.input_path}.{read}" for read in reads)
        return self.sheet.give(f"inputs.{self.input_path}.{key}", unit, value, *paths)


class Depreciation(Spec, ABC):
    """A way to spread the cost of an asset over its life, defined by the share charged up to an age.

    The share is that of what is depreciated: the cost less its residual part. It is 0 before age zero, never falls,
    and is 1 from the end of the life on.
    """

    kind: ClassVar[str]
    changes_yearly: ClassVar[bool] = False
    """Whether the charge is the same every month of a year."""

    @abstractmethod
    def charged_share(self, age: Array, life: Array) -> Array:
        """Return the share of what is depreciated that is charged up to an age, (...). [1]

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

    def charged_of_cost(self, age: Array, life: Array, residual: Array | float = 0.0) -> Array:
        """Return the share of the cost that is charged up to an age, (...). [1]

        Parameters
        ----------
        age, life : (...)
            As of `charged_share`. [month]
        residual : (...)
            Share of the cost that is not depreciated. [1]
        """
        return np.asarray((1.0 - residual) * self.charged_share(age, life))

    def charged_of_cost_text(self, asset: Asset, age: str, life: str) -> str:
        """Return the formula text of `charged_of_cost`, for the residual of the asset. [1]

        Parameters
        ----------
        asset, age, life
            As of `charged_share_text`.
        """
        share = self.charged_share_text(asset, age, life)
        return f"(1 - {asset.residual}) * ({share})" if asset.residual else share

    def months(self, life: float) -> float:
        """Return the age at which the whole cost is charged, for an asset of this life. [month]"""
        return life

    def ends(self, life: float) -> list[float]:
        """Return the ages at which the monthly charge may change, the last of them `months`. [month]"""
        every, last = 12.0 if self.changes_yearly else 1.0, self.months(life)
        return [*np.arange(every, last, every), last]

    def loss(self, cost: Array, life: Array, ages: tuple[Array, Array], residual: Array | float = 0.0) -> Array:
        """Return what an asset loses between two ages, (...). [money]

        Parameters
        ----------
        cost, life : (...)
            What it has cost [money], and over how long it is depreciated. [month]
        ages : two of (...)
            Months since depreciation began, at the start and the end of the period; negative before. [month]
        residual : (...)
            Share of the cost that is not depreciated. [1]
        """
        before, after = (self.charged_of_cost(age, life, residual) for age in ages)
        return cost * (after - before)

    def loss_text(self, asset: Asset, cost: str, life: str, ages: tuple[str, str]) -> str:
        """Return the formula text of what an asset loses in a period. [money]

        Parameters
        ----------
        asset : Asset
            The asset, whose sheet gets the scalars of the method.
        cost, life : str
            Formula texts of its cost [money] and its life. [month]
        ages : two of str
            Formula texts of the months since depreciation began, at the start and the end of the period. [month]
        """
        start, end = (self.charged_of_cost_text(asset, f"({age})", life) for age in ages)
        return f"{cost} * (({end}) - ({start}))"

    def loss_of_spending_text(self, asset: Asset, spent: str, life: float, step: int) -> str:
        """Return the formula text of the depreciation of yearly spending, with a term for each span of ages. [money]

        The spending of a period is an asset from the next period on.

        Parameters
        ----------
        asset : Asset
            The spending, whose sheet has `inputs.<path>.life` and gets the scalars of the method.
        spent : str
            Path of the row of spending; the path of the total to date ends with `_to_date`. [money]
        life : float
            The life of what is bought. [month]
        step : int
            The length of a model period. [month]
        """
        ages = np.arange(ceil(self.months(life) / step) + 1, dtype=float)
        charged = self.charged_share(step * ages, np.asarray(float(life)))
        terms = []
        for first, last in self._spans(life, step):
            months = (f"({age} * {{time.months_in_period}})" for age in (first - 1, first))
            before, after = (self.charged_share_text(asset, past, f"{{inputs.{asset.path}.life}}") for past in months)
            share = asset.give(f"share_{first}", "", _column(charged, first), f"({after}) - ({before})")
            between = f"({{{spent}_to_date@-{first}}} - {{{spent}_to_date@-{last + 1}}})"
            terms.append(f"{f'{{{spent}@-{first}}}' if first == last else between} * {share}")
        return " + ".join(terms)

    def _spans(self, life: float, step: int) -> Iterator[tuple[int, int]]:
        """Yield the first and the last of ages in periods that each charge the same share."""
        ends = self.ends(life)

        def span_of(age: int) -> tuple[int, int]:
            number = bisect_right(ends, (age - 1) * step)
            return number, 0 if age * step <= ends[number] else age  # one in which the charge changes stands alone

        for _, group in groupby(range(1, ceil(self.months(life) / step) + 1), span_of):
            first, *others = group
            yield first, (others or [first])[-1]


def _column(charged: Array, age: int) -> Array:
    """Return what a period of an age charges, `()` or (sample, 1). [1]"""
    return (
        charged[..., age, None] - charged[..., age - 1, None] if charged.ndim > 1 else charged[age] - charged[age - 1]
    )
