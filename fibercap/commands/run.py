"""`run`: the projection of a plan, whole or in parts."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from fibercap.commands.completion import complete_from, complete_scenario
from fibercap.commands.completion import rows as row_paths
from fibercap.commands.completion import years as years_of_plan
from fibercap.commands.output import STANDARD_OUTPUT, OutputPath
from fibercap.commands.shared_options import by_option, one_option, plan_of, scenario_options
from fibercap.commands.terminal import say, say_json

if TYPE_CHECKING:
    from fibercap.model.projection import Projection
    from fibercap.views.terminal.run_sections import Selection


SECTIONS = ("summary", "capacity", "income", "cash", "balance", "debt", "measures", "claims")
"""The same names as in `views.terminal.run_sections`, repeated because that module is too slow to import on start."""


@click.command()
@click.argument("scenario", shell_complete=complete_scenario)
@one_option
@scenario_options
@click.option(
    "--only",
    "sections",
    type=click.Choice(SECTIONS),
    multiple=True,
    metavar="SECTION",
    help=f"Print only this section: {', '.join(SECTIONS)}. Repeatable.",
)
@click.option(
    "--rows",
    multiple=True,
    shell_complete=complete_from(row_paths),
    metavar="PATTERN",
    help="Print only these rows: accounts.cash, 'loans.*.closing', ebitda. Repeatable; adds to --only.",
)
@click.option(
    "--years",
    metavar="FROM-TO",
    shell_complete=complete_from(years_of_plan),
    help="Print only the columns within these years: 2002-2003, 2002, or FY2002.",
)
@by_option("year")
@click.option("--out", type=OutputPath(file_okay=False), help="Save the run in this folder too.")
@click.option("--force", is_flag=True, help="Replace files that exist.")
def run(
    scenario: str,
    option: str | None,
    settings: tuple[str, ...],
    as_json: bool,
    sections: tuple[str, ...],
    rows: tuple[str, ...],
    years: str | None,
    by: str,
    out: Path | None,
    force: bool,
) -> None:
    """Project a scenario; print a summary, then capacity, statements, loans, measures and claims.

    \b
    fibercap run fibercore --only summary
    fibercap run fibercore --only debt --years 2002-2003 --by quarter
    fibercap run fibercore --rows 'loans.*.closing' --rows cash --json

    In a PATTERN, `*` stands for any letters within one part of a name, `**` for dots too. A pattern without a dot is
    compared with the last part of a name. `fibercap rows SCENARIO` lists the names. --json prints the same selection.

    With --out, save the whole run in a folder: the resolved scenario, manifest.json (versions, hashes, checks), tables
    as CSV with datapackage.json, which says what each column is, and charts.
    """
    from fibercap.model.project import project
    from fibercap.studies.quantities_asked_for import years_of
    from fibercap.views.files.writing import refuse_existing
    from fibercap.views.terminal.run_sections import Selection

    if out == STANDARD_OUTPUT:
        raise click.UsageError("--out writes a folder; name one, or print the document with --json")
    selection = Selection(sections, rows, years_of(years) if years is not None else None)
    projection = project(plan_of(scenario, option, settings))
    if out is not None:
        refuse_existing(out / "manifest.json", force=force)
    if not as_json:
        _print(projection, by, selection)
    if out is not None:
        _keep(projection, settings, by, out, force=force)
    if as_json:
        _print_document(projection, selection)


def _print(projection: Projection, by: str, selection: Selection) -> None:
    """Print the selected sections; if all are selected and the plan has options, compare these below."""
    from fibercap.studies.claims import outcomes
    from fibercap.studies.compare import compare
    from fibercap.views.terminal.compare import compare_page
    from fibercap.views.terminal.printing import window
    from fibercap.views.terminal.run import run_page

    console, plan, measures = window(), projection.scenario, projection.measures
    run_page(console, projection, measures, outcomes(projection, measures), by, selection)
    if selection.everything and plan.options and plan.option is None:
        console.print()
        compare_page(console, compare(plan), short=True)


def _print_document(projection: Projection, selection: Selection) -> None:
    """Print the selected sections, rows and years as JSON."""
    from importlib.metadata import version

    from fibercap.studies.claims import outcomes
    from fibercap.views.json.documents import run_document
    from fibercap.views.json.text import text

    measures = projection.measures
    say_json(text(run_document(projection, measures, outcomes(projection, measures), version("fibercap"), selection)))


def _keep(projection: Projection, settings: tuple[str, ...], by: str, out: Path, *, force: bool) -> None:
    """Write the folder of the run, all files or none."""
    from fibercap.reading.yaml_writer import yaml_text
    from fibercap.views.files.former import former_files
    from fibercap.views.files.run_folder import run_folder
    from fibercap.views.files.writing import write_all

    files = run_folder(projection, yaml_text(projection.scenario.standalone_tree, folders=False), settings, by)
    write_all(out, files, force=force, former=partial(former_files, out))
    say(f"{len(files)} files are in {out}", err=True)
