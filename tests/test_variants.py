"""The variants that are shipped, laid over the FiberCore case: what each moves, which way, and what it leaves alone."""

from __future__ import annotations

import pytest

from fibercap.model.measures.all_measures import measures
from fibercap.model.project import project
from fibercap.model.projection import Projection
from fibercap.reading.files import read
from fibercap.reading.locating import shipped_scenarios
from fibercap.studies.claims import outcomes
from fibercap.studies.covenants import covenants

YEARS = ("2000", "2001", "2002", "2003", "2004")


@pytest.fixture(scope="module")
def base() -> Projection:
    return project(read("fibercore"))


def by_year(projection: Projection, path: str) -> dict[str, float]:
    return {year: float(value[0]) for year, value in projection.by(path).items()}


@pytest.mark.parametrize("name", sorted(shipped_scenarios()))
def test_every_shipped_scenario_tells_what_it_is_and_runs_with_every_option(name: str) -> None:
    scenario = read(name)

    assert scenario.id == name
    assert len(scenario.title) > 10
    for option in (None, *scenario.options):
        plan = read(name, option)
        assert all(outcome.as_expected for outcome in outcomes(project(plan)).values())
    if name != "fibercore":
        assert len(scenario.note) > 150
        assert scenario.note != read("fibercore").note


def test_a_slow_brazil_makes_less_on_the_way_and_reaches_the_same_nameplate(base: Projection) -> None:
    slow = project(read("slow_brazil"))

    for row, same in (("plants.jena.output", True), ("plants.xtal.output", False)):
        ours, theirs = by_year(slow, row), by_year(base, row)
        assert (ours == theirs) == same
        assert all(ours[year] <= theirs[year] for year in YEARS)
    nameplate, planned = (by_year(of, "plants.xtal.nameplate") for of in (slow, base))
    assert nameplate["2004"] == planned["2004"] == 5_200_000
    assert [nameplate[year] - planned[year] for year in ("2001", "2002", "2003")] == [-1e6, -1.5e6, -1.7e6]
    assert by_year(slow, "plants.xtal.effective_capacity")["2004"] < 0.75 * 5_200_000
    spent, planned = (by_year(of, "accounts.capex") for of in (slow, base))
    assert sum(spent.values()) == pytest.approx(sum(planned.values()))
    assert spent["2001"] < planned["2001"]
    assert measures(slow)["project_npv"].values[0] < measures(base)["project_npv"].values[0]


def test_the_market_that_came_sells_less_for_less_and_runs_out_of_cash(base: Projection) -> None:
    soft = project(read("soft_market"))

    prices = by_year(soft, "inputs.products.single_mode.price")
    assert [round(prices[year], 6) for year in YEARS] == [40, 35, 23, 15, 15]
    shipped_km, capacity = by_year(soft, "plants.xtal.shipments"), by_year(base, "plants.xtal.shipments")
    assert [shipped_km[year] for year in ("2000", "2001")] == [capacity[year] for year in ("2000", "2001")]
    assert [shipped_km[year] for year in ("2002", "2003", "2004")] == pytest.approx([630_000, 370_000, 220_000])
    assert by_year(soft, "plants.jena.revenue") == by_year(base, "plants.jena.revenue")
    assert by_year(soft, "plants.xtal.nameplate") == by_year(base, "plants.xtal.nameplate")
    assert measures(soft)["project_npv"].values[0] < 0 < measures(base)["project_npv"].values[0]
    assert soft.value("accounts.cash").min() < 0


def test_jena_only_leaves_xtal_as_it_is_and_asks_far_less_of_the_owners(base: Projection) -> None:
    alone = project(read("jena_only"))

    assert set(alone.scenario.projects) == {"jena_multimode"}
    assert by_year(alone, "plants.jena.nameplate") == by_year(base, "plants.jena.nameplate")
    assert by_year(alone, "plants.xtal.nameplate") == dict.fromkeys(YEARS, 1_000_000.0)
    assert by_year(alone, "loans.fleet.draws")["2001"] == pytest.approx(2e6)
    mine, theirs = measures(alone), measures(base)
    assert mine["equity_called"].values[0] < 0.25 * theirs["equity_called"].values[0]
    assert mine["peak_debt"].values[0] < theirs["peak_debt"].values[0]


def test_a_second_bank_takes_the_place_of_owners_money_and_keeps_its_promise(base: Projection) -> None:
    banks = project(read("two_banks"))
    mine, theirs = measures(banks), measures(base)

    assert theirs["equity_called"].values[0] - mine["equity_called"].values[0] == pytest.approx(34.5e6)
    assert mine["project_npv"].values[0] == pytest.approx(theirs["project_npv"].values[0])
    assert mine["total_interest"].values[0] > theirs["total_interest"].values[0]
    assert mine["average_dscr"].values[0] < theirs["average_dscr"].values[0]
    assert covenants(banks)["second_bank.cover"].holds
    assert banks.scenario.loans["second_bank"].payments == banks.scenario.loans["fleet"].payments


def test_two_variants_join_in_one_file(tmp_path_factory: pytest.TempPathFactory) -> None:
    """A slow Brazil with a second bank: both over one base, which is laid once."""
    path = tmp_path_factory.mktemp("plans") / "both.yaml"
    path.write_text("fibercap: 1\nextends: [slow_brazil, two_banks]\n")

    both = read(path)

    assert float(both.projects["xtal_2"].delay) == 6
    assert set(both.loans) == {"fleet", "algar", "second_bank"}
    assert project(both).laws["balance"] < 1e-3
