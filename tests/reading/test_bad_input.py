"""Every bad input gets place, text, caret, what was found, what was wanted, and a way out; all of them at once."""

from __future__ import annotations

import time

import numpy as np
import pytest

from fibercap.core.errors import ScenarioError
from fibercap.core.quantity import Quantity
from fibercap.model.project import project
from fibercap.reading.files import changes_of, read, scenario_of
from fibercap.reading.locating import locate

BASE = """\
fibercap: 1
sources: {offer: {title: The offer, kind: stated}}
horizon: {from: 2000, to: 2004}
money: {report_in: USD}
products: {fiber: {price: 40 USD/km}}
plants:
  works: {product: fiber, capacity: 200_000 km/year, cash_cost: 20 USD/km}
projects:
  line:
    plant: works
    adds: 100_000 km/year
    capex: 5 million USD
    spend: {2000: 40 %, 2001: 60 %}
    complete: 2001-12-31
loans:
  bank: {commitment: 3 million USD, signed: 2000-01-15, matures: 5 years, rate: 8 %/year}
funding:
  line: {bank: 2 million USD, equity: rest}
"""


def report_on(text: str | bytes) -> str:
    """Return what is said of a scenario that cannot be used, without its first line."""
    with pytest.raises(ScenarioError, match=r"^plan\.yaml cannot be used: [0-9]+ problems?") as caught:
        scenario_of(text, "plan.yaml")
    return str(caught.value).split("\n\n", 1)[1]


