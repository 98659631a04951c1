"""Ratios of a plan's own, and the balances and margins that lenders ask for, against their definitions."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from fibercap.core.errors import ScenarioError
from fibercap.core.quantity import Quantity
from fibercap.model.project import project
from fibercap.model.projection import Projection
from fibercap.reading.files import scenario_of
from fibercap.studies.claims import outcomes
from fibercap.studies.covenants import covenants
from fibercap.studies.findings import findings
from fibercap.views.sentences import covenant_lines
from fibercap.views.tables import covenants_table
from fibercap.views.workbook.cases import AS_WRITTEN
from fibercap.views.workbook.workbook import workbook
from tests.model.test_formulas import disagreements as of_texts
from tests.sheets import Recalculator, disagreements, spoilt
from tests.written import replace_parts

PLAN = """\
fibercap: 1
id: base
horizon: {from: 2001, to: 2004, step: quarter}
money: {report_in: USD, discount_rate: 12 %/year}
products: {fiber: {price: {2001: 40 USD/km, 2003-Q2: 25 USD/km, 2004-Q2: 40 USD/km}}}
plants: {works: {product: fiber, capacity: 200_000 km/year, cash_cost: 20 USD/km, fixed_cost: 1 million USD/year, maintenance: 0.2 million USD/year}}
projects: {line: {plant: works, adds: 150_000 km/year, capex: 9 million USD, spend: {2001: 100 %}, complete: 2001-12-31}}
loans:
  bank: {commitment: 6 million USD, signed: 2001-01-01, matures: 6 years, rate: 8 %/year, grace: 1 year, fees: {upfront: 1 %},
         payments: {every: quarter, first: 2001-03-31, end_of_month: true}, covenants: {it: {COVENANT}}}
ratios:
  fixed_charge: {title: Fixed charge cover, numerator: {earnings: {add: accounts.ebitda}, upkeep: {subtract: accounts.maintenance}}, denominator: {service: {add: accounts.debt_service}}, over: 12 months}
  leverage: {numerator: {debt: {add: accounts.net_debt}}, denominator: {earnings: {add: accounts.ebitda}}}
  price: {numerator: {sold: {add: accounts.revenue}}, denominator: {km: {add: accounts.shipments}}, over: 2 quarters}
  use: {numerator: {making: {add: plants.works.effective_capacity}}, denominator: {bolted: {add: plants.works.nameplate}}, over: 6 months}
