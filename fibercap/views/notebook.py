"""Results as notebooks show them: a heading and tables, with every text escaped."""

from __future__ import annotations

from functools import singledispatch
from html import escape
from math import isnan
from typing import TYPE_CHECKING, Final

import numpy as np

from fibercap.model.measures.all_measures import headlines
from fibercap.model.plan.scenario import Scenario
from fibercap.model.projection import Projection
from fibercap.studies.chances.simulate import Simulation
from fibercap.studies.compare import Comparison
from fibercap.studies.what_if.one_way import Sensitivity
from fibercap.studies.what_if.two_way import TwoWay
from fibercap.views.chances_tables import tables_of
from fibercap.views.frames import spread_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from fibercap.studies.what_if.lines import Cell

RATE: Final = "1/year"
BLOCKS: Final = ("products", "plants", "projects", "loans", "options", "claims")
"""Blocks of a plan whose names are listed."""
SHOWN: Final = ("revenue", "ebitda", "net_income", "cash", "debt", "dscr")
"""Rows of the accounts that are shown by year, below the capacity of plants."""


@singledispatch
def html_of(result: object) -> str:
    """Return a result as a notebook shows it."""
    raise TypeError(f"no table is known for a {type(result).__name__}")


@html_of.register
def scenario_html(plan: Scenario) -> str:
    """Return a plan as a notebook shows it: horizon, currency, the names in its blocks, evidence of its inputs."""
    horizon = plan.horizon
    about = f"{plan.file}: {horizon.start} to {horizon.end} by {horizon.step}, in {plan.currency}"
    about += f", option {plan.option}" if plan.option else ""
    lines = [(block, ", ".join(names)) for block in BLOCKS if (names := getattr(plan, block))]
    evidence = ", ".join(f"{count} {kind}" for kind, count in plan.evidence().items())
    table = table_html(["block", "names"], [*lines, ("inputs", evidence)], align="left")
    return page_html(plan.title or plan.id, about, table)


@html_of.register
def projection_html(projection: Projection) -> str:
    """Return a projection as a notebook shows it: capacity, results and cash by year, and the measures that matter."""
    plants = [f"plants.{key}.effective_capacity" for key in projection.scenario.plants]
    paths = [path for path in (*plants, *(f"accounts.{key}" for key in SHOWN)) if path in projection]
    years = {path: projection.by(path) for path in paths}
    which = "median of samples" if projection.samples > 1 else ""
    heads = [which, *next(iter(years.values()))]
    rows = [
        [
            name_with_unit(row.label, row.unit),
            *(number_text(spread_of(value)[2], row.unit) for value in by_year.values()),
        ]
        for row, by_year in ((projection.rows[path], by_year) for path, by_year in years.items())
    ]
    measures = [
        [
            name_with_unit(measure.label, measure.unit),
            number_text(spread_of(measure.values)[2], measure.unit),
            measure.reason,
        ]
        for name in headlines()
        if (measure := projection.measures.get(name)) is not None
    ]
    title = projection.scenario.title or projection.scenario.id
    tables = table_html(heads, rows), table_html(["measure", which or "value", ""], measures)
    return page_html(title, repr(projection).strip("<>"), *tables)


@html_of.register
def comparison_html(comparison: Comparison) -> str:
    """Return the measures that matter by case."""
    cases, rows = [*comparison.cases.values()], list[list[str]]()
    for name in headlines():
        measures = [case.measures.get(name) for case in cases]
        of = next((measure for measure in measures if measure is not None), None)
        if of is not None:
            values = [np.nan if each is None else spread_of(each.values)[2] for each in measures]
            rows.append([name_with_unit(of.label, of.unit), *(number_text(value, of.unit) for value in values)])
    which = "median of samples" if any(case.projection.samples > 1 for case in cases) else "measure"
    plan = cases[0].projection.scenario
    return page_html(
        plan.title or plan.id, f"compared with {comparison.baseline}", table_html([which, *comparison.cases], rows)
    )


@html_of.register
def simulation_html(simulation: Simulation) -> str:
    """Return what is likely, as `fibercap simulate` prints it: measures, options, claims, what fails and when."""
    tables = (f"<p>{escape(table.title)}</p>{table_html(table.heads, table.lines)}" for table in tables_of(simulation))
    title = simulation.scenario.title or simulation.scenario.id
    return page_html(title, repr(simulation).strip("<>"), *tables)


@html_of.register
def sensitivity_html(sensitivity: Sensitivity) -> str:
    """Return a line for each point of the inputs that were moved."""
    return table_html(sensitivity.heads, [[*map(_cell_text, line)] for line in sensitivity.lines])


@html_of.register
def two_way_html(grid: TwoWay) -> str:
    """Return the grid of the first measure: the first input downwards, the second across."""
    values = grid.values(next(iter(grid.measures))).tolist()
    heads = [f"{grid.one.lever.name} / {grid.other.lever.name}", *map(_cell_text, grid.other.values)]
    places = map(float, grid.one.values)
    return table_html(heads, [[*map(_cell_text, (place, *line))] for place, line in zip(places, values, strict=True)])


def _cell_text(cell: Cell) -> str:
    """Return a cell of a table of points; what is undefined or not there is empty."""
    if isinstance(cell, float):
        return "" if isnan(cell) else f"{cell:,.6g}"
    return "" if cell is None else str(cell)


def table_html(heads: Sequence[str], lines: Iterable[Sequence[str]], align: str = "right") -> str:
    """Return a table: the heads of its columns, and lines that begin with their name.

    Parameters
    ----------
    heads : sequence of str
        The head of the column of names, and of every other column.
    lines : iterable of sequence of str
        The name and the other cells of each line, as texts.
    align : str
        `right` for numbers, `left` for words.
    """
    head = "".join(f'<th scope="col">{escape(text)}</th>' for text in heads)
    rows = (
        f'<tr><th scope="row" style="text-align: left">{escape(name)}</th>'
        + "".join(f'<td style="text-align: {align}">{escape(cell)}</td>' for cell in cells)
        + "</tr>"
        for name, *cells in lines
    )
    return f"<table><thead><tr>{head}</tr></thead><tbody>{''.join(rows)}</tbody></table>"


def page_html(heading: str, about: str, *tables: str) -> str:
    """Return a heading, a line about it, and tables below.

    Parameters
    ----------
    heading, about : str
        The heading and the line, as texts.
    *tables : str
        HTML of the tables.
    """
    return f"<div><strong>{escape(heading)}</strong><br>{escape(about)}{''.join(tables)}</div>"


def number_text(value: float, unit: str) -> str:
    """Return a number as a table shows it: rates in percent, from 1,000 on without decimals; nan is a dash.

    Parameters
    ----------
    value, unit : float, str
        The number, in its house unit.
    """
    if isnan(value):
        return "–"
    if unit == RATE:
        return f"{100 * value:.2f} %"
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:,.4g}"


def name_with_unit(label: str, unit: str) -> str:
    """Return the name of a line, with its unit where its numbers have one.

    Parameters
    ----------
    label, unit : str
        The label of a row or measure, and its unit.
    """
    return f"{label} [{'a year' if unit == RATE else unit}]" if unit else label
