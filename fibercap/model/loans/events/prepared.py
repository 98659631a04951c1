"""A loan before its account is carried: its calendar, its rate and the money moved, as values and as rows."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Final

import numpy as np

from fibercap.core.calendar import serial
from fibercap.core.formulas.sheet import Sheet
from fibercap.core.timeline import STOCK
from fibercap.model.loans.availability import available_until
from fibercap.model.loans.clauses.rates import Floating, RateCourse, rate_course
from fibercap.model.loans.events.account import carry
from fibercap.model.loans.events.exchanged import day_rate_rows
from fibercap.model.loans.events.flows import Course, Flows
from fibercap.model.loans.events.grid import Grid, event_grid
from fibercap.model.loans.events.payment_dates import period_starts
from fibercap.model.loans.events.planned_payments import BY_PERIOD, PlannedPayments
from fibercap.model.loans.rows.rate_rows import RateTexts, rate_row
from fibercap.model.loans.rows.step_rows import fee_values, since_days, step_rows

if TYPE_CHECKING:
    from collections.abc import Mapping

    from fibercap.core.units import Array
    from fibercap.model.loans.setting import Moves, Setting

BY_DATE: Final = "SUMIFS({{{row}}}, {{{later}time.date}}, {{{prefix}.date}})"


class Prepared(PlannedPayments):
    """A loan before its account is carried: grid, rate, and money moved, with their rows on the schedule's sheet."""

    def __init__(self, setting: Setting, moves: Moves) -> None:
        self.setting, self.moves = setting, moves
        loan = setting.loan
        self.course: RateCourse = rate_course(loan.rate, period_starts(loan), setting.indices)
        self.grid: Grid = event_grid(loan, setting.timeline, self.course)
        self.sheet = Sheet(setting.prefix, len(self.grid.dates))
        self.steps = tuple(
            map(self.course.step, self.grid.rate_set_on) if self.course.days else [0] * self.sheet.length
        )
        self.trifle = setting.trifle_on(self.sheet)
        self.rates = RateTexts(np.zeros(1), (), (), ())
        self.serves: Array | None = None
        self.until = available_until(loan, moves.until)
        self.until_text = "" if loan.fees.available_until or loan.revolves else moves.until_text

    def carry(self) -> Flows:
        """Write what is known beforehand, carry the loan from event to event, and return its flows."""
        return carry(self.setting.loan, self.grid, self.write_course())

    def write_course(self) -> Course:
        """Write calendar, rate and money moved; return them."""
        grid, months = self.grid, self.grid.months
        self._calendar_rows()
        if self.setting.exchange is not None:
            of_period = self.in_periods(BY_PERIOD, f"exchange.{self.setting.exchange.code}.average")
            day_rate_rows(self.sheet, self.setting.exchange, self.setting.prefix, grid, of_period)
        step_rows(self, since := since_days(self, grid.interest_from))
        self.rates = rates = rate_row(self.sheet, self.setting, self.course, self.steps, self.rate_read(), since)
        self.steps = rates.steps
        self.serves = self.serves_row()
        return Course(
            rate=rates.value,
            steps=rates.steps,
            drawn=self._drawn_row(),
            prepaid=self._planned_row(),
            dated=self.value("planned_prepayment"),
            target=self.target_row(),
            available=np.asarray((grid.months <= self.until) & (months > months[0]), dtype=float),
            trifle=self.trifle.value,
            fees=fee_values(self),
            serves=self.serves,
        )

    def term_reads(self) -> tuple[str, ...]:
        """Return the inputs that give the margin, floor and cap, where they change."""
        return self.setting.reads("rate", "payments") if self.setting.loan.changes_by_period else ()

    def rate_read(self) -> str:
        """Return the input that gives the rate, or the index of a floating one."""
        rate = self.setting.loan.rate
        return f"rates.{rate.index}" if isinstance(rate, Floating) else f"loans.{self.setting.name}.rate"

    def until_reads(self) -> tuple[str, ...]:
        """Return the paths of the inputs that decide `until`, besides those that its formula names."""
        loan, reads = self.setting.loan, self.setting.reads
        if loan.fees.available_until:
            return reads("fees.available_until")
        if loan.revolves:
            return reads("signed", "matures")
        return reads("draws" if loan.draws else "signed")

    def _calendar_rows(self) -> None:
        prefix, grid = self.setting.prefix, self.grid
        days = grid.serials
        set_on = np.array(list(map(serial, grid.rate_set_on))) if self.course.resets else np.append(days[0], days[:-1])
        reads = self.calendar_reads
        for key, label, unit, value in (
            ("date", "Date", "day", days),
            ("month", "Month number", "month", grid.months),
            ("period", "Model period", "", grid.period),
            ("draws_here", "Money may be drawn", "", grid.draws_here),
            ("is_payment", "Payment date", "", grid.is_payment),
            ("repays", "Principal is due", "", grid.repays),
            ("is_final", "Maturity", "", grid.is_final),
            ("capitalizes", "Interest is capitalized", "", grid.capitalizes),
            ("year_fraction", "Years since the last event", "year", grid.year_fraction),
            ("period_fraction", "Years of the payment period", "year", grid.period_fraction),
            ("rate_set_on", "Rate set on", "day", set_on),
        ):
            self.put_known(key, label, unit, value, reads[key])
        text = f"{{{prefix}.repays}} + {{{prefix}.payments_left@1}}"
        self.put("payments_left", "Payments left", "", text, grid.payments_left, STOCK)

    def _drawn_row(self) -> Array:
        """Write the money drawn at each event: dated, as the projection moves it, or else all of it at signing."""
        loan, money = self.setting.loan, self.setting.money
        planned, moved = dict(loan.draws or {}), self.moves
        if not planned and moved.funded is None and not loan.revolves and self.setting.is_drawn:
            planned = {loan.signed: loan.commitment}
        text, value = self._dated_moves("draws" if loan.draws else "commitment", planned)
        if loan.draw_stop and loan.draws and self.setting.timeline is not None:
            stopped = self.in_periods(BY_PERIOD, f"loans.{self.setting.name}.draws_stopped")
            text = f"({text}) * (1 - {stopped})"  # tests are not known yet
        text, value = self._with_moved(text, value, "funded", moved.funded)
        here = f"{{{self.setting.prefix}.draws_here}}"
        text, value = f"{here} * ({text or '0'})", value * self.grid.draws_here
        if not loan.revolves:
            return self.put("drawn", "Drawn", money, text, value)
        known = self.put("known_drawn", "Drawn by plan", money, text, value)
        text, value = self._with_moved(f"{{{self.setting.prefix}.known_drawn}}", known, "called", moved.called)
        return self.put("drawn", "Drawn", money, text, value)

    def _planned_row(self) -> Array:
        """Write what is to be prepaid at each event, whatever is owed then."""
        loan, money = self.setting.loan, self.setting.money
        text, value = self._dated_moves("prepayments", dict(loan.prepayments or {}))
        value = self.put("planned_prepayment", "Prepayment planned", money, text or "0", value)
        if not loan.needs_cash:
            return value
        row = "repaid" if loan.revolves else "swept"
        text, moved = self._with_moved("", np.zeros(len(self.grid.dates)), row, self.moves.paid)
        return value + self.put("moved_by_cash", "Repaid from cash", money, text or "0", moved)

    def _dated_moves(self, block: str, planned: Mapping[date, Array]) -> tuple[str, Array]:
        """Return the formula text and the values of money moved on given dates, by event. [money]"""
        terms, moved = [], dict(planned)
        for day, amount in planned.items():
            is_commitment = block == "commitment"
            input_path = f"{self.setting.terms}.{block}" + ("" if is_commitment else f".{day}")
            written = self.setting.reads(block if is_commitment else f"{block}.{day}")
            on = self.sheet.give(
                f"{input_path}.on", "day", serial(day), *(self.setting.reads("signed") if is_commitment else written)
            )
            reference = self.sheet.give(input_path, self.setting.money, amount, *written)
            if block == "prepayments" and day in self.moves.cuts:
                cut, how = self.moves.cuts[day]
                path = f"loans.{self.setting.name}.{block}.{day}.cut"
                less = self.sheet.give(path, self.setting.money, cut, formula=how, fixed=True)
                reference, moved[day] = f"MAX({reference} - {less}, 0)", np.maximum(amount - cut, 0.0)
            terms.append(f"IF({{{self.setting.prefix}.date}} = {on}, {reference}, 0)")
        return " + ".join(terms), self.grid.on_days(moved.items())

    def _with_moved(self, text: str, value: Array, row: str, by_period: Array | None) -> tuple[str, Array]:
        """Add what the projection moves on the last days of its periods."""
        if by_period is None or self.setting.timeline is None:
            return text, value
        more, moved = self.on_last_days(by_period, row)
        return f"{text} + {more}" if text else more, value + moved

    def on_last_days(self, by_period: Array, row: str) -> tuple[str, Array]:
        """Return the formula text and the values of what the projection moves on the last days of periods, by event.

        Parameters
        ----------
        by_period : (period,) or (sample, period)
            What it moves in each model period. [money]
        row : str
            The last part of that row's path, such as `funded`.
        """
        dates = self.setting.timeline.dates if self.setting.timeline else ()
        ends = {day: position for position, day in enumerate(dates)}
        at_end = np.zeros((len(ends), len(self.grid.dates)))
        for event, day in enumerate(self.grid.dates):
            if day in ends:
                at_end[ends[day], event] = 1.0
        path = f"loans.{self.setting.name}.{row}"
        begun = row == "funded"  # nothing is spent after the horizon
        text = (
            BY_DATE.format(row=path, prefix=self.setting.prefix, later="") if begun else self.in_periods(BY_DATE, path)
        )
        return text, by_period @ at_end
