"""The class of measures: one number with its unit and formula, or the reason why it is undefined."""

from __future__ import annotations

from dataclasses import dataclass
from math import isnan
from typing import TYPE_CHECKING, Final

from fibercap.core.formulas.dependencies import references

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from fibercap.core.units import Array

HIGHER: Final = "higher"
LOWER: Final = "lower"


@dataclass(frozen=True, repr=False)
class Measure:
    """One number for each sample, (sample,), in `unit`; nan if undefined, with the `reason`.

    `better` is `HIGHER`, `LOWER` or "". `when` names the period of a lowest or highest value in the first sample.
    `reads` are rows from which it is computed besides those in its formula. `evidence` is the weakest kind of input
    that it rests on: `stated`, `derived` or `assumed`; "" if it rests on none, or is undefined. `breaks_any_limit`,
    (sample,), is true if it is undefined because it is beyond every limit.
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
        """Return its value, which for a batch is that of the first sample, or the reason why it is undefined."""
        value = self.reason if self.value is None else f"{number_in_words(self.value)} {self.unit}".rstrip()
        samples = f", the first of {len(self.values):,} samples" if len(self.values) > 1 else ""
        return f"<Measure {self.name}: {value}{f', {self.when}' if self.when else ''}{samples}>"

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
    """Return a number as text: from 1,000 on without decimals, below that with six significant digits."""
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.6g}"
