"""One input set twice by one overlay, in whatever notation; and texts and currencies that are not what they look like."""

from __future__ import annotations

import tracemalloc
from pathlib import Path

import numpy as np
import pytest

from fibercap.core.errors import ScenarioError
from fibercap.model.project import project
from fibercap.reading.files import read, read_loans, scenario_of

PLAN = """\
fibercap: 1
horizon: {from: 2001, to: 2008, step: quarter}
money: {report_in: USD, discount_rate: 12 %/year}
products: {fiber: {price: {2001: 40 USD/km, 2003: 38 USD/km}}}
plants: {works: {product: fiber, capacity: 200_000 km/year, cash_cost: 20 USD/km}}
projects: {line: {plant: works, adds: 150_000 km/year, capex: 9 million USD, spend: {2001: 100 %}, complete: 2001-12-31}}
loans:
  bank: {commitment: 6 million USD, signed: 2001-01-01, matures: 6 years, rate: 8 %/year, grace: 1 year}
funding: {line: {bank: 6 million USD, equity: rest}}
opening: {cash: 1.5 million USD, fixed_assets: {value: 1 million USD, life: 8 years}}
"""
TWICE = {
    "dotted and nested": "change: {loans.bank.rate: 10 %/year, loans: {bank: {rate: 9 %/year}}}",
    "nested and dotted": "change: {loans: {bank: {rate: 9 %/year}}, loans.bank.rate: 10 %/year}",
    "two blocks": "change: {loans.bank: {rate: 9 %/year, grace: 6 months}, loans: {bank: {grace: 1 year}}}",
    "a block and inside it": "change: {projects.line.ramp: {linear: 6 months}, projects.line.ramp.linear: 3 months}",
    "with its source": "change: {loans.bank.rate: {value: 9 %/year, note: offered}, loans: {bank: {rate: 10 %/year}}}",
    "by its value": "change: {loans.bank.rate.value: 9 %/year, loans.bank: {rate: 10 %/year}}",
    "an operator and a value": "change: {loans.bank.rate: {times: 2}, loans: {bank: {rate: 9 %/year}}}",
    "two operators": "change: {products.fiber.price: {times: 2}, products: {fiber: {price: {plus: 1 USD/km}}}}",
    "a series and a year": "change: {products.fiber.price: 50 USD/km, products.fiber.price.2003: 40 USD/km}",
    "change and add": "{change: {loans.bank.sweep: 10 %}, add: {loans.bank.sweep: 20 %}}",
    "two additions": "add: {loans.two: {like: bank, commitment: 1 MUSD}, loans: {two: {commitment: 2 MUSD}}}",
}
ONCE = {
    "beside": "change: {loans.bank.rate: 10 %/year, loans: {bank: {grace: 6 months}}}",
    "two years": "change: {products.fiber.price.2001: 50 USD/km, products: {fiber: {price: {2003: 40 USD/km}}}}",
    "two fields, one called value": "change: {opening.fixed_assets: {value: 2 MUSD, life: 9 years}}",
    "two paths, one ends in value": "change: {opening.fixed_assets.value: 2 MUSD, opening: {fixed_assets: {life: 9 years}}}",
    "removed, then added": "{remove: [loans.bank.grace], add: {loans.bank.grace: 6 months}}",
    "two entries": "add: {loans.two: {like: bank, commitment: 1 MUSD}, loans.three: {like: bank, commitment: 2 MUSD}}",
}


def lines(text: str) -> str:
    return (
        "\n".join(text[1:-1].replace("}, add:", "}\nadd:").replace("], add:", "]\nadd:").split("\n"))
        if text[0] == "{"
        else text
    )


def variant(folder: Path, text: str) -> Path:
    (folder / "plan.yaml").write_text(PLAN)
    (folder / "variant.yaml").write_text(f"fibercap: 1\nextends: plan.yaml\n{lines(text)}\n")
    return folder / "variant.yaml"


@pytest.mark.parametrize("text", TWICE.values(), ids=TWICE)
def test_a_variant_that_sets_an_input_twice_is_refused(tmp_path: Path, text: str) -> None:
    """Case S01; asked at https://github.com/calliope-project/calliope/issues/300."""
    with pytest.raises(ScenarioError) as caught:
        read(variant(tmp_path, text))

    messages = [problem for problem in caught.value.problems if problem.code == "set_twice"]
    assert len(messages) == 1
    assert messages[0].place is not None
    assert "variant.yaml:" in messages[0].found


@pytest.mark.parametrize("text", TWICE.values(), ids=TWICE)
def test_an_option_that_sets_an_input_twice_is_refused(text: str) -> None:
    laid = text if text[0] == "{" else f"{{{text}}}"
    with pytest.raises(ScenarioError) as caught:
        scenario_of(f"{PLAN}options: {{other: {laid}}}\n")

    assert "set_twice" in {problem.code for problem in caught.value.problems}


@pytest.mark.parametrize("text", ONCE.values(), ids=ONCE)
def test_what_is_set_once_is_taken(tmp_path: Path, text: str) -> None:
    read(variant(tmp_path, text))


def test_a_path_of_thousands_of_names_takes_no_memory_for_each_of_its_beginnings() -> None:
    tracemalloc.start()
    try:
        with pytest.raises(ScenarioError, match="no such path"):
            read("fibercore", settings=[f"a{'.b' * 5_000}=1"])
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert peak < 50e6  # it took twice as much for the beginnings alone


