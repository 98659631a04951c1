"""The life of a loan from event to event (docs/conventions.md, section 4)."""

import copy
from collections import defaultdict
from dataclasses import replace
from datetime import date, timedelta

from tests.witness.loans import Contract, Payment
from tests.witness.quantities import is_share, read_number
from tests.witness.terms import Frozen, read_term

CENT = 0.005
RECURRING = ("undrawn", "guarantee", "agency")


class Ledger:
    """What a loan draws, bears and pays, by day and kind, and what it owes (docs/conventions.md, section 4)."""

    def __init__(self, contract: Contract, draws: dict[date, float], days: list[date], last_draw: date | None) -> None:
        """Take all planned draws by day, the last days of model periods, and the last day of planned spending."""
        self.contract, self.draws = contract, draws
        self.owed = self.interest = self.fees = self.drawn = 0.0
        self.flows: dict[str, dict[date, float]] = defaultdict(lambda: defaultdict(float))
        self.balances: dict[date, float] = {}
        self.installment: float | None = None
        self.set_at_rate = 0.0
        self.lowered = 1.0
        self.moved = False
        self.left_at_end = 0.0
        self.targets: dict[date, float] = {}
        self.reached = contract.signed
        self.idle = contract.style != "revolver" and not draws
        self.last_draw = self.end_availability(last_draw)
        events = {
            contract.signed,
            contract.matures,
            self.last_draw,
            *draws,
            *days,
            *contract.rate_days,
            *contract.fee_days,
            *contract.schedule,
        }
        events |= set(contract.prepayments) | {payment.day for payment in contract.payments if payment.made}
        self.queue = sorted(day for day in events if contract.signed <= day <= contract.matures)
        self.dates = {payment.day: index for index, payment in enumerate(contract.payments) if payment.made}
        self.written = {payment.day: payment.written for payment in contract.payments}

    def end_availability(self, last_draw: date | None) -> date:
        """Return the last day on which undrawn fees accrue (section 4, fees, rule 2)."""
        if self.contract.available_until is not None:
            return self.contract.available_until
        if self.contract.style == "revolver":
            return self.contract.matures
        return max([*self.draws, *([last_draw] if last_draw else [])], default=self.contract.signed)

    def note(self, kind: str, day: date, amount: float) -> None:
        """Write down a flow of a day."""
        if amount:
            self.flows[kind][day] += amount

    def advance(self, until: date) -> None:
        """Go through all events up to a day (section 4, events)."""
        while self.queue and self.queue[0] <= until and not self.idle:
            day = self.queue.pop(0)
            if day > self.reached:
                self.accrue(day)
            else:
                upfront = read_number(self.contract.block.get("fees", {}).get("upfront"))
                self.note("upfront_fee", day, upfront * self.contract.commitment)
            first = self.contract.in_advance and day == self.contract.signed  # the draw precedes this payment
            if first and day in self.draws:
                self.draw("draws", day, self.draws[day])
            if day in self.dates:
                self.pay(self.dates[day], day)
            if day in self.contract.schedule and day < self.contract.matures:
                self.repay("scheduled", day, min(self.read_due(day), self.owed))
            if day in self.contract.prepayments:
                self.prepay_dated(day)
            if day in self.draws and not first:
                self.draw("draws", day, self.draws[day])
            self.balances[day] = self.owed

    def accrue(self, day: date) -> None:
        """Count interest and fees from the last event to a day (section 4, interest and fees)."""
        contract, fees = self.contract, self.contract.block.get("fees", {})
        period = contract.find_period(self.reached)
        years = contract.count_years(period, day) - contract.count_years(period, self.reached)
        rate = contract.find_rate(self.reached)
        compound = contract.block.get("compounding", "nominal") != "nominal"
        interest = (self.owed + (self.interest if compound else 0)) * contract.grow(rate, years)
        open_still = day <= self.last_draw
        undrawn = contract.commitment - (self.owed if contract.style == "revolver" else self.drawn)
        rates = {key: contract.read_term(fees.get(key), self.reached, period) for key in RECURRING}
        fee = rates["undrawn"] * max(undrawn, 0) * open_still + rates["guarantee"] * self.owed
        fee += rates["agency"] * (open_still or self.owed > CENT)
        self.interest += interest
        self.fees += fee * years
        self.note("interest", day, interest)
        self.note("fees", day, fee * years)
        self.note("years", day, years)
        self.note("rate_years", day, rate * years)
        self.note("owed_years", day, self.owed * years)
        self.note("owed_days", day, self.owed * (day - self.reached).days / 365)
        self.reached = day

    def round_due(self, day: date) -> float:
        """Return the interest due, rounded; what rounding adds to it and to fees is borne on the day (rounding)."""
        rounding = self.contract.rounding
        due, fees = rounding.round_interest(self.interest), rounding.round_interest(self.fees)
        self.note("interest", day, due - self.interest)
        self.note("fees", day, fees - self.fees)
        self.fees = fees
        return due

    def pay_interest(self, day: date, due: float, added: float) -> None:
        """Pay interest and fees, but for the interest that is added to what is owed."""
        self.owed += added
        self.note("capitalized", day, added)
        self.note("interest_paid", day, due - added)
        self.note("fees_paid", day, self.fees)
        self.interest = self.fees = 0.0

    def pay(self, index: int, day: date) -> None:
        """Pay or capitalize interest, pay fees, and repay by schedule (section 4, events and principal)."""
        due = self.round_due(day)
        if day == self.contract.matures and self.contract.block.get("true_up") == "last_interest":
            due = self.true_up(day, due)
        principal = self.find_principal(index, day, due)
        grows = self.contract.block.get("repayment", {}).get("allow_negative_amortization") == "true"
        missing = max(-principal, 0) if grows and day != self.contract.matures else 0.0
        self.pay_interest(day, due, due if self.capitalizes(day) else missing)
        regular = min(max(principal, 0), self.owed)
        if day == self.contract.matures:
            self.left_at_end = self.find_balloon(day, due, regular)
        self.repay("scheduled", day, self.owed if day == self.contract.matures else regular)

    def find_balloon(self, day: date, due: float, regular: float) -> float:
        """Return what the payment at maturity has beyond a regular one (section 5, reserves)."""
        if self.contract.style == "custom":
            regular = min(self.read_due(day), self.owed) if day in self.contract.schedule else 0.0
        return self.owed - regular + (due if self.contract.style == "at_maturity" else 0.0)

    def true_up(self, day: date, due: float) -> float:
        """Return the last interest, as it makes up for rounding (section 4, rounding)."""
        if self.contract.style != "level" or self.installment is None:
            return due
        made = max(self.installment - self.owed, 0.0)
        self.note("interest", day, made - due)
        return made

    def capitalizes(self, day: date) -> bool:
        """Whether the interest due on a day is added to what is owed (section 4, interest, rule 4)."""
        until = self.contract.block.get("capitalize_until")
        named = until is not None and self.written.get(day, day).isoformat() <= until
        return named or (self.contract.style == "at_maturity" and day < self.contract.matures)

    def repays(self, day: date) -> bool:
        """Whether a payment date repays (section 4, principal)."""
        return self.written.get(day, day) > self.contract.grace_ends and not self.capitalizes(day)

    def find_principal(self, index: int, day: date, due: float) -> float:
        """Return the principal of a payment date before maturity (section 4, principal)."""
        contract = self.contract
        if not self.repays(day) or contract.style in {"bullet", "revolver", "at_maturity", "custom"}:
            return 0.0
        rounding = contract.rounding
        if contract.style == "fixed_payment":
            return rounding.round_payment(read_number(contract.block["repayment"]["payment"]) * self.lowered) - due
        if contract.style == "sculpted":
            return self.find_sculpted(day, due)
        rate = contract.find_rate(self.before(day) if contract.rate_days else contract.payments[index].start)
        keeps = contract.block.get("repayment", {}).get("after_reset") == "keep_payment"
        if self.installment is None or self.moved or (rate != self.set_at_rate and not keeps):
            later = [payment for payment in contract.payments[index + 1 :] if self.repays(payment.day)]
            self.installment = rounding.round_payment(self.cap_installment(self.set_installment(due, rate, later)))
            self.set_at_rate, self.moved = rate, False
        return self.installment - (due if contract.style == "level" else 0)

    def find_sculpted(self, day: date, due: float) -> float:
        """Return the principal of a sculpted loan: its target less what is paid since the last date that had one (rules 5 and 6)."""
        if day not in self.targets:
            return 0.0
        last = max((before for before in self.targets if before < day), default=self.contract.signed)
        paid = sum(self.sum_between(kind, last, day) for kind in ("interest_paid", "fees_paid"))
        return self.contract.rounding.round_payment(self.targets[day] - paid - self.fees) - due

    def cap_installment(self, new: float) -> float:
        """Return a new payment, which may rise by so much at once (section 4, principal, rule 2)."""
        cap = self.contract.block.get("repayment", {}).get("payment_cap")
        if cap is None or self.installment is None:
            return new
        return min(new, (1 + read_number(cap)) * self.installment)

    def before(self, day: date) -> date:
        """Return the last change of the rate before a day, or the day of signing: the rate in force up to the day."""
        return max([self.contract.signed, *(change for change in self.contract.rate_days if change < day)])

    def set_installment(self, due: float, rate: float, later: list[Payment]) -> float:
        """Return the payment, or its principal, that repays what is owed over the payments left (section 4, principal)."""
        contract, repayment = self.contract, self.contract.block.get("repayment", {})
        balloon = read_number(repayment.get("balloon"))
        if contract.style == "equal_principal":
            return (self.owed - balloon) / (sum(payment.shares for payment in later) + 1)
        if "initial_repayment" in repayment:
            return (rate + read_number(repayment["initial_repayment"])) * self.owed * contract.interval / 12
        factor, annuity, last = 1.0, 1.0, 1.0
        for payment in later:
            factor /= 1 + contract.grow(rate, contract.count_years(payment, payment.day))
            annuity += factor * payment.shares
            last = factor if payment.day == contract.matures else last
        return (self.owed + due - balloon * last) / annuity

    def repay(self, kind: str, day: date, amount: float) -> None:
        """Take an amount off what is owed."""
        self.owed -= amount
        self.note(kind, day, amount)
        self.note("principal", day, amount)
        self.balances[day] = self.owed

    def read_due(self, day: date) -> float:
        """Return the principal that a custom schedule asks on a day (section 4, principal and prepayments)."""
        text = self.contract.schedule[day]
        due = read_number(text) * self.lowered * (self.drawn if is_share(text) else 1)
        return self.contract.rounding.round_payment(due)

    def prepay_dated(self, day: date) -> None:
        """Prepay what is planned for a day, as far as cash allows, and note the fee on it (section 4, prepayments)."""
        amount, tested = self.contract.prepayments[day], self.contract.tested
        allowed = None if tested is None else tested.rows.get(f"loans.{self.contract.name}.prepay_limit")
        if allowed is not None and tested is not None and 0 <= (index := tested.calendar.find(day)) < len(allowed):
            paid = sum(flow for on, flow in self.flows["prepaid"].items() if tested.calendar.find(on) == index)
            amount = max(min(amount, float(allowed[index]) - paid), 0.0)
        amount = min(amount, self.owed)
        share = read_term(self.contract.block.get("prepayment_fee"), day, tested)
        self.prepay("prepaid", day, amount)
        self.note("prepayment_fees", day, self.contract.rounding.round_interest(share * amount))

    def prepay(self, kind: str, day: date, amount: float) -> None:
        """Pay back beside the schedule; `recast` lowers later payments (section 4, prepayments)."""
        amount, before = min(amount, self.owed), self.owed
        if self.contract.block.get("after_prepayment") == "recast" and before > CENT:
            self.moved = True
            later = sum(self.read_due(on) for on in self.contract.schedule if on > day)
            self.lowered *= 1 - amount / max(before, later)
        self.repay(kind, day, amount)

    def draw(self, kind: str, day: date, amount: float) -> None:
        """Lend an amount; the next payment is set again (section 4, principal, rule 2)."""
        self.owed += amount
        self.drawn += amount
        self.note(kind, day, amount)
        if kind != "draws":
            self.note("draws", day, amount)
        if amount > CENT:
            self.moved = True
        self.balances[day] = self.owed

    def look_ahead(self, day: date, until: date) -> "Ledger":
        """Return the loan as it goes on from a day to another as it stands: without draws and prepayments, steps as in force."""
        ahead, contract = copy.copy(self), self.contract
        terms = {key: value for key, value in contract.block.items() if key != "prepayments"}
        start = contract.find_period(max(day - timedelta(days=1), contract.signed)).start
        tested = contract.tested and Frozen(contract.tested.rows, contract.tested.calendar, start)
        ahead.contract, ahead.targets = replace(contract, block=terms, tested=tested), {}
        ahead.draws, ahead.balances, ahead.queue = {}, {}, list(self.queue)
        ahead.flows = defaultdict(lambda: defaultdict(float))
        ahead.advance(until)
        return ahead

    def sum_between(self, kind: str, after: date | None, until: date | None) -> float:
        """Return what flows of a kind add up to, after one day and up to another."""
        days = self.flows[kind]
        return sum(
            amount for day, amount in days.items() if (after is None or day > after) and (until is None or day <= until)
        )
