"""Series in CSV files: `{file: prices.csv, column: price}` is read as if the cells of the column stood in its place."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

from fibercap.core.errors import Place, Problem, ScenarioError, nearest
from fibercap.core.language.dates import way_to_name
from fibercap.core.language.input_hints import quote
from fibercap.core.language.series import OverTime
from fibercap.core.language.spec import field_at
from fibercap.core.period_names import DECEMBER
from fibercap.core.trees.tree import Branch, Leaf, Origin, is_wrapper, wrapped_value
from fibercap.core.units import QuantityTextError, split_quantity
from fibercap.model.loans.clauses.business_days import Holidays
from fibercap.model.plan.scenario import Scenario
from fibercap.reading.csv_table import Column, Record, Table
from fibercap.reading.locating import bytes_of, display_path, table_of
from fibercap.reading.text import BROKEN, MOST_NODES

if TYPE_CHECKING:
    from pathlib import Path as FilePath

    from fibercap.core.trees.tree import Path, Tree

FILE: Final = "file"
COLUMN: Final = "column"
CALENDARS: Final = "calendars."
"""Prefix of the paths of holidays, whose keys are dates, not periods."""
_VERBS: Final = ("change", "add")
_LIKE: Final = "`{file: prices.csv, column: price}`"


@dataclass
class SeriesFiles:
    """Reads the files of series, each once.

    `fence` is the folder that they may not leave, None if they may. `digests` gets the SHA-256 of each file by its
    path, `problems` what is wrong.
    """

    fence: FilePath | None
    digests: dict[FilePath, str] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    _tables: dict[FilePath, Table | None] = field(default_factory=dict)
    _cells: int = 0

    def fill(self, tree: Branch, folder: FilePath, path: Path = ()) -> Branch:
        """Return a tree in which the series of files stand as keys and values; without any, it is the same object.

        Parameters
        ----------
        tree : Tree
            A scenario, or changes, as written.
        folder : Path
            The folder of the file in which they are written, from which the names of files start.
        path : Path
            The path of `tree` in the plan.
        """
        filled = {key: self._replace(child, folder, _path_below(tree, path, key)) for key, child in tree.items()}
        same = all(filled[key] is child for key, child in tree.items())
        return tree if same else Branch(filled, tree.keys_at, tree.place)

    def _replace(self, tree: Tree, folder: FilePath, path: Path) -> Tree:
        """Return a part of the tree; see `fill`."""
        if not isinstance(tree, Branch):
            return tree
        kind = field_at(Scenario, path) if FILE in tree or COLUMN in tree else None
        return (
            self._series(tree, folder, path, kind)
            if isinstance(kind, OverTime | Holidays)
            else self.fill(tree, folder, path)
        )

    def _series(self, block: Branch, folder: FilePath, path: Path, kind: OverTime | Holidays) -> Tree:
        """Return the keys and values of a series and its settings; a broken leaf if the series cannot be read."""
        known, count = (FILE, COLUMN, *kind.settings), len(self.problems)
        broken = Leaf(BROKEN, (Origin(block.place),))
        self.problems += [_unknown_key(key, block, path, known) for key in block if key not in known]
        file, column = (self._text(key, block, path) for key in (FILE, COLUMN))
        if file is None or column is None or len(self.problems) > count:
            return broken
        name = ".".join(path)
        table = self._table(file, folder, name)
        cells = table and table.column(column.value, name, column.place)
        if isinstance(cells, Problem):
            self.problems.append(cells)
        if not isinstance(cells, Column):
            return broken
        series = self._values(cells, path, column.place, bare=kind.may_be_bare)
        if not series:
            return broken
        beside = {key: child for key, child in block.items() if key in kind.settings}
        places = {**series.keys_at, **{key: place for key, place in block.keys_at.items() if key in beside}}
        return Branch({**series.children, **beside}, places, block.place)

    def _text(self, key: str, block: Branch, path: Path) -> Leaf | None:
        """Return the text under `file` or `column`; None if there is none that can be read."""
        leaf, name = wrapped_value(block.get(key, Leaf(BROKEN))), ".".join(path)
        if isinstance(leaf, Leaf) and isinstance(leaf.value, str):
            return leaf
        if key not in block:
            other, way = (FILE if key == COLUMN else COLUMN), f"write it like {_LIKE}"
            where = block.keys_at.get(other)
            self.problems.append(Problem(name, "missing", f"`{other}` without `{key}`", "", way, where))
        elif not (isinstance(leaf, Leaf) and leaf.value is BROKEN):
            where = block.keys_at.get(key)
            self.problems.append(Problem(f"{name}.{key}", "not_a_scalar", "a block", "one name", "", where))
        return None

    def _table(self, file: Leaf, folder: FilePath, path: str) -> Table | None:
        """Return the table of a file, None if it cannot be read."""
        where = table_of(str(file.value), folder, self.fence, path, file.place)
        if isinstance(where, Problem):
            self.problems.append(where)
            return None
        if where not in self._tables:
            self._tables[where] = None  # so that a file that cannot be read is reported once
            try:
                content = bytes_of(where)
                self._tables[where] = Table(content, display_path(where))
                self.digests[where] = digest_of(content)
            except ScenarioError as error:
                way = "save the sheet as CSV in UTF-8"
                self.problems += [replace(p, hint=way) if p.code == "not_utf8" else p for p in error.problems]
        return self._tables[where]

    def _values(self, column: Column, path: Path, where: Place | None, *, bare: bool) -> Branch:
        """Return the keys and values of a column, which have a unit unless `bare`; no keys if one cannot be used."""
        children: dict[str, Leaf] = {}
        places: dict[str, Place] = {}
        name, refused = ".".join(path), list[Problem]()
        self._cells += len(column.records)
        for record in column.records if self._cells <= MOST_NODES else ():
            key, here = record.cells[0], record.place(0)
            problem = _problem_of_key(key, places.get(key), f"{name}.{key}", here)
            if problem is not None:
                refused.append(problem)
            else:
                places[key], children[key] = here, self._value(record, column, f"{name}.{key}")
        if self._cells > MOST_NODES:
            many, wanted = f"more than {MOST_NODES:,} values in the files of series", "a plan that a person can read"
            refused.append(Problem(name, "too_large", many, wanted, "name shorter files", where))
        elif not column.records:
            none, way = f"no line below the names of the columns in {column.place.file}", "write one for each period"
            refused.append(Problem(name, "empty", none, "values by period", way, where))
        elif children and not (bare or column.unit) and all(_unit_of(cell.value) == "" for cell in children.values()):
            way = f"write it in each cell, or once in the first line, as `{column.name} [UNIT]`"
            refused.append(Problem(name, "bare_number", "numbers without a unit", "", way, column.place))
        self.problems += refused
        return Branch() if refused else Branch(children, places)

    def _value(self, record: Record, column: Column, path: str) -> Leaf:
        """Return the value of a cell, with the unit of the header; one that cannot be read if it is refused."""
        cell = record.cell(column)
        problem = _problem_of_cell(cell, record, column, path)
        if problem is not None:
            self.problems.append(problem)
            return Leaf(BROKEN, (Origin(problem.place),))
        return Leaf(f"{cell} {column.unit}" if column.unit else cell, (Origin(record.place(column.index)),))


def _path_below(block: Branch, path: Path, key: str) -> Path:
    """Return the path in the plan of what stands under a key of a block; `change` and `add` hold paths of the plan."""
    if key == "value" and is_wrapper(block):
        return path
    holds_paths = path in {("change",), ("add",)} or (len(path) == 3 and path[0] == "options" and path[2] in _VERBS)
    return tuple(key.split(".")) if holds_paths else (*path, key)


def _unknown_key(key: str, block: Branch, path: Path, known: tuple[str, ...]) -> Problem:
    near = nearest(key, known)
    way = f"did you mean `{near}`?" if near else "write it in the file, or change it in a file that extends this one"
    if key in {"source", "where", "note"}:
        way = f"write it like `{{value: {_LIKE.strip('`')}, {key}: ...}}`"
    problem, wanted = f"`{key}` beside a series of a file", f"one of {', '.join(f'`{word}`' for word in known)}"
    return Problem(".".join((*path, key)), "unknown_key", problem, wanted, way, block.keys_at.get(key))


def _problem_of_key(key: str, first: Place | None, path: str, here: Place) -> Problem | None:
    """Return why a text cannot be a key; None if it can, or if the series reports it. `first` has the same key.

    A text that begins like a name would be read as a setting of the series, such as `growth`.
    """
    if re.match("FY[0-9]|[0-9]", key) is None:
        shown = f"the key {quote(key)}" if key else "a line without a key"
        if path.startswith(CALENDARS):
            return Problem(path.rstrip("."), "not_a_date", shown, "a date", "write it like `2001-12-25`", here)
        way = f"the first column has the keys; {way_to_name(key, DECEMBER)}"
        return Problem(path.rstrip("."), "not_a_period", shown, "a year, quarter or month", way, here)
    if first is None:
        return None
    problem = f"`{key}` is written twice (first in line {first.line})"
    return Problem(path, "duplicate_key", problem, "", "keep one of the two", here)


def _problem_of_cell(cell: str, record: Record, column: Column, path: str) -> Problem | None:
    """Return why a cell cannot be a value of a column; None if it can, or if the input itself reports it."""
    here, more = record.place(column.index), [cell for cell in record.cells[column.width :] if cell]
    if more:
        problem = f"{len(record.cells)} cells, where the first line has {column.width}"
        way = "write a point before decimals, no comma between thousands, and quotes around a text with a comma"
        return Problem(path, "comma_in_number", problem, "a cell for each column", way, record.place(column.width))
    if not cell:
        way = "write the value, or remove the line; each value holds until the next key"
        way = "write the name of the holiday, or remove the line" if path.startswith(CALENDARS) else way
        return Problem(path, "empty", "an empty cell", "a value", way, here)
    if column.unit and _unit_of(cell):
        problem, wanted = f"{quote(cell)} in a column of {quote(column.unit)}", "a number without a unit"
        way = "remove the unit in the cell, or the one in the first line"
        return Problem(path, "given_twice", problem, wanted, way, here)
    return None


def _unit_of(cell: str | None) -> str | None:
    """Return the unit of a quantity, "" of a bare number, None of any other text."""
    try:
        return split_quantity(cell)[1] if cell and cell.isascii() else None
    except QuantityTextError:
        return None


def digest_of(text: str | bytes) -> str:
    """Return the SHA-256 of what a file holds."""
    return hashlib.sha256(text if isinstance(text, bytes) else text.encode()).hexdigest()