BAD = {
    "misspelt key": (
        "adds: 100_000",
        "ads: 100_000",
        """\
plan.yaml:11:5: projects.line.ads
    11 |     ads: 100_000 km/year
       |     ^^^
    unknown key; did you mean `adds`?""",
    ),
    "unknown unit": (
        "capex: 5 million USD",
        "capex: 5 MEURO",
        """\
plan.yaml:12:12: projects.line.capex
    12 |     capex: 5 MEURO
       |            ^^^^^^^
    found the unknown unit `MEURO` in `5 MEURO`, wanted an amount of money; did you mean `MEUR`?""",
    ),
    "wrong dimension": (
        "adds: 100_000 km/year",
        "adds: 100_000 km",
        """\
plan.yaml:11:11: projects.line.adds
    11 |     adds: 100_000 km
       |           ^^^^^^^^^^
    found a length, wanted a length per time; write it like `100_000 km/year`""",
    ),
    "bare number": (
        "capex: 5 million USD",
        "capex: 5_000_000",
        """\
plan.yaml:12:12: projects.line.capex
    12 |     capex: 5_000_000
       |            ^^^^^^^^^
    found the bare number `5_000_000`, wanted an amount of money; write it like `5_000_000 USD`""",
    ),
    "comma flow": (
        "{product: fiber, capacity: 200_000 km/year, cash_cost: 20 USD/km}",
        "{product: fiber, capacity: 200_000 km/year, cash_cost: 20,5 USD/km}",
        """\
plan.yaml:7:65: plants.works.cash_cost
    7 |   works: {product: fiber, capacity: 200_000 km/year, cash_cost: 20,5 USD/km}
      |                                                                 ^^^^^^^^^^^
    found `20,5 USD/km`, which YAML reads as `20` and a key without a value, wanted a number without a comma; a comma is not allowed in a number; write `20.5 USD/km`""",
    ),
    "share for rate": (
        "rate: 8 %/year",
        "rate: 8 %",
        """\
plan.yaml:16:81: loans.bank.rate
    16 |   bank: {commitment: 3 million USD, signed: 2000-01-15, matures: 5 years, rate: 8 %}
       |                                                                                 ^^^
    found a share, wanted a rate per time; write it like `8 %/year`""",
    ),
    "rate for share": (
        "{2000: 40 %, 2001: 60 %}",
        "{2000: 40 %/year, 2001: 60 %}",
        """\
plan.yaml:13:19: projects.line.spend.2000
    13 |     spend: {2000: 40 %/year, 2001: 60 %}
       |                   ^^^^^^^^^
    found a rate per time, wanted a share; write it like `40 %`""",
    ),
    "dollar": (
        "capex: 5 million USD",
        "capex: $25M",
        """\
plan.yaml:12:12: projects.line.capex
    12 |     capex: $25M
       |            ^^^^
    found `$25M`, wanted an amount of money; a currency sign is not allowed; write `25 MUSD`""",
    ),
    "mUSD": (
        "capex: 5 million USD",
        "capex: 25 mUSD",
        """\
plan.yaml:12:12: projects.line.capex
    12 |     capex: 25 mUSD
       |            ^^^^^^^
    found the unknown unit `mUSD` in `25 mUSD`, wanted an amount of money; write `25 MUSD`""",
    ),
    "comma": (
        "capex: 5 million USD",
        "capex: 1,5 MUSD",
        """\
plan.yaml:12:12: projects.line.capex
    12 |     capex: 1,5 MUSD
       |            ^^^^^^^^
    found `1,5 MUSD`, wanted an amount of money; a comma is not allowed in a number; write `1.5 MUSD`""",
    ),
    "blank": (
        "capex: 5 million USD",
        "capex: 3 000 USD",
        """\
plan.yaml:12:12: projects.line.capex
    12 |     capex: 3 000 USD
       |            ^^^^^^^^^
    found `3 000 USD`, wanted an amount of money; one blank stands between number and unit, none elsewhere; write `3_000 USD`""",
    ),
    "nan": (
        "capex: 5 million USD",
        "capex: nan USD",
        """\
plan.yaml:12:12: projects.line.capex
    12 |     capex: nan USD
       |            ^^^^^^^
    found `nan USD`, wanted an amount of money; write it like `25 million USD`""",
    ),
    "power": (
        "capex: 5 million USD",
        "capex: 9**9**7 USD",
        """\
plan.yaml:12:12: projects.line.capex
    12 |     capex: 9**9**7 USD
       |            ^^^^^^^^^^^
    found `9**9**7 USD`, wanted an amount of money; write it like `25 million USD`""",
    ),
    "utilization 90": (
        "cash_cost: 20 USD/km",
        "cash_cost: 20 USD/km, utilization: 90",
        """\
plan.yaml:7:89: plants.works.utilization
    7 |   works: {product: fiber, capacity: 200_000 km/year, cash_cost: 20 USD/km, utilization: 90}
      |                                                                                         ^^
    found the bare number `90`, wanted a share; write it like `90 %`""",
    ),
    "utilization 120 %": (
        "cash_cost: 20 USD/km",
        "cash_cost: 20 USD/km, utilization: 120 %",
        """\
plan.yaml:7:89: plants.works.utilization
    7 |   works: {product: fiber, capacity: 200_000 km/year, cash_cost: 20 USD/km, utilization: 120 %}
      |                                                                                         ^^^^^
    found `120 %`, wanted a value from 0 % to 100 %""",
    ),
    "spend 110": (
        "2001: 60 %",
        "2001: 70 %",
        """\
plan.yaml:13:5: projects.line.spend
    13 |     spend: {2000: 40 %, 2001: 70 %}
       |     ^^^^^
    found shares that total 110 %, wanted 100 %; change the shares so that they add up to 100 %""",
    ),
    "spend 70": (
        "2001: 60 %",
        "2001: 30 %",
        """\
plan.yaml:13:5: projects.line.spend
    13 |     spend: {2000: 40 %, 2001: 30 %}
       |     ^^^^^
    found shares that total 70 %, wanted 100 %; change the shares so that they add up to 100 %""",
    ),
    "unknown plant": (
        "plant: works",
        "plant: work",
        """\
plan.yaml:10:12: projects.line.plant
    10 |     plant: work
       |            ^^^^
    unknown plant `work`; did you mean `works`?""",
    ),
    "unknown product": (
        "product: fiber",
        "product: fibre",
        """\
plan.yaml:7:20: plants.works.product
    7 |   works: {product: fibre, capacity: 200_000 km/year, cash_cost: 20 USD/km}
      |                    ^^^^^
    unknown product `fibre`; did you mean `fiber`?""",
    ),
    "unknown loan": (
        "{bank: 2 million",
        "{bnk: 2 million",
        """\
plan.yaml:18:10: funding.line.bnk
    18 |   line: {bnk: 2 million USD, equity: rest}
       |          ^^^
    unknown source `bnk`; did you mean `bank`?""",
    ),
    "unknown source": (
        "capex: 5 million USD",
        "capex: {value: 5 million USD, source: ofer}",
        """\
plan.yaml:12:43: projects.line.capex
    12 |     capex: {value: 5 million USD, source: ofer}
       |                                           ^^^^
    unknown source `ofer`; did you mean `offer`?""",
    ),
    "unknown style": (
        "rate: 8 %/year}",
        "rate: 8 %/year, repayment: {style: annuity}}",
        """\
plan.yaml:16:110: loans.bank.repayment.style
    16 | e: 8 %/year, repayment: {style: annuity}}
       |                                 ^^^^^^^
    found `annuity`, wanted one of the known styles: level, equal_principal, bullet, at_maturity, fixed_payment, custom, sculpted, revolver; did you mean `level`?""",
    ),
    "duplicate": (
        "    plant: works\n",
        "    plant: works\n    plant: works\n",
        """\
plan.yaml:11:5: projects.line.plant
    11 |     plant: works
       |     ^^^^^
    `plant` is written twice (first in line 10, column 5); keep one of the two""",
    ),
    "null": (
        "plant: works",
        "plant:",
        """\
plan.yaml:10:5: projects.line.plant
    10 |     plant:
       |     ^^^^^
    the key has no value; write one, or remove the key""",
    ),
    "tag": (
        "adds: 100_000 km/year",
        "adds: !!float 5",
        """\
plan.yaml:11:11: projects.line.adds
    11 |     adds: !!float 5
       |           ^^^^^^^^^
    found a tag, wanted a plain value; remove the tag""",
    ),
    "merge": (
        "    plant: works\n",
        "    <<: {plant: works}\n",
        """\
plan.yaml:10:5: projects.line
    10 |     <<: {plant: works}
       |     ^^
    found the merge key `<<`, wanted plain keys; write the keys out, or copy an entry of the same block by `like: name`""",
    ),
    "no such date": (
        "complete: 2001-12-31",
        "complete: 2001-02-30",
        """\
plan.yaml:14:15: projects.line.complete
    14 |     complete: 2001-02-30
       |               ^^^^^^^^^^
    found `2001-02-30`, wanted a date of the calendar; February 2001 has 28 days""",
    ),
    "completion before spending": (
        "complete: 2001-12-31",
        "complete: 2000-12-31",
        """\
plan.yaml:13:31: projects.line.spend.2001
    13 |     spend: {2000: 40 %, 2001: 60 %}
       |                               ^^^^
    found spending after completion, wanted none after 2000-12-31; complete later, or spend earlier""",
    ),
    "maturity": (
        "matures: 5 years",
        "matures: 1999-01-01",
        """\
plan.yaml:16:66: loans.bank.matures
    16 |   bank: {commitment: 3 million USD, signed: 2000-01-15, matures: 1999-01-01, rate: 8 %/year}
       |                                                                  ^^^^^^^^^^
    found 1999-01-01, wanted a day after signing, 2000-01-15; change one of the two dates""",
    ),
    "draws above": (
        "rate: 8 %/year}",
        "rate: 8 %/year, draws: {2000-02-01: 2 million USD}}",
        """\
plan.yaml:18:16: funding.line.bank
    18 |   line: {bank: 2 million USD, equity: rest}
       |                ^^^^^^^^^^^^^
    found 4,000,000 USD asked of `bank` so far, wanted at most its commitment of 3,000,000 USD; ask for less, or raise the commitment""",
    ),
    "funding above": (
        "{bank: 2 million USD, equity: rest}",
        "{bank: 2 million USD, grant: 80 %}",
        """\
plan.yaml:18:38: funding.line.grant
    18 |   line: {bank: 2 million USD, grant: 80 %}
       |                                      ^^^^
    found 6,000,000 USD from the sources so far, wanted at most the 5,000,000 USD that `line` uses; lower it, or make it `rest`""",
    ),
    "late path": (
        "price: 40 USD/km",
        "price: {2001: 40 USD/km}",
        """\
plan.yaml:5:20: products.fiber.price
    5 | products: {fiber: {price: {2001: 40 USD/km}}}
      |                    ^^^^^
    found a series that starts at 2001, wanted one that covers the horizon's start; add a value from 2000 on""",
    ),
    "other currency": (
        "capex: 5 million USD",
        "capex: 5 million EUR",
        """\
plan.yaml:12:12: projects.line.capex
    12 |     capex: 5 million EUR
       |            ^^^^^^^^^^^^^
    found `5 million EUR`, in EUR without an exchange rate, wanted an amount of money in USD; give its rates under `exchange: {EUR: ...}`, or convert it""",
    ),
    "negative capacity": (
        "capacity: 200_000",
        "capacity: -200_000",
        """\
plan.yaml:7:37: plants.works.capacity
    7 |   works: {product: fiber, capacity: -200_000 km/year, cash_cost: 20 USD/km}
      |                                     ^^^^^^^^^^^^^^^^
    found `-200_000 km/year`, wanted at least 0 km/year""",
    ),
    "negative term": (
        "matures: 5 years",
        "matures: -5 years",
        """\
plan.yaml:16:66: loans.bank.matures
    16 |   bank: {commitment: 3 million USD, signed: 2000-01-15, matures: -5 years, rate: 8 %/year}
       |                                                                  ^^^^^^^^
    found `-5 years`, wanted at least 1 month""",
    ),
    "horizon": (
        "from: 2000, to: 2004",
        "from: 2004, to: 2000",
        """\
plan.yaml:3:27: horizon.to
    3 | horizon: {from: 2004, to: 2000}
      |                           ^^^^
    found 2000-12-31, wanted a day after 2004-01-01; swap `from` and `to`

plan.yaml:13:19: projects.line.spend.2000
    13 |     spend: {2000: 40 %, 2001: 60 %}
       |                   ^^^^
    found spending before the horizon, wanted none before 2004-01-01; start the horizon earlier, or spend later""",
    ),
    "newer": (
        "fibercap: 1",
        "fibercap: 2",
        """\
plan.yaml:1:11: fibercap
    1 | fibercap: 2
      |           ^
    found a scenario of format version 2, wanted version 1, the newest this fibercap knows; install a newer fibercap""",
    ),
    "spending before horizon": (
        "2000: 40 %, 2001: 60 %",
        "1999: 40 %, 2001: 60 %",
        """\
plan.yaml:13:19: projects.line.spend.1999
    13 |     spend: {1999: 40 %, 2001: 60 %}
       |                   ^^^^
    found spending before the horizon, wanted none before 2000-01-01; start the horizon earlier, or spend later""",
    ),
    "list": (
        "products: {fiber: {price: 40 USD/km}}",
        "products: [fiber]",
        """\
plan.yaml:5:11: products
    5 | products: [fiber]
      |           ^^^^^^^
    found a list, wanted one value, or a block with a name for each entry; only `remove`, `gap`, `extends` are lists""",
    ),
    "missing": (
        "    adds: 100_000 km/year\n",
        "",
        """\
plan.yaml:9:3: projects.line.adds
    9 |   line:
      |   ^^^^
    no `adds` in `projects.line`; add `adds:`""",
    ),
    "block for value": (
        "capex: 5 million USD",
        "capex: {amount: 5 million USD}",
        """\
plan.yaml:12:5: projects.line.capex
    12 |     capex: {amount: 5 million USD}
       |     ^^^^^
    found a block, wanted an amount of money like `25 million USD`; write one value here""",
    ),
    "value for block": (
        "spend: {2000: 40 %, 2001: 60 %}",
        "spend: 2000",
        """\
plan.yaml:13:12: projects.line.spend
    13 |     spend: 2000
       |            ^^^^
    found one value, wanted shares by year, or `{from, to, shape}`; like `{2000: 40 %, 2001: 60 %}`""",
    ),
    "reserved": (
        "  bank: {commitment",
        "  equity: {commitment",
        """\
plan.yaml:16:3: loans.equity
    16 |   equity: {commitment: 3 million USD, signed: 2000-01-15, matures: 5 years, rate: 8 %/year}
       |   ^^^^^^
    found the name `equity`, wanted another; in `funding` this word names another source

plan.yaml:18:10: funding.line.bank
    18 |   line: {bank: 2 million USD, equity: rest}
       |          ^^^^
    unknown source `bank`; known sources: cash, equity, grant""",
    ),
    "two rests": (
        "{bank: 2 million USD, equity: rest}",
        "{bank: rest, equity: rest}",
        """\
plan.yaml:18:30: funding.line.equity
    18 |   line: {bank: rest, equity: rest}
       |                              ^^^^
    two sources are `rest`; give one of them an amount or a share""",
    ),
    "bad name": (
        "  works: {product",
        "  my works: {product",
        """\
plan.yaml:7:3: plants.my works
    7 |   my works: {product: fiber, capacity: 200_000 km/year, cash_cost: 20 USD/km}
      |   ^^^^^^^^
    found the name `my works`, wanted at most 64 letters, digits, `_` and `-`; it becomes part of paths such as `loans.fleet.rate`, and of file names; a `title` may hold anything

plan.yaml:10:12: projects.line.plant
    10 |     plant: works
       |            ^^^^^
    unknown plant `works`; did you mean `my works`?""",
    ),
    "signed late": (
        "signed: 2000-01-15",
        "signed: 2006-01-15",
        """\
plan.yaml:16:45: loans.bank.signed
    16 |   bank: {commitment: 3 million USD, signed: 2006-01-15, matures: 5 years, rate: 8 %/year}
       |                                             ^^^^^^^^^^
    found 2006-01-15, wanted a day up to the horizon's end, 2004-12-31; extend the horizon, or remove the loan""",
    ),
    "glued": (
        "rate: 8 %/year",
        "rate: 8%/year",
        """\
plan.yaml:16:81: loans.bank.rate
    16 |   bank: {commitment: 3 million USD, signed: 2000-01-15, matures: 5 years, rate: 8%/year}
       |                                                                                 ^^^^^^^
    found `8%/year`, wanted a rate per time; put a blank between number and unit: write `8 %/year`""",
    ),
    "purchase": (
        "cash_cost: 20 USD/km",
        "cash_cost: 20 USD/km, purchase: {price: 1 MUSD, on: 1999-01-01}",
        """\
plan.yaml:7:106: plants.works.purchase.on
    7 | , purchase: {price: 1 MUSD, on: 1999-01-01}}
      |                                 ^^^^^^^^^^
    found 1999-01-01, wanted a day from 2000-01-01 to 2004-12-31; or leave `purchase` out""",
    ),
    "ramp": (
        "complete: 2001-12-31",
        "complete: 2001-12-31\n    ramp: {linear: 6 months, s_curve: 6 months}",
        """\
plan.yaml:15:5: projects.line.ramp
    15 |     ramp: {linear: 6 months, s_curve: 6 months}
       |     ^^^^
    2 kinds of ramp: linear, s_curve; keep one of them""",
    ),
    "ramp kind": (
        "complete: 2001-12-31",
        "complete: 2001-12-31\n    ramp: {linaer: 6 months}",
        """\
plan.yaml:15:12: projects.line.ramp.linaer
    15 |     ramp: {linaer: 6 months}
       |            ^^^^^^
    found `linaer`, wanted one of the known ramps: none, linear, s_curve, table; did you mean `linear`?""",
    ),
    "delay days": (
        "complete: 2001-12-31",
        "complete: 2001-12-31\n    delay: 90 days",
        """\
plan.yaml:15:12: projects.line.delay
    15 |     delay: 90 days
       |            ^^^^^^^
    found `90 days`, wanted a duration in months, quarters or years; its unit is `months`, `quarters` or `years`""",
    ),
}


