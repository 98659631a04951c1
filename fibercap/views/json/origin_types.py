"""The types of the JSON documents of `show`, `explain` and `diff`, from which their schemas are made."""

from __future__ import annotations

from typing import Annotated, NotRequired

from pydantic import Field
from typing_extensions import TypedDict

from fibercap.views.json.run_types import Evidence

# A type that others extend says in `Field` what its keys mean: docstrings are read from the class that has them alone.


class Position(TypedDict):
    """Where something is written."""

    file: Annotated[str | None, Field(description="Null where it is not written in a file.")]
    line: Annotated[int | None, Field(description="From 1.")]
    column: Annotated[int | None, Field(description="From 1.")]


class Origin(Position):
    """One step in the history of a value."""

    how: Annotated[
        str,
        Field(
            description="By what: `written`, `option bullet`, `like xtal_1`, `--set ...`, or the file of an overlay."
        ),
    ]
    operator: Annotated[str | None, Field(description="What was done to the value before, such as `times`.")]
    previous: Annotated[str | None, Field(description="The value before.")]


class Step(Origin):
    """One step in the history of an input, with its value after the step."""

    value: str
    """The value after it."""


class Shown(TypedDict):
    """A value of the resolved scenario."""

    value: str | list[str]
    """Its text, or texts."""
    origins: list[Origin]
    """The steps of its history, the earliest first."""


class Written(Position):
    """An input, and where it is written."""

    path: Annotated[str, Field(description="Its path.")]
    text: Annotated[str | None, Field(description="As it is written; null for a block of inputs.")]
    default: Annotated[bool, Field(description="Whether it is not written, and left at its default.")]
    source: Annotated[str | None, Field(description="The name of its source.")]
    title: Annotated[str | None, Field(description="The title of that.")]
    kind: Annotated[Evidence | None, Field(description="Whether it is stated, derived or assumed.")]
    where: Annotated[str | None, Field(description="Where in the source.")]
    note: Annotated[str | None, Field(description="A remark.")]


class WrittenWithOrigins(Written):
    """An input, where it is written, and the steps of its history."""

    origins: list[Step]
    """The earliest first."""


class Number(TypedDict):
    """A number and what it is computed from."""

    path: Annotated[str, Field(description="The row, measure or input.")]
    label: Annotated[str, Field(description="Its name in words.")]
    period: Annotated[str | None, Field(description="The period, of a row.")]
    value: Annotated[float | None, Field(description="Null where it is undefined.")]
    unit: Annotated[str, Field(description="Its unit; empty for a ratio.")]
    formula: Annotated[str | None, Field(description="Its formula in names.")]
    numbers: Annotated[str | None, Field(description="The same in numbers, with all digits.")]
    note: Annotated[str | None, Field(description="A remark.")]
    written: Annotated[list[Written], Field(description="Where an input is written.")]
    inputs: Annotated[list[Number], Field(description="What it is computed from.")]
    hidden: Annotated[int, Field(description="How many of these lie deeper than was asked for.")]


class ExplainedNumber(Number):
    """A row in a period, or a measure: `fibercap explain SCENARIO PATH [PERIOD] --json`."""

    evidence: Evidence | None
    """The weakest evidence among the inputs that it depends on."""
    rests_on: dict[Evidence, int]
    """How many inputs of each kind it depends on."""


class ExplainedInput(TypedDict):
    """An input or a block of inputs: `fibercap explain SCENARIO PATH --json`."""

    path: str
    """Its path."""
    inputs: list[WrittenWithOrigins]
    """Each input as written."""
    rows: list[str]
    """The rows whose formulas name it."""
    measures: list[str]
    """The measures that depend on it."""


class Place(TypedDict):
    """Where something is written."""

    file: str
    """The file."""
    line: int
    """From 1."""
    column: int
    """From 1."""


class InputDifference(TypedDict):
    """An input in which two plans differ; null if a plan does not write it."""

    old: str | None
    """Its text in the first plan."""
    new: str | None
    """Its text in the second plan."""
    old_source: str | None
    """The name of its source in the first plan."""
    new_source: str | None
    """The name of its source in the second plan."""
    old_origin: Place | None
    """Where it is written in the first plan."""
    new_origin: Place | None
    """Where it is written in the second plan."""


class MovedMeasure(TypedDict):
    """A measure that differs."""

    label: str
    """Its name in words."""
    unit: str
    """Its unit; empty for a ratio."""
    old: float | None
    """In the first plan; null if it is undefined."""
    new: float | None
    """In the second plan."""


class MovedClaim(TypedDict):
    """A claim that holds in only one of two plans; null if a plan does not make it."""

    old: bool | None
    """Whether it holds in the first plan."""
    new: bool | None
    """Whether it holds in the second plan."""


class Differences(TypedDict):
    """The differences between two plans: `fibercap diff --json`."""

    old: str
    """The first plan."""
    new: str
    """The second plan, or the changes of the first."""
    differences: dict[str, InputDifference]
    """Inputs by path."""
    measures: NotRequired[dict[str, MovedMeasure]]
    """With `--results`: measures by name."""
    claims: NotRequired[dict[str, MovedClaim]]
    """With `--results`: claims by name."""
