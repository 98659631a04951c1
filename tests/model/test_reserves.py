"""Reserves: filled and used in the place of their rank, out of reach of all that looks at free cash, and proved by laws."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from fibercap.core.errors import FibercapError, IdentityError, ScenarioError
from fibercap.core.quantity import Quantity
from fibercap.model.laws.proof import prove_laws
from fibercap.model.measures.all_measures import measures
from fibercap.model.plan.scenario import Scenario
from fibercap.model.project import project
from fibercap.model.projection import Projection
from fibercap.reading.files import contracts_of, read, scenario_of
from fibercap.studies.explaining.explain import explain
from fibercap.studies.findings import findings
from fibercap.studies.plan_warnings import warnings
from fibercap.studies.schedules import schedules
from fibercap.views.charts.cash import cash_chart
from fibercap.views.workbook.workbook import workbook
from tests.model.test_formulas import Reader, disagreements
from tests.sheets import Recalculator, spoilt
from tests.sheets import disagreements as unlike_sheets
from tests.studies.test_samples import alike
from tests.written import replace_parts

PLAN = """\
fibercap: 1
id: reserved
horizon: {from: 2001, to: 2005, step: quarter}
money: {report_in: USD, discount_rate: 10 %/year, minimum_cash: 0.2 million USD, interest_on_cash: 3 %/year}
products: {fiber: {price: {2001: 40 USD/km, 2003-Q2: 18 USD/km, 2004: 40 USD/km}}}
plants: {works: {product: fiber, capacity: 50_000 km/year, cash_cost: 15 USD/km}}
projects:
  line: {plant: works, adds: 100_000 km/year, capex: 10 million USD, spend: {2001: 100 %}, complete: 2001-12-31}
loans:
  senior: {commitment: 6 million USD, signed: 2001-01-01, matures: 6 years, rate: 8 %/year, grace: 1 year, reserve: {covers: 6 months}}
  junior: {commitment: 2 million USD, signed: 2001-01-01, matures: 5 years, rate: 11 %/year, rank: 2, reserve: {covers: 3 months}}
