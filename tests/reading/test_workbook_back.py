"""What a reviewer changes in a workbook comes back as changes of the scenario."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable
from functools import cache
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from fibercap.cli import main
from fibercap.core.errors import FibercapError
from fibercap.reading.files import read, scenario_of
from fibercap.reading.locating import new_plan
from fibercap.reading.workbook import read_review, text_of
from fibercap.views.workbook.workbook import workbook
from tests.sheets import InputCell, Recalculator, inputs_of


@cache
def fibercore_workbook() -> bytes:
    return workbook(read("fibercore"), "0.1.0")


@cache
def input_cells(option: str) -> dict[str, InputCell]:
    with TemporaryDirectory() as folder:
        return inputs_of(Recalculator(fibercore_workbook(), Path(folder)).read(), option)


def workbook_with(tmp_path: Path, option: str = "as written", **values: float) -> Path:
    """Return the workbook as a reviewer would save it: another program writes it anew."""
    calculator, cells = Recalculator(fibercore_workbook(), tmp_path), input_cells(option)
    calculator.choose(option)
    for name, value in values.items():
        cell = cells[name.replace("__", ".")]
        calculator.enter("Inputs", cell.row, cell.column, value)
    calculator.model.evaluate()
    path = tmp_path / "plan.xlsx"
    path.unlink(missing_ok=True)
    calculator.model.save_to_xlsx(str(path))
    return path


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    with pytest.raises(SystemExit) as done:
        main(list(arguments))
    output = capsys.readouterr()
    return int(done.value.code or 0), output.out, output.err


@pytest.mark.long
def test_an_untouched_workbook_says_nothing(tmp_path: Path) -> None:
    path = tmp_path / "plan.xlsx"
    path.write_bytes(fibercore_workbook())

    result = read_review(path)

    assert (result.option, result.entries, result.hash) == (None, (), read("fibercore").digest())


@pytest.mark.long
def test_what_is_entered_comes_back_with_its_cell(tmp_path: Path) -> None:
    path = workbook_with(
        tmp_path,
        plants__jena__cash_cost=32.5,
        tax__rate=0.3,
        projects__xtal_2__complete=37652.0,
        projects__xtal_1__delay=3.0,
    )

    results = {one.path: (one.old, one.new) for one in read_review(path).entries}

    assert results == {
        "plants.jena.cash_cost": ("30 USD/km", "32.5 USD/km"),
        "tax.rate": ("35 %", "30 %"),
        "projects.xtal_2.complete": ("2002-12-31", "2003-01-31"),
        "projects.xtal_1.delay": ("0 months", "3 months"),
    }


@pytest.mark.long
def test_diff_lists_it_and_writes_an_overlay_that_reads_the_same(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    path = workbook_with(tmp_path, plants__jena__cash_cost=32.5, plants__xtal__maintenance=150_000.0)
    monkeypatch.chdir(tmp_path)

    code, out, _ = run(capsys, "diff", "fibercore", str(path), "--out", "changes.yaml")

    assert code == 0
    assert "plants.jena.cash_cost" in out
    assert "32.5 USD/km" in out
    text = Path("changes.yaml").read_text("utf-8")
    assert re.search(r"plants\.jena\.cash_cost: 32\.5 USD/km  # was 30 USD/km; cell Inputs!B\d+", text)
    plan = read("changes.yaml")
    assert float(plan.plants["jena"].cash_cost.values[0]) == 32.5
    assert float(plan.plants["xtal"].maintenance.values[0]) == 150_000


@pytest.mark.long
def test_the_option_in_use_is_the_one_that_is_compared(tmp_path: Path) -> None:
    path = workbook_with(tmp_path, "bullet", loans__fleet__rate=0.09)

    result = read_review(path)

    assert result.option == "bullet"
    assert [(one.path, one.new) for one in result.entries] == [("loans.fleet.rate", "9 %/year")]


@pytest.mark.long
def test_an_input_of_an_option_alone_cannot_be_laid_over_the_plan(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = workbook_with(tmp_path, "german_bank", loans__german_bank__rate=0.07)

    code, _, err = run(capsys, "diff", "fibercore", str(path), "--out", str(tmp_path / "changes.yaml"))

    assert code == 2
    assert "loans.german_bank.rate: only in option `german_bank`" in err
    assert not (tmp_path / "changes.yaml").exists()


def test_a_workbook_stands_after_its_scenario_and_out_needs_one(capsys: pytest.CaptureFixture[str]) -> None:
    assert "name the scenario first" in run(capsys, "diff", "plan.xlsx", "fibercore")[2]
    assert (
        "--out writes the changes of a workbook"
        in run(capsys, "diff", "fibercore", "slow_brazil", "--out", "x.yaml")[2]
    )


def alter_parts(change: Callable[[str, bytes], bytes], tmp_path: Path) -> Path:
    target = BytesIO()
    with zipfile.ZipFile(BytesIO(fibercore_workbook())) as old, zipfile.ZipFile(target, "w") as new:
        for name in old.namelist():
            new.writestr(name, change(name, old.read(name)))
    path = tmp_path / "altered.xlsx"
    path.write_bytes(target.getvalue())
    return path


@pytest.mark.long
def test_what_is_no_workbook_of_ours_is_refused_in_words(tmp_path: Path) -> None:
    other = tmp_path / "other.xlsx"
    other.write_bytes(b"PK nothing")
    renamed = alter_parts(
        lambda name, text: text.replace(b'"Inputs"', b'"Input"') if name == "xl/workbook.xml" else text, tmp_path
    )

    for path in (other, renamed, tmp_path / "none.xlsx"):
        with pytest.raises(FibercapError, match="is not a workbook that fibercap exported"):
            read_review(path)


def test_entities_are_refused(tmp_path: Path) -> None:
    bomb = b'<!DOCTYPE x [<!ENTITY a "aaaa">]>'
    path = alter_parts(
        lambda name, text: (
            text.replace(b"<worksheet", bomb + b"<worksheet", 1) if name.startswith("xl/worksheets") else text
        ),
        tmp_path,
    )

    with pytest.raises(FibercapError, match="defines entities"):
        read_review(path)


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (25_500_000.0, "USD", "25_500_000 USD"),
        (0.35, "%", "35 %"),
        (0.0875, "%/year", "8.75 %/year"),
        (0.07, "%/year", "7 %/year"),
        (37256.0, "date", "2001-12-31"),
        (6.0, "month", "6 months"),
        (45.5, "day", "45.5 days"),
        (5.0, "", "5"),
        (0.000125, "USD/km", "0.000125 USD/km"),
    ],
)
def test_numbers_of_a_sheet_are_reported_as_a_scenario_has_them(value: float, unit: str, text: str) -> None:
    assert text_of(value, unit) == text


@pytest.mark.long
def test_an_overlay_can_be_read_from_the_folder_it_is_written_to(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The plan lies elsewhere, under a name that YAML would take for more, and its id is as long as an id may be."""
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    plan = tmp_path / "a" / "plan: #1.yaml"
    plan.write_text(f"fibercap: 1\nid: {'n' * 64}\nextends: fibercore\n")
    book = tmp_path / "a" / "changed\n'#1.xlsx"
    book.write_bytes(workbook_with(tmp_path, plants__jena__cash_cost=32.5).read_bytes())
    monkeypatch.chdir(tmp_path)

    code, _, err = run(capsys, "diff", str(plan), str(book), "--out", "b/changes.yaml")

    assert code == 0
    assert "fibercap run --allow-outside b/changes.yaml" in err
    assert 'extends: "../a/plan: #1.yaml"' in Path("b/changes.yaml").read_text("utf-8")
    laid = read("b/changes.yaml", allow_outside=True)
    assert float(laid.plants["jena"].cash_cost.values[0]) == 32.5
    assert laid.id == "n" * 55 + "_reviewed"


@pytest.mark.long
def test_the_list_of_options_shows_names_in_words_and_the_plan_as_written_is_never_mistaken(tmp_path: Path) -> None:
    """An option may be called `as_written`, as the plan without options is: it keeps its underscore."""
    text = new_plan("km", "USD").decode().replace("  level: {", "  as_written: {")
    plan = scenario_of(text, "plan")
    path = tmp_path / "plan.xlsx"
    calculator = Recalculator(workbook(plan, "0.1.0"), tmp_path)
    heads = [calculator.read()("Inputs", 8, column) for column in range(10, 14)]
    reviewed = []
    for option in plan.options:
        calculator.choose(option)
        calculator.model.evaluate()
        path.unlink(missing_ok=True)
        calculator.model.save_to_xlsx(str(path))
        reviewed.append(read_review(path).option)

    assert heads == ["as written", "as offered", "as_written", "owners only"]
    assert reviewed == list(plan.options)
