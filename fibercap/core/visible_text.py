"""Texts of a file made safe to show: characters that control a terminal, or are invisible, become escapes."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final
from unicodedata import category

if TYPE_CHECKING:
    from collections.abc import Callable

_OBEYED: Final = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
"""Controls, formats (those that turn the direction of writing among them), half characters, ends of lines."""
_UNUSUAL: Final = re.compile(r"[^\n -~]")
_KEPT: Final = frozenset("\n\t\N{ZERO WIDTH NON-JOINER}\N{ZERO WIDTH JOINER}\N{SOFT HYPHEN}")


def escape(character: str) -> str:
    r"""Return a character as Python spells it in plain letters, such as `\u20ac`."""
    return character.encode("unicode_escape").decode()


def visible(text: str, spell: Callable[[str], str] = escape) -> str:
    r"""Return a text in which nothing is a command: an escape becomes `\x1b`, a mark of direction `\u202e`.

    Line breaks and tabs stay, and so do the joiners that some scripts are written with.

    Parameters
    ----------
    text : str
        Any text.
    spell : callable
        Returns what stands for a character that is not shown, such as its escape in JSON.
    """
    return _UNUSUAL.sub(
        lambda one: spell(one[0]) if category(one[0]) in _OBEYED and one[0] not in _KEPT else one[0], text
    )


def on_one_line(text: str) -> str:
    """Return a text without breaks of lines, so that no part of a title can pass for a line of its own."""
    lines = text.splitlines()
    return text if lines == [text] else " ".join(line.strip() for line in lines if line.strip())
