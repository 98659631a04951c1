"""The lines of each statement, in order and with their signs, read from the formulas of its totals."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

from fibercap.core.formulas.formula_text import term_of
from fibercap.core.formulas.term import signed_references
from fibercap.model.cash.waterfall import SUBTOTALS, WATERFALL

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from fibercap.core.formulas.rows import Row
    from fibercap.model.projection import Projection

Role = Literal["plus", "minus", "total", "memo"]
ACCOUNTS: Final = "accounts."


@dataclass(frozen=True)
class StatementLine:
    """One line of a statement: the path of its row, and its role: added, subtracted, a total or a memo."""

    path: str
    role: Role

    @property
    def key(self) -> str:
        """The last part of the path."""
        return self.path.rpartition(".")[2]

    def label(self, row: Row) -> str:
        """Return the label of the line: `less ...` if it is subtracted, `Memo: ...` if it is a memo."""
        words = f"{row.label[0].lower()}{row.label[1:]}"
        return {"minus": f"less {words}", "memo": f"Memo: {words}"}.get(self.role, row.label)


@dataclass(frozen=True)
class Statement:
    """A statement, given by its totals in order; above each stand the rows that its formula adds and subtracts.

    Its rows are those under `prefix`. Totals that a plan does not have are left out; one that ends in `*` stands for
    all rows that begin so. A row in `by_parts` is replaced by the rows of its own formula. Rows in `last` stand last
    above their total. Those `memos` that a plan has stand after the last total.
    """

    totals: tuple[str, ...]
    by_parts: tuple[str, ...] = ()
    last: tuple[str, ...] = ()
    memos: tuple[str, ...] = ()
    prefix: str = ACCOUNTS

    def lines(self, rows: Mapping[str, Row]) -> Iterator[StatementLine]:
        """Yield the lines, from rows by path; a total is not repeated in the formula of the next one."""
        totals = [total for pattern in self.totals for total in self._matching(rows, pattern)]
        for total in totals:
            parts = [part for part in self._parts(rows, total, 1) if part[0] not in totals]
            for key, sign in sorted(parts, key=lambda part: part[0] in self.last):
                yield StatementLine(f"{self.prefix}{key}", "plus" if sign > 0 else "minus")
            yield StatementLine(f"{self.prefix}{total}", "total")
        for memo in (memo for memo in self.memos if f"{self.prefix}{memo}" in rows):
            yield StatementLine(f"{self.prefix}{memo}", "memo")

    def _matching(self, rows: Mapping[str, Row], pattern: str) -> list[str]:
        """Return the totals that a plan has: the one of that name, or all that match a pattern with `*`."""
        if pattern.endswith("*"):
            stem = f"{self.prefix}{pattern[:-1]}"
            return [path.removeprefix(self.prefix) for path in rows if path.startswith(stem)]
        return [pattern] if f"{self.prefix}{pattern}" in rows else []

    def _parts(self, rows: Mapping[str, Row], key: str, sign: int) -> Iterator[tuple[str, int]]:
        """Yield the rows that add up to a total, with their signs."""
        for part, sign_of_part in signed_references(term_of(rows[f"{self.prefix}{key}"].formula), self.prefix, sign):
            if part in self.by_parts:
                yield from self._parts(rows, part, sign_of_part)
            else:
                yield part, sign_of_part


ORDER_OF_CASH: Final = "Order of cash"
STATEMENTS: Final = {
    "Income": Statement(
        ("ebitda", "ebit", "pretax_income", "net_income"), by_parts=("cash_costs",), memos=("gross_profit",)
    ),
    "Cash flow": Statement(
        ("operating_cash_flow", "investing_cash_flow", "financing_cash_flow", "cash"),
        last=("grants", "dividends"),
        memos=("reserves", "cash_free"),
    ),
    ORDER_OF_CASH: Statement(SUBTOTALS, prefix=WATERFALL),
    "Balance sheet": Statement(("total_assets", "total_liabilities_and_equity")),
    "Debt service": Statement(("cfads", "debt_service")),
}
"""Every statement by its title. Income and the order of cash add downward: a total is the sum of all lines above it."""


def statement_lines(projection: Projection, title: str) -> Iterator[tuple[StatementLine, Row]]:
    """Yield the lines of a statement, each with its row."""
    rows = projection.rows
    for line in STATEMENTS[title].lines(rows):
        yield line, rows[line.path]


def merged_lines(projections: Iterable[Projection], title: str) -> list[StatementLine]:
    """Return the lines of a statement in order, for several plans that need not have the same lines."""
    lines: list[StatementLine] = []
    for projection in projections:
        before = -1
        for line, _ in statement_lines(projection, title):
            if line not in lines:
                lines.insert(before + 1, line)
            before = lines.index(line)
    return lines


def statement_paths(projections: Iterable[Projection], title: str) -> list[str]:
    """Return the paths of a statement's rows in order, each once though two lines may show it."""
    return list(dict.fromkeys(line.path for line in merged_lines(projections, title)))
