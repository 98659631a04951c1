"""Row (one line of the model, described once) and Block (rows with their values)."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from itertools import islice
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

from fibercap.core.period_names import is_business_year
from fibercap.core.timeline import FLOW, RATE, STOCK

if TYPE_CHECKING:
    from collections.abc import Mapping

    from fibercap.core.units import Array

NATURES: Final = (FLOW, STOCK, RATE)
INPUT: Final = "inputs."
"""The prefix of inputs in formulas."""


class Row(NamedTuple):
    """One line of the model. `formula` is "" where the calendar or the input gives the value.

    `before` is the formula of the value before the first column, `after` of the value after the last one, which other
    formulas read one column earlier or later. `reads` are the paths of inputs that give the row its values, besides
    those that its formula names.
    """

    path: str
    label: str
    unit: str
    nature: str
    formula: str = ""
    before: str = "0"
    after: str = "0"
    undefined: str = ""
    reads: tuple[str, ...] = ()


class Given(NamedTuple):
    """A scalar as formulas see it, `()` or (sample, 1) in house units.

    It is an input, or a number of the calendar, or follows from others by its `formula`. `reads` are the paths of the
    inputs that give it its value, besides those that its formula names. If it is `fixed`, it determines the formulas
    themselves, so that a workbook cannot let it be changed. If it is `aside`, no result depends on it.
    """

    path: str
    unit: str
    value: Array
    reads: tuple[str, ...] = ()
    formula: str = ""
    fixed: bool = False
    aside: bool = False


@dataclass(frozen=True, repr=False)
class Block:
    """Rows and their values, each `(period,)` or `(sample, period)`; `length` is the number of columns.

    A block may continue another one, `continues`: it has the same rows under its own prefix, and the values before its
    first column are the last ones of the other block. `others` are the paths of its rows whose formulas differ from
    those there. The first `checked` rows have been checked before.
    """

    name: str
    length: int
    rows: Mapping[str, Row]
    values: Mapping[str, Array]
    given: Mapping[str, Given] = field(default_factory=dict)
    continues: Block | None = None
    others: tuple[str, ...] = ()
    checked: int = 0

    def __post_init__(self) -> None:
        """Check the shape and finiteness of every row.

        Raises
        ------
        ValueError
            If a row has another number of columns, or is not finite where no reason to be undefined is declared.
        """
        if self.checked == len(self.values):
            return  # nor are values computed that wait to be read
        defined: list[Array] = []
        for path, value in islice(self.values.items(), self.checked, None):
            if value.shape[-1:] != (self.length,):
                raise ValueError(f"{path} has shape {value.shape}; the block has {self.length} columns")
            if not self.rows[path].undefined:
                defined.append(value)
        single = [value for value in defined if value.ndim == 1]  # one look at all is quicker than one at each
        looks = [*(value for value in defined if value.ndim > 1), *([np.concatenate(single)] if single else [])]
        if not all(np.isfinite(values).all() for values in looks):
            path = next(p for p, v in self.values.items() if not (self.rows[p].undefined or np.isfinite(v).all()))
            raise ValueError(f"{path} is not finite, and no reason is declared")

    def __repr__(self) -> str:
        """Return a line without values, for its arrays would fill pages."""
        return f"<Block {self.name}: {len(self.rows)} rows of {self.length} columns>"

    @property
    def samples(self) -> int:
        """Return the number of samples, 1 if no row has several."""
        return max((value.shape[0] for value in self.values.values() if value.ndim > 1), default=1)

    def sample(self, number: int) -> Block:
        """Return the block with the values of one sample alone, each `(period,)` or `(1, period)`."""
        return replace(
            self,
            values={path: _of_sample(value, number) for path, value in self.values.items()},
            given={path: item._replace(value=_of_sample(item.value, number)) for path, item in self.given.items()},
            continues=self.continues and self.continues.sample(number),
            checked=len(self.values),
        )

    def continued_path(self, path: str) -> str:
        """Return the path of the row that a row of this block continues."""
        return path.removeprefix(f"{self.name}.")


def _of_sample(value: Array, number: int) -> Array:
    return value[number : number + 1] if value.ndim > 1 and len(value) > 1 else value


def with_year_ends(reads: tuple[str, ...]) -> tuple[str, ...]:
    """Return paths of inputs, with `horizon.year_ends` after them if one is the key of a business year."""
    is_dated = any(is_business_year(path.rpartition(".")[2]) for path in reads)
    return (*reads, "horizon.year_ends") if is_dated else reads
