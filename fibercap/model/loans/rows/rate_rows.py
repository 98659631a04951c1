"""The row of a loan's rate at each event, and the formulas of the rates that it bears one after the other."""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from fibercap.core.calendar import serial
from fibercap.core.formulas.rows import INPUT, Row
from fibercap.core.timeline import RATE
from fibercap.model.loans.clauses.rates import Floating, apply_limits
from fibercap.model.loans.clauses.values_by_day import give_read_on, give_steps, text_on_day
from fibercap.model.loans.rows.term_rows import Since, Term, term_row

if TYPE_CHECKING:
    from collections.abc import Sequence

    from fibercap.core.formulas.sheet import Sheet
    from fibercap.core.units import Array
    from fibercap.model.loans.clauses.rates import RateCourse
    from fibercap.model.loans.setting import Setting


class RateTexts(NamedTuple):
    """The rates that a loan bears: at each event its value and its number, and by number its formula text."""

    value: Array
    steps: tuple[int, ...]
    texts: Sequence[str]
    values: Sequence[Array]
    """The rate by number, () or (sample, 1). [1/year]"""
    choices: int = 1
    """How many rates, one after the other in `texts`, a ratio chooses among."""
    choice: str = ""
    """The formula text of the choice, from 0 on."""


def rate_row(
    sheet: Sheet, setting: Setting, course: RateCourse, steps: Sequence[int], path: str, since: Since
) -> RateTexts:
    """Write the row `<schedule>.rate`, the rate in force between the event before and each event.

    Gives the rates, or the values of the index, as `inputs.<path>`, and the days from which they hold. A margin, floor
    or cap that changes gets a row of its own, `<schedule>.margin` and the like.

    Parameters
    ----------
    sheet, setting : Sheet, Setting
        The sheet of the schedule, and the loan.
    course : RateCourse
        The rate over the loan's life; of a floating one, the index alone.
    steps : (event,)
        The number of the value in force at each event.
    path : str
        Path of the input that gives the rate or the index.
    since : Since
        The first day of the interest period of each event.

    Returns
    -------
    RateTexts

    Source
    ------
    docs/conventions.md, section 4, Interest.
    """
    text, refs = _index_text(sheet, setting, course, path, since)
    value = course.values[0]
    if course.days:
        value = np.stack(np.broadcast_arrays(*course.values), axis=-1)[..., list(steps)]
        value = value.reshape(*value.shape[:-2], -1) if value.ndim > 2 else value  # (sample, 1, event)
    rates = RateTexts(np.asarray(value), tuple(steps), refs, course.values)
    if isinstance(setting.loan.rate, Floating):
        rates, text = _limit_rates(sheet, setting, rates, text, since)
    value = rates.value
    if value.shape[-1:] != (sheet.length,):
        value = np.broadcast_to(value, (*value.shape[:-1], sheet.length))
    row = Row(f"{setting.prefix}.rate", "Rate", "1/year", RATE, text, rates.texts[rates.steps[0]])
    return rates._replace(value=sheet.put(row, value))


def _index_text(sheet: Sheet, setting: Setting, course: RateCourse, path: str, since: Since) -> tuple[str, list[str]]:
    """Give the rates, or the values of the index; return the formula text of the one in force, and that of each."""
    give, source, written = sheet.give, f"{INPUT}{path}", course.written
    if not course.days:
        text = give(source, "1/year", course.values[0])
        return text, [text]
    on = f"{{{setting.prefix}.rate_set_on}}"
    if written.linear:
        refs = give_steps(sheet, path, "1/year", written)
        reads = (*since.reads, f"loans.{setting.name}.rate")
        _, each = give_read_on(sheet, (path, "1/year"), written, setting.prefix, reads, course.days)
        return text_on_day(path, written, refs, on), each
    refs = [give(f"{source}.{n}", "1/year", v) for n, v in written.by_key]
    begins = [
        give(f"{source}.{n}.from", "day", serial(d), f"{path}.{n}")
        for n, d in zip(written.names, written.days, strict=True)
    ]
    until = [*(f", {on} < {day}" for day in begins[1:]), ""]
    return " + ".join(f"{r} * AND({on} >= {a}{b})" for r, a, b in zip(refs, begins, until, strict=True)), refs


def _limit_rates(sheet: Sheet, setting: Setting, index: RateTexts, text: str, since: Since) -> tuple[RateTexts, str]:
    """Add the margin to an index, and keep the sum between floor and cap."""
    terms = [
        term_row(sheet, setting, f"rate.{key}", "1/year", term, since)
        for key, term in setting.loan.terms_of_rate.items()
    ]
    value, text = apply_limits(index.value, *(term.value for term in terms)), _limit_text(text, [t.text for t in terms])
    if not any(term.changes for term in terms):
        texts = [_limit_text(reference, [term.texts[0] for term in terms]) for reference in index.texts]
        values = [apply_limits(rate, *(term.values[0] for term in terms)) for rate in index.values]
        return RateTexts(value, index.steps, texts, values), text
    chosen = list(zip(index.steps, *(term.numbers for term in terms), strict=True))
    combined = list(dict.fromkeys(chosen))
    choices = list(product(*(range(len(term.texts)) if term.step else (-1,) for term in terms)))
    texts, values = [], []
    for (number, *places), choice in product(combined, choices):
        picked = [of_day if of_ratio < 0 else of_ratio for of_day, of_ratio in zip(places, choice, strict=True)]
        parts = list(zip(terms, picked, strict=True))
        texts.append(_limit_text(index.texts[number], [term.texts[place] for term, place in parts]))
        values.append(apply_limits(index.values[number], *(term.values[place] for term, place in parts)))
    last = len(choices) - 1
    steps = tuple(
        combined.index(numbers) * len(choices) + (last if tested else 0)
        for numbers, tested in zip(chosen, since.tested, strict=True)
    )
    return RateTexts(value, steps, texts, values, len(choices), _choice_text(terms)), text


def _choice_text(terms: Sequence[Term]) -> str:
    """Return the formula text of the number of the choice among the steps of all terms that a ratio decides."""
    text = ""
    for term in terms:
        if term.step:
            text = f"({text}) * {len(term.texts)} + {term.step}" if text else term.step
    return text


def _limit_text(index: str, terms: Sequence[str]) -> str:
    """Return the formula text of a floating rate from those of its index, margin, floor and, if it has one, cap."""
    bare = f"MAX({index} + {terms[0]}, {terms[1]})"
    return bare if len(terms) < 3 else f"MIN({bare}, {terms[2]})"
