"""The lines of each statement, in order and with their signs: the one description that every reader follows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fibercap.core.rows import Row
    from fibercap.model.projection import Projection

Role = Literal["plus", "minus", "total", "memo"]
_ROLES: Final[dict[str, Role]] = {"-": "minus", "*": "total", "~": "memo"}


@dataclass(frozen=True)
class StatementLine:
    """One line of a statement: the row `accounts.<key>`, and whether it adds, is taken off, totals, or is a memo."""

    key: str
    role: Role

    @property
    def path(self) -> str:
        """The row that it shows."""
        return f"accounts.{self.key}"

    def label(self, row: Row) -> str:
        """Return the label of the line, which says what is taken off and what stands below the line."""
        words = f"{row.label[0].lower()}{row.label[1:]}"
        return {"minus": f"less {words}", "memo": f"Memo: {words}"}.get(self.role, row.label)


def _lines(text: str) -> tuple[StatementLine, ...]:
    """Read lines from row keys; `-` marks one that is taken off, `*` a total, `~` a memo below the line."""
    return tuple(StatementLine(word.lstrip("-*~"), _ROLES.get(word[0], "plus")) for word in text.split())


STATEMENTS: Final = {
    "Income": _lines(
        "revenue -variable_cost -fixed_cost -overhead *ebitda -depreciation *ebit -interest_expense -fee_expense "
        "interest_on_cash exchange_result *pretax_income -tax *net_income ~gross_profit"
    ),
    "Cash flow": _lines(
        "net_income depreciation fee_amortization accrued_less_paid capitalized_interest -exchange_result "
        "tax_payable_increase -working_capital_increase *operating_cash_flow -capex -purchases -maintenance "
        "-financing_costs grants *investing_cash_flow draws -principal -upfront_fees equity_for_projects "
        "equity_paid_in equity_for_cash -dividends *financing_cash_flow *cash"
    ),
    "Balance sheet": _lines(
        "cash receivables grants_receivable inventory construction_in_progress net_fixed_assets deferred_fees "
        "other_assets *total_assets payables tax_payable accrued_interest debt other_liabilities paid_in_capital "
        "retained_earnings *total_liabilities_and_equity"
    ),
    "Debt service": _lines(
        "cfads_before_capex -self_funded_capex *cfads interest_paid fees_paid scheduled_principal -service_funded "
        "*debt_service"
    ),
}
"""Every statement by its title. Income adds downward: each total is all that stands above it."""


def statement_lines(projection: Projection, title: str) -> Iterator[tuple[StatementLine, Row]]:
    """Yield the lines of a statement that a projection has, each with its row."""
    for line in STATEMENTS[title]:
        if line.path in projection.rows:
            yield line, projection.rows[line.path]
