"""Units: one vocabulary, a strict grammar, one dimension per currency; kernels convert or refuse."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pint
import pytest

from fibercap.core.currencies import PER_EURO
from fibercap.core.errors import UnitError
from fibercap.core.kernel import kernel
from fibercap.core.language.unit_words import in_words
from fibercap.core.quantity import Quantity, registry
from fibercap.core.units import Array, QuantityTextError, base_units, conversion, powers, split_quantity
from fibercap.core.vocabulary import BUILT_IN
from fibercap.model.depreciation import straight_line


@pytest.mark.parametrize(
    ("text", "number", "unit"),
    [
        ("255_000 km/year", 255_000, "km / year"),
        ("25 million USD", 25e6, "USD"),
        ("25 MUSD", 25, "MUSD"),
        ("3 thousand km", 3e3, "km"),
        ("1.5 billion BRL", 1.5e9, "BRL"),
        ("-4.5 %", -4.5, "percent"),
        ("8.5 %/year", 8.5, "percent / year"),
        ("50 bp/year", 50, "bp / year"),
        ("6 months", 6, "month"),
        ("2 yr", 2, "year"),
        ("1e3 kUSD/km", 1e3, "kUSD / km"),
        ("5", 5, ""),
    ],
)
def test_what_the_grammar_reads(text: str, number: float, unit: str) -> None:
    assert split_quantity(text) == (number, unit)


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("3 000 USD", "3_000 USD"),
        ("1,5 MUSD", "1.5 MUSD"),
        ("25 MUSD 2000", "one"),
        ("$25M", "25 million USD"),
        ("25 mUSD", ""),
        ("25 MEURO", ""),
        ("9**9**7 USD", ""),
        ("nan USD", ""),
        ("inf USD", ""),
        ("1e999 USD", ""),
        ("5 bps", "bp"),
        ("25MUSD", "25 MUSD"),
        ("8.5%", "8.5 %"),
        ("1.5 million MUSD", "keep one of them: `million`, or the `M` of `MUSD`"),
        ("", ""),
        (" 5 USD", ""),
        ("5  USD", ""),
        ("5 USD*km", ""),
        ("5 meter", ""),
        ("5 month^2", ""),
        ("0x10 USD", ""),
        ("1_ USD", ""),
        ("٣ USD", ""),
    ],
)
def test_what_the_grammar_refuses(text: str, hint: str) -> None:
    with pytest.raises(QuantityTextError) as message:
        split_quantity(text)

    assert hint in f"{message.value.wanted} {message.value.hint}"
    assert message.value.actual


def test_a_mark_is_a_fixed_part_of_a_euro() -> None:
    """Council Regulation (EC) No 2866/98."""
    assert PER_EURO["DEM"] == 1.95583
    assert conversion("DEM", "EUR") == pytest.approx(1 / 1.95583)


def test_other_currencies_do_not_mix() -> None:
    assert conversion("EUR", "USD") is None
    with pytest.raises(pint.DimensionalityError, match="Cannot convert"):
        Quantity(1.0, "USD") + Quantity(1.0, "EUR")


def test_products_have_dimensions_of_their_own_and_pint_knows_no_other_unit() -> None:
    assert str(registry.Unit("km").dimensionality) == "[length]"
    for other in ("meter", "mile", "hour", "USD_cents"):
        with pytest.raises(pint.UndefinedUnitError, match=other):
            registry.Unit(other)


def test_the_registry_is_pints_own_and_the_only_one() -> None:
    assert pint.application_registry.get() is registry  # type: ignore[no-untyped-call]  # pint leaves it untyped


def test_a_day_is_a_365th_of_a_year_in_rates() -> None:
    """Case S03: 700 km/day are 255,500 km/year; https://github.com/ZEN-universe/ZEN-garden/issues/413."""
    assert conversion("km / day", "km/year") == pytest.approx(365, rel=1e-15)
    assert Quantity(700.0, "km/day").to("km/year").magnitude == pytest.approx(255_500, rel=1e-15)


SOME = (
    *("km", "Mkm", "m", "tonne", "kg", "piece", "kWh", "year", "quarter", "month", "day", "percent", "bp"),
    *("USD", "kUSD", "MUSD", "EUR", "DEM", "BRL", "ITL", "INR"),
)
"""Units of every kind; tests/core/test_vocabulary.py compares all of them."""


