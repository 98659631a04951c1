"""Growth of a series after its last key: by a rate, or by an index of rates, each year or each month."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from pydantic_core import PydanticCustomError

from fibercap.core.errors import did_you_mean, nearest
from fibercap.core.language import grammar
from fibercap.core.language.entries import error_in_entry
from fibercap.core.language.fields import Field, Of, Word, is_sampled, text_of, wrong
from fibercap.core.language.input_hints import quote
from fibercap.core.language.names import NAME, is_name

if TYPE_CHECKING:
    from pydantic_core.core_schema import ValidationInfo

    from fibercap.core.units import Array

EVERY: Final = ("year", "month")
_PARTS_OF_YEAR: Final = {"quarter": 4, "month": 12, "day": 365}
_KEYS: Final = ("rate", "every")
_LIKE: Final = "`5 %/year`, the name of an index, or `{rate: 5 %/year, every: month}`"


@dataclass(frozen=True)
class RateOfGrowth(Of):
    """An effective rate per year. One per quarter, month or day is refused with what it is in a year."""

    unit: str = "1/year"
    above: float = -1.0

    def parse(self, raw: Any, info: ValidationInfo) -> Array:
        """Return the rate, `()` or (sample, 1). [1/year]

        Parameters
        ----------
        raw, info : Any, ValidationInfo
            A leaf with a rate, and the context.

        Raises
        ------
        PydanticCustomError
            If it is not a rate per year, or is out of bounds.
        """
        rate = super().parse(raw, info)
        text = "" if is_sampled(raw) else text_of(raw, self.unit)
        times = next((count for word, count in _PARTS_OF_YEAR.items() if text.rstrip("s").endswith(f"/{word}")), 1)
        if times > 1:
            way = f"in a year it comes to `{100 * ((1 + float(rate) / times) ** times - 1):.6g} %/year`"
            raise wrong("wrong_dimension", quote(text), "a rate by the year", way)
        return rate


RATE_OF_GROWTH: Final = RateOfGrowth()


@dataclass(frozen=True)
class Growth:
    """How a series grows after its last key.

    `key` is the path of what gives the rate, from the series on: `growth`, or `growth.rate` in a block. The rate is
    `()` or (sample, 1), effective per year [1/year]; with None, the index gives it.
    """

    key: str
    rate: Array | None = None
    index: str = ""
    every: str = "year"


class GrowthOf(Field):
    """Reads `5 %/year`, `cpi`, or `{rate: 5 %/year, every: month}`."""

    unit = "1/year"

    def schema(self) -> grammar.Json:
        """Return what may be written."""
        one = {**RATE_OF_GROWTH.schema(), "title": "rate of growth"}
        rate = grammar.either("rate of growth, or the name of an index", one["x-unit"], one, IndexName().schema())
        every = Word(EVERY, "intervals of growth").schema()
        block = {
            "type": "object",
            "properties": {"rate": rate, "every": every},
            "required": ["rate"],
            "additionalProperties": False,
        }
        return grammar.either("growth after the last key", one["x-unit"], rate, block)

    def parse(self, raw: Any, info: ValidationInfo) -> Growth:
        """Return the growth.

        Parameters
        ----------
        raw, info : Any, ValidationInfo
            A leaf with a rate or the name of an index, or a block of both keys; and the context, which names the
            indices of the plan.

        Raises
        ------
        PydanticCustomError
            If the rate cannot be read, no index has that name, or a key is not known.
        """
        if not isinstance(raw, dict):
            return _read("growth", raw, info, "year")
        for key in raw:
            if key not in _KEYS:
                near = nearest(key, _KEYS)
                error = wrong("unknown_key", f"`{key}`", "`rate` or `every`", f"did you mean `{near}`?" if near else "")
                raise error_in_entry(key, error, key=True)
        if "rate" not in raw:
            raise wrong("missing", "no `rate` in `growth`", "", "write it like `{rate: 5 %/year, every: month}`")
        every = EVERY[0]
        if "every" in raw:
            try:
                every = Word(EVERY, "intervals of growth").parse(raw["every"], info)
            except PydanticCustomError as error:
                raise error_in_entry("every", error) from None
        try:
            return _read("growth.rate", raw["rate"], info, every)
        except PydanticCustomError as error:
            raise error_in_entry("rate", error) from None


def _read(key: str, raw: Any, info: ValidationInfo, every: str) -> Growth:
    """Return the growth by a rate or an index."""
    if is_sampled(raw):
        return Growth(key, RATE_OF_GROWTH.parse(raw, info), "", every)
    text = text_of(raw, _LIKE)
    if not is_name(text) or text[:1].isdigit():
        return Growth(key, RATE_OF_GROWTH.parse(raw, info), "", every)
    return Growth(key, None, known_index(text, info), every)


def known_index(text: str, info: ValidationInfo) -> str:
    """Return the name of an index of the plan.

    Parameters
    ----------
    text, info : str, ValidationInfo
        The name, and the context, which has the names of the plan's indices.

    Raises
    ------
    PydanticCustomError
        If the plan has no index of that name.
    """
    known = (info.context or {}).get("indices", ())
    if text in known:
        return text
    raise wrong("unknown_index", f"unknown index {quote(text)}", "", did_you_mean(text, known, "indices"))


class IndexName(Field):
    """The name of an index under `indices`."""

    def schema(self) -> grammar.Json:
        """Return what may be written."""
        return {"title": "name of an index", "type": "string", "pattern": f"^{NAME}$"}

    def parse(self, raw: Any, info: ValidationInfo) -> str:
        """Return the name.

        Parameters
        ----------
        raw, info : Any, ValidationInfo
            A leaf with the name, and the context, which has the names of the plan's indices.

        Raises
        ------
        PydanticCustomError
            If the plan has no index of that name.
        """
        return known_index(text_of(raw, "the name of an index"), info)
