"""Checks of covenants: one subject, one limit, days within the loan, and a lock-up before the covenant is broken."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from fibercap.model.loans.covenants.covenant import COVENANT_LIMITS, Covenant

if TYPE_CHECKING:
    from fibercap.model.checks.funding_checks import Findings
    from fibercap.model.loans.covenants.covenant_limit import LimitOverTime
    from fibercap.model.loans.terms import Loan
    from fibercap.model.plan.plan import Lending


def loan_covenants(s: Lending, name: str) -> Findings:
    """Yield a covenant with no subject or limit or more than one, or with dates that it cannot have.

    Parameters
    ----------
    s, name : Lending, str
        The plan, and the loan.
    """
    loan = s.loans[name]
    if loan.draw_stop:
        yield from _check_draw_stop(f"loans.{name}", loan)
    for key, covenant in loan.covenants.items():
        path = f"loans.{name}.covenants.{key}"
        if bool(covenant.row) == bool(covenant.measure):
            problem = "both `row` and `measure` are given" if covenant.row else "neither `row` nor `measure` is given"
            yield path, "one_subject", problem, "", "a covenant is about one row or one measure"
        elif covenant.measure:
            yield from _check_dates_of_measure(path, covenant)
        day = covenant.first_test
        if day is not None and loan.is_dated and not loan.signed <= day <= loan.maturity:
            wanted = f"a day from {loan.signed} to {loan.maturity}"
            yield f"{path}.from", "outside_loan", f"{day}", wanted, "change it"
        limits = [limit for limit in COVENANT_LIMITS if getattr(covenant, limit) is not None]
        if len(limits) != 1:
            problem = f"{len(limits)} limits" if limits else "no limit"
            hint = "a covenant has one limit; write one that changes as `{2001: 4.5, 2002: 3}`"
            yield path, "one_limit", problem, f"one of {', '.join(COVENANT_LIMITS)}", hint
        elif covenant.lock_up is not None and covenant.row:
            yield from _check_lock_up(path, covenant, covenant.lock_up)


def _check_draw_stop(path: str, loan: Loan) -> Findings:
    """Yield a draw stop with nothing to test date by date, or nothing that waits for a test."""
    on_measures = [key for key, covenant in loan.covenants.items() if covenant.measure]
    if not loan.covenants:
        hint = "add one, such as `covenants: {cover: {row: accounts.dscr_12m, at_least: 1.2, test: payment}}`"
        yield f"{path}.draw_stop", "cannot_stop", "the loan has a draw stop but no covenants", "", hint
    elif on_measures:
        problem = f"a draw stop, and `{on_measures[0]}` on a measure of the whole plan"
        hint = "name the `row` that is tested, date by date"
        yield f"{path}.covenants.{on_measures[0]}.measure", "cannot_stop", problem, "covenants on rows", hint
    if loan.draws and loan.revolves:
        problem, hint = "a draw stop beside `draws` on dates of a revolver", "let `company.gap` draw it"
        yield f"{path}.draw_stop", "cannot_stop", problem, "room that no later test changes", hint


def _check_dates_of_measure(path: str, covenant: Covenant) -> Findings:
    """Yield what needs dates, which a measure of the whole plan does not have."""
    if covenant.test:
        problem, hint = "a `test` of a measure, which has no dates", "remove `test`, or name a `row`"
        yield f"{path}.test", "no_dates", problem, "one of a row", hint
    if covenant.first_test is not None:
        problem, hint = "a `from` of a measure, which has no dates", "remove `from`, or name a `row`"
        yield f"{path}.from", "no_dates", problem, "one of a row", hint
    if covenant.lock_up is not None:
        problem, hint = "a lock-up on a measure of the whole plan", "name the `row` on which it is tested, date by date"
        yield f"{path}.lock_up", "no_dates", problem, "one on a row", hint
    for limit in COVENANT_LIMITS:
        if (terms := getattr(covenant, limit)) is not None and terms.changes:
            problem = "limits by period on a measure of the whole plan"
            yield f"{path}.{limit}", "no_dates", problem, "one limit", "name the `row` that is tested, date by date"


def _check_lock_up(path: str, covenant: Covenant, lock_up: LimitOverTime) -> Findings:
    """Yield a lock-up that at some time takes effect only when the covenant is broken already."""
    comparator, limit = covenant.limit
    unit = limit.amounts[0].unit
    if limit.misfit(unit) is not None or lock_up.misfit(unit) is not None:
        return
    starts = np.array(sorted({*limit.starts, *lock_up.starts}) or [0])
    side, sign = ("above", 1.0) if comparator in {"above", "at_least"} else ("below", -1.0)
    late = (sign * (lock_up.in_force(starts + 1, unit) - limit.in_force(starts + 1, unit)) < 0).any(axis=0)
    if late.any():
        number = lock_up.number_in_force(float(starts[late][0]) + 1)
        problem = f"a level that is not {side} the limit"
        hint = "dividends are locked up before the covenant is broken"
        yield f"{path}.lock_up{lock_up.key(number)}", "beyond_limit", problem, f"one at or {side} it", hint
