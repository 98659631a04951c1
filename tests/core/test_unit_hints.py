"""Hints about units: what they propose is taken, and is the same amount as what was written."""

from __future__ import annotations

import re
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from fibercap.core.currencies import CURRENCIES
from fibercap.core.errors import ScenarioError
from fibercap.core.units import conversion, split_quantity
from fibercap.core.vocabulary import BUILT_IN
from fibercap.model.project import project
from fibercap.reading.files import changes_of, scenario_of

PLAN = """\
fibercap: 1
horizon: {from: 2001, to: 2004, step: year}
money: {report_in: USD, discount_rate: 12 %/year}
products: {fiber: {price: 40 USD/km}}
plants: {works: {product: fiber, capacity: 200_000 km/year, cash_cost: 20 USD/km, fixed_cost: 1 million USD/year}}
loans: {bank: {commitment: 6 million USD, signed: 2001-01-01, matures: 6 years, rate: 8 %/year}}
working_capital: {receivables: 30 days}
tax: {rate: 30 %}
opening: {cash: 9 million USD}
"""
PLAIN = scenario_of(PLAN)
FIELDS = {
    "products.fiber.price": "USD/km", "plants.works.capacity": "km/year", "plants.works.fixed_cost": "USD/year",
    "plants.works.utilization": "", "loans.bank.rate": "1/year", "loans.bank.commitment": "USD", "tax.rate": "",
    "working_capital.receivables": "day", "money.discount_rate": "1/year", "loans.bank.fees.upfront": "",
}  # fmt: skip
SIZE = {"k": Fraction(1000), "M": Fraction(10**6), "G": Fraction(10**9), "T": Fraction(10**12), "": Fraction(1),
        "d": Fraction(1, 10), "c": Fraction(1, 100), "m": Fraction(1, 1000), "h": Fraction(100)}  # fmt: skip
MEANING = {
    **{f"{prefix}m": (size / 1000, "km") for prefix, size in SIZE.items()},
    **{f"{prefix}km": (size, "km") for prefix, size in SIZE.items()},
    **{f"{prefix}{code}": (size, code) for prefix, size in SIZE.items() for code in ("USD", "EUR")},
    **{word: (Fraction(1, 1000), "km") for word in ("meter", "metres")},
    "mile": (Fraction("1.609344"), "km"),
    **{word: (Fraction(7, 365), "year") for word in ("week", "weeks")},
    "hour": (Fraction(1, 8760), "year"), "day": (Fraction(1, 365), "year"), "month": (Fraction(1, 12), "year"),
    "quarter": (Fraction(1, 4), "year"), "year": (Fraction(1), "year"), "decade": (Fraction(10), "year"),
    "%": (Fraction(1, 100), ""), "bp": (Fraction(1, 10_000), ""), "bps": (Fraction(1, 10_000), ""),
    "pct": (Fraction(1, 100), ""), "permille": (Fraction(1, 1000), ""),
}  # fmt: skip
"""What units mean, said once more and apart from the table that hints are made with."""
MISSING = (("", 0), ("year", -1), ("km", -1), ("year", 1))
"""What a hint may put right of a dimension: nothing, a missing `/year` or `/km`, a `/year` too much."""


def meaning(number: str, unit: str) -> tuple[Fraction, dict[str, int]]:
    size, powers = Fraction(number), dict[str, int]()
    for place, part in enumerate(unit.split("/")):
        factor, base = MEANING[part]
        size = size / factor if place else size * factor
        if base:
            powers[base] = powers.get(base, 0) + (-1 if place else 1)
    return size, {base: power for base, power in powers.items() if power}


def house(text: str) -> tuple[float, dict[str, int]]:
    """Return a quantity of the grammar in units that have a dimension of their own."""
    number, unit = split_quantity(text)
    size, powers = number, dict[str, int]()
    for place, part in enumerate(unit.split(" / ") if unit else []):
        base = next(b for b in ("", "km", "year", *CURRENCIES) if conversion(part, b) is not None)
        factor = conversion(part, base)
        assert factor is not None
        size = size / factor if place else size * factor
        if base:
            powers[base] = powers.get(base, 0) + (-1 if place else 1)
    return size, {base: power for base, power in powers.items() if power}


