"""A loan's schedule as its bank would print it: one line for each date on which money moves."""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final, cast

import numpy as np
import numpy.typing as npt

from fibercap.core.calendar import EXCEL_EPOCH
from fibercap.core.rounding import rounded
from fibercap.model.loans.block import carried
from fibercap.model.loans.prepared import Prepared
from fibercap.model.loans.price import average_life, effective_cost
from fibercap.model.loans.setting import Moved, Setting
from fibercap.model.loans.styles import Custom
from fibercap.model.loans.terms import Rounding

if TYPE_CHECKING:
    from fibercap.core.rows import Block
    from fibercap.core.units import Array
    from fibercap.model.loans.flows import Flows
    from fibercap.model.loans.rates import Indices
    from fibercap.model.loans.terms import Loan

FLOWS: Final = {
    "drawn": "drawn",
    "interest": "interest_due",
    "capitalized": "capitalized",
    "fees": "fees_paid",
    "principal": "scheduled",
    "payment": "payment",
}
"""What moves on a date, and the row of the block that says it; the upfront fee and prepayments come on top."""


NEVER_DRAWN: Final = "never drawn"
BESIDE: Final = {"fees": "upfront_fee", "principal": "prepaid"}
KNOWN: Final = ("date", "is_payment", "is_final", "year_fraction", "period_fraction")


@dataclass(frozen=True)
class Schedule:
    """A loan's dates, what each is, and the money that moves, every array `(date,)` or `(draw, date)`.

    `numbers` count payments, 0 for other dates. `values` has `opening`, `drawn`, `interest` (due), `capitalized`,
    `fees` (the upfront fee at signing included), `principal` (prepayments included), `payment` and `closing`, put
    together when asked for. `by_event` is what it was made from, event by event.
    """

    currency: str
    dates: tuple[date, ...]
    kinds: tuple[str, ...]
    numbers: tuple[int, ...]
    fractions: Array
    values: Mapping[str, Array]
    loan: Loan
    by_event: Mapping[str, Array]

    @cached_property
    def cost(self) -> tuple[Array, str]:
        """The all-in cost, effective, (draw,), and why it is undefined where it is. [1/year]"""
        if not self.by_event["drawn"].any():
            return np.full(self.by_event["drawn"].shape[:-1] or (1,), np.nan), NEVER_DRAWN
        flows = self.by_event["drawn"] - self.by_event["upfront_fee"] - self.by_event["payment"]
        rates, reason, _ = effective_cost(self.by_event["date"], flows)
        return rates, reason

    @cached_property
    def balloon(self) -> Array:
        """What the last payment brings beyond the regular one, (draw,) or (). [money]"""
        return _balloon(self.loan, self.by_event)

    @cached_property
    def life(self) -> Array:
        """The average life, (draw,). [year]"""
        return average_life(self.loan, self.by_event)

    @property
    def events(self) -> list[dict[str, Any]]:
        """Return the dates of the first draw as `loan --json` prints them."""
        single = {key: value.reshape(-1, value.shape[-1])[0].tolist() for key, value in self.values.items()}
        found = []
        for row, (day, kind, number) in enumerate(zip(self.dates, self.kinds, self.numbers, strict=True)):
            event: dict[str, Any] = {"event": kind, "number": number or None, "date": str(day)}
            if number:
                event["year_fraction"] = float(self.fractions[row])
            event["opening"] = single["opening"][row]
            event |= {key: single[key][row] for key in FLOWS}
            event["closing"] = single["closing"][row]
            found.append(event)
        if found and self._first(self.balloon):
            found[-1]["balloon"] = self._first(self.balloon)
        return found

    @property
    def totals(self) -> dict[str, float]:
        """Return what the first draw pays in all; `payments` leaves the upfront fee out."""
        sums = {key: self._first(self.values[key].sum(axis=-1)) for key in ("interest", "fees", "principal")}
        return {**sums, "payments": self._first(self.values["payment"].sum(axis=-1))}

    @property
    def measures(self) -> dict[str, dict[str, Any]]:
        """Return the first draw's all-in cost and average life, each with unit and, where undefined, the reason."""
        (rates, reason), life = self.cost, self._first(self.life)
        cost = self._first(rates)
        return {
            "all_in_cost": {"value": _known(cost), "unit": "1/year", "reason": reason or None},
            "average_life": {"value": _known(life), "unit": "year", "reason": None},
        }

    @staticmethod
    def _first(value: Array) -> float:
        return float(np.ravel(value)[0])