@pytest.mark.parametrize("wanted", SOME)
def test_pint_converts_every_pair_of_units_as_we_do(wanted: str) -> None:
    for written in SOME:
        for one, other in ((written, wanted), (f"km / {written}", f"km / {wanted}")):
            quantity = Quantity(1.0, one)
            factor = quantity.to(other).magnitude if quantity.is_compatible_with(other) else None

            assert conversion(one, other) == (factor if factor is None else pytest.approx(factor, rel=1e-14))


@pytest.mark.parametrize("wanted", ["", "km", "year", "month", "EUR", "DEM", "USD/km", "km/year", "1/year", "EUR/DEM"])
def test_pint_converts_and_refuses_as_we_do(wanted: str) -> None:
    """Every unit of the vocabulary, and every one per another, against pint's own arithmetic."""
    for written in ("", *SOME, *(f"{above} / {below}" for above in ("1", *SOME) for below in SOME)):
        quantity = Quantity(1.0, written or "dimensionless")
        fits = quantity.is_compatible_with(wanted or "dimensionless")
        factor = quantity.to(wanted or "dimensionless").magnitude if fits else None

        assert conversion(written, wanted) == (factor if factor is None else pytest.approx(factor, rel=1e-15))


@pytest.mark.parametrize("text", ["USD", "USD/km", "km * year / month", "USD / km ** 2", "1/year", ""])
def test_a_unit_text_has_the_powers_that_pint_gives_it(text: str) -> None:
    assert dict(powers(text)) == dict(Quantity(1.0, text or "dimensionless").unit_items())


@pytest.mark.parametrize("text", ["USD/meter", "USD + km", "USD per km", "/km/", "5 km"])
def test_what_is_no_unit_of_ours_is_refused(text: str) -> None:
    with pytest.raises(UnitError, match=r"unknown unit `|is not a unit"):
        base_units(text, BUILT_IN)


def test_symbols_are_not_converted_in_proofs() -> None:
    assert powers("month") != powers("year")
    assert powers("USD/km") == (("USD", 1.0), ("km", -1.0))


@pytest.mark.parametrize(
    ("unit", "words"),
    [
        ("km/year", "a length per time"),
        ("km", "a length"),
        ("EUR", "an amount of money"),
        ("USD/km", "money per length"),
        ("percent / year", "a rate per time"),
        ("percent", "a share"),
    ],
)
def test_dimensions_are_reported_in_words(unit: str, words: str) -> None:
    assert in_words(unit) == words


@kernel(returns="USD", price="USD/km", length="km", share="")
def cost(price: Array, length: Array, share: Array, times: int = 1) -> Array:
    """Return what some fiber costs."""
    return price * length * share * times


def test_a_kernel_converts_and_returns_a_quantity() -> None:
    result: Any = cost(Quantity(2.0, "kUSD/km"), Quantity(3.0, "Mkm"), 0.5, times=2)

    assert result.to("MUSD").magnitude == pytest.approx(6000.0)
    assert str(result.units) == "USD"


def test_a_kernel_refuses_the_wrong_unit() -> None:
    with pytest.raises(pint.DimensionalityError, match=r"'USD'.*'km'|km"):
        cost(Quantity(2.0, "USD/km"), Quantity(3.0, "USD"), 1.0)
    with pytest.raises(pint.DimensionalityError, match="dimensionless"):
        cost(2.0, Quantity(3.0, "km"), 1.0)


def test_a_kernel_keeps_its_plain_function_and_its_name() -> None:
    assert cost.plain(np.asarray(2.0), np.asarray(3.0), np.asarray(1.0)) == 6.0
    assert getattr(cost, "__name__", "") == "cost"
    assert "what some fiber costs" in str(cost.__doc__)


def test_a_kernel_names_an_argument_that_is_not_there() -> None:
    with pytest.raises(TypeError, match=re.escape("has no argument weight")):
        kernel(returns="USD", weight="km")(lambda price: price)


def test_straight_line_depreciation_with_units() -> None:
    """1.2 million over ten years: 10 thousand a month."""
    lost: Any = straight_line(
        Quantity(1.2, "MUSD"),
        Quantity(10, "year"),
        Quantity(np.array([-3, 0, 119]), "month"),
        Quantity(np.array([0, 3, 122]), "month"),
    )

    assert lost.to("kUSD").magnitude == pytest.approx([0.0, 30.0, 10.0])
