"""The laws that a projection must keep, proved on every run."""

from __future__ import annotations

from functools import cached_property, partial
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

from fibercap.core.errors import IdentityError
from fibercap.model.financing_costs import building, lenders, rounding_of_costs, until_complete
from fibercap.model.funding import GRANT
from fibercap.model.working_capital import KINDS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from fibercap.core.units import Array
    from fibercap.model.plan import Plan

RELATIVE: Final = 1e-12
ABSOLUTE: Final = 1e-6
COMPANY: Final = (
    "revenue", "cash_costs", "maintenance", "capex", "purchases", "grants", "depreciation", "tax", "tax_paid", "draws",
    "principal", "interest_accrued", "interest_paid", "recurring_fees", "fees_paid", "upfront_fees_paid",
    "equity_for_projects", "equity_paid_in", "equity_for_cash", "dividends",
)  # fmt: skip
"""The flows of `accounts.` that cash, balance sheet and owners' money are added up from."""
OWNERS: Final = ("equity_for_projects", "equity_paid_in", "equity_for_cash")
OWING: Final = ("payables", "tax_payable", "accrued_interest", "debt", "other_liabilities")
EQUITY: Final = ("paid_in_capital", "retained_earnings")


class Gap(NamedTuple):
    """How far a row is off; what it is measured by, the largest amount that entered the check, (..., 1), when asked."""

    row: str
    gap: Array
    entered: Callable[[], Array]


def largest(*balances: Array, flows: tuple[Array, ...] = ()) -> Array:
    """Return the largest of some balances, and of some flows added up from the start, (..., 1).

    A sum loses what rounding takes of every amount that went into it, so that a flow counts with all that came before.

    Parameters
    ----------
    *balances : (..., period)
        Amounts that are compared as they stand.
    flows : tuple of (..., period)
        Amounts that are added up over the periods, whatever their signs.
    """
    found: Array = np.zeros(1)
    for balance in balances:
        found = np.maximum(found, np.max(np.abs(balance), axis=-1, keepdims=True, initial=0.0))
    for flow in flows:
        found = np.maximum(found, np.sum(np.abs(flow), axis=-1, keepdims=True))
    return found


class Books:
    """The rows of a projection as laws read them."""

    def __init__(self, plan: Plan, values: Mapping[str, Array]) -> None:
        self.plan, self._values = plan, values

    def __call__(self, path: str) -> Array:
        """Return a row."""
        return self._values[path]

    def __contains__(self, path: str) -> bool:
        """Tell whether there is such a row."""
        return path in self._values

    def sum(self, paths: list[str]) -> Array:
        """Return the sum of some rows."""
        return sum((self(path) for path in paths), start=np.zeros(self.plan.timeline.count))

    @cached_property
    def company(self) -> Array:
        """The largest amount that enters what the company as a whole adds up, (..., 1). [money]"""
        opening = self("accounts.total_assets")[..., :1]
        return largest(opening, flows=tuple(self(f"accounts.{key}") for key in COMPANY))

    def of_company(self, *balances: Array, flows: tuple[Array, ...] = ()) -> Array:
        """Return the largest of some balances and flows and of what enters the company as a whole, (..., 1)."""
        return np.maximum(largest(*balances, flows=flows), self.company)

    def loan(self, name: str) -> Array:
        """Return the largest amount that enters a loan's balance, in its currency, (..., 1): what it pays for, too."""
        plan, at, code = self.plan, f"loans.{name}.schedule", self.plan.loan_currency(name)
        own = largest(self(f"{at}.closing"), flows=tuple(self(f"{at}.{key}") for key in ("drawn", "principal")))
        paid = tuple(self(f"funding.{key}.uses") for key in plan.funded_by(name))
        whole = largest(np.zeros(1), self.company if plan.loans[name].needs_cash else np.zeros(1), flows=paid)
        if code != plan.currency:
            whole = whole / self(f"exchange.{code}.average").min(axis=-1, keepdims=True)
        return np.maximum(np.maximum(own, whole), plan.loans[name].commitment)


def _sources_equal_uses(plan: Plan, read: Books) -> Iterator[Gap]:
    for key in plan.funding:
        uses, parts = read(f"funding.{key}.uses"), [read(row) for row in plan.source_rows(key).values()]
        paid = sum(parts, start=np.zeros(plan.timeline.count))
        yield Gap(f"funding.{key}.uses", uses - paid, partial(largest, flows=(uses, *parts)))


