"""`schema`: the JSON Schema of the scenario language, or of what a command prints."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from fibercap.commands.output import STANDARD_OUTPUT, OutputPath, write_file
from fibercap.commands.terminal import say, say_json

RESULTS = (
    *(
        "run",
        "compare",
        "check",
        "plot",
        "loan",
        "loan_against",
        "size",
        "solve",
        "simulate",
        "sensitivity",
        "rows",
        "explain",
    ),
    *("show", "diff", "export", "explore", "errors", "manifest", "simulation_manifest"),
)
"""The same names as in `views.json.schema.RESULTS`, repeated because that module is too slow to import on start."""


@click.command()
@click.option(
    "--results", "of", type=click.Choice(RESULTS), metavar="VERB", help="Print the schema of this command's JSON."
)
@click.option("--out", type=OutputPath(), help="Write the schema to this file.")
@click.option("--force", is_flag=True, help="Replace a file that exists.")
def schema(of: str | None, out: Path | None, force: bool) -> None:
    """Print the JSON Schema of the scenario language, for editors and validators.

    An editor checks a scenario while you write it if its first line gives the path of the schema:

    # yaml-language-server: $schema=fibercap.schema.json

    With --results, print the schema of what a command prints with --json: run, compare, check, plot, loan (with
    --against: loan_against), size, solve, simulate, sensitivity, rows, explain, show, diff, export or explore; errors,
    which any of them prints with exit code 2; or manifest and simulation_manifest, files that `run --out` and
    `simulate --out` write.
    """
    from fibercap.views.json.text import json_text

    written = json_text(_schema(of))
    if out is None:
        say_json(written)
        return
    write_file(out, f"{written}\n".encode(), force=force)
    if out != STANDARD_OUTPUT:
        say(str(out))


def _schema(of: str | None) -> dict[str, Any]:
    """Return the schema of the scenario language, or of a result."""
    if of is not None:
        from fibercap.views.json.schema import result_schema

        return result_schema(of)
    from fibercap.reading.schema import schema as scenario_schema

    return scenario_schema()
