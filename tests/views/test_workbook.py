"""The workbook: other programs recalculate it from spoilt values, and every cell is what the engine says."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import zipfile
from functools import cache
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from fibercap.core.errors import FibercapError
from fibercap.model.plan.scenario import Scenario
from fibercap.model.project import project
from fibercap.reading.files import read, scenario_of
from fibercap.reading.shipped import shipped_scenarios
from fibercap.views.workbook.workbook import workbook
from tests.sheets import (
    Recalculator,
    Sheets,
    differences,
    disagreements,
    inputs_of,
    live_measures_unlike,
    rows_of,
    settings_of,
    spoilt,
)
from tests.studies.test_covenant_dates import SLUMP
from tests.studies.test_samples import RICH
from tests.written import valid_scenarios

pytestmark = pytest.mark.long

AS_WRITTEN = "as written"


@cache
def workbook_of(name: str) -> bytes:
    return workbook(read(name), "0.1.0")


def alone(name: str) -> bytes:
    """Return the workbook of a scenario as it is written, without its options."""
    return workbook(scenario_without_options(name), "0.1.0")


def scenario_without_options(name: str) -> Scenario:
    scenario = read(name)
    bare = Scenario.from_tree(scenario.tree.without_child("options"), scenario.file)
    assert not bare.options
    return bare


@pytest.fixture(scope="module")
def fibercore(tmp_path_factory: pytest.TempPathFactory) -> Recalculator:
    return Recalculator(spoilt(workbook_of("fibercore")), tmp_path_factory.mktemp("fibercore"))


@pytest.fixture(scope="module")
def sheets_as_written(fibercore: Recalculator) -> Sheets:
    return fibercore.read()


def options_in(sheets: Sheets) -> list[str]:
    heads = [sheets("Inputs", 8, column) for column in range(10, 40)]
    words = [str(head) for head in heads if head and not str(head).endswith(", as exported")]
    return [words[0], *(word.replace(" ", "_") for word in words[1:])]


def recalculate(calculator: Recalculator, option: str) -> Sheets:
    calculator.choose(option)
    return calculator.read()


def test_cached_values_are_the_engines(tmp_path: Path) -> None:
    """A preview, or a program in protected view, shows what no program has recalculated."""
    sheets = Recalculator(workbook_of("fibercore"), tmp_path).read(evaluate=False)

    assert disagreements(sheets, project(read("fibercore")), AS_WRITTEN) == []


@pytest.mark.parametrize("name", sorted(shipped_scenarios()))
def test_every_cell_recalculates_to_the_engine(name: str, tmp_path: Path) -> None:
    """In the case as written and in every option of it that the workbook holds."""
    calculator = Recalculator(spoilt(workbook_of(name)), tmp_path)
    sheets = calculator.read()
    options = options_in(sheets)
    assert options == [AS_WRITTEN, *(option for option in read(name).options if option not in CIRCLES.get(name, ()))]
    assert differences(sheets, Recalculator(workbook_of(name), tmp_path).read(evaluate=False)) == []

    for option in options:
        result = sheets if option == AS_WRITTEN else recalculate(calculator, option)
        assert disagreements(result, project(read(name, None if option == AS_WRITTEN else option)), option) == []
        assert live_measures_unlike(result, option) == []


CIRCLES = {"fleet_revolver": ("equal_principal", "bullet")}
"""The options that stand in no workbook with the others."""


@pytest.mark.parametrize(("name", "option"), [(name, option) for name, them in CIRCLES.items() for option in them])
def test_every_cell_of_an_option_that_stands_alone_recalculates_to_the_engine(
    name: str, option: str, tmp_path: Path
) -> None:
    scenario = read(name, option)
    content = workbook(scenario, "0.1.0")
    sheets = Recalculator(spoilt(content), tmp_path).read()

    assert differences(sheets, Recalculator(content, tmp_path).read(evaluate=False)) == []
    assert disagreements(sheets, project(scenario), option) == []
    assert live_measures_unlike(sheets, option) == []


def test_one_cell_that_differs_is_found(tmp_path: Path) -> None:
    """The comparison of every cell can fail, on a sheet that holds no rows of the model too."""
    sheets = Recalculator(workbook_of("jena_only"), tmp_path).read(evaluate=False)
    assert live_measures_unlike(sheets, AS_WRITTEN) == differences(sheets, sheets) == []

    other = Sheets({name: dict(cells) for name, cells in sheets.cells.items()})
    other.cells["Options"][6, 2] += 1.0
    other.cells["Checks"][3, 4] = 0
    other.cells["Rates"][99, 9] = 5.0

    assert sorted(message.split(":")[0] for message in differences(other, sheets)) == [
        "Checks row 3, column 4", "Options row 6, column 2", "Rates row 99, column 9",
    ]  # fmt: skip
    assert len(live_measures_unlike(other, AS_WRITTEN)) == 1
    assert "Checks: a law is broken" in disagreements(other, project(read("jena_only")), AS_WRITTEN)


@pytest.mark.parametrize("price", ["25 USD/km", "10 USD/km"])
def test_covenants_recalculate_on_every_date_that_they_name(price: str, tmp_path: Path) -> None:
    """Kept, broken, not tested, and broken because there is no EBITDA; by every calendar."""
    tests = [
        f"c{n}_{test}: {{row: {row}, {limit}, test: {test}}}"
        for n, (row, limit) in enumerate((
            ("accounts.debt_to_ebitda_12m", "at_most: 3"), ("accounts.dscr_12m", "at_least: 1.2"), ("accounts.debt_to_ebitda_12m", "at_least: 0.1"),
        ))
        for test in ("payment", "period", "quarter", "half_year", "year")
    ]  # fmt: skip
    tests += ["flow: {row: accounts.ebitda, at_least: 1 USD, test: half_year}", "highest: {measure: max_debt_to_ebitda, at_most: 9}",
              "life: {row: accounts.llcr, at_least: 1}", "lock: {row: accounts.dscr_12m, at_least: 0.1, lock_up: 2, test: payment}", "low: {row: accounts.debt_to_ebitda_12m, at_most: 9, lock_up: 3}", "year: {row: accounts.debt_to_ebitda, at_most: 3}"]  # fmt: skip
    text = SLUMP.replace("lev: {ROW}", ", ".join(tests)).replace("2003-Q2: 25 USD/km", f"2003-Q2: {price}")
    scenario = scenario_of(text)
    calculator = Recalculator(spoilt(workbook(scenario, "0.1.0")), tmp_path)

    assert disagreements(calculator.read(), project(scenario), AS_WRITTEN) == []


def test_owners_worth_is_live_whatever_an_option_does_to_the_reference(tmp_path: Path) -> None:
    """Mid-period discounting, ended by an option, and tax in arrears; a purchase paid otherwise, with a grant, and by a loan of its own terms."""
    text = Path("scenarios/fibercore.yaml").read_text(encoding="utf-8")
    more = (
        "  own: {remove: [loans.algar, funding.xtal.algar]}\n"
        "  granted: {add: {funding.xtal.grant: 2 million USD}}\n"
        "  ends: {change: {money.discounting: end_of_period}}\n"
        "  dear: {change: {loans.algar.rate: 16 %/year, loans.algar.commitment: 4 million USD, tax.rate: 30 %}}\n"
        "  shared: {add: {funding.xtal_2.algar: 500_000 USD}, change: {loans.algar.commitment: 4 million USD}}\n"
    )
    text = text[: text.index("options:\n")] + f"options:\n{more}" + text[text.index("\nclaims:") :]
    text = text.replace("report_in: USD", "report_in: USD\n  discounting: mid_period").replace(
        "tax:\n", "tax:\n  lag: 6 months\n"
    )
    scenario = scenario_of(text)
    calculator = Recalculator(spoilt(workbook(scenario, "0.1.0")), tmp_path)
    tried = {
        AS_WRITTEN: scenario,
        **{name: scenario.with_option(name) for name in ("own", "granted", "ends", "dear", "shared")},
    }

    results = {name: disagreements(recalculate(calculator, name), project(plan), name) for name, plan in tried.items()}

    assert results == {name: [] for name in tried}


def test_options_that_would_make_a_circle_are_left_out_in_words(tmp_path: Path) -> None:
    sheets = Recalculator(workbook_of("fleet_revolver"), tmp_path).read(evaluate=False)

    assert "bullet" not in options_in(sheets)
    text = " ".join(str(sheets("Options", row, 1)) for row in sheets.rows("Options"))
    assert "bullet is not in this workbook: its loans and those as written rest on cash in different ways" in text


@st.composite
def changes(draw: st.DrawFn, sheets: Sheets) -> tuple[str, dict[str, float]]:
    """Draw an option and new values of some of its inputs: numbers within a third of the old, dates within weeks."""
    option = draw(st.sampled_from(options_in(sheets)))
    cells = inputs_of(sheets, option)
    free = [path for path in cells if ".spend." not in path and path != "working_capital.days_in_year"]
    values = {}
    for path in draw(st.lists(st.sampled_from(sorted(free)), min_size=3, max_size=12, unique=True)):
        cell = cells[path]
        if cell.unit == "date":
            values[path] = cell.value + draw(st.integers(-45, 45))
        elif cell.unit == "month":
            values[path] = max(1.0, cell.value + draw(st.integers(-6, 12)))
        else:
            values[path] = (cell.value or 0.001) * draw(st.floats(0.7, 1.3))
    return option, values


def disagreements_after(calculator: Recalculator, sheets: Sheets, option: str, values: dict[str, float]) -> list[str]:
    """Change inputs in the workbook and in the scenario; return where they disagree, and set the workbook back."""
    cells = inputs_of(sheets, option)
    projection = project(read("fibercore", None if option == AS_WRITTEN else option, settings_of(cells, values)))
    for path, value in values.items():
        calculator.enter("Inputs", cells[path].row, cells[path].column, value)
    try:
        return disagreements(recalculate(calculator, option), projection, option)
    finally:
        for path in values:
            calculator.enter("Inputs", cells[path].row, cells[path].column, cells[path].value)


@settings(max_examples=10, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_inputs_changed_in_the_workbook_lead_where_the_engine_is_led(
    fibercore: Recalculator, sheets_as_written: Sheets, data: st.DataObject
) -> None:
    option, values = data.draw(changes(sheets_as_written))
    try:
        result = disagreements_after(fibercore, sheets_as_written, option, values)
    except FibercapError:  # such as a completion before the spending begins; the workbook has no such checks
        assume(False)
        raise

    assert result == []


@pytest.mark.parametrize("price", [20.0, 23.0, 25.5, 28.0, 60.0])
def test_rates_of_return_are_found_far_below_and_above_the_first_guess(
    fibercore: Recalculator, sheets_as_written: Sheets, price: float
) -> None:
    """From a rate of a quarter a year, to less than none and to half as much again."""
    assert (
        disagreements_after(fibercore, sheets_as_written, AS_WRITTEN, {"products.single_mode.price.2004": price}) == []
    )


def test_every_input_that_may_be_changed_is_followed(fibercore: Recalculator, sheets_as_written: Sheets) -> None:
    """All of them at once, each by a little."""
    cells = {
        p: c
        for p, c in inputs_of(sheets_as_written, AS_WRITTEN).items()
        if ".spend." not in p and "days_in_year" not in p
    }
    values = {path: cell.value * (0.98 if cell.unit == "%" else 1.02) for path, cell in cells.items()}
    values |= {path: cell.value + 1 for path, cell in cells.items() if cell.unit in ("date", "month")}
    assert len(values) > 60

    assert disagreements_after(fibercore, sheets_as_written, AS_WRITTEN, values) == []


FOREIGN = """\
fibercap: 1
horizon: {from: 2001, to: 2003, step: quarter}
money: {report_in: USD}
exchange:
  EUR: {average: {2000: 0.92 USD/EUR, 2001-Q3: 0.90 USD/EUR, 2002: 1.00 USD/EUR}, opening: 0.94 USD/EUR,
        closing: {2001: 0.89 USD/EUR, 2002-02: 0.87 USD/EUR, 2002: 1.05 USD/EUR, 2004: 1.26 USD/EUR}}
