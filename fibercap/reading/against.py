"""Compare a loan with a bank's own schedule of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from fibercap.core.currencies import minor_unit
from fibercap.core.errors import FibercapError
from fibercap.model.loans.clauses.rates import Floating
from fibercap.reading.bank_files import is_workbook, sheets_of
from fibercap.studies.bank.agreement import Agreement, agree
from fibercap.studies.bank.columns import BankTable, recognize
from fibercap.studies.bank.table import read_grid
from fibercap.studies.bank.variants import Frame

if TYPE_CHECKING:
    from fibercap.model.loans.clauses.rates import Indices
    from fibercap.model.loans.terms import Loan
    from fibercap.model.plan.plan import Lending

USUAL_RATE = 0.06


def against(
    loan: Loan, table: Any, *, sheet: str = "", dates: str = "", currency: str = "USD", rates: Indices | None = None
) -> Agreement:
    """Compare a bank's schedule with a loan: does it agree, under which conventions, and where does it first differ.

    Parameters
    ----------
    loan : Loan
        The contract, as `scenario.loans["fleet"]` has it; all of it is drawn at signing unless it has `draws`.
    table : path, DataFrame or list of rows
        The bank's table: an .xlsx, .ods or .csv file, or its cells.
    sheet : str
        The sheet of the file; not needed where one sheet alone holds a schedule.
    dates : str
        `day-first` or `month-first`, for dates that are texts such as `03/04/2001`.
    currency : str
        Currency of the loan's amounts.
    rates : mapping, optional
        Indices by name, for a floating rate. [1/year]

    Returns
    -------
    Agreement
        With `verdict`, `conventions`, `difference` and `rate`.

    Raises
    ------
    FibercapError
        If the file cannot be read, its table is not a schedule, or it is in another currency.
    """
    frame = Frame(currency, minor_unit(currency))
    return agree(loan, bank_table(loan, table, sheet, dates), frame, rates)


def against_loan_of(lending: Lending, name: str, table: Any, sheet: str = "", dates: str = "") -> Agreement:
    """Compare a bank's schedule with a loan of a scenario or of a file of loans; see `against`.

    Parameters
    ----------
    lending, name : Lending, str
        The scenario, and the loan.
    table, sheet, dates
        As for `against`.

    Raises
    ------
    FibercapError
        As for `against`, and if the loan depends on a company's cash.
    """
    loan, currency = lending.loans[name], lending.loan_currency(name)
    if loan.needs_cash or loan.repayment.needs_cash or loan.ratio_terms:
        what = f"loans.{name}: its payments depend on a company's figures, which a bank's schedule does not know"
        raise FibercapError("needs_company", what, "compare a loan whose payments its contract alone decides")
    frame = Frame(currency, minor_unit(currency), lending.calendars)
    return agree(loan, bank_table(loan, table, sheet, dates), frame, lending.rates)


def bank_table(loan: Loan, source: Any, sheet: str = "", dates: str = "") -> BankTable:
    """Return the schedule in a table, with the role of each column.

    Parameters
    ----------
    loan : Loan
        The contract; its amount and rate help to recognize the columns.
    source, sheet, dates
        As for `against`.

    Raises
    ------
    FibercapError
        If no sheet holds a schedule, or several do.
    """
    sheets = sheets_of(source, sheet)
    read, problems = list[BankTable](), list[FibercapError]()
    for name, rows in sheets.items():
        shown = f"sheet `{name}`" if is_workbook(source) else name
        try:
            grid = read_grid(rows, dates, shown)
            read.append(recognize(grid, float(np.ravel(loan.commitment)[0]), _usual_rate(loan), shown))
        except FibercapError as error:
            problems.append(error)
    if len(read) > 1:
        raise FibercapError("several_sheets", f"several sheets hold a schedule: {', '.join(t.name for t in read)}")
    if read:
        return read[0]
    if not problems:
        raise FibercapError("no_schedule_table", "the file is empty")
    telling = [error for error in problems if error.code != "no_schedule_table"]
    raise (telling or problems)[0]


def _usual_rate(loan: Loan) -> float:
    """Return the approximate rate of a loan. [1/year]"""
    if isinstance(loan.rate, Floating):
        return USUAL_RATE
    return float(np.mean([np.ravel(value)[0] for value in loan.rate.values]))
