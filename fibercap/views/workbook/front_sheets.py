"""The sheets that are not the model: cover, options side by side, changes, charts."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Final

from fibercap.core.tree import Leaf, leaves
from fibercap.core.visible_text import visible
from fibercap.studies.findings import findings
from fibercap.studies.plan_warnings import warnings
from fibercap.studies.step_warning import step_warning
from fibercap.views.workbook.book import INPUTS
from fibercap.views.workbook.check_sheet import MASTER
from fibercap.views.workbook.formats import number_format, set_up
from fibercap.views.workbook.measure_sheet import OPTIONS, OPTIONS_COLUMN, OPTIONS_ROW

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    import xlsxwriter
    from xlsxwriter.worksheet import Worksheet

    from fibercap.model.plan.scenario import Scenario
    from fibercap.views.workbook.annual_sheet import AnnualSheet
    from fibercap.views.workbook.book import Book
    from fibercap.views.workbook.check_sheet import CheckSheet
    from fibercap.views.workbook.formats import Styles
    from fibercap.views.workbook.measure_sheet import MeasureSheet

COVER, CHANGES, CHARTS = "Cover", "Changes", "Charts"
COLOR_KEY: Final = (
    ("input", "Input: blue on yellow; change it, and all follows"),
    ("formula", "Formula: black; the same in every column of its row"),
    ("value", "Value: gray italic; calendar or structure, fixed when exported"),
)
CONTENTS: Final[dict[str, str]] = {
    INPUTS: "every input with unit, source and evidence; the switch for the financing option",
    "Time": "periods, years, rates of exchange",
    "Plants": "capacity, output, shipments, revenue, cost",
    "Projects": "ramps, capex, depreciation",
    "Funding": "who pays for what: sources equal uses",
    "Loans": "every loan in model periods",
    "Accounts": "income, cash flow, balance sheet, tax",
    "Order of cash": "cash in the order in which it is paid, down to closing cash",
    "Returns": "flows that the projects add, and what owners get",
    "Without projects": "the same plan without its projects",
    "Annual": "the same by calendar or business year, looked up",
    "Measures": "NPV, IRR, DSCR, cost of debt",
    "Rates": "at which rates flows balance, and which is the rate of return",
    "Claims": "what is claimed, tested",
    OPTIONS: "every option's measures as fibercap computed them",
    "Checks": "every law as a formula; warnings apart",
    "Derived": "scalars that follow from inputs; which formula holds in which option",
    CHANGES: "where inputs come from, and room for a reviewer's notes",
    CHARTS: "capacity, debt, debt service cover",
}


def cover_sheet(
    sheet: Worksheet, book: Book, checks: CheckSheet, changed: str, style: Styles, facts: Mapping[str, str]
) -> None:
    """Write title, purpose, `facts` by label, live checks, color key, contents and warnings.

    `changed` is the reference to the cells that say which inputs are changed.
    """
    scenario = book.cases[0].projection.scenario
    set_up(sheet, COVER)
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
        ("Financing option in use", f"={book.chosen_option.cell}", "General", book.cases[0].name),
        (
            "Master check",
            f"={MASTER.cell}",
            '"every law is kept";;"A LAW IS BROKEN: see Checks"',
            1,
        ),
        ("Warnings to look at", f"=COUNTIF({checks.warning_cells},0)", '0;;"none"', _count_warnings(checks)),
        ("Inputs changed since export", f"=SUM({changed})", '0;;"none"', 0),
    )
    for label, formula, numbers, value in live:
        sheet.write_string(row, 0, label, style("text"))
        sheet.write_formula(row, 1, formula, style("key", numbers), value)
        row += 1
    for kind, text in COLOR_KEY:
        row += 1
        sheet.write_string(row, 0, kind.capitalize(), style(kind))
        sheet.write_string(row, 1, text, style("text"))
    row = _contents(sheet, book, style, row + 2)
    alarms = [*warnings(book.cases[0].projection), *step_warning(book.cases[0].projection)]
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


def _contents(sheet: Worksheet, book: Book, style: Styles, row: int) -> int:
    """Write a link to every sheet; return the next row."""
    time_sheets = {time_sheet.name: time_sheet.title for time_sheet in book.time_sheets if time_sheet.grid.number}
    sheet.write_string(row, 0, "Sheets", style("group"))
    shown = {name: text for name, text in CONTENTS.items() if name in {t.name for t in book.time_sheets} | OTHER_SHEETS}
    both = {**shown, **time_sheets}
    for name, text in both.items():
        row += 1
        sheet.write_url(row, 0, f"internal:'{name}'!A1", style("text"), name)
        sheet.write_string(row, 1, text, style("text"))
    return row + 1


OTHER_SHEETS: Final = frozenset({INPUTS, "Annual", "Measures", "Claims", OPTIONS, "Checks", "Derived", CHANGES, CHARTS})


def option_sheet(
    sheet: Worksheet, book: Book, measures: MeasureSheet, left_out: Mapping[str, str], style: Styles
) -> None:
    """Write the measures of every option as values, beside those that the workbook computes."""
    set_up(sheet, OPTIONS, rows=OPTIONS_ROW - 1)
    sheet.set_column(0, 0, 34)
    sheet.set_column(1, 2 + len(book.cases), 16)
    sheet.write_string(0, 0, "Options side by side", style("title"))
    remark = (
        "Values as fibercap computed them when the workbook was exported: they do not follow inputs. Column B does."
    )
    sheet.write_string(1, 0, remark, style("remark"))
    heads = ["Measure", "Live now", "Unit", *(case.name for case in book.cases)]
    for number, case in enumerate(book.cases):
        sheet.write_string(OPTIONS_ROW - 3, OPTIONS_COLUMN + number, case.title if number else "", style("small"))
    for column, head in enumerate(heads):
        sheet.write_string(OPTIONS_ROW - 2, column, head, style("head"))
    for place, name in enumerate(measures.names):
        _option_row(sheet, OPTIONS_ROW - 1 + place, name, measures, style)
    row = OPTIONS_ROW + len(measures.names)
    for name, why in left_out.items():
        sheet.write_string(
            row, 0, f"{name} is not in this workbook: {why}; export it alone with --option {name}", style("remark")
        )
        row += 1


def _option_row(sheet: Worksheet, row: int, name: str, measures: MeasureSheet, style: Styles) -> None:
    measure, address = measures.measure(name), measures.address(name)
    numbers = number_format(measure.unit) if measure.unit else "0.00"
    first = measures.measures_by_case[0].get(name)
    value = first.value if first is not None else None
    sheet.write_string(row, 0, measure.label, style("text"))
    formula = f'=IF({address.cell}="","",{address.cell})'
    sheet.write_formula(row, 1, formula, style("formula", numbers), "" if value is None else value)
    sheet.write_string(row, 2, measure.unit or "1", style("faint"))
    for number, by_name in enumerate(measures.measures_by_case):
        of_option = by_name.get(name)
        if of_option is None or of_option.value is None:
            sheet.write_string(
                row,
                OPTIONS_COLUMN + number,
                f"undefined: {of_option.reason}" if of_option else "no such loan",
                style("value"),
            )
        else:
            sheet.write_number(row, OPTIONS_COLUMN + number, of_option.value, style("value", numbers))


def change_sheet(sheet: Worksheet, scenario: Scenario, style: Styles) -> None:
    """Write which inputs were changed before the export and by what; leave room for a reviewer's notes."""
    set_up(sheet, CHANGES, rows=4)
    for column, width in enumerate((44, 30, 30, 44, 40)):
        sheet.set_column(column, column, width)
    sheet.write_string(0, 0, CHANGES, style("title"))
    remark = "Inputs that an option, a file or the command line changed before the export; then a reviewer's own notes."
    sheet.write_string(1, 0, remark, style("remark"))
    for column, head in enumerate(("Input", "Was", "Is", "Changed by", "Where")):
        sheet.write_string(3, column, head, style("head"))
    row = 4
    for texts in _changes(scenario):
        for column, text in enumerate(texts):
            sheet.write_string(row, column, text, style("text"))
        row += 1
    for column, head in enumerate(("Reviewer's notes: input or row", "Was", "Is", "Why", "Who and when")):
        sheet.write_string(row + 1, column, head, style("head"))
    for blank in range(row + 2, row + 22):
        for column in range(5):
            sheet.write_blank(blank, column, None, style("input"))


