"""Scalars that depend on themselves, worked out round by round, each round from the answer of the one before."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from fibercap.core.program.node import Value
    from fibercap.core.program.unroll import Unroller

ROUNDS: Final = 8
"""Rounds on a tape. What a prepayment is cut by moves its own interest and fees, a small part of it."""


def settle_rounds(cells: Unroller) -> Unroller:
    """Return the cells of a plan in which scalars that depend on themselves have the values on which they settle.

    Parameters
    ----------
    cells : Unroller
        The cells of the plan. Whether the rounds suffice is for a check against a projection to tell.

    Source
    ------
    docs/conventions.md, section 5: a prepayment is cut to the cash that there is after its own interest.
    """
    values: dict[str, Value] = dict.fromkeys(cells.round_by_round, 0.0)
    if not values:
        return cells
    for _ in range(ROUNDS):
        cells = cells.with_answers(values)
        answer = {path: cells.follow(path) for path in values}
        if answer == values:
            break
        values = answer
    return cells.with_answers(values)
