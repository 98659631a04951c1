"""What stands in the JSON of `run`, `compare` and `check`: the type of each part, from which their schemas are made."""

from __future__ import annotations

from typing import Annotated, NotRequired

from pydantic import Field
from typing_extensions import TypedDict

from fibercap.core.timeline import FLOW, RATE, STEPS, STOCK
from fibercap.model.measures.measure import HIGHER, LOWER
from fibercap.model.plan.plan import KINDS
from fibercap.studies import findings
from fibercap.studies.headroom import FALLS


def one_of(*words: str) -> object:
    """Return the mark of a text that is one of some words."""
    return Field(json_schema_extra={"enum": list(words)})


Date = Annotated[str, Field(json_schema_extra={"format": "date"})]
Evidence = Annotated[str, one_of(*KINDS)]
Nature = Annotated[str, one_of(FLOW, STOCK, RATE)]
Direction = Annotated[str, one_of(HIGHER, LOWER)]
FindingKind = Annotated[str, one_of(*findings.KINDS)]
Fall = Annotated[str, one_of(*FALLS)]
Values = list[float | None]


class Measure(TypedDict):
    """A measure of the plan."""

    label: str
    """Its name in words."""
    unit: str
    """Its unit; empty for a ratio."""
    value: float | None
    """Null where it is undefined."""
    reason: str | None
    """Why it is undefined."""
    remark: str | None
    """What a reader must know of it."""
    when: str | None
    """The period in which it occurs, of a lowest or highest value."""
    better: Direction | None
    """Whether more or less of it is better; null where neither is."""
    evidence: Evidence | None
    """The weakest kind of input that it rests on."""


class Flip(TypedDict):
    """The input whose smallest change turns a claim."""

    path: str
    """The input."""
    kind: str
    """Whether it is stated, derived or assumed."""
    change: float
    """By which share of itself it is moved."""
    present: float | None
    """What it is now; null where it is several values over time."""
    value: float | None
    """What it is when the claim turns."""
    unit: str
    """Its unit."""
    also: list[str]
    """Other inputs that turn the claim by as small a change."""


class Claim(TypedDict):
    """What became of a claim."""

    says: str
    """What is claimed, in words."""
    holds: bool
    """Whether it holds."""
    expected: bool
    """Whether the plan expects it to hold."""
    value: float | None
    """The value of its row or measure; null where it is undefined."""
    limit: float
    """What it is compared with."""
    unit: str
    """The unit of both."""
    margin: float | None
    """The value as a share of the limit, less 1."""
    within: str | None
    """How far a value may be off that is claimed to be about the limit: `10 %` of it, or `5 points`."""
    reason: str | None
    """Why the value is undefined."""
    evidence: Evidence | None
    """The weakest kind of input that the value rests on."""
    flip: NotRequired[Flip | None]
    """With `--flips`: the input that decides it; null where none does, up to twice its value."""


class Test(TypedDict):
    """One test of a covenant."""

    value: float | None
    """Null where there is debt and no EBITDA."""
    headroom: float | None
    """The room that is left to the limit, as a share of the limit."""
    holds: bool
    """Whether it holds."""


class Covenant(TypedDict):
    """What became of a covenant."""

    says: str
    """What is promised, in words."""
    holds: bool | None
    """Null where it is tested on no date."""
    limit: float
    """The limit."""
    unit: str
    """Its unit; empty for a ratio."""
    headroom: float | None
    """The least room that is left to the limit, as a share of it."""
    tests: dict[str, Test]
    """The tests by date."""
    not_tested: dict[str, str]
    """The dates on which its ratio is undefined, and why."""
    lock_up: float | None
    """Beyond this value dividends are barred."""
    dividends_barred: list[str]
    """The periods in which a planned dividend is barred."""
    falls: dict[Fall, float | None] | None
    """The smallest fall that breaks it, as a share; null where even a fall to nothing does not."""


