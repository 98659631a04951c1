"""Field types of the calendar: dates, and the first or last day of a year, quarter or month."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Annotated, Any

from fibercap.core.language import grammar
from fibercap.core.language.fields import Field, text_of, wrong
from fibercap.core.language.input_hints import FIRST_YEAR, LAST_YEAR, day_of, quote
from fibercap.core.period_names import DECEMBER, NO_BUSINESS_YEARS, forms, is_business_year, whole_period
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
        return _date(text_of(raw, "a date like `2001-12-31`"))


def _date(text: str) -> date:
    """Return the date that a text names, or raise what is wrong with it."""
    day = day_of(text)
    if isinstance(day, tuple):
        raise wrong(*day)
    return day


def year_ends_of(info: ValidationInfo | None) -> int:
    """Return the month in which the plan's years end, from 1 to 12; December where nothing is known of the plan."""
    known: int = ((info and info.context) or {}).get("year_ends", DECEMBER)
    return known


def way_to_name(text: str, year_ends: int, other: str = "") -> str:
    """Return the hint for a text that names no period: how to write it.

    Parameters
    ----------
    text : str
        What was written.
    year_ends : int
        The month in which years end, from 1 to 12.
    other : str
        Examples of what else is taken there.
    """
    if is_business_year(text) and year_ends == DECEMBER:
        way = f"write `{text[2:]}`, or name another month in `horizon`, such as `year_ends: June`"
        return f"{NO_BUSINESS_YEARS}: {way}"
    known = f"{forms(year_ends).replace(' or ', ', ')} or {other}" if other else forms(year_ends)
    return f"write it like {known}"


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
            A leaf with a text like `2001`, `2001-Q3`, `2001-07`, `FY2002` or `2001-12-31`, and a context with the month
            in which years end.

        Raises
        ------
        PydanticCustomError
            If the text is none of these.
        """
        return self.day(raw, year_ends_of(info))

    def day(self, raw: Any, year_ends: int) -> date:
        """Return the first or the last day of what is written.

        Parameters
        ----------
        raw, year_ends : Any, int
            A leaf, and the month in which years end, from 1 to 12.

        Raises
        ------
        PydanticCustomError
            If it is not a year, quarter, month or day.
        """
        text = text_of(raw, "a year, quarter, month or day")
        span = whole_period(text, year_ends)
        if span is None and re.fullmatch(r"[0-9]+-[0-9]+-[0-9]+", text):
            return _date(text)
        if span is None:
            hint = way_to_name(text, year_ends, "`2001-12-31`")
            raise wrong("not_a_date", quote(text), "a year, quarter, month or day", hint)
        return month_end(span[1]) if self.last else month_end(span[0] + 1).replace(day=1)


Date = Annotated[date, Day()]
