"""Whole steps of money that interest and payments come in (docs/conventions.md, section 4, rounding)."""

from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal
from typing import Any

from tests.witness.quantities import read_number

MODES = {"half_up": ROUND_HALF_UP, "half_even": ROUND_HALF_EVEN, "up": ROUND_CEILING, "down": ROUND_FLOOR}


@dataclass(frozen=True)
class Rounding:
    """How a loan rounds; not at all where its balance is carried in full."""

    step: float = 0.01
    interest: str = "none"
    payment: str = "none"

    def round_to(self, mode: str, amount: float) -> float:
        """Return an amount in whole steps, or as it is."""
        if mode == "none":
            return amount
        steps = Decimal(
            repr(round(float(amount) / self.step, 6))
        )  # an amount a millionth of a step from a half is that half
        return float(steps.quantize(Decimal(1), rounding=MODES[mode])) * self.step

    def round_interest(self, amount: float) -> float:
        """Return interest, or fees, as they are due."""
        return self.round_to(self.interest, amount)

    def round_payment(self, amount: float) -> float:
        """Return a payment as it is made."""
        return self.round_to(self.payment, amount)


def read_rounding(node: Any) -> Rounding:
    """Return the rounding of a loan (docs/reference/scenario.md, rounding)."""
    block = {} if node == "cent" else node
    if block in (None, "none") or block.get("balance") == "carry":
        return Rounding()
    return Rounding(
        step=read_number(block.get("to"), "0.01"),
        interest=block.get("interest", "half_up"),
        payment=block.get("payment", "half_up"),
    )
