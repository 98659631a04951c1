"""Rows that rest on one another from column to column, carried cell by cell from their formulas.

Cash of a period rests on what a revolver draws in it, that on the cash before it, and this on the interest of what was
drawn earlier: no row can be evaluated before the others, yet every cell can, one after the other.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from fibercap.core.cells import Cells, Circle, Texts, functions_of
from fibercap.core.components import circles
from fibercap.core.formula_text import term_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from fibercap.core.rows import Block
    from fibercap.core.units import Array


def settle(
    blocks: Sequence[Block],
    decided: Iterable[str],
    *,
    later: Mapping[str, str],
    later_from: int,
    elsewhere: str,
    assumed: Mapping[str, Array] | None = None,
) -> dict[str, Array]:
    """Return the values of some rows and of all that rest on them, found from their formulas, each (..., column).

    Parameters
    ----------
    blocks : sequence of Block
        Rows in model periods first, then rows on columns of their own. Values of rows that rest on `decided` ones are
        not looked at.
    decided : iterable of str
        Rows whose values are not known.
    later : mapping
        Formulas by which rows in model periods go on from a column on, where these are not their own.
    later_from : int
        That column.
    elsewhere : str
        What the paths of rows begin with that hold later columns by themselves in the end, and add nothing here.
    assumed : mapping, optional
        Values of rows that others read in the place of what their formulas give, (period,) or (draw, period).

    Raises
    ------
    CircularError
        If a cell rests on itself.

    Source
    ------
    Own derivation. Rows are evaluated whole, in an order in which each rests on earlier ones; rows that rest on one
    another cell by cell, the order of which is found once for rows of the same formulas.
    """
    assumed = assumed or {}
    texts = tuple(
        (path, Texts(row.formula, later.get(path, ""), row.before, row.after))
        for block in blocks
        for path, row in block.rows.items()
    )
    lengths = tuple(block.length for block in blocks)
    cells = Cells(blocks, later_from, later, elsewhere, assumed)
    with np.errstate(all="ignore"):
        for part in _parts(texts, lengths, frozenset(decided), frozenset(assumed)):
            if isinstance(part, str):
                cells.evaluate(part)
            else:
                cells.fill(part)
    return cells.found


@lru_cache(maxsize=64)
def _parts(
    texts: tuple[tuple[str, Texts], ...], lengths: tuple[int, ...], decided: frozenset[str], assumed: frozenset[str]
) -> tuple[str | Circle, ...]:
    """Return what rests on decided rows, in an order in which each rests on earlier ones: rows, and circles of rows."""
    del lengths  # rows of other lengths have another order
    formulas = dict(texts)
    reads = {path: _references(four) - assumed for path, four in texts}
    readers: dict[str, list[str]] = {}
    for path, others in reads.items():
        for other in others:
            readers.setdefault(other, []).append(path)
    resting, left = set(decided), list(decided)
    while left:
        new = set(readers.get(left.pop(), [])) - resting
        resting |= new
        left += new
    among = {path: sorted(reads[path] & resting) for path in formulas if path in resting}
    found: dict[int, list[str]] = {}
    for path, number in circles(among).items():
        found.setdefault(number, []).append(path)
    is_open = resting.__contains__
    return tuple(
        Circle({path: functions_of(formulas[path], is_open) for path in paths})
        if len(paths) > 1 or paths[0] in among[paths[0]]
        else paths[0]
        for _, paths in sorted(found.items())
    )


def _references(texts: Iterable[str]) -> set[str]:
    return {path for text in texts if "{" in text for path, _ in term_of(text).references}
