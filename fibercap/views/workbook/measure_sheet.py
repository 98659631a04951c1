"""The sheet of measures: each as a formula of rows; rates of return are those of the sheet of rates."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Final

import numpy as np

from fibercap.core.formula import evaluate
from fibercap.core.formula_text import term_of
from fibercap.model.measures.all_measures import measures
from fibercap.model.measures.debt_measures import NEVER_DRAWN, NONE_DRAWN
from fibercap.model.measures.worth_measures import NOTHING_PAID, OWNERS_PAY, no_projects
from fibercap.model.returns.rate_choice import ONE_SIGN
from fibercap.views.workbook.cases import merged
from fibercap.views.workbook.formats import number_format, set_up
from fibercap.views.workbook.formulas import CannotBeSaidError, Spot, Wording, letters
from fibercap.views.workbook.lines import FORMULA, Surroundings, chosen, reader
from fibercap.views.workbook.rate_sheet import RateSheet, Search

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from xlsxwriter.worksheet import Worksheet

    from fibercap.core.units import Array
    from fibercap.model.measures.measure import Measure
    from fibercap.model.projection import Projection
    from fibercap.views.workbook.book import Book
    from fibercap.views.workbook.formats import Looks

NAME: Final = "Measures"
HEADS: Final = ("Measure", "Value", "Unit", "Kind", "Note", "Name")
HEAD_ROW: Final = 5
OPTIONS: Final = "Options"
OPTIONS_ROW: Final = 6
OPTIONS_COLUMN: Final = 3
"""Where the values of each option stand."""


class MeasureSheet:
    """Knows where each measure stands, then writes them."""

    def __init__(self, book: Book) -> None:
        self.book, self.rates = book, RateSheet(book)
        self.names = merged([list(own) for own in self.found])

    @cached_property
    def found(self) -> list[Mapping[str, Measure]]:
        """The measures of each case."""
        return [measures(case.projection) for case in self.book.cases]

    def measure(self, name: str) -> Measure:
        """Return a measure as the first case that has it tells it."""
        return next(own[name] for own in self.found if name in own)

    def spot(self, name: str) -> Spot:
        """Return where a measure stands."""
        return Spot(NAME, HEAD_ROW + 1 + self.names.index(name), "B")

    def write(self, sheet: Worksheet, looks: Looks) -> None:
        """Write the sheet."""
        set_up(sheet, NAME, rows=HEAD_ROW)
        for column, width in enumerate((34, 16, 14, 14, 60, 26)):
            sheet.set_column(column, column, width)
        sheet.print_area(0, 0, HEAD_ROW + len(self.names), 4)
        sheet.write_string(0, 0, NAME, looks("title"))
        told = "The sheet Rates shows at which rates flows balance, and which of them is the rate of return."
        sheet.write_string(1, 0, told, looks("remark"))
        for column, head in enumerate(HEADS):
            sheet.write_string(HEAD_ROW - 1, column, head, looks("head"))
        for place, name in enumerate(self.names):
            self._measure(sheet, HEAD_ROW + place, name, looks)

    def _measure(self, sheet: Worksheet, row: int, name: str, looks: Looks) -> None:
        told, here = self.measure(name), self.found[0].get(name)
        numbers = "0.00" if told.unit == "" else number_format(told.unit)
        sheet.write_string(row, 0, told.label, looks("text"))
        value = here.value if here is not None else None
        try:
            (formula, note), kind = self._formula(name, row), FORMULA
        except CannotBeSaidError as error:
            formula, note, kind = self._by_option(name), "", f"value: {error}"
        looked = looks("formula" if kind == FORMULA else "value", numbers)
        sheet.write_formula(row, 1, formula, looked, "" if value is None else value)
        sheet.write_string(row, 2, told.unit or "1", looks("faint"))
        sheet.write_string(row, 3, kind, looks("faint"))
        why, when = here.reason if here is not None else "", "" if note else " when exported"
        said = f"undefined{when}: {why}" if why else told.remark
        if note:
            sheet.write_formula(row, 4, note, looks("faint"), said)
        else:
            sheet.write_string(row, 4, said, looks("faint"))
        sheet.write_string(row, 5, name, looks("faint"))

    def _by_option(self, name: str) -> str:
        """Return the formula that reads a measure from the values of the options."""
        row, last = OPTIONS_ROW + self.names.index(name), letters(OPTIONS_COLUMN + len(self.found) - 1)
        cells, switch = f"'{OPTIONS}'!{letters(OPTIONS_COLUMN)}{row}:{last}{row}", self.book.switch
        return f'=IFERROR(INDEX({cells},1,{switch.at}${switch.column}${switch.row})+0,"")'

    def _formula(self, name: str, row: int) -> tuple[str, str]:
        """Return the formula of a measure, and that of the note beside it, "" where the note is a text.

        Raises
        ------
        CannotBeSaidError
            If it has none.
        """
        keys: list[object] = []
        texts: dict[object, str] = {}
        search = Search(self.measure(name).label)
        for case, own in enumerate(self.found):
            measure = own.get(name)
            text = _text(measure, self.book.cases[case].projection)
            if not text and measure is not None and measure.value is not None:
                raise CannotBeSaidError("as exported, by option")
            keys.append(self.book.union.readings(case, text) if text else None)
            if keys[-1] not in texts:
                texts[keys[-1]] = self._said(case, text, search, keys[-1]) if text else '""'
        formula = f'=IFERROR({chosen(self.book, keys, texts)},"")'
        return formula, self._rate(name, row, search, keys) if search.pairs_by_key else ""

    def _said(self, case: int, text: str, search: Search, key: object) -> str:
        places = Surroundings(self.book, case)

        def solve(function: str, rows: Sequence[tuple[str, str]]) -> str:
            search.take(self.book, case, key, function, rows)
            return self.rates.result("B")

        said = Wording(term_of(text), places, solve=solve).whole()
        return f'IF({self._owners_pay(case)}=1,{said},"")' if "IRR({returns.equity_flow}" in text else said

    def _owners_pay(self, case: int) -> str:
        return Wording(term_of(OWNERS_PAY), Surroundings(self.book, case)).whole()

    def _rate(self, name: str, row: int, search: Search, keys: list[object]) -> str:
        """Have a rate of return looked for; return the formula of what is said of it."""
        first = self.book.cases[0].projection
        texts: dict[object, str] = {}
        nothing: dict[object, str] = {}
        for case, (own, key) in enumerate(zip(self.found, keys, strict=True)):
            projection, said = self.book.cases[case].projection, self.rates.result("C")
            if name == "equity_irr":
                said = f'IF({self._owners_pay(case)}=1,{said},"{no_projects(projection) or NOTHING_PAID}")'
            said = f'IF(B{row + 1}="","undefined: ","")&{said}'
            if key not in search.pairs_by_key:
                said = f'"undefined: {own[name].reason}"' if name in own else '""'
            texts.setdefault(key, said)
            nothing.setdefault(key, f'"{_nothing(name, projection)}"')
        search.keys, search.apart = keys, len({"{returns.middle}" in str(key) for key in search.pairs_by_key}) > 1
        search.nothing, search.nothing_told = chosen(self.book, keys, nothing), _nothing(name, first)
        self.rates.add(search)
        return f"={chosen(self.book, keys, texts)}"


def _nothing(name: str, projection: Projection) -> str:
    """Return why flows have no rate of return where there are none."""
    if name.startswith("all_in_cost"):
        return NEVER_DRAWN if "." in name else NONE_DRAWN
    return no_projects(projection) or ONE_SIGN


def _text(measure: Measure | None, projection: Projection) -> str:
    """Return the formula of a measure; "" where it has none, or where it would give a figure that is undefined."""
    if measure is None or not measure.formula:
        return ""
    if any(
        path not in projection.rows and path not in projection.given for path, _ in term_of(measure.formula).references
    ):
        return ""  # such as a discount factor where no discount rate is given
    live = "IRR(" in measure.formula
    if not live and measure.value is None and not np.isnan(evaluate(measure.formula, _shifted(projection))).all():
        return ""
    return measure.formula


def _shifted(projection: Projection) -> Callable[[str, int], Array]:
    read = reader(projection)

    def shifted(path: str, shift: int) -> Array:
        value = read(path, 0)
        return np.concatenate([np.zeros((1, -shift)), value[:, :shift]], axis=-1) if shift else value

    return shifted
