"""The lines that `explain` prints: a result with the inputs behind it, or an input with the rows that use it."""

from __future__ import annotations

import re
from datetime import date
from shutil import get_terminal_size
from textwrap import wrap
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from fibercap.core.calendar import EXCEL_EPOCH
from fibercap.core.formulas.formula import evaluate
from fibercap.core.language.unit_words import counts_products
from fibercap.core.timeline import days_in_month, month_end
from fibercap.core.units import unit_text
from fibercap.studies.explaining.explanation import Number, Result

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fibercap.studies.explaining.input_history import Step, Written
    from fibercap.studies.explaining.input_uses import Use

STEP: Final = 2
FIRST_SERIAL: Final = 10_000  # days are dates from this number on (in 1927); smaller numbers are durations
FIRST_MONTH: Final = 12 * 1000
LEAST_DIGITS, MOST_DIGITS = 9, 17
PLURAL: Final = frozenset({"month", "year", "day"})
_GLUE: Final = "\N{NO-BREAK SPACE}"
_OPERATOR: Final = re.compile(r" ([-+*/<>=]=?) ")
_LITERAL: Final = re.compile(r"(?<![\w.])\d+(?:\.\d+)?(?:e[+-]?\d+)?")


def explain_lines(explanation: Result | Use) -> Iterator[str]:
    """Yield the lines that explain a result or an input, as wide as the window."""
    width = get_terminal_size().columns
    return _result_lines(explanation, width) if isinstance(explanation, Result) else _use_lines(explanation, width)


def _result_lines(result: Result, width: int) -> Iterator[str]:
    """Yield the lines of a result: its tree of numbers, and how good the inputs are that it rests on."""
    number = result.number
    yield from _head_lines(number, 0, width)
    if number.label and number.label != number.path:
        yield from _wrap(number.label, 0, width)
    yield from _body_lines(number, 0, width)
    yield ""
    yield from _wrap(_inputs_line(result), 0, width)
    if deeper := _count_hidden(number):
        numbers = "1 number lies" if deeper == 1 else f"{deeper} numbers lie"
        yield from _wrap(f"{numbers} deeper; a larger --depth shows more", 0, width)


def _inputs_line(result: Result) -> str:
    """Return how many inputs of which kind a result rests on."""
    if not result.inputs:
        return "rests on no written input except the horizon"
    count, kinds = sum(result.inputs.values()), ", ".join(f"{count} {kind}" for kind, count in result.inputs.items())
    return f"rests on {count} input{'' if count == 1 else 's'}: {kinds}" + (
        f"; so the result is {result.evidence}" if result.evidence else ""
    )


def _count_hidden(number: Number) -> int:
    return bool(number.hidden) + sum(map(_count_hidden, number.inputs))


def _head_lines(number: Number, indent: int, width: int) -> Iterator[str]:
    """Yield the name and period of a number, with its value at the right end of the line."""
    name = " " * indent + number.path + (f" @ {number.period}" if number.period else "")
    value = value_text(number.value, number.unit) if number.value is not None or number.note[:9] == "undefined" else ""
    if len(name) + 2 + len(value) <= width:
        yield f"{name}{value:>{width - len(name)}}" if value else name
    else:
        yield name
        yield f"{value:>{width}}"


def _body_lines(number: Number, indent: int, width: int) -> Iterator[str]:
    """Yield the lines below a name: note, formula in names and in numbers, places, and the numbers it refers to."""
    below = indent + STEP
    if number.note:
        yield from _wrap(number.note, below, width)
    if number.formula and number.inputs:
        yield from _wrap(f"= {number.formula}", below, width, hanging=STEP)
        if number.numbers and number.numbers != number.formula:
            yield from _wrap(f"= {shorten_numbers(number.numbers, number.value)}", below, width, hanging=STEP)
    for written in number.written:
        if not written.is_default:
            yield from _place_lines(written, below, width, named=written.path != number.path or number.period != "")
    defaults = [f"{w.path} {w.text}".strip() for w in number.written if w.is_default]
    if defaults:
        yield from _wrap(f"left at the default: {', '.join(defaults)}", below, width, hanging=STEP)
    empty = [n for n in number.inputs if not n.value and n.value is not None and not n.inputs and not n.written]
    for child in number.inputs:
        if child not in empty:
            yield from _head_lines(child, below, width)
            yield from _body_lines(child, below, width)
    if empty:
        yield from _wrap(f"0: {', '.join(_beside(n, number) for n in empty)}", below, width, hanging=STEP)


def _beside(one: Number, number: Number) -> str:
    """Return the name of a number below another one, without the path or period that both share."""
    if one.path == number.path:
        return one.period
    return one.path if one.period in {"", number.period} else f"{one.path} @ {one.period}"


def _wrap(text: str, indent: int, width: int, hanging: int = 0) -> list[str]:
    """Return the lines of a text; they break before operators, and never between a name and its period."""
    left, glued = " " * indent, _OPERATOR.sub(rf" \1{_GLUE}", text).replace(" @ ", f"{_GLUE}@{_GLUE}")
    lines = wrap(
        glued,
        max(width, indent + 20),
        initial_indent=left,
        subsequent_indent=left + " " * hanging,
        break_long_words=False,
        break_on_hyphens=False,
    )
    return [line.replace(_GLUE, " ") for line in lines]


