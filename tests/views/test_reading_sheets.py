"""The sheets of a workbook for readers: their order, words, links and format; the file itself, by other programs."""

from __future__ import annotations

import re
import subprocess
import warnings
import zipfile
from functools import cache
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import openpyxl
import pytest
from openxml_audit import OpenXmlValidator, ValidationSeverity
from pypdf import PdfReader

from fibercap.model.plan.scenario import Scenario
from fibercap.model.project import project
from fibercap.reading.files import read, scenario_of
from fibercap.reading.workbook import read_review
from fibercap.studies.compare import compare
from fibercap.studies.verdict.verdict import verdict
from fibercap.views.workbook.measure_sheet import OPTIONS_ROW
from fibercap.views.workbook.reading_sheets.summary_sheet import RESULTS
from fibercap.views.workbook.workbook import workbook
from tests.reading_sheets import READING, tables_on
from tests.sheets import Recalculator, disagreements, spoilt
from tests.views.test_workbook import convert

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet

pytestmark = pytest.mark.long

SMALL = """\
fibercap: 1
title: A small works
horizon: {from: 2001, to: 2002, step: year}
money: {report_in: USD, discount_rate: 10 %/year}
products: {goods: {price: 40 USD/km, name: Goods}}
plants: {main_works: {product: goods, capacity: 1_000 km/year, cash_cost: 20 USD/km}}
projects: {new_line: {plant: main_works, adds: 500 km/year, capex: 9_000 USD, complete: 2001-12-31}}
loans: {city_bank: {title: City bank, commitment: 5_000 USD, signed: 2001-01-01, matures: 4 years, rate: 8 %/year}}
funding: {new_line: {city_bank: 5_000 USD, equity: rest}}
tax: {rate: 0 %}
opening: {cash: 1_000 USD}
"""


def small() -> Scenario:
    return scenario_of(SMALL)


@cache
def book_of(name: str) -> Any:
    """Return a workbook as openpyxl reads it, without a warning; `small` is the plan above."""
    content = workbook(small() if name == "small" else read(name), "0.1.0")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        return openpyxl.load_workbook(BytesIO(content))


def test_sheets_stand_in_reading_order() -> None:
    names = book_of("fibercore").sheetnames

    assert names[:9] == ["Cover", "Summary", *READING]
    assert names[9:14] == ["Charts", "Claims", "Options", "Inputs", "Time"]
    assert {"Plants by period", "Funding by period", "Accounts", "Annual"} < set(names)


@pytest.mark.parametrize("name", ["fibercore", "small"])
def test_readers_meet_titles_and_never_the_names_of_the_scenario(name: str) -> None:
    plan = small() if name == "small" else read(name)
    names = {*plan.plants, *plan.projects, *plan.loans, *plan.products}
    texts = {
        str(cell.value)
        for sheet in READING
        for row in book_of(name)[sheet].iter_rows(max_col=2)
        for cell in row
        if isinstance(cell.value, str) and not cell.value.startswith("=")
    }

    assert len(texts) > 40
    assert [text for text in texts if "_" in text or text in names or re.search(r"\b[a-z]+: ", text)] == []


def test_money_is_in_millions_and_its_unit_says_so() -> None:
    book, projection = book_of("fibercore"), project(read("fibercore"))
    rows = [row for sheet in READING[:4] for row in book[sheet].iter_rows(min_row=4) if row[0].value]
    units = {row[1].value for row in rows if row[1].value and row[1].value[0] != "="}

    assert units == {"million USD", "of revenue"}
    revenue = tables_on(cached_cells(), "Income")["Income"]["Revenue"]
    assert revenue.cells["2000"] == pytest.approx(float(projection.by("accounts.revenue")["2000"][0]) / 1e6)


def cached_cells() -> Any:
    with TemporaryDirectory() as folder:
        return Recalculator(workbook(read("fibercore"), "0.1.0"), Path(folder)).read(evaluate=False)


def test_a_small_plan_is_in_thousands(tmp_path: Path) -> None:
    sheets = Recalculator(spoilt(workbook(small(), "0.1.0")), tmp_path).read()

    line = tables_on(sheets, "Income")["Income"]["Revenue"]

    assert line.unit == "thousand USD"
    assert line.cells == {"2001": 40.0, "2002": 60.0}


def test_totals_are_bold_and_nothing_else_is() -> None:
    sheet: Worksheet = book_of("fibercore")["Balance sheet"]
    bold = [row[0].value for row in sheet.iter_rows(min_row=5) if row[0].value and row[0].font.bold]

    assert bold == ["Total assets", "Liabilities and equity"]


