"""Terms of a loan that change over its life, as rows of its schedule."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from fibercap.core.formulas.rows import Row
from fibercap.core.timeline import RATE
from fibercap.model.loans.clauses.ratio_steps import RatioSteps
from fibercap.model.loans.clauses.values_by_day import Steps, give_read_on, give_steps, text_on_day

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from fibercap.core.formulas.sheet import Sheet
    from fibercap.core.units import Array
    from fibercap.model.loans.setting import Setting


class Since(NamedTuple):
    """For each event a day, and the number of the period tested before it, 0 for none; and the row with the day."""

    days: Sequence[date]
    tested: Sequence[int]
    row: str = "interest_from"
    """A row of the schedule, or a text like `date@-1`."""
    reads: tuple[str, ...] = ()
    """The paths of the inputs that decide the days."""

    def value_of(self, term: Steps | RatioSteps) -> Array:
        """Return the value of a term at each event, (event,) or (sample, event); of a ratio not known yet, `else`.

        Parameters
        ----------
        term : Steps or RatioSteps
            The value by day, or by steps of a ratio.
        """
        return term.by_day(self.days) if isinstance(term, Steps) else term.before_tests(self.tested)


class Term(NamedTuple):
    """A term at each event: its formula text, its value and the number of that; and all its values with their texts."""

    text: str
    value: Array
    numbers: tuple[int, ...]
    texts: Sequence[str]
    values: Sequence[Array]
    step: str = ""
    """The reference to the number of its step, where a ratio decides."""

    @property
    def changes(self) -> bool:
        """Whether it has more than one value."""
        return len(self.texts) > 1


def term_row(sheet: Sheet, setting: Setting, key: str, unit: str, steps: Steps | RatioSteps, since: Since) -> Term:
    """Give a term of a loan; where it changes, write its row in the schedule, such as `<schedule>.margin`.

    Parameters
    ----------
    sheet, setting : Sheet, Setting
        The sheet of the schedule, and the loan.
    key, unit : str
        The path of the input below the loan, such as `rate.margin`, and its unit.
    steps : Steps or RatioSteps
        The value, the values by day, or by steps of a ratio.
    since : Since
        The day of each event whose value applies.

    Source
    ------
    docs/conventions.md, section 4, Terms that change.
    """
    path, name = f"loans.{setting.name}.{key}", key.rsplit(".", 1)[-1]
    if isinstance(steps, RatioSteps):
        references = give_choices(sheet, path, unit, steps)
        number = f"{{{setting.prefix}.{name}_step}}"
        row = Row(f"{setting.prefix}.{name}", _LABELS[name], unit, RATE, choice_text(number, references))
        value = sheet.put(row, since.value_of(steps))  # its step is not known yet
        return Term(f"{{{row.path}}}", value, (0,) * len(since.days), references, steps.values, number)
    references = give_steps(sheet, path, unit, steps)
    if not steps.days:
        return Term(references[0], steps.values[0], (0,) * len(since.days), references, steps.values)
    text, value = text_on_day(path, steps, references, f"{{{setting.prefix}.{since.row}}}"), steps.by_day(since.days)
    row = Row(f"{setting.prefix}.{name}", _LABELS[name], unit, RATE, text)
    if steps.linear:
        steps, references = give_read_on(sheet, (path, unit), steps, setting.prefix, since.reads, since.days)
    numbers = tuple(map(steps.number_on, since.days))
    return Term(f"{{{row.path}}}", sheet.put(row, value), numbers, references, steps.values)


def give_choices(sheet: Sheet, path: str, unit: str, steps: RatioSteps) -> list[str]:
    """Give the values of a term by steps of a ratio; return the references to them.

    Parameters
    ----------
    sheet, path : Sheet, str
        The sheet that gets the scalars, and the path of the input.
    unit : str
        The unit of the values.
    steps : RatioSteps
        The values.
    """
    return [sheet.give(f"inputs.{path}.{key}", unit, value) for key, value in steps.choices]


def choice_text(number: str, references: Sequence[str]) -> str:
    """Return the formula text of the value with a number.

    Parameters
    ----------
    number : str
        Formula text of the number, from 0 on.
    references : sequence of str
        References to the values.
    """
    return " + ".join(f"IF({number} = {place}, {reference}, 0)" for place, reference in enumerate(references))


_LABELS = {
    "margin": "Margin",
    "floor": "Floor",
    "cap": "Cap",
    "undrawn": "Fee on what is not drawn",
    "guarantee": "Guarantee fee",
    "agency": "Agency fee",
}
