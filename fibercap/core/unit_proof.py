"""The formulas of rows proved on units alone, before any number is trusted."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from fibercap.core.errors import FormulaError, UnitError
from fibercap.core.formula import fits, spell, unit_of

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
    blocks = tuple(blocks)
    rows = [
        (path, row.unit, row.formula, row.before, row.after) for block in blocks for path, row in block.rows.items()
    ]
    rows += [
        (path, item.unit, item.formula, "", "")
        for block in blocks
        for path, item in block.given.items()
        if item.formula
    ]
    given = tuple((path, item.unit) for block in (*blocks, *known) for path, item in block.given.items())
    given += tuple((path, row.unit) for block in known for path, row in block.rows.items())
    if follows is not None:
        rows += [(path, follows.rows[path].unit, follows.rows[path].formula, "", "") for path in follows.others]
        rows += [(path, item.unit, item.formula, "", "") for path, item in follows.given.items()]
        given += tuple((path, item.unit) for path, item in follows.given.items())
    return _prove(tuple(rows), given, f"{follows.name}." if follows is not None else "")


@lru_cache(maxsize=32)
def _prove(rows: tuple[tuple[str, ...], ...], given: tuple[tuple[str, str], ...], later: str) -> int:
    """Prove rows (path, unit, formula, before, after) not proved before; chunks of a batch share one proof."""
    units = {path: unit for path, unit, *_ in rows} | dict(given)

    def unit(path: str) -> str:
        if later and path not in units:
            path = path.removeprefix(later)
        if path not in units:
            raise FormulaError(f"nothing is called `{path}`")
        return units[path]

    for path, declared, *texts in rows:
        for text in texts:
            if text and text != "0":
                found = unit_of(text, unit)
                if not fits(found, declared):
                    raise UnitError(f"{path} is in {declared or '1'}, but `{text}` yields {spell(found)}")
    return sum(bool(formula) for _, _, formula, *_ in rows)
