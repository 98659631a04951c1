"""Scalars that depend on themselves, worked out round by round, each round from the answer of the one before."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from fibercap.core.program.operations import Do

if TYPE_CHECKING:
    from fibercap.core.program.graph import Graph
    from fibercap.core.program.node import Value
    from fibercap.core.program.unroll import Unroller

ROUNDS: Final = 4
"""How often two rounds are extrapolated on a tape."""
TIMES: Final = 2 * ROUNDS + 1
"""How often cells are worked out where scalars depend on themselves."""
STEADY: Final = 1e-3
"""Answers are extrapolated where the difference of their moves is more than this share of the last move."""


def settle_rounds(cells: Unroller) -> Unroller:
    """Return the cells of a plan in which scalars that depend on themselves have the values on which they settle.

    Parameters
    ----------
    cells : Unroller
        The cells of the plan. Whether the rounds suffice is for a check against a projection to tell.

    Source
    ------
    docs/conventions.md, section 5: a prepayment is cut to the cash that is left after its own interest.
    A. C. Aitken's delta-squared process (Steffensen's method).
    """
    guess: dict[str, Value] = dict.fromkeys(cells.round_by_round, 0.0)
    if not guess:
        return cells
    for _ in range(ROUNDS):
        once, cells = _follow(cells, guess)
        twice, cells = _follow(cells, once)
        guess = {path: _extrapolate(cells.graph, guess[path], once[path], twice[path]) for path in guess}
    answer, cells = _follow(cells, guess)
    return cells.with_answers(answer)


def _follow(cells: Unroller, values: dict[str, Value]) -> tuple[dict[str, Value], Unroller]:
    """Return what the formulas of scalars give where the scalars have some values, and the cells then."""
    cells = cells.with_answers(values)
    return {path: cells.follow(path) for path in values}, cells


def _extrapolate(graph: Graph, first: Value, second: Value, third: Value) -> Value:
    """Return where three answers in turn lead to: at least 0, and the third one where they do not move steadily."""
    apply = graph.apply
    last, before = apply(Do.SUBTRACT, third, second), apply(Do.SUBTRACT, second, first)
    bend = apply(Do.SUBTRACT, last, before)
    further = apply(Do.SUBTRACT, third, apply(Do.DIVIDE, apply(Do.MULTIPLY, last, last), bend))
    least = apply(Do.MULTIPLY, STEADY, _size(graph, last))
    return apply(Do.IF, apply(Do.LESS, least, _size(graph, bend)), apply(Do.MAXIMUM, further, 0.0), third)


def _size(graph: Graph, value: Value) -> Value:
    return graph.apply(Do.MAXIMUM, value, graph.apply(Do.MULTIPLY, -1.0, value))
