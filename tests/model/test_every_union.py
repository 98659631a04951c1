"""Every member of every union of the language, in a plan: formulas are the kernels, money scales, a batch is its members."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest

from fibercap.core.language.spec import OneOf, Spec, collection_in
from fibercap.core.quantity import Quantity
from fibercap.core.units import Array
from fibercap.model.plan.scenario import Scenario
from fibercap.model.project import project
from fibercap.model.projection import Projection
from fibercap.reading.files import scenario_of
from fibercap.studies.claims import outcomes
from tests.model.test_formulas import disagreements
from tests.near import assert_near

pytestmark = pytest.mark.long

PLAN = """\
fibercap: 1
horizon: {{from: 2001, to: 2005, step: quarter}}
money: {{report_in: USD, discount_rate: {discount rate}, terminal_value: {terminal value}}}
indices: {{cpi: {{2001: 2 %/year, 2003: 3 %/year}}}}
rates: {{libor: {{2000: 6 %/year, 2002-07: 3 %/year, 2004: 5 %/year}}}}
products: {{fiber: {{price: {{2001: 40 USD/km, 2003: 34 USD/km}}, demand: {demand}}}}}
plants:
  works: {{product: fiber, capacity: 300_000 km/year, cash_cost: 18 USD/km, maintenance: 200_000 USD/year, depreciation: {depreciation}}}
  bought: {{product: fiber, capacity: 100_000 km/year, opens: 2001-07-01, cash_cost: 20 USD/km,
            purchase: {{price: 6_000_000 USD, on: 2001-06-30, working_capital: {working capital}}}}}
projects:
  line: {{plant: works, adds: 150_000 km/year, capex: 12_000_000 USD, complete: 2001-11-20, ramp: {ramp}, depreciation: {depreciation of an asset}, spend: {spending}}}
loans:
  bank: {{commitment: 8_000_000 USD, signed: 2001-01-03, matures: 4 years, rate: {rate of a loan}, repayment: {repayment},
          rounding: {rounding}}}
  paper: {{outstanding: 1_500_000 USD, remaining: 6 years, rate: {{index: libor, margin: {margin}}}, sweep: {share of cash},
          fees: {{guarantee: {rate by the year}, agency: {amount by the year}}}}}
  bond: {{outstanding: 500_000 USD, remaining: 6 years, rate: 7 %/year,
          sweep: {{share: {share}, while: {{row: accounts.cash, above: 2_000_000 USD}}}}}}
funding: {{line: {{grant: {grant}, bank: 5_000_000 USD, equity: rest}}, bought: {{equity: rest}}}}
tax: {{rate: 30 %, depreciation: {depreciation for tax}}}
working_capital: {{receivables: 40 days, payables: 20 days}}
opening: {{cash: 9_000_000 USD, fixed_assets: {fixed assets}}}
claims: {{sells: {{says: It sells, row: accounts.revenue, when: 2003, at_least: {limit}}}}}
"""
STEPS = "{{by: accounts.debt_to_ebitda_12m, steps: {{low: {{below: 1.5, is: {}}}}}, else: {}}}"
EVERY = {
    "discount rate": {"nominal": "10 %/year", "beyond_index": "{real: 8 %/year, index: cpi}"},
    "demand": {
        "series": "{2001: 900_000 km/year, 2002: 800_000 km/year}",
        "share_of_market": "{market: 2 million km/year, share: 40 %, exports: 20_000 km/year}",
    },
    "terminal value": {"none": "none", "book": "book", "multiple": "{multiple: 5}"},
    "working capital": {
        "amount": "500_000 USD",
        "block": "{receivables: 900_000 USD, inventory: 300_000 USD, payables: 200_000 USD}",
    },
    "ramp": {
        "none": "none",
        "linear": "{linear: 8 months}",
        "s_curve": "{s_curve: 8 months}",
        "table": "{table: {0 months: 40 %, 6 months: 100 %}}",
    },
    "depreciation": {
        "straight_line": "straight_line",
        "declining_balance": "{declining_balance: 25 %}",
        "sum_of_years": "sum_of_years",
        "table": "{table: {1 year: 20 %, 30 months: 80 %}}",
    },
    "depreciation of an asset": {
        "straight_line": "straight_line",
        "declining_balance": "{declining_balance: 25 %}",
        "sum_of_years": "sum_of_years",
        "table": "{table: {1 year: 20 %, 30 months: 80 %}}",
        "units": "{units: 600_000 km}",
    },
    "depreciation for tax": {
        "straight_line": "straight_line",
        "declining_balance": "{declining_balance: 25 %}",
        "sum_of_years": "sum_of_years",
        "table": "{table: {1 year: 20 %, 30 months: 80 %}}",
        "units": "units",
    },
    "spending": {"window": "{from: 2001-02, shape: s_curve}", "by_period": "{2001-Q2: 40 %, 2001-Q4: 60 %}"},
    "rate of a loan": {
        "steps": "{2001: 8 %/year, 2003-02-15: 9 %/year}",
        "floating": "{index: libor, margin: 2 %/year, floor: 4 %/year}",
    },
    "margin": {"steps": "{2000: 2 %/year, 2003: 1.5 %/year}", "by": STEPS.format("1 %/year", "2 %/year")},
    "rate by the year": {"steps": "{2000: 1 %/year, 2003: 0.5 %/year}", "by": STEPS.format("0.5 %/year", "1 %/year")},
    "amount by the year": {
        "steps": "{2000: 9_000 USD/year, 2003: 5_000 USD/year}",
        "by": STEPS.format("5_000 USD/year", "9_000 USD/year"),
    },
    "share": {"steps": "{2000: 5 %, 2003: 10 %}", "by": STEPS.format("5 %", "10 %")},
    "share of cash": {
        "steps": "{2000: 5 %, 2003: 10 %}",
        "by": STEPS.format("5 %", "10 %"),
        "while": "{share: 10 %, while: {row: accounts.cash, above: 3_000_000 USD}}",
    },
    "repayment": {
        "level": "{style: level}",
        "equal_principal": "{style: equal_principal, balloon: 1_000_000 USD}",
        "bullet": "{style: bullet}",
        "at_maturity": "{style: at_maturity}",
        "fixed_payment": "{style: fixed_payment, payment: 450_000 USD}",
        "custom": "{style: custom, schedule: {2002-01-03: 1_000_000 USD, 2003-05-20: 2_000_000 USD}}",
        "sculpted": "{style: sculpted, dscr: 1.3}",
        "revolver": "{style: revolver}",
    },
    "rounding": {"none": "none", "cent": "cent", "block": "{to: 10 USD, payment: up}"},
    "grant": {"at_once": "10 %", "later": "{amount: 1_000_000 USD, after: 6 months}"},
    "fixed assets": {"block": "{value: 5_000_000 USD, life: 8 years}"},
    "limit": {"fixed": "1_000_000 USD", "multiple": "{times: 0.5, of: 2002}"},
}
"""A text for every member of every union, by the union's title."""
USUAL = {title: next(iter(members.values())) for title, members in EVERY.items()}
EACH = [(title, member) for title, members in EVERY.items() for member in members]


