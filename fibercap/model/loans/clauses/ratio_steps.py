"""A term of a loan in steps: its value depends on a ratio of the company, as in a lender's pricing grid."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING, Annotated, Any, Final

import numpy as np

from fibercap.core.language.fields import Label, Of
from fibercap.core.language.spec import OneOf, Spec
from fibercap.core.units import Array
from fibercap.model.loans.clauses.values_by_day import Steps, StepsOf
from fibercap.model.plan.claim import Amount, AnyQuantity

MARGIN: Final = Of("1/year")
PER_YEAR: Final = Of("1/year", low=0.0)
SHARE: Final = Of("percent", low=0.0, high=1.0)
MONEY: Final = Of("money/year", low=0.0)


class RatioStep(Spec):
    """A step: the value that applies while the ratio is below a limit, and below that of no earlier step."""

    below: Annotated[Amount, AnyQuantity()]
    """The ratio is less than this, in the unit of its row. Like `3`."""
    if TYPE_CHECKING:
        value: Array


class RatioSteps(Spec):
    """A value by steps of a row, as it stood at the end of the last period before the interest period begins.

    The first step whose limit the row is below applies; `else` where it is below none, or undefined; `at_first` before
    its first test.
    """

    by: Label
    """The balance or ratio that decides. Like `accounts.debt_to_ebitda_12m`."""
    if TYPE_CHECKING:
        steps: Mapping[str, RatioStep]
        otherwise: Array
        at_first: Array | None

    @property
    def choices(self) -> list[tuple[str, Array]]:
        """The values with the ends of their paths: before the first test, of each step, and where none applies."""
        last = ("else", self.otherwise)
        first = last if self.at_first is None else ("at_first", self.at_first)
        return [first, *((f"steps.{name}.is", step.value) for name, step in self.steps.items()), last]

    @property
    def values(self) -> tuple[Array, ...]:
        """The values that it may have, each () or (sample, 1)."""
        return tuple(value for _, value in self.choices)

    @property
    def by_end_of_path(self) -> dict[str, Array]:
        """The values by the ends of their paths, such as `.steps.low.is`."""
        return {f".{key}": value for key, value in self.choices}

    @property
    def days(self) -> tuple[date, ...]:
        """Empty: values do not change by day."""
        return ()

    @property
    def ever(self) -> bool:
        """Whether any value is not zero, in any sample."""
        return any(np.any(value) for value in self.values)

    @property
    def range(self) -> tuple[float, float]:
        """The least and the largest value, of the first sample."""
        return Steps(self.values).range

    def before_tests(self, tested: Sequence[int]) -> Array:
        """Return the value with which a loan is carried until the ratio is known, (event,) or (sample, event).

        Parameters
        ----------
        tested : (event,)
            The number of the period whose test decides; 0 where none does, and the value before the first test holds.
            For others `otherwise` stands in.
        """
        return np.where(np.asarray(tested) > 0, self.otherwise, self.values[0])

    def times(self, factor: Array) -> RatioSteps:
        """Return the same steps with every value multiplied, factor () or (sample, 1)."""
        steps = {name: step.model_copy(update={"value": step.value * factor}) for name, step in self.steps.items()}
        first = None if self.at_first is None else self.at_first * factor
        return self.model_copy(update={"steps": steps, "otherwise": self.otherwise * factor, "at_first": first})


class MarginStep(RatioStep):
    """A step of a margin."""

    value: Annotated[Array, MARGIN] = Spec.field_with_key("is")
    """The margin. Like `1.5 %/year`."""


class MarginByRatio(RatioSteps):
    """A margin by steps of a ratio."""

    steps: Mapping[str, MarginStep]
    """Steps by name, in the order of their limits. Like `{low: {below: 2, is: 1 %/year}}`."""
    otherwise: Annotated[Array, MARGIN] = Spec.field_with_key("else")
    """The margin where the row is below no limit, or undefined. Like `2 %/year`."""
    at_first: Annotated[Array | None, MARGIN] = None
    """The margin before the first test; without it, `else`. Like `2 %/year`."""


class RateStep(RatioStep):
    """A step of a rate by the year."""

    value: Annotated[Array, PER_YEAR] = Spec.field_with_key("is")
    """The rate. Like `0.5 %/year`."""


class RateByRatio(RatioSteps):
    """A limit of a rate, or a fee by the year, by steps of a ratio."""

    steps: Mapping[str, RateStep]
    """Steps by name, in the order of their limits. Like `{low: {below: 2, is: 0.5 %/year}}`."""
    otherwise: Annotated[Array, PER_YEAR] = Spec.field_with_key("else")
    """The rate where the row is below no limit, or undefined. Like `0.75 %/year`."""
    at_first: Annotated[Array | None, PER_YEAR] = None
    """The rate before the first test; without it, `else`. Like `0.75 %/year`."""


class AmountStep(RatioStep):
    """A step of an amount by the year."""

    value: Annotated[Array, MONEY] = Spec.field_with_key("is")
    """The amount. Like `10_000 USD/year`."""


class AmountByRatio(RatioSteps):
    """An amount by the year, by steps of a ratio."""

    steps: Mapping[str, AmountStep]
    """Steps by name, in the order of their limits. Like `{low: {below: 2, is: 10_000 USD/year}}`."""
    otherwise: Annotated[Array, MONEY] = Spec.field_with_key("else")
    """The amount where the row is below no limit, or undefined. Like `20_000 USD/year`."""
    at_first: Annotated[Array | None, MONEY] = None
    """The amount before the first test; without it, `else`. Like `20_000 USD/year`."""


class ShareStep(RatioStep):
    """A step of a share."""

    value: Annotated[Array, SHARE] = Spec.field_with_key("is")
    """The share. Like `50 %`."""


class ShareByRatio(RatioSteps):
    """A share of cash by steps of a ratio."""

    steps: Mapping[str, ShareStep]
    """Steps by name, in the order of their limits. Like `{low: {below: 2, is: 25 %}}`."""
    otherwise: Annotated[Array, SHARE] = Spec.field_with_key("else")
    """The share where the row is below no limit, or undefined. Like `75 %`."""
    at_first: Annotated[Array | None, SHARE] = None
    """The share before the first test; without it, `else`. Like `75 %`."""


STEP_KEYS: Final = frozenset({"by", "steps", "else", "at_first"})


def choose_form(raw: Any) -> tuple[str, Any]:
    """Return whether a term is in steps of a ratio, or a value or a series; and the term as it stands."""
    return ("by" if isinstance(raw, dict) and STEP_KEYS & raw.keys() else "steps"), raw


def one_of(of: Of, by_ratio: type[RatioSteps], title: str) -> OneOf:
    """Return the union of a value, a series, and steps of a ratio.

    Parameters
    ----------
    of, by_ratio, title : Of, type of RatioSteps, str
        What a value is, the class of the steps, and what the term is, for messages.
    """
    return OneOf({"steps": Annotated[Steps, StepsOf(of)], "by": by_ratio}, choose_form, of.unit, title)


MarginTerm = Annotated[Steps | MarginByRatio, one_of(MARGIN, MarginByRatio, "margin")]
RateTerm = Annotated[Steps | RateByRatio, one_of(PER_YEAR, RateByRatio, "rate by the year")]
AmountTerm = Annotated[Steps | AmountByRatio, one_of(MONEY, AmountByRatio, "amount by the year")]
ShareTerm = Annotated[Steps | ShareByRatio, one_of(SHARE, ShareByRatio, "share")]
CapTerm = Annotated[Steps | RateByRatio | None, one_of(PER_YEAR, RateByRatio, "rate by the year")]
