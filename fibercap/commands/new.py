"""`new`: a small plan to begin with, in a folder."""

from __future__ import annotations

from pathlib import Path

import click

from fibercap.commands.output import STANDARD_OUTPUT, OutputPath, print_content
from fibercap.commands.terminal import say


@click.command()
@click.argument("folder", type=OutputPath())
@click.option("--unit", metavar="UNIT", default="km", show_default=True, help="What its plant's product is counted in.")
@click.option("--currency", metavar="CODE", default="USD", show_default=True, help="Its currency, by ISO 4217.")
@click.option("--force", is_flag=True, help="Replace files that exist.")
def new(folder: Path, unit: str, currency: str, force: bool) -> None:
    """Write a small plan that runs, with comments, to FOLDER/plan.yaml, and the schema for editors beside it.

    With - for FOLDER, print the plan alone.
    """
    from fibercap.reading.locating import new_plan
    from fibercap.reading.schema import schema as scenario_schema
    from fibercap.views.files.writing import write_all
    from fibercap.views.json.text import json_text

    plan = new_plan(unit, currency)
    if folder == STANDARD_OUTPUT:
        print_content(plan)
        return
    contents = {"plan.yaml": plan, "fibercap.schema.json": f"{json_text(scenario_schema())}\n".encode()}
    for path in write_all(folder, contents, force=force):
        say(str(path))
    say(f"next: fibercap check {folder / 'plan.yaml'}", err=True)
