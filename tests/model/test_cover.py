"""Ratios of lenders: each recomputed from printed rows; LLCR never above PLCR; what sculpted loans keep."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from fibercap.cli import cli
from fibercap.core.quantity import Quantity
from fibercap.model.measures.all_measures import measures
from fibercap.model.project import project
from fibercap.model.projection import Projection
from fibercap.reading.files import scenario_of
from fibercap.studies.batch import evaluate
from fibercap.studies.covenants import covenants as covenants_of
from tests.written import drawn_at_signing, replace_parts, valid_scenarios

UNDRAWN = """\
fibercap: 1
id: plan
horizon: {from: 2001, to: 2008, step: quarter}
money: {report_in: USD, discount_rate: 10 %/year}
products: {fiber: {price: {2001: 40 USD/km, 2004: 34 USD/km}}}
plants: {works: {product: fiber, capacity: 200_000 km/year, cash_cost: 20 USD/km, maintenance: 0.1 million USD/year}}
projects:
  line: {plant: works, adds: 150_000 km/year, capex: 6 million USD, spend: {2001: 100 %}, complete: 2001-12-31}
loans:
  bank: {commitment: 3 million USD, signed: 2000-12-31, matures: 6 years, rate: 8 %/year, payments: {every: quarter}}
  other: {commitment: 2 million USD, signed: 2000-12-31, matures: 4 years, rate: 11 %/year, payments: {every: year},
          repayment: {style: bullet}}
