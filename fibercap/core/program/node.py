"""Nodes of a program: operations on cells that depend on an input."""

from __future__ import annotations

from math import isnan
from typing import TYPE_CHECKING

from fibercap.core.program.operations import TRUTHS, Do

if TYPE_CHECKING:
    from typing import TypeGuard


class Node:
    """An operation on cells, or, without an operation, an input; equal only to itself.

    `number` is its place among all nodes, `times` the times of the flows of a rate of return [year], and it
    `may_be_undefined` if its value may be nan.
    """

    __slots__ = ("do", "may_be_undefined", "number", "operands", "times")

    def __init__(self, number: int, do: Do | None, operands: tuple[Value, ...], *, may_be_undefined: bool) -> None:
        self.number, self.do, self.operands = number, do, operands
        self.may_be_undefined = may_be_undefined
        self.times: tuple[float, ...] = ()

    def __repr__(self) -> str:
        """Return its operation and its operands, nodes by number."""
        of = ", ".join(f"#{x.number}" if isinstance(x, Node) else f"{x:g}" for x in self.operands)
        return f"<Node #{self.number}: {self.do.name if self.do is not None else 'input'} {of}>"


Value = float | Node
"""The value of a cell: a number that is the same in every sample, or a node."""


def is_number(value: Value) -> TypeGuard[float]:
    """Return whether a value is a number."""
    return type(value) is float


def may_be_undefined(value: Value) -> bool:
    """Return whether a value may be nan."""
    return value.may_be_undefined if isinstance(value, Node) else isnan(value)


def is_truth(value: Value) -> bool:
    """Return whether a value is 1 or 0 in every sample."""
    return value.do in TRUTHS if isinstance(value, Node) else value in (0.0, 1.0)
