"""The parts of an explanation: a number and where it comes from, down to the inputs."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from fibercap.model.measures.measure import number_in_words

if TYPE_CHECKING:
    from fibercap.studies.explaining.input_history import Written


@dataclass(frozen=True, repr=False)
class Number:
    """A number and where it comes from.

    `formula` is in names; `numbers` is the same formula in numbers with all their digits, so that it can be computed
    again. `written` says where inputs are written. `inputs` are the numbers in the formula; `hidden` counts those that
    are left out because they lie deeper than `depth`.
    """

    path: str
    label: str = ""
    period: str = ""
    value: float | None = None
    unit: str = ""
    formula: str = ""
    numbers: str = ""
    note: str = ""
    written: tuple[Written, ...] = ()
    inputs: tuple[Number, ...] = ()
    hidden: int = 0

    def __repr__(self) -> str:
        """Return the number and its formula on one line."""
        value = "undefined" if self.value is None else f"{number_in_words(self.value)} {self.unit}".rstrip()
        return f"<Number {' '.join(filter(None, (self.path, self.period)))}: {value} = {self.formula}>"


@dataclass(frozen=True)
class Result:
    """An explained result, the weakest evidence among its inputs, and how many inputs there are of each kind."""

    number: Number
    evidence: str
    inputs: dict[str, int] = field(default_factory=dict)
