"""What the functions of cells read: the cells of rows and scalars."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from fibercap.core.program.graph import Graph
    from fibercap.core.program.node import Value

CellFunction = Callable[[int], "Value"]
"""Gives the value of a formula in a column."""


class CellReader(Protocol):
    """Gives a cell function the cells of rows and scalars."""

    @property
    def graph(self) -> Graph:
        """The graph on which nodes are made."""

    def read(self, path: str, column: int) -> Value:
        """Return a cell of a row, also before its first and after its last column; a scalar is the same in any.

        Parameters
        ----------
        path, column : str, int
            The path of a row or scalar, and the index of the column.
        """

    def length(self, path: str) -> int:
        """Return the number of columns of a row; 1 of a scalar."""

    def depends(self, path: str) -> bool:
        """Return whether a row or scalar depends on an input."""

    def is_defined(self, path: str) -> bool:
        """Return whether no cell at a path may be undefined."""

    def columns_of(self, path: str) -> Mapping[Value, Sequence[int]]:
        """Return the columns in which a row has each of its values."""

    def least_money(self, path: str) -> Value:
        """Return the largest amount that counts as no money beside the flows of a row."""
