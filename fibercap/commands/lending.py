"""`loan`: schedules of loans."""

from __future__ import annotations

from pathlib import Path

import click

from fibercap.commands.asked import lending_of, one_option, scenario_options
from fibercap.commands.terminal import say, say_json


@click.command()
@click.argument("file")
@click.argument("name", required=False)
@one_option
@scenario_options
@click.option("--csv", "as_csv", is_flag=True, help="Print CSV and nothing else, a line for each date.")
@click.option("--plot", "picture", type=click.Path(path_type=Path), help="Draw it too: FILE.png, .svg or .pdf.")
@click.option("--force", is_flag=True, help="Replace a file that exists.")
def loan(  # noqa: PLR0913, PLR0917 - a command has that many options
    file: str,
    name: str | None,
    option: str | None,
    settings: tuple[str, ...],
    as_json: bool,  # noqa: FBT001 - click hands flags over so
    as_csv: bool,  # noqa: FBT001
    picture: Path | None,
    force: bool,  # noqa: FBT001
) -> None:
    """Print a loan's schedule: of a scenario, or of a file that holds only `fibercap` and `loans`.

    Without NAME all loans are printed; --json and --plot take one, the only one if NAME is left out.
    """
    from fibercap.studies.schedules import schedules

    if as_json and as_csv:
        raise click.UsageError("name one of --json and --csv")
    lending = lending_of(file, option, settings)
    found = schedules(lending, name)
    if not found or ((picture is not None or as_json) and len(found) != 1):
        raise click.UsageError(f"name one of its loans: {', '.join(found)}" if found else "there is no loan in it")
    from fibercap.views.loans import loan_csv, loan_json, loan_pages

    if picture is not None:
        from fibercap.views.drawing import draw_loan

        (key,) = found
        draw_loan(key, lending.loans[key], found[key], picture, force=force)
    if as_json:
        say_json(loan_json(found).rstrip())
    elif as_csv:
        say(loan_csv(found), nl=False)
    else:
        loan_pages(lending.loans, found)
