"""The machine that runs a tape with numba, on several cores: blocks of samples, compiled once for all plans.

Rates of return follow the one rule of all machines: their flows are gathered, and it is asked about all of them.
"""

from __future__ import annotations

from functools import lru_cache
from importlib.util import find_spec
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

from fibercap.core.errors import FibercapError
from fibercap.core.program.operations import Do

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from fibercap.core.program.numpy_machine import RateOf
    from fibercap.core.program.tape import Tape
    from fibercap.core.units import Array

VALUES: Final = 4_000_000
"""The most flows and results that a thread keeps at once, besides the results that are returned."""
TOGETHER: Final = 16_384
"""The most samples that a thread works out together."""
OPERANDS: Final = {Do.IF: 3, Do.CEILING: 1, Do.DEFINED: 1}
"""How many operands an operation has that does not have two."""
WAY: Final = "install it by `pip install 'fibercap[fast]'`, or leave `by=\"fast\"` out"


@lru_cache(maxsize=1)
def has_numba() -> bool:
    """Return whether numba is installed."""
    return find_spec("numba") is not None


def refuse_without_numba() -> None:
    """Raise an error that says how to install numba, if it is not there."""
    if not has_numba():
        raise FibercapError("extra_missing", "the fast machine needs numba, which is not installed", WAY)


class FastMachine:
    """A tape that is run with numba.

    Parameters
    ----------
    tape, rate_of : Tape, callable
        The operations, and what finds rates of return: of times (event,) [year] and flows (sample, event).

    Raises
    ------
    FibercapError
        If numba is not installed.
    """

    def __init__(self, tape: Tape, rate_of: RateOf) -> None:
        refuse_without_numba()
        self._tape, self._rate_of = tape, rate_of
        places = tape.inputs + tape.slots
        # Numbers, places below 0 on a tape, become rows after the slots: a loop then knows only one kind of operand.
        operands = np.where(tape.operands < 0, places - 1 - tape.operands, tape.operands)
        rates, keeps = tape.operations == Do.RATE, tape.operations == Do.KEEP
        # These are not places: the part of a list that a rate reads, and the number of a result.
        operands[rates, :2], operands[keeps, 1] = tape.operands[rates, :2], tape.operands[keeps, 1]
        operands[keeps, 2] = 0
        self._entries = np.ascontiguousarray(
            np.column_stack([tape.operations, operands, tape.targets]).astype(np.int32)
        )
        self._lists = np.where(tape.lists < 0, places - 1 - tape.lists, tape.lists).astype(np.int32)
        self._parts = [slice(*span) for span in tape.operands[rates, :2].tolist()]
        self._uses = _uses_of(tape)
        self._together = _samples_together(tape)

    def run(self, inputs: Array, threads: int = 0) -> Array:
        """Return the results, (result, sample).

        Parameters
        ----------
        inputs : (input, sample)
            The values of the inputs.
        threads : int, optional
            How many cores work; all if not given. It changes speed, not results.
        """
        samples = inputs.shape[1]
        results = np.repeat(self._tape.constant[:, np.newaxis], samples, axis=1)
        threads = threads or _cores()
        together = max(min(self._together, -(-samples // threads)), 1)
        starts = range(0, samples, together)
        if threads == 1 or len(starts) < 2:
            self._work(inputs, results, starts, together)
            return results
        from concurrent.futures import ThreadPoolExecutor

        with ThreadPoolExecutor(threads) as pool:
            shares = [starts[worker::threads] for worker in range(threads)]
            list(pool.map(lambda share: self._work(inputs, results, share, together), shares))
        return results

    def _work(self, inputs: Array, results: Array, starts: range, together: int) -> None:
        """Compute the parts of the samples that begin at `starts`, each of `together` samples, on one thread."""
        from fibercap.core.program.compiled import BLOCK, run_samples

        tape = self._tape
        size = -(-together // BLOCK) * BLOCK
        values = np.zeros((tape.inputs + tape.slots + len(tape.numbers), BLOCK))
        values[tape.inputs + tape.slots :] = tape.numbers[:, np.newaxis]
        rated = np.zeros((len(self._lists) + len(self._parts), size))
        flows, rates = rated[: len(self._lists)], rated[len(self._lists) :]
        part, worked = np.empty((tape.inputs, size)), np.empty((len(results), size))
        for start in starts:
            count = min(together, inputs.shape[1] - start)
            part[:, :count] = inputs[:, start : start + count]
            # only full blocks run: repeat the last sample
            part[:, count:] = inputs[:, start + count - 1 : start + count]
            # A pass reads the rates that the one before it left, so rates that rest on rates need one more each.
            for _ in range(self._uses.passes):
                run_samples(self._entries, values, self._lists, part, rated, worked)
                for row, events in enumerate(self._parts):
                    amounts = np.ascontiguousarray(flows[events, :count].T)
                    rates[row, :count] = self._rate_of(tape.times[events], amounts)
                    rates[row, count:] = rates[row, count - 1]
            results[self._uses.kept, start : start + count] = worked[self._uses.kept, :count]
            for result, row in self._uses.rates:
                results[result, start : start + count] = rates[row, :count]


def _cores() -> int:
    import numba

    return int(numba.get_num_threads())


def _samples_together(tape: Tape) -> int:
    from fibercap.core.program.compiled import BLOCK

    blocks = min(VALUES // (len(tape.lists) + len(tape.constant) + 1), TOGETHER) // BLOCK
    return max(blocks, 1) * BLOCK


class _Uses(NamedTuple):
    """How a tape uses its rates of return.

    `passes` says how often it is run: once for rates that are only results, once more for each rate that others rest
    on. `kept` are the numbers of results that are worked out, `rates` pairs of a result and the rate that it is.
    """

    passes: int
    kept: NDArray[np.int64]
    rates: tuple[tuple[int, int], ...]


def _uses_of(tape: Tape) -> _Uses:
    """Return how a tape uses its rates of return, from its entries one after the other."""
    deep: dict[int, int] = {}  # by place, how many rates its value rests on, one upon another
    is_rate: dict[int, int] = {}
    kept, direct = [], []
    deepest, number, read = 0, 0, False
    for do, (a, b, c), target in zip(
        tape.operations.tolist(), tape.operands.tolist(), tape.targets.tolist(), strict=True
    ):
        if do == Do.KEEP:
            if a in is_rate:
                direct.append((b, is_rate[a]))
            else:
                kept.append(b)
            continue
        is_rate.pop(target, None)
        if do == Do.RATE:
            deep[target] = 1 + max((deep.get(place, 0) for place in (*tape.lists[a:b].tolist(), c)), default=0)
            deepest, is_rate[target], number = max(deepest, deep[target]), number, number + 1
            continue
        below = max(deep.get(place, 0) for place in (a, b, c)[: OPERANDS.get(do, 2)])
        read = read or below > 0
        deep[target] = below
    return _Uses(max(deepest + read, 1), np.array(kept, dtype=np.int64), tuple(direct))
