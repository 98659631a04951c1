"""Every key of `uncertain`: its plan moves what a simulation says, and `show` keeps it."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner

from fibercap.cli import cli
from fibercap.reading.files import read, scenario_of
from fibercap.studies.chances.simulate import Simulation, simulate
from fibercap.views.json.simulate import simulation_document
from tests.keys import leaves, other_value, pattern_of, values

KINDS = {
    "normal": "{mean: M, sd: 2 %}",
    "lognormal": "{median: M, sigma: 2 %}",
    "uniform": "{low: L, high: H}",
    "triangular": "{low: L, mode: M, high: H}",
    "pert": "{low: L, mode: M, high: H}",
    "beta": "{alpha: 2, beta: 3, low: L, high: H}",
    "choice": "{a: {value: L, chance: 40 %}, b: {value: H, chance: 40 %}, c: {value: M, chance: 20 %}}",
    "empirical": "{1: L, 2: M, 3: H}",
}
RANGES = {"is": ("60 %", "70 %", "80 %"), "times": ("70 %", "80 %", "90 %"), "plus": ("5 %", "6 %", "7 %")}
INPUTS = {"is": "utilization", "times": "yield", "plus": "utilization"}


def plan_text() -> str:
    """Return a plan with every key of `uncertain`: of each distribution, one under each of `is`, `times` and `plus`."""
    plants, inputs = [], []
    for kind, terms in KINDS.items():
        for acts, (low, middle, high) in RANGES.items():
            name = f"{kind}_{acts}"
            plants.append(
                f"  {name}: {{product: fiber, capacity: 9_000 km/year, utilization: 60 %, yield: 95 %, cash_cost: 20 USD/km}}"
            )
            block = terms.replace("L,", f"{low},").replace("L}", f"{low}}}").replace("M", middle).replace("H", high)
            inputs.append(f"    {name}: {{input: plants.{name}.{INPUTS[acts]}, {acts}: {{{kind}: {block}}}}}")
    return "\n".join([
        "fibercap: 1",
        "id: many",
        "horizon: {from: 2001, to: 2003, step: year}",
        "money: {report_in: USD, discount_rate: 10 %/year}",
        "products: {fiber: {price: 40 USD/km, demand: 200_000 km/year}}",
        "plants:",
        *plants,
        "projects: {line: {plant: normal_is, adds: 9_000 km/year, capex: 1 MUSD, complete: 2001-12-31}}",
        "opening: {cash: 1 MUSD}",
        "uncertain:",
        "  samples: 16",
        "  seed: 3",
        "  inputs:",
        *inputs,
        "    price: {title: Price, input: products.fiber.price, times: {walk: {drift: -2 %/year, sd: 10 %, from: 2001},",
        "            shock: {chance: 40 %/year, then: {1 year: 60 %}, from: 2001}}}",
        "    demand: {input: products.fiber.demand, times: {shock: {starts_with: price, then: {1 year: 50 %}}}}",
        "    cost: {input: plants.beta_is.cash_cost, times: {shock: {chance: 30 %/year, then: {1 year: 150 %}}}}",
        "    tax: {input: tax.rate, plus: {normal: {mean: 5 %, sd: 2 %}}, between: {low: 1 %, high: 9 %}}",
        "  together: {both: {one: tax, other: normal_is, rank_correlation: 0.4}}",
        "tax: {rate: 20 %}",
        "",
    ])  # fmt: skip


PLAN = plan_text()
LABELS = {"uncertain.inputs.*.title"}
OTHERS = {
    "uncertain.samples": "32",
    "uncertain.seed": "4",
    "uncertain.inputs.price.input": "plants.beta_times.cash_cost",
    "uncertain.inputs.price.times.walk.from": "2002",
    "uncertain.inputs.price.times.shock.from": "2002",
    "uncertain.inputs.demand.times.shock.starts_with": "cost",
    "uncertain.inputs.price.times.shock.chance": "90 %/year",
    "uncertain.together.both.one": "beta_is",
    "uncertain.together.both.other": "beta_is",
    **{f"uncertain.inputs.choice_{acts}.{acts}.choice": f"{{a: {{value: {low}, chance: 90 %}}, b: {{value: {high}, chance: 5 %}}, c: {{value: {middle}, chance: 5 %}}}}"
       for acts, (low, middle, high) in RANGES.items()},
}  # fmt: skip


def chosen_moves() -> list[tuple[str, str]]:
    """Return path and other value of each key: all of `OTHERS`, and for the other keys a tenth more."""
    moves, seen = list(OTHERS.items()), set(LABELS)
    for path, text in OTHERS.items():
        inner = yaml.load(text, Loader=yaml.BaseLoader)  # noqa: S506 - texts alone
        seen |= {pattern_of(keys) for keys, _ in values(inner, tuple(path.split(".")))}
    seen |= {f"uncertain.inputs.*.{acts}.choice.*.value" for acts in RANGES}
    for keys, text in values(yaml.load(PLAN, Loader=yaml.BaseLoader)):  # noqa: S506 - texts alone
        pattern = pattern_of(keys)
        if keys[0] == "uncertain" and pattern not in seen:
            moves.append((".".join(keys), other_value(pattern, text)))
            seen.add(pattern)
    return moves


MOVES = chosen_moves()


@cache
def base() -> str:
    return what_is_likely(simulate(scenario_of(PLAN)))


def what_is_likely(simulation: Simulation) -> str:
    """Return what a simulation says, without what identifies the plan."""
    document = simulation_document(simulation, [], "equity_npv")
    return str([case for _, case in document["options"].items()])


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("uncertain") / "many.yaml"
    path.write_text(PLAN, encoding="utf-8")
    return path


def test_every_key_is_moved() -> None:
    moved = {pattern_of(tuple(path.split("."))) for path, _ in MOVES}
    chosen = {f"uncertain.inputs.*.{acts}.choice.*.{key}" for acts in RANGES for key in ("value", "chance")}
    in_files = {f"uncertain.inputs.*.{acts}.empirical.{key}" for acts in RANGES for key in ("file", "column")}
    keys = {key for key in leaves() if key.startswith("uncertain.")}

    assert sorted(keys - LABELS - moved - chosen - in_files) == []


@pytest.mark.long
@pytest.mark.parametrize(("path", "text"), MOVES, ids=lambda value: value)
def test_a_key_moves_what_is_likely_and_is_shown(path: str, text: str, file: Path) -> None:
    likely = what_is_likely(simulate(read(file, settings=[f"{path}={text}"])))

    assert likely != base()
    shown = CliRunner().invoke(cli, ["show", str(file), "--set", f"{path}={text}"])
    assert shown.exit_code == 0
    assert what_is_likely(simulate(scenario_of(shown.stdout, "many.yaml"))) == likely


@pytest.mark.parametrize("acts", RANGES)
def test_observed_values_may_stand_in_a_file(acts: str, tmp_path: Path) -> None:
    low, middle, high = RANGES[acts]
    (tmp_path / "seen.csv").write_text(f"number,change\n1,{low}\n2,{middle}\n3,{high}\n", encoding="utf-8")
    plan = tmp_path / "many.yaml"
    plan.write_text(
        PLAN.replace(f"{acts}: {{empirical: {{1: {low}, 2: {middle}, 3: {high}}}}}", f"{acts}: {{empirical: {{file: seen.csv, column: change}}}}"),
        encoding="utf-8",
    )  # fmt: skip

    assert "seen.csv" in plan.read_text(encoding="utf-8")
    assert what_is_likely(simulate(read(plan))) == base()
