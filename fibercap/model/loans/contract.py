"""A loan's schedule as a bank prints it: one line for each date on which money moves."""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final, cast

import numpy as np

from fibercap.core.calendar import EXCEL_EPOCH
from fibercap.model.cash.trifle import least_money
from fibercap.model.loans.clauses.rates import is_one_rate
from fibercap.model.loans.events.payment_dates import moved_payment_note, moved_payments, rolled_payments_note
from fibercap.model.loans.events.prepared import Prepared
from fibercap.model.loans.price import average_life, effective_cost
from fibercap.model.loans.repayment.moment import Moment, per_sample
from fibercap.model.loans.repayment.recasts import share_base
from fibercap.model.loans.rows.block import carry_loan
from fibercap.model.loans.schedule_lines import FLOWS, Lines, ShownLines, by_payment
from fibercap.model.loans.setting import Moves, Setting

if TYPE_CHECKING:
    from fibercap.core.formulas.rows import Block
    from fibercap.core.units import Array
    from fibercap.model.loans.clauses.rates import Indices
    from fibercap.model.loans.events.flows import Flows
    from fibercap.model.loans.terms import Loan

NEVER_DRAWN: Final = "never drawn"
KNOWN: Final = ("date", "is_payment", "is_final", "year_fraction", "period_fraction", "rate")


@dataclass(frozen=True, repr=False)
class Schedule:
    """A loan's dates, what each is, and the money that moves, every array `(date,)` or `(sample, date)`.

    `numbers` count payments, 0 for other dates. `values` has `opening`, `drawn`, `interest` (due), `capitalized`,
    `fees` (the upfront fee at signing included), `principal` (prepayments included), `payment` and `closing`, each
    computed when it is read. `by_event` has the values by event from which the lines are made.
    """

    currency: str
    dates: tuple[date, ...]
    kinds: tuple[str, ...]
    numbers: tuple[int, ...]
    fractions: Array
    values: ShownLines
    loan: Loan
    by_event: Mapping[str, Array]

    def __repr__(self) -> str:
        """Return a line without values, for its arrays would fill pages."""
        span = f"{self.dates[0]} to {self.dates[-1]}" if self.dates else "no dates"
        return f"<Schedule in {self.currency}: {span}, {max(self.numbers, default=0)} payments>"

    @property
    def rates(self) -> Array:
        """The rates of each payment's interest, `(date,)` or `(sample, date)`. [1/year]"""
        return self.values.rates

    @cached_property
    def least(self) -> Array:
        """The largest amount that counts as no money, from the commitment, () or (sample, 1). [money]"""
        return least_money(self.loan.commitment)

    @cached_property
    def cost(self) -> tuple[Array, str]:
        """The effective all-in cost, (sample,) [1/year], and why it is undefined; "" if it is not."""
        if not (self.by_event["drawn"].sum(axis=-1, keepdims=True) > self.least).any():
            return np.full(self.by_event["drawn"].shape[:-1] or (1,), np.nan), NEVER_DRAWN
        flows = self.by_event["drawn"] - self.by_event["upfront_fee"] - self.by_event["payment"]
        flows = np.where(np.abs(flows) > self.least, flows, 0.0)
        rates, reason, _ = effective_cost(self.by_event["date"], flows)
        return rates, reason

    @cached_property
    def balloon(self) -> Array:
        """The last payment's principal beyond that of a regular payment, (sample,) or (). [money]"""
        return _balloon(self.loan, self.by_event, self.least)

    @cached_property
    def life(self) -> Array:
        """The average life, (sample,). [year]"""
        return average_life(self.loan, self.by_event, self.least)

    @cached_property
    def notes(self) -> list[str]:
        """Remarks on the schedule, such as that a payment is moved to maturity."""
        return [note for note in (moved_payment_note(self.loan), rolled_payments_note(self.loan)) if note]

    @property
    def events(self) -> list[dict[str, Any]]:
        """The dates of the first sample as `loan --json` prints them.

        A payment has its `rate` where the loan has several, and `moved_from` where it is moved.
        """
        single = {key: value.reshape(-1, value.shape[-1])[0].tolist() for key, value in self.values.items()}
        moved, events = moved_payments(self.loan), []
        rates = None if is_one_rate(self.loan.rate) else np.atleast_2d(self.rates)[0]
        for row, (day, kind, number) in enumerate(zip(self.dates, self.kinds, self.numbers, strict=True)):
            event: dict[str, Any] = {"event": kind, "number": number or None, "date": str(day)}
            if number:
                event["year_fraction"] = float(self.fractions[row])
                if rates is not None:
                    event["rate"] = float(rates[row])
                if day in moved:
                    event["moved_from"] = str(moved[day])
            event["opening"] = single["opening"][row]
            event |= {key: single[key][row] for key in FLOWS}
            event["closing"] = single["closing"][row]
            events.append(event)
        if events and self._first(self.balloon) > self._first(self.least):
            events[-1]["balloon"] = self._first(self.balloon)
        return events

    @property
    def totals(self) -> dict[str, float]:
        """The totals that the first sample pays; `payments` leaves the upfront fee out."""
        sums = {key: self._first(self.values[key].sum(axis=-1)) for key in ("interest", "fees", "principal")}
        return {**sums, "payments": self._first(self.values["payment"].sum(axis=-1))}

    @property
    def measures(self) -> dict[str, dict[str, Any]]:
        """The first sample's all-in cost and average life, each with its unit and, if undefined, the reason."""
        (rates, reason), life = self.cost, self._first(self.life)
        cost = self._first(rates)
        return {
            "all_in_cost": {"value": _number_or_none(cost), "unit": "1/year", "reason": reason or None},
            "average_life": {"value": _number_or_none(life), "unit": "year", "reason": None},
        }

    @staticmethod
    def _first(value: Array) -> float:
        return float(np.ravel(value)[0])


