"""The laws that a projection must keep, as formulas of the gap that each leaves, proved on every run."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

from fibercap.core.errors import IdentityError
from fibercap.core.formula import evaluate
from fibercap.core.sheet import total
from fibercap.model.funding.financing_costs import lenders, projects_with_costs
from fibercap.model.funding.settling_costs import rounding_of_costs
from fibercap.model.funding.sources import GRANT
from fibercap.model.income.working_capital import KINDS
from fibercap.model.plants.capacity import bought_capital

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import numpy.typing as npt

    from fibercap.core.formula import Read
    from fibercap.core.units import Array
    from fibercap.model.plan.plan import Plan

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


IDLE: Final = frozenset({"sources_equal_uses", "financing_costs"})
"""Laws about what is spent; after the horizon nothing is."""
LAWS: Final = (
    "sources_equal_uses", "grants", "loans_carry", "balance", "cash", "owners", "billed", "capacity", "commitment",
    "not_negative", "financing_costs", "exchange",
)  # fmt: skip
"""The laws, in the order in which they are proved."""


class Law(NamedTuple):
    """A law as it applies to one row: the formula of its gap, zero where it is kept, and what the gap is measured by.

    That is the largest amount that enters the check: of the formulas of `balances`, of those of `flows` added up from
    the start, and of all that enters the company's books, where they are concerned, or those of a `loan`. What a loan's
    contract rounds may take `rounding` off the row, (..., 1).
    """

    name: str
    row: str
    text: str
    balances: tuple[str, ...] = ()
    flows: tuple[str, ...] = ()
    company: bool = False
    loan: str = ""
    rounding: Array | float = 0.0


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

    def __init__(self, plan: Plan, read: Read) -> None:
        self.plan, self._read = plan, read
        self._agreed = {f"inputs.loans.{name}.commitment": loan.commitment for name, loan in plan.loans.items()}

    def read(self, path: str, shift: int) -> Array:
        """Return a row or scalar as formulas read it; of a commitment, the part that the plan uses.

        Parameters
        ----------
        path : str
            Address of the row or scalar.
        shift : int
            Periods to look ahead; negative for earlier ones.
        """
        return self._agreed[path] if path in self._agreed else self._read(path, shift)

    def __call__(self, path: str) -> Array:
        """Return a row."""
        return self.read(path, 0)

    def work_out(self, *texts: str) -> tuple[Array, ...]:
        """Return the values of formulas, each (..., period)."""
        return tuple(np.atleast_1d(evaluate(text, self.read)) for text in texts)

    @cached_property
    def company(self) -> Array:
        """The largest amount that enters what the company as a whole adds up, (..., 1). [money]"""
        opening = self("accounts.total_assets")[..., :1]
        return largest(opening, flows=tuple(self(f"accounts.{key}") for key in COMPANY))

    def loan(self, name: str) -> Array:
        """Return the largest amount that enters a loan's balance, in its currency, (..., 1): what it pays for, too."""
        plan, at, code = self.plan, f"loans.{name}.schedule", self.plan.loan_currency(name)
        own = largest(self(f"{at}.closing"), flows=tuple(self(f"{at}.{key}") for key in ("drawn", "principal")))
        paid = tuple(self(f"funding.{key}.uses") for key in plan.funded_by(name))
        whole = largest(np.zeros(1), self.company if plan.loans[name].needs_cash else np.zeros(1), flows=paid)
        if code != plan.currency:
            whole = whole / self(f"exchange.{code}.average").min(axis=-1, keepdims=True)
        return np.maximum(np.maximum(own, whole), plan.loans[name].commitment)

    def entered(self, law: Law) -> Array:
        """Return the largest amount that enters a law's check, (..., 1)."""
        found = largest(*self.work_out(*law.balances), flows=self.work_out(*law.flows))
        found = np.maximum(found, self.company) if law.company else found
        return np.maximum(found, self.loan(law.loan)) if law.loan else found


