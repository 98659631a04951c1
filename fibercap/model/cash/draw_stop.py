"""Draw stop: nothing more is drawn on a loan while one of its covenants was broken at its last test."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fibercap.core.formulas.rows import Row
from fibercap.core.language.names import key_in_words
from fibercap.core.timeline import STOCK

if TYPE_CHECKING:
    from fibercap.core.formulas.sheet import Sheet
    from fibercap.model.plan.plan import Plan


def stopping_loans(plan: Plan) -> list[str]:
    """Return the loans on which a broken covenant stops draws."""
    return [name for name, loan in plan.loans.items() if loan.draw_stop]


def broken_row(loan: str, key: str) -> str:
    """Return the path of the row that says whether a covenant was broken at its last test.

    Parameters
    ----------
    loan, key : str
        The loan and its covenant.
    """
    return f"loans.{loan}.covenants.{key}.broken"


def stopped_row(loan: str) -> str:
    """Return the path of the row that says whether nothing may be drawn on a loan."""
    return f"loans.{loan}.draws_stopped"


def write_stop(sheet: Sheet, plan: Plan, name: str) -> str:
    """Write `loans.<name>.draws_stopped`, 1 in periods in which nothing may be drawn; return the factor on draws. [1]

    Tests of earlier periods decide it; `settle_cash` has its values. A loan without a draw stop has no row and no
    factor.

    Parameters
    ----------
    sheet, plan, name : Sheet, Plan, str
        The sheet that gets the row, the plan, and the loan.

    Source
    ------
    docs/conventions.md, section 8, Covenants.
    """
    loan, path = plan.loans[name], stopped_row(name)
    if not loan.draw_stop:
        return ""
    if path not in sheet:
        flags = ", ".join(f"{{{broken_row(name, key)}@-1}}" for key in loan.covenants)
        label = f"{loan.title or key_in_words(name)}: draws are stopped by a broken covenant"
        sheet.put(Row(path, label, "", STOCK, f"MAX({flags}, 0)"), None)
    return f"(1 - {{{path}}})"