def _number_or_none(value: float) -> float | None:
    return None if np.isnan(value) else value


def schedule(loan: Loan, rates: Indices | None = None, currency: str = "USD") -> Schedule:
    """Return a loan's schedule from signing to maturity, by its own dates alone.

    Without dated draws, all is drawn at signing. Drawn amounts and rates `(sample, 1)` make a batch.

    Parameters
    ----------
    loan : Loan
        The contract.
    rates : mapping, optional
        Indices by name, for a floating rate. [1/year]
    currency : str
        Currency of the loan's amounts.

    Returns
    -------
    Schedule

    Raises
    ------
    FibercapError
        If a payment is below the interest due with it, and the style does not allow the loan to grow.

    Source
    ------
    docs/conventions.md, section 4.

    Examples
    --------
    >>> import fibercap
    >>> loan = fibercap.read("fibercore").loans["fleet"]
    >>> schedule(loan)
    <Schedule in USD: 2001-01-08 to 2006-01-08, 20 payments>
    """
    prepared = Prepared(Setting("loan", loan, currency, None, rates or {}), Moves())
    flows = carry_loan(prepared)
    prefix, grid = prepared.setting.prefix, prepared.grid
    fee = loan.commitment * loan.fees.upfront
    upfront = np.where(np.arange(len(grid.dates)) == 0, fee, 0.0) if np.any(fee) else np.zeros(len(grid.dates))
    value = {key: prepared.value(key) for key in KNOWN} | {"upfront_fee": upfront}
    if f"{prefix}.target" in prepared.sheet:
        value["target"] = prepared.value("target")
    return _schedule(loan, currency, ChainMap(value, cast("dict[str, Array]", flows)), flows)


def schedule_of(setting: Setting, block: Block) -> Schedule:
    """Return the schedule from a block of events, of a loan on its own or of a projection.

    Parameters
    ----------
    setting : Setting
        The loan, its name and its currency.
    block : Block
        Rows under `setting.prefix`, each (event,) or (sample, event).
    """
    value = {path.removeprefix(f"{setting.prefix}."): amounts for path, amounts in block.values.items()}
    return _schedule(setting.loan, setting.money, value)


def _schedule(loan: Loan, currency: str, value: Mapping[str, Array], flows: Flows | None = None) -> Schedule:
    """Return a schedule from the values by event; events on one date are one line."""
    last = int(np.flatnonzero(value["is_final"])[-1]) + 1
    days = value["date"][:last]
    firsts = np.flatnonzero(np.diff(days, prepend=-1.0))

    lines = Lines(value, firsts, last, flows, least_money(loan.commitment))
    keep, pays, kinds = lines.dates_to_show()
    return Schedule(
        currency=currency,
        dates=tuple(map(date.fromordinal, (days[firsts][keep].astype(int) + EXCEL_EPOCH).tolist())),
        kinds=kinds,
        numbers=tuple((np.cumsum(pays) * pays).astype(int).tolist()),
        fractions=by_payment(value, firsts, last)[keep],
        values=ShownLines(loan, lines, keep if len(keep) < len(firsts) else None),
        loan=loan,
        by_event=value,
    )


class _WrittenDiscounts:
    """The discount factors in a loan's rows, which are those that its style reads."""

    def __init__(self, value: Mapping[str, Array]) -> None:
        self._value = value

    def annuity(self, event: int) -> Array:
        """Return the discount factors of later payment dates on which principal is due, added up. [1]"""
        return self._value["annuity"][..., event]

    def discount(self, event: int) -> Array:
        """Return the discount factor of maturity. [1]"""
        return self._value["discount"][..., event]


def _balloon(loan: Loan, value: Mapping[str, Array], least: Array) -> Array:
    """Return the last payment's principal beyond that of a regular payment, (sample,) or (). [money]"""
    style, final = loan.repayment, int(np.flatnonzero(value["is_final"])[-1])
    if style.sets and not style.leaves_rest:
        return np.zeros(value["scheduled"].shape[:-1])
    regular = np.maximum(style.principal(_last_moment(loan, value, final, least)), 0.0)
    return np.asarray(np.maximum(value["scheduled"][..., final] - regular, 0.0))


def _last_moment(loan: Loan, value: Mapping[str, Array], final: int, least: Array) -> Moment:
    """Return maturity as a style would see it if it were a payment before the last."""

    def at_end(key: str) -> Any:
        return value[key][..., final] if key in value else 0.0

    drawn, kept = value["drawn"].sum(axis=-1), value.get("kept_by_recast", np.ones(final + 1))
    return Moment(
        balance=at_end("opening"),
        interest_due=at_end("interest_due"),
        counted=at_end("counted"),
        fees_due=at_end("fees_paid"),
        service_due=at_end("service_due" if "service_due" in value else "interest_due"),
        rate=at_end("rate"),
        payments_left=1.0,
        regular_fraction=loan.interval / 12,
        drawn=drawn,
        target=at_end("target"),
        installment=at_end("installment"),
        kept_share=np.prod(kept[..., : final + 1], axis=-1),
        share_base=share_base(kept, value["drawn"])[..., final] if loan.lowers_in_proportion else drawn,
        trifle=per_sample(least),
        later=_WrittenDiscounts(value),
        event=final,
    )
