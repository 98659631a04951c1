"""What an explanation is made of: a number and where it comes from, down to the inputs."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from fibercap.model.measures.measure import number_in_words

if TYPE_CHECKING:
    from fibercap.studies.explaining.input_history import Written


@dataclass(frozen=True, repr=False)
class Number:
    """A number and where it comes from.

    `formula` is in names, `numbers` the same in numbers, all digits told: it can be computed again. `written` is where
    an input stands. `inputs` are what it is computed from; `hidden` counts those that lie deeper than was asked for.
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
        """Say the number and its formula."""
        value = "undefined" if self.value is None else f"{number_in_words(self.value)} {self.unit}".rstrip()
        return f"<Number {' '.join(filter(None, (self.path, self.period)))}: {value} = {self.formula}>"


@dataclass(frozen=True)
class Result:
    """A result that has been explained, the weakest kind of input that it rests on, and how many there are of each."""

    number: Number
    evidence: str
    inputs: dict[str, int] = field(default_factory=dict)
