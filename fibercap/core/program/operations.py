"""The operations of a tape: what each does with its operands, on numbers and on arrays."""

from __future__ import annotations

from enum import IntEnum
from typing import Final


class Do(IntEnum):
    """An operation of a tape. A truth is 1 or 0; any number but 0 counts as true, nan too.

    `DIVIDE` by 0 gives nan. `LEAST` and `MOST` leave nan out where the other operand is a number. `ROUND` rounds the
    first operand to whole steps of the second, ties away from zero. `RATE` is the rate of return of a list of flows.
    `KEEP` hands an operand over as a result.
    """

    ADD = 0
    SUBTRACT = 1
    MULTIPLY = 2
    DIVIDE = 3
    POWER = 4
    MINIMUM = 5
    MAXIMUM = 6
    LEAST = 7
    MOST = 8
    LESS = 9
    AT_MOST = 10
    EQUAL = 11
    AND = 12
    OR = 13
    IF = 14
    ROUND = 15
    CEILING = 16
    DEFINED = 17
    RATE = 18
    KEEP = 19


TRUTHS: Final = frozenset({Do.LESS, Do.AT_MOST, Do.EQUAL, Do.AND, Do.OR})
