"""The live report in a real browser: what it shows after moves is what the engine gives, and what it refuses too."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from fibercap.core.errors import ScenarioError
from fibercap.core.trees.tree import Branch, Leaf
from fibercap.model.plan.scenario import Scenario
from fibercap.model.project import project
from fibercap.reading.files import read, scenario_of
from fibercap.studies.compare import compare
from fibercap.views.report.first_page import lead_of
from fibercap.views.report.live.page import script
from fibercap.views.report.subject import subject_of
from fibercap.views.sentences import measure_text
from fibercap.views.statements import statement_figures
from tests.browser import CHROMIUM, Browser
from tests.live import document_of, page_of, try_changes

pytestmark = pytest.mark.long

NEEDS_BROWSER = pytest.mark.skipif(not CHROMIUM, reason="no Chromium here; apt-get install chromium")
PLAN = """
fibercap: 1
id: ring
horizon: {from: 2000, to: 2003, step: quarter}
money: {report_in: USD, discount_rate: 10 %/year, terminal_value: book}
products: {fiber: {name: "Fiber <b>", price: 40 USD/km}}
plants: {works: {product: fiber, capacity: 100_000 km/year, utilization: 90 %, cash_cost: {2000: 20 USD/km, 2002: 22 USD/km}}}
projects:
  line: {plant: works, adds: 50_000 km/year, capex: 2 million USD, spend: {2000: 100 %}, complete: 2000-12-31}
loans:
  bank:
    commitment: 1 million USD
    signed: 2000-01-01
    matures: 3 years
    rate: 8 %/year
    covenants: {cover: {says: cover of 1.2, row: accounts.dscr_12m, at_least: 1.2, test: payment}}
funding: {line: {bank: 1 million USD, cash: rest}}
opening: {cash: 2 million USD}
claims: {grows: {says: grows by half, row: plants.works.nameplate, when: end of 2000, at_least: 150_000 km/year}}
options:
  level: {title: Level payments}
  bullet: {title: All at the end, change: {loans.bank.repayment: {style: bullet}}}
