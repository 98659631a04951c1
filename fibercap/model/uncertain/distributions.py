"""Distributions of one number: parameters as a scenario writes them, quantiles and chances in closed form."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from typing import Annotated, ClassVar

import numpy as np

from fibercap.core.language.fields import Number
from fibercap.core.language.spec import Spec
from fibercap.core.units import Array
from fibercap.model.plan.claim import Amount
from fibercap.model.uncertain.parameters import (
    SAMPLED,
    SPREAD,
    Parameters,
    Quantity,
    Refusal,
    in_ones,
    not_above_zero,
    refusals_of_order,
    refusals_of_spread,
)


class OneNumber(ABC):
    """A distribution from which one number is drawn for each sample."""

    kind: ClassVar[str]
    quantities: ClassVar[tuple[str, ...]] = ()
    """The parameters that are in the unit of the samples."""
    bounded: ClassVar[bool] = True
    """Whether `between` can cut it."""

    def parameters(self, unit: str) -> Parameters:
        """Return the parameters that are quantities, as numbers in a unit that they fit."""
        read = {key: getattr(self, key).in_unit(unit) for key in self.quantities}
        return Parameters({key: value for key, value in read.items() if value is not None})

    def refusals(self, unit: str) -> Iterator[Refusal]:
        """Run over what is impossible about its parameters.

        Parameters
        ----------
        unit : str
            The unit of what is drawn, which every quantity fits.
        """
        del unit
        return iter(())

    @abstractmethod
    def quantile(self, chance: Array, unit: str) -> Array:
        """Return the numbers below which a draw falls with some chances, of their shape. [unit]

        Parameters
        ----------
        chance : (...)
            Chances above 0 and below 1. [1]
        unit : str
            The unit of what is drawn.
        """

    @abstractmethod
    def chance_below(self, value: float, unit: str) -> float:
        """Return the chance that a draw falls below a value. [1]

        Parameters
        ----------
        value, unit : float, str
            The value, in the unit of the samples.
        """


class Normal(OneNumber, Spec):
    """The normal distribution."""

    kind: ClassVar[str] = "normal"
    quantities: ClassVar[tuple[str, ...]] = ("mean", "sd")
    mean: Quantity
    """Its mean, in the unit of the samples. Like `0 %/year`."""
    sd: Quantity
    """Its standard deviation, in the unit of the samples. Like `1 %/year`."""

    def refusals(self, unit: str) -> Iterator[Refusal]:
        """Yield a standard deviation that is not above zero."""
        if self.parameters(unit).sd <= 0:
            yield not_above_zero("sd")

    def quantile(self, chance: Array, unit: str) -> Array:
        """Return the quantiles."""
        from scipy.special import ndtri

        of = self.parameters(unit)
        return np.asarray(of.mean + of.sd * ndtri(chance))

    def chance_below(self, value: float, unit: str) -> float:
        """Return the chance of less."""
        from scipy.special import ndtr

        of = self.parameters(unit)
        return float(ndtr((value - of.mean) / of.sd))


class Lognormal(OneNumber, Spec):
    """The distribution of a number whose logarithm is normal."""

    kind: ClassVar[str] = "lognormal"
    quantities: ClassVar[tuple[str, ...]] = ("median",)
    median: Quantity
    """Its median, in the unit of the samples. Like `100 %`."""
    sigma: Annotated[Amount, SPREAD]
    """Standard deviation of its natural logarithm. Like `15 %`."""

    def refusals(self, unit: str) -> Iterator[Refusal]:
        """Yield a median or sigma that is not above zero."""
        if self.parameters(unit).median <= 0:
            yield not_above_zero("median")
        yield from refusals_of_spread("sigma", self.sigma)

    def quantile(self, chance: Array, unit: str) -> Array:
        """Return the quantiles."""
        from scipy.special import ndtri

        return np.asarray(self.parameters(unit).median * np.exp(in_ones(self.sigma) * ndtri(chance)))

    def chance_below(self, value: float, unit: str) -> float:
        """Return the chance of less."""
        from scipy.special import ndtr

        if value <= 0:
            return 0.0
        return float(ndtr(np.log(value / self.parameters(unit).median) / in_ones(self.sigma)))


class Uniform(OneNumber, Spec):
    """Every number between two is as likely as any other."""

    kind: ClassVar[str] = "uniform"
    quantities: ClassVar[tuple[str, ...]] = ("low", "high")
    low: Quantity
    """The lowest number. Like `90 %`."""
    high: Quantity
    """The highest number. Like `120 %`."""

    def refusals(self, unit: str) -> Iterator[Refusal]:
        """Yield a highest number that is not above the lowest."""
        yield from refusals_of_order(self.parameters(unit), "low", "high")

    def quantile(self, chance: Array, unit: str) -> Array:
        """Return the quantiles."""
        of = self.parameters(unit)
        return of.low + (of.high - of.low) * chance

    def chance_below(self, value: float, unit: str) -> float:
        """Return the chance of less."""
        of = self.parameters(unit)
        return float(np.clip((value - of.low) / (of.high - of.low), 0.0, 1.0))


class Triangular(OneNumber, Spec):
    """Chances rise in a straight line to the likeliest number, and fall in one."""

    kind: ClassVar[str] = "triangular"
    quantities: ClassVar[tuple[str, ...]] = ("low", "mode", "high")
    low: Quantity
    """The lowest number. Like `0 million km/year`."""
    mode: Quantity
    """The likeliest number. Like `0.4 million km/year`."""
    high: Quantity
    """The highest number. Like `2 million km/year`."""

    def refusals(self, unit: str) -> Iterator[Refusal]:
        """Yield numbers that are out of order."""
        of = self.parameters(unit)
        yield from refusals_of_order(of, "low", "high")
        if not of.low <= of.mode <= of.high:
            hint = "write a likeliest number between the lowest and the highest"
            yield "mode", "impossible_distribution", "a likeliest number outside its ends", "one between them", hint

    def quantile(self, chance: Array, unit: str) -> Array:
        """Return the quantiles."""
        of = self.parameters(unit)
        width, rise, fall = of.high - of.low, of.mode - of.low, of.high - of.mode
        left = of.low + np.sqrt(chance * width * rise)
        return np.where(chance * width <= rise, left, of.high - np.sqrt((1 - chance) * width * fall))

    def chance_below(self, value: float, unit: str) -> float:
        """Return the chance of less."""
        of = self.parameters(unit)
        width, rise, fall = of.high - of.low, of.mode - of.low, of.high - of.mode
        if value <= of.mode:
            return max(value - of.low, 0.0) ** 2 / (width * rise) if rise else 0.0
        return 1.0 - max(of.high - value, 0.0) ** 2 / (width * fall) if fall else 1.0


class OfBeta(OneNumber):
    """A distribution that is a beta distribution, stretched between two numbers."""

    @abstractmethod
    def shape(self, unit: str) -> tuple[float, float, float, float]:
        """Return alpha and beta [1], and the lowest and the highest number. [unit]

        Parameters
        ----------
        unit : str
            The unit of what is drawn.
        """

    def quantile(self, chance: Array, unit: str) -> Array:
        """Return the quantiles."""
        from scipy.special import betaincinv

        alpha, beta, low, high = self.shape(unit)
        return np.asarray(low + (high - low) * betaincinv(alpha, beta, chance))

    def chance_below(self, value: float, unit: str) -> float:
        """Return the chance of less."""
        from scipy.special import betainc

        alpha, beta, low, high = self.shape(unit)
        return float(betainc(alpha, beta, np.clip((value - low) / (high - low), 0.0, 1.0)))


class Pert(OfBeta, Triangular):
    """A beta distribution whose mean counts the likeliest number four times."""

    kind: ClassVar[str] = "pert"

    def shape(self, unit: str) -> tuple[float, float, float, float]:
        """Return alpha, beta, the lowest and the highest number."""
        of = self.parameters(unit)
        mode = (of.mode - of.low) / (of.high - of.low)
        return 1 + 4 * mode, 5 - 4 * mode, of.low, of.high


class Beta(OfBeta, Spec):
    """The beta distribution of a share, or of a number between two others."""

    kind: ClassVar[str] = "beta"
    alpha: Annotated[Array, Number()]
    """First shape; mean alpha / (alpha + beta) of the way. Like `14`."""
    beta: Annotated[Array, Number()]
    """Second shape. Like `26`."""
    low: Annotated[Amount | None, SAMPLED] = None
    """The lowest number; without it 0 %. Like `0 %`."""
    high: Annotated[Amount | None, SAMPLED] = None
    """The highest number; without it 100 %. Like `100 %`."""

    @property
    def ends(self) -> dict[str, Amount]:
        """The ends that are written."""
        return {key: amount for key in ("low", "high") if (amount := getattr(self, key)) is not None}

    def parameters(self, unit: str) -> Parameters:
        """Return the ends, as numbers in a unit."""
        ends = {key: amount.in_unit(unit) for key, amount in self.ends.items()}
        return Parameters({"low": 0.0, "high": 1.0} | {key: value for key, value in ends.items() if value is not None})

    def refusals(self, unit: str) -> Iterator[Refusal]:
        """Yield shapes that are not above zero, ends out of order or left out where there is a unit."""
        yield from (not_above_zero(key) for key in ("alpha", "beta") if float(getattr(self, key)) <= 0)
        for key in ("low", "high"):
            if unit and key not in self.ends:
                yield key, "missing", f"no `{key}`", f"one in {unit}", "only a share has ends of its own"
                return
        yield from refusals_of_order(self.parameters(unit), "low", "high")

    def shape(self, unit: str) -> tuple[float, float, float, float]:
        """Return alpha, beta, the lowest and the highest number."""
        of = self.parameters(unit)
        return float(self.alpha), float(self.beta), of.low, of.high


class Between(Spec):
    """The two ends between which a drawn value lies."""

    low: Quantity
    """The lower end, in the unit of the samples. Like `60 %`."""
    high: Quantity
    """The upper end. Like `160 %`."""

    @property
    def ends(self) -> dict[str, Amount]:
        """Both ends, by key."""
        return {"low": self.low, "high": self.high}
