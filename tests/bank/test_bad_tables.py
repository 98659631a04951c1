"""Tables that are no schedule, and files that cannot be read: each has its own message and way out."""

from __future__ import annotations

import zipfile
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from fibercap.core.errors import FibercapError
from fibercap.model.loans import schedule
from fibercap.reading import bank_files
from fibercap.reading.against import against_loan_of
from fibercap.reading.files import contracts_of
from fibercap.studies.bank.agreement import Agreement
from tests.bank_tables import Cells, cells_of, csv_bytes, lines_of, ods_bytes, xlsx_bytes

LOAN = contracts_of(
    "fibercap: 1\nloans: {bank: {commitment: 1 million USD, signed: 2001-01-08, matures: 3 years, rate: 8 %/year, rounding: cent}}\n"
)
LINES = lines_of(schedule(LOAN.loans["bank"]))
PLAN = cells_of(LINES)


def compare(table: Any, **how: str) -> Agreement:
    return against_loan_of(LOAN, "bank", table, **how)


def assert_refused(table: Any, code: str, match: str, **how: str) -> None:
    with pytest.raises(FibercapError, match=match) as caught:
        compare(table, **how)
    assert caught.value.code == code


@pytest.mark.parametrize("table", [
    [], [[]], [["a", "b"], ["c", "d"]], [["2001-01-08", "hello"], ["2001-04-08", "world"]], [[1, 2], [3, 4]],
    [[date(2001, month, 8), 5.0, 7.0, 3.0] for month in range(1, 9)],
    [[date(2001, month, 8), 10.0 * month, 200.0, 3.0, 4.0] for month in range(1, 9)],
])  # fmt: skip
def test_a_table_that_is_no_schedule_is_refused(table: Cells) -> None:
    with pytest.raises(FibercapError) as caught:
        compare(table)
    assert caught.value.code in {"no_schedule_table", "no_rate_in_table"}


def test_two_tables_on_a_sheet_are_refused_one_below_the_other_and_side_by_side() -> None:
    assert_refused([*PLAN, [], *PLAN], "two_tables", "one below the other: dates go back to 2001-04-08 in row 16")
    assert_refused([[*row, None, *row] for row in PLAN], "two_tables", "side by side, with dates in columns B and I")


def test_two_columns_of_dates_of_the_same_lines_are_one_table() -> None:
    days = [LOAN.loans["bank"].signed, *(day for _, day, _ in LINES)]
    spans = [["from", *PLAN[0]], *([begin, *row] for begin, row in zip(days, PLAN[1:], strict=False))]

    assert compare(spans).verdict == "as_written"
    assert compare([[row[2], *row[:2], *row[3:]] for row in spans]).verdict == "as_written"


def test_a_table_without_a_rate_is_refused() -> None:
    assert_refused([[row[1], row[5]] for row in PLAN], "no_rate_in_table", "no rate can be read from it")
    assert_refused([[row[1], row[2]] for row in PLAN], "no_rate_in_table", "no rate can be read from it")


@pytest.mark.parametrize("is_before_too", [False, True])
def test_what_is_owed_beside_principal_is_not_taken_for_interest(*, is_before_too: bool) -> None:
    """A table of dates, principal and balances, after or also before each payment, has no rate."""
    owed = ["Owed before", 1e6, *(row[5] for row in PLAN[1:-1])]
    before = [[each] if is_before_too else [] for each in owed]
    table = [[row[1], *first, row[4], row[5]] for row, first in zip(PLAN, before, strict=True)]

    assert_refused(table, "no_rate_in_table", "no rate can be read from it")


@pytest.mark.long
def test_the_order_of_days_and_months_is_asked_for_where_it_is_open() -> None:
    written = cells_of(LINES, day=lambda day: day.strftime("%m/%d/%Y"))

    assert_refused(
        written, "ambiguous_dates", "the date `04/08/2001` in row 2 may be 2001-08-04 or 2001-04-08.*--dates day-first"
    )
    assert compare(written, dates="month-first").verdict == "as_written"
    assert compare(written, dates="day-first").verdict != "as_written"


