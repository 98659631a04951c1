"""`new`: a small plan to begin with, in a folder."""

from __future__ import annotations

from pathlib import Path

import click

from fibercap.commands.output import STANDARD_OUTPUT, OutputPath, print_content
from fibercap.commands.terminal import say

RESULTS = (
    *("run", "compare", "check", "plot", "loan", "size", "solve", "rows", "explain", "show", "diff", "export"),
    *("errors", "manifest"),
)
"""As `views.result_schema` has them, which is not read on start."""


@click.command()
@click.argument("folder", type=OutputPath())
@click.option("--force", is_flag=True, help="Replace files that exist.")
def new(folder: Path, force: bool) -> None:
    """Begin a plan: a small one that runs, with comments, in FOLDER/plan.yaml, and the schema for editors beside it.

    With - for FOLDER the plan alone is printed.
    """
    from fibercap.reading.locating import new_plan
    from fibercap.reading.schema import schema as made
    from fibercap.views.files.writing import write_all
    from fibercap.views.json.text import json_text

    if folder == STANDARD_OUTPUT:
        print_content(new_plan())
        return
    contents = {"plan.yaml": new_plan(), "fibercap.schema.json": f"{json_text(made())}\n".encode()}
    for path in write_all(folder, contents, force=force):
        say(str(path))
    say(f"next: fibercap check {folder / 'plan.yaml'}", err=True)
