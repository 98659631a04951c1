"""Laws of the whole: what must hold for every plan, tried on random valid scenarios."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fibercap.core.errors import IdentityError
from fibercap.core.quantity import Quantity
from fibercap.core.units import Array
from fibercap.model.laws.all_laws import LAWS
from fibercap.model.laws.proof import prove_laws
from fibercap.model.project import project
from fibercap.model.projection import Projection
from fibercap.reading.files import read, scenario_of
from tests.model.test_formulas import Reader
from tests.written import valid_scenarios

FEW = settings(max_examples=40)


def close(left: Array, right: Array, scale: float = 0.0) -> bool:
    largest = max(float(np.nanmax(np.abs(right), initial=0.0)), scale)
    return bool(np.allclose(left, right, rtol=1e-9, atol=max(1e-6, 1e-11 * largest), equal_nan=True))


@pytest.mark.long
@FEW
@given(text=valid_scenarios())
def test_the_books_tie(text: str) -> None:
    """Identities recomputed from the rows, not taken from the model's own proof."""
    projection = project(scenario_of(text))
    value = projection.value

    owned = sum(
        value(f"accounts.{key}")
        for key in "cash receivables inventory construction_in_progress net_fixed_assets deferred_fees other_assets".split()
    )
    owed = sum(
        value(f"accounts.{key}")
        for key in "payables tax_payable accrued_interest debt other_liabilities paid_in_capital retained_earnings".split()
    )
    assert close(np.asarray(owned), np.asarray(owed), 1e8)
    change = sum(value(f"accounts.{kind}_cash_flow") for kind in ("operating", "investing", "financing"))
    assert close(np.diff(value("accounts.cash"), axis=-1, prepend=9e6), np.asarray(change), 1e8)
    debt = sum((value(f"loans.{name}.closing") for name in projection.scenario.loans), start=np.zeros((1, 1)))
    assert close(np.broadcast_to(debt, value("accounts.debt").shape), value("accounts.debt"), 1e8)


@pytest.mark.long
@FEW
@given(text=valid_scenarios())
def test_sources_equal_uses(text: str) -> None:
    projection = project(scenario_of(text))
    value = projection.value

    for key, funding in projection.scenario.funding.items():
        paid = sum((value(f"funding.{key}.{name}") for name in funding.sources), start=value(f"funding.{key}.gap"))
        spent = f"projects.{key}.capex" if key in projection.scenario.projects else f"plants.{key}.purchase"
        assert close(paid, value(spent), 1e8)
        assert all((value(f"funding.{key}.{name}") >= -1e-6).all() for name in funding.sources)


@pytest.mark.long
@FEW
@given(text=valid_scenarios())
def test_nothing_is_made_beyond_capacity_or_sold_beyond_output(text: str) -> None:
    projection = project(scenario_of(text))
    value, years = projection.value, projection.timeline.months / 12

    for name in projection.scenario.plants:
        assert (value(f"plants.{name}.output") <= value(f"plants.{name}.effective_capacity") * years + 1e-6).all()
        assert (value(f"plants.{name}.shipments") <= value(f"plants.{name}.output") + 1e-6).all()
    sold = [value(f"plants.{n}.shipments") for n, plant in projection.scenario.plants.items() if plant.product == "two"]
    if sold:
        assert (np.sum(sold, axis=0) <= value("products.two.demand") + 1e-6).all()


@pytest.mark.long
@FEW
@given(text=valid_scenarios())
def test_loans_repay_what_they_drew_and_never_more(text: str) -> None:
    projection = project(scenario_of(text))

    for name, loan in projection.scenario.loans.items():
        schedule = f"loans.{name}.schedule"
        drawn, closing = projection.value(f"{schedule}.drawn"), projection.value(f"{schedule}.closing")
        assert projection.value(f"{schedule}.principal").sum() == pytest.approx(drawn.sum(), abs=1e-6)
        assert (closing >= -1e-6).all()
        assert abs(closing[0, -1]) <= 1e-6
        assert drawn.sum() <= float(loan.commitment) * (1 + 1e-12)
        interest = projection.value(f"{schedule}.interest")
        by_hand = (
            projection.value(f"{schedule}.opening")
            * float(loan.rate.values[0])
            * projection.value(f"{schedule}.year_fraction")
        )
        assert close(interest, by_hand)
        assert projection.value(f"{schedule}.interest_paid").sum() == pytest.approx(interest.sum(), abs=1e-6)
        assert projection.value(f"{schedule}.fees_paid").sum() == pytest.approx(
            projection.value(f"{schedule}.fees").sum(), abs=1e-6
        )