@pytest.mark.parametrize("name", BAD)
def test_a_bad_input_is_reported_word_for_word(name: str) -> None:
    old, new, expected = BAD[name]
    assert old in BASE

    assert report_on(BASE.replace(old, new)) == expected


def test_the_scenario_that_is_spoilt_above_is_sound() -> None:
    assert project(scenario_of(BASE)).laws["balance"] < 1e-6


def test_an_amortization_shorter_than_the_loan_is_refused() -> None:
    text = BASE.replace("rate: 8 %/year}", "rate: 8 %/year, repayment: {style: level, amortize_over: 2 years}}")

    assert "found 24 months, wanted at least the time to maturity, 2005-01-15" in report_on(text)


def test_four_problems_of_four_kinds_come_at_once_in_the_order_of_the_file() -> None:
    """A late path, a wrong unit, another currency without a rate, an unknown loan."""
    text = (
        BASE.replace("price: 40 USD/km", "price: {2001: 40 USD/km}")
        .replace("adds: 100_000 km/year", "adds: 100_000 km")
        .replace("capex: 5 million USD", "capex: 5 million EUR")
        .replace("{bank: 2 million", "{bnk: 2 million")
    )

    with pytest.raises(ScenarioError, match="4 problems") as caught:
        scenario_of(text, "plan.yaml")

    assert [problem.code for problem in caught.value.problems] == [
        "late_path",
        "wrong_dimension",
        "other_currency",
        "unknown_loan",
    ]


