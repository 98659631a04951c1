"""`loan`: schedules of loans."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from fibercap.commands.completion import complete_from, complete_scenario, loans
from fibercap.commands.output import (
    STANDARD_OUTPUT,
    OutputPath,
    kind_option,
    refuse_two_documents,
    suffix_of,
    write_file,
)
from fibercap.commands.shared_options import lending_of, one_option, scenario_options
from fibercap.commands.terminal import say, say_json

if TYPE_CHECKING:
    from collections.abc import Mapping

    from fibercap.model.loans import Schedule
    from fibercap.model.plan.plan import Lending


@click.command()
@click.argument("file", shell_complete=complete_scenario)
@click.argument("name", required=False, shell_complete=complete_from(loans))
@one_option
@scenario_options
@click.option("--csv", "as_csv", is_flag=True, help="Print CSV and nothing else, a line for each date.")
@click.option(
    "--plot", "picture", type=OutputPath(), help="Draw the schedule too: FILE.png, .svg or .pdf; or - for it alone."
)
@kind_option("png", "svg", "pdf", of="--plot")
@click.option("--force", is_flag=True, help="Replace a file that exists.")
def loan(
    file: str,
    name: str | None,
    option: str | None,
    settings: tuple[str, ...],
    as_json: bool,
    as_csv: bool,
    picture: Path | None,
    kind: str,
    force: bool,
) -> None:
    """Print a loan's schedule, from a scenario or from a file that holds only `fibercap` and `loans`.

    Without NAME, print all loans. --json and --plot take one loan; NAME may be left out if the file has only one.
    """
    from fibercap.studies.schedules import schedules

    if as_json and as_csv:
        raise click.UsageError("name one of --json and --csv")
    if kind and picture is None:
        raise click.UsageError("--as sets the kind of the picture; name its file too: --plot FILE, or --plot -")
    refuse_two_documents(picture, json=as_json, csv=as_csv)
    lending = lending_of(file, option, settings)
    by_name = schedules(lending, name)
    if not by_name or ((picture is not None or as_json) and len(by_name) != 1):
        no_loan = f"{file} has no loans; name a file with loans"
        raise click.UsageError(f"name one of its loans: {', '.join(by_name)}" if by_name else no_loan)
    from fibercap.views.loan_tables import loan_csv, loan_json, loan_pages

    if picture is not None:
        _draw(lending, by_name, picture, kind, force=force)
    if picture == STANDARD_OUTPUT:
        return
    if as_json:
        say_json(loan_json(by_name).rstrip())
    elif as_csv:
        say(loan_csv(by_name), nl=False)
    else:
        loan_pages(lending.loans, by_name)


def _draw(lending: Lending, schedules: Mapping[str, Schedule], picture: Path, kind: str, *, force: bool) -> None:
    """Draw the schedule of the only loan in `schedules`."""
    from fibercap.core.period_names import DECEMBER
    from fibercap.model.plan.plan import Plan
    from fibercap.views.charts.files import loan_picture
    from fibercap.views.files.writing import refuse_existing

    (key,) = schedules
    if picture != STANDARD_OUTPUT:
        refuse_existing(picture, force=force)
    year_ends = lending.timeline.year_ends if isinstance(lending, Plan) else DECEMBER
    drawn = loan_picture(key, lending.loans[key], schedules[key], suffix_of(picture, kind, "png"), year_ends)
    write_file(picture, drawn, force=force)
