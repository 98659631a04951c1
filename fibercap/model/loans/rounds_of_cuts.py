"""By how much cash cuts prepayments, guessed round by round until two rounds agree."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from fibercap.model.loans.prepayments import Cuts

if TYPE_CHECKING:
    from fibercap.core.units import Array

SETTLED: Final = 1e-7
"""Cuts that change by no more than this in a round count as settled. [money]"""
PLAIN_ROUNDS: Final = 10
"""Rounds that assume the answer before; extrapolation would disturb cuts that rest on each other."""
RELATIVE: Final = 1e-14
"""The same as a share of the cut, for amounts in which doubles do not hold `SETTLED`. [1]"""


class Rounds:
    """Guesses of cuts: the answer of the round before; if that is slow, every third time an extrapolation of two."""

    def __init__(self) -> None:
        self._answers: list[Cuts] = [Cuts()]
        self._plain = PLAIN_ROUNDS

    def next_guess(self, answer: Cuts) -> Cuts:
        """Return the cuts that the next round assumes.

        Parameters
        ----------
        answer : mapping
            The cuts that the last round asks for. [money]

        Source
        ------
        A. C. Aitken's delta-squared process, applied to every cut (Steffensen's method).
        """
        if self._plain:
            self._plain -= 1
            self._answers = [answer]
            return answer
        self._answers.append(answer)
        if len(self._answers) < 3:  # a guess and two answers
            return answer
        first, second, _ = self._answers
        guess = {key: _limit(first.get(key, 0.0), second[key], last) for key, last in answer.items()}
        self._answers = [guess]
        return guess


def _limit(first: Array | float, second: Array, last: Array) -> Array:
    """Return the limit of three values that converge geometrically; the last one if they do not converge."""
    before, now = second - first, last - second
    # Steps that do not shrink would be extrapolated to nowhere; a cut at its floor of 0 has arrived.
    approaches = (np.abs(now) < np.abs(before)) & (last > 0)
    ratio = np.divide(now, before, out=np.zeros(np.shape(now)), where=approaches)
    return np.asarray(np.maximum(last + now * ratio / (1.0 - ratio), 0.0))


def cuts_agree(one: Cuts, other: Cuts) -> bool:
    """Return whether two rounds cut prepayments by the same amounts.

    Parameters
    ----------
    one, other : mapping
        Cuts by prepayment. [money]
    """
    return all(
        # No item in the other round is a cut of 0: the first round starts with none.
        np.all(np.abs(cut - other.get(key, 0.0)) <= np.maximum(SETTLED, RELATIVE * cut))
        for key, cut in one.items()
    )