def problem_of(path: str, text: str) -> Any:
    try:
        PLAIN.with_changes(changes_of(f"{path}={text}"))
    except ScenarioError as error:
        return error.problems[0]
    return None


def proposals(hint: str) -> list[str]:
    """Return the quantities that a hint proposes to write."""
    results = [text for text in re.findall(r"`([^`]+)`", hint) if re.match(r"-?[0-9]", text)]
    return [text for text in results if len(text.split(" ")) > 1]


@pytest.mark.long
@settings(max_examples=600)
@given(
    path=st.sampled_from(list(FIELDS)),
    number=st.sampled_from(["0.04", "5", "8.5", "30", "200", "850", "60_000", "1250.5"]),
    above=st.sampled_from(list(MEANING)),
    below=st.sampled_from(["", "", *MEANING]),
)
def test_a_hint_never_changes_an_amount(path: str, number: str, above: str, below: str) -> None:
    """Over every unit that people write, known or not, in every kind of field."""
    assume(above != "mUSD" or below)  # 25 mUSD is always meant in millions: docs/mistakes.md
    assume(not {"mUSD", "mEUR"} & {above, below})
    unit = f"{above}/{below}" if below else above
    problem = problem_of(path, f"{number} {unit}")
    if problem is None:
        return
    size, powers = meaning(number.replace("_", ""), unit)
    for text in proposals(problem.hint):
        meant, dimension = house(text)
        changed = [dict(powers) | {base: powers.get(base, 0) + by} if base else powers for base, by in MISSING]
        assert dimension in [{base: power for base, power in form.items() if power} for form in changed], problem.hint
        assert meant == pytest.approx(float(size), rel=1e-9), problem.hint
        again = problem_of(path, text)
        assert again is None, (problem.hint, again)
    near = re.search(r"did you mean `([^`]+)`", problem.hint)
    if near:
        assert near[1].lower() == above.lower() or near[1].lower() == below.lower(), problem.hint


@pytest.mark.parametrize(
    ("path", "text", "hint"),
    [
        ("products.fiber.price", "0.04 USD/meter", "write `40 USD/km`"),
        ("plants.works.capacity", "0.2 Gm/year", "write `200_000 km/year`"),
        ("plants.works.capacity", "200 Mkm", "write it like `200 Mkm/year`"),
        ("loans.bank.rate", "850 bps", "write `850 bp/year`"),
        ("loans.bank.rate", "85 permille", "write `8.5 %/year`"),
        ("tax.rate", "60_000 USD", "its unit is `%`"),
        ("tax.rate", "30 pct", "write `30 %`"),
        ("loans.bank.commitment", "2 GUSD", "write `2_000_000_000 USD`"),
        ("loans.bank.commitment", "25 mUSD", "write `25 MUSD`"),
        ("loans.bank.commitment", "25", "write it like `25 USD`"),
        ("loans.bank.grace", "90 days", "its unit is `months`, `quarters` or `years`"),
        ("products.fiber.price", "0.04 usd / metre", "write `40 USD/km`"),
        ("loans.bank.commitment", "9 AUD", "give its rates under `exchange: {AUD: ...}`, or convert it"),
        ("loans.bank.commitment", "5 MEURO", "did you mean `MEUR`?"),
        ("loans.bank.commitment", "5 UDS", "did you mean `USD`?"),
    ],
)
def test_what_a_hint_proposes(path: str, text: str, hint: str) -> None:
    """Case S04, asked at https://github.com/hgrecco/pint/issues/430, and its siblings."""
    assert problem_of(path, text).hint == hint


def test_a_rate_by_the_day_is_365_of_them_a_year() -> None:
    """Case S03: 700 km/day make 255,500 km in 2001, and in the leap year 2004; the claim of 255,600 fails."""
    projection = project(PLAIN.with_changes(changes_of("plants.works.capacity=700 km/day")))

    assert projection.value("plants.works.output")[0] == pytest.approx([255_500.0] * 4)


def test_the_table_of_this_test_knows_the_vocabulary() -> None:
    for word in MEANING.keys() & BUILT_IN.words:
        size, powers = meaning("1", word)
        result, dimension = house(f"1 {word}")
        assert result == pytest.approx(float(size))
        assert dimension == powers
