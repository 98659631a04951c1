"""Durations in calendar months, as fields of a scenario."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, Final

import numpy as np

from fibercap.core.language import grammar
from fibercap.core.language.fields import Field, Of, is_sampled, quantity_of, text_of, wrong
from fibercap.core.language.input_hints import quote
from fibercap.core.language.limits import amount_text
from fibercap.core.language.unit_hints import CALENDAR_MONTHS, in_months
from fibercap.core.units import Array

if TYPE_CHECKING:
    from pydantic_core.core_schema import ValidationInfo

MOST_MONTHS: Final = 1200


@dataclass(frozen=True)
class Duration(Field):
    """Calendar months, read from `6 months`, `2 quarters` or `5 years`.

    With `takes_samples` it may differ by sample and need not be whole; with `takes_whole_samples` it may differ, but
    must be whole; else it must be one whole number.
    """

    low: float = 0.0
    takes_samples: bool = False
    takes_whole_samples: bool = False
    unit: str = "month"
    wanted: str = "a duration in months, quarters or years"

    def schema(self) -> grammar.Json:
        """Return what may be written."""
        return grammar.months(self.low, whole_months=not self.takes_samples)

    def parse(self, raw: Any, info: ValidationInfo) -> Any:
        """Return the months: an int, or `()` or (sample, 1) if the input may differ by sample. [month]

        Parameters
        ----------
        raw, info : Any, ValidationInfo
            A leaf with a text like `6 months` or `5 years`, or one amount for each sample, and the context.

        Raises
        ------
        PydanticCustomError
            If it is not a duration, is too short or too long, or must be whole months and is not.
        """
        if (self.takes_samples or self.takes_whole_samples) and is_sampled(raw):
            sampled = Of("month", low=self.low, high=MOST_MONTHS).parse(raw, info)
            return _round_samples(sampled) if self.takes_whole_samples else sampled
        text = text_of(raw, self.wanted)
        mixed = re.fullmatch(r"([0-9]{1,3}) years?,?(?: and)? ([0-9]{1,3}) months?", text)
        if mixed:
            hint = f"write `{12 * int(mixed[1]) + int(mixed[2])} months`"
            raise wrong("not_a_quantity", quote(text), "one number and one unit", hint)
        number, unit = quantity_of(text, self.wanted, "`6 months` or `5 years`", in_months)
        months = CALENDAR_MONTHS.get(unit)
        if months is None:
            actual = f"the bare number {quote(text)}" if not unit else quote(text)
            raise wrong("wrong_dimension", actual, self.wanted, "its unit is `months`, `quarters` or `years`")
        if not self.low <= number * months <= MOST_MONTHS:
            least = "more than 0 months" if 0 < self.low < 1 else f"at least {self.low:g} months"
            least = f"at most {MOST_MONTHS // 12} years" if number * months > MOST_MONTHS else least
            raise wrong("out_of_range", quote(text), least.replace(" 1 months", " 1 month"))
        rounded = round(number * months)
        if abs(rounded - number * months) > 1e-9 and not self.takes_samples:  # rounding of the text
            below = int(number * months)
            near = f"write `{below} months` or `{below + 1} months`"
            raise wrong("not_whole_months", quote(text), "a whole number of months", near)
        return np.asarray(number * months) if self.takes_samples else rounded


def _round_samples(months: Array) -> Array:
    """Return sampled months as exact whole numbers."""
    rounded = np.round(months)
    bad = np.abs(rounded - months) > 1e-9  # rounding of a factor
    if bad.any():
        first = int(np.flatnonzero(bad)[0])
        amount = f"{amount_text(months.flat[first])} months in sample {first}"
        raise wrong("not_whole_months", amount, "a whole number of months", "round the samples")
    return rounded


Months = Annotated[int, Duration(low=1.0)]
Life = Annotated[int | Array, Duration(low=1.0, takes_whole_samples=True)]
