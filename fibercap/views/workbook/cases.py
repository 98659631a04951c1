"""The financing options of a scenario, laid side by side: every row and scalar with what it is in each of them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Final, TypeVar

import numpy as np

from fibercap.core.components import circles
from fibercap.core.dependencies import references
from fibercap.core.errors import FibercapError
from fibercap.core.formula_text import term_of
from fibercap.model.cover.twelve_months import LEVERAGE, NO_EBITDA
from fibercap.model.horizon.run_off import RUN_OFF
from fibercap.model.law_texts import law_texts
from fibercap.model.project import project
from fibercap.model.worth.without_projects import SAME_WITHOUT, WITHOUT

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from fibercap.core.rows import Block, Given, Row
    from fibercap.core.units import Array
    from fibercap.model.plan.scenario import Scenario
    from fibercap.model.projection import Projection

Name = TypeVar("Name", str, tuple[str, ...])
AS_WRITTEN: Final = "as written"
SCHEDULE: Final = ".schedule"
SHOWN_LATER: Final = (
    "time.date", "accounts.cash", "accounts.debt", "accounts.llcr_at_payments", "accounts.plcr_at_payments",
    "accounts.dscr_12m_at_payments", "accounts.interest_cover_12m_at_payments", "accounts.debt_moves",
)  # fmt: skip
"""The rows for which, and for what they rest on, there is a sheet of the run-off."""


@dataclass(frozen=True)
class Case:
    """One way to pay for the plan: its name, its title, what it leads to."""

    name: str
    title: str
    projection: Projection


def cases_of(scenario: Scenario) -> tuple[list[Case], dict[str, str]]:
    """Return the scenario as it is written and each of its options; and the options that cannot be in one workbook.

    An option that moves the horizon or the reporting currency has other columns; it is left out, with the reason. A
    scenario over which an option has been laid stands alone.
    """
    first = project(scenario)
    cases, left_out = [Case(scenario.option or AS_WRITTEN, scenario.title, first)], {}
    for name, option in scenario.options.items() if scenario.option is None else ():
        plan = scenario.with_option(name)
        if plan.timeline != scenario.timeline:
            left_out[name] = "it has another horizon, and so other columns"
        elif plan.currency != scenario.currency:
            left_out[name] = f"it reports in {plan.currency}"
        else:
            more = [*cases, Case(name, option.title or name, project(plan, first))]
            if turns(more):
                left_out[name] = "its loans and those as written rest on cash in different ways: together, a circle"
            else:
                cases = more
    if any(case.projection.draws > 1 for case in cases):
        raise FibercapError("unfit_draws", "a batch of draws has no workbook", "export one run")
    return cases, left_out


def turns(cases: Sequence[Case]) -> bool:
    """Tell whether rows of some periods would rest on themselves if the formulas of all cases stood in one workbook."""
    if len({tuple(n for n, loan in c.projection.scenario.loans.items() if loan.needs_cash) for c in cases}) == 1:
        return False
    union = Union(cases)
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
class Line:
    """A row of a grid, with its formula and values in each case; None where a case has no such row."""

    path: str
    row: Row
    rows: tuple[Row | None, ...]
    values: tuple[Array | None, ...]

    @property
    def bare(self) -> bool:
        """Tell whether it is a value in every case: a fact of the calendar, or an input over time."""
        return all(row is None or not row.formula for row in self.rows)


@dataclass(frozen=True)
class Grid:
    """Lines that share columns: the model's periods, those of the run-off, or the events of one loan.

    The last two are as the cases in `members` have them. `dates` is the line of the columns' days.
    """

    number: int
    name: str
    length: int
    members: tuple[int, ...]
    lines: dict[str, Line]

    @property
    def dates(self) -> str:
        """The line that holds the day of each column."""
        if self.name.endswith(SCHEDULE):
            return f"{self.name}.date"
        return f"{self.name}.time.date" if self.name else "time.date"


class Union:
    """Every row and scalar of all cases."""

    def __init__(self, cases: Sequence[Case]) -> None:
        self.cases = tuple(cases)
        self._variant: dict[tuple[int, str], Grid] = {}
        everyone = tuple(range(len(self.cases)))
        self.model = Grid(0, "", self._first.timeline.count, everyone, self._lines(everyone, _in_periods))
        self.run_offs = [self._pruned(grid) for grid in self._variants(RUN_OFF, 1, lambda block: (block.length,))]
        self.schedules: list[Grid] = []
        for name in self._loans():
            self.schedules += self._variants(name, len(self.run_offs) + len(self.schedules) + 1, _signature)

    def _pruned(self, grid: Grid) -> Grid:
        """Return a run-off with what cover, covenants, cash and the laws rest on; JSON has all of its rows."""
        wanted = {f"{RUN_OFF}.{path}" for path in SHOWN_LATER}
        for number in grid.members:
            projection = self.cases[number].projection
            blocks = [block for block in projection.blocks.values() if block.continues is None]
            texts = [row.after for block in blocks for row in block.rows.values()]
            texts += [r.formula for b in blocks if b.name.endswith(SCHEDULE) for r in b.rows.values()]
            texts += [law.text for law in law_texts(projection)]
            wanted |= {path for text in texts if RUN_OFF in text for path in references(text)}
            wanted |= {f"{RUN_OFF}.loans.{name}.dscr_12m_at_payments" for name in projection.scenario.loans}
            terms = projection.scenario.loans.values()
            promised = [covenant for loan in terms for covenant in loan.covenants.values()]
            wanted |= {f"{RUN_OFF}.{row}" for covenant in promised for row in (covenant.row, covenant.tested)}
            if any(covenant.tested in LEVERAGE for covenant in promised):
                wanted.add(f"{RUN_OFF}.{NO_EBITDA}")
        waiting, kept = list(wanted), set[str]()
        while waiting:
            path = waiting.pop()
            if path in grid.lines and path not in kept:
                kept.add(path)
                waiting += [own for row in grid.lines[path].rows if row is not None for own in references(row.formula)]
        lines = {path: line for path, line in grid.lines.items() if path in kept}
        pruned = replace(grid, lines=lines)
        self._variant |= {(number, RUN_OFF): pruned for number in grid.members}
        return pruned

    @property
    def grids(self) -> tuple[Grid, ...]:
        """Every grid: the model's periods first, then those of run-offs and loans."""
        return (self.model, *self.run_offs, *self.schedules)

    @property
    def _first(self) -> Projection:
        return self.cases[0].projection

    def _loans(self) -> list[str]:
        return merged([[n for n in case.projection.blocks if n.endswith(SCHEDULE)] for case in self.cases])

    def _lines(self, members: tuple[int, ...], blocks_of: Callable[[Projection], Iterable[Block]]) -> dict[str, Line]:
        blocks = {number: list(blocks_of(self.cases[number].projection)) for number in members}
        rows = {n: {path: row for b in own for path, row in b.rows.items()} for n, own in blocks.items()}
        values = {n: {path: value for b in own for path, value in b.values.items()} for n, own in blocks.items()}
        lines = {}
        for path in merged([list(own) for own in rows.values()]):
            here = tuple(rows.get(number, {}).get(path) for number in range(len(self.cases)))
            amounts = tuple(values.get(number, {}).get(path) for number in range(len(self.cases)))
            row = next(row for row in here if row is not None)
            lines[path] = Line(path, row, here, tuple(None if a is None else np.atleast_2d(a)[0] for a in amounts))
        return lines

    def _variants(self, name: str, first: int, alike: Callable[[Block], tuple[object, ...]]) -> list[Grid]:
        """Return the grids of a block, one for all cases in which it is alike.

        A loan's schedule is so where its rows, formulas and calendar are the same, a run-off where it lasts as long.
        """
        groups: dict[tuple[object, ...], list[int]] = {}
        for number, case in enumerate(self.cases):
            block = case.projection.blocks.get(name)
            if block is not None:
                groups.setdefault(alike(block), []).append(number)
        grids: list[Grid] = []
        for members in groups.values():
            block = self.cases[members[0]].projection.blocks[name]
            lines = self._lines(tuple(members), lambda projection: [projection.blocks[name]])
            grid = Grid(first + len(grids), name, block.length, tuple(members), lines)
            grids.append(grid)
            self._variant |= {(number, name): grid for number in members}
        return grids

    def grid_of(self, case: int, path: str) -> Grid | None:
        """Return the grid in which a case has a row; None for a scalar."""
        if path in self.model.lines:
            return self.model
        name = path[: path.index(SCHEDULE) + len(SCHEDULE)] if SCHEDULE in path else ""
        name = RUN_OFF if path.startswith(f"{RUN_OFF}.") else name
        grid = self._variant.get((case, name))
        return grid if grid is not None and path in grid.lines else None

    @cached_property
    def scalars(self) -> dict[str, tuple[Given | None, ...]]:
        """Every scalar by path, as each case gives it; those of the plan without projects only where they differ."""
        given = [case.projection.given for case in self.cases]
        found = {path: tuple(own.get(path) for own in given) for path in merged([list(own) for own in given])}
        return {path: own for path, own in found.items() if not _shared(own, found.get(_alias(path)))}

    def scalar(self, path: str) -> str:
        """Return under which path a scalar stands: the plan without projects shares those of the plan."""
        return path if path in self.scalars else _alias(path)

    def node(self, case: int, path: str) -> str:
        """Return the one name of a row or scalar, whatever its case."""
        grid = self.grid_of(case, path)
        return f"{grid.number}/{path}" if grid is not None else self.scalar(path)

    def readings(self, case: int, text: str) -> tuple[object, ...]:
        """Return what a formula reads in a case: the same tuple in two cases is the same formula of a sheet."""
        grids = [self.grid_of(case, path) for path, _ in term_of(text).references] if "{" in text else []
        return (text, *(id(grid) for grid in grids if grid is not None and grid is not self.model))


