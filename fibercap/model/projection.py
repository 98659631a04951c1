"""The results of a scenario: every row of the model by its path, and the measures computed from them."""

from __future__ import annotations

from collections import ChainMap
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, cast

import numpy as np

from fibercap.core.errors import NoSuchKeyError, did_you_mean
from fibercap.core.formulas.rows import Block, Given, Row
from fibercap.core.shown import frame_of, html_of
from fibercap.core.timeline import Timeline
from fibercap.model.cash.trifle import PATH, Trifle
from fibercap.model.horizon.run_off import RUN_OFF
from fibercap.model.income.operating import Operations
from fibercap.model.plan.evidence import Evidence

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, KeysView, Mapping
    from datetime import date

    from fibercap.core.units import Array
    from fibercap.model.measures.measure import Measure
    from fibercap.model.plan.scenario import Scenario


@dataclass(frozen=True, repr=False)
class Projection:
    """The results of a scenario: blocks of rows, the largest gap of each law, and the number of formulas proved."""

    scenario: Scenario
    blocks: Mapping[str, Block]
    laws: Mapping[str, float]
    proved: int
    operations: Operations
    _measure: Callable[[Projection], Mapping[str, Measure]]
    run_off: Timeline | None = None
    samples: int = field(default=1)

    def __repr__(self) -> str:
        """Return one line, because the arrays would fill pages; `fibercap.annual` shows them."""
        plan, timeline = self.scenario, self.timeline
        option = f", option {plan.option}" if plan.option else ""
        samples = f", {self.samples:,} samples" if self.samples > 1 else ""
        span = f"{timeline.start} to {timeline.end} by {timeline.step}"
        return f"<Projection of {plan.id}{option}: {span}, {len(self.period_rows)} rows{samples}>"

    @property
    def measures(self) -> Mapping[str, Measure]:
        """Every measure by name, with its evidence; each is computed on first use."""
        return self._measure(self)

    @cached_property
    def measures_by_name(self) -> dict[str, Measure | None]:
        """The measures computed so far, None for the others; `measures` fills it.

        What `measures` returns refers to the projection. Were it kept here, a projection would stay in memory until
        cycles are collected, which commands do not do.
        """
        return {}

    @property
    def timeline(self) -> Timeline:
        """The model's periods."""
        return self.scenario.timeline

    def sample(self, number: int, scenario: Scenario) -> Projection:
        """Return one sample of a batch as a projection.

        Parameters
        ----------
        number : int
            The sample, counted from 0.
        scenario : Scenario
            The plan with the inputs of that sample.
        """
        blocks = {name: block.sample(number) for name, block in self.blocks.items()}
        return replace(self, scenario=scenario, blocks=blocks, samples=1)

    @cached_property
    def rows(self) -> Mapping[str, Row]:
        """Every row by its path, model periods first, then the loans' own schedules."""
        return ChainMap(*(cast("dict[str, Row]", block.rows) for block in self.blocks.values()))

    @cached_property
    def _values(self) -> Mapping[str, Array]:
        values: dict[str, Array] = {}
        for block in reversed([*self.blocks.values()]):  # of a path in two blocks, that of the first counts
            if block.continues is None:
                values.update(block.values)
        return values

    @cached_property
    def evidence(self) -> Evidence:
        """The inputs on which rows and measures rest, and how weak the weakest of them is."""
        return Evidence(self.scenario, self.blocks.values())

    @cached_property
    def period_rows(self) -> dict[str, Row]:
        """The rows in model periods, in their order."""
        blocks = (b for b in self.blocks.values() if not b.name.endswith(".schedule") and b.continues is None)
        return {path: row for block in blocks for path, row in block.rows.items()}

    @cached_property
    def scalars(self) -> Mapping[str, Given]:
        """Every scalar that formulas read, by its path, with its formula if any block has one."""
        scalars: dict[str, Given] = {}
        for block in self.blocks.values():
            scalars |= {path: item for path, item in block.given.items() if path not in scalars or item.formula}
        return scalars

    @property
    def trifle(self) -> Trifle:
        """The largest amount that counts as zero, in the reporting currency."""
        return Trifle(f"{{{PATH}}}", self.blocks["model"].given[PATH].value)

    def trifle_of(self, loan: str) -> Trifle:
        """Return the largest amount that counts as zero on a loan, in its currency."""
        path = f"loans.{loan}.trifle" if self.scenario.loan_currency(loan) != self.scenario.currency else PATH
        return Trifle(f"{{{path}}}", self.scalars[path].value)

    def value(self, path: str) -> Array:
        """Return a row's magnitudes in its house unit, (sample, period).

        Raises
        ------
        NoSuchKeyError
            If there is no such row; the nearest ones are named.
        """
        value = self._values.get(path)
        if value is None and RUN_OFF in self.blocks:
            value = self.blocks[RUN_OFF].values.get(path)
        if value is None:
            raise NoSuchKeyError("no_such_name", f"no row `{path}`", did_you_mean(path, list(self.rows), "rows"))
        if self.samples > 1:
            return np.broadcast_to(value, (self.samples, value.shape[-1]))
        view = value.reshape(1, -1)  # much faster than broadcasting, and called often
        view.flags.writeable = False
        return view

    def __getitem__(self, path: str) -> Any:
        """Return a row as a pint Quantity, (sample, period): one value per period, a single run is a batch of one.

        Its registry is that of all scenarios that declare the same units; pint refuses to join those of two registries.
        """
        from fibercap.core.quantity import registry_of  # noqa: PLC0415 - commands run without pint

        values = self.value(path)
        return registry_of(self.scenario.vocabulary).Quantity(values, self.rows[path].unit or "dimensionless")

    def keys(self) -> KeysView[str]:
        """Return the paths of all rows, those in model periods first."""
        return {**self.period_rows, **self.rows}.keys()

    def __iter__(self) -> Iterator[str]:
        """Yield the paths of all rows."""
        return iter(self.keys())

    def __len__(self) -> int:
        """Return the number of rows."""
        return len(self.rows)

    def __contains__(self, path: object) -> bool:
        """Return whether there is a row at a path."""
        return path in self.rows

    def _ipython_key_completions_(self) -> list[str]:
        return list(self)

    def to_frame(self, by: str = "") -> Any:
        """Return every row in model periods as a pandas DataFrame; see `fibercap.annual`.

        Parameters
        ----------
        by : str
            `year`, `quarter` or `month`; default: the model's own step.
        """
        return frame_of(self, by or self.timeline.step)

    def _repr_html_(self) -> str:
        return html_of(self)

    def by(self, path: str, step: str = "year") -> dict[str, Array]:
        """Return a row by year, quarter or month, each (sample,): flows summed, stocks at the end, rates averaged.

        Parameters
        ----------
        path : str
            Address of the row, such as `accounts.cash`.
        step : str
            `year`, `quarter` or `month`.
        """
        return self.timeline_of(path).aggregate(self.value(path), self.rows[path].nature, step)

    def timeline_of(self, path: str) -> Timeline:
        """Return the periods of a row in model periods: the horizon's, or those of the run-off."""
        return self.run_off if self.run_off and path.startswith(f"{RUN_OFF}.") else self.timeline

    def to_maturity(self, path: str) -> Array:
        """Return a row over the horizon and the run-off, if there is one, (sample, period).

        Parameters
        ----------
        path : str
            A row in model periods.

        Raises
        ------
        FibercapError
            If there is no such row; the nearest one is named.
        """
        later = f"{RUN_OFF}.{path}"
        within = self.value(path)
        if self.run_off is None or later not in self.blocks[RUN_OFF].values:
            return within
        return np.concatenate([within, self.value(later)], axis=-1)

    @property
    def timeline_to_maturity(self) -> Timeline:
        """The periods of the horizon, and those of the run-off if there is one."""
        return self.timeline.longer(self.run_off.count) if self.run_off else self.timeline

    @property
    def dates_to_maturity(self) -> tuple[date, ...]:
        """The last day of each period of the horizon, and of the run-off if there is one."""
        return self.timeline_to_maturity.dates
