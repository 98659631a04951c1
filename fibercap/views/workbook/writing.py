"""A scenario becomes the bytes of a workbook."""

from __future__ import annotations

from datetime import UTC, datetime
from io import BytesIO
from typing import TYPE_CHECKING

from fibercap.views.workbook.book import DERIVED, INPUTS, Book
from fibercap.views.workbook.cases import cases_of
from fibercap.views.workbook.input_sheet import InputSheet, derived_scalars, derived_sheet
from fibercap.views.workbook.looks import Looks, plain_sheets
from fibercap.views.workbook.periods import period_sheet

if TYPE_CHECKING:
    from fibercap.model.scenario import Scenario


def workbook(scenario: Scenario) -> bytes:
    """Return a scenario and its options as a workbook with live formulas: same scenario, same bytes."""
    import xlsxwriter

    cases, _ = cases_of(scenario)
    book = Book(cases)
    inputs = InputSheet(book)
    derived = derived_scalars(book)
    target = BytesIO()
    with xlsxwriter.Workbook(target, {"constant_memory": True}) as made:
        made.set_properties({"title": scenario.title, "created": datetime(2000, 1, 1, tzinfo=UTC).replace(tzinfo=None)})
        looks, plain = Looks(made), plain_sheets()
        sheets = {name: made.add_worksheet(name, plain) for name in (INPUTS, *(page.name for page in book.pages), DERIVED)}
        inputs.write(sheets[INPUTS], made, looks)
        for page in book.pages:
            period_sheet(sheets[page.name], book, page, looks)
        derived_sheet(sheets[DERIVED], book, derived, looks)
    return target.getvalue()
