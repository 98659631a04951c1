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
    """One line of a statement: the row `accounts.<key>`, and its role: added, subtracted, a total or a memo."""

    key: str
    role: Role

    @property
    def path(self) -> str:
        """The path of the row."""
        return f"{ACCOUNTS}{self.key}"

    def label(self, row: Row) -> str:
        """Return the label of the line: `less ...` if it is subtracted, `Memo: ...` if it is a memo."""
        words = f"{row.label[0].lower()}{row.label[1:]}"
        return {"minus": f"less {words}", "memo": f"Memo: {words}"}.get(self.role, row.label)


@dataclass(frozen=True)
class Statement:
    """A statement, given by its totals in order; above each stand the rows that its formula adds and subtracts.

    A row in `by_parts` is replaced by the rows of its own formula. Rows in `last` come last above their total, and
    `memos` after the last total.
    """

    totals: tuple[str, ...]
    by_parts: tuple[str, ...] = ()
    last: tuple[str, ...] = ()
    memos: tuple[str, ...] = ()

    def lines(self, rows: Mapping[str, Row]) -> Iterator[StatementLine]:
        """Yield the lines, from rows by path; a total is not repeated in the formula of the next one."""
        for total in self.totals:
            parts = [part for part in self._parts(rows, total, 1) if part[0] not in self.totals]
            for key, sign in sorted(parts, key=lambda part: part[0] in self.last):
                yield StatementLine(key, "plus" if sign > 0 else "minus")
            yield StatementLine(total, "total")
        for memo in self.memos:
            yield StatementLine(memo, "memo")

    def _parts(self, rows: Mapping[str, Row], key: str, sign: int) -> Iterator[tuple[str, int]]:
        """Yield the rows that add up to a total, with their signs."""
        for part, sign_of_part in _with_signs(term_of(rows[f"{ACCOUNTS}{key}"].formula), sign):
            if part in self.by_parts:
                yield from self._parts(rows, part, sign_of_part)
            else:
                yield part, sign_of_part


def _with_signs(term: Term, sign: int) -> Iterator[tuple[str, int]]:
    """Yield the accounts that a formula adds and subtracts in the same period, with their signs."""
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
"""Every statement by its title. Income adds downward: each total is the sum of all lines above it."""


def statement_lines(projection: Projection, title: str) -> Iterator[tuple[StatementLine, Row]]:
    """Yield the lines of a statement, each with its row."""
    rows = projection.rows
    for line in STATEMENTS[title].lines(rows):
        yield line, rows[line.path]


def statement_paths(projections: Iterable[Projection], title: str) -> list[str]:
    """Return the paths of a statement's rows in order, for several plans that need not have the same lines."""
    paths: list[str] = []
    for projection in projections:
        before = -1
        for line, _ in statement_lines(projection, title):
            if line.path not in paths:
                paths.insert(before + 1, line.path)
            before = paths.index(line.path)
    return paths
