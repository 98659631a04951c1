"""One file laid over others."""

from __future__ import annotations

from pathlib import Path

import pytest

from fibercap.core.errors import ScenarioError
from fibercap.reading.files import read

BASE = """\
fibercap: 1
id: base
title: Base
note: of the base
horizon: {from: 2000, to: 2001}
money: {report_in: USD}
products: {f: {price: 10 USD/km}}
plants: {p: {product: f, capacity: 100 km/year, cash_cost: 5 USD/km}}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "base.yaml").write_text(BASE)
    return tmp_path


def laid(folder: Path, text: str, name: str = "child.yaml") -> Path:
    (folder / name).write_text(text)
    return folder / name


def test_a_child_changes_adds_and_removes_and_has_its_own_name(folder: Path) -> None:
    text = (
        "fibercap: 1\nextends: base.yaml\ntitle: Child\nchange: {products.f.price: 12 USD/km}\n"
        "add: {plants.q: {product: f, capacity: 1 km/year, cash_cost: 5 USD/km}}\n"
    )
    scenario = read(laid(folder, text))

    assert (scenario.id, scenario.title) == ("child", "Child")
    assert scenario.products["f"].price.values[0] == 12
    assert set(scenario.plants) == {"p", "q"}
    origins = scenario.tree["products"]["f"]["price"].origins  # type: ignore[index, union-attr]
    assert [origin.place.file.rsplit("/", 1)[-1] for origin in origins if origin.place] == ["base.yaml", "child.yaml"]


def test_grandchildren_and_other_folders(folder: Path) -> None:
    (folder / "inner").mkdir()
    laid(folder, "fibercap: 1\nextends: base.yaml\nchange: {products.f.price: 12 USD/km}\n", "mid.yaml")
    path = laid(folder, "fibercap: 1\nextends: ../mid.yaml\nchange: {plants.p.cash_cost: 6 USD/km}\n", "inner/low.yaml")

    scenario = read(path)
    assert scenario.products["f"].price.values[0] == 12
    assert scenario.plants["p"].cash_cost.values[0] == 6


def test_two_parents_that_differ_are_told_unless_the_child_settles_it(folder: Path) -> None:
    laid(folder, BASE.replace("10 USD/km", "11 USD/km"), "other.yaml")
    child = "fibercap: 1\nextends: [base.yaml, other.yaml]\n"

    with pytest.raises(ScenarioError) as error:
        read(laid(folder, child))
    assert "found `10 USD/km` in base.yaml and `11 USD/km` in other.yaml, wanted one value" in str(error.value)
    settled = read(laid(folder, child + "change: {products.f.price: 12 USD/km}\n"))
    assert settled.products["f"].price.values[0] == 12


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("extends: bass.yaml\n", "found no file `bass.yaml`, wanted a scenario; did you mean `base.yaml`?"),
        ("extends: child.yaml\n", "found a circle: child.yaml -> child.yaml"),
        ("extends: []\n", "found no file, wanted one or more; write `extends: fibercore.yaml`"),
        ("extends: base.yaml\nloans: {}\n", "found `loans` beside `extends`, wanted changes to what is extended"),
        ("extends: base.yaml\nchange: {products.g.price: 1 USD/km}\n", "found a path that does not exist"),
        ("extends: base.yaml\nadd: {products.f: {price: 1 USD/km}}\n", "found a path that exists already"),
    ],
)
def test_what_does_not_fit_is_told_at_its_place(folder: Path, text: str, told: str) -> None:
    path = laid(folder, f"fibercap: 1\n{text}")

    with pytest.raises(ScenarioError) as error:
        read(path)

    assert told in str(error.value)
    assert "child.yaml:2:" in str(error.value) or "child.yaml:3:" in str(error.value)
