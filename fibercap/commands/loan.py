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
    "--plot",
    "picture",
    type=OutputPath(),
    help="Draw the schedule too: FILE.png, .svg or .pdf; or - to print it alone.",
)
@kind_option("png", "svg", "pdf", of="--plot")
@click.option(
    "--against",
    "bank",
    type=click.Path(path_type=Path),
    help="Compare it with a bank's own schedule: an .xlsx, .ods or .csv file.",
)
@click.option("--sheet", default="", help="The sheet of the bank's file that holds the schedule.")
@click.option(
    "--dates",
    type=click.Choice(["day-first", "month-first"]),
    help="How the bank writes dates such as 03/04/2001.",
)
@click.option("--out", type=OutputPath(), help="Write the loan as the bank counts it: FILE.yaml, or -.")
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
    bank: Path | None,
    sheet: str,
    dates: str | None,
    out: Path | None,
    force: bool,
) -> None:
    """Print a loan's schedule, from a scenario or from a file that holds only `fibercap` and `loans`.

    Without NAME, print all loans. --json and --plot take one loan; NAME may be left out if the file has only one.

    With --against, compare the loan with a bank's own schedule: it agrees as written, it agrees under the conventions
    that are printed, or it differs from a line on (exit code 1). --out writes the loan with the bank's conventions.
    """
    read = {"sheet": bool(sheet), "dates": bool(dates), "out": out is not None}
    _refuse_strays(bank, read, {"csv": as_csv, "plot": picture is not None, "as": bool(kind)})
    if bank is not None:
        from fibercap.commands.loan_against import Asked, compare_with_bank

        asked = Asked(bank, sheet, dates or "", out, force, as_json)
        compare_with_bank(lending_of(file, option, settings), name, asked)
        return
    if as_json and as_csv:
        raise click.UsageError("name one of --json and --csv")
    if kind and picture is None:
        raise click.UsageError("--as sets the kind of the picture; name its file too: --plot FILE, or --plot -")
    refuse_two_documents(picture, json=as_json, csv=as_csv)
    from fibercap.studies.schedules import schedules

    lending = lending_of(file, option, settings)
    by_name = schedules(lending, name)
    if not by_name or ((picture is not None or as_json) and len(by_name) != 1):
        no_loan = f"{file} has no loans; name a file with loans"
        raise click.UsageError(f"name one of its loans: {', '.join(by_name)}" if by_name else no_loan)
    if picture is not None:
        _draw(lending, by_name, picture, kind, force=force)
    if picture != STANDARD_OUTPUT:
        _print(lending, by_name, as_json=as_json, as_csv=as_csv)


def _print(lending: Lending, by_name: dict[str, Schedule], *, as_json: bool, as_csv: bool) -> None:
    """Print schedules as tables, as CSV, or the only one as JSON."""
    from fibercap.views.loan_tables import loan_json, loan_pages, schedules_table

    if as_json:
        say_json(loan_json(by_name).rstrip())
    elif as_csv:
        say(schedules_table(by_name).csv().decode(), nl=False)
    else:
        loan_pages(lending.loans, by_name)


def _refuse_strays(bank: Path | None, given: Mapping[str, bool], beside: Mapping[str, bool]) -> None:
    """Refuse options that need `--against` (`given`) without it, and options that it excludes (`beside`) with it."""
    stray = [f"--{name}" for name, is_given in (given if bank is None else beside).items() if is_given]
    if stray and bank is None:
        raise click.UsageError(
            f"{stray[0]} goes with --against; name the bank's table: --against FILE, or leave it out"
        )
    if stray:
        raise click.UsageError(f"--against compares; leave {stray[0]} out")


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
