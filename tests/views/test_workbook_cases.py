"""The cases of a workbook side by side: the order of their rows, and cells of formulas that several cells share."""

from __future__ import annotations

import zipfile
from io import BytesIO
from itertools import pairwise

import openpyxl
import xlsxwriter
from hypothesis import given
from hypothesis import strategies as st

from fibercap.views.workbook.cases import merge_in_order
from fibercap.views.workbook.formats import Styles, plain_sheets

NAMES = st.lists(st.sampled_from("abcdefghij"), unique=True)


def merge_one_by_one(lists: list[list[str]]) -> list[str]:
    """Return every name once: a new one is put behind the name before it in its list, or first."""
    merged: list[str] = []
    for names in lists:
        for before, name in pairwise(["", *names]):
            if name not in merged:
                merged.insert(merged.index(before) + 1 if before else 0, name)
    return merged


@given(st.lists(NAMES, max_size=4))
def test_names_of_several_lists_stand_behind_those_that_they_follow(lists: list[list[str]]) -> None:
    merged = merge_in_order(lists)

    assert merged == merge_one_by_one(lists)
    assert set(merged) == {name for names in lists for name in names}


def test_cells_that_share_a_formula_hold_it_once_beside_their_results() -> None:
    """Numbers, an empty result and a text in one row between plain cells, as openpyxl reads them."""
    target = BytesIO()
    with xlsxwriter.Workbook(target, {"constant_memory": True}) as book:
        sheet, look = book.add_worksheet("Sheet", plain_sheets()), Styles(book)("formula", "0.00")
        sheet.write_number(0, 0, 2.0, look)
        sheet.write_shared(1, 1, 'IF($A$1<>"&",A1*2,"")', look, [4.0, 0.1 + 0.2, "", "beyond"])
        sheet.write_string(1, 7, "behind")
        sheet.write_shared(2, 0, "A1+1", look, [3.0])

    results, formulas = (openpyxl.load_workbook(target, data_only=only)["Sheet"] for only in (True, False))

    assert [[cell.value for cell in row] for row in results.iter_rows()] == [
        [2.0, *[None] * 7],
        [None, 4.0, 0.1 + 0.2, None, "beyond", None, None, "behind"],
        [3.0, *[None] * 7],
    ]
    assert [cell.value for cell in formulas[2]][1:5] == [
        '=IF($A$1<>"&",A1*2,"")',
        '=IF($A$1<>"&",B1*2,"")',
        '=IF($A$1<>"&",C1*2,"")',
        '=IF($A$1<>"&",D1*2,"")',
    ]
    assert {results.cell(2, column).number_format for column in range(2, 6)} == {"0.00"}
    with zipfile.ZipFile(target) as file:
        text = file.read("xl/worksheets/sheet1.xml").decode()
    assert text.count("A1*2") == 1
    assert '<f t="shared" si="0"/><v></v>' in text
    assert text.count('t="str"') == 2
