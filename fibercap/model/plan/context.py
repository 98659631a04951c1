"""What fields may know of the scenario around them: its currencies, its years, and the day before its horizon."""

from __future__ import annotations

from datetime import date
from typing import Any

from pydantic_core import PydanticCustomError

from fibercap.core.currencies import CURRENCIES
from fibercap.core.language.dates import Edge
from fibercap.core.period_names import DECEMBER, MONTH_NAMES
from fibercap.core.trees.tree import Branch, Leaf
from fibercap.model.checks.validation import plain
from fibercap.model.currency.currency import known_currencies
from fibercap.model.loans.clauses.business_days import calendars_of


def context_of(values: Branch) -> dict[str, Any]:
    """Return the context with which each field of a scenario is read.

    `currency` is the reporting currency, `currencies` are those with rates of exchange, `year_ends` is the month in
    which years end, from 1 to 12, `eve` is the day before the horizon, and `indices` are the names of rates of growth.
    What cannot be read has a stand-in, so that its own field alone says what is wrong.
    """
    currency, year_ends = _currency(values), _year_ends(values)
    known, indices = known_currencies(values, currency), values.get("indices")
    return {
        "currency": currency,
        "currencies": known,
        "year_ends": year_ends,
        "eve": _eve(values, year_ends),
        "indices": tuple(indices) if isinstance(indices, Branch) else (),
        "calendars": calendars_of(values, plain),
    }


def _currency(values: Branch) -> str:
    money = values.get("money")
    leaf = money.get("report_in") if isinstance(money, Branch) else None
    code = leaf.value if isinstance(leaf, Leaf) else ""
    return code if code in CURRENCIES else "USD"


def _year_ends(values: Branch) -> int:
    """Return the month in which years end; January if it cannot be read, so that `FY2002` is not an error too."""
    horizon = values.get("horizon")
    leaf = horizon.get("year_ends") if isinstance(horizon, Branch) else None
    if leaf is None:
        return DECEMBER
    name = leaf.value if isinstance(leaf, Leaf) else None
    return MONTH_NAMES.index(name) + 1 if name in MONTH_NAMES else 1


def _eve(values: Branch, year_ends: int) -> date:
    """Return the day before the horizon, on which outstanding loans stand; the first of all days if it is unknown."""
    try:
        start = Edge().day(values["horizon"]["from"], year_ends)  # type: ignore[index]  # a leaf has no items: caught
    except (KeyError, TypeError, PydanticCustomError):
        return date.min
    return date.fromordinal(max(start.toordinal() - 1, 1))