def drawn_paths(projection: Projection) -> dict[str, tuple[float, str]]:
    """Return inputs that can be drawn, with their value and house unit."""
    scenario, results = projection.scenario, {}
    for name, plant in scenario.plants.items():
        results[f"plants.{name}.capacity"] = (float(plant.capacity.values[0]), "km/year")
        results[f"plants.{name}.cash_cost"] = (float(plant.cash_cost.values[0]), "USD/km")
    for name, project_ in scenario.projects.items():
        results[f"projects.{name}.capex"] = (float(project_.capex), "USD")
        results[f"projects.{name}.adds"] = (float(project_.adds), "km/year")
        results[f"projects.{name}.delay"] = (float(project_.delay), "month")
    for name, loan in scenario.loans.items():
        results[f"loans.{name}.rate"] = (float(loan.rate.values[0]), "1/year")
    results["working_capital.receivables"] = (55.0, "day")
    results["tax.use_at_most"] = (1.0, "dimensionless")
    results["opening.tax_losses"] = (3e6, "USD")
    return results


@pytest.mark.long
@settings(max_examples=25)
@given(text=valid_scenarios(), factors=st.lists(st.floats(0.3, 0.999), min_size=3, max_size=3))
def test_a_batch_equals_its_members(text: str, factors: list[float]) -> None:
    """Every row of every block, each input drawn at once."""
    scenario = scenario_of(text)
    paths = drawn_paths(project(scenario))
    samples = {
        path: Quantity(np.array([[value * factor] for factor in factors]), unit)
        for path, (value, unit) in paths.items()
    }

    batch = project(scenario.with_samples(samples))

    assert batch.samples == 3
    for member in range(3):
        alone = project(scenario.with_samples({path: value[member : member + 1] for path, value in samples.items()}))
        for path in alone.rows:
            assert close(batch.value(path)[member], alone.value(path)[0], 1e7), path


MONEY = re.compile(r"([\d._]+) (million )?USD")


@pytest.mark.long
@FEW
@given(text=valid_scenarios())
def test_scaling_the_money_scales_the_money(text: str) -> None:
    larger = MONEY.sub(lambda m: f"{float(m[1].replace('_', '')) * 7:.6f} {m[2] or ''}USD", text)

    one, seven = project(scenario_of(text)), project(scenario_of(larger))

    for path, row in one.rows.items():
        factor = 7.0 if "USD" in row.unit else 1.0
        assert close(seven.value(path), one.value(path) * factor, 1e8), path


@pytest.mark.long
@FEW
@given(text=valid_scenarios())
def test_units_of_input_do_not_matter(text: str) -> None:
    other = text.replace(" million USD", " MUSD").replace("_000 km/year", "e-3 Mkm/year")
    other = re.sub(r"rate: (\d+) %/year", lambda m: f"rate: {int(m[1]) * 100} bp/year", other)
    other = re.sub(r"life: (\d+) years", lambda m: f"life: {int(m[1]) * 4} quarters", other)

    one, two = project(scenario_of(text)), project(scenario_of(other))

    assert "MUSD" in other
    for path in one.rows:
        assert close(two.value(path), one.value(path), 1e8), path


@pytest.mark.long
@FEW
@given(text=valid_scenarios())
def test_without_loans_there_is_no_interest_and_no_debt(text: str) -> None:
    projection = project(scenario_of(text))

    if not projection.scenario.loans:
        for row in ("interest_expense", "fee_expense", "debt", "debt_service", "accrued_interest"):
            assert not projection.value(f"accounts.{row}").any()
        assert close(projection.value("accounts.tax"), projection.value("tax_unlevered.tax"))