def _known(value: float) -> float | None:
    return None if np.isnan(value) else value


def schedule(loan: Loan, rates: Indices | None = None, currency: str = "USD") -> Schedule:
    """Return a loan's schedule from signing to maturity, by its own dates alone.

    Without dated draws all is drawn at signing. Drawn amounts and rates `(draw, 1)` make a batch.

    Parameters
    ----------
    loan : Loan
        The contract.
    rates : mapping, optional
        Indices by name, for a floating rate. [1/year]
    currency : str
        What its amounts are in.

    Returns
    -------
    Schedule

    Raises
    ------
    FibercapError
        If a payment is below the interest due with it, and the style does not allow the loan to grow.
    """
    prepared = Prepared(Setting("loan", loan, currency, None, rates or {}), Moved())
    flows = carried(prepared)
    at, grid = prepared.setting.at, prepared.grid
    upfront = np.where(np.arange(len(grid.dates)) == 0, loan.commitment * loan.fees.upfront, 0.0)
    value = {key: prepared.value(key) for key in KNOWN} | {"upfront_fee": upfront}
    if f"{at}.target" in prepared.sheet:
        value["target"] = prepared.value("target")
    return _schedule(loan, currency, ChainMap(value, cast("dict[str, Array]", flows)), flows)


def schedule_of(setting: Setting, block: Block) -> Schedule:
    """Return the schedule that a loan's block of events holds: its own, or the one a projection made."""
    value = {path.removeprefix(f"{setting.at}."): amounts for path, amounts in block.values.items()}
    return _schedule(setting.loan, setting.money, value)


def _schedule(loan: Loan, currency: str, value: Mapping[str, Array], flows: Flows | None = None) -> Schedule:
    """Return a schedule from what happens at each event: events on one date are one line."""
    last = int(np.flatnonzero(value["is_final"])[-1]) + 1
    days = value["date"][:last]
    firsts = np.flatnonzero(np.diff(days, prepend=-1.0))

    lines = Lines(value, firsts, last, flows)
    keep, pays, kinds = lines.kept()
    return Schedule(
        currency=currency,
        dates=tuple(map(date.fromordinal, (days[firsts][keep].astype(int) + EXCEL_EPOCH).tolist())),
        kinds=kinds,
        numbers=tuple((np.cumsum(pays) * pays).astype(int).tolist()),
        fractions=by_payment(value, firsts, last)[keep],
        values=Shown(loan, lines, keep if len(keep) < len(firsts) else None),
        loan=loan,
        by_event=value,
    )


def by_payment(value: Mapping[str, Array], firsts: npt.NDArray[np.intp], last: int) -> Array:
    """Return the fraction of the payment period by date, (date,). [year]"""
    return np.asarray(value["period_fraction"][np.append(firsts[1:], last) - 1])