class Finding(TypedDict):
    """One thing that is wrong with a plan."""

    kind: FindingKind
    """What it is."""
    option: str | None
    """The financing option; null for the plan as written."""
    loan: str | None
    """The loan that it is about."""
    name: str | None
    """The covenant `<loan>.<name>`, the claim, the project or purchase."""
    when: str | None
    """The first date; null for a measure of the whole plan."""
    after_horizon: bool
    """Whether it is after the horizon, while loans run off."""
    value: float | None
    """The depth: the worst value; null where it is undefined, or there is debt and no EBITDA."""
    limit: float | None
    """What was promised or claimed."""
    unit: str
    """The unit of both."""
    says: str
    """All of it as a sentence."""
    way_out: str
    """What would heal it."""


class Law(TypedDict):
    """The largest gap found in a law of the books."""

    largest_gap: float
    """The largest gap in any period."""
    unit: str
    """Its unit."""


class Evidences(TypedDict):
    """How many inputs there are of each kind."""

    stated: int
    """Inputs that a source states."""
    derived: int
    """Inputs that are worked out from what a source states."""
    assumed: int
    """Inputs that are assumed."""


class Row(TypedDict):
    """A row of the projection."""

    label: str
    """Its name in words."""
    unit: str
    """Its unit; empty for a ratio."""
    nature: Nature
    """How its periods become a year: a sum, the last one, or an average."""
    values: Values
    """A value for each of `periods`; null where it is undefined."""
    annual: dict[str, float | None]
    """By year."""


class RunOff(TypedDict):
    """What follows the horizon, while loans run off."""

    periods: list[Date]
    """The last days of its periods."""
    rows: dict[str, Row]
    """Rows by path."""


class ScenarioName(TypedDict):
    """What identifies a scenario."""

    id: str
    """Its `id`."""
    title: str
    """Its title."""
    hash: str
    """A hash of all that it says, whatever file it came from."""
    option: str | None
    """The financing option laid over it."""


Horizon = TypedDict(  # a call, for `from` is no name in Python
    "Horizon",
    {
        "from": Annotated[Date, Field(description="The first day.")],
        "to": Annotated[Date, Field(description="The last day.")],
        "step": Annotated[str, one_of(*STEPS), Field(description="The length of a period.")],
    },
)


class Run(TypedDict):
    """A plan projected: `fibercap run SCENARIO --json`."""

    fibercap: str
    """The version that wrote it."""
    scenario: ScenarioName
    """The scenario."""
    horizon: Horizon
    """The first and last day, and the step."""
    summary: dict[str, str]
    """Ten lines by their heads, for people."""
    periods: list[Date]
    """The last days of the periods."""
    rows: dict[str, Row]
    """Rows by path; with `--only`, `--rows` and `--years` those asked for."""
    run_off: NotRequired[RunOff]
    """Only where a loan outlives the horizon."""
    measures: dict[str, Measure]
    """Measures by name."""
    claims: dict[str, Claim]
    """Claims by name."""
    checks: dict[str, Law]
    """Laws by name."""
    inputs: Evidences
    """The inputs by evidence."""
    findings: list[Finding]
    """What is wrong with the plan."""
    warnings: list[str]
    """What a reader must know, the findings included."""


class Checked(TypedDict):
    """A plan as written and its financing options, checked: `fibercap check SCENARIO --json`."""

    valid: bool
    """Whether it can be used; if not, the document of errors is printed instead."""
    claims: dict[str, Claim]
    """Claims by name."""
    covenants: dict[str, Covenant]
    """Covenants by `<loan>.<name>`."""
    findings: list[Finding]
    """What is wrong; the exit code is 1 if there is anything, here or in an option."""
    tightest_covenant: str | None
    """The covenant that the smallest fall breaks."""
    checks: dict[str, Law]
    """Laws by name."""
    unused: list[str]
    """Inputs that nothing reads; with `--unused` those that move nothing too."""
    formulas_proved: int
    """How many formulas were proved in their units."""
    inputs: Evidences
    """The inputs by evidence."""
    options: dict[str, Checked]
    """The same of each financing option, whose own `options` are empty."""
