"""`compare`: ways of financing, or scenarios, side by side."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import click

from fibercap.commands.completion import complete_from, complete_scenario
from fibercap.commands.completion import options as names_of_options
from fibercap.commands.shared_options import plan_of, scenario_options
from fibercap.commands.terminal import say_json

Document = Mapping[str, object]


@click.command()
@click.argument("scenarios", nargs=-1, required=True, metavar="SCENARIO...", shell_complete=complete_scenario)
@click.option(
    "--option",
    "options",
    multiple=True,
    metavar="NAME",
    help="Compare only these options. Repeatable.",
    shell_complete=complete_from(names_of_options),
)
@scenario_options
@click.option(
    "--baseline",
    metavar="NAME",
    help="The case that the others are compared with; default: the first.",
    shell_complete=complete_from(names_of_options),
)
@click.option("--flips", is_flag=True, help="Find the input that decides each claim, in every case.")
def compare(
    scenarios: tuple[str, ...],
    options: tuple[str, ...],
    settings: tuple[str, ...],
    as_json: bool,
    baseline: str | None,
    flips: bool,
) -> None:
    """Compare the financing options of one scenario, or several scenarios, side by side."""
    from fibercap.studies.compare import compare as compare_plans

    comparison = compare_plans(*_plans(scenarios, options, settings), baseline=baseline, only=_only(scenarios, options))
    if as_json:
        from fibercap.views.json.compare import compare_document
        from fibercap.views.json.text import text

        say_json(text(compare_document(comparison, flips=flips)))
        return
    from fibercap.views.terminal.compare import compare_page
    from fibercap.views.terminal.printing import window

    compare_page(window(), comparison, flips=flips)


def _only(scenarios: tuple[str, ...], options: tuple[str, ...]) -> tuple[str, ...]:
    return options if len(scenarios) == 1 else ()


def _plans(scenarios: tuple[str, ...], options: tuple[str, ...], settings: tuple[str, ...]) -> list[Any]:
    """Read the scenarios to compare; several are all read with the same option, if one is named."""
    if len(scenarios) == 1:
        return [plan_of(scenarios[0], None, settings)]
    if len(options) > 1:
        raise click.UsageError("with several scenarios, name one --option at most")
    return [plan_of(name, next(iter(options), None), settings) for name in scenarios]
