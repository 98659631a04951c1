"""Which column of a bank's table is which, by what they do: balances fall by principal, payments hold interest."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from itertools import permutations
from typing import Final

import numpy as np
import numpy.typing as npt

from fibercap.core.errors import FibercapError
from fibercap.core.units import Array
from fibercap.studies.bank.table import Grid, digits_of

ENOUGH: Final = 0.55
"""Share of the lines on which columns must do what their names say."""
LEAST_OWED: Final = 1e-3
"""Share of the loan below which a balance is a remainder; its interest says nothing about the rate."""
LEAST_PAID: Final = 0.05
"""The least share of the loan that the lines of a table without balances repay."""
Fit = tuple[dict[str, int], float]
"""Columns by role, and how well they fit."""


@dataclass(frozen=True)
class BankTable:
    """A bank's schedule: lines with a date or a number, and amounts by role, nan where the table has none. [money]"""

    grid: Grid
    amounts: dict[str, Array]
    """By `interest`, `principal`, `payment`, `closing` and `opening`; each (line,)."""
    shown: dict[str, int]
    """The columns of the grid that hold them; others follow from these."""
    name: str = field(default="the table", kw_only=True)

    @property
    def dates(self) -> tuple[date, ...] | None:
        """The dates of the lines."""
        return self.grid.dates

    def digits(self, role: str) -> int | None:
        """Return the decimals with which a role is written, None where it is written in full."""
        known = self.amounts[role]
        return digits_of(known[np.isfinite(known)])

    def tolerance(self, role: str) -> Array:
        """Return how far an amount may be from the one that is printed, (line,). [money]"""
        digits = self.digits(role)
        half = 1e-6 if digits is None else 0.5 * 10.0**-digits
        # Half of the last printed digit, slightly more for ties, and the rounding of doubles for large amounts.
        return np.asarray(half * (1 + 1e-6) + 1e-8 + 1e-14 * np.abs(np.nan_to_num(self.amounts[role])))


def recognize(grid: Grid, commitment: float, rate: float, name: str = "the table") -> BankTable:
    """Return a table with the role of each column.

    Parameters
    ----------
    grid : Grid
        The lines of the table.
    commitment : float
        What is lent. [money]
    rate : float
        The approximate rate of the loan, to tell interest from principal. [1/year]
    name : str
        The table's name in messages.

    Raises
    ------
    FibercapError
        If no columns do what those of a schedule do, or there is no interest among them.
    """
    # Some banks print what the borrower pays with a minus.
    columns = [np.abs(column) if not np.any(column > 0) else column for column in grid.amounts.T]
    shown = _with_balance(columns, commitment, rate) or _without_balance(columns, commitment)
    if not shown:
        if columns and any(np.all(np.diff(c[np.isfinite(c)]) <= 0) and np.isfinite(c).any() for c in columns):
            what = f"{name} has no interest, and none follows from its columns; no rate can be read from it"
            raise FibercapError("no_rate_in_table", what)
        what = f"{name} has no balance that falls by principal, and no payment that is interest and principal"
        raise FibercapError("no_schedule_table", what)
    amounts = {role: columns[column] for role, column in shown.items()}
    return BankTable(grid, _complete(amounts, commitment), shown, name=name)


def _agrees(one: Array, other: Array) -> float:
    """Return the share of the lines on which two columns are the same within what rounding leaves."""
    both = np.isfinite(one) & np.isfinite(other)
    if both.sum() < max(2, 0.5 * len(one)):
        return 0.0
    near = np.abs(one - other) <= _slack(one, other)
    return float((near & both).sum() / both.sum())


def _slack(*columns: Array) -> float:
    """Return what rounding of three amounts may leave between them. [money]"""
    digits = [digits_of(column[np.isfinite(column)]) for column in columns]
    least = min(2 if d is None else d for d in digits)
    return 1.6 * 10.0**-least


def _falls(balance: Array, *, opening: bool, commitment: float) -> Array:
    """Return by how much a balance falls on each line. [money]"""
    if opening:
        return np.append(balance[:-1] - balance[1:], balance[-1:])
    return np.append([commitment], balance[:-1]) - balance


def _with_balance(columns: list[Array], commitment: float, rate: float) -> dict[str, int]:
    """Return roles where a column is what is owed: it falls, by principal or by payments less interest."""
    best: tuple[float, dict[str, int]] = (0.0, {})
    for owed, opening in ((c, o) for c in range(len(columns)) for o in (False, True)):
        balance = columns[owed]
        known = balance[np.isfinite(balance)]
        if len(known) < 2 or not known.any():
            continue
        # Capitalized interest may lift a balance, and a part may be drawn; more is another loan's, or a running total.
        if not 0.5 < np.max(known) / commitment < 1.5:
            continue
        falls = _falls(balance, opening=opening, commitment=commitment)
        others = [column for column in range(len(columns)) if column != owed]
        start = balance if opening else np.append([commitment], balance[:-1])
        key = "opening" if opening else "closing"
        for roles, score in _flows(columns, others, falls, start, rate):
            if score > best[0] + 1e-9:  # of equals the first column from the left
                best = score, {key: owed, **roles}
    return best[1] if best[0] >= ENOUGH else {}


