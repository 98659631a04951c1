"""The company that does nothing new: without projects, paid for as the plan was written before any option."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import numpy as np

from fibercap.core.errors import IdentityError
from fibercap.core.prefixed import prefix_block
from fibercap.core.rows import Block, Given
from fibercap.core.sheet import Sheet
from fibercap.core.tree import Path, subtree
from fibercap.model.cash.largest_amount import loan_trifle
from fibercap.model.financing import financed_rows
from fibercap.model.laws import prove_laws
from fibercap.model.loans.setting import used_commitment, used_share
from fibercap.model.loans.used_part import amounts, used_part
from fibercap.model.worth.owners_flows import owners_rows
from fibercap.model.worth.project_flows import last_row, terminal_rows
from fibercap.model.worth.without_projects import WITHOUT

if TYPE_CHECKING:
    from collections.abc import Container, Mapping

    from fibercap.core.units import Array
    from fibercap.model.loans import Loan
    from fibercap.model.plan.scenario import Scenario
    from fibercap.model.plants.capacity import Plant

OWNERS_RULES: Final = ("equity", "dividends", "gap")
"""Keys of `company` that say what owners pay, get and hold cash with."""
WRITTEN: Final[tuple[Path, ...]] = (
    ("rates",), ("exchange",), ("money", "minimum_cash"), *(("company", key) for key in OWNERS_RULES),
)  # fmt: skip
"""Parts of the plan as written, beside loans and funding, on which the reference company rests."""


@dataclass(frozen=True)
class Reference:
    """The company that does nothing new, projected.

    `blocks` are its rows and its loans' schedules by their own names, `prefixed` the same under `without_projects.`;
    `laws` are the largest gaps its books leave.
    """

    plan: Scenario
    blocks: tuple[Block, ...]
    prefixed: Mapping[str, Block]
    laws: Mapping[str, float]

    @property
    def rows(self) -> Block:
        """Its rows in model periods."""
        return self.blocks[0]


def reference_plan(plan: Scenario) -> Scenario:
    """Return a plan without projects, with the financing of the plan as written before any option.

    Prices, costs, plants, tax, working capital and the opening balance are the plan's own. Loans, the funding of
    purchases, minimum cash and what owners pay in and take out are as written. Only those loans stay that are
    outstanding at the start, or that pay for a purchase; dated draws of the latter go. A plant that only an option buys
    is something new, and is left out.

    Source
    ------
    docs/conventions.md, section 7.
    """
    written = plan.as_written
    plants = {key: plant for key, plant in plan.plants.items() if key not in newly_bought(plan)}
    kept: dict[str, Loan] = {}
    for name in _kept(plan):
        loan = written.loans[name]
        kept[name] = loan if _outstanding(written, name, loan) else loan.model_copy(update={"draws": None})
    for name, loan in kept.items():
        barring = {key: covenant for key, covenant in loan.covenants.items() if covenant.lock_up is not None}
        locks = {key: covenant for key, covenant in barring.items() if _stands(covenant.tested_row, plants, kept)}
        kept[name] = loan.model_copy(update={"covenants": locks})
    rules = {key: getattr(written.company, key) for key in OWNERS_RULES}
    update = {
        "plants": plants,
        "projects": {},
        "funding": {key: paid for key, paid in written.funding.items() if key in plants},
        "loans": kept,
        "company": plan.company.model_copy(update=rules),
        "money": plan.money.model_copy(update={"minimum_cash": written.money.minimum_cash}),
        "rates": {**written.rates, **plan.rates},
        "exchange": {**written.exchange, **plan.exchange},
    }
    copy = plan.model_copy(update=update)
    copy.take_amounts(written, ("loans.", "funding.", *(f"company.{key}" for key in OWNERS_RULES)))
    return copy


def newly_bought(plan: Scenario) -> set[str]:
    """Return the plants that only an option buys: the plan as written does not buy them."""
    written = plan.as_written.plants
    return {
        key
        for key, plant in plan.plants.items()
        if plant.purchase is not None and (key not in written or written[key].purchase is None)
    }


def shared_loans(plan: Scenario) -> frozenset[str]:
    """Return the loans that, in the plan as written, pay for more than purchases: for projects, or on dates."""
    written = plan.as_written
    asked = {name: written.uses_of_loan(name) for name in written.loans}
    return frozenset(n for n, keys in asked.items() if written.loans[n].draws or not written.plants.keys() >= set(keys))


def _kept(plan: Scenario) -> list[str]:
    """Return the loans of the reference company: those outstanding at the start, or that pay for a purchase."""
    written = plan.as_written
    buyers = {name for key, paid in written.funding.items() if key in plan.plants for name in paid.sources}
    return [n for n, loan in written.loans.items() if n in buyers or _outstanding(written, n, loan)]


def _outstanding(plan: Scenario, name: str, loan: Loan) -> bool:
    """Tell whether something may be owed on a loan when the horizon starts."""
    if loan.outstanding is not None:
        return True
    start = plan.horizon.start
    if loan.signed >= start or loan.maturity < start:
        return False
    if loan.draws:
        return min(loan.draws) < start
    return not loan.revolves and not plan.uses_of_loan(name)


def _stands(row: str, plants: Mapping[str, Plant], kept: Mapping[str, Loan]) -> bool:
    """Tell whether the row on which a lock-up rests is there without projects and without the other loans."""
    kind, _, rest = row.partition(".")
    name = rest.partition(".")[0]
    known: dict[str, Container[str]] = {"projects": (), "loans": kept, "funding": plants, "plants": plants}
    return kind not in known or name in known[kind]


def reference_of(sheet: Sheet, plan: Scenario, shared: frozenset[str] = frozenset()) -> Reference:
    """Write the loans, accounts and owners' flow of the company that does nothing new.

    Parameters
    ----------
    sheet, plan : Sheet, Scenario
        The sheet, which has who pays, and the plan.
    shared : set of str
        Contracts that also pay for projects; only a part of each is used.

    Raises
    ------
    IdentityError
        If a law of its books is broken.
    """
    agreed, plan = plan.loans, _cut(sheet, plan, shared)
    sheet, schedules = financed_rows(sheet, plan, ratios=False)
    last_row(sheet)
    terminal_rows(sheet, plan, "company", "Company", "")
    owners_rows(sheet, plan)
    named = [name for name in agreed if sheet.knows(used_share(name))]
    cut = {name: amounts(agreed[name], plan.loan_currency(name)) for name in named}
    blocks = tuple(_in_proportion(block, cut) for block in (sheet.block(), *schedules.values()))
    names = frozenset(path for block in blocks for path in (*block.rows, *block.given))
    moved = [prefix_block(block, WITHOUT, names) for block in blocks]
    try:
        laws = prove_laws(plan, sheet.read)
    except IdentityError as error:
        raise IdentityError(error.code, f"in the company without projects, {error.found}", error.hint) from None
    return Reference(plan, blocks, {block.name if i else WITHOUT: block for i, block in enumerate(moved)}, laws)


def _cut(sheet: Sheet, plan: Scenario, shared: frozenset[str]) -> Scenario:
    """Return the plan with each loan that was not outstanding cut to what the purchases take of it.

    Funding rests on the contract's whole commitment, so that what is used of it has a name of its own. Where projects
    share the loan, its other amounts of money are cut in proportion.
    """
    cut = dict(plan.loans)
    for name, loan in plan.loans.items():
        if not plan.uses_of_loan(name) or _outstanding(plan, name, loan):
            continue
        money = plan.loan_currency(name)
        agreed = sheet.give(f"inputs.loans.{name}.commitment", money, loan.commitment)
        taken = sheet.value(f"loans.{name}.funded").sum(axis=-1, keepdims=True)
        taken = np.asarray(taken if taken.ndim > 1 else taken[0])
        used = sheet.give(used_commitment(name), money, taken, formula=f"SUM({{loans.{name}.funded}})")
        share = np.asarray(1.0)
        if name in shared:
            trifle = loan_trifle(sheet, plan, name)
            share = np.where(trifle.counts(taken), taken / loan.commitment, 1.0)
            text = f"IF({trifle.counts_text(used)}, {used} / {agreed}, 1)"
            sheet.give(used_share(name), "", share, formula=text)
        cut[name] = used_part(loan, taken, share)
    return plan.model_copy(update={"loans": cut})


def _in_proportion(block: Block, cut: Mapping[str, Mapping[str, tuple[str, Array]]]) -> Block:
    """Return a block in which the amounts of contracts that are cut follow from those that were agreed."""
    given = dict(block.given)
    for name, agreed_on in cut.items():
        for key, (unit, value) in agreed_on.items():
            path, agreed = f"inputs.loans.{name}.{key}", f"loans.{name}.agreed.{key}"
            if path in given:
                given[agreed] = Given(agreed, unit, value, (f"loans.{name}.{key}",))
                given[path] = given[path]._replace(reads=(), formula=f"{{{agreed}}} * {{{used_share(name)}}}")
    return replace(block, given=given)


def same_reference(one: Scenario, other: Scenario) -> bool:
    """Return whether the reference companies of two plans were written with the very same financing.

    Parameters
    ----------
    one, other : Scenario
        The plans.
    """
    mine, its = one.as_written, other.as_written
    if mine is its:
        return True
    kept = _kept(one)
    if kept != _kept(other) or newly_bought(one) != newly_bought(other):
        return False
    if shared_loans(one).intersection(kept) != shared_loans(other).intersection(kept):
        return False
    parts = [*WRITTEN, *(("loans", name) for name in kept), *(("funding", key) for key in one.plants)]
    return all(subtree(mine.tree, part) is subtree(its.tree, part) for part in parts)
