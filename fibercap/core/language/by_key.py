"""Blocks of values by date, by period or by duration."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Annotated, Any

import numpy as np

from fibercap.core.language import grammar
from fibercap.core.language.dates import Day
from fibercap.core.language.entries import read_block
from fibercap.core.language.fields import Field, Of, text_of, wrong
from fibercap.core.language.input_hints import quote
from fibercap.core.language.money_or_share import PartField
from fibercap.core.units import Array
from fibercap.core.vocabulary import PlanUnits

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pydantic_core.core_schema import ValidationInfo


@dataclass(frozen=True)
class ByKey(Field):
    """A block of values by date, by period or by duration: `{2001-03-31: 2 million USD}`."""

    key: Callable[[str, ValidationInfo], Any]
    of: Of | PartField
    keys: tuple[str, str] = ("date", grammar.DAY)
    """What a key is, and its pattern."""
    adds_up: bool = False
    """Whether the values are shares that total 100 %."""

    @property
    def unit(self) -> str | None:
        """Unit of every value; None for parts, each of which has its own."""
        return self.of.unit if isinstance(self.of, Of) else None

    def schema(self) -> grammar.Json:
        """Return what may be written."""
        one = self.of.schema()
        return grammar.either(
            f"{one['title']}; by {self.keys[0]}", one["x-unit"], grammar.block_by_key(self.keys[1], one)
        )

    def parse(self, raw: Any, info: ValidationInfo) -> Mapping[Any, Any]:
        """Return the values by key, in the order of the keys.

        Parameters
        ----------
        raw, info : Any, ValidationInfo
            A block of values by date, period or duration, and the context.

        Raises
        ------
        PydanticCustomError
            If it is not a block, a key or value cannot be used, or shares of one whole do not total 100 %.
        """
        if not isinstance(raw, dict):
            wanted = f"a block of values, each like {self.of.example(PlanUnits.from_context(info.context or {}))}"
            raise wrong("not_a_block", quote(text_of(raw, wanted)), wanted, "one for each date or period")
        values = dict(sorted(read_block(raw, self.key, self.of.parse, info).items()))
        if self.adds_up:
            _refuse_parts(values.values())
        return values


def _refuse_parts(shares: Iterable[Array]) -> None:
    """Raise if the shares of any sample total more or less than 100 %."""
    sums = np.ravel(sum(shares, start=np.asarray(0.0)))
    bad = np.flatnonzero(abs(sums - 1.0) > 1e-9)  # rounding of the texts
    if bad.size:
        sample = f" in sample {bad[0]}" if sums.size > 1 else ""
        problem = f"shares that total {sums[bad[0]] * 100:g} %{sample}"
        raise wrong("shares_not_whole", problem, "100 %", "change the shares so that they add up to 100 %")


Dated = Annotated[Mapping[date, Array] | None, ByKey(Day().parse, Of("money", low=0.0))]
