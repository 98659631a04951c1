"""Warnings about the order in which lenders are served: sculpted loans for which too little cash flow is left."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from fibercap.core.calendar import date_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fibercap.model.projection import Projection


def unserved_sculpting(projection: Projection) -> Iterator[str]:
    """Yield a warning for each sculpted loan whose target, CFADS over cover, is below the interest and fees due.

    Parameters
    ----------
    projection : Projection
        The projection of the plan; of a batch, the first sample counts.
    """
    plan, trifle = projection.scenario, float(projection.trifle.value.flat[0])
    for name, loan in plan.loans.items():
        if not loan.repayment.follows_tax or name in plan.undrawn:
            continue
        rows = {
            key: projection.value(f"loans.{name}.schedule.{key}")[0]
            for key in ("date", "serves", "repays", "is_final", "target", "service_due", "opening")
        }
        asked = (rows["serves"] * rows["repays"] * (1 - rows["is_final"]) > 0) & (rows["opening"] > trifle)
        short = np.flatnonzero(asked & (rows["service_due"] - rows["target"] > trifle))
        if len(short):
            worst, money = short[0], plan.loan_currency(name)
            times = "once" if len(short) == 1 else f"{len(short)} times"
            cover = float(np.ravel(loan.repayment.cover)[0])
            yield (
                f"{plan.loan_title(name)}: what cash flow pays at a cover of {cover:g} is "
                f"below the interest and fees due {times}, first on {date_of(rows['date'][worst])}: "
                f"{rows['target'][worst]:,.0f} of {rows['service_due'][worst]:,.0f} {money}; they are paid all the same"
            )
