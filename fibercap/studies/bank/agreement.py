"""Compare a bank's schedule with a loan: does it agree, under which conventions, and where does it first differ."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any, Final

import numpy as np

from fibercap.core.errors import FibercapError
from fibercap.model.loans import Schedule, schedule
from fibercap.model.loans.clauses.rates import Indices
from fibercap.model.loans.terms import Loan
from fibercap.studies.bank.columns import BankTable
from fibercap.studies.bank.comparing import (
    COMPARED,
    FLOWS,
    Difference,
    Trial,
    amounts_of,
    compare,
    difference_of,
    printed_units,
)
from fibercap.studies.bank.interest_lines import alike, counts_by_lines, rate_that_fits
from fibercap.studies.bank.variants import Changes, Frame, Variant, dates_that_fit, roundings

AS_WRITTEN: Final = "as_written"
UNDER_CONVENTIONS: Final = "under_conventions"
DIFFERS: Final = "differs"
MOST_CONVENTIONS: Final = 12
MOST_NEAREST: Final = 6
"""If no way to count interest agrees on all lines, how many are tried further: those that agree on most at first."""


Apart = tuple[int, date, str, tuple[float, ...]]


@dataclass(frozen=True)
class Convention:
    """Terms under which a loan has the schedule of a table: the keys that change, and the schedule they lead to."""

    changes: Changes
    schedule: Schedule = field(repr=False)
    same: tuple[Changes, ...] = field(default=(), repr=False)
    """Other terms that lead to the same amounts on every line of the loan, to the last digit that is printed."""


@dataclass(frozen=True)
class Agreement:
    """The result of comparing a table with a loan; `verdict` is `as_written`, `under_conventions` or `differs`."""

    verdict: str
    paying: list[int] = field(repr=False)
    """The lines of the table that are payments, and were compared."""
    table: BankTable = field(repr=False)
    conventions: tuple[Convention, ...] = ()
    """The terms that reproduce the table, the plainest first; empty where it differs."""
    tells_apart: Apart | None = None
    """The payment that would tell the first two apart: number, date, column, and the amount under each convention."""
    difference: Difference | None = None
    closest: Changes = field(default_factory=dict)
    """The terms with which the difference is computed: those with which most lines agree before one does not."""
    rate: str | dict[str, str] | None = None
    """The rate with which a table that differs is consistent, as written in a file."""
    with_rate: tuple[Convention, ...] = ()
    """The terms that reproduce it with that rate."""
    tried: int = 0
    """How many conventions were tried."""

    def __repr__(self) -> str:
        """Return one line; `fibercap loan --against` prints more."""
        return f"<Agreement: {self.verdict}, {self.lines} lines, {len(self.conventions)} conventions>"

    @property
    def lines(self) -> int:
        """How many lines of the table were compared."""
        return len(self.paying)

    @property
    def days(self) -> tuple[date, date] | None:
        """The first and the last day of the lines; None in a table without dates."""
        dates = self.table.dates
        return None if dates is None or not self.paying else (dates[self.paying[0]], dates[self.paying[-1]])


def agree(loan: Loan, table: BankTable, frame: Frame, rates: Indices | None = None) -> Agreement:
    """Compare a bank's table with the schedule of a loan, under its terms as written and under other conventions.

    Parameters
    ----------
    loan : Loan
        The contract as written.
    table : BankTable
        The bank's lines.
    frame : Frame
        The loan's currency and calendars.
    rates : mapping, optional
        Indices by name, for a floating rate. [1/year]

    Raises
    ------
    FibercapError
        If the table is in another currency.
    """
    foreign = table.grid.currencies
    if foreign and frame.currency not in foreign:
        what = f"{table.name} is in {', '.join(sorted(foreign))}, the loan in {frame.currency}"
        raise FibercapError("table_in_other_currency", what)
    return Search(Variant(loan), table, frame, rates or {}).run()


class Search:
    """Tries conventions from the plainest on: days of payments, then counts of interest, then rounding."""

    def __init__(self, base: Variant, table: BankTable, frame: Frame, rates: Indices) -> None:
        self.base, self.table, self.frame, self.rates = base, table, frame, rates
        self.tried, self.lines = 0, self._paying()
        self.best: tuple[float, float, Variant, Schedule] | None = None

    def run(self) -> Agreement:
        """Try conventions until some reproduce the table; return the agreement."""
        table, first = self.table, self._try(self.base)
        result = Agreement(AS_WRITTEN, self.lines, table)
        if first is not None and first.fits:
            return replace(result, conventions=(Convention({}, first.schedule),), tried=1)
        spread, digits = self._days(), self._digits()
        fits = self._search(spread)
        if fits:
            kept = group_fits(fits, digits)
            apart = tells_apart(kept, digits)
            return replace(result, verdict=UNDER_CONVENTIONS, conventions=kept, tells_apart=apart, tried=self.tried)
        rate, fits = self._with_rate(spread)
        if self.best is not None:
            difference, closest = difference_of(self.best[3], table, self.lines), self.best[2].changes
            result = replace(result, difference=difference, closest=closest)
        return replace(result, verdict=DIFFERS, rate=rate, with_rate=group_fits(fits, digits), tried=self.tried)

    def _digits(self) -> int:
        """Return the decimals of the table, or those of the currency where it is written in full."""
        printed = [self.table.digits(role) for role in self.table.shown]
        least = max(0, round(-np.log10(self.frame.minor_unit)))
        return max((digits for digits in printed if digits is not None), default=least)

    def _days(self) -> list[Variant]:
        if self.table.dates is None:
            return [self.base]
        days = tuple(self.table.dates[line] for line in self.lines)
        return dates_that_fit(self.base, self.frame, days) or [self.base]

    def _paying(self) -> list[int]:
        """Return the lines that are payments, and not the draw at signing."""
        table = self.table
        flows = [np.nan_to_num(table.amounts[role]) for role in FLOWS if role in table.shown]
        moves = np.any(np.abs(flows), axis=0)
        if table.dates is not None:
            moves |= np.array([day > self.base.loan.signed for day in table.dates])
        else:
            moves |= np.arange(len(moves)) > 0
        return [line for line, paid in enumerate(moves.tolist()) if paid]

    def _try(self, variant: Variant) -> Trial | None:
        """Compare a variant with the table; return None if it has no schedule."""
        self.tried += 1
        try:
            made = schedule(variant.loan, self.rates, self.frame.currency)
        except (FibercapError, ValueError):
            return None
        trial = compare(made, self.table, self.lines)
        score = (trial.prefix - 0.01 * variant.cost, -trial.misses)
        # Cost counts hundredths of a line: of variants that agree on as many, the plainest is the closest.
        if self.best is None or score > self.best[:2]:
            self.best = (*score, variant, made)
        return trial

    def _search(self, spread: list[Variant]) -> list[tuple[Variant, Schedule]]:
        """Return the variants that reproduce the table, the plainest first."""
        fits: list[tuple[Variant, Schedule]] = []
        ways = ({}, *self._roundings())
        counted = [
            count for days in spread for count in counts_by_lines(days, self.table, self.frame, self.lines, self.rates)
        ]
        for variants in alike([variant for variant, lines in counted if lines is None]):
            for way in ways:
                for fit, made in self._fit(variants[0].change(self.frame, way)):
                    kept = {key: fit.changes[key] for key in ("rounding", "true_up") if key in fit.changes}
                    fits += [(variant.change(self.frame, kept), made) for variant in variants]
        if not fits:
            agreeing = len(self.lines) + 1  # of a count that agrees on all lines, the number is None
            nearest = sorted(counted, key=lambda one: -(agreeing if one[1] is None else one[1]))[:MOST_NEAREST]
            for variant, _ in nearest:
                for way in (*ways[:4], *self._fixed_payments()):
                    fits += self._fit(variant.change(self.frame, way))
        return sorted(fits, key=lambda fit: fit[0].cost)

    def _roundings(self) -> list[Changes]:
        """Return the roundings that the loan as written does not have, the plainest first."""
        role = next((role for role in FLOWS if role in self.table.shown), "principal")
        ways, now = roundings(self.table.digits(role), self.frame), self.base.loan.rounding
        return [way for way in ways if self.base.change(self.frame, way).loan.rounding != now]

    def _fixed_payments(self) -> list[Changes]:
        """Return the payment that most lines of the table have, as a style in place of level payments."""
        if self.base.loan.repayment.sets != "payment" or self.base.loan.repayment.leaves_rest:
            return []
        paid = np.round(self.table.amounts["payment"][self.lines], 4)
        values, counts = np.unique(paid[np.isfinite(paid)], return_counts=True)
        if not len(values) or counts.max() < 0.6 * len(paid):
            return []
        payment = f"{values[counts.argmax()]:.10g} {self.frame.currency}"
        fixed: Changes = {"repayment": {"style": "fixed_payment", "payment": payment}}
        return [{**fixed, **way} for way in ({}, *self._roundings()[:3])]

    def _fit(self, variant: Variant) -> Iterable[tuple[Variant, Schedule]]:
        """Yield a variant if it reproduces the table, perhaps with the other way to make up for rounding."""
        trial = self._try(variant)
        if trial is None:
            return
        if trial.fits:
            yield variant, trial.schedule
        elif trial.only_last and variant.loan.ends_with_equal_payment:
            other = "last_interest" if variant.loan.true_up == "last_payment" else "last_payment"
            changed = variant.change(self.frame, {"true_up": other})
            again = self._try(changed)
            if again is not None and again.fits:
                yield changed, again.schedule

    def _with_rate(self, spread: list[Variant]) -> tuple[Any, list[tuple[Variant, Schedule]]]:
        """Return the rate with which the table is consistent, and the variants that reproduce it with that rate."""
        best, rate, ways = self.best, None, ({}, *self._roundings()[:3])
        fits: list[tuple[Variant, Schedule]] = []
        for days in spread:
            for variant, text in rate_that_fits(days, self.table, self.frame, self.lines):
                rate = rate or text
                fits += [fit for way in ways for fit in self._fit(variant.change(self.frame, way))]
                if fits:
                    self.best = best  # the difference is reported for the rate as written
                    return text, sorted(fits, key=lambda fit: fit[0].cost)
        self.best = best
        return rate, []


def group_fits(fits: list[tuple[Variant, Schedule]], digits: int) -> tuple[Convention, ...]:
    """Return conventions, those with the same schedule to the last digit that is printed as one, the plainest first."""
    groups: dict[tuple[Any, ...], list[tuple[Variant, Schedule]]] = {}
    for variant, made in fits:
        amounts = tuple(printed_units(made, role, digits).tobytes() for role in COMPARED)
        groups.setdefault((made.dates, *amounts), []).append((variant, made))
    kept = [
        Convention(group[0][0].changes, group[0][1], tuple(variant.changes for variant, _ in group[1:]))
        for group in groups.values()
    ]
    return tuple(kept[:MOST_CONVENTIONS])


def tells_apart(conventions: tuple[Convention, ...], digits: int) -> Apart | None:
    """Return the first payment that is printed otherwise under the two plainest conventions; None if there is none."""
    if len(conventions) < 2:
        return None
    one, other = (convention.schedule for convention in conventions[:2])
    for place, number in enumerate(one.numbers):
        for role in COMPARED if number and place < len(other.dates) else ():
            if printed_units(one, role, digits)[place] != printed_units(other, role, digits)[place]:
                both = tuple(float(amounts_of(made, role)[place]) for made in (one, other))
                return number, one.dates[place], role, both
    return None
