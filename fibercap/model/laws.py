"""The laws of the books, each as the formula of a gap that must be zero; every projection is checked against them."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Final

import numpy as np

from fibercap.core.errors import IdentityError
from fibercap.core.formula import evaluate
from fibercap.core.sheet import total
from fibercap.model.funding.financing_costs import lenders, projects_with_costs
from fibercap.model.funding.settling_costs import rounding_of_costs
from fibercap.model.funding.sources import GRANT
from fibercap.model.income.asset_sales import cancelled_projects, sold_assets
from fibercap.model.income.working_capital import CAPITAL_KINDS
from fibercap.model.law import Law, largest_amount
from fibercap.model.plants.purchases import bought_capital

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
"""The flows of `accounts.` that make up cash, the balance sheet and owners' money."""
OWNERS: Final = ("equity_for_projects", "equity_paid_in", "equity_for_cash")
OWING: Final = ("payables", "tax_payable", "accrued_interest", "debt", "other_liabilities")
EQUITY: Final = ("paid_in_capital", "retained_earnings")


IDLE: Final = frozenset({"sources_equal_uses", "financing_costs", "cancelled"})
"""Laws about spending, which do not apply in the run-off because nothing is spent there."""
LAWS: Final = (
    "sources_equal_uses", "grants", "loans_carry", "balance", "cash", "owners", "billed", "capacity", "commitment",
    "not_negative", "financing_costs", "exchange", "sales", "deferred_tax",
    "cancelled", "products",
)  # fmt: skip
"""The laws, in the order in which they are checked."""


class Books:
    """The rows of a projection as laws read them."""

    def __init__(self, plan: Plan, read: Read) -> None:
        self.plan, self._read = plan, read
        self._commitments = {f"inputs.loans.{name}.commitment": loan.commitment for name, loan in plan.loans.items()}

    def read(self, path: str, shift: int) -> Array:
        """Return a row or scalar as formulas read it; commitments are those of the plan.

        Parameters
        ----------
        path : str
            Address of the row or scalar.
        shift : int
            Periods to look ahead; negative for earlier ones.
        """
        return self._commitments[path] if path in self._commitments else self._read(path, shift)

    def __call__(self, path: str) -> Array:
        """Return a row."""
        return self.read(path, 0)

    def work_out(self, *texts: str) -> tuple[Array, ...]:
        """Return the values of formulas, each (..., period)."""
        return tuple(np.atleast_1d(evaluate(text, self.read)) for text in texts)

    @cached_property
    def company(self) -> Array:
        """The largest amount that enters the books of the company, (..., 1). [money]"""
        opening = self("accounts.total_assets")[..., :1]
        keys = (*COMPANY, "asset_sales") if sold_assets(self.plan) else COMPANY
        return largest_amount(opening, flows=tuple(self(f"accounts.{key}") for key in keys))

    def loan(self, name: str) -> Array:
        """Return the largest amount that enters a loan's balance or the uses it finances, in its currency, (..., 1)."""
        plan, prefix, code = self.plan, f"loans.{name}.schedule", self.plan.loan_currency(name)
        balance = largest_amount(
            self(f"{prefix}.closing"), flows=tuple(self(f"{prefix}.{key}") for key in ("drawn", "principal"))
        )
        uses = tuple(self(f"funding.{key}.uses") for key in plan.uses_of_loan(name))
        paid_for = largest_amount(np.zeros(1), self.company if plan.loans[name].needs_cash else np.zeros(1), flows=uses)
        if code != plan.currency:
            paid_for = paid_for / self(f"exchange.{code}.average").min(axis=-1, keepdims=True)
        return np.maximum(np.maximum(balance, paid_for), plan.loans[name].commitment)

    def scale_of(self, law: Law) -> Array:
        """Return the largest amount that enters a law's check, (..., 1)."""
        amount = largest_amount(*self.work_out(*law.balances), flows=self.work_out(*law.flows))
        amount = np.maximum(amount, self.company) if law.company else amount
        return np.maximum(amount, self.loan(law.loan)) if law.loan else amount


def laws_of(plan: Plan, read: Callable[[str], Array]) -> Iterator[Law]:
    """Yield the laws that a plan's rows must keep.

    Parameters
    ----------
    plan : Plan
        The plan.
    read : callable
        Returns a row by its path, (..., period) [unit of the row].
    """
    for key in plan.funding:
        uses, parts = f"{{funding.{key}.uses}}", plan.source_rows(key).values()
        sources = tuple(f"{{{row}}}" for row in parts)
        yield Law("sources_equal_uses", f"funding.{key}.uses", f"{uses} - ({total(parts)})", flows=(uses, *sources))
    row, claimed = "accounts.grants_receivable", total(f"funding.{key}.{GRANT}" for key in plan.uses_with_grant)
    text = f"{{{row}}} - {{{row}@-1}} - ({claimed}) + {{accounts.grants}}"
    yield Law("grants", row, text, (f"{{{row}}}",), (claimed, "{accounts.grants}"))
    for name in plan.loans:
        yield _loan_balance(plan, name)
    row, owed = "accounts.total_assets", "{accounts.total_liabilities_and_equity}"
    yield Law("balance", row, f"{{{row}}} - {owed}", (f"{{{row}}}", owed), company=True)
    kinds = [f"accounts.{kind}_cash_flow" for kind in ("operating", "investing", "financing")]
    text, flows = f"{{accounts.cash}} - {{accounts.cash@-1}} - ({total(kinds)})", tuple(f"{{{row}}}" for row in kinds)
    yield Law("cash", "accounts.cash", text, ("{accounts.cash}",), flows, company=True)
    yield from _owners(plan)
    yield from _assets(plan)
    yield from _working_capital(plan)
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


