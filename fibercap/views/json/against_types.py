"""The types of the JSON document of `loan --against`."""

from __future__ import annotations

from typing_extensions import TypedDict


class TableDocument(TypedDict):
    """The bank's table."""

    name: str
    """The file, or its sheet."""
    columns: dict[str, str]
    """What each column is, by the letter that spreadsheets give it."""
    lines: int
    """How many payments were compared."""


class ConventionDocument(TypedDict):
    """Terms that reproduce the table."""

    changes: dict[str, str | dict[str, str]]
    """Keys of the loan that differ from the loan as written, each as it is written in a file."""
    same: list[dict[str, str | dict[str, str]]]
    """Other terms with the very same schedule."""


class ApartDocument(TypedDict):
    """The payment that differs between the first two of `conventions`."""

    number: int
    """Its number."""
    date: str
    """Its date under the first of them."""
    column: str
    """What differs: interest, principal, payment or closing."""
    amounts: list[float]
    """The amounts under the first and the second."""


class LargestDocument(TypedDict):
    """The largest difference of all lines."""

    column: str
    """What differs."""
    line: int
    """The number of the line."""
    amount: float
    """The bank's amount less that of the loan."""


class DifferenceDocument(TypedDict):
    """The first line that differs."""

    line: int
    """Its number, counted from 1."""
    row: int
    """Its row in the file, counted from 1."""
    date: str | None
    """Its date; null in a table without dates."""
    bank: dict[str, float | None]
    """What the bank has, by column."""
    loan: dict[str, float]
    """What the loan has, by column; empty if it has no payment on that day."""
    interest_in_all: float
    """What the bank's interest adds up to, less that of the loan."""
    largest: LargestDocument
    """The largest difference."""


class Compared(TypedDict):
    """A loan beside a bank's schedule: `fibercap loan FILE NAME --against TABLE --json`."""

    loan: str
    """The loan."""
    currency: str
    """The currency of all amounts."""
    table: TableDocument
    """What was read from the bank's file."""
    verdict: str
    """`as_written`, `under_conventions` or `differs`."""
    conventions: list[ConventionDocument]
    """The terms that reproduce the table, the plainest first."""
    tells_apart: ApartDocument | None
    """The payment that differs between the first two of them; null where there is none."""
    closest: dict[str, str | dict[str, str]]
    """If it differs, the terms with which the difference is computed."""
    difference: DifferenceDocument | None
    """The first line that differs; null where none does."""
    rate: str | dict[str, str] | None
    """If it differs, the rate with which it is consistent, as written in a file; null if there is none."""
    with_rate: list[ConventionDocument]
    """The terms that reproduce the table with that rate."""
    tried: int
    """How many conventions were tried."""
