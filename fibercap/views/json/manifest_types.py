"""The types of the `manifest.json` of a run folder, from which its schema is made."""

from __future__ import annotations

from typing_extensions import TypedDict

from fibercap.views.json.run_types import Evidences, Finding, Horizon, Law


class ScenarioFile(TypedDict):
    """What identifies a scenario."""

    id: str
    """Its `id`."""
    title: str
    """Its title."""
    file: str
    """The name of its file."""
    hash: str
    """A hash of its content."""


class ClaimHolds(TypedDict):
    """The result of a claim."""

    holds: bool
    """Whether it holds."""
    expected: bool
    """Whether the plan expects it to hold."""


class CovenantHolds(TypedDict):
    """The result of a covenant."""

    holds: bool | None
    """Whether it is kept; null if it is tested on no date."""


class Manifest(TypedDict):
    """What identifies a run: `manifest.json`, which `fibercap run --out` writes."""

    versions: dict[str, str | None]
    """Versions of Python and of the libraries."""
    scenario: ScenarioFile
    """The scenario."""
    option: str | None
    """The financing option; null for the plan as written."""
    settings: list[str]
    """What `--set` changed."""
    horizon: Horizon
    """The first and last day, and the step."""
    checks: dict[str, Law]
    """Laws by name."""
    formulas_proved: int
    """How many formulas were proved in their units."""
    claims: dict[str, ClaimHolds]
    """Claims by name."""
    covenants: dict[str, CovenantHolds]
    """Covenants by `<loan>.<name>`."""
    findings: list[Finding]
    """What is wrong with the plan."""
    inputs: Evidences
    """The inputs by evidence."""
    warnings: list[str]
    """The warnings."""
    read: dict[str, str]
    """By file that the scenario was read from, its SHA-256: itself, those it extends, and those of its series."""
    files: dict[str, str]
    """By file of the folder, its SHA-256."""
