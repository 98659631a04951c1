"""A tape: the operations of a program in order, with the places of their operands, as arrays."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from fibercap.core.program.node import Node, is_number
from fibercap.core.program.operations import Do

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from numpy.typing import NDArray

    from fibercap.core.program.graph import Graph
    from fibercap.core.program.node import Value
    from fibercap.core.units import Array

NONE: Final = 0
"""What an operand holds that an operation does not have."""


@dataclass(frozen=True)
class Tape:
    """Operations in the order in which they are worked out; every machine that runs it gives the same results.

    Operands are places: from 0 on the `inputs`, then the `slots`, which operations write and use again; negative ones
    are `numbers`, the first of which is -1. `RATE` has as its operands the start and the end of its part of `lists` and
    the place of the largest amount that counts as no money; its part of `lists` holds the places of the flows, and the
    same part of `times` their times. [year] `KEEP` hands the value at its first operand over as the result whose number
    is its second one. Results that are the same in every sample are in `constant`, nan elsewhere.
    """

    operations: NDArray[np.int32]
    operands: NDArray[np.int32]
    """(entry, 3)"""
    targets: NDArray[np.int32]
    """(entry,), the place that gets the result."""
    numbers: Array
    lists: NDArray[np.int32]
    times: Array
    inputs: int
    slots: int
    results: Mapping[str, tuple[int, int]]
    """By name, the number of the first result and how many follow; a row has one for each column."""
    constant: Array

    def __len__(self) -> int:
        """Return the number of its operations, without `KEEP`."""
        return int(np.count_nonzero(self.operations != Do.KEEP))


def tape_of(graph: Graph, results: Mapping[str, Sequence[Value]]) -> Tape:
    """Return the tape that works out some results, and nothing that they do not need.

    Parameters
    ----------
    graph : Graph
        The nodes.
    results : mapping
        By name, the values of a row by column, or a single one.
    """
    writer = _Writer(graph, results)
    for node in writer.order:
        writer.write(node)
    return writer.tape(results)


class _Writer:
    """Writes entries one by one, and gives each a slot that no later entry reads any more."""

    def __init__(self, graph: Graph, results: Mapping[str, Sequence[Value]]) -> None:
        self._inputs = len(graph.inputs)
        values = [value for row in results.values() for value in row]
        self._kept: dict[Node, list[int]] = {}
        for number, value in enumerate(values):
            if isinstance(value, Node):
                self._kept.setdefault(value, []).append(number)
        self.constant = np.array([value if is_number(value) else np.nan for value in values], dtype=float)
        self.order = _all_needed_nodes(self._kept)
        self._left: dict[Node, int] = dict.fromkeys(self.order, 0)
        for node in self.order:
            for operand in node.operands:
                if isinstance(operand, Node):
                    self._left[operand] += 1
        self._places: dict[Node, int] = {node: node.number for node in graph.inputs}
        self._numbers: dict[float, int] = {}
        self._free: list[int] = []
        self._slots = 0
        self._entries: list[tuple[int, int, int, int, int]] = []
        self._lists: list[int] = []
        self._times: list[float] = []

    def write(self, node: Node) -> None:
        """Write the entry of a node, and hand its value over if it is a result."""
        if node.do is not None:
            places = [self._place(operand) for operand in node.operands]
            if node.do is Do.RATE:
                start = len(self._lists)
                self._lists += places[1:]
                self._times += node.times
                places = [start, len(self._lists), places[0]]
            target = self._places[node] = self._slot()  # not that of an operand, so that loops over both are vectors
            for operand in node.operands:
                self._release(operand)
            first, second, third = (places + [NONE] * 3)[:3]
            self._entries.append((node.do, first, second, third, target))
        for number in self._kept.get(node, ()):
            self._entries.append((Do.KEEP, self._places[node], number, NONE, NONE))
        if not self._left[node]:  # a result that no operation reads
            self._free_slot(node)

    def _place(self, value: Value) -> int:
        if isinstance(value, Node):
            return self._places[value]
        return self._numbers.setdefault(value, -1 - len(self._numbers))

    def _release(self, value: Value) -> None:
        if isinstance(value, Node):
            self._left[value] -= 1
            if not self._left[value]:
                self._free_slot(value)

    def _free_slot(self, node: Node) -> None:
        if node.do is not None:
            self._free.append(self._places[node])

    def _slot(self) -> int:
        if self._free:
            return self._free.pop()
        self._slots += 1
        return self._inputs + self._slots - 1

    def tape(self, results: Mapping[str, Sequence[Value]]) -> Tape:
        """Return the entries written as a tape."""
        entries = np.array(self._entries, dtype=np.int32).reshape(-1, 5)
        first, spans = 0, {}
        for name, row in results.items():
            spans[name] = first, len(row)
            first += len(row)
        return Tape(
            operations=entries[:, 0].copy(),
            operands=entries[:, 1:4].copy(),
            targets=entries[:, 4].copy(),
            numbers=np.array(list(self._numbers), dtype=float),
            lists=np.array(self._lists, dtype=np.int32),
            times=np.array(self._times, dtype=float),
            inputs=self._inputs,
            slots=self._slots,
            results=spans,
            constant=self.constant,
        )


def _all_needed_nodes(results: Iterable[Node]) -> list[Node]:
    """Return all nodes that results need, each after its operands, in the order in which results need them."""
    order: dict[Node, None] = {}
    for result in results:
        stack = [result]
        while stack:
            node = stack[-1]
            missing = [x for x in node.operands if isinstance(x, Node) and x not in order]
            if missing:
                stack += reversed(missing)
            else:
                order.setdefault(stack.pop())
    return list(order)
