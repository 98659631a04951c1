"""Cancelled projects: nothing is spent after the day, nothing is added, and what was spent is written off."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fibercap.core.errors import IdentityError, ScenarioError
from fibercap.core.quantity import Quantity
from fibercap.core.timeline import month_number
from fibercap.core.trees.tree import Branch, Leaf
from fibercap.model.laws.proof import prove_laws
from fibercap.model.project import project
from fibercap.model.projection import Projection
from fibercap.reading.files import scenario_of
from fibercap.studies.explaining.explain import explain
from fibercap.studies.plan_warnings import warnings
from fibercap.views.charts.capacity import capacity_of
from fibercap.views.statement_lines import statement_lines
from fibercap.views.terminal.explain import explain_lines
from fibercap.views.workbook.workbook import workbook
from tests.model.test_formulas import Reader, disagreements
from tests.sheets import Recalculator, differences, spoilt
from tests.sheets import disagreements as unlike

PLAN = """\
fibercap: 1
horizon: {{from: 2001, to: 2004, step: {step}}}
money: {{report_in: USD, discount_rate: 10 %/year, terminal_value: book}}
exchange: {{EUR: {{average: {{2001: 0.9 USD/EUR, 2002: 0.95 USD/EUR}}}}}}
products: {{fiber: {{price: 40 USD/km}}}}
plants: {{works: {{product: fiber, capacity: 240_000 km/year, cash_cost: 20 USD/km}}}}
projects:
  line: {{plant: works, adds: 100_000 km/year, capex: 12 million {code}, spend: {{2001: 50 %, 2002: 50 %}}, complete: 2002-12-31,
         ramp: {{linear: 6 months}}, fixed_cost: 0.3 million USD/year{terms}}}
  other: {{plant: works, adds: 50_000 km/year, capex: 3 million USD, complete: 2002-06-30}}
loans:
  bank: {{commitment: 8 million {loan}, signed: 2001-01-31, matures: 6 years, rate: 8 %/year,
         payments: {{every: quarter}}, fees: {{upfront: 1 %, undrawn: 0.5 %/year}}}}
