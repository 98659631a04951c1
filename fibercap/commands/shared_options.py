"""Options that several commands share (a financing option, settings, `--json`), and how a command reads its plan."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

import click

from fibercap.commands.completion import complete_from, inputs, options

if TYPE_CHECKING:
    from fibercap.model.loans.contracts import Contracts
    from fibercap.model.plan.scenario import Scenario

Command = Callable[..., Any]
OUTSIDE: Final = "fibercap.allow_outside"


def _keep_outside(context: click.Context, _parameter: click.Parameter, given: bool) -> None:
    context.meta[OUTSIDE] = given


def scenario_options(command: Command) -> Command:
    """Add the options that every command takes: `--set`, `--json` and `--allow-outside`."""
    for decorator in (
        click.option(
            "--allow-outside",
            is_flag=True,
            expose_value=False,
            callback=_keep_outside,
            help="Let `extends` and `file` leave the folder of the scenario.",
        ),
        click.option("--json", "as_json", is_flag=True, help="Print one JSON document and nothing else."),
        click.option(
            "--set",
            "settings",
            multiple=True,
            metavar="PATH=VALUE",
            shell_complete=complete_from(inputs, after="="),
            help="Change an input, written as in the file: --set loans.fleet.rate='9 %/year'. Repeatable.",
        ),
    ):
        command = decorator(command)
    return command


one_option = click.option(
    "--option",
    metavar="NAME",
    help="Apply this financing option of the scenario.",
    shell_complete=complete_from(options),
)


def by_option(default: str) -> Callable[[Command], Command]:
    """Add `--by` to a command: the length of the periods that it shows."""
    kinds = click.Choice(["year", "quarter", "month"])
    own_step = "Aggregate by year, quarter or month; default: the model's own step."
    help_text = "The periods that the columns show." if default else own_step
    return click.option(
        "--by", type=kinds, default=default or None, callback=lambda _c, _p, by: by or "", help=help_text
    )


def plan_of(scenario: str, option: str | None = None, settings: tuple[str, ...] = ()) -> Scenario:
    """Read a scenario with its option and settings, as the running command allows (`--allow-outside`)."""
    from fibercap.reading.files import read

    return read(scenario, option, settings, allow_outside=_outside())


def lending_of(file: str, option: str | None = None, settings: tuple[str, ...] = ()) -> Scenario | Contracts:
    """Read a scenario, or a file that holds only loans, as the running command allows (`--allow-outside`)."""
    from fibercap.reading.files import read_loans

    return read_loans(file, option, settings, allow_outside=_outside())


def _outside() -> bool:
    return bool(click.get_current_context().meta.get(OUTSIDE, False))
