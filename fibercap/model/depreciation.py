"""Depreciation by months: straight line, declining balance, sum of the years' digits, and a table of shares."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from math import floor
from typing import ClassVar, get_args

import numpy as np

from fibercap.core.kernel import kernel
from fibercap.core.units import Array
from fibercap.model.depreciation_method import Asset, Depreciation

YEAR = 12.0
MONTHS = "{time.months_in_year}"


@kernel(returns="USD", cost="USD", life="month", age_before="month", age="month")
def straight_line(cost: Array, life: Array, age_before: Array, age: Array) -> Array:
    """Return what an asset loses between two ages when it loses the same every month.

    Parameters
    ----------
    cost, life : (...)
        What is depreciated [USD], and over how long, more than zero. [month]
    age_before, age : (...)
        Months since depreciation began, at the start and the end of the period; negative before. [month]

    Returns
    -------
    (...), the broadcast of the arguments [USD]

    Raises
    ------
    DimensionalityError
        If an argument is in the wrong unit.

    Source
    ------
    IAS 16, paragraph 62: a constant charge over the useful life.

    Examples
    --------
    >>> float(straight_line.plain(1200.0, 24.0, 6.0, 9.0))
    150.0
    """
    return cost * (np.clip(age, 0.0, life) - np.clip(age_before, 0.0, life)) / life


@dataclass(frozen=True)
class StraightLine(Depreciation):
    """The same every month."""

    kind: ClassVar[str] = "straight_line"

    def charged_share(self, age: Array, life: Array) -> Array:
        """Return the share of the cost that is charged up to an age, (...). [1]"""
        return np.asarray(np.clip(age, 0.0, life) / life)

    def charged_share_text(self, asset: Asset, age: str, life: str) -> str:
        """Return the formula of `charged_share`, from formulas of age and life in months. [1]"""
        del asset
        return f"{_within(age, life)} / {life}"

    def loss(self, cost: Array, life: Array, age_before: Array, age: Array) -> Array:
        """Return what an asset loses of its cost [money] between two ages [month], (...). [money]"""
        return straight_line.plain(cost, life, age_before, age)

    def loss_text(self, asset: Asset, cost: str, life: str, since: str) -> str:
        """Return the formula of what an asset loses in a period; it begins at the month number `since`. [money]"""
        del asset
        at_end, at_start = (f"MIN(MAX({{time.{edge}}} - {since}, 0), {life})" for edge in ("end", "start"))
        return f"{cost} * ({at_end} - {at_start}) / {life}"

    def loss_of_spending_text(self, asset: Asset, spent: str, life: float, step: int) -> str:
        """Return the formula of what spending loses in a period, from the total spent to date. [money]

        Source
        ------
        Own derivation: spending is depreciated for a full period as long as its life covers the period, then in part.
        """
        path, full_periods = asset.path, floor(life / step)
        over = asset.sheet.give(f"{path}.maintenance_left_over", "month", life % step, f"{path}.life", "horizon.step")
        full = f"({{{spent}_to_date@-1}} - {{{spent}_to_date@-{full_periods + 1}}}) * {{time.months}}"
        return f"({full} + {{{spent}@-{full_periods + 1}}} * {over}) / {{inputs.{path}.life}}"


@dataclass(frozen=True)
class DecliningBalance(Depreciation):
    """Each year a share of its opening book value; straight line over the rest of the life once that charges more."""

    kind: ClassVar[str] = "declining_balance"
    rate: Array
    """Share of the book value charged in a year, above 0 and below 1, () or (sample, 1). [1]"""

    def __post_init__(self) -> None:
        """Raise ValueError if the rate charges nothing, or all at once."""
        if not (np.all(self.rate > 0) and np.all(self.rate < 1)):
            raise ValueError(f"the rate of a declining balance is {self.rate}, not between 0 and 1")

    def charged_share(self, age: Array, life: Array) -> Array:
        """Return the share of the cost that is charged up to an age, (...). [1]

        Source
        ------
        IAS 16, paragraph 62: the diminishing balance. Own derivation: straight line charges more than the rate once
        1 / (years left) exceeds it, which is after `life - 1 / rate` years, rounded up to whole years.
        """
        past = np.clip(age, 0.0, life)
        switch = np.maximum(np.ceil(life / YEAR - 1.0 / self.rate), 0.0)
        years = np.minimum(_years_begun(past), switch)
        slope = np.where(years < switch, self.rate / YEAR, 1.0 / (life - YEAR * switch))
        return np.asarray(1.0 - (1.0 - self.rate) ** years * (1.0 - (past - YEAR * years) * slope))

    def charged_share_text(self, asset: Asset, age: str, life: str) -> str:
        """Return the formula of `charged_share`, from formulas of age and life in months. [1]"""
        rate, year, past = asset.give("rate", "", self.rate), MONTHS, _within(age, life)
        switch = f"MAX(ROUNDUP({life} / {year} - 1 / {rate}, 0), 0)"
        years = f"MIN({_years_begun_text(past)}, {switch})"
        slope = f"IF({years} < {switch}, {rate} / {year}, 1 / ({life} - {year} * {switch}))"
        return f"1 - (1 - {rate})^{years} * (1 - ({past} - {year} * {years}) * {slope})"


@dataclass(frozen=True)
class SumOfYears(Depreciation):
    """Each year in proportion to the years that are left as it opens: 5, 4, 3, 2, 1 fifteenths."""

    kind: ClassVar[str] = "sum_of_years"

    def charged_share(self, age: Array, life: Array) -> Array:
        """Return the share of the cost that is charged up to an age, (...). [1]

        Source
        ------
        OASIS OpenDocument 1.2, part 2 (OpenFormula), function SYD, without a salvage value. Own derivation for part of
        a year: the years left as it opens, times the part.
        """
        return np.asarray(self._digits(np.clip(age, 0.0, life), life) / self._digits(np.asarray(life), life))

    @staticmethod
    def _digits(past: Array, life: Array) -> Array:
        """Return the sum of the years' digits up to an age, (...). [1]"""
        years, left = _years_begun(past), life / YEAR
        return years * left - years * (years - 1.0) / 2.0 + (left - years) * (past / YEAR - years)

    def charged_share_text(self, asset: Asset, age: str, life: str) -> str:
        """Return the formula of `charged_share`, from formulas of age and life in months. [1]"""

        def digits(past: str) -> str:
            years, left, so_far = _years_begun_text(past), f"{life} / {MONTHS}", f"{past} / {MONTHS}"
            full_years = f"{years} * {left} - {years} * ({years} - 1) / 2"
            return f"({full_years} + ({left} - {years}) * ({so_far} - {years}))"

        del asset

        return f"{digits(_within(age, life))} / {digits(life)}"


