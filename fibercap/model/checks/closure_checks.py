"""Checks of what stops: closures of plants, and projects that are cancelled."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from fibercap.core.trees.tree import place_of
from fibercap.model.checks.funding_checks import in_sample

if TYPE_CHECKING:
    from fibercap.core.trees.tree import Branch
    from fibercap.model.checks.funding_checks import Findings
    from fibercap.model.plan.plan import Plan
    from fibercap.model.plants.capacity import Plant
    from fibercap.model.plants.closures import Closure


def closure_days(s: Plan, name: str) -> Findings:
    """Yield the closures of a plant that end before they start, or on days on which it does not count.

    Parameters
    ----------
    s, name : Plan, str
        The plan, and the plant.
    """
    plant = s.plants[name]
    for key, closure in plant.closures.items():
        path, first, last = f"plants.{name}.closures.{key}", s.horizon.start, s.horizon.end
        if closure.end < closure.start:
            hint = "swap `from` and `to`"
            yield f"{path}.to", "ends_before_start", f"{closure.end}", f"a day from {closure.start} on", hint
        elif closure.end < first or closure.start > last:
            problem, wanted = f"a closure from {closure.start} to {closure.end}", f"one from {first} to {last}"
            yield path, "outside_horizon", problem, wanted, "or leave it out"
        else:
            yield from _days_closed_anyway(plant, closure, path)


def _days_closed_anyway(plant: Plant, closure: Closure, path: str) -> Findings:
    """Yield the edges of a closure at which the plant does not count."""
    if plant.opens and closure.start < plant.opens:
        wanted = f"a day from {plant.opens} on, when the plant opens"
        yield (
            f"{path}.from",
            "closed_anyway",
            f"{closure.start}",
            wanted,
            "close it later, or let the plant open earlier",
        )
    deal = plant.purchase
    if deal is not None and deal.sold is not None and deal.sold.on < deal.on:
        return  # the day of the sale is an error by itself
    if plant.last_day and closure.end > plant.last_day:
        wanted = f"a day up to {plant.last_day}, when the plant closes"
        yield f"{path}.to", "closed_anyway", f"{closure.end}", wanted, "end the closure earlier, or leave it out"


def overlapping_closures(s: Plan, tree: Branch) -> Findings:
    """Yield the closures of a plant that start before the one before them is over.

    Parameters
    ----------
    s, tree : Plan, Branch
        The plan, and the scenario as read.
    """
    for name, plant in s.plants.items():
        longest = ""
        for key in sorted(plant.closures, key=lambda key: plant.closures[key].start):
            path, closure = f"plants.{name}.closures", plant.closures[key]
            if longest and closure.start <= (until := plant.closures[longest].end):
                place = place_of(tree, tuple(f"{path}.{longest}".split(".")), key=True)
                where = f" ({place.file_line})" if place else ""
                problem = f"a closure from {closure.start} on, which overlaps `{path}.{longest}`{where}"
                wanted = f"one that starts after {until}"
                yield f"{path}.{key}.from", "closures_overlap", problem, wanted, "make one closure of the two"
            longest = max(longest or key, key, key=lambda one: plant.closures[one].end)


def cancellation(s: Plan, name: str) -> Findings:
    """Yield what a cancelled project cannot have: a day outside the horizon, completion before it, a sale.

    Parameters
    ----------
    s, name : Plan, str
        The plan, and the project.
    """
    project = s.projects[name]
    day, path = project.cancelled, f"projects.{name}"
    if day is None:
        return
    if project.sold is not None:
        problem, hint = "a project is both cancelled and sold", "remove `sold`, or `cancelled`"
        yield f"{path}.sold", "cancelled_and_sold", problem, "", hint
    if not s.horizon.start <= day <= s.horizon.end:
        wanted = f"a day from {s.horizon.start} to {s.horizon.end}"
        yield f"{path}.cancelled", "outside_horizon", f"{day}", wanted, "or leave `cancelled` out"
    elif np.any(late := project.cancelled_month >= project.completes):
        problem, wanted = f"{day}{in_sample(late)}", "a day before completion, delay included"
        hint = "cancel it earlier; what is complete can be `sold`"
        yield f"{path}.cancelled", "cancelled_too_late", problem, wanted, hint
