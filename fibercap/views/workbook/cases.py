"""The financing options of a scenario side by side: for every row and scalar, its formula and value in each."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Final, TypeVar

import numpy as np

from fibercap.core.errors import FibercapError
from fibercap.core.formulas.components import circles
from fibercap.core.formulas.dependencies import references
from fibercap.core.formulas.formula_text import term_of
from fibercap.core.language.names import key_in_words
from fibercap.model.horizon.run_off import RUN_OFF
from fibercap.model.laws.law_texts import law_texts
from fibercap.model.loans.covenants.covenant_dates import breaking_row
from fibercap.model.loans.covenants.covenant_rows import limit_row
from fibercap.model.loans.facilities import moves_of_cash
from fibercap.model.project import project
from fibercap.model.worth.without_projects import SAME_WITHOUT, WITHOUT

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from fibercap.core.formulas.rows import Block, Given, Row
    from fibercap.core.units import Array
    from fibercap.model.plan.scenario import Scenario
    from fibercap.model.projection import Projection

Key = TypeVar("Key", str, tuple[str, ...])
AS_WRITTEN: Final = "as written"
SCHEDULE: Final = ".schedule"
SHOWN_LATER: Final = ("time.date", *(f"accounts.{key}" for key in (
    "cash", "cash_free", "debt", "llcr_at_payments", "plcr_at_payments", "dscr_12m_at_payments",
    "interest_cover_12m_at_payments", "debt_moves",
)))  # fmt: skip
"""Rows of the run-off that the workbook shows, with all rows that they depend on."""


@dataclass(frozen=True)
class WorkbookCase:
    """One financing option of the plan, or the plan as written: name, title, projection."""

    name: str
    title: str
    projection: Projection


def cases_of(scenario: Scenario, known: Projection | None = None) -> tuple[list[WorkbookCase], dict[str, str]]:
    """Return the cases of a workbook, and the options that cannot be in it, each with the reason.

    The cases are the scenario as written and its options. An option with another horizon or reporting currency needs
    other columns, one with other units of products other labels, and is left out. A scenario that an option was
    applied to is the only case. `known` is the projection of the scenario, if the caller has it.
    """
    first = known if known is not None else project(scenario)
    units = {key: scenario.unit_of_plant(key) for key in scenario.plants}
    cases, left_out = [WorkbookCase(scenario.option or AS_WRITTEN, scenario.title, first)], {}
    for name, option in scenario.options.items() if scenario.option is None else ():
        plan = scenario.with_option(name)
        if plan.timeline != scenario.timeline:
            left_out[name] = "it has another horizon, and so other columns"
        elif plan.currency != scenario.currency:
            left_out[name] = f"it reports in {plan.currency}"
        elif counted := [p for p in plan.plants if plan.unit_of_plant(p) != units.get(p, plan.unit_of_plant(p))]:
            left_out[name] = f"it counts in {plan.unit_of_plant(counted[0])} what {counted[0]} makes"
        else:
            more = [*cases, WorkbookCase(name, option.title or key_in_words(name), project(plan, first))]
            if has_circle(more):
                left_out[name] = "its loans and those as written rest on cash in different ways: together, a circle"
            else:
                cases = more
    if any(case.projection.samples > 1 for case in cases):
        raise FibercapError("unfit_draws", "a batch of samples has no workbook", "export one run")
    return cases, left_out


def has_circle(cases: Sequence[WorkbookCase]) -> bool:
    """Tell whether the formulas of all cases, in one workbook, would make a row depend on itself in the same period."""
    if len({moves_of_cash(case.projection.scenario) for case in cases}) == 1:
        return False
    union = RowUnion(cases)
    reads: dict[str, list[str]] = {}
    for case in range(len(cases)):
        for grid in union.grids:
            for path, line in grid.lines.items():
                row = line.rows[case]
                if row is not None and row.formula:
                    now = [other for other, shift in term_of(row.formula).references if shift == 0]
                    reads.setdefault(f"{grid.number}/{path}", []).extend(union.node(case, other) for other in now)
    return len(set(circles(reads).values())) < len(reads)


@dataclass(frozen=True)
class GridLine:
    """A row of a grid, with its formula and values in each case; None where a case has no such row."""

    path: str
    row: Row
    rows: tuple[Row | None, ...]
    values: tuple[Array | None, ...]

    @property
    def has_no_formula(self) -> bool:
        """Whether it is a value in every case: a row of the calendar, or an input over time."""
        return all(row is None or not row.formula for row in self.rows)


@dataclass(frozen=True)
class LineGrid:
    """Lines that share columns: the periods of the horizon or of the run-off, or the events of one loan.

    A run-off or a loan may differ between cases: `members` has the numbers of the cases that share this grid.
    """

    number: int
    name: str
    length: int
    members: tuple[int, ...]
    lines: dict[str, GridLine]

    @property
    def dates(self) -> str:
        """The path of the line that holds the date of each column."""
        if self.name.endswith(SCHEDULE):
            return f"{self.name}.date"
        return f"{self.name}.time.date" if self.name else "time.date"


class RowUnion:
    """The rows and scalars of all cases, each once."""

    def __init__(self, cases: Sequence[WorkbookCase]) -> None:
        self.cases = tuple(cases)
        self._variant: dict[tuple[int, str], LineGrid] = {}
        everyone = tuple(range(len(self.cases)))
        self.model = LineGrid(0, "", self._first.timeline.count, everyone, self._lines(everyone, _period_blocks))
        self.run_offs = [self._prune(grid) for grid in self._variants(RUN_OFF, 1, lambda block: (block.length,))]
        self.schedules: list[LineGrid] = []
        for name in self._loans():
            self.schedules += self._variants(name, len(self.run_offs) + len(self.schedules) + 1, _signature)

    def _prune(self, grid: LineGrid) -> LineGrid:
        """Return a run-off with only the rows on which cover, covenants, cash and laws depend; JSON has all of them."""
        wanted = {f"{RUN_OFF}.{path}" for path in SHOWN_LATER}
        for number in grid.members:
            projection = self.cases[number].projection
            blocks = [block for block in projection.blocks.values() if block.continues is None]
            texts = [row.after for block in blocks for row in block.rows.values()]
            texts += [r.formula for b in blocks if b.name.endswith(SCHEDULE) for r in b.rows.values()]
            texts += [law.text for law in law_texts(projection)]
            wanted |= {path for text in texts if RUN_OFF in text for path in references(text)}
            wanted |= {f"{RUN_OFF}.loans.{name}.dscr_12m_at_payments" for name in projection.scenario.loans}
            for loan, terms in projection.scenario.loans.items():
                for key, covenant in terms.covenants.items():
                    rows = covenant.row, covenant.tested_row, limit_row(loan, key), breaking_row(covenant)
                    wanted |= {f"{RUN_OFF}.{row}" for row in rows}
        waiting, used = list(wanted), set[str]()
        while waiting:
            path = waiting.pop()
            if path in grid.lines and path not in used:
                used.add(path)
                waiting += [
                    read for row in grid.lines[path].rows if row is not None for read in references(row.formula)
                ]
        lines = {path: line for path, line in grid.lines.items() if path in used}
        pruned = replace(grid, lines=lines)
        self._variant |= {(number, RUN_OFF): pruned for number in grid.members}
        return pruned

    @property
    def grids(self) -> tuple[LineGrid, ...]:
        """Every grid: first that of the horizon, then run-offs, then loans. A grid's number is its index."""
        return (self.model, *self.run_offs, *self.schedules)

    @property
    def _first(self) -> Projection:
        return self.cases[0].projection

    def _loans(self) -> list[str]:
        return merge_in_order([[n for n in case.projection.blocks if n.endswith(SCHEDULE)] for case in self.cases])

    def _lines(
        self, members: tuple[int, ...], blocks_of: Callable[[Projection], Iterable[Block]]
    ) -> dict[str, GridLine]:
        blocks = {number: list(blocks_of(self.cases[number].projection)) for number in members}
        rows = {n: {path: row for b in listed for path, row in b.rows.items()} for n, listed in blocks.items()}
        values = {n: {path: value for b in listed for path, value in b.values.items()} for n, listed in blocks.items()}
        lines = {}
        for path in merge_in_order([list(by_path) for by_path in rows.values()]):
            row_by_case = tuple(rows.get(number, {}).get(path) for number in range(len(self.cases)))
            amounts = tuple(values.get(number, {}).get(path) for number in range(len(self.cases)))
            row = next(row for row in row_by_case if row is not None)
            first_samples = tuple(a if a is None or a.ndim == 1 else a[0] for a in amounts)
            lines[path] = GridLine(path, row, row_by_case, first_samples)
        return lines

    def _variants(self, name: str, first: int, alike: Callable[[Block], tuple[object, ...]]) -> list[LineGrid]:
        """Return the grids of a block; cases in which it is alike share one.

        Parameters
        ----------
        name : str
            The block: a run-off, or a loan's schedule.
        first : int
            The number of the first grid.
        alike : callable
            Returns a key of a block; blocks with equal keys are alike. Run-offs are alike where they are as long,
            schedules where rows, formulas and calendar are the same.
        """
        groups: dict[tuple[object, ...], list[int]] = {}
        for number, case in enumerate(self.cases):
            block = case.projection.blocks.get(name)
            if block is not None:
                groups.setdefault(alike(block), []).append(number)
        grids: list[LineGrid] = []
        for members in groups.values():
            block = self.cases[members[0]].projection.blocks[name]
            lines = self._lines(tuple(members), lambda projection: [projection.blocks[name]])
            grid = LineGrid(first + len(grids), name, block.length, tuple(members), lines)
            grids.append(grid)
            self._variant |= {(number, name): grid for number in members}
        return grids

    def grid_of(self, case: int, path: str) -> LineGrid | None:
        """Return the grid in which a case has a row; None for a scalar."""
        if path in self.model.lines:
            return self.model
        name = path[: path.index(SCHEDULE) + len(SCHEDULE)] if SCHEDULE in path else ""
        name = RUN_OFF if path.startswith(f"{RUN_OFF}.") else name
        grid = self._variant.get((case, name))
        return grid if grid is not None and path in grid.lines else None

    @cached_property
    def scalars(self) -> dict[str, tuple[Given | None, ...]]:
        """Every scalar by path, with what each case has; one of the plan without projects only where it differs."""
        given = [case.projection.scalars for case in self.cases]
        paths = merge_in_order([list(by_path) for by_path in given])
        scalars = {path: tuple(by_path.get(path) for by_path in given) for path in paths}
        return {p: items for p, items in scalars.items() if not _equals_plan(items, scalars.get(_path_in_plan(p)))}

    def scalar(self, path: str) -> str:
        """Return the path of the scalar that holds a value; the plan without projects shares scalars of the plan."""
        return path if path in self.scalars else _path_in_plan(path)

    def node(self, case: int, path: str) -> str:
        """Return a name for a row or scalar, the same in all cases that share its cells."""
        grid = self.grid_of(case, path)
        return f"{grid.number}/{path}" if grid is not None else self.scalar(path)

    def readings(self, case: int, text: str) -> tuple[object, ...]:
        """Return a key of a formula in a case; equal keys in two cases give the same formula of a sheet."""
        grids = [self.grid_of(case, path) for path, _ in term_of(text).references] if "{" in text else []
        return (text, *(id(grid) for grid in grids if grid is not None and grid is not self.model))


