"""Grants: claimed as money is spent, received at once or later; what is receivable is owed to the plan."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fibercap.core.errors import ScenarioError
from fibercap.core.quantity import Quantity
from fibercap.model.measures.all_measures import measures
from fibercap.model.project import project
from fibercap.model.projection import Projection
from fibercap.reading.files import read, scenario_of
from tests.model.test_formulas import disagreements
from tests.written import replace_parts, valid_scenarios

PLAN = """\
fibercap: 1
horizon: {from: 2001, to: 2003, step: month}
money: {report_in: USD, discount_rate: 10 %/year}
exchange: {EUR: {average: {2001: 0.9 USD/EUR, 2002: 1.2 USD/EUR}}}
products: {f: {price: 40 USD/km}}
plants:
  p: {product: f, capacity: 1_000_000 km/year, cash_cost: 20 USD/km}
  q: {product: f, capacity: 1 km/year, cash_cost: 20 USD/km,
      purchase: {price: 10 million USD, on: 2001-05-15, working_capital: 4 million USD}}
projects:
  line: {plant: p, adds: 1 km/year, capex: 12 million USD, complete: 2001-12-31, spend: {2001-Q1: 50 %, 2001-Q4: 50 %}}
loans:
  bank: {commitment: 5 million USD, signed: 2001-01-01, matures: 5 years, rate: 8 %/year}
funding:
  line: {grant: 25 %, bank: 5 million USD, equity: rest}
  q: {equity: rest}
