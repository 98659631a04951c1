"""Errors of the YAML parser as problems in plain words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from fibercap.core.errors import Place, Problem
from fibercap.core.language.input_hints import quote

if TYPE_CHECKING:
    import yaml

_QUOTE: Final = "put the whole text between quotes"
_INDENT: Final = "keys of one block stand in one column; a text that holds `: ` or ` #` needs quotes"
# Part of the parser's message: what was found, what was wanted, the way out, whether to point at the block's start.
_WORDS: Final[tuple[tuple[str, str, str, str, bool], ...]] = (
    ("another document", "a second document after `---`", "one scenario in a file", "make it a file of its own", False),
    ("mapping values are not", "a `:` where no key can stand", "one `key: value` a line", _INDENT, False),
    ("unexpected ':'", "a `:` with nothing after it", "a value", "write one, or remove the key", False),
    (
        "or '}'",
        "a `{` whose block is not closed or not well formed",
        "a matching `}`",
        "check commas and brackets",
        True,
    ),
    (
        "or ']'",
        "a `[` whose list is not closed or not well formed",
        "a matching `]`",
        "check commas and brackets",
        True,
    ),
    ("unexpected end of stream", "a quote that is not closed", "one quote at each end", "close it", True),
    (
        "undefined alias",
        "an alias without its anchor",
        "an anchor like `&name` before it",
        "write the value out",
        False,
    ),
    ("a tab character", "a tab", "blanks", "indent with blanks, not with tabs", False),
    (
        "expected key",
        "a line that does not fit the block above it",
        "a key in the column of the others",
        _INDENT,
        False,
    ),
    ("'-' indicator", "a key in the middle of a list", "one or the other", _INDENT, False),
    ("node content", "a bracket or comma out of place", "a value", _QUOTE, False),
    ("unknown escape", "a `\\` that means nothing in double quotes", "plain text", "use single quotes", False),
    (
        "Unicode character escape",
        r"half a character, such as `\ud83d`",
        "a whole one",
        r"write it as it is, or as `\U` and eight digits",
        False,
    ),
    ("tag", "a tag that cannot be read", "a plain value", "remove the tag", False),
    ("directive", "a line that begins with `%`", "a scenario", "remove it", False),
    ("YAML document", "a YAML version that is not known", "a scenario", "remove the line", False),
    ("<document start>", "more text after the end of the block", "nothing", "remove it, or move it inside", False),
)


def problem_of_yaml_error(error: yaml.MarkedYAMLError, name: str, text: str) -> Problem:
    """Return the problem for an error of the parser, at the place where a person would look.

    Parameters
    ----------
    error : MarkedYAMLError
        The error.
    name, text : str
        Name of the text in messages, and the text.
    """
    lines = text.splitlines()
    parser_text = f"{error.context or ''} {error.problem or ''}"
    mark = error.problem_mark or error.context_mark
    if "cannot start any token" in parser_text and mark is not None:
        return _problem_of_character(name, lines, mark)
    for part, problem, wanted, hint, at_start in _WORDS:
        if part in parser_text:
            start = error.context_mark if at_start and error.context_mark else mark
            return Problem("", "not_yaml", problem, wanted, hint, _place(name, lines, start))
    return Problem("", "not_yaml", "a text that YAML cannot read", "YAML", _INDENT, _place(name, lines, mark))


def _problem_of_character(name: str, lines: list[str], mark: yaml.Mark) -> Problem:
    place = _place(name, lines, mark)
    if place.text[place.column - 1 : place.column] == "\t":
        return Problem("", "not_yaml", "a tab", "blanks", "indent with blanks, not with tabs", place)
    problem = f"{quote(place.text[place.column - 1 : place.column])}, which cannot begin a value"
    return Problem("", "not_yaml", problem, "a plain text", _QUOTE, place)


def unreadable_character(text: str, position: int, name: str) -> Problem:
    """Return the problem of a character that is not allowed in a text file.

    Parameters
    ----------
    text : str
        The text.
    position : int
        Index of the character in it.
    name : str
        Name of the text in messages.
    """
    line = text.count("\n", 0, position)
    column = position - (text.rfind("\n", 0, position) + 1)
    lines = text.split("\n")
    place = Place(name, line + 1, column + 1, lines[line].rstrip("\r"))
    problem = f"the unprintable character U+{ord(text[position]):04X}"
    return Problem("", "not_text", problem, "plain text", "remove it", place)


def _place(name: str, lines: list[str], mark: yaml.Mark | None) -> Place:
    if mark is None:
        return Place(name, 1, 1)
    line, column = mark.line, mark.column
    if line >= len(lines) and lines:  # the parser reports a line after the last
        line, column = len(lines) - 1, len(lines[-1])
    return Place(name, line + 1, column + 1, lines[line] if lines else "")
