"""Ways out of findings: how much money is missing, by when, and from whom; what a covenant or claim lacks."""

from __future__ import annotations

from functools import partial
from math import ceil, isinf
from typing import TYPE_CHECKING, Final

import numpy as np

from fibercap.core.errors import FibercapError, Problem
from fibercap.core.units import unit_text
from fibercap.model.horizon.run_off import RUN_OFF
from fibercap.model.project import project
from fibercap.studies.covenants import NOTHING_BELOW, sampled_tests
from fibercap.studies.largest_loan import GRID, amounts, largest, loan_lever
from fibercap.studies.movable_inputs import input_samples
from fibercap.studies.turning_points import Judgement

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from fibercap.core.units import Array
    from fibercap.model.projection import Projection
    from fibercap.studies.claims import Outcome
    from fibercap.studies.covenants import CovenantResult

Fault = tuple[str, str]
MANY_CELLS: Final = 300_000
"""Values of a projection beyond which no smaller loan is searched, which takes about a hundred projections."""
MANY: Final = 1000
"""From this size on, a number is written without decimals."""
TENTH: Final = 0.1
"""Below this size, a number that is not money is written with four decimals."""


def quantity_words(value: float, unit: str) -> str:
    """Return a number in its house unit as text for a sentence: `1.34`, `12.50 %/year`, `500,000 km/year`."""
    if unit == "1/year":
        return f"{100 * value:,.2f} %/year"
    places = (
        0
        if abs(value) >= MANY or (value == 0 and unit)
        else (2 if abs(value) >= TENTH or not value or unit.isupper() else 4)
    )
    return f"{value:,.{places}f} {unit_text(unit)}".rstrip()


def _percent(share: float) -> str:
    size = 100 * abs(share)
    return f"{size:,.0f} %" if size >= 10 else f"{size:.2g} %"  # two figures at least


def repays(projection: Projection, prefix: str, period: int, missing: float) -> str:
    """Return the loan whose principal in a period is at least the missing cash; "" if there is none.

    Parameters
    ----------
    projection : Projection
        The projection of the plan.
    prefix : str
        `run_off.` after the horizon, "" within it.
    period : int
        The period, from 0 on.
    missing : float
        How far cash falls below zero at its lowest. [money]
    """
    due = {
        name: float(projection.value(f"{prefix}loans.{name}.principal")[0, period])
        for name in projection.scenario.loans
        if f"{prefix}loans.{name}.principal" in projection.rows
    }
    name = max(due, key=lambda loan: due[loan], default="")
    return name if name and due[name] >= missing else ""


def cash_way_out(projection: Projection, prefix: str, period: int, lowest: float) -> str:
    """Say how much cash is missing, by when, and who could provide it.

    Parameters
    ----------
    projection : Projection
        The projection of the plan.
    prefix : str
        `run_off.` after the horizon, "" within it.
    period : int
        The first period in which cash is below zero.
    lowest : float
        The lowest cash. [money]
    """
    scenario, later = projection.scenario, prefix.startswith(RUN_OFF)
    day = projection.timeline.dates[-1 if later else period]
    amount = f"{ceil(-lowest):,} {scenario.currency}"
    ways = []
    loan = repays(projection, prefix, period, -lowest)
    if loan:
        due = float(projection.value(f"{prefix}loans.{loan}.principal")[0, period])
        repaid = f"{scenario.loan_title(loan)} repays {due:,.0f} {scenario.currency} in that period"
        ways.append(f"a later `loans.{loan}.{scenario.loans[loan].end_field}`, for {repaid}")
    trifle = float(projection.trifle.value.flat[0])
    gaps = {key: projection.value(scenario.source_rows(key)["gap"])[0] for key in scenario.spends}
    unpaid = [key for key, gap in gaps.items() if gap.sum() > trifle]
    ways += [f"a source that pays, in `funding.{key}`" for key in unpaid]
    revolvers = [name for name in scenario.cash_lifters if name in scenario.loans]
    ways += [f"a larger `loans.{name}.commitment`" for name in revolvers]
    limited = scenario.company.equity_limit is not None and not later
    if limited:
        ways.append("a higher `company.equity_limit`")
    ways.append(f"`company.equity: {{{day}: {ceil(-lowest)} {scenario.currency}}}`")
    if not later and not (limited and "equity" in scenario.cash_lifters):
        ways.append(f"owners whenever cash lacks, by `company.gap: [{', '.join([*scenario.cash_lifters, 'equity'])}]`")
    return f"{amount} by {day}: {'; or '.join(ways)}"


