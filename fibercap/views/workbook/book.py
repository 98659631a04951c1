"""The plan of a workbook: which row and scalar stands where, and what formula it has there."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Final

import numpy as np

from fibercap.core.components import circles
from fibercap.core.formula_text import term_of
from fibercap.model.worth.without_projects import SAME_WITHOUT, WITHOUT
from fibercap.views.workbook.cases import SCHEDULE, Grid, Line, Union, partition
from fibercap.views.workbook.formulas import Spot, letters

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from fibercap.core.units import Array
    from fibercap.views.workbook.cases import Case

BEFORE: Final = 5
"""The column of what stood before the first period; the first period is the next one."""
FIRST_ROW: Final = 6
"""The first row of lines on a time sheet, counted from 1."""
HOMES: Final = {
    "time": "Time", "exchange": "Time", "products": "Plants", "plants": "Plants", "projects": "Projects",
    "funding": "Funding", "loans": "Loans", "returns": "Returns", "tax_without_project_debt": "Returns",
    WITHOUT: "Without projects", SAME_WITHOUT: "Without projects",
}  # fmt: skip
OTHERS: Final = "Accounts"
ORDER: Final = ("Time", "Plants", "Projects", "Funding", "Loans", "Accounts", "Returns", "Without projects")
RUN_OFF_SHEET: Final = "Run-off"
DERIVED: Final = "Derived"
INPUTS: Final = "Inputs"


@dataclass
class Page:
    """A time sheet: its name, its grid, and its lines from the top; a text is a heading."""

    name: str
    grid: Grid
    title: str
    entries: list[Placed | str] = field(default_factory=list)


@dataclass(frozen=True)
class Placed:
    """A line on a page. `group` is that of a helper, which holds the values of some cases alone."""

    line: Line
    spot: Spot
    values: Array | None = None
    told: str = ""


class Book:
    """Every place of a workbook."""

    def __init__(self, cases: Sequence[Case]) -> None:
        self.union = Union(cases)
        self.cases = self.union.cases
        self.spots: dict[tuple[int, str], Spot] = {}
        self.helpers: dict[tuple[int, str], dict[object, Spot]] = {}
        self.pages = [*self._model_pages(), *map(self._run_off_page, self.union.run_offs)]
        self.pages += map(self._schedule_page, self.union.schedules)
        self.scalars: dict[str, Spot] = {}
        self.selectors: dict[tuple[int, ...], Spot] = {}
        self.selectors_from = 0
        self.switch = Spot(INPUTS, 6, "B")
        self.repeated: dict[str, dict[Spot, Spot]] = {page.name: {} for page in self.pages}
        """By time sheet, the scalars that its formulas read, and where each is repeated at its foot."""
        self._feet = {page.name: FIRST_ROW + len(page.entries) + 1 for page in self.pages}

    def keys(self, line: Line) -> list[object]:
        """Return what a line is in each case, so that like ones have equal keys; None where it is not there."""
        found: list[object] = []
        for case, (row, values) in enumerate(zip(line.rows, line.values, strict=True)):
            if row is None or values is None:
                found.append(None)
            elif row.formula:
                found.append(self.union.readings(case, row.formula))
            else:
                found.append(values.tobytes())
        return found

    def _model_pages(self) -> Iterator[Page]:
        pages = {name: Page(name, self.union.model, name) for name in ORDER}
        groups: dict[str, dict[str, list[Line]]] = {name: {} for name in ORDER}
        for path, line in self.union.model.lines.items():
            group = _group(path)
            groups[HOMES.get(group.split(".")[0], OTHERS)].setdefault(group, []).append(line)
        for name, page in pages.items():
            for group, lines in sorted(groups[name].items(), key=lambda item: item[0] != "accounts"):
                page.entries.append(group.replace("_", " ").replace(".", ": "))
                for line in lines:
                    self._place(page, line)
            if page.entries:
                yield page

    def _run_off_page(self, grid: Grid) -> Page:
        number = self.union.run_offs.index(grid) + 1
        used = "" if len(grid.members) == len(self.cases) else f", for {self._names(grid.members)}"
        name = RUN_OFF_SHEET if len(self.union.run_offs) == 1 else f"{RUN_OFF_SHEET} {number}"
        page, groups = Page(name, grid, f"Run-off after the horizon{used}"), dict[str, list[Line]]()
        for path, line in grid.lines.items():
            groups.setdefault(_group(path.removeprefix(f"{grid.name}.")), []).append(line)
        for group, lines in groups.items():
            page.entries.append(group.replace("_", " ").replace(".", ": "))
            for line in lines:
                self._place(page, line)
        return page

    def _schedule_page(self, grid: Grid) -> Page:
        own = grid.name.removesuffix(SCHEDULE)
        loan = own.removeprefix(f"{WITHOUT}.").removeprefix("loans.")
        stem = f"Without, loan {loan}" if own.startswith(WITHOUT) else f"Loan {loan}"
        alike = [other for other in self.union.schedules if other.name == grid.name]
        number = f" {alike.index(grid) + 1}" if len(alike) > 1 else ""
        taken = {spot.sheet for spot in self.spots.values()}
        name = _sheet_name(stem, number, taken)
        used = "" if len(grid.members) == len(self.cases) else self._names(grid.members)
        title = f"Loan {loan} by its own dates{', without projects' if own.startswith(WITHOUT) else ''}"
        page = Page(name, grid, f"{title}{f', for {used}' if used else ''}")
        for line in grid.lines.values():
            self._place(page, line)
        return page

    def _names(self, members: Sequence[int]) -> str:
        return ", ".join(self.cases[number].name for number in members)

    def _place(self, page: Page, line: Line) -> None:
        """Put a line on a page; values that differ between cases stand above it, each on a line of its own."""
        grid = page.grid

        def spot() -> Spot:
            row = FIRST_ROW + len(page.entries)
            first, last = letters(BEFORE + 1), letters(BEFORE + grid.length)
            return Spot(page.name, row, letters(BEFORE), first, last, grid.number)

        keys = self.keys(line)
        kinds = dict.fromkeys(key for key in keys if key is not None)
        facts = [key for key in kinds if isinstance(key, bytes)]
        if facts and len(kinds) > 1:
            for key in facts:
                members = [number for number, own in enumerate(keys) if own == key]
                self.helpers.setdefault((grid.number, line.path), {})[key] = spot()
                page.entries.append(Placed(line, spot(), line.values[members[0]], self._names(members)))
        self.spots[grid.number, line.path] = spot()
        page.entries.append(Placed(line, spot()))

    def selector(self, keys: Sequence[object]) -> Spot:
        """Return the scalar that says which of several formulas holds in the case that is chosen."""
        numbers = partition(keys)
        return self.selectors.setdefault(numbers, Spot(DERIVED, len(self.selectors) + self.selectors_from, "E"))

    def cell(self, spot: Spot, sheet: str) -> str:
        """Return a scalar's cell as a formula on a sheet reads it: a time sheet repeats it, so as to read itself alone.

        Cells that read their sheet alone can share one formula; those that refer to others cannot, by [MS-XLS]
        2.5.198.118 (SharedParsedFormula).
        """
        here = self.repeated.get(sheet)
        if here is None:
            return f"{spot.at}${spot.column}${spot.row}"
        found = here.setdefault(spot, Spot(sheet, self._feet[sheet] + len(here), letters(BEFORE)))
        return f"${found.column}${found.row}"

    def name_and_value(self, spot: Spot) -> tuple[str, float]:
        """Return what the scalar of a cell is called, and its value when exported."""
        path = self._scalar_in.get(spot, "")
        if not path:
            return f"choice {spot.row - self.selectors_from + 1}", 1.0
        return path, float(next(np.ravel(own.value)[0] for own in self.union.scalars[path] if own is not None))

    @cached_property
    def _scalar_in(self) -> dict[Spot, str]:
        """The first scalar that stands in each cell."""
        return {spot: path for path, spot in reversed(self.scalars.items())}

    def spot(self, case: int, path: str) -> Spot:
        """Return where a row or scalar stands for a case."""
        grid = self.union.grid_of(case, path)
        return self.spots[grid.number, path] if grid is not None else self.scalars[self.union.scalar(path)]

    @cached_property
    def _circles(self) -> dict[str, int]:
        """The circle of every row and scalar, over all cases together."""
        reads: dict[str, list[str]] = {}

        node = self.union.node
        for case in range(len(self.cases)):
            for path, own in self.union.scalars.items():
                if own[case] is not None:
                    texts = [own[case].formula]  # type: ignore[union-attr]
                    reads.setdefault(path, []).extend(_read(node, case, texts))
            for grid in self.union.grids:
                for path, line in grid.lines.items():
                    row = line.rows[case]
                    if row is not None:
                        found = _read(node, case, [row.formula, row.before, row.after])
                        found += [node(case, path.removeprefix(f"{grid.name}."))] if grid in self.union.run_offs else []
                        reads.setdefault(f"{grid.number}/{path}", []).extend(found)
        numbers = circles(reads)
        sizes: dict[int, int] = {}
        for number in numbers.values():
            sizes[number] = sizes.get(number, 0) + 1
        return {name: number for name, number in numbers.items() if sizes[number] > 1}

    def tangled(self, case: int, path: str, other: str) -> bool:
        """Tell whether two rows rest on one another, by way of earlier periods or in a circle."""
        mine, its = (self._circle(case, name) for name in (path, other))
        return mine is not None and mine == its

    def _circle(self, case: int, path: str) -> int | None:
        return self._circles.get(self.union.node(case, path))

    def turns(self, path: str) -> bool:
        """Tell whether a scalar rests on rows that rest on it."""
        return path in self._circles


def _read(node: Callable[[int, str], str], case: int, texts: Sequence[str]) -> list[str]:
    return [node(case, path) for text in texts if "{" in text for path, _ in term_of(text).references]


def _group(path: str) -> str:
    """Return the thing that a row is about: `plants.jena`, `accounts`."""
    parts = path.removeprefix("inputs.").split(".")
    # a kind, a name, a row
    return ".".join(parts[:2]) if len(parts) > 2 and parts[0] not in (WITHOUT, SAME_WITHOUT) else parts[0]


def _sheet_name(stem: str, number: str, taken: set[str]) -> str:
    """Return a name that spreadsheets take: 31 characters, none of a few signs, each once."""
    plain = "".join(" " if sign in "[]:*?/\\'" else sign for sign in stem)
    name, count = plain[: 31 - len(number)] + number, 1
    while name.lower() in {other.lower() for other in taken}:
        count += 1
        name = plain[: 28 - len(number)] + number + f" {count}"
    return name
