"""The laws of the books, each as the formula of a gap that must be zero."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from fibercap.core.formulas.sheet import total
from fibercap.model.cash.draw_stop import stopped_row, stopping_loans
from fibercap.model.cash.lock_up import locked_row, locks_of
from fibercap.model.cash.ranks import ranks_of
from fibercap.model.cash.reserves import reserved_loans, short_reserves, total_service, use_of_reserve
from fibercap.model.cash.trifle import PATH as TRIFLE
from fibercap.model.cash.waterfall import CLOSING, WATERFALL
from fibercap.model.funding.financing_costs import lenders, projects_with_costs
from fibercap.model.funding.settling_costs import rounding_of_costs
from fibercap.model.funding.sources import GRANT
from fibercap.model.laws.asset_laws import assets, laws_of_assets
from fibercap.model.laws.law import Law
from fibercap.model.laws.operating_laws import laws_of_capacity, laws_of_working_capital
from fibercap.model.laws.order_laws import laws_of_order

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from fibercap.core.units import Array
    from fibercap.model.plan.plan import Plan

OWNERS: Final = ("equity_for_projects", "equity_paid_in", "equity_for_cash")
OWING: Final = ("payables", "tax_payable", "accrued_interest", "debt", "other_liabilities")
EQUITY: Final = ("paid_in_capital", "retained_earnings")


IDLE: Final = frozenset({"sources_equal_uses", "financing_costs", "cancelled"})
"""Laws about spending, which do not apply in the run-off because nothing is spent there."""
LAWS: Final = (
    "sources_equal_uses", "grants", "loans_carry", "balance", "cash", "order_of_cash", "served_in_turn", "draw_stop",
    "reserves", "owners", "payouts", "equity_limit", "billed", "capacity", "commitment", "not_negative",
    "financing_costs", "exchange", "sales", "deferred_tax", "cancelled", "products",
)  # fmt: skip
"""The laws, in the order in which they are checked."""


def laws_of(plan: Plan, read: Callable[[str], Array], *, waterfall: bool = True) -> Iterator[Law]:
    """Yield the laws that a plan's rows must keep.

    Parameters
    ----------
    plan : Plan
        The plan.
    read : callable
        Returns a row by its path, (..., period) [unit of the row].
    waterfall : bool
        Whether the rows of the order of cash are written.
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
    if waterfall:
        row = f"{WATERFALL}{CLOSING}"
        yield Law("order_of_cash", row, f"{{{row}}} - {{accounts.cash}}", (f"{{{row}}}",), tuple(flows), company=True)
    yield from laws_of_order(plan, read)
    yield from _draw_stops(plan)
    yield from _reserves(plan)
    yield from _owners(plan)
    yield from _payouts(plan)
    if plan.company.equity_limit is not None:
        row = "accounts.equity_left"
        yield Law("equity_limit", row, f"MIN({{{row}}}, 0)", ("{inputs.company.equity_limit}",), company=True)
    yield from laws_of_assets(plan)
    yield from laws_of_working_capital(plan)
    yield from laws_of_capacity(plan)
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


def _draw_stops(plan: Plan) -> Iterator[Law]:
    """Yield the law that nothing is drawn on a loan while a broken covenant stops its draws."""
    for name in stopping_loans(plan):
        drawn, stopped = f"{{loans.{name}.draws}}", f"{{{stopped_row(name)}}}"
        yield Law("draw_stop", f"loans.{name}.draws", f"{stopped} * {drawn}", flows=(drawn,))


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


def _payouts(plan: Plan) -> Iterator[Law]:
    """Yield the laws of payouts: within cash and earnings, and none while locked up or while a reserve is short."""
    row, locks = "accounts.payouts", [locked_row(loan, key) for loan, key in locks_of(plan)]
    if plan.company.payouts is None:
        return
    paid, dated = f"{{{row}}}", "{accounts.dividends_dated}"
    capital = " - {inputs.opening.paid_in_capital}" if plan.opening.paid_in_capital is not None else ""
    earned = f"MAX({{accounts.retained_earnings@-1}} + {{accounts.net_income}} - {dated}{capital}, 0)"
    gaps = [f"MIN({most} - {paid}, 0)" for most in ("{accounts.cash_to_pay_out}", earned)]
    gaps += [f"{paid} * MAX({', '.join(f'{{{lock}@-1}}' for lock in locks)}, 0)"] if locks else []
    gaps += [f"{paid} * (({total(short_reserves(plan))}) > {{{TRIFLE}}})"] if reserved_loans(plan) else []
    for gap in gaps:
        yield Law("payouts", row, gap, ("{accounts.retained_earnings}",), (paid,), company=True)


def _reserves(plan: Plan) -> Iterator[Law]:
    """Yield the laws of reserves: each carries over, within its target, filled from what its turn leaves."""
    least = "{inputs.money.minimum_cash}"
    for name in reserved_loans(plan):
        path = f"loans.{name}.reserve"
        used, filled, released = (f"{{{path}_{key}}}" for key in ("used", "filled", "released"))
        kept, flows = f"{{{path}}}", (used, filled, released)
        carried = f"{kept} - ({{{path}@-1}} + {filled} - {used} - {released})"
        yield Law("reserves", path, carried, (kept,), flows, company=True)
        yield Law(
            "reserves", path, f"MIN({{{path}_target}} - {kept}, 0) + MIN({kept}, 0)", (kept,), flows, company=True
        )
        rank = plan.loans[name].rank
        others = [other for other in ranks_of(plan)[rank] if other in reserved_loans(plan)]
        moved = [f"{{loans.{other}.reserve_{key}}}" for other in others for key in ("used", "released")]
        left = f"{{ranks.{rank}.cash_to_serve}} - ({total_service([rank])}) + {' + '.join(moved)} - {least}"
        together = " + ".join(f"{{loans.{other}.reserve_filled}}" for other in others)
        together += "".join(f" - {{loans.{o}.reserve_from_uses}}" for o in others if use_of_reserve(plan, o))
        yield Law("reserves", path, f"MIN(MAX({left}, 0) - ({together}), 0)", (kept,), flows, company=True)


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