funding: {line: {bank: 6 million USD, equity: rest}}
tax: {rate: 30 %}
opening: {cash: 1.5 million USD}
company: {dividends: {2003-03-31: 0.1 million USD, 2004-06-30: 0.1 million USD}}
"""
COVER = "row: ratios.fixed_charge, at_least: {2001: 1.2, 2003: 1}, lock_up: 1.3, test: quarter"
Numbers = npt.NDArray[np.float64]


def run(covenant: str = COVER, *changes: tuple[str, str]) -> Projection:
    return project(scenario_of(replace_parts(PLAN, ("COVENANT", covenant), *changes)))


def window(flow: Numbers, count: int) -> Numbers:
    """Return the sum of a flow over the last periods; nan where the horizon has fewer."""
    sums = [flow[max(k + 1 - count, 0) : k + 1].sum() if k + 1 >= count else np.nan for k in range(len(flow))]
    return np.array(sums)


@pytest.mark.parametrize(("step", "year"), [("month", 12), ("quarter", 4), ("year", 1)])
def test_a_ratio_is_the_quotient_of_its_rows(step: str, year: int) -> None:
    """Flows are summed over the time given, balances taken at its end, rates averaged; in the run-off too."""
    texts = [("step: quarter", f"step: {step}")]
    texts += [("over: 2 quarters", "over: 1 year"), ("over: 6 months", "over: 1 year")] if step == "year" else []
    projection = run(COVER.replace("quarter", "year"), *texts)
    value, half = projection.to_maturity, max(year // 2, 1)

    flows = {
        key: value(f"accounts.{key}")[0] for key in ("ebitda", "maintenance", "debt_service", "revenue", "shipments")
    }
    sums = {key: window(flow, year) for key, flow in flows.items()}
    served = np.where(sums["debt_service"] > 0.005, sums["debt_service"], np.nan)
    np.testing.assert_allclose(
        value("ratios.fixed_charge")[0], (sums["ebitda"] - sums["maintenance"]) / served, rtol=1e-12
    )
    debt = value("accounts.debt")[0] - value("accounts.cash")[0]
    np.testing.assert_allclose(value("ratios.leverage")[0], debt / sums["ebitda"], rtol=1e-12)
    price = window(flows["revenue"], half) / window(flows["shipments"], half)
    np.testing.assert_allclose(value("ratios.price")[0], price, rtol=1e-12)
    capacity = window(value("plants.works.effective_capacity")[0], half) / half / value("plants.works.nameplate")[0]
    np.testing.assert_allclose(value("ratios.use")[0], capacity, rtol=1e-12)
    units = [projection.rows[f"ratios.{name}"].unit for name in ("fixed_charge", "leverage", "price", "use")]
    assert units == ["", "", "USD/km", ""]
    assert len(value("ratios.price")[0]) > projection.timeline.count
    assert not of_texts(projection)


def test_net_debt_net_worth_and_margins_follow_from_the_books() -> None:
    projection = run()
    value = {key: projection.to_maturity(f"accounts.{key}")[0] for key in (
        "net_debt", "debt", "cash", "net_worth", "total_assets", "total_liabilities_and_equity", "paid_in_capital", "retained_earnings",
        "tangible_net_worth", "deferred_fees", "gross_margin_12m", "ebitda_margin_12m", "gross_profit", "ebitda", "revenue",
    )}  # fmt: skip

    np.testing.assert_allclose(value["net_debt"], value["debt"] - value["cash"])
    liabilities = value["total_liabilities_and_equity"] - value["paid_in_capital"] - value["retained_earnings"]
    np.testing.assert_allclose(value["net_worth"], value["total_assets"] - liabilities, atol=1e-6)
    np.testing.assert_allclose(value["tangible_net_worth"], value["net_worth"] - value["deferred_fees"])
    assert value["deferred_fees"][0] > 0
    for margin, profit in (("gross_margin_12m", "gross_profit"), ("ebitda_margin_12m", "ebitda")):
        np.testing.assert_allclose(value[margin], window(value[profit], 4) / window(value["revenue"], 4))


def test_a_covenant_and_a_lock_up_test_it_inside_the_circle() -> None:
    """The dividend waits for the ratio, which rests on service that cash pays."""
    projection = run()
    covenant = covenants(projection)["bank.it"]

    assert [test.when for test in covenant.tests if not test.holds] == ["2004-Q1"]
    assert covenant.locked == ("2004-Q2",)
    assert projection.value("accounts.dividends")[0, 13] == 0
    assert [date.reason for date in covenant.untested] == ["twelve months of the horizon are not over"] * 3
    values = {test.when: test.value for test in covenant.tests}
    np.testing.assert_allclose(values["2004-Q1"], projection.value("ratios.fixed_charge")[0, 12])


def test_something_over_nothing_breaks_a_ceiling_and_is_no_test_of_a_floor() -> None:
    """Debt without earnings is beyond any multiple of them; cover of no service is not tested."""
    poor = ("2003-Q2: 25 USD/km, 2004-Q2: 40 USD/km", "2003-Q2: 15 USD/km, 2004-Q4: 40 USD/km")
    ceiling = run("row: ratios.leverage, at_most: 3, lock_up: 2, test: quarter", poor, ("cash: 1.5", "cash: 0.1"))
    covenant = covenants(ceiling)["bank.it"]
    floor = covenants(run("row: ratios.leverage, at_least: -9, test: quarter", poor, ("cash: 1.5", "cash: 0.1")))[
        "bank.it"
    ]

    over_nothing = [test.when for test in covenant.tests if np.isinf(test.value)]
    assert over_nothing[0] == "2003-Q4"
    assert not any(test.holds for test in covenant.tests if np.isinf(test.value))
    assert {date.when: date.reason for date in floor.untested}["2003-Q4"] == "its denominator is not above zero"
    assert "tightest over nothing in 2003-Q4" in covenant_lines(covenant)[1]
    assert "its denominator is not above zero" in covenants_table(ceiling).csv().decode()
    broken = next(each for each in findings(ceiling) if each.kind == "covenant_broken")
    assert "its denominator is not above zero" in broken.sentence
    assert "a denominator above zero in 2003-Q4" in broken.way_out
    assert ceiling.value("loans.bank.covenants.it.locked")[0, 11] == 1


def test_a_claim_may_name_it_and_a_batch_is_its_members() -> None:
    claim = "claims: {covered: {says: Covered, row: ratios.fixed_charge, when: end of 2002, at_least: 2}}\n"
    text = replace_parts(PLAN, ("COVENANT", COVER)) + claim
    assert outcomes(project(scenario_of(text)))["covered"].holds

    samples = Quantity(np.array([[20.0], [26.0]]), "USD/km")
    batch = project(scenario_of(text).with_samples({"plants.works.cash_cost": samples}))
    for k in range(2):
        alone = project(scenario_of(text).with_samples({"plants.works.cash_cost": samples[k : k + 1]}))
        for row in ("ratios.fixed_charge", "ratios.leverage", "accounts.dividends"):
            np.testing.assert_array_equal(batch.value(row)[k], alone.value(row)[0])


def test_a_reference_company_keeps_the_lock_up_if_it_has_the_rows() -> None:
    """The loan is outstanding, so the company that does nothing new owes it too, under the same lock-up."""
    old = (
        "bank: {commitment: 6 million USD, signed: 2001-01-01, matures: 6 years,",
        "bank: {outstanding: 6 million USD, remaining: 6 years,",
    )
    changes = (
        old,
        (" grace: 1 year, fees: {upfront: 1 %},", ""),
        ("bank: 6 million USD, equity: rest", "equity: rest"),
    )
    kept = run(COVER, *changes)
    dropped = run(
        COVER.replace("fixed_charge", "use"),
        *changes,
        (
            "{making: {add: plants.works.effective_capacity}}, denominator: {bolted: {add: plants.works.nameplate}}",
            "{of_line: {add: projects.line.capex}}, denominator: {all: {add: accounts.capex}}",
        ),
    )

    assert "without_projects.ratios.fixed_charge" in kept.rows
    assert "without_projects.loans.bank.covenants.it.locked" in kept.rows
    assert "without_projects.ratios.use" not in dropped.rows


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("add: accounts.ebitda}, upkeep", "add: accounts.ebitdas}, upkeep", "ratios.fixed_charge.numerator.earnings.add|which matches no row|did you mean `accounts.ebitda`?"),
        ("subtract: accounts.maintenance", "subtract: accounts.shipments", "found `accounts.shipments` in km beside `accounts.ebitda` in USD, wanted a row in USD; divide them in a ratio of their own"),
        ("add: accounts.net_debt", "add: ratios.fixed_charge", "found `ratios.fixed_charge`, another ratio, wanted a row of the plan; write its parts here"),
        ("add: accounts.net_debt", "add: accounts.dscr_12m", "which is undefined where no debt service is due"),
        ("add: accounts.net_debt", "add: accounts.net_debt, subtract: accounts.cash", "ratios.leverage.numerator.debt|both `add` and `subtract` are given"),
        ("{debt: {add: accounts.net_debt}}", "{debt: {note: none}}", "neither `add` nor `subtract` is given"),
        ("{debt: {add: accounts.net_debt}}", "{}", "ratios.leverage.numerator|wanted one or more rows"),
        ("over: 6 months", "over: 5 months", "ratios.use.over|found 5 months, where the model steps by quarter, wanted whole periods; write `6 months`"),
        ("row: ratios.fixed_charge", "row: ratios.fixed_charges", "did you mean `ratios.fixed_charge`?"),
        ("denominator: {service: {add: accounts.debt_service}}, ", "", "no `denominator` in `ratios.fixed_charge`"),
    ],
)  # fmt: skip
def test_a_ratio_that_cannot_be_formed_is_refused_with_a_way_out(old: str, new: str, message: str) -> None:
    first, *others = message.split("|")
    with pytest.raises(ScenarioError, match=re.escape(first)) as error:
        covenants(project(scenario_of(replace_parts(PLAN, ("COVENANT", COVER)).replace(old, new))))

    for part in others:
        assert part in str(error.value)


@pytest.mark.long
def test_a_recalculated_workbook_has_the_ratios(tmp_path: Path) -> None:
    more = ", net: {row: ratios.leverage, at_most: 1, test: quarter}, worth: {row: accounts.tangible_net_worth, at_least: {2001: 1 million USD, 2003: 3 million USD}, test: quarter}"
    text = replace_parts(
        PLAN, ("it: {COVENANT}", f"it: {{{COVER}}}{more}"), ("2003-Q2: 25 USD/km", "2003-Q2: 15 USD/km")
    )
    options = "options:\n  dear: {change: {loans.bank.rate: 12 %/year, ratios.fixed_charge.numerator.upkeep.subtract: accounts.tax_paid}}\n"
    scenario = scenario_of(text + options)
    calculator = Recalculator(spoilt(workbook(scenario, "0.1.0")), tmp_path)

    assert disagreements(calculator.read(), project(scenario), AS_WRITTEN) == []
    calculator.choose("dear")
    assert disagreements(calculator.read(), project(scenario.with_option("dear")), "dear") == []
