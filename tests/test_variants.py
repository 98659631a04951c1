"""The variants that are shipped, laid over the FiberCore case: what each moves, which way, and what it leaves alone."""

from __future__ import annotations

import pytest

from fibercap.core.trees.tree import leaves
from fibercap.model.measures.all_measures import measures
from fibercap.model.project import project
from fibercap.model.projection import Projection
from fibercap.reading.files import read
from fibercap.reading.shipped import shipped_scenarios
from fibercap.studies.claims import outcomes
from fibercap.studies.covenants import covenants

YEARS = ("2000", "2001", "2002", "2003", "2004")


@pytest.fixture(scope="module")
def base() -> Projection:
    return project(read("fibercore"))


def by_year(projection: Projection, path: str) -> dict[str, float]:
    return {year: float(value[0]) for year, value in projection.by(path).items()}


@pytest.mark.long
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


def test_the_market_that_came_sells_what_was_reported_and_builds_no_step_of_xtal(base: Projection) -> None:
    soft = project(read("soft_market"))
    sales, reported = by_year(soft, "accounts.revenue"), {"2000": 36.9e6, "2001": 52.4e6, "2002": 25.5e6}

    assert {year: abs(sales[year] / value - 1) < 0.15 for year, value in reported.items()} == dict.fromkeys(
        reported, True
    )
    assert all(outcomes(soft)[f"sales_of_{year}"].holds for year in reported)
    assert by_year(soft, "plants.xtal.nameplate") == dict.fromkeys(YEARS, 1_000_000.0)
    assert by_year(soft, "plants.jena.nameplate") == by_year(base, "plants.jena.nameplate")
    spent = {step: by_year(soft, f"projects.{step}.capex") for step in ("xtal_1", "xtal_2", "xtal_3")}
    assert [sum(years.values()) for years in spent.values()] == pytest.approx([0.2 * 46e6 * 10 / 12, 0, 0])
    assert by_year(soft, "accounts.write_offs")["2001"] == pytest.approx(sum(spent["xtal_1"].values()))


def test_sales_of_the_market_that_came_are_those_worked_out_by_hand() -> None:
    """Xtal: 40 % of what Brazil bought and the contracts abroad, at most 950,000 km a year, sold from June 2000 on."""
    soft = project(read("soft_market"))
    xtal, jena = by_year(soft, "plants.xtal.revenue"), by_year(soft, "plants.jena.revenue")
    able, abroad = 1_000_000 * 0.95, 55e6 / 4 / 35
    first = 0.4 * 1.9e6 * 7 / 12 * 40
    second = (0.4 * 2.1e6 * 5 / 12 + min(0.4 * 2.1e6 + abroad, able) * 7 / 12) * 35
    third = (0.4 * 0.63e6 + 137_500) * 23
    plants = 255_000 * 0.95

    assert [xtal[year] for year in ("2000", "2001", "2002")] == pytest.approx([first, second, third], rel=1e-6)
    assert [jena[year] for year in ("2000", "2001")] == pytest.approx([plants * 60] * 2)
    asked, january = plants * (4 + 0.20 + 0.22 + 0.32 + 0.74 / 3) / 4, plants * (1.2 - (1 + 1 / 12)) / 12
    assert jena["2002"] == pytest.approx(60 * (asked - january), rel=1e-5)  # in January the new plant only comes up


def test_what_was_fitted_says_so_and_no_claim_on_sales_tests_the_year_it_is_fitted_to() -> None:
    soft = read("soft_market")
    notes = {
        path: leaf.text for path, leaf in leaves(soft.tree) if path[-1] == "note" and leaf.text.startswith("Fitted")
    }

    fitted = {".".join(path[:3]) for path in notes}
    assert fitted == {"products.single_mode.price", "products.multimode.demand", "projects.xtal_1.spend"}
    assert ("products", "single_mode", "demand", "share", "note") not in notes
    missed = {name for name, claim in soft.claims.items() if claim.expect == "fails"}
    assert {"margin_of_2001", "property_of_2002", "cash_of_2002"} <= missed
    assert all(soft.claims[name].note for name in missed - {"jena_over_500k_effective"})


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
