"""Printing: text without control sequences, in any encoding, and to a reader that may close the pipe."""

from __future__ import annotations

import codecs
import io
import json
import os
import re
import sys
import warnings
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any, Final

import click

from fibercap.commands.pager import KeptOutput

if TYPE_CHECKING:
    from collections.abc import Iterator

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
"""Substitutes for characters that an encoding lacks; in columns of figures they are as wide as the original."""

_ENDLESS: Final = ((re.compile(r"\S{401,}"), 200), (re.compile(r".{8001,}"), 4000))
"""Words and lines too long to read, such as a path of 40,000 letters, and how many characters to keep."""


def say(text: str = "", *, err: bool = False, nl: bool = True, **style: Any) -> None:
    """Print a text. Control characters in it are made visible; only `style` sets colors."""
    from fibercap.core.visible_text import visible

    shown = visible(text)
    if err and isinstance(sys.stdout, KeptOutput):
        sys.stdout.release()  # what was printed before stands above
    stream = sys.stderr if err else sys.stdout  # without an explicit stream, click writes UTF-8 even if ASCII is set
    click.echo(click.style(shown, **style) if style else shown, stream, nl=nl)


@contextmanager
def say_warnings() -> Iterator[None]:
    """Print what Python code warns of, each warning once, as messages."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always", UserWarning)
        yield
    for text in dict.fromkeys(str(each.message) for each in caught):
        say(f"warning: {text}", err=True)


def say_json(text: str) -> None:
    r"""Print a JSON document; where the encoding is not UTF-8, escape other characters, as `\u20ac`."""
    say(text if _takes_all() else re.sub(r"[^\x00-\x7f]", lambda match: json.dumps(match[0])[1:-1], text))


def say_yaml(text: str) -> None:
    r"""Print a YAML document; where the encoding is not UTF-8, escape other characters, as `\U000020ac`."""
    plain = text if _takes_all() else re.sub(r"[^\x00-\x7f]", lambda match: f"\\U{ord(match[0]):08x}", text)
    say(plain, nl=False)


def _takes_all() -> bool:
    encoding = getattr(sys.stdout, "encoding", None) or "utf-8"
    return codecs.lookup(encoding).name.startswith("utf")


def take_any_encoding() -> None:
    """Substitute characters that the encoding of the terminal lacks, instead of failing."""
    codecs.register_error("fibercap", _plainly)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="fibercap")


def forget_strange_width() -> None:
    """Ignore `COLUMNS` unless it is from 1 to 9999: 0 fits nothing, and a huge number fills memory."""
    if not re.fullmatch("0*[1-9][0-9]{0,3}", os.environ.get("COLUMNS", "1")):
        del os.environ["COLUMNS"]


def _plainly(error: UnicodeError) -> tuple[str, int]:
    """Return substitutes for characters that an encoding lacks, and where to continue."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    return "".join(map(_plain, error.object[error.start : error.end])), error.end


def _plain(character: str) -> str:
    from unicodedata import combining, normalize

    from fibercap.core.visible_text import escape

    letters = "".join(part for part in normalize("NFKD", character) if not combining(part))
    return _PLAIN.get(character) or (letters if letters.isascii() and letters else escape(character))


def colors() -> bool | None:
    """Return False if `NO_COLOR` is set; None leaves colors to the terminal."""
    return False if os.environ.get("NO_COLOR") else None


def flush() -> None:
    """Write all buffered output.

    Raises
    ------
    OSError
        If the reader has gone or the disk is full.
    """
    for stream in (sys.stdout, sys.stderr):
        if stream is not None:
            stream.flush()


def leave_unsaid() -> None:
    """Discard output that could not be written, so that Python does not try again at exit."""
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError, ValueError, AttributeError):  # closed, or not a file
            os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def problem(text: str) -> None:
    """Print an error message; if that is impossible too, the exit code still shows the failure."""
    for endless, kept in _ENDLESS:
        for part in endless.findall(text):
            text = text.replace(part, f"{part[:kept]}...{part[-kept // 2 :]}")
    with suppress(OSError):
        say(text, err=True)
