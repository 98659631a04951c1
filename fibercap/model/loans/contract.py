"""A loan's schedule as its bank would print it: one line for each date on which money moves."""

from __future__ import annotations

from collections import ChainMap
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final, cast

import numpy as np
import numpy.typing as npt

from fibercap.core.rounding import rounded
from fibercap.model.loans.block import carried
from fibercap.model.loans.prepared import EXCEL_EPOCH, Prepared
from fibercap.model.loans.price import average_life, effective_cost
from fibercap.model.loans.setting import Moved, Setting
from fibercap.model.loans.terms import Rounding

if TYPE_CHECKING:
    from collections.abc import Mapping

    from fibercap.core.rows import Block
    from fibercap.core.units import Array
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


KNOWN: Final = ("date", "is_payment", "is_final", "year_fraction", "period_fraction")


@dataclass(frozen=True)
class Schedule:
    """A loan's dates, what each is, and the money that moves, every array `(date,)` or `(draw, date)`.

    `numbers` count payments, 0 for other dates. `values` has `opening`, `drawn`, `interest` (due), `capitalized`,
    `fees` (the upfront fee at signing included), `principal` (prepayments included), `payment` and `closing`; `balloon`
    is what the last payment brings beyond the others. `by_event` is what it was made from, event by event.
    """

    currency: str
    dates: tuple[date, ...]
    kinds: tuple[str, ...]
    numbers: tuple[int, ...]
    fractions: Array
    values: Mapping[str, Array]
    balloon: Array
    loan: Loan
    by_event: Mapping[str, Array]

    @cached_property
    def cost(self) -> tuple[Array, str]:
        """The all-in cost, effective, (draw,), and why it is undefined where it is. [1/year]"""
        flows = self.by_event["drawn"] - self.by_event["upfront_fee"] - self.by_event["payment"]
        rates, reason, _ = effective_cost(self.by_event["date"], flows)
        return rates, reason

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
    value = {key: prepared.value(key) for key in KNOWN} | {"upfront_fee": upfront, "payment": flows.paid()}
    if f"{at}.target" in prepared.sheet:
        value["target"] = prepared.value("target")
    return _schedule(loan, currency, ChainMap(value, cast("dict[str, Array]", flows)))


def schedule_of(setting: Setting, block: Block) -> Schedule:
    """Return the schedule that a loan's block of events holds: its own, or the one a projection made."""
    value = {path.removeprefix(f"{setting.at}."): amounts for path, amounts in block.values.items()}
    return _schedule(setting.loan, setting.money, value)


def _schedule(loan: Loan, currency: str, value: Mapping[str, Array]) -> Schedule:
    """Return a schedule from what happens at each event: events on one date are one line."""
    last = int(np.flatnonzero(value["is_final"])[-1]) + 1
    days = value["date"][:last]
    firsts = np.flatnonzero(np.diff(days, prepend=-1.0))

    alike = len(firsts) == last

    def by_date(key: str) -> Array:
        amounts = value[key][..., :last]
        return amounts if alike else np.asarray(np.add.reduceat(amounts, firsts, axis=-1))

    lasts = np.append(firsts[1:], last) - 1
    values = {"opening": value["opening"][..., firsts if not alike else slice(last)]}
    values |= {key: by_date(row) for key, row in FLOWS.items()}
    for key, row in (("fees", "upfront_fee"), ("principal", "prepaid")):
        if value[row].any():
            values[key] = values[key] + by_date(row)
    values["closing"] = value["closing"][..., lasts if not alike else slice(last)]
    keep, pays, kinds = _kinds(values, by_date("is_payment"))
    if len(keep) < len(firsts):
        values = {key: amounts[..., keep] for key, amounts in values.items()}
    return Schedule(
        currency=currency,
        dates=tuple(date.fromordinal(int(serial) + EXCEL_EPOCH) for serial in days[firsts][keep]),
        kinds=kinds,
        numbers=tuple((np.cumsum(pays) * pays).astype(int).tolist()),
        fractions=value["period_fraction"][lasts][keep],
        values=_shown(loan, values),
        balloon=_balloon(loan, value, last - 1),
        loan=loan,
        by_event=value,
    )


def _kinds(values: Mapping[str, Array], payments: Array) -> tuple[npt.NDArray[np.intp], Array, tuple[str, ...]]:
    """Return the dates to show, which of them are payments, and what each is."""
    due = payments > 0

    def any_draw(key: str) -> npt.NDArray[np.bool_]:
        return np.asarray((values[key].reshape(-1, len(due)) != 0).any(axis=0))

    shown = due & any_draw("opening")
    if not shown[1:].all():
        for key in FLOWS:
            shown |= any_draw(key)
    shown[0] = True
    keep, drawn = np.flatnonzero(shown), any_draw("drawn")
    kinds = ("payment" if due[k] else "draw" if k == 0 or drawn[k] else "prepayment" for k in keep)
    return keep, due[keep].astype(float), tuple(kinds)


def _shown(loan: Loan, values: dict[str, Array]) -> dict[str, Array]:
    """Return figures as the contract shows them: in whole steps where it rounds."""
    if not isinstance(loan.rounding, Rounding):
        return values
    if loan.rounding.carries:  # the principal shown is what the interest shown leaves of the payment
        step = loan.rounding.step
        paid, interest = rounded(values["payment"], step, "half_up"), rounded(values["interest"], step, "half_up")
        values = {**values, "principal": np.where(values["principal"] > 0, paid - interest, 0.0)}
    digits = max(0, -int(np.floor(np.log10(loan.rounding.step))))
    return {key: np.round(rounded(value, loan.rounding.step, "half_up"), digits) for key, value in values.items()}


def _balloon(loan: Loan, value: Mapping[str, Array], final: int) -> Array:
    """Return what the last payment brings beyond the regular one, (draw,) or (). [money]"""
    style = loan.repayment
    if style.sets and not style.leaves_rest:
        return np.zeros(value["closing"].shape[:-1])
    regular = value.get("installment", np.zeros(1))[..., -1 if "installment" not in value else final]
    if style.sets == "payment":
        regular = regular - value["interest_due"][..., final]
    if "target" in value:
        regular = regular * 0.0 + value["target"][..., final] * (value["drawn"].sum(-1) if style.in_shares else 1.0)
    return np.asarray(np.maximum(value["scheduled"][..., final] - regular, 0.0))
