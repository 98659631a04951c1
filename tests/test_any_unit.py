"""Plans in units and currencies of their own: every output speaks them, and the money does not depend on them."""

from __future__ import annotations

import re
from pathlib import Path
from zipfile import ZipFile

import numpy as np
import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

from fibercap.cli import cli, main
from fibercap.core.errors import ScenarioError
from fibercap.core.vocabulary import PRODUCT_UNITS
from fibercap.model.project import project
from fibercap.reading.files import scenario_of

GLASS = """\
fibercap: 1
title: Glass works
horizon: {from: 2001, to: 2004, step: quarter}
money: {report_in: INR, discount_rate: 12 %/year}
products: {glass: {unit: tonne, price: 60_000 INR/tonne, demand: 3_000 tonne/year}}
plants: {pune: {product: glass, capacity: 2_000 tonne/year, cash_cost: 30 INR/kg, fixed_cost: 5 million INR/year}}
projects: {line: {plant: pune, adds: 1.5 kt/year, capex: 60 million INR, complete: 2002-06-30, ramp: {linear: 6 months}}}
loans:
  bank: {commitment: 40 million INR, signed: 2001-06-30, matures: 6 years, rate: 11 %/year, rounding: cent,
         payments: {every: quarter}, covenants: {cover: {row: loans.bank.dscr_12m, at_least: 1.2}}}
funding: {line: {bank: 40 million INR, cash: rest}}
opening: {cash: 50 million INR}
options: {bank: {title: A bank}, owners: {title: Owners alone, remove: [loans.bank, funding.line.bank]}}
claims: {more: {says: Over 3 kt, row: plants.pune.nameplate, when: end of 2003, above: 3 kt/year}}
uncertain: {inputs: {price: {input: products.glass.price, times: {normal: {mean: 1, sd: 0.1}}}}}
"""
MIXED = """\
fibercap: 1
horizon: {from: 2001, to: 2004, step: quarter}
money: {report_in: INR, discount_rate: 12 %/year}
units: {coil: 12 km, pallet: new}
products:
  glass: {unit: tonne, price: 60_000 INR/tonne}
  wire: {unit: coil, price: 9_000 INR/coil}
  boxes: {unit: pallet, price: 800 INR/pallet}
plants:
  pune: {product: glass, capacity: 2_000 tonne/year, cash_cost: 30 INR/kg}
  delhi: {product: glass, capacity: 900 tonne/year, cash_cost: 31 INR/kg}
  goa: {product: wire, capacity: 10_000 coil/year, cash_cost: 400 INR/km}
  agra: {product: boxes, capacity: 5_000 pallet/year, cash_cost: 300 INR/pallet}
projects:
  line: {plant: pune, adds: 1.5 kt/year, capex: 60 million INR, complete: 2002-06-30, ramp: {linear: 6 months}}
  wires: {plant: goa, adds: 60_000 km/year, capex: 30 million INR, complete: 2002-06-30}
funding: {line: {equity: rest}, wires: {equity: rest}}
working_capital: {receivables: 30 days, inventory: 20 days, payables: 10 days}
tax: {rate: 30 %}
"""
CHARTS = ("capacity", "output", "revenue", "debt", "cover", "cash", "waterfall", "funding", "claims", "sensitivity")
OTHERS = re.compile(r"(?<!\w)(?:M?km|fiber|[kM]?USD)(?!\w)")


COMMANDS = """\
run {0}
run {0} --json
check {0}
check {0} --json
rows {0}
show {0}"""
GLASS_COMMANDS = """\
compare {0}
explain {0} plants.pune.output 2003
explain {0} levelized_cost
compare {0} --json
sensitivity {0}
sensitivity {0} --input products.glass.price --json
simulate {0} --samples 64
simulate {0} --samples 64 --json
diff {0} --option owners --results
new --unit tonne --currency INR -
loan {0} bank
size {0} bank --dscr 1.3
solve {0} --vary products.glass.price --measure equity_npv --equals 0~INR"""
SHIPPED_COMMANDS = {
    "annuity_road": """\
explain {0} plants.road.output 2021-03
explain {0} loans.bank.interest_paid 2021-03
loan {0} bank
solve {0} --vary loans.bank.outstanding --measure min_dscr --equals 1.2""",
    "oyster": """\
explain {0} plants.farm.costs.straw 2003
explain {0} plants.farm.cash_cost_per_unit 2003-12
loan {0} term
size {0} term --dscr 2
solve {0} --vary products.oyster_mushroom.price --measure min_dscr --equals 1.2""",
}


