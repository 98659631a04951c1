"""Sizing: the largest commitment of a loan that keeps the limits a lender asks for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from fibercap.core.errors import FibercapError
from fibercap.core.units import Samples
from fibercap.model.measures.all_measures import measure_named
from fibercap.model.project import project
from fibercap.model.projection import Projection
from fibercap.studies.findings import faults
from fibercap.studies.largest_loan import CENT, GRID, SMALLEST, amounts, is_whole, largest, loan_lever
from fibercap.studies.movable_inputs import input_samples
from fibercap.studies.turning_points import Judge, Judgement, judge_move

if TYPE_CHECKING:
    from collections.abc import Sequence

    from fibercap.core.units import Array
    from fibercap.model.plan.scenario import Scenario
    from fibercap.studies.movable_inputs import Lever

USED: Final = "use"
"""The limit that always applies: a loan is not larger than the amount that is drawn on it."""
ALLOWED: Final = "plan"
"""The limit of the plan itself: a larger loan would make it invalid, as when funding exceeds a project's cost."""
CEILINGS: Final = frozenset({"gearing", "max_debt_to_ebitda"})
EXACT: Final = 1e-12
"""Rounding that is allowed, as a share of a limit; that of claims and covenants would be many units of a large loan."""
MOST: Final = 1e6
RATIO: Final = "a ratio above 0, such as `1.3`"


@dataclass(frozen=True)
class Limit:
    """A limit of a lender: a measure and its lowest value (its highest, for gearing and debt to EBITDA)."""

    measure: str
    value: float

    def __post_init__(self) -> None:
        """Check the value.

        Raises
        ------
        FibercapError
            If it is not above zero, not finite, or more than 100 % for gearing.
        """
        most, wanted = (1.0, "a share of at most 100 %, such as `70 %`") if self.measure == "gearing" else (MOST, RATIO)
        if not 0.0 < self.value <= most:
            amount = f"{100 * self.value:g} %" if self.measure == "gearing" else f"{self.value:g}"
            raise FibercapError("out_of_range", f"{self.measure}: found {amount}, wanted {wanted}")

    @property
    def comparator(self) -> str:
        """`at_least` if the value is the lowest allowed, `at_most` if it is the highest."""
        return "at_most" if self.measure in CEILINGS else "at_least"


@dataclass(frozen=True, repr=False)
class Sized:
    """The largest commitment, in whole units of its currency, the limits that bind, and the measures at that size.

    `binds` are the limits that one unit more would break: measures, `use` if it would not be drawn, or `plan` if the
    plan would be invalid (`why` gives the reason). `residual` is each measure less its limit. `faults` are broken
    covenants and missing cash or funding of the plan with a loan of that size.
    """

    loan: str
    title: str
    currency: str
    present: float
    commitment: float
    binds: tuple[str, ...]
    values: Mapping[str, float]
    limits: tuple[Limit, ...]
    lever: Lever
    why: str = ""
    residual: Mapping[str, float] = field(default_factory=dict)
    faults: tuple[str, ...] = ()

    def __repr__(self) -> str:
        """Return the largest commitment and what binds it, on one line."""
        return f"<Sized {self.loan}: {self.commitment:,.0f} {self.currency}, bound by {', '.join(self.binds)}>"

    @property
    def changes(self) -> dict[str, Any]:
        """The changes that give the plan a loan of that size, by path; each is a Quantity."""
        from fibercap.core.quantity import Quantity  # noqa: PLC0415 - a command does without pint

        scaled = amounts(self.lever, self.commitment / self.present)
        return {path: Quantity(amount, unit or "dimensionless") for path, (amount, unit) in scaled.items()}


