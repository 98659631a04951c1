"""Decode the bytes of a file as text, or say why they are not text."""

from __future__ import annotations

import re
from typing import Final

from fibercap.core.errors import Place, Problem, ScenarioError
from fibercap.reading.syntax import unreadable_character

MOST_BYTES: Final = 5_000_000
_MARKS: Final = {
    b"\xff\xfe\0\0": "a file in UTF-32",
    b"\0\0\xfe\xff": "a file in UTF-32",
    b"\xff\xfe": "a file in UTF-16",
    b"\xfe\xff": "a file in UTF-16",
    b"PK\x03\x04": "a packed file, as workbooks are",
    b"%PDF": "a PDF",
}
"""Kinds of files that are not UTF-8 text, by their first bytes."""
# YAML 1.1, section 4.1: characters that are not printable.
_NO_TEXT: Final = re.compile("[^\t\n\r -~\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def decode(text: str | bytes, name: str) -> str:
    """Return a text that is not too large and has printable characters alone.

    Parameters
    ----------
    text : str or bytes
        The text; bytes must be UTF-8, with or without a byte order mark.
    name : str
        Name of the text in messages.

    Raises
    ------
    ScenarioError
        If it is not such a text.
    """
    if len(text) > MOST_BYTES:
        problem = f"more than {MOST_BYTES:,} bytes"
        raise ScenarioError(name, [problem_at_start(name, "too_large", problem, f"at most {MOST_BYTES:,} bytes")])
    decoded = text if isinstance(text, str) else _decode_bytes(text, name)
    strange = _NO_TEXT.search(decoded)  # the parser would report it too, but at a position in bytes
    if strange:
        raise ScenarioError(name, [unreadable_character(decoded, strange.start(), name)])
    return decoded


def _decode_bytes(text: bytes, name: str) -> str:
    try:
        return text.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ScenarioError(name, [_problem_of_encoding(text, error.start, name)]) from None


def _problem_of_encoding(text: bytes, position: int, name: str) -> Problem:
    start = text.rfind(b"\n", 0, position) + 1
    column = len(text[start:position].decode("utf-8-sig")) + 1
    shown = text[start:].split(b"\n", 1)[0].decode("utf-8-sig", errors="replace").rstrip("\r")
    problem, hint = f"the byte 0x{text[position]:02x}, which is not UTF-8", "save the file as UTF-8"
    place = Place(name, text.count(b"\n", 0, position) + 1, column, shown)
    kind = next((kind for mark, kind in _MARKS.items() if text.startswith(mark)), "")
    if kind:
        problem, place = kind, Place(name, 1, 1)
    return Problem("", "not_utf8", problem, "UTF-8 text", hint, place)


def problem_at_start(name: str, code: str, problem: str, wanted: str, hint: str = "") -> Problem:
    """Return a problem that concerns a text as a whole, placed at its start.

    Parameters
    ----------
    name, code, problem, wanted, hint : str
        The name of the text in messages; the others as in `Problem`.
    """
    return Problem("", code, problem, wanted, hint, Place(name, 1, 1))
