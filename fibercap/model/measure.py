"""What a measure is: one number with unit, formula and convention; undefined ones say why."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from fibercap.core.units import Array
    from fibercap.model.projection import Projection

HIGHER: Final = "higher"
LOWER: Final = "lower"


@dataclass(frozen=True)
class Measure:
    """One number for each draw, (draw,); nan where undefined, and then `reason` says why. `better` is a direction.

    `reads` are rows that it is computed from besides what its formula names. `evidence` is the weakest kind of input
    that it rests on: `stated`, `derived` or `assumed`; "" where it rests on none, or is undefined.
    """

    name: str
    label: str
    unit: str
    formula: str
    values: Array
    reason: str = ""
    better: str = ""
    remark: str = ""
    reads: tuple[str, ...] = ()
    evidence: str = ""

    @property
    def value(self) -> float | None:
        """The number of a single run, or None where undefined."""
        first = float(self.values[0])
        return None if np.isnan(first) else first


def made(  # noqa: PLR0913 - a measure has that many parts
    name: str, label: str, unit: str, formula: str, values: Array, *, reason: str = "", better: str = ""
) -> Measure:
    """Return a measure; where it is nan without a reason given, it says that it is undefined."""
    flat = np.atleast_1d(np.asarray(values, dtype=float))
    missing = bool(np.isnan(flat).any())
    return Measure(name, label, unit, formula, flat, (reason or "undefined") if missing else "", better)


def undefined(projection: Projection) -> Array:
    """Return nan for every draw, (draw,)."""
    return np.full(projection.draws, np.nan)
