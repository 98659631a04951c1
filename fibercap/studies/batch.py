"""Batches: a scenario with many samples of its inputs, projected in chunks that fit the cache."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final, Literal

import numpy as np

from fibercap.core.errors import FibercapError
from fibercap.core.program.fast_machine import has_numba, refuse_without_numba
from fibercap.core.program.numpy_machine import samples_together
from fibercap.core.threads import one_blas_thread
from fibercap.core.units import Array, Samples
from fibercap.model.plan.samples import sample_values
from fibercap.model.project import project
from fibercap.studies.plan_program import NO_PROGRAM, PlanProgram, program_for
from fibercap.studies.results import result_named

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from fibercap.model.plan.scenario import Scenario
    from fibercap.model.projection import Projection

CHUNK: Final = 1000
"""Samples that are projected together; a few hundred rows of them fit in the cache (see benchmarks)."""
TOGETHER: Final = 30_000_000
"""Values in memory at once; of a large plan, fewer than `CHUNK` samples are projected together."""
MANY: Final = 3000
"""Samples from which on making a program takes less time than it saves."""
VERY_MANY: Final = 200_000
"""Samples from which on numba takes less time to start, and to compile its loops once for all plans, than it saves."""
FAST_TOGETHER: Final = 100_000
"""Samples that are handed to numba together."""
PER_INPUT: Final = 13
"""Values of one sample for each input and period, about; shipped scenarios have 9 to 19."""
_SMALL: Final = TOGETHER // CHUNK
"""Inputs times periods below which a plan is not large; the rows of such a plan are not counted."""


def size_of(*projections: Projection) -> int:
    """Return how many values (rows times periods) one sample of the largest of some projections has."""
    return max(
        sum(block.length * len(block.rows) for block in projection.blocks.values()) for projection in projections
    )


def size_if_large(scenario: Scenario) -> int | None:
    """Return how many values one sample of a large plan has; None, without a projection, if the plan is not large."""
    if len(scenario.inputs()) * scenario.timeline.count < _SMALL:
        return None
    return size_of(project(scenario))


def chunk_of(scenario: Scenario) -> int:
    """Return how many samples of a scenario are projected together; its values are estimated from its inputs."""
    values = len(scenario.inputs()) * scenario.timeline.count * PER_INPUT
    return min(max(TOGETHER // values, 1), CHUNK)


class Results(dict[str, Array]):
    """Results of samples by name; `program` is what computed them, None for projections, and `why` then says why."""

    program: PlanProgram | None = None
    why: str = ""


@one_blas_thread()
def evaluate(
    scenario: Scenario,
    draws: Mapping[str, Any],
    keep: Sequence[str],
    *,
    chunk: int | None = None,
    by: Literal["fastest", "program", "fast", "rows"] = "fastest",
) -> Results:
    """Project a scenario once for every sample of some inputs, and return some measures and rows.

    Parameters
    ----------
    scenario : Scenario
        The plan.
    draws : mapping
        By path of an input: `("USD/km", values)`, a pint Quantity, or numbers without a unit, of shape (sample,) or
        (sample, 1); or `{"times": ...}` or `{"plus": ...}` with such values, which change the written value. All inputs
        need the same number of samples. A series over time can only be changed, not replaced.
    keep : sequence of str
        Names of measures (`project_npv`, `all_in_cost.fleet`) and paths of rows (`accounts.cash`).
    chunk : int, optional
        Samples that are computed together; if not given, 1,000 by rows or 5,000 by a program, fewer for a large plan.
        It changes speed and memory, not results.
    by : str
        `program` makes one tape of the formulas that the results need, compares it with projections at 16 points, and
        runs it; `fast` runs it with numba on all cores (`pip install 'fibercap[fast]'`); `rows` projects all rows. All
        give the same but for rounding. `fastest` takes a program for many samples, 3,000 or more, with numba from
        200,000 on if it is installed, and rows where a plan has no program; `why` of the results says so.

    Returns
    -------
    dict
        By name: measures of shape (sample,), nan where undefined; rows of shape (sample, period). In house units. Its
        attribute `program` is the program, if one was used.

    Raises
    ------
    FibercapError
        If `draws` or `keep` is empty, the numbers of samples differ, or a name is unknown; with `by="program"` or
        `by="fast"`, also if the plan has none; with `by="fast"`, also if numba is not installed.
    ScenarioError
        If an input cannot differ by sample, or a sample is out of its bounds; the message counts it within its chunk.
    """
    samples = {path: sample_values(value) for path, value in draws.items()}
    number = _number_of_samples(samples, keep, chunk)
    results = Results()
    if by == "fast":
        refuse_without_numba()
    if by == "rows" or (by == "fastest" and number < MANY):
        results.why = "rows are asked for" if by == "rows" else f"rows are faster for fewer than {MANY:,} samples"
    else:
        try:
            results.program = program_for(scenario, samples, keep)
        except FibercapError as error:
            if by in ("program", "fast") or error.code != NO_PROGRAM:
                raise
            results.why = str(error)
    program, fast = results.program, by == "fast" or (by == "fastest" and number >= VERY_MANY and has_numba())
    chunk = chunk or (_together(program, fast=fast) if program else chunk_of(scenario))
    # -(-a // b) rounds up: as few parts as possible, and no small one at the end.
    chunk = max(-(-number // max(-(-number // chunk), 1)), 1)  # parts of about one size
    for start in range(0, number, chunk):
        part = slice(start, min(start + chunk, number))
        sampled = scenario.with_samples({path: _part(value, part) for path, value in samples.items()})
        part_results = program.run(sampled, fast=fast) if program else _project_results(sampled, keep)
        for name, values in part_results.items():
            if name not in results:
                results[name] = np.empty((number, *values.shape[1:]))
            results[name][part] = values
    return results


def _together(program: PlanProgram, *, fast: bool) -> int:
    """Return how many samples are handed to a program together."""
    values = len(program.tape.constant) + program.tape.inputs
    return max(min(FAST_TOGETHER, TOGETHER // values), 1) if fast else samples_together(program.tape)


def _project_results(sampled: Scenario, keep: Sequence[str]) -> dict[str, Array]:
    projection = project(sampled)
    return {name: result_named(projection, name) for name in keep}


def _number_of_samples(samples: Mapping[str, Any], keep: Sequence[str], chunk: int | None) -> int:
    """Return the number of samples of all inputs.

    Raises
    ------
    FibercapError
        If there are no samples or no results to keep, or the inputs have different numbers of samples.
    """
    counts = {name: np.shape(getattr(value, "magnitude", value))[:1] for name, value in _numbers_by_name(samples)}
    if not counts or not keep or (chunk is not None and chunk < 1):
        way = "name at least one input with samples and one result to keep, in chunks of one sample or more"
        raise FibercapError("unfit_draws", "there are no samples, or no results to keep", way)
    if len(set(counts.values())) > 1:
        counts_text = ", ".join(f"{path}: {shape[0] if shape else 'no axis'}" for path, shape in counts.items())
        message = f"the inputs have different numbers of samples ({counts_text})"
        raise FibercapError("unfit_draws", message, "give each the same")
    return int(next(iter(counts.values()))[0])


def _numbers_by_name(samples: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Yield the values of each input with its path; the path of a change ends with its operator, `times` or `plus`."""
    for path, value in samples.items():
        if isinstance(value, Mapping):
            yield from ((f"{path}, {operator}", operand) for operator, operand in value.items())
        else:
            yield path, value


def _part(value: Any, part: slice) -> Any:
    """Return some of the samples of an input."""
    if isinstance(value, Mapping):
        return {operator: _part(operand, part) for operator, operand in value.items()}
    return Samples(value.magnitude[part], value.units) if isinstance(value, Samples) else value[part]
