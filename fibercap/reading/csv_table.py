"""A CSV file as a table of texts, each with its place."""

from __future__ import annotations

import csv
import io
import re
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Final

from fibercap.core.errors import Place, Problem, ScenarioError, did_you_mean
from fibercap.core.language.input_hints import quote
from fibercap.core.period_names import whole_period
from fibercap.reading.decoding import decode

if TYPE_CHECKING:
    from collections.abc import Iterator

_CELL: Final = re.compile(r'[ \t]*(?:"((?:[^"]|"")*)"|([^,\r\n]*))[^,\r\n]*(?:,|\r?\n?|\Z)')
_UNIT: Final = re.compile(r"(.*?)\s*\[(.*)\]")
_ERRORS: Final = {
    "unexpected end": ("a quote that is not closed", "close it; a quote inside a quoted cell is written twice"),
    "expected after": ("text after a closing quote", "put the whole cell in quotes, and write a quote inside it twice"),
    "field limit": ("a cell that is too long", "close its quote, or write less"),
}
"""What is wrong, and the way out, by a part of the parser's message."""


@dataclass(frozen=True)
class Record:
    """One line of a table: its cells, its text, and the number of its first line in the file."""

    file: str
    number: int
    text: str
    cells: tuple[str, ...]

    def cell(self, column: Column) -> str:
        """Return the cell of a column, "" if the line ends before it."""
        return self.cells[column.index] if column.index < len(self.cells) else ""

    def place(self, index: int) -> Place:
        """Return where a cell stands; a cell that is missing stands at the end of the line."""
        matches = list(islice(_CELL.finditer(self.text), len(self.cells)))
        # The csv module does not say where a cell stands in its line, so the line is taken apart again.
        groups = [match.span(1 if match[1] is not None else 2) for match in matches]
        start, end = groups[index] if index < len(groups) else (groups[-1][1], groups[-1][1])
        return self._place(start, len(self.text[start:end].rstrip()))

    def _place(self, start: int, width: int) -> Place:
        before = self.text[:start]
        line = before.count("\n")
        shown = self.text.split("\n")[line].rstrip("\r")
        return Place(self.file, self.number + line, start - (before.rfind("\n") + 1) + 1, shown, max(width, 1))


@dataclass(frozen=True)
class Column:
    """A column of a table, and all lines below its names.

    `unit` is that of its header, "" if that has none; `width` is the number of columns of the table, `place` that of
    the header.
    """

    name: str
    index: int
    unit: str
    width: int
    place: Place
    records: tuple[Record, ...]


class Table:
    """The lines of a CSV file; the first has the names of the columns."""

    def __init__(self, content: bytes, name: str) -> None:
        """Read a file.

        Parameters
        ----------
        content, name : bytes, str
            What the file holds, and its name in messages.

        Raises
        ------
        ScenarioError
            If it is not UTF-8, too large, empty or not CSV.
        """
        self.name = name
        head, *rest = _records(decode(content, name), name)
        self.head, self.records = head, tuple(rest)

    def column(self, name: str, path: str, where: Place | None) -> Column | Problem:
        """Return a column by the name in its header, or why there is none.

        Parameters
        ----------
        name : str
            The name, without the unit in brackets.
        path, where : str, Place
            The path of the series that names it, and where it does so.
        """
        headers = [_UNIT.fullmatch(cell) for cell in self.head.cells]
        names = [match[1] if match else cell for match, cell in zip(headers, self.head.cells, strict=True)]
        # column 0 has the keys
        numbers = [number for number, known in enumerate(names) if known == name and number > 0]
        if len(numbers) > 1:
            problem = f"two columns {quote(name)} in {self.name}"
            return Problem(path, "duplicate_key", problem, "", "rename one of the two", where)
        if not numbers:
            return Problem(
                path, "no_such_column", f"no column {quote(name)} in {self.name}", "", self._way(name), where
            )
        match = headers[numbers[0]]
        unit = match[2].strip() if match else ""
        return Column(name, numbers[0], unit, len(self.head.cells), self.head.place(numbers[0]), self.records)

    def _way(self, name: str) -> str:
        """Return the hint for a column that is not there."""
        cells = self.head.cells
        divider = next((mark for mark in (";", "\t") if len(cells) == 1 and mark in cells[0]), "")
        if divider:
            shown = "tabs" if divider == "\t" else f"`{divider}`"
            return f"its cells are divided by {shown}; save it with commas between cells, and points before decimals"
        if whole_period(cells[0], 6):
            return f"write the names of its columns in the first line, such as `period,{name}`"
        if name == cells[0]:
            return "the first column has the keys; name another"
        names = [match[1] if (match := _UNIT.fullmatch(cell)) else cell for cell in cells[1:]]
        return did_you_mean(name, filter(None, names), "columns")


def _records(text: str, name: str) -> Iterator[Record]:
    """Yield the lines of a text that are not blank; raise a ScenarioError if there are none or one is not CSV."""
    lines = list(io.StringIO(text, newline=""))
    reader = csv.reader(lines, strict=True, skipinitialspace=True)
    begins, empty = 0, True
    while True:
        try:
            cells = next(reader, None)
        except csv.Error as error:
            raise ScenarioError(name, [_problem_of_parser(str(error), name, lines, begins)]) from None
        if cells is None:
            break
        record = Record(name, begins + 1, "".join(lines[begins : reader.line_num]), tuple(map(str.strip, cells)))
        # A quoted cell may go over several lines: a record ends where the reader stands.
        begins = reader.line_num
        if any(record.cells):
            empty = False
            yield record
    if empty:
        way = "write the names of its columns in the first line, such as `period,price`"
        raise ScenarioError(name, [Problem("", "empty", "an empty file", "a CSV file", way, Place(name, 1, 1))])


def _problem_of_parser(message: str, name: str, lines: list[str], begins: int) -> Problem:
    """Return the problem of a line that is not CSV."""
    known = next((words for part, words in _ERRORS.items() if part in message), ("a line that is no CSV", ""))
    line = lines[begins].rstrip("\r\n") if begins < len(lines) else ""
    place = Place(name, begins + 1, max(line.find('"'), 0) + 1, line)
    return Problem("", "not_csv", known[0], "cells divided by commas", known[1], place)
