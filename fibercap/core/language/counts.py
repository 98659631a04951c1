"""Counts: bare whole numbers, such as the rank of a loan."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from fibercap.core.language import grammar
from fibercap.core.language.fields import Field, quantity_of, text_of, wrong
from fibercap.core.language.input_hints import quote
from fibercap.core.language.unit_hints import as_number

if TYPE_CHECKING:
    from pydantic_core.core_schema import ValidationInfo

MOST: Final = 99


@dataclass(frozen=True)
class Count(Field):
    """A whole number of at least 1; the same in all samples."""

    unit: str = ""

    def schema(self) -> grammar.Json:
        """Return what may be written; YAML may read it as a number."""
        pattern = r"^[1-9][0-9]?$"
        schema = grammar.text("whole number, at least 1", pattern, "1", "`2`")
        return {**schema, "type": ["integer", "string"], "minimum": 1, "maximum": MOST}

    def parse(self, raw: Any, info: ValidationInfo) -> int:
        """Return the number.

        Parameters
        ----------
        raw, info : Any, ValidationInfo
            A leaf with a text like `2`, and the context.

        Raises
        ------
        PydanticCustomError
            If it is not a bare whole number from 1 to 99.
        """
        del info
        wanted = f"a whole number from 1 to {MOST}"
        text = text_of(raw, wanted)
        number, unit = quantity_of(text, wanted, "`2`", as_number)
        if unit:
            raise wrong("wrong_dimension", quote(text), wanted, "it has no unit")
        if number != int(number) or not 1 <= number <= MOST:
            raise wrong("out_of_range", quote(text), wanted, "write `1`, `2`, `3` ...")
        return int(number)