def laws_of(plan: Plan, read: Callable[[str], Array]) -> Iterator[Law]:
    """Yield the laws that a plan's rows must keep.

    Parameters
    ----------
    plan : Plan
        The plan.
    read : callable
        Returns a row by its path, (..., period).
    """
    for key in plan.funding:
        uses, parts = f"{{funding.{key}.uses}}", plan.source_rows(key).values()
        sources = tuple(f"{{{row}}}" for row in parts)
        yield Law("sources_equal_uses", f"funding.{key}.uses", f"{uses} - ({total(parts)})", flows=(uses, *sources))
    row, claimed = "accounts.grants_receivable", total(f"funding.{key}.{GRANT}" for key in plan.granted)
    text = f"{{{row}}} - {{{row}@-1}} - ({claimed}) + {{accounts.grants}}"
    yield Law("grants", row, text, (f"{{{row}}}",), (claimed, "{accounts.grants}"))
    for name in plan.loans:
        yield _loan_carries(plan, name)
    row, owed = "accounts.total_assets", "{accounts.total_liabilities_and_equity}"
    yield Law("balance", row, f"{{{row}}} - {owed}", (f"{{{row}}}", owed), company=True)
    kinds = [f"accounts.{kind}_cash_flow" for kind in ("operating", "investing", "financing")]
    text, flows = f"{{accounts.cash}} - {{accounts.cash@-1}} - ({total(kinds)})", tuple(f"{{{row}}}" for row in kinds)
    yield Law("cash", "accounts.cash", text, ("{accounts.cash}",), flows, company=True)
    yield from _owners()
    yield from _billed(plan)
    yield from _capacity(plan)
    for name, loan in plan.loans.items():
        row = f"loans.{name}.schedule.{'closing' if loan.revolves else 'drawn_to_date'}"
        yield Law("commitment", row, f"MIN({{inputs.loans.{name}.commitment}} - {{{row}}}, 0)", loan=name)
    for name in plan.loans:
        row = f"loans.{name}.schedule.closing"
        yield Law("not_negative", row, f"MIN({{{row}}}, 0)", loan=name)
    rounding = rounding_of_costs(plan, read)
    for row in assets(plan):
        yield Law("not_negative", row, f"MIN({{{row}}}, 0)", company=True, rounding=rounding)
    yield from _financing_costs(plan)
    yield _exchange(plan)


def _loan_carries(plan: Plan, name: str) -> Law:
    at = f"loans.{name}"
    moved = f"{{{at}.opening}} + {{{at}.draws}} + {{{at}.capitalized}} - {{{at}.principal}}"
    if plan.loan_currency(name) != plan.currency:
        moved += f" + {{{at}.closing_revaluation}}"
    balances = (f"{{{at}.closing}}", f"{{{at}.opening}}")
    flows = tuple(f"{{{at}.{key}}}" for key in ("draws", "capitalized", "principal"))
    return Law("loans_carry", f"{at}.closing", f"{{{at}.closing}} - ({moved})", balances, flows)


def _owners() -> Iterator[Law]:
    """Run over what owners have paid in and left, and what both are worth by assets and debts."""
    paid, earned = total(f"accounts.{key}" for key in OWNERS), "{accounts.net_income} - {accounts.dividends}"
    for key, flow in (("paid_in_capital", paid), ("retained_earnings", earned)):
        row = f"accounts.{key}"
        yield Law("owners", row, f"{{{row}}} - {{{row}@-1}} - ({flow})", (f"{{{row}}}",), (flow,), company=True)
    left = f"{{accounts.total_assets}} - ({total(f'accounts.{key}' for key in OWING)})"
    text = f"{left} - ({total(f'accounts.{key}' for key in EQUITY)})"
    yield Law("owners", "accounts.total_assets", text, (left,), company=True)


def _billed(plan: Plan) -> Iterator[Law]:
    """Run over working capital: how far it is below nothing, or above what was owed, bought and billed."""
    for kind, _, key in KINDS:
        row, flow = f"{{accounts.{kind}}}", f"{{accounts.{key}}}"
        bought = total(
            f"plants.{name}.purchased.{kind}"
            for name, plant in plan.plants.items()
            if plant.purchase and kind in bought_capital(plant.purchase)
        )
        text = f"MIN({row}, 0) + MIN({{accounts.{kind}@-1}} + {flow} + {bought} - {row}, 0)"
        yield Law("billed", f"accounts.{kind}", text, (row, f"{{inputs.opening.{kind}}}"), (flow, bought))


