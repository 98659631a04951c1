"""`show`: the whole plan, each value with its origin."""

from __future__ import annotations

import click

from fibercap.commands.completion import complete_scenario
from fibercap.commands.shared_options import one_option, plan_of, scenario_options
from fibercap.commands.terminal import say_json, say_yaml


@click.command()
@click.argument("scenario", shell_complete=complete_scenario)
@one_option
@scenario_options
def show(scenario: str, option: str | None, settings: tuple[str, ...], as_json: bool) -> None:
    """Print a scenario with `extends`, option and settings resolved, and where each value comes from.

    The output is itself a scenario, of the same plan. With --option, it has no options left.
    """
    tree = plan_of(scenario, option, settings).standalone_tree
    if as_json:
        from fibercap.views.json.explain import show_document
        from fibercap.views.json.text import text

        say_json(text(show_document(tree)))
        return
    from fibercap.reading.yaml_writer import yaml_text

    say_yaml(yaml_text(tree))
