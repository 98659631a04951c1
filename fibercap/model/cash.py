"""Loans that depend on cash, carried period by period, and what cash decides of them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from fibercap.model.loans.account import Account
from fibercap.model.loans.discounting import by_event
from fibercap.model.loans.periods import days_left
from fibercap.model.loans.prepared import Prepared
from fibercap.model.loans.style import held, per_draw

if TYPE_CHECKING:
    from collections.abc import Mapping

    from fibercap.core.timeline import Timeline
    from fibercap.core.units import Array
    from fibercap.model.loans.setting import Moved, Setting

EQUITY: Final = "equity"


@dataclass(frozen=True)
class Moves:
    """What cash decides in each period, `(period,)` or `(draw, period)`. [money]

    `paid` is repaid on revolvers or swept from other loans, `called` drawn on revolvers, both by loan; `equity` is what
    owners pay in to hold cash, `dividends` what they are paid.
    """

    paid: Mapping[str, Array] = field(default_factory=dict)
    called: Mapping[str, Array] = field(default_factory=dict)
    equity: Array | None = None
    dividends: Array | None = None


@dataclass(frozen=True)
class Known:
    """What is known of each period before cash decides, `(period,)` or `(draw, period)`. [money]

    `pretax` is income and `flow` cash, both without what loans that depend on cash bring and cost, tax, dated
    prepayments and dividends left out of the flow. `prepaid` are dated prepayments of other loans, `dividends` what is
    planned and not barred. `earned` are retained earnings at the horizon's start without those loans, `()` or
    `(draw, 1)`.
    """

    pretax: Array
    flow: Array
    prepaid: Array
    dividends: Array
    earned: Array


class CashLoan:
    """A loan whose flows depend on cash, carried period by period. Amounts are numbers, or arrays (draw,). [money]"""

    repayable: Any = 0.0
    """What may be repaid on the last day of the period that was run."""
    cost: Any = 0.0
    """Interest and fees of that period, the upfront fee as it is expensed."""
    cash: Any = 0.0
    """What it brings in that period before it is prepaid, repaid or swept."""
    prepaid: Any = 0.0
    """What is prepaid on dates in that period."""
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
        eve, *self._days_left = days_left(setting.loan, timeline.eve, *timeline.dates).tolist()
        self._deferred = self._fee * eve
        self._trifle = per_draw(course.trifle)
        for event in self._events.get(-1, []):
            self.account.serve(event)
            self.account.move(event, self._drawn[event], self._prepaid[event])
        self.earned = self._deferred - self.account.balance - self.account.accrued - self.account.fees_owed
        """What it leaves of retained earnings at the horizon's start."""

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
            * self._days_left[period]
            * np.logical_or(account.balance > self._trifle, self._timeline.ends[period] < self._until)
        )
        self.cost = sums["interest"] + sums["fees"] + self._deferred + upfront - deferred
        self._deferred = deferred
        paid = sums["interest_due"] - sums["capitalized"] + sums["fees_paid"] + sums["scheduled"]
        drawn = sum((self._drawn[event] for event in events), start=0.0)
        self.cash, self.prepaid = drawn - paid - upfront, sums["prepaid"] + planned

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
