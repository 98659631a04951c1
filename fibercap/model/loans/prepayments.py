"""Dated prepayments of a plan: limited to the cash above its minimum once revolvers are repaid."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np

from fibercap.core.calendar import serial
from fibercap.core.formulas.prefixed import prefix_text
from fibercap.core.formulas.rows import Row
from fibercap.core.timeline import FLOW
from fibercap.model.cash.ranks import by_rank
from fibercap.model.cash.reserves import left_by_service
from fibercap.model.currency.exchange import day_rates
from fibercap.model.horizon.run_off import RUN_OFF
from fibercap.model.income.operations import sum_row
from fibercap.model.loans.clauses.values_by_day import text_on_day

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from fibercap.core.formulas.rows import Block
    from fibercap.core.formulas.sheet import Sheet
    from fibercap.core.units import Array
    from fibercap.model.plan.plan import Plan

FEES: Final = "accounts.prepayment_fees"
Cuts = dict[tuple[str, "date"], "Array"]
"""By how much each prepayment is cut, by loan and day, `()` or `(sample, 1)`, in the loan's currency. [money]"""


class Prepayment(NamedTuple):
    """A dated prepayment of a loan, and the column of the model period in which it falls."""

    loan: str
    day: date
    amount: Array
    period: int
    before: str = ""
    """The path of the cash that the prepayment before it in its period leaves; "" of the first one."""

    @property
    def left_path(self) -> str:
        """The path of the cash that it leaves to the next one of its period."""
        return f"loans.{self.loan}.prepayments.{self.day}.left"


def prepayments(plan: Plan) -> list[Prepayment]:
    """Return the prepayments that fall within the horizon and its run-off, in the order in which they are served."""
    drawn = [name for name in by_rank(plan) if name not in plan.undrawn]
    lent = [(name, by) for name in drawn if (by := plan.loans[name].prepayments)]
    dated = [Prepayment(name, day, much, plan.timeline.index(day)) for name, by in lent for day, much in by.items()]
    served: list[Prepayment] = []
    last: dict[int, str] = {}
    for item in dated:
        if 0 <= item.period < plan.timeline.count:
            served.append(item._replace(before=last.get(item.period, "")))
            last[item.period] = item.left_path
    return served


def prepays(plan: Plan) -> list[str]:
    """Return the loans that have prepayments within the horizon and its run-off."""
    return list(dict.fromkeys(p.loan for p in prepayments(plan)))


def prepayments_row(sheet: Sheet, plan: Plan) -> Array:
    """Write `accounts.prepayments`, unless there are none; return them with their fees, (..., period). [money]

    Parameters
    ----------
    sheet, plan : Sheet, Plan
        The sheet that has the loans' rows and gets this one, and the plan.
    """
    if not (names := prepays(plan)):
        return np.zeros(sheet.length)
    paths = [prepaid_text(plan, name) for name in names]
    row = Row("accounts.prepayments", "Dated prepayments of loans", plan.currency, FLOW, " + ".join(paths))
    paid = sheet.line(row)
    return paid + sheet.value(FEES) if FEES in sheet else paid


def prepayment_fees_row(sheet: Sheet, plan: Plan) -> None:
    """Write `accounts.prepayment_fees`, unless no loan has any. [money]

    Parameters
    ----------
    sheet, plan : Sheet, Plan
        The sheet that has the loans' rows and gets this one, and the plan.
    """
    if paths := [path for name in plan.loans if (path := f"loans.{name}.prepayment_fees") in sheet]:
        sum_row(sheet, FEES, "Prepayment fees", plan.currency, FLOW, paths)


def prepaid_text(plan: Plan, name: str) -> str:
    """Return the formula of what a loan is prepaid on its dates in a model period. [money]

    Parameters
    ----------
    plan, name : Plan, str
        The plan and the loan.
    """
    prefix, principal = f"loans.{name}", "known_principal" if plan.loans[name].needs_cash else "principal"
    return f"({{{prefix}.{principal}}} - {{{prefix}.scheduled}})"