TWELVE = {
    "kind: stated": ("kind: stetd", "unknown_word"),
    "to: 2004": ("to: 20004", "not_a_date"),
    "{price: 40 USD/km}": ("{price: 40 USD/km, demnd: 1 Mkm/year}", "unknown_key"),
    "product: fiber": ("product: fibre", "unknown_product"),
    "200_000 km/year": ("200_000", "bare_number"),
    "plant: works": ("plant: work", "unknown_plant"),
    "100_000 km/year": ("100_000 km", "wrong_dimension"),
    "5 million USD": ("5 MEURO", "unknown_unit"),
    "2001: 60 %": ("2001: 70 %", "shares_not_whole"),
    "2001-12-31": ("2001-02-30", "no_such_date"),
    "5 years, rate: 8 %/year": ("5 years, rate: ", "null"),
    "{bank: 2 million": ("{bnk: 2 million", "unknown_loan"),
}


def test_twelve_errors_of_one_file_get_twelve_reports_in_its_order() -> None:
    text = BASE
    for old, (new, _) in TWELVE.items():
        assert old in text
        text = text.replace(old, new, 1)

    with pytest.raises(ScenarioError, match="12 problems") as caught:
        scenario_of(text, "plan.yaml")

    assert [problem.code for problem in caught.value.problems] == [code for _, code in TWELVE.values()]
    places = [(place.line, place.column) for problem in caught.value.problems if (place := problem.place)]
    assert places == sorted(places)
    assert len(places) == len(TWELVE)


