"""What drives a result: rank correlations, and first-order and total Sobol indices of independent groups of inputs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from fibercap.studies.chances.estimates import Estimate
from fibercap.studies.chances.points import SCRAMBLES, sobol_points
from fibercap.studies.chances.runs import Runs

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from fibercap.core.units import Array
    from fibercap.studies.chances.sampling import Sampler
    from fibercap.studies.chances.simulate import Case, Simulation

BASE: Final = 512
"""Points of each of the two tables from which the indices are computed, if nothing else is asked for."""
RANKED: Final = 16_384
"""Samples from which rank correlations are computed, if there are more."""
APART: Final = 1
"""Added to the seed, so that the points of the indices are not those of the samples."""


@dataclass(frozen=True)
class Driver:
    """How much of a result's spread a group of inputs explains.

    Parameters
    ----------
    inputs : tuple of str
        Names of uncertain inputs that move together; most groups have one.
    first, total : Estimate
        First-order and total Sobol index: the share of the variance that the group explains alone, and with all that it
        does together with others.
    ranks : mapping
        Rank correlation (Spearman's) of each input with the result; of a walk or shock, of its factor in the last year.
    """

    inputs: tuple[str, ...]
    first: Estimate
    total: Estimate
    ranks: dict[str, float]


def groups_of(sampler: Sampler) -> list[tuple[str, ...]]:
    """Return the uncertain inputs in groups that do not depend on one another, in the order of the file."""
    together = [(pair.one, pair.other) for pair in sampler.uncertain.pairs.values()]
    for name, uncertain in sampler.uncertain.inputs.items():
        shock = uncertain.distribution.year_shock
        if shock is not None and shock.starts_with:
            together.append((name, shock.starts_with))
    group = {name: name for name in sampler.uncertain.inputs}
    for one, other in together:
        group = {name: group[one] if root == group[other] else root for name, root in group.items()}
    return [tuple(name for name in group if group[name] == root) for root in dict.fromkeys(group.values())]


def sobol_indices(one: Array, other: Array, mixed: Sequence[Array]) -> list[tuple[Estimate, Estimate]]:
    """Return the first-order and the total index of each group.

    Parameters
    ----------
    one, other : (sample,)
        The result on two independent tables of points, A and B.
    mixed : sequence of (sample,)
        For each group, the result on A with the group's columns of B.

    Source
    ------
    Saltelli and others (2010), Variance based sensitivity analysis of model output: first-order index of the authors,
    total index of Jansen (1999).
    """
    indices = []
    for result in mixed:
        pairs = np.stack([one, other, result], axis=1)
        indices.append((_of(pairs, _first_order), _of(pairs, _total)))
    return indices


def _of(pairs: Array, index: Callable[[Array], float]) -> Estimate:
    """Return an index of all samples, with the standard error of those of its scrambles."""
    complete = np.asarray(~np.isnan(pairs).any(axis=1))
    parts = [index(pairs[scramble::SCRAMBLES][complete[scramble::SCRAMBLES]]) for scramble in range(SCRAMBLES)]
    return Estimate(index(pairs[complete]), float(np.std(parts, ddof=1)) / len(parts) ** 0.5)


def _first_order(pairs: Array) -> float:
    one, other, mixed = pairs.T
    return float(np.mean(other * (mixed - one)) / np.var(np.concatenate([one, other])))


def _total(pairs: Array) -> float:
    one, other, mixed = pairs.T
    return float(np.mean((one - mixed) ** 2) / 2 / np.var(np.concatenate([one, other])))


def drivers(simulation: Simulation, case: Case, measure: str, base: int = BASE) -> list[Driver]:
    """Return what drives a measure, the strongest first.

    Parameters
    ----------
    simulation, case : Simulation, Case
        What was simulated, and the plan or option of it.
    measure : str
        The measure; it must be kept.
    base : int
        Points of each table, a power of two; the plan is projected this often for each group, and twice more.
    """
    sampler = simulation.sampler
    count = sampler.dimensions
    points = sobol_points(2 * count, sampler.seed + APART, range(base))
    one, other = points[:, :count], points[:, count:]
    groups = groups_of(sampler)
    tables = [one, other]
    for group in groups:
        mixed = one.copy()
        for axis in sampler.axes:
            if axis.name in group:
                mixed[:, axis.columns] = other[:, axis.columns]
        tables.append(mixed)
    runs = Runs(case.job, case.base)
    results = np.split(runs.measure(measure, sampler.correlate(np.concatenate(tables))), len(tables))
    indices = sobol_indices(results[0], results[1], results[2:])
    inputs, values = simulation.first_inputs(RANKED), case.measure(measure)[:RANKED]
    explained = [
        Driver(group, first, total, {name: rank_correlation(inputs[name], values) for name in group})
        for group, (first, total) in zip(groups, indices, strict=True)
    ]
    return sorted(explained, key=lambda driver: -driver.total.value)


def rank_correlation(samples: Array, values: Array) -> float:
    """Return the rank correlation (Spearman's) of an input's samples with a result; nan if one of them never moves.

    Parameters
    ----------
    samples : (sample,) or (sample, year)
        Samples of an input; of several years, the last counts.
    values : (sample,)
        The result, nan where it is undefined.
    """
    from scipy.stats import rankdata

    column = samples if samples.ndim == 1 else samples[:, -1]
    present = ~np.isnan(values)
    one, other = rankdata(column[present]), rankdata(values[present])
    moves = present.any() and np.ptp(one) and np.ptp(other)
    return float(np.corrcoef(one, other)[0, 1]) if moves else np.nan
