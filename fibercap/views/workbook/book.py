"""The layout of a workbook: the address of every row and scalar, and which of them depend on each other."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Final

from fibercap.core.formulas.components import circles
from fibercap.core.formulas.formula_text import term_of
from fibercap.core.language.names import key_in_words
from fibercap.model.worth.without_projects import SAME_WITHOUT, WITHOUT
from fibercap.views.workbook.cases import SCHEDULE, GridLine, LineGrid, RowUnion
from fibercap.views.workbook.cell_address import CellAddress, letters
from fibercap.views.workbook.inputs import option_in_words
from fibercap.views.workbook.labels import PlainLabels
from fibercap.views.workbook.scalar_values import value_at_export

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from fibercap.core.units import Array
    from fibercap.views.workbook.cases import WorkbookCase

BEFORE: Final = 5
"""The number of the column for the value before the first period; the first period has the next column."""
FIRST_ROW: Final = 6
"""The row of the first line on a time sheet, counted from 1."""
PLANTS, FUNDING = "Plants by period", "Funding by period"
"""Names of time sheets; `Plants` and `Funding` alone are sheets by year, for readers."""
HOMES: Final = {
    "time": "Time", "exchange": "Time", "products": PLANTS, "plants": PLANTS, "projects": "Projects",
    "funding": FUNDING, "loans": "Loans", "ranks": "Loans", "waterfall": "Order of cash", "returns": "Returns",
    "tax_without_project_debt": "Returns", WITHOUT: "Without projects", SAME_WITHOUT: "Without projects",
}  # fmt: skip
OTHERS: Final = "Accounts"
ORDER: Final = (
    "Time", PLANTS, "Projects", FUNDING, "Loans", "Accounts", "Order of cash", "Returns", "Without projects",
)  # fmt: skip
RUN_OFF_SHEET: Final = "Run-off"
DERIVED: Final = "Derived"
INPUTS: Final = "Inputs"


@dataclass
class TimeSheet:
    """A sheet with a column for each period, and its lines from the top; a text among `entries` is a heading."""

    name: str
    grid: LineGrid
    title: str
    entries: list[SheetLine | str] = field(default_factory=list)


@dataclass(frozen=True)
class SheetLine:
    """A line of a grid and where it stands on a time sheet.

    A helper line holds `values` of some cases only; `only_in` has the names of those cases. The line itself, with the
    formula that chooses among its helpers, stands below them.
    """

    line: GridLine
    address: CellAddress
    values: Array | None = None
    only_in: str = ""


class Book:
    """The addresses of all rows and scalars of a workbook.

    Rows of the paths `as_values` hold values, those of the option in use, for the reason given with each.
    """

    def __init__(self, cases: Sequence[WorkbookCase], as_values: Mapping[str, str] | None = None) -> None:
        self.as_values = as_values or {}
        self.union = RowUnion(cases)
        self.cases = self.union.cases
        self.labels = PlainLabels(self.union)
        self.addresses: dict[tuple[int, str], CellAddress] = {}
        self.helpers: dict[tuple[int, str], dict[object, CellAddress]] = {}
        self.time_sheets = [*self._model_sheets(), *map(self._run_off_sheet, self.union.run_offs)]
        self.time_sheets += map(self._schedule_sheet, self.union.schedules)
        self.scalars: dict[str, CellAddress] = {}
        self.selectors: dict[tuple[int, ...], CellAddress] = {}
        self.selectors_from = 0
        self.chosen_option = CellAddress(INPUTS, 5, "B")
        self.switch = CellAddress(INPUTS, 6, "B")
        """The number of the chosen option."""
        self.repeated: dict[str, dict[CellAddress, CellAddress]] = {
            time_sheet.name: {} for time_sheet in self.time_sheets
        }
        """By time sheet: the scalars that its formulas read, each with its address at the foot of that sheet."""
        self._feet = {time_sheet.name: FIRST_ROW + len(time_sheet.entries) + 1 for time_sheet in self.time_sheets}

    def keys(self, line: GridLine) -> list[object]:
        """Return a key for each case, None where it has no such line; equal keys mean the same formula or values."""
        keys: list[object] = []
        for case, (row, values) in enumerate(zip(line.rows, line.values, strict=True)):
            if row is None or values is None:
                keys.append(None)
            elif row.formula and line.path not in self.as_values:
                keys.append(self.union.readings(case, row.formula))
            else:
                keys.append(values.tobytes())
        return keys

    def _model_sheets(self) -> Iterator[TimeSheet]:
        """Yield the time sheets of the model's rows; a sheet without rows is left out."""
        time_sheets = {name: TimeSheet(name, self.union.model, name) for name in ORDER}
        groups: dict[str, dict[str, list[GridLine]]] = {name: {} for name in ORDER}
        for path, line in self.union.model.lines.items():
            group = _group(path)
            groups[HOMES.get(group.split(".")[0], OTHERS)].setdefault(group, []).append(line)
        for name, time_sheet in time_sheets.items():
            for group, lines in sorted(groups[name].items(), key=lambda item: item[0] != "accounts"):
                time_sheet.entries.append(self.labels.heading(group))
                for line in lines:
                    self._place(time_sheet, line)
            if time_sheet.entries:
                yield time_sheet

    def _run_off_sheet(self, grid: LineGrid) -> TimeSheet:
        """Return the time sheet of a run-off."""
        number = self.union.run_offs.index(grid) + 1
        used = "" if len(grid.members) == len(self.cases) else f", for {self._names(grid.members)}"
        name = RUN_OFF_SHEET if len(self.union.run_offs) == 1 else f"{RUN_OFF_SHEET} {number}"
        time_sheet, groups = TimeSheet(name, grid, f"Run-off after the horizon{used}"), dict[str, list[GridLine]]()
        for path, line in grid.lines.items():
            groups.setdefault(_group(path.removeprefix(f"{grid.name}.")), []).append(line)
        for group, lines in groups.items():
            time_sheet.entries.append(self.labels.heading(group))
            for line in lines:
                self._place(time_sheet, line)
        return time_sheet

    def _schedule_sheet(self, grid: LineGrid) -> TimeSheet:
        """Return the sheet of a loan's schedule."""
        loan_path = grid.name.removesuffix(SCHEDULE)
        loan = loan_path.removeprefix(f"{WITHOUT}.").removeprefix("loans.")
        apart = loan_path.startswith(WITHOUT)
        stem = f"{'Without, loan' if apart else 'Loan'} {key_in_words(loan)}"
        of_same_loan = [other for other in self.union.schedules if other.name == grid.name]
        number = f" {of_same_loan.index(grid) + 1}" if len(of_same_loan) > 1 else ""
        name = _sheet_name(stem, number, {address.sheet for address in self.addresses.values()})
        used = "" if len(grid.members) == len(self.cases) else self._names(grid.members)
        title = f"{self.labels.loan(loan)} by its own dates{', without projects' if apart else ''}"
        time_sheet = TimeSheet(name, grid, f"{title}{f', for {used}' if used else ''}")
        for line in grid.lines.values():
            self._place(time_sheet, line)
        return time_sheet

    def _names(self, members: Sequence[int]) -> str:
        return ", ".join(option_in_words(self.cases[number].name) for number in members)

    def _place(self, time_sheet: TimeSheet, line: GridLine) -> None:
        """Add a line to a time sheet; values that differ between cases stand above it, each set on a helper line."""
        grid = time_sheet.grid

        def next_address() -> CellAddress:
            row = FIRST_ROW + len(time_sheet.entries)
            first, last = letters(BEFORE + 1), letters(BEFORE + grid.length)
            return CellAddress(time_sheet.name, row, letters(BEFORE), first, last, grid.number)

        keys = self.keys(line)
        kinds = dict.fromkeys(key for key in keys if key is not None)
        facts = [key for key in kinds if isinstance(key, bytes)]
        if facts and len(kinds) > 1:
            for key in facts:
                members = [number for number, case_key in enumerate(keys) if case_key == key]
                self.helpers.setdefault((grid.number, line.path), {})[key] = next_address()
                time_sheet.entries.append(
                    SheetLine(line, next_address(), line.values[members[0]], self._names(members))
                )
        self.addresses[grid.number, line.path] = next_address()
        time_sheet.entries.append(SheetLine(line, next_address()))

    def selector(self, keys: Sequence[object]) -> CellAddress:
        """Return the cell with the number of the formula, of several, that holds in the chosen case."""
        numbers = partition(keys)
        return self.selectors.setdefault(numbers, CellAddress(DERIVED, len(self.selectors) + self.selectors_from, "F"))

    def scalar_cell(self, address: CellAddress, sheet: str) -> str:
        """Return the reference by which formulas on a sheet read a scalar.

        A time sheet repeats the scalar at its foot and reads it there: cells can share one formula only if it refers to
        their own sheet alone ([MS-XLS] 2.5.198.118, SharedParsedFormula).
        """
        repeated = self.repeated.get(sheet)
        if repeated is None:
            return address.cell
        row = self._feet[sheet] + len(repeated)
        copy = repeated.setdefault(address, CellAddress(sheet, row, letters(BEFORE)))
        return f"${copy.column}${copy.row}"

    def name_and_value(self, address: CellAddress) -> tuple[str, float]:
        """Return the path of the scalar in a cell, or the name of a choice, and its value when exported."""
        path = self._scalar_in.get(address, "")
        if not path:
            return f"choice {address.row - self.selectors_from + 1}", 1.0
        return path, value_at_export(self.union, path)

    @cached_property
    def _scalar_in(self) -> dict[CellAddress, str]:
        """The first scalar that stands in each cell."""
        # reversed: the first of a cell stays
        return {address: path for path, address in reversed(self.scalars.items())}

    def address(self, case: int, path: str) -> CellAddress:
        """Return the address of a row or scalar of a case."""
        grid = self.union.grid_of(case, path)
        return self.addresses[grid.number, path] if grid is not None else self.scalars[self.union.scalar(path)]

    @cached_property
    def _circles(self) -> dict[str, int]:
        """The number of its circle for every row and scalar that depends on itself, in all cases together.

        The cell of a fixed scalar holds a value, whatever its formula reads beside it, so it closes no circle.
        """
        reads: dict[str, list[str]] = {}
        node = self.union.node
        for case in range(len(self.cases)):
            for path, items in self.union.scalars.items():
                item = items[case]
                if item is not None:
                    texts = [] if item.fixed else [item.formula]
                    reads.setdefault(path, []).extend(_nodes_read(node, case, texts))
            for grid in self.union.grids:
                for path, line in grid.lines.items():
                    row = line.rows[case]
                    if row is not None:
                        nodes = _nodes_read(node, case, [row.formula, row.before, row.after])
                        nodes += [node(case, path.removeprefix(f"{grid.name}."))] if grid in self.union.run_offs else []
                        reads.setdefault(f"{grid.number}/{path}", []).extend(nodes)
        numbers = circles(reads)
        sizes: dict[int, int] = {}
        for number in numbers.values():
            sizes[number] = sizes.get(number, 0) + 1
        return {name: number for name, number in numbers.items() if sizes[number] > 1}

    def rest_on_each_other(self, case: int, path: str, other: str) -> bool:
        """Tell whether two rows depend on each other, through earlier periods or within one."""
        one, another = (self._circle(case, name) for name in (path, other))
        return one is not None and one == another

    def _circle(self, case: int, path: str) -> int | None:
        return self._circles.get(self.union.node(case, path))

    def looks_ahead_to_itself(self, path: str) -> bool:
        """Tell whether a row depends in some case on later columns of rows that depend on it in earlier ones."""
        return any(self._circle(case, path) in self._circles_ahead for case in range(len(self.cases)))

    @cached_property
    def _circles_ahead(self) -> set[int]:
        """The numbers of the circles in which a row reads another one of them in a later column."""
        lines = [
            (case, path, row)
            for grid in self.union.grids
            for path, line in grid.lines.items()
            for case, row in enumerate(line.rows)
            if row is not None and "@" in row.formula and self._circle(case, path) is not None
        ]
        return {
            self._circles[self.union.node(case, path)]
            for case, path, row in lines
            for other, shift in term_of(row.formula).references
            if shift > 0 and self.rest_on_each_other(case, path, other)
        }

    def is_in_circle(self, path: str) -> bool:
        """Tell whether a scalar depends on rows that depend on it."""
        return path in self._circles


