"""The page on which styles of repayment and others write the rows of a loan's schedule."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fibercap.core.formulas.rows import Row
from fibercap.core.rounding import rounded_text
from fibercap.model.loans.clauses.rounding import Rounding
from fibercap.model.loans.repayment.style import Page

if TYPE_CHECKING:
    from fibercap.core.units import Array
    from fibercap.model.loans.events.prepared import Prepared


class SchedulePage(Page):
    """Writes rows of a loan's schedule and gives its inputs; in a formula text, `[key]` stands for a row of it."""

    def __init__(self, prepared: Prepared) -> None:
        self.prepared, self.sheet, self.setting = prepared, prepared.sheet, prepared.setting
        self.loan, self.name, self.money = self.setting.loan, self.setting.name, self.setting.money
        rounding = self.loan.rounding
        self.rounding = rounding if isinstance(rounding, Rounding) and not rounding.carries else None
        self.prefix = self.setting.prefix
        self.fee_texts: dict[str, str] = {}
        """By key of each fee by the year that is written, the formula of what it is."""
        self.may_be_drawn = self.commitment = ""
        """Formulas of whether it may be drawn, and of the commitment, once fees are written."""

    def put(self, key: str, label: str, nature: str, text: str, value: Array, unit: str | None = None) -> Array:
        """Write the row `<schedule>.<key>` with values that the account has already computed; return the values.

        Parameters
        ----------
        key, label, nature : str
            Last part of the path, words for readers, and flow, stock or rate.
        text : str
            Formula, in which `[key]` stands for a row of this schedule.
        value : (event,) or (sample, event)
            [`unit`]
        unit : str or None
            The loan's currency if None.
        """
        text = text.replace("[", f"{{{self.prefix}.").replace("]", "}")
        row = Row(f"{self.prefix}.{key}", label, self.money if unit is None else unit, nature, text)
        return self.sheet.put(row, value)

    def line(self, key: str, label: str, nature: str, text: str, unit: str | None = None) -> None:
        """Write the row `<schedule>.<key>`, whose values are computed from its formula.

        Parameters
        ----------
        key, label, nature, text, unit
            As for `put`.
        """
        text = text.replace("[", f"{{{self.prefix}.").replace("]", "}")
        self.sheet.line(Row(f"{self.prefix}.{key}", label, self.money if unit is None else unit, nature, text))

    def write_balance(self, key: str, label: str, change: str) -> None:
        """Write the row `<schedule>.<key>`, a balance that each event changes. [money]

        Parameters
        ----------
        key, label : str
            Last part of the path, and words for readers.
        change : str
            Formula of the change, in which `[key]` stands for a row of this schedule.
        """
        change = change.replace("[", f"{{{self.prefix}.").replace("]", "}")
        self.sheet.write_balance(f"{self.prefix}.{key}", label, self.money, change)

    @property
    def recast(self) -> bool:
        """Whether prepayments lower later installments in proportion."""
        return self.loan.lowers_in_proportion

    def give(self, key: str, unit: str, value: Array | float) -> str:
        """Give an input of the loan as a scalar; return the reference to it. See `Page.give`."""
        return self.sheet.give(f"{self.setting.terms}.{key}", unit, value)

    def give_money(self, key: str, value: Array) -> str:
        """Give an amount of money as a scalar; return the reference to it. See `Page.give_money`."""
        return self.give(key, self.money, value)

    def give_regular_fraction(self) -> str:
        """Give the length of a regular payment period."""
        every = self.setting.reads("payments.every")
        return self.sheet.give(f"loans.{self.name}.regular_fraction", "year", self.loan.interval / 12, *every)

    def counts(self, text: str) -> str:
        """Return the formula text of whether an amount counts as money. [1]"""
        return self.prepared.trifle.counts_text(text)

    def in_steps(self, text: str, what: str) -> str:
        """Return a formula, rounded as the contract says, or unchanged if the contract does not round.

        Parameters
        ----------
        text : str
            Formula of an amount. [money]
        what : str
            Field of the loan's `rounding` that has the direction, such as `interest`.

        Source
        ------
        docs/conventions.md, section 4, Rounding.
        """
        if self.rounding is None:
            return text
        path = f"loans.{self.name}.rounding"
        step = self.sheet.give(f"{path}.to", self.money, self.rounding.step, path)
        way = getattr(self.rounding, what)
        rounded = rounded_text(text, step, way)
        return f"IF({self.counts(text)}, {rounded}, 0)" if (what, way) == ("interest", "up") else rounded
