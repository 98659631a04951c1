"""`new`: a small plan to begin with, in a folder."""

from __future__ import annotations

from pathlib import Path

import click

from fibercap.commands.output import STANDARD_OUTPUT, OutputPath, print_content
from fibercap.commands.terminal import say


@click.command()
@click.argument("folder", type=OutputPath())
@click.option("--force", is_flag=True, help="Replace files that exist.")
def new(folder: Path, force: bool) -> None:
    """Write a small plan that runs, with comments, to FOLDER/plan.yaml, and the schema for editors beside it.

    With - for FOLDER, print the plan alone.
    """
    from fibercap.reading.locating import new_plan
    from fibercap.reading.schema import schema as scenario_schema
    from fibercap.views.files.writing import write_all
    from fibercap.views.json.text import json_text

    if folder == STANDARD_OUTPUT:
        print_content(new_plan())
        return
    contents = {"plan.yaml": new_plan(), "fibercap.schema.json": f"{json_text(scenario_schema())}\n".encode()}
    for path in write_all(folder, contents, force=force):
        say(str(path))
    say(f"next: fibercap check {folder / 'plan.yaml'}", err=True)
