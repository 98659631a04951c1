"""`explain`: where a number comes from."""

from __future__ import annotations

import click

from fibercap.commands.completion import complete_from, complete_scenario, inputs_and_results, periods
from fibercap.commands.shared_options import one_option, plan_of, scenario_options
from fibercap.commands.terminal import say, say_json

_HELP = """Explain an input, a measure, or a row in a PERIOD: where it comes from.

PERIOD is written 2002-06, 2002-Q2, 2002, end of 2002 or 2002-06-30, or FY2002 where a plan has business years; for a
row of a loan's schedule it may also be the number of a payment.

\b
fibercap explain fibercore loans.fleet.rate
fibercap explain fibercore min_dscr
fibercap explain fibercore accounts.cash 2002-06
fibercap explain fibercore loans.fleet.schedule.interest_due 3
"""


@click.command(help=_HELP)
@click.argument("scenario", shell_complete=complete_scenario)
@click.argument("path", shell_complete=complete_from(inputs_and_results))
@click.argument("period", nargs=-1, metavar="[PERIOD]", shell_complete=complete_from(periods))
@one_option
@scenario_options
@click.option(
    "--depth", type=click.IntRange(0, 100), default=2, show_default=True, help="How many formulas deep to go."
)
def explain(
    scenario: str,
    path: str,
    period: tuple[str, ...],
    option: str | None,
    settings: tuple[str, ...],
    as_json: bool,
    depth: int,
) -> None:
    """Explain an input, a measure, or a row in a period."""
    from fibercap.model.project import project
    from fibercap.studies.explaining.explain import explain as explain_path

    answer = explain_path(project(plan_of(scenario, option, settings)), path, " ".join(period), depth)
    if as_json:
        from fibercap.views.json.explain import explain_document
        from fibercap.views.json.text import text

        say_json(text(explain_document(answer)))
        return
    from fibercap.views.terminal.explain import explain_lines

    for line in explain_lines(answer):
        say(line)
