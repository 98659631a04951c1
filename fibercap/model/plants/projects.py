"""Expansion projects: capacity added, date of completion, and spending."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any, ClassVar

import numpy as np

from fibercap.core.language import grammar
from fibercap.core.language.by_key import ByKey
from fibercap.core.language.dates import Date, Day, Edge, year_ends_of
from fibercap.core.language.durations import Duration, Life
from fibercap.core.language.fields import Label, Money, Of, Word, wrong
from fibercap.core.language.money_or_share import Truth
from fibercap.core.language.period_keys import span_of
from fibercap.core.language.product_units import InUnits
from fibercap.core.language.series import PathOf, Series
from fibercap.core.language.spec import OneOf, Spec
from fibercap.core.language.written_units import unit_of_addition
from fibercap.core.timeline import month_number, month_start
from fibercap.core.units import Array
from fibercap.core.vocabulary import vocabulary_in_use
from fibercap.model.depreciation import StraightLine
from fibercap.model.plants.asset_terms import Residual, Sale
from fibercap.model.plants.ramps import NoRamp, Ramp
from fibercap.model.ways_to_depreciate import MethodOfAsset

TEN_YEARS = 120
NOTHING = Series((np.asarray(0.0),))
PERCENT = Of("percent", low=0.0, high=1.0)


@dataclass(frozen=True)
class Span:
    """A share of the capex spent from one month number to another, before any delay.

    `until` is the month number at the end of the period that its key names, 0 where it has none. [month]
    """

    key: str
    start: float
    end: float
    share: Array
    until: float = 0.0


@dataclass(frozen=True, order=True)
class Period:
    """A year, quarter or month as written, with the month numbers at its start and its end. [month]"""

    start: int
    end: int
    name: str

    def __str__(self) -> str:
        """Return how it is written, which addresses of inputs end with."""
        return self.name


def _period(key: str, info: Any) -> Period:
    return Period(*span_of(key, year_ends_of(info)), key)


class SpendByPeriod(Spec):
    """Shares by year, quarter or month, `{2000: 40 %, 2001: 60 %}`: each evenly over its months up to completion."""

    gathers: ClassVar[frozenset[str]] = frozenset({"shares"})

    shares: Annotated[Mapping[Period, Array], ByKey(_period, PERCENT, ("period", grammar.PERIOD), adds_up=True)]
    """Share of the capex by year, quarter or month, together 100 %; each is spent evenly up to completion. Like
    `{2000: 40 %, 2001: 60 %}`."""

    def spans(self, complete: float) -> tuple[Span, ...]:
        """Return the spans of spending, in order."""
        return tuple(
            Span(period.name, float(period.start), min(float(period.end), complete), share, float(period.end))
            for period, share in self.shares.items()
        )


class SpendWindow(Spec):
    """From one day to another, `{from: 2000-07, to: 2001-12-31, shape: s_curve}`."""

    start: Annotated[date, Edge()] = Spec.field_with_key("from")
    """First day of spending. Like `2000-07`."""
    end: Annotated[date | None, Edge(last=True)] = Spec.field_with_key("to", None)
    """Last day of spending; without it, completion. Like `2001-12-31`."""
    shape: Annotated[str, Word(("even", "s_curve"), "shapes")] = "even"
    """Evenly, or slow, fast, slow."""

    def spans(self, complete: float) -> tuple[Span, ...]:
        """Return the one span of spending."""
        end = month_number(self.end) if self.end else complete
        return (Span("all", month_start(self.start), end, np.asarray(1.0)),)


def _choose(raw: Any) -> tuple[str, Mapping[str, Any]]:
    if not isinstance(raw, dict):
        raise wrong(
            "not_a_block", "one value", "shares by year, or `{from, to, shape}`", "like `{2000: 40 %, 2001: 60 %}`"
        )
    if not {"from", "to", "shape"}.isdisjoint(raw):
        return "window", raw
    return "by_period", {"shares": {key: value for key, value in raw.items() if key != "note"}}


SPEND: dict[str, type[Spec]] = {"window": SpendWindow, "by_period": SpendByPeriod}
Spend = Annotated[SpendWindow | SpendByPeriod | None, OneOf(SPEND, _choose, title="spending")]


class Project(InUnits):
    """An addition to a plant: capacity, cost, dates, ramp. Without `spend`, evenly over the year before completion."""

    name: Label = ""
    """What tables call it. Like `Jena, second multimode plant`."""
    plant: Label
    """Name of the plant that it adds to. Like `jena`."""
    adds: Annotated[Array, Of("product/year", low=0.0)]
    """Capacity that it adds from completion on, as its ramp allows. Like `255_000 km/year`."""
    capex: Money
    """What it costs. Like `25 million USD`."""
    spend: Spend = None
    """When the capex is spent; without it, evenly over the year before completion. Like `{2000: 20 %, 2001: 80 %}`
    or `{from: 2000-07, shape: s_curve}`."""
    complete: Date
    """Day after which it counts. Like `2001-12-31`."""
    delay: Annotated[Array, Duration(low=0.0, takes_samples=True)] = np.asarray(0.0)
    """Time by which it is late: completion moves, and spending stretches along. Like `6 months`."""
    overrun: Annotated[Array, Of("percent", low=-1.0)] = np.asarray(0.0)
    """Share by which the capex exceeds the plan; below zero, falls short of it. Like `10 %`."""
    ramp: Ramp = NoRamp()
    """How it comes up after completion. Like `{linear: 6 months}`."""
    life: Life = TEN_YEARS
    """Time over which the capex less grants is depreciated. Like `10 years`."""
    depreciation: MethodOfAsset = StraightLine()
    """How it is depreciated over its life: `straight_line`, `sum_of_years`, `units`, or a block. Like
    `{declining_balance: 25 %}`, `{table: {1 year: 20 %, 2 years: 80 %}}` or `{units: 2.5 million km}`."""
    residual: Residual = None
    """Share of the cost that is not depreciated, which stays in the books. Like `20 %`."""
    land: Truth = False
    """Whether it is land, which is not depreciated."""
    sold: Sale | None = None
    """Where it is sold in the horizon: capacity, running cost and depreciation end, price less book value is income.
    Like `{on: 2004-06-30, price: 2 million USD}`."""
    cash_cost: Annotated[Series | None, PathOf(Of("money/product", low=0.0))] = None
    """Variable cost of a unit that its capacity ships, in place of the plant's; shipments are shared by effective
    capacity. Like `24 USD/km`."""
    fixed_cost: Annotated[Series, PathOf(Of("money/year", low=0.0))] = NOTHING
    """Cost of running it at all, from completion on. Like `1.7 million USD/year`."""
    cancelled: Annotated[date | None, Day()] = None
    """Where it is given up before completion: the last day of spending. It adds nothing, and what it has cost is
    written off. Like `2001-09-30`."""

    @classmethod
    def units_of(cls, raw: Mapping[str, Any], context: Mapping[str, Any]) -> dict[str, Any]:
        """Return the unit of what its plant makes."""
        units = {"product": "unit_of_plant", "product_as_written": "product_as_written_of_plant"}
        return {key: unit_of_addition(raw, context.get(of, {}), vocabulary_in_use()) for key, of in units.items()}

    @property
    def planned_month(self) -> float:
        """Month number of completion before any delay."""
        return month_number(self.complete)

    @property
    def completes(self) -> Array:
        """Month number of completion, delay included, `()` or `(sample, 1)`. [month]"""
        return self.planned_month + self.delay

    @property
    def sold_month(self) -> float:
        """Month number at which it is sold; infinity if it is kept. [month]"""
        return np.inf if self.sold is None else month_number(self.sold.on)

    @property
    def cancelled_month(self) -> float:
        """Month number at which it is cancelled; infinity if it is completed. [month]"""
        return np.inf if self.cancelled is None else month_number(self.cancelled)

    @property
    def built_until(self) -> Array:
        """Month number at which construction ends, by completion or cancellation, `()` or `(sample, 1)`. [month]"""
        return np.asarray(np.minimum(self.completes, self.cancelled_month))

    def adds_to(self, plant: str) -> bool:
        """Tell whether it adds to a plant's capacity: it stands there, and is not cancelled."""
        return self.plant == plant and self.cancelled is None

    @property
    def is_depreciated(self) -> bool:
        """Whether it is depreciated: it is neither land nor cancelled."""
        return not (self.land or self.cancelled)

    @property
    def spends(self) -> bool:
        """Whether anything is spent before it is cancelled."""
        return self.cancelled_month > self.spans[0].start

    @property
    def spans(self) -> tuple[Span, ...]:
        """The spans in which the capex is spent, before any delay, in the order of time."""
        if self.spend is None:
            return (Span("all", self.planned_month - 12, self.planned_month, np.asarray(1.0)),)
        return tuple(sorted(self.spend.spans(self.planned_month), key=lambda span: span.start))

    @property
    def is_smooth(self) -> bool:
        """Whether spending follows an S curve."""
        return isinstance(self.spend, SpendWindow) and self.spend.shape == "s_curve"

    @property
    def cost(self) -> Array:
        """Capex with its overrun, `()` or `(sample, 1)`. [money]"""
        return self.capex * (1.0 + self.overrun)

    @staticmethod
    def completes_text(key: str) -> str:
        """Return the formula text of completion."""
        return f"({{projects.{key}.planned}} + {{inputs.projects.{key}.delay}})"

    def built_until_text(self, key: str) -> str:
        """Return the formula text of `built_until`."""
        return f"{{projects.{key}.cancelled.month}}" if self.cancelled else self.completes_text(key)
