"""By how much cash cuts prepayments, guessed round by round until two rounds agree."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

    from fibercap.core.units import Array
    from fibercap.model.loans.prepayments import Cuts, Prepayment

SETTLED: Final = 1e-7
"""Cuts that change by no more than this in a round count as settled. [money]"""
RELATIVE: Final = 1e-14
"""The same as a share of the cut, for amounts in which doubles do not hold `SETTLED`. [1]"""


class Rounds:
    """Guesses of cuts: where the answers to the last two guesses lead to; each cut of each sample by itself."""

    def __init__(self, dated: Sequence[Prepayment]) -> None:
        self._planned = {(item.loan, item.day): item.amount for item in dated}
        self._last: tuple[Cuts, Cuts] | None = None

    def next_guess(self, guess: Cuts, answer: Cuts) -> Cuts:
        """Return the cuts that the next round assumes; those that have settled stay.

        Parameters
        ----------
        guess, answer : mapping
            The cuts that the last round assumed, and those that it asks for. [money]

        Source
        ------
        The secant method for the difference of the two, which is exact where tax and service follow straight lines.
        """
        before, self._last = self._last, (guess, answer)
        new: Cuts = {}
        for key, cut in answer.items():
            tried = guess.get(key, np.asarray(0.0))
            slope: Array | float = 0.0
            if before is not None:
                slope = _slope(tried - before[0].get(key, 0.0), cut - before[1][key])
            further = np.clip(tried + (cut - tried) / (1.0 - slope), 0.0, self._planned[key])
            new[key] = np.where(_agree(cut, tried), tried, further)
        return new


def _slope(moved: Array, led: Array) -> Array:
    """Return by how much an answer moves with its guess; 0 where it moves as much or more, led by another cut."""
    steady = np.abs(led) < np.abs(moved)
    return np.divide(led, moved, out=np.zeros(steady.shape), where=steady)


def _agree(cut: Array, other: Array | float) -> npt.NDArray[np.bool_]:
    return np.asarray(np.abs(cut - other) <= np.maximum(SETTLED, RELATIVE * cut))


def cuts_agree(one: Cuts, other: Cuts) -> bool:
    """Return whether two rounds cut prepayments by the same amounts.

    Parameters
    ----------
    one, other : mapping
        Cuts by prepayment. [money]
    """
    # No item in the other round is a cut of 0: the first round starts with none.
    return all(_agree(cut, other.get(key, 0.0)).all() for key, cut in one.items())
