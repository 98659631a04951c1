"""One file laid over others."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from fibercap.core.errors import ScenarioError
from fibercap.core.trees.tree import Leaf, subtree
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


def write_plan(folder: Path, text: str, name: str = "child.yaml") -> Path:
    (folder / name).write_text(text)
    return folder / name


def test_a_child_changes_adds_and_removes_and_has_its_own_name(folder: Path) -> None:
    text = (
        "fibercap: 1\nextends: base.yaml\ntitle: Child\nchange: {products.f.price: 12 USD/km}\n"
        "add: {plants.q: {product: f, capacity: 1 km/year, cash_cost: 5 USD/km}}\n"
    )
    scenario = read(write_plan(folder, text))

    assert (scenario.id, scenario.title) == ("child", "Child")
    assert scenario.products["f"].price.values[0] == 12
    assert set(scenario.plants) == {"p", "q"}
    origins = scenario.tree["products"]["f"]["price"].origins  # type: ignore[index, union-attr]
    assert [origin.place.file.rsplit("/", 1)[-1] for origin in origins if origin.place] == ["base.yaml", "child.yaml"]


def test_grandchildren_and_folders_below(folder: Path) -> None:
    (folder / "inner").mkdir()
    (folder / "base.yaml").rename(folder / "inner" / "base.yaml")
    write_plan(folder, "fibercap: 1\nextends: base.yaml\nchange: {products.f.price: 12 USD/km}\n", "inner/mid.yaml")
    path = write_plan(folder, "fibercap: 1\nextends: inner/mid.yaml\nchange: {plants.p.cash_cost: 6 USD/km}\n")

    scenario = read(path)
    assert scenario.products["f"].price.values[0] == 12
    assert scenario.plants["p"].cash_cost.values[0] == 6


def test_a_file_does_not_leave_its_folder_unless_it_may(folder: Path) -> None:
    """Neither by `..` nor by a link."""
    (folder / "inner").mkdir()
    up = write_plan(folder, "fibercap: 1\nextends: ../base.yaml\n", "inner/up.yaml")
    link = write_plan(folder, "fibercap: 1\nextends: here.yaml\n", "inner/link.yaml")
    (folder / "inner" / "here.yaml").symlink_to(folder / "base.yaml")

    for path, name in ((up, "../base.yaml"), (link, "here.yaml")):
        with pytest.raises(ScenarioError, match="leads out of the folder") as error:
            read(path)
        assert f"`{name}` leads out of the folder" in str(error.value)
        assert "move it inside, or give `--allow-outside`" in str(error.value)
        assert ":2:10: extends" in str(error.value)
        assert read(path, allow_outside=True).products["f"].price.values[0] == 10


def test_a_shipped_scenario_may_be_extended_from_anywhere(folder: Path) -> None:
    path = write_plan(folder, "fibercap: 1\nextends: fibercore\nchange: {loans.fleet.rate: {plus: 50 bp/year}}\n")

    assert subtree(read(path).tree, ("loans", "fleet", "rate")) == Leaf("9 %/year")


DIAMOND = {
    "left": "change: {products.f.price: {times: 0.8}}\n",
    "right": "change: {plants.p.cash_cost: {plus: 1 USD/km}}\n",
}


def test_two_variants_of_one_plan_join(folder: Path) -> None:
    """What both extend is laid once, and what only one of them sets is no conflict, in either order."""
    for name, text in DIAMOND.items():
        write_plan(folder, f"fibercap: 1\nextends: base.yaml\n{text}", f"{name}.yaml")
    orders = ("[left.yaml, right.yaml]", "[right.yaml, left.yaml]")
    one, other = (read(write_plan(folder, f"fibercap: 1\nextends: {order}\n")) for order in orders)

    assert one.tree == other.tree
    assert one.products["f"].price.values[0] == 8
    assert one.plants["p"].cash_cost.values[0] == 6


def test_two_variants_that_set_one_value_clash_whatever_its_form(folder: Path) -> None:
    write_plan(folder, "fibercap: 1\nextends: base.yaml\nchange: {products.f.price: 8 USD/km}\n", "left.yaml")
    text = "sources.s: {title: S, kind: stated}"
    right = f"add: {{{text}}}\nchange: {{products.f.price: {{value: {{2000: 9 USD/km}}, source: s}}}}\n"
    write_plan(folder, f"fibercap: 1\nextends: base.yaml\n{right}", "right.yaml")
    child = "fibercap: 1\nextends: [left.yaml, right.yaml]\n"

    with pytest.raises(ScenarioError) as error:
        read(write_plan(folder, child))
    assert "child.yaml:2:10: products.f.price" in str(error.value)
    assert "left.yaml, line 3 and a block in " in str(error.value)
    assert read(write_plan(folder, child + "change: {products.f.price: 7 USD/km}\n")).products["f"].price.values[0] == 7


def test_two_parents_that_differ_are_reported_unless_the_child_settles_it(folder: Path) -> None:
    write_plan(folder, BASE.replace("10 USD/km", "11 USD/km"), "other.yaml")
    child = "fibercap: 1\nextends: [base.yaml, other.yaml]\n"

    with pytest.raises(ScenarioError) as error:
        read(write_plan(folder, child))
    assert re.search(
        r"found `10 USD/km` in \S*base.yaml, line 7 and `11 USD/km` in \S*other.yaml, line 7, wanted one value; "
        r"set it here: `change: {products.f.price: ...}`",
        str(error.value),
    )
    settled = read(write_plan(folder, child + "change: {products.f.price: 12 USD/km}\n"))
    assert settled.products["f"].price.values[0] == 12


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("extends: bass.yaml\n", "no file `bass.yaml`; did you mean `base.yaml`?"),
        ("extends: child.yaml\n", "`extends` goes in a circle: child.yaml -> child.yaml"),
        ("extends: []\n", "found no file, wanted one or more; write `extends: fibercore.yaml`"),
        ("extends: base.yaml\nloans: {}\n", "found `loans` beside `extends`, wanted changes to what is extended"),
        ("extends: base.yaml\nchange: {products.g.price: 1 USD/km}\n", "no such path"),
        ("extends: base.yaml\nchange: 5\n", "found `5`, wanted a block of paths with values"),
        ("extends: base.yaml\nremove: products.f\n", "found no list, wanted a list of paths"),
        ("extends: base.yaml\nremove: [products.g]\n", "no such path"),
        ("extends: base.yaml\nchange: {products.f.price: {times: 2 USD}}\n", "wanted a bare number or a percentage"),
        ("extends: base.yaml\nchange: {products: {g: {price: 1 USD/km}}}\n", "known names under `products`: f"),
        ("extends: base.yaml\nadd: {products.f: {price: 1 USD/km}}\n", "the path exists already"),
    ],
)
def test_what_does_not_fit_is_reported_at_its_place(folder: Path, text: str, message: str) -> None:
    path = write_plan(folder, f"fibercap: 1\n{text}")

    with pytest.raises(ScenarioError) as error:
        read(path)

    assert message in str(error.value)
    assert "child.yaml:2:" in str(error.value) or "child.yaml:3:" in str(error.value)


def test_mistakes_of_the_overlay_and_of_what_comes_of_it_are_reported_together(folder: Path) -> None:
    """A misspelt path, a wrong unit in the child and one in the parent: all at once, the child's first."""
    (folder / "base.yaml").write_text(BASE.replace("100 km/year", "100 km"))
    text = "fibercap: 1\nextends: base.yaml\nchange:\n  products.f.prize: 1 USD/km\n  plants.p.cash_cost: 5 USD\n"

    with pytest.raises(ScenarioError, match="3 problems") as error:
        read(write_plan(folder, text))

    results = [(p.code, p.place.file.rsplit("/", 1)[-1], p.place.line) for p in error.value.problems if p.place]
    assert results == [
        ("no_such_path", "child.yaml", 4),
        ("wrong_dimension", "child.yaml", 5),
        ("wrong_dimension", "base.yaml", 8),
    ]