def _equals_plan(without: Sequence[Given | None], plan: Sequence[Given | None] | None) -> bool:
    """Tell whether a scalar of the plan without projects equals that of the plan in every case."""
    return plan is not None and all(
        one is None or (it is not None and _drop_prefix(one.formula) == it.formula and (one.value == it.value).all())
        for one, it in zip(without, plan, strict=True)
    )


def _path_in_plan(path: str) -> str:
    """Return the path in the plan of a scalar of the plan without projects; "" for any other scalar."""
    plain = _drop_prefix(path)
    return plain if plain != path else ""


def _drop_prefix(text: str) -> str:
    return text.replace(f"{SAME_WITHOUT}.", "").replace(f"{WITHOUT}.", "")


def _period_blocks(projection: Projection) -> list[Block]:
    return [b for name, b in projection.blocks.items() if not name.endswith(SCHEDULE) and b.continues is None]


def _signature(block: Block) -> tuple[object, ...]:
    rows = tuple((row.path, row.formula, row.before) for row in block.rows.values())
    facts = tuple(np.atleast_2d(block.values[p])[0].tobytes() for p, row in block.rows.items() if not row.formula)
    return block.length, rows, facts


def merge_in_order(lists: Sequence[Sequence[Key]]) -> list[Key]:
    """Return every name of several lists once; a new one comes after the name that it follows in its list."""
    following: dict[Key | None, Key | None] = {None: None}
    for names in lists:
        before = None
        for name in names:
            if name not in following:
                following[name], following[before] = following[before], name
            before = name
    merged, last = list[Key](), None
    while (last := following[last]) is not None:
        merged.append(last)
    return merged