def _grants(plan: Plan, read: Books) -> Iterator[Gap]:
    """Yield what is receivable less what was claimed and not received."""
    row, received = "accounts.grants_receivable", read("accounts.grants")
    claimed, value = read.sum([f"funding.{key}.{GRANT}" for key in plan.granted]), read("accounts.grants_receivable")
    entered = partial(largest, value, flows=(claimed, received))
    yield Gap(row, value - np.cumsum(claimed - received, axis=-1), entered)


def _loans_carry(plan: Plan, read: Books) -> Iterator[Gap]:
    for name in plan.loans:
        at = f"loans.{name}"
        flows = tuple(read(f"{at}.{key}") for key in ("draws", "capitalized", "principal"))
        moved = read(f"{at}.opening") + flows[0] + flows[1] - flows[2]
        if plan.loan_currency(name) != plan.currency:
            moved = moved + read(f"{at}.closing_revaluation")
        closing = read(f"{at}.closing")
        yield Gap(f"{at}.closing", closing - moved, partial(largest, closing, read(f"{at}.opening"), flows=flows))


def _balance(plan: Plan, read: Books) -> Iterator[Gap]:
    del plan
    owned, owed = read("accounts.total_assets"), read("accounts.total_liabilities_and_equity")
    yield Gap("accounts.total_assets", owned - owed, partial(read.of_company, owned, owed))


def _cash(plan: Plan, read: Books) -> Iterator[Gap]:
    flows = tuple(read(f"accounts.{kind}_cash_flow") for kind in ("operating", "investing", "financing"))
    cash = plan.opening.cash + np.cumsum(sum(flows, start=np.zeros(1)), axis=-1)
    held = read("accounts.cash")
    yield Gap("accounts.cash", held - cash, partial(read.of_company, held, cash, flows=flows))


def _owners(plan: Plan, read: Books) -> Iterator[Gap]:
    """Run over paid-in capital, retained earnings, and what assets less debts leave of both, after the first period."""
    del plan
    paid, earned = read.sum([f"accounts.{key}" for key in OWNERS]), read("accounts.net_income")
    taken = read("accounts.dividends")
    assets = read("accounts.total_assets") - read.sum([f"accounts.{key}" for key in OWING])
    for row, balance, flow in (
        ("paid_in_capital", read("accounts.paid_in_capital"), paid),
        ("retained_earnings", read("accounts.retained_earnings"), earned - taken),
        ("total_assets", assets, paid + earned - taken),
    ):
        gap = balance - balance[..., :1] - (np.cumsum(flow, axis=-1) - flow[..., :1])
        yield Gap(f"accounts.{row}", gap, partial(read.of_company, balance, flows=(flow,)))
    first = read("accounts.paid_in_capital")[..., :1] - paid[..., :1]
    yield Gap("accounts.paid_in_capital", first, read.of_company)


def _billed(plan: Plan, read: Books) -> Iterator[Gap]:
    """Run over receivables, inventory and payables: from nothing to what was opened with, bought and billed."""
    for kind, _, row in KINDS:
        rows = [f"plants.{key}.purchased.{kind}" for key in plan.plants]
        bought, flow = read.sum([path for path in rows if path in read]), read(f"accounts.{row}")
        balance, opened = read(f"accounts.{kind}"), getattr(plan.opening, kind)
        most = opened + np.cumsum(bought + flow, axis=-1)
        gap = np.minimum(balance, 0.0) + np.minimum(most - balance, 0.0)
        yield Gap(f"accounts.{kind}", gap, partial(largest, balance, opened, flows=(flow, bought)))


def _capacity(plan: Plan, read: Books) -> Iterator[Gap]:
    for name in plan.plants:
        able = read(f"plants.{name}.effective_capacity") * (plan.timeline.months / 12)
        made, sold = read(f"plants.{name}.output"), read(f"plants.{name}.shipments")
        yield Gap(f"plants.{name}.output", np.minimum(able - made, 0.0), partial(largest, able, made))
        yield Gap(f"plants.{name}.shipments", np.minimum(made - sold, 0.0), partial(largest, made, sold))


def _commitment(plan: Plan, read: Books) -> Iterator[Gap]:
    for name, loan in plan.loans.items():
        row = f"loans.{name}.schedule.{'closing' if loan.revolves else 'drawn_to_date'}"
        yield Gap(row, np.minimum(loan.commitment - read(row), 0.0), partial(read.loan, name))


def assets(plan: Plan) -> list[str]:
    """Return the rows of assets that must not fall below zero."""
    rows = ("net_fixed_assets", "construction_in_progress", "deferred_fees", "grants_receivable")
    return [f"projects.{name}.book_value" for name in plan.projects] + [f"accounts.{row}" for row in rows]


