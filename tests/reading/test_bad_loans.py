"""Every clause of a loan has its refusal: place, what was found, what was wanted, the way out."""

from __future__ import annotations

import re

import pytest

from fibercap.core.errors import ScenarioError
from fibercap.model.project import project
from fibercap.reading.files import contracts_of, scenario_of

LOAN = "commitment: 10 million USD, signed: 2001-01-08, matures: 5 years, rate: 8.5 %/year"
BAD = {
    "no commitment": ("commitment: 10 million USD, ", "", "no `commitment` in `loans.bank`; add `commitment:`"),
    "no maturity": ("matures: 5 years, ", "", "no `matures` in `loans.bank`; add `matures:`"),
    "half outstanding": (LOAN, "outstanding: 1 USD, rate: 8 %/year", "no `remaining` in `loans.bank`"),
    "no day": (LOAN, "outstanding: 1 USD, remaining: 1 year, rate: 8 %/year, matures: 1 year", "`outstanding` and `matures` are given"),
    "past fee": ("rate: 8.5", "outstanding: 1 USD, remaining: 1 year, fees: {upfront: 1 %}, rate: 8.5", "was paid when the loan"),
    "style": ("rate:", "repayment: {style: levle}, rate:", "did you mean `level`?"),
    "no style": ("rate:", "repayment: {amortize_over: 9 years}, rate:", "no `style`, wanted one of level, equal_principal"),
    "key of another style": ("rate:", "repayment: {style: bullet, balloon: 1 USD}, rate:", "style `bullet` does not take it; remove it"),
    "balloon": ("rate:", "repayment: {style: level, balloon: 11 million USD}, rate:", "a balloon above the commitment"),
    "two rests": (
        "rate:", "repayment: {style: level, balloon: 1 USD, amortize_over: 9 years}, rate:", "`amortize_over` and `balloon` are given"
    ),
    "short amortization": ("rate:", "repayment: {style: level, amortize_over: 4 years}, rate:", "at least the time to maturity"),
    "cap of payments": ("rate:", "repayment: {style: level, payment_cap: 7.5}, rate:", "found the bare number `7.5`, wanted a share"),
    "after reset": ("rate:", "repayment: {style: level, after_reset: keep}, rate:", "ways after a reset: relevel, keep_payment"),
    "fixed without payment": ("rate:", "repayment: {style: fixed_payment}, rate:", "no `payment` in `loans.bank.repayment`"),
    "never repaid": (
        "rate:", "repayment: {style: fixed_payment, payment: 200_000 USD}, rate:",
        "a payment of 200,000.00 USD on 2001-04-08 against interest of 212,500.00 USD; the loan would grow instead of being",
    ),
    "no rate in a block": ("8.5 %/year", "{}", "found an empty block, wanted a rate, or rates by period or day; write a rate"),
    "truth": (
        "rate:", "repayment: {style: fixed_payment, payment: 1 USD, allow_negative_amortization: yes please}, rate:",
        "wanted one of the known truths: false, true",
    ),
    "custom shares": ("rate:", "repayment: {style: custom, schedule: {2002-01-08: 70 %}}, rate:", "shares that total 70 %, wanted 100 %"),
    "custom mixed": (
        "rate:", "repayment: {style: custom, schedule: {2002-01-08: 70 %, 2003-01-08: 3 USD}}, rate:", "amounts and shares"
    ),
    "custom too much": (
        "rate:", "repayment: {style: custom, schedule: {2002-01-08: 11 million USD}}, rate:", "11,000,000 USD in all"
    ),
    "custom outside": ("rate:", "repayment: {style: custom, schedule: {2012-01-08: 100 %}}, rate:", "principal on 2012-01-08"),
    "sculpted": ("rate:", "repayment: {style: sculpted, dscr: 0.9}, rate:", "found `0.9`, wanted at least 1"),
    "compounding": ("rate:", "compounding: monthly, rate:", "wanted one of the known ways of compounding: nominal, effective, semiannual"),
    "day count": ("rate:", "day_count: ACT/366, rate:", "wanted one of the known day counts: equal_periods, 30/360"),
    "payments": ("rate:", "payments: {every: week}, rate:", "wanted one of the known intervals: month, quarter, half_year, year"),
    "first": ("rate:", "payments: {first: 2001-01-08}, rate:", "a day after 2001-01-08 and up to 2006-01-08"),
    "on": ("rate:", "payments: {on: middle}, rate:", "wanted one of the known ends of a period: end, start"),
    "grace": ("rate:", "grace: 6 years, rate:", "at most the time to maturity, 2006-01-08"),
    "capitalized": ("rate:", "capitalize_until: 2007-01-01, rate:", "a day from 2001-01-08 to 2006-01-08"),
    "prepaid": ("rate:", "prepayments: {2006-01-08: 1 USD}, rate:", "found a prepayment on 2006-01-08, wanted a day after 2001-01-08"),
    "after prepayment": ("rate:", "after_prepayment: lengthen, rate:", "shorten, recast"),
    "drawn": ("rate:", "draws: {2000-12-31: 1 USD}, rate:", "found a draw on 2000-12-31"),
    "rounding": ("rate:", "rounding: penny, rate:", "none, cent"),
    "rounding step": ("rate:", "rounding: {to: 0 USD}, rate:", "wanted more than 0 USD"),
    "rounding way": ("rate:", "rounding: {interest: bankers}, rate:", "half_up, half_even, up, down, none"),
    "true up": ("rate:", "true_up: last_interest, rate:", "only a rounded loan whose last payment is like those before"),
    "true up of a balloon": (
        "rate:", "rounding: cent, true_up: last_interest, repayment: {style: level, amortize_over: 9 years}, rate:", "found `last_interest`"
    ),
    "true up of a loan cut short": (
        "rate:", "rounding: cent, true_up: last_interest, prepayments: {2002-01-08: 1 USD}, rate:", "found `last_interest`"
    ),
    "sweep": ("rate:", "sweep: 120 %, rate:", "found `120 %`, wanted a value from 0 % to 100 %"),
    "guarantee": ("rate:", "fees: {guarantee: 1 %}, rate:", "`1 %/year`"),
    "agency": ("rate:", "fees: {agency: 1 %/year}, rate:", "found a rate per time, wanted money per time"),
    "rate of a share": ("rate: 8.5 %/year", "rate: 8.5 %", "write it like `8.5 %/year`"),
    "late steps": ("rate: 8.5 %/year", "rate: {2002: 8 %/year}", "found a rate from 2002 on, wanted one from signing on"),
    "no index": ("rate: 8.5 %/year", "rate: {index: euribor}", "unknown index `euribor`"),
    "late index": ("rate: 8.5 %/year", "rate: {index: late}", "found `late`, known from 2003 on, wanted one that covers signing"),
    "negative margin": ("rate: 8.5 %/year", "rate: {index: libor, margin: -1 %/year}", "give a `floor`, such as `floor: 0 %/year`"),
    "cap below floor": (
        "rate: 8.5 %/year", "rate: {index: libor, floor: 5 %/year, cap: 4 %/year}", "found a cap below the floor"
    ),
    "reset": ("rate: 8.5 %/year", "rate: {index: libor, reset: weekly}", "any_day, month, quarter, half_year, year"),
    "key of a rate": ("rate: 8.5 %/year", "rate: {index: libor, spread: 1 %/year}", "unknown key"),
    "step that is no time": ("rate: 8.5 %/year", "rate: {2001: 8 %/year, soon: 9 %/year}", "found the key `soon`, wanted a year"),
}  # fmt: skip