products: {fiber: {price: 50 USD/km}}
plants: {jena: {product: fiber, capacity: 1_000_000 km/year, cash_cost: 30 EUR/km}}
loans:
  old: {outstanding: 10 million EUR, remaining: 2 years, rate: 10 %/year, repayment: {style: bullet}}
  new: {commitment: 3 million DEM, signed: 2001-02-10, matures: 4 years, rate: 7 %/year, fees: {upfront: 1 %}}
opening: {cash: 20 million USD, fixed_assets: 20 million USD}
"""


def test_rates_of_exchange_changed_in_the_workbook_are_followed(tmp_path: Path) -> None:
    """Averages, closing rates and the opening one, each by another share; then all as they were."""
    plan = tmp_path / "foreign.yaml"
    plan.write_text(FOREIGN)
    calculator = Recalculator(spoilt(workbook(read(str(plan)), "0.1.0")), tmp_path)
    sheets = calculator.read()
    assert disagreements(sheets, project(read(str(plan))), AS_WRITTEN) == []
    cells = {path: cell for path, cell in inputs_of(sheets, AS_WRITTEN).items() if path.startswith("exchange.")}
    assert len(cells) == 8

    values = {path: cell.value * (1.01 + 0.01 * number) for number, (path, cell) in enumerate(cells.items())}
    for path, value in values.items():
        calculator.enter("Inputs", cells[path].row, cells[path].column, value)

    led_to = project(read(str(plan), settings=settings_of(cells, values)))
    assert disagreements(recalculate(calculator, AS_WRITTEN), led_to, AS_WRITTEN) == []


def test_recasts_and_moved_payments_recalculate_to_the_engine(tmp_path: Path) -> None:
    scenario = scenario_of(RICH)
    sheets = Recalculator(spoilt(workbook(scenario, "0.1.0")), tmp_path).read()

    assert disagreements(sheets, project(scenario), AS_WRITTEN) == []


@settings(max_examples=3, suppress_health_check=[HealthCheck.too_slow])
@given(text=valid_scenarios(rich=True))
def test_random_plans_recalculate_to_the_engine(text: str) -> None:
    try:
        scenario = scenario_of(text)
        projection = project(scenario)
    except FibercapError as error:  # a long first period, whose interest is above the payment
        if "would grow instead of being repaid" not in str(error):
            raise
        return
    with TemporaryDirectory() as folder:
        sheets = Recalculator(spoilt(workbook(scenario, "0.1.0")), Path(folder)).read()

    assert disagreements(sheets, projection, AS_WRITTEN) == []


def test_one_formula_spoilt_on_purpose_is_found_and_named(tmp_path: Path) -> None:
    """The comparison itself can fail: one month has what the month before it has, turned into a loss."""
    sheets = Recalculator(workbook_of("fibercore"), tmp_path).read(evaluate=False)
    row = next(row for row in sheets.rows("Accounts") if sheets("Accounts", row, 3) == "accounts.ebitda")
    number = 1 + list(sheets.cells).index("Accounts")

    def spoil(name: str, text: bytes) -> bytes:
        if name != f"xl/worksheets/sheet{number}.xml":
            return text
        cell = re.search(rb'(<c r="K%d"[^>]*>)<f[^>]*/>' % row, text)
        assert cell is not None
        return text.replace(cell[0], cell[1] + b"<f>-J%d</f>" % row)

    result = disagreements(
        Recalculator(spoilt(workbook_of("fibercore"), spoil), tmp_path).read(), project(read("fibercore")), AS_WRITTEN
    )

    assert any(message.startswith("Accounts: accounts.ebitda in column 5 is ") for message in result)


@pytest.mark.parametrize("name", ["fibercore", "fleet_revolver"])
def test_each_row_of_a_time_sheet_is_one_formula(name: str) -> None:
    """Read off the XML, each formula written relative to its own cell; what is written out by cells says so."""
    mixed = []
    for sheet, row, kind, formulas in rows_of(workbook_of(name)):
        if len(formulas) > 1 and kind != "by cells":
            mixed.append(f"{sheet} row {row}: {sorted(formulas)[:2]}")

    assert mixed == []


def test_rows_are_written_out_by_cells_only_where_loans_rest_on_cash() -> None:
    kinds = {name: {kind for _, _, kind, _ in rows_of(workbook_of(name))} for name in ("fibercore", "fleet_revolver")}

    assert "by cells" not in kinds["fibercore"]
    assert "by cells" in kinds["fleet_revolver"]


def test_no_formula_uses_what_auditors_reject() -> None:
    with zipfile.ZipFile(BytesIO(workbook_of("fibercore"))) as book:
        names = book.namelist()
        texts = [book.read(name).decode() for name in names if name.startswith("xl/worksheets/sheet")]
    formulas = {formula for text in texts for formula in re.findall(r"<f[^>]*>([^<]*)</f>", text)}

    assert not [name for name in names if "vba" in name.lower() or "externalLink" in name]
    assert not [
        f for f in formulas if re.search(r"\b(OFFSET|INDIRECT|LET|LAMBDA|FILTER|XLOOKUP|NOW|TODAY|RAND)\(|_xlfn", f)
    ]
    assert set(re.findall('<f t="([^"]*)"', "".join(texts))) == {"shared"}
    assert max(map(len, formulas)) < 8192


def test_formulas_that_cells_share_read_their_sheet_alone() -> None:
    """Those that refer to other sheets cannot be shared, by [MS-XLS] 2.5.198.118 (SharedParsedFormula)."""
    with zipfile.ZipFile(BytesIO(workbook_of("fibercore"))) as book:
        texts = "".join(book.read(name).decode() for name in book.namelist() if name.startswith("xl/worksheets/sheet"))
    shared = re.findall(r'<f t="shared" ref="[^"]*" si="[^"]*">([^<]*)</f>', texts)

    assert len(shared) > 500
    assert not [formula for formula in shared if "!" in formula]


def test_formulas_of_rows_hold_no_numbers_of_their_own() -> None:
    """Only those of the calendar and of arithmetic: halves and squares, up to twelve months of a year, its quarters."""
    loose = set()
    for _, _, _, formulas in rows_of(workbook_of("fibercore")):
        for formula in formulas:
            bare = re.sub(r"'[^']*'!|[A-Za-z]+!|R\[?-?\d*\]?C\[?-?\d*\]?", "", formula)
            loose |= set(re.findall(r"(?<![\w.$])\d+(?:\.\d+)?", bare))

    assert loose <= {str(number) for number in range(13)}


def test_the_text_of_a_user_is_never_a_formula() -> None:
    scenario = scenario_of(
        """\
