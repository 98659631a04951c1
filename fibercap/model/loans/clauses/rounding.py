"""What a lender rounds: nothing, or interest and payments, in steps."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

import numpy as np
import pydantic

from fibercap.core.language.fields import Of, Word
from fibercap.core.language.spec import Spec
from fibercap.core.rounding import WAYS, round_to_step
from fibercap.core.units import Array
from fibercap.model.loans.repayment.moment import float_or_array


class Exact(Spec):
    """Nothing is rounded."""


class Rounding(Spec):
    """Interest and payments in whole steps of `to`; the balance is carried from rounded figures, or in full."""

    to: Annotated[Array | None, Of("money", above=0.0, takes_samples=False)] = None
    """Step to which amounts are rounded; without it, the smallest amount that is paid in the loan's currency, such as
    0.01 USD or 1 JPY. Like `0.01 USD`."""
    interest: Annotated[str, Word(WAYS, "ways to round")] = "half_up"
    """How interest and fees are rounded."""
    payment: Annotated[str, Word(WAYS, "ways to round")] = "half_up"
    """How payments are rounded."""
    balance: Annotated[str, Word(("each", "carry"), "ways to carry the balance")] = "each"
    """Whether the balance is carried from rounded figures, or in full and only shown rounded."""

    _minor_unit: float = pydantic.PrivateAttr(0.01)

    def model_post_init(self, context: Any) -> None:
        """Keep the smallest amount that is paid in the loan's currency."""
        self._minor_unit = (context or {}).get("minor_unit", self._minor_unit)

    @property
    def step(self) -> float:
        """The step to which amounts are rounded. [money]"""
        return self._minor_unit if self.to is None else float(self.to)

    @property
    def carries(self) -> bool:
        """Whether only what is shown is rounded."""
        return self.balance == "carry"

    def interest_in_steps(self, amount: Any, trifle: Any) -> Any:
        """Return interest or fees as they are rounded; up only if they are more than rounding leaves. [money]

        Parameters
        ----------
        amount, trifle : scalar or (sample,)
            What is due, and the largest amount that counts as zero. [money]
        """
        if self.interest == "up":
            # Else 1e-12 USD, which arithmetic leaves of a repaid loan, would be rounded up to a cent of interest.
            amount = np.where(np.greater(amount, trifle), amount, 0.0)
        return float_or_array(round_to_step(amount, self.step, self.interest))

    def payment_in_steps(self, amount: Any) -> Any:
        """Return a payment or its principal as it is rounded. [money]"""
        return float_or_array(round_to_step(amount, self.step, self.payment))


def choose_rounding(raw: Any) -> tuple[str, Mapping[str, Any]]:
    """Return which kind of rounding is written, and its block."""
    if isinstance(raw, dict):
        return "block", raw
    return Word(("none", "cent"), "roundings, or a block `{to: 0.01 USD}`").parse(raw), {}


ROUNDINGS: dict[str, type[Spec]] = {"none": Exact, "cent": Rounding, "block": Rounding}
