"""The sheet of claims and covenants: each value is looked up and compared with its limit."""

from __future__ import annotations

from math import isfinite
from typing import TYPE_CHECKING, Final, NamedTuple

from fibercap.core.language.tolerance import POINT
from fibercap.model.cover.twelve_months import NO_EBITDA
from fibercap.model.loans.covenants.covenant_dates import breaking_row
from fibercap.model.loans.covenants.covenant_rows import limit_row
from fibercap.model.plan.claim import Multiple
from fibercap.studies.claims import ROUNDING, outcomes
from fibercap.studies.covenant_values import PART_OF_PERIOD
from fibercap.studies.covenants import covenants
from fibercap.views.sentences import unit_in_tables
from fibercap.views.workbook.cases import merge_in_order
from fibercap.views.workbook.cell_address import column_range, letters
from fibercap.views.workbook.formats import fit_row, number_format, set_up, write_heads, write_plain
from fibercap.views.workbook.lines import formula_by_case
from fibercap.views.workbook.lookups import LookupDays, lookup_days, lookup_formula

if TYPE_CHECKING:
    from collections.abc import Mapping

    from xlsxwriter.worksheet import Worksheet

    from fibercap.model.loans.covenants.covenant import Covenant
    from fibercap.model.plan.claim import Claim
    from fibercap.model.projection import Projection
    from fibercap.studies.claims import Outcome
    from fibercap.studies.covenants import CovenantResult
    from fibercap.views.workbook.book import Book
    from fibercap.views.workbook.formats import Styles
    from fibercap.views.workbook.measure_sheet import MeasureSheet

NAME: Final = "Claims"
HEADS: Final = (
    "Claim", "Row or measure", "When", "Days after", "until", "Value", "Unit", "is to be", "Limit", "times its value",
    "after", "until", "within", "In this option", "Holds", "Expected", "As expected", "Source", "Note",
)  # fmt: skip
(
    SAYS, SUBJECT, WHEN, AFTER, UNTIL, VALUE, UNIT, COMPARATOR, LIMIT, TIMES, BASE_AFTER, BASE_UNTIL, WITHIN, IN_OPTION,
    HOLDS, EXPECTED, AS_EXPECTED, SOURCE, NOTE,
) = range(len(HEADS))  # fmt: skip
"""The numbers of the columns."""
WIDTHS: Final = (46, 30, 11, 11, 11, 15, 10, 10, 15, 9, 11, 11, 8, 9, 8, 10, 12, 16, 38)
LOOKED_UP_BY: Final = {SUBJECT, AFTER, UNTIL, TIMES, BASE_AFTER, BASE_UNTIL, WITHIN, IN_OPTION}
"""Columns hidden in a group: where a value is looked up, and what a limit rests on."""
HEAD_ROW: Final = 5
SIGNS: Final = {"above": ">", "at_least": ">=", "below": "<", "at_most": "<="}
UNTESTED: Final = "not tested"
LEVERAGE_MEASURES: Final = {"max_debt_to_ebitda": "quarter", "max_debt_to_ebitda_by_year": "year"}
"""Measures of debt to EBITDA, each with the periods at whose ends it is taken."""
LineKey = tuple[str, ...]
"""What identifies a line: a claim or test with another limit or date in some option has a line of its own."""
VERDICT: Final = '"holds";;"FAILS"'


