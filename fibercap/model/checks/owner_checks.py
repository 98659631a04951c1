"""Checks of what owners pay and are paid: dates within the horizon, and no payout beside a dated dividend."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fibercap.model.cash.payouts import payout_days

if TYPE_CHECKING:
    from fibercap.model.checks.funding_checks import Findings
    from fibercap.model.plan.plan import Plan


def dates_of_owners(s: Plan, name: str) -> Findings:
    """Yield dates outside the horizon on which owners pay or are paid.

    Parameters
    ----------
    s, name : Plan, str
        The plan, and the key of `company`: `equity` or `dividends`.
    """
    for day in getattr(s.company, name) or {}:
        if not s.horizon.start <= day <= s.horizon.end:
            wanted = f"a day from {s.horizon.start} to {s.horizon.end}"
            yield f"company.{name}.{day}", "outside_horizon", f"{day}", wanted, "change the date"


def payouts(s: Plan, name: str) -> Findings:
    """Yield a first payout outside the horizon, and dated dividends on the day of a payout.

    Parameters
    ----------
    s, name : Plan, str
        The plan, and the key of `company`.
    """
    rule, path = s.company.payouts, f"company.{name}"
    if rule is None:
        return
    if rule.first is not None and not s.horizon.start <= rule.first <= s.horizon.end:
        wanted = f"a day from {s.horizon.start} to {s.horizon.end}"
        yield f"{path}.first", "outside_horizon", f"{rule.first}", wanted, "change the date"
        return
    days = set(payout_days(s, rule))
    for day in s.company.dividends or {}:
        if day in days:
            hint = "remove the dividend, for the payout takes what there is, or move one of them to another day"
            yield f"company.dividends.{day}", "two_payments", "a dividend on the day of a payout", "", hint
