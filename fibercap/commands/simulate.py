"""`simulate`: what is likely, over many samples of what the plan says is uncertain."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Any

import click

from fibercap.commands.completion import (
    complete_from,
    complete_scenario,
    simulation_charts,
)
from fibercap.commands.completion import measures as names_of_measures
from fibercap.commands.completion import options as names_of_options
from fibercap.commands.completion import rows as row_paths
from fibercap.commands.output import OutputPath, kind_option, refuse_two_documents
from fibercap.commands.shared_options import plan_of, scenario_options
from fibercap.commands.terminal import say, say_json
from fibercap.commands.workers import workers

if TYPE_CHECKING:
    from fibercap.model.plan.scenario import Scenario
    from fibercap.views.charts.chances.page import Chances


class _ListingCharts(click.Command):
    """A command whose help lists the charts; they are imported only when the help is printed."""

    def format_help_text(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the help, and every chart with what it shows."""
        from fibercap.views.charts.chances.all_simulation_charts import SIMULATION_CHARTS

        super().format_help_text(ctx, formatter)
        with formatter.section("Charts"):
            formatter.write_dl([(name, chart.shows) for name, chart in SIMULATION_CHARTS.items()])


@click.command(cls=_ListingCharts)
@click.argument("scenario", shell_complete=complete_scenario)
@click.option(
    "--option",
    "options",
    multiple=True,
    metavar="NAME",
    help="Try this option; `all` tries every one. Repeatable; all on the same samples.",
    shell_complete=complete_from(names_of_options),
)
@scenario_options
@click.option("--samples", type=click.IntRange(min=1), help="How many samples; rounded up to a power of two.")
@click.option("--seed", type=click.IntRange(min=0), help="Seed of the random numbers; default: the plan's.")
@click.option(
    "--measure",
    "measures",
    multiple=True,
    metavar="NAME",
    shell_complete=complete_from(names_of_measures),
    help="Keep this measure too. Repeatable.",
)
@click.option(
    "--row",
    "rows",
    multiple=True,
    metavar="PATH",
    shell_complete=complete_from(row_paths),
    help="Keep this row by year. Repeatable.",
)
@click.option(
    "--drives",
    metavar="MEASURE",
    default="equity_npv",
    shell_complete=complete_from(names_of_measures),
    help="Say what drives this measure.",
)
@click.option("--chart", metavar="NAME", shell_complete=complete_from(simulation_charts), help="Draw this chart.")
@click.option("--out", type=OutputPath(), help="A folder for tables, charts and samples; with --chart its file; or -.")
@kind_option("png", "svg", "pdf", of="--out")
@click.option(
    "--format",
    "form",
    type=click.Choice(["npz", "parquet"]),
    default="npz",
    show_default=True,
    help="How the folder keeps the samples.",
)
@click.option("--jobs", type=click.IntRange(min=1), default=1, help="Number of processes; it does not change results.")
@click.option("--dask", metavar="ADDRESS", help="Work on this Dask cluster, such as tcp://host:8786.")
@click.option(
    "--keep",
    type=click.Path(file_okay=False, path_type=Path),
    metavar="DIR",
    help="Keep finished samples in this folder; after an interruption, the same command continues.",
)
@click.option("--force", is_flag=True, help="Replace files that exist.")
def simulate(scenario: str, settings: tuple[str, ...], as_json: bool, **asked: Any) -> None:
    """Draw samples of what the plan says is uncertain; say what is likely.

    \b
    fibercap simulate fibercore_uncertain
    fibercap simulate fibercore_uncertain --option level \\
      --option bullet --samples 16384
    fibercap simulate fibercore_uncertain --row accounts.cash \\
      --chart fan --out cash.svg

    With --out FOLDER, save everything: the resolved scenario, tables as CSV, charts, all samples as arrays, and
    manifest.json (versions, hashes, seed, how the samples were worked out).
    """
    from fibercap.commands.simulation_output import Output

    refuse_two_documents(asked["out"], json=as_json)
    output = Output(**{key: asked.pop(key) for key in ("chart", "out", "kind", "form", "force")})
    plan = plan_of(scenario, None, settings)
    output.refuse(plan)
    chances = _simulate(plan, output.rows(asked.pop("rows")), **asked)
    if not as_json and not output.chart:
        _print_page(chances)
    output.write(chances, settings, as_json=as_json)
    if as_json:
        from fibercap.views.json.simulate import simulation_document
        from fibercap.views.json.text import text

        say_json(text(simulation_document(chances.simulation, chances.groups, chances.driven)))


def _simulate(
    plan: Scenario, rows: tuple[str, ...], *, jobs: int, dask: str | None, keep: Path | None, **asked: Any
) -> Chances:
    """Return the simulation that is asked for, and what drives a measure of it."""
    from fibercap.studies.chances.drivers import drivers
    from fibercap.studies.chances.simulate import simulate as simulate_plan
    from fibercap.views.charts.chances.page import Chances
    from fibercap.views.files.shard_folder import ShardFolder

    if jobs > 1 and dask is not None:
        raise click.UsageError("--jobs and --dask both say who works; leave one out")
    asked["options"] = list(plan.options) if asked["options"] == ("all",) else list(asked["options"]) or None
    driven = asked.pop("drives")
    asked["measures"] = (*asked["measures"], driven)
    shards = None if keep is None else ShardFolder(keep, partial(say, err=True))
    try:
        with workers(jobs, dask) as executor, _progress() as watch:
            simulation = simulate_plan(
                plan, rows=rows, watch=watch, clock=perf_counter, executor=executor, shards=shards, **asked
            )
    except KeyboardInterrupt:
        way = "nothing is kept; with --keep DIR, the same command continues after an interruption"
        say(f"\n{way if keep is None else f'what is done is kept in {keep}; the same command continues'}", err=True)
        raise
    return Chances(simulation, drivers(simulation, next(iter(simulation.cases.values())), driven), driven)


def _print_page(chances: Chances) -> None:
    from fibercap.views.terminal.printing import window
    from fibercap.views.terminal.simulate import simulation_page

    simulation_page(window(), chances.simulation, chances.groups, chances.driven)


@contextmanager
def _progress() -> Iterator[Callable[[int, int], None] | None]:
    """Show a bar on a terminal while samples are projected, nothing in a pipe; yield the function that moves it."""
    if not sys.stderr.isatty():
        yield None
        return
    with click.progressbar(length=1, label="samples", file=sys.stderr) as bar:

        def step(done: int, of: int) -> None:
            bar.length = of
            bar.update(done - bar.pos)

        yield step
