"""Interest that the bank pays on cash, and interest that it takes on cash below zero."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from fibercap.core.formulas.rows import Row
from fibercap.core.formulas.sheet import Sheet
from fibercap.core.timeline import FLOW
from fibercap.model.plants.products_and_time import series_row

if TYPE_CHECKING:
    from fibercap.model.plan.plan import Plan


RATES: Final = ("interest_on_cash", "interest_on_overdraft")
"""Keys of `money`, and rows of `accounts.`."""


def interest_rows_of(plan: Plan) -> list[str]:
    """Return the paths of the rows of interest on cash and on an overdraft that a plan has."""
    return [f"accounts.{key}" for key in RATES if getattr(plan.money, key) is not None]


def interest_on_cash_rows(sheet: Sheet, plan: Plan) -> dict[str, str]:
    """Write the interest on cash and on an overdraft, of those for which the plan has a rate.

    Writes `accounts.interest_on_cash` and `accounts.interest_on_overdraft` [money], which `settle_cash` computes, and
    their rates under `inputs.money.` [1/year].

    Parameters
    ----------
    sheet, plan : Sheet, Plan
        The sheet that gets the rows, and the plan.

    Returns
    -------
    dict
        The rows that are written, each with its sign in pretax income.

    Source
    ------
    docs/conventions.md, section 6: the rate times the months of the period over twelve, on the cash it opens with.
    """
    signs, money = {}, plan.money
    for key, label, rate, sign, owned in (
        ("interest_on_cash", "Interest on cash", money.interest_on_cash, "+", "{accounts.cash@-1}"),
        ("interest_on_overdraft", "Interest on overdraft", money.interest_on_overdraft, "-", "-{accounts.cash@-1}"),
    ):
        if rate is not None:
            path = f"money.{key}"
            series_row(sheet, plan.timeline, path, f"{label}: rate", rate, "1/year")
            # On the cash that a period opens with: on its own closing cash, the interest would rest on itself.
            text = f"{{inputs.{path}}} * {{time.years}} * MAX({owned}, 0)"
            sheet.put(Row(f"accounts.{key}", label, plan.currency, FLOW, text), None)
            signs[f"accounts.{key}"] = sign
    return signs
