"""The heading of a loan, and its terms in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fibercap.core.language.names import key_in_words
from fibercap.model.loans.clauses.rates import Floating, rate_text

if TYPE_CHECKING:
    from fibercap.model.loans import Loan
    from fibercap.model.loans.clauses.values_by_day import Steps


def loan_label(loan: Loan, name: str) -> str:
    """Return the heading of a loan: its title, or without one `Loan` and its name in words."""
    return loan.title or f"Loan {key_in_words(name)}"


def terms_text(loan: Loan) -> str:
    """Return a loan's terms in a line: style, payments, dates, rate; day count and compounding if not the default."""
    style, every = loan.repayment.words, loan.payments.every.replace("_", " ")
    when = " in advance" if loan.payments.on == "start" else ""
    parts = [f"{style}, every {every}{when}", f"signed {loan.signed}, due {loan.maturity}", rate_terms(loan.rate)]
    parts += [loan.day_count] * (loan.day_count != "equal_periods") + [loan.compounding] * (
        loan.compounding != "nominal"
    )
    return "; ".join([*parts, *([loan.payments.roll_words] if loan.payments.roll_words else [])])


def rate_terms(rate: Steps | Floating) -> str:
    """Return a rate in words; for a floating rate, also when it is fixed."""
    if not isinstance(rate, Floating):
        return rate_text(rate)
    fixed = {"payment": "fixed for each interest period", "any_day": "as the index changes"}
    reset = fixed.get(rate.reset, f"fixed every {rate.reset.replace('_', ' ')}")
    return f"{rate_text(rate)}, {reset}"
