"""`rows`: a list of the rows and measures of a plan."""

from __future__ import annotations

import re
from pathlib import Path

import click

from fibercap.commands.completion import complete_first_scenario, rows_and_measures
from fibercap.commands.shared_options import one_option, plan_of, scenario_options
from fibercap.commands.terminal import say, say_json

_HELP = """List the rows and measures of a plan: name, label, unit, nature.

With words, list only those whose name or label contains every word; a word with `*` or `?` is a pattern of the name.
Use the names in `run --rows`, `explain`, claims and covenants.

\b
fibercap rows fibercore              all of them
fibercap rows fibercore cash         those about cash
fibercap rows fibercore 'loans.*.closing'
fibercap rows cash                   no scenario: the rows of fibercore
"""
SHIPPED = "fibercore"


@click.command(help=_HELP)
@click.argument(
    "arguments",
    nargs=-1,
    required=True,
    metavar="[SCENARIO] [WORD]...",
    shell_complete=complete_first_scenario(rows_and_measures),
)
@one_option
@scenario_options
def rows(arguments: tuple[str, ...], option: str | None, settings: tuple[str, ...], as_json: bool) -> None:
    """List rows and measures."""
    from fibercap.model.project import project
    from fibercap.studies.explaining.lookup import find

    scenario, words = _scenario_and_words(arguments)
    projection = project(plan_of(scenario, option, settings))
    matching_rows, matching_measures = find(projection, list(projection.measures.values()), words)
    if as_json:
        from fibercap.views.json.text import text
        from fibercap.views.terminal.rows import row_list_document

        say_json(text(row_list_document(matching_rows, matching_measures)))
        return
    from fibercap.views.terminal.printing import window
    from fibercap.views.terminal.rows import row_list_page

    row_list_page(window(), projection, matching_rows, matching_measures)


def _scenario_and_words(arguments: tuple[str, ...]) -> tuple[str, tuple[str, ...]]:
    """Return the scenario and the words; a single word that is no scenario is searched in a shipped one."""
    from fibercap.reading.locating import SUFFIXES
    from fibercap.reading.shipped import shipped_scenarios

    first = arguments[0]
    word = re.fullmatch(r"[\w.*?-]{1,64}", first) is not None and not first.endswith(SUFFIXES)
    if len(arguments) > 1 or not word or first in shipped_scenarios() or first == "-" or Path(first).exists():
        return first, arguments[1:]
    say(f"rows of the shipped scenario {SHIPPED}; for your own: fibercap rows SCENARIO {first}", err=True)
    return SHIPPED, arguments
