"""Charts into files: one, or all of them into a folder."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from fibercap.core.errors import FibercapError
from fibercap.model.project import project
from fibercap.studies.compare import compare
from fibercap.views.charts.all_charts import CHARTS, rendered, write_chart
from fibercap.views.charts.in_parallel import shared
from fibercap.views.charts.loan import loan_chart
from fibercap.views.files.writing import refuse_existing, write_all, write_bytes

if TYPE_CHECKING:
    from collections.abc import Sequence

    from fibercap.model.loans import Loan, Schedule
    from fibercap.model.plan.scenario import Scenario


@dataclass(frozen=True)
class Drawing:
    """A file to draw: which chart, where, and with which suffix as what."""

    chart: str
    path: Path
    suffix: str


def drawings(scenario: Scenario, chart: str | None, out: Path | None, kind: str) -> list[Drawing]:
    """Return what to draw: one chart into a file; or, `out` being a folder, one chart or all of them into it."""
    if out is not None and not _is_folder(out):
        return [Drawing(chart or "capacity", out, f".{kind}" if kind else out.suffix)]
    folder = out or Path()
    charts = [chart or "capacity"] if out is None or chart else [n for n in CHARTS if CHARTS[n].applies(scenario)]
    return [Drawing(name, folder / _file_name(scenario, name, kind), f".{kind or 'png'}") for name in charts]


def _file_name(scenario: Scenario, chart: str, kind: str) -> str:
    """Return how a chart's file is called where nobody names it."""
    stem = scenario.id if scenario.option is None else f"{scenario.id}-{scenario.option}"
    return f"{stem}-{chart}.{kind or 'png'}"


def _is_folder(path: Path) -> bool:
    return path.is_dir() or not path.suffix


def draw(scenario: Scenario, chart: str | None, out: Path | None, *, kind: str = "", force: bool) -> list[Path]:
    """Draw one chart into a file, or all that there is to draw into a folder; return the paths written.

    With `kind`, `png`, `svg` or `pdf`, they are drawn as that, whatever the suffix of `out`.

    Raises
    ------
    FibercapError
        If a file exists and `force` is not given, a chart or suffix is unknown, or there is nothing to draw.
    """
    wanted = drawings(scenario, chart, out, kind)
    for drawing in wanted:
        refuse_existing(drawing.path, force=force)
    drawn = _drawn(scenario, [(drawing.chart, drawing.suffix) for drawing in wanted])
    if out is not None and not _is_folder(out):
        write_bytes(out, drawn[0], force=force)
        return [out]
    contents = {drawing.path.name: content for drawing, content in zip(wanted, drawn, strict=True)}
    every = CHARTS if out is not None and chart is None else ()  # what an earlier plan had and this one has not, goes
    former = [_file_name(scenario, name, kind) for name in every]
    return write_all(out or Path(), contents, force=force, former=lambda: former)


def picture(scenario: Scenario, chart: str | None, suffix: str) -> bytes:
    """Return what a file with a suffix such as `.png` holds of a chart.

    Raises
    ------
    FibercapError
        If a chart or suffix is unknown, or there is nothing to draw.
    """
    (drawn,) = _drawn(scenario, [(chart or "capacity", suffix)])
    return drawn


def _drawn(scenario: Scenario, wanted: Sequence[tuple[str, str]]) -> list[bytes]:
    """Return charts as pictures, each asked for by its name and a suffix."""
    projection = project(scenario)
    needs = next((chart for chart, _ in wanted if chart in CHARTS and CHARTS[chart].compares), "")
    if needs and not scenario.options:
        raise FibercapError("no_options", f"{scenario.file} has no options to compare", "write some under `options:`")
    if needs and scenario.option is not None:
        raise FibercapError("not_together", f"the chart `{needs}` shows every option", "leave `--option` out")
    comparison = compare(scenario) if needs else None
    return shared([partial(write_chart, chart, suffix, projection, comparison) for chart, suffix in wanted])


def loan_picture(name: str, loan: Loan, schedule: Schedule, suffix: str) -> bytes:
    """Return what a file with a suffix such as `.png` holds of a loan: its payments and what is owed.

    Raises
    ------
    FibercapError
        If the suffix is unknown.
    """
    return rendered(lambda: loan_chart(name, loan, schedule), suffix)
