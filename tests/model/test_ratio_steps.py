"""Terms of loans in steps of a ratio, and sweeps while a test says so: settled with cash, period after period."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner

from fibercap.cli import cli
from fibercap.core.errors import FibercapError, ScenarioError
from fibercap.model.project import project
from fibercap.model.projection import Projection
from fibercap.reading.files import contracts_of, scenario_of
from fibercap.studies.movable_inputs import input_samples, lever
from fibercap.studies.schedules import schedules
from fibercap.views.workbook.workbook import workbook
from tests.model.test_formulas import disagreements as unlike
from tests.sheets import Recalculator, disagreements, spoilt
from tests.studies.test_samples import alike

pytestmark = pytest.mark.long

PLAN = """\
fibercap: 1
id: steps
horizon: {from: 2001, to: 2004, step: quarter}
money: {report_in: USD, discount_rate: 10 %/year, minimum_cash: 0.5 million USD}
rates: {libor: {2000: 5 %/year, 2002: 4 %/year, 2003: 6 %/year}}
products: {fiber: {price: {2001: 40 USD/km, 2003: 28 USD/km, 2004: 40 USD/km}}}
plants: {works: {product: fiber, capacity: 100_000 km/year, cash_cost: 15 USD/km}}
loans:
  bank: {outstanding: 8 million USD, remaining: 5 years, payments: {every: quarter, first: 2001-03-31, end_of_month: true},
         rate: {index: libor, margin: {by: accounts.debt_to_ebitda_12m, steps: {low: {below: 2, is: 1 %/year},
                middle: {below: 3, is: 1.5 %/year}}, else: 2 %/year, at_first: 2.25 %/year}},
         fees: {guarantee: {by: accounts.debt_to_ebitda_12m, steps: {low: {below: 2, is: 0.1 %/year}}, else: 0.5 %/year}},
         sweep: {share: 20 %, while: {row: accounts.debt_to_ebitda_12m, above: 1.5}}}
tax: {rate: 30 %}
opening: {cash: 2 million USD, fixed_assets: {value: 8 million USD, life: 8 years}}
"""
MARGIN = PLAN[PLAN.index("{by: accounts") : PLAN.index("at_first: 2.25 %/year}") + len("at_first: 2.25 %/year}")]


def value_at(projection: Projection, key: str) -> Any:
    return projection.value(key)[0]


def test_a_plan_by_hand() -> None:
    """Quarter by quarter in plain Python: the ratio of each quarter's end sets margin, fee and sweep of the next."""
    projection = project(scenario_of(PLAN))
    prices = [40] * 8 + [28] * 4 + [40] * 4
    index = [5] * 5 + [4] * 4 + [6] * 7  # as it stands on the payment date on which a quarter begins
    owed, cash, payment, before = 8e6, 2e6, 0.0, 0.0
    ebitda: list[float] = []
    ratio: float | None = None
    for quarter in range(16):
        margin = 2.25 if ratio is None else 1 if ratio < 2 else 1.5 if ratio < 3 else 2
        fee = 0.1 if ratio is not None and ratio < 2 else 0.5
        share = 0.2 if ratio is not None and ratio > 1.5 else 0.0
        rate = (index[quarter] + margin) / 400
        if rate != before:
            payment = owed * rate / (1 - (1 + rate) ** (quarter - 20))
        before, interest, guarantee = rate, owed * rate, owed * fee / 400
        ebitda.append(25_000 * (prices[quarter] - 15))
        tax = 0.3 * (ebitda[-1] - 0.25e6 - interest - guarantee)
        principal = payment - interest
        cash += ebitda[-1] - tax - payment - guarantee
        swept = share * (cash - 0.5e6)
        cash, owed = cash - swept, owed - principal - swept
        ratio = owed / sum(ebitda[-4:]) if quarter >= 3 else None
        got = {
            key: value_at(projection, f"loans.bank.{key}")[quarter]
            for key in ("interest", "fees_paid", "closing", "swept")
        }
        assert got == pytest.approx({"interest": interest, "fees_paid": guarantee, "closing": owed, "swept": swept})
        assert value_at(projection, "accounts.cash")[quarter] == pytest.approx(cash)

    assert sorted(set(value_at(projection, "loans.bank.margin_step"))) == [0, 1, 2]
    assert sorted(set(value_at(projection, "loans.bank.sweep_allowed"))) == [0, 1]