def size(scenario: Scenario, loan: str, limits: Mapping[str, float] | Sequence[Limit]) -> Sized:
    """Return the largest commitment of a loan that keeps every limit, in whole units of money.

    Dated draws, the amounts and shares of funding that the loan pays, dated prepayments, and the amounts of its
    repayment grow with it; a source `rest` pays what is left.

    Parameters
    ----------
    scenario : Scenario
        The plan.
    loan : str
        The name of the loan.
    limits : mapping or sequence of Limit
        By measure, the lowest value allowed (the highest, for gearing and debt to EBITDA), such as
        `{"min_dscr": 1.3, "gearing": 0.7}`.

    Raises
    ------
    FibercapError
        If there is no such loan or it cannot be sized, a measure is undefined at every size, or every size breaks a
        limit. A small loan may break a limit that a larger one keeps, because cash pays for what the loan does not.

    Source
    ------
    Own derivation: commitments up to 64 times the present one are projected in one batch. Then the interval between the
    largest that keeps the limits and the next one is divided, until its ends differ by one unit of money.
    """
    if isinstance(limits, Mapping):
        limits = [Limit(measure, value) for measure, value in limits.items()]
    moved = loan_lever(scenario, loan)
    base = project(scenario)
    for limit in limits:
        measure_named(base, limit.measure)
    judge = _judge(loan, limits, _drawn_share(scenario, loan, moved))
    low = largest(scenario, moved, judge, GRID)
    if not low:
        raise FibercapError("not_sizable", _refusal(scenario, loan, moved, limits))
    return _largest_sized(scenario, loan, moved, limits, low, judge)


def _amount_drawn(projection: Projection, loan: str) -> Array:
    return np.asarray(projection.value(f"loans.{loan}.schedule.drawn").sum(axis=-1))


def _drawn_share(scenario: Scenario, loan: str, moved: Lever) -> float:
    """Return the share of the commitment that is drawn if the loan is very small."""
    handles = {h.path: Samples(np.array([[h.value * SMALLEST]]), h.unit) for h in moved.handles}
    drawn = _amount_drawn(project(scenario.with_samples(handles)), loan)
    return float(drawn[0]) / (moved.handles[0].value * SMALLEST)


def _judge(loan: str, limits: Sequence[Limit], share: float) -> Judge:
    def judge(projection: Projection) -> dict[str, Judgement]:
        commitment = projection.scenario.loans[loan].commitment.reshape(-1)
        used = _amount_drawn(projection, loan) - share * commitment
        judgements = {USED: Judgement(used >= -CENT * share / 2, used)}
        for limit in limits:
            values = np.broadcast_to(measure_named(projection, limit.measure).values, (projection.samples,))
            slack = EXACT * limit.value * (1.0 if limit.measure in CEILINGS else -1.0)
            keeps = values <= limit.value + slack if limit.measure in CEILINGS else values >= limit.value + slack
            judgements[limit.measure] = Judgement(keeps, values)
        return judgements

    return judge


def _refusal(scenario: Scenario, loan: str, moved: Lever, limits: Sequence[Limit]) -> str:
    """Say why even the smallest loan does not keep the limits."""
    judgements, why = judge_move(scenario, (moved, SMALLEST), _judge(loan, limits, 0.0))
    if why:
        return f"`{loan}` cannot be made smaller: {why}"
    for limit in limits:
        value = float(judgements[limit.measure].gap[0])
        if np.isnan(value):
            projection = project(scenario)
            reason = measure_named(projection, limit.measure).reason or "undefined for a small loan"
            return f"`{limit.measure}` cannot limit `{loan}`: {reason}"
        if not judgements[limit.measure].holds[0]:
            condition = f"{limit.measure} {limit.comparator.replace('_', ' ')} {limit.value:g}"
            return f"no commitment of `{loan}` keeps {condition}: it is {value:.4g} even for the smallest"
    return f"`{loan}` is not drawn by the plan, whatever its size"


def _largest_sized(
    scenario: Scenario, loan: str, moved: Lever, limits: Sequence[Limit], factor: float, judge: Judge
) -> Sized:
    present = moved.handles[0].value
    commitment = float(round(factor * present)) if is_whole(factor * present) else factor * present
    judgements, _ = judge_move(scenario, (moved, commitment / present), judge)
    beyond, why = judge_move(scenario, (moved, (commitment + 1.0) / present), judge)
    binds = tuple(name for name, verdict in beyond.items() if not verdict.holds[0]) or ((ALLOWED,) if why else ())
    values = {limit.measure: float(judgements[limit.measure].gap[0]) for limit in limits}
    residual = {limit.measure: values[limit.measure] - limit.value for limit in limits}
    title, currency = scenario.loan_title(loan), scenario.loan_currency(loan)
    sized = project(scenario.with_samples(input_samples([(moved, commitment / present)])))
    wrong = tuple(fault.fault for fault in faults(sized))
    return Sized(loan, title, currency, present, commitment, binds, values, tuple(limits), moved, why, residual, wrong)
