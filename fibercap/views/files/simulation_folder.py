"""The folder of a simulation: tables, charts, the samples, and what identifies it."""

from __future__ import annotations

import hashlib
import platform
from pathlib import PurePath
from typing import TYPE_CHECKING, Final, cast

from fibercap.model.uncertain.free_input import FixedInput, free_input, inputs_by_path
from fibercap.studies.chances.kept import ROW
from fibercap.views.chances_csv import chances_csv, drivers_csv, likely_csv, options_csv, refused_csv
from fibercap.views.charts.chances.all_simulation_charts import SIMULATION_CHARTS, write_simulation_chart
from fibercap.views.charts.chances.page import Chances
from fibercap.views.files.run_folder import LIBRARIES, version_of
from fibercap.views.files.samples import SAMPLE_FILES
from fibercap.views.json.text import text

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from fibercap.studies.chances.simulate import Case
    from fibercap.views.json.chances_types import CaseManifest, ProgramDocument, SimulationManifest

USED: Final = (*LIBRARIES, "scipy")


def simulation_folder(chances: Chances, resolved: str, settings: Sequence[str], kind: str) -> dict[str, bytes]:
    """Return the content of all files of a simulation, by name.

    Parameters
    ----------
    chances : Chances
        The simulation, and what drives a measure of it.
    resolved : str
        The scenario as YAML, with overlays and settings applied.
    settings : sequence of str
        What `--set` changed.
    kind : str
        One of `SAMPLE_FILES`, in which the samples are kept.
    """
    simulation = chances.simulation
    tables = {
        "likely.csv": likely_csv(simulation),
        "chances.csv": chances_csv(simulation),
        "options.csv": options_csv(simulation) if len(simulation.cases) > 1 else "",
        "drivers.csv": drivers_csv(chances.groups, chances.driven) if chances.groups else "",
        "refused.csv": refused_csv(simulation) if any(case.refused for case in simulation.cases.values()) else "",
    }
    files = {"scenario.yaml": resolved.encode()}
    files |= {name: table.encode() for name, table in tables.items() if table}
    files[f"samples.{kind}"] = SAMPLE_FILES[kind](simulation)
    for name, chart in SIMULATION_CHARTS.items():
        if name != "fan" and chart.applies(chances):
            files[f"charts/{name}.svg"] = write_simulation_chart(name, ".svg", chances)
    for path in [key.removeprefix(ROW) for key in chances.first.kept if key.startswith(ROW)]:
        fan = Chances(simulation, chances.groups, chances.driven, path)
        files[f"charts/fan-{path}.svg"] = write_simulation_chart("fan", ".svg", fan)
    manifest = _manifest(chances, settings, files)
    return {**files, "manifest.json": (text(manifest) + "\n").encode()}


def _manifest(chances: Chances, settings: Sequence[str], files: Mapping[str, bytes]) -> SimulationManifest:
    """Return what identifies a simulation: versions, plan, seed, samples, how they were worked out, what is fixed."""
    simulation = chances.simulation
    plan = simulation.scenario
    inputs = inputs_by_path(plan)
    kinds = [free_input(plan, item.path, inputs) for item in plan.inputs()]
    return {
        "versions": {"python": platform.python_version(), **{name: version_of(name) for name in USED}},
        "scenario": {"id": plan.id, "title": plan.title, "file": PurePath(plan.file).name, "hash": plan.digest()},
        "settings": list(settings),
        "seed": simulation.sampler.seed,
        "samples": simulation.samples,
        "asked": simulation.asked,
        "options": {name: _case(case) for name, case in simulation.cases.items()},
        "fixed": {kind.path: kind.why for kind in kinds if isinstance(kind, FixedInput)},
        "read": dict(plan.files_read),
        "files": {name: hashlib.sha256(content).hexdigest() for name, content in files.items()},
    }


def _case(case: Case) -> CaseManifest:
    return {
        "program": cast("ProgramDocument", case.program.manifest) if case.program else None,
        "seconds": case.seconds,
        "why_rows": case.why_rows,
        "missing": list(case.overlay.missing),
        "refused": len(case.refused),
    }