"""
TONNES = """
fibercap: 1
horizon: {from: 2001, to: 2003, step: year}
money: {report_in: INR, discount_rate: 12 %/year}
products: {glass: {unit: tonne, price: 60_000 INR/tonne, demand: 3_000 tonne/year}}
plants: {pune: {product: glass, capacity: 2_000 tonne/year, cash_cost: 30 INR/kg, costs: {soda: {use: 1.1 kg/tonne, price: 12 INR/kg}}}}
projects: {line: {plant: pune, adds: 1.5 kt/year, capex: 60 million INR, complete: 2001-12-31}}
funding: {line: {equity: rest}}
"""
MOVE = """(path, value) => { const { plan, controls } = window.fibercap;
  controls.add(plan.inputs.findIndex((input) => input.path === path)).set(value); }"""
TEXTS = "(selector) => [...document.querySelectorAll(selector)].filter((e) => !e.hidden).map((e) => e.textContent)"


def ring() -> Scenario:
    return scenario_of(PLAN, "ring.yaml")


@cache
def ring_page() -> bytes:
    return page_of(ring())


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    folder = tmp_path_factory.mktemp("live")
    file = folder / "ring.html"
    file.write_bytes(ring_page())
    with Browser(folder / "home") as browser:
        browser.open(file)
        yield browser


@pytest.fixture
def fresh(page: Browser) -> Browser:
    page.value("[...document.querySelectorAll('.banner button')].find((b) => b.textContent === 'Reset').click()")
    return page


def move(page: Browser, path: str, value: float) -> None:
    page.value(f"({MOVE})({json.dumps(path)}, {value})")


def texts(page: Browser, selector: str) -> list[str]:
    return list(page.value(f"({TEXTS})({json.dumps(selector)})"))


def ring_with(**values: str) -> Scenario:
    return ring().with_changes(Branch({"change": Branch({path: Leaf(text) for path, text in values.items()})}))


@pytest.mark.browser
@NEEDS_BROWSER
@pytest.mark.parametrize(("name", "number"), [("oyster", 6), ("term_sheet", 4), ("fiber_2017", 3)])
def test_every_result_after_a_move_is_that_of_a_projection(name: str, number: int, tmp_path: Path) -> None:
    outcome = try_changes(name, number, 1, tmp_path)

    assert outcome.gaps == []
    assert outcome.tried == number
    assert outcome.compared > 0


@pytest.mark.browser
@NEEDS_BROWSER
def test_the_page_shows_the_figures_of_the_moved_plan_as_the_report_writes_them(fresh: Browser) -> None:
    move(fresh, "products.fiber.price", 26.4)
    move(fresh, "projects.line.capex", 2.2)
    plan = ring_with(**{"products.fiber.price": "26.4 USD/km", "projects.line.capex": "2.2 million USD"})
    subject = subject_of(project(plan), compare(plan))
    option = fresh.value("window.fibercap.plan.option.name")
    projection = project(plan.with_option(option))
    income = statement_figures(projection, "Income", "year")
    divisor, unit, decimals = statement_figures(project(ring().with_option(option)), "Income", "year").scale()

    lines = {text[0]: text[1:] for text in fresh.value(
        "[...document.querySelectorAll('.statements tbody tr')].filter((r) => !r.hidden)"
        ".map((r) => [...r.children].map((c) => c.textContent))"
    )}  # fmt: skip
    assert texts(fresh, ".statements caption") == [f"Income [{unit}]"]
    assert lines == {line.label: line.texts(divisor, decimals) for line in income.lines}
    tiles = dict(
        fresh.value(
            "[...document.querySelectorAll('.tiles > div')].map((d) => [d.children[0].textContent, d.querySelector('b').textContent])"
        )
    )
    for measure in (projection.measures[key] for key in ("equity_npv", "min_dscr", "lowest_cash")):
        assert tiles[measure.label] == " ".join(measure_text(measure)).strip()
    assert texts(fresh, ".head .lead")[0].removesuffix(".") in lead_of(subject)


@pytest.mark.browser
@NEEDS_BROWSER
def test_a_banner_says_what_is_moved_and_a_reset_takes_it_back(fresh: Browser) -> None:
    written = texts(fresh, ".figures")
    assert fresh.value("document.querySelector('.banner').hidden")

    move(fresh, "plants.works.utilization", 45)

    assert texts(fresh, ".banner span") == ["Not the plan as written: utilization of works 45 %."]
    assert texts(fresh, ".figures") != written
    assert "as written" in texts(fresh, ".tiles")[0]
    fresh.value("document.querySelector('.banner button').click()")
    assert texts(fresh, ".figures") == written
    assert fresh.value("document.querySelector('.banner').hidden")


@pytest.mark.browser
@NEEDS_BROWSER
def test_what_is_copied_gives_the_moved_plan(fresh: Browser, tmp_path: Path) -> None:
    move(fresh, "products.fiber.price", 44)
    move(fresh, "plants.works.cash_cost", 110)
    worth = fresh.value("window.fibercap.plan.one(window.fibercap.plan.option, 'measure/equity_npv')")
    option = fresh.value("window.fibercap.plan.option.name")
    settings, overlay = fresh.value("window.fibercap.plan.settings"), fresh.value("window.fibercap.plan.overlay")
    (tmp_path / "ring.yaml").write_text(PLAN)
    (tmp_path / "what_if.yaml").write_text(overlay)

    assert settings == "--set 'products.fiber.price=44 USD/km' --set 'plants.works.cash_cost={times: 1.1}'"
    given = ["products.fiber.price=44 USD/km", "plants.works.cash_cost={times: 1.1}"]
    for plan in (read(tmp_path / "ring.yaml", option, given), read(tmp_path / "what_if.yaml", option)):
        assert project(plan).measures["equity_npv"].value == pytest.approx(worth, rel=1e-9)


@pytest.mark.browser
@NEEDS_BROWSER
@pytest.mark.parametrize(
    ("path", "value", "text"),
    [
        ("plants.works.utilization", 120, "120 %"),
        ("products.fiber.price", -3, "-3 USD/km"),
        ("loans.bank.commitment", 0, "0 million USD"),
        ("funding.line.bank", 1.3, "1.3 million USD"),
    ],
)
def test_what_the_engine_refuses_is_refused_with_the_same_words(
    fresh: Browser, path: str, value: float, text: str
) -> None:
    before = texts(fresh, ".tiles")
    with pytest.raises(ScenarioError) as refusal:
        ring_with(**{path: text})

    move(fresh, path, value)

    (problem,) = refusal.value.problems
    messages = [text for text in texts(fresh, "[role=alert]") if text]
    assert len(messages) == 1
    assert messages[0].endswith(problem.sentence())
    assert texts(fresh, ".tiles") == before
    fresh.value("window.fibercap.controls.update()")


def test_controls_refuse_in_the_units_of_the_plan() -> None:
    """What a control says beyond its limits is what the plan itself says, in tonnes and rupees."""
    plan = scenario_of(TONNES)
    refusals = [
        (control["path"], refused["words"], f"{2 * refused['limit'] or -1000.0:.12g} {control['unit']}")
        for control in document_of(page_of(plan))["inputs"]
        for refused in control["refused"]
        if control["replaces"]
    ]

    assert {path for path, _, _ in refusals} >= {
        "plants.pune.cash_cost",
        "plants.pune.costs.soda.use",
        "projects.line.adds",
    }
    for path, words, text in refusals:
        with pytest.raises(ScenarioError) as refusal:
            plan.with_changes({"change": {path: text}})
        assert words.replace("{}", text) == refusal.value.problems[0].sentence(), path


@pytest.mark.browser
@NEEDS_BROWSER
def test_options_and_what_ifs_stand_side_by_side(fresh: Browser) -> None:
    fresh.value("document.querySelector('#live-option-bullet').click()")
    assert fresh.value("window.fibercap.plan.option.title") == "All at the end"
    move(fresh, "products.fiber.price", 30)
    fresh.value("document.querySelector('#live-name').value = 'Cheap'; window.fibercap.whatifs.keep()")
    move(fresh, "products.fiber.price", 40)

    assert texts(fresh, ".side thead th") == ["As written", "Cheap"]
    moved = fresh.value("[...document.querySelectorAll('.side tbody tr')][0].textContent")
    assert moved == "What is movednothingprice of Fiber <b> 30 USD/km"
    fresh.value("[...document.querySelectorAll('.side button')].find((b) => b.textContent === 'Show').click()")
    assert fresh.value("window.fibercap.plan.settings") == "--set 'products.fiber.price=30 USD/km'"
    fresh.value("[...document.querySelectorAll('.side button')].find((b) => b.textContent === 'Remove').click()")
    fresh.value("document.querySelector('#live-option-level').click()")
    assert texts(fresh, ".whatifs .table") == []


@pytest.mark.browser
@NEEDS_BROWSER
def test_keys_and_readers_can_use_it(fresh: Browser) -> None:
    """Every field has a label; arrows move a number by a step, and a search brings up any other input."""
    unlabeled = "[...document.querySelectorAll('#live :is(input, select, textarea)')].filter((e) => !e.labels.length && !e.getAttribute('aria-label')).length"
    assert fresh.value(unlabeled) == 0
    fresh.value(
        "window.fibercap.controls.add(window.fibercap.plan.inputs.findIndex((i) => i.path === 'products.fiber.price')).focus()"
    )
    fresh.ask("Input.dispatchKeyEvent", type="keyDown", key="ArrowUp", code="ArrowUp", windowsVirtualKeyCode=38)

    step = fresh.value("window.fibercap.plan.inputs.find((i) => i.path === 'products.fiber.price').step")
    assert texts(fresh, ".banner span") == [f"Not the plan as written: price of Fiber <b> {40 + step:g} USD/km."]
    fresh.value(
        "const f = document.querySelector('#live-search'); f.value = 'opening'; f.dispatchEvent(new Event('input'))"
    )
    offered = texts(fresh, ".found li")
    assert offered
    fresh.value("document.querySelector('.found button').click()")
    assert (
        fresh.value("document.activeElement.closest('.input').querySelector('label').textContent").lower() == offered[0]
    )


@pytest.mark.browser
@NEEDS_BROWSER
def test_without_a_script_and_on_paper_it_is_the_report_as_written(tmp_path: Path) -> None:
    file = tmp_path / "ring.html"
    file.write_bytes(ring_page())
    with Browser(tmp_path / "home") as browser:
        browser.ask("Emulation.setScriptExecutionDisabled", value=True)
        browser.open(file)
        browser.ask("Emulation.setScriptExecutionDisabled", value=False)
        hidden = "['#live', '[data-live]'].every((s) => document.querySelector(s).getBoundingClientRect().height === 0)"
        assert browser.value(hidden)
        assert browser.value("document.querySelectorAll('main section').length") > 10
    with Browser(tmp_path / "again") as browser:
        browser.open(file)
        assert not browser.value(hidden)
        browser.ask("Emulation.setEmulatedMedia", media="print")
        assert browser.value(hidden)
        browser.ask("Emulation.setEmulatedMedia", media="screen")
        browser.ask("Emulation.setDeviceMetricsOverride", width=390, height=800, deviceScaleFactor=1, mobile=False)
        assert browser.value("document.documentElement.scrollWidth <= window.innerWidth")
        assert browser.addresses() == [file.as_uri()]
        assert browser.messages() == []


def test_the_script_is_the_same_for_all_plans_and_holds_nothing_of_one() -> None:
    """Its hash is in the policy of every report; no formula, row or measure of the model is named in it but to be shown."""
    text = script()

    assert "</" not in text.replace("</text>", "").replace("</path>", "")
    assert not any(word in text for word in ("eval(", "new Function", "fetch(", "XMLHttpRequest", "import("))


@pytest.mark.parametrize("missing", ["options", "projects"])
def test_plans_with_less_have_a_live_report(missing: str) -> None:
    text = PLAN.partition("options:")[0] if missing == "options" else BARE
    document = document_of(page_of(scenario_of(text, "less.yaml")))

    assert len(document["options"]) == 1
    assert not document["compares"]
    assert [control["path"] for control in document["inputs"]]
    assert document["words"]["lead"].startswith("“")


BARE = """
fibercap: 1
id: bare
horizon: {from: 2000-07, to: 2001, step: quarter}
money: {report_in: USD}
products: {glass: {price: 60 USD/km}}
plants: {jena: {product: glass, capacity: 400 km/year, cash_cost: 30 USD/km}}
"""


def controls_of(document: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {control["path"]: control for control in document["inputs"]}


def test_sliders_stand_on_the_value_as_written_and_stay_within_bounds() -> None:
    controls = controls_of(document_of(ring_page()))

    for control in controls.values():
        steps = (control["written"] - control["low"]) / control["step"]
        assert steps == pytest.approx(round(steps), abs=1e-6), control["path"]
        assert control["low"] <= control["written"] <= control["high"]
    use = controls["plants.works.utilization"]
    assert (use["written"], use["unit"], use["high"]) == (90.0, "%", 100.0)
    assert controls["plants.works.cash_cost"]["unit"] == "%"
    assert controls["projects.line.capex"]["unit"] == "million USD"


def test_a_slider_of_a_number_below_zero_stands_between_lower_ones_and_zero() -> None:
    falling = scenario_of(
        PLAN.replace("price: 40 USD/km}", "price: {2000: 40 USD/km, growth: -5 %/year}}"), "falling.yaml"
    )
    control = controls_of(document_of(page_of(falling)))["products.fiber.price.growth"]

    assert (control["written"], control["unit"]) == (-5.0, "%/year")
    assert (control["low"], control["high"]) == (-7.5, -2.5)


def test_a_discount_rate_of_zero_has_a_slider_of_some_percent() -> None:
    plan = scenario_of(PLAN.replace("discount_rate: 10 %/year", "discount_rate: 0 %/year"), "free.yaml")
    control = controls_of(document_of(page_of(plan)))["money.discount_rate"]

    assert (control["written"], control["unit"]) == (0.0, "%/year")
    assert (control["low"], control["high"]) == (0.0, 5.0)
