"""What uses an input: the rows whose formulas name it, and the measures that depend on it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from fibercap.core.formulas.dependencies import references
from fibercap.core.formulas.rows import INPUT
from fibercap.model.horizon.run_off import RUN_OFF
from fibercap.model.measures.all_measures import names
from fibercap.model.worth.without_projects import SAME_WITHOUT, WITHOUT

if TYPE_CHECKING:
    from fibercap.model.projection import Projection
    from fibercap.studies.explaining.input_history import Inputs, Written


@dataclass(frozen=True)
class Use:
    """An input or block of inputs: each as written, rows whose formulas name it, and measures that depend on it."""

    path: str
    inputs: tuple[Written, ...]
    rows: tuple[str, ...]
    measures: tuple[str, ...]
    count: int
    is_row: bool


def use_of(projection: Projection, inputs: Inputs, path: str) -> Use:
    """Return where an input is written, and what uses it.

    Parameters
    ----------
    projection : Projection
        The projection of the scenario.
    inputs : Inputs
        The inputs of the scenario.
    path : str
        An input or a block of inputs, written or left at its default.
    """
    return Use(
        path,
        inputs.below(path),
        _rows(projection, path),
        _measures(projection, path),
        len(names(projection)),
        path in projection.rows,
    )


def _meet(one: str, other: str) -> bool:
    """Tell whether two paths are the same, or one lies below the other."""
    return f"{one}.".startswith(f"{other}.") or f"{other}.".startswith(f"{one}.")


def _rows(projection: Projection, path: str) -> tuple[str, ...]:
    """Return the rows that use an input, because their formula names it or the calendar reads it for them.

    Given numbers and the rows `inputs.*` only stand for an input: the rows that name these are returned.
    """
    named: set[str] = set()
    blocks = [
        block for name, block in projection.blocks.items() if not name.startswith((WITHOUT, SAME_WITHOUT, RUN_OFF))
    ]
    items = [(p, (item.formula,), item.reads) for block in blocks for p, item in block.given.items() if not item.aside]
    rows = [(p, (row.formula, row.before), row.reads) for block in blocks for p, row in block.rows.items()]
    stands = [*items, *(row for row in rows if row[0].startswith(INPUT))]
    grown = True
    while grown:
        more = {p for p, texts, reads in stands if _uses(path, named, texts, reads)}
        named, grown = named | more, bool(more - named)
    return tuple(p for p, texts, reads in rows if not p.startswith(INPUT) and _uses(path, named, texts, reads))


def _uses(path: str, named: set[str], texts: tuple[str, ...], reads: tuple[str, ...]) -> bool:
    return any(_meet(path, read) for read in reads) or not named.isdisjoint(references(*texts))


def _measures(projection: Projection, path: str) -> tuple[str, ...]:
    """Return the measures that depend on an input."""
    reached = projection.evidence.reached
    bits = sum(1 << number for number, read in enumerate(reached.inputs) if _meet(path, read))
    return tuple(name for name, m in projection.measures.items() if reached.mask_of(m.rests_on) & bits)
