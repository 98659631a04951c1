"""Very many mistakes, and very many files: what is shown is bounded, and work grows no faster than what is read."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Final

import pytest

import fibercap.model.checks.validation
from fibercap.core import errors
from fibercap.core.errors import MOST_SHOWN, Problem, ScenarioError
from fibercap.core.trees import overlay
from fibercap.core.trees.tree import Branch
from fibercap.reading import extends
from fibercap.reading.files import read, scenario_of
from fibercap.reading.text import Reading, read_leniently
from fibercap.views.json.documents import errors_document

PLAN = """
fibercap: 1
horizon: {from: 2000, to: 2001, step: year}
money: {report_in: USD, discount_rate: 10 %/year}
products: {fiber: {price: 40 USD/km}}
opening: {cash: 1 million USD}
plants: {jena: {product: fiber, capacity: 1_000 km/year, cash_cost: 15 USD/km}}
"""


def keys(number: int, indent: str = "") -> str:
    return "".join(f"{indent}key_{k}: 1\n" for k in range(number))


WRONG: Final[dict[str, tuple[Callable[[int], str], str]]] = {
    "at the top": (lambda number: PLAN + keys(number), "unknown_key"),
    "in a block": (
        lambda number: PLAN.replace("opening: {cash: 1 million USD}\n", "opening:\n" + keys(number, "  ")),
        "unknown_key",
    ),
    "in an option": (lambda number: PLAN + "options:\n  bad:\n    change:\n" + keys(number, "      "), "no_such_path"),
}


@pytest.mark.parametrize("where", WRONG)
def test_the_first_hundred_of_a_kind_are_shown_and_the_others_counted(where: str) -> None:
    text, code = WRONG[where]
    with pytest.raises(ScenarioError) as caught:
        scenario_of(text(1_234))
    assert len(caught.value.problems) == 1_234
    lines = str(caught.value).splitlines()
    assert lines[0] == "scenario cannot be used: 1,234 problems"
    assert sum("key_" in line and line.startswith("scenario:") for line in lines) == MOST_SHOWN
    assert lines[-1] == f"and 1,134 more of the kind `{code}`; --json lists them all"
    assert "known" in caught.value.problems[0].hint
    assert all(problem.hint and problem.place for problem in caught.value.problems)


@pytest.mark.parametrize("where", WRONG)
def test_near_names_are_looked_for_only_for_what_is_shown(where: str, monkeypatch: pytest.MonkeyPatch) -> None:
    text, _ = WRONG[where]
    looked: list[str] = []

    def count_call(word: str, *_: object) -> str:
        looked.append(word)
        return ""

    for module in (errors, overlay, fibercap.model.checks.validation):
        monkeypatch.setattr(module, "nearest", count_call)
    results = []
    for number in (500, 1_000):
        looked.clear()
        with pytest.raises(ScenarioError, match=rf"{number:,} problems"):
            scenario_of(text(number))
        results.append(len(looked))
    assert results[0] == results[1] <= 3 * MOST_SHOWN


def test_a_kind_is_not_hidden_by_another() -> None:
    text = PLAN.replace("15 USD/km", "15") + keys(300)
    with pytest.raises(ScenarioError, match="and 200 more of the kind") as caught:
        scenario_of(text)
    assert "plants.jena.cash_cost" in str(caught.value)


def test_json_lists_every_problem() -> None:
    with pytest.raises(ScenarioError) as caught:
        scenario_of(PLAN + keys(250))
    assert [error["path"] for error in errors_document(caught.value)["errors"]] == [f"key_{k}" for k in range(250)]


def write_files(folder: Path, number: int) -> Path:
    """Write files of which each but two extends the two before it; return the last."""
    (folder / "0.yaml").write_text(PLAN)
    (folder / "1.yaml").write_text("fibercap: 1\nextends: 0.yaml\n")
    for k in range(2, number):
        change = f"change: {{plants.jena.cash_cost: {k} USD/km}}"
        (folder / f"{k}.yaml").write_text(f"fibercap: 1\nextends: [{k - 2}.yaml, {k - 1}.yaml]\n{change}\n")
    return folder / f"{number - 1}.yaml"


def test_files_that_each_extend_two_others_are_read_once_each(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    reads: Counter[str] = Counter()

    def count_call(text: str | bytes, name: str) -> Reading:
        reads[Path(name).name] += 1
        return read_leniently(text, name)

    monkeypatch.setattr("fibercap.reading.loading.read_leniently", count_call)
    scenario = read(write_files(tmp_path, 40))
    assert reads == {f"{k}.yaml": 1 for k in range(40)}
    assert scenario.plants["jena"].cash_cost.values[0] == 39.0


def test_each_file_is_laid_a_fixed_number_of_times(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    laid: list[str] = []
    plain = extends._apply_layer

    def count_call(tree: Branch, layer: extends.Layer, problems: list[Problem]) -> Branch:
        laid.append(layer.name)
        return plain(tree, layer, problems)

    monkeypatch.setattr(extends, "_apply_layer", count_call)
    for number in (20, 40):
        folder = tmp_path / str(number)
        folder.mkdir()
        laid.clear()
        read(write_files(folder, number))
        assert len(laid) <= 2 * number


@pytest.mark.long
def test_a_long_chain_of_files_is_read(tmp_path: Path) -> None:
    (tmp_path / "0.yaml").write_text(PLAN)
    for k in range(1, 1_100):
        (tmp_path / f"{k}.yaml").write_text(f"fibercap: 1\nextends: {k - 1}.yaml\n")
    assert read(tmp_path / "1099.yaml").plants["jena"].cash_cost.values[0] == 15.0