def test_a_check_is_skipped_only_where_what_it_reads_is_in_error() -> None:
    """The rate is wrong, but the commitment is not: the draws above it are reported all the same."""
    text = BASE.replace("rate: 8 %/year}", "rate: 8 %, draws: {2000-02-01: 2 million USD}}")
    assert "above the" not in report_on(text)
    assert "found a share" in report_on(text)
    assert "4,000,000 USD asked of `bank` so far" in report_on(text)

    wrong = text.replace("commitment: 3 million USD", "commitment: 3 million km")
    assert "asked of `bank`" not in report_on(wrong)


def test_the_same_text_gives_the_same_bytes() -> None:
    text = BASE.replace("adds", "ads").replace("capex: 5 million USD", "capex: 5 MEURO")

    assert report_on(text) == report_on(text)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (b"", "found an empty file, wanted a scenario"),
        (b"# only a comment\n", "found an empty file, wanted a scenario"),
        (b"- 1\n", "found a list, wanted a scenario"),
        (b"just words\n", "found one value, wanted a scenario"),
        (b"title: caf\xe9\n", "plan.yaml:1:11"),
        ("fibercap: 1\n".encode("utf-16"), "UTF-8"),
        (b"a: [1\n", "not closed"),
        (b"a:\n\tb: 1\n", "tab"),
        (b"a: {b: 1, c:}\n", "found a `:` with nothing after it, wanted a value; write one, or remove the key"),
        (b"a: 1\n\x00b: 2\n", "unprintable character"),
        (b"x: &a [*a]\n", ""),
        (b"fibercap: 1\n---\nfibercap: 1\n", ""),
        (b"[" * 5000, ""),
        (b"{a: " * 5000, ""),
    ],
)
def test_a_text_that_is_no_scenario_is_refused_in_words(text: bytes, says: str) -> None:
    assert says in report_on(text)


