"""The cover: what the workbook is, whether it holds, what its colors mean, and a link to every sheet."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from fibercap.studies.findings import findings
from fibercap.studies.plan_warnings import all_warnings
from fibercap.views.workbook.book import FUNDING, INPUTS, PLANTS
from fibercap.views.workbook.check_sheet import MASTER
from fibercap.views.workbook.formats import set_up
from fibercap.views.workbook.inputs import option_in_words
from fibercap.views.workbook.measure_sheet import OPTIONS
from fibercap.views.workbook.reading_sheets.chart_sheet import CHARTS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from xlsxwriter.worksheet import Worksheet

    from fibercap.views.workbook.book import Book
    from fibercap.views.workbook.check_sheet import CheckSheet
    from fibercap.views.workbook.formats import Styles

COVER, CHANGES = "Cover", "Changes"
COLOR_KEY: Final = (
    ("input", "Input: blue on yellow; change it, and all follows"),
    ("formula", "Formula: black; the same in every column of its row"),
    ("value", "Value: gray italic; calendar or structure, fixed when exported"),
)
TO_READ: Final[dict[str, str]] = {
    "Summary": "the verdict, and twelve results with links to where they come from",
    "Income": "revenue to net income, by year",
    "Cash flow": "operating, investing and financing cash flow; cash in the order in which it is paid",
    "Balance sheet": "assets, liabilities and equity at the end of each year",
    "Debt": "every loan to its maturity",
    "Cover ratios": "cash available for debt service, debt service, and ratios",
    "Plants": "capacity, output and shipments",
    "Funding": "who pays for each project and purchase",
    CHARTS: "capacity, debt, debt service cover",
    "Claims": "what is claimed and promised, tested",
    OPTIONS: "every option's measures as fibercap computed them",
}
PRINTING: Final = "To print them: choose this sheet, then the last of them with the shift key held, and print."
CONTENTS: Final[dict[str, str]] = {
    INPUTS: "every input with unit, source and evidence; the switch for the financing option",
    "Time": "periods, years, rates of exchange",
    PLANTS: "capacity, output, shipments, revenue, cost",
    "Projects": "ramps, capex, depreciation",
    FUNDING: "who pays for what: sources equal uses",
    "Loans": "every loan in model periods",
    "Accounts": "income, cash flow, balance sheet, tax",
    "Order of cash": "cash in the order in which it is paid, down to closing cash",
    "Returns": "flows that the projects add, and what owners get",
    "Without projects": "the same plan without its projects",
    "Annual": "the same by calendar or business year, looked up",
    "Measures": "NPV, IRR, DSCR, cost of debt",
    "Rates": "at which rates flows balance, and which is the rate of return",
    "Checks": "every law as a formula; warnings apart",
    "Derived": "scalars that follow from inputs; which formula holds in which option",
    CHANGES: "where inputs come from, and room for a reviewer's notes",
}


@dataclass(frozen=True)
class Cover:
    """What the cover describes: the addresses and checks of the workbook, its inputs and its sheets.

    Parameters
    ----------
    book, checks : Book, CheckSheet
        The addresses of the workbook, and its checks.
    changed : str
        The reference to the cells that say which inputs are changed.
    sheets : sequence of str
        The names of all sheets in order.
    """

    book: Book
    checks: CheckSheet
    changed: str
    sheets: Sequence[str]


def cover_sheet(sheet: Worksheet, cover: Cover, facts: Mapping[str, str], style: Styles) -> None:
    """Write title, purpose, `facts` by label, live checks, color key, contents and warnings."""
    book, checks = cover.book, cover.checks
    scenario = book.cases[0].projection.scenario
    set_up(sheet, COVER)
    sheet.set_portrait()
    sheet.set_column(0, 0, 30)
    sheet.set_column(1, 1, 100)
    sheet.write_string(0, 0, scenario.title or scenario.id, style("title"))
    purpose = "A capacity plan and its financing with live formulas: change an input and everything follows."
    sheet.write_string(1, 0, purpose, style("remark"))
    row = _failures(sheet, 3, book, style)
    for label, text in facts.items():
        sheet.write_string(row, 0, label, style("text"))
        sheet.write_string(row, 1, text, style("text"))
        row += 1
    live = (
        ("Financing option in use", f"={book.chosen_option.cell}", "General", option_in_words(book.cases[0].name)),
        (
            "Master check",
            f"={MASTER.cell}",
            '"every law is kept";;"A LAW IS BROKEN: see Checks"',
            1,
        ),
        ("Warnings to look at", f"=COUNTIF({checks.warning_cells},0)", '0;;"none"', _count_warnings(checks)),
        ("Inputs changed since export", f"=SUM({cover.changed})", '0;;"none"', 0),
    )
    for label, formula, numbers, value in live:
        sheet.write_string(row, 0, label, style("text"))
        sheet.write_formula(row, 1, formula, style("key", numbers), value)
        row += 1
    for kind, text in COLOR_KEY:
        row += 1
        sheet.write_string(row, 0, kind.capitalize(), style(kind))
        sheet.write_string(row, 1, text, style("text"))
    row = _contents(sheet, cover, row + 2, style)
    alarms = all_warnings(book.cases[0].projection)
    sheet.write_string(row + 1, 0, "Warnings when exported" if alarms else "No warnings when exported", style("group"))
    for number, text in enumerate(alarms, row + 2):
        sheet.write_string(number, 0, text, style("text"))


def _failures(sheet: Worksheet, row: int, book: Book, style: Styles) -> int:
    """Write what fails in the plan; return the next row."""
    failures = findings(book.cases[0].projection)
    for number, finding in enumerate(failures, row):
        sheet.write_string(number, 0, "Fails when exported", style("failure"))
        sheet.write_string(number, 1, finding.sentence, style("failure"))
    return row + len(failures)


def _count_warnings(checks: CheckSheet) -> int:
    return sum(not fine for _, _, fine in checks.warnings)


def _contents(sheet: Worksheet, cover: Cover, row: int, style: Styles) -> int:
    """Write a link to every sheet; return the next row."""
    others = {time_sheet.name: time_sheet.title for time_sheet in cover.book.time_sheets if time_sheet.grid.number}
    texts = {**TO_READ, **CONTENTS, **others}
    for name in cover.sheets[1:]:
        if name in HEADINGS:
            sheet.write_string(row, 0, HEADINGS[name][0], style("group"))
            sheet.write_string(row, 1, HEADINGS[name][1], style("remark"))
            row += 1
        sheet.write_url(row, 0, f"internal:'{name}'!A1", style("link"), name)
        sheet.write_string(row, 1, texts[name], style("text"))
        row += 1
    return row


HEADINGS: Final = {
    "Summary": ("To read", PRINTING),
    INPUTS: ("To change and to audit", "Inputs, and what is calculated from them; each prints when it is chosen."),
}
"""Above which sheet of the contents a heading stands, and what it says."""