def test_a_circle_of_two_and_a_parent_that_is_no_scenario(folder: Path) -> None:
    write_plan(folder, "fibercap: 1\nextends: two.yaml\n", "one.yaml")
    two = write_plan(folder, "fibercap: 1\nextends: one.yaml\n", "two.yaml")
    with pytest.raises(ScenarioError, match=r"`extends` goes in a circle: two\.yaml -> one\.yaml -> two\.yaml"):
        read(two)

    write_plan(folder, "just words\n", "words.yaml")
    with pytest.raises(ScenarioError, match="found one value, wanted a scenario"):
        read(write_plan(folder, "fibercap: 1\nextends: words.yaml\n"))
    with pytest.raises(ScenarioError, match="no `fibercap`"):
        read(write_plan(folder, "extends: base.yaml\n"))


@pytest.mark.parametrize("name", ["x" * 5000, '"a\\0b"', "loop.yaml", "~", "."])
def test_a_parent_that_no_file_system_knows_is_not_there(folder: Path, name: str) -> None:
    (folder / "loop.yaml").symlink_to(folder / "loop.yaml")
    path = write_plan(folder, f"fibercap: 1\nextends: {name}\n")

    with pytest.raises(ScenarioError) as error:
        read(path)

    assert error.value.problems[0].code in {"no_such_file", "null"}
    assert len(str(error.value)) < 1000  # the name is shown, but not all its 5,000 characters