def test_two_clicks_lead_from_each_result_to_its_row() -> None:
    book = book_of("fibercore")
    summary, measures = book["Summary"], book["Measures"]
    labels = [measure.label for name, measure in project(read("fibercore")).measures.items() if name in RESULTS]
    rows = {row[0].value: row for row in summary.iter_rows() if row[0].value in labels}
    assert len(rows) == len(RESULTS) == 12

    for label, row in rows.items():
        first = target(row[4])
        assert measures[first[1]].value == label
        line = measures[re.sub("[A-Z]+", "", first[1])]
        second = [target(cell) for cell in line[6:9] if cell.hyperlink]
        assert second
        for (sheet, address), cell in zip(second, line[6:9], strict=False):
            assert book[sheet][address].value == cell.value


def test_a_line_of_a_statement_leads_to_its_line_by_year_and_that_to_its_row() -> None:
    book = book_of("fibercore")
    row = next(row for row in book["Income"].iter_rows() if row[0].value == "EBITDA")
    sheet, address = target(row[0])
    assert (sheet, book[sheet][address].value) == ("Annual", "EBITDA")

    sheet, address = target(book[sheet][address])

    assert (sheet, book[sheet][address].value) == ("Accounts", "EBITDA")


def target(cell: Any) -> tuple[str, str]:
    """Return the sheet and the cell to which a link leads."""
    sheet, cell_name = re.fullmatch(r"'([^']+)'!([A-Z]+\d+)", cell.hyperlink.location).groups()  # type: ignore[union-attr]
    return sheet, cell_name


def test_figures_are_numbers_and_days_are_days() -> None:
    """No cell holds a number or a date as a text, on the sheets for readers and on the inputs."""
    book = book_of("fibercore")
    texts = [
        (name, cell.coordinate, cell.value)
        for name in (*READING, "Inputs", "Claims", "Options")
        for row in book[name].iter_rows()
        for cell in row
        if isinstance(cell.value, str) and re.fullmatch(r"-?[\d,.]+|\d{4}-\d\d-\d\d", cell.value)
    ]

    assert [each for each in texts if each[2] != "1"] == []  # the unit of what has none


def test_the_summary_has_the_verdict_of_the_report() -> None:
    plan = read("fibercore")
    ruling = verdict(compare(plan))
    title = plan.options[ruling.recommended[0]].title
    texts = [str(row[0].value) for row in book_of("fibercore")["Summary"].iter_rows()]

    assert texts[2] == "The verdict, when exported"
    assert texts[3] == f"Take “{title}”."
    assert f"2.49 million USD ahead of “{plan.options[ruling.runner_up].title}”" in texts[4]
    assert texts[5].startswith("What would change it: no single number moved by a tenth")


def test_the_summary_says_that_the_choice_is_close_and_why() -> None:
    ruling = verdict(compare(read("term_sheet")))
    texts = [str(row[0].value) for row in book_of("term_sheet")["Summary"].iter_rows()]

    assert ruling.close
    assert texts[3].endswith(", but it is close.")
    change = "What would change it: fixed cost of works at 2.52 million USD/year"
    assert any(text.startswith(change) for text in texts[4:8])


@pytest.mark.parametrize("name", ["fibercore", "term_sheet"])
def test_no_label_or_heading_is_a_path_or_a_name_with_underscores(name: str) -> None:
    """Paths stand in hidden columns; names of options only in the list from which a reader chooses."""
    book = book_of(name)
    raw = re.compile(r"[a-z]_[a-z]|[a-z]\.[a-z]")
    labels = [(sheet.title, str(row[0].value)) for sheet in book for row in sheet.iter_rows() if row[0].value]
    heads = [
        (sheet.title, str(cell.value))
        for sheet in book
        if sheet.title not in ("Inputs", "Cover")  # the list of options; the id of the scenario
        for row in sheet.iter_rows(max_row=6)
        for cell in row
        if cell.value and not sheet.column_dimensions[cell.column_letter].hidden
    ]
    seen = [(sheet, text) for sheet, text in (*labels, *heads) if raw.search(text) and not text.startswith("=")]
    tabs = [tab for tab in book.sheetnames if "_" in tab]

    assert [each for each in seen if not each[1].startswith("In the list of financing options")] == []
    assert tabs == []
    assert len(labels) > 1_000


