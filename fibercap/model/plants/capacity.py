"""Plants: nameplate and effective capacity, output, sales, and the cost of running."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any, ClassVar

import numpy as np

from fibercap.core.calendar import month_number_text, serial
from fibercap.core.dates import Date, Day
from fibercap.core.durations import Life, Months
from fibercap.core.fields import Label, Money, Of
from fibercap.core.product_units import InUnits, word_of
from fibercap.core.rows import Row
from fibercap.core.series import PathOf, Series
from fibercap.core.sheet import Sheet
from fibercap.core.spec import OneOf, Spec
from fibercap.core.timeline import FLOW, RATE, STOCK, Timeline, month_number, month_start
from fibercap.core.units import Array
from fibercap.model.currency.currencies import Currencies
from fibercap.model.depreciation import StraightLine
from fibercap.model.depreciation_method import Depreciation
from fibercap.model.horizon.run_off import counting_month
from fibercap.model.plants.products_and_time import series_row
from fibercap.model.plants.projects import Project

TEN_YEARS = 120
ALL = Series((np.asarray(1.0),))
ZERO = np.asarray(0.0)
NOTHING = Series((ZERO,))


CAPITAL = ("receivables", "inventory", "payables")


class BoughtCapital(Spec):
    """Working capital bought with a plant, by kind; each runs off over the days of its kind."""

    receivables: Money = ZERO
    """What customers of the plant owe. Like `6 million USD`."""
    inventory: Money = ZERO
    """Stock that comes with it. Like `1 million USD`."""
    payables: Money = ZERO
    """What it owes to suppliers, which the price pays less for. Like `0.6 million USD`."""


def _choose_capital(raw: Any) -> tuple[str, Any]:
    return ("block" if isinstance(raw, dict) else "amount"), raw


class Purchase(Spec):
    """A plant bought on the way: price less working capital is a fixed asset."""

    depreciation: ClassVar[Depreciation] = StraightLine()
    """How it is depreciated."""

    price: Money
    """What is paid, working capital included. Like `25 million USD`."""
    on: Date
    """Day of payment; it lies in the horizon. Like `2000-06-20`."""
    life: Life = TEN_YEARS
    """Time over which price less working capital is depreciated, evenly. Like `10 years`."""
    working_capital: Annotated[
        Array | BoughtCapital,
        OneOf({"amount": Money, "block": BoughtCapital}, _choose_capital, "money", "working capital"),
    ] = ZERO
    """Working capital that comes with the plant, at most the price: receivables, or a block by kind; it runs off
    evenly over their days. Like `6.4 million USD` or `{receivables: 6 million USD, payables: 1 million USD}`."""


class Plant(InUnits):
    """A plant: starting capacity, the days it counts, and what running it costs."""

    depreciation: ClassVar[Depreciation] = StraightLine()
    """How its maintenance is depreciated."""

    name: Label = ""
    """What tables call it. Like `Xtal, Campinas`."""
    product: Label
    """Name of the product that it makes. Like `multimode`."""
    capacity: Annotated[Array, Of("product/year", low=0.0)]
    """What it could make before any project. Like `255_000 km/year`."""
    opens: Annotated[date | None, Day()] = None
    """First day on which it counts; without it, always. Like `2000-06-01`."""
    closes: Annotated[date | None, Day()] = None
    """Last day on which it counts; without it, always. Like `2004-06-30`."""
    utilization: Annotated[Series, PathOf(Of("percent", low=0.0, high=1.0))] = ALL
    """Share of effective capacity that is used. Like `95 %` or `{2000: 95 %, 2002: 60 %}`."""
    cash_cost: Annotated[Series, PathOf(Of("money/product", low=0.0))]
    """Variable cost of a unit that is shipped. Like `30 USD/km`."""
    fixed_cost: Annotated[Series, PathOf(Of("money/year", low=0.0))] = NOTHING
    """Cost of running it at all. Like `2.8 million USD/year`."""
    maintenance: Annotated[Series, PathOf(Of("money/year", low=0.0))] = NOTHING
    """What is spent to keep it up; depreciated over `life`. Like `0.5 million USD/year`."""
    life: Months = TEN_YEARS
    """Time over which maintenance is depreciated, evenly. Like `10 years`."""
    purchase: Purchase | None = None
    """Where it is bought in the horizon: price, day and what comes with it. Like `{price: 25 million USD, on:
    2000-06-20}`."""

    @classmethod
    def units_of(cls, raw: Mapping[str, Any], context: Mapping[str, Any]) -> dict[str, Any]:
        """Return the unit of what the plant makes."""
        return {"product": context.get("unit_of_product", {}).get(word_of(raw.get("product")), "km")}


def open_between(timeline: Timeline, plant: Plant) -> tuple[float, float]:
    """Return the month numbers at which a plant opens and closes; without such dates, those of the timeline. [month]

    Parameters
    ----------
    timeline : Timeline
        The model's periods.
    plant : Plant
        The plant.
    """
    opens = month_start(plant.opens) if plant.opens else float(timeline.origin)
    return opens, month_number(plant.closes) if plant.closes else float(timeline.ends[-1])


def _give_open_months(sheet: Sheet, timeline: Timeline, prefix: str, plant: Plant) -> tuple[str, str]:
    """Write the scalars of the months in which a plant opens and closes; return their references."""
    opens, closes = "{time.from}", "{time.from} + {time.periods} * {time.months_in_period}"
    opened, closed = open_between(timeline, plant)
    if timeline.past and not plant.closes:
        text = f"{{time.from}} + ({{time.periods}} + {timeline.past}) * {{time.months_in_period}}"
        sheet.give_after_horizon(f"{prefix}.closes", "month", closed, text)
        closed = float(timeline.ends[timeline.within - 1])
    if plant.opens:
        opens = month_number_text(sheet.give(f"inputs.{prefix}.opens", "day", serial(plant.opens)), start=True)
    if plant.closes:
        closes = month_number_text(sheet.give(f"inputs.{prefix}.closes", "day", serial(plant.closes)))
    opens = sheet.give(f"{prefix}.opens", "month", opened, formula=opens)
    return opens, sheet.give(f"{prefix}.closes", "month", closed, formula=closes)


def capacity_rows(
    sheet: Sheet, timeline: Timeline, name: str, plant: Plant, projects: Mapping[str, Project], unit: str
) -> None:
    """Write a plant's clock, nameplate, effective capacity and output, and its projects' ramped months.

    The clock is the period's end, limited to the time between the plant's opening and closing, so that anything
    integrated over it counts only while the plant is open. Writes `clock` [month], `nameplate`, `effective_capacity`
    [unit/year] and `output` [unit] under `plants.<name>.`, and `projects.<p>.ramped_months`. [month]

    Parameters
    ----------
    sheet, timeline : Sheet, Timeline
        The sheet that gets the rows, and its periods.
    name, plant : str, Plant
        The plant and its name.
    projects : mapping
        The projects that add to it, by name.
    unit : str
        The unit in which its product is counted.

    Source
    ------
    docs/conventions.md, section 2.
    """
    prefix, label = f"plants.{name}", plant.name or name
    opened, closed = _give_open_months(sheet, timeline, prefix, plant)
    clock = f"MIN(MAX({{time.end}}, {opened}), {closed})"
    before = clock.replace("{time.end}", "{time.from}")
    sheet.line(Row(f"{prefix}.clock", f"Clock of {name}", "month", STOCK, clock, before))
    capacity = sheet.give(f"inputs.{prefix}.capacity", f"{unit}/year", plant.capacity)
    nameplate, effective = capacity, f"{capacity} * ({{{prefix}.clock}} - {{{prefix}.clock@-1}}) / {{time.months}}"
    for key, project in projects.items():
        adds = sheet.give(f"inputs.projects.{key}.adds", f"{unit}/year", project.adds)
        _ramped_months(sheet, timeline, key, project, plant, before)
        row = f"projects.{key}.ramped_months"
        nameplate += f" + IF({{time.end}} >= {project.completes_text(key)}, {adds}, 0)"
        effective += f" + {adds} * ({{{row}}} - {{{row}@-1}}) / {{time.months}}"
    text = f"IF(AND({{time.end}} > {opened}, {{time.end}} <= {closed}), {nameplate}, 0)"
    sheet.line(Row(f"{prefix}.nameplate", f"{label}: nameplate", f"{unit}/year", STOCK, text))
    sheet.line(Row(f"{prefix}.effective_capacity", f"{label}: effective capacity", f"{unit}/year", RATE, effective))
    series_row(sheet, timeline, f"{prefix}.utilization", f"{label}: utilization", plant.utilization, "")
    text = f"{{{prefix}.effective_capacity}} * {{inputs.{prefix}.utilization}} * {{time.years}}"
    sheet.line(Row(f"{prefix}.output", f"{label}: output", unit, FLOW, text))


def _ramped_months(sheet: Sheet, timeline: Timeline, key: str, project: Project, plant: Plant, before: str) -> None:
    """Write a project's ramp integral at period ends, both from its kernel and as a formula; a test compares them."""
    edges = np.clip(timeline.ends, *open_between(timeline, plant))
    ramped = project.ramp.ramped_months(edges - counting_month(project.planned_month, project.delay, timeline))
    done, where = project.completes_text(key), f"projects.{key}.ramp"
    text = project.ramp.formula(f"({{plants.{project.plant}.clock}} - {done})", sheet, where)
    start = project.ramp.formula(f"({before} - {done})", sheet, where)
    sheet.put(Row(f"projects.{key}.ramped_months", f"{key}: ramped months", "month", STOCK, text, start), ramped)