def _place_lines(written: Written, indent: int, width: int, *, named: bool) -> Iterator[str]:
    """Yield the text of an input with its place and source."""
    name = f"{written.path}: " if named else ""
    yield from _wrap(
        f"{name}`{written.text}` at {written.place.file_line if written.place else 'no place'}",
        indent,
        width,
        hanging=STEP,
    )
    yield from _source_lines(written, indent + STEP if named else indent, width)


def _source_lines(written: Written, indent: int, width: int) -> Iterator[str]:
    """Yield kind, source and note of an input."""
    where = f", {written.where}" if written.where else ""
    if written.kind:
        source = f"{written.kind}: {written.title or 'no source is named'}{where}"
        yield from _wrap(source, indent, width, hanging=STEP)
    if written.note:
        yield from _wrap(f"note: {written.note}", indent, width, hanging=STEP)


def _use_lines(use: Use, width: int) -> Iterator[str]:
    """Yield the lines of an input: value, source, history, and the rows and measures that use it."""
    for written in use.inputs:
        value = written.text or ("" if not written.is_default else "not given")
        beside = len(written.path) + 2 + len(value) <= width
        yield f"{written.path}{value:>{width - len(written.path)}}" if value and beside else written.path
        if not beside:
            yield from _wrap(value, 2 * STEP, width)
        if written.is_default:
            yield "  left at its default; it is not written"
            continue
        yield from _source_lines(written, STEP, width)
        for number, step in enumerate(written.steps, 1):
            count, value = (f"{number}. ", f"`{step.value}` ") if len(written.steps) > 1 else ("", "")
            yield from _wrap(f"{count}{value}{_step_text(step)}", STEP, width, hanging=len(count) or STEP)
    yield ""
    yield from _list_lines(f"used by {len(use.rows)} row{'' if len(use.rows) == 1 else 's'}", use.rows, width)
    if not use.rows:
        yield "  no formula names it; it may decide which rows and formulas there are"
    else:
        yield from _list_lines(f"reaches {len(use.measures)} of {use.count} measures", use.measures, width)
    if use.is_row:
        yield ""
        yield from _wrap(f"`{use.path}` is a row too; name a period to explain that", 0, width)


def _step_text(step: Step) -> str:
    """Return what a step did to an input, and where."""
    if step.place is None or step.place.file_line == step.place.file:
        return f"{step.operator}, by {step.how}" if step.operator else f"by {step.how}"
    source = "" if step.how == step.place.file else step.how
    words = ", ".join(word for word in (source, step.operator) if word) or "changed"
    return f"{words} at {step.place.file_line}:{step.place.column}"


def _list_lines(title: str, names: tuple[str, ...], width: int) -> Iterator[str]:
    yield title + (":" if names else "")
    yield from _wrap(", ".join(names), STEP, width)


def value_text(value: float | None, unit: str) -> str:
    """Return a number with its unit, to the cent where it is money; month numbers and serial days as dates."""
    if value is None:
        return "undefined"
    if unit == "day" and value >= FIRST_SERIAL:
        return str(date.fromordinal(int(value) + EXCEL_EPOCH))
    if unit == "month" and value >= FIRST_MONTH:
        return str(_day_of(value))
    if unit == "1/year":
        return f"{100 * value:.8g} %/year"
    shown = f"{value:,.2f}" if unit.isupper() or counts_products(unit) else f"{value:,.8g}"
    shown = shown.removeprefix("-") if not shown.strip("-0.,") else shown
    return f"{shown} {unit_text(unit)}{'s' if unit in PLURAL and shown != '1' else ''}".strip()


def _day_of(number: float) -> date:
    """Return the day for a month number."""
    months, part = divmod(number, 1)
    if part < 1e-9:  # rounding
        return month_end(int(months))
    year, month = divmod(int(months), 12)
    return date(year, month + 1, max(round(part * days_in_month(year, month + 1)), 1))


def shorten_numbers(numbers: str, value: float | None) -> str:
    """Return a formula in numbers with as few digits (at least nine) as give its value to a billionth of it."""
    for digits in range(LEAST_DIGITS, MOST_DIGITS):
        text = _LITERAL.sub(lambda result, digits=digits: _round_literal(result[0], digits), numbers)  # type: ignore[misc]  # mypy infers no lambda with a default
        result = float(np.ravel(evaluate(text, _refuse_reference))[0])
        if value is None or abs(result - value) <= max(1e-9 * abs(value), 1e-6):
            return text
    return numbers


def _round_literal(literal: str, digits: int) -> str:
    text = f"{float(literal):.{digits}g}"
    return literal if len(literal) <= len(text) else text if "e" not in text else repr(float(text)).removesuffix(".0")


def _refuse_reference(path: str, shift: int) -> Any:
    raise AssertionError(path, shift)
