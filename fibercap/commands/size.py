"""`size`: the largest loan that keeps the ratios a lender asks for."""

from __future__ import annotations

import click

from fibercap.commands.completion import complete_from, complete_scenario, loans
from fibercap.commands.shared_options import one_option, plan_of, scenario_options
from fibercap.commands.terminal import say, say_json


@click.command()
@click.argument("scenario", shell_complete=complete_scenario)
@click.argument("loan", shell_complete=complete_from(loans))
@one_option
@scenario_options
@click.option("--dscr", metavar="RATIO", help="Minimum DSCR over twelve months at any payment.")
@click.option("--payment-dscr", metavar="RATIO", help="Minimum DSCR over twelve months at this loan's payments.")
@click.option("--llcr", metavar="RATIO", help="Minimum LLCR after any payment or draw.")
@click.option("--gearing", metavar="SHARE", help="Maximum share of the funded spending that loans pay: '70 %'.")
def size(
    scenario: str,
    loan: str,
    option: str | None,
    settings: tuple[str, ...],
    as_json: bool,
    dscr: str | None,
    payment_dscr: str | None,
    llcr: str | None,
    gearing: str | None,
) -> None:
    """Find the largest commitment of a loan that keeps every limit, and say which one binds.

    \b
    fibercap size fibercore fleet --dscr 1.30
    fibercap size fibercore german_bank --option german_bank \\
      --dscr 1.30 --gearing "70 %"
    """
    from fibercap.studies.quantities_asked_for import ratio_of, share_of
    from fibercap.studies.sizing import Limit
    from fibercap.studies.sizing import size as size_loan

    ratios = {
        "min_dscr": ("--dscr", dscr),
        f"min_dscr.{loan}": ("--payment-dscr", payment_dscr),
        "min_llcr": ("--llcr", llcr),
    }
    limits = [Limit(measure, ratio_of(text, name)) for measure, (name, text) in ratios.items() if text is not None]
    limits += [Limit("gearing", share_of(gearing))] if gearing is not None else []
    if not limits:
        raise click.UsageError("name at least one limit: --dscr, --payment-dscr, --llcr or --gearing")
    answer = size_loan(plan_of(scenario, option, settings), loan, limits)
    if as_json:
        from fibercap.views.json.text import text
        from fibercap.views.terminal.solve_and_size import size_document

        say_json(text(size_document(answer)))
        return
    from fibercap.views.terminal.solve_and_size import size_lines

    say("\n".join(size_lines(answer)))
