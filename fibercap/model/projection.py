"""project(scenario): the whole model, in the order of the trade."""

from __future__ import annotations

from collections import ChainMap
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from fibercap.core.errors import FibercapError, did_you_mean
from fibercap.core.rows import Block, Given, Row, prove
from fibercap.core.threads import one_blas_thread
from fibercap.core.timeline import Timeline
from fibercap.model.evidence import Evidence
from fibercap.model.laws import prove_laws
from fibercap.model.lock_up import financed_rows
from fibercap.model.operating import Operations, operations, paid_rows
from fibercap.model.trifle import PATH, Trifle
from fibercap.model.worth import worth_rows

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from fibercap.core.units import Array
    from fibercap.model.scenario import Scenario


@dataclass(frozen=True, repr=False)
class Projection:
    """What a scenario leads to: blocks of rows, the laws' largest gaps, and how many formulas were proved."""

    scenario: Scenario
    blocks: Mapping[str, Block]
    laws: Mapping[str, float]
    proved: int
    operations: Operations
    draws: int = field(default=1)

    def __repr__(self) -> str:
        """Say what it is in a line, for its arrays would fill pages; `fibercap.annual` shows them."""
        plan, timeline = self.scenario, self.timeline
        option = f", option {plan.option}" if plan.option else ""
        draws = f", {self.draws:,} draws" if self.draws > 1 else ""
        span = f"{timeline.start} to {timeline.end} by {timeline.step}"
        return f"<Projection of {plan.id}{option}: {span}, {len(self.period_rows)} rows{draws}>"

    @property
    def timeline(self) -> Timeline:
        """The model's periods."""
        return self.scenario.timeline

    @cached_property
    def rows(self) -> Mapping[str, Row]:
        """Every row by its path, model periods first, then the loans' own schedules."""
        return ChainMap(*(dict(block.rows) for block in self.blocks.values()))

    @cached_property
    def _values(self) -> Mapping[str, Array]:
        found: dict[str, Array] = {}
        for block in reversed([*self.blocks.values()]):
            found.update(block.values)
        return found

    @cached_property
    def evidence(self) -> Evidence:
        """What tells on which inputs its rows and measures rest, and how weak the weakest of them is."""
        return Evidence(self.scenario, self.blocks.values())

    @cached_property
    def period_rows(self) -> dict[str, Row]:
        """The rows in model periods, in their order."""
        return {p: row for b in self.blocks.values() if not b.name.endswith(".schedule") for p, row in b.rows.items()}

    @cached_property
    def given(self) -> Mapping[str, Given]:
        """Every scalar that formulas read, by its path; with its formula where any part of the model knows one."""
        found: dict[str, Given] = {}
        for block in self.blocks.values():
            found |= {path: item for path, item in block.given.items() if path not in found or item.formula}
        return found

    @property
    def trifle(self) -> Trifle:
        """The largest amount that counts as no money, in the reporting currency."""
        return Trifle(f"{{{PATH}}}", self.blocks["model"].given[PATH].value)

    def value(self, path: str) -> Array:
        """Return a row's magnitudes in its house unit, (draw, period).

        Raises
        ------
        FibercapError
            If there is no such row; the nearest one is named.
        """
        if path not in self._values:
            raise FibercapError(f"no row `{path}`; {did_you_mean(path, list(self.rows), 'rows')}")
        value = self._values[path]
        if self.draws > 1:
            return np.broadcast_to(value, (self.draws, value.shape[-1]))
        view = value.reshape(1, -1)  # much quicker, and asked for often
        view.flags.writeable = False
        return view

    def to_maturity(self, path: str) -> Array:
        """Return a row's magnitudes as far as lenders look: over the horizon, (draw, period).

        Parameters
        ----------
        path : str
            A row in model periods.

        Raises
        ------
        FibercapError
            If there is no such row; the nearest one is named.
        """
        return self.value(path)

    @property
    def dates_to_maturity(self) -> tuple[date, ...]:
        """The last days of the periods of `to_maturity`."""
        return self.timeline.dates

    def __getitem__(self, path: str) -> Any:  # noqa: ANN401 - a pint Quantity
        """Return a row as a pint Quantity, (draw, period): one value per period, a single run is a batch of one."""
        from fibercap.core.quantity import Quantity, house_unit  # noqa: PLC0415 - a command does without pint

        return Quantity(self.value(path), house_unit(self.rows[path].unit))

    def by(self, path: str, step: str = "year") -> dict[str, Array]:
        """Return a row by year, quarter or month, each (draw,), as its nature says."""
        return self.timeline.grouped(self.value(path), self.rows[path].nature, step)


@one_blas_thread()
def project(scenario: Scenario, like: Projection | None = None) -> Projection:
    """Project a scenario: capacity, output, loans, accounts and worth, period by period, proved on the way.

    Parameters
    ----------
    scenario : Scenario
        The plan; drawn numbers of shape (draw, 1) make a batch.
    like : Projection, optional
        One of the scenario that this one was laid over, or was laid over it. Where they differ only in who pays, what
        plants and projects do is taken from it, which changes nothing but the time it takes.

    Returns
    -------
    Projection

    Raises
    ------
    UnitError
        If a formula does not hold in its units.
    IdentityError
        If a law of the books is broken.
    """
    same = like is not None and like.operations.hold_for(scenario)
    operating = like.operations if like is not None and same else operations(scenario)
    sheet = operating.spent.fork()
    paid_rows(sheet, scenario)
    sheet, schedules = financed_rows(sheet, scenario)
    prefix, without = operating.without
    worth_rows(sheet, scenario, without, prefix)

    model, reference = sheet.block(), operating.reference
    blocks = {"model": model, **operating.blocks, **schedules}
    values = ChainMap(*(dict(block.values) for block in blocks.values()))
    return Projection(
        scenario=scenario,
        blocks=blocks,
        proved=prove([model, *schedules.values()], known=operating.blocks.values()) + prove(reference.blocks),
        laws={law: max(gap, reference.laws[law]) for law, gap in prove_laws(scenario, values).items()},
        operations=operating,
        draws=max(block.draws for block in blocks.values()),
    )