fibercap: 1
title: "=1+1"
horizon: {from: 2001, to: 2002, step: year}
money: {report_in: USD}
products: {fiber: {price: {value: 40 USD/km, note: "=2+2"}}}
plants: {works: {name: "=3+3", product: fiber, capacity: 1_000 km/year, cash_cost: 20 USD/km}}
"""
    )

    with zipfile.ZipFile(BytesIO(workbook(scenario, "0.1.0"))) as book:
        texts = [book.read(name).decode() for name in book.namelist() if name.startswith("xl/worksheets/sheet")]

    assert not re.search(r"<f>[123]\+[123]</f>", "".join(texts))
    assert sum("=1+1" in text for text in texts) == 2  # on cover and summary


def test_the_same_scenario_is_the_same_bytes_and_small() -> None:
    assert workbook(read("fibercore"), "0.1.0") == workbook_of("fibercore")
    assert len(workbook_of("fibercore")) < 950_000


def convert(contents: dict[str, bytes], folder: Path) -> dict[str, bytes]:
    """Return workbooks as LibreOffice recalculates them: it does so for files of other programs when told to."""
    if shutil.which("soffice") is None:
        if os.environ.get("CI"):
            pytest.fail("LibreOffice is not here; .ci/run installs it")
        pytest.skip("LibreOffice is not here; `apt-get install libreoffice-calc-nogui` brings it")
    profile = folder / "profile"
    (profile / "user").mkdir(parents=True)
    (profile / "user" / "registrymodifications.xcu").write_text(ALWAYS_RECALCULATE, "utf-8")
    for name, content in contents.items():
        (folder / f"{name}.xlsx").write_bytes(without_print_titles(content))
    command = ["soffice", f"-env:UserInstallation=file://{profile}", "--headless", "--convert-to", "xlsx:Calc MS Excel 2007 XML",
               "--outdir", str(folder / "out"), *(str(folder / f"{name}.xlsx") for name in contents)]  # fmt: skip
    subprocess.run(command, check=True, capture_output=True, timeout=280)
    return {name: (folder / "out" / f"{name}.xlsx").read_bytes() for name in contents}


def without_print_titles(content: bytes) -> bytes:
    """Return a workbook whose printed pages repeat no rows and columns, on which no cell rests.

    With them LibreOffice lays out all pages as it loads a file, which takes twice as long as the rest.
    """
    target = BytesIO()
    with zipfile.ZipFile(BytesIO(content)) as old, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            text = old.read(name)
            if name == "xl/workbook.xml":
                text = re.sub(rb'<definedName name="_xlnm.Print_Titles"[^>]*>[^<]*</definedName>', b"", text)
            new.writestr(name, text)
    return target.getvalue()


ALWAYS_RECALCULATE = """\
<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry" xmlns:xs="http://www.w3.org/2001/XMLSchema" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">
<item oor:path="/org.openoffice.Office.Calc/Formula/Load"><prop oor:name="OOXMLRecalcMode" oor:op="fuse"><value>0</value></prop></item>
</oor:items>
"""


@pytest.mark.office
def test_libreoffice_recalculates_every_cell_of_every_shipped_scenario_to_the_engine(tmp_path: Path) -> None:
    plans = {name: read(name) for name in shipped_scenarios()}
    contents = convert(
        {name: spoilt(workbook_of(name) if name == "fibercore" else alone(name)) for name in plans}, tmp_path
    )

    results = {
        name: disagreements(Recalculator(content, tmp_path).read(evaluate=False), project(plans[name]), AS_WRITTEN)
        for name, content in contents.items()
    }

    assert results == {name: [] for name in plans}


def test_units_of_measures_and_rows_are_those_that_people_write(sheets_as_written: Sheets) -> None:
    """A ratio has no unit, a rate is shown in percent, and no unit is a product of others."""
    columns = {"Options": 3, "Measures": 3, "Claims": 7, "Annual": 2, "Loans": 2, "Accounts": 2, "Derived": 2}
    units = {
        name: {sheets_as_written(name, row, column) for row in sheets_as_written.rows(name)}
        for name, column in columns.items()
    }

    assert {"", "%/year", "USD per km/year", "USD"} <= units["Options"]
    assert {
        (name, unit) for name, each in units.items() for unit in each if unit in {"1", "1/year"} or "*" in str(unit)
    } == set()
