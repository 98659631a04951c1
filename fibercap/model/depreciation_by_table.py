"""Depreciation by a table: shares of the cost by time since completion."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from typing import Annotated, ClassVar, Final

import numpy as np

from fibercap.core.language import grammar
from fibercap.core.language.by_key import ByKey
from fibercap.core.language.durations import Duration
from fibercap.core.language.fields import Of
from fibercap.core.units import Array
from fibercap.model.depreciation_method import Asset, Depreciation

PERCENT: Final = Of("percent", low=0.0, high=1.0)
_BY_AGE: Final = ("time since completion", grammar.duration(zero=False))


class ByTable(Depreciation):
    """Shares of what is depreciated by time since completion; the life is ignored."""

    kind: ClassVar[str] = "table"
    table: Annotated[Mapping[float, Array], ByKey(Duration(low=1.0).parse, PERCENT, _BY_AGE, adds_up=True)]
    """Share that is charged by then, by time since completion, together 100 %; each evenly since the time before, and
    `life` does not count. Like `{1 year: 20 %, 2 years: 80 %}`."""

    def charged_share(self, age: Array, life: Array) -> Array:
        """Return the share of what is depreciated that is charged up to an age, (...). [1]

        Source
        ------
        Own derivation: each share is charged in proportion to the part of its months that has passed.
        """
        del life
        spans = zip(pairwise([0.0, *self.table]), self.table.values(), strict=True)
        parts = (share * np.clip((age - start) / (end - start), 0.0, 1.0) for (start, end), share in spans)
        return np.asarray(sum(parts, start=np.zeros(np.shape(age))))

    def charged_share_text(self, asset: Asset, age: str, life: str) -> str:
        """Return the formula of `charged_share` from that of the age in months, one term for each share. [1]"""
        del life
        terms, start = [], ""
        for number, (months, share) in enumerate(self.table.items(), 1):
            end = asset.give_input(f"{self.kind}.{number}.until", "month", months, self.kind)
            part = asset.give_input(f"{self.kind}.{number}.share", "", share, self.kind)
            past, span = (f"({age} - {start})", f"({end} - {start})") if start else (age, end)
            terms.append(f"{part} * MIN(MAX({past} / {span}, 0), 1)")
            start = end
        return " + ".join(terms)

    def months(self, life: float) -> float:
        """Return the last month of the table, at which the whole cost is charged; the life is ignored. [month]"""
        return max(self.table, default=life)

    def ends(self, life: float) -> list[float]:
        """Return the months of the table, at which the monthly charge changes. [month]"""
        return [*self.table] or [life]