def _not_negative(plan: Plan, read: Books) -> Iterator[Gap]:
    for name in plan.loans:
        row = f"loans.{name}.schedule.closing"
        yield Gap(row, np.minimum(read(row), 0.0), partial(read.loan, name))
    rounding = rounding_of_costs(plan, read)
    for row in assets(plan):
        yield Gap(row, np.minimum(read(row) + rounding, 0.0), read.of_company)


def _financing_costs(plan: Plan, read: Books) -> Iterator[Gap]:
    for key in building(plan):
        row, value = f"funding.{key}.financing_costs", np.zeros(plan.timeline.count)
        for name in lenders(plan, [key]):
            cost = read(f"loans.{name}.interest") + read(f"loans.{name}.fees") + read(f"loans.{name}.upfront_fee")
            mine = read(f"funding.{key}.{name}.share") * until_complete(plan, key)
            value = value + cost * mine
        yield Gap(row, read(row) - value, partial(largest, flows=(read(f"funding.{key}.uses"), value)))


def _exchange(plan: Plan, read: Books) -> Iterator[Gap]:
    """Hold that the exchange result is what opens, moves and accrues, as it was converted, less what closes."""
    row, left = "accounts.exchange_result", np.zeros(plan.timeline.count)
    balances: list[Array] = []
    flows: list[Array] = []
    for name in (name for name in plan.loans if plan.loan_currency(name) != plan.currency):
        at = f"loans.{name}"
        opening, closing, accrued = (read(f"{at}.{key}") for key in ("opening", "closing", "accrued"))
        moves = {key: read(f"{at}.{key}") for key in ("draws", "principal", "interest", "fees")}
        paid = {key: read(f"{at}.{key}") for key in ("interest_paid", "fees_paid")}
        grown = moves["interest"] + moves["fees"] - paid["interest_paid"] - paid["fees_paid"]
        increase = grown - read(f"{at}.capitalized") + read(f"{at}.accrued_revaluation") + 0.0 * accrued
        increase[..., 1:] = np.diff(accrued, axis=-1)
        left = left + opening + moves["draws"] - moves["principal"] - closing + grown - increase
        balances += opening, closing, accrued
        flows += *moves.values(), *paid.values()
    yield Gap(row, read(row) - left, partial(largest, *balances, flows=tuple(flows)))


LAWS: Final[dict[str, Callable[[Plan, Books], Iterator[Gap]]]] = {
    "sources_equal_uses": _sources_equal_uses,
    "grants": _grants,
    "loans_carry": _loans_carry,
    "balance": _balance,
    "cash": _cash,
    "owners": _owners,
    "billed": _billed,
    "capacity": _capacity,
    "commitment": _commitment,
    "not_negative": _not_negative,
    "financing_costs": _financing_costs,
    "exchange": _exchange,
}


def prove_laws(plan: Plan, values: Mapping[str, Array]) -> dict[str, float]:
    """Prove every law; return the largest gap found for each. [money, or km for capacity]

    Parameters
    ----------
    plan : Plan
        What was projected.
    values : mapping
        Every row by its path, (period,) or (draw, period).

    Raises
    ------
    IdentityError
        Naming the first law that is broken, its row, period, draw and gap.

    Source
    ------
    docs/decisions/laws-by-what-went-in.md: a gap may be 1e-12 of the largest balance, or flow added up from the start,
    that entered the check in the same draw, and never less than 1e-6.
    """
    found = dict.fromkeys(LAWS, 0.0)
    books = Books(plan, values)
    for name, law in LAWS.items():
        for row, gap, entered in law(plan, books):
            size = np.abs(gap)
            worst = float(np.max(size, initial=0.0))
            found[name] = max(found[name], worst)
            if worst > ABSOLUTE and (beyond := size > np.maximum(ABSOLUTE, RELATIVE * entered())).any():
                _tell(plan, name, row, np.where(beyond, size, 0.0))
    return found


def _tell(plan: Plan, law: str, row: str, size: Array) -> None:
    spot = np.unravel_index(int(np.argmax(size)), size.shape)
    column = int(spot[-1])
    when = plan.timeline.labels[column] if size.shape[-1] == plan.timeline.count else f"event {column + 1}"
    draw = f", draw {int(spot[0])}" if size.ndim > 1 else ""
    raise IdentityError(f"the law `{law}` is broken: {row}, {when}{draw}, by {float(size[spot]):g}")
