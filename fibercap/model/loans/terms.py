"""The terms of a loan contract: amount, dates, rate, repayment, fees, rounding."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any, ClassVar

import numpy as np
import pydantic
from pydantic_core.core_schema import ValidationInfo  # noqa: TC002 - pydantic reads it at run time

from fibercap.core.currencies import code_in, minor_unit
from fibercap.core.daycount import CONVENTIONS
from fibercap.core.language.by_key import Dated
from fibercap.core.language.counts import Count
from fibercap.core.language.dates import Day
from fibercap.core.language.durations import Duration
from fibercap.core.language.fields import Label, Of, Share, Word
from fibercap.core.language.money_or_share import Truth
from fibercap.core.language.product_units import InUnits
from fibercap.core.language.spec import OneOf, Spec
from fibercap.core.language.written_units import word_of
from fibercap.core.timeline import add_months
from fibercap.core.units import Array
from fibercap.model.loans.clauses.date_or_term import DateOrTerm
from fibercap.model.loans.clauses.payments import Payments
from fibercap.model.loans.clauses.rates import INTERVALS, Floating, Rate
from fibercap.model.loans.clauses.ratio_steps import AmountTerm, RateTerm, RatioSteps
from fibercap.model.loans.clauses.reserve import Reserve
from fibercap.model.loans.clauses.rounding import ROUNDINGS, Exact, Rounding, choose_rounding
from fibercap.model.loans.clauses.sweeps import Sweep
from fibercap.model.loans.clauses.values_by_day import Steps, StepsOf, on_lines
from fibercap.model.loans.covenants.covenant import Covenant
from fibercap.model.loans.repayment.amortizing_styles import Level
from fibercap.model.loans.repayment.styles import Repayment

NO_MONTHS = 0
NOTHING = np.asarray(0.0)
FREE = Steps((NOTHING,))
COMPOUNDING = ("nominal", "effective", "semiannual")


class Fees(Spec):
    """Upfront: a share of the commitment, at signing. The others by the year, paid with interest.

    Undrawn: on what is not drawn while it may be. Guarantee: on the balance. Agency: an amount of money.
    """

    upfront: Share = NOTHING
    """Share of the commitment, paid at signing. Like `1 %`."""
    undrawn: RateTerm = FREE
    """On what is not drawn while it still may be. Like `0.5 %/year` or
    `{2001: 0.5 %/year, 2002-07-01: 0.75 %/year}`."""
    guarantee: RateTerm = FREE
    """On the balance, to a guarantor. Like `1 %/year`."""
    agency: AmountTerm = FREE
    """An amount by the year. Like `10_000 USD/year`."""
    available_until: Annotated[date | None, Day()] = None
    """Last day on which it may be drawn; without it, the last planned draw, or maturity of a revolver. Like
    `2002-12-31`."""

    @property
    def recurring(self) -> bool:
        """Whether there is any fee by the year."""
        return any(fee.ever for fee in (self.undrawn, self.guarantee, self.agency))

    @property
    def days(self) -> set[date]:
        """The days from which a fee by the year has another value."""
        fees = (self.undrawn, self.guarantee, self.agency)
        return {day for fee in fees for day in fee.days[1:] if not on_lines(fee)}


NOT_GIVEN = date.min


class Loan(InUnits):
    """A loan contract with its own dates, projected to maturity even past the horizon.

    A loan that is owed already when the horizon starts may give `outstanding` and `remaining` instead of
    `commitment`, `signed` and `matures`.
    """

    one_of: ClassVar[tuple[tuple[str, ...], ...]] = (("commitment", "outstanding"),)
    together: ClassVar[Mapping[str, tuple[str, ...]]] = {
        "commitment": ("signed", "matures"),
        "outstanding": ("remaining",),
    }

    @classmethod
    def units_of(cls, raw: Mapping[str, Any], context: Mapping[str, Any]) -> dict[str, Any]:
        """Return the smallest amount that is paid in the loan's currency."""
        amount = word_of(raw.get("commitment", raw.get("outstanding")))
        return {"minor_unit": minor_unit(code_in(amount) or context.get("currency", "USD"))}

    title: Label = ""
    """What tables call it. Like `Fleet five-year loan`."""
    lender: Label = ""
    """Who lends the money. Like `Fleet National Bank`."""
    commitment: Annotated[Array, Of("money", above=0.0)] = NOTHING
    """The most that may be drawn; its currency is the loan's. Like `10 million USD`."""
    signed: Annotated[date, Day()] = NOT_GIVEN
    """Day from which it may be drawn and bears interest. Like `2001-01-08`."""
    matures: Annotated[date | int, DateOrTerm()] = NO_MONTHS
    """Day on which all that is still owed is due, or the time from signing to it. Like `5 years` or `2006-01-08`."""
    outstanding: Annotated[Array | None, Of("money", above=0.0)] = None
    """What is owed when the horizon starts, in place of `commitment`; goes with `remaining`. Like `3 million EUR`."""
    remaining: Annotated[int | None, Duration(low=1.0)] = None
    """Time to maturity from the horizon's start, or from `signed` where that is given. Like `4 years`."""
    rank: Annotated[int, Count()] = 1
    """Place in the order in which lenders are served: 1 first, then 2. Like `2`."""
    rate: Rate
    """Interest: one rate, rates that each hold from their key on, or an index and a margin. Like `8.5 %/year`,
    `{2001: 8 %/year, 2003-07-01: 9 %/year}` or `{index: libor_3m, margin: 2.5 %/year}`."""
    compounding: Annotated[str, Word(COMPOUNDING, "ways of compounding")] = "nominal"
    """What a period's interest is: rate x fraction of the year, (1 + rate)^fraction - 1, or the same with
    half-yearly compounding."""
    day_count: Annotated[str, Word(("equal_periods", *CONVENTIONS), "day counts")] = "equal_periods"
    """How the fraction of a year between two dates is counted; `equal_periods` makes all regular periods alike."""
    payments: Payments = Payments()
    """When payments fall due. Like `{every: quarter}`."""
    grace: Annotated[int, Duration()] = NO_MONTHS
    """Time from signing in which payments are interest only. Like `1 year`."""
    repayment: Repayment = Level()
    """How it is repaid. Like `{style: equal_principal}`."""
    draws: Dated = None
    """What is drawn, by date; without it, what `funding` asks. In a file of loans only, all at signing. Like
    `{2001-01-08: 4 million USD, 2001-07-01: 6 million USD}`."""
    fees: Fees = Fees()
    """What it costs beside interest. Like `{upfront: 1 %, undrawn: 0.5 %/year}`."""
    capitalize_until: Annotated[date | None, Day()] = None
    """Interest due up to this day is added to the balance. Like `2001-12-31`."""
    prepayments: Dated = None
    """What is paid back beside the schedule, by date; in a plan as far as there is cash above its minimum. Like
    `{2003-05-15: 1 million USD}`."""
    prepayment_fee: Annotated[Steps, StepsOf(Of("percent", low=0.0, high=1.0))] = FREE
    """What a dated prepayment costs on its day, as a share of it; a sweep costs nothing. Like `2 %` or
    `{2001: 3 %, 2003-07-01: 1 %}`."""
    after_prepayment: Annotated[str, Word(("shorten", "recast"), "ways after a prepayment")] = "shorten"
    """Whether a prepayment, a sweep included, shortens the loan, or lowers its later payments: those of `level` and
    `equal_principal` are set anew, those of `fixed_payment` and `custom` fall in proportion, of `bullet` the last
    falls."""
    sweep: Sweep = FREE
    """Share of the cash above its minimum that pays the loan down at the end of periods with a payment. Like `50 %`,
    `{2001: 75 %, 2004: 50 %}` or `{share: 50 %, while: {row: accounts.debt_to_ebitda_12m, above: 2}}`."""
    reserve: Reserve | None = None
    """Cash set aside for its service; what is short of its target bars payouts. Like `{covers: 6 months}`."""
    covenants: Mapping[str, Covenant] = {}
    """What the borrower has promised to keep, by name. Like `{cover: {row: accounts.dscr_12m, at_least: 1.2, test:
    payment}}`."""
    draw_stop: Truth = False
    """Whether nothing more may be drawn while one of its covenants was broken at its last test. Like `true`."""
    rounding: Annotated[
        Exact | Rounding, OneOf(ROUNDINGS, choose_rounding, title="rounding", words=("none", "cent"))
    ] = Exact()
    """Whether amounts are rounded, and how. Like `cent` or `{to: 0.01 USD, payment: up}`."""
    true_up: Annotated[str, Word(("last_payment", "last_interest"), "ways to true up")] = "last_payment"
    """Which amount of the last payment makes up for rounding."""

    @property
    def agreed_maturity(self) -> date:
        """The day on which it matures as written, a business day or not."""
        return self.matures if isinstance(self.matures, date) else add_months(self.signed, self.matures)

    @property
    def maturity(self) -> date:
        """The day on which everything still owed is paid."""
        return self.payments.business_day(self.agreed_maturity)

    @property
    def amount_field(self) -> str:
        """The field in which its amount is written."""
        return "commitment" if self.outstanding is None else "outstanding"

    @property
    def end_field(self) -> str:
        """The field in which its term is written."""
        return "matures" if self.remaining is None else "remaining"

    def drawing_reads(self, name: str) -> tuple[str, ...]:
        """Return the paths of the inputs that decide in which model periods a loan of this name may be drawn."""
        return (*(f"loans.{name}.{key}" for key in ("signed", self.end_field, "fees.available_until")), "horizon")

    @property
    def undrawn_loan(self) -> Loan:
        """The loan if it is never drawn: it costs no fee and repays nothing."""
        free = dict.fromkeys(("undrawn", "guarantee", "agency"), FREE)
        fees = self.fees.model_copy(update={"upfront": NOTHING, **free})
        return self.model_copy(update={"fees": fees, "prepayments": None})

    @property
    def interval(self) -> int:
        """Months from one payment to the next."""
        return INTERVALS[self.payments.every]

    @property
    def revolves(self) -> bool:
        """Whether what is repaid may be drawn again."""
        return self.repayment.revolves

    @property
    def due_at_once(self) -> bool:
        """Whether much of it is due with the last payment: a bullet, or a loan that leaves a balloon."""
        style = self.repayment
        return style.at_once or bool(style.months) or bool(np.any(style.balloon_amount))

    @property
    def needs_cash(self) -> bool:
        """Whether its flows depend on the company's cash: a revolver, or a loan that is swept."""
        return self.revolves or self.sweep.ever

    @property
    def recasts(self) -> bool:
        """Whether a prepayment lowers the later payments."""
        return self.after_prepayment == "recast"

    @property
    def changes_by_period(self) -> bool:
        """Whether its margin, floor or cap changes from interest period to interest period."""
        terms = self.terms_of_rate.values()
        lines = any(map(on_lines, (self.fees.undrawn, self.fees.guarantee, self.fees.agency)))
        return any(term.days for term in terms) or bool(self.ratio_terms) or lines

    @property
    def terms_of_rate(self) -> dict[str, Steps | RatioSteps]:
        """The margin, floor and cap of a floating rate, by key."""
        rate = self.rate
        if not isinstance(rate, Floating):
            return {}
        terms = {"margin": rate.margin, "floor": rate.floor, "cap": rate.cap}
        return {key: term for key, term in terms.items() if term is not None}

    @property
    def ratio_terms(self) -> dict[str, RatioSteps]:
        """The terms that depend on a ratio but the sweep, by key below the loan, such as `rate.margin`."""
        terms = {f"rate.{key}": term for key, term in self.terms_of_rate.items()}
        terms |= {f"fees.{key}": getattr(self.fees, key) for key in ("undrawn", "guarantee", "agency")}
        return {key: term for key, term in terms.items() if isinstance(term, RatioSteps)}

    @property
    def charges_prepayments(self) -> bool:
        """Whether dated prepayments cost a fee."""
        return bool(self.prepayments) and self.prepayment_fee.ever

    @property
    def lowers_in_proportion(self) -> bool:
        """Whether a prepayment lowers the later installments in proportion to what they were."""
        return self.recasts and self.repayment.lowers_in_proportion

    @property
    def ends_with_equal_payment(self) -> bool:
        """Whether the last payment equals those before, up to rounding: `level` with nothing left over."""
        rounds = isinstance(self.rounding, Rounding) and not self.rounding.carries
        shortened = not self.recasts and (bool(self.prepayments) or self.sweep.ever)
        return rounds and self.repayment.sets == "payment" and not self.repayment.leaves_rest and not shortened

    @property
    def is_dated(self) -> bool:
        """Whether signing and maturity are given; a check across blocks reports what is missing."""
        return self.signed != NOT_GIVEN and self.matures != NO_MONTHS

    @pydantic.model_validator(mode="after")
    def _owed_before(self, info: ValidationInfo) -> Loan:
        """Take what is outstanding as drawn on the day before the horizon, or on the day `signed` gives."""
        if self.outstanding is not None and self.remaining is not None:
            eve = (info.context or {}).get("eve", NOT_GIVEN)
            signed = eve if self.signed == NOT_GIVEN else self.signed
            self.__dict__.update(commitment=self.outstanding, signed=signed, matures=self.remaining)
        return self