STYLES = {
    "level": "{style: level}",
    "balloon": "{style: level, balloon: 2 million USD}",
    "longer": "{style: level, amortize_over: 9 years}",
    "kept": "{style: level, after_reset: keep_payment, allow_negative_amortization: true}",
    "capped": "{style: level, payment_cap: 1 %, allow_negative_amortization: true}",
    "quoted": "{style: level, initial_repayment: 8 %/year}",
    "principal": "{style: equal_principal}",
    "bullet": "{style: bullet}",
    "at maturity": "{style: at_maturity}",
    "fixed": "{style: fixed_payment, payment: 0.6 million USD}",
    "shares": "{style: custom, schedule: {2003-06-30: 50 %, 2005-12-31: 50 %}}",
    "sculpted": "{style: sculpted, dscr: 1.3}",
}
TERMS = {
    "as it is": (),
    "limits": (
        ("rate: {index: libor,", "rate: {index: libor, floor: {by: accounts.dscr_12m, steps: {bad: {below: 1.2, is: 6 %/year}}, "
         "else: 4 %/year}, cap: {2000: 9 %/year, 2003-05: 6.5 %/year},"),
    ),
    "compound": (("fees:", "compounding: effective, day_count: ACT/365F, fees:"),),
    "recast": (("fees:", "prepayments: {2002-08-15: 0.5 million USD}, prepayment_fee: 1 %, after_prepayment: recast, fees:"),),
    "other fees": (
        ("fees: {", "fees: {agency: {by: accounts.debt, steps: {small: {below: 5 million USD, is: 10_000 USD/year}}, "
         "else: 20_000 USD/year}, "),
        ("share: 20 %", "share: {by: accounts.dscr_12m, steps: {a: {below: 1.5, is: 40 %}}, else: 10 %}"),
    ),
    "cents": (("fees:", "rounding: cent, fees:"),),
}  # fmt: skip


def plan_of(style: str, terms: str) -> str:
    text = PLAN.replace("rate: {index", f"repayment: {STYLES[style]}, rate: {{index", 1)
    for old, new in TERMS[terms]:
        text = text.replace(old, new, 1)
    return text


REFUSED = {("at maturity", "recast"), ("sculpted", "recast")}


@pytest.mark.parametrize(("style", "terms"), sorted(REFUSED))
def test_a_style_without_payments_to_recast_is_refused(style: str, terms: str) -> None:
    with pytest.raises(ScenarioError, match="recast"):
        scenario_of(plan_of(style, terms))


@pytest.mark.parametrize(("style", "terms"), [(s, t) for s in STYLES for t in TERMS if (s, t) not in REFUSED])
def test_every_formula_holds_with_what_is_settled(style: str, terms: str) -> None:
    projection = project(scenario_of(plan_of(style, terms)))

    assert unlike(projection) == []
    assert value_at(projection, "loans.bank.schedule.closing")[-1] == pytest.approx(0, abs=1e-3)
    assert len(set(value_at(projection, "loans.bank.margin_step"))) > 1


@pytest.mark.parametrize("terms", ["as it is", "limits", "other fees"])
def test_a_batch_is_its_members(terms: str) -> None:
    plan = scenario_of(plan_of("level", terms))
    keys = ["rate.margin.steps.middle.is", "rate.margin.else", "sweep.share", "fees.guarantee.steps.low.is"]
    keys = [key for key in keys if terms != "other fees" or key != "sweep.share"]
    moves = [(lever(plan, f"loans.bank.{key}"), 1.4) for key in keys] + [(lever(plan, "products.fiber.price"), 0.9)]
    batch = project(plan.with_samples(input_samples(moves)))

    for number, move in enumerate(moves):
        assert alike(batch, number, project(plan.with_samples(input_samples([move])))) == []


def test_the_margin_is_explained_with_its_step_and_why(tmp_path: Path) -> None:
    (tmp_path / "steps.yaml").write_text(PLAN, encoding="utf-8")
    words = ["explain", str(tmp_path / "steps.yaml"), "loans.bank.schedule.margin", "2002-06-30", "--depth", "3"]
    text = " ".join(CliRunner().invoke(cli, words).stdout.split())

    assert "1.5 %/year" in text
    for path in ("loans.bank.margin_step", "accounts.debt_to_ebitda_12m", "loans.bank.rate.margin.steps.middle.is"):
        assert path in text
    assert "IF(2.35578997 < 3 * 0.999999999, 1, 0)" in text


