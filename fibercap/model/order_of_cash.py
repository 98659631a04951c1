"""The order of cash, period by period: service, revolvers, prepayments, sweeps, dividends, and who lifts cash.

Nothing is circular: interest of a period runs on balances opened with, so tax and cash after service are known before
any revolver or sweep moves, and those move on the period's last day.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from fibercap.model.cash import EQUITY, Moves
from fibercap.model.loans.style import held
from fibercap.model.tax import YEAR, Losses

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from fibercap.core.sheet import Sheet
    from fibercap.core.units import Array
    from fibercap.model.cash import CashLoan, Known
    from fibercap.model.plan import Plan


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

    @property
    def accrued(self) -> Array:
        """The tax on the income of the last period, whenever it is paid. [money]"""
        return self._taxes[-1]

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


def solve(plan: Plan, sheet: Sheet, loans: Mapping[str, CashLoan], known: Known) -> Moves:
    """Decide period by period what is repaid, swept, paid to owners, drawn on revolvers, and called from owners.

    Parameters
    ----------
    plan, sheet
        The plan; the sheet knows the tax rate.
    loans : mapping
        The loans that depend on cash, by name, in the order of the file.
    known : Known
        Income, cash flow and dividends without them.

    Source
    ------
    docs/conventions.md, section 5: scheduled service, revolvers repaid, dated prepayments, sweeps, dividends, the gap.
    """
    order = _Order(plan, sheet, loans, known)
    for period in range(plan.timeline.count):
        order.serve(period)
        order.repay(name for name, loan in loans.items() if loan.loan.revolves)
        order.prepay(period)
        order.repay(name for name, loan in loans.items() if not loan.loan.revolves)
        order.pay_dividends(period)
        order.lift(period)
    return order.moves


class _Order:
    """Cash and retained earnings from step to step, and what each step moved in each period. [money]"""

    def __init__(self, plan: Plan, sheet: Sheet, loans: Mapping[str, CashLoan], known: Known) -> None:
        self.plan, self.loans, self.known = plan, loans, known
        self.least, self.cash = plan.money.minimum_cash, plan.opening.cash
        self.earned = known.earned + sum((_across(loan.earned) for loan in loans.values()), start=np.zeros(1))
        self._taxpayer = _Taxpayer(plan, sheet.value("inputs.tax.rate"))
        self._paid: dict[str, list[Array]] = {name: [] for name in loans}
        self._called: dict[str, list[Array]] = {name: [] for name, loan in loans.items() if loan.loan.revolves}
        self._equity: list[Array] = []
        self._dividends: list[Array] = []

    @property
    def free(self) -> Array:
        """Cash above its minimum as it stands, not below zero."""
        return np.maximum(self.cash - self.least, 0.0)

    def serve(self, period: int) -> None:
        """Add what operations, investment, equity on dates and scheduled service bring, tax paid."""
        at, loans, known = slice(period, period + 1), self.loans.values(), self.known
        for loan in loans:
            loan.run(period)
        cost = sum((_across(loan.cost) for loan in loans), start=np.zeros(1))
        brought = sum((_across(loan.cash) for loan in loans), start=np.zeros(1))
        income = known.pretax[..., at] - cost
        self.cash = self.cash + known.flow[..., at] + brought - self._taxpayer.paid(period, income)
        self.earned = self.earned + income - self._taxpayer.accrued

    def repay(self, names: Iterable[str]) -> None:
        """Repay revolvers from all that is free, or sweep other loans from their share of it."""
        for name in names:
            loan = self.loans[name]
            share = 1.0 if loan.loan.revolves else loan.loan.sweep * loan.pays
            amount = np.minimum(share * self.free, _across(loan.repayable))
            self._paid[name].append(amount)
            self.cash = self.cash - amount

    def prepay(self, period: int) -> None:
        """Take off what is prepaid on dates; it has been cut to what is free, see `prepayments`."""
        dated = sum((_across(loan.prepaid) for loan in self.loans.values()), start=np.zeros(1))
        self.cash = self.cash - self.known.prepaid[..., period : period + 1] - dated

    def pay_dividends(self, period: int) -> None:
        """Pay what is planned, not beyond what is free, and not beyond retained earnings of the period's end."""
        amount = self.known.dividends[..., period : period + 1]
        if np.any(amount):
            amount = np.minimum(amount, np.minimum(self.free, np.maximum(self.earned, 0.0)))
        self._dividends.append(amount)
        self.cash, self.earned = self.cash - amount, self.earned - amount

    def lift(self, period: int) -> None:
        """Lift cash to its minimum by those whom `gap` names, in their order, and end the period.

        Owners are not called in a run-off.
        """
        drawn, owners = dict.fromkeys(self._called, np.zeros(1)), np.zeros(1)
        owners_pay = period < self.plan.timeline.within
        for name in (name for name in self.plan.lifts if owners_pay or name != EQUITY):
            short = np.maximum(self.least - self.cash, 0.0)
            if name == EQUITY:
                owners = short
            else:
                room = self.loans[name].room(_single(self._paid[name][-1]))
                short = drawn[name] = np.minimum(short, _across(room))
            self.cash = self.cash + short
        self._equity.append(owners)
        for name, loan in self.loans.items():
            loan.finish(_single(self._paid[name][-1]), _single(drawn[name]) if name in drawn else 0.0)
        for name, amount in drawn.items():
            self._called[name].append(amount)

    @property
    def moves(self) -> Moves:
        """What cash has decided."""
        return Moves(
            paid={name: _series(amounts) for name, amounts in self._paid.items()},
            called={name: _series(amounts) for name, amounts in self._called.items()},
            equity=_series(self._equity),
            dividends=_series(self._dividends),
        )


def _series(amounts: list[Array]) -> Array:
    return np.concatenate(np.broadcast_arrays(*amounts), axis=-1)
