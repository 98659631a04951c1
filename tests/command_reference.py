"""The reference of the commands; `python -m tests.command_reference` writes docs/reference/commands.md.

All of it is what `fibercap --help` and `fibercap VERB --help` print on a terminal of 80 columns.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Final
from unittest.mock import patch

from click.testing import CliRunner

from fibercap.cli import cli

PAGE: Final = Path(__file__).resolve().parents[1] / "docs" / "reference" / "commands.md"
HEAD: Final = """\
# Every command

What `fibercap --help` and `fibercap VERB --help` print. `python -m tests.command_reference` writes this page, and a test holds it.
[The commands](../commands.md) explains what is easily missed; [results as JSON](results.md) lists what `--json` prints.

"""


def help_of(*words: str) -> str:
    """Return the help of a command as 80 columns show it."""
    with patch.dict(os.environ, {"COLUMNS": "80"}):
        shown = CliRunner().invoke(cli, [*words, "--help"], prog_name="fibercap")
    if shown.exit_code:
        raise ValueError(f"`fibercap {' '.join(words)} --help` ends with {shown.exit_code}: {shown.output}")
    return shown.output.rstrip()


def parts() -> Iterator[str]:
    """Yield the page part by part: all commands, then one after the other."""
    yield HEAD
    yield f"```text\n{help_of()}\n```\n"
    for name in sorted(cli.commands):
        yield f"\n## {name}\n\n```text\n{help_of(name)}\n```\n"


def page() -> str:
    """Return the whole page."""
    return "".join(parts())


if __name__ == "__main__":
    PAGE.write_text(page(), "utf-8")
