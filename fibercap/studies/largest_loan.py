"""The largest amount of a loan that keeps some limits, found by projecting many amounts in one batch."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from fibercap.core.errors import FibercapError, did_you_mean
from fibercap.studies.movable_inputs import Handle, Lever
from fibercap.studies.turning_points import Judge, Truth, judge_moves

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from fibercap.core.units import Array
    from fibercap.model.plan.scenario import Scenario

SMALLEST: Final = 1.0 / 1024
GRID: Final = (SMALLEST, *(k / 16 for k in range(1, 33)), 2.5, 3.0, 4.0, 6.0, 8.0, 12.0, 16.0, 32.0, 64.0)
"""The amounts that are tried first, as multiples of the present one."""
INSIDE: Final = 24
CENT: Final = 0.01


def largest(scenario: Scenario, moved: Lever, judge: Judge, grid: Sequence[float]) -> float:
    """Return the largest multiple of a loan's present amount, in whole units of money, that keeps every limit.

    Parameters
    ----------
    scenario : Scenario
        The plan.
    moved : Lever
        The amounts that grow with the loan, as `loan_lever` returns them.
    judge : callable
        Returns which limits a batch keeps in each sample.
    grid : sequence of float
        The multiples that are tried first, ascending.

    Returns
    -------
    float
        0 if none of the grid keeps the limits; the last of the grid if all of them do.
    """
    present, low, high = moved.handles[0].value, 0.0, np.inf
    factors: Array = np.array(grid)
    while True:
        kept = _kept_factors(scenario, moved, factors, judge)
        if low == 0.0 and not kept.any():
            return 0.0
        good = np.flatnonzero(kept)
        if len(good):
            low = float(factors[good[-1]])
        worse = [float(f) for f, ok in zip(factors, kept, strict=True) if not ok and f > low]
        high = min([high, *worse])
        if np.isinf(high):
            return low
        if (high - low) * present <= 1.0 + CENT / 100 and is_whole(low * present) and is_whole(high * present):
            return low
        factors = _inside(low, high, present)
        if not len(factors):
            return low


def amounts(moved: Lever, factor: float) -> dict[str, tuple[float, str]]:
    """Return the changes that make a loan `factor` times as large, by path: number and unit, "" for a share."""
    return {h.path: (round(h.value * factor, 6 if h.unit else 15), h.unit) for h in moved.handles}


def is_whole(amount: float) -> bool:
    """Tell whether an amount is a whole number of units of money, to within a hundredth of a cent."""
    return abs(amount - round(amount)) < CENT / 100


def _inside(low: float, high: float, present: float) -> Array:
    """Return multiples strictly between two, at whole units of money; all of them if they are few."""
    first, last = int(np.floor(low * present)) + 1, int(np.ceil(high * present)) - 1
    if is_whole(high * present):
        last = round(high * present) - 1
    if is_whole(low * present):
        first = round(low * present) + 1
    if last < first:
        return np.zeros(0)
    return np.unique(np.linspace(first, last, min(INSIDE, last - first + 1)).round()) / present


def loan_lever(scenario: Scenario, loan: str) -> Lever:
    """Return a lever on all inputs that grow with a loan, its commitment first.

    Raises
    ------
    FibercapError
        If there is no such loan, it is owed already when the horizon starts, or it is a revolver.
    """
    if loan not in scenario.loans:
        raise FibercapError("no_such_name", f"no loan `{loan}`", did_you_mean(loan, scenario.loans, "loans"))
    terms = scenario.loans[loan]
    if terms.outstanding is not None:
        raise FibercapError(
            "not_sizable", f"`{loan}` is owed already when the horizon starts", "only a new loan can be sized"
        )
    if terms.revolves:
        raise FibercapError(
            "not_sizable", f"`{loan}` is a revolver, drawn as cash needs it", "only a loan with a schedule can be sized"
        )
    return Lever(loan, tuple(_handles(scenario, loan)))


def _handles(scenario: Scenario, loan: str) -> Iterator[Handle]:
    terms, code, prefix = scenario.loans[loan], scenario.loan_currency(loan), f"loans.{loan}"
    amounts: dict[str, tuple[Array, str]] = {f"{prefix}.commitment": (terms.commitment, code)}
    for block in ("draws", "prepayments"):
        amounts |= {f"{prefix}.{block}.{day}": (much, code) for day, much in (getattr(terms, block) or {}).items()}
    repayment = {
        f"{prefix}.repayment.{key}": (much, unit) for key, (unit, much) in terms.repayment.amounts(code).items()
    }
    amounts |= {path: (much, unit) for path, (much, unit) in repayment.items() if np.any(much)}
    for key, funding in scenario.funding.items():
        part = funding.sources.get(loan)
        if part is not None and part.unit != "rest":
            amounts[f"funding.{key}.{loan}"] = (part.value, code if part.unit == "money" else "")
    for path, (much, unit) in amounts.items():
        yield Handle(path, float(much), float(much), unit)


def _kept_factors(scenario: Scenario, moved: Lever, factors: Array, judge: Judge) -> Truth:
    """Return at which factors the scenario is valid and keeps every limit, (factor,)."""
    judgements, allowed = judge_moves(scenario, [(moved, float(factor)) for factor in factors], judge)
    kept = allowed.copy()
    for verdict in judgements.values():
        kept &= verdict.holds
    return kept
