"""The values of scalars in the cases of a workbook."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from fibercap.core.formulas.dependencies import references

if TYPE_CHECKING:
    from fibercap.core.formulas.rows import Given
    from fibercap.views.workbook.cases import RowUnion


def value_of(item: Given | None) -> float | None:
    """Return the value of a scalar in a case, None without one."""
    return None if item is None else float(np.ravel(item.value)[0])


def is_input(items: tuple[Given | None, ...]) -> bool:
    """Tell whether a scalar is a value in every case that has it."""
    return all(item is None or not item.formula for item in items)


def is_zero_without(union: RowUnion, path: str) -> bool:
    """Tell whether a scalar is zero in the cases that lack it: its formula reads an input with no value there.

    Parameters
    ----------
    union : RowUnion
        The rows and scalars of all cases.
    path : str
        The path of the scalar. In cases without it no formula reads it, so that most may keep their formula there.
    """
    items = union.scalars[path]
    lacking = [case for case, item in enumerate(items) if item is None]
    formulas = [item.formula for item in items if item is not None and item.formula] if lacking else []
    return any(_has_gap(union.scalars.get(read), lacking) for text in formulas for read in references(text))


def _has_gap(items: tuple[Given | None, ...] | None, lacking: list[int]) -> bool:
    """Tell whether a scalar differs from case to case, and has no value in one of some cases."""
    if items is None or all(items[case] is not None for case in lacking):
        return False
    return len({value_of(item) for item in items if item is not None}) > 1


def value_at_export(union: RowUnion, path: str) -> float:
    """Return the value of a scalar in the case as written, or that of the first case that has it.

    Parameters
    ----------
    union, path : RowUnion, str
        The rows and scalars of all cases, and the path of the scalar.
    """
    first, *others = map(value_of, union.scalars[path])
    if first is None and is_zero_without(union, path):
        return 0.0
    return next(value for value in (first, *others) if value is not None)
