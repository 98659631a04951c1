"""`solve` and `size`: the value of an input at which a measure is met, and the largest loan that keeps its limits."""

from __future__ import annotations

import click

from fibercap.commands.asked import one_option, plan_of, scenario_options
from fibercap.commands.completing import complete_from, complete_scenario, inputs, loans, measures
from fibercap.commands.terminal import say, say_json


@click.command()
@click.argument("scenario", shell_complete=complete_scenario)
@one_option
@scenario_options
@click.option(
    "--measure",
    required=True,
    metavar="NAME",
    help="The measure to meet, such as project_npv.",
    shell_complete=complete_from(measures),
)
@click.option("--equals", "target", required=True, metavar="VALUE", help="What it is to be, with its unit, or 0.")
@click.option(
    "--vary",
    required=True,
    metavar="PATH",
    help="The input to move; its values over time move together.",
    shell_complete=complete_from(inputs),
)
@click.option("--between", nargs=2, metavar="LOW HIGH", help="How far to look; default: nothing to four times.")
def solve(  # noqa: PLR0913, PLR0917 - a command has that many options
    scenario: str,
    option: str | None,
    settings: tuple[str, ...],
    as_json: bool,  # noqa: FBT001 - click hands flags over so
    measure: str,
    target: str,
    vary: str,
    between: tuple[str, str] | None,
) -> None:
    """Find every value of an input at which a measure is what one wants, such as break-even.

    \b
    fibercap solve fibercore --vary products.single_mode.price \\
      --measure project_npv --equals 0
    fibercap solve fibercore --vary plants.xtal.cash_cost \\
      --measure equity_irr --equals "25 %/year"
    """  # noqa: D301 - click's mark for lines that it leaves as they are
    from fibercap.studies.asking import ends_of, target_of
    from fibercap.studies.solving import solve as solved

    plan = plan_of(scenario, option, settings)
    ends = ends_of(plan, vary, between) if between else None
    found = solved(plan, measure, target_of(plan, measure, target), vary, ends)
    if as_json:
        from fibercap.views.answers import solution_document
        from fibercap.views.json_text import text

        say_json(text(solution_document(found)))
        return
    from fibercap.views.answers import solution_lines

    say("\n".join(solution_lines(found)))


@click.command()
@click.argument("scenario", shell_complete=complete_scenario)
@click.argument("loan", shell_complete=complete_from(loans))
@one_option
@scenario_options
@click.option("--dscr", type=float, metavar="RATIO", help="Least DSCR over twelve months at any payment.")
@click.option(
    "--payment-dscr", type=float, metavar="RATIO", help="Least DSCR over twelve months at this loan's payments."
)
@click.option("--llcr", type=float, metavar="RATIO", help="Least LLCR after any payment or draw.")
@click.option("--gearing", metavar="SHARE", help="Largest share of what funding pays for that loans pay: '70 %'.")
def size(  # noqa: PLR0913, PLR0917 - a command has that many options
    scenario: str,
    loan: str,
    option: str | None,
    settings: tuple[str, ...],
    as_json: bool,  # noqa: FBT001 - click hands flags over so
    dscr: float | None,
    payment_dscr: float | None,
    llcr: float | None,
    gearing: str | None,
) -> None:
    """Find the largest commitment of a loan that keeps every limit, and say which one binds.

    \b
    fibercap size fibercore fleet --dscr 1.30
    fibercap size fibercore german_bank --option german_bank \\
      --dscr 1.30 --gearing "70 %"
    """  # noqa: D301 - click's mark for lines that it leaves as they are
    from fibercap.studies.asking import share_of
    from fibercap.studies.sizing import Limit
    from fibercap.studies.sizing import size as sized

    asked = {"min_dscr": dscr, f"min_dscr.{loan}": payment_dscr, "min_llcr": llcr}
    limits = [Limit(measure, value) for measure, value in asked.items() if value is not None]
    limits += [Limit("gearing", share_of(gearing))] if gearing is not None else []
    if not limits:
        raise click.UsageError("name at least one limit: --dscr, --payment-dscr, --llcr or --gearing")
    found = sized(plan_of(scenario, option, settings), loan, limits)
    if as_json:
        from fibercap.views.answers import size_document
        from fibercap.views.json_text import text

        say_json(text(size_document(found)))
        return
    from fibercap.views.answers import size_lines

    say("\n".join(size_lines(found)))
