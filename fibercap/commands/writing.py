"""`new` and `schema`: what helps to write scenarios."""

from __future__ import annotations

from pathlib import Path

import click

from fibercap.commands.output import STANDARD_OUTPUT, OutputPath, print_content, write_file
from fibercap.commands.terminal import say, say_json


@click.command()
@click.argument("folder", type=OutputPath())
@click.option("--force", is_flag=True, help="Replace files that exist.")
def new(folder: Path, force: bool) -> None:  # noqa: FBT001 - click hands flags over so
    """Begin a plan: a small one that runs, with comments, in FOLDER/plan.yaml, and the schema for editors beside it.

    With - for FOLDER the plan alone is printed.
    """
    from fibercap.reading.locating import new_plan
    from fibercap.reading.schema import schema as made
    from fibercap.views.files import write_all
    from fibercap.views.json_text import json_text

    if folder == STANDARD_OUTPUT:
        print_content(new_plan())
        return
    contents = {"plan.yaml": new_plan(), "fibercap.schema.json": f"{json_text(made())}\n".encode()}
    for path in write_all(folder, contents, force=force):
        say(str(path))
    say(f"next: fibercap check {folder / 'plan.yaml'}", err=True)


@click.command()
@click.option("--out", type=OutputPath(), help="Write it to this file.")
@click.option("--force", is_flag=True, help="Replace a file that exists.")
def schema(out: Path | None, force: bool) -> None:  # noqa: FBT001 - click hands flags over so
    """Print the JSON Schema of the scenario language, for editors and validators.

    An editor checks a scenario as it is written if its first line says where the schema is, seen from it:

    # yaml-language-server: $schema=fibercap.schema.json
    """
    from fibercap.reading.schema import schema as made
    from fibercap.views.json_text import json_text

    written = json_text(made())
    if out is None:
        say_json(written)
        return
    write_file(out, f"{written}\n".encode(), force=force)
    if out != STANDARD_OUTPUT:
        say(str(out))
