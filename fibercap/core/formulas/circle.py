"""Rows that depend on one another from column to column, computed cell by cell from their formulas.

The cash of a period depends on the draw on a revolver in it, the draw on the cash before it, and that on the interest
of earlier draws. No row can be computed before the others, but cells can, one after the other.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from fibercap.core.formulas.cells import Cells, Circle, Texts, circle_of
from fibercap.core.formulas.components import circles, dependent
from fibercap.core.formulas.formula_text import term_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from fibercap.core.formulas.rows import Block, Row
    from fibercap.core.units import Array


def settle(
    blocks: Sequence[Block],
    unknown: Iterable[str],
    *,
    later: Mapping[str, str],
    later_from: int,
    elsewhere: str,
    assumed: Mapping[str, Array] | None = None,
) -> dict[str, Array]:
    """Return the values of some rows, and of all rows that depend on them, by path, each (..., column).

    Parameters
    ----------
    blocks : sequence of Block
        Rows in model periods first, then rows on columns of their own. Values of rows that depend on `unknown` ones are
        not read.
    unknown : iterable of str
        Paths of rows whose values are not known yet.
    later : mapping
        By path, formulas of rows in model periods that apply from the column `later_from` on.
    later_from : int
        Index of the first column after the horizon.
    elsewhere : str
        Prefix of the rows that will hold the later columns; they add nothing here.
    assumed : mapping, optional
        Values that rows read instead of those of a formula, by path, (period,) or (sample, period), or instead of one
        value of a scalar.

    Raises
    ------
    CircularError
        If a cell depends on itself.

    Source
    ------
    Own derivation. Whole rows are computed in an order in which each depends on earlier ones only; rows that depend on
    one another are computed cell by cell, in an order that is found once for rows of the same formulas.
    """
    assumed = assumed or {}
    rows = tuple((block.length, tuple(block.rows.values())) for block in blocks)
    cells = Cells(blocks, later_from, later, elsewhere, assumed)
    with np.errstate(all="ignore"):
        for part in _parts(rows, tuple(later.items()), later_from, frozenset(unknown), frozenset(assumed)):
            if isinstance(part, str):
                cells.evaluate(part)
            else:
                cells.fill(part)
    return cells.computed


@lru_cache(maxsize=64)
def _parts(
    blocks: tuple[tuple[int, tuple[Row, ...]], ...],
    later: tuple[tuple[str, str], ...],
    later_from: int,
    unknown: frozenset[str],
    assumed: frozenset[str],
) -> tuple[str | Circle, ...]:
    """Return the rows and circles of rows that depend on unknown rows, each after those on which it depends."""
    formulas: dict[str, Texts] = {}
    lengths, after = dict[str, int](), dict(later)
    for length, rows in blocks:
        lengths |= dict.fromkeys((row.path for row in rows), length)
        formulas |= {row.path: Texts(row.formula, after.get(row.path, ""), row.before, row.after) for row in rows}
    reads = {path: _references(four) - assumed for path, four in formulas.items()}  # assumed values close no circle
    open_paths = dependent(reads, unknown)
    among = {path: sorted(reads[path] & open_paths) for path in formulas if path in open_paths}
    members: dict[int, list[str]] = {}
    for path, number in circles(among).items():
        members.setdefault(number, []).append(path)
    return tuple(
        circle_of({path: formulas[path] for path in paths}, lengths, later_from)
        if len(paths) > 1 or paths[0] in among[paths[0]]
        else paths[0]
        for _, paths in sorted(members.items())
    )


def _references(texts: Iterable[str]) -> set[str]:
    return {path for text in texts if "{" in text for path, _ in term_of(text).references}
