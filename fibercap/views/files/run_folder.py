"""The folder of a run: its settings, its results, and the versions of the software."""

from __future__ import annotations

import hashlib
import platform
from dataclasses import replace
from importlib.metadata import PackageNotFoundError, version
from pathlib import PurePath
from typing import TYPE_CHECKING, Final

from fibercap.studies.claims import outcomes
from fibercap.studies.covenants import covenants
from fibercap.studies.findings import findings
from fibercap.studies.plan_warnings import all_warnings
from fibercap.views.charts.all_charts import CHARTS, write_chart
from fibercap.views.files.datapackage import folder_of_tables
from fibercap.views.files.exports import comparison_of_options
from fibercap.views.json.documents import checks_document, findings_document, horizon_document, inputs_document
from fibercap.views.json.text import text
from fibercap.views.tables import rows_table, tables

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from fibercap.model.projection import Projection
    from fibercap.views.json.manifest_types import Manifest

LIBRARIES: Final = ("fibercap", "matplotlib", "numpy", "pint", "pydantic", "PyYAML")


def run_folder(projection: Projection, resolved: str, settings: Sequence[str], by: str) -> dict[str, bytes]:
    """Return the content of all files of a run, by name; the same run gives the same bytes.

    Parameters
    ----------
    projection : Projection
        The projection of the scenario.
    resolved : str
        The scenario as YAML, with overlays, option and settings applied.
    settings : sequence of str
        What `--set` changed.
    by : str
        The periods of `rows-by-<by>.csv`, and the columns of statements; other tables are in model periods.
    """
    comparison = comparison_of_options(projection)
    made = tables(projection, comparison, pages_by=by)
    if by != projection.timeline.step:
        made.append(replace(rows_table(projection, by), name=f"rows-by-{by}"))
    files = {"scenario.yaml": resolved.encode(), **folder_of_tables(projection.scenario, made)}
    for name, chart in CHARTS.items():
        if chart.applies(projection.scenario) and not chart.moves:
            files[f"charts/{name}.svg"] = write_chart(name, ".svg", projection, comparison)
    manifest = _manifest(projection, settings, files)
    return {**files, "manifest.json": (text(manifest) + "\n").encode()}


def _manifest(projection: Projection, settings: Sequence[str], files: Mapping[str, bytes]) -> Manifest:
    """Return what identifies a run: versions, scenario, option, checks, and the hash of each file."""
    plan = projection.scenario
    claims, promises = outcomes(projection), covenants(projection)
    return {
        "versions": {"python": platform.python_version(), **{name: version_of(name) for name in LIBRARIES}},
        "scenario": {"id": plan.id, "title": plan.title, "file": PurePath(plan.file).name, "hash": plan.digest()},
        "option": plan.option,
        "settings": list(settings),
        "horizon": horizon_document(projection.timeline),
        "checks": checks_document(projection),
        "formulas_proved": projection.proved,
        "claims": {name: {"holds": o.holds, "expected": o.expected} for name, o in claims.items()},
        "covenants": {name: {"holds": c.holds} for name, c in promises.items()},
        "findings": findings_document(findings(projection, claims, promises)),
        "inputs": inputs_document(plan),
        "warnings": all_warnings(projection),
        "read": dict(plan.files_read),
        "files": {name: hashlib.sha256(content).hexdigest() for name, content in files.items()},
    }


def version_of(name: str) -> str | None:
    """Return a library's version; None where it is not installed as a package."""
    try:
        return version(name)
    except PackageNotFoundError:
        return None
