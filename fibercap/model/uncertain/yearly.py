"""What moves a series year by year: a random walk in logarithms, and shocks that come now and then."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Annotated, Any, ClassVar

import numpy as np
import numpy.typing as npt

from fibercap.core.language import grammar
from fibercap.core.language.by_key import ByKey
from fibercap.core.language.dates import Edge
from fibercap.core.language.durations import Duration
from fibercap.core.language.fields import Label, Of
from fibercap.core.language.growth import RATE_OF_GROWTH
from fibercap.core.language.spec import Spec
from fibercap.core.units import Array
from fibercap.model.plan.claim import Amount
from fibercap.model.uncertain.parameters import SPREAD, Refusal, in_ones, refusals_of_spread

YEAR = 12


def _months(key: str, info: Any) -> int:
    return int(Duration(low=YEAR).parse(key, info))


class Walk(Spec):
    """Each year moves by a random share, on top of all years before: a random walk in logarithms."""

    kind: ClassVar[str] = "walk"
    drift: Annotated[Array, RATE_OF_GROWTH] = np.asarray(0.0)
    """By how much the median moves each year, on top of the plan. Like `-8.3 %/year`."""
    sd: Annotated[Amount, SPREAD]
    """Standard deviation of the natural logarithm of a year's factor. Like `15 %`."""
    starts: Annotated[date | None, Edge()] = Spec.field_with_key("from", None)
    """First year that may differ from the plan; without it, the second of the horizon. Like `2001`."""

    def refusals(self, unit: str) -> Iterator[Refusal]:
        """Yield a standard deviation that is not above zero or has a unit."""
        del unit
        yield from refusals_of_spread("sd", self.sd)

    def factors(self, chances: Array) -> Array:
        """Return the factor of each year, (sample, year), from chances that are spread evenly, (sample, year). [1]

        Source
        ------
        Own derivation: the factor of a year is that of the year before x (1 + drift) x exp(sd x a standard normal).
        """
        from scipy.special import ndtri

        return np.asarray(np.exp(np.cumsum(np.log1p(float(self.drift)) + in_ones(self.sd) * ndtri(chances), axis=1)))


class Shock(Spec):
    """In each year a shock may start; it multiplies the years after it, and what it did stays."""

    one_of: ClassVar[tuple[tuple[str, ...], ...]] = (("chance", "starts_with"),)

    kind: ClassVar[str] = "shock"
    chance: Annotated[Array | None, Of("1/year", low=0.0, high=1.0)] = None
    """How likely one starts in a year, while none runs. Like `12 %/year`."""
    starts_with: Label = ""
    """Name of the uncertain input whose shocks start these, in place of a chance. Like `price`."""
    then: Annotated[
        Mapping[int, Array],
        ByKey(_months, Of("percent", low=0.0, above=0.0), ("duration", grammar.duration(zero=False))),
    ]
    """By how much each year after its start is multiplied, on top of those before. Like `{1 year: 65 %, 2 years:
    75 %}`."""
    starts: Annotated[date | None, Edge()] = Spec.field_with_key("from", None)
    """First year that may differ from the plan; without it, the second of the horizon. Like `2001`."""

    def refusals(self, unit: str) -> Iterator[Refusal]:
        """Yield a shock without factors, or with one that is not at a whole number of years."""
        del unit
        if not self.then:
            yield "then", "empty", "no factor", "one or more", "write them like `{1 year: 65 %, 2 years: 75 %}`"
        for months in self.then:
            if months % YEAR:
                wanted, hint = "whole years", f"write `{-(-months // YEAR)} years`"
                yield "then", "not_whole_periods", f"`{months} months`", wanted, hint

    def factors(self, started: npt.NDArray[np.bool_]) -> Array:
        """Return the factor of each year, (sample, year). [1]

        Parameters
        ----------
        started : (sample, year)
            Whether a shock would start in a year; it does if none runs.

        Source
        ------
        Own derivation: a shock runs until the last year of `then`; each year's factor counts on top of those before.
        """
        steps = {months // YEAR: float(factor) for months, factor in self.then.items()}
        lasts, count = max(steps), started.shape[1]
        age = np.full(len(started), 0)  # 1 in the year in which a shock starts, one more each year; 0 while none runs
        factors = np.ones((len(started), count))
        for year in range(count):
            age = np.where((age > 0) & (age <= lasts), age + 1, 0)
            for after, factor in steps.items():
                factors[:, year] = np.where(age == after + 1, factor, factors[:, year])
            age = np.where((age == 0) & started[:, year], 1, age)
        return np.asarray(np.cumprod(factors, axis=1), dtype=float)
