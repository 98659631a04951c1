"""The sheet of checks: every law of the books as a formula; below them, warnings about the plan."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Final

from fibercap.core.formulas.formula_text import term_of
from fibercap.model.cash.reserves import free_cash
from fibercap.model.cash.trifle import PATH
from fibercap.model.horizon.run_off import RUN_OFF
from fibercap.model.laws.law_texts import LawText, law_texts
from fibercap.model.plants.projects import SpendByPeriod
from fibercap.views.sentences import unit_in_tables
from fibercap.views.workbook.book import BEFORE
from fibercap.views.workbook.cases import merge_in_order
from fibercap.views.workbook.cell_address import CellAddress, column_range, letters
from fibercap.views.workbook.formats import set_up, write_heads
from fibercap.views.workbook.formulas import FormulaWriter
from fibercap.views.workbook.lines import AHEAD, CaseContext, formula_by_case
from fibercap.views.workbook.periods import DATES_ROW

if TYPE_CHECKING:
    from collections.abc import Iterator

    from xlsxwriter.worksheet import Worksheet

    from fibercap.model.projection import Projection
    from fibercap.views.workbook.book import Book
    from fibercap.views.workbook.claim_sheet import ClaimSheet
    from fibercap.views.workbook.formats import Styles
    from fibercap.views.workbook.measure_sheet import MeasureSheet

NAME: Final = "Checks"
HEADS: Final = ("Law", "Unit", "Of", "Kept", "Largest gap", "Path")
HEAD_ROW: Final = 8
TOLERANCE: Final = "$D$4"
MASTER: Final = CellAddress(NAME, 3, "D")
VERDICT: Final = '"ok";;"BROKEN"'
WORDS: Final = {
    "sources_equal_uses": "Sources equal uses",
    "grants": "Grants are received as they were claimed, what is not is receivable",
    "loans_carry": "A loan closes with what it opened with, plus what was drawn and added, less what was repaid",
    "commitment": "Nothing is drawn beyond the commitment",
    "not_negative": "No loan and no asset below zero",
    "balance": "Assets equal liabilities and equity",
    "cash": "Cash moves by the three cash flows",
    "order_of_cash": "Cash, line by line in the order in which it is paid",
    "served_in_turn": "No repayment, sweep or dividend beyond what those before it leave, or while one is unpaid",
    "draw_stop": "Nothing is drawn on a loan while a broken covenant stops its draws",
    "owners": "What owners paid in and earned, less dividends, is what assets leave above debts",
    "reserves": "A reserve closes with what it opened with and what filled it, less what was used and released",
    "payouts": "Payouts within cash above what is kept and within earnings, none while locked up or a reserve is short",
    "equity_limit": "Owners pay no more than their limit",
    "billed": "Receivables, inventory and payables within what was opened with, bought and billed",
    "capacity": "Output within capacity, shipments within output",
    "financing_costs": "Financing costs in assets are those of their loans",
    "exchange": "The exchange result is what rates change of what is owed",
    "sales": "Fixed assets move by what is spent, depreciated, sold and written off",
    "deferred_tax": "Assets in the books and for tax differ by what both have charged",
    "cancelled": "Nothing is spent on a project that is cancelled, and nothing of it is left",
    "products": "Products add up to their plant, and their cash costs to those of the company",
    "found_round_by_round": "What was found round by round still fits its formula",
    "spend": "The shares of spending total 100 %",
}


class CheckSheet:
    """Writes checks and warnings; the master check says whether all laws are kept."""

    def __init__(self, book: Book, claims: ClaimSheet, measures: MeasureSheet) -> None:
        self.book, self.claims, self.measures = book, claims, measures
        self.laws = [{(law.law, law.row): law for law in self._laws_of(case)} for case in range(len(book.cases))]
        self.keys = sorted_by_law(merge_in_order([[f"{law}|{row}" for law, row in by_key] for by_key in self.laws]))
        self.warnings_from = HEAD_ROW + len(self.keys) + 2

    @property
    def _projection(self) -> Projection:
        """The projection of the case that is chosen when the workbook is exported."""
        return self.book.cases[0].projection

    @property
    def _trifle(self) -> tuple[str, float]:
        """The reference to the largest amount that counts as no money, and that amount when exported."""
        address = self.book.scalars[PATH]
        return address.cell, float(self._projection.trifle.value.flat[0])

    def _laws_of(self, case: int) -> list[LawText]:
        """Return the laws of a case as formulas; shares of spending by period count as a law too."""
        projection = self.book.cases[case].projection
        laws = list(law_texts(projection))
        for path in self.book.as_values:
            row = projection.rows.get(path)
            if row is not None and self.book.as_values[path] == AHEAD and not path.startswith(f"{RUN_OFF}."):
                laws.append(LawText("found_round_by_round", path, f"{{{path}}} - ({row.formula})"))
        for key, project in projection.scenario.projects.items():
            if isinstance(project.spend, SpendByPeriod):
                shares = " + ".join(f"{{inputs.projects.{key}.spend.{of}}}" for of in project.spend.shares)
                laws.append(LawText("spend", f"projects.{key}.capex", f"{shares} - 1", as_total=True))
        return laws

    def write(self, sheet: Worksheet, style: Styles) -> None:
        """Write the sheet."""
        length, count = self.book.union.model.length, len(self.keys)
        set_up(sheet, NAME, rows=HEAD_ROW, columns=length)
        for column, width in enumerate((92, 9, 44, 10, 14)):
            sheet.set_column(column, column, width)
        sheet.set_column(BEFORE, BEFORE, 44, None, {"level": 1, "hidden": True})
        sheet.set_column(BEFORE + 1, BEFORE + length, 10)
        sheet.write_string(0, 0, NAME, style("title"))
        sheet.write_string(
            1,
            0,
            "Integrity: a gap means that the workbook is broken. Warnings, below, are about the plan.",
            style("remark"),
        )
        sheet.write_string(2, 0, "Master check: every law is kept", style("total"))
        kept = f"D{HEAD_ROW + 1}:D{HEAD_ROW + count}"
        sheet.write_formula(2, 3, f"=IF(MIN({kept})=1,1,0)", style("key", VERDICT), 1)
        sheet.write_string(3, 0, "Gap that rounding may leave", style("text"))
        trifle, value = self._trifle
        sheet.write_formula(3, 3, f"=2*{trifle}", style("formula", "0.00"), 2.0 * value)
        self._heads(sheet, style)
        for place, key in enumerate(self.keys):
            self._law(sheet, HEAD_ROW + place, key, style)
        self._warnings(sheet, style)

    def _heads(self, sheet: Worksheet, style: Styles) -> None:
        """Write the heads of the columns, with the date of each period."""
        dates = self.book.address(0, "time.date")
        values = self.book.union.model.lines["time.date"].values[0]
        write_heads(sheet, HEAD_ROW - 1, HEADS, style)
        for number in range(self.book.union.model.length):
            column = letters(BEFORE + 1 + number)
            value = 0.0 if values is None else values[number]
            formula = f"={dates.sheet_prefix}{column}${DATES_ROW}"
            sheet.write_formula(HEAD_ROW - 1, BEFORE + 1 + number, formula, style("head", "yyyy-mm-dd"), value)

    def _law(self, sheet: Worksheet, row: int, key: str, style: Styles) -> None:
        """Write a law: its words, whether it is kept, the largest gap, and the gap in each period."""
        law, of = key.split("|")
        is_one_number = next(by_key[law, of] for by_key in self.laws if (law, of) in by_key).as_total
        later = ", after the horizon" if of.startswith(f"{RUN_OFF}.") else ""
        sheet.write_string(row, 0, f"{WORDS[law]}{later}", style("text"))
        sheet.write_string(row, 1, unit_in_tables(self._unit(of)) if law != "spend" else "", style("unit"))
        sheet.write_string(row, 2, self._label(of), style("faint"))
        sheet.write_string(row, BEFORE, of, style("faint"))
        template = self._template(row, law, of, is_one_number=is_one_number)
        first, last = letters(BEFORE + 1), letters(BEFORE + self.book.union.model.length)
        cells = f"{first}{row + 1}:{last}{row + 1}"
        sheet.write_formula(row, 3, f"=IF(E{row + 1}<={TOLERANCE},1,0)", style("formula", VERDICT), 1)
        largest = f"=ABS({template})" if is_one_number else f"=MAX(MAX({cells}),-MIN({cells}))"
        sheet.write_formula(row, 4, largest, style("formula", "0.00;-0.00;-"), 0)
        for number in range(0 if is_one_number else self.book.union.model.length):
            before, here, after = (letters(BEFORE + number + step) for step in (0, 1, 2))
            formula = "=" + template.format(before=before, here=here, after=after)
            sheet.write_formula(row, BEFORE + 1 + number, formula, style("faint", "0.00;-0.00;-"), 0)

    def _label(self, path: str) -> str:
        """Return the label of the row or scalar that a law is about."""
        labels, plans = self.book.labels, [case.projection for case in self.book.cases]
        label = next((p.rows[path].label for p in plans if path in p.rows), "")
        return labels.row(path, label) if label else labels.scalar(path)

    def _unit(self, path: str) -> str:
        plans = [case.projection for case in self.book.cases]
        return next((p.rows[path].unit for p in plans if path in p.rows), "") or next(
            (p.scalars[path].unit for p in plans if path in p.scalars), ""
        )

    def _template(self, row: int, law: str, of: str, *, is_one_number: bool) -> str:
        """Return the formula of a law's gap: in each period, or one for the whole horizon."""
        target = None if is_one_number else CellAddress(NAME, row + 1, letters(BEFORE), "G", "G", 0)
        keys: list[object] = []
        texts: dict[object, str] = {}
        for case, laws in enumerate(self.laws):
            law_text = laws.get((law, of))
            keys.append(None if law_text is None else self.book.union.readings(case, law_text.text))
            if keys[-1] not in texts:
                length = self.book.union.model.length
                context = CaseContext(self.book, case)
                texts[keys[-1]] = (
                    "0" if law_text is None else FormulaWriter(term_of(law_text.text), context, target, length).text()
                )
        return formula_by_case(self.book, keys, texts)

    @cached_property
    def warnings(self) -> list[tuple[str, str, bool]]:
        """The warnings: in words, as a condition on cells, and whether it is met when exported."""
        cash, gap = self.measures.address("lowest_cash"), self.measures.address("funding_gap")
        least = self.book.scalars.get("inputs.money.minimum_cash")
        floor = least.cell if least else "0"
        measures = self.measures.measures_by_case[0]
        lowest, gaps = measures["lowest_cash"].value or 0.0, measures["funding_gap"].value or 0.0
        minimum = float(self._projection.scenario.money.minimum_cash)
        trifle, value = self._trifle
        claims = all(o.as_expected for o in self.claims.outcomes[0].values())
        none_broken = not any(c.is_broken for c in self.claims.covenants[0].values())
        rows = [
            ("Cash is never negative", f"{cash.cell}>=-{trifle}", lowest >= -value),
            *self._later(trifle, value),
            ("Cash keeps its minimum", f"{cash.cell}>={floor}-{trifle}", lowest >= minimum - value),
            ("Funding covers all spending", f"{gap.cell}<={trifle}", gaps <= value),
        ]
        if self.claims.claims:
            rows.append(("Every claim is as expected", f"MIN({self.claims.as_expected_cells})=1", claims))
        if self.claims.tests:
            rows.append(("No covenant is broken", f"COUNTIF({self.claims.covenant_cells},0)=0", none_broken))
        return rows

    def _later(self, trifle: str, value: float) -> Iterator[tuple[str, str, bool]]:
        """Yield the warning about cash after the horizon, if any case has a run-off."""
        union = self.book.union
        if not union.run_offs:
            return
        rows = [f"{RUN_OFF}.{free_cash(case.projection.scenario)}" for case in self.book.cases]
        texts, keys = dict[object, str](), list[object]()
        for case, row in enumerate(rows):
            grid = union.grid_of(case, row)
            keys.append(grid and (grid.number, row))
            texts[keys[-1]] = f"MIN({self.book.addresses[grid.number, row].range})" if grid else "0"
        lowest = formula_by_case(self.book, keys, texts)
        fine = keys[0] is None or float(self._projection.value(rows[0])[0].min()) >= -value
        yield "Cash is never negative after the horizon, while loans run off", f"{lowest}>=-{trifle}", fine

    def _warnings(self, sheet: Worksheet, style: Styles) -> None:
        """Write what may be wrong with the plan although its books are right."""
        sheet.write_string(self.warnings_from - 1, 0, "Warnings about the plan", style("group"))
        for place, (words, test, fine) in enumerate(self.warnings):
            row = self.warnings_from + place
            sheet.write_string(row, 0, words, style("text"))
            sheet.write_formula(row, 3, f"=IF({test},1,0)", style("formula", '"ok";;"LOOK"'), int(fine))

    @property
    def warning_cells(self) -> str:
        """The reference to the cells that say whether each warning is quiet."""
        return column_range(NAME, "D", self.warnings_from + 1, self.warnings_from + len(self.warnings))


def sorted_by_law(keys: list[str]) -> list[str]:
    """Return the keys of checks in the order of the laws."""
    laws = list(WORDS)
    return sorted(keys, key=lambda key: laws.index(key.split("|")[0]))