def _shared(own: Sequence[Given | None], plain: Sequence[Given | None] | None) -> bool:
    """Tell whether a scalar of the plan without projects is that of the plan in every case."""
    return plain is not None and all(
        mine is None or (it is not None and _bare(mine.formula) == it.formula and (mine.value == it.value).all())
        for mine, it in zip(own, plain, strict=True)
    )


def _alias(path: str) -> str:
    """Return the scalar of the plan itself for one of the plan without projects."""
    bare = _bare(path)
    return bare if bare != path else ""


def _bare(text: str) -> str:
    return text.replace(f"{SAME_WITHOUT}.", "").replace(f"{WITHOUT}.", "")


def _in_periods(projection: Projection) -> list[Block]:
    return [b for name, b in projection.blocks.items() if not name.endswith(SCHEDULE) and b.continues is None]


def _signature(block: Block) -> tuple[object, ...]:
    rows = tuple((row.path, row.formula, row.before) for row in block.rows.values())
    facts = tuple(np.atleast_2d(block.values[p])[0].tobytes() for p, row in block.rows.items() if not row.formula)
    return block.length, rows, facts


def merged(lists: Sequence[Sequence[Name]]) -> list[Name]:
    """Return every name once, each new one after the one it follows in its own list."""
    found = list(lists[0]) if lists else []
    known = set(found)
    for names in lists[1:]:
        place = 0
        for name in names:
            if name not in known:
                found.insert(place, name)
                known.add(name)
            place = found.index(name) + 1
    return found


def partition(keys: Sequence[object]) -> tuple[int, ...]:
    """Return the number of each key among the distinct ones, from 1: `(a, a, b)` gives `(1, 1, 2)`."""
    numbers: dict[object, int] = {}
    return tuple(numbers.setdefault(key, len(numbers) + 1) for key in keys)
