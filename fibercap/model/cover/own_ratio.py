"""Ratios that a scenario defines: sums of rows over sums of rows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, ClassVar, Final

from fibercap.core.language.durations import Duration
from fibercap.core.language.fields import Label
from fibercap.core.language.spec import Spec

RATIOS: Final = "ratios."
"""Prefix of their rows."""
NO_DENOMINATOR: Final = ".no_denominator"
"""End of the path of the flag that a ratio has something to divide and nothing above zero to divide it by."""
A_YEAR: Final = 12


class RatioPart(Spec):
    """A row that is added to one side of a ratio, or subtracted from it."""

    one_of: ClassVar[tuple[tuple[str, ...], ...]] = (("add", "subtract"),)

    add: Label = ""
    """Row that is added: a flow is summed over `over`, a balance taken at its end, a rate averaged. Like
    `accounts.ebitda`."""
    subtract: Label = ""
    """Row that is subtracted, in place of `add`. Like `accounts.maintenance`."""

    @property
    def row(self) -> str:
        """The row."""
        return self.add or self.subtract


class OwnRatio(Spec):
    """A ratio of the scenario's own, as an agreement defines it; covenants, claims and charts may name its row."""

    title: Label = ""
    """What tables call it. Like `Fixed charge cover`."""
    numerator: Mapping[str, RatioPart]
    """What is divided, part by part, by name. Like `{earnings: {add: accounts.ebitda}}`."""
    denominator: Mapping[str, RatioPart]
    """What it is divided by, part by part, by name. Like `{service: {add: accounts.debt_service}}`."""
    over: Annotated[int, Duration(low=1.0)] = A_YEAR
    """Time up to a period's end over which flows are summed and rates averaged. Like `12 months`."""

    @property
    def sides(self) -> dict[str, Mapping[str, RatioPart]]:
        """The parts of each side."""
        return {"numerator": self.numerator, "denominator": self.denominator}

    @property
    def period(self) -> str:
        """The time over which it is measured, in words."""
        return "twelve months" if self.over == A_YEAR else f"{self.over} month{'s' * (self.over > 1)}"
