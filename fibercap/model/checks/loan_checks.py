"""Checks of each loan alone: required keys, dates in order, rates that are known, and payments that repay it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from fibercap.core.timeline import add_months
from fibercap.model.checks.calendar_checks import loan_business_days
from fibercap.model.checks.covenant_checks import loan_covenants
from fibercap.model.checks.loan_price_checks import loan_fees, loan_rate
from fibercap.model.loans.events.prepared import Prepared
from fibercap.model.loans.events.shortfall import first_shortfall
from fibercap.model.loans.setting import Moves, Setting

if TYPE_CHECKING:
    from fibercap.model.checks.funding_checks import Findings
    from fibercap.model.plan.plan import Lending, Plan


def loan_terms(s: Lending, name: str) -> Findings:
    """Yield missing or contradictory keys for a loan's size, signing and maturity.

    Parameters
    ----------
    s, name : Lending, str
        The plan, and the loan.
    """
    loan, prefix = s.loans[name], f"loans.{name}"
    if not loan.__dict__:
        return  # there is no block at all, which is a problem reported elsewhere
    keys = loan.model_fields_set
    is_outstanding = "outstanding" in keys or "remaining" in keys
    for key in ("outstanding", "remaining") if is_outstanding else ("commitment", "signed", "matures"):
        if key not in keys:
            yield f"{prefix}.{key}", "missing", f"no `{key}` in `{prefix}`", "", f"add `{key}:`"
    for key in ("commitment", "matures", "draws") if is_outstanding else ():
        if key in keys:
            hint = "a loan gives `outstanding` and `remaining`, or `commitment`, `signed` and `matures`"
            yield f"{prefix}.{key}", "given_twice", f"both `outstanding` and `{key}` are given", "", hint
    if is_outstanding and np.any(loan.fees.upfront):
        problem, hint = "a loan that is outstanding has an upfront fee", "it was paid when the loan was signed"
        yield f"{prefix}.fees.upfront", "fee_in_the_past", problem, "", hint


def loan_currencies(s: Lending, name: str) -> Findings:
    """Yield amounts of a loan in a second currency, except limits of covenants, which are in the currency of their row.

    Parameters
    ----------
    s, name : Lending, str
        The plan, and the loan.
    """
    currency = s.loan_currency(name)
    for path, code in s.amounts_of(name).items():
        if code != currency and not path.startswith(f"loans.{name}.covenants."):
            hint = f"write it in {currency}, as the amount of the loan"
            yield path, "mixed_currency", f"an amount in {code}", f"one in {currency}", hint


def loan_dates(s: Lending, name: str) -> Findings:
    """Yield dates of a loan that are out of order or outside its life, such as its maturity and its first payment.

    Parameters
    ----------
    s, name : Lending, str
        The plan, and the loan.
    """
    loan, prefix = s.loans[name], f"loans.{name}"
    if not loan.is_dated:
        return
    if loan.maturity <= loan.signed:
        yield (
            f"{prefix}.matures",
            "matures_before_signing",
            f"{loan.maturity}",
            f"a day after signing, {loan.signed}",
            "",
        )
        return
    months, first = loan.repayment.months, loan.payments.first
    if months and add_months(loan.signed, months) < loan.maturity:
        problem, wanted = f"{months} months", f"at least the time to maturity, {loan.maturity}"
        path, hint = f"{prefix}.repayment.{loan.repayment.term_field}", "give an earlier `matures` instead"
        yield path, "shorter_than_loan", problem, wanted, hint
    at_start = loan.payments.on == "start"
    if (first and not (loan.signed <= first if at_start else loan.signed < first)) or (
        first and first > loan.agreed_maturity
    ):
        wanted = f"a day {'from' if at_start else 'after'} {loan.signed} and up to {loan.agreed_maturity}"
        yield f"{prefix}.payments.first", "payment_outside_loan", f"{first}", wanted, "change `first`"
    days = [("fees.available_until", loan.fees.available_until), ("capitalize_until", loan.capitalize_until)]
    for key, day in days:
        if day and not loan.signed <= day <= loan.maturity:
            wanted = f"a day from {loan.signed} to {loan.maturity}"
            yield f"{prefix}.{key}", "outside_loan", f"{day}", wanted, "change it"
    if loan.grace and add_months(loan.signed, loan.grace) > loan.maturity:
        wanted = f"at most the time to maturity, {loan.maturity}"
        hint = "`{style: bullet}` repays at maturity"
        yield f"{prefix}.grace", "longer_than_loan", f"{loan.grace} months", wanted, hint


def loan_draws_and_prepayments(s: Lending, name: str) -> Findings:
    """Yield dated draws and prepayments that lie outside the loan.

    Parameters
    ----------
    s, name : Lending, str
        The plan, and the loan.
    """
    loan = s.loans[name]
    if not loan.is_dated:
        return
    for day in loan.draws or {}:
        if not loan.signed <= day < loan.maturity:
            wanted = f"a day from {loan.signed} and before {loan.maturity}"
            yield f"loans.{name}.draws.{day}", "outside_loan", f"a draw on {day}", wanted, "change the date"
    for day in loan.prepayments or {}:
        if not loan.signed < day < loan.maturity:
            wanted = f"a day after {loan.signed} and before {loan.maturity}"
            yield f"loans.{name}.prepayments.{day}", "outside_loan", f"a prepayment on {day}", wanted, "change the date"


def loan_style(s: Lending, name: str) -> Findings:
    """Yield repayment options that contradict each other.

    Parameters
    ----------
    s, name : Lending, str
        The plan, and the loan.
    """
    loan, style = s.loans[name], s.loans[name].repayment
    for key, code, problem, wanted, hint in style.problems(loan, s.loan_currency(name)):
        yield f"loans.{name}.repayment.{key}", code, problem, wanted, hint
    if loan.recasts and style.no_recast:
        problem = f"`recast` of a loan of style `{style.style}`: {style.no_recast}"
        path, hint = f"loans.{name}.after_prepayment", "write `shorten`, or remove the key"
        yield path, "cannot_recast", problem, "`shorten`", hint
    if loan.true_up == "last_interest" and not loan.ends_with_equal_payment:
        problem, wanted = "`last_interest`", "`last_payment`"
        hint = (
            "only a rounded loan whose last payment is like those before can make up for rounding in its last interest"
        )
        yield f"loans.{name}.true_up", "nothing_to_true_up", problem, wanted, hint
    if loan.needs_cash and loan.payments.on == "start":
        problem, wanted = "payments at the start of periods", "payments at their end"
        hint = "revolvers and swept loans pay in arrears"
        yield f"loans.{name}.payments.on", "pays_in_advance", problem, wanted, hint
    if loan.revolves and loan.capitalize_until:
        problem, hint = (
            "the interest of a revolver is capitalized",
            "a revolver pays its interest, and is drawn for it",
        )
        yield f"loans.{name}.capitalize_until", "revolver_grows", problem, "", hint
    if loan.revolves and loan.sweep.ever:
        yield f"loans.{name}.sweep", "revolver_swept", "a revolver has a sweep", "", "it is repaid from all excess"


def loan_payments(s: Lending, name: str) -> Findings:
    """Yield a payment below the interest due with it, for a loan whose draws do not depend on the plan.

    Parameters
    ----------
    s, name : Lending, str
        The plan, and the loan.
    """
    loan, style = s.loans[name], s.loans[name].repayment
    keeps, first = style.may_fall_short, loan.payments.first
    if loan.is_dated and style.sets == "payment" and first:
        keeps = keeps or first > add_months(loan.signed, loan.interval)
    funded = bool(s.uses_of_loan(name))
    if not keeps or style.grows or funded or not loan.is_dated or loan.needs_cash or loan.maturity <= loan.signed:
        return
    others = (loan_terms, loan_dates, loan_business_days, loan_draws_and_prepayments, loan_rate, loan_fees, loan_style)
    if any(True for check in others for _ in check(s, name)):
        return
    prepared = Prepared(Setting(name, loan, s.loan_currency(name), None, s.rates), Moves())
    problem = first_shortfall(prepared.grid, prepared.carry(), s.loan_currency(name), prepared.trifle.value)
    if problem:
        hint = "raise the payment, or write `allow_negative_amortization: true`"
        yield (
            f"loans.{name}.repayment.{style.blamed_field}",
            "below_interest",
            problem,
            "payments of at least the interest",
            hint,
        )


def loan_horizon(s: Plan, name: str) -> Findings:
    """Yield a loan that is signed after the horizon, or that matures before it.

    Parameters
    ----------
    s, name : Plan, str
        The plan, and the loan.
    """
    loan, prefix = s.loans[name], f"loans.{name}"
    if not loan.is_dated or loan.maturity <= loan.signed:
        return
    if loan.signed > s.horizon.end:
        wanted, hint = f"a day up to the horizon's end, {s.horizon.end}", "extend the horizon, or remove the loan"
        yield f"{prefix}.signed", "outside_horizon", f"{loan.signed}", wanted, hint
    if loan.maturity < s.horizon.start:
        wanted, hint = f"a day after the horizon's start, {s.horizon.start}", "remove the loan"
        yield f"{prefix}.matures", "outside_horizon", f"{loan.maturity}", wanted, hint


LOAN_CHECKS = (
    loan_terms,
    loan_currencies,
    loan_dates,
    loan_business_days,
    loan_draws_and_prepayments,
    loan_rate,
    loan_fees,
    loan_style,
    loan_covenants,
    loan_payments,
)