def test_a_plan_that_fails_says_so_first() -> None:
    plan = scenario_of(SMALL.replace("cash: 1_000 USD", "cash: 1 USD").replace("cash_cost: 20", "cash_cost: 60"))
    book = openpyxl.load_workbook(BytesIO(workbook(plan, "0.1.0")))

    texts = [str(row[0].value) for row in book["Summary"].iter_rows()]

    assert texts[3] == "“A small works” fails as it is planned."
    assert "cash falls below zero" in texts[4]


def test_a_hidden_line_that_is_no_longer_zero_speaks_up(tmp_path: Path) -> None:
    """Tax is zero and hidden; a rate that a reader enters makes it matter."""
    content = workbook(small(), "0.1.0")
    calculator = Recalculator(spoilt(content), tmp_path)
    before = calculator.read()
    hidden = openpyxl.load_workbook(BytesIO(content))["Income"]
    tax = tables_on(before, "Income")["Income"]["less tax"]
    assert hidden.row_dimensions[tax.row].hidden
    assert not hidden.row_dimensions[tax.row - 1].hidden
    row = next(row for row in before.rows("Inputs") if before("Inputs", row, 9) == "tax.rate")

    calculator.enter("Inputs", row, 2, 0.3)
    after = calculator.read()

    assert before("Income", 4, 2) == ""
    assert after("Income", 4, 2) == "open what is hidden"


def test_each_sheet_prints_on_pages_that_a4_and_letter_both_fit() -> None:
    """As many pages wide as its columns need, at any paper; titles and labels on each of them."""
    for sheet in book_of("fibercore").worksheets:
        assert sheet.page_setup.paperSize == int(sheet.PAPERSIZE_A4), sheet.title
        assert sheet.sheet_properties.pageSetUpPr.fitToPage, sheet.title
    for name in READING:
        sheet = book_of("fibercore")[name]
        assert sheet.print_title_rows == "$3:$3"
        assert sheet.print_title_cols == "$A:$B"
        assert sheet.oddHeader.left.text.startswith(name)


@pytest.mark.parametrize("name", ["small", "soft_market"])
def test_the_file_is_valid_by_the_schema_of_its_format(name: str, tmp_path: Path) -> None:
    """As openxml-audit has it; texts that stand in their cells, and not in a table of texts, are allowed."""
    path = tmp_path / "plan.xlsx"
    path.write_bytes(workbook(small() if name == "small" else read(name), "0.1.0"))

    result = OpenXmlValidator().validate(path)

    assert [each.description for each in result.errors if each.severity == ValidationSeverity.ERROR] == []
    assert all("inline-string cell" in each.description for each in result.errors)


def test_a_part_out_of_order_is_found(tmp_path: Path) -> None:
    """The validator can fail: columns stand after the cells that they are about."""
    path = tmp_path / "plan.xlsx"
    with zipfile.ZipFile(BytesIO(workbook(small(), "0.1.0"))) as old, zipfile.ZipFile(path, "w") as new:
        for part in old.namelist():
            text = old.read(part)
            if part == "xl/worksheets/sheet3.xml":
                columns = re.search(rb"<cols>.*</cols>", text)
                assert columns is not None
                text = text.replace(columns[0], b"").replace(b"</sheetData>", b"</sheetData>" + columns[0])
            new.writestr(part, text)

    result = OpenXmlValidator().validate(path)

    assert any("cols" in each.description for each in result.errors if each.severity == ValidationSeverity.ERROR)


def test_no_part_holds_a_path_of_the_machine(tmp_path: Path) -> None:
    folder = tmp_path / "a_folder_of_mine"
    folder.mkdir()
    (folder / "plan.yaml").write_text(SMALL)

    with zipfile.ZipFile(BytesIO(workbook(read(str(folder / "plan.yaml")), "0.1.0"))) as book:
        assert [name for name in book.namelist() if b"a_folder_of_mine" in book.read(name)] == []


