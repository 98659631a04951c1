"""Exports of a plan, by the suffix of the file; without a suffix, a folder of tables."""

from __future__ import annotations

from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Final

from fibercap.core.errors import FibercapError, did_you_mean
from fibercap.studies.compare import compare
from fibercap.views.files.datapackage import folder_of_tables
from fibercap.views.files.former import former_tables
from fibercap.views.files.iamc import iamc_csv, iamc_xlsx
from fibercap.views.files.parquet import refuse_without_pyarrow
from fibercap.views.files.table_file import FORMS
from fibercap.views.files.writing import refuse_existing, refuse_unwritable_folder, write_all, write_bytes
from fibercap.views.tables import rows_table, table_step, tables

if TYPE_CHECKING:
    from collections.abc import Callable

    from fibercap.model.projection import Projection
    from fibercap.studies.compare import Comparison


def _csv(projection: Projection, by: str) -> bytes:
    return rows_table(projection, by).csv()


def _parquet(projection: Projection, by: str) -> bytes:
    return rows_table(projection, by).parquet()


def _iamc_csv(projection: Projection, by: str) -> bytes:
    return iamc_csv(_with_options(projection), table_step(projection, by or "year"))


def _iamc_xlsx(projection: Projection, by: str) -> bytes:
    return iamc_xlsx(_with_options(projection), table_step(projection, by or "year"))


def _with_options(projection: Projection) -> list[Projection | Comparison]:
    """Return a projection and, where its plan has options, their comparison."""
    options = comparison_of_options(projection)
    return [projection] if options is None else [projection, options]


def _html(projection: Projection, by: str) -> bytes:
    from fibercap.views.report.html import report

    return report(projection, comparison_of_options(projection), by or "year")


def _pdf(projection: Projection, by: str) -> bytes:
    from datetime import UTC, datetime

    from fibercap.views.charts.fonts import warn_of_boxes, words_of
    from fibercap.views.report.html import report
    from fibercap.views.report.pdf import find_browser, pdf

    warn_of_boxes(words_of(projection.scenario), "the report")
    find_browser()  # before a report is made that could not be printed
    plan = projection.scenario
    notes = plan.title or plan.id, f"scenario {plan.digest()}", f"fibercap {version('fibercap')}"
    page = report(projection, comparison_of_options(projection), by or "year", answers=False)
    return pdf(page, notes, datetime.now(tz=UTC).date())


def _xlsx(projection: Projection, by: str) -> bytes:
    from fibercap.views.workbook.workbook import workbook

    if by:
        raise FibercapError("not_together", "a workbook shows the model's own step and years", "leave `--by` out")
    return workbook(projection.scenario, version("fibercap"), projection)


EXPORTS: Final[dict[str, Callable[[Projection, str], bytes]]] = {
    ".csv": _csv,
    ".html": _html,
    ".iamc.csv": _iamc_csv,
    ".iamc.xlsx": _iamc_xlsx,
    ".parquet": _parquet,
    ".pdf": _pdf,
    ".xlsx": _xlsx,
}


def comparison_of_options(projection: Projection) -> Comparison | None:
    """Return the comparison of a plan's options; None if it has none, or is itself one of them."""
    plan = projection.scenario
    return compare(plan) if plan.options and plan.option is None else None


def suffix_of(path: Path) -> str:
    """Return the suffix that decides the format of a file: the longest known, such as `.iamc.csv`, or the last."""
    known = [suffix for suffix in EXPORTS if path.name.lower().endswith(suffix) and len(path.name) > len(suffix)]
    return max(known, key=len, default=path.suffix)


def export_bytes(projection: Projection, suffix: str, by: str = "") -> bytes:
    """Return the content of a file with a suffix such as `.csv` for a projection.

    Raises
    ------
    FibercapError
        If the suffix is unknown, or cannot be combined with `by`.
    """
    if suffix.lower() not in EXPORTS:
        hint = did_you_mean(suffix.lower(), EXPORTS, "suffixes")
        raise FibercapError("unknown_suffix", f"nothing is exported as `{suffix}`", hint)
    return EXPORTS[suffix.lower()](projection, by)


def write(
    projection: Projection,
    path: str | Path,
    *,
    kind: str = "",
    by: str = "",
    tables: str = "csv",
    force: bool = False,
) -> list[Path]:
    """Write a projection into a file, in the format of its suffix, or as tables into a folder.

    Parameters
    ----------
    projection : Projection
        The projection of a scenario, of one sample.
    path : str or Path
        A file whose suffix is one of `EXPORTS`, or a folder.
    kind : str
        `html`, `pdf`, `xlsx`, `csv`, `parquet`, `iamc.csv` or `iamc.xlsx`: the format, whatever the suffix; `path` is
        then a file.
    by : str
        The periods of tables: `year`, `quarter` or `month`; the model's own step if not given, years of IAMC.
    tables : str
        `csv` or `parquet`: the format of the tables in a folder.
    force : bool
        Replace files that exist.

    Returns
    -------
    list of Path
        The files written, all of them or none.

    Raises
    ------
    FibercapError
        If the projection is a batch of samples, the suffix is unknown, a file exists and `force` is not given, or
        cannot be written; of a PDF, if no browser is installed that prints it; of Parquet, if pyarrow is not.
    """
    if projection.samples > 1:
        hint = "write one run, or the frame of `fc.annual` or `fc.iamc`, which has mean and percentiles of the samples"
        raise FibercapError("unfit_draws", f"files hold one run, and this is a batch of {projection.samples}", hint)
    path = Path(path)
    if not kind and (path.is_dir() or not path.suffix):
        return _write_folder(projection, path, by, tables, force=force)
    refuse_existing(path, force=force)
    write_bytes(path, export_bytes(projection, f".{kind}" if kind else suffix_of(path), by), force=force)
    return [path]


def _write_folder(projection: Projection, folder: Path, by: str, form: str, *, force: bool) -> list[Path]:
    if form not in FORMS:
        hint = did_you_mean(form, FORMS, "formats")
        raise FibercapError("unknown_suffix", f"no tables are written as `{form}`", hint)
    if form == "parquet":
        refuse_without_pyarrow()
    refuse_unwritable_folder(folder)
    made = tables(projection, comparison_of_options(projection), by)
    contents = folder_of_tables(projection.scenario, made, form)
    return write_all(folder, contents, force=force, former=partial(former_tables, folder))
