"""What a measure is: one number with unit, formula and convention; undefined ones say why."""

from __future__ import annotations

from dataclasses import dataclass
from math import isnan
from typing import TYPE_CHECKING, Final

from fibercap.core.dependencies import references

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from fibercap.core.units import Array

HIGHER: Final = "higher"
LOWER: Final = "lower"


@dataclass(frozen=True, repr=False)
class Measure:
    """One number for each draw, (draw,); nan where undefined, and then `reason` says why. `better` is a direction.

    `when` names the period of the first draw in which a lowest or highest value stands.
    `reads` are rows that it is computed from besides what its formula names. `evidence` is the weakest kind of input
    that it rests on: `stated`, `derived` or `assumed`; "" where it rests on none, or is undefined. `breaks_any_limit`,
    (draw,), is true where it is undefined because it is beyond any limit.
    """

    name: str
    label: str
    unit: str
    formula: str
    values: Array
    reason: str = ""
    better: str = ""
    remark: str = ""
    when: str = ""
    reads: tuple[str, ...] = ()
    evidence: str = ""
    breaks_any_limit: npt.NDArray[np.bool_] | None = None

    def __repr__(self) -> str:
        """Say its value, of a batch that of the first draw, or why it is undefined."""
        told = self.reason if self.value is None else f"{number_in_words(self.value)} {self.unit}".rstrip()
        draws = f", the first of {len(self.values):,} draws" if len(self.values) > 1 else ""
        return f"<Measure {self.name}: {told}{f', {self.when}' if self.when else ''}{draws}>"

    @property
    def rests_on(self) -> tuple[str, ...]:
        """The rows and inputs from which it is computed."""
        return (*references(self.formula), *self.reads)

    @property
    def value(self) -> float | None:
        """The number of a single run, or None where undefined."""
        first = float(self.values[0])
        return None if isnan(first) else first


def number_in_words(value: float) -> str:
    """Return a number as a line shows it: amounts to the unit, small numbers with six digits."""
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.6g}"  # as many digits as either
