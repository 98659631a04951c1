"""Field types of the calendar: dates, and the first or last day of a year, quarter or month."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import TYPE_CHECKING, Annotated, Any

from fibercap.core import grammar
from fibercap.core.fields import Field, text_of, wrong
from fibercap.core.input_hints import FIRST_YEAR, LAST_YEAR, day_of, quote
from fibercap.core.timeline import month_end

if TYPE_CHECKING:
    from pydantic_core.core_schema import ValidationInfo


class Day(Field):
    """A date, `2001-12-31`."""

    unit = "month"

    def schema(self) -> grammar.Json:
        """Return what may be written."""
        return grammar.text("date", grammar.DAY, "date", "`2001-12-31`")

    def parse(self, raw: Any, info: ValidationInfo) -> date:
        """Return the date.

        Parameters
        ----------
        raw, info : Any, ValidationInfo
            A leaf with a text like `2001-12-31`; the context is not used.

        Raises
        ------
        PydanticCustomError
            If the text is not a date of the calendar.
        """
        del info
        day = day_of(text_of(raw, "a date like `2001-12-31`"))
        if isinstance(day, tuple):
            raise wrong(*day)
        return day


@lru_cache(maxsize=5_000)  # every path has the same keys
def whole_period(text: str) -> tuple[int, int] | None:
    """Return the month numbers (start, end) of `2002`, `2002-Q3` or `2002-07`, or None."""
    match = re.fullmatch(r"([12][0-9]{3})(?:-(?:Q([1-4])|(0[1-9]|1[0-2])))?", text)
    if not match:
        return None
    year = 12 * int(match[1])
    if match[2]:
        return year + 3 * int(match[2]) - 3, year + 3 * int(match[2])
    return (year + int(match[3]) - 1, year + int(match[3])) if match[3] else (year, year + 12)


@dataclass(frozen=True)
class Edge(Field):
    """One end of a span, written as a year, quarter, month or day; `last` takes its last day, else its first."""

    last: bool = False
    unit: str = "month"

    def schema(self) -> grammar.Json:
        """Return what may be written: YAML sees a number in a year."""
        pattern, like = f"{grammar.PERIOD}|{grammar.DAY}", "`2001`, `2001-Q3`, `2001-07` or `2001-12-31`"
        schema = grammar.text("year, quarter, month or day", pattern, "date", like)
        return {**schema, "type": ["string", "integer"], "minimum": FIRST_YEAR, "maximum": LAST_YEAR}

    def parse(self, raw: Any, info: ValidationInfo) -> date:
        """Return the first or the last day of what is written.

        Parameters
        ----------
        raw, info : Any, ValidationInfo
            A leaf with a text like `2001`, `2001-Q3`, `2001-07` or `2001-12-31`; the context is not used.

        Raises
        ------
        PydanticCustomError
            If the text is none of these.
        """
        text = text_of(raw, "a year, quarter, month or day")
        span = whole_period(text)
        if span is None and re.fullmatch(r"[0-9]+-[0-9]+-[0-9]+", text):
            return Day().parse(raw, info)
        if span is None:
            hint = "write it like `2001`, `2001-Q3`, `2001-07` or `2001-12-31`"
            raise wrong("not_a_date", quote(text), "a year, quarter, month or day", hint)
        return month_end(span[1]) if self.last else month_end(span[0] + 1).replace(day=1)


Date = Annotated[date, Day()]