def free_text(plan: Plan, least: str) -> str:
    """Return the formula of the cash above its minimum that service and revolvers leave in a period. [money]

    Parameters
    ----------
    plan : Plan
        The plan.
    least : str
        Formula of the minimum of cash. [money]
    """
    repaid = "".join(f" - {{loans.{name}.repaid}}" for name, loan in plan.loans.items() if loan.revolves)
    return f"{{{left_by_service(plan)}}}{repaid} - {least}"


def cuts_by_day(plan: Plan, cuts: Cuts) -> dict[str, dict[date, tuple[Array, str]]]:
    """Return, by loan and day, by how much a prepayment is cut, and the formula text of it. [money]

    Parameters
    ----------
    plan, cuts : Plan, Cuts
        The plan, and by how much a round cuts its prepayments.

    Source
    ------
    docs/conventions.md, section 5. The interest of a period depends on a prepayment within it, so that the cut is
    found in rounds; a law proves that it agrees with this formula.
    """
    by_loan: dict[str, dict[date, tuple[Array, str]]] = {name: {} for name in plan.loans}
    for item in prepayments(plan):
        text = _as_split(plan, item, _cut_text(plan, item))
        by_loan[item.loan][item.day] = cuts.get((item.loan, item.day), np.asarray(0.0)), text
    return by_loan


def left_rows(sheet: Sheet, plan: Plan) -> None:
    """Write what cash each prepayment leaves to the next one of its period: `loans.<l>.prepayments.<day>.left`. [money]

    Parameters
    ----------
    sheet, plan : Sheet, Plan
        The sheet that has all rows of the last round and gets these scalars, and the plan.
    """
    served = prepayments(plan)
    followed = {item.before for item in served}
    for item in served:
        if item.left_path in followed:
            text = f"{_left_before(plan, item)} - {_paid_text(plan, item)}"
            value = _scalar(sheet.work_out(text))
            sheet.give(item.left_path, plan.currency, value, formula=_as_split(plan, item, text))


def _cut_text(plan: Plan, item: Prepayment) -> str:
    room = f"MAX({_left_before(plan, item)}, 0)"
    if plan.loan_currency(item.loan) != plan.currency:
        room = f"{room} / ({_rate_text(plan, item)})"
    if plan.loans[item.loan].charges_prepayments:
        room = f"{room} / (1 + {_fee_text(plan, item)})"
    return f"MAX({{inputs.loans.{item.loan}.prepayments.{item.day}}} - {room}, 0)"


def _left_before(plan: Plan, item: Prepayment) -> str:
    """Return the formula text of the cash above its minimum that a prepayment may take. [money]"""
    if item.before:
        return f"{{{item.before}}}"
    free = free_text(plan, "{inputs.money.minimum_cash}")
    return f"SUM(({free}) * ({{time.period}} = {item.period + 1}))"


def _as_split(plan: Plan, item: Prepayment, text: str) -> str:
    """Return a formula text as it stands once the run-off is split from the horizon."""
    return text if item.period < plan.timeline.within else prefix_text(text, RUN_OFF, frozenset(_in_periods(plan)))


def _spent_rows(plan: Plan, item: Prepayment) -> list[str]:
    """Return the rows of a loan's schedule that say what is prepaid and charged on its dates."""
    loan, prefix = plan.loans[item.loan], f"loans.{item.loan}.schedule"
    fees = [f"{prefix}.prepayment_fee"] if loan.charges_prepayments else []
    return [f"{prefix}.{'known_prepaid' if loan.needs_cash else 'prepaid'}", *fees]


