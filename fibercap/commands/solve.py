"""`solve`: the values of an input at which a measure equals a target."""

from __future__ import annotations

import click

from fibercap.commands.completion import complete_from, complete_scenario, inputs, measures
from fibercap.commands.shared_options import one_option, plan_of, scenario_options
from fibercap.commands.terminal import say, say_json


@click.command()
@click.argument("scenario", shell_complete=complete_scenario)
@one_option
@scenario_options
@click.option(
    "--measure",
    required=True,
    metavar="NAME",
    help="The measure, such as project_npv.",
    shell_complete=complete_from(measures),
)
@click.option("--equals", "target", required=True, metavar="VALUE", help="The target, with its unit, or 0.")
@click.option(
    "--vary",
    required=True,
    metavar="PATH",
    help="The input to move; its values over time move together.",
    shell_complete=complete_from(inputs),
)
@click.option("--between", nargs=2, metavar="LOW HIGH", help="Search range; default: 0 to 4 times the present value.")
def solve(
    scenario: str,
    option: str | None,
    settings: tuple[str, ...],
    as_json: bool,
    measure: str,
    target: str,
    vary: str,
    between: tuple[str, str] | None,
) -> None:
    """Find every value of an input at which a measure equals a target, such as break-even.

    \b
    fibercap solve fibercore --vary products.single_mode.price \\
      --measure project_npv --equals 0
    fibercap solve fibercore --vary plants.xtal.cash_cost \\
      --measure equity_irr --equals "25 %/year"
    """
    from fibercap.studies.quantities_asked_for import ends_of, target_of
    from fibercap.studies.solving import solve as solve_for

    plan = plan_of(scenario, option, settings)
    ends = ends_of(plan, vary, between) if between else None
    solution = solve_for(plan, measure, target_of(plan, measure, target), vary, ends)
    if as_json:
        from fibercap.views.json.text import text
        from fibercap.views.terminal.solve_and_size import solution_document

        say_json(text(solution_document(solution)))
        return
    from fibercap.views.terminal.solve_and_size import solution_lines

    say("\n".join(solution_lines(solution)))
