"""Loans: terms, styles, event grid, schedule, and their rows in model periods."""

from fibercap.model.loans.periods import loan_rows
from fibercap.model.loans.schedule import schedule_block
from fibercap.model.loans.setting import Moved, Setting
from fibercap.model.loans.terms import Loan

__all__ = ["Loan", "Moved", "Setting", "loan_rows", "schedule_block"]
