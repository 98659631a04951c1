"""A sheet cut in two: its first columns as a sheet of their own, and a block that goes on where they end."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, TypeVar

from fibercap.core.formula_text import term_of
from fibercap.core.prefixed import under
from fibercap.core.rows import Block

if TYPE_CHECKING:
    from fibercap.core.rows import Row
    from fibercap.core.sheet import Sheet

T = TypeVar("T")


def cut(sheet: Sheet, length: int, name: str) -> tuple[Sheet, Block | None]:
    """Cut a sheet: return its first columns as a sheet to write on, and what follows as a block that continues it.

    Parameters
    ----------
    sheet : Sheet
        Rows over all columns.
    length : int
        The number of columns of the first part; where the sheet has no more, nothing follows.
    name : str
        What the paths of the block begin with. Its rows are made when they are asked for: most are never looked at.

    Returns
    -------
    Sheet, Block or None
        Rows that are read a column ahead say on the sheet what follows their last one.
    """
    if sheet.length == length:
        return sheet, None
    whole = sheet.block()
    short = sheet.fork(length)
    short.checked = len(whole.values)
    for path in ahead(tuple(row.formula for row in whole.rows.values() if "@1}" in row.formula)):
        if path in whole.rows:
            short.look_after(path, f"{{{name}.{path}}}")
    own = frozenset((*whole.rows, *sheet.given_later))
    rows = Following(whole.rows, name, lambda row: _goes_on(row, sheet.later, name, own))
    values = Following(whole.values, name, lambda value: value[..., length:])
    given = {f"{name}.{path}": item._replace(path=f"{name}.{path}") for path, item in sheet.given_later.items()}
    return short, Block(
        name,
        whole.length - length,
        rows,
        values,
        given,
        continues=short.block(),
        others=tuple(f"{name}.{path}" for path in sheet.later if path in whole.rows),
        checked=len(whole.values),
    )


def _goes_on(row: Row, later: Mapping[str, str], name: str, among: frozenset[str]) -> Row:
    """Return a row as it goes on: by its own formula or another one, from what stood in the columns before."""
    formula = under(later.get(row.path, row.formula), name, among)
    return row._replace(path=f"{name}.{row.path}", formula=formula, before="0", after="0")


@lru_cache(maxsize=64)
def ahead(texts: tuple[str, ...]) -> tuple[str, ...]:
    """Return the rows that formulas read a column ahead."""
    return tuple({path: None for text in texts for path, shift in term_of(text).references if shift == 1})


class Following(Mapping[str, T]):
    """What follows a block, by its path under a name; each is made when it is first asked for."""

    def __init__(self, of: Mapping[str, T], name: str, make: Callable[[T], T]) -> None:
        self._of, self._prefix, self._make = of, f"{name}.", make
        self._made: dict[str, T] = {}

    def __getitem__(self, path: str) -> T:
        """Return what stands under a path."""
        if path not in self._made:
            if not path.startswith(self._prefix):
                raise KeyError(path)
            self._made[path] = self._make(self._of[path.removeprefix(self._prefix)])
        return self._made[path]

    def __contains__(self, path: object) -> bool:
        """Tell whether something stands under a path."""
        return isinstance(path, str) and path.startswith(self._prefix) and path.removeprefix(self._prefix) in self._of

    def __iter__(self) -> Iterator[str]:
        """Run over the paths."""
        return (f"{self._prefix}{path}" for path in self._of)

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self._of)
