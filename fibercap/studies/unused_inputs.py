"""Unused inputs: those that change no result, found by changing one input at a time."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from fibercap.core.errors import FibercapError, ScenarioError
from fibercap.core.language.unit_words import counts_products
from fibercap.core.trees.tree import Branch, Leaf, Path, leaves
from fibercap.core.units import QuantityTextError, Samples, split_quantity
from fibercap.model.horizon.run_off import RUN_OFF
from fibercap.model.project import project
from fibercap.model.worth.without_projects import SAME_WITHOUT, WITHOUT
from fibercap.studies.claims import outcomes
from fibercap.studies.covenants import covenants
from fibercap.studies.findings import findings
from fibercap.studies.plan_warnings import warnings

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from fibercap.core.units import Array
    from fibercap.model.plan.scenario import Scenario
    from fibercap.model.projection import Projection

ASIDE: Final = frozenset(
    {"fibercap", "id", "title", "note", "sources", "default_source", "options", "claims", "horizon"}
)
_PLAIN: Final = ("inputs.", "time.", "products.", "exchange.", "rates.", f"{WITHOUT}.", f"{SAME_WITHOUT}.")
GIVEN: Final = (*_PLAIN, *(f"{RUN_OFF}.{block}" for block in _PLAIN))
"""Prefixes of rows that only repeat inputs by period; they are not results."""
NUDGE: Final = 1.01
CHUNK: Final = 200
ROUNDING: Final = 1e-12
_DATE: Final = re.compile(r"(FY)?\d{4}(-\d{2}-\d{2}|-\d{2}|-Q[1-4])?")
_MONTHS: Final = frozenset({"month", "quarter", "year"})


@dataclass(frozen=True)
class Number:
    """A number as written: its path, its text, and its amount and unit."""

    path: str
    text: str
    amount: float
    unit: str


def unused_inputs(scenario: Scenario) -> list[str]:
    """Return the numbers and dates of a plan that change no row, measure, claim, covenant or warning, in its order.

    All numbers are first raised by a hundredth, each in a sample of its own, in one batch. An input that changes
    nothing there, or cannot differ by sample, is changed alone: by a hundredth, to half and double, by a month or a
    year. An input whose change is refused, except for its own bounds, counts as used.

    Raises
    ------
    IdentityError
        If a change breaks a law of the books.
    """
    values, _ = scenario.unwrapped_tree
    written = {path: leaf.text for path, leaf in leaves(values) if path[0] not in ASIDE and path[-1] != "note"}
    numbers = [number for path, text in written.items() if (number := _number(path, text)) is not None]
    moving = _moved_in_batch(scenario, [number for number in numbers if number.amount])
    left = [number.path for number in numbers if number.path not in moving]
    left += [".".join(path) for path, text in written.items() if _DATE.fullmatch(text)]
    before = _outcome(project(scenario))
    order = [".".join(path) for path in written]
    tried = {path: written[tuple(path.split("."))] for path in sorted(set(left), key=order.index)}
    return [path for path, text in tried.items() if not _moves(scenario, path, text, before)]


def _number(path: Path, text: str) -> Number | None:
    try:
        amount, unit = split_quantity(text)
    except QuantityTextError:
        return None
    return None if _DATE.fullmatch(text) else Number(".".join(path), text, amount, unit)


def _moved_in_batch(scenario: Scenario, numbers: list[Number]) -> set[str]:
    """Return the paths of the numbers that change a row when each is raised in a sample of its own.

    Numbers whose change is refused are left out; if the error does not name them, each half is tried alone.
    """
    if not numbers:
        return set()
    if len(numbers) > CHUNK:
        return _moved_in_halves(scenario, numbers)
    try:
        return _paths_that_move(scenario, numbers)
    except ScenarioError as error:
        refused = {f"{problem.path}." for problem in error.problems}
        kept = [number for number in numbers if not any(f"{number.path}.".startswith(path) for path in refused)]
        return _moved_in_batch(scenario, kept) if len(kept) < len(numbers) else _moved_in_halves(scenario, numbers)
    except FibercapError:
        return _moved_in_halves(scenario, numbers)


def _moved_in_halves(scenario: Scenario, numbers: list[Number]) -> set[str]:
    half = len(numbers) // 2
    if not half:
        return set()
    return _moved_in_batch(scenario, numbers[:half]) | _moved_in_batch(scenario, numbers[half:])


def _paths_that_move(scenario: Scenario, numbers: list[Number]) -> set[str]:
    samples = {}
    for index, number in enumerate(numbers):
        values = np.full((len(numbers) + 1, 1), number.amount)
        values[index + 1] *= NUDGE
        samples[number.path] = Samples(values, number.unit)
    projection = project(scenario.with_samples(samples))
    moved = np.zeros(len(numbers) + 1, dtype=bool)
    for value in _outputs(projection):
        moved |= (~_alike(value, value[:1])).any(axis=-1)
    return {number.path for index, number in enumerate(numbers) if moved[index + 1]}


def _outputs(projection: Projection) -> Iterator[Array]:
    """Yield the rows in money and in products; flags, counts and days matter only if they change these."""
    for path, row in projection.rows.items():
        if not path.startswith(GIVEN) and (counts_products(row.unit) or re.search("[A-Z]{3}", row.unit)):
            yield projection.value(path)


def _alike(one: Array, other: Array) -> Any:
    largest = np.nanmax(np.abs(other), initial=0.0)
    return np.isclose(one, other, rtol=ROUNDING, atol=ROUNDING * max(largest, 1e-6), equal_nan=True)


@dataclass(frozen=True)
class _Outcome:
    """The results of a plan: its rows and measures, and all verdicts and warnings on it."""

    rows: list[Array]
    verdicts: tuple[object, ...]

    def same(self, other: _Outcome) -> bool:
        """Tell whether two outcomes are equal, but for rounding."""
        shapes = [row.shape for row in self.rows] == [row.shape for row in other.rows]
        if not shapes or self.verdicts != other.verdicts:
            return False
        return all(bool(_alike(row, theirs).all()) for row, theirs in zip(self.rows, other.rows, strict=True))


def _outcome(projection: Projection) -> _Outcome:
    measures = projection.measures
    values = [measure.values for measure in measures.values()]
    verdicts = (
        *((claim.holds, claim.limit) for claim in outcomes(projection, measures).values()),
        *((tested.limit, tested.tests) for tested in covenants(projection).values()),
        *(finding.sentence for finding in findings(projection)),
        *(warning for warning in warnings(projection) if not warning.startswith("unused: ")),
        *(measure.reason for measure in measures.values()),
    )
    return _Outcome([*_outputs(projection), *values], verdicts)


def _moves(scenario: Scenario, path: str, text: str, before: _Outcome) -> bool:
    """Tell whether any change of one input changes a result, or is refused for a reason other than its own bounds."""
    for change in _changes(text):
        overlay = Branch({"change": Branch({path: change})})
        try:
            if not _outcome(project(scenario.with_changes(overlay, "nudged"))).same(before):
                return True
        except ScenarioError as error:
            if any(problem.code != "out_of_range" for problem in error.problems):
                return True
        except FibercapError:
            return True
    return False


def _changes(text: str) -> Iterable[Leaf | Branch]:
    """Return the changes to try on an input: each a new value, or an operation on the present one."""
    if _DATE.fullmatch(text):
        length = {4: "year", 7: "quarter" if "Q" in text else "month"}.get(len(text), "month")
        return [Branch({"delay": Leaf(f"{count} {length}")}) for count in (1, -1, 12)]
    amount, unit = split_quantity(text)
    if amount == 0:
        words = text.partition(" ")[2]
        return [Leaf(f"{number} {words}".strip()) for number in ("1", "0.01", "1_000_000")]
    if unit in _MONTHS:
        return [Branch({"plus": Leaf(f"{count} {unit}")}) for count in (1, -1)]
    return [Branch({"times": Leaf(factor)}) for factor in (str(NUDGE), "0.99", "0.5", "2")]
