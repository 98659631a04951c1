"""The lines of each statement, in order and with their signs, read from the formulas of its totals."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

from fibercap.core.formula_text import term_of
from fibercap.core.term import SUMS, Negative, Operation, Reference

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from fibercap.core.rows import Row
    from fibercap.core.term import Term
    from fibercap.model.projection import Projection

Role = Literal["plus", "minus", "total", "memo"]
ACCOUNTS: Final = "accounts."


@dataclass(frozen=True)
class StatementLine:
    """One line of a statement: the row `accounts.<key>`, and whether it adds, is taken off, totals, or is a memo."""

    key: str
    role: Role

    @property
    def path(self) -> str:
        """The row that it shows."""
        return f"{ACCOUNTS}{self.key}"

    def label(self, row: Row) -> str:
        """Return the label of the line, which says what is taken off and what stands below the line."""
        words = f"{row.label[0].lower()}{row.label[1:]}"
        return {"minus": f"less {words}", "memo": f"Memo: {words}"}.get(self.role, row.label)


@dataclass(frozen=True)
class Statement:
    """A statement by the rows that total it, in order; above each stand the rows that its formula adds and takes off.

    `by_parts` are rows in those formulas that are shown by their own parts, `last` those that stand last above a total,
    `memos` the rows below the last one.
    """

    totals: tuple[str, ...]
    by_parts: tuple[str, ...] = ()
    last: tuple[str, ...] = ()
    memos: tuple[str, ...] = ()

    def lines(self, rows: Mapping[str, Row]) -> Iterator[StatementLine]:
        """Run over the lines of rows by path; a total that has been shown is not repeated above the next one."""
        for total in self.totals:
            parts = [part for part in self._parts(rows, total, 1) if part[0] not in self.totals]
            for key, sign in sorted(parts, key=lambda part: part[0] in self.last):
                yield StatementLine(key, "plus" if sign > 0 else "minus")
            yield StatementLine(total, "total")
        for memo in self.memos:
            yield StatementLine(memo, "memo")

    def _parts(self, rows: Mapping[str, Row], key: str, sign: int) -> Iterator[tuple[str, int]]:
        for part, sign_of_part in _with_signs(term_of(rows[f"{ACCOUNTS}{key}"].formula), sign):
            if part in self.by_parts:
                yield from self._parts(rows, part, sign_of_part)
            else:
                yield part, sign_of_part


def _with_signs(term: Term, sign: int) -> Iterator[tuple[str, int]]:
    """Run over the accounts of the same period that a formula adds and takes off, with their signs."""
    match term:
        case Reference(path=path, shift=0) if path.startswith(ACCOUNTS):
            yield path.removeprefix(ACCOUNTS), sign
        case Negative(of=of):
            yield from _with_signs(of, -sign)
        case Operation(sign=joined, left=left, right=right) if joined in SUMS:
            yield from _with_signs(left, sign)
            yield from _with_signs(right, sign if joined == "+" else -sign)


STATEMENTS: Final = {
    "Income": Statement(
        ("ebitda", "ebit", "pretax_income", "net_income"), by_parts=("cash_costs",), memos=("gross_profit",)
    ),
    "Cash flow": Statement(
        ("operating_cash_flow", "investing_cash_flow", "financing_cash_flow", "cash"), last=("grants", "dividends")
    ),
    "Balance sheet": Statement(("total_assets", "total_liabilities_and_equity")),
    "Debt service": Statement(("cfads", "debt_service")),
}
"""Every statement by its title. Income adds downward: each total is all that stands above it."""


def statement_lines(projection: Projection, title: str) -> Iterator[tuple[StatementLine, Row]]:
    """Yield the lines of a statement, each with its row."""
    rows = projection.rows
    for line in STATEMENTS[title].lines(rows):
        yield line, rows[line.path]


def statement_paths(projections: Iterable[Projection], title: str) -> list[str]:
    """Return the rows of a statement in order, where some of several plans have more lines than others."""
    paths: list[str] = []
    for projection in projections:
        before = -1
        for line, _ in statement_lines(projection, title):
            if line.path not in paths:
                paths.insert(before + 1, line.path)
            before = paths.index(line.path)
    return paths