funding: {line: {senior: 6 million USD, junior: 2 million USD, equity: rest}}
tax: {rate: 30 %}
company: {gap: [], may_run_dry: true, payouts: {every: year, share: 100 %}}
opening: {cash: 1 million USD, fixed_assets: 4 million USD}
"""
SWEPT = ("rate: 8 %/year, grace: 1 year", "rate: 8 %/year, grace: 1 year, sweep: 50 %")
USES = ("{covers: 6 months}", "{covers: 6 months, filled_from: uses}")


def plan(*changes: tuple[str, str]) -> Scenario:
    return scenario_of(replace_parts(PLAN, *changes))


def run(*changes: tuple[str, str]) -> Projection:
    return project(plan(*changes))


def value_at(projection: Projection, path: str) -> np.ndarray:
    return np.asarray(projection.value(path)[0])


def test_six_months_of_fleet_are_set_aside_at_the_end_of_2001() -> None:
    fleet = project(read("fibercore", settings=["loans.fleet.reserve={covers: 6 months}"]))
    december = fleet.timeline.labels.index("2001-12")

    assert value_at(fleet, "loans.fleet.reserve_target")[december] == pytest.approx(1_227_146.44, abs=0.005)
    assert value_at(fleet, "loans.fleet.reserve")[december] == pytest.approx(1_227_146.44, abs=0.005)
    assert value_at(fleet, "accounts.cash_free") == pytest.approx(
        value_at(fleet, "accounts.cash") - value_at(fleet, "loans.fleet.reserve")
    )


def test_reserves_are_filled_used_and_released_by_rank() -> None:
    projection = run()
    least = 200_000.0
    for period in range(projection.timeline.count):
        now = {path: value_at(projection, path)[period] for path in projection.rows if path.startswith(("accounts.", "loans.", "ranks."))
               and path.count(".") == 2 - path.startswith("accounts.") and projection.value(path).shape[-1] == 20}  # fmt: skip
        left = now["accounts.cash_after_service"] - sum(
            value_at(projection, f"loans.{name}.reserve")[period - 1] if period else 0.0
            for name in ("senior", "junior")
        )
        service = {
            rank: sum(now[f"ranks.{rank}.{key}"] for key in ("interest_paid", "fees_paid", "scheduled"))
            for rank in (1, 2)
        }
        left += service[1] + service[2]
        for rank, name in ((1, "senior"), (2, "junior")):
            before = value_at(projection, f"loans.{name}.reserve")[period - 1] if period else 0.0
            used = min(before, max(service[rank] - max(left, 0.0), 0.0))
            left += used - service[rank]
            target = now[f"loans.{name}.reserve_target"]
            filled = min(max(target - before + used, 0.0), max(left - least, 0.0))
            released = max(before - used - target, 0.0)
            left += released - filled
            assert now[f"loans.{name}.reserve"] == pytest.approx(before + filled - used - released, abs=1e-6)
            assert (
                now[f"ranks.{rank}.reserve_used"] == now[f"loans.{name}.reserve_used"] == pytest.approx(used, abs=1e-6)
            )
        assert now["accounts.cash_after_reserves"] == pytest.approx(left, abs=1e-6)
        short = now["loans.senior.reserve_short"] + now["loans.junior.reserve_short"]
        assert not (short > 0.01 and now["accounts.payouts"] > 0)
    assert value_at(projection, "loans.senior.reserve_used").sum() > 100_000
    assert value_at(projection, "loans.junior.reserve_used").sum() > 50_000
    assert value_at(projection, "accounts.payouts").sum() > 0
    assert disagreements(projection) == []


def test_a_short_reserve_bars_payouts_and_is_reported() -> None:
    projection = run()
    paid, short = value_at(projection, "accounts.payouts"), value_at(projection, "loans.senior.reserve_short")
    unbarred = run((", reserve: {covers: 6 months}", ""), (", reserve: {covers: 3 months}", ""))

    barred = (short > 0.01) & (value_at(projection, "accounts.payout_before_limits") > 0)
    assert not np.any((short > 0.01) & (paid > 0))
    messages = [
        text for text in warnings(projection) if text.startswith("the reserve of senior is short of its target")
    ]
    assert len(messages) == 1
    assert messages[0].endswith("which bars payouts")
    assert barred.any() or value_at(unbarred, "accounts.payouts").sum() > paid.sum()


@pytest.mark.parametrize(
    ("row", "amount", "law"),
    [
        ("loans.senior.reserve", 1e4, "reserves"),
        ("loans.senior.reserve_filled", 1e7, "reserves"),
        ("loans.junior.reserve_target", -1e5, "reserves"),
        ("loans.senior.reserve_short", 1e4, "payouts"),
    ],
)
def test_a_law_is_broken_by_a_reserve_that_is_not_what_it_should_be(row: str, amount: float, law: str) -> None:
    projection = run()
    reader = Reader(projection)
    reader.values = {path: value.copy() for path, value in reader.values.items()}
    paid = np.flatnonzero(value_at(projection, "accounts.payouts"))
    reader.values[row][0, paid[0] if law == "payouts" else 4] += amount

    with pytest.raises(IdentityError, match=rf"the law `{law}` is broken"):
        prove_laws(projection.scenario, reader)


def test_the_order_of_cash_has_reserves_after_each_rank_and_adds_up_to_cash() -> None:
    projection = run()
    lines = [path for path in projection.rows if path.startswith("waterfall.")]

    place = lines.index("waterfall.rank_1_principal")
    assert lines[place + 1 : place + 5] == [
        "waterfall.rank_1_reserves_used", "waterfall.rank_1_reserves_filled", "waterfall.rank_1_reserves_released",
        "waterfall.after_rank_1",
    ]  # fmt: skip
    assert value_at(projection, "waterfall.closing") == pytest.approx(value_at(projection, "accounts.cash"), abs=1e-6)


def test_what_looks_at_cash_looks_at_free_cash() -> None:
    projection, gap = run(), run(("gap: []", "gap: [equity]"))

    assert measures(projection)["lowest_cash"].value == pytest.approx(value_at(projection, "accounts.cash_free").min())
    assert value_at(projection, "accounts.net_debt") == pytest.approx(
        value_at(projection, "accounts.debt") - value_at(projection, "accounts.cash")
    )
    opening = np.append(1e6, value_at(projection, "accounts.cash")[:-1])
    assert value_at(projection, "accounts.interest_on_cash") == pytest.approx(0.03 / 4 * np.maximum(opening, 0.0))
    assert value_at(gap, "accounts.cash_free").min() == pytest.approx(200_000.0)
    assert value_at(gap, "accounts.equity_for_cash").sum() > 0


def test_cover_does_not_know_of_reserves() -> None:
    with_reserve = run(
        ("interest_on_cash: 3 %/year", "valuation_date: 2000-12-31"),
        ("{every: year, share: 100 %}", "{every: year, share: 0 %}"),
    )
    without = run(
        ("interest_on_cash: 3 %/year", "valuation_date: 2000-12-31"), ("{every: year, share: 100 %}", "{every: year, share: 0 %}"),
        (", reserve: {covers: 6 months}", ""), (", reserve: {covers: 3 months}", ""),
    )  # fmt: skip

    for row in ("accounts.cfads", "accounts.dscr_12m", "loans.junior.dscr_12m", "accounts.cash", "accounts.net_debt"):
        assert value_at(with_reserve, row) == pytest.approx(value_at(without, row), nan_ok=True)


def test_owners_fill_a_reserve_at_completion_where_they_pay_the_rest() -> None:
    projection, other = run(USES), run()
    done = projection.timeline.labels.index("2001-Q4")
    reserve, target = value_at(projection, "loans.senior.reserve"), value_at(projection, "loans.senior.reserve_target")

    assert not reserve[:done].any()
    assert not target[:done].any()
    assert reserve[done] == target[done] == pytest.approx(value_at(other, "loans.senior.reserve_target")[done])
    assert value_at(projection, "funding.line.equity_for_reserve")[done] == reserve[done]
    extra = value_at(projection, "accounts.equity_for_projects") - value_at(projection, "funding.line.equity")
    assert extra == pytest.approx(value_at(projection, "loans.senior.reserve_from_uses"))
    assert value_at(projection, "funding.line.uses") == pytest.approx(value_at(other, "funding.line.uses"))
    assert value_at(projection, "accounts.self_funded_capex") == pytest.approx(
        value_at(other, "accounts.self_funded_capex")
    )
    assert disagreements(projection) == []


def test_the_reserve_of_a_project_that_stays_incomplete_is_never_filled() -> None:
    """The line is complete only after the horizon, in whose run-off no project is completed."""
    projection = run(SWEPT, USES, ("complete: 2001-12-31", "complete: 2006-02-10"))

    assert projection.timeline.labels[-1] == "2005-Q4"
    assert value_at(projection, "run_off.loans.senior.closing")[0] > 0
    assert not value_at(projection, "loans.senior.reserve_target").any()
    assert not value_at(projection, "run_off.loans.senior.reserve_target").any()
    assert not value_at(projection, "run_off.loans.senior.reserve").any()
    assert disagreements(projection) == []


def test_a_limit_of_owners_holds_for_reserves_too() -> None:
    limited = run(USES, ("may_run_dry: true", "may_run_dry: true, equity_limit: 2.1 million USD"))
    done = limited.timeline.labels.index("2001-Q4")

    assert value_at(limited, "funding.line.equity_for_reserve")[done] == pytest.approx(100_000.0)
    assert value_at(limited, "loans.senior.reserve")[done] == pytest.approx(
        value_at(limited, "loans.senior.reserve_target")[done]
    )
    assert value_at(limited, "accounts.equity_left")[-1] == pytest.approx(0.0, abs=1e-6)


def test_cash_fills_a_reserve_at_completion_where_owners_pay_no_rest() -> None:
    projection = run(USES, ("equity: rest", "cash: rest"))
    done = projection.timeline.labels.index("2001-Q4")

    assert value_at(projection, "loans.senior.reserve")[done] == pytest.approx(
        value_at(projection, "loans.senior.reserve_target")[done]
    )
    assert "funding.line.equity_for_reserve" not in projection.rows
    assert value_at(projection, "accounts.equity_for_projects").sum() == 0.0
    assert [f.kind for f in findings(projection) if f.kind == "cash_below_zero"] in ([], ["cash_below_zero"])


def test_cash_that_is_available_leaves_out_what_reserves_hold_and_lack() -> None:
    projection = run(("equity: rest", "cash: available, equity: rest"))
    free, short = (
        value_at(projection, "accounts.cash_free"),
        value_at(projection, "loans.senior.reserve_short") + value_at(projection, "loans.junior.reserve_short"),
    )
    opens = np.append(1e6, (free - short)[:-1])
    service = sum(value_at(projection, f"accounts.{key}") for key in ("interest_paid", "fees_paid", "upfront_fees"))
    service = service + value_at(projection, "loans.senior.scheduled") + value_at(projection, "loans.junior.scheduled")
    stands = opens + value_at(projection, "accounts.cfads_before_capex") - service - 200_000.0

    assert stands[0] > 0
    assert value_at(projection, "funding.line.cash_available") == pytest.approx(np.maximum(stands, 0.0))


def test_the_chart_of_cash_shows_what_reserves_hold() -> None:
    without = run((", reserve: {covers: 6 months}", ""), (", reserve: {covers: 3 months}", ""))
    shown = [
        [text.get_text() for legend in cash_chart(plan, None).legends for text in legend.get_texts()]
        for plan in (run(), without)
    ]

    assert "held in reserves" in shown[0]
    assert shown[1] == [text for text in shown[0] if text != "held in reserves"]


def test_a_swept_loan_is_foreseen_as_it_stands_before_the_sweep() -> None:
    projection = run(SWEPT)
    swept = value_at(projection, "loans.senior.swept")
    ahead = value_at(projection, "loans.senior.schedule.ahead.1.interest")
    dates, ends = value_at(projection, "loans.senior.schedule.date"), value_at(projection, "time.date")

    assert swept.sum() > 0
    for period in np.flatnonzero(swept > 0):
        event = int(np.flatnonzero(dates == ends[period])[0])
        owed = value_at(projection, "loans.senior.schedule.closing")[event] + swept[period]
        accrued = value_at(projection, "loans.senior.schedule.accrued_interest")[event]
        share = value_at(projection, "loans.senior.schedule.rate_to_date")
        next_event = int(value_at(projection, "loans.senior.schedule.ahead.1.event")[event]) - 1
        if next_event > 0:
            assert ahead[event] == pytest.approx(accrued + owed * (share[next_event] - share[event]))
    assert disagreements(projection) == []


def test_a_sculpted_loan_holds_what_it_paid_and_at_first_its_interest() -> None:
    projection = run(("rate: 11 %/year, rank: 2", "rate: 11 %/year, rank: 2, repayment: {style: sculpted, dscr: 1.4}"))
    target = value_at(projection, "loans.junior.reserve_target")
    paid = np.sum(
        [value_at(projection, f"loans.junior.{key}") for key in ("interest_paid", "fees_paid", "scheduled")], axis=0
    )
    owed = value_at(projection, "loans.junior.closing")

    assert owed[2] > 0 == owed[1] == target[1]
    assert target[2] == pytest.approx(owed[2] * 0.11 / 4 / 92)  # drawn on the last day, and paid for on the next
    live = owed > 1.0
    live[:3] = False
    assert target[live] == pytest.approx(paid[live])
    assert not target[3:][~live[3:]].any()
    assert disagreements(projection) == []


def test_a_reserve_in_another_currency_is_held_at_the_closing_rate() -> None:
    projection = run(
        ("commitment: 2 million USD", "commitment: 2 million EUR"), ("junior: 2 million USD", "junior: 2 million EUR"),
        ("products:", "exchange: {EUR: {opening: 0.9 USD/EUR, average: {2001: 0.9 USD/EUR, 2003: 1.2 USD/EUR}}}\nproducts:"),
    )  # fmt: skip
    event = int(
        np.flatnonzero(value_at(projection, "loans.junior.schedule.date") == value_at(projection, "time.date")[8])[0]
    )
    target = value_at(projection, "loans.junior.schedule.reserve_target")[event]

    assert target > 0
    assert value_at(projection, "exchange.EUR.closing")[8] != pytest.approx(1.0, abs=0.01)
    assert value_at(projection, "loans.junior.reserve_target")[8] == pytest.approx(
        target * value_at(projection, "exchange.EUR.closing")[8]
    )
    assert disagreements(projection) == []


@pytest.mark.long
def test_a_reserve_goes_on_after_the_horizon_and_is_let_go_at_maturity() -> None:
    for changes in ((), (SWEPT,), (USES,)):
        projection = run(*changes, ("to: 2005", "to: 2003"))
        later = value_at(projection, "run_off.loans.senior.reserve_target")

        assert later[0] > 0
        assert later[-1] == 0
        kept, before = (
            value_at(projection, "run_off.loans.senior.reserve"),
            value_at(projection, "loans.senior.reserve")[-1],
        )
        moved = [value_at(projection, f"run_off.loans.senior.reserve_{key}") for key in ("filled", "used", "released")]
        assert kept == pytest.approx(before + np.cumsum(moved[0] - moved[1] - moved[2]), abs=1e-6)
        assert kept[-1] == pytest.approx(0.0, abs=1e-6)
        assert disagreements(projection) == []


@pytest.mark.long
def test_a_batch_with_reserves_is_its_members() -> None:
    drawn = {"loans.senior.rate": [0.07, 0.10], "projects.line.delay": [0.0, 3.0]}
    units = {"loans.senior.rate": "1/year", "projects.line.delay": "month"}
    for changes in ((), (SWEPT,), (USES,)):
        base = plan(*changes)
        batch = project(
            base.with_samples({key: Quantity(np.array(v)[:, None], units[key]) for key, v in drawn.items()})
        )
        for number in range(2):
            one = {key: Quantity(np.array([[v[number]]]), units[key]) for key, v in drawn.items()}
            assert alike(batch, number, project(base.with_samples(one))) == []


@pytest.mark.long
@pytest.mark.parametrize("changes", [(), (SWEPT,), (USES, ("to: 2005", "to: 2003"))])
def test_a_recalculated_workbook_has_the_reserves(changes: tuple[tuple[str, str], ...], tmp_path: Path) -> None:
    options = "options: {longer: {change: {loans.senior.reserve.covers: 12 months}}}\n"
    written = scenario_of(replace_parts(PLAN, *changes) + options)
    calculator = Recalculator(spoilt(workbook(written, "0.1.0")), tmp_path)

    for option in ("as written", "longer"):
        if option != "as written":
            calculator.choose(option)
        chosen = written if option == "as written" else written.with_option(option)
        assert unlike_sheets(calculator.read(), project(chosen), option) == []


def test_a_reserve_is_explained_down_to_the_payments_ahead() -> None:
    text = str(explain(run(SWEPT), "loans.senior.reserve_filled", "2002-Q1"))

    assert "reserve_target" in text
    assert "cash_to_serve" in text


@pytest.mark.parametrize(
    ("changes", "path", "code"),
    [
        ([("grace: 1 year", "repayment: {style: revolver}")], "loans.senior.reserve", "reserve_without_service"),
        ([USES, ("senior: 6 million USD", "senior: 60 %")], "loans.senior.reserve.filled_from", "reserve_of_rest"),
        ([USES, ("senior: 6 million USD", "senior: rest"), ("equity: rest", "equity: 2 million USD")], "loans.senior.reserve.filled_from", "reserve_of_rest"),
        ([USES, ("senior: 6 million USD, ", "")], "loans.senior.reserve.filled_from", "reserve_without_project"),
        ([("{covers: 6 months}", "{covers: 0 months}")], "loans.senior.reserve.covers", "out_of_range"),
        ([("{covers: 6 months}", "{covers: 6 months, filled_from: owners}")], "loans.senior.reserve.filled_from", "unknown_word"),
    ],
)  # fmt: skip
def test_a_reserve_that_cannot_be_is_refused_with_a_way_out(
    changes: list[tuple[str, str]], path: str, code: str
) -> None:
    with pytest.raises(ScenarioError) as error:
        plan(*changes)

    problem = next(problem for problem in error.value.problems if problem.path == path)
    assert problem.code == code
    assert problem.place is not None
    assert problem.hint or problem.wanted


def test_a_reserve_needs_a_company() -> None:
    loans = "fibercap: 1\nloans: {bank: {commitment: 1 MUSD, signed: 2001-01-01, matures: 5 years, rate: 8 %/year, reserve: {covers: 6 months}}}\n"

    with pytest.raises(
        FibercapError, match=r"loans\.bank\.reserve: a reserve is set aside from a company's cash"
    ) as error:
        schedules(contracts_of(loans))
    assert error.value.code == "reserve_alone"
