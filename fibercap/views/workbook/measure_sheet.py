"""The sheet of measures: each is a formula of rows; rates of return refer to the sheet of rates."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Final

import numpy as np

from fibercap.core.formulas.formula import evaluate
from fibercap.core.formulas.formula_text import term_of
from fibercap.model.measures.debt_measures import NEVER_DRAWN, NONE_DRAWN
from fibercap.model.measures.worth_measures import NOTHING_PAID, OWNERS_PAY, reason_without_projects
from fibercap.model.returns.rate_choice import ONE_SIGN
from fibercap.views.sentences import unit_in_tables
from fibercap.views.workbook.cases import merge_in_order
from fibercap.views.workbook.cell_address import CellAddress, letters
from fibercap.views.workbook.formats import fit_row, number_format, set_up, write_heads, write_link
from fibercap.views.workbook.formulas import FormulaWriter, NoSheetFormulaError
from fibercap.views.workbook.lines import FORMULA, CaseContext, formula_by_case, reader
from fibercap.views.workbook.rate_sheet import RateSheet, Search

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from xlsxwriter.worksheet import Worksheet

    from fibercap.core.units import Array
    from fibercap.model.measures.measure import Measure
    from fibercap.model.projection import Projection
    from fibercap.views.workbook.book import Book
    from fibercap.views.workbook.formats import Styles

NAME: Final = "Measures"
HEADS: Final = ("Measure", "Value", "Unit", "Kind", "Note", "Name", "Rests on", "", "")
NOTE_WIDTH: Final = 60
LINKS_FROM: Final = 6
"""The number of the first column of links to rows."""
HEAD_ROW: Final = 5
OPTIONS: Final = "Options"
OPTIONS_ROW: Final = 6
OPTIONS_COLUMN: Final = 3
"""The number of the first column of options on their sheet."""


class MeasureSheet:
    """Gives each measure its address, then writes them."""

    def __init__(self, book: Book) -> None:
        self.book, self.rates = book, RateSheet(book)
        self.names = merge_in_order([list(by_name) for by_name in self.measures_by_case])

    @cached_property
    def measures_by_case(self) -> list[Mapping[str, Measure]]:
        """The measures of each case, by name."""
        return [dict(case.projection.measures) for case in self.book.cases]

    def measure(self, name: str) -> Measure:
        """Return a measure from the first case that has it."""
        return next(by_name[name] for by_name in self.measures_by_case if name in by_name)

    def address(self, name: str) -> CellAddress:
        """Return the address of a measure's value."""
        return CellAddress(NAME, HEAD_ROW + 1 + self.names.index(name), "B")

    def write(self, sheet: Worksheet, style: Styles) -> None:
        """Write the sheet."""
        set_up(sheet, NAME, rows=HEAD_ROW)
        for column, width in enumerate((46, 16, 15, 14, NOTE_WIDTH, 26, 36, 36, 36)):
            sheet.set_column(column, column, width)
        sheet.set_column(LINKS_FROM - 1, LINKS_FROM - 1, 26, None, {"level": 1, "hidden": True})
        sheet.print_area(0, 0, HEAD_ROW + len(self.names), 4)
        sheet.write_string(0, 0, NAME, style("title"))
        remark = "The sheet Rates shows at which rates flows balance, and which of them is the rate of return."
        sheet.write_string(1, 0, remark, style("remark"))
        write_heads(sheet, HEAD_ROW - 1, HEADS, style)
        for place, name in enumerate(self.names):
            self._measure(sheet, HEAD_ROW + place, name, style)

    def _measure(self, sheet: Worksheet, row: int, name: str, style: Styles) -> None:
        """Write the line of a measure: a formula or, where it has none, the value as exported."""
        measure, of_first_case = self.measure(name), self.measures_by_case[0].get(name)
        numbers = "0.00" if measure.unit == "" else number_format(measure.unit)
        fit_row(sheet, row, "small", [(self.note(name), NOTE_WIDTH)])
        sheet.write_string(row, 0, measure.label, style("text"))
        value = of_first_case.value if of_first_case is not None else None
        try:
            (formula, note), kind = self._formula(name, row), FORMULA
        except NoSheetFormulaError as error:
            formula, note, kind = self._by_option(name), "", f"value: {error}"
        cell_format = style("formula" if kind == FORMULA else "value", numbers)
        sheet.write_formula(row, 1, formula, cell_format, "" if value is None else value)
        sheet.write_string(row, 2, unit_in_tables(measure.unit), style("unit"))
        sheet.write_string(row, 3, kind, style("faint"))
        if note:
            sheet.write_formula(row, 4, note, style("small"), self.note(name))
        else:
            sheet.write_string(row, 4, self.note(name), style("small"))
        sheet.write_string(row, 5, name, style("faint"))
        for column, (address, label) in enumerate(self._rows_of(name), LINKS_FROM):
            write_link(sheet, row, column, address.sheet, address.row, label, style("link"))

    def note(self, name: str) -> str:
        """Return what is said of a measure beside its value, when exported."""
        measure = self.measures_by_case[0].get(name)
        if measure is None or not measure.reason:
            return self.measure(name).remark
        return (
            f"undefined: {measure.reason}"
            if "IRR(" in measure.formula
            else f"undefined when exported: {measure.reason}"
        )

    def _rows_of(self, name: str) -> list[tuple[CellAddress, str]]:
        """Return the first rows that a measure rests on, each with its address and label."""
        case = next(number for number, by_name in enumerate(self.measures_by_case) if name in by_name)
        projection = self.book.cases[case].projection
        text = self.measures_by_case[case][name].formula
        paths = dict.fromkeys(path for path, _ in term_of(text).references) if text else {}
        rows = [path for path in paths if path in projection.rows and not path.startswith("time.")]
        return [
            (self.book.address(case, path), self.book.labels.row(path, projection.rows[path].label))
            for path in rows[: len(HEADS) - LINKS_FROM]
        ]

    def _by_option(self, name: str) -> str:
        """Return the formula that takes a measure from the values of the options, as exported."""
        row, last = OPTIONS_ROW + self.names.index(name), letters(OPTIONS_COLUMN + len(self.measures_by_case) - 1)
        cells, switch = f"'{OPTIONS}'!{letters(OPTIONS_COLUMN)}{row}:{last}{row}", self.book.switch
        return f'=IFERROR(INDEX({cells},1,{switch.cell})+0,"")'  # +0: an empty text becomes an error

    def _formula(self, name: str, row: int) -> tuple[str, str]:
        """Return the formula of a measure and that of the note beside it; "" for a note that is plain text.

        Raises
        ------
        NoSheetFormulaError
            If the measure cannot be written as a formula.
        """
        keys: list[object] = []
        texts: dict[object, str] = {}
        search = Search(self.measure(name).label)
        for case, by_name in enumerate(self.measures_by_case):
            measure = by_name.get(name)
            text = _text(measure, self.book.cases[case].projection)
            if not text and measure is not None and measure.value is not None:
                raise NoSheetFormulaError("as exported, by option")
            keys.append(self.book.union.readings(case, text) if text else None)
            if keys[-1] not in texts:
                texts[keys[-1]] = self._case_formula(case, text, search, keys[-1]) if text else '""'
        formula = f'=IFERROR({formula_by_case(self.book, keys, texts)},"")'
        return formula, self._rate(name, row, search, keys) if search.pairs_by_key else ""

    def _case_formula(self, case: int, text: str, search: Search, key: object) -> str:
        """Return the formula of a measure in a case; its rates of return are added to the search."""
        context = CaseContext(self.book, case)

        def solve(function: str, rows: Sequence[tuple[str, str]]) -> str:
            search.add_case(self.book, case, key, function, rows)
            return self.rates.result("B")

        formula = FormulaWriter(term_of(text), context, solve=solve).text()
        return f'IF({self._owners_pay(case)}=1,{formula},"")' if "IRR({returns.equity_flow}" in text else formula

    def _owners_pay(self, case: int) -> str:
        """Return the formula of whether owners pay anything in for projects; without projects there is no such rate."""
        if reason_without_projects(self.book.cases[case].projection):
            return "0"
        return FormulaWriter(term_of(OWNERS_PAY), CaseContext(self.book, case)).text()

    def _rate(self, name: str, row: int, search: Search, keys: list[object]) -> str:
        """Add a rate of return to the sheet of rates; return the formula of the note on it."""
        first = self.book.cases[0].projection
        texts: dict[object, str] = {}
        no_flows: dict[object, str] = {}
        for case, (by_name, key) in enumerate(zip(self.measures_by_case, keys, strict=True)):
            projection, note = self.book.cases[case].projection, self.rates.result("C")
            if name == "equity_irr":
                note = f'IF({self._owners_pay(case)}=1,{note},"{reason_without_projects(projection) or NOTHING_PAID}")'
            note = f'IF(B{row + 1}="","undefined: ","")&{note}'
            if key not in search.pairs_by_key:
                note = f'"undefined: {by_name[name].reason}"' if name in by_name else '""'
            texts.setdefault(key, note)
            no_flows.setdefault(key, f'"{_why_no_flows(name, projection)}"')
        search.keys, search.apart = keys, len({"{returns.middle}" in str(key) for key in search.pairs_by_key}) > 1
        search.no_flows_formula, search.no_flows_text = (
            formula_by_case(self.book, keys, no_flows),
            _why_no_flows(name, first),
        )
        self.rates.add(search)
        return f"={formula_by_case(self.book, keys, texts)}"


