"""Terms of a loan that change over its life, as rows of its schedule."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from fibercap.core.rows import Row
from fibercap.core.timeline import RATE
from fibercap.model.loans.values_by_day import Steps, give_steps, text_on_day

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from fibercap.core.sheet import Sheet
    from fibercap.core.units import Array
    from fibercap.model.loans.setting import Setting


class Since(NamedTuple):
    """A day for each event, and the row of the schedule that has it, or a text like `date@-1`."""

    days: Sequence[date]
    row: str = "interest_from"


class Term(NamedTuple):
    """A term at each event: its formula text, its value and the number of that; and the texts of all its values."""

    text: str
    value: Array
    numbers: tuple[int, ...]
    texts: Sequence[str]

    @property
    def changes(self) -> bool:
        """Whether it has more than one value."""
        return len(self.texts) > 1


def term_row(sheet: Sheet, setting: Setting, key: str, unit: str, steps: Steps, since: Since) -> Term:
    """Give a term of a loan; where it changes, write its row in the schedule, such as `<schedule>.margin`.

    Parameters
    ----------
    sheet, setting : Sheet, Setting
        The sheet of the schedule, and the loan.
    key, unit : str
        The path of the input below the loan, such as `rate.margin`, and its unit.
    steps : Steps
        The value, or the values by day.
    since : Since
        The day of each event whose value applies.

    Source
    ------
    docs/conventions.md, section 4, Terms that change.
    """
    path, name = f"loans.{setting.name}.{key}", key.rsplit(".", 1)[-1]
    references = give_steps(sheet, path, unit, steps)
    if not steps.days:
        return Term(references[0], steps.values[0], (0,) * len(since.days), references)
    text = text_on_day(path, steps.names, references, f"{{{setting.prefix}.{since.row}}}")
    row = Row(f"{setting.prefix}.{name}", _LABELS[name], unit, RATE, text)
    numbers = tuple(map(steps.number_on, since.days))
    return Term(f"{{{row.path}}}", sheet.put(row, steps.by_day(since.days)), numbers, references)


_LABELS = {
    "margin": "Margin",
    "floor": "Floor",
    "cap": "Cap",
    "undrawn": "Fee on what is not drawn",
    "guarantee": "Guarantee fee",
    "agency": "Agency fee",
}
