"""The share of cash that pays a loan down: a value, a series, or steps of a ratio, each perhaps while a test holds."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar

from fibercap.core.language.fields import Label
from fibercap.core.language.spec import OneOf, Spec
from fibercap.model.loans.clauses.ratio_steps import SHARE, STEP_KEYS, ShareByRatio, ShareTerm
from fibercap.model.loans.clauses.values_by_day import Steps, StepsOf
from fibercap.model.loans.covenants.covenant import COVENANT_LIMITS
from fibercap.model.loans.covenants.covenant_limit import AnyLimit, LimitOverTime


class Condition(Spec):
    """A row and one limit, tested at the end of the period before."""

    one_of: ClassVar[tuple[tuple[str, ...], ...]] = (COVENANT_LIMITS,)

    row: Label
    """The balance or ratio that is tested. Like `accounts.debt_to_ebitda_12m`."""
    above: AnyLimit = None
    """It is more than this. Like `2`."""
    at_least: AnyLimit = None
    """It is this or more. Like `2`."""
    below: AnyLimit = None
    """It is less than this. Like `1.5`."""
    at_most: AnyLimit = None
    """It is this or less. Like `1.5`."""

    @property
    def limit(self) -> tuple[str, LimitOverTime]:
        """The comparator and its limit."""
        return next((name, getattr(self, name)) for name in COVENANT_LIMITS if getattr(self, name) is not None)


class SweepWhile(Spec):
    """A share of cash that sweeps a loan only while the last test of a row says so."""

    share: ShareTerm
    """Share of the cash above its minimum. Like `50 %`."""
    condition: Condition = Spec.field_with_key("while")
    """What must hold at the end of the period before. Like `{row: accounts.debt_to_ebitda_12m, above: 2}`."""

    @property
    def ever(self) -> bool:
        """Whether any share is not zero, in any sample."""
        return self.share.ever


def _choose(raw: Any) -> tuple[str, Any]:
    if isinstance(raw, dict) and {"share", "while"} & raw.keys():
        return "while", raw
    return ("by" if isinstance(raw, dict) and STEP_KEYS & raw.keys() else "steps"), raw


Sweep = Annotated[
    Steps | ShareByRatio | SweepWhile,
    OneOf(
        {"steps": Annotated[Steps, StepsOf(SHARE)], "by": ShareByRatio, "while": SweepWhile},
        _choose,
        "percent",
        "share of cash",
    ),
]
