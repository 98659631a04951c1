"""A scenario becomes the bytes of a workbook."""

from __future__ import annotations

from contextlib import contextmanager
from datetime import UTC, datetime
from io import BytesIO
from typing import TYPE_CHECKING, Final

from fibercap.core.errors import FibercapError
from fibercap.core.visible_text import visible
from fibercap.views.workbook.annual_sheet import NAME as ANNUAL
from fibercap.views.workbook.annual_sheet import AnnualSheet
from fibercap.views.workbook.book import DERIVED, INPUTS, Book
from fibercap.views.workbook.cases import cases_of
from fibercap.views.workbook.check_sheet import MASTER, CheckSheet
from fibercap.views.workbook.check_sheet import NAME as CHECKS
from fibercap.views.workbook.claim_sheet import NAME as CLAIMS
from fibercap.views.workbook.claim_sheet import ClaimSheet
from fibercap.views.workbook.formats import Looks, plain_sheets
from fibercap.views.workbook.front_sheets import (
    CHANGES,
    CHARTS,
    COVER,
    change_sheet,
    chart_sheet,
    cover_sheet,
    option_sheet,
)
from fibercap.views.workbook.input_sheet import InputSheet, derived_scalars, derived_sheet
from fibercap.views.workbook.measure_sheet import NAME as MEASURES
from fibercap.views.workbook.measure_sheet import OPTIONS, MeasureSheet
from fibercap.views.workbook.periods import period_sheet
from fibercap.views.workbook.rate_sheet import NAME as RATES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from xlsxwriter import Workbook

    from fibercap.model.plan.scenario import Scenario


WRITTEN: Final = datetime(2000, 1, 1, tzinfo=UTC).replace(tzinfo=None)
"""The date that every workbook bears, so that the same scenario is the same bytes."""


@contextmanager
def _made(target: BytesIO) -> Iterator[Workbook]:
    """Make a workbook; its sheets wait in temporary files.

    Raises
    ------
    FibercapError
        If those cannot be written.
    """
    import xlsxwriter
    from xlsxwriter.exceptions import FileCreateError

    try:
        with xlsxwriter.Workbook(target, {"constant_memory": True}) as made:
            yield made
    except FileCreateError as error:
        raise FibercapError(
            "cannot_write", f"the workbook cannot be written: {error}", "name a folder with room in `TMPDIR`"
        ) from error


def workbook(scenario: Scenario, version: str) -> bytes:
    """Return a scenario and its options as a workbook with live formulas: same scenario, same bytes.

    Raises
    ------
    FibercapError
        If the scenario is a batch of draws.
    """
    cases, left_out = cases_of(scenario)
    book = Book(cases)
    inputs, derived = InputSheet(book), derived_scalars(book)
    annual, measures = AnnualSheet(book), MeasureSheet(book)
    claims = ClaimSheet(book, measures)
    checks = CheckSheet(book, claims, measures)
    told = {"Scenario": scenario.id, "Hash of the scenario": scenario.digest(), "Written by": f"fibercap {version}"}
    pages = [page.name for page in book.pages]
    names = [COVER, INPUTS, *pages, ANNUAL, MEASURES, RATES, CLAIMS, OPTIONS, CHECKS, DERIVED, CHANGES, CHARTS]
    target = BytesIO()
    with _made(target) as made:
        made.set_properties({"title": visible(scenario.title), "created": WRITTEN})
        looks, plain = Looks(made), plain_sheets()
        sheets = {name: made.add_worksheet(name, plain) for name in names}
        cover_sheet(sheets[COVER], book, checks, inputs.changed, looks, told)
        inputs.write(sheets[INPUTS], made, looks)
        for page in book.pages:
            period_sheet(sheets[page.name], book, page, looks)
        annual.write(sheets[ANNUAL], looks)
        measures.write(sheets[MEASURES], looks)
        measures.rates.write(sheets[RATES], looks)
        claims.write(sheets[CLAIMS], looks)
        option_sheet(sheets[OPTIONS], book, measures, left_out, looks)
        checks.write(sheets[CHECKS], looks)
        derived_sheet(sheets[DERIVED], book, derived, looks)
        change_sheet(sheets[CHANGES], scenario, looks)
        chart_sheet(sheets[CHARTS], made, book, annual, looks)
        made.define_name("Master_check", f"={MASTER.at}${MASTER.column}${MASTER.row}")
    return target.getvalue()
