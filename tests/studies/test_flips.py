"""What decides a claim: one input at a time, where it flips, and how good the evidence for it is."""

from __future__ import annotations

import pytest
from hypothesis import Phase, given, settings

from fibercap.core.errors import FibercapError
from fibercap.core.trees.tree import Branch, Leaf
from fibercap.model.project import project
from fibercap.model.projection import Projection
from fibercap.reading.files import read, scenario_of
from fibercap.studies.claims import outcomes
from fibercap.studies.flips import Flip, flips
from fibercap.studies.movable_inputs import levers
from tests.written import valid_scenarios

pytestmark = pytest.mark.long


@pytest.fixture(scope="module")
def case() -> Projection:
    return project(read("fibercore"))


@pytest.fixture(scope="module")
def nearest(case: Projection) -> dict[str, Flip | None]:
    return flips(case)


def flip_of(nearest: dict[str, Flip | None], claim: str) -> Flip:
    flip = nearest[claim]
    assert flip is not None
    return flip


def test_the_deciding_input_its_value_and_its_evidence(nearest: dict[str, Flip | None]) -> None:
    """By hand: 500,000 less 255,000; 500,000 / 446,250 of 255,000 on both lines; 5 % of a million; 5.0 less 3.5 million."""
    for claim, path, value, kind in (
        ("jena_over_500k", "plants.jena.capacity", 245_000, "assumed"),
        ("xtal_one_million", "plants.xtal.capacity", 950_000, "stated"),
        ("xtal_over_5m", "projects.xtal_3.adds", 1_500_000, "assumed"),
        ("two_of_ten_to_jena", "funding.jena_multimode.fleet", 1_998_000, "stated"),
    ):
        flip = flip_of(nearest, claim)
        assert (flip.path, flip.kind) == (path, kind)
        assert flip.value == pytest.approx(value)
        assert flip.change == pytest.approx(flip.value / flip.present - 1)  # type: ignore[operator]  # both are known


def test_inputs_that_tie_are_named_together(nearest: dict[str, Flip | None]) -> None:
    assert flip_of(nearest, "jena_over_500k").also == ("projects.jena_multimode.adds",)
    sales = flip_of(nearest, "sales_of_2000")
    assert {sales.path, *sales.also} == {
        "plants.xtal.capacity",
        "plants.xtal.utilization",
        "products.single_mode.price",
    }


def test_a_claim_at_its_limit_flips_at_once(nearest: dict[str, Flip | None]) -> None:
    assert flip_of(nearest, "jena_doubles").change == pytest.approx(0.0, abs=1e-9)


def test_a_path_moves_as_a_whole_and_has_no_single_value(nearest: dict[str, Flip | None]) -> None:
    flip = flip_of(nearest, "sales_of_2001")

    assert flip.path == "products.single_mode.price"
    assert (flip.present, flip.value) == (None, None)
    factor = f"{{times: {1 + flip.change + 1e-6!r}}}"
    assert not outcomes(project(read("fibercore", settings=[f"products.single_mode.price={factor}"])))[
        "sales_of_2001"
    ].holds


def test_a_claim_flips_where_it_is_reported_to_and_not_before(nearest: dict[str, Flip | None]) -> None:
    for claim, flip in nearest.items():
        assert flip is not None
        if flip.present is None or claim == "jena_doubles":
            continue
        unit = flip.unit
        before, beyond = (flip.present * (1 + flip.change * (1 + off)) for off in (-1e-5, 1e-5))
        holds = [
            outcomes(project(read("fibercore", settings=[f"{flip.path}={value!r} {unit}"])))[claim].holds
            for value in (before, beyond)
        ]
        assert holds[0] != holds[1], claim


def test_no_nearer_input_flips_a_claim(case: Projection, nearest: dict[str, Flip | None]) -> None:
    """Every other input, moved by all but the distance of the one that decides, leaves the claim as it is."""
    flip = flip_of(nearest, "jena_over_500k_effective")
    near = 0.99 * abs(flip.change)
    for lever in levers(case.scenario):
        if not lever.name.startswith(("plants.jena", "projects.jena")):
            continue
        for factor in (1 - near, min(1 + near, lever.high)):
            text = f"{lever.name}={{times: {factor!r}}}"
            assert not outcomes(project(read("fibercore", settings=[text])))["jena_over_500k_effective"].holds, text


def with_claim(text: str, *settings: str) -> Projection:
    """Return the case with one more claim."""
    claim = Branch({key: Leaf(value) for key, value in (part.split(": ", 1) for part in text.split(", "))})
    changes = Branch({"add": Branch({"claims.other": claim})})
    return project(read("fibercore", settings=settings).with_changes(changes))


def test_a_claim_that_nothing_flips_says_so() -> None:
    nearest = flips(
        with_claim("says: Jena makes fiber, row: plants.jena.nameplate, when: end of 2002, above: -1 km/year")
    )

    assert nearest["other"] is None


def test_a_claim_about_a_measure_is_decided_too() -> None:
    text = "says: The projects pay, measure: project_npv, above: 0 USD"
    flip = flip_of(flips(with_claim(text)), "other")

    assert flip.path == "products.single_mode.price"
    npv = outcomes(with_claim(text, f"{flip.path}={{times: {1 + flip.change!r}}}"))["other"].value
    assert npv is not None
    assert abs(npv) < 2_000


def test_without_claims_nothing_is_moved() -> None:
    assert flips(project(scenario_of("fibercap: 1\nhorizon: {from: 2001, to: 2001}\nmoney: {report_in: USD}\nproducts: {f: {price: 1 USD/km}}\nplants: {p: {product: f, capacity: 1 km/year, cash_cost: 1 USD/km}}\n"))) == {}  # fmt: skip


CLAIMS = """claims:
  revenue: {says: r, row: accounts.revenue, when: 2002, above: 3 million USD}
  debt: {says: d, row: accounts.debt, when: end of 2002, at_most: 2 million USD}
  rate: {says: c, measure: all_in_cost, at_most: 9 %/year}
"""


@settings(max_examples=4, phases=[Phase.explicit, Phase.reuse, Phase.generate])  # a plan takes long to make smaller
@given(text=valid_scenarios(rich=True))
def test_flips_are_found_in_any_plan(text: str) -> None:
    """Moves that the scenario does not allow are left out; what is found turns the claim."""
    try:
        projection = project(scenario_of(text + CLAIMS))
    except FibercapError:
        return
    for claim, flip in flips(projection).items():
        if flip is not None:
            assert claim in CLAIMS
            assert flip.kind == "assumed"
            assert -1 - 1e-9 <= flip.change <= 1 + 1e-9