def purchase_rows(sheet: Sheet, key: str, deal: Purchase, label: str, money: Currencies) -> None:
    """Write a purchased plant's price, and the working capital that comes with it, in the period of the purchase.

    Writes `plants.<key>.purchase`, and `working_capital` and its parts under `plants.<key>.purchased.`. [money]

    Parameters
    ----------
    sheet, key, deal, label, money
        The sheet that gets the rows, the plant, its purchase, its name for readers, and the currencies of amounts.
    """
    bought = month_number(deal.on)
    day = sheet.give(f"inputs.plants.{key}.purchase.on", "day", serial(deal.on))
    on = sheet.give(f"plants.{key}.purchase.month", "month", bought, formula=month_number_text(day))
    parts = bought_capital(deal)
    rows = [("purchase.price", "purchase", "purchase price", deal.price)]
    rows += [(path, f"purchased.{kind}", f"{kind} bought", amount) for kind, (path, amount) in parts.items()]
    for input_key, row, words, amount in rows:
        path = f"plants.{key}.{input_key}"
        amount_text = sheet.give(f"inputs.{path}", money.code_of(path), amount)
        text = money.flow(path, f"IF(AND({{time.start}} < {on}, {on} <= {{time.end}}), {amount_text}, 0)")
        sheet.line(Row(f"plants.{key}.{row}", f"{label}: {words}", money.reporting, FLOW, text))
    prefix = f"plants.{key}.purchased"
    text = "0" + "".join(f" {'-' if kind == 'payables' else '+'} {{{prefix}.{kind}}}" for kind in parts)
    sheet.line(Row(f"{prefix}.working_capital", f"{label}: working capital bought", money.reporting, FLOW, text))


