"""What is kept of each sample of a projection: measures, claims, covenants, cash below zero, rows by year."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, TypeVar

import numpy as np

from fibercap.core.errors import FibercapError, Problem, ScenarioError, did_you_mean
from fibercap.core.trees.tree import place_of
from fibercap.model.cash.reserves import free_cash
from fibercap.studies.claims import claim_values
from fibercap.studies.covenants import sampled_tests

if TYPE_CHECKING:
    from collections.abc import Sequence

    from fibercap.core.timeline import Timeline
    from fibercap.core.units import Array
    from fibercap.model.projection import Projection

T = TypeVar("T")
Kept = dict[str, "Array"]
"""Results by a name that begins with their kind: (sample,), or (sample, year) for those by year."""
MEASURE: Final = "measure:"
CLAIM: Final = "claim:"
COVENANT: Final = "covenant:"
ROW: Final = "row:"
CASH: Final = "cash:below_zero"
LATER: Final = "cash:below_zero_later"
EVER: Final = "covenant_ever:"
FLAG: Final[Any] = np.float16
"""The type of flags: 1, 0, or nan where undefined; it takes a quarter of the memory of a float."""


def keep(projection: Projection, measures: Sequence[str], rows: Sequence[str]) -> Kept:
    """Return what is kept of a projection with samples.

    Parameters
    ----------
    projection : Projection
        The projection of a chunk of samples.
    measures : sequence of str
        Names of measures.
    rows : sequence of str
        Paths of rows that are kept year by year.

    Raises
    ------
    ScenarioError
        If a claim or covenant cannot be tested.
    """
    samples = projection.samples
    kept: Kept = {
        f"{MEASURE}{name}": np.broadcast_to(projection.measures[name].values, (samples,)).astype(float)
        for name in measures
    }
    kept |= _claims(projection) | _covenants(projection) | _cash(projection)
    for path in rows:
        years = projection.by(path, "year")
        kept[f"{ROW}{path}"] = np.stack([np.broadcast_to(values, (samples,)) for values in years.values()], axis=1)
    return kept


def refuse_unknown_names(projection: Projection, measures: Sequence[str], rows: Sequence[str]) -> None:
    """Raise an error that names the nearest, if a plan lacks a measure or row that is to be kept.

    Parameters
    ----------
    projection : Projection
        The plan without samples.
    measures, rows : sequence of str
        Names of measures, and paths of rows.
    """
    for kind, names, known in (("measure", measures, projection.measures), ("row", rows, projection.period_rows)):
        if unknown := next((name for name in names if name not in known), ""):
            hint = did_you_mean(unknown, list(known), f"{kind}s")
            raise FibercapError("no_such_name", f"no {kind} `{unknown}`", hint)


def _claims(projection: Projection) -> Kept:
    kept: Kept = {}
    for name, claim in projection.scenario.claims.items():
        values = _outcome_of(projection, claim_values(projection, projection.measures, name, claim))
        kept[f"{CLAIM}{name}"] = values.holds.astype(FLAG)
    return kept


def _covenants(projection: Projection) -> Kept:
    """Return whether each covenant is broken, by year, and whether it ever is; nan in years without a test."""
    kept: Kept = {}
    years = list(projection.timeline.groups("year").values())
    for loan, terms in projection.scenario.loans.items():
        for name, covenant in terms.covenants.items():
            tests = _outcome_of(projection, sampled_tests(projection, loan, name, covenant))
            broken = np.broadcast_to(~tests.holds, (projection.samples, len(tests.when)))
            kept[f"{EVER}{loan}.{name}"] = broken.any(axis=1).astype(FLAG)
            by_year = np.full((projection.samples, len(years)), np.nan, dtype=FLAG)
            for place, label in enumerate(tests.when):
                year = _year_of(projection.timeline, label, years)
                if year is not None:
                    by_year[:, year] = np.fmax(by_year[:, year], broken[:, place])
            kept[f"{COVENANT}{loan}.{name}"] = by_year
    return kept


def _year_of(timeline: Timeline, label: str, years: Sequence[slice]) -> int | None:
    """Return the year of the horizon in which a test date lies, as an index; None if it lies in none."""
    span = timeline.span(label)
    if span is None:
        return None
    period = (span[1] - timeline.origin) // timeline.months - 1
    return next((place for place, part in enumerate(years) if part.start <= period < part.stop), None)


def _cash(projection: Projection) -> Kept:
    """Return whether cash falls below zero, by year of the horizon, and at any time after it."""
    trifle = projection.trifle.value
    path = free_cash(projection.scenario)
    below = projection.value(path) < -trifle
    parts = projection.timeline.groups("year").values()
    kept = {CASH: np.stack([below[:, part].any(axis=1) for part in parts], axis=1).astype(FLAG)}
    if projection.run_off is not None:
        later = projection.to_maturity(path)[:, projection.timeline.count :] < -trifle
        kept[LATER] = later.any(axis=1).astype(FLAG)
    return kept


def _outcome_of(projection: Projection, outcome: T | Problem) -> T:
    """Return an outcome, or raise the problem with its place."""
    if isinstance(outcome, Problem):
        place = place_of(projection.scenario.tree, tuple(outcome.path.split(".")))
        problem = Problem(outcome.path, outcome.code, outcome.found, outcome.wanted, outcome.hint, place)
        raise ScenarioError(projection.scenario.file, [problem])
    return outcome
