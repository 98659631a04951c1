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

    from fibercap.model.loans import Loan, Schedule


@click.command()
@click.argument("file", shell_complete=complete_scenario)
@click.argument("name", required=False, shell_complete=complete_from(loans))
@one_option
@scenario_options
@click.option("--csv", "as_csv", is_flag=True, help="Print CSV and nothing else, a line for each date.")
@click.option(
    "--plot", "picture", type=OutputPath(), help="Draw it too: FILE.png, .svg or .pdf; or -, for the picture alone."
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
    """Print a loan's schedule: of a scenario, or of a file that holds only `fibercap` and `loans`.

    Without NAME all loans are printed; --json and --plot take one, the only one if NAME is left out.
    """
    from fibercap.studies.schedules import schedules

    if as_json and as_csv:
        raise click.UsageError("name one of --json and --csv")
    if kind and picture is None:
        raise click.UsageError("--as is the kind of a picture; name its file: --plot FILE, or --plot -")
    refuse_two_documents(picture, json=as_json, csv=as_csv)
    lending = lending_of(file, option, settings)
    found = schedules(lending, name)
    if not found or ((picture is not None or as_json) and len(found) != 1):
        raise click.UsageError(
            f"name one of its loans: {', '.join(found)}" if found else "there is no loan in it; name a file with loans"
        )
    from fibercap.views.loan_tables import loan_csv, loan_json, loan_pages

    if picture is not None:
        _draw(lending.loans, found, picture, kind, force=force)
    if picture == STANDARD_OUTPUT:
        return
    if as_json:
        say_json(loan_json(found).rstrip())
    elif as_csv:
        say(loan_csv(found), nl=False)
    else:
        loan_pages(lending.loans, found)


def _draw(loans: Mapping[str, Loan], found: Mapping[str, Schedule], picture: Path, kind: str, *, force: bool) -> None:
    """Draw the only loan that is asked for."""
    from fibercap.views.charts.files import loan_picture
    from fibercap.views.files.writing import refuse_existing

    (key,) = found
    if picture != STANDARD_OUTPUT:
        refuse_existing(picture, force=force)
    write_file(picture, loan_picture(key, loans[key], found[key], suffix_of(picture, kind, "png")), force=force)
