"""The reference company: the company without projects, financed as in the plan before any option."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import numpy as np

from fibercap.core.errors import FibercapError, IdentityError
from fibercap.core.formulas.prefixed import prefix_block
from fibercap.core.formulas.rows import Block, Given
from fibercap.core.formulas.sheet import Sheet
from fibercap.core.trees.tree import Path, subtree
from fibercap.model.cash.largest_amount import loan_trifle
from fibercap.model.financing import ROUNDS, financed_rows
from fibercap.model.funding.cash_limits import limits_by_cash
from fibercap.model.laws.proof import prove_laws
from fibercap.model.loans.setting import used_commitment, used_share
from fibercap.model.loans.used_part import amounts, used_part
from fibercap.model.worth.owners_flows import owners_rows
from fibercap.model.worth.project_flows import last_row, terminal_rows
from fibercap.model.worth.without_projects import WITHOUT

if TYPE_CHECKING:
    from collections.abc import Collection, Container, Mapping

    from fibercap.core.units import Array
    from fibercap.model.loans import Loan
    from fibercap.model.plan.scenario import Scenario
    from fibercap.model.plants.capacity import Plant

OWNERS_RULES: Final = ("equity", "dividends", "payouts", "equity_limit", "gap")
"""Keys of `company` about payments of and to owners, and about the lift of cash to its minimum."""
WRITTEN: Final[tuple[Path, ...]] = (
    ("rates",), ("exchange",), ("money", "minimum_cash"), *(("company", key) for key in OWNERS_RULES),
)  # fmt: skip
"""Parts of the plan as written, besides loans and funding, that the reference company uses."""


@dataclass(frozen=True)
class Reference:
    """The projection of the company without projects.

    `blocks` are its rows and its loans' schedules by their paths in its own plan, `prefixed` the same blocks with paths
    under `without_projects.`; `laws` are the largest gaps of the laws in its books.
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

    Prices, costs, plants, tax, working capital and the opening balance are those of the plan. Loans, the funding of
    purchases, minimum cash, equity and dividends are as written. Only loans that are outstanding at the start, or that
    finance a purchase, remain; dated draws of the latter are removed. A plant that only an option buys counts as new,
    and is left out.

    Source
    ------
    docs/conventions.md, section 7.
    """
    as_written = plan.as_written
    plants = {key: plant for key, plant in plan.plants.items() if key not in plants_bought_by_option(plan)}
    loans: dict[str, Loan] = {}
    for name in _loans_of_reference(plan):
        loan = as_written.loans[name]
        loans[name] = loan if _may_be_outstanding(as_written, name, loan) else loan.model_copy(update={"draws": None})
    for name, loan in loans.items():
        barring = {key: covenant for key, covenant in loan.covenants.items() if covenant.lock_up is not None}
        locks = {
            key: covenant for key, covenant in barring.items() if _row_exists(plan, covenant.tested_row, plants, loans)
        }
        loans[name] = loan.model_copy(update={"covenants": locks, "draw_stop": False})
    rules = {key: getattr(as_written.company, key) for key in OWNERS_RULES}
    update = {
        "plants": plants,
        "projects": {},
        "funding": {key: paid for key, paid in as_written.funding.items() if key in plants},
        "loans": loans,
        "company": plan.company.model_copy(update=rules),
        "money": plan.money.model_copy(update={"minimum_cash": as_written.money.minimum_cash}),
        "rates": {**as_written.rates, **plan.rates},
        "exchange": {**as_written.exchange, **plan.exchange},
    }
    copy = plan.model_copy(update=update)
    copy.take_amounts(as_written, ("loans.", "funding.", *(f"company.{key}" for key in OWNERS_RULES)))
    return copy


def plants_bought_by_option(plan: Scenario) -> set[str]:
    """Return the plants that an option buys but that the plan as written does not."""
    written = plan.as_written.plants
    return {
        key
        for key, plant in plan.plants.items()
        if plant.purchase is not None and (key not in written or written[key].purchase is None)
    }


def shared_loans(plan: Scenario) -> frozenset[str]:
    """Return the loans that, in the plan as written, finance projects or have dated draws."""
    written = plan.as_written
    uses = {name: written.uses_of_loan(name) for name in written.loans}
    return frozenset(n for n, keys in uses.items() if written.loans[n].draws or not written.plants.keys() >= set(keys))


def _loans_of_reference(plan: Scenario) -> list[str]:
    """Return the loans of the reference company: those outstanding at the start, or that finance a purchase."""
    written = plan.as_written
    buyers = {name for key, paid in written.funding.items() if key in plan.plants for name in paid.sources}
    return [n for n, loan in written.loans.items() if n in buyers or _may_be_outstanding(written, n, loan)]


def _may_be_outstanding(plan: Scenario, name: str, loan: Loan) -> bool:
    """Return whether a loan may have a balance when the horizon starts."""
    if loan.outstanding is not None:
        return True
    start = plan.horizon.start
    if loan.signed >= start or loan.maturity < start:
        return False
    if loan.draws:
        return min(loan.draws) < start
    return not loan.revolves and not plan.uses_of_loan(name)


def _row_exists(plan: Scenario, row: str, plants: Mapping[str, Plant], loans: Mapping[str, Loan]) -> bool:
    """Return whether the row that a lock-up tests exists without projects and without the other loans."""
    kind, _, rest = row.partition(".")
    name = rest.partition(".")[0]
    if kind == "ratios" and name in plan.ratios:
        parts = [part for side in plan.ratios[name].sides.values() for part in side.values()]
        return all(_row_exists(plan, part.row, plants, loans) for part in parts)
    ranks = {str(loan.rank) for loan in loans.values()}
    names: dict[str, Container[str]] = {"projects": (), "loans": loans, "funding": plants, "plants": plants}
    names["ranks"] = ranks if len(ranks) > 1 or any(loan.reserve for loan in loans.values()) else ()
    return kind not in names or name in names[kind]


def reference_of(sheet: Sheet, plan: Scenario, shared: frozenset[str] = frozenset()) -> Reference:
    """Write the loans, accounts and owners' flow of the company without projects.

    Parameters
    ----------
    sheet, plan : Sheet, Scenario
        The sheet, which has the funding of purchases, and the plan.
    shared : set of str
        Loans that also finance projects; only a part of each contract is used.

    Raises
    ------
    IdentityError
        If a law of its books is broken.
    """
    contracts, plan, (sheet, schedules) = plan.loans, *_write_financing(sheet, plan, shared)
    last_row(sheet)
    terminal_rows(sheet, plan, "company", "Company", "")
    owners_rows(sheet, plan)
    scaled = [name for name in contracts if sheet.knows(used_share(name))]
    contract_amounts = {name: amounts(contracts[name], plan.loan_currency(name)) for name in scaled}
    blocks = tuple(_scale_amounts(block, contract_amounts) for block in (sheet.block(), *schedules.values()))
    names = frozenset(path for block in blocks for path in (*block.rows, *block.given))
    prefixed_blocks = [prefix_block(block, WITHOUT, names) for block in blocks]
    try:
        laws = prove_laws(plan, sheet.read, waterfall=False)
    except IdentityError as error:
        raise IdentityError(error.code, f"in the company without projects, {error.found}", error.hint) from None
    return Reference(
        plan, blocks, {block.name if i else WITHOUT: block for i, block in enumerate(prefixed_blocks)}, laws
    )


def _write_financing(
    sheet: Sheet, plan: Scenario, shared: frozenset[str]
) -> tuple[Scenario, tuple[Sheet, Mapping[str, Block]]]:
    """Return the plan with the commitments that purchases use, and its loans and accounts.

    Where what a loan lends waits for cash, fees on the commitment move that cash: the used part is found in rounds.

    Raises
    ------
    FibercapError
        If it does not settle.
    """
    limits = limits_by_cash(plan)
    waits = [name for name in plan.loans if any(key in limits for key in plan.uses_of_loan(name))]
    taken = {name: _as_scalar(sheet.value(f"loans.{name}.funded")) for name in plan.loans if plan.uses_of_loan(name)}
    if not waits:
        used = _with_used_commitments(sheet, plan, shared, taken)
        return used, financed_rows(sheet, used, ratios=False)
    taken |= {name: plan.loans[name].commitment for name in waits}
    for _ in range(ROUNDS):
        trial = sheet.fork()
        used = _with_used_commitments(trial, plan, shared, taken, waits)
        written = financed_rows(trial, used, ratios=False)
        now = {name: _as_scalar(written[0].value(f"loans.{name}.funded")) for name in waits}
        if all(np.allclose(now[name], taken[name], rtol=1e-14, atol=1e-7) for name in waits):
            return used, written
        taken |= now
    message = f"what the company without projects borrows of {', '.join(waits)} never settles"
    raise FibercapError("never_settles", message, "write an amount for `cash` in the funding of its purchases")


def _as_scalar(row: Array) -> Array:
    """Return the sum of a row, `()` or `(sample, 1)`."""
    total = row.sum(axis=-1, keepdims=True)
    return np.asarray(total if total.ndim > 1 else total[0])


def _with_used_commitments(
    sheet: Sheet,
    plan: Scenario,
    shared: frozenset[str],
    taken_of: Mapping[str, Array],
    waits: Collection[str] = (),
) -> Scenario:
    """Return the plan with the commitment of each loan that was not outstanding reduced to the part that purchases use.

    Funding uses the full commitment of the contract, so the used part is a scalar of its own. If projects share the
    loan, its other amounts of money are reduced in proportion.
    """
    loans = dict(plan.loans)
    for name, loan in plan.loans.items():
        if not plan.uses_of_loan(name) or _may_be_outstanding(plan, name, loan):
            continue
        money, taken = plan.loan_currency(name), taken_of[name]
        commitment = sheet.give(f"inputs.loans.{name}.commitment", money, loan.commitment)
        text = f"SUM({{loans.{name}.funded}})"
        used = sheet.give(used_commitment(name), money, taken, formula=text, fixed=name in waits)
        share = np.asarray(1.0)
        if name in shared:
            trifle = loan_trifle(sheet, plan, name)
            share = np.where(trifle.counts(taken), taken / loan.commitment, 1.0)
            text = f"IF({trifle.counts_text(used)}, {used} / {commitment}, 1)"
            sheet.give(used_share(name), "", share, formula=text)
        loans[name] = used_part(loan, taken, share)
    return plan.model_copy(update={"loans": loans})


def _scale_amounts(block: Block, amounts_by_loan: Mapping[str, Mapping[str, tuple[str, Array]]]) -> Block:
    """Return a block in which the reduced amounts of contracts are formulas of the agreed amounts."""
    given = dict(block.given)
    for name, contract in amounts_by_loan.items():
        for key, (unit, value) in contract.items():
            path, agreed = f"inputs.loans.{name}.{key}", f"loans.{name}.agreed.{key}"
            if path in given:
                given[agreed] = Given(agreed, unit, value, (f"loans.{name}.{key}",))
                given[path] = given[path]._replace(reads=(), formula=f"{{{agreed}}} * {{{used_share(name)}}}")
    return replace(block, given=given)


def same_reference(one: Scenario, other: Scenario) -> bool:
    """Return whether the reference companies of two plans have the same financing.

    Parameters
    ----------
    one, other : Scenario
        The plans.
    """
    written, other_written = one.as_written, other.as_written
    if written is other_written:
        return True
    loans = _loans_of_reference(one)
    if loans != _loans_of_reference(other) or plants_bought_by_option(one) != plants_bought_by_option(other):
        return False
    if shared_loans(one).intersection(loans) != shared_loans(other).intersection(loans):
        return False
    parts = [*WRITTEN, *(("loans", name) for name in loans), *(("funding", key) for key in one.plants)]
    return all(subtree(written.tree, part) is subtree(other_written.tree, part) for part in parts)
