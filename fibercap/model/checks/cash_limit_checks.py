"""Checks of sources that depend on cash: what stands beside them must not wait for them, nor they for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from fibercap.core.language.money_or_share import AVAILABLE
from fibercap.model.checks.funding_checks import first_bad, in_sample
from fibercap.model.funding.cash_limits import CASH, EQUITY, limits_by_cash

if TYPE_CHECKING:
    from fibercap.model.checks.funding_checks import Findings
    from fibercap.model.plan.plan import Plan

WANTED = "sources that are known before cash"


def cash_limits(s: Plan, key: str) -> Findings:
    """Yield what cannot stand beside sources that depend on cash.

    Parameters
    ----------
    s, key : Plan, str
        The plan, and the project or plant that is financed.
    """
    funding = s.funding[key]
    for name, part in funding.sources.items():
        if part.unit == AVAILABLE and name != CASH:
            path, hint = f"funding.{key}.{name}", "only `cash` is what is available; write an amount, a share or `rest`"
            yield path, "only_cash", f"`{name}: {AVAILABLE}`", "an amount, a share or `rest`", hint
            return
    limits = limits_by_cash(s).get(key)
    if not limits:
        return
    hint = "write an amount for `cash`" if CASH in limits.most else "leave `company.equity_limit` out"
    if not limits.most:
        hint = f"leave `draw_stop` of `{next(iter(limits.may))}` out"
    if funding.include_financing_costs:
        path, problem = (
            f"funding.{key}.include_financing_costs",
            f"financing costs of `{key}`, whose sources wait for cash",
        )
        yield path, "waits_for_cash", problem, "costs that are known before", f"leave it out, or {hint}"
    yield from _beside_costs(s, key, hint)
    for name in funding.sources:
        loan = s.loans.get(name)
        if loan is not None and loan.revolves:
            problem = f"`{name}`, a revolver, whose room depends on what funding draws later"
            yield (
                f"funding.{key}.{name}",
                "waits_for_cash",
                problem,
                WANTED,
                f"take a loan that does not revolve, or {hint}",
            )
    if CASH in limits.most:
        yield from _beside_available(s, key)


def _beside_costs(s: Plan, key: str, hint: str) -> Findings:
    """Yield financing costs of another project by a loan of which it is known only with cash what it pays here."""
    for other, terms in s.funding.items():
        shared = [name for name in s.funding[key].sources if name in s.loans and name in terms.sources]
        if other != key and terms.include_financing_costs and shared:
            problem = (
                f"financing costs of `{other}` by `{shared[0]}`, a source of `{key}` too, whose sources wait for cash"
            )
            way_out = f"leave it out, or, for `{key}`, {hint}"
            path = f"funding.{other}.include_financing_costs"
            yield path, "waits_for_cash", problem, "costs that are known before", way_out


def _beside_available(s: Plan, key: str) -> Findings:
    """Yield what would wait for the cash that is available, which waits for it."""
    path, funding = f"funding.{key}.{CASH}", s.funding[key]
    if funding.order == "pro_rata":
        problem, hint = f"`{AVAILABLE}` beside `order: pro_rata`", "write an amount, or leave `order` out"
        yield path, "waits_for_cash", problem, "sources that pay in turn", hint
    for name, loan in s.loans.items():
        if loan.repayment.cover_field and name not in s.undrawn:
            problem = (
                f"`{AVAILABLE}` beside `{name}`, a `{loan.repayment.style}` loan: it pays from what such capex leaves"
            )
            yield path, "waits_for_cash", problem, WANTED, "write an amount, or give the loan another style"
        elif name in funding.sources and s.loan_currency(name) != s.currency:
            problem = (
                f"`{AVAILABLE}` beside `{name}`, a loan in {s.loan_currency(name)}: its exchange result moves the tax"
            )
            yield path, "waits_for_cash", problem, WANTED, f"write an amount, or take a loan in {s.currency}"


def equity_limit(s: Plan, name: str) -> Findings:
    """Yield a limit of what owners pay that is below what they pay on dates.

    Parameters
    ----------
    s, name : Plan, str
        The plan, and the key of `company`.
    """
    limit = s.company.equity_limit
    if limit is None:
        return
    dated = sum((s.company.equity or {}).values(), start=np.asarray(0.0))
    below = limit < dated * (1 - 1e-12)
    if np.any(below):
        problem = f"{first_bad(limit, below):,.0f} {s.currency}{in_sample(below)}"
        wanted = f"at least the {first_bad(dated, below):,.0f} {s.currency} of `company.{EQUITY}`"
        yield f"company.{name}", "limit_below_dated", problem, wanted, "raise it, or lower what owners pay on dates"
