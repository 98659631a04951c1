"""Checks of what a loan costs: its rate, and the fees that change over time."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import numpy as np

from fibercap.core.errors import did_you_mean
from fibercap.model.loans.rates import Floating
from fibercap.model.loans.values_by_day import Steps, first_day

if TYPE_CHECKING:
    from collections.abc import Mapping

    from fibercap.core.series import Series
    from fibercap.model.checks.funding_checks import Findings
    from fibercap.model.loans.terms import Loan
    from fibercap.model.plan.plan import Lending


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
    for key in ("margin", "floor", "cap"):
        yield from _check_start(loan, getattr(rate, key), f"{path}.{key}", key)
    if rate.index not in rates:
        hint = did_you_mean(rate.index, rates, "rates")
        problem = f"the unknown index `{rate.index}`"
        yield f"{path}.index", "unknown_index", problem, "one under `rates`", hint
    elif (starts := rates[rate.index].starts) and loan.is_dated and first_day(starts[0]) > loan.signed:
        problem = f"`{rate.index}`, known from {rates[rate.index].names[0]} on"
        hint = f"add a value for {loan.signed.year} under `rates.{rate.index}`"
        yield f"{path}.index", "late_path", problem, f"one that covers signing, {loan.signed}", hint


def _check_limits(rate: Floating, path: str) -> Findings:
    """Yield a cap that is below the floor, on the first day on which it is."""
    if rate.cap is None:
        return
    for day in sorted({date.min, *rate.cap.days, *rate.floor.days}):
        if np.any(rate.cap.value_on(day) < rate.floor.value_on(day)):
            problem = "a cap below the floor" + (f" from {day} on" if day > date.min else "")
            yield f"{path}.cap", "cap_below_floor", problem, "one at or above it", "swap them"
            return


def _check_start(loan: Loan, steps: Steps | None, path: str, word: str) -> Findings:
    """Yield a term whose first value holds only from a day after signing."""
    if steps is not None and steps.days and loan.is_dated and steps.days[0] > loan.signed:
        problem, wanted = f"a {word} from {steps.names[0]} on", f"one from signing on, {loan.signed}"
        yield path, "late_path", problem, wanted, f"add a {word} that starts earlier"


def loan_fees(s: Lending, name: str) -> Findings:
    """Yield a fee that is not known from signing on, and one on prepayments that is not from the first of them on.

    Parameters
    ----------
    s, name : Lending, str
        The plan, and the loan.
    """
    loan = s.loans[name]
    for key in ("undrawn", "guarantee", "agency"):
        yield from _check_start(loan, getattr(loan.fees, key), f"loans.{name}.fees.{key}", "fee")
    yield from _check_start(loan, loan.sweep, f"loans.{name}.sweep", "share")
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
