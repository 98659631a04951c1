"""Checks of what a loan costs: its rate, and the fees that change over time."""

from __future__ import annotations

from datetime import date
from itertools import pairwise, product
from typing import TYPE_CHECKING

import numpy as np

from fibercap.core.errors import did_you_mean
from fibercap.model.loans.clauses.rates import FOLLOWS_INDEX, Floating, index_by_day
from fibercap.model.loans.clauses.ratio_steps import RatioSteps
from fibercap.model.loans.clauses.sweeps import Condition, SweepWhile
from fibercap.model.loans.clauses.values_by_day import Steps, first_day
from fibercap.model.loans.covenants.covenant import COVENANT_LIMITS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from fibercap.core.language.series import Series
    from fibercap.core.units import Array
    from fibercap.model.checks.funding_checks import Findings
    from fibercap.model.loans.terms import Loan
    from fibercap.model.plan.plan import Lending

    Term = Steps | RatioSteps


def loan_rate(s: Lending, name: str) -> Findings:
    """Yield a rate that does not cover every day from signing on, and a cap, floor or margin that does not fit.

    Parameters
    ----------
    s, name : Lending, str
        The plan, and the loan.
    """
    loan, path = s.loans[name], f"loans.{name}.rate"
    if isinstance(loan.rate, Floating):
        yield from _check_floating_rate(loan, loan.rate, s.rates, path)
    elif loan.rate.days and loan.is_dated and loan.rate.days[0] > loan.signed:
        problem, wanted = f"a rate from {loan.rate.names[0]} on", f"one from signing on, {loan.signed}"
        yield path, "late_path", problem, wanted, "add a rate that starts earlier"


def _check_floating_rate(loan: Loan, rate: Floating, rates: Mapping[str, Series], path: str) -> Findings:
    yield from _check_limits(rate, path)
    if any(np.any(value < 0) for value in rate.margin.values) and "floor" not in rate.model_fields_set:
        hint = "give a `floor`, such as `floor: 0 %/year`"
        yield f"{path}.margin", "negative_margin", "a negative margin", "one of at least 0 %/year, or a floor", hint
    for key, term in loan.terms_of_rate.items():
        yield from _check_term(loan, term, f"{path}.{key}", key)
    if rate.index not in rates:
        hint = did_you_mean(rate.index, rates, "rates")
        problem = f"unknown index `{rate.index}`"
        yield f"{path}.index", "unknown_index", problem, "", hint
    elif (starts := rates[rate.index].starts) and loan.is_dated and first_day(starts[0]) > loan.signed:
        problem = f"`{rate.index}`, known from {rates[rate.index].names[0]} on"
        hint = f"add a value for {loan.signed.year} under `rates.{rate.index}`"
        yield f"{path}.index", "late_path", problem, f"one that covers signing, {loan.signed}", hint
    elif rate.reset == FOLLOWS_INDEX and index_by_day(rates[rate.index]).linear:
        problem, hint = f"`any_day`, while straight lines join `{rate.index}`", "write `reset: payment` or `month`"
        yield f"{path}.reset", "changes_every_day", problem, "days on which the rate is fixed", hint


def _check_limits(rate: Floating, path: str) -> Findings:
    """Yield a cap that is below the floor, on the first day, or in the first step, in which it is."""
    cap, floor = rate.cap, rate.floor
    if cap is None:
        return
    for where, least, most in _limits_together(floor, cap):
        if np.any(most < least):
            problem = f"a cap below the floor{where}"
            yield f"{path}.cap", "cap_below_floor", problem, "one at or above it", "swap them"
            return


def _limits_together(floor: Term, cap: Term) -> Iterator[tuple[str, Array, Array]]:
    """Yield floors and caps that may hold together, and when they do in words."""
    if isinstance(floor, RatioSteps) and isinstance(cap, RatioSteps) and _are_alike(floor, cap):
        for (key, least), (_, most) in zip(floor.choices, cap.choices, strict=True):
            yield f" in `{key.removesuffix('.is')}`", least, most
        return
    for day in sorted({date.min, *cap.days, *floor.days}):
        floors = [floor.value_on(day)] if isinstance(floor, Steps) else floor.values
        caps = [cap.value_on(day)] if isinstance(cap, Steps) else cap.values
        for low, high in product(floors, caps):
            yield f" from {day} on" if day > date.min else "", low, high


def _are_alike(one: RatioSteps, other: RatioSteps) -> bool:
    """Return whether two terms have steps of one row with the same limits, so that both are always in the same one."""
    limits = [[(step.below.unit, step.below.value.tolist()) for step in term.steps.values()] for term in (one, other)]
    return one.by == other.by and limits[0] == limits[1]


def _check_term(loan: Loan, term: Term, path: str, word: str) -> Findings:
    """Yield a term whose first value holds only from a day after signing, or that has steps that never apply."""
    if isinstance(term, RatioSteps):
        yield from _check_steps(term, path)
    elif term.days and loan.is_dated and term.days[0] > loan.signed:
        problem, wanted = f"a {word} from {term.names[0]} on", f"one from signing on, {loan.signed}"
        yield path, "late_path", problem, wanted, f"add a {word} that starts earlier"


def _check_steps(term: RatioSteps, path: str) -> Findings:
    """Yield steps that never apply, because an earlier one applies wherever they do; and a term without steps."""
    if not term.steps:
        yield f"{path}.steps", "empty", "no steps", "one or more", "write a value in place of the block"
    for (before, one), (name, two) in pairwise(term.steps.items()):
        low, high = one.below, two.below.values_in(one.below.unit)
        if high is not None and np.any(np.asarray(high) <= low.value):
            problem = f"`{name}`, which never applies: `{before}` before it has the same limit or a higher one"
            hint = "write steps in the order of their limits, the lowest first"
            yield f"{path}.steps.{name}.below", "step_never_applies", problem, "a limit above it", hint


def _check_condition(condition: Condition, path: str) -> Findings:
    """Yield a condition that has no limit, or more than one."""
    limits = [limit for limit in COVENANT_LIMITS if getattr(condition, limit) is not None]
    if len(limits) != 1:
        problem = f"{len(limits)} limits" if limits else "no limit"
        yield path, "one_limit", problem, f"one of {', '.join(COVENANT_LIMITS)}", "a condition has one limit"


def loan_fees(s: Lending, name: str) -> Findings:
    """Yield a fee that is not known from signing on, and one on prepayments that is not from the first of them on.

    Parameters
    ----------
    s, name : Lending, str
        The plan, and the loan.
    """
    loan = s.loans[name]
    for key in ("undrawn", "guarantee", "agency"):
        yield from _check_term(loan, getattr(loan.fees, key), f"loans.{name}.fees.{key}", "fee")
    if isinstance(loan.sweep, SweepWhile):
        yield from _check_term(loan, loan.sweep.share, f"loans.{name}.sweep.share", "share")
        yield from _check_condition(loan.sweep.condition, f"loans.{name}.sweep.while")
    else:
        yield from _check_term(loan, loan.sweep, f"loans.{name}.sweep", "share")
    fee = loan.prepayment_fee
    if loan.prepayments and fee.days and fee.days[0] > min(loan.prepayments):
        problem, wanted = f"a fee from {fee.names[0]} on", f"one from the first prepayment on, {min(loan.prepayments)}"
        yield (
            f"loans.{name}.prepayment_fee",
            "late_path",
            problem,
            wanted,
            "add a fee that starts earlier, 0 % for none",
        )
