"""The sheet of claims and covenants: each looked up, compared with its limit, and told."""

from __future__ import annotations

from math import isfinite
from typing import TYPE_CHECKING, Final, NamedTuple

from fibercap.core.tolerance import POINT
from fibercap.model.cover.twelve_months import LEVERAGE, NO_EBITDA
from fibercap.model.plan.claim import Multiple
from fibercap.studies.claims import ROUNDING, outcomes
from fibercap.studies.covenant_values import PART_OF_PERIOD
from fibercap.studies.covenants import covenants
from fibercap.views.workbook.cases import merged
from fibercap.views.workbook.formats import number_format, set_up
from fibercap.views.workbook.lines import chosen
from fibercap.views.workbook.lookups import Span, looked_up, span_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from xlsxwriter.worksheet import Worksheet

    from fibercap.model.loans.covenant import Covenant
    from fibercap.model.plan.claim import Claim
    from fibercap.model.projection import Projection
    from fibercap.studies.claims import Outcome
    from fibercap.studies.covenants import Tested
    from fibercap.views.workbook.book import Book
    from fibercap.views.workbook.formats import Looks
    from fibercap.views.workbook.measure_sheet import MeasureSheet

NAME: Final = "Claims"
HEADS: Final = (
    "Claim", "Row or measure", "When", "Days after", "until", "Value", "Unit", "is to be", "Limit", "times its value",
    "after", "until", "within", "In this option", "Holds", "Expected", "As expected", "Source", "Note",
)  # fmt: skip
HEAD_ROW: Final = 5
SIGNS: Final = {"above": ">", "at_least": ">=", "below": "<", "at_most": "<="}
UNTESTED: Final = "not tested"
LEVERAGE_MEASURES: Final = {"max_debt_to_ebitda": "quarter", "max_debt_to_ebitda_by_year": "year"}
"""Measures of debt to EBITDA, each with the calendar on which it looks."""
Line = tuple[str, ...]
"""What a line is of: one that an option words otherwise, with another limit or date, has a line of its own."""
VERDICT: Final = '"holds";;"FAILS"'


