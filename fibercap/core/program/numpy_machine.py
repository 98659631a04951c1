"""The machine that runs a tape with NumPy: one call for each entry, on many samples at once."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from fibercap.core.program.operations import Do
from fibercap.core.rounding import round_to_step
from fibercap.core.units import Array

if TYPE_CHECKING:
    from fibercap.core.program.tape import Tape

TOGETHER: Final = 5000
"""Samples that are worked out together: calls cost little beside the work."""
VALUES: Final = 5_000_000
"""Values in the slots of a tape at once; of a tape of many slots, fewer than `TOGETHER` samples are together."""
RateOf = Callable[[Array, Array], Array]
"""Returns rates of return a year, (sample,), of times (event,) and flows (sample, event)."""
Step = Callable[[], Any]


def run(tape: Tape, inputs: Array, rate_of: RateOf, together: int = 0, spare: list[Machine] | None = None) -> Array:
    """Return the results of a tape, (result, sample).

    Parameters
    ----------
    tape : Tape
        The operations.
    inputs : (input, sample)
        The values of the inputs.
    rate_of : callable
        Returns rates of return, (sample,), of times (event,) [year] and flows (sample, event).
    together : int, optional
        Samples that are worked out together; it changes speed and memory, not results.
    spare : list of Machine, optional
        Machines of this tape that nobody uses; one of them is taken, if it fits, and given back.
    """
    samples = inputs.shape[1]
    together = max(min(together or samples_together(tape), samples), 1)
    results = np.repeat(tape.constant[:, np.newaxis], samples, axis=1)
    machine = spare.pop() if spare else None
    if machine is None or not together <= machine.samples <= 2 * together:
        machine = Machine(tape, together, rate_of)
    for start in range(0, samples, together):
        machine.run(inputs[:, start : start + together], results[:, start : start + together])
    if spare is not None:
        spare.append(machine)
    return results


def samples_together(tape: Tape) -> int:
    """Return how many samples of a tape are worked out together."""
    return max(min(VALUES // (tape.inputs + tape.slots + 1), TOGETHER), 1)


class Machine:
    """A tape as calls on arrays of `samples` samples, made once and called for every part of them.

    Parameters
    ----------
    tape, samples, rate_of : Tape, int, callable
        The operations, the largest number of samples at once, and what finds rates of return, as in `run`.
    """

    def __init__(self, tape: Tape, samples: int, rate_of: RateOf) -> None:
        self.samples = samples
        self._tape, self._rate_of = tape, rate_of
        self._inputs = np.empty((tape.inputs, samples))
        self._places = [*self._inputs, *np.empty((tape.slots, samples))]
        self._numbers = [np.array(number) for number in tape.numbers]
        self._mask = np.empty(samples, dtype=bool)
        self._results = np.empty((0, samples))
        entries = zip(tape.operations.tolist(), tape.operands.tolist(), tape.targets.tolist(), strict=True)
        every = tuple(Do)  # to look one up is much quicker than `Do(number)`
        self._steps = [self._step(every[do], operands, target) for do, operands, target in entries]

    def run(self, inputs: Array, results: Array) -> None:
        """Work out the results of some samples.

        Parameters
        ----------
        inputs : (input, sample)
            The values of the inputs.
        results : (result, sample)
            Gets the results.
        """
        count = inputs.shape[1]
        self._inputs[:, :count], self._inputs[:, count:] = inputs, inputs[:, -1:]
        self._results = results
        with np.errstate(all="ignore"):
            for step in self._steps:
                step()

    def _at(self, place: int) -> Array:
        """Return the array of a place, (sample,), or the number, ()."""
        return self._numbers[-1 - place] if place < 0 else self._places[place]

    def _step(self, do: Do, operands: list[int], target: int) -> Step:
        if do is Do.KEEP:
            return partial(self._keep, operands[1], self._at(operands[0]))
        out = self._places[target]
        if do is Do.RATE:
            return partial(self._rate, slice(*operands[:2]), self._at(operands[2]), out)
        x, y, z = map(self._at, operands)
        if do in _UFUNCS:
            return partial(_UFUNCS[do], x, y, out=out)
        if do in _OF_ONE:
            return partial(_OF_ONE[do], x, out=out)
        if do is Do.DIVIDE:
            return partial(np.divide, x, y, out=out) if y.ndim == 0 else partial(self._divide, x, y, out)
        return partial(self._choose, x, y, z, out) if do is Do.IF else partial(_round, x, y, out)

    def _keep(self, number: int, value: Array) -> None:
        self._results[number] = value[: self._results.shape[1]]

    def _divide(self, x: Array, y: Array, out: Array) -> None:
        np.equal(y, 0.0, out=self._mask)
        np.divide(x, y, out=out)
        if self._mask.any():
            out[self._mask] = np.nan

    def _choose(self, test: Array, yes: Array, no: Array, out: Array) -> None:
        if out is yes or (yes.ndim and np.may_share_memory(out, yes)):
            np.equal(test, 0.0, out=self._mask)
            np.copyto(out, no, where=self._mask)
            return
        np.not_equal(test, 0.0, out=self._mask)
        np.copyto(out, no)
        np.copyto(out, yes, where=self._mask)

    def _rate(self, part: slice, least: Array, out: Array) -> None:
        flows = np.stack(
            [np.broadcast_to(self._at(place), out.shape) for place in self._tape.lists[part].tolist()], axis=-1
        )
        flows[~(np.abs(flows) > np.reshape(least, (-1, 1)))] = 0.0
        out[:] = self._rate_of(self._tape.times[part], flows)


def _round(x: Array, step: Array, out: Array) -> None:
    out[:] = round_to_step(x, step, "half_up")


def _zero_for_undefined(x: Array, out: Array) -> None:
    np.copyto(out, x)
    out[np.isnan(out)] = 0.0


_UFUNCS: Final[dict[Do, Callable[..., Any]]] = {
    Do.ADD: np.add,
    Do.SUBTRACT: np.subtract,
    Do.MULTIPLY: np.multiply,
    Do.POWER: np.power,
    Do.MINIMUM: np.minimum,
    Do.MAXIMUM: np.maximum,
    Do.LEAST: np.fmin,
    Do.MOST: np.fmax,
    Do.LESS: np.less,
    Do.AT_MOST: np.less_equal,
    Do.EQUAL: np.equal,
    Do.AND: np.logical_and,
    Do.OR: np.logical_or,
}
_OF_ONE: Final[dict[Do, Callable[..., Any]]] = {Do.CEILING: np.ceil, Do.DEFINED: _zero_for_undefined}
