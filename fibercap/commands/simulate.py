"""`simulate`: what is likely, over many samples of what the plan says is uncertain."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import click

from fibercap.commands.completion import complete_from, complete_scenario
from fibercap.commands.completion import options as names_of_options
from fibercap.commands.shared_options import plan_of, scenario_options
from fibercap.commands.terminal import say_json


@click.command()
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
@click.option("--seed", type=click.IntRange(min=0), help="Where the samples start; default: the plan's.")
@click.option("--measure", "measures", multiple=True, metavar="NAME", help="Keep this measure too. Repeatable.")
@click.option("--row", "rows", multiple=True, metavar="PATH", help="Keep this row by year. Repeatable.")
@click.option("--drives", metavar="MEASURE", default="equity_npv", help="Say what drives this measure.")
def simulate(
    scenario: str,
    options: tuple[str, ...],
    settings: tuple[str, ...],
    as_json: bool,
    samples: int | None,
    seed: int | None,
    measures: tuple[str, ...],
    rows: tuple[str, ...],
    drives: str,
) -> None:
    """Draw samples of what the plan says is uncertain; say what is likely.

    \b
    fibercap simulate fibercore_uncertain
    fibercap simulate fibercore_uncertain --option level \\
      --option bullet --samples 16384
    """
    from fibercap.studies.chances.drivers import drivers
    from fibercap.studies.chances.simulate import simulate as simulate_plan

    plan = plan_of(scenario, None, settings)
    names = list(plan.options) if options == ("all",) else list(options) or None
    with _progress() as watch:
        simulation = simulate_plan(
            plan, options=names, samples=samples, seed=seed, measures=(*measures, drives), rows=rows, watch=watch
        )
        first = next(iter(simulation.cases.values()))
        groups = drivers(simulation, first, drives)
    if as_json:
        from fibercap.views.json.simulate import simulation_document
        from fibercap.views.json.text import text

        say_json(text(simulation_document(simulation, groups, drives)))
        return
    from fibercap.views.terminal.printing import window
    from fibercap.views.terminal.simulate import simulation_page

    simulation_page(window(), simulation, groups, drives)


@contextmanager
def _progress() -> Iterator[Callable[[int, int], None] | None]:
    """Show a bar on a terminal while samples are projected, nothing in a pipe; yield what tells it of progress."""
    if not sys.stderr.isatty():
        yield None
        return
    with click.progressbar(length=1, label="samples", file=sys.stderr) as bar:

        def step(done: int, of: int) -> None:
            bar.length = of
            bar.update(done - bar.pos)

        yield step
