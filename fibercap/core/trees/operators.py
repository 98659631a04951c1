"""What an overlay may do to a value besides replacing it: `times`, `plus` and `delay`, on its text as written."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from fibercap.core.language.fields import is_sampled
from fibercap.core.language.input_hints import day_of, quote
from fibercap.core.language.limits import YEARS, most
from fibercap.core.period_names import is_business_year, whole_period
from fibercap.core.timeline import add_months, month_end, month_number
from fibercap.core.trees.tree import Branch, Leaf, Tree
from fibercap.core.units import QuantityTextError, Samples, conversion, factor_of_samples, split_quantity, unit_text
from fibercap.core.vocabulary import SHARES, UNITS

if TYPE_CHECKING:
    from collections.abc import Callable

ASIDE: Final = frozenset({"source", "where", "note"})
_MONTHS: Final = {"month": 1, "quarter": 3, "year": 12}
_SCALED: Final = {"thousand": 10**3, "million": 10**6, "billion": 10**9}


class OperatorError(ValueError):
    """An operator does not fit the value that it is to change; holds what was found, wanted and a hint."""

    def __init__(self, actual: str, wanted: str, hint: str) -> None:
        super().__init__(actual)
        self.actual, self.wanted, self.hint = actual, wanted, hint


def times(value: Any, by: Any) -> Any:
    """Return a value times a bare number or a percentage: `40 USD/km` times `0.8` is `32 USD/km`.

    Parameters
    ----------
    value, by : str or Quantity (sample, 1)
        What was written, and the factor; `80 %` is 0.8.

    Raises
    ------
    OperatorError
        If the value is not a quantity, or the factor has a unit.
    """
    if is_sampled(by):
        return _join(value, by, "times", "")
    factor, scale, unit = _split_amount(
        by, "a bare number or a percentage", "write it like `{times: 0.8}` or `{times: 80 %}`"
    )
    if unit not in ("", *SHARES):
        raise OperatorError(f"`times: {by}`", "a bare number or a percentage", "use `plus` to add an amount")
    factor *= _scale(scale) * (Decimal(str(UNITS[unit][0])) if unit else 1)
    if is_sampled(value):
        return Samples(np.asarray(value.magnitude) * float(factor), str(value.units))
    number, suffix, _ = _changeable(value, "times")
    return _text(number * factor, suffix)


def plus(value: Any, more: Any) -> Any:
    """Return the sum of two quantities of one dimension, in the unit of the first.

    Parameters
    ----------
    value, more : str or Quantity (sample, 1)
        What was written, and what is added to it; it may be negative.

    Raises
    ------
    OperatorError
        If one is not a quantity, or their dimensions differ.
    """
    if is_sampled(value) or is_sampled(more):
        return _join(value, more, "plus", None)
    number, suffix, unit = _changeable(value, "plus")
    added, other, other_unit = _split_amount(more, "a quantity", f"write it like `{{plus: {value}}}`")
    factor = conversion(other_unit, unit) if bool(unit) == bool(other_unit) else None
    if factor is None:
        raise OperatorError(f"`{more}` to add to `{value}`", "a quantity of the same kind", f"like `{{plus: {value}}}`")
    more_here = added * Decimal(str(factor)) if factor >= 1 else added / Decimal(str(round(1 / factor, 9)))
    return _text(number + more_here * _scale(other) / _scale(suffix), suffix)


def delay(value: Any, by: Any) -> Any:
    """Return a date some months later or earlier; the end of a month stays the end of a month.

    Parameters
    ----------
    value, by : str
        A day, month, quarter or year; and a duration, negative to move back.

    Raises
    ------
    OperatorError
        If the value is not a date, `by` is not a duration, or a quarter or year would no longer be whole.
    """
    wanted, hint = "a duration in months, quarters or years", "write it like `{delay: 6 months}`"
    if is_sampled(by):
        raise OperatorError("samples", wanted, "dates cannot differ by sample")
    number, scale, unit = _split_amount(by, wanted, hint)
    months = number * _scale(scale) * _MONTHS.get(unit, 0)
    if unit not in _MONTHS or months != int(months):
        raise OperatorError(f"`delay: {by}`", f"{wanted}, whole months in all", hint)
    if abs(months) > most("month"):
        raise OperatorError(f"`delay: {by}`", f"a duration of at most {YEARS:g} years", hint)
    return _move_date(value, int(months))


OPERATORS: Final[dict[str, Callable[[Any, Any], Any]]] = {"times": times, "plus": plus, "delay": delay}


def _move_date(value: Any, months: int) -> str:
    hint = "only dates are delayed; a project has a field `delay`, durations take `plus`"
    day = day_of(value) if isinstance(value, str) and re.fullmatch(r"[0-9]+-[0-9]+-[0-9]+", value) else ()
    if isinstance(day, tuple):
        business = isinstance(value, str) and is_business_year(value)
        span = whole_period(value[2:] if business else value) if isinstance(value, str) else None
        length = span[1] - span[0] if span else 1
        if span is None or months % length:
            raise OperatorError(quote(value), "a date that moves by whole months, quarters or years", hint)
        year, month = divmod(span[0] + months, 12)
        return {12: f"{'FY' if business else ''}{year}", 3: f"{year}-Q{month // 3 + 1}", 1: f"{year}-{month + 1:02d}"}[
            length
        ]
    number = month_number(day)
    later = month_end(int(number) + months) if number == int(number) else add_months(day, months)
    return later.isoformat()


def _split_amount(text: Any, wanted: str, hint: str) -> tuple[Decimal, str, str]:
    """Return the number of a quantity's text, its scale and unit, and its unit alone."""
    try:
        _, unit = split_quantity(text if isinstance(text, str) and text.isascii() else "?")
    except QuantityTextError:
        raise OperatorError(quote(text), wanted, hint) from None
    number, _, suffix = text.partition(" ")
    return Decimal(number.replace("_", "")), suffix, unit


