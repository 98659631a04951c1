"""A plan's results as tables for other programs: a line for each value, with its unit; and each statement as a page."""

from __future__ import annotations

from math import isfinite
from typing import TYPE_CHECKING, Final

from fibercap.core.errors import FibercapError
from fibercap.core.timeline import STEPS
from fibercap.studies.claims import outcomes
from fibercap.studies.covenants import NO_EARNINGS, covenants
from fibercap.studies.schedules import projected_schedules
from fibercap.views import table_columns
from fibercap.views.files.table_file import Column, TableFile
from fibercap.views.loan_tables import schedules_table
from fibercap.views.report.written_inputs import amount, written_inputs
from fibercap.views.statement_lines import STATEMENTS, statement_lines

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from fibercap.model.projection import Projection
    from fibercap.studies.compare import Comparison
    from fibercap.studies.covenants import CovenantResult
    from fibercap.views.files.csv_text import Cell

NO_EBITDA: Final = "debt is owed, and EBITDA is not positive"


def table_step(projection: Projection, by: str) -> str:
    """Return the step of tables: `by` (year, quarter or month) or, if that is empty, the model's own step.

    Raises
    ------
    FibercapError
        If the model's own step is longer than `by`.
    """
    step = projection.timeline.step
    if by and STEPS[by] < STEPS[step]:
        raise FibercapError("finer_than_step", f"the model steps by {step}; its tables cannot be shown by {by}")
    return by or step


def rows_table(projection: Projection, by: str = "") -> TableFile:
    """Return every row by year, quarter or month, or by the model's own step; a line for each value."""
    step = table_step(projection, by)
    lines = (
        (path, row.label, period, float(value[0]), row.unit)
        for path, row in projection.period_rows.items()
        for period, value in projection.by(path, step).items()
    )
    title = f"Every row of the model by {step}"
    return TableFile("rows", title, table_columns.ROWS, tuple(lines), ("path", "period"))


def statements_table(projection: Projection, by: str = "") -> TableFile:
    """Return the statements, each line in its order with its role: `plus`, `minus`, `total` or `memo`."""
    step = table_step(projection, by)
    lines = (
        (title, number, line.role, row.path, line.label(row), period, float(value[0]), row.unit)
        for title in STATEMENTS
        for number, (line, row) in enumerate(statement_lines(projection, title), 1)
        for period, value in projection.by(row.path, step).items()
    )
    title = f"The statements by {step}, a line for each value"
    return TableFile("statements", title, table_columns.STATEMENTS, tuple(lines), ("statement", "line", "period"))


def statement_table(projection: Projection, title: str, by: str = "") -> TableFile:
    """Return one statement as it is read: a line of the table for each of its lines, a column for each period.

    Parameters
    ----------
    projection : Projection
        The results of a scenario.
    title : str
        One of `STATEMENTS`.
    by : str
        `year`, `quarter` or `month`; the model's own step if not given.
    """
    step, money = table_step(projection, by), projection.scenario.currency
    periods = (Column(name, f"Value in {name}", "number", money) for name in projection.timeline.groups(step))
    lines = (
        (
            number,
            line.role,
            row.path,
            line.label(row),
            row.unit,
            *(float(v[0]) for v in projection.by(row.path, step).values()),
        )
        for number, (line, row) in enumerate(statement_lines(projection, title), 1)
    )
    name = f"statements/{title.lower().replace(' ', '-')}"
    columns = (*table_columns.STATEMENT, *periods)
    return TableFile(name, f"{title} by {step}", columns, tuple(lines), ("line",))


def measures_table(projection: Projection) -> TableFile:
    """Return the measures with their units; an undefined one has no value and says why."""
    lines = ((m.name, m.label, m.value, m.unit, m.reason) for m in projection.measures.values())
    return TableFile("measures", "Measures", table_columns.MEASURES, tuple(lines), ("measure",))


