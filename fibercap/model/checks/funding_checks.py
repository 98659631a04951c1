"""Checks of funding and of what it draws from loans: names that exist, sums within limits."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from fibercap.core.errors import did_you_mean
from fibercap.core.language.input_hints import quote
from fibercap.core.language.money_or_share import REST
from fibercap.core.trees.tree import Branch
from fibercap.model.checks.asked import asked_of_loan, asked_of_sources
from fibercap.model.funding.sources import GRANT, NOT_SOURCES, PURSES, Grant, part_path
from fibercap.model.plants.purchases import bought_capital, net_capital

if TYPE_CHECKING:
    from fibercap.core.units import Array
    from fibercap.model.checks.asked import Asked
    from fibercap.model.funding.sources import Funding
    from fibercap.model.plan.plan import Plan

Findings = Iterator[tuple[str, str, str, str, str]]  # path, code, found, wanted, hint


def first_bad(amount: Array, bad: npt.NDArray[np.bool_]) -> float:
    """Return the amount in the first sample that breaks a limit.

    Parameters
    ----------
    amount : () or (sample, 1)
        The amounts. [any unit]
    bad : (sample,)
        Whether each sample breaks the limit.
    """
    return float(np.broadcast_to(amount, bad.shape).flat[int(np.flatnonzero(bad)[0])])


def in_sample(bad: npt.NDArray[np.bool_]) -> str:
    """Return a phrase that names the first bad sample; "" where there is only one."""
    return f" in sample {int(np.flatnonzero(bad)[0])}" if np.ndim(bad) else ""


def _first_refused(requests: Iterator[Asked]) -> Findings:
    """Yield the problem of the first request that takes what is asked so far above the most that is allowed."""
    for asked in requests:
        above = asked.total > asked.most * (1 + asked.slack)
        if np.any(above):
            problem = asked.words.format(first_bad(asked.total, above), sample=in_sample(above))
            yield asked.path, asked.code, problem, asked.wanted.format(first_bad(asked.most, above)), asked.hint
            return


def loan_total(s: Plan, name: str) -> Findings:
    """Yield a problem if more is drawn from a loan than its commitment.

    Parameters
    ----------
    s, name : Plan, str
        The plan, and the loan.
    """
    loan = s.loans[name]
    if not loan.is_dated:
        return
    if loan.outstanding is not None:
        yield from _refuse_draws_if_outstanding(s, name)
        return
    yield from _first_refused(asked_of_loan(s, name))


def _refuse_draws_if_outstanding(s: Plan, name: str) -> Findings:
    """Yield draws from a loan with an outstanding balance: it was drawn in full before the plan starts."""
    problem, wanted = f"`{name}`, which is owed already: nothing is left of it to draw", "a loan with a `commitment`"
    hint = "what it may still lend is a loan of its own, with a `commitment`"
    for key, funding in s.funding.items():
        if name in funding.__dict__.get("sources", {}):
            yield f"funding.{key}.{name}", "owed_already", problem, wanted, hint
    if s.loans[name].revolves:
        hint = "a revolver is drawn as cash needs it; what is owed of it already is a loan of its own"
        yield f"loans.{name}.outstanding", "owed_already", "a revolver that is owed already", "a `commitment`", hint


def funding_place(s: Plan, key: str) -> Findings:
    """Yield funding for something that does not exist.

    Parameters
    ----------
    s, key : Plan, str
        The plan, and the project or plant that is financed.
    """
    bought = {name for name, plant in s.plants.items() if plant.__dict__.get("purchase") is not None}
    if key not in s.projects and key not in bought:
        hint = did_you_mean(key, {*s.projects, *bought}, "projects and purchased plants")
        yield f"funding.{key}", "unknown_project", f"unknown project `{key}`", "", hint


def funding_sources(s: Plan, tree: Branch) -> Findings:
    """Yield sources that do not exist, even if their amounts cannot be read.

    Parameters
    ----------
    s, tree : Plan, Branch
        The plan, and the scenario as read.
    """
    names, block = {*PURSES, *s.loans}, tree.get("funding")
    for key, funding in block.items() if isinstance(block, Branch) else ():
        for name in funding if isinstance(funding, Branch) else ():
            if name not in names and name not in NOT_SOURCES:
                hint = did_you_mean(name, names, "sources")
                problem = f"unknown source {quote(name)}"
                yield f"funding.{key}.{name}", "unknown_loan", problem, "", hint


def funding_costs(s: Plan, key: str) -> Findings:
    """Yield financing costs that are included where they cannot be computed.

    Parameters
    ----------
    s, key : Plan, str
        The plan, and the project or plant that is financed.
    """
    funding = s.funding[key]
    if not funding.include_financing_costs:
        return
    path = f"funding.{key}.include_financing_costs"
    if key not in s.projects:
        yield (
            path,
            "no_construction",
            f"financing costs of `{key}`, a purchase",
            "a project",
            "only what is built has them",
        )
    for name in funding.sources:
        loan = s.loans.get(name)
        if loan is not None and (loan.needs_cash or loan.repayment.needs_cash or loan.ratio_terms):
            problem, hint = (
                f"financing costs of `{name}`, which depends on cash",
                "use a loan that repays by its own dates",
            )
            yield path, "depends_on_cash", problem, "costs that are known before", hint


def funding_rest(s: Plan, key: str) -> Findings:
    """Yield a second source that is written as `rest`.

    Parameters
    ----------
    s, key : Plan, str
        The plan, and the project or plant that is financed.
    """
    funding = s.funding[key]
    rests = [name for name in funding.as_written if funding.sources[name].unit == REST]
    if len(rests) > 1:
        path = f"funding.{key}.{rests[1]}"
        yield path, "two_rests", "two sources are `rest`", "", "give one of them an amount or a share"


def funding_grant(s: Plan, key: str) -> Findings:
    """Yield a grant without one size, or larger than the fixed assets whose cost it reduces.

    Parameters
    ----------
    s, key : Plan, str
        The plan, and the project or plant that is financed.
    """
    terms = s.funding[key].grant
    if isinstance(terms, Grant):
        grant_path = f"funding.{key}.{GRANT}"
        sizes = [part for part in ("share", "amount") if getattr(terms, part) is not None]
        if not sizes:
            yield (
                f"{grant_path}.share",
                "missing",
                f"no `share` in `{grant_path}`",
                "one, or an `amount`",
                "add `share:`",
            )
        elif len(sizes) > 1:
            yield f"{grant_path}.amount", "given_twice", "both `amount` and `share` are given", "", "keep one"
    grant, deal = s.funding[key].sources.get(GRANT), s.plants[key].purchase if key in s.plants else None
    if grant is None or deal is None:
        return
    grant_path, price = part_path(key, GRANT, grant), f"plants.{key}.purchase.price"
    bought = [f"plants.{key}.{path}" for path, _ in bought_capital(deal).values()]
    codes = {s.currency_at(path) for path in (price, *bought)}
    if grant.unit == "money":
        codes.add(s.currency_at(grant_path))
    if len(codes) > 1:
        return  # amounts in several currencies are converted only when the plan is projected
    fixed, amount = deal.price - net_capital(deal), grant.value * (deal.price if grant.unit == "share" else 1.0)
    above = amount > fixed * (1 + 1e-9)
    if np.any(above):
        code = s.currency_at(price)
        problem = f"a grant of {first_bad(amount, above):,.0f} {code}{in_sample(above)}"
        yield grant_above_fixed_part(grant_path, problem, f"{first_bad(fixed, above):,.0f} {code}", key)


def grant_above_fixed_part(path: str, grant: str, most: str, key: str) -> tuple[str, str, str, str, str]:
    """Return the problem that a grant exceeds the fixed part of a purchase: path, code, found, wanted, hint.

    Parameters
    ----------
    path, key : str
        Path of the grant, and the plant that is purchased.
    grant, most : str
        The grant in words, and the largest amount that is allowed.
    """
    wanted = f"at most {most}, the price of `{key}` less its working capital"
    return path, "above_fixed_part", grant, wanted, "lower the grant: it reduces the cost of fixed assets"


def funding_total(s: Plan, key: str) -> Findings:
    """Yield sources that together exceed the cost that they finance.

    Parameters
    ----------
    s, key : Plan, str
        The plan, and the project or plant that is financed.
    """
    funding: Funding = s.funding[key]
    deal = s.plants[key].purchase if key in s.plants else None
    if key not in s.projects and deal is None:
        return
    shares = sum((part.value for part in funding.sources.values() if part.unit == "share"), start=np.asarray(0.0))
    if np.any(shares > 1 + 1e-9):
        parts = [(name, funding.sources[name]) for name in funding.as_written]
        last = [part_path(key, name, part) for name, part in parts if part.unit == "share"][-1]
        problem = f"shares that total {100 * float(np.max(shares)):g} %{in_sample(shares > 1 + 1e-9)}"
        yield last, "above_uses", problem, "at most 100 %", "lower it, or make it `rest`"
        return
    if funding.include_financing_costs:
        return  # these costs are known only when the plan is projected
    if len(currencies_of(s, key)) > 1:
        return  # foreign amounts are converted only period by period
    yield from _first_refused(asked_of_sources(s, key))


def currencies_of(s: Plan, key: str) -> set[str]:
    """Return the currencies of a project or purchase and its sources, and the reporting currency.

    Parameters
    ----------
    s, key : Plan, str
        The plan, and the project or plant that is financed.
    """
    path = f"projects.{key}.capex" if key in s.projects else f"plants.{key}.purchase.price"
    return {
        s.currency,
        s.currency_at(path),
        *(s.currency_at(f"funding.{key}.{name}") for name in s.funding[key].sources),
    }