def test_a_billion_laughs_is_refused_at_once() -> None:
    lines = ["a0: &a0 {k: v}"]
    lines += [f"a{n}: &a{n} {{{', '.join(f'k{j}: *a{n - 1}' for j in range(10))}}}" for n in range(1, 10)]
    start = time.process_time()

    problems = report_on("\n".join(lines))

    assert "more than 200,000 values, aliases followed" in problems
    assert problems.startswith("plan.yaml:6:")  # where they become too many
    assert time.process_time() - start < 10  # not a measure of speed: unfolded it would take days


def test_a_block_that_holds_itself_is_refused() -> None:
    assert "more than 50 levels of blocks" in report_on("a: &a {b: *a, c: *a}\n")


def test_an_alias_in_its_place_is_fine() -> None:
    text = BASE.replace("price: 40 USD/km", "price: &p 40 USD/km").replace("cash_cost: 20 USD/km", "cash_cost: *p")

    assert float(scenario_of(text).plants["works"].cash_cost.values[0]) == 40.0


def test_yaml_types_nothing() -> None:
    """`no`, `010` and `1:30` are texts, typed by the schema."""
    text = BASE.replace("    plant: works\n", "    plant: works\n    name: no\n    note: 010\n").replace(
        "40 %", "4e1 %"
    )

    scenario = scenario_of(text)

    assert (scenario.projects["line"].name, scenario.projects["line"].note) == ("no", "010")


