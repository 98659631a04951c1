"""How good the evidence for a result is: as weak as the weakest of the inputs that it rests on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from fibercap.core.formulas.dependencies import reach
from fibercap.model.plan.plan import SOURCE_KINDS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from fibercap.core.formulas.rows import Block
    from fibercap.model.plan.inputs import Input
    from fibercap.model.plan.scenario import Scenario

FRAME: Final = "horizon."
"""Prefix of horizon inputs; they define the period studied and are not counted as evidence."""


class Evidence:
    """The written inputs on which rows and measures of one projection rest, and how weak the weakest of them is.

    Source
    ------
    docs/decisions/evidence.md: inputs count where the formulas lead to them; those left at their default do not.
    """

    def __init__(self, scenario: Scenario, blocks: Iterable[Block]) -> None:
        self.reached = reached = reach(blocks)
        self.inputs = {item.path: item for item in scenario.inputs() if not item.path.startswith(FRAME)}
        below: dict[str, list[Input]] = {}
        for path, item in self.inputs.items():
            while path:
                below.setdefault(path, []).append(item)
                path = path.rpartition(".")[0]  # noqa: PLW2901 - from the input upwards
        self._below = below
        self._of_kind = dict.fromkeys(SOURCE_KINDS, 0)
        for number, read in enumerate(reached.inputs):
            for kind in {item.kind for item in self.inputs_at(read)}:
                self._of_kind[kind] |= 1 << number

    def inputs_at(self, read: str) -> tuple[Input, ...]:
        """Return the inputs that are written at a path, below it, or else at the nearest path above it."""
        if read in self._below:
            return tuple(self._below[read])
        while read and read not in self.inputs:
            read = read.rpartition(".")[0]
        return (self.inputs[read],) if read else ()

    def weakest(self, paths: Iterable[str]) -> str:
        """Return the weakest kind among the inputs that rows rest on; "" if they rest on no written input."""
        bits = self.reached.mask_of(paths)
        return next((kind for kind in reversed(SOURCE_KINDS) if bits & self._of_kind[kind]), "")

    def inputs_under(self, paths: Iterable[str]) -> tuple[Input, ...]:
        """Return the written inputs that rows rest on, in the order of the scenario."""
        paths_reached = {
            item.path for read in self.reached.inputs_in(self.reached.mask_of(paths)) for item in self.inputs_at(read)
        }
        return tuple(item for path, item in self.inputs.items() if path in paths_reached)
