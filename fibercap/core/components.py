"""Which rows rest on one another in a circle of rows, though no cell rests on itself: last period's cash, say."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


def circles(reads: Mapping[str, Sequence[str]]) -> dict[str, int]:
    """Return the number of the circle of each name; a name in no circle has a number of its own.

    Parameters
    ----------
    reads : mapping
        What each name reads.

    Source
    ------
    R. Tarjan, Depth-first search and linear graph algorithms, SIAM Journal on Computing 1 (1972), without recursion.
    """
    found: dict[str, int] = {}
    order: dict[str, int] = {}
    low: dict[str, int] = {}
    open_: list[str] = []
    for root in reads:
        if root in order:
            continue
        path = [(root, iter(reads[root]))]
        order[root] = low[root] = len(order)
        open_.append(root)
        while path:
            name, rest = path[-1]
            for other in rest:
                if other not in reads:
                    continue
                if other not in order:
                    order[other] = low[other] = len(order)
                    open_.append(other)
                    path.append((other, iter(reads[other])))
                    break
                if other not in found:
                    low[name] = min(low[name], order[other])
            else:
                path.pop()
                if path:
                    low[path[-1][0]] = min(low[path[-1][0]], low[name])
                if low[name] == order[name]:
                    _close(name, open_, found)
    return found


def _close(name: str, open_: list[str], found: dict[str, int]) -> None:
    number = len(found)
    while True:
        member = open_.pop()
        found[member] = number
        if member == name:
            return
