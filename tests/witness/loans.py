"""Loan contracts: dates of payment, fractions of years, rates (docs/conventions.md, section 4)."""

from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from functools import cached_property
from itertools import count, pairwise
from typing import Any

from tests.witness.business_days import Closed, read_closed
from tests.witness.dates import STEPS, add_months, read_day
from tests.witness.day_counts import Rhythm, count_30_360, count_fraction
from tests.witness.plan import Plan
from tests.witness.quantities import read_number, read_quantity
from tests.witness.rounding import Rounding, read_rounding
from tests.witness.terms import Tested, holds_limit, read_on, read_term, step_term


@dataclass(frozen=True)
class Payment:
    """A payment date, the day on which its period began, and whether the period is a whole interval of the rhythm.

    One beyond maturity is not made; maturity is not shared in by payments that are made in advance. Interest counts from
    `since` to `due`: the regular dates, or those on which payments are made. `written` is the regular date; one that is
    not `whole` is made on maturity, a few days after it.
    """

    day: date
    start: date
    regular: bool
    made: bool = True
    shares: bool = True
    due: date = date.min
    since: date = date.min
    written: date = date.min
    complete: bool = True


@dataclass(frozen=True)
class Contract:
    """What a loan agreement says (docs/reference/scenario.md, loans)."""

    name: str
    block: Plan = field(repr=False)
    currency: str
    commitment: float
    signed: date
    agreed: date
    index: dict[str, str] = field(default_factory=dict)
    outstanding: bool = False
    tested: Tested | None = field(default=None, repr=False)
    closed: Closed = field(default_factory=Closed, repr=False)

    @cached_property
    def matures(self) -> date:
        """The day on which all is paid: maturity, or the business day to which it moves (payment dates, rule 6)."""
        return self.closed.move(self.agreed)

    @cached_property
    def rank(self) -> int:
        """Its place in the order of cash: 1 is served first."""
        return int(self.block.get("rank", "1"))

    @property
    def is_unlevered(self) -> bool:
        """Whether a sculpted loan follows cash flow with unlevered tax (section 4, principal, rule 6)."""
        return bool(self.block["repayment"].get("tax") == "unlevered")

    @cached_property
    def style(self) -> str:
        """How it is repaid."""
        return str(self.block.get("repayment", {}).get("style", "level"))

    @cached_property
    def interval(self) -> int:
        """Months from one payment to the next."""
        return STEPS[self.block.get("payments", {}).get("every", "quarter")]

    @cached_property
    def draws(self) -> dict[date, float]:
        """Dated draws; a loan that is owed at the start is drawn in full at once (section 4, rules 1 and 2)."""
        if self.outstanding:
            return {self.signed: self.commitment}
        return {read_day(key): read_number(text) for key, text in self.block.get("draws", {}).items()}

    @cached_property
    def prepayments(self) -> dict[date, float]:
        """Dated prepayments."""
        return {read_day(key): read_number(text) for key, text in self.block.get("prepayments", {}).items()}

    @cached_property
    def schedule(self) -> dict[date, str]:
        """Dates of a `custom` schedule, and the amounts or shares of what is drawn that are due on them."""
        written = self.block.get("repayment", {}).get("schedule", {})
        return {self.closed.move(read_day(key)): text for key, text in written.items()}

    def read_term(self, node: Any, day: date, period: Payment) -> float:
        """Return a term on a day: steps are those of the interest period, a series goes by the day itself."""
        steps = isinstance(node, dict) and ("by" in node or node.get("interpolate") == "linear")
        return read_term(node, period.start if steps else day, self.tested)

    @cached_property
    def fee_days(self) -> list[date]:
        """Days on which recurring fees change."""
        nodes = [self.block.get("fees", {}).get(key) for key in ("undrawn", "guarantee", "agency")]
        stepped = [node for node in nodes if isinstance(node, dict) and node.get("interpolate") != "linear"]
        keys = [key for node in stepped if "by" not in node for key in node if key[0].isdigit()]
        return [day for day in map(read_day, keys) if self.signed < day < self.matures]

    def sweep_on(self, day: date) -> float:
        """Return the share of excess cash that pays the loan down on a period's last day, by tests of the period before its own."""
        node, tested = self.block.get("sweep"), self.tested

        def find(path: str) -> float | None:
            """Return a row at the end of the period before."""
            return None if tested is None else tested.find(path, tested.calendar.find(day) - 1)

        if isinstance(node, dict) and "share" in node:
            if "while" in node and not holds_limit(node["while"], find(node["while"]["row"])):
                return 0.0
            node = node["share"]
        return (
            step_term(node, find(node["by"]))
            if isinstance(node, dict) and "by" in node
            else read_term(node, day, tested)
        )

    @cached_property
    def available_until(self) -> date | None:
        """Last day on which it may be drawn, where one is written."""
        until = self.block.get("fees", {}).get("available_until")
        return None if until is None else read_day(until, last=True)

    @cached_property
    def grace_ends(self) -> date:
        """Day up to which payments are interest only, where there is a grace."""
        return add_months(self.signed, int(read_number(self.block["grace"]))) if "grace" in self.block else date.min

    @cached_property
    def in_advance(self) -> bool:
        """Whether payments fall at the start of their periods."""
        return bool(self.block.get("payments", {}).get("on") == "start")

    def keep_rhythm(self, index: int) -> date:
        """Return the payment date that many intervals after the first, before it where that is negative."""
        block = self.block.get("payments", {})
        base, ahead = (read_day(block["first"]), 0) if "first" in block else (self.signed, not self.in_advance)
        return add_months(base, (index + ahead) * self.interval, to_end=block.get("end_of_month") == "true")

    @cached_property
    def rhythm(self) -> Rhythm:
        """The whole intervals from before signing to after maturity."""
        first = next(index for index in count(-1, -1) if self.keep_rhythm(index) <= self.signed)
        last = next(
            index for index in count(first) if self.keep_rhythm(index) >= max(self.agreed, self.last_counted_day)
        )
        return Rhythm([self.keep_rhythm(index) for index in range(first, last + 1)], self.interval, self.agreed)

    @cached_property
    def last_counted_day(self) -> date:
        """Day to which payments are counted when one is set."""
        over = self.block.get("repayment", {}).get("amortize_over")
        return self.agreed if over is None else add_months(self.signed, int(read_number(over)))

    @cached_property
    def payments(self) -> list[Payment]:
        """Payment dates to maturity, and those after it that `amortize_over` counts (section 4, payment dates)."""
        start = self.signed
        at_once = self.in_advance and "first" not in self.block.get("payments", {})
        payments = [Payment(self.signed, self.signed, regular=True)] if at_once else []
        for before, day in pairwise(self.rhythm.days):
            if day > self.signed and day >= self.keep_rhythm(0):
                payments.append(Payment(day, start, regular=start == before))
                start = day
        return self.roll_payments(self.close_payments(payments, self.last_counted_day))

    def roll_payments(self, payments: list[Payment]) -> list[Payment]:
        """Move payments to business days; one that would fall on the day of another joins it (payment dates, rule 6)."""
        rolled: list[Payment] = []
        joins, by_regular = False, self.closed.by_regular
        for payment in payments:
            day = payment.day if payment.day == self.signed else self.closed.move(payment.day)
            start = payment.start if payment.start == self.signed else max(self.closed.move(payment.start), self.signed)
            since = payment.start if by_regular else start
            if rolled and rolled[-1].made and payment.made and day == rolled[-1].day:
                last, joins = rolled.pop(), True
                start, since = last.start, last.since
            if day <= self.signed < payment.day:
                joins = True
                continue
            if joins and not rolled:
                start = since = self.signed
            due = payment.day if by_regular else day
            moved = replace(payment, day=day, start=start, due=due, since=since, written=payment.day)
            rolled.append(replace(moved, regular=payment.regular and not joins))
            joins = False
        return rolled

    def close_payments(self, payments: list[Payment], end: date) -> list[Payment]:
        """Put the last payment at maturity (section 4, payment dates, rules 3 and 4)."""
        keep = self.block.get("payments", {}).get("short_last") == "keep"
        before = [payment for payment in payments if payment.day < self.agreed]
        after = [replace(payment, made=False) for payment in payments if self.agreed < payment.day <= end]
        exact = [payment for payment in payments if payment.day == self.agreed]
        if self.in_advance:  # the last payment is made when the last period begins (rule 5)
            start = before[-1].day
            last = Payment(self.agreed, start, regular=bool(exact and exact[0].regular), shares=self.agreed < end)
            return [*before, last, *(payment for payment in after if payment.day < end)]
        near = before and before[-1].regular and (self.agreed - before[-1].day).days <= 5
        if exact:
            last = exact[0]
        elif near and not keep:
            last = replace(before.pop(), day=self.agreed, complete=False)
        else:
            last = Payment(self.agreed, before[-1].day if before else self.signed, regular=False)
        return [*before, last, *after]

    def find_period(self, day: date) -> Payment:
        """Return the payment period in which the day after an event lies."""
        return next(payment for payment in self.payments if payment.start <= day < payment.day)

    def count_years(self, period: Payment, until: date) -> float:
        """Return f(s, b) from the start of a payment period to a day in it (section 4, year fractions)."""
        count_days = self.block.get("day_count", "equal_periods")
        until = period.due if until == period.day else min(max(until, period.since), period.due)
        moved = count_days == "ACT/ACT ICMA" and period.regular and period.complete and not self.closed.by_regular
        if count_days != "equal_periods" and not moved:
            return count_fraction(count_days, period.since, until, self.rhythm)
        fraction = self.interval / 12 if period.regular else count_30_360(period.since, period.due)
        return fraction * (until - period.since).days / (period.due - period.since).days

    def find_rate(self, day: date) -> float:
        """Return the rate that the loan bears from a day on (section 4, interest, rules 1 and 2)."""
        rate = self.block["rate"]
        if not isinstance(rate, dict):
            return read_number(rate)
        if "index" not in rate:
            return read_on(rate, self.find_period(day).start if rate.get("interpolate") == "linear" else day)
        base, start = read_on(self.index, self.find_reading(day)), self.find_period(day).start

        def read(key: str) -> float:
            """Return a term of the interest period."""
            return read_term(rate.get(key), start, self.tested)

        floored = max(base + read("margin"), read("floor"))
        return min(floored, read("cap")) if "cap" in rate else floored

    def find_reading(self, day: date) -> date:
        """Return the day on which the index that holds on a day was read (section 4, interest, rules 1 and 2)."""
        reset, start = self.block["rate"].get("reset", "payment"), self.find_period(day).start
        if reset in {"payment", "any_day"}:
            return day if reset == "any_day" else start
        read = self.signed
        for payment in self.payments:
            if payment.start <= start and add_months(read, STEPS[reset]) <= payment.start:
                read = payment.start
        return read

    @cached_property
    def rounding(self) -> Rounding:
        """How amounts are rounded."""
        return read_rounding(self.block.get("rounding"))

    @cached_property
    def rate_days(self) -> list[date]:
        """Days on which the loan's own rates change, or the index that it follows from day to day."""
        rate = self.block["rate"]
        if not isinstance(rate, dict) or ("index" in rate and rate.get("reset") != "any_day"):
            return []
        if rate.get("interpolate") == "linear":
            return []
        keys = [key for key in (self.index if "index" in rate else rate) if key[0].isdigit()]
        return [day for day in map(read_day, keys) if self.signed < day < self.matures]

    def grow(self, rate: float, years: float) -> float:
        """Return the interest of one unit over a fraction of a year (section 4, interest, rule 3)."""
        compounding = self.block.get("compounding", "nominal")
        if compounding == "nominal":
            return rate * years
        return float((1 + rate) ** years if compounding == "effective" else (1 + rate / 2) ** (2 * years)) - 1

    @cached_property
    def compounds(self) -> float:
        """Times a year that the rate compounds (section 7, cover over life, rule 1)."""
        return {"nominal": 12 / self.interval, "effective": 1, "semiannual": 2}[
            self.block.get("compounding", "nominal")
        ]


