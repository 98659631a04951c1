"""Depreciation by months: straight line, declining balance and sum of the years' digits."""

from __future__ import annotations

from math import floor
from typing import Annotated, ClassVar

import numpy as np

from fibercap.core.kernel import kernel
from fibercap.core.language.fields import Of
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


class StraightLine(Depreciation):
    """The same every month."""

    kind: ClassVar[str] = "straight_line"

    def charged_share(self, age: Array, life: Array) -> Array:
        """Return the share of what is depreciated that is charged up to an age, (...). [1]"""
        return np.asarray(np.clip(age, 0.0, life) / life)

    def charged_share_text(self, asset: Asset, age: str, life: str) -> str:
        """Return the formula of `charged_share`, from formulas of age and life in months. [1]"""
        del asset
        return f"{_within(age, life)} / {life}"

    def loss(self, cost: Array, life: Array, ages: tuple[Array, Array], residual: Array | float = 0.0) -> Array:
        """Return what an asset loses of its cost [money] between two ages [month], (...). [money]"""
        return straight_line.plain(cost * (1.0 - residual), life, *ages)

    def loss_text(self, asset: Asset, cost: str, life: str, ages: tuple[str, str]) -> str:
        """Return the formula of what an asset loses in a period, between two ages. [money]"""
        at_start, at_end = (f"MIN(MAX({age}, 0), {life})" for age in ages)
        depreciated = f"{cost} * (1 - {asset.residual})" if asset.residual else cost
        return f"{depreciated} * ({at_end} - {at_start}) / {life}"

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


class DecliningBalance(Depreciation):
    """Each year a share of its opening book value, down to the residual.

    In the last years of the life, as many as the rate takes to charge a straight line (four of 25 %), the book value
    is at most that of a straight line from there to the residual, so that nothing above it is left.
    """

    kind: ClassVar[str] = "declining_balance"
    changes_yearly: ClassVar[bool] = True
    declining_balance: Annotated[Array, Of("percent", low=0.001, high=0.99)]
    """Share of the book value that is charged in a year. Like `25 %`."""

    def charged_share(self, age: Array, life: Array) -> Array:
        """Return the share of what is depreciated that is charged up to an age, without a residual, (...). [1]

        Source
        ------
        IAS 16, paragraph 62: the diminishing balance. Own derivation: straight line charges more than the rate once
        1 / (years left) exceeds it, which is after `life - 1 / rate` years, rounded up to whole years.
        """
        past, switch = np.clip(age, 0.0, life), self._switch(life)
        years = np.minimum(_years_begun(past), switch)
        slope = np.where(years < switch, self.declining_balance / YEAR, 1.0 / (life - YEAR * switch))
        return np.asarray(1.0 - (1.0 - self.declining_balance) ** years * (1.0 - (past - YEAR * years) * slope))

    def _switch(self, life: Array) -> Array:
        """Return the years after which a straight line charges more than the rate, (...). [1]"""
        return np.asarray(np.maximum(np.ceil(life / YEAR - 1.0 / self.declining_balance), 0.0))

    def charged_of_cost(self, age: Array, life: Array, residual: Array | float = 0.0) -> Array:
        """Return the share of the cost that is charged up to an age, (...). [1]

        Source
        ------
        docs/conventions.md, section 3, Depreciation: the rate acts on the book value with the residual in it; the book
        value stays at the residual once it is there.
        """
        if np.all(residual == 0.0):
            return self.charged_share(age, life)
        past, switch, kept = np.clip(age, 0.0, life), self._switch(life), 1.0 - self.declining_balance
        years = _years_begun(past)
        by_rate = kept**years * (1.0 - self.declining_balance * (past / YEAR - years))
        line = residual + (kept**switch - residual) * (life - past) / (life - YEAR * switch)
        book = np.where(past > YEAR * switch, np.minimum(by_rate, line), by_rate)
        return np.asarray(1.0 - np.maximum(book, residual))

    def charged_share_text(self, asset: Asset, age: str, life: str) -> str:
        """Return the formula of `charged_share`, from formulas of age and life in months. [1]"""
        rate, year, past = asset.give_input(self.kind, "", self.declining_balance), MONTHS, _within(age, life)
        switch = self._switch_text(rate, life)
        years = f"MIN({_years_begun_text(past)}, {switch})"
        slope = f"IF({years} < {switch}, {rate} / {year}, 1 / ({life} - {year} * {switch}))"
        return f"1 - (1 - {rate})^{years} * (1 - ({past} - {year} * {years}) * {slope})"

    @staticmethod
    def _switch_text(rate: str, life: str) -> str:
        """Return the formula text of `_switch`. [1]"""
        return f"MAX(ROUNDUP({life} / {MONTHS} - 1 / {rate}, 0), 0)"

    def charged_of_cost_text(self, asset: Asset, age: str, life: str) -> str:
        """Return the formula of `charged_of_cost`, from formulas of age and life in months. [1]"""
        if not (residual := asset.residual):
            return self.charged_share_text(asset, age, life)
        rate, past = asset.give_input(self.kind, "", self.declining_balance), _within(age, life)
        switch, years = self._switch_text(rate, life), _years_begun_text(past)
        by_rate = f"(1 - {rate})^{years} * (1 - {rate} * ({past} / {MONTHS} - {years}))"
        at_switch, rest = f"((1 - {rate})^{switch} - {residual})", f"({life} - {MONTHS} * {switch})"
        line = f"{residual} + {at_switch} * ({life} - {past}) / {rest}"
        book = f"IF({past} > {MONTHS} * {switch}, MIN({by_rate}, {line}), {by_rate})"
        return f"1 - MAX({book}, {residual})"