class ClaimSheet:
    """Writes claims, then covenants; knows the cells that say whether all is as expected."""

    def __init__(self, book: Book, found: MeasureSheet) -> None:
        self.book, self.measures = book, found
        self.outcomes = [outcomes(case.projection, found.found[n]) for n, case in enumerate(book.cases)]
        self.claimed = [
            _lines_of_claims(case.projection, own) for case, own in zip(book.cases, self.outcomes, strict=True)
        ]
        self.claims = merged(self.claimed)
        self.tested = [covenants(case.projection) for case in book.cases]
        self.dated = [_lines_of_tests(own) for own in self.tested]
        self.tests = merged(self.dated)
        self.covenants_from = HEAD_ROW + len(self.claims) + 3

    @property
    def as_expected(self) -> str:
        """The cells that say whether each claim is as expected."""
        return f"'{NAME}'!$Q${HEAD_ROW + 1}:$Q${HEAD_ROW + len(self.claims)}"

    @property
    def kept(self) -> str:
        """The cells that say whether each covenant holds."""
        return f"'{NAME}'!$O${self.covenants_from + 1}:$O${self.covenants_from + len(self.tests)}"

    def write(self, sheet: Worksheet, looks: Looks) -> None:
        """Write the sheet."""
        set_up(sheet, NAME, rows=HEAD_ROW)
        for column, width in enumerate((44, 30, 12, 11, 11, 16, 9, 9, 16, 9, 11, 11, 8, 9, 9, 9, 9, 10, 44)):
            sheet.set_column(column, column, width)
        sheet.write_string(0, 0, "Claims and covenants", looks("title"))
        told = "A value is looked up by the two days. A claim expected to fail is shipped because it fails so read."
        sheet.write_string(1, 0, told, looks("remark"))
        self._heads(sheet, HEAD_ROW, looks)
        for place, line in enumerate(self.claims):
            self._claim(sheet, HEAD_ROW + place, line, looks)
        sheet.write_string(
            self.covenants_from - 2, 0, "Covenants, test by test" if self.tests else "No covenants", looks("group")
        )
        self._heads(sheet, self.covenants_from, looks)
        for place, line in enumerate(self.tests):
            self._test(sheet, self.covenants_from + place, line, looks)

    def _heads(self, sheet: Worksheet, row: int, looks: Looks) -> None:
        for column, head in enumerate(HEADS):
            sheet.write_string(row - 1, column, head, looks("head"))

    def _claim(self, sheet: Worksheet, row: int, line: Line, looks: Looks) -> None:
        present, name = [line in own for own in self.claimed], line[0]
        case = present.index(True)
        told, terms = self.outcomes[case][name], self.book.cases[case].projection.scenario.claims[name]
        here = self.outcomes[0][name] if present[0] else None
        texts = {0: told.says, 1: told.subject, 2: told.when, 17: told.source, 18: told.note}
        self._begin(sheet, row, texts, present, looks)
        asked = _Asked(terms.row, terms.measure, terms.when, told.unit, case, None if here is None else here.value)
        self._subject(sheet, row, asked, looks)
        self._limit(sheet, row, case, terms, told, looks)
        holds = _holds(row + 1, told.comparator, points=terms.within.points)
        sheet.write_formula(
            row, 14, f'=IF(N{row + 1}=0,"",{holds})', looks("formula", VERDICT), "" if here is None else int(here.holds)
        )
        sheet.write_number(row, 15, int(told.expected), looks("value", VERDICT))
        formula = f"=IF(N{row + 1}=0,1,IF(O{row + 1}=P{row + 1},1,0))"
        sheet.write_formula(
            row, 16, formula, looks("formula", '"yes";;"NO"'), 1 if here is None else int(here.as_expected)
        )

    def _begin(self, sheet: Worksheet, row: int, texts: dict[int, str], present: list[bool], looks: Looks) -> None:
        keys = list[object](present)
        formula = f"={chosen(self.book, keys, {key: '1' if key else '0' for key in dict.fromkeys(keys)})}"
        for column, text in texts.items():
            sheet.write_string(row, column, text, looks("wrapped" if column in (0, 18) else "faint"))
        sheet.write_formula(row, 13, formula, looks("formula", '"yes";;"no"'), int(present[0]))

    def _subject(self, sheet: Worksheet, row: int, asked: _Asked, looks: Looks) -> None:
        unit, value, case = asked.unit, asked.value, asked.case
        numbers = number_format(unit) if unit else "0.00"
        sheet.write_string(row, 6, unit or "1", looks("faint"))
        if asked.row:
            span = span_of(asked.when, self.book)
            sheet.write_number(row, 3, span.after, looks("value", "yyyy-mm-dd"))
            sheet.write_number(row, 4, span.until, looks("value", "yyyy-mm-dd"))
            formula = self._looked_up(case, asked.row, span, (f"D{row + 1}", f"E{row + 1}"))
        else:
            spot = self.measures.spot(asked.measure)
            formula = f"{spot.at}${spot.column}${spot.row}"
        absent = f'=IF(N{row + 1}=0,"",{formula})'
        sheet.write_formula(row, 5, absent, looks("formula", numbers), "" if value is None else value)

    def _limit(self, sheet: Worksheet, row: int, case: int, terms: Claim, told: Outcome, looks: Looks) -> None:
        numbers = number_format(told.unit) if told.unit else "0.00"
        sheet.write_string(row, 7, told.comparator.replace("_", " "), looks("faint"))
        limit = terms.limit[1]
        if isinstance(limit, Multiple):
            span = span_of(limit.of, self.book)
            sheet.write_number(row, 9, float(limit.times), looks("value", "0.00"))
            sheet.write_number(row, 10, span.after, looks("value", "yyyy-mm-dd"))
            sheet.write_number(row, 11, span.until, looks("value", "yyyy-mm-dd"))
            base = self._looked_up(case, terms.row, span, (f"K{row + 1}", f"L{row + 1}"))
            sheet.write_formula(row, 8, f"=J{row + 1}*{base}", looks("formula", numbers), told.limit)
        else:
            sheet.write_number(row, 8, told.limit, looks("value", numbers))
        if told.comparator == "about":
            points, wide = terms.within.points, float(terms.within.value)
            sheet.write_number(
                row, 12, wide / POINT if points else wide, looks("value", '0.0" points"' if points else "0.0%")
            )

    def _test(self, sheet: Worksheet, row: int, line: Line, looks: Looks) -> None:
        present, (name, when, *_) = [line in own for own in self.dated], line
        case = present.index(True)
        told = self.tested[case][name]
        terms = self.book.cases[case].projection.scenario.loans[told.loan].covenants[told.name]
        here = self.tested[0][name] if present[0] else None
        test = next((test for test in here.tests if test.when == when), None) if here else None
        texts = {0: told.title, 1: told.subject, 2: when}
        self._begin(sheet, row, texts, present, looks)
        known = test is not None and isfinite(test.value)
        asked = _Asked(terms.tested, terms.measure, when, told.unit, case, test.value if test and known else None)
        self._subject(sheet, row, asked, looks)
        sheet.write_string(row, 7, told.comparator.replace("_", " "), looks("faint"))
        sheet.write_number(row, 8, told.limit, looks("value", number_format(told.unit) if told.unit else "0.00"))
        holds, lost = _holds(row + 1, told.comparator), self._beyond(row, case, terms, when)
        formula = f'=IF(N{row + 1}=0,"",{lost}IF(F{row + 1}="","{UNTESTED}",{holds}){")" if lost else ""})'
        value: str | int = ("" if here is None else UNTESTED) if test is None else int(test.holds)
        sheet.write_formula(row, 14, formula, looks("formula", VERDICT), value)

    def _beyond(self, row: int, case: int, terms: Covenant, when: str) -> str:
        """Return the head of the formula of a verdict where debt without EBITDA breaks any limit; "" elsewhere."""
        if terms.tested not in LEVERAGE:
            if terms.measure not in LEVERAGE_MEASURES:
                return ""
            flag = self.book.spot(case, f"time.ends_{LEVERAGE_MEASURES[terms.measure]}")
            days = f"{flag.at}${flag.first}${flag.row}:${flag.last}${flag.row}"
            own = self.book.spot(case, NO_EBITDA)
            return f"IF(SUMPRODUCT({own.at}${own.first}${own.row}:${own.last}${own.row},{days})>0,0,"
        found = self._looked_up(case, NO_EBITDA, span_of(when, self.book), (f"D{row + 1}", f"E{row + 1}"))
        return f"IF({found}>0,0,"

    def _looked_up(self, case: int, path: str, span: Span, cells: tuple[str, str]) -> str:
        """Return the formula of a row at a time; options whose run-offs last longer have it on sheets of their own."""
        rows = [own.projection.rows.get(path) for own in self.book.cases]
        other = self.book.cases[case].projection.rows[path]
        found = [
            looked_up(self.book, case if row is None else number, row or other, span, cells)
            for number, row in enumerate(rows)
        ]
        return chosen(self.book, list[object](found), {text: text for text in found})


