"""Lines broken where a terminal ends."""

from __future__ import annotations

from textwrap import fill
from typing import Final

HANGING: Final = 8 * " "


def wrapped_lines(words: str, width: int, column: int = 0) -> str:
    """Return lines that are no wider than a terminal; the first goes on from a column, what hangs over is indented.

    A line that begins at the margin stays whole, for it begins with the name of a file.
    """
    first, *others = words.split("\n")
    lines = [_filled(" " * column + first, width)[column:], *(_filled(line, width) for line in others)]
    return "\n".join(lines)


def _filled(line: str, width: int) -> str:
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
