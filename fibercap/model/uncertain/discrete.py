"""Distributions of a few values: a choice by name, and what was observed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from fibercap.core.language import grammar
from fibercap.core.language.entries import read_block
from fibercap.core.language.fields import Share, text_of, wrong
from fibercap.core.language.series import OverTime
from fibercap.core.language.spec import Spec
from fibercap.core.units import Array
from fibercap.model.plan.claim import Amount
from fibercap.model.uncertain.parameters import SAMPLED, Quantity, Refusal

if TYPE_CHECKING:
    from pydantic_core.core_schema import ValidationInfo


class Case(Spec):
    """One of a few values, and its chance."""

    value: Quantity
    """The value. Like `6 months`."""
    chance: Share
    """How likely it is. Like `65 %`."""


@dataclass(frozen=True)
class Discrete:
    """A few values, each with a chance, in the order of the file; of observed values, each as likely as any other."""

    values: tuple[Amount, ...]
    chances: tuple[float, ...]
    bounded: ClassVar[bool] = False

    def refusals(self, unit: str) -> Iterator[Refusal]:
        """Yield chances that do not total 100 %."""
        del unit
        total = sum(self.chances)
        if abs(total - 1.0) > 1e-9:  # rounding of the texts
            problem = f"chances that total {100 * total:g} %"
            yield "", "shares_not_whole", problem, "100 %", "change the chances so that they add up to 100 %"

    def quantile(self, chance: Array, unit: str) -> Array:
        """Return the values whose turn comes at some chances, of their shape. [unit]

        Parameters
        ----------
        chance : (...)
            Chances above 0 and below 1. [1]
        unit : str
            The unit of what is drawn.
        """
        values = np.array([value.in_unit(unit) for value in self.values], dtype=float)
        return np.asarray(values[np.searchsorted(np.cumsum(self.chances)[:-1], chance, side="right")])


class Observations(OverTime):
    """Values by number, or a column of a file: `{file: changes.csv, column: change}`."""

    key_pattern: ClassVar[str] = "[0-9][A-Za-z0-9_-]*"
    may_be_bare: ClassVar[bool] = True

    def schema(self) -> grammar.Json:
        """Return what may be written."""
        one = SAMPLED.schema()
        title = "observed values by number; or a column of a file"
        return grammar.either(
            title, one["x-unit"], grammar.block_by_key(self.key_pattern, one), grammar.column_of_file({})
        )

    def parse(self, raw: Any, info: ValidationInfo) -> tuple[Amount, ...]:
        """Return the values, in the order of the file.

        Parameters
        ----------
        raw, info : Any, ValidationInfo
            A block of values by number, and the context.

        Raises
        ------
        PydanticCustomError
            If it is no block, has no value, or a value cannot be read.
        """
        if not isinstance(raw, dict):
            way = "write them like `{1: 97 %, 2: 104 %}`, or name a `file` and a `column`"
            raise wrong("not_a_block", f"`{text_of(raw, 'a block of values')}`", "observed values by number", way)
        values = read_block(raw, lambda key, _: key, SAMPLED.parse, info)
        if not values:
            raise wrong("empty", "no observed value", "one or more", "write them like `{1: 97 %, 2: 104 %}`")
        return tuple(values.values())