def bought_capital(deal: Purchase) -> dict[str, tuple[str, Array]]:
    """Return the working capital bought with a plant: by kind, the path of its input under the plant and the amount."""
    capital, path = deal.working_capital, "purchase.working_capital"
    if not isinstance(capital, BoughtCapital):
        return {"receivables": (path, capital)}
    return {kind: (f"{path}.{kind}", getattr(capital, kind)) for kind in CAPITAL if kind in capital.model_fields_set}


def net_capital(deal: Purchase) -> Array:
    """Return the working capital bought with a plant, less payables, `()` or `(sample, 1)`. [money]"""
    parts = bought_capital(deal).items()
    return sum((-part if kind == "payables" else part for kind, (_, part) in parts), start=np.asarray(0.0))


def running_cost_rows(
    sheet: Sheet, timeline: Timeline, name: str, plant: Plant, projects: Mapping[str, Project], money: Currencies
) -> None:
    """Write `plants.<name>.fixed_cost` and `plants.<name>.maintenance`, while the plant is open. [money]

    The fixed cost of its projects counts from their completion on.

    Parameters
    ----------
    sheet, timeline, name, plant, projects, money
        The sheet, its periods, the plant and its name, the projects by name, and the currencies of amounts.

    Source
    ------
    docs/conventions.md, section 3, Revenue and cost.
    """
    prefix, label = f"plants.{name}", plant.name or name
    open_years = f"({{{prefix}.clock}} - {{{prefix}.clock@-1}}) / {{time.months}} * {{time.years}}"

    def yearly(path: str, of: str, amounts: Series, during: str) -> str:
        """Return the formula of what a yearly cost comes to in each period, in the reporting currency."""
        words = f"{of}: {path.rpartition('.')[2].replace('_', ' ')} by year"
        series_row(sheet, timeline, path, words, amounts, f"{money.code_of(path)}/year")
        return money.flow(path, f"{{inputs.{path}}} * {during}")

    text = yearly(f"{prefix}.fixed_cost", label, plant.fixed_cost, open_years)
    for key, project in projects.items():
        done = project.completes_text(key)
        since = (
            f"(MAX({{{prefix}.clock}}, {done}) - MAX({{{prefix}.clock@-1}}, {done})) / {{time.months}} * {{time.years}}"
        )
        text += f" + {yearly(f'projects.{key}.fixed_cost', project.name or key, project.fixed_cost, since)}"
    sheet.line(Row(f"{prefix}.fixed_cost", f"{label}: fixed cost", money.reporting, FLOW, text))
    text = yearly(f"{prefix}.maintenance", label, plant.maintenance, open_years)
    sheet.line(Row(f"{prefix}.maintenance", f"{label}: maintenance", money.reporting, FLOW, text))
