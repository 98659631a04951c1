"""Scrambled Sobol points: where samples lie in the unit cube, each by its number alone."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any, Final

import numpy as np

if TYPE_CHECKING:
    from fibercap.core.units import Array

SCRAMBLES: Final = 8
"""Sequences, each scrambled on its own; the spread of their answers is the standard error."""
MOST_ENGINES: Final = 2 * SCRAMBLES
_ENGINES: Final[dict[tuple[int, int, int], Any]] = {}
"""Sequences by dimensions, seed and scramble, where they stopped: samples are mostly asked for one after the other, and
skipping points takes time. One that is in use is not in here."""
LEAST: Final = 2.0**-53
"""Coordinates are kept at least this far from 0 and 1, at which a normal number would be infinite."""


def round_up(samples: int) -> int:
    """Return the least power of two that is not below a number of samples, and at least one for each scramble."""
    return int(max(1 << (samples - 1).bit_length(), SCRAMBLES))


def sobol_points(dimensions: int, seed: int, numbers: range) -> Array:
    """Return the points of some samples, (sample, dimension), each coordinate above 0 and below 1.

    Parameters
    ----------
    dimensions : int
        Coordinates of a point.
    seed : int
        Seed of the scrambles.
    numbers : range
        Numbers of the samples, one after the other. Sample i is point i // 8 of scramble i mod 8: it does not depend on
        which others are asked for.

    Source
    ------
    Joe and Kuo (2008), Constructing Sobol sequences with better two-dimensional projections; as in `scipy.stats.qmc`.
    """
    from scipy.stats import qmc

    points = np.empty((len(numbers), dimensions))
    for scramble in range(SCRAMBLES):
        first = numbers.start + (scramble - numbers.start) % SCRAMBLES
        count = len(range(first, numbers.stop, SCRAMBLES))
        if not count:
            continue
        key, skipped = (dimensions, seed, scramble), first // SCRAMBLES
        engine = _ENGINES.pop(key, None)
        if engine is None or engine.num_generated > skipped:
            engine = qmc.Sobol(dimensions, rng=np.random.default_rng((seed, scramble)))
        if ahead := skipped - engine.num_generated:
            engine.fast_forward(ahead)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)  # of parts of a sequence; the whole is a power of two
            points[first - numbers.start :: SCRAMBLES] = engine.random(count)
        _ENGINES[key] = engine
        while len(_ENGINES) > MOST_ENGINES:
            _ENGINES.pop(next(iter(_ENGINES)), None)
    return np.asarray(np.clip(points, LEAST, 1.0 - LEAST))
