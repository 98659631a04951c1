"""Covenants of loans, tested in every period or year, with headroom."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from fibercap.core.errors import Problem, ScenarioError
from fibercap.core.tree import place_of
from fibercap.core.units import in_words
from fibercap.model.measures import measure_named, names
from fibercap.studies.claims import holds, lost

if TYPE_CHECKING:
    from fibercap.model.covenant import Covenant
    from fibercap.model.projection import Projection


@dataclass(frozen=True)
class Test:
    """One test: when, the value, the room left to the limit, that as a share of it, and whether it holds."""

    when: str
    value: float
    room: float
    headroom: float | None
    holds: bool


@dataclass(frozen=True)
class Tested:
    """What became of a covenant; `tests` is empty where the row is undefined throughout."""

    loan: str
    name: str
    says: str
    subject: str
    comparator: str
    limit: float
    unit: str
    tests: tuple[Test, ...]

    @property
    def holds(self) -> bool:
        """Tell whether every test holds."""
        return all(test.holds for test in self.tests)

    @property
    def tightest(self) -> Test | None:
        """The test with the least room."""
        return min(self.tests, key=lambda test: test.room, default=None)


def covenants(projection: Projection) -> dict[str, Tested]:
    """Test every covenant of every loan on the first draw, by `<loan>.<name>`.

    Raises
    ------
    ScenarioError
        If a covenant matches no row or measure, or its limit is in another unit: never a pass.
    """
    problems: list[Problem] = []
    tested: dict[str, Tested] = {}
    for loan, terms in projection.scenario.loans.items():
        for name, covenant in terms.covenants.items():
            found = _tested(projection, loan, name, covenant)
            if isinstance(found, Problem):
                place = place_of(projection.scenario.tree, tuple(found.path.split(".")))
                problems.append(Problem(found.path, found.code, found.found, found.wanted, found.hint, place))
            else:
                tested[f"{loan}.{name}"] = found
    if problems:
        raise ScenarioError(projection.scenario.file, problems)
    return tested


def _tested(projection: Projection, loan: str, name: str, covenant: Covenant) -> Tested | Problem:
    at = f"loans.{loan}.covenants.{name}"
    problem = lost(projection, names(projection), at, covenant)
    if problem is not None:
        return problem
    measure = measure_named(projection, covenant.measure) if covenant.measure else None
    unit = measure.unit if measure else projection.rows[covenant.row].unit
    comparator, asked = covenant.limit
    limit = asked.in_unit(unit)
    if limit is None:
        wanted, hint = in_words(unit), f"the subject is in {unit or 'plain numbers'}"
        return Problem(f"{at}.{comparator}", "wrong_dimension", in_words(asked.unit), wanted, hint)
    values = {"in total": measure.value} if measure else _by_time(projection, loan, covenant)
    tests = tuple(
        Test(when, value, room, room / abs(limit) if limit else None, holds(comparator, value, limit, 0.0))
        for when, value in values.items()
        if value is not None
        for room in [value - limit if comparator in {"above", "at_least"} else limit - value]
    )
    subject = covenant.row or covenant.measure
    return Tested(loan, name, covenant.says or name, subject, comparator, limit, unit, tests)


def _by_time(projection: Projection, loan: str, covenant: Covenant) -> dict[str, float | None]:
    """Return the row by year or period while the loan runs; None where it is undefined."""
    timeline, terms = projection.timeline, projection.scenario.loans[loan]
    step = "year" if covenant.test == "year" else timeline.step
    first, last = timeline.index(terms.signed), timeline.index(terms.maturity)
    values = projection.by(covenant.row, step)
    runs = {label for label, part in timeline.groups(step).items() if part.stop > first and part.start <= last}
    found = {label: float(value[0]) for label, value in values.items() if label in runs}
    return {label: None if np.isnan(value) else value for label, value in found.items()}
