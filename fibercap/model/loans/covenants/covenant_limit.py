"""Limits of covenants: one, or several that each hold from their key on."""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, Final, NamedTuple

import numpy as np

from fibercap.core.language.fields import wrong
from fibercap.core.language.period_keys import read_by_period
from fibercap.core.language.series import SETTINGS, OverTime
from fibercap.model.plan.claim import Amount, AnyQuantity

if TYPE_CHECKING:
    from pydantic_core.core_schema import ValidationInfo

    from fibercap.core.language import grammar
    from fibercap.core.units import Array

ONE: Final = AnyQuantity()


class LimitStep(NamedTuple):
    """A limit, its key ("" if it has none), and the month number from which it holds. [month]"""

    name: str
    start: float
    value: float


@dataclass(frozen=True)
class LimitOverTime:
    """A limit, or limits that each hold from their key's start until the next key.

    `starts` are the month numbers at which they begin to hold; the first holds before its key too. [month]
    """

    amounts: tuple[Amount, ...]
    starts: tuple[int, ...] = ()
    names: tuple[str, ...] = ()

    @property
    def changes(self) -> bool:
        """Whether it has keys, and may change over time."""
        return bool(self.names)

    def key(self, number: int) -> str:
        """Return the end of the path of one of its amounts: `.2002`, or "" if there is no key."""
        return f".{self.names[number]}" if self.names else ""

    def in_force(self, ends: Array, unit: str) -> Array:
        """Return the limit in force on each test date, (sample or 1, date).

        Parameters
        ----------
        ends : (date,)
            The month numbers at the ends of the days. [month]
        unit : str
            A unit that all of its amounts have.

        Source
        ------
        docs/conventions.md, section 8, Covenants: that of the last key which begins before the date ends.
        """
        values = np.broadcast_arrays(*(np.atleast_2d(value) for value in self.values_in(unit)))
        return np.concatenate(values, axis=-1)[:, [self.number_in_force(end) for end in ends]]

    def number_in_force(self, end: float) -> int:
        """Return the number of the amount in force on a day, whose end has a month number."""
        return max(bisect_left(self.starts, end) - 1, 0)

    def steps(self, unit: str) -> tuple[LimitStep, ...]:
        """Return its amounts in a unit that all of them have, those of the first sample, in the order of time."""
        values = [float(np.ravel(value)[0]) for value in self.values_in(unit)]
        return tuple(map(LimitStep, self.names or ("",), self.starts or (-np.inf,), values))

    def starts_after(self, end: float) -> str:
        """Say from when it is known, if that is after a day; else "".

        Parameters
        ----------
        end : float
            The month number at the end of the day. [month]
        """
        return f"limits from {self.names[0]} on" if self.starts and self.starts[0] >= end else ""

    def misfit(self, unit: str) -> tuple[str, Amount] | None:
        """Return the key and the amount that cannot be expressed in a unit; None if all can be."""
        pairs = ((self.key(number), amount) for number, amount in enumerate(self.amounts))
        return next(((key, amount) for key, amount in pairs if amount.values_in(unit) is None), None)

    def values_in(self, unit: str) -> tuple[Array, ...]:
        """Return its amounts in a unit that all of them have, each `()` or (sample, 1)."""
        return tuple(np.asarray(amount.values_in(unit), dtype=float) for amount in self.amounts)


class LimitOf(OverTime):
    """Reads a quantity in any unit, or quantities by year, quarter or month."""

    may_be_bare = True
    refusals = dict.fromkeys(SETTINGS, "a test reads the limit in force on its date; write each limit by its key")

    def schema(self) -> grammar.Json:
        """Return what may be written."""
        one = ONE.schema()
        return self.either_form(f"{one['title']}; or by period", one)

    def parse(self, raw: Any, info: ValidationInfo) -> LimitOverTime:
        """Return the limits in the order of time; one limit alone has no keys.

        Parameters
        ----------
        raw, info : Any, ValidationInfo
            A quantity, or a block of quantities by year, quarter or month, and the context.

        Raises
        ------
        PydanticCustomError
            If a key or quantity cannot be used, two keys stand for one moment, or the block is empty.
        """
        if not isinstance(raw, dict):
            return LimitOverTime((ONE.parse(raw, info),))
        if not raw:
            raise wrong("empty", "an empty block", "a limit, or limits by year", "write it like `{2001: 4.5, 2002: 3}`")
        self.refuse_settings(raw)
        points, _ = read_by_period(raw, info, ONE.parse, self.way_to_setting)
        values, spans, names = zip(*((point.value, point.span, point.name) for point in points), strict=True)
        return LimitOverTime(values, tuple(start for start, _ in spans), names)


AnyLimit = Annotated[LimitOverTime | None, LimitOf()]
