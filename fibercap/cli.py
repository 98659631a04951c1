"""The command line: one thin command per verb."""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import click

if TYPE_CHECKING:
    from fibercap.core.errors import FibercapError

Command = Callable[..., Any]


def scenario_options(command: Command) -> Command:
    """Give a command what every verb takes: `--option`, `--set` and `--json`."""
    for decorator in (
        click.option("--json", "as_json", is_flag=True, help="Print one JSON document and nothing else."),
        click.option(
            "--set",
            "settings",
            multiple=True,
            metavar="PATH=VALUE",
            help="Change an input, written as in the file: --set loans.fleet.rate='9 %/year'. Repeatable.",
        ),
    ):
        command = decorator(command)
    return command


one_option = click.option("--option", metavar="NAME", help="Lay this financing option of the scenario over it.")


_HELP = """Plan the expansion of plants and how to pay for it.

SCENARIO is a YAML file, or the name of a shipped scenario such as `fibercore`.

\b
fibercap run fibercore               capacity, statements, loans, measures
fibercap compare fibercore           its ways of financing side by side
fibercap check fibercore             units, laws, claims; exit 1 on a surprise
fibercap plot fibercore capacity     a chart as PNG, SVG or PDF
fibercap loan fibercore fleet        a loan's schedule, payment by payment

Exit codes: 0 done; 1 a claim is not as expected or a covenant broken (check), or a law of the books is broken;
2 bad usage or bad scenario; 130 interrupted.
"""


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100}, help=_HELP)
@click.version_option(package_name="fibercap")
def cli() -> None:
    """Hold the commands."""


@cli.command()
@click.argument("scenario")
@one_option
@scenario_options
@click.option("--by", type=click.Choice(["year", "quarter", "month"]), default="year", help="Columns of the tables.")
def run(scenario: str, option: str | None, settings: tuple[str, ...], as_json: bool, by: str) -> None:  # noqa: FBT001 - click hands flags over so
    """Project a scenario and print capacity, statements, every loan to maturity, measures and claims."""
    from fibercap.model.measures import measures
    from fibercap.model.projection import project
    from fibercap.reading.files import read
    from fibercap.studies.claims import outcomes
    from fibercap.studies.compare import compare

    plan = read(scenario, option, settings)
    projection = project(plan)
    found = measures(projection)
    claims = outcomes(projection, found)
    if as_json:
        from importlib.metadata import version

        from fibercap.views.documents import run_document, text

        click.echo(text(run_document(projection, found, claims, version("fibercap"))))
        return
    from rich.console import Console

    from fibercap.views.pages import run_page
    from fibercap.views.side_by_side import compare_page

    console = Console(highlight=False)
    run_page(console, projection, found, claims, by)
    if plan.options and option is None:
        console.print()
        compare_page(console, compare(plan), short=True)


@cli.command()
@click.argument("scenarios", nargs=-1, required=True, metavar="SCENARIO...")
@click.option("--option", "options", multiple=True, metavar="NAME", help="Compare only these options. Repeatable.")
@scenario_options
@click.option("--baseline", metavar="NAME", help="The case that others are measured against; default: the first.")
def compare(
    scenarios: tuple[str, ...],
    options: tuple[str, ...],
    settings: tuple[str, ...],
    as_json: bool,  # noqa: FBT001 - click hands flags over so
    baseline: str | None,
) -> None:
    """Set the financing options of one scenario, or several scenarios, side by side."""
    from fibercap.studies.compare import compare as compared

    comparison = compared(*_plans(scenarios, options, settings), baseline=baseline, only=_only(scenarios, options))
    if as_json:
        from fibercap.views.documents import compare_document, text

        click.echo(text(compare_document(comparison)))
        return
    from rich.console import Console

    from fibercap.views.side_by_side import compare_page

    compare_page(Console(highlight=False), comparison)


def _only(scenarios: tuple[str, ...], options: tuple[str, ...]) -> tuple[str, ...]:
    return options if len(scenarios) == 1 else ()


def _plans(scenarios: tuple[str, ...], options: tuple[str, ...], settings: tuple[str, ...]) -> list[Any]:
    """Read the scenarios to compare; of several, each with the one option that is named."""
    from fibercap.reading.files import read

    if len(scenarios) == 1:
        return [read(scenarios[0], None, settings)]
    if len(options) > 1:
        raise click.UsageError("with several scenarios, name one --option at most")
    return [read(name, next(iter(options), None), settings) for name in scenarios]


