"""Kind, what a problem's code means and what to do about it."""

from __future__ import annotations

from typing import NamedTuple


class Kind(NamedTuple):
    """What a problem's code means, and what to do about it.

    A message without a hint of its own ends with the cure, unless `says_enough`: then what was wanted is enough.
    """

    cause: str
    cure: str
    says_enough: bool = False

    @property
    def hint(self) -> str:
        """The cure as the end of a message."""
        return "" if self.says_enough else self.cure[:1].lower() + self.cure[1:].removesuffix(".")
