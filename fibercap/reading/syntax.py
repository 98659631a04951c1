"""What is wrong with a text that is no YAML, in our words instead of the parser's."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from fibercap.core.errors import Place, Problem
from fibercap.core.input_hints import quote

if TYPE_CHECKING:
    import yaml

_QUOTE: Final = "put the whole text between quotes"
_INDENT: Final = "keys of one block stand in one column; a text that holds `: ` or ` #` needs quotes"
# What the parser says: what it was, what was wanted, the way out, and whether it is shown where its block began.
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


def in_our_words(error: yaml.MarkedYAMLError, name: str, text: str) -> Problem:
    """Return the problem that a parser's error stands for, at the place where a person would look."""
    lines = text.splitlines()
    said = f"{error.context or ''} {error.problem or ''}"
    mark = error.problem_mark or error.context_mark
    if "cannot start any token" in said and mark is not None:
        return _character(name, lines, mark)
    for part, found, wanted, hint, at_start in _WORDS:
        if part in said:
            begun = error.context_mark if at_start and error.context_mark else mark
            return Problem("", "not_yaml", found, wanted, hint, _place(name, lines, begun))
    return Problem("", "not_yaml", "a text that YAML cannot read", "YAML", _INDENT, _place(name, lines, mark))


def _character(name: str, lines: list[str], mark: yaml.Mark) -> Problem:
    at = _place(name, lines, mark)
    if at.text[at.column - 1 : at.column] == "\t":
        return Problem("", "not_yaml", "a tab", "blanks", "indent with blanks, not with tabs", at)
    told = f"{quote(at.text[at.column - 1 : at.column])}, which cannot begin a value"
    return Problem("", "not_yaml", told, "a plain text", _QUOTE, at)


def unreadable_character(text: str, position: int, name: str) -> Problem:
    """Return the problem of a character that no text file should hold."""
    line = text.count("\n", 0, position)
    column = position - (text.rfind("\n", 0, position) + 1)
    lines = text.split("\n")
    at = Place(name, line + 1, column + 1, lines[line].rstrip("\r"))
    told = f"the unprintable character U+{ord(text[position]):04X}"
    return Problem("", "not_text", told, "plain text", "remove it", at)


def _place(name: str, lines: list[str], mark: yaml.Mark | None) -> Place:
    if mark is None:
        return Place(name, 1, 1)
    line, column = mark.line, mark.column
    if line >= len(lines) and lines:  # the parser noticed only at the end of the file
        line, column = len(lines) - 1, len(lines[-1])
    return Place(name, line + 1, column + 1, lines[line] if lines else "")
