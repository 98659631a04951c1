"""The account of a loan, carried from event to event."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import numpy.typing as npt

from fibercap.model.loans.clauses.rounding import Rounding
from fibercap.model.loans.events.discounting import Discounts
from fibercap.model.loans.events.flows import KEPT, Course, Flows
from fibercap.model.loans.events.interest import interest_on_one_by_event
from fibercap.model.loans.repayment.moment import Moment, by_event, float_or_array, per_sample
from fibercap.model.loans.repayment.recasts import later_installments
from fibercap.model.loans.repayment.style import principal_within

if TYPE_CHECKING:
    from fibercap.core.units import Array
    from fibercap.model.loans.events.grid import Grid
    from fibercap.model.loans.terms import Loan
SAME_RATE: Final = 1e-12
"""Two rates that differ by no more are the same, whoever computes them in another order. [1/year]"""


class Account:
    """Carries one loan: at each event `serve` counts interest and pays what is due, then `move` draws and prepays.

    Balances are numbers, or arrays (sample,). `kept` holds what happens, by name and event.
    """

    balance: Any = 0.0
    accrued: Any = 0.0
    drawn: Any = 0.0
    installment: Any = 0.0
    changed: Any = 1.0
    fees_owed: Any = 0.0
    interest_due: Any = 0.0
    counted: Any = 0.0
    fees_due: Any = 0.0
    service_due: Any = 0.0
    _unserved: Any = 0.0
    kept_share: Any = 1.0
    share_base: Any = 0.0

    def __init__(self, loan: Loan, grid: Grid, course: Course) -> None:
        self.loan, self.style = loan, loan.repayment
        self.regular_fraction = loan.interval / 12
        self._rounds = loan.rounding if isinstance(loan.rounding, Rounding) and not loan.rounding.carries else None
        self._compounds, self._grows = loan.compounding != "nominal", self.style.grows
        self._sets = self.style.sets
        one_rate = len(set(course.steps)) == 1
        self._rates = [float_or_array(course.rate[..., 0])] * len(grid.dates) if one_rate else by_event(course.rate)
        self._target, self._risky = by_event(course.target), _risky(grid, one_rate=one_rate)
        self.fell_short = False
        self._interest_on_one = interest_on_one_by_event(loan, course.rate, course.steps, grid.year_fraction)
        self._fraction, self._due = grid.year_fraction.tolist(), grid.is_payment.tolist()
        self._repays, self._final = grid.repays.tolist(), grid.is_final.tolist()
        self._capitalizes, self._left = grid.capitalizes.tolist(), grid.payments_left.tolist()
        self._serves = None if course.serves is None else course.serves.tolist()
        self._available = by_event(course.available)
        self._charges, self._commitment = loan.fees.recurring, per_sample(loan.commitment)
        self._trifle, fees = per_sample(course.trifle), course.fees
        self._undrawn, self._guarantee, self._agency = (by_event(fees[k]) for k in ("undrawn", "guarantee", "agency"))
        # False, not 0: `serve` skips an event by identity, without a look at arrays of samples.
        self._new_rate = [False] * len(grid.dates) if one_rate else _new_rates(loan, self._rates)
        self.discounts = Discounts(loan, grid, course.rate, course.steps)
        self._dated = by_event(course.dated)
        self._prepayment_fee = by_event(loan.prepayment_fee.by_day(grid.dates)) if loan.charges_prepayments else None
        zeros = [0.0] * len(grid.dates)
        self.kept: dict[str, list[Any]] = {key: zeros.copy() for key in KEPT}
        self._lowers = loan.lowers_in_proportion
        self._later = by_event(later_installments(course.target)) if self._lowers and not self.style.in_shares else None
        if self._lowers:
            self.kept["kept_by_recast"] = [1.0] * len(grid.dates)

    def serve(self, event: int) -> None:
        """Count interest and fees to date; on a payment date pay or capitalize them, and repay what is scheduled."""
        kept, balance, accrued = self.kept, self.balance, self.accrued
        kept["opening"][event] = balance
        # between payments interest is counted at every event; one that compounds must not depend on how many there are
        grown = (balance + accrued if self._compounds else balance) * self._interest_on_one[event]
        owed = accrued + grown
        if self._charges:
            self._charge(event)
        if self._new_rate[event] is not False:
            self.changed = self.changed + self._new_rate[event]
        kept["changed"][event] = self.changed
        due = 0.0
        self.counted = kept["counted"][event] = owed
        if self._due[event]:
            if self._rounds is not None:
                owed = self._in_steps(event, owed)
                grown = owed - accrued
            due = kept["interest_due"][event] = owed
            if self._capitalizes[event]:
                kept["capitalized"][event] = owed
                self.balance, owed = balance + owed, 0.0
            # on dates before this one that no cash flow serves, and on this one
            self.service_due, owed = self._unserved + (owed + self.fees_due if self._charges else owed), 0.0
            if self._serves is not None:
                self._unserved = 0.0 if self._serves[event] else self.service_due
        self.interest_due, self.accrued, kept["interest"][event] = due, owed, grown
        if self._final[event]:
            # Whatever rounding or a short payment left is paid at the end. `* 0.0` keeps the shape of samples.
            kept["scheduled"][event], self.balance = self.balance, self.balance * 0.0
            self.changed = 0.0 if self._repays[event] else self.changed
        elif self._repays[event]:
            self._repay(event)
            self.changed = 0.0
        kept["installment"][event] = self.installment

    def move(self, event: int, drawn: Any, prepaid: Any) -> None:
        """Book a prepayment, of at most the balance, and then a draw.

        Parameters
        ----------
        event : int
            Position of the event in the schedule.
        drawn, prepaid : scalar or (sample,)
            [money]

        Source
        ------
        docs/conventions.md, section 4, Events: on one date, principal is prepaid before money is drawn.
        """
        if np.any(prepaid):
            # No more than is owed: sweeps may have repaid a part of what a dated prepayment planned.
            prepaid = float_or_array(np.minimum(prepaid, self.balance))
            self.kept["prepaid"][event] = prepaid
            if self.loan.recasts:
                # rounding's leftovers set nothing anew
                self.changed = float_or_array(self.changed + np.greater(prepaid, self._trifle))
            if self._lowers:
                self._lower(event, prepaid)
            self.balance = self.balance - prepaid
            if self._prepayment_fee is not None:
                fee = self._prepayment_fee[event] * np.minimum(self._dated[event], prepaid)
                fee = fee if self._rounds is None else self._rounds.interest_in_steps(fee, self._trifle)
                self.kept["prepayment_fee"][event] = float_or_array(fee)
        if np.any(drawn):
            self.kept["drawn"][event] = drawn
            self.balance, self.drawn = self.balance + drawn, self.drawn + drawn
            self.share_base = self.share_base + drawn
            self.changed = float_or_array(self.changed + np.greater(drawn, self._trifle))

    def _lower(self, event: int, prepaid: Any) -> None:
        """Lower the later installments in proportion to what they repay.

        That is the balance, or the sum of the installments planned later where that is more.
        """
        owed = self.balance if self._later is None else np.maximum(self.balance, self.kept_share * self._later[event])
        counts = np.greater(prepaid, self._trifle)
        kept = float_or_array(1.0 - np.where(counts, prepaid, 0.0) / np.where(counts, owed, 1.0))
        self.kept["kept_by_recast"][event] = kept
        self.kept_share, self.share_base = self.kept_share * kept, self.share_base * kept

    def _charge(self, event: int) -> None:
        """Count recurring fees to date; on a payment date they are due."""
        fraction, available = self._fraction[event], self._available[event]
        used = self.balance if self.loan.revolves else self.drawn
        fees = np.maximum(self._commitment - used, 0.0) * self._undrawn[event] * available
        # The agent is paid while there is something to administer: a debt, or a right to draw.
        agency = self._agency[event] * ((self.balance > self._trifle) | (available > 0))
        fees = fees + self.balance * self._guarantee[event] + agency
        grown = float_or_array(fees * fraction)
        owed = self.fees_owed + grown
        self.fees_due = 0.0
        if self._due[event]:
            if self._rounds is not None:
                owed = self._rounds.interest_in_steps(owed, self._trifle)
                grown = owed - self.fees_owed
            self.fees_due, owed = owed, 0.0
        self.fees_owed = owed
        self.kept["fees"][event], self.kept["fees_paid"][event] = grown, self.fees_due

    def _in_steps(self, event: int, owed: Any) -> Any:
        """Return interest due in whole steps; with `true_up: last_interest`, the last one absorbs rounding."""
        due = self._rounds.interest_in_steps(owed, self._trifle) if self._rounds is not None else owed
        if self._final[event] and self.loan.true_up == "last_interest":
            made_up = np.maximum(self.installment - self.balance, 0.0)
            return float_or_array(np.where(np.greater(self.changed, 0.0), due, made_up))
        return due

    def _repay(self, event: int) -> None:
        """Set the installment anew where something changed, and repay what the style says."""
        balance, risky = self.balance, self._risky[event]
        if not self._sets:
            principal = self.style.principal(self._moment(event))
        else:
            if self.changed if isinstance(self.changed, float) else self.changed.any():
                risky = True
                self._set_installment(self._moment(event))
            principal = principal_within(self._sets, self.installment, self.interest_due)
        if risky and self._sets == "payment" and not self._grows and np.any(principal < -self._trifle):
            self.fell_short = True
        if self._grows:
            self.kept["capitalized"][event] = missing = float_or_array(np.maximum(-principal, 0.0))
            balance = balance + missing
        if self._rounds is not None and self._sets != "payment":
            principal = self._rounds.payment_in_steps(principal)
        if isinstance(principal, float) and isinstance(balance, float):
            principal = min(max(principal, 0.0), balance)
        else:
            bounded = np.maximum(principal, 0.0)
            principal = np.minimum(bounded, balance, out=bounded if np.shape(bounded) == np.shape(balance) else None)
        self.kept["scheduled"][event] = principal
        self.balance = balance - principal

    def _moment(self, event: int) -> Moment:
        """Return what the style may read on a payment date."""
        return Moment(
            self.balance,
            self.interest_due,
            self.counted,
            self.fees_due,
            self.service_due,
            self._rates[event],
            self._left[event],
            self.regular_fraction,
            self.drawn,
            self._target[event],
            self.installment,
            self.kept_share,
            self.share_base,
            self._trifle,
            self.discounts,
            event,
        )

    def _set_installment(self, moment: Moment) -> None:
        new = self.style.installment(moment)
        if self._rounds is not None:
            new = self._rounds.payment_in_steps(new)
        self.installment = new if np.ndim(self.changed) == 0 else np.where(self.changed > 0, new, self.installment)


def _risky(grid: Grid, *, one_rate: bool) -> list[bool]:
    """Return at which events interest may exceed that of earlier ones though the balance does not.

    It may after a new rate, and over a period that is longer than those before.
    """
    if not one_rate:
        return [True] * len(grid.dates)
    longest, flags = 0.0, []
    for fraction in grid.period_fraction.tolist():
        flags.append(fraction > longest)
        longest = fraction or longest  # days without a payment have none
    return flags


def _new_rates(loan: Loan, rates: list[Any]) -> list[Any]:
    """Return by event whether a new rate sets a new installment, in each sample; False where it does in none."""
    if not loan.repayment.sets or loan.repayment.keeps_payment:
        return [False] * len(rates)
    moved = [False, *(abs(now - before) > SAME_RATE for before, now in pairwise(rates))]
    if not isinstance(moved[-1], np.ndarray):
        return [1.0 if new else False for new in moved]
    return [np.asarray(new, dtype=float) if np.any(new) else False for new in moved]


def _anything(amounts: Array) -> npt.NDArray[np.bool_]:
    """Return at which events money moves in any sample, (event,)."""
    return np.asarray((amounts.reshape(-1, amounts.shape[-1]) != 0).any(axis=0))


def carry(loan: Loan, grid: Grid, course: Course) -> Flows:
    """Carry a loan from event to event.

    On one date interest is counted to date, paid or capitalized, then principal is paid, then prepaid, then drawn.

    Parameters
    ----------
    loan : Loan
        The contract; its amounts and rates are `()` or `(sample, 1)`.
    grid : Grid
        Its events.
    course : Course
        Its rate, what is drawn and prepaid, and what is planned for its payments.

    Returns
    -------
    Flows

    Source
    ------
    docs/conventions.md, section 4.
    """
    account = Account(loan, grid, course)
    moves = (_anything(course.drawn) | _anything(course.prepaid)).tolist()
    for event in range(len(grid.dates)):
        account.serve(event)
        if moves[event]:
            drawn, prepaid = (float_or_array(amounts[..., event]) for amounts in (course.drawn, course.prepaid))
            account.move(event, drawn, prepaid)
    return Flows(account.kept, account.discounts, fell_short=account.fell_short)
