"""Parameters of distributions, as numbers, and what is impossible about them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Annotated, Final

import numpy as np

from fibercap.model.plan.claim import Amount, AnyQuantity

SAMPLED: Final = AnyQuantity("sampled quantity", "that of the samples")
SPREAD: Final = AnyQuantity("share or number", "1")
Quantity = Annotated[Amount, SAMPLED]
Refusal = tuple[str, str, str, str, str]
"""Path below the distribution, code, what was found, what is wanted, the way out."""


@dataclass(frozen=True)
class Parameters:
    """The parameters of a distribution that are quantities, as numbers in the unit of the samples."""

    values: Mapping[str, float]

    def __getattr__(self, name: str) -> float:
        """Return a parameter by its key."""
        return self.values[name]


def not_above_zero(key: str) -> Refusal:
    """Return the refusal of a parameter that is zero or less."""
    return (
        key,
        "impossible_distribution",
        f"a `{key}` that is not above zero",
        "one above zero",
        f"write a `{key}` above zero",
    )


def in_ones(amount: Amount) -> float:
    """Return a share or bare number as a number; nan if it has another unit."""
    value = amount.in_unit("")
    return np.nan if value is None else value


def refusals_of_spread(key: str, amount: Amount) -> Iterator[Refusal]:
    """Yield a spread of a logarithm that has a unit, or is not above zero.

    Parameters
    ----------
    key, amount : str, Amount
        Its key, and what is written.
    """
    if np.isnan(in_ones(amount)):
        yield key, "wrong_dimension", f"a `{key}` in {amount.unit}", "a share, such as `15 %`", "it has no unit"
    elif in_ones(amount) <= 0:
        yield not_above_zero(key)


def refusals_of_order(of: Parameters, low: str, high: str) -> Iterator[Refusal]:
    """Yield an upper end that is not above the lower end.

    Parameters
    ----------
    of : Parameters
        Both, as numbers.
    low, high : str
        Their keys.
    """
    if of.values[high] <= of.values[low]:
        yield (
            high,
            "impossible_distribution",
            f"a `{high}` that is not above `{low}`",
            f"more than `{low}`",
            "swap the two",
        )
