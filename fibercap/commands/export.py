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
    suffix_of,
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
    help="FILE.html, .pdf, .xlsx or .csv; or a folder for all tables; or -.",
)
@kind_option("csv", "html", "pdf", "xlsx", of="--out")
@click.option("--force", is_flag=True, help="Replace files that exist.")
def export(
    scenario: str,
    option: str | None,
    settings: tuple[str, ...],
    as_json: bool,
    by: str,
    out: Path,
    kind: str,
    force: bool,
) -> None:
    """Write a plan's results as a report, workbook or table (by the suffix of --out), or all tables into a folder.

    A report (.html, or .pdf where Chromium, Chrome or Edge is installed) is a single file: which option to take, why,
    and what breaks it first; then claims, covenants, capacity, statements, loans, sensitivity, inputs with their
    sources, conventions and checks. In a browser its sliders answer what if.

    A workbook (.xlsx) holds the plan in live formulas, with a switch between its options; with --option, only that one.

    A table (.csv) has one line for each value, with its unit. The folder holds the tables of rows (in the model's own
    step unless --by is given), measures, claims, loans, covenants, inputs with their sources, and options.
    """
    from fibercap.model.project import project
    from fibercap.views.files.exports import export_bytes, write

    refuse_two_documents(out, json=as_json)
    projection = project(plan_of(scenario, option, settings))
    if is_stream(out):
        write_file(out, export_bytes(projection, suffix_of(out, kind, "csv"), by), force=force)
        files = [out]
    else:
        files = write(projection, out, kind=kind, by=by, force=force)
    say_files(files, as_json=as_json)