@pytest.mark.parametrize(("style", "terms"), [("level", "limits"), ("bullet", "other fees")])
def test_a_recalculated_workbook_agrees(style: str, terms: str, tmp_path: Path) -> None:
    plan = scenario_of(plan_of(style, terms))
    calculator = Recalculator(spoilt(workbook(plan, "0.1.0")), tmp_path)

    assert disagreements(calculator.read(), project(plan), "base") == []


def test_without_earnings_the_last_value_applies_and_cash_is_swept() -> None:
    projection = project(scenario_of(PLAN.replace("2003: 28 USD/km", "2003: 14 USD/km")))
    losing = value_at(projection, "accounts.debt_without_ebitda") > 0

    assert losing.any()
    assert set(value_at(projection, "loans.bank.margin_step")[losing]) == {3}
    assert set(value_at(projection, "loans.bank.sweep_allowed")[losing]) == {1}


def test_an_undefined_ratio_is_below_no_step() -> None:
    """Cover is undefined where no service falls in twelve months."""
    text = PLAN.replace(
        "by: accounts.debt_to_ebitda_12m, steps: {low: {below: 2", "by: accounts.dscr_12m, steps: {low: {below: 0.1"
    )
    text = text.replace("rate: {index", "grace: 2 years, capitalize_until: 2002-12-31, rate: {index", 1)
    text = re.sub(r"fees: \{guarantee.*?\}, else: 0.5 %/year\}\},\n", "", text)
    projection = project(scenario_of(text))
    undefined = np.isnan(value_at(projection, "accounts.dscr_12m"))

    assert undefined.tolist()[:8] == [True] * 8
    assert value_at(projection, "loans.bank.margin_step")[:8].tolist() == [0] * 3 + [3] * 5


def test_without_at_first_else_applies_until_the_first_test() -> None:
    projection = project(scenario_of(PLAN.replace(", at_first: 2.25 %/year", "")))

    assert value_at(projection, "loans.bank.schedule.margin")[1:5].tolist() == pytest.approx([0.02] * 4)


def test_steps_go_on_after_the_horizon() -> None:
    projection = project(
        scenario_of(PLAN.replace("remaining: 5 years", "remaining: 9 years").replace("above: 1.5", "above: 9"))
    )
    later = projection.value("run_off.loans.bank.margin_step")[0]

    assert later.shape == (20,)
    assert unlike(projection) == []


def test_a_ratio_of_the_plans_own_may_decide_from_its_first_test_on() -> None:
    alone = "{numerator: {owed: {add: accounts.debt}}, denominator: {earned: {add: accounts.ebitda}}, over: 6 months}"
    text = PLAN.replace("loans:", f"ratios: {{leverage: {alone}}}\nloans:", 1)
    projection = project(
        scenario_of(text.replace(MARGIN, MARGIN.replace("accounts.debt_to_ebitda_12m", "ratios.leverage")))
    )
    ratio, steps = value_at(projection, "ratios.leverage"), value_at(projection, "loans.bank.margin_step")

    assert steps[0] == 0
    assert steps[1:].tolist() == [1 if value < 2 else 2 if value < 3 else 3 for value in ratio[1:]]
    assert len(set(steps)) == 3


def test_other_rows_may_decide_between_their_own_dates_the_last_one_does() -> None:
    text = PLAN.replace(
        MARGIN,
        "{by: accounts.debt_to_ebitda, steps: {low: {below: 2, is: 1 %/year}}, else: 2 %/year, at_first: 3 %/year}",
    )
    steps = value_at(project(scenario_of(text)), "loans.bank.margin_step")

    assert steps[:3].tolist() == [0, 0, 0]
    assert all(len(set(steps[k : k + 4])) == 1 for k in range(3, 15, 4))


def test_a_series_and_steps_of_one_loan_in_another_currency() -> None:
    text = PLAN.replace("outstanding: 8 million USD", "outstanding: 8 million EUR")
    text = re.sub(r",\n         sweep.*?\}\}\}", "}", text)
    text = text.replace(
        "rates:", "exchange: {EUR: {average: {2001: 0.9 USD/EUR, 2002: 1.0 USD/EUR}, opening: 0.9 USD/EUR}}\nrates:"
    )
    projection = project(scenario_of(text))

    assert unlike(projection) == []
    assert len(set(value_at(projection, "loans.bank.margin_step"))) > 1


