"""Charts into files: one, or all of them into a folder."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from fibercap.core.errors import FibercapError
from fibercap.model.projection import project
from fibercap.studies.compare import compare
from fibercap.views.charts import CHARTS, rendered, write_chart
from fibercap.views.charts_loan import loan_chart
from fibercap.views.files import refuse_existing, write_all, write_bytes
from fibercap.views.shared import shared

if TYPE_CHECKING:
    from fibercap.model.loans import Loan, Schedule
    from fibercap.model.scenario import Scenario


@dataclass(frozen=True)
class Drawing:
    """A file to draw: which chart, and where."""

    chart: str
    path: Path


def drawings(scenario: Scenario, chart: str | None, out: Path | None) -> list[Drawing]:
    """Return what to draw: one chart into a file; or, `out` being a folder, one chart or all of them into it."""
    if out is not None and not _is_folder(out):
        return [Drawing(chart or "capacity", out)]
    folder = out or Path()
    charts = [chart or "capacity"] if out is None or chart else [n for n in CHARTS if CHARTS[n].applies(scenario)]
    stem = scenario.id if scenario.option is None else f"{scenario.id}-{scenario.option}"
    return [Drawing(name, folder / f"{stem}-{name}.png") for name in charts]


def _is_folder(path: Path) -> bool:
    return path.is_dir() or not path.suffix


def draw(scenario: Scenario, chart: str | None, out: Path | None, *, force: bool) -> list[Path]:
    """Draw one chart into a file, or all that there is to draw into a folder; return the paths written.

    Raises
    ------
    FibercapError
        If a file exists and `force` is not given, a chart or suffix is unknown, or there is nothing to draw.
    """
    wanted = drawings(scenario, chart, out)
    for drawing in wanted:
        refuse_existing(drawing.path, force=force)
    projection = project(scenario)
    needs = next((d.chart for d in wanted if d.chart in CHARTS and CHARTS[d.chart].compares), "")
    if needs and not scenario.options:
        raise FibercapError(f"{scenario.file} has no options to compare; write some under `options:`")
    if needs and scenario.option is not None:
        raise FibercapError(f"the chart `{needs}` shows every option; leave `--option` out")
    comparison = compare(scenario) if needs else None
    drawn = shared([partial(write_chart, d.chart, d.path.suffix, projection, comparison) for d in wanted])
    contents = {drawing.path: content for drawing, content in zip(wanted, drawn, strict=True)}
    if out is not None and not _is_folder(out) and not out.parent.is_dir():
        raise FibercapError(f"the folder {out.parent} does not exist; make it first")
    return write_all(contents, force=force)


def draw_loan(name: str, loan: Loan, schedule: Schedule, path: Path, *, force: bool) -> None:
    """Draw a loan's payments and what is owed into a file.

    Raises
    ------
    FibercapError
        If the file exists and `force` is not given, or its suffix is unknown.
    """
    refuse_existing(path, force=force)
    write_bytes(path, rendered(lambda: loan_chart(name, loan, schedule), path.suffix), force=force)
