"""The cells of all options of a plan on one graph, whose inputs are the numbers that a reader may move."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from fibercap.core.errors import FibercapError, FormulaError
from fibercap.core.program.graph import Graph
from fibercap.core.program.operations import Do
from fibercap.core.program.rounds import settle_rounds
from fibercap.core.program.unroll import Unroller
from fibercap.core.timeline import FLOW, STOCK
from fibercap.model.horizon.run_off import RUN_OFF
from fibercap.model.measures.all_measures import measure_named
from fibercap.model.measures.on_cells import least_money_text, measure_on_cells
from fibercap.model.project import project
from fibercap.studies.claims import ROUNDING
from fibercap.studies.covenants import FLOORS
from fibercap.studies.live.free_inputs import free_inputs, points_of
from fibercap.studies.program_inputs import inputs_by_scalar, numbers_by_sample

if TYPE_CHECKING:
    from collections.abc import Mapping

    from fibercap.core.program.node import Value
    from fibercap.core.units import Array
    from fibercap.model.plan.scenario import Scenario
    from fibercap.model.projection import Projection
    from fibercap.studies.live.free_inputs import Points
    from fibercap.studies.verdict.numbers_of_options import Number

STRICT: Final = frozenset({"above", "below"})
EXACT: Final = 1e-11
"""Differences below this share of a number are errors of rounding."""


@dataclass(frozen=True)
class OptionCells:
    """The cells of one option; `projection` has the points at which they are compared, the first as written."""

    cells: Unroller
    projection: Projection

    @property
    def graph(self) -> Graph:
        """The graph of all options."""
        return self.cells.graph

    def columns(self, path: str) -> list[Value]:
        """Return the cells of a row in its own periods."""
        return self.cells.columns(path)

    def to_maturity(self, path: str) -> list[Value]:
        """Return the cells of a row over the horizon, and over the run-off if it goes on there."""
        later = f"{RUN_OFF}.{path}"
        known = self.projection.blocks[RUN_OFF].values if self.projection.run_off is not None else ()
        return [*self.columns(path), *(self.columns(later) if later in known else ())]

    def by(self, path: str, step: str) -> list[Value]:
        """Return a row by year, quarter or month: flows summed, stocks at the end, rates averaged."""
        row, groups = self.columns(path), self.projection.timeline.groups(step)
        nature = self.projection.rows[path].nature
        return [self.together(row[part], nature) for part in groups.values()]

    def together(self, part: list[Value], nature: str) -> Value:
        """Return what several periods of a row give together."""
        if nature == STOCK:
            return part[-1]
        total: Value = 0.0
        for value in part:
            total = self.graph.apply(Do.ADD, total, value)
        return total if nature == FLOW else self.graph.apply(Do.DIVIDE, total, float(len(part)))

    def measure(self, name: str) -> Value:
        """Return the cell of a measure."""
        return measure_on_cells(self.cells, self.projection, measure_named(self.projection, name))

    def size(self, value: Value) -> Value:
        """Return a value without its sign."""
        return self.graph.apply(Do.MAXIMUM, value, self.graph.apply(Do.MULTIPLY, -1.0, value))

    def is_defined(self, value: Value) -> Value:
        """Return 1 where a value is a number, 0 where it is undefined."""
        return self.graph.apply(Do.EQUAL, value, value)

    def holds(self, comparator: str, value: Value, limit: Value, room: Value) -> Value:
        """Return 1 where a value keeps its limit, compared as in `studies/claims.py`; 0 where it is undefined."""
        apply = self.graph.apply
        slack = apply(Do.MULTIPLY, ROUNDING, apply(Do.MAXIMUM, self.size(value), self.size(limit)))
        if comparator == "about":
            off = self.size(apply(Do.SUBTRACT, value, limit))
            return apply(Do.AT_MOST, off, apply(Do.ADD, room, slack))
        above = comparator in FLOORS
        low, high = (limit, value) if above else (value, limit)
        sign = Do.ADD if comparator in STRICT else Do.SUBTRACT
        return apply(Do.LESS if comparator in STRICT else Do.AT_MOST, apply(sign, low, slack), high)


@dataclass(frozen=True)
class PlanCells:
    """The cells of all options on one graph, the inputs of which have the order of `points`."""

    graph: Graph
    points: Points
    options: Mapping[str, OptionCells]

    @property
    def inputs(self) -> tuple[Number, ...]:
        """The inputs of the graph."""
        return self.points.inputs

    @property
    def values(self) -> Array:
        """The values of the inputs at the points, (input, point): house units, or factors on several values."""
        rows = [
            [number.value_at(f) for f in row] if number.alone else row
            for number, row in zip(self.inputs, self.points.factors, strict=True)
        ]
        return np.array(rows, dtype=float).reshape(len(self.inputs), -1)

    def value_of(self, of: OptionCells, values: Array) -> Value:
        """Return the cell of a number that the plan holds: the number, or a node where it follows an input."""
        if (values == values[:1]).all():
            return float(values[0])
        moved = inputs_of_option(self, of.projection.scenario.option or "")
        return _node(self, self.values[moved], moved, values, "a limit")


def plan_cells(plans: Mapping[str, Scenario]) -> PlanCells:
    """Return the cells of all options of a plan.

    Parameters
    ----------
    plans : mapping
        The options by name, or the plan alone under its own name.

    Raises
    ------
    FibercapError
        If the plan has no program: an input decides something that has no formula of it, or a formula depends on
        itself.
    """
    points = points_of(plans, free_inputs(plans))
    graph = Graph(len(points.inputs))
    cells = PlanCells(graph, points, {})
    options: dict[str, OptionCells] = {}
    like: Projection | None = None
    for name, plan in points.plans.items():
        like = project(plan, like)
        options[name] = _option(cells, name, like)
    return PlanCells(graph, points, options)


def inputs_of_option(cells: PlanCells, option: str) -> list[int]:
    """Return the inputs that count in an option, by number."""
    return [n for n, number in enumerate(cells.inputs) if option in dict(number.by_option)]


def _option(cells: PlanCells, name: str, projection: Projection) -> OptionCells:
    numbers = numbers_by_sample(projection.scenario)
    addresses = inputs_by_scalar(projection)
    values = cells.values
    moved = inputs_of_option(cells, name)
    nodes = {
        address: _node(cells, values[moved], moved, numbers[address], address) for address in {*addresses.values()}
    }
    scalars = {scalar: nodes[address] for scalar, address in addresses.items()}
    blocks = tuple(projection.blocks.values())
    try:
        unrolled = Unroller(cells.graph, blocks, scalars, lambda row: least_money_text(projection, row))
        return OptionCells(settle_rounds(unrolled), projection)
    except FormulaError as error:
        raise FibercapError("no_program", error.found) from None


def _node(cells: PlanCells, inputs: Array, moved: list[int], wanted: Array, address: str) -> Value:
    """Return the node of a number of the plan: an input, times a factor if it is in another unit, plus an amount."""
    apply, graph = cells.graph.apply, cells.graph
    named = sorted(range(len(moved)), key=lambda n: not address.startswith(cells.inputs[moved[n]].name))
    for n in named:
        row = inputs[n]
        factor = (wanted[-1] - wanted[0]) / (row[-1] - row[0])
        offset = wanted[0] - factor * row[0]
        slack = EXACT * float(np.abs(wanted).max())
        if np.abs(factor * row + offset - wanted).max() <= slack:
            factor = 1.0 if abs(factor - 1.0) < EXACT else float(factor)
            node = apply(Do.MULTIPLY, factor, graph.inputs[moved[n]])
            return apply(Do.ADD, float(offset), node) if abs(offset) > slack else node
    raise FibercapError("no_program", f"`{address}` follows no single input")
