"""A plan's results as tables (CSV) for other programs: a line for each value, with its unit."""

from __future__ import annotations

from math import isfinite
from pathlib import Path
from typing import TYPE_CHECKING, Final

from fibercap.core.errors import FibercapError
from fibercap.core.timeline import STEPS
from fibercap.studies.claims import outcomes
from fibercap.studies.covenants import NO_EARNINGS, covenants
from fibercap.studies.schedules import projected_schedules
from fibercap.views.files.csv_text import csv_text
from fibercap.views.loan_tables import loan_csv
from fibercap.views.report.written_inputs import amount, written_inputs
from fibercap.views.statement_lines import STATEMENTS, statement_lines

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from fibercap.model.projection import Projection
    from fibercap.studies.compare import Comparison
    from fibercap.views.files.csv_text import Cell

NO_EBITDA: Final = "debt is owed, and EBITDA is not positive"
ROWS: Final = ("path", "label", "period", "value", "unit")


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


def rows_csv(projection: Projection, by: str = "") -> str:
    """Return every row by year, quarter or month, or by the model's own step; a line for each value."""
    step = table_step(projection, by)
    return csv_text(ROWS, _values(projection, step))


def _values(projection: Projection, step: str) -> Iterator[tuple[Cell, ...]]:
    for path, row in projection.period_rows.items():
        for period, value in projection.by(path, step).items():
            yield path, row.label, period, float(value[0]), row.unit


def statements_csv(projection: Projection, by: str = "") -> str:
    """Return the statements, each line in its order with its role: `plus`, `minus`, `total` or `memo`."""
    step = table_step(projection, by)
    header = ("statement", "line", "role", *ROWS)
    return csv_text(header, (
        (title, number, line.role, row.path, line.label(row), period, float(value[0]), row.unit)
        for title in STATEMENTS
        for number, (line, row) in enumerate(statement_lines(projection, title), 1)
        for period, value in projection.by(row.path, step).items()
    ))  # fmt: skip


def measures_csv(projection: Projection) -> str:
    """Return the measures with their units; an undefined one has no value and says why."""
    measures = projection.measures.values()
    return csv_text(
        ("measure", "label", "value", "unit", "reason"),
        ((m.name, m.label, m.value, m.unit, m.reason) for m in measures),
    )


def claims_csv(projection: Projection) -> str:
    """Return the claims, each with its value and verdict."""
    header = ("claim", "says", "subject", "when", "comparator", "limit", "value", "unit", "holds", "expected", "source")
    return csv_text(header, (
        (o.name, o.says, o.subject, o.when, o.comparator, o.limit, o.value, o.unit, o.holds, o.expected, o.source)
        for o in outcomes(projection).values()
    ))  # fmt: skip


def covenants_csv(projection: Projection) -> str:
    """Return every test of every covenant, and the dates on which one could not be tested, with the reason."""
    header = (
        "covenant", "says", "subject", "comparator", "limit", "when", "value", "unit", "headroom", "holds", "reason",
    )  # fmt: skip
    lines: list[tuple[Cell, ...]] = []
    for name, c in covenants(projection).items():
        head = (name, c.says, c.subject, c.comparator)
        lines += [
            (*head, test.limit, test.when, test.value, c.unit, test.headroom, test.holds, "")
            if isfinite(test.value)
            else (
                *head,
                test.limit,
                test.when,
                None,
                c.unit,
                None,
                test.holds,
                NO_EBITDA if c.why_infinite == NO_EARNINGS else c.why_infinite,
            )
            for test in c.tests
        ]
        lines += [
            (*head, date.limit, date.when, None, c.unit, None, None, f"not tested: {date.reason}")
            for date in c.untested
        ]
        if not (c.tests or c.untested):
            lines.append((*head, c.limit, "", None, c.unit, None, None, f"not tested: {c.why_untested}"))
    return csv_text(header, lines)


def inputs_csv(projection: Projection) -> str:
    """Return every input that is written, as number and unit and as text, with its source; a line for each key."""
    header = ("path", "value", "unit", "written", "source", "kind", "where", "note")
    return csv_text(header, (
        (f"{item.path}.{key}" if key else item.path, *amount(text), text, item.source, item.kind, item.where, item.note)
        for item in written_inputs(projection.scenario) for key, text in item.texts
    ))  # fmt: skip


def sources_csv(projection: Projection) -> str:
    """Return the sources that inputs name."""
    sources = projection.scenario.sources.items()
    header = ("source", "title", "kind", "date", "url")
    return csv_text(header, ((name, s.title, s.kind, s.date, s.url) for name, s in sources))


def options_csv(comparison: Comparison) -> str:
    """Return the measures of every option."""
    return csv_text(
        ("option", "title", "measure", "label", "value", "unit"),
        (
            (name, case.title, m.name, m.label, m.value, m.unit)
            for name, case in comparison.cases.items()
            for m in case.measures.values()
        ),
    )


EVERY_PLAN: Final[Mapping[str, Callable[[Projection, str], str]]] = {
    "rows.csv": rows_csv,
    "measures.csv": lambda projection, _by: measures_csv(projection),
    "statements.csv": statements_csv,
    "inputs.csv": lambda projection, _by: inputs_csv(projection),
}
"""The tables that every plan has, by file name."""
SOME_PLANS: Final[Mapping[str, Callable[[Projection, Comparison | None], str]]] = {
    "sources.csv": lambda projection, _: sources_csv(projection) if projection.scenario.sources else "",
    "claims.csv": lambda projection, _: claims_csv(projection) if projection.scenario.claims else "",
    "schedules.csv": lambda p, _: loan_csv(projected_schedules(p)) if p.scenario.loans else "",
    "covenants.csv": lambda p, _: covenants_csv(p) if any(loan.covenants for loan in p.scenario.loans.values()) else "",
    "options.csv": lambda _, comparison: options_csv(comparison) if comparison is not None else "",
}
"""The tables that only some plans have, by file name; the text is "" for a plan without any such result."""


def tables(projection: Projection, comparison: Comparison | None, by: str = "") -> dict[str, bytes]:
    """Return every table that the plan has, by file name."""
    texts = {name: write(projection, by) for name, write in EVERY_PLAN.items()}
    texts |= {name: text for name, write in SOME_PLANS.items() if (text := write(projection, comparison))}
    return {name: text.encode() for name, text in texts.items()}


def former_tables(folder: Path) -> tuple[str, ...]:
    """Return the names of tables that an earlier export may have left in a folder.

    A folder that holds the tables that every plan has was written by an export.
    """
    return tuple(SOME_PLANS) if all((folder / name).is_file() for name in EVERY_PLAN) else ()
