"""The sections of `run`: the tables of each, for selected rows and years."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final, TypeVar

from fibercap.core.errors import FibercapError
from fibercap.core.language.dates import way_to_name
from fibercap.core.timeline import month_end
from fibercap.studies.explaining.lookup import askable_rows, rows_matching
from fibercap.views.numbers import Figures, Line, lies_within
from fibercap.views.statement_lines import ORDER_OF_CASH, statement_lines
from fibercap.views.statements import COVER, capacity_figures, cover_figures, loan_figures, statement_figures

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from fibercap.core.formulas.rows import Row
    from fibercap.core.timeline import Timeline
    from fibercap.model.projection import Projection

T = TypeVar("T")
SECTIONS: Final = ("summary", "capacity", "income", "cash", "balance", "debt", "measures", "claims")
STATEMENTS_OF: Final = {
    "income": ("Income",), "cash": ("Cash flow", ORDER_OF_CASH), "balance": ("Balance sheet",),
    "debt": ("Debt service",),
}  # fmt: skip
"""The statements of each section."""
PLANT_ROWS: Final = ("nameplate", "effective_capacity", "output", "shipments")
HOW: Final = "flows are summed over a column, stocks stand at its end, rates are its mean"


@dataclass(frozen=True)
class Selection:
    """The sections, patterns of rows, and names of the first and the last year that the user selects; by default all.

    With `rows` and no sections, only these rows are shown.
    """

    sections: tuple[str, ...] = ()
    rows: tuple[str, ...] = ()
    years: tuple[str, str] | None = None

    @property
    def everything(self) -> bool:
        """Whether the complete page is selected."""
        return not self.sections and not self.rows

    def months(self, timeline: Timeline) -> tuple[int, int] | None:
        """Return the month numbers at the start and the end of the selected years; None where all are.

        Raises
        ------
        FibercapError
            If business years are selected, and the plan has none.
        """
        if self.years is None:
            return None
        first, last = (timeline.span(year) for year in self.years)
        if first is None or last is None:
            message = f"--years: found `{'-'.join(dict.fromkeys(self.years))}`, wanted calendar years"
            raise FibercapError("not_a_time", message, way_to_name(self.years[0], timeline.year_ends))
        return first[0], last[1]

    def in_years(self, timeline: Timeline, names: Sequence[str], values: Sequence[T]) -> list[T]:
        """Return the values, one for each period by name, of the periods that lie within the selected years."""
        months = self.months(timeline)
        return [v for name, v in zip(names, values, strict=True) if lies_within(name, months, timeline.year_ends)]

    def of_periods(self, timeline: Timeline, values: Sequence[T]) -> list[T]:
        """Return the values, one for each period of the model, of the periods that lie within the selected years."""
        return self.in_years(timeline, timeline.labels, values)

    def has(self, section: str) -> bool:
        """Tell whether a section is selected."""
        return self.everything or section in self.sections


EVERYTHING: Final = Selection()


def selected_tables(projection: Projection, selection: Selection, by: str) -> dict[str, list[Figures]]:
    """Return the selected tables by section; those of single rows are under `rows`.

    Parameters
    ----------
    projection : Projection
        What a plan leads to.
    selection : Selection
        Sections, rows and years.
    by : str
        `year`, `quarter` or `month`.

    Raises
    ------
    FibercapError
        If a pattern matches no row, or no table has a column in the selected years.
    """
    tables_by_section = {
        section: list(_tables(projection, section, by)) for section in SECTIONS if selection.has(section)
    }
    tables_by_section["rows"] = list(row_figures(projection, rows_matching(projection, selection.rows), by))
    months = selection.months(projection.timeline)
    within = {
        section: [part for part in (table.within(months) for table in tables) if part is not None]
        for section, tables in tables_by_section.items()
    }
    if selection.years is not None and not any(within.values()):
        raise FibercapError("no_such_time", *_no_such_years(tables_by_section, selection, projection.timeline))
    return within


def _no_such_years(
    tables_by_section: dict[str, list[Figures]], selection: Selection, timeline: Timeline
) -> tuple[str, str]:
    """Return why no table has a column in the selected years, and the way out."""
    columns = [column for tables in tables_by_section.values() for table in tables for column in table.columns]
    ends = [span[1] for column in columns if (span := timeline.span(column))]
    if not ends:
        return f"`--years` is about tables, and there are none in {', '.join(selection.sections)}", "leave it out"
    asked = "-".join(dict.fromkeys(selection.years or ()))
    first, last = (timeline.label(month_end(month), "year") for month in (min(ends), max(ends)))
    return f"no table has a column in {asked}", f"they run from {first} to {last}"


def _tables(projection: Projection, section: str, by: str) -> Iterator[Figures]:
    """Yield the tables of a section."""
    if section == "capacity":
        yield from capacity_figures(projection, by)
    yield from (statement_figures(projection, title, by) for title in STATEMENTS_OF.get(section, ()))
    if section == "debt":
        yield from cover_figures(projection, by)
        plan = projection.scenario
        yield from (loan_figures(projection, name, by) for name in plan.loans if name not in plan.undrawn)


def row_figures(projection: Projection, paths: Sequence[str], by: str) -> Iterator[Figures]:
    """Yield tables of rows: one for each unit, size and set of columns (the run-off has its own)."""
    groups: dict[tuple[object, ...], Figures] = {}
    for path in paths:
        row, values = projection.rows[path], projection.by(path, by)
        unit, factor = ("%/year", 100.0) if row.unit == "1/year" else (row.unit, 1.0)
        line = Line(path, [factor * float(value[0]) for value in values.values()])
        table = Figures("Rows", unit, list(values), [line], year_ends=projection.timeline.year_ends)
        _, word, decimals = table.scale()
        group = groups.setdefault((tuple(values), word, decimals), replace(table, lines=[]))
        groups[tuple(values), word, decimals] = replace(group, lines=[*group.lines, line])
    for place, table in enumerate(groups.values()):
        yield replace(table, note="" if place else HOW)


def selected_rows(projection: Projection, selection: Selection) -> dict[str, Row]:
    """Return the rows that sections and patterns select, in model periods; by default all rows of the horizon."""
    if selection.everything:
        return dict(projection.period_rows)
    named = set(rows_matching(projection, selection.rows))
    plan = projection.scenario
    if "capacity" in selection.sections:
        named |= {f"plants.{plant}.{key}" for plant in plan.plants for key in PLANT_ROWS}
    for title in (title for section in selection.sections for title in STATEMENTS_OF.get(section, ())):
        named |= {row.path for _, row in statement_lines(projection, title)}
    if "debt" in selection.sections:
        named |= {f"accounts.{key}" for key in COVER}
        named |= {path for path in projection.period_rows if path.startswith("loans.")}
    return {path: row for path, row in askable_rows(projection).items() if path in named}