class SumOfYears(Depreciation):
    """Each year in proportion to the years that are left as it opens: 5, 4, 3, 2, 1 fifteenths."""

    kind: ClassVar[str] = "sum_of_years"
    changes_yearly: ClassVar[bool] = True

    def charged_share(self, age: Array, life: Array) -> Array:
        """Return the share of what is depreciated that is charged up to an age, (...). [1]

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


@kernel(returns="USD", cost="USD", rate="", life="month", age_before="month", age="month")
def declining_balance(cost: Array, rate: Array, life: Array, age_before: Array, age: Array) -> Array:
    """Return what an asset loses between two ages when each year takes a share of its opening book value.

    Once a straight line to the end of the life charges more, it is charged instead.

    Parameters
    ----------
    cost, rate : (...)
        What is depreciated [USD], and the share that is charged in a year. [1]
    life, age_before, age : (...)
        As of `straight_line`. [month]

    Returns
    -------
    (...), the broadcast of the arguments [USD]

    Raises
    ------
    DimensionalityError
        If an argument is in the wrong unit.

    Source
    ------
    IAS 16, paragraph 62: the diminishing balance; docs/conventions.md, section 3, Depreciation.

    Examples
    --------
    >>> float(declining_balance.plain(1200.0, 0.25, 120.0, 0.0, 12.0))
    300.0
    """
    method = DecliningBalance.model_construct(declining_balance=np.asarray(rate))
    return method.loss(np.asarray(cost), np.asarray(life), (np.asarray(age_before), np.asarray(age)))


@kernel(returns="USD", cost="USD", life="month", age_before="month", age="month")
def sum_of_years(cost: Array, life: Array, age_before: Array, age: Array) -> Array:
    """Return what an asset loses between two ages when each year counts by the years that are left as it opens.

    Parameters
    ----------
    cost, life, age_before, age : (...)
        As of `straight_line`.

    Returns
    -------
    (...), the broadcast of the arguments [USD]

    Raises
    ------
    DimensionalityError
        If an argument is in the wrong unit.

    Source
    ------
    OASIS OpenDocument 1.2, part 2 (OpenFormula), function SYD; docs/conventions.md, section 3, Depreciation.

    Examples
    --------
    >>> float(sum_of_years.plain(1500.0, 60.0, 0.0, 12.0))
    500.0
    """
    ages = np.asarray(age_before), np.asarray(age)
    return SumOfYears().loss(np.asarray(cost), np.asarray(life), ages)


def _within(age: str, life: str) -> str:
    """Return the formula of an age, not below zero and not beyond the life. [month]"""
    return f"MIN(MAX({age}, 0), {life})"


def _years_begun(past: Array) -> Array:
    """Return the whole years before the one in which an age lies; a year's end lies in it. [1]"""
    return np.asarray(np.maximum(np.ceil(past / YEAR) - 1.0, 0.0))


def _years_begun_text(past: str) -> str:
    """Return the formula text of `_years_begun`. [1]"""
    return f"MAX(ROUNDUP({past} / {MONTHS}, 0) - 1, 0)"