funding: {line: {equity: rest}}
tax: {rate: 30 %}
working_capital: {receivables: 45 days}
opening: {cash: 1 million USD}
"""
PLAN = drawn_at_signing(UNDRAWN)
DRAWN = drawn_at_signing(UNDRAWN.replace("{equity: rest}", "{bank: 3 million USD, equity: rest}"))


def run(*changes: tuple[str, str]) -> Projection:
    return project(scenario_of(drawn_at_signing(replace_parts(UNDRAWN, *changes))))


@pytest.fixture(scope="module")
def document_of_run(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """Return what `run --json` prints; every ratio below is recomputed from it and from nothing else."""
    file = tmp_path_factory.mktemp("plan") / "plan.yaml"
    file.write_text(PLAN)
    result = CliRunner().invoke(cli, ["run", str(file), "--json"])
    assert result.exit_code == 0
    document: dict[str, Any] = json.loads(result.stdout)
    return document


def rows(document_of_run: dict[str, Any], *names: str) -> list[np.ndarray[Any, Any]]:
    return [np.array([np.nan if v is None else v for v in document_of_run["rows"][name]["values"]]) for name in names]


def by_year(document_of_run: dict[str, Any], name: str) -> np.ndarray[Any, Any]:
    (values,) = rows(document_of_run, name)
    years = np.array([int(day[:4]) for day in document_of_run["periods"]])
    return np.array([values[years == year].sum() for year in range(2001, 2009)])


def measure(document_of_run: dict[str, Any], name: str) -> Any:
    return document_of_run["measures"][name]["value"]


def test_dscr_recomputes_by_year_and_by_period(document_of_run: dict[str, Any]) -> None:
    cash, due = by_year(document_of_run, "accounts.cfads")[:6], by_year(document_of_run, "accounts.debt_service")[:6]
    ratios = cash / due

    assert measure(document_of_run, "min_dscr_by_year") == pytest.approx(ratios.min())
    assert document_of_run["measures"]["min_dscr_by_year"]["when"] == str(2001 + ratios.argmin())
    assert measure(document_of_run, "average_dscr") == pytest.approx(cash.sum() / due.sum())
    cfads, service, ratio = rows(document_of_run, "accounts.cfads", "accounts.debt_service", "accounts.period_dscr")
    due = service > 0
    assert ratio[due] == pytest.approx(cfads[due] / service[due])
    assert np.isnan(ratio[~due]).all()


def test_dscr_of_a_loan_recomputes_by_its_payments(document_of_run: dict[str, Any]) -> None:
    """The other loan pays once a year, from all that has come in since its payment before."""
    cfads, ratio = rows(document_of_run, "accounts.cfads", "loans.other.dscr")
    parts = ("loans.other.interest_paid", "loans.other.fees_paid", "loans.other.scheduled")
    service = np.sum(rows(document_of_run, *parts), axis=0)
    by_hand = [cfads[k - 3 : k + 1].sum() / service[k] for k in (3, 7, 11, 15)]

    assert ratio[[3, 7, 11, 15]] == pytest.approx(by_hand)


def test_dscr_over_twelve_months_recomputes_at_payments(document_of_run: dict[str, Any]) -> None:
    """Four quarters to each payment, all loans; the other loan pays in the last quarter of four years."""
    cfads, service, ratio = rows(document_of_run, "accounts.cfads", "accounts.debt_service", "accounts.dscr_12m")
    by_hand = {k: cfads[k - 3 : k + 1].sum() / service[k - 3 : k + 1].sum() for k in range(3, 24)}

    assert np.isnan(ratio[:3]).all()
    assert ratio[list(by_hand)] == pytest.approx(list(by_hand.values()))
    assert rows(document_of_run, "loans.other.dscr_12m")[0] == pytest.approx(ratio, nan_ok=True)
    for name, dates in (
        ("min_dscr", range(3, 24)),
        ("min_dscr.bank", range(3, 24)),
        ("min_dscr.other", (3, 7, 11, 15)),
    ):
        low = min(dates, key=lambda k: by_hand[k])
        assert measure(document_of_run, name) == pytest.approx(by_hand[low])
        assert document_of_run["measures"][name]["when"] == f"{2001 + low // 4}-Q{low % 4 + 1}"


def test_llcr_and_plcr_recompute_date_by_date(document_of_run: dict[str, Any]) -> None:
    """Each later quarter at the rate of the debt it opens with: 8 % a quarter at a time, 11 % once a year."""
    cfads, debt = rows(document_of_run, "accounts.cfads", "accounts.debt")
    bank, other, rate = rows(document_of_run, "loans.bank.opening", "loans.other.opening", "accounts.debt_rate")
    owed = bank + other
    weighed = (bank * (1.02**4 - 1) + other * 0.11) / np.where(owed > 0, owed, 1)
    assert rate[:24] == pytest.approx(weighed[:24])
    assert rate[24:] == pytest.approx(rate[23])
    llcr, plcr = rows(document_of_run, "accounts.llcr", "accounts.plcr")
    for index in range(24):
        growth = np.cumprod((1 + rate[index + 1 :]) ** 0.25)
        worth = cfads[index + 1 :] / growth
        if debt[index] > 0:
            assert llcr[index] == pytest.approx(worth[: 23 - index].sum() / debt[index])
            assert plcr[index] == pytest.approx(worth.sum() / debt[index])
    assert np.isnan(llcr[23:]).all()
    assert measure(document_of_run, "min_llcr") == pytest.approx(np.nanmin(llcr))
    assert measure(document_of_run, "min_plcr") == pytest.approx(np.nanmin(plcr))


def test_cover_of_interest_and_debt_to_ebitda_recompute(document_of_run: dict[str, Any]) -> None:
    ebitda, interest = (
        by_year(document_of_run, "accounts.ebitda"),
        by_year(document_of_run, "accounts.interest_accrued"),
    )
    (debt,) = rows(document_of_run, "accounts.debt")
    cover, leverage = ebitda[:6] / interest[:6], debt[3::4] / ebitda

    assert measure(document_of_run, "min_interest_cover_by_year") == pytest.approx(cover.min())
    assert document_of_run["measures"]["min_interest_cover_by_year"]["when"] == str(2001 + cover.argmin())
    assert measure(document_of_run, "max_debt_to_ebitda_by_year") == pytest.approx(leverage.max())
    assert document_of_run["measures"]["max_debt_to_ebitda_by_year"]["when"] == str(2001 + leverage.argmax())
    earned, accrued = rows(document_of_run, "accounts.ebitda", "accounts.interest_accrued")
    twelve = np.lib.stride_tricks.sliding_window_view
    earned, accrued = twelve(earned, 4).sum(-1), twelve(accrued, 4).sum(-1)
    assert measure(document_of_run, "min_interest_cover") == pytest.approx((earned[:21] / accrued[:21]).min())
    assert measure(document_of_run, "max_debt_to_ebitda") == pytest.approx((debt[3:] / earned).max())


def test_levelized_cost_owners_npv_and_gearing_recompute(document_of_run: dict[str, Any]) -> None:
    quarters = np.arange(1, 33) / 4

    def less(name: str) -> Any:
        new, old = rows(document_of_run, f"accounts.{name}", f"without_projects.accounts.{name}")
        return new - old

    km, factor = less("shipments"), 1.1**-quarters
    cost = 0.7 * less("cash_costs") + less("capex") + less("maintenance") - 0.3 * less("depreciation")
    owed = km * 45 / (365 / 4)  # 45 days of receivables are less than a quarter
    (owners,) = rows(document_of_run, "returns.equity_flow")

    cost = (cost * factor).sum() - less("net_fixed_assets")[-1] * factor[-1]
    by_hand = cost / ((0.7 * km - np.diff(owed, prepend=0)) @ factor + owed[-1] * factor[-1])
    assert measure(document_of_run, "levelized_cost") == pytest.approx(by_hand)
    assert measure(document_of_run, "equity_npv") == pytest.approx((owners / 1.1**quarters).sum())
    assert measure(document_of_run, "gearing") == 0.0
    lent = measures(run(("{equity: rest}", "{bank: 3 million USD, equity: rest}")))["gearing"]
    assert lent.value == pytest.approx(0.5)


def test_average_life_of_the_package_weighs_loans_by_what_they_lend(document_of_run: dict[str, Any]) -> None:
    lives = measure(document_of_run, "average_life.bank"), measure(document_of_run, "average_life.other")

    assert measure(document_of_run, "average_life") == pytest.approx((3 * lives[0] + 2 * lives[1]) / 5)


def test_debt_is_worth_its_service_at_its_own_rate() -> None:
    """What makes the rate the right one: cover over life is 1 where CFADS is just what one loan is paid."""
    other = UNDRAWN[UNDRAWN.index("  other:") : UNDRAWN.index("funding:")]
    projection = run((other, ""))
    rate, debt = projection.value("accounts.debt_rate")[0], projection.value("accounts.debt")[0]
    service = projection.value("accounts.debt_service")[0]

    for index in range(23):
        growth = np.cumprod((1 + rate[index + 1 :]) ** 0.25)
        assert (service[index + 1 :] / growth).sum() == pytest.approx(debt[index])


def test_a_sculpted_loan_keeps_its_target_at_every_date_and_over_its_life() -> None:
    """Without tax the two covers are one; over its life it is the same, for nothing is left at maturity."""
    changes = (
        ("rate: 8 %/year, payments: {every: quarter}", "rate: 8 %/year, payments: {every: quarter}, repayment: {style: sculpted, dscr: 2.5}"),
        ("tax: {rate: 30 %}\n", ""), ("working_capital: {receivables: 45 days}\n", ""),
    )  # fmt: skip
    other = UNDRAWN[UNDRAWN.index("  other:") : UNDRAWN.index("funding:")]
    draft = run(*changes, (other, ""))
    most = (draft.value("accounts.cfads")[0, :24] / 1.02 ** np.arange(1, 25)).sum() / 2.5
    sized = run(*changes, (other, ""), ("commitment: 3 million USD", f"commitment: {most:.6f} USD"))

    ratio, life = sized.value("loans.bank.dscr_unlevered")[0][:24], sized.value("accounts.llcr")[0][:23]
    assert ratio == pytest.approx(2.5)
    assert life == pytest.approx(2.5)


def test_cover_over_life_is_judged_where_something_is_paid_or_drawn() -> None:
    """By month, a loan sculpted by quarters keeps its target after each payment; between payments the row shows less."""
    changes = (
        ("step: quarter", "step: month"),
        ("rate: 8 %/year, payments: {every: quarter}", "rate: 8 %/year, payments: {every: quarter}, repayment: {style: sculpted, dscr: 2.5}"),
        ("tax: {rate: 30 %}\n", ""), ("working_capital: {receivables: 45 days}\n", ""),
        (UNDRAWN[UNDRAWN.index("  other:") : UNDRAWN.index("funding:")], ""),
    )  # fmt: skip
    cfads = run(*changes).value("accounts.cfads")[0, :72].reshape(24, 3)
    most = (cfads.sum(axis=1) / 1.02 ** np.arange(1, 25)).sum() / 2.5
    projection = run(*changes, ("commitment: 3 million USD", f"commitment: {most:.6f} USD"))
    row, judged = (projection.value(f"accounts.{name}")[0] for name in ("llcr", "llcr_at_payments"))
    by_name = measures(projection)["min_llcr"]

    ends = np.arange(2, 69, 3)
    assert np.flatnonzero(np.isfinite(judged)).tolist() == ends.tolist()
    assert judged[ends] == pytest.approx(row[ends])
    assert judged[ends] == pytest.approx(2.5, rel=0.01)  # cash flow of a month is discounted from its own end
    assert np.nanmin(row) < 1
    assert by_name.value == pytest.approx(judged[ends].min())
    assert by_name.when == projection.timeline.labels[ends[judged[ends].argmin()]]


def test_a_draw_is_a_date_and_a_month_without_either_is_none() -> None:
    projection = project(
        scenario_of(
            DRAWN.replace("step: quarter", "step: month").replace(
                "signed: 2000-12-31, matures: 6", "signed: 2001-02-15, matures: 6"
            )
        )
    )
    moves = projection.value("accounts.debt_moves")[0]
    draws, pays = (
        sum(projection.value(f"loans.{name}.{key}")[0] for name in ("bank", "other")) for key in ("draws", "pays")
    )

    assert (draws > 0).any()
    assert moves.tolist() == ((draws > 0) | (pays > 0)).astype(float).tolist()
    assert 0 < moves.sum() < len(moves)


def test_covenants_on_cover_over_life_are_tested_after_payments_unless_they_say_when() -> None:
    covenants = "covenants: {life: {row: accounts.llcr, at_least: 2, lock_up: 2.1}, months: {row: accounts.llcr, at_least: 2, test: period}}"
    text = PLAN.replace("step: quarter", "step: month").replace(
        "payments: {every: quarter}", f"payments: {{every: quarter}}, {covenants}"
    )
    projection = project(scenario_of(text))
    tested = covenants_of(projection)
    life, months = tested["bank.life"], tested["bank.months"]

    assert [test.when for test in life.tests][:3] == ["2001-03", "2001-06", "2001-09"]
    assert [test.when for test in months.tests][:3] == ["2001-01", "2001-02", "2001-03"]
    assert life.subject == months.subject == "accounts.llcr"
    assert life.holds
    assert not months.holds
    assert "{accounts.llcr_at_payments}" in projection.rows["loans.bank.covenants.life.locked"].formula


@pytest.mark.long
@settings(max_examples=40)
@given(dscr=st.integers(110, 400), rate=st.integers(0, 40), price=st.integers(22, 60), step=st.sampled_from(["month", "quarter", "year"]))  # fmt: skip
def test_sculpted_loans_keep_their_target_in_any_plan(dscr: int, rate: int, price: int, step: str) -> None:
    """Before its last payment; the tax that interest saves only helps."""
    style = f"repayment: {{style: sculpted, dscr: {dscr / 100}, tax: unlevered}}"
    projection = run(
        ("step: quarter", f"step: {step}"),
        ("payments: {every: quarter}}", f"payments: {{every: year}}, {style}}}"),
        ("tax: {rate: 30 %}", f"tax: {{rate: {rate} %}}"),
        ("{2001: 40 USD/km, 2004: 34 USD/km}", f"{price} USD/km"),
    )
    loan = {key: projection.value(f"loans.bank.{key}")[0] for key in ("dscr_unlevered", "dscr", "closing", "scheduled")}
    inside = np.isfinite(loan["dscr_unlevered"]) & (loan["closing"] > 0) & (loan["scheduled"] > 0)

    assert loan["dscr_unlevered"][inside] == pytest.approx(dscr / 100)
    assert (loan["dscr"][inside] >= dscr / 100 - 1e-9).all()


@pytest.mark.long
@settings(max_examples=30)
@given(text=valid_scenarios())
def test_llcr_is_never_above_plcr_where_the_tail_is_not_negative(text: str) -> None:
    projection = project(scenario_of(text))
    cfads, runs, llcr, plcr = (
        projection.to_maturity(f"accounts.{key}")[0] for key in ("cfads", "debt_runs", "llcr", "plcr")
    )
    assume((cfads[runs == 0] >= 0).all())

    both = np.isfinite(llcr)
    assert (llcr[both] <= plcr[both] + 1e-9 * np.abs(plcr[both])).all()


def test_cover_over_a_loan_past_the_horizon_is_that_of_a_longer_horizon() -> None:
    short, long = (
        run(("matures: 6 years", "matures: 9 years"), ("to: 2008", f"to: {year}")) for year in ("2008", "2009")
    )

    assert short.run_off is not None
    assert long.run_off is None
    for name in ("min_llcr", "min_plcr"):
        one, other = measures(short)[name], measures(long)[name]
        assert one.value == pytest.approx(other.value, rel=1e-12)
        assert (one.when, one.reason) == (other.when, "")


def test_without_debt_every_ratio_says_so() -> None:
    loans = UNDRAWN[UNDRAWN.index("loans:") : UNDRAWN.index("funding:")]
    by_name = measures(run((loans, "")))

    assert by_name["min_llcr"].reason == by_name["min_plcr"].reason == "no debt is owed after any payment or draw"
    assert by_name["min_interest_cover"].reason == "no interest accrues within the horizon that funding does not pay"
    assert by_name["average_life"].reason == "no loan is drawn"
    assert by_name["max_debt_to_ebitda"].value == 0.0


def test_debt_in_a_year_without_earnings_has_no_highest_multiple() -> None:
    by_name = measures(run(("{2001: 40 USD/km, 2004: 34 USD/km}", "{2001: 40 USD/km, 2003: 10 USD/km}")))

    assert by_name["max_debt_to_ebitda"].value is None
    message = "EBITDA of twelve months is not positive at the end of a quarter with debt"
    assert by_name["max_debt_to_ebitda"].reason == message
    assert by_name["max_debt_to_ebitda_by_year"].reason == message.replace("quarter", "year")


def test_ratios_of_a_batch_are_those_of_its_members() -> None:
    scenario = scenario_of(PLAN)
    prices, rates = np.array([[30.0], [40.0], [55.0]]), np.array([[0.05], [0.08], [0.12]])
    keep = ("min_llcr", "min_plcr", "min_interest_cover", "max_debt_to_ebitda", "average_life", "levelized_cost", "equity_npv", "gearing", "min_dscr.bank", "accounts.llcr")  # fmt: skip
    samples = {"products.fiber.price.2001": Quantity(prices, "USD/km"), "loans.bank.rate": Quantity(rates, "1/year")}
    together = evaluate(scenario, samples, keep)
    for one in range(3):
        alone = evaluate(scenario, {path: value[one : one + 1] for path, value in samples.items()}, keep)
        for name in keep:
            assert together[name][one] == pytest.approx(alone[name][0], nan_ok=True, rel=1e-9)


def test_dates_of_lowest_cover_are_those_of_the_rows() -> None:
    projection = run()
    by_name = measures(projection)
    for name, row in (
        ("min_llcr", "accounts.llcr"),
        ("min_plcr", "accounts.plcr"),
        ("min_dscr.bank", "loans.bank.dscr_12m"),
    ):
        values = projection.value(row)[0]
        assert by_name[name].when == projection.timeline.labels[int(np.nanargmin(values))]
