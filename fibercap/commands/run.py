"""`run`: a plan projected, whole or in parts."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from fibercap.commands.completion import complete_from, complete_scenario
from fibercap.commands.completion import rows as row_paths
from fibercap.commands.output import STANDARD_OUTPUT, OutputPath
from fibercap.commands.shared_options import by_option, one_option, plan_of, scenario_options
from fibercap.commands.terminal import say, say_json

if TYPE_CHECKING:
    from fibercap.model.projection import Projection
    from fibercap.views.terminal.run_sections import Selection


SECTIONS = ("summary", "capacity", "income", "cash", "balance", "debt", "measures", "claims")
"""As `views.run_sections` has them, which is not read on start."""


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
@click.option("--years", metavar="FROM-TO", help="Print only the columns of these years: 2002-2003, or 2002.")
@by_option("year")
@click.option("--out", type=OutputPath(file_okay=False), help="Write the run into this folder too.")
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
    """Project a scenario; print ten lines that matter, then capacity, statements, loans, measures and claims.

    \b
    fibercap run fibercore --only summary
    fibercap run fibercore --only debt --years 2002-2003 --by quarter
    fibercap run fibercore --rows 'loans.*.closing' --rows cash --json

    In a PATTERN `*` stands for any letters within a part of a name, `**` for dots too; without a dot it is the last
    part. `fibercap rows SCENARIO` lists the names. With --json the document is narrowed in the same way.

    With --out the run is kept whole: the resolved scenario, manifest.json (versions, hashes, checks), tables as CSV,
    charts.
    """
    from fibercap.model.project import project
    from fibercap.studies.quantities_asked_for import years_of
    from fibercap.views.files.writing import refuse_existing
    from fibercap.views.terminal.run_sections import Selection

    if out == STANDARD_OUTPUT:
        raise click.UsageError("a run is kept as a folder; name one, or print a document: --json")
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
    """Print what is asked for; below the whole page of a plan with options, these side by side."""
    from fibercap.studies.claims import outcomes
    from fibercap.studies.compare import compare
    from fibercap.views.terminal.compare import compare_page
    from fibercap.views.terminal.printing import window
    from fibercap.views.terminal.run import run_page

    console, plan, found = window(), projection.scenario, projection.measures
    run_page(console, projection, found, outcomes(projection, found), by, selection)
    if selection.everything and plan.options and plan.option is None:
        console.print()
        compare_page(console, compare(plan), short=True)


def _print_document(projection: Projection, selection: Selection) -> None:
    """Print what is asked for as JSON."""
    from importlib.metadata import version

    from fibercap.studies.claims import outcomes
    from fibercap.views.json.documents import run_document
    from fibercap.views.json.text import text

    found = projection.measures
    say_json(text(run_document(projection, found, outcomes(projection, found), version("fibercap"), selection)))


def _keep(projection: Projection, settings: tuple[str, ...], by: str, out: Path, *, force: bool) -> None:
    """Write the run folder, all of it or nothing."""
    from fibercap.reading.yaml_writer import written
    from fibercap.views.files.run_folder import former_files, run_folder
    from fibercap.views.files.writing import write_all

    files = run_folder(projection, written(projection.scenario.resolved, folders=False), settings, by)
    write_all(out, files, force=force, former=partial(former_files, out))
    say(f"{len(files)} files are in {out}", err=True)
