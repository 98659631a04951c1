"""Ranks of loans: who is served first, and the cover of each rank by what higher ranks leave."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fibercap.core.errors import IdentityError, ScenarioError
from fibercap.model.laws.proof import prove_laws
from fibercap.model.measures.all_measures import measures
from fibercap.model.project import project
from fibercap.model.projection import Projection
from fibercap.reading.files import scenario_of
from fibercap.views.workbook.cases import cases_of
from fibercap.views.workbook.workbook import workbook
from tests.model.test_formulas import Reader, disagreements
from tests.sheets import Recalculator, spoilt
from tests.sheets import disagreements as unlike_sheets
from tests.written import replace_parts, valid_scenarios

TWO = """\
fibercap: 1
id: two
horizon: {from: 2001, to: 2011, step: year}
money: {report_in: USD, discount_rate: 10 %/year}
products: {fiber: {price: 40 USD/km}}
plants: {works: {product: fiber, capacity: 1 km/year, cash_cost: 15 USD/km}}
projects:
  line: {plant: works, adds: 100_000 km/year, capex: 10 million USD, spend: {2001: 100 %}, complete: 2001-12-31, life: 10 years}
loans:
  junior: {commitment: 3 million USD, signed: 2001-12-31, matures: 10 years, rate: 12 %/year, payments: {every: year}, rank: 2}
  senior: {commitment: 6 million USD, signed: 2001-12-31, matures: 10 years, rate: 8 %/year, payments: {every: year}}
