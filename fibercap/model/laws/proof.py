"""The proof of the books: every law of a projection is checked in every period and sample."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Final

import numpy as np

from fibercap.core.errors import IdentityError
from fibercap.core.formulas.formula import evaluate
from fibercap.model.cash.interest_on_cash import interest_rows_of
from fibercap.model.income.asset_sales import sold_assets
from fibercap.model.laws.all_laws import IDLE, LAWS, laws_of
from fibercap.model.laws.law import Law, largest_amount

if TYPE_CHECKING:
    import numpy.typing as npt

    from fibercap.core.formulas.formula import Read
    from fibercap.core.units import Array
    from fibercap.model.plan.plan import Plan

RELATIVE: Final = 1e-12
ABSOLUTE: Final = 1e-6
COMPANY: Final = (
    "revenue", "cash_costs", "maintenance", "capex", "purchases", "grants", "depreciation", "tax", "tax_paid", "draws",
    "principal", "interest_accrued", "interest_paid", "recurring_fees", "fees_paid", "upfront_fees_paid",
    "equity_for_projects", "equity_paid_in", "equity_for_cash", "dividends",
)  # fmt: skip
"""The flows of `accounts.` that make up cash, the balance sheet and owners' money."""


class Books:
    """The rows of a projection as laws read them."""

    def __init__(self, plan: Plan, read: Read) -> None:
        self.plan, self._read = plan, read
        self._commitments = {f"inputs.loans.{name}.commitment": loan.commitment for name, loan in plan.loans.items()}

    def read(self, path: str, shift: int) -> Array:
        """Return a row or scalar as formulas read it; commitments are those of the plan.

        Parameters
        ----------
        path : str
            Address of the row or scalar.
        shift : int
            Periods to look ahead; negative for earlier ones.
        """
        return self._commitments[path] if path in self._commitments else self._read(path, shift)

    def __call__(self, path: str) -> Array:
        """Return a row."""
        return self.read(path, 0)

    def work_out(self, *texts: str) -> tuple[Array, ...]:
        """Return the values of formulas, each (..., period)."""
        return tuple(np.atleast_1d(evaluate(text, self.read)) for text in texts)

    @cached_property
    def company(self) -> Array:
        """The largest amount that enters the books of the company, (..., 1). [money]"""
        opening = self("accounts.total_assets")[..., :1]
        keys = (*COMPANY, "asset_sales") if sold_assets(self.plan) else COMPANY
        rows = *(f"accounts.{key}" for key in keys), *interest_rows_of(self.plan)
        return largest_amount(opening, flows=tuple(self(row) for row in rows))

    def loan(self, name: str) -> Array:
        """Return the largest amount that enters a loan's balance or the uses it finances, in its currency, (..., 1)."""
        plan, prefix, code = self.plan, f"loans.{name}.schedule", self.plan.loan_currency(name)
        balance = largest_amount(
            self(f"{prefix}.closing"), flows=tuple(self(f"{prefix}.{key}") for key in ("drawn", "principal"))
        )
        uses = tuple(self(f"funding.{key}.uses") for key in plan.uses_of_loan(name))
        rests_on_cash = plan.loans[name].needs_cash or plan.loans[name].repayment.follows_tax
        paid_for = largest_amount(np.zeros(1), self.company if rests_on_cash else np.zeros(1), flows=uses)
        if code != plan.currency:
            paid_for = paid_for / self(f"exchange.{code}.average").min(axis=-1, keepdims=True)
        return np.maximum(np.maximum(balance, paid_for), plan.loans[name].commitment)

    def scale_of(self, law: Law) -> Array:
        """Return the largest amount that enters a law's check, (..., 1)."""
        amount = largest_amount(*self.work_out(*law.balances), flows=self.work_out(*law.flows))
        amount = np.maximum(amount, self.company) if law.company else amount
        return np.maximum(amount, self.loan(law.loan)) if law.loan else amount


def prove_laws(plan: Plan, read: Read, *, waterfall: bool = True) -> dict[str, float]:
    """Check every law; return the largest gap of each. [money, or km for capacity]

    Parameters
    ----------
    plan : Plan
        The plan that was projected.
    read : callable
        Returns a row or a scalar for (path, shift), as formulas read it.
    waterfall : bool
        Whether the rows of the order of cash are written.

    Raises
    ------
    IdentityError
        If a law is broken; it names the first such law, its row, period, sample and gap.

    Source
    ------
    docs/decisions/laws-by-what-went-in.md: a gap may be 1e-12 of the largest balance, or of the largest flow summed
    from the start, that entered the check in the same sample; gaps up to 1e-6 are always allowed.
    """
    gaps = dict.fromkeys(LAWS, 0.0)
    books = Books(plan, read)
    for law in laws_of(plan, books, waterfall=waterfall):
        size = np.maximum(np.abs(books.work_out(law.text)[0]) - law.rounding, 0.0)
        size = size[..., : plan.timeline.within] if law.name in IDLE else size
        worst = float(np.max(size, initial=0.0))
        gaps[law.name] = max(gaps[law.name], worst)
        if worst > ABSOLUTE and (broken := size > np.maximum(ABSOLUTE, RELATIVE * books.scale_of(law))).any():
            _raise_broken_law(plan, law, np.broadcast_to(size, broken.shape), broken)
    return gaps


def _raise_broken_law(plan: Plan, law: Law, size: Array, broken: npt.NDArray[np.bool_]) -> None:
    position = np.unravel_index(int(np.argmax(broken)), size.shape)
    column = int(position[-1])
    when = f"event {column + 1}" if ".schedule." in law.row else plan.timeline.labels[column]
    sample = f", sample {int(position[0])}" if size.ndim > 1 else ""
    message = f"the law `{law.name}` is broken: {law.row}, {when}{sample}, by {float(size[position]):g}"
    raise IdentityError("broken_law", message)
