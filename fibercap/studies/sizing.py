"""How large a loan may be: the largest commitment that keeps what a lender asks for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from fibercap.core.errors import FibercapError
from fibercap.core.units import Drawn
from fibercap.model.measures.all_measures import measure_named
from fibercap.model.project import project
from fibercap.model.projection import Projection
from fibercap.studies.claims import holds
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
"""The limit that nobody has to ask for: a loan is no larger than what it is drawn for."""
ALLOWED: Final = "plan"
"""Where a larger loan is not a valid plan any more, such as funding of more than a project costs."""
CEILINGS: Final = frozenset({"gearing", "max_debt_to_ebitda"})
MOST: Final = 1e6
RATIO: Final = "a ratio above 0, such as `1.3`"


@dataclass(frozen=True)
class Limit:
    """What a lender asks for: a measure, and its least value (or most, for gearing and debt to EBITDA)."""

    measure: str
    value: float

    def __post_init__(self) -> None:
        """Refuse what is no ratio.

        Raises
        ------
        FibercapError
            If the value is not above zero, not finite, or more than the whole for gearing.
        """
        most, wanted = (1.0, "a share of at most 100 %, such as `70 %`") if self.measure == "gearing" else (MOST, RATIO)
        if not 0.0 < self.value <= most:
            amount = f"{100 * self.value:g} %" if self.measure == "gearing" else f"{self.value:g}"
            raise FibercapError("out_of_range", f"{self.measure}: found {amount}, wanted {wanted}")

    @property
    def comparator(self) -> str:
        """Whether the value is the least or the most."""
        return "at_most" if self.measure in CEILINGS else "at_least"


@dataclass(frozen=True, repr=False)
class Sized:
    """The largest commitment, in whole units of its currency, what binds it, and what the measures then are.

    `binds` are the limits that one unit more breaks: measures, `use` where it would not be drawn, `plan` where the
    plan allows no more (`why` says what for). `residual` is how far each measure is from its limit. `faults` are the
    covenants that the plan breaks with a loan of that size, and cash and funding that it lacks.
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
        """Say how large the loan may be, and what binds it."""
        return f"<Sized {self.loan}: {self.commitment:,.0f} {self.currency}, bound by {', '.join(self.binds)}>"

    @property
    def changes(self) -> dict[str, Any]:
        """What must be laid over the plan to have the loan so large, by path; each a Quantity."""
        from fibercap.core.quantity import Quantity  # noqa: PLC0415 - a command does without pint

        scaled = amounts(self.lever, self.commitment / self.present)
        return {path: Quantity(amount, unit or "dimensionless") for path, (amount, unit) in scaled.items()}


def size(scenario: Scenario, loan: str, limits: Mapping[str, float] | Sequence[Limit]) -> Sized:
    """Return the largest commitment of a loan that keeps every limit, to the last whole unit of money.

    What the loan is drawn for grows with it: dated draws, and the amounts and shares that funding asks of it; `rest`
    takes what there is.

    Parameters
    ----------
    scenario : Scenario
        The plan.
    loan : str
        Its name.
    limits : mapping or sequence of Limit
        What is to be kept: by measure, its least value, of gearing and debt to EBITDA its most; such as
        `{"min_dscr": 1.3, "gearing": 0.7}`.

    Raises
    ------
    FibercapError
        If there is no such loan or it cannot be sized, a measure is undefined whatever the size, or a loan of any size
        breaks a limit. A small loan may break it where a larger one does not: cash pays for what the loan leaves.

    Source
    ------
    Own derivation: commitments up to 64 times the present one are looked at in one batch, then the gap between the last
    that keeps the limits and the next, until they are neighbors.
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
    """Return the share of the commitment that is drawn while it is small."""
    handles = {h.path: Drawn(np.array([[h.value * SMALLEST]]), h.unit) for h in moved.handles}
    drawn = _amount_drawn(project(scenario.drawn(handles)), loan)
    return float(drawn[0]) / (moved.handles[0].value * SMALLEST)


def _judge(loan: str, limits: Sequence[Limit], share: float) -> Judge:
    def judge(projection: Projection) -> dict[str, Judgement]:
        commitment = projection.scenario.loans[loan].commitment.reshape(-1)
        used = _amount_drawn(projection, loan) - share * commitment
        judgements = {USED: Judgement(used >= -CENT * share / 2, used)}
        for limit in limits:
            values = np.broadcast_to(measure_named(projection, limit.measure).values, (projection.draws,))
            keeps = holds(limit.comparator, values, np.asarray(limit.value), np.zeros(1)) & ~np.isnan(values)
            judgements[limit.measure] = Judgement(keeps, values)
        return judgements

    return judge


def _refusal(scenario: Scenario, loan: str, moved: Lever, limits: Sequence[Limit]) -> str:
    """Say why not even the smallest loan keeps the limits."""
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
    sized = project(scenario.drawn(input_samples([(moved, commitment / present)])))
    wrong = tuple(fault.fault for fault in faults(sized))
    return Sized(loan, title, currency, present, commitment, binds, values, tuple(limits), moved, why, residual, wrong)