def _loan_balance(plan: Plan, name: str) -> Law:
    prefix = f"loans.{name}"
    changes = f"{{{prefix}.opening}} + {{{prefix}.draws}} + {{{prefix}.capitalized}} - {{{prefix}.principal}}"
    if plan.loan_currency(name) != plan.currency:
        changes += f" + {{{prefix}.closing_revaluation}}"
    balances = (f"{{{prefix}.closing}}", f"{{{prefix}.opening}}")
    flows = tuple(f"{{{prefix}.{key}}}" for key in ("draws", "capitalized", "principal"))
    return Law("loans_carry", f"{prefix}.closing", f"{{{prefix}.closing}} - ({changes})", balances, flows)


def _assets(plan: Plan) -> Iterator[Law]:
    """Yield the laws of fixed assets: where some are sold or written off, and of their values for tax."""
    sold, cancelled = [prefix for prefix, _ in sold_assets(plan)], cancelled_projects(plan)
    if sold or cancelled:
        rows = ("accounts.net_fixed_assets", "accounts.construction_in_progress")
        moved = " + ".join(f"{{{row}}} - {{{row}@-1}}" for row in rows)
        spent = [f"accounts.{key}" for key in ("capex", "purchases", "maintenance")]
        spent += [f"funding.{key}.financing_costs" for key in projects_with_costs(plan)]
        gone = [f"plants.{key}.purchased.working_capital" for key, plant in plan.plants.items() if plant.purchase]
        gone += [*(f"funding.{key}.{GRANT}" for key in plan.uses_with_grant), "accounts.depreciation"]
        gone += ["accounts.write_offs"] if cancelled else []
        text = f"{moved} - ({total(spent)}) + {total(gone)}"
        text += " + {accounts.asset_sales} - {accounts.gain_on_sales}" if sold else ""
        yield Law("sales", rows[0], text, company=True)
    for key in cancelled:
        project, capex = f"projects.{key}", f"{{projects.{key}.capex}}"
        for row, since in (("book_value", "end"), ("capex", "start")):
            text = f"IF({{time.{since}}} >= {{{project}.cancelled.month}}, {{{project}.{row}}}, 0)"
            yield Law("cancelled", f"{project}.{row}", text, flows=(capex,), company=True)
    if plan.tax.depreciation is not None:
        row, charged = "accounts.temporary_difference", ("accounts.tax_depreciation", "accounts.depreciation")
        taken = [(prefix, "disposed") for prefix in sold] + [(f"projects.{key}", "written_off") for key in cancelled]
        taxed, booked = (total(f"{prefix}.{key}{end}" for prefix, end in taken) for key in ("tax_", ""))
        text = f"{{{row}}} - {{{row}@-1}} - ({{{charged[0]}}} - {{{charged[1]}}} + {taxed} - ({booked}))"
        yield Law("deferred_tax", row, text, flows=tuple(f"{{{one}}}" for one in charged), company=True)


def _owners(plan: Plan) -> Iterator[Law]:
    """Yield the laws of paid-in capital, of retained earnings, and of their sum as assets less debts."""
    paid, earned = total(f"accounts.{key}" for key in OWNERS), "{accounts.net_income} - {accounts.dividends}"
    for key, flow in (("paid_in_capital", paid), ("retained_earnings", earned)):
        row = f"accounts.{key}"
        yield Law("owners", row, f"{{{row}}} - {{{row}@-1}} - ({flow})", (f"{{{row}}}",), (flow,), company=True)
    owing = (*OWING, "deferred_tax_liability") if plan.tax.depreciation is not None else OWING
    left = f"{{accounts.total_assets}} - ({total(f'accounts.{key}' for key in owing)})"
    text = f"{left} - ({total(f'accounts.{key}' for key in EQUITY)})"
    yield Law("owners", "accounts.total_assets", text, (left,), company=True)


