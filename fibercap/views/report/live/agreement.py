"""What projections give for each result of the live report, by which its tape is checked."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from fibercap.core.errors import Problem
from fibercap.core.timeline import STEPS
from fibercap.model.cash.reserves import free_cash
from fibercap.model.measures.all_measures import measure_named
from fibercap.studies.claims import claim_values
from fibercap.studies.covenants import sampled_tests
from fibercap.studies.plan_program import TOLERANCE
from fibercap.studies.verdict.race import may_be_recommended
from fibercap.views.report.live.results import MARGIN, START
from fibercap.views.report.live.tables import totals_of_plants
from fibercap.views.statements import CHANGE_OF_CASH, CLOSING_CASH

if TYPE_CHECKING:
    from collections.abc import Callable

    from fibercap.core.program.tape import Tape
    from fibercap.core.units import Array
    from fibercap.model.projection import Projection
    from fibercap.studies.live.option_cells import PlanCells

SMALL: Final = 1e-6
"""A smaller difference, in the unit of the result, is one of rounding; for rows of money see `dust_of`."""
DUST: Final = 0.01
"""Difference allowed in sums whose terms cancel, as a share of the largest amount that counts as no money."""


def first_gap(tape: Tape, given: Array, cells: PlanCells) -> str:
    """Say which result first differs from the projections of the points; "" if none does.

    Parameters
    ----------
    tape, given, cells : Tape, (result, point), PlanCells
        The tape, what it gives, and the cells with the projections.
    """
    for name, (start, length) in tape.results.items():
        option, _, key = name.partition("|")
        projection = cells.options[option].projection
        wanted = projection_values(projection, key)
        if wanted is None:
            continue
        if gap := gap_of(given[start : start + length].T, wanted, TOLERANCE, dust_of(projection, key)):
            return f"the program of the page gives {gap} for `{key}` of option `{option}`"
    return ""


def gap_of(given: Array, wanted: Array, tolerance: float = TOLERANCE, dust: float = SMALL) -> str:
    """Return the first difference between results and what is wanted, in words; "" if there is none.

    Parameters
    ----------
    given, wanted, tolerance, dust : (sample, value), (sample, value), float, float
        The results, undefined ones nan; the largest difference as a share of the largest value, and beside that.
    """
    wanted = np.broadcast_to(wanted, given.shape)
    size = float(np.nanmax(np.abs(wanted), initial=0.0))
    differs = (np.isnan(given) != np.isnan(wanted)) | (np.abs(given - wanted) > tolerance * size + dust)
    if not differs.any():
        return ""
    return f"{given[differs][0]:.12g} instead of {wanted[differs][0]:.12g}"


def dust_of(projection: Projection, key: str) -> float:
    """Return the largest difference of a result that counts as rounding; larger for money, whose sums cancel.

    Parameters
    ----------
    projection, key : Projection, str
        The projection of an option, and the name of the result.
    """
    row = projection.rows.get(key.partition("/")[0])
    return DUST * float(np.max(projection.trifle.value)) if row is not None and row.unit.isupper() else SMALL


def projection_values(projection: Projection, key: str) -> Array | None:
    """Return the values of a result in a projection, (sample, value); None if it rests on several options.

    Parameters
    ----------
    projection, key : Projection, str
        The projection of an option, and the name of the result.
    """
    kind, _, name = key.partition("/")
    if kind in _KINDS:
        return _KINDS[kind](projection, name)
    if kind in projection.rows and not name:
        return projection.value(kind)
    if kind in projection.rows and name in STEPS:
        return np.stack([*projection.by(kind, name).values()], axis=-1)
    return None


def _claim(projection: Projection, name: str) -> Array | None:
    tested = claim_values(projection, projection.measures, name, projection.scenario.claims[name])
    if isinstance(tested, Problem):
        return None
    return np.stack([tested.value, tested.limit, tested.holds.astype(float)], axis=-1)


def _covenant(projection: Projection, name: str) -> Array | None:
    promise, _, part = name.rpartition("/")
    loan, _, covenant = promise.partition(".")
    tests = sampled_tests(projection, loan, covenant, projection.scenario.loans[loan].covenants[covenant])
    if isinstance(tests, Problem):
        return None
    finite = np.where(np.isinf(tests.values), np.nan, tests.values)
    limit = np.broadcast_to(tests.limit, finite.shape)
    sign = np.where(limit == 0.0, 1.0, np.abs(limit))
    room = np.where(np.isinf(tests.values), np.nan, tests.room) / sign
    parts = {"value": finite, "limit": limit, "holds": tests.holds, "room": room, "beyond": np.isinf(tests.values)}
    return np.asarray(parts[part], dtype=float)


def _total(projection: Projection, name: str) -> Array | None:
    unit, _, by = name.rpartition("@")
    for total, row, plants in totals_of_plants(projection, by):
        if total == f"all/{unit}@{by}":
            rows = [np.stack([*projection.by(f"plants.{plant}.{row}", by).values()]) for plant in plants]
            return np.asarray(np.sum(rows, axis=0)).T
    return None


def _margin(projection: Projection, by: str) -> Array:
    profit, sales = (
        np.stack([*projection.by(f"accounts.{row}", by).values()], axis=-1) for row in ("gross_profit", "revenue")
    )
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(np.where(sales == 0.0, np.nan, profit / sales))


def _start(projection: Projection, by: str) -> Array:
    first = projection.value(CLOSING_CASH)[:, :1] - projection.value(CHANGE_OF_CASH)[:, :1]
    closing = np.stack([*projection.by(CLOSING_CASH, by).values()], axis=-1)
    return np.concatenate([first, closing[:, :-1]], axis=-1)


def _uses_without_source(projection: Projection, key: str) -> Array:
    row = projection.scenario.source_rows(key)["gap"]
    return np.asarray(projection.value(row).sum(axis=-1, keepdims=True))


def _sound(projection: Projection, _: str) -> Array:
    sound = may_be_recommended(projection).astype(float)
    trifle = np.broadcast_to(projection.trifle.value.reshape(-1), sound.shape)
    return np.stack([sound, trifle], axis=-1)


_KINDS: Final[dict[str, Callable[[Projection, str], Array | None]]] = {
    "cash": lambda projection, _: projection.value("accounts.cash"),
    "free_cash": lambda projection, _: projection.to_maturity(free_cash(projection.scenario)),
    "measure": lambda projection, name: measure_named(projection, name).values[:, np.newaxis],
    "claim": _claim,
    "covenant": _covenant,
    "all": _total,
    MARGIN: _margin,
    START: _start,
    "unfunded": _uses_without_source,
    "sound": _sound,
}
