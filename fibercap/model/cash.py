"""Cash period by period, where loans depend on it: revolvers, sweeps, and who lifts cash to its minimum.

Nothing is circular: interest of a period runs on balances opened with, so tax and cash after service are known before
any revolver or sweep moves, and those move on the period's last day.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from fibercap.model.loans.account import Account
from fibercap.model.loans.discounting import by_event
from fibercap.model.loans.flows import HALF_A_CENT
from fibercap.model.loans.periods import days_left
from fibercap.model.loans.prepared import Prepared
from fibercap.model.loans.style import held, per_draw
from fibercap.model.tax import YEAR, Losses

if TYPE_CHECKING:
    from collections.abc import Mapping

    from fibercap.core.rows import Sheet
    from fibercap.core.timeline import Timeline
    from fibercap.core.units import Array
    from fibercap.model.loans.setting import Moved, Setting
    from fibercap.model.plan import Plan

EQUITY: Final = "equity"


@dataclass(frozen=True)
class Moves:
    """What cash decides in each period, `(period,)` or `(draw, period)`. [money]

    `paid` is repaid on revolvers or swept from other loans, `called` drawn on revolvers, both by loan.
    """

    paid: Mapping[str, Array] = field(default_factory=dict)
    called: Mapping[str, Array] = field(default_factory=dict)
    equity: Array | None = None


class CashLoan:
    """A loan whose flows depend on cash, carried period by period. Amounts are numbers, or arrays (draw,). [money]"""

    repayable: Any = 0.0
    """What may be repaid on the last day of the period that was run."""
    cost: Any = 0.0
    """Interest and fees of that period, the upfront fee as it is expensed."""
    cash: Any = 0.0
    """What it brings in that period before it is repaid or swept."""
    pays: bool = False
    """Whether a payment date falls in that period."""

    def __init__(self, setting: Setting, moved: Moved, timeline: Timeline) -> None:
        prepared = Prepared(setting, moved)
        course, grid = prepared.known(), prepared.grid
        self.loan, self._timeline = setting.loan, timeline
        self.account = Account(setting.loan, grid, course)
        self._drawn, self._prepaid = by_event(course.drawn), by_event(course.prepaid)
        self._due, self._may = grid.is_payment, prepared.may_draw()
        self._later = _added_after(self._drawn)
        self._events: dict[int, list[int]] = {}
        for event, period in enumerate(grid.period):
            self._events.setdefault(int(period) - 1, []).append(event)
        self._ends = {day: event for event, day in reversed(list(enumerate(grid.dates)))}
        self._end: int | None = None
        self._fee, self._until = per_draw(setting.loan.commitment * setting.loan.fees.upfront), per_draw(prepared.until)
        self._deferred = self._fee * days_left(setting.loan, timeline.eve)
        for event in self._events.get(-1, []):
            self.account.serve(event)
            self.account.move(event, self._drawn[event], self._prepaid[event])

    def run(self, period: int) -> None:
        """Carry the loan through a period, up to what its last day moves."""
        account, day = self.account, self._timeline.dates[period]
        self._end, events = self._ends.get(day), self._events.get(period, [])
        for event in events:
            account.serve(event)
            if event != self._end:
                account.move(event, self._drawn[event], self._prepaid[event])
        planned: Any = 0.0 if self._end is None else held(np.minimum(self._prepaid[self._end], account.balance))
        self.repayable = 0.0 if self._end is None else account.balance - planned
        self.pays = any(self._due[event] for event in events)
        sums = {key: sum((values[event] for event in events), start=0.0) for key, values in account.kept.items()}
        upfront = self._fee * (self._timeline.index(self.loan.signed) == period)
        deferred = (
            self._fee
            * days_left(self.loan, day)
            * np.logical_or(account.balance > HALF_A_CENT, self._timeline.ends[period] < self._until)
        )
        self.cost = sums["interest"] + sums["fees"] + self._deferred + upfront - deferred
        self._deferred = deferred
        paid = sums["interest_due"] - sums["capitalized"] + sums["fees_paid"] + sums["scheduled"] + sums["prepaid"]
        drawn = sum((self._drawn[event] for event in events), start=0.0)
        self.cash = drawn - paid - planned - upfront

    def room(self, paid: Any) -> Any:  # noqa: ANN401 - a number or an array
        """Return what may still be drawn on the period's last day after a repayment, planned draws set aside."""
        if self._end is None:
            return 0.0
        owed = self.repayable - paid + self._drawn[self._end] + self._later[self._end]
        return np.maximum(per_draw(self.loan.commitment) - owed, 0.0) * self._may[self._end]

    def finish(self, paid: Any, called: Any) -> None:  # noqa: ANN401 - numbers or arrays
        """Move money on the period's last day."""
        if self._end is not None:
            self.account.move(self._end, self._drawn[self._end] + called, self._prepaid[self._end] + paid)