def _capacity(plan: Plan) -> Iterator[Law]:
    for name in plan.plants:
        able = f"{{plants.{name}.effective_capacity}} * {{time.years}}"
        made, sold = f"{{plants.{name}.output}}", f"{{plants.{name}.shipments}}"
        yield Law("capacity", made[1:-1], f"MIN({able} - {made}, 0)", (able, made))
        yield Law("capacity", sold[1:-1], f"MIN({made} - {sold}, 0)", (made, sold))


def assets(plan: Plan) -> list[str]:
    """Return the rows of assets that must not fall below zero."""
    rows = ("net_fixed_assets", "construction_in_progress", "deferred_fees", "grants_receivable")
    return [f"projects.{name}.book_value" for name in plan.projects] + [f"accounts.{row}" for row in rows]


def _financing_costs(plan: Plan) -> Iterator[Law]:
    for key in projects_with_costs(plan):
        row, done = f"funding.{key}.financing_costs", f"{{projects.{key}.completed}}"
        costs = [
            f"({total(f'loans.{name}.{of}' for of in ('interest', 'fees', 'upfront_fee'))})"
            f" * {{funding.{key}.{name}.share}} * IF({{time.end}} <= {done}, 1, 0)"
            for name in lenders(plan, [key])
        ]
        borne = " + ".join(costs) or "0"
        yield Law("financing_costs", row, f"{{{row}}} - ({borne})", flows=(f"{{funding.{key}.uses}}", borne))


def _exchange(plan: Plan) -> Law:
    """Return that the exchange result is what opens, moves and accrues, as it was converted, less what closes."""
    parts, balances, flows = [], [], []
    plus, minus = ("draws", "interest", "fees"), ("interest_paid", "fees_paid", "principal")
    for at in (f"loans.{name}" for name in plan.loans if plan.loan_currency(name) != plan.currency):
        text = total(f"{at}.{key}" for key in ("opening", "accrued@-1", *plus))
        parts.append(text + "".join(f" - {{{at}.{key}}}" for key in (*minus, "closing", "accrued")))
        balances += [f"{{{at}.{key}}}" for key in ("opening", "closing", "accrued")]
        flows += [f"{{{at}.{key}}}" for key in (*plus, *minus)]
    row, left = "accounts.exchange_result", " + ".join(parts) or "0"
    return Law("exchange", row, f"{{{row}}} - ({left})", tuple(balances), tuple(flows))


def prove_laws(plan: Plan, read: Read) -> dict[str, float]:
    """Prove every law; return the largest gap found for each. [money, or km for capacity]

    Parameters
    ----------
    plan : Plan
        What was projected.
    read : callable
        Gives a row, or a scalar, for (path, shift), as formulas read it.

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
    books = Books(plan, read)
    for law in laws_of(plan, books):
        size = np.maximum(np.abs(books.work_out(law.text)[0]) - law.rounding, 0.0)
        size = size[..., : plan.timeline.within] if law.name in IDLE else size
        worst = float(np.max(size, initial=0.0))
        found[law.name] = max(found[law.name], worst)
        if worst > ABSOLUTE and (broken := size > np.maximum(ABSOLUTE, RELATIVE * books.entered(law))).any():
            _tell(plan, law, np.broadcast_to(size, broken.shape), broken)
    return found


def _tell(plan: Plan, law: Law, size: Array, broken: npt.NDArray[np.bool_]) -> None:
    spot = np.unravel_index(int(np.argmax(broken)), size.shape)
    column = int(spot[-1])
    when = f"event {column + 1}" if ".schedule." in law.row else plan.timeline.labels[column]
    draw = f", draw {int(spot[0])}" if size.ndim > 1 else ""
    told = f"the law `{law.name}` is broken: {law.row}, {when}{draw}, by {float(size[spot]):g}"
    raise IdentityError("broken_law", told)
