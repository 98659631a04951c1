"""The rate at which flows are discounted: one for all years, or a real rate and the index that comes on top of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import numpy as np

from fibercap.core.language.fields import Of
from fibercap.core.language.growth import IndexName
from fibercap.core.language.spec import OneOf, Spec
from fibercap.core.units import Array

if TYPE_CHECKING:
    from collections.abc import Mapping

    from fibercap.core.language.series import Series

RATE = Of("1/year", above=-1.0)


class RealRate(Spec):
    """A rate beyond an index: in each year `(1 + real) * (1 + index) - 1`."""

    real: Annotated[Array, RATE]
    """Effective rate a year beyond the index. Like `8 %/year`."""
    index: Annotated[str, IndexName()]
    """Name of the index under `indices`. Like `cpi`."""


def _choose(raw: Any) -> tuple[str, Any]:
    return ("beyond_index" if isinstance(raw, dict) else "nominal"), raw


DiscountRate = Annotated[
    Array | RealRate | None,
    OneOf({"nominal": Annotated[Array, RATE], "beyond_index": RealRate}, _choose, "1/year", "discount rate"),
]


def discount_factors(rate: Array | RealRate, indices: Mapping[str, Series], since: Array, when: Array) -> Array:
    """Return what one unit of money at some moments is worth at another, the broadcast of all. [1]

    Parameters
    ----------
    rate : Array or RealRate
        The plan's rate, `()` or (sample, 1). [1/year]
    indices : mapping
        The plan's indices, by name. [1/year]
    since, when : (...)
        Month numbers of the moment of valuation and of the flows. [month]

    Source
    ------
    docs/conventions.md, section 1, Discounting.
    """
    if not isinstance(rate, RealRate):
        return np.asarray((1.0 + rate) ** ((since - when) / 12))
    series = indices[rate.index]
    factors = (1.0 + rate.real) ** ((since - when) / 12)
    edges = (-np.inf, *series.starts[1:], np.inf)
    for value, begins, ends in zip(series.values, edges, edges[1:], strict=False):
        factors = factors * (1.0 + value) ** ((np.clip(since, begins, ends) - np.clip(when, begins, ends)) / 12)
    return np.asarray(factors)
