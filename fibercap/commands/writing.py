"""`new` and `schema`: what helps to write scenarios."""

from __future__ import annotations

from pathlib import Path

import click

from fibercap.commands.terminal import say, say_json


@click.command()
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--force", is_flag=True, help="Replace files that exist.")
def new(folder: Path, force: bool) -> None:  # noqa: FBT001 - click hands flags over so
    """Begin a plan: a small one that runs, with comments, in FOLDER/plan.yaml, and the schema for editors beside it."""
    from fibercap.reading.locating import new_plan
    from fibercap.reading.schema import schema as made
    from fibercap.views.files import write_all
    from fibercap.views.json_text import json_text

    contents = {"plan.yaml": new_plan(), "fibercap.schema.json": f"{json_text(made())}\n".encode()}
    for path in write_all({folder / name: content for name, content in contents.items()}, force=force):
        say(str(path))
    say(f"next: fibercap check {folder / 'plan.yaml'}", err=True)


@click.command()
@click.option("--out", type=click.Path(path_type=Path), help="Write it to this file.")
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
    from fibercap.views.files import write_bytes

    write_bytes(out, f"{written}\n".encode(), force=force)
    say(str(out))