def claims_table(projection: Projection) -> TableFile:
    """Return the claims, each with its value and verdict."""
    lines = (
        (o.name, o.says, o.subject, o.when, o.comparator, o.limit, o.value, o.unit, o.holds, o.expected, o.source)
        for o in outcomes(projection).values()
    )
    return TableFile("claims", "Claims", table_columns.CLAIMS, tuple(lines), ("claim",))


def covenants_table(projection: Projection) -> TableFile:
    """Return every test of every covenant, and the dates on which one could not be tested, with the reason."""
    lines = tuple(line for name, result in covenants(projection).items() for line in _tests(name, result))
    return TableFile("covenants", "Tests of covenants", table_columns.COVENANTS, lines, ("covenant", "when"))


def _tests(name: str, c: CovenantResult) -> Iterator[tuple[Cell, ...]]:
    head = (name, c.says, c.subject, c.comparator)
    why = NO_EBITDA if c.why_infinite == NO_EARNINGS else c.why_infinite
    for test in c.tests:
        if isfinite(test.value):
            yield (*head, test.limit, test.when, test.value, c.unit, test.headroom, test.holds, "")
        else:
            yield (*head, test.limit, test.when, None, c.unit, None, test.holds, why)
    for date in c.untested:
        yield (*head, date.limit, date.when, None, c.unit, None, None, f"not tested: {date.reason}")
    if not (c.tests or c.untested):
        yield (*head, c.limit, "", None, c.unit, None, None, f"not tested: {c.why_untested}")


def inputs_table(projection: Projection) -> TableFile:
    """Return every input that is written, as number and unit and as text, with its source; a line for each key."""
    inputs = {item.path: item for item in written_inputs(projection.scenario)}
    lines = (
        (f"{path}.{key}" if key else path, *amount(text), text, item.source, item.kind, item.where, item.note)
        for path, item in inputs.items()
        for key, text in item.texts
        if not key or f"{path}.{key}" not in inputs  # what is uncertain is an input of its own
    )
    return TableFile("inputs", "Inputs with their sources", table_columns.INPUTS, tuple(lines), ("path",))


def sources_table(projection: Projection) -> TableFile:
    """Return the sources that inputs name."""
    sources = projection.scenario.sources.items()
    lines = ((name, s.title, s.kind, s.date, s.url) for name, s in sources)
    return TableFile("sources", "Sources that inputs name", table_columns.SOURCES, tuple(lines), ("source",))


def options_table(comparison: Comparison | None) -> TableFile:
    """Return the measures of every option."""
    lines = (
        (name, case.title, m.name, m.label, m.value, m.unit)
        for name, case in (comparison.cases.items() if comparison is not None else ())
        for m in case.measures.values()
    )
    title = "Measures of the financing options"
    return TableFile("options", title, table_columns.OPTIONS, tuple(lines), ("option", "measure"))


_BY_STEP: Final[tuple[Callable[[Projection, str], TableFile], ...]] = (rows_table, statements_table)
_WHOLE: Final[tuple[Callable[[Projection], TableFile], ...]] = (
    measures_table, inputs_table, sources_table, claims_table, covenants_table,
)  # fmt: skip


def tables(projection: Projection, comparison: Comparison | None, by: str = "", pages_by: str = "") -> list[TableFile]:
    """Return every table that has a line.

    Parameters
    ----------
    projection : Projection
        The results of a scenario.
    comparison : Comparison, optional
        The comparison of its options.
    by : str
        The periods of rows and statements; the model's own step if not given.
    pages_by : str
        The columns of `statements/income` and so on; `by` if not given.
    """
    made = [write(projection, by) for write in _BY_STEP]
    made += [statement_table(projection, title, pages_by or by) for title in STATEMENTS]
    made += [write(projection) for write in _WHOLE]
    made += [schedules_table(projected_schedules(projection)), options_table(comparison)]
    return [table for table in made if table.lines]