def _paid_text(plan: Plan, item: Prepayment) -> str:
    """Return the formula text of what a prepayment costs with its fee, in the reporting currency."""
    prefix = f"loans.{item.loan}.schedule"
    on = f"{{inputs.loans.{item.loan}.prepayments.{item.day}.on}}"
    text = " + ".join(f"SUMIFS({{{row}}}, {{{prefix}.date}}, {on})" for row in _spent_rows(plan, item))
    rate = "" if plan.loan_currency(item.loan) == plan.currency else f" * ({_rate_text(plan, item)})"
    return f"({text}){rate}"


def _fee_text(plan: Plan, item: Prepayment) -> str:
    """Return the reference to the fee on the day of a prepayment, as a share of it."""
    fee, path = plan.loans[item.loan].prepayment_fee, f"inputs.loans.{item.loan}.prepayment_fee"
    if fee.linear:
        keys = [f"{{{path}.{name}}}" for name in fee.names]
        on = f"{{inputs.loans.{item.loan}.prepayments.{item.day}.on}}"
        return f"({text_on_day(path.removeprefix('inputs.'), fee, keys, on)})"
    return f"{{{path}.{fee.names[fee.number_on(item.day)]}}}" if fee.names else f"{{{path}}}"


def _fee_on(plan: Plan, item: Prepayment) -> Array | float:
    """Return the fee on the day of a prepayment, as a share of it; 0 of a loan that charges none."""
    loan = plan.loans[item.loan]
    return loan.prepayment_fee.by_day([item.day]) if loan.charges_prepayments else 0.0


def _rate_text(plan: Plan, item: Prepayment) -> str:
    """Return the formula text of the rate of the loan's currency on the day of a prepayment."""
    on = f"{{inputs.loans.{item.loan}.prepayments.{item.day}.on}}"
    rates = day_rates(plan, plan.loan_currency(item.loan))
    return rates.text(rates.counted_day_text(on))


def _in_periods(plan: Plan) -> list[str]:
    """Return the rows in model periods that formulas of cuts read."""
    repaid = (f"loans.{name}.repaid" for name, loan in plan.loans.items() if loan.revolves)
    return ["time.period", left_by_service(plan), *repaid]


def cuts_of(plan: Plan, sheet: Sheet, schedules: Mapping[str, Block]) -> Cuts:
    """Return by how much each prepayment is to be cut, from the rows of a round. [money]

    Parameters
    ----------
    plan, sheet : Plan, Sheet
        The plan, and the sheet that has all rows of a round.
    schedules : mapping
        Blocks of events, by loan.

    Source
    ------
    docs/conventions.md, section 4, Prepayments.
    """
    cuts: Cuts = {}
    served: dict[int, Any] = {}
    free = sheet.value(left_by_service(plan)) - plan.money.minimum_cash
    for name, loan in plan.loans.items():
        if loan.revolves:
            free = free - sheet.value(f"loans.{name}.repaid")
    for item in prepayments(plan):
        code, column = plan.loan_currency(item.loan), slice(item.period, item.period + 1)
        rate = day_rates(plan, code).rates_on([serial(item.day)]) if code != plan.currency else np.ones(1)
        with_fee = 1.0 + _fee_on(plan, item)
        room = np.maximum(free[..., column] - served.get(item.period, 0.0), 0.0) / rate / with_fee
        cut = np.maximum(item.amount - room, 0.0)
        cuts[item.loan, item.day] = _scalar(cut)
        block = schedules[f"loans.{item.loan}.schedule"]
        on = block.values[f"{block.name}.date"] == serial(item.day)
        spent = sum(block.values[row] for row in _spent_rows(plan, item))
        # The next ones take what this one leaves once it is cut so; then a period needs no round for each.
        less = (cut - block.given[f"loans.{item.loan}.prepayments.{item.day}.cut"].value) * with_fee
        paid = np.maximum((spent * on).sum(axis=-1, keepdims=True) - less, 0.0) * rate
        served[item.period] = served.get(item.period, 0.0) + paid
    return cuts


def _scalar(value: Array) -> Array:
    return np.asarray(value if value.ndim > 1 else value[0])
