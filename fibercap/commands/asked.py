"""What several commands take: a scenario, an option laid over it, settings; and how they read it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from fibercap.model.contracts import Contracts
    from fibercap.model.scenario import Scenario

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


def plan_of(scenario: str, option: str | None = None, settings: tuple[str, ...] = ()) -> Scenario:
    """Read the scenario that the command which runs was asked for."""
    from fibercap.reading.files import read

    return read(scenario, option, settings)


def lending_of(file: str, option: str | None = None, settings: tuple[str, ...] = ()) -> Scenario | Contracts:
    """Read the scenario, or the file that holds only loans, that the command which runs was asked for."""
    from fibercap.reading.files import read_loans

    return read_loans(file, option, settings)
