"""The company that does nothing new: without projects, paid for as the plan was written before any option."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from fibercap.core.errors import IdentityError
from fibercap.core.prefixed import prefixed
from fibercap.core.rows import Block, Sheet
from fibercap.core.tree import Path, at
from fibercap.model.laws import prove_laws
from fibercap.model.loans.setting import used_commitment
from fibercap.model.lock_up import financed_rows
from fibercap.model.owners_worth import owners_rows
from fibercap.model.without_projects import WITHOUT
from fibercap.model.worth import last_row, terminal_rows

if TYPE_CHECKING:
    from collections.abc import Mapping

    from fibercap.model.loans import Loan
    from fibercap.model.scenario import Scenario

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
    outstanding at the start, or that pay for a purchase; dated draws of the latter go.

    Source
    ------
    docs/conventions.md, section 7.
    """
    written = plan.as_written
    kept: dict[str, Loan] = {}
    for name in _kept(plan):
        loan = written.loans[name]
        kept[name] = loan if _outstanding(written, name, loan) else loan.model_copy(update={"draws": None})
    for name, loan in kept.items():
        locks = {key: c for key, c in loan.covenants.items() if c.lock_up is not None and _stands(c.tested, plan, kept)}
        kept[name] = loan.model_copy(update={"covenants": locks})
    rules = {key: getattr(written.company, key) for key in OWNERS_RULES}
    update = {
        "projects": {},
        "funding": {key: paid for key, paid in written.funding.items() if key in plan.plants},
        "loans": kept,
        "company": plan.company.model_copy(update=rules),
        "money": plan.money.model_copy(update={"minimum_cash": written.money.minimum_cash}),
        "rates": {**written.rates, **plan.rates},
        "exchange": {**written.exchange, **plan.exchange},
    }
    copy = plan.model_copy(update=update)
    copy.take_amounts(written, ("loans.", "funding.", *(f"company.{key}" for key in OWNERS_RULES)))
    return copy


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
    return not loan.revolves and not plan.funded_by(name)


def _stands(row: str, plan: Scenario, kept: Mapping[str, Loan]) -> bool:
    """Tell whether the row on which a lock-up rests is there without projects and without the other loans."""
    kind, _, rest = row.partition(".")
    name = rest.partition(".")[0]
    return {"projects": False, "loans": name in kept, "funding": name in plan.plants}.get(kind, True)


def reference_of(sheet: Sheet, plan: Scenario) -> Reference:
    """Write the loans, accounts and owners' flow of the company that does nothing new; `sheet` knows who pays.

    Raises
    ------
    IdentityError
        If a law of its books is broken.
    """
    plan = _cut(sheet, plan)
    sheet, schedules = financed_rows(sheet, plan, ratios=False)
    last_row(sheet)
    terminal_rows(sheet, plan, "company", "Company", {}, "")
    owners_rows(sheet, plan)
    blocks = (sheet.block(), *schedules.values())
    names = frozenset(path for block in blocks for path in (*block.rows, *block.given))
    moved = [prefixed(block, WITHOUT, names) for block in blocks]
    values = {path: value for block in reversed(blocks) for path, value in block.values.items()}
    try:
        laws = prove_laws(plan, values)
    except IdentityError as error:
        raise IdentityError(f"in the company without projects, {error}") from None
    return Reference(plan, blocks, {block.name if i else WITHOUT: block for i, block in enumerate(moved)}, laws)


def _cut(sheet: Sheet, plan: Scenario) -> Scenario:
    """Return the plan with each loan that was not outstanding cut to what the purchases take of it.

    Funding rests on the contract's whole commitment, so that what is used of it has a name of its own.
    """
    cut = dict(plan.loans)
    for name, loan in plan.loans.items():
        if not plan.funded_by(name) or _outstanding(plan, name, loan):
            continue
        money = plan.loan_currency(name)
        sheet.give(f"inputs.loans.{name}.commitment", money, loan.commitment)
        taken = sheet.value(f"loans.{name}.funded").sum(axis=-1, keepdims=True)
        taken = taken if taken.ndim > 1 else taken[0]
        sheet.give(used_commitment(name), money, taken, formula=f"SUM({{loans.{name}.funded}})")
        cut[name] = loan.model_copy(update={"commitment": np.asarray(taken)})
    return plan.model_copy(update={"loans": cut})


def same_reference(one: Scenario, other: Scenario) -> bool:
    """Tell whether the reference companies of two plans were written with the very same financing."""
    mine, its = one.as_written, other.as_written
    if mine is its:
        return True
    parts = [*WRITTEN, *(("loans", name) for name in _kept(one)), *(("funding", key) for key in one.plants)]
    return _kept(one) == _kept(other) and all(at(mine.tree, part) is at(its.tree, part) for part in parts)
