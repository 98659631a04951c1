"""What depends on what, and circles of rows that depend on one another: interest reads last period's cash."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence


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
    numbers: dict[str, int] = {}
    order: dict[str, int] = {}
    low: dict[str, int] = {}
    open_: list[str] = []
    for root in reads:
        if root in order:
            continue
        stack = [(root, iter(reads[root]))]
        order[root] = low[root] = len(order)
        open_.append(root)
        while stack:
            name, rest = stack[-1]
            for other in rest:
                if other not in reads:
                    continue
                if other not in order:
                    order[other] = low[other] = len(order)
                    open_.append(other)
                    stack.append((other, iter(reads[other])))
                    break
                if other not in numbers:
                    low[name] = min(low[name], order[other])
            else:
                stack.pop()
                if stack:
                    low[stack[-1][0]] = min(low[stack[-1][0]], low[name])
                if low[name] == order[name]:
                    _close(name, open_, numbers)
    return numbers


def _close(name: str, open_: list[str], numbers: dict[str, int]) -> None:
    number = len(numbers)
    while True:
        member = open_.pop()
        numbers[member] = number
        if member == name:
            return


def dependent(reads: Mapping[str, Collection[str]], names: Collection[str]) -> set[str]:
    """Return some names and all that read them, directly or through others.

    Parameters
    ----------
    reads : mapping
        What each name reads.
    names : collection of str
        The names that are read.
    """
    readers: dict[str, list[str]] = {}
    for name, others in reads.items():
        for other in others:
            readers.setdefault(other, []).append(name)
    reached, left = set(names), list(names)
    while left:
        new = set(readers.get(left.pop(), ())) - reached
        reached |= new
        left += new
    return reached