TWO_UNITS = """\
fibercap: 1
horizon: {from: FY2001, to: FY2003, step: quarter, year_ends: June}
money: {report_in: USD, discount_rate: 10 %/year}
exchange: {EUR: {average: 0.9 USD/EUR}}
products: {fiber: {price: 40 USD/km}, goods: {unit: tonne, price: 900 USD/tonne}}
plants:
  works: {product: fiber, capacity: 1_000_000 km/year, cash_cost: 20 USD/km}
  mill: {product: goods, capacity: 1_000 tonne/year, cash_cost: 300 USD/tonne}
projects: {line_two: {plant: works, adds: 500_000 km/year, capex: 20 million USD, complete: 2001-12-31}}
loans: {bank_a: {commitment: 8 million USD, signed: 2001-01-15, matures: 6 years, rate: 8 %/year}}
funding: {line_two: {bank_a: 40 %, equity: rest}}
opening: {cash: 1 million USD}
options:
  euro:
    add:
      funding.line_two.euro_bank: 5 million EUR
      loans.euro_bank: {commitment: 5 million EUR, signed: 2001-01-15, matures: 4 years, rate: 6 %/year}
    change: {loans.bank_a.commitment: 3 million USD}
  none: {remove: [funding.line_two.bank_a, loans.bank_a]}
"""
BARE = """\
fibercap: 1
horizon: {from: 2001, to: 2002, step: quarter}
money: {report_in: USD}
products: {fiber: {price: 40 USD/km}}
plants: {works: {product: fiber, capacity: 1_000 km/year, cash_cost: 20 USD/km}}
"""
UNFUNDED = BARE.replace("20 USD/km}", "20 USD/km, purchase: {price: 5_000 USD, on: 2001-05-20}}") + (
    "projects: {new_line: {plant: works, adds: 500 km/year, capex: 2_000 USD, complete: 2001-12-31}}\n"
)


@pytest.mark.parametrize("text", [BARE, UNFUNDED, TWO_UNITS], ids=["bare", "unfunded", "two_units"])
def test_plans_of_other_shapes_recalculate_in_every_option(text: str, tmp_path: Path) -> None:
    """Without loans or projects; without funding; with business years, two units, and loans of two currencies that come and go."""
    plan = scenario_of(text)
    calculator = Recalculator(spoilt(workbook(plan, "0.1.0")), tmp_path)
    assert ("Debt" in calculator.names) == bool(plan.loans)
    assert ("Funding" in calculator.names) == bool(plan.spends)

    results = {}
    for option in ("as written", *plan.options):
        calculator.choose(option)
        case = plan if option == "as written" else plan.with_option(option)
        results[option] = disagreements(calculator.read(), project(case), option)

    assert results == {option: [] for option in ("as written", *plan.options)}


@pytest.mark.office
def test_what_is_entered_comes_back_after_libreoffice_has_saved_it(tmp_path: Path) -> None:
    """And the sheets for readers are what the engine says of the changed plan."""
    plan = read("soft_market")
    book = openpyxl.load_workbook(BytesIO(workbook(plan, "0.1.0")))
    inputs = book["Inputs"]
    row = next(row for row in inputs.iter_rows(min_row=9) if row[8].value == "plants.jena.cash_cost")
    row[1].value = 31.5
    changed = BytesIO()
    book.save(changed)

    content = convert({"plan": changed.getvalue()}, tmp_path)["plan"]

    path = tmp_path / "saved.xlsx"
    path.write_bytes(content)
    entries = {one.path: one.new for one in read_review(path).entries}
    assert entries == {"plants.jena.cash_cost": "31.5 USD/km"}
    sheets = Recalculator(content, tmp_path).read(evaluate=False)
    led_to = project(read("soft_market", settings=["plants.jena.cash_cost=31.5 USD/km"]))
    assert disagreements(sheets, led_to, "as written") == []


@cache
def ten_plants_over_thirty_years() -> bytes:
    projects = "".join(
        f"  p{k}: {{plant: w{k % 10}, adds: 50_000 km/year, capex: 4 million USD, complete: {2001 + k % 7}-12-31}}\n"
        for k in range(20)
    )
    plants = "".join(
        f"  w{k}: {{product: fiber, capacity: 100_000 km/year, cash_cost: 15 USD/km}}\n" for k in range(10)
    )
    loans = "".join(
        f"  l{k}: {{commitment: 8 million USD, signed: {2000 + k % 3}-06-15, matures: {10 + 2 * k} years, rate: 7 %/year}}\n"
        for k in range(10)
    )
    funding = "".join(f"  p{k}: {{l{k % 10}: 40 %, equity: rest}}\n" for k in range(20))
    plan = scenario_of(
        "fibercap: 1\nhorizon: {from: 2000, to: 2029, step: year}\nmoney: {report_in: USD}\n"
        "products: {fiber: {price: 40 USD/km}}\nopening: {cash: 100 million USD}\n"
        f"plants:\n{plants}projects:\n{projects}loans:\n{loans}funding:\n{funding}"
    )
    return workbook(plan, "0.1.0")


@pytest.mark.office
@pytest.mark.parametrize("paper", ["A4", "Letter"])
def test_statements_and_debt_of_ten_plants_over_thirty_years_are_at_most_forty_pages(
    paper: str, tmp_path: Path
) -> None:
    """As LibreOffice prints them, after the cover and the summary; pages of later sheets are not printed here."""
    heads = printed_heads(ten_plants_over_thirty_years(), paper, tmp_path, pages=60)

    assert len(heads) == 60
    assert heads[-1] == ""
    pages = {name: heads.count(name) for name in READING[:4]}
    assert all(2 <= count <= 12 for count in pages.values()), pages
    assert sum(pages.values()) <= 40


