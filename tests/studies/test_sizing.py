"""Sizing: the largest loan that keeps its limits, to the last unit of money; one more breaks them."""

from __future__ import annotations

import json
from typing import Any

import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

from fibercap.cli import cli
from fibercap.core.errors import FibercapError
from fibercap.core.trees.tree import Branch, Leaf
from fibercap.model.measures.all_measures import measure_named
from fibercap.model.project import project
from fibercap.reading.files import read, scenario_of
from fibercap.studies.sizing import ALLOWED, USED, Limit, Sized, size
from fibercap.views.terminal.solve_and_size import size_lines
from tests.model.test_cover import DRAWN, PLAN, UNDRAWN
from tests.written import drawn_at_signing


def sizing_of(text: str, *limits: Limit, loan: str = "bank") -> Sized:
    return size(scenario_of(text), loan, limits)


def with_commitment(text: str, result: Sized, more: float) -> dict[str, float]:
    """Return the measures when the loan, and what it is drawn for, is as large as found and some more."""
    factor = (result.commitment + more) / result.present
    changes = {h.path: Leaf(f"{h.value * factor:.9f} {h.unit or '1/year'}") for h in result.lever.handles}
    assert all(h.unit for h in result.lever.handles)
    projection = project(scenario_of(text).with_changes(Branch({"change": Branch(changes)})))
    return {limit.measure: float(measure_named(projection, limit.measure).values[0]) for limit in result.limits}


@pytest.mark.long
@pytest.mark.parametrize(
    ("text", "limit"),
    [
        (PLAN, Limit("min_dscr", 1.3)),
        (PLAN.replace("working_capital: {receivables: 45 days}\n", ""), Limit("min_dscr.bank", 1.4)),
        (PLAN, Limit("min_llcr", 1.4)),
        (DRAWN, Limit("min_dscr", 1.5)),
        (DRAWN, Limit("gearing", 0.437)),
    ],
    ids=["dscr", "by payment", "llcr", "what funding draws", "gearing"],
)
def test_sizing_then_projecting_meets_the_limit_and_one_dollar_more_breaks_it(text: str, limit: Limit) -> None:
    sizing = sizing_of(text, limit)
    sign = -1.0 if limit.measure == "gearing" else 1.0

    meets, breaks = (with_commitment(text, sizing, more)[limit.measure] for more in (0.0, 1.0))
    assert sign * meets >= sign * limit.value * (1 - sign * 1e-9)
    assert sign * breaks < sign * limit.value
    assert sizing.binds == (limit.measure,)
    assert sizing.values[limit.measure] == pytest.approx(meets)
    assert sizing.residual[limit.measure] == pytest.approx(meets - limit.value, abs=1e-12)
    assert sizing.commitment == round(sizing.commitment)


@pytest.mark.long
def test_of_several_limits_the_one_that_binds_is_named() -> None:
    both = sizing_of(PLAN, Limit("min_dscr", 1.3), Limit("min_llcr", 2.5))
    alone = {name: sizing_of(PLAN, limit).commitment for name, limit in (("dscr", Limit("min_dscr", 1.3)), ("llcr", Limit("min_llcr", 2.5)))}  # fmt: skip

    assert both.commitment == min(alone.values())
    assert both.binds == ("min_llcr",)
    assert both.residual["min_dscr"] > 0.01


@pytest.mark.long
@settings(max_examples=8, deadline=None)
@given(dscr=st.integers(105, 600), rate=st.integers(2, 20))
def test_any_limit_is_met_to_the_dollar(dscr: int, rate: int) -> None:
    text = PLAN.replace("rate: 8 %/year", f"rate: {rate} %/year")
    limit = Limit("min_dscr", dscr / 100)
    try:
        sizing = sizing_of(text, limit)
    except FibercapError as error:
        assert "even for the smallest" in str(error)  # noqa: PT017 - the other loan alone may be too much
        return

    assert with_commitment(text, sizing, 0.0)["min_dscr"] >= limit.value * (1 - 1e-9)
    assert with_commitment(text, sizing, 1.0)["min_dscr"] < limit.value


@pytest.mark.long
def test_a_sculpted_loan_is_as_large_as_its_service_repays() -> None:
    """A dollar more is left over at maturity, and its balloon breaks the cover of the last year."""
    text = PLAN.replace(
        "payments: {every: quarter}}", "payments: {every: quarter}, repayment: {style: sculpted, dscr: 3}}"
    )
    text = text.replace("tax: {rate: 30 %}\n", "").replace("working_capital: {receivables: 45 days}\n", "")
    text = text.replace(text[text.index("  other:") : text.index("funding:")], "")
    sizing = sizing_of(text, Limit("min_dscr.bank", 3.0))
    cfads = project(scenario_of(text)).value("accounts.cfads_unlevered")[0, :24]

    by_hand = sum(cash / 3 / 1.02 ** (k + 1) for k, cash in enumerate(cfads))
    assert sizing.commitment == pytest.approx(by_hand, abs=1.0)
    assert sizing.commitment <= by_hand + 0.01


def test_more_than_is_drawn_is_no_larger_loan() -> None:
    """The bank pays all that the line costs, 6 million; a larger commitment would not be drawn."""
    sizing = sizing_of(drawn_at_signing(UNDRAWN.replace("{equity: rest}", "{bank: rest}")), Limit("min_dscr", 0.1))

    assert sizing.commitment == pytest.approx(6e6, abs=1.0)
    assert sizing.binds == (USED,)


