"""The loops of the machine that numba compiles: every operation of a tape on a block of samples.

They are compiled once for all plans, for a tape is their argument. Importing this module needs numba.
"""

from __future__ import annotations

import math
from typing import Final

import numba
import numpy as np
from numpy.typing import NDArray

from fibercap.core.program.operations import Do
from fibercap.core.units import Array

BLOCK: Final = 96
"""Samples of a block; the values of a tape for them fit in the cache of a core."""
# Plain integers: `_run_block` picks the family of an operation by comparing their order.
_KEEP, _RATE = int(Do.KEEP), int(Do.RATE)
_ADD, _SUBTRACT, _MULTIPLY, _DIVIDE = int(Do.ADD), int(Do.SUBTRACT), int(Do.MULTIPLY), int(Do.DIVIDE)
_POWER = int(Do.POWER)
_MINIMUM, _MAXIMUM, _LEAST, _MOST = int(Do.MINIMUM), int(Do.MAXIMUM), int(Do.LEAST), int(Do.MOST)
_LESS, _AT_MOST, _EQUAL, _AND, _OR = int(Do.LESS), int(Do.AT_MOST), int(Do.EQUAL), int(Do.AND), int(Do.OR)
_IF, _ROUND, _CEILING, _DEFINED = int(Do.IF), int(Do.ROUND), int(Do.CEILING), int(Do.DEFINED)

Places = NDArray[np.int32]
_TABLE: Final = numba.float64[:, ::1]
_ENTRIES: Final = numba.int32[:, ::1]
_LIST: Final = numba.int32[::1]
_NUMBER: Final = numba.int64
_OF_TWO: Final = numba.void(_NUMBER, _TABLE, _NUMBER, _NUMBER, _NUMBER)
_OF_THREE: Final = numba.void(_NUMBER, _TABLE, _NUMBER, _NUMBER, _NUMBER, _NUMBER)
_OF_FLOW: Final = numba.void(_TABLE, _NUMBER, _NUMBER, numba.float64[::1])
_OF_BLOCK: Final = numba.void(_ENTRIES, _TABLE, _LIST, _TABLE, _TABLE, _NUMBER)
_OF_SAMPLES: Final = numba.void(_ENTRIES, _TABLE, _LIST, _TABLE, _TABLE, _TABLE)


@numba.njit(_OF_TWO, cache=True, nogil=True, error_model="numpy")
def _arithmetic(do: int, values: Array, a: int, b: int, to: int) -> None:
    """Add, subtract, multiply, divide or raise to a power; divided by zero is undefined."""
    if do == _ADD:
        for n in range(BLOCK):
            values[to, n] = values[a, n] + values[b, n]
    elif do == _SUBTRACT:
        for n in range(BLOCK):
            values[to, n] = values[a, n] - values[b, n]
    elif do == _MULTIPLY:
        for n in range(BLOCK):
            values[to, n] = values[a, n] * values[b, n]
    elif do == _DIVIDE:
        for n in range(BLOCK):
            values[to, n] = values[a, n] / values[b, n] if values[b, n] != 0.0 else np.nan
    else:
        for n in range(BLOCK):
            values[to, n] = values[a, n] ** values[b, n]


@numba.njit(_OF_TWO, cache=True, nogil=True, error_model="numpy")
def _extremes(do: int, values: Array, a: int, b: int, to: int) -> None:
    """Take the smaller or the larger; `LEAST` and `MOST` leave out what is undefined, the others do not."""
    if do == _MINIMUM:
        for n in range(BLOCK):
            values[to, n] = values[a, n] if values[a, n] < values[b, n] or np.isnan(values[a, n]) else values[b, n]
    elif do == _MAXIMUM:
        for n in range(BLOCK):
            values[to, n] = values[a, n] if values[a, n] > values[b, n] or np.isnan(values[a, n]) else values[b, n]
    elif do == _LEAST:
        for n in range(BLOCK):
            values[to, n] = values[a, n] if values[a, n] < values[b, n] or np.isnan(values[b, n]) else values[b, n]
    else:
        for n in range(BLOCK):
            values[to, n] = values[a, n] if values[a, n] > values[b, n] or np.isnan(values[b, n]) else values[b, n]