BAD = {
    "unordered": ("middle: {below: 3", "middle: {below: 2", "step_never_applies",
                  "loans.bank.rate.margin.steps.middle.below",
                  "`middle`, which never applies: `low` before it has the same limit or a higher one"),
    "below zero": ("low: {below: 2, is: 1 ", "low: {below: 0, is: 1 ", "step_never_applies", "loans.bank.rate.margin.steps.low.below",
                   "`low`, which never applies: `accounts.debt_to_ebitda_12m` is never below zero"),
    "unit": ("middle: {below: 3,", "middle: {below: 3 USD,", "wrong_dimension",
             "loans.bank.rate.margin.steps.middle.below", "USD"),
    "row": ("by: accounts.debt_to_ebitda_12m, steps: {low: {below: 2, is: 1 ", "by: accounts.debt_to_ebitda_13m, steps: {low: {below: 2, is: 1 ",
            "no_such_row", "loans.bank.rate.margin.by", "did you mean `accounts.debt_to_ebitda_12m`?"),
    "flow": ("row: accounts.debt_to_ebitda_12m", "row: accounts.ebitda", "no_level", "loans.bank.sweep.while.row",
             "neither a balance nor a ratio"),
    "ahead": ("row: accounts.debt_to_ebitda_12m", "row: accounts.llcr", "looks_ahead", "loans.bank.sweep.while.row",
              "take a ratio of the past, such as `accounts.dscr_12m`"),
    "ahead by worth": ("row: accounts.debt_to_ebitda_12m", "row: accounts.loan_life_worth", "looks_ahead", "loans.bank.sweep.while.row",
                       "`accounts.loan_life_worth`, which looks ahead"),
    "fixed": ("rate: {index: libor, margin:", "rate: {margin:", "steps_on_fixed_rate", "loans.bank.rate",
              "put the rate itself under `rates` as an index that stays"),
    "no limit": (", above: 1.5", "", "one_limit", "loans.bank.sweep.while", "one of"),
    "cap": ("rate: {index: libor,", "rate: {index: libor, floor: 6 %/year, cap: {by: accounts.dscr_12m, steps: {a: {below: 1, is: 5 %/year}}, else: 9 %/year},",
            "cap_below_floor", "loans.bank.rate.cap", "a cap below the floor"),
    "empty": ("steps: {low: {below: 2, is: 0.1 %/year}}", "steps: {}", "empty", "loans.bank.fees.guarantee.steps", "no steps"),
}  # fmt: skip


@pytest.mark.parametrize("case", BAD)
def test_bad_steps(case: str) -> None:
    old, new, code, path, message = BAD[case]
    assert PLAN.count(old) >= 1
    with pytest.raises(ScenarioError) as error:
        project(scenario_of(PLAN.replace(old, new, 1)))

    assert [(problem.code, problem.path) for problem in error.value.problems] == [(code, path)]
    assert message in str(error.value)


def test_a_ratio_made_of_later_cash_decides_on_no_term() -> None:
    ratio = "ratios: {life: {numerator: {worth: {add: accounts.cfads_worth}}, denominator: {debt: {add: accounts.debt}}}}\nloans:"
    text = PLAN.replace("loans:", ratio, 1).replace("row: accounts.debt_to_ebitda_12m", "row: ratios.life", 1)

    with pytest.raises(ScenarioError, match=r"`ratios\.life`, which looks ahead, wanted a row that is known") as error:
        project(scenario_of(text))
    assert [(problem.code, problem.path) for problem in error.value.problems] == [
        ("looks_ahead", "loans.bank.sweep.while.row")
    ]


def test_steps_need_a_plan() -> None:
    loan = f"rates: {{libor: 5 %/year}}\nloans:\n  bank: {{commitment: 1 MUSD, signed: 2001-01-01, matures: 3 years, rate: {{index: libor, margin: {MARGIN}}}}}\n"

    with pytest.raises(FibercapError, match="steps of a ratio depend on a company's figures") as error:
        schedules(contracts_of(f"fibercap: 1\n{loan}"))
    assert error.value.code == "steps_alone"


def test_costs_of_construction_cannot_rest_on_a_ratio() -> None:
    text = PLAN.replace("loans:", "projects: {line: {plant: works, adds: 1_000 km/year, capex: 1 MUSD, complete: 2001-12-31}}\n"
                        "funding: {line: {new: rest, include_financing_costs: true}}\nloans:")  # fmt: skip
    text = text.replace(
        "tax:",
        f"  new: {{commitment: 2 MUSD, signed: 2001-01-01, matures: 3 years, rate: {{index: libor, margin: {MARGIN}}}}}\ntax:",
    )

    with pytest.raises(ScenarioError, match="financing costs of `new`, which depends on"):
        scenario_of(text)
