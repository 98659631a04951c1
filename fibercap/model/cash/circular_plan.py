"""Plans whose cash depends on itself within one period, for which no order of computation exists."""

from __future__ import annotations

import re
from itertools import groupby
from typing import TYPE_CHECKING

from fibercap.core.errors import FibercapError

if TYPE_CHECKING:
    from fibercap.core.cells import CircularError


def circular_plan(error: CircularError) -> FibercapError:
    """Return the error of a plan with a row that depends on itself: it names a row of each block on the way round."""
    first_of_blocks = [next(paths) for _, paths in groupby(error.paths, lambda path: path.split(".")[:-1][:2])]
    way_round = ", that on ".join(f"`{path}`" for path in [*first_of_blocks[1:], first_of_blocks[0]])
    message = f"the plan is circular: in one period `{first_of_blocks[0]}` depends on {way_round}"
    cash_pays = [match[1] for path in error.paths if (match := re.fullmatch(r"funding\.(.+)\.cash_available", path))]
    if cash_pays:
        way_out = f"write an amount for `cash` in `funding.{cash_pays[0]}`, in place of `available`"
    else:
        way_out = "write an amount in place of one of those that cash decides"
    return FibercapError("circular_plan", message, way_out)