def _why_no_flows(name: str, projection: Projection) -> str:
    """Return the reason why a rate of return is undefined where there are no flows."""
    if name.startswith("all_in_cost"):
        return NEVER_DRAWN if "." in name else NONE_DRAWN
    return reason_without_projects(projection) or ONE_SIGN


def _text(measure: Measure | None, projection: Projection) -> str:
    """Return the formula of a measure; "" without one, or where it would give a number for an undefined measure."""
    if measure is None or not measure.formula:
        return ""
    if any(
        path not in projection.rows and path not in projection.scalars
        for path, _ in term_of(measure.formula).references
    ):
        return ""  # such as a discount factor where no discount rate is given
    is_rate = "IRR(" in measure.formula
    if (
        not is_rate
        and measure.value is None
        and not np.isnan(evaluate(measure.formula, _shifted_reader(projection))).all()
    ):
        return ""
    return measure.formula


def _shifted_reader(projection: Projection) -> Callable[[str, int], Array]:
    """Return a function that reads a row some columns earlier, with zeros before the first."""
    read = reader(projection)

    def read_shifted(path: str, shift: int) -> Array:
        value = read(path, 0)
        return np.concatenate([np.zeros((1, -shift)), value[:, :shift]], axis=-1) if shift else value

    return read_shifted