def _changes(scenario: Scenario) -> Iterator[tuple[str, ...]]:
    """Yield path, old and new text, change and place of every input that was changed."""
    values, _ = scenario.unwrapped_tree
    for path, leaf in leaves(values):
        if path[0] not in ("options", "claims", "sources") and isinstance(leaf, Leaf):
            for step, origin in enumerate(origin.without_folder() for origin in leaf.origins):
                if origin.how != "written" and origin.previous is not None:
                    later = leaf.origins[step + 1].previous if step + 1 < len(leaf.origins) else leaf.text
                    where = f"{origin.place.file}:{origin.place.line}" if origin.place else ""
                    yield ".".join(path), origin.previous, str(later), origin.how, where


def chart_sheet(
    sheet: Worksheet, workbook: xlsxwriter.Workbook, book: Book, annual: AnnualSheet, style: Styles
) -> None:
    """Insert charts of capacity, debt and debt service cover, which read the other sheets."""
    set_up(sheet, CHARTS)
    sheet.set_portrait()
    sheet.fit_to_pages(1, 1)
    sheet.write_string(0, 0, CHARTS, style("title"))
    plans = [case.projection.scenario for case in book.cases]
    loans = {name: loan.title or name for plan in plans for name, loan in plan.loans.items()}
    effective: dict[str, dict[str, str]] = {}
    for plan in plans:
        for name, plant in plan.plants.items():
            cells = annual.cells_of(f"plants.{name}.effective_capacity")
            effective.setdefault(plan.unit_of_plant(name), {})[cells] = plant.name or name
    paths = {f"loans.{name}.closing": text for name, text in loans.items()}
    owed = {f"={book.address(0, p).range}": text for p, text in paths.items() if p in book.union.model.lines}
    cover, years = {annual.cells_of("accounts.dscr"): "DSCR"}, annual.year_cells
    debt, days = f"Debt at period ends, million {plans[0].currency}", f"={book.address(0, 'time.date').range}"
    charts = [
        (f"Effective capacity by year, {unit}/year", lines, years, LARGE, 60) for unit, lines in effective.items()
    ]
    covered = f"CFADS / debt service by {plans[0].timeline.year_kind}"
    charts += [(debt, owed, days, "#,##0.0,,", 0), (covered, cover, years, "0.0", 60)]
    for number, (title, series, names, numbers, gap) in enumerate(charts):
        _chart(sheet, workbook, 2 + CHART_ROWS * number, title, series, names, numbers, gap)


