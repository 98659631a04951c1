"""Field types: what may be written at each input. Each reads its text, converts it to house units, or says why not."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Annotated, Any

import numpy as np
from pydantic_core import PydanticCustomError, core_schema

from fibercap.core.errors import did_you_mean
from fibercap.core.timeline import month_end
from fibercap.core.tree import Leaf
from fibercap.core.units import (
    CURRENCIES,
    Array,
    Quantity,
    QuantityTextError,
    conversion,
    in_words,
    split_quantity,
    unit_text,
)

if TYPE_CHECKING:
    from pydantic import GetCoreSchemaHandler
    from pydantic_core.core_schema import CoreSchema, ValidationInfo


def wrong(code: str, found: str, wanted: str, hint: str = "") -> PydanticCustomError:
    """Return the error that reading turns into a Problem with a place."""
    return PydanticCustomError(code, "{found}", {"found": found, "wanted": wanted, "hint": hint})  # type: ignore[arg-type]


def text_of(raw: Any, wanted: str) -> str:  # noqa: ANN401 - whatever stands in the tree
    """Return the text of a leaf, or say that a block or a list stands there."""
    value = raw.value if isinstance(raw, Leaf) else raw
    if isinstance(value, str):
        return value
    found = {dict: "a block", tuple: "a list"}.get(type(value), f"a {type(value).__name__}")
    raise wrong("not_a_scalar", found, wanted, "write one value here")


class Field:
    """A field type: `parse` turns what stands in the tree into the value the model uses."""

    def parse(self, raw: Any, info: ValidationInfo) -> Any:  # noqa: ANN401 - each field has its own type
        """Return the value, or raise the error of `wrong`."""
        raise NotImplementedError(type(self))

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:  # noqa: ANN401
        """Tell pydantic to use `parse`."""
        return core_schema.with_info_plain_validator_function(self.parse)


@dataclass(frozen=True)
class Of(Field):
    """A quantity in a house unit; `money` stands for the reporting currency, `percent` for a share written in %."""

    unit: str
    low: float = -np.inf
    high: float = np.inf
    above: float = -np.inf

    def house(self, currency: str) -> str:
        """Return the house unit with the reporting currency in place of `money`."""
        return "" if self.unit == "percent" else self.unit.replace("money", currency)

    def parse(self, raw: Any, info: ValidationInfo) -> Array:  # noqa: ANN401
        """Return the magnitude, `()` or `(draw, 1)`."""
        currency = (info.context or {}).get("currency", "USD")
        value = raw.value if isinstance(raw, Leaf) else raw
        drawn = isinstance(value, Quantity)
        told = "a drawn quantity" if drawn else f"`{value}`"
        magnitude = self._drawn(value, currency) if drawn else np.asarray(self._read(raw, currency))
        bad = (magnitude < self.low) | (magnitude > self.high) | (magnitude <= self.above) | ~np.isfinite(magnitude)
        if bad.any():
            if drawn:
                first = int(np.flatnonzero(bad.reshape(-1))[0])
                told = f"{magnitude.reshape(-1)[first]:g} in draw {first}"
            raise wrong("out_of_range", told, self._range())
        return magnitude

    def _range(self) -> str:
        percent = self.unit.startswith("percent")
        spelled = (lambda x: f"{x * 100:g} %") if percent else (lambda x: f"{x:g}")
        if np.isfinite(self.above):
            return f"more than {spelled(self.above)}"
        if np.isfinite(self.low) and np.isfinite(self.high):
            return f"something from {spelled(self.low)} to {spelled(self.high)}"
        return f"at least {spelled(self.low)}" if np.isfinite(self.low) else f"at most {spelled(self.high)}"

    def _drawn(self, value: Any, currency: str) -> Array:  # noqa: ANN401
        magnitude = np.asarray(value.to(self.house(currency) or "dimensionless").magnitude, dtype=float)
        if magnitude.ndim != 2 or magnitude.shape[1] != 1:  # noqa: PLR2004 - (draw, 1)
            raise wrong("wrong_shape", f"an array of shape {magnitude.shape}", "one of shape (draws, 1)")
        return magnitude

    def _read(self, raw: Any, currency: str) -> float:  # noqa: ANN401
        text = text_of(raw, f"{in_words(self.unit.replace('money', currency))} like {self.example(currency)}")
        try:
            number, unit = split_quantity(text)
        except QuantityTextError as error:
            raise wrong(error.code, error.found, error.wanted, error.hint) from None
        factor = conversion(unit, self.house(currency))
        share = self.unit == "percent"
        if factor is None or (share and not unit) or (not share and "percent" in unit and self.house(currency) == ""):
            raise self._mismatch(text, unit, currency)
        return number * factor

    def _mismatch(self, text: str, unit: str, currency: str) -> PydanticCustomError:
        wanted = in_words("percent" if self.unit == "percent" else self.house(currency))
        number = text.split(" ", maxsplit=1)[0]
        hint = f"write it like `{number} {self.example(currency).strip('`').split(' ', 1)[-1]}`"
        if not unit:
            return wrong("bare_number", f"the bare number `{text}`", wanted, hint)
        other = next((code for code in CURRENCIES if code in unit and code != currency), None)
        if other and conversion(unit.replace(other, currency), self.house(currency)) is not None:
            asked = f"{wanted} in {currency}"
            way = f"convert it; only the reporting currency {currency} is understood so far"
            return wrong("other_currency", f"`{text}`, in {other} without an exchange rate", asked, way)
        found = in_words(unit)
        found = "a share" if unit == "percent" else found
        return wrong("wrong_dimension", found, wanted, hint)

    def example(self, currency: str) -> str:
        """Return a quantity of this kind as one would write it."""
        house = self.house(currency)
        known = {
            "km/year": "`255_000 km/year`",
            "1/year": "`8.5 %/year`",
            "day": "`45 days`",
            f"{currency}/km": f"`31 {currency}/km`",
            f"{currency}/year": f"`2.8 million {currency}/year`",
            currency: f"`25 million {currency}`",
        }
        return "`90 %`" if self.unit == "percent" else known.get(house, f"`5 {unit_text(house)}`".replace(" `", "`"))


@dataclass(frozen=True)
class Duration(Field):
    """Calendar months, read from `6 months`, `2 quarters` or `5 years`; whole unless it may be drawn."""

    low: float = 0.0
    drawable: bool = False
    unit: str = "month"
    wanted: str = "a duration in months, quarters or years"

    def parse(self, raw: Any, info: ValidationInfo) -> Any:  # noqa: ANN401
        """Return months: an int, or an array `()` or `(draw, 1)` where it may be drawn."""
        value = raw.value if isinstance(raw, Leaf) else raw
        if isinstance(value, Quantity) and not self.drawable:
            raise wrong("not_drawable", "a drawn duration", "a fixed one", "dates and lives cannot be drawn")
        if isinstance(value, Quantity):
            return Of("month", low=self.low).parse(raw, info)
        text = text_of(raw, f"{self.wanted}, like `6 months`")
        try:
            number, unit = split_quantity(text)
        except QuantityTextError as error:
            raise wrong(error.code, error.found, error.wanted, error.hint) from None
        months = {"month": 1, "quarter": 3, "year": 12}.get(unit)
        if months is None:
            found = f"the bare number `{text}`" if not unit else f"`{text}`"
            raise wrong("wrong_dimension", found, self.wanted, "write it like `6 months` or `5 years`")
        whole = round(number * months)
        if abs(whole - number * months) > 1e-9 and not self.drawable:  # noqa: PLR2004 - rounding of the text
            raise wrong("not_whole_months", f"`{text}`", "a whole number of months", f"write `{whole} months`")
        if number * months < self.low:
            raise wrong("out_of_range", f"`{text}`", f"at least {self.low:g} month{'' if self.low == 1 else 's'}")
        return np.asarray(number * months) if self.drawable else whole


class Day(Field):
    """A date, `2001-12-31`."""

    unit = "month"

    def parse(self, raw: Any, info: ValidationInfo) -> date:  # noqa: ANN401
        """Return the date."""
        del info
        text = text_of(raw, "a date like `2001-12-31`")
        if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", text):
            raise wrong("not_a_date", f"`{text}`", "a date", "write it like `2001-12-31`")
        try:
            return date.fromisoformat(text)
        except ValueError:
            raise wrong("no_such_date", f"`{text}`", "a date of the calendar", "check month and day") from None


def whole_period(text: str) -> tuple[int, int] | None:
    """Return the month numbers (start, end) of `2002`, `2002-Q3` or `2002-07`, or None."""
    found = re.fullmatch(r"([12]\d{3})(?:-(?:Q([1-4])|(0[1-9]|1[0-2])))?", text)
    if not found:
        return None
    year = 12 * int(found[1])
    if found[2]:
        return year + 3 * int(found[2]) - 3, year + 3 * int(found[2])
    return (year + int(found[3]) - 1, year + int(found[3])) if found[3] else (year, year + 12)


@dataclass(frozen=True)
class Edge(Field):
    """One end of a span, written as a year, quarter, month or day; `last` takes its last day, else its first."""

    last: bool = False
    unit: str = "month"

    def parse(self, raw: Any, info: ValidationInfo) -> date:  # noqa: ANN401
        """Return the day."""
        text = text_of(raw, "a year, quarter, month or day")
        span = whole_period(text)
        if span is None:
            return Day().parse(raw, info)
        return month_end(span[1]) if self.last else month_end(span[0] + 1).replace(day=1)


class Text(Field):
    """A text, kept as it is."""

    def parse(self, raw: Any, info: ValidationInfo) -> str:  # noqa: ANN401
        """Return the text."""
        del info
        return text_of(raw, "a text")


@dataclass(frozen=True)
class Word(Field):
    """One of a few known words."""

    known: tuple[str, ...]
    kind: str = "words"

    def parse(self, raw: Any, info: ValidationInfo) -> str:  # noqa: ANN401
        """Return the word."""
        del info
        text = text_of(raw, f"one of {', '.join(self.known)}")
        if text not in self.known:
            hint = did_you_mean(text, self.known, self.kind)
            raise wrong("unknown_word", f"`{text}`", f"one of {', '.join(self.known)}", hint)
        return text


@dataclass(frozen=True)
class Number(Field):
    """A bare number, such as a multiple, a count or a version."""

    low: float = 0.0
    known: tuple[int, ...] = ()
    unit: str = ""

    def parse(self, raw: Any, info: ValidationInfo) -> Array:  # noqa: ANN401
        """Return the number, `()` or `(draw, 1)`."""
        value = raw.value if isinstance(raw, Leaf) else raw
        if isinstance(value, Quantity):
            return Of("", low=self.low).parse(raw, info)
        text = text_of(raw, "a number")
        try:
            number, unit = split_quantity(text)
        except QuantityTextError as error:
            raise wrong(error.code, error.found, "a bare number", "write it like `5`") from None
        if unit:
            raise wrong("wrong_dimension", f"`{text}`", "a bare number", f"write `{text.split(' ')[0]}`")
        if number < self.low or (self.known and number not in self.known):
            wanted = f"one of {', '.join(map(str, self.known))}" if self.known else f"at least {self.low:g}"
            raise wrong("out_of_range", f"`{text}`", wanted)
        return np.asarray(number)


Share = Annotated[Array, Of("percent", low=0.0, high=1.0)]
Money = Annotated[Array, Of("money", low=0.0)]
Months = Annotated[int, Duration(low=1.0)]
Date = Annotated[date, Day()]
Label = Annotated[str, Text()]