def unions() -> Iterator[tuple[str, set[str]]]:
    """Run over the unions of the language: title and members."""
    blocks, seen = [Spec], set[type[Spec]]()
    while blocks:
        block = blocks.pop()
        blocks += block.__subclasses__()
        if block in seen or not block.__module__.startswith("fibercap."):
            continue
        seen.add(block)
        for field in block.model_fields.values():
            member = collection_in(field.annotation)
            marks = [*field.metadata, *(getattr(member, "__metadata__", ()) if member is not None else ())]
            yield from ((mark.title, set(mark.members)) for mark in marks if isinstance(mark, OneOf))


def plan(title: str, member: str, *, thousands: bool = False) -> Scenario:
    text = PLAN.format(**USUAL | {title: EVERY[title][member]})
    if "revolver" in text:
        text = text.replace("bank: 5_000_000 USD, ", "")
    if thousands:
        text = text.replace(" USD", " kUSD").replace("report_in: kUSD", "report_in: USD")
    return scenario_of(text, "plan.yaml")


def money(projection: Projection) -> dict[str, Array]:
    """Return every row of the accounts that is in money."""
    rows = {path: row for path, row in projection.rows.items() if path.startswith("accounts.") and row.unit == "USD"}
    return {path: projection.value(path) for path in rows}


def test_no_member_of_any_union_is_left_out() -> None:
    results: dict[str, set[str]] = {}
    for title, members in unions():
        results.setdefault(title, set()).update(members)

    assert results == {title: set(members) for title, members in EVERY.items()}


@pytest.mark.parametrize(("title", "member"), EACH)
def test_formulas_are_the_kernels_and_a_batch_is_its_members(title: str, member: str) -> None:
    scenario, costs = plan(title, member), np.array([[12.0], [21.0]])
    batch = project(scenario.with_samples({"plants.works.cash_cost": Quantity(costs, "USD/km")}))

    assert disagreements(batch) == []
    for number, cost in enumerate(costs):
        alone = money(project(scenario.with_samples({"plants.works.cash_cost": Quantity(cost[None], "USD/km")})))
        for path, value in money(batch).items():
            wide = np.broadcast_to(value, (2, value.shape[-1]))[number]
            assert_near(wide, alone[path][0], path, rel=1e-9, least=1e-4)


@pytest.mark.parametrize(("title", "member"), [each for each in EACH if each[0] != "rounding"])
def test_a_thousand_times_the_money_is_a_thousand_times_everything(title: str, member: str) -> None:
    one, other = (project(plan(title, member, thousands=thousands)) for thousands in (False, True))

    amounts = money(other)
    for path, value in money(one).items():
        assert_near(amounts[path], 1000 * value, path, rel=1e-9, least=1.0)
    assert [o.holds for o in outcomes(one).values()] == [o.holds for o in outcomes(other).values()]
