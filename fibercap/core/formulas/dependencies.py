"""The inputs on which each row depends, from one walk over the references of all formulas."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING

from fibercap.core.formulas.formula_text import term_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from fibercap.core.formulas.rows import Block

Node = tuple[str, tuple[str, ...], tuple[str, ...]]


@dataclass(frozen=True)
class Reach:
    """The inputs on which each row and each scalar depends, as bits of an integer, a mask; `inputs` names the bits.

    A row whose path begins with `later` continues another row after the horizon and depends on the same inputs.
    """

    inputs: tuple[str, ...]
    masks: Mapping[str, int]
    later: str = ""

    def mask_of(self, paths: Iterable[str]) -> int:
        """Return the mask of the inputs on which some rows depend; a path that is not a row adds none."""
        mask = 0
        for path in paths:
            mask |= self.masks.get(path.removeprefix(self.later), 0)
        return mask

    def inputs_in(self, mask: int) -> tuple[str, ...]:
        """Return the paths of the inputs in a mask."""
        return tuple(path for number, path in enumerate(self.inputs) if mask >> number & 1)


@lru_cache(maxsize=50_000)
def references(*texts: str) -> tuple[str, ...]:
    """Return the paths to which formula texts refer, each once."""
    return tuple(dict.fromkeys(path for text in texts if "{" in text for path, _ in term_of(text).references))


def reach(blocks: Iterable[Block]) -> Reach:
    """Return the inputs on which each row of some blocks may depend, whatever the values of the inputs.

    Source
    ------
    Own derivation: the smallest sets such that each row's set has what the row reads and the sets of the rows that
    its formula refers to.
    """
    nodes: list[Node] = []
    later = ""
    for block in blocks:
        if block.continues is not None:
            later = f"{block.name}."
            continue
        nodes += [(path, ("" if item.aside else item.formula,), item.reads) for path, item in block.given.items()]
        nodes += [(path, (row.formula, row.before), row.reads) for path, row in block.rows.items()]
    dependencies = _reach(tuple(nodes))
    return replace(dependencies, later=later) if later else dependencies


@lru_cache(maxsize=32)
def _reach(nodes: tuple[Node, ...]) -> Reach:
    """Walk a graph that has not been walked before; a batch and its members share one walk."""
    bits: dict[str, int] = {}
    masks: dict[str, int] = {}
    refers: dict[str, tuple[str, ...]] = {}
    for path, texts, reads in nodes:
        direct = 0
        for read in reads:
            direct |= 1 << bits.setdefault(read, len(bits))
        masks[path] = masks.get(path, 0) | direct
        refers[path] = (*refers.get(path, ()), *references(*texts))
    changed = True
    while changed:  # a few rounds: rows are written in the order of their references, but for values of earlier periods
        changed = False
        for path, others in refers.items():
            mask = masks[path]
            for other in others:
                mask |= masks.get(other, 0)
            if mask != masks[path]:
                masks[path], changed = mask, True
    return Reach(tuple(bits), masks)
