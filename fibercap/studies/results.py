"""Results of a projection by name: rows and measures alike, for every sample."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from fibercap.model.measures.all_measures import measure_named

if TYPE_CHECKING:
    from fibercap.core.units import Array
    from fibercap.model.projection import Projection


def result_named(projection: Projection, name: str) -> Array:
    """Return a row (sample, period) or a measure (sample,) by name, in house units.

    Parameters
    ----------
    projection, name : Projection, str
        The projection, and the path of a row, or the name of a measure such as `min_dscr`.

    Raises
    ------
    FibercapError
        If there is no such row or measure.
    """
    if name in projection.rows:
        return projection.value(name)
    values = measure_named(projection, name).values
    return np.broadcast_to(values, (projection.samples,))
