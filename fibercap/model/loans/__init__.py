"""Loans: terms, event grid, schedule, and their rows in model periods."""

from fibercap.model.loans.periods import loan_rows
from fibercap.model.loans.schedule import schedule_block
from fibercap.model.loans.terms import Loan

__all__ = ["Loan", "loan_rows", "schedule_block"]