class ClaimSheet:
    """Writes claims, then covenants."""

    def __init__(self, book: Book, measures: MeasureSheet) -> None:
        self.book, self.measures = book, measures
        self.outcomes = [outcomes(case.projection, measures.measures_by_case[n]) for n, case in enumerate(book.cases)]
        self.claim_keys = [
            _claim_keys(case.projection, by_name) for case, by_name in zip(book.cases, self.outcomes, strict=True)
        ]
        self.claims = merge_in_order(self.claim_keys)
        self.covenants = [covenants(case.projection) for case in book.cases]
        self.test_keys = [_test_keys(by_name) for by_name in self.covenants]
        self.tests = merge_in_order(self.test_keys)
        self.covenants_from = HEAD_ROW + len(self.claims) + 3

    @property
    def as_expected_cells(self) -> str:
        """The reference to the cells that say whether each claim is as expected."""
        return _cells_below(AS_EXPECTED, HEAD_ROW, len(self.claims))

    @property
    def covenant_cells(self) -> str:
        """The reference to the cells that say whether each covenant holds."""
        return _cells_below(HOLDS, self.covenants_from, len(self.tests))

    def write(self, sheet: Worksheet, style: Styles) -> None:
        """Write the sheet."""
        set_up(sheet, NAME, rows=HEAD_ROW)
        for column, width in enumerate(WIDTHS):
            by_which = {"level": 1, "hidden": True} if column in LOOKED_UP_BY else {}
            sheet.set_column(column, column, width, None, by_which)
        sheet.write_string(0, 0, "Claims and covenants", style("title"))
        remark = "Hidden columns say how values are looked up. A claim that is expected to fail is kept to show that."
        sheet.write_string(1, 0, remark, style("remark"))
        write_heads(sheet, HEAD_ROW - 1, HEADS, style)
        for place, line in enumerate(self.claims):
            self._claim(sheet, HEAD_ROW + place, line, style)
        sheet.write_string(
            self.covenants_from - 2, 0, "Covenants, test by test" if self.tests else "No covenants", style("group")
        )
        if self.tests:
            write_heads(sheet, self.covenants_from - 1, HEADS, style)
        for place, line in enumerate(self.tests):
            self._test(sheet, self.covenants_from + place, line, style)

    def _claim(self, sheet: Worksheet, row: int, line: LineKey, style: Styles) -> None:
        """Write the line of a claim."""
        present, name = [line in keys for keys in self.claim_keys], line[0]
        case = present.index(True)
        outcome, terms = self.outcomes[case][name], self.book.cases[case].projection.scenario.claims[name]
        of_first_case = self.outcomes[0][name] if present[0] else None
        texts = {
            SAYS: outcome.says,
            SUBJECT: outcome.subject,
            WHEN: outcome.when,
            SOURCE: outcome.source,
            NOTE: outcome.note,
        }
        self._begin(sheet, row, texts, present, style)
        value = None if of_first_case is None else of_first_case.value
        subject = _Subject(terms.row, terms.measure, terms.when, outcome.unit, case, value)
        self._subject(sheet, row, subject, style)
        self._limit(sheet, row, case, terms, outcome, style)
        holds = _verdict_formula(row, outcome.comparator, points=terms.within.points)
        formula = f'=IF({_cell(IN_OPTION, row)}=0,"",{holds})'
        sheet.write_formula(
            row, HOLDS, formula, style("formula", VERDICT), "" if of_first_case is None else int(of_first_case.holds)
        )
        sheet.write_number(row, EXPECTED, int(outcome.expected), style("value", VERDICT))
        formula = f"=IF({_cell(IN_OPTION, row)}=0,1,IF({_cell(HOLDS, row)}={_cell(EXPECTED, row)},1,0))"
        sheet.write_formula(
            row,
            AS_EXPECTED,
            formula,
            style("formula", '"yes";;"NO"'),
            1 if of_first_case is None else int(of_first_case.as_expected),
        )

    def _begin(self, sheet: Worksheet, row: int, texts: dict[int, str], present: list[bool], style: Styles) -> None:
        """Write the texts of a line, and whether the chosen option has the claim or covenant."""
        keys = list[object](present)
        formula = f"={formula_by_case(self.book, keys, {key: '1' if key else '0' for key in dict.fromkeys(keys)})}"
        fit_row(sheet, row, "wrapped", [(texts[SAYS], WIDTHS[SAYS])])
        fit_row(sheet, row, "small", [(text, WIDTHS[column]) for column, text in texts.items() if column != SAYS])
        for column, text in texts.items():
            write_plain(sheet, row, column, text, style, "wrapped" if column == SAYS else "small")
        sheet.write_formula(row, IN_OPTION, formula, style("formula", '"yes";;"no"'), int(present[0]))

    def _subject(self, sheet: Worksheet, row: int, subject: _Subject, style: Styles) -> None:
        """Write the value of what a claim or covenant is about, with its unit and the days of its time."""
        unit, value, case = subject.unit, subject.value, subject.case
        numbers = number_format(unit) if unit else "0.00"
        sheet.write_string(row, UNIT, unit_in_tables(unit), style("unit"))
        if subject.row:
            days = lookup_days(subject.when, self.book)
            sheet.write_number(row, AFTER, days.after, style("value", "yyyy-mm-dd"))
            sheet.write_number(row, UNTIL, days.until, style("value", "yyyy-mm-dd"))
            formula = self._lookup_formula(case, subject.row, days, (_cell(AFTER, row), _cell(UNTIL, row)))
        else:
            formula = self.measures.address(subject.measure).cell
        formula = f'=IF({_cell(IN_OPTION, row)}=0,"",{formula})'
        sheet.write_formula(row, VALUE, formula, style("formula", numbers), "" if value is None else value)

    def _limit(self, sheet: Worksheet, row: int, case: int, terms: Claim, outcome: Outcome, style: Styles) -> None:
        """Write the limit of a claim: a number, or a multiple of the row at another time."""
        numbers = number_format(outcome.unit) if outcome.unit else "0.00"
        sheet.write_string(row, COMPARATOR, outcome.comparator.replace("_", " "), style("faint"))
        limit = terms.limit[1]
        if isinstance(limit, Multiple):
            days = lookup_days(limit.of, self.book)
            sheet.write_number(row, TIMES, float(limit.times), style("value", "0.00"))
            sheet.write_number(row, BASE_AFTER, days.after, style("value", "yyyy-mm-dd"))
            sheet.write_number(row, BASE_UNTIL, days.until, style("value", "yyyy-mm-dd"))
            base = self._lookup_formula(case, terms.row, days, (_cell(BASE_AFTER, row), _cell(BASE_UNTIL, row)))
            sheet.write_formula(row, LIMIT, f"={_cell(TIMES, row)}*{base}", style("formula", numbers), outcome.limit)
        else:
            sheet.write_number(row, LIMIT, outcome.limit, style("value", numbers))
        if outcome.comparator == "about":
            points, wide = terms.within.points, float(terms.within.value)
            sheet.write_number(
                row, WITHIN, wide / POINT if points else wide, style("value", '0.0" points"' if points else "0.0%")
            )

    def _test(self, sheet: Worksheet, row: int, line: LineKey, style: Styles) -> None:
        """Write the line of a covenant's test on one date."""
        present, (name, when, *_) = [line in keys for keys in self.test_keys], line
        case = present.index(True)
        tested = self.covenants[case][name]
        terms = self.book.cases[case].projection.scenario.loans[tested.loan].covenants[tested.name]
        of_first_case = self.covenants[0][name] if present[0] else None
        test = next((test for test in of_first_case.tests if test.when == when), None) if of_first_case else None
        texts = {SAYS: tested.title, SUBJECT: tested.subject, WHEN: when}
        self._begin(sheet, row, texts, present, style)
        value = test.value if test is not None and isfinite(test.value) else None
        subject = _Subject(terms.tested_row, terms.measure, when, tested.unit, case, value)
        self._subject(sheet, row, subject, style)
        sheet.write_string(row, COMPARATOR, tested.comparator.replace("_", " "), style("faint"))
        self._limit_of_test(sheet, row, case, tested, when, style)
        holds, without_ebitda = _verdict_formula(row, tested.comparator), self._no_ebitda_test(row, case, terms, when)
        end = ")" if without_ebitda else ""
        verdict = f'{without_ebitda}IF({_cell(VALUE, row)}="","{UNTESTED}",{holds}){end}'
        exported: str | int = ("" if of_first_case is None else UNTESTED) if test is None else int(test.holds)
        formula = f'=IF({_cell(IN_OPTION, row)}=0,"",{verdict})'
        sheet.write_formula(row, HOLDS, formula, style("formula", VERDICT), exported)

    def _limit_of_test(
        self, sheet: Worksheet, row: int, case: int, tested: CovenantResult, when: str, style: Styles
    ) -> None:
        """Write the limit of a test: a number, or what is looked up in the row of a limit that changes."""
        numbers = number_format(tested.unit) if tested.unit else "0.00"
        of_limit, limit = limit_row(tested.loan, tested.name), tested.limit_on(when)
        if of_limit not in self.book.cases[case].projection.rows:
            sheet.write_number(row, LIMIT, limit, style("value", numbers))
            return
        cells = (_cell(AFTER, row), _cell(UNTIL, row))
        formula = f"={self._lookup_formula(case, of_limit, lookup_days(when, self.book), cells)}"
        sheet.write_formula(row, LIMIT, formula, style("formula", numbers), limit)

    def _no_ebitda_test(self, row: int, case: int, terms: Covenant, when: str) -> str:
        """Return the beginning `IF(...,0,` of a verdict: debt without EBITDA, and the like, breaks any limit.

        A covenant on anything else has no such part.
        """
        breaking = breaking_row(terms)
        if not breaking:
            if terms.measure not in LEVERAGE_MEASURES:
                return ""
            flag = self.book.address(case, f"time.ends_{LEVERAGE_MEASURES[terms.measure]}")
            days = flag.range
            no_ebitda = self.book.address(case, NO_EBITDA)
            return f"IF(SUMPRODUCT({no_ebitda.range},{days})>0,0,"
        cells = (_cell(AFTER, row), _cell(UNTIL, row))
        is_broken = self._lookup_formula(case, breaking, lookup_days(when, self.book), cells)
        return f"IF({is_broken}>0,0,"

    def _lookup_formula(self, case: int, path: str, days: LookupDays, cells: tuple[str, str]) -> str:
        """Return the formula that looks up a row; it differs between options where their run-offs have other sheets."""
        rows = [other_case.projection.rows.get(path) for other_case in self.book.cases]
        other = self.book.cases[case].projection.rows[path]
        formulas = [
            lookup_formula(self.book, case if row is None else number, row or other, days, cells)
            for number, row in enumerate(rows)
        ]
        return formula_by_case(self.book, list[object](formulas), {text: text for text in formulas})


