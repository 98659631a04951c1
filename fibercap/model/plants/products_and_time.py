"""Products with price and demand, the rows of series over time, and the rows of the calendar."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, Final

import numpy as np
import pydantic

from fibercap.core.formulas.rows import Row
from fibercap.core.formulas.sheet import Sheet
from fibercap.core.language import grammar
from fibercap.core.language.fields import Label, Of, Word
from fibercap.core.language.money_or_share import REST
from fibercap.core.language.names import key_in_words
from fibercap.core.language.product_units import InUnits, UnitOfProduct
from fibercap.core.language.series import PathOf, Series
from fibercap.core.language.spec import OneOf, Spec
from fibercap.core.language.written_units import unit_written
from fibercap.core.period_names import DECEMBER
from fibercap.core.timeline import FLOW, RATE, STOCK, Timeline
from fibercap.core.units import Array
from fibercap.core.vocabulary import vocabulary_in_use
from fibercap.model.horizon.run_off import repeat_last_year
from fibercap.model.plants.growth_rows import growth_rows

if TYPE_CHECKING:
    from pydantic_core.core_schema import ValidationInfo

ALL: Final = Series((np.asarray(1.0),))
STEP: Final = "horizon.step"


SHARE: Final = Of("percent", low=0.0, high=1.0)


@dataclass(frozen=True)
class ShareOfOutput(PathOf):
    """Reads a share of output, one or over time, or `rest`."""

    of: Of = SHARE

    def schema(self) -> grammar.Json:
        """Return what may be written."""
        shares = super().schema()
        return grammar.either(f"{shares['title']}; or `{REST}`", shares["x-unit"], shares, {"const": REST})

    def parse(self, raw: Any, info: ValidationInfo) -> Series | None:  # type: ignore[override]  # `rest` is not a series
        """Return the share; None for `rest`.

        Parameters
        ----------
        raw, info : Any, ValidationInfo
            As of a series, or a leaf with the word `rest`.

        Raises
        ------
        PydanticCustomError
            If it is neither.
        """
        return None if getattr(raw, "value", raw) == REST else super().parse(raw, info)


class MarketDemand(Spec):
    """Demand as a share of a market, and exports beside it."""

    market: Annotated[Series, PathOf(Of("product/year", low=0.0))]
    """What the whole market takes in a year. Like `1.9 million km/year`."""
    share: Annotated[Series, PathOf(Of("percent", low=0.0, high=1.0))] = ALL
    """The part of it that is the company's. Like `35 %` or `{2000: 30 %, 2002: 35 %}`."""
    exports: Annotated[Series | None, PathOf(Of("product/year", low=0.0))] = None
    """What is sold beside it. Like `0.4 million km/year`."""


def _choose_demand(raw: Any) -> tuple[str, Any]:
    market = isinstance(raw, dict) and not {"market", "share", "exports"}.isdisjoint(raw)
    return ("share_of_market" if market else "series"), raw


Demand = Annotated[
    Series | MarketDemand | None,
    OneOf(
        {"series": Annotated[Series, PathOf(Of("product/year", low=0.0))], "share_of_market": MarketDemand},
        _choose_demand,
        "product/year",
        "demand",
    ),
]


