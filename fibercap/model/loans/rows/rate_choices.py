"""The rates that lie ahead of a loan: as they come, but with the step of a ratio that is in force now.

Which step a ratio will decide later depends on cash. So there is a series of later rates for each choice among steps,
and each event reads the series of the choice in force.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from fibercap.core.formulas.rows import Row
from fibercap.core.timeline import RATE, STOCK

if TYPE_CHECKING:
    from collections.abc import Callable

    from fibercap.model.loans.rows.schedule_page import SchedulePage


class RateChoices:
    """Writes the rows of rates ahead, and gives formulas that read them; one series, or one for each choice."""

    def __init__(self, page: SchedulePage) -> None:
        self.page, self.loan, self.rates = page, page.loan, page.prepared.rates
        self.keys = [""] if self.rates.choices == 1 else [f"_{choice}" for choice in range(self.rates.choices)]
        self.moves = bool(page.prepared.course.days) or page.loan.changes_by_period
        self.compounds = page.loan.compounding != "nominal"

    def write(self) -> None:
        """Write rate times years, or growth, to date, and the number of changes of the rate to date."""
        style = self.loan.repayment
        self._bases()
        for choice, key in enumerate(self.keys):
            if key:
                self._rate_of(choice, key)
            self._to_date(key)
            if style.sets and self.moves and not style.keeps_payment:
                change = self._full(f"IF([rate{key}] = [rate{key}@-1], 0, 1)")
                path = f"{self.page.prefix}.rate{key}_changes"
                self.page.sheet.write_balance(path, "Changes of the rate to date", "", change)

    def _full(self, text: str) -> str:
        return text.replace("[", f"{{{self.page.prefix}.").replace("]", "}")

    def _bases(self) -> None:
        """Write the number of the first rate that a choice may take at each event, unless it is there already."""
        prepared = self.page.prepared
        if len(self.keys) > 1 and f"{self.page.prefix}.rate_base" not in self.page.sheet:
            numbers = np.array(prepared.steps, dtype=float)
            reads = (*prepared.calendar_reads["rate_set_on"], prepared.rate_read(), *prepared.term_reads())
            label = "Number of the first rate to choose from"
            prepared.put_known("rate_base", label, "", numbers - numbers % self.rates.choices, reads)

    def _rate_of(self, choice: int, key: str) -> None:
        """Write the rate at each event with one choice among steps, and the discount factors at it."""
        page, count = self.page, self.rates.choices
        bases = [step // count * count for step in page.prepared.steps]
        known = sorted(set(bases))
        text = " + ".join(f"IF([rate_base] = {base}, {self.rates.texts[base + choice]}, 0)" for base in known)
        value = sum(np.equal(bases, base) * self.rates.values[base + choice] for base in known)
        first = self.rates.texts[bases[0] + choice]
        label = f"Rate by choice {choice + 1} of its steps"
        page.sheet.put(
            Row(f"{page.prefix}.rate{key}", label, "1/year", RATE, self._full(text), first), np.asarray(value)
        )
        for row in self.loan.repayment.discounts:
            written = [base for base in known if f"{page.prefix}.{row}_{base + choice}" in page.sheet]
            text = " + ".join(f"IF([rate_base] = {base}, [{row}_{base + choice}], 0)" for base in written)
            label = f"Discount factors by choice {choice + 1} of its steps"
            page.sheet.line(Row(f"{page.prefix}.{row}_of{key}", label, "", STOCK, self._full(text)))

    def _to_date(self, key: str) -> None:
        page, rate = self.page, f"[rate{key}]"
        if not self.compounds:
            change = self._full(f"{rate} * [year_fraction]")
            page.sheet.write_balance(f"{page.prefix}.rate{key}_to_date", "Rate times years to date", "", change)
            return
        one, times = page.sheet.give("time.one_year", "year", 1.0), 1 if self.loan.compounding == "effective" else 2
        grown = f"(1 + {rate} * {one} / {times})^([year_fraction] * {times} / {one})"
        steps = page.sheet.work_out(self._full(grown))
        path = f"{page.prefix}.rate{key}_to_date"
        text = f"{{{path}@-1}} * {self._full(grown)}"
        value = np.asarray(np.cumprod(steps, axis=-1), dtype=float)
        page.sheet.put(Row(path, "Growth of one unit to date", "", STOCK, text, "1"), value)

    def _by_choice(self, text_of: Callable[[str], str]) -> str:
        """Return the formula of the choice in force."""
        if len(self.keys) == 1:
            return text_of("")
        terms = (f"IF({self.rates.choice} = {n}, {text_of(key)}, 0)" for n, key in enumerate(self.keys))
        return f"({' + '.join(terms)})"

    def interest(
        self,
        place: int,
        owed: str,
        accrued: str,
        look_up: Callable[[str, int], str],
        since: Callable[[str, int], str],
    ) -> str:
        """Return the formula of the interest counted to a payment ahead. [money]

        Parameters
        ----------
        place : int
            1 for the next payment.
        owed, accrued : str
            Formulas of what is owed, and of the interest that is owed already.
        look_up, since : callable
            Return the formula of a row at a payment, and of what it grows by since the payment before.
        """
        if not self.compounds:
            grown = f"{owed} * {self._by_choice(lambda key: since(f'rate{key}_to_date', place))}"
            return grown if accrued == "0" else f"{accrued} + {grown}"

        def growth(key: str) -> str:
            row = f"rate{key}_to_date"
            return f"{look_up(row, place)} / {look_up(row, place - 1) if place > 1 else f'[{row}]'}"

        base = owed if accrued == "0" else f"({owed} + {accrued})"
        return f"{base} * {self._by_choice(growth)} - {owed}"

    def factor(self, key: str, place: int, look_up: Callable[[str, int], str]) -> str:
        """Return the formula of the rate, or of a discount factor at it, at a payment ahead.

        Parameters
        ----------
        key, place : str, int
            `rate`, `annuity` or `discount`, and the payment.
        look_up : callable
            Returns the formula of a row at a payment.
        """
        many = "" if key == "rate" or len(self.keys) == 1 else "_of"
        return self._by_choice(lambda choice: look_up(f"{key}{many}{choice}", place))

    def changes(self, place: int, since: Callable[[str, int], str]) -> str:
        """Return the formula of how often the rate changes up to a payment ahead; "" if it never does. [1]

        Parameters
        ----------
        place : int
            1 for the next payment.
        since : callable
            Returns the formula of what a row grows by since the payment before.
        """
        if not self.loan.repayment.sets or not self.moves or self.loan.repayment.keeps_payment:
            return ""
        return self._by_choice(lambda key: since(f"rate{key}_changes", place))
