"""`export`: a plan's results as a file or a folder."""

from __future__ import annotations

from pathlib import Path

import click

from fibercap.commands.completion import complete_scenario
from fibercap.commands.output import (
    OutputPath,
    is_stream,
    kind_option,
    refuse_two_documents,
    say_files,
    write_file,
)
from fibercap.commands.shared_options import by_option, one_option, plan_of, scenario_options


@click.command()
@click.argument("scenario", shell_complete=complete_scenario)
@one_option
@scenario_options
@by_option("")
@click.option(
    "--out",
    required=True,
    type=OutputPath(),
    help="FILE.html, .pdf, .xlsx, .csv, .parquet, .iamc.csv or .iamc.xlsx; or a folder for all tables; or -.",
)
@kind_option("csv", "html", "iamc.csv", "iamc.xlsx", "parquet", "pdf", "xlsx", of="--out")
@click.option(
    "--format",
    "form",
    type=click.Choice(["csv", "parquet"]),
    help="The format of the tables in a folder; default: csv. Parquet needs pip install 'fibercap[parquet]'.",
)
@click.option("--force", is_flag=True, help="Replace files that exist.")
def export(
    scenario: str,
    option: str | None,
    settings: tuple[str, ...],
    as_json: bool,
    by: str,
    out: Path,
    kind: str,
    form: str | None,
    force: bool,
) -> None:
    """Write a plan's results as a report, workbook or table (by the suffix of --out), or all tables into a folder.

    A report (.html, or .pdf where Chromium, Chrome or Edge is installed) is a single file: which option to take, why,
    and what breaks it first; then claims, covenants, capacity, statements, loans, sensitivity, inputs with their
    sources, conventions and checks. In a browser, sliders move its inputs and the results follow.

    A workbook (.xlsx) holds the plan in live formulas, with a switch between its options; with --option, only that one.

    A table (.csv, or .parquet with the extra `parquet`) has one line for each value, with its unit. IAMC (.iamc.csv,
    .iamc.xlsx) has a line for each row and a column for each year, and each option as a scenario; pyam reads it.

    The folder holds the tables of rows (in the model's own step unless --by is given), measures, claims, loans,
    covenants, inputs with their sources, and options; each statement as a page of its own; and datapackage.json, which
    says what each column is.
    """
    from fibercap.model.project import project
    from fibercap.views.files.exports import export_bytes, suffix_of, write

    refuse_two_documents(out, json=as_json)
    if form is not None and (is_stream(out) or kind or (out.suffix and not out.is_dir())):
        raise click.UsageError("--format is that of the tables in a folder; name a folder, or a file by its suffix")
    projection = project(plan_of(scenario, option, settings))
    if is_stream(out):
        write_file(out, export_bytes(projection, f".{kind}" if kind else suffix_of(out) or ".csv", by), force=force)
        files = [out]
    else:
        files = write(projection, out, kind=kind, by=by, tables=form or "csv", force=force)
    say_files(files, as_json=as_json)
