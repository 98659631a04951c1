"""What a reserve is to hold: the service of the next payments, by a loan's contract as it stands at an event.

The later rows of the schedule cannot be read: a sweep or a draw between moves them, and both depend on what is set
aside. So each row here reads what is owed at its own event and, of later events, only what does not depend on cash.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

from fibercap.core.formulas.formula import evaluate
from fibercap.core.timeline import STOCK, add_months, month_end
from fibercap.model.loans.clauses.ratio_steps import RatioSteps
from fibercap.model.loans.rows.rate_choices import RateChoices

if TYPE_CHECKING:
    from datetime import date

    from fibercap.core.formulas.rows import Block
    from fibercap.core.units import Array
    from fibercap.model.loans.clauses.reserve import Reserve
    from fibercap.model.loans.rows.schedule_page import SchedulePage

NUMBER: Final = "number"
"""The row with the number of each event, by which later ones are looked up."""
SERVED: Final = "served_to_date"
TRIFLE: Final = "trifle"
"""Stands for what counts as no money while a formula is worked out here."""


class Accruing(NamedTuple):
    """A fee that accrues: the row of its rate times years to date, and formulas of what else it is multiplied by."""

    row: str
    factor: str
    base: str
    row_unpaid: str = ""
    """The row to take where nothing is owed; "" for the same."""


def reserve_rows(page: SchedulePage, reserve: Reserve) -> None:
    """Write `<schedule>.reserve_target`: the service of the next months, and the rows of the payments ahead.

    Parameters
    ----------
    page : SchedulePage
        The schedule, whose own rows are written.
    reserve : Reserve
        How many months it covers.

    Source
    ------
    docs/conventions.md, section 5, Reserves.
    """
    Ahead(page, reserve).target()


class Ahead:
    """Writes the payments ahead of each end of a model period, as the contract stands there."""

    def __init__(self, page: SchedulePage, reserve: Reserve) -> None:
        self.page, self.months, self.loan, self.grid = page, reserve.covers, page.loan, page.prepared.grid
        self.style, self.prepared = page.loan.repayment, page.prepared
        reads = self.prepared.calendar_reads["is_payment"]
        self.reads = (*reads, *page.setting.reads("reserve.covers"), "horizon")
        self.choices = RateChoices(page)
        self.fees: dict[str, Accruing] = {}
        self.repays_between = bool(np.any(self.grid.repays > self.grid.is_payment))
        """Whether principal falls due on days on which no interest does."""

    def target(self) -> None:
        """Write the target and what it adds up."""
        numbers = np.arange(1.0, len(self.grid.dates) + 1)
        self.prepared.put_known(NUMBER, "Number of the event", "", numbers, self.prepared.calendar_reads["date"])
        self.choices.write()
        self._accruing()
        ahead = self._payments_ahead()
        for place, events in enumerate(ahead, start=1):
            label = f"Payment {place} ahead: number of its event"
            self.prepared.put_known(f"ahead.{place}.event", label, "", events, self.reads)
            self._payment(place)
        text = " + ".join(f"[ahead.{place}.service]" for place in range(1, len(ahead) + 1)) or "0"
        if self.style.cover_field and ahead:
            text = self._past(text)
        self._write("reserve_target", "Service to be held in reserve", text)

    def _payments_ahead(self) -> list[Array]:
        """Return, for the first payment ahead, the second and so on, the number of its event at each event, or 0."""
        dates, last = self.grid.dates, self.loan.maturity
        falls_due = ((self.grid.is_payment > 0) | (self.grid.repays > 0)).tolist()
        due = [event for event, is_due in enumerate(falls_due) if is_due]
        days = [dates[event] for event in due]
        ends = set(self.page.setting.timeline.dates if self.page.setting.timeline else ())
        ahead: list[list[int]] = []
        for event, day in enumerate(dates):
            closes = day in ends and day not in dates[event + 1 : event + 2]
            until = min(_months_on(day, self.months), last) if closes else day
            ahead.append(due[bisect_right(days, day) : bisect_right(days, until)])
        most = max(map(len, ahead), default=0)
        return [np.array([events[k] + 1.0 if len(events) > k else 0.0 for events in ahead]) for k in range(most)]

    def _at(self, key: str, place: int) -> str:
        """Return the formula of a row at the event of a payment ahead."""
        return f"SUMIFS([{key}], [{NUMBER}], [ahead.{place}.event])"

    def _since(self, key: str, place: int) -> str:
        """Return the formula of what a row to date grows by from the payment before, or this event, to a payment."""
        before = f"[{key}]" if place == 1 else self._at(key, place - 1)
        return f"({self._at(key, place)} - {before})"

    def _owed_text(self, place: int) -> str:
        """Return the formula of what is owed after a payment ahead; of the place 0, at this event. [money]"""
        if place:
            return f"[ahead.{place}.owed]"
        if not self.loan.needs_cash:
            return "[closing]"
        return "([opening] + [capitalized] - [scheduled] - [known_prepaid] + [drawn])"  # a sweep comes after reserves

    def _payment(self, place: int) -> None:
        """Write interest, fees, principal and what is then owed at a payment ahead."""
        before = self._owed_text(place - 1)
        if self.style.sets:
            self._line(place, "changed", "changes since the last repayment", self._changes_text(place), "")
        counted = self._interest(place, before)
        if self.fees:
            self._fees(place, before)
        asked = self._asked_text(place, before, counted)
        added = self._interest_added(place, asked)
        if self.style.sets != "payment":
            asked = self.page.in_steps(asked, "payment")
        text = f"IF({self._at('repays', place)} > 0, MIN(MAX({asked}, 0), {before}{added and f' + {added}'}), 0)"
        self._line(place, "principal", "principal but for a balloon", text)
        owed = f"{before}{added and f' + {added}'} - [ahead.{place}.principal]"
        self._line(place, "owed", "what is then owed", owed)
        paid = "" if self.style.capitalizes else f"[ahead.{place}.interest]{added and f' - {added}'} + "
        fees = f"[ahead.{place}.fees] + " if self.fees else ""
        self._line(place, "service", "service", f"{paid}{fees}[ahead.{place}.principal]")

    def _last_installment(self, place: int) -> str:
        """Return the formula of the installment of the payment before a payment ahead. [money]"""
        return f"[ahead.{place - 1}.installment]" if place > 1 else "[installment]"

    def _interest(self, place: int, before: str) -> str:
        """Write the interest that falls due at a payment ahead; return the formula of what is counted to it. [money]"""
        page, accrued = self.page, "[accrued_interest]" if place == 1 else "0"
        if place > 1 and self.repays_between:
            accrued = f"[ahead.{place - 1}.accrued]"
        counted = self.choices.interest(place, before, accrued, self._at, self._since)
        due = page.in_steps(counted, "interest")
        if page.rounding is not None and self.loan.true_up == "last_interest":
            trues_up = f"AND({self._at('is_final', place)} > 0, [ahead.{place}.changed] = 0)"
            due = f"IF({trues_up}, MAX({self._last_installment(place)} - {before}, 0), {due})"
        self._due(place, ("interest", "accrued"), "interest", counted, due)
        return counted

    def _due(self, place: int, keys: tuple[str, str], label: str, owed: str, due: str) -> None:
        """Write interest or fees due at a payment ahead; where principal has days of its own, also what waits."""
        if self.repays_between:
            pays = f"{self._at('is_payment', place)} > 0"
            self._line(place, keys[1], f"{label} that waits for a payment date", f"IF({pays}, 0, {owed})")
            due = f"IF({pays}, {due}, 0)"
        self._line(place, keys[0], f"{label} due", due)

    def _asked_text(self, place: int, before: str, counted: str) -> str:
        """Write the installment that is set; return the formula of the principal that the style asks. [money]"""
        page, style = self.page, self.style
        if style.cover_field:
            return "0"
        if style.sets:
            new = self._in_place(page.in_steps(style.installment_text(page), "payment"), place, before, counted)
            test = f"AND({self._at('repays', place)} > 0, [ahead.{place}.changed] > 0)"
            label = "payment set" if style.sets == "payment" else "principal set"
            self._line(place, "installment", label, f"IF({test}, {new}, {self._last_installment(place)})")
        return self._in_place(style.principal_text(page), place, before, counted)

    def _interest_added(self, place: int, asked: str) -> str:
        """Write the interest that is added to what is owed; return its formula, "" where none ever is. [money]"""
        if not (self.style.grows or np.any(self.grid.capitalizes)):
            return ""
        grown = f"{self._at('capitalizes', place)} * [ahead.{place}.interest]"
        if self.style.grows:
            goes_on = f"{self._at('repays', place)} * (1 - {self._at('is_final', place)})"
            grown = f"IF({goes_on} > 0, MAX(-({asked}), 0), {grown})"
        self._line(place, "capitalized", "interest capitalized", grown)
        return f"[ahead.{place}.capitalized]"

    def _line(self, place: int, key: str, label: str, text: str, unit: str | None = None) -> None:
        text = f"IF([ahead.{place}.event] > 0, {text}, 0)"
        self._write(f"ahead.{place}.{key}", f"Payment {place} ahead: {label}", text, unit)

    def _write(self, key: str, label: str, text: str, unit: str | None = None) -> None:
        """Write a row from its formula; what counts as money is known to the plan, and here by its value.

        The rows of a loan that waits for cash are zero until they are settled with it (`rows_ahead`).
        """
        page, trifle = self.page, self.prepared.trifle
        if self.loan.needs_cash:
            page.put(key, label, STOCK, text, np.zeros(len(self.grid.dates)), unit)
            return
        written = text.replace(trifle.text, f"{{{TRIFLE}}}").replace("[", f"{{{page.prefix}.").replace("]", "}")

        def read(path: str, shift: int) -> Array:
            return trifle.value if path == TRIFLE else page.sheet.read(path, shift)

        page.put(key, label, STOCK, text, evaluate(written, read), unit)

    def _in_place(self, text: str, place: int, before: str, counted: str) -> str:
        """Return a formula of the style as it reads at a payment ahead."""
        at_event = {key: f"[{key}@-1]" if self.loan.needs_cash else f"[{key}]" for key in ("kept_share", "share_base")}
        reads = {
            "opening": before, "counted": f"({counted})", "interest_due": f"[ahead.{place}.interest]",
            "installment": f"[ahead.{place}.installment]", "installment@-1": self._last_installment(place),
            "drawn_to_date@-1": "[drawn_to_date]", "kept_share@-1": at_event["kept_share"],
            "share_base@-1": at_event["share_base"], "target": self._at("target", place),
            "payments_left": self._at("payments_left", place),
        }  # fmt: skip
        reads |= {key: self.choices.factor(key, place, self._at) for key in ("rate", "annuity", "discount")}
        return re.sub(r"\[([^\]]+)\]", lambda match: reads.get(match[1], match[0]), text)

    def _changes_text(self, place: int) -> str:
        """Return the formula of whether something sets the installment of a payment ahead anew. [1]"""
        if place == 1:
            text = f"IF([repays] > 0, 0, [changed]) + IF({self.page.counts('[drawn]')}, 1, 0)"
            if self.loan.recasts:
                prepaid = "[known_prepaid]" if self.loan.needs_cash else "[prepaid]"
                text += f" + IF({self.page.counts(prepaid)}, 1, 0)"
        else:
            text = f"IF({self._at('repays', place - 1)} > 0, 0, [ahead.{place - 1}.changed])"
        moved = self.choices.changes(place, self._since)
        return f"{text} + {moved}" if moved else text

    def _accruing(self) -> None:
        """Write what each recurring fee accrues on one unit to date."""
        page, loan_fees = self.page, self.loan.fees
        for key, text in page.fee_texts.items():
            steps = isinstance(getattr(loan_fees, key), RatioSteps)
            rate, factor = ("1", f" * {text}") if steps else (text, "")
            unit = "year" if steps else f"{page.money}" if key == "agency" else ""
            may = f" * {page.may_be_drawn}"
            for suffix, when in (("", "" if key != "undrawn" else may), *([("_may", may)] if key == "agency" else [])):
                label = f"{key.capitalize()} fee on one unit to date"
                change = f"{rate} * [year_fraction]{when}".replace("[", f"{{{page.prefix}.").replace("]", "}")
                page.sheet.write_balance(f"{page.prefix}.{key}_fee{suffix}_to_date", label, unit, change)
            base = {"undrawn": f"MAX({page.commitment} - [drawn_to_date], 0)", "guarantee": "", "agency": "1"}[key]
            unpaid = f"{key}_fee_may_to_date" if key == "agency" else ""
            self.fees[key] = Accruing(f"{key}_fee_to_date", factor, base, unpaid)

    def _fees(self, place: int, before: str) -> None:
        """Write the recurring fees that fall due at a payment ahead."""
        terms = ["[accrued_fees]"] if place == 1 else []
        if place > 1 and self.repays_between:
            terms.append(f"[ahead.{place - 1}.accrued_fees]")
        for fee in self.fees.values():
            grown = self._since(fee.row, place)
            if fee.row_unpaid:
                grown = f"IF({self.page.counts(before)}, {grown}, {self._since(fee.row_unpaid, place)})"
                terms.append(f"{grown}{fee.factor}")
            else:
                terms.append(f"{fee.base or before} * {grown}{fee.factor}")
        text = " + ".join(terms)
        self._due(place, ("fees", "accrued_fees"), "recurring fees", text, self.page.in_steps(text, "interest"))

    def _past(self, interest: str) -> str:
        """Return the formula of the service of the last months; of interest ahead if it was not drawn before them."""
        page, dates = self.page, self.grid.dates
        since = [float(bisect_right(dates, _months_on(end, -self.months))) for end in dates]
        label = "Number of the last event before the months that a reserve covers"
        self.prepared.put_known("reserve_since", label, "", np.array(since), self.reads)
        page.write_balance(SERVED, "Service paid to date", "[interest_paid] + [fees_paid] + [scheduled]")
        past = f"[{SERVED}] - SUMIFS([{SERVED}], [{NUMBER}], [reserve_since])"
        owed = page.counts(self._owed_text(0))
        was_drawn = page.counts(f"SUMIFS([drawn_to_date], [{NUMBER}], [reserve_since])")
        return f"IF({was_drawn}, IF(AND([ahead.1.event] > 0, {owed}), {past}, 0), {interest})"


def rows_ahead(block: Block) -> list[str]:
    """Return the rows of a loan's schedule that say what falls due at payments ahead, and the target of its reserve."""
    begins = f"{block.name}.ahead.", f"{block.name}.reserve_target"
    return [path for path, row in block.rows.items() if path.startswith(begins) and row.formula]


def _months_on(day: date, months: int) -> date:
    """Return the day some months later; from the end of a month, the end of a month."""
    if day == month_end(12 * day.year + day.month):
        return month_end(12 * day.year + day.month + months)
    return add_months(day, months)
