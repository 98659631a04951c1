"""Wrap lines to the width of a terminal."""

from __future__ import annotations

from textwrap import fill
from typing import Final

HANGING: Final = 8 * " "


def wrapped_lines(words: str, width: int, column: int = 0) -> str:
    """Return lines that are no wider than a terminal; parts that do not fit continue on indented lines.

    Parameters
    ----------
    words : str
        The lines. One that begins at the margin begins with the name of a file and is not broken.
    width : int
        Columns of the terminal.
    column : int
        The column at which the first line continues.
    """
    first, *others = words.split("\n")
    lines = [_fill(" " * column + first, width)[column:], *(_fill(line, width) for line in others)]
    return "\n".join(lines)


def _fill(line: str, width: int) -> str:
    """Return a line, wrapped if it is indented."""
    begin = " " * (len(line) - len(line.lstrip()))
    if not begin:
        return line
    return fill(
        line.strip(),
        width,
        initial_indent=begin,
        subsequent_indent=HANGING,
        break_long_words=False,
        break_on_hyphens=False,
    )
