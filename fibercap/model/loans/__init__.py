"""Loans: terms, styles, event grid, schedule, and their rows in model periods."""

from fibercap.model.loans.contract import Schedule, schedule, schedule_of
from fibercap.model.loans.periods import loan_rows, signing_period
from fibercap.model.loans.rows.block import schedule_block
from fibercap.model.loans.setting import CurrencyRates, Moves, Setting
from fibercap.model.loans.terms import Loan

__all__ = [
    "CurrencyRates",
    "Loan",
    "Moves",
    "Schedule",
    "Setting",
    "loan_rows",
    "schedule",
    "schedule_block",
    "schedule_of",
    "signing_period",
]
