"""The types of the JSON documents of `run` and `check`, and of parts of `compare`, from which schemas are made."""

from __future__ import annotations

from typing import Annotated, NotRequired

from pydantic import Field
from typing_extensions import TypedDict

from fibercap.core.period_names import MONTH_NAMES
from fibercap.core.timeline import FLOW, RATE, STEPS, STOCK
from fibercap.model.measures.measure import HIGHER, LOWER
from fibercap.model.plan.plan import SOURCE_KINDS
from fibercap.studies import findings
from fibercap.studies.headroom import FALLS


def one_of(*words: str) -> object:
    """Return the annotation of a text that must be one of some words."""
    return Field(json_schema_extra={"enum": list(words)})


Date = Annotated[str, Field(json_schema_extra={"format": "date"})]
Evidence = Annotated[str, one_of(*SOURCE_KINDS)]
Nature = Annotated[str, one_of(FLOW, STOCK, RATE)]
Direction = Annotated[str, one_of(HIGHER, LOWER)]
FindingKind = Annotated[str, one_of(*findings.KINDS)]
Fall = Annotated[str, one_of(*FALLS)]
Values = list[float | None]
Annual = dict[str, float | None]


class Measure(TypedDict):
    """A measure of the plan."""

    label: str
    """Its name in words."""
    unit: str
    """Its unit; empty for a ratio."""
    value: float | None
    """Its value; null if it is undefined."""
    reason: str | None
    """Why it is undefined."""
    remark: str | None
    """A remark on it."""
    when: str | None
    """The period in which it occurs, of a lowest or highest value."""
    better: Direction | None
    """Whether a higher or a lower value is better; null if neither is."""
    evidence: Evidence | None
    """The weakest evidence among the inputs that it depends on."""


class Flip(TypedDict):
    """The input whose smallest relative change flips a claim."""

    path: str
    """The input."""
    kind: str
    """Whether it is stated, derived or assumed."""
    change: float
    """The change as a share of its value."""
    present: float | None
    """Its present value; null if it has several values over time."""
    value: float | None
    """Its value at which the claim flips."""
    unit: str
    """Its unit."""
    also: list[str]
    """Other inputs that flip the claim by an equally small change."""


class Claim(TypedDict):
    """The result of a claim."""

    says: str
    """What is claimed, in words."""
    holds: bool
    """Whether it holds."""
    expected: bool
    """Whether the plan expects it to hold."""
    value: float | None
    """The value of its row or measure; null if it is undefined."""
    limit: float
    """The claimed value."""
    unit: str
    """The unit of both."""
    margin: float | None
    """The value as a share of the limit, less 1."""
    within: str | None
    """For a claim of about a value, the allowed difference: `10 %` of it, or `5 points`."""
    reason: str | None
    """Why the value is undefined."""
    evidence: Evidence | None
    """The weakest evidence among the inputs that the value depends on."""
    flip: NotRequired[Flip | None]
    """With `--flips`: the input that decides it; null if no single input from 0 to twice its value does."""


class Test(TypedDict):
    """One test of a covenant."""

    value: float | None
    """The tested value; null if there is debt and EBITDA is not positive."""
    limit: float
    """The limit in force."""
    headroom: float | None
    """The room left to the limit, as a share of the limit."""
    holds: bool
    """Whether it holds."""


class Covenant(TypedDict):
    """The result of a covenant."""

    says: str
    """What is promised, in words."""
    holds: bool | None
    """Whether every test holds; null if it is tested on no date."""
    limit: float
    """The limit of the tightest test; the first one if it is tested on no date."""
    unit: str
    """Its unit; empty for a ratio."""
    headroom: float | None
    """The least room left to the limit in any test, as a share of the limit."""
    limits: dict[str, float]
    """The limits by the key from which each holds; empty if one holds throughout."""
    tests: dict[str, Test]
    """The tests by date."""
    not_tested: dict[str, str]
    """The dates on which its ratio is undefined, and why."""
    lock_up: float | None
    """Beyond this value dividends are barred; the strictest one, if it changes."""
    lock_ups: dict[str, float]
    """The levels by the key from which each holds; empty if one holds throughout."""
    dividends_barred: list[str]
    """The periods in which a planned dividend or a payout is barred."""
    falls: dict[Fall, float | None] | None
    """By what falls, the smallest share that breaks it; null if none does. Null for a broken covenant."""


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
    """The worst value; null if it is undefined, or if there is debt and EBITDA is not positive."""
    limit: float | None
    """The promised or claimed value."""
    unit: str
    """The unit of both."""
    says: str
    """The finding as a sentence."""
    way_out: str
    """What would mend it."""


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
    """A value for each of `periods`; null if it is undefined."""
    annual: Annual
    """By year: `2002`, or `FY2002` where the plan has business years."""


class RunOff(TypedDict):
    """The periods and rows after the horizon, while loans run off."""

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
    """A hash of its content, whichever file it was read from."""
    option: str | None
    """The financing option; null for the plan as written."""


Horizon = TypedDict(  # a call, because `from` is a keyword of Python
    "Horizon",
    {
        "from": Annotated[Date, Field(description="The first day.")],
        "to": Annotated[Date, Field(description="The last day.")],
        "step": Annotated[str, one_of(*STEPS), Field(description="The length of a period.")],
        "year_ends": Annotated[str, one_of(*MONTH_NAMES), Field(description="The month in which years end.")],
    },
)


class Run(TypedDict):
    """A plan projected: `fibercap run SCENARIO --json`."""

    fibercap: str
    """The version that wrote it."""
    scenario: ScenarioName
    """The scenario."""
    horizon: Horizon
    """The first and last day, the step, and the month in which years end."""
    summary: dict[str, str]
    """The lines of the summary by their headings, as text."""
    periods: list[Date]
    """The last days of the periods."""
    rows: dict[str, Row]
    """Rows by path; with `--only`, `--rows` or `--years`, only the selected ones."""
    run_off: NotRequired[RunOff]
    """Only if a loan matures after the horizon."""
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
    """The warnings, the findings included."""


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
    """Inputs that nothing reads; with `--unused`, also those that change no result."""
    formulas_proved: int
    """How many formulas were proved in their units."""
    inputs: Evidences
    """The inputs by evidence."""
    options: dict[str, Checked]
    """The same of each financing option, whose own `options` are empty."""
