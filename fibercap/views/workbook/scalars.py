"""Scalars: inputs and single numbers that follow from them; the cells of each, as formula or value."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from fibercap.core.formulas.formula_text import term_of
from fibercap.views.workbook.cell_address import CellAddress, letters
from fibercap.views.workbook.formulas import FormulaWriter, NoSheetFormulaError
from fibercap.views.workbook.lines import FORMULA, CaseContext, formula_by_case
from fibercap.views.workbook.scalar_values import is_input, is_zero_without, value_at_export, value_of

if TYPE_CHECKING:
    from fibercap.core.formulas.rows import Given
    from fibercap.views.workbook.book import Book


@dataclass(frozen=True)
class ScalarCells:
    """What the cells of a scalar hold: a formula, or a value for all cases, or one for each case in `by_case`.

    A scalar that depends on itself is written as a value; `by_formula` is its formula, which gives the same number if
    the value is right.
    """

    path: str
    unit: str
    address: CellAddress
    kind: str
    value: float
    formula: str = ""
    by_case: tuple[float | None, ...] = ()
    by_formula: str = ""


def scalar_cells(book: Book, path: str, first_case_column: int) -> ScalarCells:
    """Return what the cells of a scalar hold.

    Parameters
    ----------
    book : Book
        Knows the address of every scalar.
    path : str
        The path of the scalar.
    first_case_column : int
        The column of the first case, for scalars whose value differs between cases.
    """
    items, address = book.union.scalars[path], book.scalars[path]
    unit = next(item.unit for item in items if item is not None)
    values = tuple(map(value_of, items))
    value = value_at_export(book.union, path)
    solved = any(item is not None and item.formula and item.fixed for item in items) or book.is_in_circle(path)
    if not is_input(items) and not solved:
        try:
            formula = _formula(book, path, items)
        except NoSheetFormulaError as error:
            return _with_case_values(
                book, ScalarCells(path, unit, address, f"value: {error}", value), values, first_case_column
            )
        return ScalarCells(path, unit, address, FORMULA, value, f"={formula}")
    plain = ScalarCells(path, unit, address, "value", value)
    if solved:
        plain = replace(plain, kind="value: found round by round", by_formula=f"={_formula(book, path, items)}")
    return _with_case_values(book, plain, values, first_case_column)


def _with_case_values(book: Book, plain: ScalarCells, values: tuple[float | None, ...], first: int) -> ScalarCells:
    """Return a scalar whose cell takes its value from those of the cases, if they differ."""
    if len({value for value in values if value is not None}) == 1:
        return plain
    row, switch = plain.address.row, book.switch
    ends = letters(first), letters(first + len(values) - 1)
    formula = f"=INDEX(${ends[0]}${row}:${ends[1]}${row},1,{switch.cell})"
    return replace(plain, formula=formula, by_case=values)


def _formula(book: Book, path: str, items: tuple[Given | None, ...]) -> str:
    """Return the formula of a scalar for all cases."""
    keys: list[object] = []
    texts: dict[object, str] = {}
    for case, item in enumerate(items):
        if item is None:
            keys.append(None)
            texts.setdefault(None, "0")
        elif not item.formula:
            keys.append(value_of(item))
            texts.setdefault(keys[-1], f"{value_of(item)!r}")
        else:
            keys.append(book.union.readings(case, item.formula))
            if keys[-1] not in texts:
                texts[keys[-1]] = FormulaWriter(term_of(item.formula), CaseContext(book, case, path)).text()
    if None in texts and len(texts) == 2 and not is_zero_without(book.union, path):
        return next(text for key, text in texts.items() if key is not None)
    return formula_by_case(book, keys, texts)
