"""`check`: what fails in a plan."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import click

from fibercap.commands.completion import complete_scenario
from fibercap.commands.shared_options import one_option, plan_of, scenario_options
from fibercap.commands.terminal import problem, say, say_json

if TYPE_CHECKING:
    from collections.abc import Iterable

    from fibercap.model.plan.scenario import Scenario

Document = Mapping[str, object]


def _print(lines: Iterable[tuple[str, dict[str, Any]]]) -> None:
    """Print lines with their styles, wrapped to the terminal; a line whose style has `nl=False` heads the next one."""
    from shutil import get_terminal_size

    from fibercap.views.terminal.wrapped_lines import wrapped_lines

    width, column = get_terminal_size().columns, 0
    for words, style in lines:
        head = not style.get("nl", True)
        say(words if head else wrapped_lines(words, width, column), **style)
        column = len(words) if head else 0


@click.command()
@click.argument("scenarios", nargs=-1, required=True, metavar="SCENARIO...", shell_complete=complete_scenario)
@one_option
@scenario_options
@click.option(
    "--unused", "with_unused", is_flag=True, help="Change one input at a time, and list those that change no result."
)
@click.option("--flips", is_flag=True, help="Find the input that decides each claim, and the value at which it flips.")
def check(
    scenarios: tuple[str, ...],
    option: str | None,
    settings: tuple[str, ...],
    as_json: bool,
    with_unused: bool,
    flips: bool,
) -> None:
    """Check scenarios: units, laws of the books, claims and covenants, for every financing option too.

    `-` is standard input. If one scenario cannot be used, the others are still checked.

    Exit code 1: in a plan as written or in an option, a claim is not as expected, a covenant is broken, cash falls
    below zero (within the horizon, or after it while loans run off), or uses have no source.
    Exit code 2: a scenario cannot be used.
    """
    from fibercap.core.errors import FibercapError, IdentityError

    codes, documents = [0], dict[str, Document]()
    for scenario in scenarios:
        try:
            code, documents[scenario] = _check(plan_of(scenario, option, settings), with_unused, flips, as_json)
        except FibercapError as error:
            if len(scenarios) == 1:
                raise
            from fibercap.views.json.documents import errors_document

            code, documents[scenario] = 1 if isinstance(error, IdentityError) else 2, errors_document(error)
            if not as_json:
                problem(str(error))
        codes.append(code)
    if as_json:
        from fibercap.views.json.text import text

        say_json(text(documents[scenarios[0]] if len(scenarios) == 1 else {"files": documents}))
    if max(codes):
        raise click.exceptions.Exit(max(codes))


def _check(plan: Scenario, with_unused: bool, flips: bool, as_json: bool) -> tuple[int, Document]:
    """Check one plan; print the result, or return it as a document if `as_json`."""
    from fibercap.studies.compare import case_of, cases_of_options

    case = case_of(plan)
    options = cases_of_options(case)
    unused: list[str] | None = None
    if with_unused:
        from fibercap.studies.unused_inputs import unused_inputs

        unused = unused_inputs(plan)
    code = int(any(each.findings for each in (case, *options.values())))
    if as_json:
        from fibercap.views.json.documents import check_document

        return code, check_document(case, options, unused, flips=flips)
    from fibercap.views.terminal.check import check_lines

    _print(check_lines(case, options, unused, flips=flips))
    return code, {}
