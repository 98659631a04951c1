"""One list of units behind the fast table and pint: both agree on every pair."""

from __future__ import annotations

from itertools import product

import pint
import pytest

from fibercap.core.currencies import CURRENCIES, MINOR_DIGITS, PER_EURO, code_in, minor_unit
from fibercap.core.language.unit_words import in_words
from fibercap.core.quantity import registry_of
from fibercap.core.units import conversion, powers, split_quantity
from fibercap.core.vocabulary import BUILT_IN, PRODUCT_UNITS, Vocabulary, using

COILS = Vocabulary((("coil", 12.0, "km"), ("pallet", 1.0, "pallet")))
TIMES = ("year", "quarter", "month", "day")
MONEY = ("USD", "EUR", "DEM", "INR", "JPY", "kUSD", "MEUR", "kITL")


@pytest.mark.parametrize("vocabulary", [BUILT_IN, COILS], ids=["built in", "declared"])
def test_the_table_and_pint_agree_on_every_pair(vocabulary: Vocabulary) -> None:
    """Every unit's factor and base are pint's; and every pair of products, times and some currencies converts alike."""
    registry = registry_of(vocabulary)
    for unit, (factor, base) in vocabulary.table.items():
        quantity = registry.Quantity(1.0, unit)
        assert quantity.to(base or "dimensionless").magnitude == pytest.approx(factor, rel=1e-14), unit
    units = {unit: registry.Unit(unit) for unit in (*vocabulary.product_units, *TIMES, *MONEY)}
    with using(vocabulary):
        for (one, left), (other, right) in product(units.items(), units.items()):
            factor_of_pair = conversion(one, other)
            assert (factor_of_pair is not None) is left.is_compatible_with(right), (one, other)
            if factor_of_pair is not None:
                assert registry.Quantity(1.0, left).to(right).magnitude == pytest.approx(factor_of_pair, rel=1e-13)


def test_registries_of_unlike_vocabularies_are_not_joined() -> None:
    one, other = registry_of(COILS).Quantity(1.0, "coil"), registry_of(BUILT_IN).Quantity(1.0, "km")
    assert registry_of(Vocabulary(COILS.declared)) is registry_of(COILS)
    with pytest.raises(ValueError, match="different registries"):
        one + other


def test_a_declared_unit_is_read_where_it_is_in_use_only() -> None:
    with using(COILS):
        assert split_quantity("3 coil/year") == (3.0, "coil / year")
        assert conversion("coil / year", "km/month") == pytest.approx(1.0)
        assert in_words("coil/year") == "a length per time"
        assert in_words("USD/pallet") == "money per amount in pallet"
    with pytest.raises(ValueError, match="unknown unit `coil`"):
        split_quantity("3 coil")


@pytest.mark.parametrize(
    ("written", "wanted", "factor"),
    [
        ("tonne / month", "kg/year", 12_000.0),
        ("USD / m", "USD/km", 1_000.0),  # case S04: 0.04 USD/m is 40 USD/km
        ("Mm / year", "km/year", 1_000.0),  # 200 Mm/year is 200,000 km/year
        ("m2", "cm2", 10_000.0),
        ("l", "m3", 0.001),
        ("GWh / year", "kWh/day", 1e6 / 365),
        ("kt", "g", 1e9),
        ("ITL", "EUR", 1 / 1936.27),
        ("FRF", "DEM", 1.95583 / 6.55957),
        ("piece", "kg", None),
        ("tonne", "km", None),
        ("INR", "USD", None),
    ],
)
def test_conversions(written: str, wanted: str, factor: float | None) -> None:
    assert conversion(written, wanted) == (None if factor is None else pytest.approx(factor, rel=1e-14))


def test_every_currency_has_a_code_of_three_letters_and_a_minor_unit() -> None:
    assert {*MINOR_DIGITS}.isdisjoint(PER_EURO)
    assert len(CURRENCIES) == len({*CURRENCIES}) == len(MINOR_DIGITS) + len(PER_EURO)
    assert all(len(code) == 3 and code.isupper() and code.isascii() for code in CURRENCIES)
    assert [minor_unit(code) for code in ("USD", "JPY", "KWD", "CLF", "ITL", "DEM")] == [
        0.01,
        1.0,
        0.001,
        1e-4,
        1.0,
        0.01,
    ]
    assert [code_in(text) for text in ("25 million INR", "3 kJPY", "31 EUR/km", "5 km", "")] == [
        "INR",
        "JPY",
        "EUR",
        "",
        "",
    ]


def test_units_of_products_are_no_currencies() -> None:
    assert {*PRODUCT_UNITS}.isdisjoint({*CURRENCIES, *(f"{prefix}{code}" for prefix in "kM" for code in CURRENCIES)})
    assert powers("m2/year") == (("m2", 1.0), ("year", -1.0))


def test_pint_refuses_what_the_table_refuses() -> None:
    with pytest.raises(pint.DimensionalityError):
        registry_of(BUILT_IN).Quantity(1.0, "tonne").to("piece")