class Lines(Mapping[str, "Array"]):
    """What happens on each date by name, `(date,)` or `(draw, date)`; put together when asked for. [money]"""

    def __init__(
        self, value: Mapping[str, Array], firsts: npt.NDArray[np.intp], last: int, flows: Flows | None
    ) -> None:
        self._value, self._firsts, self._last, self._flows = value, firsts, last, flows
        self._alike = len(firsts) == last

    def __getitem__(self, key: str) -> Array:
        """Return one of them."""
        if key == "opening":
            return self._value[key][..., self._firsts if not self._alike else slice(self._last)]
        if key == "closing":
            ends = np.append(self._firsts[1:], self._last) - 1
            return self._value[key][..., ends if not self._alike else slice(self._last)]
        amounts = self._by_date(FLOWS[key])
        beside = BESIDE.get(key, "")
        return amounts + self._by_date(beside) if beside and self._value[beside].any() else amounts

    def _by_date(self, key: str) -> Array:
        amounts = self._value[key][..., : self._last]
        return amounts if self._alike else np.asarray(np.add.reduceat(amounts, self._firsts, axis=-1))

    def __iter__(self) -> Iterator[str]:
        """Run over the names."""
        return iter(("opening", *FLOWS, "closing"))

    def __len__(self) -> int:
        """Return how many there are."""
        return len(FLOWS) + 2

    def _any_draw(self, key: str) -> npt.NDArray[np.bool_]:
        if key in {"opening", "drawn"} and self._flows is not None and self._alike:
            return self._flows.happens(key)[: self._last]
        return np.asarray((self[key].reshape(-1, len(self._firsts)) != 0).any(axis=0))

    def kept(self) -> tuple[npt.NDArray[np.intp], Array, tuple[str, ...]]:
        """Return the dates to show, which of them are payments, and what each is."""
        due = self._by_date("is_payment") > 0
        shown = due & self._any_draw("opening")
        if not shown[1:].all():
            for key in FLOWS:
                shown |= self._any_draw(key)
        shown[0] = True
        keep, drawn = np.flatnonzero(shown), self._any_draw("drawn")
        kinds = ("payment" if due[k] else "draw" if k == 0 or drawn[k] else "prepayment" for k in keep)
        return keep, due[keep].astype(float), tuple(kinds)


class Shown(Mapping[str, "Array"]):
    """Lines as the contract shows them: dates on which something happens, in whole steps where it rounds. [money]"""

    def __init__(self, loan: Loan, lines: Lines, keep: npt.NDArray[np.intp] | None) -> None:
        self._lines, self._keep = lines, keep
        self._rounding = loan.rounding if isinstance(loan.rounding, Rounding) else None
        self._made: dict[str, Array] = {}

    def __getitem__(self, key: str) -> Array:
        """Return one of them."""
        if key not in self._made:
            self._made[key] = self._rounded(key) if self._rounding is not None else self._exact(key)
        return self._made[key]

    def _exact(self, key: str) -> Array:
        amounts = self._lines[key]
        return amounts if self._keep is None else amounts[..., self._keep]

    def _rounded(self, key: str) -> Array:
        assert self._rounding is not None  # noqa: S101 - asked before
        if not self._rounding.carries:
            digits = max(0, -int(Decimal(str(self._rounding.step)).as_tuple().exponent))
            return np.round(self._exact(key), digits)
        if key == "principal":  # what the interest shown leaves of the payment shown
            left = self["payment"] - self["interest"] - self["fees"] + self["capitalized"]
            return np.where(self._exact(key) > 0, left, 0.0)
        way = {"interest": self._rounding.interest, "fees": self._rounding.interest, "payment": self._rounding.payment}
        return rounded(self._exact(key), self._rounding.step, way.get(key, "half_up"))

    def __iter__(self) -> Iterator[str]:
        """Run over the names."""
        return iter(self._lines)

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self._lines)


def _balloon(loan: Loan, value: Mapping[str, Array]) -> Array:
    """Return what the last payment brings beyond the regular one, (draw,) or (). [money]"""
    style, final = loan.repayment, int(np.flatnonzero(value["is_final"])[-1])
    if style.sets and not style.leaves_rest:
        return np.zeros(value["scheduled"].shape[:-1])
    regular = value.get("installment", np.zeros(1))[..., -1 if "installment" not in value else final]
    if style.sets == "payment":
        regular = regular - value["interest_due"][..., final]
    if isinstance(style, Custom):
        whole = value["drawn"].sum(axis=-1) if style.in_shares else 1.0
        regular = regular * 0.0 + value["target"][..., final] * whole
    elif "target" in value:
        regular = value["target"][..., final] - value["interest_due"][..., final] - value["fees_paid"][..., final]
    return np.asarray(np.maximum(value["scheduled"][..., final] - np.maximum(regular, 0.0), 0.0))
