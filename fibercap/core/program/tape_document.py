"""A tape as data: plain lists, as `machine.js`, which runs a tape in a page, reads them."""

from __future__ import annotations

from math import isnan
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from fibercap.core.program.tape import Tape
    from fibercap.core.units import Array


def tape_document(tape: Tape) -> dict[str, Any]:
    """Return a tape as lists of numbers, as JSON holds them; nan is null.

    Of each result, `results` has the number of its first value, and how many values it has.
    """
    return {
        "operations": tape.operations.tolist(),
        **{key: tape.operands[:, n].tolist() for n, key in enumerate("abc")},
        "targets": tape.targets.tolist(),
        "numbers": _numbers(tape.numbers),
        "lists": tape.lists.tolist(),
        "times": _numbers(tape.times),
        "inputs": tape.inputs,
        "slots": tape.slots,
        "results": {name: list(span) for name, span in tape.results.items()},
        "constant": _numbers(tape.constant),
    }


def _numbers(values: Array) -> list[float | None]:
    return [None if isnan(value) else value for value in values.tolist()]
