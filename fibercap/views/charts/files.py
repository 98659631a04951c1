"""Write charts into files: one, or all of them into a folder."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from fibercap.core.errors import FibercapError
from fibercap.core.period_names import DECEMBER
from fibercap.model.project import project
from fibercap.studies.compare import compare
from fibercap.views.charts.all_charts import CHARTS, render_chart, write_chart
from fibercap.views.charts.fonts import warn_of_boxes_in, words_of
from fibercap.views.charts.in_parallel import run_in_parallel
from fibercap.views.charts.loan import loan_chart
from fibercap.views.files.writing import refuse_existing, write_all, write_bytes

if TYPE_CHECKING:
    from collections.abc import Sequence

    from fibercap.model.loans import Loan, Schedule
    from fibercap.model.plan.scenario import Scenario


@dataclass(frozen=True)
class Drawing:
    """A chart to draw: its name, its file, and the suffix that gives the format."""

    chart: str
    path: Path
    suffix: str


def drawings(scenario: Scenario, chart: str | None, out: Path | None, kind: str) -> list[Drawing]:
    """Return the charts to draw.

    If `out` is a file, that is one chart; if it is a folder, the one that `chart` names, else all that apply.
    """
    if out is not None and not _is_folder(out):
        return [Drawing(chart or "capacity", out, f".{kind}" if kind else out.suffix)]
    folder = out or Path()
    charts = [chart or "capacity"] if out is None or chart else [n for n in CHARTS if CHARTS[n].applies(scenario)]
    return [Drawing(name, folder / _file_name(scenario, name, kind), f".{kind or 'png'}") for name in charts]


def _file_name(scenario: Scenario, chart: str, kind: str) -> str:
    """Return the name of a chart's file if the user gives none."""
    stem = scenario.id if scenario.option is None else f"{scenario.id}-{scenario.option}"
    return f"{stem}-{chart}.{kind or 'png'}"


def _is_folder(path: Path) -> bool:
    return path.is_dir() or not path.suffix


def draw(scenario: Scenario, chart: str | None, out: Path | None, *, kind: str = "", force: bool) -> list[Path]:
    """Write one chart into a file, or all that apply into a folder; return the paths of the files.

    With `kind` (`png`, `svg` or `pdf`), that is the format, whatever the suffix of `out`.

    Raises
    ------
    FibercapError
        If a file exists and `force` is not given, a chart or suffix is unknown, or there is nothing to draw.
    """
    wanted = drawings(scenario, chart, out, kind)
    for drawing in wanted:
        refuse_existing(drawing.path, force=force)
    images = _draw_charts(scenario, [(drawing.chart, drawing.suffix) for drawing in wanted])
    if out is not None and not _is_folder(out):
        write_bytes(out, images[0], force=force)
        return [out]
    contents = {drawing.path.name: content for drawing, content in zip(wanted, images, strict=True)}
    every = (
        CHARTS if out is not None and chart is None else ()
    )  # charts of an earlier plan that this one lacks are removed
    former = [_file_name(scenario, name, kind) for name in every]
    return write_all(out or Path(), contents, force=force, former=lambda: former)


def picture(scenario: Scenario, chart: str | None, suffix: str) -> bytes:
    """Return the bytes of a chart's file, in the format of a suffix such as `.png`.

    Raises
    ------
    FibercapError
        If a chart or suffix is unknown, or there is nothing to draw.
    """
    (drawn,) = _draw_charts(scenario, [(chart or "capacity", suffix)])
    return drawn


def _draw_charts(scenario: Scenario, wanted: Sequence[tuple[str, str]]) -> list[bytes]:
    """Return the bytes of charts, each `wanted` by name and suffix."""
    projection = project(scenario)
    needs = next((chart for chart, _ in wanted if chart in CHARTS and CHARTS[chart].compares), "")
    if needs and not scenario.options:
        raise FibercapError("no_options", f"{scenario.file} has no options to compare", "write some under `options:`")
    if needs and scenario.option is not None:
        raise FibercapError("not_together", f"the chart `{needs}` shows every option", "leave `--option` out")
    comparison = compare(scenario) if needs else None
    warn_of_boxes_in(words_of(scenario), [suffix for _, suffix in wanted])
    return run_in_parallel([partial(write_chart, chart, suffix, projection, comparison) for chart, suffix in wanted])


def loan_picture(name: str, loan: Loan, schedule: Schedule, suffix: str, year_ends: int = DECEMBER) -> bytes:
    """Return the bytes of the chart of a loan's payments and balance, in the format of a suffix such as `.png`.

    Years end with the month `year_ends`, from 1 to 12.

    Raises
    ------
    FibercapError
        If the suffix is unknown.
    """
    warn_of_boxes_in(f"{name} {loan.title} {loan.lender}", [suffix])
    return render_chart(lambda: loan_chart(name, loan, schedule, year_ends), suffix)