@numba.njit(_OF_TWO, cache=True, nogil=True, error_model="numpy")
def _truths(do: int, values: Array, a: int, b: int, to: int) -> None:
    """Compare or join; a truth is 1 or 0, and what is undefined counts as true."""
    if do == _LESS:
        for n in range(BLOCK):
            values[to, n] = 1.0 if values[a, n] < values[b, n] else 0.0
    elif do == _AT_MOST:
        for n in range(BLOCK):
            values[to, n] = 1.0 if values[a, n] <= values[b, n] else 0.0
    elif do == _EQUAL:
        for n in range(BLOCK):
            values[to, n] = 1.0 if values[a, n] == values[b, n] else 0.0
    elif do == _AND:
        for n in range(BLOCK):
            values[to, n] = 1.0 if values[a, n] != 0.0 and values[b, n] != 0.0 else 0.0
    else:
        for n in range(BLOCK):
            values[to, n] = 1.0 if values[a, n] != 0.0 or values[b, n] != 0.0 else 0.0


@numba.njit(_OF_THREE, cache=True, nogil=True, error_model="numpy")
def _choices(do: int, values: Array, a: int, b: int, c: int, to: int) -> None:
    """Choose, round, round up, or put zero for what is undefined."""
    if do == _IF:
        for n in range(BLOCK):
            values[to, n] = values[b, n] if values[a, n] != 0.0 else values[c, n]
    elif do == _ROUND:
        for n in range(BLOCK):
            steps = values[a, n] / values[b, n]
            size = abs(steps)
            values[to, n] = math.copysign(np.floor(size + 0.5 + (1e-9 + 2e-15 * size)), steps) * values[b, n]
    elif do == _CEILING:
        for n in range(BLOCK):
            values[to, n] = np.ceil(values[a, n])
    else:
        for n in range(BLOCK):
            values[to, n] = 0.0 if np.isnan(values[a, n]) else values[a, n]


@numba.njit(_OF_FLOW, cache=True, nogil=True, error_model="numpy")
def _put_flow(values: Array, row: int, least: int, flows: Array) -> None:
    """Put the flows of a block; what is not more than the least amount of money is none."""
    for n in range(BLOCK):
        flows[n] = values[row, n] if abs(values[row, n]) > values[least, n] else 0.0


@numba.njit(_OF_BLOCK, cache=True, nogil=True, error_model="numpy")
def _run_block(entries: Places, values: Array, lists: Places, rated: Array, results: Array, first: int) -> None:
    rate = lists.size
    for entry in range(entries.shape[0]):
        do, a, b, c = entries[entry, 0], entries[entry, 1], entries[entry, 2], entries[entry, 3]
        to = entries[entry, 4]
        if do <= _POWER:
            _arithmetic(do, values, a, b, to)
        elif do <= _MOST:
            _extremes(do, values, a, b, to)
        elif do <= _OR:
            _truths(do, values, a, b, to)
        elif do <= _DEFINED:
            _choices(do, values, a, b, c, to)
        elif do == _KEEP:
            for n in range(BLOCK):
                results[b, first + n] = values[a, n]
        else:
            for flow in range(a, b):
                _put_flow(values, lists[flow], c, rated[flow, first : first + BLOCK])
            for n in range(BLOCK):
                values[to, n] = rated[rate, first + n]
            rate += 1


@numba.njit(_OF_SAMPLES, cache=True, nogil=True, error_model="numpy")
def run_samples(entries: Places, values: Array, lists: Places, inputs: Array, rated: Array, results: Array) -> None:
    """Work out samples, whose number is a multiple of BLOCK.

    Parameters
    ----------
    entries : (entry, 5)
        Operations, three operands and the place of the result; places are rows of `values`.
    values : (place, BLOCK)
        The values of the places; a number is the same in every sample.
    lists : (flow,)
        The places of the flows of rates of return, those of one rate after another.
    inputs : (input, sample)
        The values of the inputs.
    rated : (flow + rate, sample)
        Gets the flows; then the rates, which are taken from it.
    results : (result, sample)
        Gets the results.
    """
    for first in range(0, inputs.shape[1], BLOCK):
        for row in range(inputs.shape[0]):
            for n in range(BLOCK):
                values[row, n] = inputs[row, first + n]
        _run_block(entries, values, lists, rated, results, first)