def read_contracts(plan: Plan, eve: date | None = None) -> dict[str, Contract]:
    """Return the loans of a plan, or of a file of loans alone (docs/conventions.md, section 4)."""
    return {name: read_contract(name, block, plan, eve) for name, block in plan.get("loans", {}).items()}


def read_contract(name: str, block: Plan, plan: Plan, eve: date | None) -> Contract:
    """Return one loan."""
    amount = read_quantity(str(block.get("commitment", block.get("outstanding"))))
    signed = read_day(block["signed"]) if "signed" in block else eve
    if signed is None:
        raise ValueError(f"{name} has no day of signing")
    term: Any = block.get("matures", block.get("remaining"))
    dated = term.count("-") == 2
    matures = read_day(term) if dated else add_months(signed, int(read_number(term)))
    rate = block["rate"]
    index = plan.get("rates", {})[rate["index"]] if isinstance(rate, dict) and "index" in rate else {}
    index = index if isinstance(index, dict) else {"1900": index}
    closed = read_closed(block.get("payments", {}), plan.get("calendars", {}))
    owed = "outstanding" in block
    return Contract(name, block, amount.currency, amount.value, signed, matures, index, owed, closed=closed)


def follow_days(first: date, last: date) -> list[date]:
    """Return every day from one to another."""
    return [first + timedelta(days=index) for index in range((last - first).days + 1)]