def test_the_order_of_days_and_months_is_seen_where_one_alone_ascends() -> None:
    lines = [(number, day.replace(day=28), cells) for number, day, cells in LINES]
    later = contracts_of(
        "fibercap: 1\nloans: {bank: {commitment: 1 million USD, signed: 2001-01-28, matures: 3 years, rate: 8 %/year, rounding: cent}}\n"
    )
    for form in ("%d/%m/%Y", "%m/%d/%Y", "%d-%m-%y", "%d %B %Y", "%b %d, %Y"):
        agreement = against_loan_of(later, "bank", cells_of(lines, day=lambda day, form=form: day.strftime(form)))  # type: ignore[misc]
        assert agreement.verdict == "as_written"


def test_another_currency_is_refused() -> None:
    assert_refused([["Loan in EUR"], *PLAN], "table_in_other_currency", "is in EUR, the loan in USD")
    assert_refused(cells_of(LINES, amount=lambda text: f"{text} €"), "table_in_other_currency", "is in EUR")
    assert compare([["USD, in EUR on request"], *PLAN]).verdict == "as_written"


@pytest.mark.parametrize("name", ["bank.xlsx", "bank.ods", "bank.xls", "bank.xlsb"])
def test_a_damaged_workbook_is_refused(name: str, tmp_path: Path) -> None:
    full = xlsx_bytes(PLAN)
    for content in (
        b"",
        b"PK",
        b"hello",
        full[: len(full) // 2],
        full[:200] + bytes(400) + full[600:],
        bytes(range(256)) * 40,
    ):
        (tmp_path / name).write_bytes(content)
        assert_refused(tmp_path / name, "unreadable_table", name)


def test_a_text_that_is_no_table_is_refused(tmp_path: Path) -> None:
    for content in (bytes(1000), b"\x89PNG\r\n\x1a\n\0\0\0", b"", b"hello\n", b'"open,1\n2,3\n'):
        (tmp_path / "bank.csv").write_bytes(content)
        with pytest.raises(FibercapError) as caught:
            compare(tmp_path / "bank.csv")
        assert caught.value.code in {"unreadable_table", "no_schedule_table"}


def test_files_that_are_not_there_or_of_another_kind_are_refused(tmp_path: Path) -> None:
    (tmp_path / "bank.xlsx").write_bytes(xlsx_bytes(PLAN))
    (tmp_path / "bank.pdf").write_bytes(b"%PDF-1.7")

    assert_refused(tmp_path / "bnk.xlsx", "unreadable_table", "there is no file .*did you mean `bank.xlsx`")
    assert_refused(tmp_path / "no" / "bank.xlsx", "unreadable_table", "there is no file")
    assert_refused(tmp_path / "bank.pdf", "unreadable_table", r"none of the suffixes of tables: .xlsx")
    assert_refused(tmp_path, "unreadable_table", "is a folder")


def test_huge_files_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "long.csv").write_bytes(csv_bytes(PLAN * 2000))
    with zipfile.ZipFile(tmp_path / "bomb.xlsx", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", bytes(3_000_000))
    monkeypatch.setattr(bank_files, "MOST_UNPACKED", 2_000_000)

    assert_refused(tmp_path / "long.csv", "table_too_large", "rows; at most 20,000 are read")
    assert_refused(tmp_path / "bomb.xlsx", "table_too_large", "unpacks to 3 MB")
    monkeypatch.setattr(bank_files, "MOST_BYTES", 1000)
    assert_refused(tmp_path / "long.csv", "table_too_large", "MB; at most 0 MB are read")


def test_a_sheet_is_named_where_several_hold_schedules(tmp_path: Path) -> None:
    one = tmp_path / "bank.xlsx"
    one.write_bytes(xlsx_bytes(PLAN, "Plan", before="Notes"))

    assert compare(one).table.name == "sheet `Plan`"
    assert compare(one, sheet="Plan").verdict == "as_written"
    assert_refused(one, "no_such_sheet", "no sheet `Paln`.*did you mean `Plan`", sheet="Paln")
    assert_refused(one, "no_schedule_table", "no rows of a schedule", sheet="Notes")


def test_spreadsheets_need_the_extra_and_csv_does_not(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bank_files, "find_spec", lambda _: None)
    (tmp_path / "bank.ods").write_bytes(ods_bytes(PLAN))
    (tmp_path / "bank.csv").write_bytes(csv_bytes(PLAN))

    assert_refused(tmp_path / "bank.ods", "extra_missing", r"pip install 'fibercap\[bank\]'")
    assert compare(tmp_path / "bank.csv").verdict == "as_written"
