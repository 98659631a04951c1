"""What is judged of the books, judged again in plain numbers: sums by year, claims, covenants and measures."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator
from typing import Any

from tests.fuzz.books import Books
from tests.fuzz.dice import Plan, span_of

FACTORS = {
    "": 1.0, "%": 0.01, "bp": 0.0001, "km": 1.0, "Mkm": 1e6, "k": 1e3, "M": 1e6, "thousand": 1e3, "million": 1e6, "billion": 1e9,
}  # fmt: skip
QUANTITY = re.compile(
    r"(-?[0-9_.]+(?:[eE][+-]?[0-9]+)?)(?: (thousand|million|billion))?(?: ([kM]?)([A-Z]{3}|km|%|bp|tonne|piece|m2|kWh|coil|pallet)(/year)?)?"
)
ROUNDING = 1e-9


def near(one: float, other: float, slack: float) -> bool:
    """Tell whether two numbers are alike."""
    return abs(one - other) <= max(slack, 1e-9 * max(abs(one), abs(other)))


def sum_by_nature(row: Any, first: int, last: int) -> float | None:
    """Return a row over some of its periods by its nature: a sum, the last value, or the mean."""
    part = row["values"][first:last]
    if row["nature"] == "stock":
        return part[-1]  # type: ignore[no-any-return]
    if any(value is None for value in part):
        return None
    return math.fsum(part) if row["nature"] == "flow" else math.fsum(part) / len(part)


def sum_years(printed: dict[str, Any], books: Books) -> Iterator[str]:
    """Years are sums, last values or means of their periods, each as the nature of its row says."""
    years: dict[str, list[int]] = {}
    for index, end in enumerate(printed["periods"]):
        years.setdefault(books.year_of(end), []).append(index)
    for path, row in books.rows.items():
        for year, parts in years.items():
            wanted, result = sum_by_nature(row, parts[0], parts[-1] + 1), row["annual"][year]
            scale = max(abs(value or 0.0) for value in row["values"]) * 1e-11 * len(parts)
            if (wanted is None) != (result is None) or (wanted is not None and not near(result, wanted, scale)):
                yield f"{path} of {year} is {result!r}, wanted {wanted!r}"
                return


def read_amount(text: Any) -> float:
    """Return a quantity as a plain number in house units."""
    match = QUANTITY.fullmatch(str(text))
    assert match, text
    return (
        float(match[1].replace("_", ""))
        * FACTORS[match[2] or ""]
        * FACTORS[match[3] or ""]
        * FACTORS.get(match[4] or "", 1.0)
    )


def per_house_unit(plan: Plan, text: str) -> float:
    """Return how many of the unit in which a plan keeps a product are in the unit of an amount by the year."""
    worth = {unit: (1.0, unit) for unit in ("km", "tonne", "piece", "m2", "kWh")}
    for unit, meaning in plan.get("units", {}).items():
        number, _, of = str(meaning).partition(" ")
        worth[unit] = (float(number), of) if of else (1.0, unit)
    unit = text.removesuffix("/year").rpartition(" ")[2]
    if unit not in worth:
        return 1.0
    factor, kind = worth[unit]
    products = plan["products"]
    written = {name: {**products.get(product.get("like"), {}), **product} for name, product in products.items()}
    units = (product.get("unit", "km") for _, product in sorted(written.items()))
    return factor / next((worth[other][0] for other in units if worth[other][1] == kind), 1.0)


def hold(comparator: str, value: float | None, limit: float, within: float = 0.0) -> bool:
    """Tell whether a value keeps its limit; one that is not defined never does."""
    if value is None or math.isnan(value):
        return False
    slack = ROUNDING * max(abs(value) if math.isfinite(value) else 0.0, abs(limit))
    return {
        "above": value > limit + slack, "at_least": value >= limit - slack, "below": value < limit - slack,
        "at_most": value <= limit + slack, "about": abs(value - limit) <= within * abs(limit) + slack,
    }[comparator]  # fmt: skip


def test_claims(printed: dict[str, Any], books: Books, plan: Plan) -> Iterator[str]:
    """Claims hold where the row or measure keeps its limit at that time."""
    for name, claim in plan.get("claims", {}).items():
        if "like" in claim:
            continue
        entry = printed["claims"][name]
        comparator = next(key for key in ("above", "at_least", "below", "at_most", "about") if key in claim)
        value = (
            printed["measures"][claim["measure"]]["value"]
            if "measure" in claim
            else find_value(books, claim["row"], str(claim["when"]))
        )
        limit = claim[comparator]
        if isinstance(limit, dict):
            limit = float(limit["times"]) * (find_value(books, claim["row"], str(limit["of"])) or 0.0)
        else:
            limit = read_amount(limit) * per_house_unit(plan, str(limit))
        holds = hold(comparator, value, limit, read_amount(claim.get("within", "10 %")))
        edge = value is not None and any(abs(value - limit * part) < 1e-7 * abs(limit) for part in (1, 0.9, 1.1))
        if (holds != entry["holds"] and not edge) or not near(limit, entry["limit"], 1e-6):
            yield f"claim {name}: {entry['holds']} at {entry['limit']!r}, wanted {holds} with {value!r} at {limit!r}"


def find_value(books: Books, path: str, when: str) -> float | None:
    """Return a row's value at a time by its nature."""
    row = books.rows[path]
    if when == "in total":
        return math.fsum(row["values"])
    begins, ends = span_of(when.removeprefix("end of "), books.year_ends)
    year, month = map(int, books.ends[0].split("-")[:2])
    origin = 12 * year + month - books.months
    first, last = (begins - origin) // books.months, (ends - origin) // books.months
    return row["values"][last - 1] if when.startswith("end of ") else sum_by_nature(row, first, last)