def _nodes_read(node: Callable[[int, str], str], case: int, texts: Sequence[str]) -> list[str]:
    return [node(case, path) for text in texts if "{" in text for path, _ in term_of(text).references]


def _group(path: str) -> str:
    """Return the thing that a row is about: `plants.jena`, `accounts`."""
    parts = path.removeprefix("inputs.").split(".")
    # a path of three parts is kind, name, row
    return ".".join(parts[:2]) if len(parts) > 2 and parts[0] not in (WITHOUT, SAME_WITHOUT) else parts[0]


def _sheet_name(stem: str, number: str, taken: set[str]) -> str:
    """Return a sheet name that spreadsheets accept: at most 31 characters, no reserved sign, and not yet `taken`."""
    plain = "".join(" " if sign in "[]:*?/\\'" else sign for sign in stem)
    name, count = plain[: 31 - len(number)] + number, 1
    # Spreadsheets take `Loan A` and `loan a` for one name.
    while name.lower() in {other.lower() for other in taken}:
        count += 1
        name = plain[: 28 - len(number)] + number + f" {count}"  # room for a blank and two digits
    return name


def partition(keys: Sequence[object]) -> tuple[int, ...]:
    """Return a number for each key, counted from 1, the same for equal keys: `(a, a, b)` gives `(1, 1, 2)`."""
    numbers: dict[object, int] = {}
    return tuple(numbers.setdefault(key, len(numbers) + 1) for key in keys)
