"""What is planned for the payments of a loan: the amounts of a custom schedule, or the service of a sculpted loan."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Final

import numpy as np

from fibercap.core.calendar import serial
from fibercap.core.formulas.rows import INPUT, Row
from fibercap.core.timeline import FLOW, STOCK
from fibercap.model.horizon.run_off import RUN_OFF
from fibercap.model.loans.events.payment_dates import installment_dates
from fibercap.model.loans.events.served_periods import served_periods

if TYPE_CHECKING:
    from fibercap.core.formulas.sheet import Sheet
    from fibercap.core.units import Array
    from fibercap.model.loans.clauses.rates import RateCourse
    from fibercap.model.loans.events.grid import Grid
    from fibercap.model.loans.repayment.style import Style
    from fibercap.model.loans.setting import Moves, Setting

BY_PERIOD: Final = "SUMIFS({{{row}}}, {{{later}time.period}}, {{{prefix}.period}})"
BY_SERVED: Final = "SUMIFS({{{row}}}, {{{later}time.period}}, {{{prefix}.served_period}})"


class PlannedPayments:
    """A loan's grid of events and its rows on the schedule's sheet; writes what is planned for its payments."""

    setting: Setting
    moves: Moves
    course: RateCourse
    grid: Grid
    sheet: Sheet

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

    @cached_property
    def calendar_reads(self) -> dict[str, tuple[str, ...]]:
        """The paths of the inputs that decide each row that the calendar gives, by name of the row."""
        reads, style = self.setting.reads, self.setting.loan.repayment
        closed = (f"calendars.{named}",) if (named := self.setting.loan.payments.calendar) else ()
        written = reads("signed", "matures", "payments", *([f"repayment.{style.term_field}"] if style.months else []))
        term = (*written, *closed)
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
            "is_final": (*reads("signed", "matures"), *closed),
            "capitalizes": duty,
            "year_fraction": (*events, *reads("day_count")),
            "period_fraction": (*term, *reads("day_count")),
            "rate_set_on": (*events, *reads("rate")),
        }

    def value(self, key: str) -> Array:
        """Return the value of a row of the schedule."""
        return self.sheet.value(f"{self.setting.prefix}.{key}")

    def in_periods(self, way: str, row: str) -> str:
        """Return the formula text that looks up a row of the projection, in the periods of the run-off too.

        Parameters
        ----------
        way, row : str
            The form of the text, such as `BY_PERIOD`, and the path of the row.
        """
        timeline = self.setting.timeline
        text = way.format(row=row, prefix=self.setting.prefix, later="")
        if timeline is None or not timeline.past:
            return text
        later = way.format(row=f"{RUN_OFF}.{row}", prefix=self.setting.prefix, later=f"{RUN_OFF}.")
        return f"({text} + {later})"

    def target_row(self) -> Array:
        """Write what is planned for payments: the amounts of a custom schedule, or the service of a sculpted loan."""
        style, none = self.setting.loan.repayment, np.zeros(len(self.grid.dates))
        if style.schedule_field:
            return self._custom_row(style)
        if self.moves.service is None:
            return none
        if style.follows_tax:
            return self._sculpted_row(self.moves.service)
        prefix, events = self.setting.prefix, self.grid.period
        periods = np.arange(1.0, self.moves.service.shape[-1] + 1)
        falls = (periods[:, None] == events[None, :]).astype(float)
        # Payments in the period of each event: several of them share the period's service.
        payments = (falls @ self.grid.is_payment) @ falls
        share = np.divide(self.grid.repays, payments, out=none, where=payments > 0)
        reads = (*self.calendar_reads["repays"], "horizon")
        self.put_known("share_of_period", "Share of the period's service", "", share, reads)
        aimed = self.in_periods(BY_PERIOD, f"loans.{self.setting.name}.service_target")
        text, value = f"{{{prefix}.share_of_period}} * {aimed}", (self.moves.service @ falls) * share
        if self.setting.exchange is not None:
            text, value = f"{text} / {{{prefix}.exchange}}", value / self.value("exchange")
        return self.put("target", "Service aimed at", self.setting.money, text, value)

    def serves_row(self) -> Array | None:
        """Write which payments serve whole periods of cash flow, and the last such period; None for other styles."""
        if not self.setting.loan.repayment.follows_tax or self.setting.timeline is None:
            return None
        served = served_periods(self.setting.loan, self.setting.timeline)
        reads = (*self.calendar_reads["is_payment"], "horizon")
        # Of two events on the day of signing only the second is a payment.
        number = np.array([float(served.get(day, 0)) for day in self.grid.dates]) * self.grid.is_payment
        self.put_known("served_period", "Last period whose cash flow it serves", "", number, reads)
        return self.put_known("serves", "Cash flow of whole periods is served", "", np.sign(number), reads)

    def _sculpted_row(self, service: Array) -> Array:
        """Write the service that cash flow is to pay, at the payment that it serves."""
        periods = np.arange(1.0, service.shape[-1] + 1)
        text = self.in_periods(BY_SERVED, f"loans.{self.setting.name}.service_target")
        value = service @ (periods[:, None] == self.value("served_period")[None, :]).astype(float)
        if self.setting.exchange is not None:
            text, value = f"{text} / {{{self.setting.prefix}.exchange}}", value / self.value("exchange")
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
