"""The company of a plan, and the one that does nothing new (docs/conventions.md, sections 3 to 7)."""

import copy
import re
from dataclasses import dataclass, replace
from datetime import date

import numpy as np

from tests.witness.accounts import draw_statements, earn_operations, earn_unlevered, find_threshold, serve_debt
from tests.witness.assets import depreciate_assets, tie_capital
from tests.witness.capacity import Rows, ship_output
from tests.witness.cover import aim_loans, cover_life, cover_loans, open_loans
from tests.witness.dates import Calendar, Row, read_calendar
from tests.witness.financing import find_fixed_point
from tests.witness.funding import Funding, Limits, find_last_draw
from tests.witness.ledger import CENT, Ledger
from tests.witness.loans import Contract, read_contracts
from tests.witness.locks import find_limits, find_locked, find_stopped
from tests.witness.plan import Plan, operate
from tests.witness.quantities import is_share
from tests.witness.ranks import form_ratios, weigh_company
from tests.witness.series import Exchange
from tests.witness.statements import Books
from tests.witness.terms import Tested, write_steps
from tests.witness.trading import buy_plants, find_bought, sell_assets, spend_capex, trade

PASSES = 300


@dataclass(frozen=True)
class Company:
    """A company projected over its horizon and run-off: its rows, and its loans by day."""

    plan: Plan
    calendar: Calendar
    exchange: Exchange
    contracts: dict[str, Contract]
    ledgers: dict[str, Ledger]
    rows: Rows
    threshold: float


def project_company(plan: Plan, contracts: dict[str, Contract] | None = None, burden: Row | None = None) -> Company:
    """Project a plan, with a burden on its overhead if one is given.

    Terms that rest on rows of the plan itself are read from the pass before, until two passes say the same.
    """
    company = project_once(plan, contracts, burden, {})
    for _ in range(PASSES if rests_on_itself(plan, company.contracts) else 0):
        before, company = company, project_once(plan, contracts, burden, company.rows)
        if all(same_rows(before.rows[path], row) for path, row in company.rows.items()):
            break
    return company


def rests_on_itself(plan: Plan, contracts: dict[str, Contract]) -> bool:
    """Whether terms of a plan rest on its own rows: a lock-up, steps, a condition, cash that pays for projects, sculpting."""
    company, funding = plan.get("company", {}), plan.get("funding", {})
    owners = bool(company.keys() & {"equity_limit"}) or any(
        "available" in (block or {}).values() for block in funding.values()
    )
    return owners or any(
        contract.style == "sculpted" or re.search("'(by|while|lock_up|prepayments|draw_stop)'", str(contract.block))
        for contract in contracts.values()
    )


def same_rows(one: Row, other: Row) -> bool:
    """Whether two rows are the same but for what rounding leaves."""
    return bool(np.allclose(one, other, rtol=1e-11, atol=1e-7, equal_nan=True))


def project_once(plan: Plan, contracts: dict[str, Contract] | None, burden: Row | None, known: Rows) -> Company:
    """Project a plan once, with what rests on its own rows read from rows that are known.

    Loans that are drawn lead to a run-off if they mature later (docs/conventions.md, section 7, run-off).
    """
    calendar = read_calendar(plan["horizon"], plan.get("indices", {}))
    if contracts is None:
        contracts = read_contracts(plan, calendar.eve)
    _, ledgers = settle_funding(plan, contracts, calendar)
    maturities = [contracts[name].matures for name, ledger in ledgers.items() if not ledger.idle]
    calendar = calendar.extend(max(maturities, default=None))
    exchange = Exchange(plan, calendar)
    contracts = {name: replace(contract, tested=Tested(known, calendar)) for name, contract in contracts.items()}
    rows, ledgers = settle_funding(plan, contracts, calendar, known)
    trade(plan, exchange, rows)
    if burden is not None:
        rows["accounts.overhead"] = rows["accounts.overhead"] + burden
    sell_assets(plan, exchange, rows)
    depreciate_assets(plan, calendar, rows)
    tie_capital(plan, calendar, rows)
    earn_operations(plan, calendar, rows)
    earn_unlevered(plan, calendar, rows)
    aim_loans(ledgers, exchange, rows, known)
    locked = find_locked(contracts, calendar, known, CENT)
    books = Books(plan, ledgers, exchange, rows, locked)
    openings = {
        name: ledger.owed * exchange.on_day(contracts[name].currency, calendar.eve) for name, ledger in ledgers.items()
    }
    books.project()
    rows.update(locked)
    rows.update(find_limits(contracts, calendar))
    rows.update(find_stopped(contracts, calendar, known))
    rows["accounts.equity_for_cash"] = books.cells["accounts.equity_for_cash"]
    draw_statements(plan, list(contracts), calendar, rows)
    serve_debt([(name, contract.style == "revolver") for name, contract in contracts.items()], calendar, rows)
    commitments = sum(c.commitment * exchange.on_day(c.currency, calendar.eve) for c in contracts.values())
    threshold = find_threshold(plan, rows, commitments, calendar.horizon)
    open_loans(openings, rows)
    for code in {*plan.get("exchange", {}), *(contract.currency for contract in contracts.values())} - {exchange.home}:
        rows[f"exchange.{code}.average"], rows[f"exchange.{code}.closing"] = (
            exchange.average(code),
            exchange.closing(code),
        )
    cover_loans(contracts, calendar, rows, threshold)
    cover_life(contracts, calendar, rows, threshold)
    weigh_company(calendar, rows, threshold)
    form_ratios(plan, calendar, rows, threshold)
    for name, contract in contracts.items():
        rows.update(write_steps(name, contract.block, Tested(known, calendar)))
    return Company(plan, calendar, exchange, contracts, ledgers, rows, threshold)


