"""What is written as the trade says it, but not as the scenario language does, is answered with what to write."""

from __future__ import annotations

import re
from decimal import Decimal

import pytest

from fibercap.core.errors import ScenarioError, nearest
from fibercap.core.problems.trade_words import OTHER_NAMES, SCALES_OF_INDIA
from fibercap.core.vocabulary import SCALES
from fibercap.model.loans.repayment.styles import STYLES
from fibercap.reading.files import scenario_of
from fibercap.reading.schema import schema

PLAN = """\
fibercap: 1
horizon: {from: 2026, to: 2028}
money: {report_in: INR}
products: {bars: {unit: tonne, price: 48_500 INR/tonne}}
plants: {mill: {product: bars, capacity: 60_000 tonne/year, cash_cost: 43_200 INR/tonne}}
projects: {stand: {plant: mill, adds: 40_000 tonne/year, capex: 1_100 million INR, complete: 2026-12-31}}
loans: {sbi: {commitment: 700 million INR, signed: 2026-06-01, matures: 7 years, rate: 9.75 %/year}}
funding: {stand: {sbi: 700 million INR}}
"""


@pytest.mark.parametrize(
    ("right", "written", "hint"),
    [
        ("1_100 million INR", "110 crore INR", "a crore is 10 million, a lakh 100 thousand; write `1100 million INR`"),
        ("1_100 million INR", "1.5 Cr INR", "write `15 million INR`"),
        ("1_100 million INR", "25 lakhs INR", "write `2500 thousand INR`"),
        ("1_100 million INR", "₹110 crore", "a currency sign is not allowed; write `1100 million INR`"),
        ("1_100 million INR", "Rs. 9 million", "write `9 million INR`"),
        ("1_100 million INR", "9 million Rs", "write `9 million INR`"),
        ("1_100 million INR", "INR 25 million", "the currency comes after the number; write `25 million INR`"),
        ("1_100 million INR", "2 crore USD", "write it like `25 million INR`"),
        ("40_000 tonne/year", "40_000 tonne a year", "write `40_000 tonne/year`"),
        ("9.75 %/year", "9.75% p.a.", "put a blank between number and unit: write `9.75 %/year`"),
        ("9.75 %/year", "9.75 % per annum", "write `9.75 %/year`"),
        ("43_200 INR/tonne", "₹43_200 per tonne", "a currency sign is not allowed; write `43_200 INR/tonne`"),
        ("40_000 tonne/year", "40_000 TPA", "write `40000 tonne/year`|write `40_000 tonne/year`"),
        ("40_000 tonne/year", "40 ktpa", "write `40 kt/year`"),
        ("40_000 tonne/year", "40_000 MT/year", "write `40_000 tonne/year`"),
        ("2026-12-31", "31/12/2026", "write `2026-12-31`"),
        ("2026-12-31", "12.31.2026", "write `2026-12-31`"),
        ("2026-12-31", "06/12/2026", "write it like `2001-12-31`"),
        ("2026-12-31", "31/11/2026", "write it like `2001-12-31`"),
        ("2026-12-31", "31 December 2026", "write `2026-12-31`"),
        ("2026-12-31", "31st of Dec. 2026", "write it like `2001-12-31`"),
        ("2026-12-31", '"Dec. 31st, 2026"', "write `2026-12-31`"),
        ("2026-12-31", "31-Dec-2026", "write `2026-12-31`"),
        ("2026-12-31", "31 November 2026", "write it like `2001-12-31`"),
        ("2026-12-31", "2028-02", "name the day too, like `2028-02-29`"),
        ("matures", "tenor", "did you mean `matures`?"),
        ("commitment", "amount", "did you mean `commitment`?"),
        ("rate:", "interest_rate:", "did you mean `rate`?"),
        ("rate: 9.75 %/year", "rate: 9.75 %/year, moratorium: 18 months", "did you mean `grace`?"),
        ("rate: 9.75 %/year", "rate: 9.75 %/year, repayment: {style: EMI}", "did you mean `level`?"),
    ],
)
def test_a_word_of_the_trade_is_answered_with_that_of_the_language(right: str, written: str, hint: str) -> None:
    with pytest.raises(ScenarioError) as refused:
        scenario_of(PLAN.replace(right, written, 1), "plan.yaml")

    assert any(one in str(refused.value) for one in hint.split("|")), str(refused.value)


def test_a_scale_of_india_is_what_its_hint_says() -> None:
    amounts = {name: by * Decimal(int(SCALES[scale])) for name, (by, scale) in SCALES_OF_INDIA.items()}

    assert {amounts["crore"], amounts["cr"]} == {Decimal(10_000_000)}
    assert {amounts["lakh"], amounts["lacs"]} == {Decimal(100_000)}


@pytest.mark.long
def test_every_word_of_the_trade_leads_to_one_of_the_language() -> None:
    known = {*re.findall(r'"([a-z_]+)"', str(schema()).replace("'", '"')), *STYLES}

    assert sorted({name for name in OTHER_NAMES.values() if name not in known}) == []
    assert nearest("tenor", ("matures", "rate")) == "matures"
    assert nearest("tenor", ("rate", "signed")) == ""
