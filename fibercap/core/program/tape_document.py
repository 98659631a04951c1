"""A tape as data: JSON that `machine.js`, which runs a tape in a page, reads."""

from __future__ import annotations

from base64 import b64encode
from typing import TYPE_CHECKING, Any

from fibercap.core.program.operations import Do

if TYPE_CHECKING:
    from collections.abc import Iterable

    from fibercap.core.program.tape import Tape

OF_ONE = frozenset({Do.CEILING, Do.DEFINED})
OF_THREE = frozenset({Do.IF})


def tape_document(tape: Tape) -> dict[str, Any]:
    """Return a tape as JSON holds it; nan is null.

    Every operation gets a place of its own, after the inputs, in the order of the tape, so that no target is written.
    `does` has a byte for each operation. `operands` are whole numbers, each as bytes of seven bits, the low ones first:
    an even number is twice the distance back to a place, an odd one twice the index in `numbers`, plus 1. A rate of
    return has the index of its `times`, how many flows it has, the place of the least money, and its flows. `kept` are
    the places of the results in the same way, each place as its distance from the last one.
    """
    writer = _Writer(tape)
    for entry in zip(tape.operations.tolist(), tape.operands.tolist(), tape.targets.tolist(), strict=True):
        writer.write(*entry)
    return {
        "does": _text(bytes(writer.does)),
        "operands": _text(_bytes(writer.operands)),
        "kept": _text(_bytes(writer.places_of_results())),
        "numbers": list(writer.numbers),
        "times": [list(times) for times in writer.times],
        "inputs": tape.inputs,
        "results": {name: list(span) for name, span in tape.results.items()},
    }


class _Writer:
    """Gives each operation a place of its own, and writes its operands as distances."""

    def __init__(self, tape: Tape) -> None:
        self._tape = tape
        self.does = bytearray()
        self.operands: list[int] = []
        self.numbers: dict[float, int] = {}
        self.times: dict[tuple[float, ...], int] = {}
        self._next = tape.inputs
        self._at = {place: place for place in range(tape.inputs)}
        self._results: dict[int, int] = {}

    def write(self, do: int, operands: list[int], target: int) -> None:
        """Write an entry of the tape."""
        if do == Do.KEEP:
            self._results[operands[1]] = self._at[operands[0]]
            return
        self.does.append(do)
        if do == Do.RATE:
            part = slice(*operands[:2])
            times = self.times.setdefault(tuple(self._tape.times[part].tolist()), len(self.times))
            flows = self._tape.lists[part].tolist()
            self.operands += [times, len(flows), *map(self._operand, (operands[2], *flows))]
        else:
            count = 1 if do in OF_ONE else 3 if do in OF_THREE else 2
            self.operands += map(self._operand, operands[:count])
        self._at[target] = self._next
        self._next += 1

    def _operand(self, place: int) -> int:
        if place >= 0:
            return 2 * (self._next - self._at[place])
        return self._number(float(self._tape.numbers[-1 - place]))

    def _number(self, value: float) -> int:
        key = value if value == value else None  # noqa: PLR0124 - nan, of which there is one
        return 2 * self.numbers.setdefault(key, len(self.numbers)) + 1  # type: ignore[arg-type]  # None stands for nan, which equals no key

    def places_of_results(self) -> Iterable[int]:
        """Yield where each result stands: four times its distance from the last one, plus 2 if back; or a number."""
        last = 0
        for number, value in enumerate(self._tape.constant.tolist()):
            place = self._results.get(number)
            if place is None:
                yield self._number(value)
            else:
                step, last = place - last, place
                yield 4 * abs(step) + 2 * (step < 0)


def _bytes(values: Iterable[int]) -> bytes:
    written = bytearray()
    for value in values:
        rest = value
        while rest > 127:
            written.append(rest & 127 | 128)
            rest >>= 7
        written.append(rest)
    return bytes(written)


def _text(values: bytes) -> str:
    return b64encode(values).decode("ascii")
