"""A loan before its account is carried: its calendar, its rate and the money moved, as values and as rows."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Final

import numpy as np

from fibercap.core.calendar import serial
from fibercap.core.rows import INPUT, Row
from fibercap.core.sheet import Sheet
from fibercap.core.timeline import FLOW, STOCK
from fibercap.model.horizon.run_off import RUN_OFF
from fibercap.model.loans.account import carry
from fibercap.model.loans.availability import available_until
from fibercap.model.loans.exchanged import day_rate_rows
from fibercap.model.loans.flows import Course, Flows
from fibercap.model.loans.grid import Grid, event_grid
from fibercap.model.loans.payment_dates import installment_dates, interest_starts, period_starts
from fibercap.model.loans.rate_rows import rate_row
from fibercap.model.loans.rates import Floating, RateCourse, rate_course
from fibercap.model.loans.term_rows import Since

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from fibercap.core.units import Array
    from fibercap.model.loans.setting import Moves, Setting
    from fibercap.model.loans.style import Style

BY_DATE: Final = "SUMIFS({{{row}}}, {{{later}time.date}}, {{{prefix}.date}})"
BY_PERIOD: Final = "SUMIFS({{{row}}}, {{{later}time.period}}, {{{prefix}.period}})"


class Prepared:
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
        self.rate_texts: Sequence[str] = ()
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
            of_period = self._in_periods(BY_PERIOD, f"exchange.{self.setting.exchange.code}.average")
            day_rate_rows(self.sheet, self.setting.exchange, self.setting.prefix, grid, of_period)
        since = Since(interest_starts(self.setting.loan, grid.dates))
        if self.setting.loan.changes_by_period:
            days = np.array([serial(day) for day in since.days])
            self.put_known("interest_from", "First day of the interest period", "day", days, self._period_reads())
        rates = rate_row(self.sheet, self.setting, self.course, self.steps, self.rate_read(), since)
        self.steps, self.rate_texts = rates.steps, rates.texts
        return Course(
            rate=rates.value,
            steps=rates.steps,
            drawn=self._drawn_row(),
            prepaid=self._planned_row(),
            dated=self.value("planned_prepayment"),
            target=self._target_row(),
            available=np.asarray((grid.months <= self.until) & (months > months[0]), dtype=float),
            trifle=self.trifle.value,
        )

    def put(self, key: str, label: str, unit: str, text: str, value: Array, nature: str = FLOW) -> Array:
        """Write the row `<schedule>.<key>`; return its values, (event,) or (sample, event). [`unit`]

        Parameters
        ----------
        key, label, unit, text : str
            Last part of the path, words for readers, the unit, and the formula text.
        value : (event,) or (sample, event)
            [`unit`]
        nature : str
            Flow, stock or rate.
        """
        return self.sheet.put(Row(f"{self.setting.prefix}.{key}", label, unit, nature, text), value)

    def put_known(self, key: str, label: str, unit: str, value: Array, reads: tuple[str, ...]) -> Array:
        """Write the row `<schedule>.<key>`, which the calendar gives; return its values, (event,). [`unit`]

        Parameters
        ----------
        key, label, unit : str
            Last part of the path, words for readers, and the unit.
        value : (event,)
            [`unit`]
        reads : tuple of str
            Paths of the inputs that decide it.
        """
        nature = STOCK if unit in ("day", "month") else FLOW
        return self.sheet.put(Row(f"{self.setting.prefix}.{key}", label, unit, nature, reads=reads), value)

    def calendar_reads(self) -> dict[str, tuple[str, ...]]:
        """Return, by name of each row that the calendar gives, the paths of the inputs that decide it."""
        reads, style = self.setting.reads, self.setting.loan.repayment
        term = reads("signed", "matures", "payments", *([f"repayment.{style.term_field}"] if style.months else []))
        custom = reads(f"repayment.{style.schedule_field}") if style.schedule_field else ()
        rate = reads("rate") if self.course.days else ()
        steps = ("horizon",) if self.setting.timeline else ()
        events = (*term, *reads("draws", "prepayments", "fees.available_until"), *custom, *rate, *steps)
        duty = (*term, *reads("repayment.style", "grace", "capitalize_until"), *custom)
        return {
            "date": events,
            "month": events,
            "period": events,
            "draws_here": term,
            "is_payment": term,
            "repays": duty,
            "is_final": reads("signed", "matures"),
            "capitalizes": duty,
            "year_fraction": (*events, *reads("day_count")),
            "period_fraction": (*term, *reads("day_count")),
            "rate_set_on": (*events, *reads("rate")),
        }

    def _period_reads(self) -> tuple[str, ...]:
        """Return the paths of the inputs that decide the interest period of each event."""
        calendar = self.calendar_reads()
        return (*calendar["date"], *calendar["is_payment"])

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
        days = np.array([serial(day) for day in grid.dates])
        set_on = (
            np.array([serial(day) for day in grid.rate_set_on]) if self.course.resets else np.append(days[0], days[:-1])
        )
        reads = self.calendar_reads()
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

    def value(self, key: str) -> Array:
        """Return the value of a row of the schedule."""
        return self.sheet.value(f"{self.setting.prefix}.{key}")

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
            BY_DATE.format(row=path, prefix=self.setting.prefix, later="") if begun else self._in_periods(BY_DATE, path)
        )
        return text, by_period @ at_end

    def _in_periods(self, way: str, row: str) -> str:
        """Return the formula text that looks up a row of the projection, in the periods of the run-off too."""
        timeline = self.setting.timeline
        text = way.format(row=row, prefix=self.setting.prefix, later="")
        if timeline is None or not timeline.past:
            return text
        later = way.format(row=f"{RUN_OFF}.{row}", prefix=self.setting.prefix, later=f"{RUN_OFF}.")
        return f"({text} + {later})"

    def _target_row(self) -> Array:
        """Write what is planned for payments: the amounts of a custom schedule, or the service of a sculpted loan."""
        style, none = self.setting.loan.repayment, np.zeros(len(self.grid.dates))
        if style.schedule_field:
            return self._custom_row(style)
        if self.moves.service is None:
            return none
        prefix, events = self.setting.prefix, self.grid.period
        periods = np.arange(1.0, self.moves.service.shape[-1] + 1)
        falls = (periods[:, None] == events[None, :]).astype(float)
        payments = (falls @ self.grid.is_payment) @ falls
        share = np.divide(self.grid.repays, payments, out=none, where=payments > 0)
        reads = (*self.calendar_reads()["repays"], "horizon")
        self.put_known("share_of_period", "Share of the period's service", "", share, reads)
        aimed = self._in_periods(BY_PERIOD, f"loans.{self.setting.name}.service_target")
        text, value = f"{{{prefix}.share_of_period}} * {aimed}", (self.moves.service @ falls) * share
        if self.setting.exchange is not None:
            text, value = f"{text} / {{{prefix}.exchange}}", value / self.value("exchange")
        return self.put("target", "Service aimed at", self.setting.money, text, value)

    def _custom_row(self, style: Style) -> Array:
        terms, unit = [], "" if style.in_shares else self.setting.money
        paid_on = installment_dates(self.setting.loan, style.planned_principal)
        for day, part in style.planned_principal.items():
            input_path = f"{self.setting.terms}.repayment.{style.schedule_field}.{day}"
            on = self.sheet.give(f"{input_path}.on", "day", serial(paid_on[day]), input_path.removeprefix(INPUT))
            reference = self.sheet.give(input_path, unit, part.value)
            terms.append(f"IF({{{self.setting.prefix}.date}} = {on}, {reference}, 0)")
        value = self.grid.on_days((paid_on[day], part.value) for day, part in style.planned_principal.items())
        label = "Share of what has been drawn" if style.in_shares else "Principal planned"
        return self.put("target", label, unit, " + ".join(terms), value)