def test_more_than_a_project_costs_is_no_valid_plan() -> None:
    sizing = sizing_of(DRAWN, Limit("min_dscr", 0.1))

    assert sizing.commitment == 6e6
    assert sizing.binds == (ALLOWED,)
    assert "wanted at most the 6,000,000 USD that `line` uses" in sizing.why


def test_shares_of_funding_grow_with_the_loan() -> None:
    sizing = sizing_of(
        drawn_at_signing(UNDRAWN.replace("{equity: rest}", "{bank: 50 %, equity: rest}")), Limit("gearing", 0.75)
    )

    assert sizing.commitment == pytest.approx(4.5e6, abs=1.0)
    assert float(sizing.changes["funding.line.bank"].magnitude) == pytest.approx(0.75)


IN_DONG = """\
fibercap: 1
horizon: {from: 2024, to: 2026, step: year}
money: {report_in: VND}
products: {paper: {unit: tonne, price: 30 million VND/tonne}}
plants: {mill: {product: paper, capacity: 20_000 tonne/year, cash_cost: 20 million VND/tonne}}
projects: {line: {plant: mill, adds: 5_000 tonne/year, capex: 100 billion VND, complete: 2024-12-31}}
loans: {bank: {commitment: 60 billion VND, signed: 2024-01-31, matures: 5 years, rate: 9 %/year}}
funding: {line: {bank: 60 %, equity: rest}}
"""


def test_a_large_loan_is_met_to_its_unit_too() -> None:
    """70 % of 100 billion is 70 billion; a billionth more, which claims and covenants allow, would be 70 dong."""
    assert sizing_of(IN_DONG, Limit("gearing", 0.7)).commitment == 70e9


@pytest.mark.long
def test_a_loan_that_outlives_the_horizon_is_sized_by_its_llcr() -> None:
    """What it repays after the horizon is covered by the cash flow of the run-off."""
    sizing = sizing_of(DRAWN.replace("6 years", "9 years"), Limit("min_llcr", 1.4))
    longer = DRAWN.replace("6 years", "9 years").replace("to: 2008", "to: 2009")

    assert sizing.commitment == pytest.approx(sizing_of(longer, Limit("min_llcr", 1.4)).commitment, rel=1e-6)


@pytest.mark.parametrize(
    ("text", "limit", "message"),
    [
        (PLAN, Limit("min_dscr", 900), "no commitment of `bank` keeps min_dscr at least 900: it is"),
        (PLAN.replace("payments: {every: quarter}}", "repayment: {style: revolver}}"), Limit("min_dscr", 1), "`bank` is a revolver"),
        (UNDRAWN.replace("{commitment: 3 million USD, signed: 2000-12-31, matures: 6 years,", "{outstanding: 3 million USD, remaining: 6 years,"), Limit("min_dscr", 1), "only a new loan can be sized"),
        (PLAN, Limit("min_dscrs", 1), "no measure `min_dscrs`; did you mean"),
    ],
)  # fmt: skip
def test_what_cannot_be_sized_says_why(text: str, limit: Limit, message: str) -> None:
    with pytest.raises(FibercapError) as error:
        sizing_of(text, limit)

    assert message in str(error.value)


def test_no_such_loan_names_the_nearest() -> None:
    with pytest.raises(FibercapError, match=r"no loan `bark`; did you mean `bank`\?"):
        sizing_of(PLAN, Limit("min_dscr", 1.3), loan="bark")


def invoke(*arguments: str) -> Any:
    return CliRunner().invoke(cli, list(arguments))


@pytest.mark.long
def test_the_command_says_what_binds_and_how_to_have_it() -> None:
    result = invoke("size", "fibercore", "fleet", "--dscr", "1.3")
    document = json.loads(invoke("size", "fibercore", "fleet", "--dscr", "1.3", "--json").stdout)

    assert result.exit_code == 0
    assert f"Fleet five-year loan: at most {document['commitment']:,.0f} USD (now 10.00 million USD)" in result.stdout
    assert ", at least 1.3, which binds; residual +" in result.stdout
    assert document["binds"] == ["min_dscr"]
    settings = [f"{path}={text}" for path, text in document["changes"].items()]
    projection = project(read("fibercore", settings=settings))
    assert measure_named(projection, "min_dscr").value == pytest.approx(
        document["limits"]["min_dscr"]["value"], rel=1e-9
    )


def test_a_size_without_limits_is_bad_usage() -> None:
    result = invoke("size", "fibercore", "fleet")

    assert result.exit_code == 2
    assert "name at least one limit" in result.stderr


@pytest.mark.parametrize("value", [float("nan"), float("inf"), 0.0, -1.0])
def test_a_limit_that_is_no_ratio_is_refused(value: float) -> None:
    with pytest.raises(FibercapError, match=r"min_dscr: found .*, wanted a ratio above 0, such as `1\.3`"):
        Limit("min_dscr", value)
    with pytest.raises(FibercapError, match=r"gearing: found .* %, wanted a share of at most 100 %, such as `70 %`"):
        Limit("gearing", min(value, 1.5))


@pytest.mark.long
def test_what_a_loan_of_that_size_breaks_is_reported() -> None:
    """The limit that is asked for is kept; the covenant of the loan, of which nobody asked, is not."""
    text = DRAWN.replace(
        "payments: {every: quarter}", "payments: {every: quarter}, covenants: {cover: {measure: min_dscr, at_least: 3}}"
    )
    sizing = sizing_of(text, Limit("min_dscr", 1.5))

    assert sizing.faults == ("breaks bank: cover",)
    assert "  at that size: breaks bank: cover" in list(size_lines(sizing))
    assert sizing_of(DRAWN, Limit("min_dscr", 1.5)).faults == ()
