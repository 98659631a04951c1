"""Business days: calendars of holidays, and how a payment that falls on a day without business is moved."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Annotated, Any, Final

import pydantic

from fibercap.core.language import grammar
from fibercap.core.language.dates import Day
from fibercap.core.language.entries import read_block
from fibercap.core.language.fields import Field, Text, text_of, wrong
from fibercap.core.language.input_hints import quote
from fibercap.core.language.money_or_share import Truth
from fibercap.core.language.spec import Spec

if TYPE_CHECKING:
    from pydantic_core.core_schema import ValidationInfo

    from fibercap.core.trees.tree import Branch

NO_ROLL: Final = "none"
ROLLS: Final = ("following", "modified_following", "preceding")
MOST_CLOSED: Final = 20
"""The most days in a row without business; payments a month apart keep their order when they move by no more."""
SATURDAY: Final = 5
ONE_DAY: Final = timedelta(1)


@dataclass(frozen=True)
class Holidays(Field):
    """Names of holidays by date: `{2001-12-25: Christmas Day}`; may stand in a file, as a series may."""

    settings: tuple[str, ...] = ()
    may_be_bare: bool = True
    unit: None = None

    def schema(self) -> grammar.Json:
        """Return what may be written."""
        block = grammar.block_by_key(grammar.DAY, {"title": "name of a holiday", "type": ["string", "number"]})
        return {"title": "names of holidays by date", **block}

    def parse(self, raw: Any, info: ValidationInfo) -> Mapping[date, str]:
        """Return the names by date, in order.

        Parameters
        ----------
        raw, info : Any, ValidationInfo
            A block of texts by date; the context is not used.

        Raises
        ------
        PydanticCustomError
            If it is not a block, or a key is not a date.
        """
        if not isinstance(raw, dict):
            wanted = "a block of holidays by date, like `{2001-12-25: Christmas Day}`"
            raise wrong("not_a_block", quote(text_of(raw, wanted)), wanted, "write the date of each")
        return dict(sorted(read_block(raw, Day().parse, Text().parse, info).items()))


class BusinessCalendar(Spec):
    """The days on which banks are closed in a place."""

    weekends: Truth = True
    """Whether banks are closed on Saturdays and Sundays."""
    holidays: Annotated[Mapping[date, str], Holidays()] = {}
    """Other days on which banks are closed, by date, each with its name, or `{file: new_york.csv, column: holiday}`.
    Like `{2001-12-25: Christmas Day}`."""

    def is_open(self, day: date) -> bool:
        """Return whether a day is a business day."""
        return day not in self.holidays and not (self.weekends and day.weekday() >= SATURDAY)

    def roll(self, day: date, way: str) -> date:
        """Return the business day to which a day is moved, itself if it is one.

        Parameters
        ----------
        day : date
            The day as the contract counts it.
        way : str
            `following`; `modified_following`, which takes the business day before where the one after lies in another
            month; `preceding`; or `none`.

        Source
        ------
        2006 ISDA Definitions, section 4.12; docs/conventions.md, section 4, Payment dates.
        """
        if way == NO_ROLL:
            return day
        moved = self._nearest(day, -1 if way == "preceding" else 1)
        if way == "modified_following" and moved.month != day.month:
            return self._nearest(day, -1)
        return moved

    def _nearest(self, day: date, step: int) -> date:
        """Return the first business day on or after a day, before it where `step` is -1; itself if none is near."""
        near = (day + step * days * ONE_DAY for days in range(MOST_CLOSED + 1))
        return next((other for other in near if self.is_open(other)), day)

    @property
    def closed_too_long(self) -> date | None:
        """A holiday that begins more days without business than a payment may be moved by; None if there is none."""
        days = range(MOST_CLOSED - 1)  # a weekend may lie before it
        runs = (day for day in self.holidays if not any(self.is_open(day + n * ONE_DAY) for n in days))
        return next(runs, None)


def calendars_of(values: Branch, plain: Any) -> dict[str, BusinessCalendar]:
    """Return the calendars of a file by name, those in error left out: their own blocks say what is wrong.

    Parameters
    ----------
    values : Branch
        The file, without the blocks that name sources.
    plain : callable
        Turns a branch into what fields read.
    """
    block, calendars = values.get("calendars"), {}
    for name, child in block.items() if isinstance(block, Mapping) else ():
        try:
            calendars[name] = BusinessCalendar.model_validate(plain(child), context={})
        except pydantic.ValidationError:
            calendars[name] = BusinessCalendar()
    return calendars