funding: {{line: {funding}, other: {{equity: rest}}}}
tax: {tax}
opening: {{cash: 9 million USD}}
options: {{stopped: {{add: {{projects.line.cancelled: 2001-09-15}}}}}}
"""
COSTS = "{grant: 10 %, bank: 50 %, equity: rest, include_financing_costs: true}"
SIMPLE = "{grant: 10 %, bank: 50 %, equity: rest}"
BY_TABLE = "{rate: 30 %, depreciation: {table: {1 year: 60 %, 2 years: 40 %}}}"


def text(
    terms: str = "",
    step: str = "month",
    funding: str = SIMPLE,
    tax: str = "{rate: 30 %}",
    code: str = "USD",
    loan: str = "USD",
) -> str:
    cancelled = f", cancelled: {terms}" if terms[:2] == "20" else terms
    return PLAN.format(terms=cancelled, step=step, funding=funding, tax=tax, code=code, loan=loan).replace(
        "options: ", "options: " if not terms else "# "
    )


def plan(terms: str = "", **changes: str) -> Projection:
    return project(scenario_of(text(terms, **changes), "plan.yaml"))


def test_what_was_spent_is_written_off_as_worked_out_by_hand() -> None:
    """6 of 12 million in 2001, 0.5 a month: 4.25 million by 15 September, of which a grant paid a tenth."""
    projection = plan("2001-09-15")
    value = {
        key: projection.value(f"accounts.{key}")[0]
        for key in ("capex", "write_offs", "grants", "draws", "equity_for_projects")
    }
    spent, other = projection.value("projects.line.capex")[0], projection.value("projects.other.capex")[0]

    assert spent[:9] == pytest.approx([500_000] * 8 + [250_000])
    assert spent[9:] == pytest.approx(0.0)
    assert value["capex"] == pytest.approx(spent + other)
    assert value["write_offs"] == pytest.approx([0] * 8 + [3_825_000] + [0] * 39)
    assert value["grants"].sum() == pytest.approx(425_000)
    assert value["draws"].sum() == pytest.approx(3_825_000)  # half of 12 million was asked of it, and it comes first
    assert projection.value("projects.line.capex_saved")[0].sum() == pytest.approx(7_750_000)
    assert projection.value("plants.works.nameplate")[0].max() == 290_000
    assert projection.value("plants.works.fixed_cost")[0].sum() == 0.0
    assert projection.value("loans.bank.closing")[0, 9] > 0  # what was drawn remains due


def test_the_write_off_is_an_expense_that_tax_allows_and_no_cash() -> None:
    projection, kept = plan("2001-09-15", step="year"), plan(step="year")
    row = {
        key: projection.value(f"accounts.{key}")[0, 0]
        for key in ("ebitda", "depreciation", "write_offs", "ebit", "interest_expense", "fee_expense", "tax")
    }

    assert row["ebit"] == pytest.approx(row["ebitda"] - row["depreciation"] - 3_825_000)
    assert row["tax"] == pytest.approx(0.3 * max(row["ebit"] - row["interest_expense"] - row["fee_expense"], 0.0))
    assert row["ebitda"] == pytest.approx(kept.value("accounts.ebitda")[0, 0])
    lines = {line.path for title in ("Income", "Cash flow") for line, _ in statement_lines(projection, title)}
    assert "accounts.write_offs" in lines
    assert "accounts.write_offs" not in kept.rows
    moved = (
        projection.value("accounts.operating_cash_flow")[0, 0] + projection.value("accounts.investing_cash_flow")[0, 0]
    )
    moved += projection.value("accounts.financing_cash_flow")[0, 0]
    assert projection.value("accounts.cash")[0, 0] == pytest.approx(9e6 + moved)


cancelling = st.dates(date(2001, 1, 1), date(2002, 12, 30))
fundings = st.sampled_from(
    [COSTS, SIMPLE, "{bank: 40 %, cash: 2 million USD, equity: rest, order: pro_rata}", "{cash: 100 %}"]
)


@pytest.mark.long
@settings(max_examples=12)
@given(day=cancelling, funding=fundings, step=st.sampled_from(["month", "quarter", "year"]), code=st.sampled_from(["USD", "EUR"]), tax=st.sampled_from([BY_TABLE, "{rate: 30 %}"]))  # fmt: skip
def test_nothing_of_it_is_left_and_formulas_are_kernels(
    day: date, funding: str, step: str, code: str, tax: str
) -> None:
    projection = plan(str(day), funding=funding, step=step, code=code, tax=tax)
    after = projection.timeline.starts >= month_number(day)
    gone = projection.timeline.ends >= month_number(day)
    row = {
        key: projection.value(f"projects.line.{key}")[0]
        for key in ("capex", "written_off", "book_value", "cost_to_date", "in_progress", "depreciation")
    }

    assert disagreements(projection) == []
    assert row["capex"][after] == pytest.approx(0.0)
    assert row["book_value"][gone] == pytest.approx(0.0, abs=1e-6)
    assert row["in_progress"] == pytest.approx(row["book_value"], abs=1e-6)
    assert row["written_off"].sum() == pytest.approx(row["cost_to_date"][-1])
    assert not row["depreciation"].any()
    if tax == BY_TABLE:
        assert projection.value("projects.line.tax_written_off")[0] == pytest.approx(row["written_off"])
        assert projection.value("projects.line.tax_value")[0] == pytest.approx(row["book_value"], abs=1e-6)


@pytest.mark.long
@settings(max_examples=12)
@given(day=cancelling, funding=fundings.filter(lambda terms: terms != COSTS), code=st.sampled_from(["USD", "EUR"]), loan=st.sampled_from(["USD", "EUR"]))  # fmt: skip
def test_what_comes_before_does_not_know_that_it_will_be_cancelled(
    day: date, funding: str, code: str, loan: str
) -> None:
    """Sources pay their parts of what was planned, until it is given up."""
    terms = {"funding": funding if code == loan == "USD" else funding.replace("USD", code), "code": code, "loan": loan}
    cancelled, kept = plan(str(day), **terms), plan(**terms)
    before = kept.timeline.ends < month_number(day)

    for row in ("cash", "debt", "draws", "equity_for_projects", "grants", "capex", "tax", "net_income", "total_assets"):
        one, other = (of.value(f"accounts.{row}")[0][before] for of in (cancelled, kept))
        assert one == pytest.approx(other, abs=1e-3), row


@pytest.mark.parametrize("step", ["month", "year"])
def test_a_project_cancelled_before_it_begins_is_as_if_it_were_not_there(step: str) -> None:
    late = (
        text("2001-11-30", step=step).replace("{2001: 50 %, 2002: 50 %}", "{2002: 100 %}").replace("bank: 50 %, ", "")
    )
    never = project(scenario_of(late, "plan.yaml"))
    a, b = late.index("  line: {plant"), late.index("  other: {plant")
    without = project(
        scenario_of((late[:a] + late[b:]).replace("line: {grant: 10 %, equity: rest}, ", ""), "plan.yaml")
    )

    for row in ("cash", "net_income", "total_assets", "capex"):
        assert never.value(f"accounts.{row}")[0] == pytest.approx(without.value(f"accounts.{row}")[0])
    assert not never.value("accounts.write_offs").any()
    for name in ("project_npv", "payback", "capacity_cost", "levelized_cost"):
        assert never.measures[name].values == pytest.approx(without.measures[name].values, nan_ok=True)
    assert "unused: projects.line, cancelled before anything is spent on it" in warnings(never)


def test_financing_costs_are_capitalized_until_then_and_written_off() -> None:
    projection = plan("2001-09-15", funding=COSTS)
    value = {
        key: projection.value(key)[0]
        for key in ("funding.line.financing_costs", "loans.bank.interest", "loans.bank.fees", "loans.bank.upfront_fee",
                    "projects.line.written_off", "projects.line.financing_written_off", "accounts.interest_expense")
    }  # fmt: skip
    costs = value["loans.bank.interest"] + value["loans.bank.fees"] + value["loans.bank.upfront_fee"]

    assert value["funding.line.financing_costs"][:9] == pytest.approx(costs[:9])
    assert not value["funding.line.financing_costs"][9:].any()
    assert value["projects.line.financing_written_off"][8] == pytest.approx(costs[:9].sum())
    assert value["projects.line.written_off"][8] == pytest.approx(0.9 * (4.25e6 + costs[:9].sum()))
    assert value["accounts.interest_expense"][9:] == pytest.approx(value["loans.bank.interest"][9:])
    unlevered = projection.value("tax_unlevered.income_in_year")[0, 8]
    ebit = projection.value("accounts.ebit")[0, :9].sum()
    assert unlevered == pytest.approx(ebit + value["projects.line.financing_written_off"][8])


def test_a_capacity_cost_counts_what_was_spent_and_what_is_added() -> None:
    assert plan("2001-09-15").measures["capacity_cost"].values == pytest.approx((4.25e6 + 3e6) / 50_000)


def test_options_samples_explanations_and_charts_know_it() -> None:
    scenario = scenario_of(text(), "plan.yaml")
    option, single = project(scenario.with_option("stopped")), plan("2001-09-15")
    assert option.value("accounts.cash") == pytest.approx(single.value("accounts.cash"))
    capex = Quantity(np.array([[9e6], [12e6]]), "USD")
    batch = project(single.scenario.with_samples({"projects.line.capex": capex}))
    assert disagreements(batch) == []
    for number, amount in enumerate((9, 12)):
        overlay = Branch({"change": Branch({"projects.line.capex": Leaf(f"{amount} million USD")})})
        alone = project(single.scenario.with_changes(overlay, "capex"))
        assert batch.value("accounts.cash")[number] == pytest.approx(alone.value("accounts.cash")[0])
    late = Branch({"change": Branch({"projects.line.cancelled": Branch({"delay": Leaf("2 months")})})})
    moved = project(single.scenario.with_changes(late, "later"))
    assert moved.value("projects.line.capex")[0].sum() == pytest.approx(5.25e6)
    lines = explain_lines(explain(single, "projects.line.written_off", "2001-09"))
    assert any("cancelled" in line for line in lines)
    assert capacity_of(single, "works").nameplate.max() == 290_000


@pytest.mark.long
@pytest.mark.parametrize("terms", [{"funding": COSTS, "tax": BY_TABLE}, {"code": "EUR", "loan": "EUR"}])
def test_a_cancelled_project_is_live_in_the_workbook(terms: dict[str, str], tmp_path: Path) -> None:
    scenario = scenario_of(text("2001-09-15", step="quarter", **terms), "plan.yaml")
    content = workbook(scenario, "0.1.0")
    sheets = Recalculator(spoilt(content), tmp_path).read()

    assert differences(sheets, Recalculator(content, tmp_path).read(evaluate=False)) == []
    assert unlike(sheets, project(scenario), "as written") == []


@pytest.mark.parametrize(("row", "law"), [("projects.line.book_value", "cancelled"), ("accounts.write_offs", "sales")])
def test_a_law_is_broken_where_something_of_it_is_left(row: str, law: str) -> None:
    projection = plan("2001-09-15", step="quarter")
    reader = Reader(projection)
    reader.values = {path: value.copy() for path, value in reader.values.items()}
    reader.values[row][0, 5] += 1e6

    with pytest.raises(IdentityError, match=f"the law `{law}` is broken: [a-z_.]+, 2002-Q2, sample 0, by 1e"):
        prove_laws(projection.scenario, reader)


@pytest.mark.parametrize(
    ("terms", "message"),
    [
        ("2002-12-31", "found 2002-12-31, wanted a day before completion, delay included; cancel it earlier; what is complete "
                       "can be `sold`"),
        ("2003-06-30", "wanted a day before completion, delay included"),
        (", cancelled: 2003-01-15, delay: 13 days", "a duration"),
        ("2005-06-30", "wanted a day from 2001-01-01 to 2004-12-31; or leave `cancelled` out"),
        (", cancelled: 2001-09-15, sold: {on: 2003-06-30, price: 1 USD}",
         "a project is both cancelled and sold; remove `sold`, or `cancelled`"),
        (", cancelled: yes", "found `yes`, wanted a date; write it like"),
        (", canceled: 2001-09-15", "did you mean `cancelled`?"),
    ],
)  # fmt: skip
def test_a_cancellation_that_cannot_be_is_refused(terms: str, message: str) -> None:
    with pytest.raises(ScenarioError, match=message):
        scenario_of(text(terms), "plan.yaml")


def test_a_delay_makes_a_later_cancellation_possible() -> None:
    projection = plan(", cancelled: 2003-01-15, delay: 2 months")

    assert projection.value("projects.line.capex")[0].sum() < 12e6
    assert projection.value("accounts.write_offs")[0].sum() == pytest.approx(
        0.9 * projection.value("projects.line.capex")[0].sum()
    )
