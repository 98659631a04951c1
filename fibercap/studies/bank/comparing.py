"""A schedule beside the lines of a bank's table: which agree, and the first that does not."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final

import numpy as np
import numpy.typing as npt

from fibercap.core.units import Array
from fibercap.model.loans import Schedule
from fibercap.studies.bank.columns import BankTable

FLOWS: Final = ("interest", "principal", "payment")
COMPARED: Final[tuple[str, ...]] = (*FLOWS, "closing")


@dataclass(frozen=True)
class Difference:
    """The first line of a table that a loan does not have: its number, its row, and amounts of both by column."""

    line: int
    row: int
    date: date | None
    bank: dict[str, float]
    loan: dict[str, float]
    interest_in_all: float
    """What the bank's interest adds up to, less that of the loan on the same lines. [money]"""
    largest: tuple[str, int, float]
    """The column, the line and the amount of the largest difference. [money]"""


@dataclass(frozen=True)
class Trial:
    """A schedule beside a table: which lines agree."""

    schedule: Schedule
    agrees: npt.NDArray[np.bool_]

    @property
    def fits(self) -> bool:
        """Whether every line agrees."""
        return bool(self.agrees.all())

    @property
    def prefix(self) -> int:
        """How many lines agree before the first that does not."""
        return len(self.agrees) if self.fits else int(np.argmin(self.agrees))

    @property
    def misses(self) -> float:
        """The share of the lines that do not agree."""
        return float(1 - self.agrees.mean()) if len(self.agrees) else 1.0

    @property
    def only_last(self) -> bool:
        """Whether the last line alone does not agree."""
        return len(self.agrees) > 1 and not self.agrees[-1] and bool(self.agrees[:-1].all())


def compare(made: Schedule, table: BankTable, lines: list[int]) -> Trial:
    """Compare a schedule with the lines of a table."""
    places = matches(made, table, lines)
    agrees = places >= 0
    for role in COMPARED:
        if role in table.shown:
            gaps = gaps_of(made, table, lines, places, role)
            agrees &= ~(np.abs(gaps) > table.tolerance(role)[lines])  # not <=: an empty cell, which is nan, agrees
    return Trial(made, agrees)


def gaps_of(made: Schedule, table: BankTable, lines: list[int], places: npt.NDArray[np.intp], role: str) -> Array:
    """Return by how much a table exceeds a schedule in a role, line by line; nan where one of them has no amount."""
    amounts = table.amounts[role][lines] - amounts_of(made, role)[np.maximum(places, 0)]
    if role == "payment" and "fees" in made.values and np.any(made.values["fees"]):
        other = amounts - amounts_of(made, "fees")[np.maximum(places, 0)]
        # Banks print payments with or without fees; each line is compared with the nearer of the two.
        amounts = np.where(np.abs(other) < np.abs(amounts), other, amounts)
    return np.where(places >= 0, amounts, np.nan)


def amounts_of(made: Schedule, role: str) -> Array:
    """Return a schedule's amounts by date; a payment is interest and principal, without fees. [money]"""
    if role == "payment":
        return made.values["interest"] - made.values["capitalized"] + made.values["principal"]
    return made.values[role]


def matches(made: Schedule, table: BankTable, lines: list[int]) -> npt.NDArray[np.intp]:
    """Return for each line of a table the place of its payment in a schedule, -1 where there is none."""
    paid = [place for place, number in enumerate(made.numbers) if number]
    if table.dates is not None:
        by_day = {made.dates[place]: place for place in paid}
        return np.array([by_day.get(table.dates[line], -1) for line in lines])
    if table.grid.numbers is not None:
        by_number = {made.numbers[place]: place for place in paid}
        return np.array([by_number.get(table.grid.numbers[line], -1) for line in lines])
    return np.array([paid[order] if order < len(paid) else -1 for order in range(len(lines))])


def difference_of(made: Schedule, table: BankTable, lines: list[int]) -> Difference:
    """Return the first line of a table that a schedule does not have."""
    trial, places = compare(made, table, lines), matches(made, table, lines)
    first = trial.prefix
    line = lines[first]
    known = [role for role in COMPARED if role in table.shown]
    gaps = {role: gaps_of(made, table, lines, places, role) for role in known}
    largest = max(known, key=lambda role: float(np.nanmax(np.abs(np.nan_to_num(gaps[role])))))
    place = int(np.argmax(np.abs(np.nan_to_num(gaps[largest]))))
    bank = {role: float(table.amounts[role][line]) for role in known}
    ours = {role: float(amounts_of(made, role)[places[first]]) for role in known} if places[first] >= 0 else {}
    interest = gaps_of(made, table, lines, places, "interest")
    return Difference(
        line=first + 1,
        row=table.grid.rows[line],
        date=None if table.dates is None else table.dates[line],
        bank=bank,
        loan=ours,
        interest_in_all=float(np.nansum(interest)),
        largest=(largest, place + 1, float(np.nan_to_num(gaps[largest])[place])),
    )


def printed_units(made: Schedule, role: str, digits: int) -> npt.NDArray[np.int64]:
    """Return a schedule's amounts by date as they are printed, in units of the last digit."""
    return np.asarray(np.floor(amounts_of(made, role) * 10.0**digits + 0.5 + 1e-6), dtype=np.int64)
