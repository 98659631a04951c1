"""`schema`: what helps to write scenarios."""

from __future__ import annotations

from pathlib import Path

import click


@click.command()
@click.option("--out", type=click.Path(path_type=Path), help="Write it to this file.")
@click.option("--force", is_flag=True, help="Replace a file that exists.")
def schema(out: Path | None, force: bool) -> None:  # noqa: FBT001 - click hands flags over so
    """Print the JSON Schema of the scenario language, for editors and validators.

    An editor checks a scenario as it is written if its first line says where the schema is, seen from it:

    # yaml-language-server: $schema=fibercap.schema.json
    """
    from fibercap.reading.schema import schema as made
    from fibercap.views.documents import text

    written = text(made())
    if out is None:
        click.echo(written)
        return
    from fibercap.views.files import write_bytes

    write_bytes(out, f"{written}\n".encode(), force=force)
    click.echo(str(out))
