"""Loans: terms, styles, event grid, schedule, and their rows in model periods."""

from fibercap.model.loans.block import schedule_block
from fibercap.model.loans.contract import Schedule, schedule, schedule_of
from fibercap.model.loans.periods import loan_rows, signed_in
from fibercap.model.loans.setting import Exchanged, Moved, Setting
from fibercap.model.loans.terms import Loan

__all__ = [
    "Exchanged",
    "Loan",
    "Moved",
    "Schedule",
    "Setting",
    "loan_rows",
    "schedule",
    "schedule_block",
    "schedule_of",
    "signed_in",
]
