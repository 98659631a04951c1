"""Covenants of loans, tested on their dates, with the room that is left to each limit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from fibercap.core.errors import Problem, ScenarioError
from fibercap.core.timeline import STOCK
from fibercap.core.tree import place_of
from fibercap.core.units import in_words
from fibercap.model.life_cover import LEVERAGE, YEARLY
from fibercap.model.lock_up import locked_row
from fibercap.model.measures import measure_named, names
from fibercap.studies.claims import WORDS, holds, lost

if TYPE_CHECKING:
    from collections.abc import Mapping

    from fibercap.core.units import Array
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
    """What became of a covenant; `tests` is empty where the row is undefined throughout.

    `locked` are the periods in which a planned dividend is barred because the row is beyond `lock_up`.
    """

    loan: str
    name: str
    says: str
    subject: str
    comparator: str
    limit: float
    unit: str
    tests: tuple[Test, ...]
    lock_up: float | None = None
    locked: tuple[str, ...] = ()

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


@dataclass(frozen=True)
class TestDates:
    """A covenant's values on its dates in every draw, (draw, date), nan where it is not due; its limit, (draw, 1)."""

    when: tuple[str, ...]
    values: Array
    limit: Array
    unit: str
    comparator: str

    @property
    def room(self) -> Array:
        """What is left to the limit, (draw, date); negative beyond it."""
        sign = 1.0 if self.comparator in {"above", "at_least"} else -1.0
        return sign * (self.values - self.limit)

    @property
    def holds(self) -> npt.NDArray[np.bool_]:
        """Whether the limit is kept, (draw, date); where the covenant is not due it is."""
        return holds(self.comparator, self.values, self.limit, np.zeros(1)) | np.isnan(self.values)


def tests_of(projection: Projection, loan: str, name: str, covenant: Covenant) -> TestDates | Problem:
    """Test one covenant on every draw, or say why it cannot be tested."""
    at = f"loans.{loan}.covenants.{name}"
    problem = lost(projection, names(projection), at, covenant)
    if problem is not None:
        return problem
    measure = measure_named(projection, covenant.measure) if covenant.measure else None
    unit = measure.unit if measure else projection.rows[covenant.row].unit
    comparator, asked = covenant.limit
    limit, level = asked.in_unit(unit), covenant.lock_up and covenant.lock_up.in_unit(unit)
    for key, quantity, found in ((comparator, asked, limit), ("lock_up", covenant.lock_up, level)):
        if quantity is not None and found is None:
            wanted, hint = in_words(unit), f"the subject is in {unit or 'plain numbers'}"
            return Problem(f"{at}.{key}", "wrong_dimension", in_words(quantity.unit), wanted, hint)
    limits = np.full((1, 1), limit)
    if measure is not None:
        values = np.broadcast_to(measure.values, (projection.draws,))[:, None]
        return TestDates(("in total",), values, limits, unit, comparator)
    dates = _by_time(projection, loan, covenant)
    return TestDates(tuple(dates), np.stack([*dates.values()], axis=-1), limits, unit, comparator)


def _tested(projection: Projection, loan: str, name: str, covenant: Covenant) -> Tested | Problem:
    found = tests_of(projection, loan, name, covenant)
    if isinstance(found, Problem):
        return found
    limit = float(found.limit[0, 0])
    dates = zip(found.when, found.values[0].tolist(), found.room[0].tolist(), found.holds[0].tolist(), strict=True)
    tests = tuple(
        Test(when, value, room, room / abs(limit) if limit else None, keeps)
        for when, value, room, keeps in dates
        if not np.isnan(value)
    )
    subject, level = covenant.row or covenant.measure, covenant.lock_up
    return Tested(
        loan,
        name,
        covenant.says or name,
        subject,
        found.comparator,
        limit,
        found.unit,
        tests,
        level.in_unit(found.unit) if level is not None else None,
        _locked(projection, locked_row(loan, name)),
    )


def _locked(projection: Projection, row: str) -> tuple[str, ...]:
    """Return the periods whose dividends a lock-up bars."""
    if row not in projection.rows:
        return ()
    bars = np.concatenate([[0.0], projection.value(row)[0, :-1]])
    planned = projection.value("accounts.dividends_planned")[0]
    return tuple(projection.timeline.labels[k] for k in np.flatnonzero((bars > 0) & (planned > 0)))


def _by_time(projection: Projection, loan: str, covenant: Covenant) -> dict[str, Array]:
    """Return the row on the covenant's dates while the loan runs, each (draw,); nan where it is undefined.

    Without `test`, a row that exists on certain dates only is tested on these, LLCR and PLCR at payments and draws, any
    other at each year's end.
    """
    terms, row, timeline = (
        projection.scenario.loans[loan],
        projection.rows[covenant.tested],
        projection.timeline_to_maturity,
    )
    step = timeline.step if covenant.test == "period" or (not covenant.test and row.undefined) else "year"
    first, last = timeline.index(terms.signed), timeline.index(terms.maturity)
    at, dated = projection.to_maturity, row.undefined and row.nature == STOCK
    whole = at(row.path)
    values = timeline.grouped(whole, row.nature, step)
    if dated:
        if row.path == LEVERAGE:  # debt without earnings is beyond any multiple of them
            lost = (at("accounts.ebitda_in_year") <= 0) & (at("accounts.debt") > 0)
            whole = np.where(lost & (at("time.closes_year") > 0), np.inf, whole)
        values = {label: _last_known(whole[:, part]) for label, part in timeline.groups(step).items()}
    if row.path in YEARLY:  # what is due in a year is judged at its end, though the loan may be repaid before
        last = max(
            part.stop - 1 if part.start <= last < part.stop else last for part in timeline.groups("year").values()
        )
    runs = {label for label, part in timeline.groups(step).items() if part.stop > first and part.start <= last}
    found = {label: value for label, value in values.items() if label in runs}
    if row.path in YEARLY and step != "year":
        found = {label[:4]: value for label, value in found.items() if not np.isnan(value).all()}
    return found


def _last_known(values: Array) -> Array:
    """Return the last value that is defined, (draw,); nan where none is."""
    last = np.where(np.isnan(values), 0, np.arange(values.shape[-1])).max(axis=-1)
    return np.asarray(np.take_along_axis(values, last[:, None], axis=-1)[:, 0])


def breaches(found: Mapping[str, Tested]) -> list[str]:
    """Say of each broken covenant when it first is, how far, and how often; the worst comes first."""
    told = []
    for key, tested in found.items():
        broken = [test for test in tested.tests if not test.holds]
        if broken and tested.tightest is not None:
            first, often = broken[0], f", {len(broken)} of {len(tested.tests)} times" if len(broken) > 1 else ""
            says = "" if tested.says == tested.name else f" ({tested.says})"
            if np.isinf(first.value):
                far = f"there is debt, and no EBITDA; {WORDS[tested.comparator]} {tested.limit:,.2f} times is promised"
                told.append((-np.inf, f"covenant {key}{says} is broken in {first.when}{often}: {far}"))
                continue
            value, limit = (
                f"{n:,.{2 if abs(n) < MANY else 0}f} {tested.unit}".rstrip() for n in (first.value, tested.limit)
            )
            far = f"{tested.subject} is {value}, {WORDS[tested.comparator]} {limit} is promised"
            told.append(
                (tested.tightest.headroom or 0.0, f"covenant {key}{says} is broken in {first.when}{often}: {far}")
            )
    return [text for _, text in sorted(told, key=lambda pair: pair[0])]


MANY = 1000
