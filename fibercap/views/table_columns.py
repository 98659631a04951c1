"""The columns of the tables that other programs read: what each holds, its type and its unit."""

from __future__ import annotations

from typing import Final

from fibercap.views.files.table_file import Column

PATH: Final = Column("path", "Path of the row, as `fibercap rows` lists it")
LABEL: Final = Column("label", "What people call it")
PERIOD: Final = Column("period", "Year, quarter or month: 2002, FY2002, 2002-Q3 or 2002-07")
VALUE: Final = Column("value", "Value; nothing where it is undefined", "number", unit_column="unit")
UNIT: Final = Column("unit", "Unit of the value; 1 of a share or a ratio")
LIMIT: Final = Column("limit", "Limit", "number", unit_column="unit")
SUBJECT: Final = Column("subject", "Row or measure")
SAYS: Final = Column("says", "In words")
COMPARATOR: Final = Column("comparator", "How the value is compared with the limit")
LINE: Final = Column("line", "Number of the line in the statement", "integer")
ROLE: Final = Column("role", "What the line is: plus, minus, total or memo")

ROWS: Final = (PATH, LABEL, PERIOD, VALUE, UNIT)
STATEMENTS: Final = (Column("statement", "Title of the statement"), LINE, ROLE, *ROWS)
STATEMENT: Final = (LINE, ROLE, PATH, LABEL, UNIT)
"""Before the columns of periods."""
MEASURES: Final = (
    Column("measure", "Name of the measure"), LABEL, VALUE, UNIT, Column("reason", "Why it is undefined"),
)  # fmt: skip
CLAIMS: Final = (
    Column("claim", "Name of the claim"),
    SAYS,
    SUBJECT,
    Column("when", "The time that the claim is about"),
    COMPARATOR,
    LIMIT,
    VALUE,
    UNIT,
    Column("holds", "Whether it holds", "boolean"),
    Column("expected", "Whether the plan expects it to hold", "boolean"),
    Column("source", "Its source, a key of `sources`"),
)
COVENANTS: Final = (
    Column("covenant", "Loan and name of the covenant, as `fleet.cover`"),
    SAYS,
    SUBJECT,
    COMPARATOR,
    LIMIT,
    Column("when", "The period of the test; nothing where it is tested in none"),
    VALUE,
    UNIT,
    Column("headroom", "How far the value lies on the safe side of the limit, as a share of it", "number", "1"),
    Column("holds", "Whether it holds; nothing where it was not tested", "boolean"),
    Column("reason", "Why there is no value, or no test"),
)
INPUTS: Final = (
    Column("path", "Path of the input, with its key where it has several"),
    Column("value", "Number, or a date or word as written", "any", unit_column="unit"),
    UNIT,
    Column("written", "As it is written"),
    Column("source", "Its source, a key of `sources`"),
    Column("kind", "Whether it is stated, derived or assumed"),
    Column("where", "Where in the source"),
    Column("note", "Note"),
)
SOURCES: Final = (
    Column("source", "Its key"),
    Column("title", "What it is"),
    Column("kind", "Whether what it says is stated, derived or assumed"),
    Column("date", "When it was published"),
    Column("url", "Where it can be read"),
)
OPTIONS: Final = (
    Column("option", "Name of the option"),
    Column("title", "What tables call it"),
    Column("measure", "Name of the measure"),
    LABEL,
    VALUE,
    UNIT,
)
_MONEY: Final = {
    "opening": "Owed before",
    "drawn": "Drawn",
    "interest": "Interest",
    "capitalized": "Interest added to debt",
    "fees": "Fees",
    "principal": "Principal",
    "payment": "Payment: interest paid, principal and recurring fees",
    "closing": "Owed after",
}
SCHEDULES: Final = (
    Column("loan", "Name of the loan"),
    Column("currency", "Currency of the loan"),
    Column("event", "What happens: draw, payment, prepayment"),
    Column("number", "Number of the payment", "integer"),
    Column("date", "Date", "date"),
    Column("year_fraction", "Length of the interest period", "number", "year"),
    Column("rate", "Rate of interest", "number", "1/year"),
    *(Column(name, title, "number", unit_column="currency") for name, title in _MONEY.items()),
)