class _Asked(NamedTuple):
    """What is looked up: a row at a time, or a measure, of a case that has it; and its value in the first case."""

    row: str
    measure: str
    when: str
    unit: str
    case: int
    value: float | None


def _lines_of_claims(projection: Projection, found: Mapping[str, Outcome]) -> list[Line]:
    """Return the lines of claims in one option: each by its name, and all that it says there."""
    return [(name, str(projection.scenario.claims[name])) for name in found]


def _lines_of_tests(found: Mapping[str, Tested]) -> list[Line]:
    """Return the lines of covenants in one option: each date by the covenant's name, and what it asks for there."""
    return [
        (name, when, told.subject, told.comparator, f"{told.limit!r} {told.unit}")
        for name, told in found.items()
        for when in _dates(told)
    ]


def _dates(tested: Tested) -> list[str]:
    """Return the dates of a covenant, tested or not, in order; without those that the horizon cuts."""
    missing = [date.when for date in tested.untested if date.reason != PART_OF_PERIOD]
    return sorted({*(test.when for test in tested.tests), *missing})


def _holds(row: int, comparator: str, *, points: bool = False) -> str:
    """Return the formula of the verdict; a value as near to its limit as rounding may bring it counts as the limit."""
    value, limit = f"F{row}", f"I{row}"
    slack = f"{ROUNDING:g}*MAX(ABS({value}),ABS({limit}))"
    if comparator == "about":
        room = f"M{row}*{POINT:g}" if points else f"M{row}*ABS({limit})"
        test = f"ABS({value}-{limit})<={room}+{slack}"
    else:
        sign = {"above": "+", "at_least": "-", "below": "-", "at_most": "+"}[comparator]
        test = f"{value}{SIGNS[comparator]}{limit}{sign}{slack}"
    return f'IF({value}="",0,IF({test},1,0))'
