"""Inputs that move nothing are found, and only those; every number can be drawn alone."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from fibercap.cli import main
from fibercap.core.errors import FibercapError
from fibercap.core.quantity import Quantity
from fibercap.core.trees.tree import leaves, unwrap
from fibercap.core.units import QuantityTextError, split_quantity
from fibercap.model.project import project
from fibercap.reading.files import read, scenario_of
from fibercap.studies.unused_inputs import unused_inputs
from tests.test_cli import SMALL


@pytest.mark.long
def test_the_fibercore_case_has_no_idle_input() -> None:
    assert unused_inputs(read("fibercore")) == []


@pytest.mark.long
@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        # a product that no plant makes
        ("products: {", "products: {other: {price: 9 USD/km}, ", ["products.other.price"]),
        # a demand that is never the lesser
        ("{price: 40 USD/km}", "{price: 40 USD/km, demand: 2 million km/year}", ["products.fiber.demand"]),
        # a price after the horizon
        ("{price: 40 USD/km}", "{price: {2000: 40 USD/km, 2009: 1 USD/km}}", ["products.fiber.price.2009"]),
        # a grace on a loan that repays at its end anyway
        (
            "rate: 8 %/year}",
            "rate: 8 %/year, repayment: {style: bullet}, grace: 1 year}",
            ["loans.bank.grace"],
        ),
        # a cap that is never reached
        (
            "rate: 8 %/year}",
            "rate: {index: i, margin: 1 %/year, cap: 90 %/year}}}\nrates: {i: 5 %/year",
            ["loans.bank.rate.cap"],
        ),
        # nothing
        ("price: 40 USD/km", "price: 41 USD/km", []),
    ],
)
def test_what_moves_nothing_is_found(old: str, new: str, expected: list[str]) -> None:
    assert old in SMALL

    assert unused_inputs(scenario_of(SMALL.replace(old, new))) == expected


@pytest.mark.long
def test_check_lists_them(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "plan.yaml"
    path.write_text(SMALL.replace("{price: 40 USD/km}", "{price: 40 USD/km, demand: 2 million km/year}"))

    for flags in ([], ["--json"]):
        with pytest.raises(SystemExit, match="0"):
            main(["check", str(path), "--unused", *flags])
    plain, _, document = capsys.readouterr().out.partition("{")
    assert "  1 input that moves nothing\n    products.fiber.demand\n" in plain
    assert json.loads("{" + document)["unused"] == ["products.fiber.demand"]


@pytest.mark.long
@pytest.mark.parametrize("name", ["fleet_revolver", "jena_in_euro"])
def test_every_number_may_be_drawn_alone(name: str) -> None:
    """A batch in which only one input differs equals its members; the first draw is the plan as it is."""
    scenario = read(name)
    cash = project(scenario).value("accounts.cash")
    drawn = 0
    for path, leaf in leaves(unwrap(scenario.tree)[0]):
        try:
            amount, unit = split_quantity(str(leaf.value)) if path[0] not in ("options", "claims") else (0.0, "")
            batch = scenario.with_samples(
                {".".join(path): Quantity(np.array([[1.0], [0.98]]) * amount, unit or "dimensionless")}
            )
        except (QuantityTextError, FibercapError):
            continue
        drawn += 1
        assert np.allclose(project(batch).value("accounts.cash")[0], cash[0], atol=1e-4), path
    assert drawn > 35