def _working_capital(plan: Plan) -> Iterator[Law]:
    """Yield the laws of working capital: not below zero, nor above opening, purchases and the flow of the period."""
    for kind, _, key in CAPITAL_KINDS:
        row, flow = f"{{accounts.{kind}}}", f"{{accounts.{key}}}"
        bought = total(
            f"plants.{name}.purchased.{kind}"
            for name, plant in plan.plants.items()
            if plant.purchase and kind in bought_capital(plant.purchase)
        )
        text = f"MIN({row}, 0) + MIN({{accounts.{kind}@-1}} + {flow} + {bought} - {row}, 0)"
        yield Law("billed", f"accounts.{kind}", text, (row, f"{{inputs.opening.{kind}}}"), (flow, bought))


def _capacity(plan: Plan) -> Iterator[Law]:
    """Yield the laws of capacity: no plant makes more than it can, ships more than it makes, or loses a product."""
    for name, plant in plan.plants.items():
        capacity = f"{{plants.{name}.effective_capacity}} * {{time.years}}"
        made, sold = f"{{plants.{name}.output}}", f"{{plants.{name}.shipments}}"
        yield Law("capacity", made[1:-1], f"MIN({capacity} - {made}, 0)", (capacity, made))
        yield Law("capacity", sold[1:-1], f"MIN({made} - {sold}, 0)", (made, sold))
        for row in ("output", "shipments", "revenue", "cash_costs") if plant.products else ():
            of_plant, by_product = (
                f"plants.{name}.{row}",
                total(f"plants.{name}.products.{k}.{row}" for k in plant.products),
            )
            text = f"{{{of_plant}}} - ({by_product})"
            yield Law("products", of_plant, text, (f"{{{of_plant}}}",), company=row in ("revenue", "cash_costs"))
    made_products = {name for plant in plan.plants.values() for name in plant.product_names}
    costs = total(f"products.{name}.cash_costs" for name in plan.products if name in made_products)
    text = f"{{accounts.cash_costs}} - {{accounts.overhead}} - ({costs})"
    yield Law("products", "accounts.cash_costs", text, company=True)


def assets(plan: Plan) -> list[str]:
    """Return the paths of the asset rows that must not fall below zero."""
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
        total_cost = " + ".join(costs) or "0"
        yield Law("financing_costs", row, f"{{{row}}} - ({total_cost})", flows=(f"{{funding.{key}.uses}}", total_cost))


def _exchange(plan: Plan) -> Law:
    """Return the law that the exchange result is converted openings and flows of foreign loans less their closings."""
    parts, balances, flows = [], [], []
    plus, minus = ("draws", "interest", "fees"), ("interest_paid", "fees_paid", "principal")
    for prefix in (f"loans.{name}" for name in plan.loans if plan.loan_currency(name) != plan.currency):
        text = total(f"{prefix}.{key}" for key in ("opening", "accrued@-1", *plus))
        parts.append(text + "".join(f" - {{{prefix}.{key}}}" for key in (*minus, "closing", "accrued")))
        balances += [f"{{{prefix}.{key}}}" for key in ("opening", "closing", "accrued")]
        flows += [f"{{{prefix}.{key}}}" for key in (*plus, *minus)]
    row, left = "accounts.exchange_result", " + ".join(parts) or "0"
    return Law("exchange", row, f"{{{row}}} - ({left})", tuple(balances), tuple(flows))


def prove_laws(plan: Plan, read: Read) -> dict[str, float]:
    """Check every law; return the largest gap of each. [money, or km for capacity]

    Parameters
    ----------
    plan : Plan
        The plan that was projected.
    read : callable
        Returns a row or a scalar for (path, shift), as formulas read it.

    Raises
    ------
    IdentityError
        If a law is broken; it names the first such law, its row, period, sample and gap.

    Source
    ------
    docs/decisions/laws-by-what-went-in.md: a gap may be 1e-12 of the largest balance, or of the largest flow summed
    from the start, that entered the check in the same sample; gaps up to 1e-6 are always allowed.
    """
    gaps = dict.fromkeys(LAWS, 0.0)
    books = Books(plan, read)
    for law in laws_of(plan, books):
        size = np.maximum(np.abs(books.work_out(law.text)[0]) - law.rounding, 0.0)
        size = size[..., : plan.timeline.within] if law.name in IDLE else size
        worst = float(np.max(size, initial=0.0))
        gaps[law.name] = max(gaps[law.name], worst)
        if worst > ABSOLUTE and (broken := size > np.maximum(ABSOLUTE, RELATIVE * books.scale_of(law))).any():
            _raise_broken_law(plan, law, np.broadcast_to(size, broken.shape), broken)
    return gaps


def _raise_broken_law(plan: Plan, law: Law, size: Array, broken: npt.NDArray[np.bool_]) -> None:
    position = np.unravel_index(int(np.argmax(broken)), size.shape)
    column = int(position[-1])
    when = f"event {column + 1}" if ".schedule." in law.row else plan.timeline.labels[column]
    sample = f", sample {int(position[0])}" if size.ndim > 1 else ""
    message = f"the law `{law.name}` is broken: {law.row}, {when}{sample}, by {float(size[position]):g}"
    raise IdentityError("broken_law", message)
