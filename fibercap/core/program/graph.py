"""The graph of a program: one node per operation on cells; equal nodes are one, and numbers are folded."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fibercap.core.program.folding import COMMUTES, number_of, simpler
from fibercap.core.program.node import Node, is_number, may_be_undefined
from fibercap.core.program.operations import TRUTHS, Do

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from fibercap.core.program.node import Value

_ALWAYS_DEFINED = TRUTHS | {Do.DEFINED}


class Graph:
    """Nodes in an order in which each comes after its operands; the first ones are the inputs."""

    def __init__(self, inputs: int) -> None:
        self.nodes = [Node(number, None, (), may_be_undefined=False) for number in range(inputs)]
        self.inputs = tuple(self.nodes)
        self._known: dict[tuple[object, ...], Node] = {}

    def apply(self, do: Do, *operands: Value) -> Value:
        """Return the value of an operation: a number, a node that is there already, or a new one.

        Parameters
        ----------
        do : Do
            The operation, other than `RATE` and `KEEP`.
        *operands : float or Node
            Numbers and nodes.
        """
        if all(type(operand) is float for operand in operands):  # quicker than isinstance: every cell passes here
            return number_of(do, *operands)  # type: ignore[arg-type]  # all are numbers
        simple = simpler(self.apply, do, *operands)
        if simple is not None:
            return simple
        if do in COMMUTES and _place(operands[0]) > _place(operands[1]):
            operands = operands[1], operands[0]
        node = self._known.get(key := (do, *operands))
        if node is None:
            read = operands[1:] if do is Do.IF else operands  # an undefined test counts as true: it leaves no gap
            undefined = do not in _ALWAYS_DEFINED and (
                do is Do.POWER or (do is Do.DIVIDE and not is_number(operands[1])) or any(map(may_be_undefined, read))
            )
            node = self._known[key] = self._add(do, operands, undefined=undefined)
        return node

    def fold(self, do: Do, values: Iterable[Value], start: Value) -> Value:
        """Return an operation of two operands over many values, the numbers among them first.

        Parameters
        ----------
        do : Do
            An operation whose result does not depend on the order of the values.
        values : iterable of float or Node
            The values.
        start : float or Node
            The result without any value.
        """
        for value in sorted(values, key=lambda value: not is_number(value)):
            start = self.apply(do, start, value)
        return start

    def rate(self, flows: Sequence[Value], times: tuple[float, ...], least: Value) -> Node:
        """Return the rate of return a year of some flows, nan if it is undefined.

        Parameters
        ----------
        flows : sequence of float or Node
            Inflows positive, outflows negative. [money]
        times : tuple of float
            The time of each flow. [year]
        least : float or Node
            The largest amount that counts as no money. [money]
        """
        node = self._known.get(key := (Do.RATE, times, least, *flows))
        if node is None:
            node = self._known[key] = self._add(Do.RATE, (least, *flows), undefined=True)
            node.times = times
        return node

    def _add(self, do: Do, operands: tuple[Value, ...], *, undefined: bool) -> Node:
        node = Node(len(self.nodes), do, operands, may_be_undefined=undefined)
        self.nodes.append(node)
        return node


def _place(value: Value) -> tuple[bool, float]:
    return (True, value.number) if isinstance(value, Node) else (False, value)