@pytest.mark.parametrize("name", BAD)
def test_a_bad_clause_is_refused_at_its_place(name: str) -> None:
    old, new, message = BAD[name]
    assert old in LOAN
    text = (
        "fibercap: 1\nrates: {libor: 5 %/year, late: {2003: 4 %/year}}\n"
        f"loans:\n  bank: {{{LOAN.replace(old, new, 1)}}}\n"
    )

    with pytest.raises(ScenarioError, match=re.escape(message)) as error:
        contracts_of(text, "loans.yaml")

    assert "loans.yaml:4:" in str(error.value)
    assert "loans.bank" in error.value.problems[0].path


def test_all_of_a_loan_is_reported_at_once() -> None:
    terms = LOAN.replace("10 million USD", "10 million").replace("8.5 %/year", "{index: libro}")
    text = f"fibercap: 1\nrates: {{libor: 5 %/year}}\nloans:\n  bank: {{{terms}, grace: 9 years, day_count: ACT/3}}\n"

    with pytest.raises(ScenarioError, match="cannot be used: 4 problems") as error:
        contracts_of(text)

    paths = [problem.path for problem in error.value.problems]
    assert paths == ["loans.bank.commitment", "loans.bank.rate.index", "loans.bank.grace", "loans.bank.day_count"]


OWED = """\
fibercap: 1
horizon: {from: 2001, to: 2003, step: year}
money: {report_in: USD}
products: {f: {price: 60 USD/km}}
plants: {p: {product: f, capacity: 200_000 km/year, cash_cost: 30 USD/km}}
projects: {line: {plant: p, adds: 1_000 km/year, capex: 2 million USD, spend: {2001: 100 %}, complete: 2002-12-31}}
loans: {bank: {outstanding: 3 million USD, remaining: 6 years, rate: 5 %/year}}
funding: {line: {equity: rest}}
"""


@pytest.mark.parametrize(
    ("old", "new", "path", "message"),
    [
        ("{equity", "{bank: 40 %, equity", "funding.line.bank", "`bank`, which is owed already: nothing is left of it to draw"),
        ("{equity: rest", "{bank: rest", "funding.line.bank", "wanted a loan with a `commitment`; what it may still lend is a"),
        ("rate:", "repayment: {style: revolver}, rate:", "loans.bank.outstanding", "what is owed of it already is a loan of its own"),
    ],
)  # fmt: skip
def test_a_loan_that_is_owed_already_lends_no_more(old: str, new: str, path: str, message: str) -> None:
    assert project(scenario_of(OWED)).value("loans.bank.opening")[0, 0] == 3e6

    with pytest.raises(ScenarioError, match=re.escape(message)) as error:
        scenario_of(OWED.replace(old, new, 1))
    assert [problem.path for problem in error.value.problems] == [path]