def _flows(columns: list[Array], others: list[int], falls: Array, start: Array, rate: float) -> list[Fit]:
    """Return the roles that other columns may have beside a balance, each with how well they fit."""
    fits: list[Fit] = []
    for principal in others:
        agrees = _agrees(columns[principal], falls)
        if agrees >= ENOUGH and np.nansum(np.abs(columns[principal])):
            rest = [column for column in others if column != principal]
            beside = _beside_principal(columns, principal, rest, start, rate)
            fits += [(roles, score * agrees) for roles, score in beside]
    for interest, payment in permutations(others, 2):
        agrees = _agrees(columns[payment] - columns[interest], falls)
        plausible = _plausible(columns[interest], start, rate)
        if agrees >= ENOUGH and plausible:
            fits.append(({"interest": interest, "payment": payment}, 0.8 * agrees + 0.1 * plausible))
    for payment in others if not fits else ():
        plausible = _plausible(columns[payment] - falls, start, rate)
        if plausible > 0.5:
            fits.append(({"payment": payment}, 0.75 * plausible))
    return fits


def _beside_principal(
    columns: list[Array], principal: int, rest: list[int], start: Array, rate: float
) -> Iterator[Fit]:
    """Yield the roles of other columns beside a balance that falls by one of them, each with how well they fit."""
    paid = columns[principal]
    likely = {column: _plausible(columns[column], start, rate) for column in rest}
    for interest, plausible in likely.items():
        if not plausible:
            continue
        yield {"principal": principal, "interest": interest}, 0.8 + 0.1 * plausible
        for payment in rest:
            agrees = _agrees(columns[payment], paid + columns[interest]) if payment != interest else 0.0
            if agrees >= ENOUGH:
                roles = {"principal": principal, "interest": interest, "payment": payment}
                yield roles, 0.8 + 0.1 * plausible + 0.3 * agrees
    for payment in rest if not any(likely.values()) else ():
        if plausible := _plausible(columns[payment] - paid, start, rate):
            yield {"principal": principal, "payment": payment}, 0.75 + 0.1 * plausible


def _plausible(interest: Array, balance: Array, rate: float) -> float:
    """Return how much a column is like interest on a balance: about one share of it, line after line."""
    both = np.isfinite(interest) & np.isfinite(balance) & (balance > LEAST_OWED * np.nanmax(balance))
    if both.sum() < max(2, 0.4 * len(interest)):
        return 0.0
    shares = interest[both] / balance[both]
    middle = float(np.median(shares))
    if rate <= 0:
        return 1.0 if middle == 0 else 0.0
    # From a monthly payment at a fifth of the rate to a yearly one at four times it.
    if not 0.2 * rate / 12 < middle < 4 * rate:
        return 0.0
    near: npt.NDArray[np.bool_] = np.abs(shares / middle - 1) < 0.25
    return float(near.mean()) if near.mean() >= 0.5 else 0.0


def _without_balance(columns: list[Array], commitment: float) -> dict[str, int]:
    """Return roles where no column is what is owed: payments are interest and principal that adds up to the loan."""
    best: tuple[float, dict[str, int]] = (0.0, {})
    for interest, principal, payment in permutations(range(len(columns)), 3):
        agrees = _agrees(columns[interest] + columns[principal], columns[payment])
        paid = float(np.nansum(columns[principal])) / commitment
        if agrees < ENOUGH or paid < LEAST_PAID or not np.nansum(columns[interest]):
            continue
        if _is_owed(columns[interest], columns[principal], commitment):
            continue
        if agrees - abs(paid - 1) > best[0]:
            best = agrees - abs(paid - 1), {"interest": interest, "principal": principal, "payment": payment}
    if best[1]:
        return best[1]
    for interest, principal in permutations(range(len(columns)), 2):
        paid, borne = float(np.nansum(columns[principal])) / commitment, float(np.nansum(columns[interest]))
        if abs(paid - 1) < 1e-3 and borne > 0 and not _is_owed(columns[interest], columns[principal], commitment):
            return {"interest": interest, "principal": principal}
    return {}


def _is_owed(column: Array, principal: Array, commitment: float) -> bool:
    """Tell whether a column falls by principal, as what is owed does, and interest does not."""
    falls = (_falls(column, opening=opening, commitment=commitment) for opening in (False, True))
    return any(_agrees(principal, by) >= ENOUGH for by in falls)


def _complete(amounts: dict[str, Array], commitment: float) -> dict[str, Array]:
    """Return amounts with the roles that follow from others. [money]"""
    full = dict(amounts)
    lines = len(next(iter(amounts.values())))
    nothing = np.full(lines, np.nan)
    if "closing" not in full and "opening" in full:
        full["closing"] = np.append(full["opening"][1:], np.nan)
    if "opening" not in full and "closing" in full:
        full["opening"] = np.append([commitment], full["closing"][:-1])
    if "principal" not in full:
        falls = full["opening"] - full["closing"] if "opening" in full else nothing
        full["principal"] = full["payment"] - full["interest"] if {"payment", "interest"} <= full.keys() else falls
    if "interest" not in full:
        full["interest"] = full["payment"] - full["principal"]
    if "payment" not in full:
        full["payment"] = full["interest"] + full["principal"]
    if "closing" not in full:
        full["closing"] = commitment - np.cumsum(full["principal"])
        full["opening"] = full["closing"] + full["principal"]
    return {role: np.asarray(values, dtype=float) for role, values in full.items()}
