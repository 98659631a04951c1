"""fibercap: plan the expansion of plants and how to pay for it.

Public names are imported when they are first used, so that `import fibercap` costs nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from fibercap.model.projection import Projection, project
    from fibercap.model.scenario import Scenario
    from fibercap.reading.files import read
    from fibercap.studies.compare import compare
    from fibercap.studies.verdict import verdict
    from fibercap.views.exports import write
    from fibercap.views.frames import annual, table

_HOMES = {
    "Projection": "fibercap.model.projection",
    "Scenario": "fibercap.model.scenario",
    "annual": "fibercap.views.frames",
    "compare": "fibercap.studies.compare",
    "project": "fibercap.model.projection",
    "read": "fibercap.reading.files",
    "table": "fibercap.views.frames",
    "verdict": "fibercap.studies.verdict",
    "write": "fibercap.views.exports",
}

__all__ = ["Projection", "Scenario", "__version__", "annual", "compare", "project", "read", "table", "verdict", "write"]


def __getattr__(name: str) -> Any:  # noqa: ANN401 - whatever the name stands for
    """Import a public name on first use; `__version__` is looked up from the installed package."""
    if name == "__version__":
        from importlib.metadata import version

        return version("fibercap")
    if name in _HOMES:
        return getattr(import_module(_HOMES[name]), name)
    raise AttributeError(f"module `fibercap` has no attribute `{name}`")


def __dir__() -> list[str]:
    return sorted(__all__)
