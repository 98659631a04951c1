"""The rows of a loan's schedule that say what happens at each event, value and formula side by side."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from fibercap.core.rounding import rounded_text
from fibercap.core.rows import Row
from fibercap.core.timeline import FLOW, STOCK
from fibercap.model.loans.account import later_installments, share_base
from fibercap.model.loans.discount_rows import discount_rows
from fibercap.model.loans.prepared import available_until
from fibercap.model.loans.terms import Rounding

if TYPE_CHECKING:
    from fibercap.core.units import Array
    from fibercap.model.loans.flows import Flows
    from fibercap.model.loans.prepared import Prepared


class FlowRows:
    """Writes what happens at each event."""

    def __init__(self, prepared: Prepared, flows: Flows) -> None:
        self.prepared, self.sheet, self.setting, self.flows = prepared, prepared.sheet, prepared.setting, flows
        self.loan, self.name, self.money = self.setting.loan, self.setting.name, self.setting.money
        self.until, self.grid = prepared.until, prepared.grid
        rounding = self.loan.rounding
        self.rounding = rounding if isinstance(rounding, Rounding) and not rounding.carries else None
        self.at = self.setting.at

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
        text = text.replace("[", f"{{{self.at}.").replace("]", "}")
        row = Row(f"{self.at}.{key}", label, self.money if unit is None else unit, nature, text)
        return self.sheet.put(row, value)

    def line(self, key: str, label: str, nature: str, text: str, unit: str | None = None) -> None:
        """Write the row `<schedule>.<key>`, whose values are computed from its formula.

        Parameters
        ----------
        key, label, nature, text, unit
            As for `put`.
        """
        text = text.replace("[", f"{{{self.at}.").replace("]", "}")
        self.sheet.line(Row(f"{self.at}.{key}", label, self.money if unit is None else unit, nature, text))

    def write_balance(self, key: str, label: str, change: str) -> None:
        """Write the row `<schedule>.<key>`, a balance that each event changes. [money]

        Parameters
        ----------
        key, label : str
            Last part of the path, and words for readers.
        change : str
            Formula of the change, in which `[key]` stands for a row of this schedule.
        """
        change = change.replace("[", f"{{{self.at}.").replace("]", "}")
        self.sheet.write_balance(f"{self.at}.{key}", label, self.money, change)

    @property
    def recast(self) -> bool:
        """Whether prepayments lower later installments in proportion."""
        return self.loan.lowers_in_proportion

    def give(self, key: str, unit: str, value: Array | float) -> str:
        """Make an input of the loan known to the sheet; return the reference to it. See `Page.give`."""
        return self.sheet.give(f"{self.setting.terms}.{key}", unit, value)

    def give_money(self, key: str, value: Array) -> str:
        """Make an amount of money known to the sheet; return the reference to it. See `Page.give_money`."""
        return self.give(key, self.money, value)

    def give_regular_fraction(self) -> str:
        """Give the length of a regular payment period."""
        every = self.setting.reads("payments.every")
        return self.sheet.give(f"loans.{self.name}.regular_fraction", "year", self.loan.interval / 12, *every)

    def counts(self, text: str) -> str:
        """Return the text that tells whether an amount is more than a trifle."""
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
        at = f"loans.{self.name}.rounding"
        step = self.sheet.give(f"{at}.to", self.money, self.rounding.step, at)
        return rounded_text(text, step, getattr(self.rounding, what))

    def interest(self) -> None:
        """Write interest as it accrues, falls due, is capitalized or paid."""
        flows, loan = self.flows, self.loan
        grown = "[opening] * [rate] * [year_fraction]"
        if loan.compounding != "nominal":
            one, times = self.sheet.give("time.one_year", "year", 1.0), 1 if loan.compounding == "effective" else 2
            power = f"[year_fraction] * {times} / {one}"
            grown = f"([opening] + [accrued_interest@-1]) * ((1 + [rate] * {one} / {times})^({power}) - 1)"
        self.line("rate_years", "Rate times years", FLOW, "[rate] * [year_fraction]", "")
        owed = f"[accrued_interest@-1] + {grown}"
        self.put("counted", "Interest counted to date", STOCK, owed, flows["counted"])
        if self.rounding is not None:
            due = self.in_steps("[counted]", "interest")
            if loan.true_up == "last_interest":
                due = f"IF(AND([is_final] > 0, [changed] = 0), MAX([installment@-1] - [opening], 0), {due})"
            grown = f"IF([is_payment] > 0, {due} - [accrued_interest@-1], {grown})"
        self.put("opening", "Opening", STOCK, "[closing@-1]", flows["opening"])
        self.put("interest", "Interest accrued", FLOW, grown, flows["interest"])
        text = "[is_payment] * ([accrued_interest@-1] + [interest])"
        self.put("interest_due", "Interest due", FLOW, text, flows["interest_due"])
        text = "[capitalizes] * [interest_due]"
        if loan.repayment.grows:
            missing = f"MAX(-({self.principal_text()}), 0)"
            text = f"IF([repays] * (1 - [is_final]) > 0, {missing}, {text})"
        self.put("capitalized", "Interest capitalized", FLOW, text, flows["capitalized"])
        self.line("interest_paid", "Interest paid", FLOW, "[interest_due] - [capitalized]")
        self.write_balance("accrued_interest", "Interest owed", "[interest] - [interest_due]")

    def recasts(self) -> None:
        """Write by how much prepayments lower installments, where these fall in proportion.

        Rows: `later_installments` of a custom schedule in amounts, `kept_by_recast`, `kept_share` or `share_base`.
        """
        flows, style = self.flows, self.loan.repayment
        if not self.recast:
            return
        before = "[opening] + [capitalized] - [scheduled]"
        if f"{self.at}.target" in self.sheet and not style.in_shares:
            text = "[later_installments@1] + [target@1]"
            later = later_installments(self.prepared.value("target"))
            self.put("later_installments", "Installments planned later", STOCK, text, later)
            before = f"MAX({before}, [kept_share@-1] * [later_installments])"
        kept = flows["kept_by_recast"]
        text = f"IF({self.prepared.trifle.counts_text('[prepaid]')}, 1 - [prepaid] / ({before}), 1)"
        self.put("kept_by_recast", "Share of installments that a recast keeps", FLOW, text, kept, "")
        if style.in_shares:
            base = share_base(kept, flows["drawn"])
            text = "[share_base@-1] * [kept_by_recast] + [drawn]"
            self.put("share_base", "Amount that shares are of", STOCK, text, base)
        else:
            text = f"{{{self.at}.kept_share@-1}} * {{{self.at}.kept_by_recast}}"
            row = Row(f"{self.at}.kept_share", "Share of installments kept so far", "", STOCK, text, "1")
            self.sheet.put(row, np.asarray(np.cumprod(kept, axis=-1)))

    def principal_text(self) -> str:
        """Return the formula of the principal of a payment before the last, before it is held between its limits."""
        return self.loan.repayment.principal_text(self)

    def installments(self) -> None:
        """Write what a style sets, and when it is set anew."""
        style, flows = self.loan.repayment, self.flows
        if style.discounts:
            discount_rows(self.prepared, flows.discounts)
        if not style.sets:
            return
        text = f"IF([repays@-1] > 0, 0, [changed@-1]) + IF({self.counts('[drawn@-1]')}, 1, 0)"
        if self.prepared.course.days and not style.keeps_payment:
            text += " + IF([rate] = [rate@-1], 0, 1)"
        if self.loan.recasts:
            text += f" + IF({self.counts('[prepaid@-1]')}, 1, 0)"
        text = text.replace("[", f"{{{self.at}.").replace("]", "}")
        row = Row(f"{self.at}.changed", "Changes since the last repayment", "", STOCK, text, "1")
        self.sheet.put(row, flows["changed"])
        new = self.in_steps(style.installment_text(self), "payment")
        text = f"IF(AND([repays] > 0, [changed] > 0, [is_final] = 0), {new}, [installment@-1])"
        label = "Payment set" if style.sets == "payment" else "Principal set"
        self.put("installment", label, STOCK, text, flows["installment"])

    def principal(self) -> None:
        """Write principal as scheduled and as prepaid, and what is then owed."""
        flows = self.flows
        text = self.principal_text()
        if self.loan.repayment.sets != "payment":
            text = self.in_steps(text, "payment")
        owed = "[opening] + [capitalized]"
        text = f"IF([repays] > 0, MIN(MAX({text}, 0), {owed}), 0)"
        self.put("scheduled", "Scheduled principal", FLOW, f"IF([is_final] > 0, {owed}, {text})", flows["scheduled"])
        text = f"MIN([planned_prepayment], {owed} - [scheduled])"
        if self.loan.needs_cash:
            left = flows["opening"] + flows["capitalized"] - flows["scheduled"]
            known = np.minimum(self.prepared.value("planned_prepayment"), left)
            self.put("known_prepaid", "Prepaid by plan", FLOW, text, known)
            text = f"[draws_here] * ({owed} - [scheduled] - [known_prepaid])"
            self.put("repayable", "Left to be repaid from cash", FLOW, text, left - known)
            text = "[known_prepaid] + MIN([moved_by_cash], [repayable])"
        self.put("prepaid", "Prepaid", FLOW, text, flows["prepaid"])
        self.line("principal", "Principal", FLOW, "[scheduled] + [prepaid]")
        self.put("closing", "Closing", STOCK, f"{owed} - [principal] + [drawn]", flows["closing"])
        self.write_balance("drawn_to_date", "Drawn to date", "[drawn]")

    def fees(self) -> None:
        """Write recurring fees as they accrue and are paid."""
        flows, fees, terms = self.flows, self.loan.fees, []
        until = self._until_given()
        signed = self.setting.reads("signed")
        first = self.sheet.give(f"loans.{self.name}.first_month", "month", self.grid.months[0], *signed)
        may = f"AND([month] <= {until}, [month] > {first})"
        commitment = self._commitment_given()
        if np.any(fees.undrawn):
            used = "[opening]" if self.loan.revolves else "[drawn_to_date@-1]"
            terms.append(f"MAX({commitment} - {used}, 0) * {self.give('fees.undrawn', '1/year', fees.undrawn)} * {may}")
        if np.any(fees.guarantee):
            terms.append(f"[opening] * {self.give('fees.guarantee', '1/year', fees.guarantee)}")
        if np.any(fees.agency):
            agency = self.give("fees.agency", f"{self.money}/year", fees.agency)
            terms.append(f"IF(OR({self.prepared.trifle.counts_text('[opening]')}, {may}), {agency}, 0)")
        grown = f"({' + '.join(terms)}) * [year_fraction]" if terms else "0"
        if terms and self.rounding is not None:
            due = self.in_steps(f"[accrued_fees@-1] + {grown}", "interest")
            grown = f"IF([is_payment] > 0, {due} - [accrued_fees@-1], {grown})"
        self.put("fees", "Recurring fees accrued", FLOW, grown, flows["fees"])
        text = "[is_payment] * ([accrued_fees@-1] + [fees])"
        self.put("fees_paid", "Recurring fees paid", FLOW, text, flows["fees_paid"])
        self.write_balance("accrued_fees", "Fees owed", "[fees] - [fees_paid]")

    def _until_given(self) -> str:
        """Give the month up to which undrawn money may be drawn: fixed, or as late as the last planned spending."""
        at, text, reads = f"loans.{self.name}", self.prepared.until_text, self.prepared.until_reads()
        if not text:
            return self.sheet.give(f"{at}.available_until", "month", self.until, *reads)
        last = self.sheet.give(f"{at}.last_draw", "month", available_until(self.loan, None), *reads)
        return self.sheet.give(f"{at}.available_until", "month", self.until, formula=f"MAX({last}, {text})")

    def _commitment_given(self) -> str:
        """Give the commitment; of a loan that is owed already, it is what is outstanding."""
        text = self.setting.commitment_text
        if self.loan.outstanding is not None:
            text = self.give("outstanding", self.money, self.loan.outstanding)
        return self.sheet.give(self.setting.commitment, self.money, self.loan.commitment, formula=text)

    def totals(self) -> None:
        """Write the upfront fee, the payment, and the borrower's flow from which the all-in cost follows."""
        loan, first = self.loan, np.zeros(len(self.grid.dates))
        first[0] = 1.0
        row = Row(f"{self.at}.is_signing", "Signing", "", FLOW, reads=self.setting.reads("signed"))
        self.sheet.put(row, first)
        text = "0"
        if np.any(loan.fees.upfront):
            share = self.give("fees.upfront", "", loan.fees.upfront)
            text = f"{{{self.at}.is_signing}} * {{{self.setting.commitment}}} * {share}"
        row = Row(
            f"{self.at}.upfront_fee", "Upfront fee", self.money, FLOW, text, reads=self.setting.reads("fees.upfront")
        )
        self.sheet.line(row)
        self.line("payment", "Payment", FLOW, "[interest_paid] + [principal] + [fees_paid]")
        self.line("borrower_cash_flow", "Borrower's flow", FLOW, "[drawn] - [upfront_fee] - [payment]")


def flow_rows(prepared: Prepared, flows: Flows) -> None:
    """Write the rows of a loan's schedule that say what happens at each event.

    Under the path of the schedule: `opening`, `interest`, `interest_due`, `capitalized`, `interest_paid`,
    `accrued_interest`, `installment`, `scheduled`, `prepaid`, `principal`, `closing`, `drawn_to_date`, `fees`,
    `fees_paid`, `accrued_fees`, `upfront_fee`, `payment`, `borrower_cash_flow`, and what these read.

    Parameters
    ----------
    prepared : Prepared
        The loan and the rows of its dates.
    flows : Flows
        Values of the account, each (event,) or (sample, event). [money]

    Source
    ------
    docs/conventions.md, section 4, Events to Rounding.
    """
    rows = FlowRows(prepared, flows)
    rows.recasts()
    rows.interest()
    rows.installments()
    rows.principal()
    rows.fees()
    rows.totals()
