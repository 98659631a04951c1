"""The company around the plants: horizon, money, working capital, tax, opening balance."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import lru_cache
from typing import Annotated, Any

import numpy as np

from fibercap.core.dates import Day, Edge
from fibercap.core.fields import Duration, Field, Money, Months, Number, Of, Share, Word, text_of, wrong
from fibercap.core.paths import Dated, PathOf, TimePath
from fibercap.core.spec import OneOf, Spec
from fibercap.core.timeline import STEPS, Timeline
from fibercap.core.tree import Leaf
from fibercap.core.units import CURRENCIES, Array

ZERO = np.asarray(0.0)
NOTHING = TimePath((ZERO,))
ONE = np.asarray(1.0)
NO_MONTHS = 0
TEN_YEARS = 120
Days = Annotated[Array, Of("day", low=0.0)]


@lru_cache(maxsize=64)
def _timeline(start: date, end: date, step: str) -> Timeline:
    """Return the one Timeline of a horizon, which remembers its dates."""
    return Timeline(start, end, step)


class Horizon(Spec):
    """The years that are projected, and in which steps."""

    start: Annotated[date, Edge()] = Spec.keyed("from")
    end: Annotated[date, Edge(last=True)] = Spec.keyed("to")
    step: Annotated[str, Word(tuple(STEPS), "steps")] = "month"

    @property
    def timeline(self) -> Timeline:
        """The periods."""
        return _timeline(self.start, self.end, self.step)


class NoTerminalValue(Spec):
    """What runs on after the horizon counts for nothing."""


class BookValue(Spec):
    """What runs on is worth its books: incremental net fixed assets and working capital."""


class Multiple(Spec):
    """What runs on is worth a multiple of the last twelve months' incremental ebitda."""

    multiple: Annotated[Array, Number()]


def _choose_terminal(raw: Any) -> tuple[str, Mapping[str, Any]]:  # noqa: ANN401 - what stands in the tree
    if isinstance(raw, dict):
        return "multiple", raw
    return Word(("none", "book"), "terminal values, or a block `{multiple: 5}`").parse(raw, None), {}  # type: ignore[arg-type]


TERMINAL: dict[str, type[Spec]] = {"none": NoTerminalValue, "book": BookValue, "multiple": Multiple}


class MoneyTerms(Spec):
    """The reporting currency, and how the future is valued."""

    report_in: Annotated[str, Word(CURRENCIES, "currencies")]
    discount_rate: Annotated[Array | None, Of("1/year", above=-1.0)] = None
    valuation_date: Annotated[date | None, Day()] = None
    terminal_value: Annotated[NoTerminalValue | BookValue | Multiple, OneOf(TERMINAL, _choose_terminal)] = (
        NoTerminalValue()
    )
    minimum_cash: Money = ZERO


class GapField(Field):
    """Who lifts cash to the minimum, in order: `revolver` for all of them, one by name, or `equity`."""

    def parse(self, raw: Any, info: Any) -> tuple[str, ...]:  # noqa: ANN401
        """Return the names."""
        del info
        value = raw.value if isinstance(raw, Leaf) else raw
        if not isinstance(value, tuple):
            raise wrong("not_a_list", f"`{value}`", "a list", "write `[revolver, equity]`")
        return tuple(text_of(name, "a revolver, or `equity`") for name in value)


class Company(Spec):
    """Overhead, and what owners pay in and take out on dates."""

    overhead: Annotated[TimePath, PathOf(Of("money/year", low=0.0))] = NOTHING
    equity: Dated = None
    dividends: Dated = None
    gap: Annotated[tuple[str, ...], GapField()] = ()


class WorkingCapital(Spec):
    """Days of revenue in receivables, and of variable cost in inventory and payables."""

    receivables: Days = ZERO
    inventory: Days = ZERO
    payables: Days = ZERO
    days_in_year: Annotated[Array, Number(known=(360, 365))] = np.asarray(365.0)


class Tax(Spec):
    """One taxpayer, assessed by calendar year; losses are carried forward."""

    rate: Annotated[TimePath, PathOf(Of("percent", low=0.0, high=1.0))] = NOTHING
    lag: Annotated[int, Duration()] = NO_MONTHS
    expire: Annotated[int, Duration(low=12.0)] = NO_MONTHS
    use_at_most: Share = ONE


class FixedAssets(Spec):
    """Fixed assets opened with, and the months over which they are still depreciated."""

    value: Money
    life: Months = TEN_YEARS


def _choose_assets(raw: Any) -> tuple[str, Mapping[str, Any]]:  # noqa: ANN401 - what stands in the tree
    return "block", raw if isinstance(raw, dict) else {"value": raw}


class Opening(Spec):
    """The balance sheet at the day before the horizon; retained earnings are the balancing figure."""

    cash: Annotated[Array, Of("money")] = ZERO
    receivables: Money = ZERO
    inventory: Money = ZERO
    payables: Money = ZERO
    fixed_assets: Annotated[FixedAssets | None, OneOf({"block": FixedAssets}, _choose_assets)] = None
    other_assets: Money = ZERO
    other_liabilities: Money = ZERO
    tax_losses: Money = ZERO
