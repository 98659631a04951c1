"""Samples in a plan: a series that moves year by year is first written with a key for each year or period."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from fibercap.core.language.series import OverTime
from fibercap.core.language.spec import field_at
from fibercap.core.trees.tree import Branch, Leaf
from fibercap.core.units import Samples, unit_text
from fibercap.model.plan.scenario import Scenario
from fibercap.model.project import project
from fibercap.model.uncertain.free_input import FreeInput, free_input, inputs_by_path

if TYPE_CHECKING:
    from collections.abc import Mapping

    from fibercap.core.units import Array
    from fibercap.model.uncertain.uncertain import UncertainInput
    from fibercap.studies.chances.sampling import Sampler


@dataclass(frozen=True)
class SampleOverlay:
    """A plan that takes samples, and how each uncertain input gets them.

    Parameters
    ----------
    scenario : Scenario
        The plan, with a key for each year in the series that move year by year.
    uncertain, units : mapping
        The uncertain inputs, and the unit of what is drawn for each, by name.
    keys : mapping
        By name of an uncertain input with yearly factors, the keys of its series and the year of each, as an index.
    missing : tuple of str
        The uncertain inputs that this option of the plan does not have.
    """

    scenario: Scenario
    uncertain: Mapping[str, UncertainInput]
    units: Mapping[str, str]
    keys: Mapping[str, tuple[tuple[str, int], ...]]
    missing: tuple[str, ...]

    def samples(self, by_name: Mapping[str, Array]) -> dict[str, Any]:
        """Return by path what `evaluate` takes as samples.

        Parameters
        ----------
        by_name : mapping
            The samples of each uncertain input, by name.
        """
        samples: dict[str, Any] = {}
        for name, uncertain in self.uncertain.items():
            values = by_name[name]
            if name in self.missing:
                continue
            if name in self.keys:
                samples |= {
                    f"{uncertain.input}.{key}": {"times": Samples(values[:, [year]], "")}
                    for key, year in self.keys[name]
                }
            else:
                one = Samples(values[:, None], self.units[name])
                samples[uncertain.input] = one if uncertain.acts == "is" else {uncertain.acts: one}
        return samples


def overlay_for(sampler: Sampler, scenario: Scenario) -> SampleOverlay:
    """Return a plan, or an option of it, ready for samples.

    Parameters
    ----------
    sampler : Sampler
        What is uncertain.
    scenario : Scenario
        The plan or the option.
    """
    inputs = inputs_by_path(scenario)
    uncertain = sampler.uncertain.inputs
    free = {name: free_input(scenario, one.input, inputs) for name, one in uncertain.items()}
    missing = tuple(name for name, kind in free.items() if not isinstance(kind, FreeInput))
    yearly = {
        name: kind
        for name, kind in free.items()
        if isinstance(kind, FreeInput) and uncertain[name].distribution.is_yearly
    }
    if not yearly:
        return SampleOverlay(scenario, uncertain, sampler.units, {}, missing)
    removed, added = [], Branch()
    keys: dict[str, tuple[tuple[str, int], ...]] = {}
    projection = project(scenario)
    for name, kind in yearly.items():
        path = uncertain[name].input
        values = projection.value(f"inputs.{path}")[0]
        series, keys[name] = _by_key(values, kind, sampler.years, scenario.timeline.labels)
        removed.append(path)
        field = field_at(Scenario, tuple(path.split(".")))
        if isinstance(field, OverTime) and "interpolate" in field.settings:
            series = series.with_child("interpolate", Leaf("none"))
        added = added.with_child(path, series)
    by_year = scenario.with_changes(Branch({"remove": Leaf(tuple(removed)), "add": added}), "year by year")
    return SampleOverlay(by_year, uncertain, sampler.units, keys, missing)


def _by_key(
    values: Array, kind: FreeInput, years: Mapping[str, slice], labels: tuple[str, ...]
) -> tuple[Branch, tuple[tuple[str, int], ...]]:
    """Return a series with a key for each year, or for each period if it moves within a year; and the year of each."""
    is_by_year = all(np.ptp(values[part]) == 0 for part in years.values())
    points = [
        (label if is_by_year else labels[k], values[k], year)
        for year, (label, part) in enumerate(years.items())
        for k in (range(part.start, part.start + 1) if is_by_year else range(part.start, part.stop))
    ]
    share = kind.unit == "percent"
    texts = {
        key: Leaf(f"{float(value) * 100!r} %" if share else f"{float(value)!r} {unit_text(kind.unit)}".strip())
        for key, value, _ in points
    }
    return Branch(texts), tuple((key, year) for key, _, year in points)