def end_of(when: str, books: Books) -> float:
    """Return the month number at which the period of a test ends."""
    year, _, half = when.partition("-H")
    if when == "in total":
        return math.inf
    begins, ends = span_of(year, books.year_ends)
    return begins + 6 * int(half) if half else ends


def test_covenants(printed: dict[str, Any], books: Books, plan: Plan) -> Iterator[str]:
    """Covenants are kept where every test is, and each test is of the row's own value."""
    for name, message in printed.get("covenants", {}).items():
        loan, _, key = name.partition(".")
        terms = plan.get("loans", {}).get(loan, {}).get("covenants", {}).get(key, {})
        comparator = next((word for word in ("above", "at_least", "below", "at_most") if word in terms), "")
        if not comparator or "like" in terms:
            continue
        written = terms[comparator] if isinstance(terms[comparator], dict) else {"": terms[comparator]}
        limits = sorted(
            (span_of(key, books.year_ends)[0] if key else 0, read_amount(it)) for key, it in written.items()
        )
        if not any(near(limit, message["limit"], 1e-9 * abs(limit)) for _, limit in limits):
            yield f"covenant {name}: limit {message['limit']!r}, wanted one of {limits!r}"
        tests = message["tests"].items()
        for when, test in tests:
            limit = next(limit for start, limit in reversed(limits) if start < end_of(when, books))
            if not near(limit, test["limit"], 1e-9 * abs(limit)):
                yield f"covenant {name} in {when}: limit {test['limit']!r}, wanted {limit!r}"
            value = math.inf if test["value"] is None else test["value"]
            if test["holds"] != hold(comparator, value, limit) and abs(value - limit) > 1e-7 * abs(limit):
                yield f"covenant {name} in {when}: {test['holds']} at {value!r}"
        if "row" in terms and terms["row"] in books.rows:
            values = [value for value in books.values_or_none(terms["row"]) if value is not None]
            strange = [
                when
                for when, test in tests
                if test["value"] is not None and not any(near(test["value"], value, 1e-9) for value in values)
            ]
            if strange:
                yield f"covenant {name} in {strange[0]}: {message['tests'][strange[0]]['value']!r} is no value of {terms['row']}"
        holds = all(test["holds"] for _, test in tests) if tests else None
        if message["holds"] != holds:
            yield f"covenant {name}: {message['holds']}, wanted {holds}"


def test_measures(printed: dict[str, Any], books: Books) -> Iterator[str]:
    """Sums of discounted flows, lowest and highest values are those of their rows."""
    rows, slack = books.rows, books.trifle

    def values(path: str) -> list[float]:
        return [value or 0.0 for value in rows[path]["values"]]

    calls = [f"accounts.{key}" for key in ("equity_for_projects", "equity_paid_in", "equity_for_cash")]
    wanted: dict[str, float] = {
        "lowest_cash": min(values("accounts.cash_free" if "accounts.cash_free" in books else "accounts.cash")),
        "owed_at_horizon": values("accounts.debt")[-1],
        "funding_gap": sum(values("accounts.unfunded_uses")),
        "equity_called": sum(sum(values(path)) for path in calls if path in rows),
        "terminal_value": sum(values("returns.project_terminal_value"))
        if "returns.project_terminal_value" in rows
        else 0.0,
    }
    if "returns.discount_factor" in rows:
        for name, flow in (("project_npv", "project_discounted"), ("company_npv", "company_discounted")):
            if f"returns.{flow}" in rows:
                wanted[name] = math.fsum(values(f"returns.{flow}"))
        pairs = zip(values("returns.equity_flow"), values("returns.discount_factor"), strict=True)
        wanted["equity_npv"] = math.fsum(flow * factor for flow, factor in pairs)
    for name, value in wanted.items():
        entry = printed["measures"].get(name, {"value": None})["value"]
        if entry is not None and not near(entry, value, slack):
            yield f"measure {name} is {entry!r}, wanted {value!r}"


OUTCOMES: dict[str, Callable[..., Iterator[str]]] = {
    "sums by year": lambda printed, books, _: sum_years(printed, books),
    "claims": test_claims,
    "covenants": test_covenants,
    "measures": lambda printed, books, _: test_measures(printed, books),
}
