"""What a borrower sets aside for the service of a loan: for how many months, and who fills it."""

from __future__ import annotations

from typing import Annotated

from fibercap.core.language.durations import Duration
from fibercap.core.language.fields import Word
from fibercap.core.language.spec import Spec

FILLED_FROM = ("operations", "uses")


class Reserve(Spec):
    """Cash set aside for the service of a loan: what falls due in the next months is to be there."""

    covers: Annotated[int, Duration(low=1.0)]
    """The months of scheduled service that it is to hold. Like `6 months`."""
    filled_from: Annotated[str, Word(FILLED_FROM, "ways to fill a reserve")] = "operations"
    """Whether it is filled as cash allows, or at once when the project that the loan pays for is complete, by those who
    pay for the project."""

    @property
    def from_uses(self) -> bool:
        """Whether it is first filled by those who pay for a project."""
        return self.filled_from == "uses"