@pytest.mark.long
@FEW
@given(text=valid_scenarios(steps=("month",)))
def test_longer_steps_tell_the_same_story(text: str) -> None:
    """What does not depend on the step by convention is the same by month, quarter and year."""
    months = project(scenario_of(text))
    paths = [f"plants.{n}.{k}" for n in months.scenario.plants for k in ("nameplate", "effective_capacity")]
    paths += [f"projects.{n}.{k}" for n in months.scenario.projects for k in ("capex", "depreciation", "book_value")]
    paths += [f"plants.{n}.fixed_cost" for n, p in months.scenario.plants.items() if not p.fixed_cost.starts]
    dated = [
        n
        for n, loan in months.scenario.loans.items()
        if not any(n in f.sources for f in months.scenario.funding.values())
    ]
    paths += [f"loans.{n}.{k}" for n in dated for k in ("interest", "principal", "closing", "interest_paid", "accrued")]

    for step in ("quarter", "year"):
        longer = project(scenario_of(text.replace("step: month", f"step: {step}")))
        for path in paths:
            for year, value in months.by(path).items():
                assert longer.by(path)[year] == pytest.approx(value, rel=1e-9, abs=1e-5), (path, step, year)


@pytest.mark.parametrize("law", list(LAWS))
def test_a_broken_law_is_reported_with_row_period_and_gap(law: str) -> None:
    changes = ["funding.xtal_1.include_financing_costs=true"] if law == "financing_costs" else []
    changes += ["projects.xtal_1.sold={on: 2003-06-30, price: 1 MUSD}"] if law == "sales" else []
    changes += ["projects.xtal_1.cancelled=2001-09-30"] if law == "cancelled" else []
    changes += ["tax.depreciation=sum_of_years"] if law == "deferred_tax" else []
    changes += ["company.payouts={every: year}"] if law in {"payouts", "served_in_turn"} else []
    changes += ["company.equity_limit=900 million USD"] if law == "equity_limit" else []
    changes += ["funding.jena_multimode.grant={share: 23 %, after: 6 months}"] if law == "grants" else []
    stop = ["loans.fleet.covenants={cover: {row: accounts.dscr_12m, at_least: 1}}", "loans.fleet.draw_stop=true"]
    changes += stop if law == "draw_stop" else []
    changes += ["loans.fleet.reserve={covers: 6 months, filled_from: operations}"] if law == "reserves" else []
    projection = project(read("fibercore", settings=changes))
    reader = Reader(projection)
    values: dict[str, Any] = {path: value.copy() for path, value in reader.values.items()}
    reader.values = values
    spoilt, column = {
        "sources_equal_uses": ("funding.xtal_1.equity", 20),
        "grants": ("accounts.grants", 20),
        "loans_carry": ("loans.fleet.principal", 20),
        "balance": ("accounts.receivables", 20),
        "cash": ("accounts.operating_cash_flow", 20),
        "order_of_cash": ("waterfall.closing", 20),
        "served_in_turn": ("accounts.dividends", 20),
        "draw_stop": ("loans.fleet.draws_stopped", 12),
        "reserves": ("loans.fleet.reserve_filled", 20),
        "owners": ("accounts.retained_earnings", 20),
        "payouts": ("accounts.payouts", 20),
        "equity_limit": ("accounts.equity_left", 20),
        "billed": ("accounts.receivables", 20),
        "capacity": ("plants.jena.output", 20),
        "commitment": ("loans.fleet.schedule.drawn_to_date", 20),
        "not_negative": ("projects.xtal_1.book_value", 20),
        "financing_costs": ("loans.fleet.interest", 20),
        "exchange": ("accounts.exchange_result", 20),
        "sales": ("accounts.gain_on_sales", 20),
        "deferred_tax": ("accounts.tax_depreciation", 20),
        "cancelled": ("projects.xtal_1.book_value", 20),
        "products": ("products.multimode.cash_costs", 20),
    }[law]
    values[spoilt][0, column] += -1e9 if law in {"not_negative", "equity_limit"} else 1e9
    if law in {"balance", "billed"}:
        values["accounts.total_assets"][0, column] += 1e9
    if law in {"owners", "billed"}:  # so that the balance still holds
        values["accounts.total_liabilities_and_equity"][0, column] += 1e9
    if law == "owners":
        values["accounts.total_assets"][0, column] += 1e9
    if law == "billed":
        values["accounts.debt"][0, column] += 1e9

    with pytest.raises(
        IdentityError, match=rf"the law `{law}` is broken: [a-z_.0-9]+, (2001-09|event 21|[\d-]+), sample 0, by"
    ):
        prove_laws(projection.scenario, reader)


def test_the_largest_gap_is_reported() -> None:
    laws = project(read("fibercore")).laws

    assert set(laws) == set(LAWS)
    assert 0 <= max(laws.values()) < 1e-6
