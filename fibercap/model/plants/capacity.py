"""Plants as a scenario writes them: capacity, the days on which they count, and what running them costs."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any, ClassVar

import numpy as np

from fibercap.core.language.dates import Day
from fibercap.core.language.durations import Months
from fibercap.core.language.fields import Label, Of
from fibercap.core.language.product_units import InUnits
from fibercap.core.language.series import PathOf, Series
from fibercap.core.language.spec import Spec
from fibercap.core.language.written_units import unit_of_output
from fibercap.core.vocabulary import vocabulary_in_use
from fibercap.model.depreciation import StraightLine
from fibercap.model.plants.closures import Closure
from fibercap.model.plants.cost_lines import CostLine
from fibercap.model.plants.products_and_time import ShareOfOutput
from fibercap.model.plants.purchases import Purchase
from fibercap.model.ways_to_depreciate import Method

TEN_YEARS = 120
ALL = Series((np.asarray(1.0),))
GOOD = Of("percent", above=0.0, high=1.0)
NOTHING = Series((np.asarray(0.0),))


class Plant(InUnits):
    """A plant: starting capacity, the days it counts, and what running it costs."""

    one_of: ClassVar[tuple[tuple[str, ...], ...]] = (("product", "products"),)
    any_of: ClassVar[tuple[tuple[str, ...], ...]] = (("cash_cost", "costs"),)

    name: Label = ""
    """What tables call it. Like `Xtal, Campinas`."""
    product: Label = ""
    """Name of the product that it makes. Like `multimode`."""
    products: Mapping[str, Annotated[Series | None, ShareOfOutput()]] = {}
    """In place of `product`, shares of its output by the names of products, which have one unit; together 100 %. Like
    `{multimode: 60 %, single_mode: rest}`."""
    capacity: Annotated[Series, PathOf(Of("product/year", low=0.0))]
    """What it could make without any project; by period where it changes, from the first day of each, or in straight
    lines. Like `255_000 km/year` or `{2001: 255_000 km/year, 2003-07: 180_000 km/year}`."""
    opens: Annotated[date | None, Day()] = None
    """First day on which it counts; without it, always. Like `2000-06-01`."""
    closes: Annotated[date | None, Day()] = None
    """Last day on which it counts; without it, always. Like `2004-06-30`."""
    closures: Mapping[str, Closure] = {}
    """Times in which it stands still, by name. Like `{slump: {from: 2001-10-01, to: 2002-03-31, fixed_cost:
    stops}}`."""
    utilization: Annotated[Series, PathOf(Of("percent", low=0.0, high=1.0))] = ALL
    """Share of effective capacity that is used. Like `95 %` or `{2000: 95 %, 2002: 60 %}`."""
    good_share: Annotated[Series | None, PathOf(GOOD)] = Spec.field_with_key("yield", None)
    """Share of what is made that is good and may be shipped; without it, all. Like `90 %`."""
    cash_cost: Annotated[Series, PathOf(Of("money/product", low=0.0))] = NOTHING
    """Variable cost of a unit that is shipped; may be omitted beside `costs`. Like `30 USD/km`."""
    costs: Mapping[str, CostLine] = {}
    """More costs, by name: what making takes, good or not, at a price; or an amount by the year. Like `{glass: {use:
    1.1 kg/km, price: 12 USD/kg}, crew: {per_year: 2 million USD/year}}`."""
    fixed_cost: Annotated[Series, PathOf(Of("money/year", low=0.0))] = NOTHING
    """Cost of running it at all. Like `2.8 million USD/year`."""
    maintenance: Annotated[Series, PathOf(Of("money/year", low=0.0))] = NOTHING
    """What is spent to keep it up; depreciated over `life`. Like `0.5 million USD/year`."""
    life: Months = TEN_YEARS
    """Time over which maintenance is depreciated. Like `10 years`."""
    depreciation: Method = StraightLine()
    """How maintenance is depreciated over its life, as of a project. Like `{declining_balance: 25 %}`."""
    purchase: Purchase | None = None
    """Where it is bought in the horizon: price, day and what comes with it. Like `{price: 25 million USD, on:
    2000-06-20}`."""

    @property
    def product_names(self) -> tuple[str, ...]:
        """The products that it makes."""
        return tuple(self.products) if self.products else (self.product,)

    @property
    def has_cash_cost(self) -> bool:
        """Whether it has a cash cost beside its cost lines."""
        return "cash_cost" in self.model_fields_set

    @property
    def last_day(self) -> date | None:
        """The last day on which it counts, that of `closes` or of its sale; None if it stays."""
        sale = self.purchase.sold if self.purchase else None
        return min((day for day in (self.closes, sale and sale.on) if day), default=None)

    @classmethod
    def units_of(cls, raw: Mapping[str, Any], context: Mapping[str, Any]) -> dict[str, Any]:
        """Return the unit of what the plant makes."""
        units = {"product": "unit_of_product", "product_as_written": "written_units"}
        return {key: unit_of_output(raw, context.get(of, {}), vocabulary_in_use()) for key, of in units.items()}


def not_bought(plants: Mapping[str, Plant]) -> list[str]:
    """Return the plants that a company opens with, whose capacity is in its opening assets."""
    return [key for key, plant in plants.items() if plant.__dict__.get("purchase") is None]
