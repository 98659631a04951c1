"""Checks of what a loan costs: its rate, and the fees that change over time."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from fibercap.core.errors import did_you_mean
from fibercap.model.loans.rates import Floating
from fibercap.model.loans.values_by_day import first_day

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
    if rate.cap is not None and np.any(rate.cap < rate.floor):
        yield f"{path}.cap", "cap_below_floor", "a cap below the floor", "one at or above it", "swap them"
    if np.any(rate.margin < 0) and "floor" not in rate.model_fields_set:
        hint = "give a `floor`, such as `floor: 0 %/year`"
        yield f"{path}.margin", "negative_margin", "a negative margin", "one of at least 0 %/year, or a floor", hint
    if rate.index not in rates:
        hint = did_you_mean(rate.index, rates, "rates")
        problem = f"the unknown index `{rate.index}`"
        yield f"{path}.index", "unknown_index", problem, "one under `rates`", hint
    elif (starts := rates[rate.index].starts) and loan.is_dated and first_day(starts[0]) > loan.signed:
        problem = f"`{rate.index}`, known from {rates[rate.index].names[0]} on"
        hint = f"add a value for {loan.signed.year} under `rates.{rate.index}`"
        yield f"{path}.index", "late_path", problem, f"one that covers signing, {loan.signed}", hint


def loan_fees(s: Lending, name: str) -> Findings:
    """Yield a fee on prepayments that is not known from the first of them on.

    Parameters
    ----------
    s, name : Lending, str
        The plan, and the loan.
    """
    loan = s.loans[name]
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
