"""What a plant can make and what running it costs, row by row: nameplate, effective capacity, output, fixed cost."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from fibercap.core.calendar import month_number_text, serial
from fibercap.core.formulas.rows import Row
from fibercap.core.formulas.sheet import Sheet
from fibercap.core.language.names import key_in_words
from fibercap.core.language.series import Series
from fibercap.core.timeline import FLOW, RATE, STOCK, Timeline, month_number, month_start
from fibercap.core.units import Array
from fibercap.model.currency.currencies import Currencies
from fibercap.model.depreciation_by_units import counts_units
from fibercap.model.horizon.run_off import counting_month
from fibercap.model.plants.asset_terms import give_sale_month
from fibercap.model.plants.capacity_by_key import capacity_texts
from fibercap.model.plants.closures import closure_rows, growth_over, open_spans
from fibercap.model.plants.cost_lines import cost_row
from fibercap.model.plants.products_and_time import series_row
from fibercap.model.plants.projects import Project

if TYPE_CHECKING:
    from fibercap.model.plan.plan import Plan
    from fibercap.model.plants.capacity import Plant


def ships_apart(plan: Plan, name: str) -> bool:
    """Tell whether what a project ships counts apart, for its cash cost or for depreciation by units.

    A bought plant, and opening assets, make what projects do not.

    Parameters
    ----------
    plan, name : Plan, str
        The plan, and the project.
    """
    project = plan.projects[name]
    base = plan.plants[project.plant].purchase or plan.opening.fixed_assets
    assets, way = (project, base) if base else (project,), plan.tax.depreciation
    return project.cash_cost is not None or any(counts_units(asset, way) for asset in assets)


def _until_sale(text: str, key: str, project: Project) -> str:
    """Return the formula of a month number that the sale of a project ends; without a sale, as it is. [month]"""
    return f"MIN({text}, {{projects.{key}.sold.month}})" if project.sold else text


def _since_completion(key: str, project: Project, text: str) -> str:
    """Return the formula of a month number, not before a project is complete nor after it is sold. [month]"""
    return f"MAX({_until_sale(text, key, project)}, {project.completes_text(key)})"


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
    return opens, month_number(plant.last_day) if plant.last_day else float(timeline.ends[-1])


def _give_open_months(sheet: Sheet, timeline: Timeline, prefix: str, plant: Plant) -> tuple[str, str]:
    """Write the scalars of the months in which a plant opens and closes; return their references."""
    opens, closes = "{time.from}", "{time.from} + {time.periods} * {time.months_in_period}"
    opened, closed = open_between(timeline, plant)
    if timeline.past and not plant.last_day:
        text = f"{{time.from}} + ({{time.periods}} + {timeline.past}) * {{time.months_in_period}}"
        sheet.give_after_horizon(f"{prefix}.closes", "month", closed, text)
        closed = float(timeline.ends[timeline.within - 1])
    if plant.opens:
        opens = month_number_text(sheet.give(f"inputs.{prefix}.opens", "day", serial(plant.opens)), start=True)
    if plant.closes:
        closes = month_number_text(sheet.give(f"inputs.{prefix}.closes", "day", serial(plant.closes)))
    if plant.purchase and plant.purchase.sold:
        sold = give_sale_month(sheet, f"{prefix}.purchase.sold", plant.purchase.sold)
        closes = f"MIN({closes}, {sold})"
    opens = sheet.give(f"{prefix}.opens", "month", opened, formula=opens)
    return opens, sheet.give(f"{prefix}.closes", "month", closed, formula=closes)


def capacity_rows(sheet: Sheet, plan: Plan, name: str, projects: Mapping[str, Project]) -> None:
    """Write a plant's clock, nameplate, effective capacity and output, and its projects' ramped months.

    The clock is the period's end, limited to the time between the plant's opening and closing, so that anything
    integrated over it counts only while the plant is open; closures cut it into spans. Writes `clock` [month],
    `nameplate`, `effective_capacity` [unit/year] and `output` [unit] under `plants.<name>.`, the rows of
    `closure_rows`, and `projects.<p>.ramped_months`. [month]

    Parameters
    ----------
    sheet, plan, name : Sheet, Plan, str
        The sheet that gets the rows, the plan, and the plant.
    projects : mapping
        The projects that add to it, by name.

    Source
    ------
    docs/conventions.md, section 2.
    """
    plant, timeline, unit = plan.plants[name], plan.timeline, plan.unit_of_plant(name)
    prefix, label = f"plants.{name}", plant.name or key_in_words(name)
    opened, closed = _give_open_months(sheet, timeline, prefix, plant)
    clock = f"MIN(MAX({{time.end}}, {opened}), {closed})"
    before = clock.replace("{time.end}", "{time.from}")
    sheet.line(Row(f"{prefix}.clock", f"{label}: clock", "month", STOCK, clock, before))
    closure_rows(sheet, prefix, label, before, plant.closures)
    clocks = [span.path for span in open_spans(prefix, plant.closures)]
    named = (f"{prefix}.capacity", f"{label}: capacity")
    nameplate, effective = capacity_texts(sheet, timeline, named, plant.capacity, f"{unit}/year", clocks)
    for key, project in projects.items():
        adds = sheet.give(f"inputs.projects.{key}.adds", f"{unit}/year", project.adds)
        if project.sold:
            give_sale_month(sheet, f"projects.{key}.sold", project.sold)
        _ramped_months(sheet, timeline, key, project, plant, before)
        row = f"projects.{key}.ramped_months"
        counts = f"{{time.end}} >= {project.completes_text(key)}"
        if project.sold:
            counts = f"AND({counts}, {{time.end}} <= {{projects.{key}.sold.month}})"
        nameplate += f" + IF({counts}, {adds}, 0)"
        added = f"{adds} * ({{{row}}} - {{{row}@-1}}) / {{time.months}}"
        if ships_apart(plan, key):
            row, words = (
                f"projects.{key}.effective_capacity",
                f"{project.name or key_in_words(key)}: effective capacity",
            )
            sheet.line(Row(row, words, f"{unit}/year", RATE, added))
            added = f"{{{row}}}"
        effective += f" + {added}"
    text = f"IF(AND({{time.end}} > {opened}, {{time.end}} <= {closed}), {nameplate}, 0)"
    sheet.line(Row(f"{prefix}.nameplate", f"{label}: nameplate", f"{unit}/year", STOCK, text))
    sheet.line(Row(f"{prefix}.effective_capacity", f"{label}: effective capacity", f"{unit}/year", RATE, effective))
    series_row(sheet, timeline, f"{prefix}.utilization", f"{label}: utilization", plant.utilization, "")
    text = f"{{{prefix}.effective_capacity}} * {{inputs.{prefix}.utilization}} * {{time.years}}"
    if plant.good_share is not None:
        series_row(sheet, timeline, f"{prefix}.yield", f"{label}: yield", plant.good_share, "")
        text += f" * {{inputs.{prefix}.yield}}"
    sheet.line(Row(f"{prefix}.output", f"{label}: output", unit, FLOW, text))


def _ramped_months(sheet: Sheet, timeline: Timeline, key: str, project: Project, plant: Plant, before: str) -> None:
    """Write a project's ramp integral at period ends, both from its kernel and as a formula; a test compares them.

    Only what the ramp lets pass in the spans in which the plant works counts.
    """
    done, where = project.completes_text(key), f"projects.{key}.ramp"
    month = counting_month(project.planned_month, project.delay, timeline)

    def integral(moments: Array | float) -> Array:
        return project.ramp.ramped_months(np.minimum(moments, project.sold_month) - month)

    def integral_text(moment: str) -> str:
        return project.ramp.formula(f"({_until_sale(moment, key, project)} - {done})", sheet, where)

    clock, ramped = np.clip(timeline.ends, *open_between(timeline, plant)), np.asarray(0.0)
    texts, starts = list[str](), list[str]()
    for span in open_spans(f"plants.{project.plant}", plant.closures):
        for moment, sums in ((f"{{{span.path}}}", texts), (span.cut(before), starts)):
            text = integral_text(moment)  # added up as the kernel does, so that what is nothing is not a speck
            sums.append(f"({text}) - ({integral_text(span.begins)})" if span.begins else text)
        ramped = ramped + integral(np.clip(clock, *span.months)) - (integral(span.months[0]) if span.begins else 0.0)
    row = Row(f"projects.{key}.ramped_months", f"{project.name or key_in_words(key)}: ramped months", "month", STOCK)
    sheet.put(row._replace(formula=" + ".join(texts), before=" + ".join(starts)), ramped)


def running_cost_rows(
    sheet: Sheet, timeline: Timeline, name: str, plant: Plant, projects: Mapping[str, Project], money: Currencies
) -> None:
    """Write `plants.<name>.fixed_cost` and `plants.<name>.maintenance`, while the plant is open. [money]

    The fixed cost of its projects counts from their completion on; a closure stops both if it says so. Each of its cost
    lines by the year has a row of its own, `plants.<name>.costs.<line>`, and is a part of the fixed cost.

    Parameters
    ----------
    sheet, timeline, name, plant, projects, money
        The sheet, its periods, the plant and its name, the projects by name, and the currencies of amounts.

    Source
    ------
    docs/conventions.md, section 3, Revenue and cost.
    """
    prefix, label = f"plants.{name}", plant.name or key_in_words(name)
    stops = [key for key, closure in plant.closures.items() if closure.fixed_cost == "stops"]
    running = [f"{prefix}.clock"]
    if stops:
        running = [span.path for span in open_spans(prefix, plant.closures)]
        running += [f"{prefix}.closures.{key}.clock" for key in plant.closures if key not in stops]

    def years(clocks: list[str], grown: Callable[[str], str] = str) -> str:
        """Return the formula of the years of a period in which a cost runs. [year]"""
        return f"({growth_over(clocks, grown)}) / {{time.months}} * {{time.years}}"

    def yearly(path: str, of: str, amounts: Series, during: str) -> str:
        """Return the formula of what a yearly cost comes to in each period, in the reporting currency."""
        series_row(sheet, timeline, path, f"{of} by year", amounts, f"{money.code_of(path)}/year")
        return money.flow(path, f"{{inputs.{path}}} * {during}")

    reads = tuple(f"{prefix}.closures.{key}.fixed_cost" for key in stops)
    text = yearly(f"{prefix}.fixed_cost", f"{label}: fixed cost", plant.fixed_cost, years(running))
    for key, project in projects.items():
        since, words = (
            years(running, partial(_since_completion, key, project)),
            f"{project.name or key_in_words(key)}: fixed cost",
        )
        text += f" + {yearly(f'projects.{key}.fixed_cost', words, project.fixed_cost, since)}"
    for key, line in plant.costs.items():
        if line.per_year is not None:
            path, words = f"{prefix}.costs.{key}", f"{label}: {key.replace('_', ' ')}"
            amount = yearly(f"{path}.per_year", words, line.per_year, years(running))
            text += f" + {cost_row(sheet, (path, words), amount, money, reads)}"
    sheet.line(Row(f"{prefix}.fixed_cost", f"{label}: fixed cost", money.reporting, FLOW, text, reads=reads))
    text = yearly(f"{prefix}.maintenance", f"{label}: maintenance", plant.maintenance, years([f"{prefix}.clock"]))
    sheet.line(Row(f"{prefix}.maintenance", f"{label}: maintenance", money.reporting, FLOW, text))
