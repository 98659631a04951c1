"""A loan beside a bank's schedule, as JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from fibercap.studies.bank.table import letters

if TYPE_CHECKING:
    from fibercap.studies.bank.agreement import Agreement, Convention
    from fibercap.views.json.against_types import ApartDocument, Compared, ConventionDocument, DifferenceDocument


def against_document(loan: str, currency: str, agreement: Agreement) -> Compared:
    """Return the document of `loan --against --json`.

    Parameters
    ----------
    loan, currency : str
        The loan's name and currency.
    agreement : Agreement
        The result of the comparison.
    """
    table = agreement.table
    return {
        "loan": loan,
        "currency": currency,
        "table": {
            "name": table.name,
            "columns": {letters(table.grid.columns[index]): role for role, index in table.shown.items()},
            "lines": agreement.lines,
        },
        "verdict": agreement.verdict,
        "conventions": [_convention(one) for one in agreement.conventions],
        "tells_apart": _apart(agreement),
        "closest": dict(agreement.closest),
        "difference": _difference(agreement),
        "rate": agreement.rate,
        "with_rate": [_convention(one) for one in agreement.with_rate],
        "tried": agreement.tried,
    }


def _convention(convention: Convention) -> ConventionDocument:
    return {"changes": dict(convention.changes), "same": [dict(changes) for changes in convention.same]}


def _apart(agreement: Agreement) -> ApartDocument | None:
    if agreement.tells_apart is None:
        return None
    number, day, column, amounts = agreement.tells_apart
    return {"number": number, "date": str(day), "column": column, "amounts": list(amounts)}


def _difference(agreement: Agreement) -> DifferenceDocument | None:
    difference = agreement.difference
    if difference is None:
        return None
    column, line, amount = difference.largest
    return {
        "line": difference.line,
        "row": difference.row,
        "date": None if difference.date is None else str(difference.date),
        "bank": {role: _or_none(amount) for role, amount in difference.bank.items()},
        "loan": difference.loan,
        "interest_in_all": difference.interest_in_all,
        "largest": {"column": column, "line": line, "amount": amount},
    }


def _or_none(amount: float) -> Any:
    return amount if np.isfinite(amount) else None
