"""The loans that mature after the horizon, and the periods of the run-off that they need."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fibercap.core.period_names import year_end

if TYPE_CHECKING:
    from fibercap.core.timeline import Timeline
    from fibercap.model.plan.plan import Plan


def loans_past_horizon(plan: Plan) -> list[str]:
    """Return the loans that are drawn and mature after the horizon."""
    end, unused = plan.horizon.end, plan.undrawn
    return [name for name, loan in plan.loans.items() if loan.maturity > end and name not in unused]


def to_maturity(plan: Plan) -> Timeline:
    """Return the model's periods, and after them those of the run-off: to the end of the last maturity's year.

    That year is a business year where the plan has them.

    Source
    ------
    docs/conventions.md, section 7; dates may not differ by sample, so that all members of a batch run off together.
    """
    timeline = plan.timeline
    days = [plan.loans[name].maturity for name in loans_past_horizon(plan)]
    last = max((year_end(12 * day.year + day.month, timeline.year_ends) for day in days), default=0)
    months = last - timeline.origin
    past = -(-months // timeline.months) - timeline.count
    return timeline if past <= 0 else timeline.longer(past)