def settle_funding(
    plan: Plan, contracts: dict[str, Contract], calendar: Calendar, known: Rows | None = None
) -> tuple[Rows, dict[str, Ledger]]:
    """Return the rows up to funding, and the loans with what funding draws, financing costs settled (section 5)."""
    exchange = Exchange(plan, calendar)

    def spend(costs: dict[str, Row]) -> tuple[Rows, dict[str, Ledger]]:
        """Fund the plan with given financing costs."""
        rows: Rows = {}
        ship_output(plan, exchange, rows)
        spend_capex(plan, exchange, rows)
        buy_plants(plan, exchange, rows)
        Funding(plan, contracts, exchange, rows, costs, Limits(plan, known or {}, calendar)).pay_all()
        return rows, open_ledgers(plan, contracts, calendar, rows)

    rows, _ = find_fixed_point(plan, exchange, spend)
    return rows, open_ledgers(plan, contracts, calendar, rows)


def open_ledgers(plan: Plan, contracts: dict[str, Contract], calendar: Calendar, rows: Rows) -> dict[str, Ledger]:
    """Return the loans with all that is planned to be drawn on them (section 4, which loans are drawn)."""
    gap = plan.get("company", {}).get("gap", ["revolver"])
    ledgers = {}
    for name, contract in contracts.items():
        draws: dict[date, float] = dict(contract.draws)
        for day, amount in zip(calendar.last_days, rows.get(f"loans.{name}.funded", []), strict=False):
            if amount > 0:
                draws[day] = draws.get(day, 0.0) + float(amount)
        days = [calendar.eve, *calendar.last_days]
        ledgers[name] = Ledger(contract, draws, days, find_last_draw(plan, name, rows, calendar))
        revolves = contract.style == "revolver" and ("revolver" in gap or name in gap)
        ledgers[name].idle = not draws and not revolves
    return ledgers


def project_without(plan: Plan, written: Plan) -> Company:
    """Project the company that does nothing new, financed as the plan was written (section 7, owners, rule 2)."""
    other = copy.deepcopy(plan)
    other.pop("projects", None)
    bought = find_bought(plan)
    if set(bought) - set(find_bought(written)):
        raise NotImplementedError("the witness does not know plants that only an option buys")
    funding = {name: copy.deepcopy(block) for name, block in written.get("funding", {}).items() if name in bought}
    other["rates"], other["funding"] = written.get("rates", {}), funding
    for block, keys in (
        ("company", ("equity", "dividends", "payouts", "equity_limit", "gap")),
        ("money", ("minimum_cash",)),
    ):
        source, target = written.get(block, {}), other.setdefault(block, {})
        for key in keys:
            target.pop(key, None)
            if key in source:
                target[key] = copy.deepcopy(source[key])
    calendar = read_calendar(plan["horizon"], plan.get("indices", {}))
    exchange = Exchange(plan, calendar)
    contracts = {
        name: contract
        for name, contract in read_contracts(written, calendar.eve).items()
        if is_owed_on(contract, calendar.eve) or any(name in (block or {}) for block in funding.values())
    }
    rows: Rows = {}
    ship_output(other, exchange, rows)
    spend_capex(other, exchange, rows)
    buy_plants(other, exchange, rows)
    Funding(other, contracts, exchange, rows).pay_all()
    for name, contract in contracts.items():
        if not is_owed_on(contract, calendar.eve):
            taken = float(rows[f"loans.{name}.funded"].sum())
            terms = {key: value for key, value in contract.block.items() if key != "draws"}
            if contract.draws or any(
                name in (written.get("funding", {}).get(key) or {}) for key in written.get("projects", {})
            ):
                terms = cut_terms(terms, taken / contract.commitment)
            contracts[name] = replace(contract, block=terms, commitment=taken)
    gap = other["company"].get("gap", ["revolver"])
    gap = [gap] if isinstance(gap, str) else gap
    other["company"]["gap"] = [name for name in gap if name in {"revolver", "equity"} or name in contracts]
    return project_company(other, contracts)


def cut_terms(terms: Plan, share: float) -> Plan:
    """Return the terms of a loan with all amounts of money beside the commitment in proportion (section 7, owners)."""
    by = {"times": repr(share)}
    result = copy.deepcopy(terms)
    if "agency" in result.get("fees", {}):
        result["fees"]["agency"] = operate(result["fees"]["agency"], by)
    repayment = result.get("repayment", {})
    for key in {"balloon", "payment"} & repayment.keys():
        repayment[key] = operate(repayment[key], by)
    if not any(is_share(text) for text in repayment.get("schedule", {}).values()) and "schedule" in repayment:
        repayment["schedule"] = operate(repayment["schedule"], by)
    if "prepayments" in result:
        result["prepayments"] = operate(result["prepayments"], by)
    return result


def is_owed_on(contract: Contract, eve: date) -> bool:
    """Whether a loan is owed on the eve of the horizon: signed by then, and drawn."""
    return contract.signed <= eve < contract.matures and any(day <= eve for day in contract.draws)
