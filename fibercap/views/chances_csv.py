"""Tables of a simulation (CSV) for other programs: a line for each figure, with its standard error."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from fibercap.studies.chances.estimates import FIGURES, chance, estimate, mean
from fibercap.studies.chances.kept import CASH, CLAIM, COVENANT, EVER, LATER, MEASURE, ROW
from fibercap.views.chances_tables import fault_label
from fibercap.views.files.csv_text import csv_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from fibercap.studies.chances.drivers import Driver
    from fibercap.studies.chances.estimates import Estimate
    from fibercap.studies.chances.simulate import Case, Simulation
    from fibercap.views.files.csv_text import Cell


def likely_csv(simulation: Simulation) -> str:
    """Return the figures of every measure, and of every kept row by year."""
    header = ("option", "name", "label", "unit", "year", "figure", "value", "error")
    return csv_text(header, (line for case in simulation.cases.values() for line in _likely(simulation, case)))


def _likely(simulation: Simulation, case: Case) -> Iterator[tuple[Cell, ...]]:
    for key, values in case.kept.items():
        name = key.removeprefix(MEASURE if key.startswith(MEASURE) else ROW)
        if key.startswith(MEASURE):
            item, columns = case.base.measures[name], [("", values)]
            label, unit = item.label, item.unit
        elif key.startswith(ROW):
            label, unit = case.base.rows[name].label, case.base.rows[name].unit
            columns = list(zip(simulation.years, values.T, strict=True))
        else:
            continue
        for year, column in columns:
            for figure, of in FIGURES.items():
                value = estimate(column, of)
                yield case.name, name, label, unit, year, figure, value.value, value.error


def chances_csv(simulation: Simulation) -> str:
    """Return the chance of each claim, of each broken covenant and of cash below zero, at all and by year."""
    header = ("option", "kind", "name", "says", "year", "chance", "error")
    return csv_text(header, (line for case in simulation.cases.values() for line in _chances(simulation, case)))


def _chances(simulation: Simulation, case: Case) -> Iterator[tuple[Cell, ...]]:
    def lines(
        kind: str, name: str, says: str, years: Sequence[str], values: Sequence[Estimate]
    ) -> Iterator[tuple[Cell, ...]]:
        for year, value in zip(years, values, strict=True):
            yield case.name, kind, name, says, year, value.value, value.error

    claims = case.base.scenario.claims
    for name, values in case.chances(CLAIM).items():
        yield from lines("claim holds", name, claims[name].says, [""], values)
    by_year = case.chances(COVENANT)
    for name, values in case.chances(EVER).items():
        yield from lines("covenant broken", name, fault_label(case, name), [""], values)
        yield from lines("covenant broken", name, fault_label(case, name), simulation.years, by_year[name])
    yield from lines(
        "cash below zero", "", "cash below zero", ["", *simulation.years], [chance(case.dry), *case.chances(CASH)[""]]
    )
    if LATER in case.kept:
        yield from lines(
            "cash below zero", "later", "cash below zero after the horizon", [""], [chance(case.kept[LATER])]
        )


def options_csv(simulation: Simulation) -> str:
    """Return each option against the first, on the same samples: worth to the owners."""
    first, *others = simulation.cases.values()
    lines = []
    for case in others:
        difference = case.measure("equity_npv") - first.measure("equity_npv")
        beats = chance(np.where(np.isnan(difference), np.nan, difference > 0))
        average, worst = estimate(difference, mean), float(np.nanmin(difference, initial=np.inf))
        unit = case.base.measures["equity_npv"].unit
        lines.append((case.name, first.name, beats.value, beats.error, average.value, average.error, worst, unit))
    header = ("option", "against", "beats", "beats_error", "mean", "mean_error", "worst", "unit")
    return csv_text(header, lines)


def drivers_csv(groups: Sequence[Driver], driven: str) -> str:
    """Return what drives a measure: a line for each input, with the indices of its group.

    Parameters
    ----------
    groups, driven : sequence of Driver, str
        What drives it, and its name.
    """
    header = ("measure", "input", "with", "first", "first_error", "total", "total_error", "rank_correlation")
    return csv_text(header, (
        (driven, name, " ".join(one for one in driver.inputs if one != name),
         driver.first.value, driver.first.error, driver.total.value, driver.total.error, driver.ranks[name])
        for driver in groups for name in driver.inputs
    ))  # fmt: skip


def refused_csv(simulation: Simulation) -> str:
    """Return the samples that the plan refuses, and why."""
    header = ("option", "sample", "why")
    cases = simulation.cases.values()
    return csv_text(header, ((case.name, one.sample, one.why) for case in cases for one in case.refused))
