"""The maturity of a loan as it is written: a date, or a duration from signing."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

from fibercap.core.language import grammar
from fibercap.core.language.dates import Day
from fibercap.core.language.durations import Duration
from fibercap.core.language.fields import Field, text_of


class DateOrTerm(Field):
    """A date, or a duration from signing."""

    unit = "month"

    def schema(self) -> grammar.Json:
        """Return what may be written."""
        pattern = f"{grammar.DAY}|{grammar.duration(zero=False)}"
        return grammar.text("date, or duration from signing", pattern, "date or month", "`2006-01-08` or `5 years`")

    def parse(self, raw: Any, info: Any) -> date | int:
        """Return the date, or the term in months.

        Parameters
        ----------
        raw, info
            A leaf with a text like `2006-01-08` or `5 years`, and the context.

        Raises
        ------
        PydanticCustomError
            If it is neither a date nor a duration of at least a month.
        """
        text = text_of(raw, "a date or a duration")
        if re.match(r"\d{4}-", text):
            return Day().parse(raw, info)
        months: int = Duration(low=1.0, wanted="a date, or a duration in months, quarters or years").parse(raw, info)
        return months
