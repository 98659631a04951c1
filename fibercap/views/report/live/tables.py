"""The tables of the live report: their lines as the tables of the report have them, without numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fibercap.core.language.names import key_in_words
from fibercap.views.numbers import Figures
from fibercap.views.report.live.results import MARGIN, START
from fibercap.views.statement_lines import STATEMENTS, statement_lines
from fibercap.views.statements import (
    ALWAYS_SHOWN,
    CAPACITY_ROWS,
    CLOSING_CASH,
    COVER,
    all_plants,
    capacity_figures,
    cover_figures,
    statement_figures,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from fibercap.model.projection import Projection


def tables(projections: Sequence[Projection], by: str) -> Iterator[dict[str, Any]]:
    """Yield the statements, cover and capacity, the lines of all options in each.

    Parameters
    ----------
    projections, by : sequence of Projection, str
        The options, the one that the report is about first, and the length of the periods of statements.
    """
    first = projections[0]
    for title in STATEMENTS:
        lines = _merge([list(_statement_lines(projection, title, by)) for projection in projections])
        yield _table(statement_figures(first, title, by), lines)
    cover = list(cover_figures(first, "year"))
    lines = [_line(f"accounts.{row}/year", label) for row, label in COVER.items()]
    columns = list(first.timeline.groups("year"))
    yield _table(cover[0] if cover else Figures(f"Cover of debt by {first.timeline.year_kind}", "", columns), lines)
    plan = first.scenario
    for figures in capacity_figures(first, by):
        row = CAPACITY_ROWS[figures.title]
        plants = [key for key in plan.plants if first.rows[f"plants.{key}.{row}"].unit == figures.unit]
        lines = [
            _line(f"plants.{key}.{row}/{by}", plan.plants[key].name or key_in_words(key), always=True) for key in plants
        ]
        if len(plants) > 1:
            unit = plan.unit_of_plant(plants[0])
            lines.append(_line(f"all/{row}/{unit}@{by}", all_plants(plan, unit), strong=True, always=True))
        yield _table(figures, lines)


def totals_of_plants(projection: Projection, by: str) -> Iterator[tuple[str, str, list[str]]]:
    """Yield the sums over plants that tables of capacity show: name, row, and the plants."""
    plan = projection.scenario
    for unit in plan.product_units:
        plants = [key for key in plan.plants if plan.unit_of_plant(key) == unit]
        if len(plants) > 1:
            yield from ((f"all/{row}/{unit}@{by}", row, plants) for row in CAPACITY_ROWS.values())


def _statement_lines(projection: Projection, title: str, by: str) -> Iterator[dict[str, Any]]:
    for line, row in statement_lines(projection, title):
        strong, always = line.role == "total", line.key in ALWAYS_SHOWN or line.role in {"total", "memo"}
        yield _line(f"{line.path}/{by}", line.label(row), strong=strong, always=always)
        if line.key == "gross_profit":
            yield {**_line(f"{MARGIN}/{by}", "Memo: gross margin", always=True), "share": True}
        if row.path == CLOSING_CASH:
            yield {**_line(f"{START}/{by}", "Cash at the start", always=True), "first": True}


def _line(key: str, label: str, *, strong: bool = False, always: bool = False) -> dict[str, Any]:
    return {"key": key, "label": label, **({"strong": True} if strong else {}), **({"always": True} if always else {})}


def _merge(options: Sequence[Sequence[dict[str, Any]]]) -> list[dict[str, Any]]:
    """Return the lines of several options in order, each once."""
    merged: list[dict[str, Any]] = []
    for lines in options:
        before = -1
        for line in lines:
            keys = [known["key"] for known in merged]
            if line["key"] not in keys:
                merged.insert(before + 1, line)
                before += 1
            else:
                before = keys.index(line["key"])
    return sorted(merged, key=lambda line: not line.get("first"))


def _table(figures: Figures, lines: Sequence[dict[str, Any]]) -> dict[str, Any]:
    divisor, unit, decimals = figures.scale()
    return {
        "title": figures.title,
        "unit": unit,
        "divisor": divisor,
        "decimals": decimals,
        "columns": list(figures.columns),
        "lines": list(lines),
    }
