"""Plans whose cash depends on itself within one period, for which no order of computation exists."""

from __future__ import annotations

import re
from itertools import groupby
from typing import TYPE_CHECKING, Final

from fibercap.core.errors import FibercapError

if TYPE_CHECKING:
    from fibercap.core.formulas.cells import CircularError

WAYS_OUT: Final = {
    r"funding\.(.+)\.cash_available": "write an amount for `cash` in `funding.{}`, in place of `available`",
    r"loans\.([^.]+)\.\w+_step": "write a series in place of the terms of `loans.{}` that are in steps of a ratio",
}
"""By a row on the way round, what to write so that it no longer depends on cash."""


def circular_plan(error: CircularError) -> FibercapError:
    """Return the error of a plan with a row that depends on itself: it names a row of each block on the way round."""
    first_of_blocks = [next(paths) for _, paths in groupby(error.paths, lambda path: path.split(".")[:-1][:2])]
    way_round = ", that on ".join(f"`{path}`" for path in [*first_of_blocks[1:], first_of_blocks[0]])
    message = f"the plan is circular: in one period `{first_of_blocks[0]}` depends on {way_round}"
    ways_out = (
        way_out.format(match[1])
        for pattern, way_out in WAYS_OUT.items()
        for path in error.paths
        if (match := re.fullmatch(pattern, path))
    )
    return FibercapError("circular_plan", message, next(ways_out, "write an amount for one of those that cash decides"))
