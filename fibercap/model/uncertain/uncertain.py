"""The block `uncertain`: inputs with their distributions, and which of them move together."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, ClassVar

import numpy as np

from fibercap.core.language.fields import Label, Number
from fibercap.core.language.spec import Spec
from fibercap.core.units import Array
from fibercap.model.plan.claim import Amount
from fibercap.model.uncertain.discrete import Case, Discrete, Observations
from fibercap.model.uncertain.distributions import (
    Beta,
    Between,
    Lognormal,
    Normal,
    OneNumber,
    Pert,
    Triangular,
    Uniform,
)
from fibercap.model.uncertain.parameters import SPREAD
from fibercap.model.uncertain.yearly import Shock, Walk

ONE_NUMBER = ("normal", "lognormal", "uniform", "triangular", "pert", "beta", "choice", "empirical")
KINDS = (*ONE_NUMBER, "walk", "shock")
ACTS = ("is", "times", "plus")


class Distribution(Spec):
    """How likely which values are: one of the known distributions, with its parameters."""

    any_of: ClassVar[tuple[tuple[str, ...], ...]] = (ONE_NUMBER,)

    normal: Normal | None = None
    """The normal distribution. Like `{mean: 0 %/year, sd: 1 %/year}`."""
    lognormal: Lognormal | None = None
    """Its logarithm is normal. Like `{median: 100 %, sigma: 15 %}`."""
    uniform: Uniform | None = None
    """Every value between two is as likely as any other. Like `{low: 90 %, high: 120 %}`."""
    triangular: Triangular | None = None
    """Chances rise in a straight line to the likeliest value, and fall in one. Like `{low: 90 %, mode: 100 %, high:
    130 %}`."""
    pert: Pert | None = None
    """As triangular, but a smooth curve: a beta distribution. Like `{low: 90 %, mode: 100 %, high: 130 %}`."""
    beta: Beta | None = None
    """The beta distribution, of a share or between two ends. Like `{alpha: 14, beta: 26}`."""
    choice: Mapping[str, Case] = {}
    """One of a few values, by name. Like `{on_time: {value: 0 months, chance: 65 %}, late: {value: 6 months, chance:
    35 %}}`."""
    empirical: Annotated[tuple[Amount, ...] | None, Observations()] = None
    """What was observed, each value as likely as any other; it may stand in a file. Like `{1: 97 %, 2: 104 %}`."""

    @property
    def kinds(self) -> tuple[str, ...]:
        """The names of the distributions that are written: one, or a walk and a shock."""
        return tuple(kind for kind in KINDS if getattr(self, kind, None) not in (None, {}))

    @property
    def is_yearly(self) -> bool:
        """Whether each year has a factor of its own."""
        return self.year_walk is not None or self.year_shock is not None

    @property
    def year_walk(self) -> Walk | None:
        """What moves each year at random; None if nothing does."""
        return None

    @property
    def year_shock(self) -> Shock | None:
        """What strikes now and then; None if nothing does."""
        return None

    @property
    def one_number(self) -> OneNumber | Discrete:
        """What draws one number for each sample."""
        if self.choice:
            cases = self.choice.values()
            return Discrete(tuple(case.value for case in cases), tuple(float(case.chance) for case in cases))
        if self.empirical is not None:
            return Discrete(self.empirical, (1.0 / len(self.empirical),) * len(self.empirical))
        terms: OneNumber = getattr(self, self.kinds[0])
        return terms


class Factors(Distribution):
    """What multiplies an input: a distribution, or what moves a series year by year."""

    any_of: ClassVar[tuple[tuple[str, ...], ...]] = (KINDS,)

    walk: Walk | None = None
    """A random walk in logarithms, year by year, of a series; alone or with a shock. Like `{drift: -4
    %/year, sd: 8 %}`."""
    shock: Shock | None = None
    """Shocks that come now and then, of a series. Like `{chance: 12 %/year, then: {1 year: 65 %}}`."""

    @property
    def year_walk(self) -> Walk | None:
        """What moves each year at random; None if nothing does."""
        return self.walk

    @property
    def year_shock(self) -> Shock | None:
        """What strikes now and then; None if nothing does."""
        return self.shock


class UncertainInput(Spec):
    """One uncertain input: what it is in place of its value, or what multiplies it or is added to it."""

    one_of: ClassVar[tuple[tuple[str, ...], ...]] = (ACTS,)

    title: Label = ""
    """What tables call it. Like `Price of single-mode fiber`."""
    input: Label
    """The path of the input. Like `products.single_mode.price`."""
    replaced: Distribution | None = Spec.field_with_key("is", None)
    """What stands in place of a single number, in its unit. Like `{uniform: {low: 0 months, high: 6 months}}`."""
    times: Factors | None = None
    """What multiplies it, all its values over time alike. Like `{lognormal: {median: 100 %, sigma: 15 %}}`."""
    plus: Distribution | None = None
    """What is added to it, to all its values over time alike, in its unit. Like `{normal: {mean: 0 %/year, sd:
    1 %/year}}`."""
    between: Between | None = None
    """Cuts the distribution: samples lie between two ends. Like `{low: 60 %, high: 160 %}`."""
    source: Label = ""
    """Name of the source of all its parameters that name none themselves. Like `release`."""
    where: Label = ""
    """Where in that source. Like `table 3`."""

    @property
    def acts_written(self) -> tuple[str, ...]:
        """Which of `is`, `times` and `plus` are written; a sound input has one."""
        return tuple(
            act for act, what in zip(ACTS, (self.replaced, self.times, self.plus), strict=True) if what is not None
        )

    @property
    def acts(self) -> str:
        """How it acts on the input: `is`, `times` or `plus`."""
        return "is" if self.replaced is not None else "times" if self.times is not None else "plus"

    @property
    def distribution(self) -> Distribution:
        """The distribution."""
        distribution = self.replaced or self.times or self.plus
        assert distribution is not None  # noqa: S101 - a block has exactly one of them
        return distribution


class Together(Spec):
    """Two uncertain inputs that move together."""

    one: Label
    """Name of an uncertain input. Like `single_mode_price`."""
    other: Label
    """Name of another. Like `brazilian_demand`."""
    rank_correlation: Annotated[Amount, SPREAD]
    """Rank correlation (Spearman's), from -1 to 1. Like `0.6`."""


class Uncertain(Spec):
    """What is uncertain about a plan; `fibercap simulate` draws samples of it."""

    samples: Annotated[Array, Number(low=1.0)] = np.asarray(4096.0)
    """How many samples are drawn, rounded up to a power of two. Like `4096`."""
    seed: Annotated[Array, Number()] = np.asarray(1.0)
    """Where the samples start; the same seed draws the same samples. Like `20010108`."""
    inputs: Mapping[str, UncertainInput]
    """What is uncertain, by name. Like `{price: {input: products.fiber.price, times: {lognormal: {median: 100 %, sigma:
    15 %}}}}`."""
    pairs: Mapping[str, Together] = Spec.field_with_key("together", {})
    """Which of them move together, by name. Like `{slump: {one: price, other: demand, rank_correlation: 0.6}}`."""