def outputs(plan: str, further: str, folder: Path, capsys: pytest.CaptureFixture[str]) -> dict[str, str]:
    """Return what every command prints or writes about a plan, by command."""
    written = {}
    for line in f"{COMMANDS}\n{further}".splitlines():
        main([word.format(plan).replace("~", " ") for word in line.split()])
        written[line] = capsys.readouterr().out
    for name in ("plan.html", "table.csv", "years.iamc.csv", "plan.xlsx", "tables"):
        main(["export", plan, "--out", str(folder / name)])
    for chart in CHARTS:
        main(["plot", plan, chart, "--out", str(folder / f"{chart}.svg")])
    main(["loan", plan, *further.partition("loan {0} ")[2].split()[:1], "--plot", str(folder / "loan.svg")])
    written |= {file.name: text_in(file) for file in folder.rglob("*") if file.is_file() and file.suffix != ".yaml"}
    capsys.readouterr()
    return written


def text_in(file: Path) -> str:
    """Return the text of a file, of a workbook that of all its parts, a line for each element."""
    if file.suffix != ".xlsx":
        return file.read_text("utf-8")
    with ZipFile(file) as parts:
        return "\n".join(parts.read(name).decode("utf-8").replace(">", ">\n") for name in parts.namelist())


@pytest.mark.long
@pytest.mark.parametrize("plan", ["glass.yaml", *SHIPPED_COMMANDS])
def test_every_output_of_a_plan_in_rupees_speaks_its_own_units(
    plan: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("sys.exit", lambda *_: None)
    Path("glass.yaml").write_text(GLASS, "utf-8")

    for command, text in outputs(plan, SHIPPED_COMMANDS.get(plan, GLASS_COMMANDS), tmp_path, capsys).items():
        assert text, command
        assert [line for line in text.splitlines() if OTHERS.search(line)] == [], command
        assert plan not in command or re.search(r"\b(INR|tonne|annuity|kg)\b", text), command


def test_a_product_without_a_unit_is_kept_in_that_of_its_kind() -> None:
    """`a` is counted in metres, and so is `b`, whose unit is left out."""
    plan = """\
fibercap: 1
horizon: {from: 2001, to: 2001, step: year}
money: {report_in: USD}
products: {a: {unit: m, price: 0.06 USD/m}, b: {price: 60 USD/km}}
plants:
  one: {product: a, capacity: 1_000 km/year, cash_cost: 10 USD/km}
  two: {product: b, capacity: 2_000 km/year, cash_cost: 10 USD/km}
"""
    projection = project(scenario_of(plan))

    assert projection.scenario.product_units == ("m",)
    assert projection.rows["plants.two.shipments"].unit == "m"
    assert projection.value("plants.two.shipments")[0, 0] == pytest.approx(2e6)
    assert projection.value("accounts.shipments")[0, 0] == pytest.approx(3e6)
    assert projection.value("accounts.revenue")[0, 0] == pytest.approx(180_000)


def test_several_units_are_added_up_apart() -> None:
    projection = project(scenario_of(MIXED))

    assert projection.scenario.product_units == ("tonne", "coil", "pallet")
    tonnes = projection.value("plants.pune.shipments") + projection.value("plants.delhi.shipments")
    assert projection.value("accounts.shipments.tonne") == pytest.approx(tonnes)
    assert projection.rows["accounts.shipments.coil"].unit == "coil"
    assert projection.value("plants.goa.nameplate")[0, -1] == pytest.approx(15_000)
    assert projection.measures["capacity_cost.tonne"].value == pytest.approx(40_000)
    assert projection.measures["capacity_cost.coil"].value == pytest.approx(6_000)
    assert projection.measures["capacity_cost.pallet"].value is None
    assert "capacity_cost" not in projection.measures


def test_measures_of_each_unit_are_compared(tmp_path: Path) -> None:
    files = [tmp_path / "one.yaml", tmp_path / "two.yaml"]
    for file in files:
        file.write_text(MIXED, encoding="utf-8")

    page = CliRunner().invoke(cli, ["compare", *map(str, files)]).stdout
    assert "Capex per tonne/year added" in page
    assert "Capex per coil/year added" in page


def test_levelized_costs_of_several_units_are_those_of_plans_of_one_each() -> None:
    """Without what plans share, stock of working capital included, each unit's cost is that of a plan of its own."""
    alone = re.sub(r"(?m)^  (wire|boxes|goa|agra|wires): .*\n", "", MIXED).replace(", wires: {equity: rest}", "")
    both, one = (project(scenario_of(text)).measures for text in (MIXED, alone))

    assert both["levelized_cost.tonne"].value == pytest.approx(one["levelized_cost"].value, rel=1e-9)


@pytest.mark.long
@settings(max_examples=12, deadline=None)
@given(unit=st.sampled_from(sorted(unit for unit, (_, base) in PRODUCT_UNITS.items() if base == "kg")))
def test_the_same_plan_in_another_unit_gives_the_same_money(unit: str) -> None:
    factor = PRODUCT_UNITS["tonne"][0] / PRODUCT_UNITS[unit][0]
    plan, other = (project(scenario_of(text)) for text in (GLASS, GLASS.replace("unit: tonne", f"unit: {unit}")))

    for path, row in plan.rows.items():
        times = factor if row.unit.startswith("tonne") else 1 / factor if row.unit.endswith("tonne") else 1.0
        np.testing.assert_allclose(
            other.value(path), plan.value(path) * times, rtol=1e-9, atol=1e-6 * max(times, 1), err_msg=path
        )


def test_amounts_are_paid_in_the_minor_unit_of_their_currency() -> None:
    for code, step in (("INR", 0.01), ("JPY", 1.0), ("KWD", 0.001)):
        paid = project(scenario_of(GLASS.replace("INR", code))).value("loans.bank.schedule.interest_paid")[0]
        assert np.allclose(paid / step, np.round(paid / step), rtol=0, atol=1e-6)
        assert step == 0.001 or not np.allclose(paid / step / 10, np.round(paid / step / 10), rtol=0, atol=1e-6)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("unit: tonne", "unit: tone", "did you mean `tonne`"),
        ("unit: tonne", "unit: crate", r"declare it: `units: \{crate: new\}`"),
        ("unit: tonne", "unit: USD", "`USD`, a currency and no unit of products"),
        ("unit: tonne", "unit: coil", r"declare it: `units: \{coil: new\}`"),
        ("unit: tonne", "unit: lb", r"declare it: `units: \{lb: new\}`"),
        ("unit: tonne", "unit: year", "no unit of products"),
        (
            "capacity: 2_000 tonne/year",
            "capacity: 2_000 piece/year",
            "a number of pieces per time, wanted a mass per time",
        ),
        ("cash_cost: 30 INR/kg", "cash_cost: 30 INR/km", "money per length, wanted money per mass"),
        ("title: Glass works", "units: {USD: new}", "a currency, wanted a name for a unit"),
        ("title: Glass works", "units: {km: new}", "a unit that is known already, wanted a name for a unit"),
        ("title: Glass works", "units: {coil_2: new}", "no name of letters alone"),
        ("title: Glass works", "units: {coil: 12 boxes}", "`new`, or an amount of a unit of products"),
        ("title: Glass works", "units: {coil: 12 USD}", "`new`, or an amount of a unit of products"),
        ("title: Glass works", "units: {coil: -1 km}", "`new`, or an amount of a unit of products"),
        ("title: Glass works", "units: {coil: 12 Km}", "did you mean `km`"),
        ("title: Glass works", "units: {coil: 12 tone}", "did you mean `tonne`"),
        ("report_in: INR", "report_in: INX", "INR"),
    ],
)
def test_what_is_no_unit_is_refused_at_its_place(old: str, new: str, message: str) -> None:
    with pytest.raises(ScenarioError, match=message) as caught:
        scenario_of(GLASS.replace(old, new))

    assert all(problem.place is not None for problem in caught.value.problems)