@dataclass(frozen=True)
class ByTable(Depreciation):
    """Shares of the cost by month; each is charged evenly since the month of the share before. The life is ignored."""

    kind: ClassVar[str] = "table"
    shares: Mapping[float, Array]
    """Share of the cost by the months up to which it is charged; together 1. [1]"""

    def __post_init__(self) -> None:
        """Raise ValueError if shares do not total 1, one is negative, or the months do not rise."""
        ends, parts = [0.0, *self.shares], list(self.shares.values())
        if not parts or not np.allclose(sum(parts), 1.0, atol=1e-12) or any(np.any(part < 0) for part in parts):
            raise ValueError("the shares of a table total 1, and none is below 0")
        if any(later <= earlier for earlier, later in pairwise(ends)):
            raise ValueError("the months of a table rise")

    def charged_share(self, age: Array, life: Array) -> Array:
        """Return the share of the cost that is charged up to an age, (...). [1]

        Source
        ------
        Own derivation: each share is charged in proportion to the part of its months that has passed.
        """
        del life
        spans = zip(pairwise([0.0, *self.shares]), self.shares.values(), strict=True)
        parts = (share * np.clip((age - start) / (end - start), 0.0, 1.0) for (start, end), share in spans)
        return np.asarray(sum(parts, start=np.zeros(np.shape(age))))

    def charged_share_text(self, asset: Asset, age: str, life: str) -> str:
        """Return the formula of `charged_share` from that of the age in months, one term for each share. [1]"""
        del life
        terms, start = [], ""
        for number, (months, share) in enumerate(self.shares.items(), 1):
            end, part = asset.give(f"until_{number}", "month", months), asset.give(f"part_{number}", "", share)
            past, span = (f"({age} - {start})", f"({end} - {start})") if start else (age, end)
            terms.append(f"{part} * MIN(MAX({past} / {span}, 0), 1)")
            start = end
        return " + ".join(terms)

    def months(self, life: float) -> float:
        """Return the last month of the table, at which the whole cost is charged; the life is ignored. [month]"""
        return max(self.shares, default=life)


def _within(age: str, life: str) -> str:
    """Return the formula of an age, not below zero and not beyond the life. [month]"""
    return f"MIN(MAX({age}, 0), {life})"


def _years_begun(past: Array) -> Array:
    """Return the whole years before the one in which an age lies; a year's end lies in it. [1]"""
    return np.asarray(np.maximum(np.ceil(past / YEAR) - 1.0, 0.0))


def _years_begun_text(past: str) -> str:
    """Return the formula text of `_years_begun`. [1]"""
    return f"MAX(ROUNDUP({past} / {MONTHS}, 0) - 1, 0)"


AnyDepreciation = StraightLine | DecliningBalance | SumOfYears | ByTable
METHODS: dict[str, type[Depreciation]] = {method.kind: method for method in get_args(AnyDepreciation)}