class Product(InUnits):
    """What plants make: its unit, its price, and what the market takes in a year (all of it, if not given)."""

    name: Label = ""
    """What tables call it. Like `Multimode fiber`."""
    unit: Annotated[str, UnitOfProduct(), pydantic.Field(validate_default=True)] = "km"
    """In what it is counted; of several products in units of one kind, all are kept in that of the one first by name.
    Like `tonne` or `piece`."""
    price: Annotated[Series, PathOf(Of("money/product", low=0.0))]
    """What one unit is sold for. Like `60 USD/km` or `{2000: 40 USD/km, 2002: 38 USD/km}`."""
    demand: Demand = None
    """What the market takes of all plants together, or a share of a market and exports; without it, all that is made.
    Like `4 million km/year` or `{market: 1.9 million km/year, share: 35 %, exports: 0.4 million km/year}`."""
    serve: Annotated[str, Word(("share", "cheapest_first"), "ways to serve demand")] = "share"
    """Whether plants share demand in proportion to their output, or the one with the lowest variable cost of the period
    comes first."""
    interpolate: Annotated[str, Word(("none", "linear"), "ways to interpolate")] = "none"
    """Whether price and demand hold until their next key, or go there in a straight line."""

    @classmethod
    def units_of(cls, raw: Mapping[str, Any], context: Mapping[str, Any]) -> dict[str, str]:
        """Return the unit of the product."""
        vocabulary = vocabulary_in_use()
        unit = unit_written(raw, vocabulary, context.get("mistaken_units", ()))
        house = context.get("house_units", {}).get(vocabulary.base_of(unit), unit)
        return {"product": house, "product_as_written": unit}

    @property
    def unit_of_amounts(self) -> str:
        """The unit in which its price and demand are read: not `unit` where that seems to be a mistake."""
        return str(self._inside.get("product", self.unit))


def series_row(  # noqa: PLR0913 - what is written, of what, when
    sheet: Sheet, timeline: Timeline, name: str, label: str, path: Series, unit: str, *, linear: bool = False
) -> Array:
    """Write the row `inputs.<name>`: the time average of a series in each period; and the rows of its growth, if any.

    Parameters
    ----------
    sheet : Sheet
        Where the row is written.
    timeline : Timeline
        The model's periods.
    name : str
        The path of the input, such as `products.multimode.price`.
    label : str
        Name of the row for readers.
    path : Series
        Its values, each `()` or `(sample, 1)`. [unit]
    unit : str
        The house unit.
    linear : bool
        Interpolate between the starts of the keys instead of holding each value, unless the series says itself.

    Returns
    -------
    (period,) or (sample, period)
        The averages. [unit]

    Source
    ------
    Own derivation: overlap of each key's span with the period; under interpolation, the integral of hat functions.
    """
    full = f"inputs.{name}"
    if not path.starts:
        text = sheet.give(f"{full}.value", unit, path.values[0], name)
        return sheet.line(Row(full, label, unit, RATE, text))
    linear = linear if path.linear is None else path.linear
    # the formula has a term for every key; the kernel uses only the keys of each period
    value = path.averages(timeline, linear=linear)
    points = [
        sheet.give(f"{full}.{key}", unit, v, *([name] if key in path.filled else []), formula=_on_line(full, path, key))
        for key, v in zip(path.names, path.values, strict=True)
    ]
    knots = [
        sheet.give(f"{full}.{key}.from", "month", start, name if key in path.filled else f"{name}.{key}")
        for key, start in zip(path.names, path.starts, strict=True)
    ]
    text = _linear_text(points, knots) if linear else _step_text(points, knots)
    text = f"({text}) / {{time.months}}"
    if path.growth is not None:
        factor = growth_rows(sheet, timeline, (name, label), path.growth, knots[-1])
        text += f" + {points[-1]} * ({factor} - 1)"
        value = value + path.values[-1] * (sheet.work_out(factor) - 1.0)
    value = repeat_last_year(sheet, timeline, full, path, text, np.asarray(value))
    return sheet.put(Row(full, label, unit, RATE, text), value)


def _on_line(full: str, path: Series, key: str) -> str:
    """Return the formula of a value on the line between the keys around it; "" for one that is written."""
    if key not in path.filled:
        return ""
    number = path.names.index(key)
    low = next(name for name in reversed(path.names[:number]) if name not in path.filled)
    high = next(name for name in path.names[number:] if name not in path.filled)
    a, b, here = (f"{{{full}.{name}.from}}" for name in (low, high, key))
    first, last = (f"{{{full}.{name}}}" for name in (low, high))
    return f"{first} + ({last} - {first}) * ({here} - {a}) / ({b} - {a})"


def _step_text(points: list[str], knots: list[str]) -> str:
    terms = []
    for number, point in enumerate(points):
        until = f"MIN({{time.end}}, {knots[number + 1]})" if number + 1 < len(points) else "{time.end}"
        terms.append(f"{point} * MAX({until} - MAX({{time.start}}, {knots[number]}), 0)")
    return " + ".join(terms)