@pytest.mark.parametrize(
    "settings",
    [
        ("loans.bank.rate=9 %/year", "loans.bank.rate=8 %/year"),
        ("loans.bank={rate: 9 %/year, grace: 6 months}", "loans.bank.rate=8 %/year"),
        ("loans.bank.rate={times: 2}", "loans.bank.rate={times: 2}"),
        ("products.fiber.price=50 USD/km", "products.fiber.price.2003=40 USD/km"),
    ],
)
def test_two_settings_of_one_input_are_refused(tmp_path: Path, settings: tuple[str, str]) -> None:
    path = tmp_path / "plan.yaml"
    path.write_text(PLAN)
    with pytest.raises(ScenarioError, match="is set twice") as caught:
        read(path, settings=settings)

    assert f"--set {settings[0]}" in caught.value.problems[0].found
    loans = tmp_path / "loans.yaml"
    loans.write_text(
        "fibercap: 1\nloans: {bank: {commitment: 1 MUSD, signed: 2001-01-01, matures: 6 years, rate: 8 %/year}}\n"
    )
    if all(setting.startswith("loans") for setting in settings):
        with pytest.raises(ScenarioError, match="is set twice"):
            read_loans(loans, settings=settings)


TEXTS = {
    "note of a project": ("adds: 150_000 km/year", "adds: 150_000 km/year, note: 10 million EUR"),
    "note of an input": ("capex: 9 million USD", "capex: {value: 9 million USD, note: 10 million EUR}"),
    "name of a plant": ("{product: fiber, capacity", "{product: fiber, name: 5 DEM, capacity"),
    "title of a loan": ("commitment: 6 million USD", "commitment: 6 million USD, title: 10 MEUR"),
    "lender": ("commitment: 6 million USD", "commitment: 6 million USD, lender: 5 EUR"),
    "note of funding": ("equity: rest}", "equity: rest, note: 3 million EUR}"),
    "note of money": ("{report_in: USD", "{note: 5 EUR, report_in: USD"),
    "note of the opening": ("{cash: 1.5 million USD,", "{note: 1 MEUR, cash: 1.5 million USD,"),
    "note of a covenant": ("grace: 1 year", "covenants: {c: {row: accounts.dscr, at_least: 1, note: 5 EUR}}"),
}


@pytest.mark.parametrize(("old", "new"), TEXTS.values(), ids=TEXTS)
def test_a_text_that_reads_like_money_is_a_text(old: str, new: str) -> None:
    """Case min_note_currency: only amounts are read as money."""
    assert old in PLAN
    plain, noted = scenario_of(PLAN), scenario_of(PLAN.replace(old, new))

    assert noted.foreign == ()
    changed = project(noted).value("accounts.cash") - project(plain).value("accounts.cash")
    assert abs(changed).max() == 0 or "grace" in old


UNKNOWN = {
    "every amount": (PLAN.replace(" USD", " XYZ"), "money.report_in"),
    "scaled too": (PLAN.replace("9 million USD", "9 MXYZ").replace("40 USD", "40 kXYZ").replace("20 USD", "20 XYZ"), "products.fiber.price.2001"),
    "the reporting currency alone": (PLAN.replace("report_in: USD", "report_in: XYZ"), "money.report_in"),
    "and its rates": (
        PLAN.replace("report_in: USD", "report_in: XYZ").replace(" USD", " EUR") + "exchange: {EUR: {average: 2 XYZ/EUR}}\n",
        "money.report_in",
    ),
    "under exchange": (PLAN.replace("9 million USD", "9 million XQZ") + "exchange: {XQZ: {average: 1.5 USD/XQZ}}\n", "projects.line.capex"),
}  # fmt: skip


@pytest.mark.parametrize(("text", "path"), UNKNOWN.values(), ids=UNKNOWN)
def test_one_unknown_currency_is_one_problem(text: str, path: str) -> None:
    with pytest.raises(ScenarioError) as caught:
        scenario_of(text)

    (problem,) = caught.value.problems
    assert problem.path == path
    assert ("more input" in problem.hint) == (text.count("XYZ") + text.count("XQZ") > 1)


@pytest.mark.parametrize("step", [1, -1], ids=["the rate first", "the index first"])
def test_settings_may_name_what_a_later_one_adds(tmp_path: Path, step: int) -> None:
    """Settings are validated together: their order does not matter."""
    (tmp_path / "plan.yaml").write_text(PLAN)
    settings = ["loans.bank.rate={index: libor, margin: 2 %/year}", "rates={libor: 5 %/year}"]

    floating = project(read(tmp_path / "plan.yaml", settings=settings[::step]))
    fixed = project(read(tmp_path / "plan.yaml", settings=["loans.bank.rate=7 %/year"]))

    np.testing.assert_allclose(
        floating["loans.bank.interest"].magnitude, fixed["loans.bank.interest"].magnitude, rtol=1e-12
    )


def test_problems_of_all_settings_are_reported_at_once(tmp_path: Path) -> None:
    (tmp_path / "plan.yaml").write_text(PLAN)

    with pytest.raises(ScenarioError, match=r"(?s)loans\.bank\.rte.*did you mean `rate`.*loans\.bonk\.rate"):
        read(tmp_path / "plan.yaml", settings=["loans.bank.rte=3 %/year", "loans.bonk.rate=3 %/year"])
