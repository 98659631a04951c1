"""The types of the JSON document of `sensitivity`."""

from __future__ import annotations

from typing_extensions import TypedDict


class MeasureNow(TypedDict):
    """A measure of the plan as it is."""

    label: str
    """Its name in words."""
    unit: str
    """Its unit."""
    value: float | None
    """Its value; null if it is undefined."""
    reason: str | None
    """Why it is undefined."""


class PointDocument(TypedDict):
    """The plan after one input is moved."""

    factor: float
    """What all values of the input are multiplied by; of an input that is zero, 1 and the units added."""
    value: float | None
    """The value of the input; null if it has several over time."""
    measures: dict[str, float | None]
    """Measures by name; null where undefined or refused."""
    sound: bool
    """Whether no covenant is broken, cash never falls below zero, and every use has a source."""
    refused: str | None
    """Why the plan does not allow the move; null if it does."""


class PlaceDocument(TypedDict):
    """A place on the range of an input."""

    factor: float
    """What all values of the input are multiplied by."""
    value: float | None
    """The value of the input; null if it has several over time."""


class FirstDocument(TypedDict):
    """A place at which another option becomes first."""

    change: float
    """The change of the input, a share of its value; of a discount rate, a difference."""
    value: float | None
    """The value of the input; null if it has several over time."""
    first: str
    """The option that is first beyond it; `` if none may be recommended."""
    only_in: list[str]
    """The options in which the input is moved, where others have another value in its place; else none."""
    fault: str | None
    """Why the present first option may then not be recommended; null if the other one is just worth more."""


class MovedDocument(TypedDict):
    """One input that was moved."""

    input: str
    """Its path."""
    unit: str
    """Its unit."""
    kind: str
    """The evidence: stated, derived or assumed."""
    present: float | None
    """Its value in the plan; null if it has several over time."""
    points: list[PointDocument]
    """The plan at each value, from the low end of the range to the high one."""
    swing: dict[str, float]
    """By measure, its highest less its lowest value."""
    break_even: list[PlaceDocument]
    """Where the first measure equals `equals`."""
    jumps: list[PlaceDocument]
    """Where it jumps past that without being equal to it."""
    searched: list[PlaceDocument]
    """The two ends of the range that was searched."""
    first_changes: list[FirstDocument]
    """Where another option becomes first, the nearest change first."""


class AxisDocument(TypedDict):
    """An input of a two-way table."""

    input: str
    """Its path."""
    unit: str
    """Its unit."""
    kind: str
    """The evidence: stated, derived or assumed."""
    present: float | None
    """Its value in the plan; null if it has several over time."""
    places: list[PlaceDocument]
    """Its values."""


class TwoWayDocument(TypedDict):
    """Two inputs that are moved together."""

    down: AxisDocument
    """The input of the lines."""
    across: AxisDocument
    """The input of the columns."""
    values: dict[str, list[list[float | None]]]
    """By measure, its value at all pairs, line by line; null where undefined or refused."""
    sound: list[list[bool]]
    """Whether no covenant is broken, cash never falls below zero, and every use has a source."""
    refused: list[list[str | None]]
    """Why the plan does not allow a pair; null if it does."""


class Sensitivities(TypedDict):
    """The effects of moved inputs: `fibercap sensitivity --json`."""

    scenario: str
    """The plan's `id`."""
    hash: str
    """A hash of its content."""
    option: str | None
    """The option that was applied."""
    measures: dict[str, MeasureNow]
    """The measures as they are now, by name."""
    equals: float
    """The value of the first measure at which an input breaks even."""
    tornado: bool
    """Whether all inputs were moved, and those that matter most are listed."""
    tried: int
    """How many inputs were moved."""
    left_out: int
    """How many were not, because the plan is too large."""
    inputs: list[MovedDocument]
    """What was moved alone; of a tornado, the widest swing first."""
    first: list[str]
    """The options that are first in the plan as it is."""
    not_ranked: str | None
    """Why options are not ranked; null if they are."""
    two_way: TwoWayDocument | None
    """The two-way table, if one was asked for."""
