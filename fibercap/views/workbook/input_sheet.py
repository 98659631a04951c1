"""The sheet of inputs with their sources and the switch between financing options; the sheet of derived scalars."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from fibercap.views.sentences import unit_in_tables
from fibercap.views.workbook.book import DERIVED, INPUTS
from fibercap.views.workbook.cell_address import CellAddress, column_range, letters
from fibercap.views.workbook.formats import fit_row, number_format, set_up, write_heads, write_plain
from fibercap.views.workbook.inputs import InputEntry, heading, input_entries, option_in_words, titles
from fibercap.views.workbook.labels import width_of
from fibercap.views.workbook.scalars import ScalarCells, scalar_cells

if TYPE_CHECKING:
    from collections.abc import Sequence

    import xlsxwriter
    from xlsxwriter.worksheet import Worksheet

    from fibercap.views.workbook.book import Book
    from fibercap.views.workbook.formats import Styles

HEADS: Final = ("Input", "In use", "Unit", "As exported", "Changed", "Source", "Evidence", "Note", "Path")
HEAD_ROW: Final = 8
CASES_FROM: Final = len(HEADS)
WIDTHS: Final = (34, 16, 12, 14, 9, 44, 9, 66)
LOOKS: Final = {2: "unit", 5: "small", 7: "small"}
"""How the texts of a column look: the unit, the source and the note."""


class InputSheet:
    """Gives each input its address, then writes them."""

    def __init__(self, book: Book) -> None:
        self.book, self.count = book, len(book.cases)
        self.rows: list[InputEntry | str] = []
        names = dict(titles(book.union))
        for thing, listed in input_entries(book.union).items():
            self.rows.append(heading(thing, names))
            self.rows += listed
        for place, entry in enumerate(self.rows):
            if isinstance(entry, InputEntry) and entry.scalar:
                book.scalars[entry.scalar] = CellAddress(INPUTS, HEAD_ROW + 1 + place, "B")

    @property
    def changed_cells(self) -> str:
        """The reference to the cells that say which inputs are changed."""
        return column_range(INPUTS, "E", HEAD_ROW + 1, HEAD_ROW + len(self.rows))

    def write(self, sheet: Worksheet, workbook: xlsxwriter.Workbook, style: Styles) -> None:
        """Write the sheet, and a defined name for every input that may be changed."""
        set_up(sheet, "Inputs", rows=HEAD_ROW)
        for column, width in enumerate(WIDTHS):
            sheet.set_column(column, column, width)
        sheet.set_column(len(HEADS) - 1, len(HEADS) - 1, 34, None, {"level": 1, "hidden": True})
        sheet.print_area(0, 0, HEAD_ROW + len(self.rows), len(HEADS) - 2)
        sheet.set_column(CASES_FROM, CASES_FROM + self.count - 1, 14)
        sheet.set_column(
            CASES_FROM + self.count, CASES_FROM + 2 * self.count - 1, 14, None, {"level": 1, "hidden": True}
        )
        sheet.write_string(0, 0, "Inputs", style("title"))
        remark = (
            "Blue on yellow may be changed, and all follows. Gray is fixed: change it in the scenario and export again."
        )
        sheet.write_string(1, 0, remark, style("remark"))
        self._switch(sheet, style)
        heads = (*HEADS, *self._names, *(f"{name}, as exported" for name in self._names))
        write_heads(sheet, HEAD_ROW - 1, heads, style)
        names = _defined_names([entry.path for entry in self.rows if isinstance(entry, InputEntry) and entry.live])
        for place, entry in enumerate(self.rows):
            row = HEAD_ROW + place
            if isinstance(entry, str):
                sheet.write_string(row, 0, entry, style("group"))
            else:
                self._entry(sheet, row, entry, style)
                if entry.live:
                    workbook.define_name(names[entry.path], f"={CellAddress(INPUTS, row + 1, 'B').cell}")

    @property
    def _names(self) -> list[str]:
        return [option_in_words(case.name) for case in self.book.cases]

    def _switch(self, sheet: Worksheet, style: Styles) -> None:
        """Write the cell in which the reader chooses an option, and the number of that option below it."""
        first, last = letters(CASES_FROM), letters(CASES_FROM + self.count - 1)
        heads = f"${first}${HEAD_ROW}:${last}${HEAD_ROW}"
        sheet.write_string(4, 0, "Financing option", style("text"))
        sheet.write_string(4, 1, self._names[0], style("input"))
        remark = "choose one from the list" if self.count > 1 else "the only one in this workbook"
        sheet.write_string(4, 2, remark, style("remark"))
        sheet.data_validation(
            4, 1, 4, 1, {"validate": "list", "source": f"={heads}", "error_message": "one of the list"}
        )
        sheet.write_string(5, 0, "Its number", style("text"))
        sheet.write_formula(5, 1, f"=MATCH(B5,{heads},0)", style("formula", "0"), 1)

    def _entry(self, sheet: Worksheet, row: int, entry: InputEntry, style: Styles) -> None:
        """Write the line of an input."""
        sheet.write_string(row, 0, entry.label, style("text"))
        if entry.scalar:
            self._number(sheet, row, entry, scalar_cells(self.book, entry.scalar, CASES_FROM), style)
        else:
            self._text(sheet, row, entry, style)
        texts = {2: entry.unit, 5: entry.source, 6: entry.evidence, 7: entry.note, 8: entry.path}
        if not entry.live:
            texts[7] = f"{FIXED}{f'; {entry.note}' if entry.note else ''}"
        fit_row(sheet, row, "small", [(texts[column], WIDTHS[column]) for column in (5, 7)])
        for column, text in sorted(texts.items()):
            sheet.write_string(row, column, text, style(LOOKS.get(column, "faint")))

    def _number(self, sheet: Worksheet, row: int, entry: InputEntry, scalar: ScalarCells, style: Styles) -> None:
        """Write the cells of a number: the value in use, as exported, whether it changed; by option if they differ."""
        numbers = "#,##0.############" if entry.unit == "" else number_format(entry.unit)
        plain, cell = style("value", numbers), style("input" if entry.live else "value", numbers)
        exported = {CASES_FROM + self.count + n: v for n, v in enumerate(scalar.by_case) if v is not None}
        if not scalar.by_case:
            sheet.write_number(row, 1, scalar.value, cell)
            sheet.write_number(row, 3, scalar.value, plain)
            if entry.live:
                sheet.write_formula(row, 4, f"=IF(B{row + 1}=D{row + 1},0,1)", style("formula", "0;;"), 0)
            self._bounds(sheet, row, 1, entry)
            return
        sheet.write_formula(row, 1, scalar.formula, style("formula", numbers), scalar.value)
        firsts = (CASES_FROM, CASES_FROM + self.count)
        now, then = (f"{letters(first)}{row + 1}:{letters(first + self.count - 1)}{row + 1}" for first in firsts)
        sheet.write_formula(row, 4, f"=IF(SUMPRODUCT(--({now}<>{then}))>0,1,0)", style("formula", "0;;"), 0)
        for column, value in exported.items():
            sheet.write_number(row, column - self.count, value, cell)
            sheet.write_number(row, column, value, plain)
            self._bounds(sheet, row, column - self.count, entry)

    def _text(self, sheet: Worksheet, row: int, entry: InputEntry, style: Styles) -> None:
        """Write an input that is not a number; texts of other options only where they differ."""
        first = entry.texts[0]
        write_plain(sheet, row, 1, first or "", style, "value")
        for number, text in enumerate(entry.texts):
            if text != first:
                write_plain(sheet, row, CASES_FROM + number, text or "not in this option", style, "value")

    def _bounds(self, sheet: Worksheet, row: int, column: int, entry: InputEntry) -> None:
        """Set the rule by which the sheet refuses what the scenario language refuses."""
        if not entry.live:
            return
        rule: dict[str, Any] = {
            "validate": "decimal",
            "criteria": "between",
            "minimum": entry.low,
            "maximum": entry.high,
        }
        if entry.unit == "date":
            rule |= {"validate": "date", "minimum": 32874, "maximum": 73050}  # 1990 to 2099
        elif entry.path == "working_capital.days_in_year":
            rule = {"validate": "list", "source": ["360", "365"]}
        rule |= {
            "error_title": "Out of bounds",
            "error_message": f"{entry.label}: from {entry.low:g} to {entry.high:g}"[:255],
        }
        sheet.data_validation(row, column, row, column, rule)


FIXED: Final = "fixed here"


def _defined_names(paths: Sequence[str]) -> dict[str, str]:
    """Return for each path a defined name that spreadsheets accept; names differ in more than upper and lower case.

    Source
    ------
    ECMA-376, part 1, 18.2.5 (definedName): names are unique in their scope; spreadsheets compare them without case.
    """
    names: dict[str, str] = {}
    taken: set[str] = set()
    for path in paths:
        stem = "in_" + "".join(sign if sign.isalpha() or sign.isdecimal() else "_" for sign in path)[:LONGEST_NAME]
        name, number = stem, 1
        while name.lower() in taken:
            number += 1
            name = f"{stem}_{number}"
        taken.add(name.lower())
        names[path] = name
    return names


LONGEST_NAME: Final = 240
"""Characters of a path in a defined name; spreadsheets accept 255 in all."""


def derived_scalars(book: Book) -> list[str]:
    """Give every scalar that is not an input an address on the sheet of derived scalars; return their paths."""
    paths = [path for path in book.union.scalars if path not in book.scalars]
    for place, path in enumerate(paths):
        book.scalars[path] = CellAddress(DERIVED, DERIVED_ROW + place, "F")
    book.selectors_from = DERIVED_ROW + len(paths) + 2
    return paths


DERIVED_ROW: Final = 5
DERIVED_HEADS: Final = ("Scalar", "Unit", "Path", "Kind", "By its formula", "In use")


def derived_sheet(sheet: Worksheet, book: Book, paths: list[str], style: Styles) -> None:
    """Write the scalars that follow from inputs and calendar, and which formula holds in which option."""
    set_up(sheet, "Derived", rows=DERIVED_ROW - 1)
    first = len(DERIVED_HEADS)
    for column, width in enumerate((width_of(map(book.labels.scalar, paths), 44), 10, 44, 24, 16, 16)):
        sheet.set_column(column, column, width)
    sheet.set_column(2, 2, 44, None, {"level": 1, "hidden": True})
    sheet.set_column(first, first + len(book.cases) - 1, 14)
    sheet.write_string(0, 0, "Derived", style("title"))
    sheet.write_string(
        1,
        0,
        "What follows from inputs, facts of the calendar, and which formula holds in which option.",
        style("remark"),
    )
    heads = (*DERIVED_HEADS, *(option_in_words(case.name) for case in book.cases))
    write_heads(sheet, DERIVED_ROW - 2, heads, style)
    for path in paths:
        sheet.write_string(book.scalars[path].row - 1, 0, book.labels.scalar(path), style("text"))
        _write_derived(sheet, scalar_cells(book, path, first), style)
    sheet.write_string(book.selectors_from - 2, 0, "Which formula holds, by option", style("group"))
    last, switch = letters(first + len(book.cases) - 1), book.switch
    for numbers, address in book.selectors.items():
        row = address.row - 1
        sheet.write_string(row, 0, f"Choice {row - book.selectors_from + 2}", style("text"))
        text = f"=INDEX({letters(first)}{address.row}:{last}{address.row},1,{switch.cell})"
        sheet.write_formula(row, 5, text, style("formula", "0"), numbers[0])
        for column, number in enumerate(numbers, first):
            sheet.write_number(row, column, number, style("value", "0"))


def _write_derived(sheet: Worksheet, scalar: ScalarCells, style: Styles) -> None:
    """Write a scalar, beside its label: unit, path, kind, formula and value, and its value in each case."""
    row, numbers = (
        scalar.address.row - 1,
        number_format("date" if scalar.path.endswith(("_on", ".on", ".eve")) else scalar.unit),
    )
    if scalar.unit == "":
        numbers = "General"
    for column, text in enumerate((unit_in_tables(scalar.unit), scalar.path, scalar.kind), 1):
        sheet.write_string(row, column, text, style("unit" if column == 1 else "faint"))
    if scalar.by_formula:
        sheet.write_formula(row, 4, scalar.by_formula, style("formula", numbers), scalar.value)
    if scalar.formula:
        sheet.write_formula(row, 5, scalar.formula, style("formula", numbers), scalar.value)
    else:
        sheet.write_number(row, 5, scalar.value, style("value", numbers))
    for column, value in enumerate(scalar.by_case, len(DERIVED_HEADS)):
        if value is not None:
            sheet.write_number(row, column, value, style("value", numbers))
