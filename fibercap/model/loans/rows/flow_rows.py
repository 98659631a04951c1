"""The rows of a loan's schedule that say what happens at each event, with values from the loan's account."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from fibercap.core.formulas.rows import Row
from fibercap.core.timeline import FLOW, STOCK
from fibercap.model.loans.availability import available_until
from fibercap.model.loans.clauses.values_by_day import give_steps, text_on_day
from fibercap.model.loans.events.account import SAME_RATE
from fibercap.model.loans.repayment.recasts import later_installments, share_base
from fibercap.model.loans.rows.ahead_rows import reserve_rows
from fibercap.model.loans.rows.discount_rows import discount_rows
from fibercap.model.loans.rows.schedule_page import SchedulePage
from fibercap.model.loans.rows.step_rows import fee_since
from fibercap.model.loans.rows.term_rows import term_row

if TYPE_CHECKING:
    from fibercap.model.loans.events.flows import Flows
    from fibercap.model.loans.events.prepared import Prepared


class FlowRows(SchedulePage):
    """Writes what happens at each event."""

    def __init__(self, prepared: Prepared, flows: Flows) -> None:
        super().__init__(prepared)
        self.flows, self.until, self.grid = flows, prepared.until, prepared.grid

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
        if f"{self.prefix}.target" in self.sheet and not style.in_shares:
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
            text = f"{{{self.prefix}.kept_share@-1}} * {{{self.prefix}.kept_by_recast}}"
            row = Row(f"{self.prefix}.kept_share", "Share of installments kept so far", "", STOCK, text, "1")
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
        if (self.prepared.course.days or self.loan.changes_by_period) and not style.keeps_payment:
            moved = f"([rate] - [rate@-1]) * {self.sheet.give('time.one_year', 'year', 1.0)}"
            text += f" + IF(AND({moved} < {SAME_RATE:.12f}, {moved} > -{SAME_RATE:.12f}), 0, 1)"
        if self.loan.recasts:
            text += f" + IF({self.counts('[prepaid@-1]')}, 1, 0)"
        text = text.replace("[", f"{{{self.prefix}.").replace("]", "}")
        row = Row(f"{self.prefix}.changed", "Changes since the last repayment", "", STOCK, text, "1")
        self.sheet.put(row, flows["changed"])
        new = self.in_steps(style.installment_text(self), "payment")
        text = f"IF(AND([repays] > 0, [changed] > 0, [is_final] = 0), {new}, [installment@-1])"
        label = "Payment set" if style.sets == "payment" else "Principal set"
        self.put("installment", label, STOCK, text, flows["installment"])

    def principal(self) -> None:
        """Write principal as scheduled and as prepaid, and what is then owed."""
        flows = self.flows
        self._service_due()
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

    def _service_due(self) -> None:
        """Write the interest and fees since the payment before that cash flow serves, where a style reads them."""
        serves = self.prepared.serves
        if serves is None:
            return
        text = (
            "IF([serves@-1] > 0, 0, [service_due@-1]) + [is_payment] * ([interest_due] - [capitalized]) + [fees_paid]"
        )
        paid = self.flows["interest_due"] - self.flows["capitalized"] + self.flows["fees_paid"]
        due, left = np.array(paid), np.zeros(np.shape(paid)[:-1])
        for event in range(paid.shape[-1]):
            left = due[..., event] = left + paid[..., event]
            left = left * (1.0 - serves[event])
        self.put("service_due", "Interest and fees to be served", STOCK, text, due)

    def fees(self) -> None:
        """Write recurring fees as they accrue and are paid."""
        flows, fees, terms = self.flows, self.loan.fees, []
        until = self._give_until()
        signed = self.setting.reads("signed")
        first = self.sheet.give(f"loans.{self.name}.first_month", "month", self.grid.months[0], *signed)
        self.may_be_drawn = may = f"AND([month] <= {until}, [month] > {first})"
        self.commitment = commitment = self._give_commitment()
        if fees.undrawn.ever:
            used = "[opening]" if self.loan.revolves else "[drawn_to_date@-1]"
            terms.append(f"MAX({commitment} - {used}, 0) * {self.fee('undrawn', '1/year')} * {may}")
        if fees.guarantee.ever:
            terms.append(f"[opening] * {self.fee('guarantee', '1/year')}")
        if fees.agency.ever:
            agency = self.fee("agency", f"{self.money}/year")
            terms.append(f"IF(OR({self.prepared.trifle.counts_text('[opening]')}, {may}), {agency}, 0)")
        grown = f"({' + '.join(terms)}) * [year_fraction]" if terms else "0"
        if terms and self.rounding is not None:
            due = self.in_steps(f"[accrued_fees@-1] + {grown}", "interest")
            grown = f"IF([is_payment] > 0, {due} - [accrued_fees@-1], {grown})"
        self.put("fees", "Recurring fees accrued", FLOW, grown, flows["fees"])
        text = "[is_payment] * ([accrued_fees@-1] + [fees])"
        self.put("fees_paid", "Recurring fees paid", FLOW, text, flows["fees_paid"])
        self.write_balance("accrued_fees", "Fees owed", "[fees] - [fees_paid]")

    def fee(self, key: str, unit: str) -> str:
        """Give a recurring fee, which accrues by day at the value in force; return its formula text.

        Parameters
        ----------
        key, unit : str
            The key of the fee, such as `undrawn`, and its unit.
        """
        since = fee_since(self.prepared, key)
        text = term_row(self.sheet, self.setting, f"fees.{key}", unit, getattr(self.loan.fees, key), since).text
        self.fee_texts[key] = text
        return text

    def prepayment_fee(self) -> str:
        """Write what dated prepayments cost; return the text that adds it, "" if they cost nothing."""
        loan, path = self.loan, f"loans.{self.name}.prepayment_fee"
        if not loan.charges_prepayments:
            return ""
        shares, prepaid = give_steps(self.sheet, path, "", loan.prepayment_fee), "[prepaid]"
        if loan.needs_cash:  # sweeps cost nothing
            prepaid = "[known_prepaid]"
        text = f"{prepaid} * ({text_on_day(path, loan.prepayment_fee, shares, '[date]')})"
        text = f"IF([planned_prepayment] > 0, {text}, 0)"  # so that on other days nothing rests on what is repaid
        self.put(
            "prepayment_fee", "Prepayment fee", FLOW, self.in_steps(text, "interest"), self.flows["prepayment_fee"]
        )
        return " + [prepayment_fee]"

    def _give_until(self) -> str:
        """Give the month up to which undrawn money may be drawn: a fixed one, or that of the last planned spending."""
        prefix, text, reads = f"loans.{self.name}", self.prepared.until_text, self.prepared.until_reads()
        if not text:
            return self.sheet.give(f"{prefix}.available_until", "month", self.until, *reads)
        last = self.sheet.give(f"{prefix}.last_draw", "month", available_until(self.loan, None), *reads)
        return self.sheet.give(f"{prefix}.available_until", "month", self.until, formula=f"MAX({last}, {text})")

    def _give_commitment(self) -> str:
        """Give the commitment; of a loan that is owed already, the amount outstanding."""
        text = self.setting.commitment_text
        if self.loan.outstanding is not None:
            text = self.give("outstanding", self.money, self.loan.outstanding)
        return self.sheet.give(self.setting.commitment, self.money, self.loan.commitment, formula=text)

    def totals(self) -> None:
        """Write the upfront fee, the payment, and the borrower's flow from which the all-in cost follows."""
        loan, first = self.loan, np.zeros(len(self.grid.dates))
        first[0] = 1.0
        row = Row(f"{self.prefix}.is_signing", "Signing", "", FLOW, reads=self.setting.reads("signed"))
        self.sheet.put(row, first)
        text = "0"
        if np.any(loan.fees.upfront):
            share = self.give("fees.upfront", "", loan.fees.upfront)
            text = f"{{{self.prefix}.is_signing}} * {{{self.setting.commitment}}} * {share}"
        row = Row(
            f"{self.prefix}.upfront_fee",
            "Upfront fee",
            self.money,
            FLOW,
            text,
            reads=self.setting.reads("fees.upfront"),
        )
        self.sheet.line(row)
        fee = self.prepayment_fee()
        self.line("payment", "Payment", FLOW, f"[interest_paid] + [principal] + [fees_paid]{fee}")
        self.line("borrower_cash_flow", "Borrower's flow", FLOW, "[drawn] - [upfront_fee] - [payment]")


def flow_rows(prepared: Prepared, flows: Flows) -> None:
    """Write the rows of a loan's schedule that say what happens at each event.

    Under the path of the schedule: `opening`, `interest`, `interest_due`, `capitalized`, `interest_paid`,
    `accrued_interest`, `installment`, `scheduled`, `prepaid`, `principal`, `closing`, `drawn_to_date`, `fees`,
    `fees_paid`, `accrued_fees`, `upfront_fee`, `prepayment_fee`, `payment`, `borrower_cash_flow`, and what these read;
    beside a reserve, `reserve_target`.

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
    reserve = prepared.setting.loan.reserve
    if reserve is not None and prepared.setting.timeline is not None:
        reserve_rows(rows, reserve)
