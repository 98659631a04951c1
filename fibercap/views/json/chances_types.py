"""The types of the JSON document of `simulate`."""

from __future__ import annotations

from typing_extensions import TypedDict

from fibercap.views.json.manifest_types import ScenarioFile


class Estimated(TypedDict):
    """A figure from samples."""

    value: float | None
    """The figure; null where no sample has a value."""
    error: float | None
    """Its standard error."""


class Likely(TypedDict):
    """What a measure is likely to be."""

    label: str
    """Its name in words."""
    unit: str
    """Its unit."""
    undefined: float
    """Share of the samples in which it is undefined; they are left out."""
    figures: dict[str, Estimated]
    """`mean`, the quantiles `p5`, `p10`, `p50`, `p90`, `p95`, and `cvar5`, the mean of the lowest twentieth."""


class RefusedSample(TypedDict):
    """A sample that the plan refuses."""

    sample: int
    """Its number, from 0."""
    why: str
    """The reason."""


class Against(TypedDict):
    """The worth of an option to the owners less that of the first option, on the same samples."""

    beats: Estimated
    """Chance that it is worth more."""
    mean: Estimated
    """Mean of the difference."""
    worst: float | None
    """The lowest difference of all samples."""


class SimulatedCase(TypedDict):
    """The results of the samples for the plan as written or one option."""

    title: str
    """Its title."""
    missing: list[str]
    """Uncertain inputs that it does not have."""
    refused: list[RefusedSample]
    """Samples that it refuses; they are left out."""
    measures: dict[str, Likely]
    """Measures by name."""
    claims: dict[str, Estimated]
    """Chance that each claim holds."""
    covenants: dict[str, Estimated]
    """Chance that each covenant is ever broken."""
    covenants_by_year: dict[str, list[Estimated]]
    """Chance that each covenant is broken in a year, in the order of `years`; null in years without a test."""
    cash_below_zero: list[Estimated]
    """Chance that cash falls below zero in a year, in the order of `years`."""
    cash_below_zero_later: Estimated | None
    """Chance that cash falls below zero after the horizon; null if no loan is owed then."""
    rows: dict[str, dict[str, list[Estimated]]]
    """By row that was asked for and by figure, such as `p5`, one value for each of `years`."""
    against_first: Against | None
    """Its comparison with the first option; null for the first option."""


class UncertainDocument(TypedDict):
    """An uncertain input."""

    input: str
    """Its path."""
    acts: str
    """`is`, `times` or `plus`."""
    distribution: str
    """The distribution, in words."""
    kind: str
    """The evidence: stated, derived or assumed."""


class DriverDocument(TypedDict):
    """What a group of uncertain inputs explains of a measure's spread."""

    inputs: list[str]
    """Uncertain inputs that move together."""
    first: Estimated
    """First-order Sobol index, a share of the variance."""
    total: Estimated
    """Total Sobol index, a share of the variance."""
    rank_correlations: dict[str, float | None]
    """Rank correlation of each with the measure; null where one of the two never moves."""


class Drivers(TypedDict):
    """What drives a measure of the first case."""

    measure: str
    """The measure."""
    groups: list[DriverDocument]
    """The strongest first."""


class Simulated(TypedDict):
    """What is likely: `fibercap simulate --json`."""

    scenario: str
    """The plan's `id`."""
    hash: str
    """A hash of its content."""
    samples: int
    """How many samples were drawn: `asked`, rounded up to a power of two."""
    asked: int
    """How many samples were asked for."""
    seed: int
    """The seed of the samples."""
    years: list[str]
    """The years of the horizon."""
    inputs: dict[str, UncertainDocument]
    """What is uncertain, by name."""
    options: dict[str, SimulatedCase]
    """By option; `` for the plan as written."""
    drivers: Drivers
    """What drives a measure."""


class ProgramDocument(TypedDict):
    """A program that worked the samples out."""

    operations: int
    """How many operations it has."""
    slots: int
    """How many values it holds at once, for each sample."""
    inputs: list[str]
    """The inputs that it reads."""
    points: int
    """At how many points it was compared with projections when it was made."""
    refused: int
    """How many corners of the samples' ranges the plan refuses."""
    gap: float
    """The largest difference from a projection, as a share of the largest value of the row."""


class CaseManifest(TypedDict):
    """How the samples of the plan as written or one option were worked out."""

    program: ProgramDocument | None
    """The program; null if every sample was projected."""
    seconds: float
    """Seconds that were spent on making the program, or on trying to."""
    why_rows: str
    """Why every sample was projected; empty if a program worked them out."""
    missing: list[str]
    """Uncertain inputs that it does not have."""
    refused: int
    """Samples that it refuses."""


class SimulationManifest(TypedDict):
    """What identifies a simulation: `manifest.json`, which `fibercap simulate --out` writes."""

    versions: dict[str, str | None]
    """Versions of Python and of the libraries."""
    scenario: ScenarioFile
    """The scenario."""
    settings: list[str]
    """What `--set` changed."""
    seed: int
    """The seed of the samples."""
    samples: int
    """How many samples were drawn: `asked`, rounded up to a power of two."""
    asked: int
    """How many samples were asked for."""
    options: dict[str, CaseManifest]
    """By option; `` for the plan as written."""
    fixed: dict[str, str]
    """Inputs that cannot differ by sample, by path, and why."""
    read: dict[str, str]
    """By file that the scenario was read from, its SHA-256."""
    files: dict[str, str]
    """By file of the folder, its SHA-256."""