@pytest.mark.parametrize(
    "spoilt",
    [
        GLASS.replace("INR", "INX"),
        GLASS.replace("unit: tonne", "unit: crate"),
        GLASS.replace("unit: tonne", "unit: tone"),
        re.sub(r"\btonne\b|\bkt\b|\bkg\b", "crate", GLASS),
        GLASS.replace("price: 60_000 INR/tonne", "price: {2001: 60_000 INR/tonne}").replace(
            "unit: tonne", "unit: crate"
        ),
    ],
)
def test_one_cause_is_one_problem(spoilt: str) -> None:
    with pytest.raises(ScenarioError) as caught:
        scenario_of(spoilt)

    assert len(caught.value.problems) == 1


@pytest.mark.long
@pytest.mark.parametrize(("unit", "currency"), [("km", "USD"), ("tonne", "INR"), ("piece", "JPY")])
def test_a_new_plan_runs_in_any_unit_and_currency(
    unit: str, currency: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.exit", lambda *_: None)
    main(["new", "--unit", unit, "--currency", currency, str(tmp_path)])
    capsys.readouterr()

    projection = project(scenario_of((tmp_path / "plan.yaml").read_text("utf-8")))

    assert projection.scenario.product_units == (unit,)
    assert projection.scenario.currency == currency


def test_an_operator_changes_an_amount_in_a_unit_that_is_declared_beside_its_source() -> None:
    plan = """\
fibercap: 1
horizon: {from: 2001, to: 2003, step: year}
money: {report_in: USD}
units: {coil: {value: 12 km, note: A coil of the works}}
products: {fiber: {unit: coil, price: 60 USD/coil}}
plants: {works: {product: fiber, capacity: 1_000 coil/year, cash_cost: 10 USD/coil}}
options: {cheap: {change: {plants.works.cash_cost: {times: 0.9}}}}
"""
    projection = project(scenario_of(plan).with_option("cheap"))

    assert projection.value("accounts.variable_cost")[0].tolist() == [9_000.0] * 3
