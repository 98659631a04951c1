"""What a number is read from: every row without a formula, and every given number, leads to inputs of the scenario."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given, settings

from fibercap.core.errors import FibercapError
from fibercap.core.formulas.dependencies import reach, references
from fibercap.core.formulas.formula import evaluate
from fibercap.core.formulas.unit_proof import fits, unit_of
from fibercap.core.trees.tree import subtree, unwrap
from fibercap.model.plan.plan_schema import known_fields
from fibercap.model.project import project
from fibercap.model.projection import Projection
from fibercap.reading.files import read, scenario_of
from tests.model.test_formulas import Reader
from tests.written import valid_scenarios

if TYPE_CHECKING:
    from fibercap.core.formulas.rows import Given, Row
    from fibercap.model.plan.scenario import Scenario

CONSTANTS = {
    "half_a_cent",
    "trifle",
    "months_in_year",
    "days_in_year",
    "one_year",
    "one_month",
    "EUR_per_DEM",
    "DEM_per_EUR",
}
SHIPPED = [
    *(
        ("fibercore", option)
        for option in (None, "equal_principal", "bullet", "grace_one_year", "german_bank", "no_debt")
    ),
    ("fleet_revolver", None),
    ("jena_in_euro", None),
    ("slow_brazil", None),
    ("two_banks", "bullet"),
    ("jena_in_euro", "german_bank"),
]


def is_input(scenario: Scenario, path: str) -> bool:
    """Tell whether a path is written, or is a field that the schema knows in a block that may be written."""
    values, _ = unwrap(scenario.tree)
    keys = tuple(path.split("."))
    return all(
        subtree(values, keys[:depth]) is not None or keys[depth - 1] in (known_fields(keys[: depth - 1]) or ())
        for depth in range(1, len(keys) + 1)
    )


def dead_ends(projection: Projection) -> list[str]:
    """Return what leads nowhere: rows and givens without a formula that read nothing, and reads that are no inputs."""
    results: list[str] = []
    for block in projection.blocks.values():
        items: list[tuple[str, Given | Row]] = [*block.given.items(), *block.rows.items()]
        for path, item in items:
            if not item.formula and not item.reads and path.split(".")[-1] not in CONSTANTS:
                results.append(f"{path} is read from nothing")
            results += [f"{path} reads `{r}`" for r in item.reads if not is_input(projection.scenario, r)]
    names = {path for block in projection.blocks.values() for path in (*block.given, *block.rows)}
    for block in projection.blocks.values():
        texts = {row.path: (row.formula, row.before) for row in block.rows.values()}
        texts |= {item.path: (item.formula, "") for item in block.given.values()}
        results += [f"{path} refers to `{r}`" for path, of in texts.items() for r in references(*of) if r not in names]
    return results


@pytest.mark.parametrize(("name", "option"), SHIPPED)
def test_every_number_of_a_shipped_scenario_leads_to_its_inputs(name: str, option: str | None) -> None:
    assert dead_ends(project(read(name, option))) == []


@pytest.mark.long
@settings(max_examples=30)
@given(text=valid_scenarios())
def test_every_number_of_a_random_scenario_leads_to_its_inputs(text: str) -> None:
    assert dead_ends(project(scenario_of(text))) == []


@pytest.mark.long
@settings(max_examples=60)
@given(text=valid_scenarios(rich=True))
def test_every_number_leads_to_inputs_whatever_the_loans(text: str) -> None:
    projection = projection_or_none(text)
    assert projection is None or dead_ends(projection) == []


def projection_or_none(text: str) -> Projection | None:
    """Return the projection, or None where a payment would be below the interest due with it."""
    try:
        return project(scenario_of(text))
    except FibercapError as error:
        if "would grow instead of being repaid" not in str(error):
            raise
        return None


def wrong_givens(projection: Projection) -> list[str]:
    """Return given numbers that their own formula does not yield, in value or in unit."""
    reader, results = Reader(projection), []
    units = {path: row.unit for path, row in projection.rows.items()}
    units |= {path: item.unit for block in projection.blocks.values() for path, item in block.given.items()}
    for block in projection.blocks.values():
        for item in block.given.values():
            if not item.formula:
                continue
            value = np.ravel(evaluate(item.formula, reader))[0]
            if not np.isclose(value, np.ravel(item.value)[0], rtol=1e-9, atol=1e-6):
                results.append(f"{item.path} is {np.ravel(item.value)[0]}, but `{item.formula}` yields {value}")
            if not fits(unit_of(item.formula, units.__getitem__), item.unit):
                results.append(f"{item.path} is in {item.unit}, and `{item.formula}` is not")
    return results


@pytest.mark.parametrize(("name", "option"), SHIPPED)
def test_given_numbers_equal_their_formulas_in_shipped_scenarios(name: str, option: str | None) -> None:
    projection = project(read(name, option))

    assert wrong_givens(projection) == []
    assert any(item.formula for item in projection.blocks["model"].given.values())


@pytest.mark.long
@settings(max_examples=60)
@given(text=valid_scenarios(rich=True))
def test_given_numbers_equal_their_formulas_in_random_scenarios(text: str) -> None:
    projection = projection_or_none(text)
    assert projection is None or wrong_givens(projection) == []


def test_inputs_stand_for_the_keys_they_are_written_under() -> None:
    """The value of a path at a key, and the moment from which it holds, are both read at that key."""
    given_ = project(read("fibercore")).blocks["model"].given

    assert given_["inputs.products.single_mode.price.2002"].reads == ("products.single_mode.price.2002",)
    assert given_["inputs.products.single_mode.price.2002.from"].reads == ("products.single_mode.price.2002",)
    assert given_["inputs.plants.jena.utilization.value"].reads == ("plants.jena.utilization",)
    assert given_["inputs.projects.xtal_1.complete"].reads == ("projects.xtal_1.complete",)
    assert given_["projects.xtal_1.spend.2001.from"].reads == ("projects.xtal_1.spend.2001",)


def test_what_a_row_rests_on_is_found_through_all_its_references() -> None:
    reached = reach(project(read("fibercore")).blocks.values())

    def under(path: str) -> set[str]:
        return set(reached.inputs_in(reached.mask_of([path])))

    assert "loans.fleet.rate" in under("accounts.cash")
    assert "loans.fleet.rate" not in under("accounts.ebitda")
    assert "plants.xtal.capacity" not in under("plants.jena.effective_capacity")
    assert under("time.years") == {"horizon.step"}
    assert under("projects.xtal_1.depreciates_from") == {"projects.xtal_1.complete", "projects.xtal_1.delay"}
    assert under("no.such.row") == set()