def printed_heads(content: bytes, paper: str, folder: Path, pages: int) -> list[str]:
    """Return the sheet of each of the first pages that LibreOffice prints of a workbook, as the head of the page names it."""
    path = folder / "book.xlsx"
    with zipfile.ZipFile(BytesIO(content)) as old, zipfile.ZipFile(path, "w") as new:
        for part in old.namelist():
            text = old.read(part)
            new.writestr(part, text.replace(b'paperSize="9"', b'paperSize="1"') if paper == "Letter" else text)
    profile = f"-env:UserInstallation=file://{folder}/profile"
    kind = f'pdf:calc_pdf_Export:{{"PageRange":{{"type":"string","value":"1-{pages}"}}}}'
    command = ["soffice", profile, "--headless", "--convert-to", kind, "--outdir", str(folder), str(path)]
    subprocess.run(command, check=True, capture_output=True, timeout=280)
    printed = PdfReader(folder / "book.pdf").pages
    assert round(float(max(printed[0].mediabox.width, printed[0].mediabox.height))) == {"A4": 842, "Letter": 792}[paper]
    texts = [page.extract_text() for page in printed]
    return [next((name for name in READING if f"{name} in million USD, " in text), "") for text in texts]


def test_reasons_of_undefined_measures_stand_once_below_the_options() -> None:
    sheet = book_of("fibercore")["Options"]
    notes = dict(
        row[0].value.split(" undefined: ")
        for row in sheet.iter_rows()
        if isinstance(row[0].value, str) and row[0].value.startswith("(")
    )
    comparison = compare(read("fibercore"))
    titles = {case.title: case for case in comparison.cases.values()}
    heads = [cell.value for cell in sheet[OPTIONS_ROW - 1]]
    seen = set()
    for row in sheet.iter_rows(min_row=OPTIONS_ROW):
        for head, cell in zip(heads, row, strict=True):
            if head in titles and isinstance(cell.value, str) and cell.value.startswith("undefined"):
                measures = {each.label: each for each in titles[head].measures.values()}
                assert notes[cell.value.removeprefix("undefined ")] == measures[str(row[0].value)].reason
                seen.add((head, row[0].value))

    undefined = {
        (case.title, each.label) for case in titles.values() for each in case.measures.values() if each.value is None
    }
    assert seen == undefined != set()
    assert len(set(notes.values())) == len(notes) > 0


def test_headings_of_inputs_are_titles() -> None:
    rows = [[cell.value for cell in row] for row in book_of("fibercore")["Inputs"].iter_rows(min_row=9)]
    heads = [row[0] for row in rows if row[0] and not row[8]]  # the ninth column has the path of an input

    assert "Projects: Jena, second multimode plant" in heads
    assert "Funding: Jena, second multimode plant" in heads
    assert "Loans: Fleet five-year loan" in heads
    assert len(set(heads)) == len(heads)


def test_headings_of_rows_are_titles() -> None:
    heads = {
        sheet: {row[0].value for row in book_of("fibercore")[sheet].iter_rows()}
        for sheet in ("Plants by period", "Loans")
    }

    assert {"Plants: Xtal, Campinas", "Products: Single-mode fiber"} <= heads["Plants by period"]
    assert "Loans: Fleet five-year loan" in heads["Loans"]


def test_heads_stand_above_what_is_in_their_columns() -> None:
    """Numbers stand at the right and so do their heads; units and their heads are indented."""
    for sheet, value, unit in (
        ("Summary", "B", "C"),
        ("Claims", "F", "G"),
        ("Inputs", "B", "C"),
        ("Measures", "B", "C"),
    ):
        page: Worksheet = book_of("fibercore")[sheet]
        row = next(cell.row for cell in page[unit] if cell.value == "Unit")
        assert page[f"{value}{row}"].alignment.horizontal == "right", sheet
        assert page[f"{unit}{row}"].alignment.indent == page[f"{unit}{row + 2}"].alignment.indent == 1, sheet


def test_a_plan_without_covenants_has_no_heads_of_covenants() -> None:
    counts = {
        name: [row[0].value for row in book_of(name)["Claims"].iter_rows()].count("Claim")
        for name in ("fibercore", "term_sheet")
    }

    assert counts == {"fibercore": 1, "term_sheet": 2}
