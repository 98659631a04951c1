"""Reports that several files of tests look at, each made once."""

from __future__ import annotations

from functools import cache

from fibercap.model.plan.scenario import Scenario
from fibercap.model.project import project
from fibercap.model.projection import Projection
from fibercap.reading.files import read
from fibercap.studies.compare import Comparison, compare
from fibercap.views.report.html import report
from tests.views.plans import PAGES, SIZES


def plan_named(name: str) -> Scenario:
    """Return a plan of `PAGES` or `SIZES`, or a shipped one."""
    make = (PAGES | SIZES).get(name)
    return make() if make else read(name)


@cache
def projected_and_compared(name: str) -> tuple[Projection, Comparison | None]:
    """Return the projection of a plan, and its options side by side if it has any."""
    plan = plan_named(name)
    return project(plan), compare(plan) if plan.options else None


@cache
def report_on(name: str) -> bytes:
    """Return the report on a plan and its options."""
    return report(*projected_and_compared(name))
