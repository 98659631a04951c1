"""A sheet cut in two: a sheet of its first columns, and a block that continues it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache, partial
from typing import TYPE_CHECKING, TypeVar

from fibercap.core.formulas.formula_text import term_of
from fibercap.core.formulas.prefixed import prefix_text
from fibercap.core.formulas.rows import Block

if TYPE_CHECKING:
    from fibercap.core.formulas.rows import Row
    from fibercap.core.formulas.sheet import Sheet
    from fibercap.core.units import Array

T = TypeVar("T")


def split_sheet(sheet: Sheet, length: int, name: str) -> tuple[Sheet, Block | None]:
    """Return the first columns of a sheet as a sheet to write on, and the later ones as a block that continues it.

    Parameters
    ----------
    sheet : Sheet
        Rows over all columns.
    length : int
        The number of columns of the first part; if the sheet has no more, there is no block.
    name : str
        Prefix of the paths in the block. Its rows are made when they are first read; most are never read.

    Returns
    -------
    Sheet, Block or None
        On the sheet, a row that formulas read a column ahead continues with its value in the block.
    """
    if sheet.length == length:
        return sheet, None
    block = sheet.block()
    short = sheet.fork(length)
    short.checked = len(block.values)
    for path in paths_read_ahead(tuple(row.formula for row in block.rows.values() if "@1}" in row.formula)):
        if path in block.rows:
            short.set_after(path, f"{{{name}.{path}}}")
    paths = frozenset((*block.rows, *sheet.given_later))
    rows = Following(block.rows, name, partial(_continue_row, later=sheet.later, name=name, among=paths))
    values = Following(block.values, name, partial(_columns_from, length))
    given = {f"{name}.{path}": item._replace(path=f"{name}.{path}") for path, item in sheet.given_later.items()}
    return short, Block(
        name,
        block.length - length,
        rows,
        values,
        given,
        continues=short.block(),
        others=tuple(f"{name}.{path}" for path in sheet.later if path in block.rows),
        checked=len(block.values),
    )


def _columns_from(length: int, value: Array) -> Array:
    return value[..., length:]


def _continue_row(row: Row, later: Mapping[str, str], name: str, among: frozenset[str]) -> Row:
    """Return the row of the block that continues a row, by its own formula or the one for later columns."""
    formula = prefix_text(later.get(row.path, row.formula), name, among)
    return row._replace(path=f"{name}.{row.path}", formula=formula, before="0", after="0")


@lru_cache(maxsize=64)
def paths_read_ahead(texts: tuple[str, ...]) -> tuple[str, ...]:
    """Return the paths of rows that formulas read a column ahead."""
    return tuple({path: None for text in texts for path, shift in term_of(text).references if shift == 1})


class Following(Mapping[str, T]):
    """The rows or values that continue a block, by prefixed path; each is made when it is first read."""

    def __init__(self, of: Mapping[str, T], name: str, make: Callable[[T], T]) -> None:
        self._of, self._prefix, self._make = of, f"{name}.", make
        self._made: dict[str, T] = {}

    def __getitem__(self, path: str) -> T:
        """Return the row or the values at a path."""
        if path not in self._made:
            if not path.startswith(self._prefix):
                raise KeyError(path)
            self._made[path] = self._make(self._of[path.removeprefix(self._prefix)])
        return self._made[path]

    def __contains__(self, path: object) -> bool:
        """Return whether there is a row or scalar at a path."""
        return isinstance(path, str) and path.startswith(self._prefix) and path.removeprefix(self._prefix) in self._of

    def __iter__(self) -> Iterator[str]:
        """Yield the paths."""
        return (f"{self._prefix}{path}" for path in self._of)

    def __len__(self) -> int:
        """Return the number of paths."""
        return len(self._of)
