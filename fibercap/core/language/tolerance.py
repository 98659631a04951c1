"""By how much a value may miss a limit: a share of the limit, or percentage points."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from fibercap.core.language import grammar
from fibercap.core.language.fields import Field, Of, is_sampled, text_of, wrong
from fibercap.core.language.input_hints import quote
from fibercap.core.units import Array

if TYPE_CHECKING:
    from pydantic_core.core_schema import ValidationInfo

POINTED: Final = ("", "1/year")
"""Units of what has points: shares and ratios, rates."""
POINT: Final = 0.01
_MOST: Final = 100.0


@dataclass(frozen=True)
class Tolerance:
    """A share of the limit, or points of a share, ratio or rate: `5 points` around 90 % are 85 % to 95 %.

    `value` is the share, or the points as a fraction, so that 5 of them are 0.05.
    """

    value: Array
    points: bool = False

    def room(self, limit: Array) -> Array:
        """Return by how much a value may be off a limit on either side, in the unit of both, (sample,)."""
        wide = self.value.reshape(-1)
        return np.broadcast_to(wide, np.shape(limit)) if self.points else np.asarray(wide * np.abs(limit))

    def __str__(self) -> str:
        """Return it as a scenario has it, with the value of the first sample."""
        number = round(100 * float(self.value.flat[0]), 9)
        return f"{number:g} {('point' if number == 1 else 'points') if self.points else '%'}"


@dataclass(frozen=True)
class ToleranceField(Field):
    """Reads a Tolerance: `5 %` or `5 points`."""

    unit: str = "percent"

    def schema(self) -> grammar.Json:
        """Return what may be written."""
        pattern = f"{grammar.share()}|{grammar.NUMBER} points?"
        return grammar.text("share or points", pattern, "%, bp or points", "`5 %` or `5 points`")

    def parse(self, raw: Any, info: ValidationInfo) -> Tolerance:
        """Return the tolerance, `()` or (sample, 1), as a share or in points.

        Parameters
        ----------
        raw, info : Any, ValidationInfo
            A leaf with a text like `5 %` or `5 points`, or one amount for each sample, and the context.

        Raises
        ------
        PydanticCustomError
            If it is neither, is negative, or exceeds 100 % or 100 points.
        """
        value = getattr(raw, "value", raw)
        if is_sampled(value):
            return Tolerance(Of("percent", low=0.0, high=1.0).parse(raw, info))
        text = text_of(raw, "a share or points")
        if text.endswith(("points", "point")):
            match = re.fullmatch(rf"(-?{grammar.NUMBER}) points?", text)
            if match is None:
                raise wrong("not_a_quantity", quote(text), "a share or points", "write it like `5 points`")
            points = float(match[1].replace("_", ""))
            if not 0.0 <= points <= _MOST:
                raise wrong("out_of_range", quote(text), f"from 0 to {_MOST:g} points")
            return Tolerance(np.asarray(POINT * points), points=True)
        if rate := re.fullmatch(rf"({grammar.NUMBER}) ?%/year", text):
            hint = f"write `{rate[1]} points` of the rate, or `{rate[1]} %` of the limit"
            raise wrong("wrong_dimension", quote(text), "a share or points", hint)
        return Tolerance(Of("percent", low=0.0, high=1.0).parse(raw, info))
