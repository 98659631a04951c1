"""Estimates from samples, each with its standard error: the spread of the estimates of single scrambles."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from fibercap.studies.chances.points import SCRAMBLES

if TYPE_CHECKING:
    from fibercap.core.units import Array

TAIL: Final = 0.05
QUANTILES: Final = {"p5": 0.05, "p10": 0.10, "p50": 0.50, "p90": 0.90, "p95": 0.95}


@dataclass(frozen=True)
class Estimate:
    """A figure from samples and its standard error; nan where no sample has a value."""

    value: float
    error: float

    @property
    def complement(self) -> Estimate:
        """The estimate of the opposite chance."""
        return Estimate(1.0 - self.value, self.error)


def estimate(values: Array, of: Callable[[Array], float]) -> Estimate:
    """Return a figure of samples, with the standard error that its scrambles show.

    Parameters
    ----------
    values : (sample,)
        One value for each sample, by number; nan where it is undefined or the sample was refused.
    of : callable
        The figure of the values that are there.

    Source
    ------
    L'Ecuyer and Lemieux (2002), Recent advances in randomized quasi-Monte Carlo methods: independent scrambles of one
    sequence give independent answers.
    """
    present = values[~np.isnan(values)]
    if not present.size:
        return Estimate(np.nan, np.nan)
    parts = [part[~np.isnan(part)] for part in (values[scramble::SCRAMBLES] for scramble in range(SCRAMBLES))]
    answers = [of(part) for part in parts if part.size]
    error = float(np.std(answers, ddof=1)) / len(answers) ** 0.5 if len(answers) > 1 else np.nan
    return Estimate(of(present), error)


def mean(values: Array) -> float:
    """Return the mean."""
    return float(np.mean(values))


def quantile(level: float) -> Callable[[Array], float]:
    """Return a function that gives the value below which a share of the samples lies."""
    return lambda values: float(np.quantile(values, level))


def tail_mean(values: Array) -> float:
    """Return the mean of the lowest twentieth: the conditional value at risk.

    Source
    ------
    Rockafellar and Uryasev (2000), Optimization of conditional value-at-risk; of the lower tail, at 5 %.
    """
    count = max(int(np.ceil(TAIL * len(values))), 1)
    return float(np.mean(np.partition(values, count - 1)[:count]))


FIGURES: Final[dict[str, Callable[[Array], float]]] = {
    "mean": mean,
    **{name: quantile(level) for name, level in QUANTILES.items()},
    "cvar5": tail_mean,
}
"""The figures that are reported of every measure, by name."""


def chance(holds: Array) -> Estimate:
    """Return the share of samples in which a statement is true.

    Parameters
    ----------
    holds : (sample,)
        1 where it is true, 0 where it is false, nan where it is undefined.
    """
    return estimate(np.asarray(holds, dtype=float), mean)