CHART_ROWS: Final = 18
LARGE: Final = '[>=1000000]#,##0.0,,"M";#,##0'
MOST_SERIES: Final = 255
"""The most series of a chart that spreadsheets draw."""
PALETTE: Final = ("#1F4E79", "#C55A11", "#548235", "#7F6000", "#7030A0", "#808080")


def _chart(  # noqa: PLR0913, PLR0917 - a chart has that many parts
    sheet: Worksheet,
    workbook: xlsxwriter.Workbook,
    row: int,
    title: str,
    series: Mapping[str, str],
    names: str,
    numbers: str,
    gap: int = 60,
) -> None:
    if not series:
        return
    chart = workbook.add_chart({"type": "column", "subtype": "stacked"})
    if len(series) > MOST_SERIES:
        title = f"{title}: the first {MOST_SERIES} of {len(series):,}"
    for number, (values, name) in enumerate(islice(series.items(), MOST_SERIES)):
        color = PALETTE[number % len(PALETTE)]
        chart.add_series(
            {
                "name": visible(f" {name}" if name.startswith("=") else name),  # a text with `=` is a reference
                "categories": names,
                "values": values,
                "gap": gap,
                "fill": {"color": color},
                "border": {"none": gap == 0},
            }
        )
    chart.set_title({"name": title, "name_font": {"size": 12}, "overlay": False})
    chart.set_y_axis({"num_format": numbers, "major_gridlines": {"visible": True, "line": {"color": "#DDDDDD"}}})
    chart.set_x_axis(
        {
            "num_format": "yyyy" if gap == 0 else "0",
            "num_font": {"rotation": 0},
            **({"date_axis": True, "major_unit": 1, "major_unit_type": "years"} if gap == 0 else {}),
        }
    )
    chart.set_legend({"position": "bottom"} if len(series) > 1 else {"none": True})
    chart.set_size({"width": 860, "height": 330})
    sheet.insert_chart(row, 0, chart)