def uses_way_out(projection: Projection, key: str, gap: Array) -> str:
    """Say how much funding is missing, until when, and where to write it.

    Parameters
    ----------
    projection : Projection
        The projection of the plan.
    key : str
        The project or purchase.
    gap : (period,)
        Its spending that no source pays. [money]
    """
    plan = projection.scenario
    last = projection.timeline.labels[int(np.flatnonzero(gap)[-1])]
    head = f"{ceil(gap.sum()):,} {plan.currency} until {last}"
    named = [name for name in plan.funding[key].sources if name in plan.loans] if key in plan.funding else []
    if plan.company.equity_limit is not None and key in plan.funding and "equity" in plan.funding[key].sources:
        more = f", or more of {', '.join(f'`{name}`' for name in named)}" if named else ""
        return f"{head}: a higher `company.equity_limit`{more}"
    if named:
        return f"{head}: more of {', '.join(f'`{name}`' for name in named)}, or `equity: rest` in `funding.{key}`"
    return f"{head}: `equity: rest` or a loan in `funding.{key}`, or `cash: rest` there if cash is meant to pay"


def covenant_way_out(
    projection: Projection, tested: CovenantResult, faults: Callable[[Projection], Mapping[Fault, str]]
) -> str:
    """Say by how much a covenant is missed on its worst date, and which smaller loan would keep it.

    Parameters
    ----------
    projection : Projection
        The projection of the plan.
    tested : CovenantResult
        The broken covenant.
    faults : callable
        Returns the faults of a projection, each in a few words, by kind and name.
    """
    worst = tested.worst
    smaller = _smaller_loan(projection, tested, faults)
    if isinf(worst.value):
        wanted = "a denominator above zero" if tested.why_infinite == NOTHING_BELOW else "EBITDA above zero, or no debt"
        return f"{wanted}{worst.on}{smaller}"
    share = f", {_percent(worst.headroom)} of its limit" if worst.headroom is not None else ""
    beyond = "below" if worst.value < worst.limit else "above"
    gap = f"{tested.subject} is {quantity_words(abs(worst.room), tested.unit)} {beyond} its limit{worst.on}{share}"
    return f"{gap}{smaller}"


def _smaller_loan(
    projection: Projection, tested: CovenantResult, faults: Callable[[Projection], Mapping[Fault, str]]
) -> str:
    """Say which largest amount of the loan, below the present one, keeps a covenant; "" if it cannot be sized."""
    plan, loan = projection.scenario, tested.loan
    cells = len(projection.rows) * projection.timeline.count
    try:
        moved = loan_lever(plan, loan)
    except FibercapError:
        return ""
    if projection.samples > 1 or cells > MANY_CELLS:
        return ""
    factor = largest(plan, moved, partial(_keeps, tested), [*(each for each in GRID if each < 1.0), 1.0])
    if not factor:
        return f"; no smaller commitment of {tested.loan_title} keeps it"
    settings = [f"`{path}: {_as_written(*amount)}`" for path, amount in amounts(moved, factor).items()]
    known, then = faults(projection), faults(project(plan.with_samples(input_samples([(moved, factor)]))))
    new = [fault for key, fault in then.items() if key not in known]
    more = f", but then {'; '.join(new)}" if new else ""
    return f"; the largest commitment of {tested.loan_title} that keeps it: {', '.join(settings)}{more}"


def _keeps(tested: CovenantResult, projection: Projection) -> dict[str, Judgement]:
    """Return in which samples a covenant is tested and kept, and the least room to its limit, (sample,)."""
    name, loan = tested.name, tested.loan
    tests = sampled_tests(projection, loan, name, projection.scenario.loans[loan].covenants[name])
    if isinstance(tests, Problem) or not tests.values.size:
        return {name: Judgement(np.zeros(projection.samples, bool), np.full(projection.samples, np.nan))}
    known = ~np.isnan(tests.values)
    least = np.where(known, tests.room, np.inf).min(axis=-1)
    return {name: Judgement(np.asarray(tests.holds.all(axis=-1) & known.any(axis=-1)), least)}


def _as_written(amount: float, unit: str) -> str:
    """Return a quantity as it is written in a scenario."""
    return f"{amount:_.6f}".rstrip("0").rstrip(".") + f" {unit}" if unit else f"{100 * amount!r} %"


def claim_way_out(outcome: Outcome) -> str:
    """Say how far a claim is from its limit, or what to write if it holds against expectation."""
    if not outcome.expected:
        return f"write `claims.{outcome.name}.expect: holds`"
    if outcome.value is None:
        return f"a plan in which it is defined; it is undefined because: {outcome.reason}"
    far = quantity_words(abs(outcome.limit - outcome.value), outcome.unit)
    share = f" ({_percent(outcome.margin)})" if outcome.margin is not None else ""
    side = "more" if outcome.value < outcome.limit else "less"
    return f"{far}{share} {side}; `check --flips` names the input that decides it"
