"""Batches: a scenario with many samples of its inputs, projected in chunks that fit the cache."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from fibercap.core.errors import FibercapError
from fibercap.core.threads import one_blas_thread
from fibercap.core.units import Drawn
from fibercap.model.measures.all_measures import measure_named
from fibercap.model.plan.samples import sample_values
from fibercap.model.project import project

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from fibercap.core.units import Array
    from fibercap.model.plan.scenario import Scenario
    from fibercap.model.projection import Projection

CHUNK: Final = 1000
"""Samples that are projected together; a few hundred rows of so many samples stay in the cache (see benchmarks)."""
TOGETHER: Final = 30_000_000
"""Values in memory at once; of a large plan, fewer than `CHUNK` samples are projected together."""
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
    """Return how many samples of a scenario are projected together."""
    return min(max(TOGETHER // (size_if_large(scenario) or 1), 1), CHUNK)


@one_blas_thread()
def evaluate(
    scenario: Scenario, draws: Mapping[str, Any], keep: Sequence[str], *, chunk: int | None = None
) -> dict[str, Array]:
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
        Samples that are projected together; 1,000 if not given, fewer for a large plan. It changes speed and memory,
        not results.

    Returns
    -------
    dict
        By name: measures of shape (sample,), nan where undefined; rows of shape (sample, period). In house units.

    Raises
    ------
    FibercapError
        If `draws` or `keep` is empty, the numbers of samples differ, or a name is unknown.
    ScenarioError
        If an input cannot differ by sample, or a sample is out of its bounds; the message counts it within its chunk.
    """
    draws = {path: sample_values(value) for path, value in draws.items()}
    counts = {name: np.shape(getattr(value, "magnitude", value))[:1] for name, value in _numbers_by_name(draws)}
    if not counts or not keep or (chunk is not None and chunk < 1):
        way = "name at least one input with samples and one result to keep, in chunks of one sample or more"
        raise FibercapError("unfit_draws", "there are no samples, or no results to keep", way)
    if len(set(counts.values())) > 1:
        counts_text = ", ".join(f"{path}: {shape[0] if shape else 'no axis'}" for path, shape in counts.items())
        message = f"the inputs have different numbers of samples ({counts_text})"
        raise FibercapError("unfit_draws", message, "give each the same")
    number = next(iter(counts.values()))[0]
    results: dict[str, Array] = {}
    chunk = chunk or chunk_of(scenario)
    for start in range(0, number, chunk):
        part = slice(start, min(start + chunk, number))
        projection = project(scenario.with_samples({path: _part(value, part) for path, value in draws.items()}))
        for name in keep:
            values = _result_named(projection, name)
            result = results.setdefault(name, np.empty((number, *values.shape[1:])))
            result[part] = values
    return results


def _numbers_by_name(draws: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Yield the values of each input with its path; the path of a change ends with its operator, `times` or `plus`."""
    for path, value in draws.items():
        if isinstance(value, Mapping):
            yield from ((f"{path}, {operator}", operand) for operator, operand in value.items())
        else:
            yield path, value


def _part(value: Any, part: slice) -> Any:
    """Return some of the samples of an input."""
    if isinstance(value, Mapping):
        return {operator: _part(operand, part) for operator, operand in value.items()}
    return Drawn(value.magnitude[part], value.units) if isinstance(value, Drawn) else value[part]


def _result_named(projection: Projection, name: str) -> Array:
    """Return a row (sample, period) or a measure (sample,) by name."""
    if name in projection.rows:
        return projection.value(name)
    values = measure_named(projection, name).values
    return np.broadcast_to(values, (projection.samples,))