def _added_after(drawn: list[Any]) -> list[Any]:
    """Return what is planned to be drawn after each event. [money]"""
    later: list[Any] = [0.0]
    for amount in reversed(drawn[1:]):
        later.append(later[-1] + amount)
    return later[::-1]


class _Taxpayer:
    """Tax of one period after another."""

    def __init__(self, plan: Plan, rate: Array) -> None:
        self._plan, self._rate, self._losses = plan, rate, Losses(plan)
        self._years = plan.timeline.groups("year").values()
        self._opens, dates = {y.start for y in self._years}, plan.timeline.dates
        self._closes = {y.stop - 1 for y in self._years if dates[y.stop - 1].month == YEAR}
        self._income: Array = np.asarray(0.0)
        self._to_date: Array = np.asarray(0.0)
        self._taxes: list[Array] = []

    def paid(self, period: int, income: Array) -> Array:
        """Return the tax paid in a period, from its pretax income, (..., 1). [money]"""
        if period in self._opens:
            self._income, self._to_date = np.asarray(0.0), np.asarray(0.0)
        self._income = self._income + income
        _, used, made, gone = self._losses.within(self._income)
        to_date = self._rate[..., period : period + 1] * (np.maximum(self._income, 0.0) - used)
        self._taxes.append(to_date - self._to_date)
        self._to_date = to_date
        if period in self._closes:
            self._losses.close(made, gone)
        back = period - self._plan.tax.lag // self._plan.timeline.months
        return self._taxes[back] if back >= 0 else np.zeros(1)


def _across(amount: Any) -> Array:  # noqa: ANN401 - a number or an array (draw,)
    """Return an account's amount as `(1,)` or `(draw, 1)`."""
    return np.asarray(amount, dtype=float)[..., None]


def _single(amount: Array) -> Any:  # noqa: ANN401 - a number or an array (draw,)
    """Return `(1,)` or `(draw, 1)` as an account holds it."""
    return held(amount[..., 0])


def solve(plan: Plan, sheet: Sheet, loans: Mapping[str, CashLoan], pretax: Array, flow: Array) -> Moves:
    """Decide period by period what is repaid, swept, drawn on revolvers, and called from owners.

    Parameters
    ----------
    plan, sheet
        The plan; the sheet knows the tax rate and dividends.
    loans : mapping
        The loans that depend on cash, by name, in the order of the file.
    pretax, flow : (period,) or (draw, period)
        Pretax income without what these loans cost, and cash flow without them, tax and dividends left out. [money]

    Source
    ------
    finance.md, section 5: scheduled service, revolver repayment, sweep, dividends, then the gap.
    """
    least, cash, taxpayer = plan.money.minimum_cash, plan.opening.cash, _Taxpayer(plan, sheet.value("inputs.tax.rate"))
    paid: dict[str, list[Array]] = {name: [] for name in loans}
    called: dict[str, list[Array]] = {name: [] for name, loan in loans.items() if loan.loan.revolves}
    equity: list[Array] = []
    revolvers = [name for name in plan.lifts if name != EQUITY]  # owners are not called in a run-off
    for period in range(plan.timeline.count):
        at = slice(period, period + 1)
        for loan in loans.values():
            loan.run(period)
        cost = sum((_across(loan.cost) for loan in loans.values()), start=np.zeros(1))
        brought = sum((_across(loan.cash) for loan in loans.values()), start=np.zeros(1))
        cash = cash + flow[..., at] + brought - taxpayer.paid(period, pretax[..., at] - cost)
        for name, loan in sorted(loans.items(), key=lambda item: not item[1].loan.revolves):
            share = 1.0 if loan.loan.revolves else loan.loan.sweep * loan.pays
            amount = np.minimum(share * np.maximum(cash - least, 0.0), _across(loan.repayable))
            paid[name].append(amount)
            cash = cash - amount
        cash = cash - sheet.value("accounts.dividends")[..., at]
        drawn = dict.fromkeys(called, np.zeros(1))
        owners = np.zeros(1)
        for name in plan.lifts if period < plan.timeline.within else revolvers:
            short = np.maximum(least - cash, 0.0)
            if name == EQUITY:
                owners = short
            else:
                short = drawn[name] = np.minimum(short, _across(loans[name].room(_single(paid[name][-1]))))
            cash = cash + short
        equity.append(owners)
        for name, loan in loans.items():
            loan.finish(_single(paid[name][-1]), _single(drawn[name]) if name in drawn else 0.0)
        for name, amount in drawn.items():
            called[name].append(amount)
    return Moves(
        paid={name: _series(amounts) for name, amounts in paid.items()},
        called={name: _series(amounts) for name, amounts in called.items()},
        equity=_series(equity),
    )


def _series(amounts: list[Array]) -> Array:
    return np.concatenate(np.broadcast_arrays(*amounts), axis=-1)
