"""What the commands print: texts of a file as texts, in any encoding, and what becomes of them where nobody reads."""

from __future__ import annotations

import codecs
import io
import json
import os
import re
import sys
from contextlib import suppress
from typing import Any, Final

import click

_PLAIN: Final = {
    **dict.fromkeys("█▉▊▋▌", "#"),
    **dict.fromkeys("▍▎▏", ":"),
    **dict.fromkeys("–—−", "-"),
    **dict.fromkeys("\N{LEFT SINGLE QUOTATION MARK}\N{RIGHT SINGLE QUOTATION MARK}", "'"),
    **dict.fromkeys("“”", '"'),
    **dict.fromkeys("…≈", "~"),
    **dict.fromkeys("·★", "*"),
    "€": "EUR",
    "→": ">",
    "≤": "<=",
    "≥": ">=",
}
"""What stands for a character that an encoding does not have, as wide as that where figures stand in columns."""

_ENDLESS: Final = ((re.compile(r"\S{401,}"), 200), (re.compile(r".{8001,}"), 4000))
"""Words and lines of a message that nobody reads to their end, such as a path of 40,000 letters, and what is kept."""


def say(text: str = "", *, err: bool = False, nl: bool = True, **style: Any) -> None:
    """Print a text; nothing in it is a command to the terminal, and only `style` gives it colour."""
    from fibercap.core.visible_text import visible

    shown = visible(text)
    stream = sys.stderr if err else sys.stdout  # left to itself, click writes UTF-8 where ASCII is asked for
    click.echo(click.style(shown, **style) if style else shown, stream, nl=nl)


def say_json(text: str) -> None:
    r"""Print a JSON document; where the encoding is not UTF-8, other characters stand as `\u20ac`, the same text."""
    say(text if _takes_all() else re.sub(r"[^\x00-\x7f]", lambda found: json.dumps(found[0])[1:-1], text))


def say_yaml(text: str) -> None:
    r"""Print a YAML document; where the encoding is not UTF-8, other characters stand as `\U000020ac`."""
    plain = text if _takes_all() else re.sub(r"[^\x00-\x7f]", lambda found: f"\\U{ord(found[0]):08x}", text)
    say(plain, nl=False)


def _takes_all() -> bool:
    encoding = getattr(sys.stdout, "encoding", None) or "utf-8"
    return codecs.lookup(encoding).name.startswith("utf")


def take_any_encoding() -> None:
    """Let what is printed fit the encoding of the terminal, whichever it is."""
    codecs.register_error("fibercap", _plainly)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="fibercap")


def forget_strange_width() -> None:
    """Let `COLUMNS` count only where a terminal can be as wide: not 0, which fits nothing, nor what fills memory."""
    if not re.fullmatch("0*[1-9][0-9]{0,3}", os.environ.get("COLUMNS", "1")):
        del os.environ["COLUMNS"]


def _plainly(error: UnicodeError) -> tuple[str, int]:
    """Return plain characters for those that an encoding does not have."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    return "".join(map(_plain, error.object[error.start : error.end])), error.end


def _plain(character: str) -> str:
    from unicodedata import combining, normalize

    from fibercap.core.visible_text import escape

    letters = "".join(part for part in normalize("NFKD", character) if not combining(part))
    return _PLAIN.get(character) or (letters if letters.isascii() and letters else escape(character))


def colors() -> bool | None:
    """Return False where `NO_COLOR` asks for none; None leaves it to the terminal."""
    return False if os.environ.get("NO_COLOR") else None


def flush() -> None:
    """Hand all that was printed to the system.

    Raises
    ------
    OSError
        If it takes it no longer.
    """
    for stream in (sys.stdout, sys.stderr):
        if stream is not None:
            stream.flush()


def leave_unsaid() -> None:
    """Let go of what could not be printed, so that the end of the process does not try again."""
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError, ValueError, AttributeError):  # closed, or not a file
            os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def problem(text: str) -> None:
    """Print what went wrong; where even that cannot be printed, the exit code tells it."""
    for endless, kept in _ENDLESS:
        for found in endless.findall(text):
            text = text.replace(found, f"{found[:kept]}...{found[-kept // 2 :]}")
    with suppress(OSError):
        say(text, err=True)
