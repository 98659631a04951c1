"""The formulas of rows proved on units alone, before any number is trusted."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from fibercap.core.errors import FormulaError, UnitError
from fibercap.core.formula import fits, spell, unit_of
from fibercap.core.rows import Row
from fibercap.core.timeline import RATE

if TYPE_CHECKING:
    from collections.abc import Iterable

    from fibercap.core.rows import Block


def prove(blocks: Iterable[Block], known: Iterable[Block] = (), follows: Block | None = None) -> int:
    """Prove every formula on units alone; return how many were proved. Formulas may refer to `known` blocks too.

    Rows of a block that `follows` have the unit of what they go on from, so that a formula that goes on as it is needs
    no proof of its own; those that go on by others do.

    Raises
    ------
    UnitError
        If a formula joins unlike units or yields another unit than its row declares.
    FormulaError
        If a formula refers to nothing.
    """
    blocks, known = tuple(blocks), tuple(known)
    given = [item for block in (*blocks, *known) for item in block.given.values()]
    scalars = [item for block in blocks for item in block.given.values() if item.formula]
    rows = [row for block in blocks for row in block.rows.values()]
    if follows is not None:
        rows += [follows.rows[path] for path in follows.others]
        given += follows.given.values()
        scalars += follows.given.values()
    rows += [Row(item.path, "", item.unit, RATE, item.formula) for item in scalars]
    others = tuple(row for block in known for row in block.rows.values())
    units = tuple((item.path, item.unit) for item in given)
    return _prove(tuple(rows), others, units, f"{follows.name}." if follows is not None else "")


@lru_cache(maxsize=32)
def _prove(rows: tuple[Row, ...], known: tuple[Row, ...], given: tuple[tuple[str, str], ...], later: str) -> int:
    """Prove rows not proved before, which may read known ones; chunks of a batch share one proof."""
    units = {row.path: row.unit for row in rows} | dict(given) | {row.path: row.unit for row in known}

    def unit(path: str) -> str:
        if later and path not in units:
            path = path.removeprefix(later)
        if path not in units:
            raise FormulaError(f"nothing is called `{path}`")
        return units[path]

    for row in rows:
        for text in (row.formula, row.before, row.after):
            if text and text != "0":
                found = unit_of(text, unit)
                if not fits(found, row.unit):
                    raise UnitError(f"{row.path} is in {row.unit or '1'}, but `{text}` yields {spell(found)}")
    return sum(bool(row.formula) for row in rows)
