"""The program of a plan: the formulas of the results that are asked for, as one tape, checked against projections."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from fibercap.core.errors import FibercapError, FormulaError
from fibercap.core.program.fast_machine import FastMachine
from fibercap.core.program.graph import Graph
from fibercap.core.program.numpy_machine import Machine, run
from fibercap.core.program.rounds import settle_rounds
from fibercap.core.program.tape import Tape, tape_of
from fibercap.core.program.unroll import Unroller
from fibercap.model.measures.all_measures import measure_named
from fibercap.model.measures.on_cells import least_money_text, measure_on_cells
from fibercap.model.returns.roots import only_rate
from fibercap.studies.program_inputs import inputs_by_scalar, numbers_by_sample
from fibercap.studies.program_points import points_of, ranges
from fibercap.studies.results import result_named

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from fibercap.core.units import Array
    from fibercap.model.plan.scenario import Scenario
    from fibercap.model.projection import Projection

TOLERANCE: Final = 1e-8
"""Largest difference from a projection, as a share of the largest value of the row."""
SMALL: Final = 1e-13
"""Difference allowed on top, for sums whose terms cancel, as a share of the largest value in the same unit."""
OVER_NOTHING: Final = 1e5
"""A ratio above this divides by almost nothing, such as a few cents of debt, which cancelling sums leave inexact."""
TOLERANCE_OVER_NOTHING: Final = 1e-6
"""Largest difference of such a ratio, as a share of the largest value of the row."""
NO_PROGRAM: Final = "no_program"
"""The code of the error that says why a plan has no program."""
MOST_KEPT: Final = 4
"""How many of the latest programs are kept for reuse."""
_LAST: Final[dict[tuple[int, tuple[tuple[str, str], ...], tuple[str, ...]], PlanProgram]] = {}


@dataclass(frozen=True, repr=False)
class PlanProgram:
    """A tape that works out some results of a plan from some of its inputs, and what its check has shown.

    `inputs` are the addresses of the numbers that it reads, in the order of the tape; `rows` are the results that are
    rows. It was compared with projections at `points` points; the plan refused `refused` corners of the ranges of the
    samples, and `gap` is the largest difference, as a share of the largest value of its row.
    """

    scenario: Scenario
    tape: Tape
    inputs: tuple[str, ...]
    rows: frozenset[str]
    points: int
    refused: int
    gap: float
    ranges: Mapping[tuple[str, str], tuple[float, float]]
    _spare: list[Machine] = field(default_factory=list, compare=False)
    _fast: list[FastMachine] = field(default_factory=list, compare=False)

    def covers(self, samples: Mapping[str, Any]) -> bool:
        """Return whether samples are within the ranges in which the program was checked."""
        return all(
            self.ranges[key][0] <= low and high <= self.ranges[key][1] for key, (low, high) in ranges(samples).items()
        )

    @property
    def manifest(self) -> dict[str, Any]:
        """What is known of it, for the manifest of a run."""
        return {
            "operations": len(self.tape),
            "slots": self.tape.slots,
            "inputs": list(self.inputs),
            "points": self.points,
            "refused": self.refused,
            "gap": self.gap,
        }

    def __getstate__(self) -> dict[str, Any]:
        """Return what another process gets: all but the machines, which it makes anew."""
        return {**self.__dict__, "_spare": [], "_fast": []}

    def __repr__(self) -> str:
        """Return its size in one line."""
        return f"<PlanProgram of {self.scenario.id}: {len(self.tape):,} operations on {len(self.inputs)} inputs>"

    def run(self, sampled: Scenario, *, fast: bool = False) -> dict[str, Array]:
        """Return the results of samples, by name: measures (sample,), rows (sample, period), in house units.

        Parameters
        ----------
        sampled : Scenario
            The plan with samples of the inputs for which the program was made.
        fast : bool
            Run it with numba, on all cores.

        Raises
        ------
        FibercapError
            If it is to be fast, and numba is not installed.
        """
        return self.run_numbers(self.numbers(sampled), fast=fast)

    def numbers(self, sampled: Scenario) -> Array:
        """Return the numbers that the tape reads of a plan with samples, (input, sample).

        Parameters
        ----------
        sampled : Scenario
            The plan with samples of the inputs for which the program was made.
        """
        numbers = numbers_by_sample(sampled)
        count = next(iter(numbers.values())).size
        return np.stack([numbers[address] for address in self.inputs]) if self.inputs else np.empty((0, count))

    def run_numbers(self, values: Array, *, fast: bool = False) -> dict[str, Array]:
        """Return the results of samples, as `run` does, from the numbers that the tape reads.

        Parameters
        ----------
        values : (input, sample)
            Those of `numbers`, or of some of its samples.
        fast : bool
            Run it with numba, on all cores.
        """
        if fast:
            self._fast[:] = self._fast[:1] or [FastMachine(self.tape, only_rate)]
            results = self._fast[0].run(values)
        else:
            results = run(self.tape, values, only_rate, spare=self._spare)
        return {
            name: results[first : first + length].T if name in self.rows else results[first]
            for name, (first, length) in self.tape.results.items()
        }


def program_for(scenario: Scenario, samples: Mapping[str, Any], keep: Sequence[str]) -> PlanProgram:
    """Return the program of a plan as `program_of` does; reuse one of the last few if it fits.

    Parameters
    ----------
    scenario, samples, keep
        As in `program_of`. A program is reused for samples within the ranges in which it was checked.
    """
    key = id(scenario), tuple(ranges(samples)), tuple(keep)
    kept = _LAST.get(key)
    # `is`: Python gives the id of a scenario that is gone to another one.
    if kept is not None and kept.scenario is scenario and kept.covers(samples):
        return kept
    program = _LAST[key] = program_of(scenario, samples, keep)
    while len(_LAST) > MOST_KEPT:
        _LAST.pop(next(iter(_LAST)))
    return program


def program_of(scenario: Scenario, samples: Mapping[str, Any], keep: Sequence[str]) -> PlanProgram:
    """Return the program of a plan for samples of some inputs, compared with projections.

    Parameters
    ----------
    scenario : Scenario
        The plan.
    samples : mapping
        Samples by path of an input, as `sample_values` gives them; they set the ranges in which the program is checked.
    keep : sequence of str
        Names of measures and paths of rows.

    Raises
    ------
    FibercapError
        If the plan refuses one of the samples, or has no program: a formula depends on itself, or has no value in a
        column, or a result differs from that of a projection.

    Source
    ------
    Formulas of rows, unrolled into cells; docs/architecture.md.
    """
    points = points_of(scenario, samples)
    projection = points.projection
    addresses = inputs_by_scalar(projection)
    inputs = tuple(dict.fromkeys(addresses.values()))
    rows = frozenset(name for name in keep if name in projection.rows)
    try:
        tape = _tape(projection, inputs, addresses, keep)
    except FormulaError as error:
        raise FibercapError("no_program", error.found) from None
    program = PlanProgram(scenario, tape, inputs, rows, points.number, points.refused, 0.0, ranges(samples))
    return replace(program, gap=_largest_gap(program.run(projection.scenario), projection))


def _tape(projection: Projection, inputs: tuple[str, ...], addresses: Mapping[str, str], keep: Sequence[str]) -> Tape:
    """Return the tape that works out some results; `addresses` has the input that each scalar holds."""
    graph = Graph(len(inputs))
    nodes = dict(zip(inputs, graph.inputs, strict=True))
    scalars = {scalar: nodes[address] for scalar, address in addresses.items()}
    blocks = tuple(projection.blocks.values())
    cells = settle_rounds(Unroller(graph, blocks, scalars, lambda row: least_money_text(projection, row)))
    results = {
        name: cells.columns(name)
        if name in projection.rows
        else [measure_on_cells(cells, projection, measure_named(projection, name))]
        for name in keep
    }
    return tape_of(graph, results)


def _largest_gap(results: Mapping[str, Array], projection: Projection) -> float:
    """Return the largest difference from a projection, as a share of the largest value of the row.

    Raises
    ------
    FibercapError
        If one is too large, or a cell is defined in one of them alone.
    """
    largest, least = 0.0, _least_by_unit(projection)
    for name, values in results.items():
        wanted = result_named(projection, name)
        unit = projection.rows[name].unit if name in projection.rows else projection.measures[name].unit
        small = least.get(unit, SMALL)
        size = np.nanmax(np.abs(wanted), initial=0.0)
        # More than TOLERANCE where the difference is more than TOLERANCE * size + small.
        apart = np.abs(values - wanted) / (size + small / TOLERANCE)
        tolerance = TOLERANCE_OVER_NOTHING if unit == "" and size > OVER_NOTHING else TOLERANCE
        differs = (np.isnan(values) != np.isnan(wanted)) | (apart > tolerance)
        if differs.any():
            sample, *column = np.argwhere(differs)[0].tolist()
            place = f"`{name}`" + (f" in column {column[0] + 1}" if column else "")
            values_text = f"{values[differs][0]:g} instead of {wanted[differs][0]:g}"
            raise FibercapError("no_program", f"the program gives {values_text} for {place} at point {sample + 1}")
        largest = max(largest, float(np.nanmax(apart, initial=0.0)))
    return largest


def _least_by_unit(projection: Projection) -> dict[str, float]:
    """Return the differences that count as none, by unit: of money the trifle, of others a share of the largest."""
    largest: dict[str, float] = {}
    for path, row in projection.period_rows.items():
        values = np.abs(projection.value(path))
        largest[row.unit] = max(
            largest.get(row.unit, 1.0), float(np.max(values, where=np.isfinite(values), initial=0.0))
        )
    least = {unit: SMALL * value for unit, value in largest.items()}
    return least | {projection.scenario.currency: float(np.max(projection.trifle.value))}