def test_sources_may_stand_on_any_input_and_are_counted() -> None:
    text = (
        BASE.replace("capex: 5 million USD", "capex: {value: 5 million USD, source: offer, where: page 1, note: firm}")
        .replace("price: 40 USD/km", "price: {value: {2000: 40 USD/km}, source: offer}")
        .replace("complete: 2001-12-31", "complete: {value: 2001-12-31, source: offer}")
    )
    scenario = scenario_of(text)

    results = {item.path: item.kind for item in scenario.inputs()}
    assert [path for path, kind in results.items() if kind == "stated"] == [
        "products.fiber.price",
        "projects.line.capex",
        "projects.line.complete",
    ]
    assert scenario.evidence() == {"stated": 3, "derived": 0, "assumed": len(results) - 3}
    assert results["loans.bank.rate"] == "assumed"


def test_every_kind_of_input_is_counted() -> None:
    """Numbers, paths, dates, dated amounts, shares of spending and what funding asks for."""
    text = BASE + "company: {dividends: {2003-12-31: 1 MUSD}, overhead: 1 MUSD/year}\n"

    paths = [item.path for item in scenario_of(text).inputs()]

    wanted = ["company.dividends", "company.overhead", "projects.line.spend", "funding.line.bank", "loans.bank.signed"]
    assert [path for path in wanted if path not in paths] == []


def test_an_option_that_does_not_fit_is_reported_when_the_file_is_read() -> None:
    options = (
        "options:\n  good: {}\n  bad: {change: {loans.bank.rat: 9 %/year}}\n  worse: {change: {loans.bank.rate: 9 %}}\n"
    )

    problems = report_on(BASE + options)

    assert "plan.yaml:21:18" in problems
    assert "did you mean `rate`?" in problems
    assert "option `worse`" in problems
    assert "found a share, wanted a rate per time" in problems


def test_a_setting_is_reported_where_it_is_wrong() -> None:
    scenario = scenario_of(BASE)

    with pytest.raises(ScenarioError, match="found a share, wanted a rate per time"):
        scenario.with_changes(changes_of("loans.bank.rate=9 %"), "--set")
    with pytest.raises(ScenarioError, match="did you mean `rate`"):
        scenario.with_changes(changes_of("loans.bank.rat=9 %/year"), "--set")
    with pytest.raises(ScenarioError, match="path=value"):
        changes_of("loans.bank.rate")
    block = scenario.with_changes(changes_of("projects.line.ramp={linear: 6 months}"), "--set")
    assert float(block.projects["line"].ramp.linear) == 6.0


def test_a_file_that_is_not_there_is_reported_with_the_near_names() -> None:
    with pytest.raises(ScenarioError, match="did you mean `fibercore`"):
        locate("fibercor")


def take_samples(path: str, values: list[float], unit: str) -> None:
    scenario_of(BASE).with_samples({path: Quantity(np.array(values)[:, None], unit)})


def test_a_draw_beyond_its_bounds_is_named() -> None:
    with pytest.raises(ScenarioError, match="sample 1"):
        take_samples("plants.works.capacity", [1.0, -2.0, -3.0], "km/year")


@pytest.mark.parametrize(
    ("path", "unit"),
    [
        ("loans.bank.matures", "year"),
        ("projects.line.complete", "year"),
        ("projects.line.plant", ""),
        ("horizon.step", ""),
    ],
)
def test_dates_names_and_kinds_cannot_be_drawn(path: str, unit: str) -> None:
    with pytest.raises(ScenarioError, match="cannot differ by sample"):
        take_samples(path, [1.0, 2.0], unit or "dimensionless")


def test_reading_twice_gives_the_same_scenario() -> None:
    assert read("fibercore").digest() == read("fibercore").digest()
    assert read("fibercore").tree == read("fibercore").tree
