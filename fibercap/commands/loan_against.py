"""`loan --against`: a loan beside a bank's own schedule."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from fibercap.commands.output import STANDARD_OUTPUT, refuse_two_documents, write_file
from fibercap.commands.terminal import say_json

if TYPE_CHECKING:
    from fibercap.model.plan.plan import Lending


@dataclass(frozen=True)
class Asked:
    """The options of `--against`: the bank's file, how to read it, and what to write."""

    bank: Path
    sheet: str
    dates: str
    out: Path | None
    force: bool
    as_json: bool


def compare_with_bank(lending: Lending, name: str | None, asked: Asked) -> None:
    """Print how a bank's schedule compares with a loan, and write the loan as the bank counts it.

    The command exits with code 1 if they differ under all conventions.

    Parameters
    ----------
    lending, name : Lending, str
        The scenario or file of loans, and the loan; None for the only one.
    asked : Asked
        The bank's table, and what to write.

    Raises
    ------
    FibercapError
        If there is no such loan, the table cannot be read, or nothing can be written.
    """
    from fibercap.core.errors import FibercapError, did_you_mean
    from fibercap.reading.against import against_loan_of
    from fibercap.reading.bank_files import is_workbook
    from fibercap.reading.bank_loan import bank_loan_text
    from fibercap.studies.bank.agreement import DIFFERS

    refuse_two_documents(asked.out, json=asked.as_json)
    names = list(lending.loans)
    if name is None and len(names) != 1:
        raise click.UsageError(f"name one of its loans: {', '.join(names)}" if names else "the file has no loans")
    name = name or names[0]
    if name not in lending.loans:
        raise FibercapError("no_such_name", f"no loan `{name}`", did_you_mean(name, names, "loans"))
    agreement = against_loan_of(lending, name, asked.bank, asked.sheet, asked.dates)
    if asked.as_json:
        from fibercap.views.json.against import against_document
        from fibercap.views.json.text import text

        say_json(text(against_document(name, lending.loan_currency(name), agreement)))
    elif asked.out != STANDARD_OUTPUT:
        from fibercap.views.loan_words import loan_label
        from fibercap.views.terminal.against import against_page
        from fibercap.views.terminal.printing import window

        against_page(window(), loan_label(lending.loans[name], name), lending.loan_currency(name), agreement)
    if asked.out is not None:
        cited = f"{asked.bank.name}, {agreement.table.name}" if is_workbook(asked.bank) else asked.bank.name
        written = bank_loan_text(lending, name, agreement, cited.replace("`", ""))
        write_file(asked.out, written.encode(), force=asked.force)
    if agreement.verdict == DIFFERS:
        raise click.exceptions.Exit(1)