@cli.command()
@click.argument("scenario")
@one_option
@scenario_options
def check(scenario: str, option: str | None, settings: tuple[str, ...], as_json: bool) -> None:  # noqa: FBT001 - click hands flags over so
    """Validate a scenario, prove units and laws, test claims and covenants; exit 1 if one is not as expected."""
    from fibercap.model.projection import project
    from fibercap.reading.files import read
    from fibercap.studies.claims import outcomes
    from fibercap.studies.covenants import covenants

    projection = project(read(scenario, option, settings))
    claims, promises = outcomes(projection), covenants(projection)
    surprises = [*(o for o in claims.values() if not o.as_expected), *(c for c in promises.values() if not c.holds)]
    if as_json:
        from fibercap.views.documents import check_document, text

        click.echo(text(check_document(projection, claims, promises)))
    else:
        from fibercap.views.lines import check_lines

        for words, style in check_lines(projection, claims, promises):
            click.secho(words, **style)
    if surprises:
        raise click.exceptions.Exit(1)


_PLOT = """Draw a chart; with --out FOLDER, all that apply to the scenario.

\b
capacity (default)  plants: nameplate, effective capacity, claims
output              output, sales and demand by product
revenue             revenue by plant, EBITDA and its margin
debt                what is owed on each loan, to maturity
cover               debt service, cash flow for it, covenants
cash                cash held, cash flows
funding             who pays for what is built and bought
claims              claimed against found
compare             the options side by side

Without --out it is written to SCENARIO-CHART.png in the current folder.
"""


@cli.command(help=_PLOT)
@click.argument("arguments", nargs=-1, required=True, metavar="SCENARIO [CHART]")
@one_option
@scenario_options
@click.option("--out", type=click.Path(path_type=Path), help="FILE.png, .svg or .pdf; or a folder, for every chart.")
@click.option("--force", is_flag=True, help="Replace files that exist.")
def plot(
    arguments: tuple[str, ...],
    option: str | None,
    settings: tuple[str, ...],
    as_json: bool,  # noqa: FBT001 - click hands flags over so
    out: Path | None,
    force: bool,  # noqa: FBT001
) -> None:
    """Draw charts."""
    from fibercap.reading.files import read
    from fibercap.views.drawing import draw

    scenario, chart = _chart_arguments(arguments)
    plan = read(scenario, option, settings)
    files = [str(path) for path in draw(plan, chart, out, force=force)]
    if as_json:
        from fibercap.views.documents import text

        click.echo(text({"files": files}))
    else:
        click.echo("\n".join(files))


@cli.command()
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
    from fibercap.reading.files import read_loans
    from fibercap.studies.schedules import schedules

    if as_json and as_csv:
        raise click.UsageError("name one of --json and --csv")
    lending = read_loans(file, option, settings)
    found = schedules(lending, name)
    if not found or ((picture is not None or as_json) and len(found) != 1):
        raise click.UsageError(f"name one of its loans: {', '.join(found)}" if found else "there is no loan in it")
    from fibercap.views.loans import loan_csv, loan_json, loan_pages

    if picture is not None:
        from fibercap.views.drawing import draw_loan

        (key,) = found
        draw_loan(key, lending.loans[key], found[key], picture, force=force)
    if as_csv or as_json:
        click.echo(loan_csv(found) if as_csv else loan_json(found), nl=False)
    else:
        loan_pages(lending.loans, found)


def _chart_arguments(arguments: tuple[str, ...]) -> tuple[str, str | None]:
    """Return scenario and chart; `plot capacity fibercore` is understood as `plot fibercore capacity`."""
    from fibercap.views.charts import CHARTS

    if len(arguments) > 2:  # noqa: PLR2004 - a scenario and a chart
        raise click.UsageError("name one scenario and one chart")
    if len(arguments) == 1:
        if arguments[0] in CHARTS and not Path(arguments[0]).exists():
            raise click.UsageError(
                f"`{arguments[0]}` is a chart; name a scenario too: fibercap plot fibercore {arguments[0]}"
            )
        return arguments[0], None
    first, second = arguments
    return (second, first) if first in CHARTS and second not in CHARTS else (first, second)


def _fail(error: FibercapError, code: int, *, as_json: bool) -> NoReturn:
    if as_json:
        from fibercap.views.documents import errors_document, text

        click.echo(text(errors_document(error)))
    else:
        click.echo(str(error), err=True)
    sys.exit(code)


def main(arguments: list[str] | None = None) -> None:
    """Run the command line and exit with its code: 0, 1, 2 or 130."""
    given = sys.argv[1:] if arguments is None else arguments
    as_json = "--json" in given
    from fibercap.core.errors import FibercapError, IdentityError

    gc.disable()  # a command ends soon; looking for cycles among its many small objects takes a tenth of its time
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")  # else every installed package is asked for plugins
    try:
        sys.exit(cli.main(given, prog_name="fibercap", standalone_mode=False) or 0)
    except click.exceptions.Exit as done:
        sys.exit(done.exit_code)
    except (click.exceptions.Abort, KeyboardInterrupt):
        click.echo("interrupted", err=True)
        sys.exit(130)
    except click.ClickException as error:
        error.show()
        sys.exit(2)
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(0)
    except FibercapError as error:
        _fail(error, 1 if isinstance(error, IdentityError) else 2, as_json=as_json)
    finally:
        gc.freeze()  # and the end of the process need not look for them either