"""


def run(*changes: tuple[str, str]) -> Projection:
    return project(scenario_of(replace_parts(PLAN, *changes)))


def row(projection: Projection, path: str) -> Any:
    return projection.value(path)[0] / 1e6


def grant(terms: str) -> tuple[str, str]:
    return "grant: 25 %", f"grant: {terms}"


def test_a_grant_is_a_share_of_each_periods_spending_before_any_other_source() -> None:
    projection = run()
    spent = row(projection, "projects.line.capex")

    assert row(projection, "funding.line.grant") == pytest.approx(0.25 * spent)
    assert row(projection, "funding.line.bank")[:4] == pytest.approx([1.5, 1.5, 1.5, 0])
    assert row(projection, "accounts.grants").sum() == pytest.approx(3)
    assert not row(projection, "accounts.grants_receivable").any()


def test_an_amount_is_turned_into_its_share_of_all_uses_and_stands_wherever_it_is_written() -> None:
    by_share, by_amount = run(), run(grant("3 million USD"))
    last = run(
        ("grant: 25 %, bank: 5 million USD, equity: rest", "equity: rest, bank: 5 million USD, grant: 3 million USD")
    )

    for path in ("funding.line.grant", "funding.line.bank", "accounts.cash", "accounts.net_fixed_assets"):
        assert row(by_amount, path) == pytest.approx(row(by_share, path), abs=1e-12)
        assert row(last, path) == pytest.approx(row(by_share, path), abs=1e-12)
    assert disagreements(by_amount) == []


def test_pro_rata_shares_what_the_grant_leaves() -> None:
    projection = run(("{grant: 25 %, bank", "{order: pro_rata, grant: 25 %, bank"))
    left = 0.75 * row(projection, "projects.line.capex")

    assert row(projection, "funding.line.bank") == pytest.approx(left * 5 / 9)
    assert row(projection, "funding.line.equity") == pytest.approx(left * 4 / 9)


@pytest.mark.parametrize(
    ("step", "after", "periods"),
    [("month", "6 months", 6), ("month", "0 months", 0), ("quarter", "4 months", 2), ("quarter", "3 months", 1), ("year", "6 months", 1)],
)  # fmt: skip
def test_a_grant_may_be_received_at_the_end_of_the_period_so_much_later(step: str, after: str, periods: int) -> None:
    """Until then cash pays; the cost of the asset falls when it is claimed."""
    at_once = run(("step: month", f"step: {step}"))
    projection = run(("step: month", f"step: {step}"), grant(f"{{share: 25 %, after: {after}}}"))
    claimed = row(projection, "funding.line.grant")
    received = np.concatenate([np.zeros(periods), claimed])[: len(claimed)]

    assert claimed == pytest.approx(row(at_once, "funding.line.grant"))
    assert row(projection, "accounts.grants") == pytest.approx(received)
    assert row(projection, "accounts.grants_receivable") == pytest.approx(np.cumsum(claimed - received), abs=1e-9)
    assert row(projection, "projects.line.cost_to_date") == pytest.approx(row(at_once, "projects.line.cost_to_date"))
    assert row(projection, "accounts.cfads") == pytest.approx(row(at_once, "accounts.cfads"))
    later = row(at_once, "accounts.cash") - row(projection, "accounts.cash")
    assert later == pytest.approx(np.cumsum(claimed - received), abs=1e-9)
    if periods:
        paid = sum(row(projection, f"funding.line.{name}") for name in ("cash_for_grant", "bank", "equity", "gap"))
        assert paid == pytest.approx(row(projection, "funding.line.uses"), abs=1e-12)
    assert disagreements(projection) == []


def test_what_is_receivable_at_the_horizon_is_added_on_its_last_day() -> None:
    projection = run(grant("{share: 25 %, after: 30 months}"))
    owed = row(projection, "accounts.grants_receivable")[-1]

    assert owed == pytest.approx(1.5)  # that of the fourth quarter; that of the first has come
    for flow in ("project", "company"):
        last = sum(row(projection, f"returns.{flow}_{part}")[-1] for part in ("cash_flow", "terminal_value"))
        assert row(projection, f"returns.{flow}_flow")[-1] == pytest.approx(last + owed)
    debt = row(projection, "accounts.debt")[-1]
    with_debt = row(projection, "returns.project_flow") + row(projection, "returns.debt_cash_flow")
    assert row(projection, "returns.debt_settlement")[-1] == pytest.approx(-debt, abs=0.2)  # and tax, and interest owed
    settled = with_debt + row(projection, "returns.debt_settlement")
    assert row(projection, "returns.fcfe_flow") == pytest.approx(settled)


@pytest.mark.parametrize("setting", ["={share: 23 %, after: 6 months}", ".after=6 months"])
def test_the_shipped_case_with_its_grant_as_it_is_spent_and_six_months_later(setting: str) -> None:
    """Check values of docs/conventions.md, section 5: the base. A time set beside a bare share keeps it."""
    late = read("fibercore", settings=[f"funding.jena_multimode.grant{setting}"])

    assert measures(project(read("fibercore")))["project_npv"].value == pytest.approx(47_449_585.92, abs=0.01)
    assert measures(project(late))["project_npv"].value == pytest.approx(47_177_074.80, abs=0.01)


def test_a_path_beside_a_bare_value_keeps_it_and_one_in_its_place_replaces_it() -> None:
    option = "options: {later: {change: {funding.line.grant.after: 6 months, opening.fixed_assets.life: 4 years}}}\n"
    text = replace_parts(
        PLAN, grant("3 million USD"), ("funding:", f"{option}opening: {{fixed_assets: 8 million USD}}\nfunding:")
    )
    later = project(scenario_of(text).with_option("later"))
    amount = project(read("fibercore", settings=["funding.jena_multimode.grant.amount=5 million USD"]))

    assert row(later, "funding.line.grant").sum() == pytest.approx(3.0)
    assert row(later, "funding.line.grant_received")[6] == row(later, "funding.line.grant")[0] > 0
    assert row(later, "opening.depreciation")[0] == pytest.approx(8 / 48)
    assert row(amount, "funding.jena_multimode.grant").sum() == pytest.approx(5.0)


def test_a_grant_later_by_amount_with_a_source_and_a_draw() -> None:
    sourced = "{amount: {value: 3 million USD, source: letter}, after: 6 months}"
    cited = ("fibercap: 1\n", "fibercap: 1\nsources: {letter: {title: A letter, kind: stated}}\n")
    projection = run(grant(sourced), cited)
    results = {item.path: item.kind for item in projection.scenario.inputs() if "grant" in item.path}

    assert results == {"funding.line.grant.amount": "stated", "funding.line.grant.after": "assumed"}
    drawn = project(
        projection.scenario.with_samples({"funding.line.grant.amount": Quantity(np.array([[1.0], [2.0]]), "MUSD")})
    )
    assert drawn.value("accounts.grants").sum(axis=-1) == pytest.approx([1e6, 2e6])


def test_a_batch_of_grants_equals_its_members() -> None:
    scenario = run(grant("{share: 25 %, after: 6 months}")).scenario
    shares = np.array([[0.0], [0.1], [0.4]])
    together = project(scenario.with_samples({"funding.line.grant.share": Quantity(shares, "")}))

    assert disagreements(together) == []
    for number, share in enumerate(shares[:, 0]):
        alone = run(grant(f"{{share: {100 * share:g} %, after: 6 months}}"))
        for path in (
            "accounts.grants_receivable",
            "accounts.cash",
            "funding.line.cash_for_grant",
            "funding.line.equity",
        ):
            assert together.value(path)[number] == pytest.approx(alone.value(path)[0], abs=1e-6)


@pytest.mark.parametrize(
    ("change", "place", "message"),
    [
        (("q: {equity: rest}", "q: {grant: 61 %, equity: rest}"), "funding.q.grant", "found a grant of 6,100,000 USD, wanted at most 6,000,000 USD, the price of `q` less its working capital"),
        (("q: {equity: rest}", "q: {grant: {amount: 6.5 million USD, after: 1 month}}"), "funding.q.grant.amount", "found a grant of 6,500,000 USD"),
        (("q: {equity: rest}", "q: {grant: 7 million EUR, equity: rest}"), "funding.q.grant", "found a grant of 6,300,000 USD, wanted at most 6,000,000 USD"),
        (grant("rest"), "funding.line.grant", "found `rest`, wanted an amount of money"),
        (grant("{share: 25 %, amount: 3 million USD}"), "funding.line.grant.amount", "both `amount` and `share` are given"),
        (grant("{after: 6 months}"), "funding.line.grant.share", "found no `share` in `funding.line.grant`"),
        (grant("{shares: 25 %, after: 6 months}"), "funding.line.grant.shares", "did you mean `share`?"),
        (grant("{share: 125 %}"), "funding.line.grant.share", "wanted a value from 0 % to 100 %"),
        (("grant: 25 %, bank: 5 million USD", "grant: {share: 80 %}, bank: 30 %"), "funding.line.bank", "shares that total 110 %"),
    ],
)  # fmt: skip
def test_a_grant_that_cannot_be_is_refused_at_its_place(change: tuple[str, str], place: str, message: str) -> None:
    with pytest.raises(ScenarioError, match=re.escape(message)) as error:
        run(change)
    assert place in str(error.value)


@pytest.mark.long
@settings(max_examples=40)
@given(text=valid_scenarios(rich=True), months=st.integers(0, 20))
def test_sources_equal_uses_with_grants_in_arrears_in_random_plans(text: str, months: int) -> None:
    """Of laws, texts and books none minds when a grant is received."""
    late = text.replace("grant: 10 %", f"grant: {{share: 10 %, after: {months} months}}")
    try:
        projection = project(scenario_of(late))
    except Exception as error:
        if "would grow instead of being repaid" in str(error):
            return
        raise
    assert disagreements(projection) == []
    assert projection.laws["sources_equal_uses"] < 1e-6
    claimed = sum(
        (projection.value(f"funding.{k}.grant") for k in projection.scenario.uses_with_grant), start=np.zeros(1)
    )
    received = projection.value("accounts.grants")
    assert projection.value("accounts.grants_receivable")[0, -1] == pytest.approx((claimed - received).sum(), abs=1e-6)