def _changeable(value: Any, operator: str) -> tuple[Decimal, str, str]:
    """Return the parts of the text to which an operator applies."""
    wanted = f"a quantity that `{operator}` can change"
    return _split_amount(value, wanted, "replace the value, or name the inputs that have a number")


def _join(value: Any, by: Any, operator: str, unit: str | None) -> Samples:
    """Return samples of a value times or plus others, which are first brought to a unit; None is the value's own."""
    (amount, value_unit), (change, change_unit) = _magnitude(value, operator), _magnitude(by, operator)
    factor = factor_of_samples(Samples(change, change_unit), value_unit if unit is None else unit)
    if factor is None:
        given = unit_text(change_unit) or "no unit"
        wanted = f"samples in {unit_text(value_unit)}" if unit is None else "samples of a bare number or a share"
        raise OperatorError(f"samples in {given}", wanted, "give the samples another unit")
    return Samples(amount * change * factor if operator == "times" else amount + change * factor, value_unit)


def _magnitude(value: Any, operator: str) -> tuple[Any, str]:
    """Return the number or the samples of a value, and their unit."""
    if is_sampled(value):
        return np.asarray(value.magnitude, dtype=float), str(value.units)
    number, suffix, unit = _changeable(value, operator)
    return float(number * _scale(suffix)), unit


def _scale(suffix: str) -> int:
    return _SCALED.get(suffix.partition(" ")[0], 1)


def _text(number: Decimal, suffix: str) -> str:
    """Return the text of a number as the grammar reads it: plain digits, grouped by `_`."""
    plain = f"{number.normalize() if number else Decimal(0):,f}".replace(",", "_")
    return f"{plain} {suffix}" if suffix else plain


def is_operation(new: Branch, standing: Tree | None, known: frozenset[str] | None) -> bool:
    """Return whether a block is an operation on the present value, such as `{times: 0.8}`, instead of new fields.

    Parameters
    ----------
    new : Branch
        The block as written in a change.
    standing : Tree or None
        The present value at its path.
    known : frozenset of str or None
        The field names that the schema knows at the path, None where it knows none.
    """
    keys = [key for key in new if key not in ASIDE]
    if not keys or not all(key in OPERATORS and isinstance(new[key], Leaf) for key in keys):
        return False
    return isinstance(standing, Leaf) or not (known or frozenset()).intersection(keys)
