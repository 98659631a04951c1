"""fibercap: plan the expansion of plants and how to pay for it.

Public names are imported when they are first used, so that `import fibercap` costs nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from fibercap.core.shown import VIEWS

if TYPE_CHECKING:
    from fibercap.core.errors import (
        FibercapError,
        FormulaError,
        IdentityError,
        NoSuchKeyError,
        ScenarioError,
        UnitError,
    )
    from fibercap.model.loans import schedule
    from fibercap.model.plan.scenario import Scenario
    from fibercap.model.project import project
    from fibercap.model.projection import Projection
    from fibercap.reading.against import against
    from fibercap.reading.files import read
    from fibercap.studies.batch import evaluate
    from fibercap.studies.compare import compare
    from fibercap.studies.explaining.explain import explain
    from fibercap.studies.sizing import size
    from fibercap.studies.solving import solve
    from fibercap.studies.verdict.verdict import verdict
    from fibercap.studies.what_if.one_way import sensitivity
    from fibercap.studies.what_if.two_way import two_way
    from fibercap.views.charts.in_axes import plot
    from fibercap.views.files.exports import write
    from fibercap.views.files.iamc import iamc
    from fibercap.views.frames import annual, table
    from fibercap.views.simulation import simulate

_HOMES = {
    "FibercapError": "fibercap.core.errors",
    "FormulaError": "fibercap.core.errors",
    "IdentityError": "fibercap.core.errors",
    "NoSuchKeyError": "fibercap.core.errors",
    "Projection": "fibercap.model.projection",
    "Scenario": "fibercap.model.plan.scenario",
    "ScenarioError": "fibercap.core.errors",
    "UnitError": "fibercap.core.errors",
    "against": "fibercap.reading.against",
    "annual": "fibercap.views.frames",
    "compare": "fibercap.studies.compare",
    "evaluate": "fibercap.studies.batch",
    "explain": "fibercap.studies.explaining.explain",
    "iamc": "fibercap.views.files.iamc",
    "plot": "fibercap.views.charts.in_axes",
    "project": "fibercap.model.project",
    "read": "fibercap.reading.files",
    "schedule": "fibercap.model.loans",
    "sensitivity": "fibercap.studies.what_if.one_way",
    "simulate": "fibercap.views.simulation",
    "size": "fibercap.studies.sizing",
    "solve": "fibercap.studies.solving",
    "table": "fibercap.views.frames",
    "two_way": "fibercap.studies.what_if.two_way",
    "verdict": "fibercap.studies.verdict.verdict",
    "write": "fibercap.views.files.exports",
}

__all__ = [
    "FibercapError",
    "FormulaError",
    "IdentityError",
    "NoSuchKeyError",
    "Projection",
    "Scenario",
    "ScenarioError",
    "UnitError",
    "__version__",
    "against",
    "annual",
    "compare",
    "evaluate",
    "explain",
    "iamc",
    "plot",
    "project",
    "read",
    "schedule",
    "sensitivity",
    "simulate",
    "size",
    "solve",
    "table",
    "two_way",
    "verdict",
    "write",
]


VIEWS["html"] = lambda result: import_module("fibercap.views.notebook").html_of(result)
VIEWS["frame"] = lambda projection, by: import_module("fibercap.views.frames").annual(projection, by)


def __getattr__(name: str) -> Any:
    """Import a public name on first use; `__version__` is looked up from the installed package."""
    if name == "__version__":
        from importlib.metadata import version

        return version("fibercap")
    if name in _HOMES:
        return getattr(import_module(_HOMES[name]), name)
    raise AttributeError(f"module `fibercap` has no attribute `{name}`")


def __dir__() -> list[str]:
    return sorted(__all__)