def _linear_text(points: list[str], knots: list[str]) -> str:
    terms = []
    for number in range(len(points) - 1):
        a, b = knots[number], knots[number + 1]
        until, since = (f"MIN(MAX({{time.{edge}}} - {a}, 0), {b} - {a})" for edge in ("end", "start"))
        rise = f"({points[number + 1]} - {points[number]}) / ({b} - {a})"
        terms.append(f"{points[number]} * ({until} - {since}) + {rise} * ({until}^2 - {since}^2) / 2")
    terms.append(f"{points[-1]} * (MAX({{time.end}} - {knots[-1]}, 0) - MAX({{time.start}} - {knots[-1]}, 0))")
    return " + ".join(terms)


def index_rows(sheet: Sheet, timeline: Timeline, indices: Mapping[str, Series]) -> None:
    """Write the row `inputs.indices.<name>` of each index, the mean rate in each period. [1/year]

    Parameters
    ----------
    sheet, timeline, indices : Sheet, Timeline, mapping
        The sheet that gets the rows, its periods, and the rates by name.

    Source
    ------
    docs/conventions.md, section 1, Growth.
    """
    for name, series in indices.items():
        series_row(sheet, timeline, f"indices.{name}", f"{key_in_words(name)}: rate of growth", series, "1/year")


def year_ends_text(year_ends: int, month: str, length: str = "{time.months_in_year}") -> str:
    """Return the formula of whether a year of the plan, or an equal part of one, ends with a month number.

    Parameters
    ----------
    year_ends : int
        The month in which years end, from 1 to 12.
    month : str
        Formula of the month number. [month]
    length : str
        Formula of the length of the year or part. [month]

    Source
    ------
    docs/conventions.md, section 1.
    """
    if year_ends == DECEMBER:
        return f"ROUND({month} / {length}, 0) * {length} = {month}"
    return f"ROUND(({month} - {{time.year_ends}}) / {length}, 0) * {length} = {month} - {{time.year_ends}}"


def time_rows(sheet: Sheet, timeline: Timeline) -> None:
    """Write the calendar: where periods begin and end, and which of them open and close a year.

    Writes `time.period` [1], `time.end`, `time.start`, `time.months` [month], `time.years` [year], `time.opens_year`
    and `time.closes_year`. [1]

    Parameters
    ----------
    sheet, timeline : Sheet, Timeline
        The sheet that gets the rows, and its periods.

    Source
    ------
    docs/conventions.md, section 1.
    """
    sheet.give("time.from", "month", timeline.origin, "horizon.from")
    sheet.give("time.months_in_year", "month", 12.0)
    sheet.give("time.days_in_year", "day", 365.0)
    sheet.give("time.one_year", "year", 1.0)
    sheet.give("time.one_month", "month", 1.0)
    sheet.give("time.periods", "", timeline.within, "horizon.from", "horizon.to", STEP)
    months = sheet.give("time.months_in_period", "month", timeline.months, STEP)
    if timeline.year_ends != DECEMBER:
        sheet.give("time.year_ends", "month", timeline.year_ends, "horizon.year_ends")
    sheet.write_balance("time.period", "Period", "", "1")
    sheet.write_balance("time.end", "Month number at the end", "month", months, "{time.from}")
    text = "{time.months} / {time.months_in_year} * {time.one_year}"
    for key, label, unit, nature, formula in (
        ("start", "Month number at the start", "month", STOCK, "{time.end@-1}"),
        ("months", "Months", "month", FLOW, months),
        ("years", "Years", "year", FLOW, text),
        ("opens_year", "First period of a year", "", FLOW, "IF(OR({time.period} = 1, {start}), 1, 0)"),
        ("closes_year", "Last period of a year", "", FLOW, "IF({end}, 1, 0)"),
    ):
        text = formula
        for edge in ("start", "end"):
            text = text.replace(f"{{{edge}}}", year_ends_text(timeline.year_ends, f"{{time.{edge}}}"))
        sheet.line(Row(f"time.{key}", label, unit, nature, text))
