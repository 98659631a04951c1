"""The warning that a step longer than a month changes results while something is built or ramps up."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from fibercap.core.errors import FibercapError
from fibercap.core.trees.tree import Branch, Leaf
from fibercap.model.measures.all_measures import measure_named
from fibercap.model.project import project

if TYPE_CHECKING:
    from fibercap.model.plan.scenario import Scenario
    from fibercap.model.projection import Projection

MEASURES: Final = ("project_npv", "company_npv", "project_irr")
"""The difference to the monthly model is shown for the first of these measures that is defined."""


def step_warning(projection: Projection) -> list[str]:
    """Return a warning if a quarterly or yearly step shifts flows of projects or plants; none for a monthly step.

    It projects the plan by month too, so call it for a single plan, not for samples.

    Source
    ------
    docs/conventions.md, section 1.
    """
    scenario = projection.scenario
    if scenario.horizon.step == "month" or not _builds(scenario):
        return []
    step = scenario.horizon.step
    reason = f"the step is a {step}, so every flow counts at the end of its {step} while something is built or ramps up"
    return [f"{reason}; {_difference(projection)}"]


def _builds(scenario: Scenario) -> bool:
    """Tell whether something is built or ramps up within the horizon, or a plant opens, closes, rests or is bought."""
    start, end = scenario.horizon.start, scenario.horizon.end
    moved = [day for plant in scenario.plants.values() for day in (plant.opens, plant.last_day) if day is not None]
    bought = any(plant.purchase is not None for plant in scenario.plants.values())
    rests = any(plant.closures for plant in scenario.plants.values())
    return bool(scenario.projects) or bought or rests or any(start < day < end for day in moved)


def _difference(projection: Projection) -> str:
    """Say by how much the monthly model differs."""
    try:
        months = project(projection.scenario.with_changes(_BY_MONTH, "step of a month"))
    except FibercapError as error:
        return f"the plan by month is refused: {str(error).splitlines()[-1].strip()}"
    for name in MEASURES:
        here, there = measure_named(projection, name), measure_named(months, name)
        if here.value is not None and there.value is not None:
            more = here.value - there.value
            if here.unit == "1/year":
                difference = (
                    f"{100 * there.value:.2f} % by month, {100 * abs(more):.2f} points {'less' if more > 0 else 'more'}"
                )
            else:
                side = "less" if more > 0 else "more"
                difference = f"{there.value:,.0f} {here.unit} by month, {abs(more):,.0f} {side}"
            return f"{here.label} is {difference} than by {projection.scenario.horizon.step}; write `step: month`"
    return "write `step: month`"


_BY_MONTH: Final = Branch({"change": Branch({"horizon.step": Leaf("month")})})