funding: {line: {senior: 6 million USD, junior: 3 million USD, equity: rest}}
tax: {rate: 30 %}
"""
SWEEPS = (
    ("rank: 2}", "rank: 2, sweep: 50 %}"),
    ("8 %/year, payments: {every: year}}", "8 %/year, payments: {every: year}, sweep: 80 %}"),
)


def run(*changes: tuple[str, str]) -> Projection:
    return project(scenario_of(replace_parts(TWO, *changes)))


def test_a_rank_is_covered_by_what_higher_ranks_leave() -> None:
    """Level payments: 6 million x 8 % / (1 - 1.08^-10), 3 million x 12 % / (1 - 1.12^-10)."""
    projection = run()
    value = {path: projection.value(path)[0] for path in projection.rows}
    senior, junior = 6e6 * 0.08 / (1 - 1.08**-10), 3e6 * 0.12 / (1 - 1.12**-10)

    assert value["ranks.1.service"][1:] == pytest.approx(senior)
    assert value["ranks.2.service"][1:] == pytest.approx(junior)
    assert value["ranks.2.cfads"] == pytest.approx(value["accounts.cfads"] - value["ranks.1.service"])
    assert value["loans.senior.dscr_12m"][1:] == pytest.approx(value["accounts.cfads"][1:] / senior)
    assert value["loans.junior.dscr_12m"][1:] == pytest.approx((value["accounts.cfads"][1:] - senior) / junior)
    assert value["accounts.dscr_12m"][1:] == pytest.approx(value["accounts.cfads"][1:] / (senior + junior))
    by_name = measures(projection)
    assert by_name["min_dscr.junior"].value == pytest.approx(np.nanmin(value["loans.junior.dscr_12m"]))
    assert by_name["min_dscr.senior"].value == pytest.approx(np.nanmin(value["loans.senior.dscr_12m"]))
    assert disagreements(projection) == []


def test_loans_of_one_rank_are_covered_together() -> None:
    one, other = run(), run((", rank: 2", ""))

    assert not any(path.startswith("ranks.") for path in other.rows)
    assert other.value("loans.junior.dscr_12m") == pytest.approx(one.value("accounts.dscr_12m"), nan_ok=True)
    assert other.value("loans.senior.dscr_12m") == pytest.approx(one.value("accounts.dscr_12m"), nan_ok=True)


def test_ranks_are_told_apart_after_the_horizon_too() -> None:
    projection = run(("to: 2011", "to: 2004"))
    full = run()

    for name in ("senior", "junior"):
        later = projection.value(f"run_off.loans.{name}.dscr_12m")[0]
        assert later == pytest.approx(full.value(f"loans.{name}.dscr_12m")[0, 4:])


def test_sweeps_go_by_rank() -> None:
    """The junior loan stands first in the file; it is swept from half of what the senior one leaves."""
    projection = run(*SWEEPS)
    value = {path: projection.value(path)[0] for path in projection.rows}

    excess = value["accounts.cash_after_service"]
    assert value["loans.senior.swept"][1] == pytest.approx(0.8 * excess[1])
    assert value["loans.junior.swept"][1] == pytest.approx(0.5 * 0.2 * excess[1])
    assert value["ranks.1.swept"] == pytest.approx(value["loans.senior.swept"])
    assert value["ranks.2.swept"] == pytest.approx(value["loans.junior.swept"])
    assert disagreements(projection) == []


@pytest.mark.parametrize(
    ("row", "amount", "named"),
    [
        ("loans.senior.swept", -1e5, r"loans\.senior\.swept"),  # the junior is swept while it is unpaid
        ("loans.junior.swept", 1e7, r"loans\.junior\.swept"),
        ("accounts.dividends", 1e7, r"accounts\.dividends"),
    ],
)
def test_a_turn_that_is_taken_too_early_breaks_a_law(row: str, amount: float, named: str) -> None:
    projection = run(*SWEEPS)
    reader = Reader(projection)
    reader.values = {path: value.copy() for path, value in reader.values.items()}
    reader.values[row][0, 1] += amount

    with pytest.raises(IdentityError, match=rf"the law `served_in_turn` is broken: {named}, 2002, sample 0, by"):
        prove_laws(projection.scenario, reader)


def test_dated_prepayments_go_by_rank() -> None:
    """In 2002 there is cash for one of them."""
    projection = run(
        ("rank: 2}", "rank: 2, prepayments: {2002-12-31: 1 million USD}}"),
        (
            "8 %/year, payments: {every: year}}",
            "8 %/year, payments: {every: year}, prepayments: {2002-12-31: 1 million USD}}",
        ),
        ("adds: 100_000", "adds: 90_000"),
    )
    paid = [projection.value(f"loans.{name}.schedule.prepaid")[0].sum() for name in ("senior", "junior")]

    assert 0 < paid[0] <= 1e6
    assert paid[1] == pytest.approx(max(projection.value("accounts.cash_after_service")[0, 1] - paid[0], 0), abs=1e-3)


@pytest.mark.long
def test_a_workbook_has_the_cover_of_each_rank_in_every_option(tmp_path: Path) -> None:
    options = "options: {swapped: {change: {loans.senior.rank: 2, loans.junior.rank: 1}}, alike: {change: {loans.junior.rank: 1}}}\n"
    plan = scenario_of(TWO + options)
    calculator = Recalculator(spoilt(workbook(plan, "0.1.0")), tmp_path)

    for option in ("swapped", "alike"):
        calculator.choose(option)
        assert unlike_sheets(calculator.read(), project(plan.with_option(option)), option) == []


def test_a_workbook_leaves_out_an_option_that_sweeps_loans_in_another_order() -> None:
    """Together, what is swept from each loan would rest on the other."""
    options = "options: {swapped: {change: {loans.senior.rank: 2, loans.junior.rank: 1}}}\n"

    assert "swapped" in cases_of(scenario_of(replace_parts(TWO, *SWEEPS) + options))[1]


def test_ranks_that_skip_are_refused_with_the_way_out() -> None:
    with pytest.raises(ScenarioError, match=r"found rank 3, and no loan of rank 2, wanted ranks that do not skip"):
        run(("rank: 2", "rank: 3"))


@pytest.mark.parametrize("rank", ["0", "1.5", "-1", "2 %", "first", "100"])
def test_a_rank_is_a_whole_number_from_one(rank: str) -> None:
    with pytest.raises(ScenarioError, match=r"wanted a whole number from 1 to 99"):
        run(("rank: 2", f"rank: {rank}"))


@pytest.mark.long
@settings(max_examples=12)
@given(text=valid_scenarios(), steps=st.lists(st.integers(0, 1), min_size=6, max_size=6))
def test_ranks_move_nothing_but_cover_where_cash_moves_one_loan_at_most(text: str, steps: list[int]) -> None:
    plan, ranked = scenario_of(text), text
    names, rank = list(plan.loans), 1
    for name, step in zip(names[1:], steps, strict=False):
        rank += step
        ranked = replace_parts(ranked, (f"  {name}: {{commitment", f"  {name}: {{rank: {rank}, commitment"))
    if sum(loan.needs_cash or bool(loan.prepayments) for loan in plan.loans.values()) > 1:
        return
    before, after = project(plan), project(scenario_of(ranked))

    cover = re.compile(r"(run_off\.)?(without_projects\.)?(ranks\.|waterfall\.|loans\.\w+\.dscr_12m)")
    same = [path for path in before.rows if not cover.match(path)]
    assert [p for p in same if not np.array_equal(before.value(p), after.value(p), equal_nan=True)] == []
    assert {path for path in after.rows if not cover.match(path)} == {p for p in before.rows if not cover.match(p)}
    assert disagreements(after) == []
