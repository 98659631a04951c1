"""Scalars: the inputs that a reader may change, and what follows from them; where each stands, and its formula."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from fibercap.core.formula_text import term_of
from fibercap.views.workbook.formulas import CannotBeSaidError, Spot, Wording, letters
from fibercap.views.workbook.lines import FORMULA, Surroundings, chosen

if TYPE_CHECKING:
    from fibercap.core.rows import Given
    from fibercap.views.workbook.book import Book


@dataclass(frozen=True)
class Scalar:
    """A scalar as it is written: a formula, or a number for all cases, or one for each case in `by_case`.

    `by_formula` is the formula of a number that would rest on itself: what it is once the number is right.
    """

    path: str
    unit: str
    spot: Spot
    kind: str
    value: float
    formula: str = ""
    by_case: tuple[float | None, ...] = ()
    by_formula: str = ""


def number(item: Given | None) -> float | None:
    """Return the value of a scalar, None where a case has none."""
    return None if item is None else float(np.ravel(item.value)[0])


def is_input(own: tuple[Given | None, ...]) -> bool:
    """Tell whether a scalar is a value in every case that has it."""
    return all(item is None or not item.formula for item in own)


def scalar(book: Book, path: str, first_case_column: int) -> Scalar:
    """Return how a scalar is written at its spot.

    Parameters
    ----------
    book : Book
        Knows every place.
    path : str
        The scalar.
    first_case_column : int
        The column of the first case, for scalars whose value differs between cases.
    """
    own, spot = book.union.scalars[path], book.scalars[path]
    unit = next(item.unit for item in own if item is not None)
    values = tuple(map(number, own))
    value = values[0] if values[0] is not None else next(v for v in values if v is not None)
    solved = any(item is not None and item.formula and item.fixed for item in own) or book.turns(path)
    if not is_input(own) and not solved:
        try:
            formula = _formula(book, path, own)
        except CannotBeSaidError as error:
            return _valued(book, Scalar(path, unit, spot, f"value: {error}", value), values, first_case_column)
        return Scalar(path, unit, spot, FORMULA, value, f"={formula}")
    plain = Scalar(path, unit, spot, "value", value)
    if solved:
        plain = replace(plain, kind="value: found round by round", by_formula=f"={_formula(book, path, own)}")
    return _valued(book, plain, values, first_case_column)


def _valued(book: Book, plain: Scalar, values: tuple[float | None, ...], first: int) -> Scalar:
    if len({value for value in values if value is not None}) == 1:
        return plain
    row, switch = plain.spot.row, book.switch
    ends = letters(first), letters(first + len(values) - 1)
    formula = f"=INDEX(${ends[0]}${row}:${ends[1]}${row},1,{switch.at}${switch.column}${switch.row})"
    return replace(plain, formula=formula, by_case=values)


def _formula(book: Book, path: str, own: tuple[Given | None, ...]) -> str:
    keys: list[object] = []
    texts: dict[object, str] = {}
    for case, item in enumerate(own):
        if item is None:
            keys.append(None)
            texts.setdefault(None, "0")
        elif not item.formula:
            keys.append(number(item))
            texts.setdefault(keys[-1], f"{number(item)!r}")
        else:
            keys.append(book.union.readings(case, item.formula))
            if keys[-1] not in texts:
                texts[keys[-1]] = Wording(term_of(item.formula), Surroundings(book, case, path)).whole()
    if len(texts) == 1 or (len(texts) == 2 and None in texts):  # a case without it asks nothing of it
        return next(text for key, text in texts.items() if key is not None)
    return chosen(book, keys, texts)