class _Subject(NamedTuple):
    """What is looked up: a row at a time or a measure, a case that has it, and its value in the first case."""

    row: str
    measure: str
    when: str
    unit: str
    case: int
    value: float | None


def _claim_keys(projection: Projection, by_name: Mapping[str, Outcome]) -> list[LineKey]:
    """Return the keys of the claims in one option: name and all terms."""
    return [(name, str(projection.scenario.claims[name])) for name in by_name]


def _test_keys(by_name: Mapping[str, CovenantResult]) -> list[LineKey]:
    """Return the keys of all tests of covenants in one option: name, date and limit."""
    return [
        (name, when, tested.subject, tested.comparator, f"{tested.limits} {tested.unit}")
        for name, tested in by_name.items()
        for when in _dates(tested)
    ]


def _dates(tested: CovenantResult) -> list[str]:
    """Return the dates of a covenant in order, tested or not, without those whose period the horizon cuts short."""
    missing = [date.when for date in tested.untested if date.reason != PART_OF_PERIOD]
    return sorted({*(test.when for test in tested.tests), *missing})


def _cell(column: int, row: int) -> str:
    """Return the reference to a cell of the sheet; the first row is 0."""
    return f"{letters(column)}{row + 1}"


def _cells_below(column: int, row: int, count: int) -> str:
    """Return the reference to `count` cells of a column, from a row on; the first row is 0."""
    return column_range(NAME, letters(column), row + 1, row + count)


def _verdict_formula(row: int, comparator: str, *, points: bool = False) -> str:
    """Return the formula of whether a value meets its limit; a value within rounding of the limit meets it."""
    value, limit = _cell(VALUE, row), _cell(LIMIT, row)
    slack = f"{ROUNDING:g}*MAX(ABS({value}),ABS({limit}))"
    if comparator == "about":
        room = f"{_cell(WITHIN, row)}*{POINT:g}" if points else f"{_cell(WITHIN, row)}*ABS({limit})"
        test = f"ABS({value}-{limit})<={room}+{slack}"
    else:
        sign = {"above": "+", "at_least": "-", "below": "-", "at_most": "+"}[comparator]
        test = f"{value}{SIGNS[comparator]}{limit}{sign}{slack}"
    return f'IF({value}="",0,IF({test},1,0))'
