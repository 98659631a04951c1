"""Write a scenario and its options as a workbook."""

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
from fibercap.views.workbook.change_sheet import NAME as CHANGES
from fibercap.views.workbook.change_sheet import change_sheet
from fibercap.views.workbook.check_sheet import MASTER, CheckSheet
from fibercap.views.workbook.check_sheet import NAME as CHECKS
from fibercap.views.workbook.claim_sheet import NAME as CLAIMS
from fibercap.views.workbook.claim_sheet import ClaimSheet
from fibercap.views.workbook.formats import Styles, plain_sheets
from fibercap.views.workbook.input_sheet import InputSheet, derived_scalars, derived_sheet
from fibercap.views.workbook.lines import rows_as_values
from fibercap.views.workbook.measure_sheet import NAME as MEASURES
from fibercap.views.workbook.measure_sheet import OPTIONS, MeasureSheet
from fibercap.views.workbook.periods import period_sheet
from fibercap.views.workbook.rate_sheet import NAME as RATES
from fibercap.views.workbook.reading_sheets.all_sheets import reading_sheets
from fibercap.views.workbook.reading_sheets.annual_reader import AnnualReader
from fibercap.views.workbook.reading_sheets.chart_sheet import CHARTS, chart_sheet
from fibercap.views.workbook.reading_sheets.cover import COVER, Cover, cover_sheet
from fibercap.views.workbook.reading_sheets.option_sheet import option_sheet
from fibercap.views.workbook.reading_sheets.summary_sheet import SUMMARY, SummarySheet
from fibercap.views.workbook.reading_sheets.verdict_texts import verdict_texts

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from xlsxwriter import Workbook

    from fibercap.model.plan.scenario import Scenario
    from fibercap.model.projection import Projection
    from fibercap.views.workbook.cases import WorkbookCase


WRITTEN: Final = datetime(2000, 1, 1, tzinfo=UTC).replace(tzinfo=None)
"""The date of creation of every workbook, so that the same scenario gives the same bytes."""


@contextmanager
def _open_workbook(target: BytesIO) -> Iterator[Workbook]:
    """Open a workbook that is written to `target` at the end; until then its sheets are temporary files.

    Raises
    ------
    FibercapError
        If the temporary files cannot be written.
    """
    import xlsxwriter
    from xlsxwriter.exceptions import FileCreateError

    try:
        # constant_memory writes each row as the next begins: a sheet must be filled from top to bottom.
        with xlsxwriter.Workbook(target, {"constant_memory": True}) as xlsx:
            yield xlsx
    except FileCreateError as error:
        raise FibercapError(
            "cannot_write", f"the workbook cannot be written: {error}", "name a folder with room in `TMPDIR`"
        ) from error


def _parts(
    cases: Sequence[WorkbookCase], as_values: Mapping[str, str] | None = None
) -> tuple[Book, InputSheet, list[str]]:
    """Return the addresses of a workbook, its sheet of inputs, and the scalars that follow from them."""
    book = Book(cases, as_values)
    return book, InputSheet(book), derived_scalars(book)


def workbook(scenario: Scenario, version: str, known: Projection | None = None) -> bytes:
    """Return a scenario and its options as the bytes of a workbook with live formulas.

    The same scenario always gives the same bytes.

    Parameters
    ----------
    scenario : Scenario
        The scenario.
    version : str
        The version of fibercap, which the cover states.
    known : Projection, optional
        The projection of the scenario, if the caller has it.

    Raises
    ------
    FibercapError
        If the scenario is a batch of samples.
    """
    cases, left_out = cases_of(scenario, known)
    book, inputs, derived = _parts(cases)
    # Rows whose formula a sheet cannot have show values; that moves inputs and addresses, so the layout is made again.
    if as_values := rows_as_values(book):
        book, inputs, derived = _parts(cases, as_values)
    annual, measures = AnnualSheet(book), MeasureSheet(book)
    claims = ClaimSheet(book, measures)
    checks = CheckSheet(book, claims, measures)
    facts = {"Scenario": scenario.id, "Hash of the scenario": scenario.digest(), "Written by": f"fibercap {version}"}
    time_sheets = [time_sheet.name for time_sheet in book.time_sheets]
    readers = reading_sheets(annual)
    names = [COVER, SUMMARY, *(each.name for each in readers), CHARTS, CLAIMS, OPTIONS]
    names += [INPUTS, *time_sheets, ANNUAL, MEASURES, RATES, CHECKS, DERIVED, CHANGES]
    summary = SummarySheet(AnnualReader(annual), measures, checks, list(verdict_texts(book, claims, left_out)))
    target = BytesIO()
    with _open_workbook(target) as xlsx:
        xlsx.set_properties({"title": visible(scenario.title), "created": WRITTEN})
        style, plain = Styles(xlsx), plain_sheets()
        sheets = {name: xlsx.add_worksheet(name, plain) for name in names}
        cover_sheet(sheets[COVER], Cover(book, checks, inputs.changed_cells, names), facts, style)
        summary.write(sheets[SUMMARY], style)
        for each in readers:
            each.write(sheets[each.name], style)
        inputs.write(sheets[INPUTS], xlsx, style)
        for time_sheet in book.time_sheets:
            period_sheet(sheets[time_sheet.name], book, time_sheet, style)
        annual.write(sheets[ANNUAL], style)
        measures.write(sheets[MEASURES], style)
        measures.rates.write(sheets[RATES], style)
        claims.write(sheets[CLAIMS], style)
        option_sheet(sheets[OPTIONS], book, measures, left_out, style)
        checks.write(sheets[CHECKS], style)
        derived_sheet(sheets[DERIVED], book, derived, style)
        change_sheet(sheets[CHANGES], scenario, style)
        chart_sheet(sheets[CHARTS], xlsx, book, annual, style)
        xlsx.define_name("Master_check", f"={MASTER.cell}")
    return target.getvalue()
