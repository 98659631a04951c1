"""What stands in the JSON of `compare`: the type of each part, from which its schema is made."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field
from typing_extensions import TypedDict

from fibercap.studies import findings
from fibercap.studies.bridge import MEASURE
from fibercap.views.json.run_types import Claim, Covenant, Finding, Measure, one_of


class Distance(TypedDict):
    """By how much the first option is worth more than the runner-up."""

    amount: float
    """In `currency`."""
    share_of_worth: float | None
    """As a share of what the runner-up is worth."""
    share_of_uses: float | None
    """As a share of the uses of funds."""


class ChoiceFlip(TypedDict):
    """A number that makes another option first when it is moved by a tenth or less."""

    path: str
    """The input."""
    kind: str
    """Whether it is stated, derived or assumed."""
    change: float
    """By which share of itself it is moved; of the discount rate, a difference."""
    present: float | None
    """What it is now; null where it is several values over time."""
    value: float | None
    """What it is when another option is first."""
    unit: str
    """Its unit."""
    first: str
    """The option that is first then."""
    only_in: list[str] | None
    """The options in which it is moved, where others have another number in its place."""
    fault: str | None
    """What speaks against the present choice then; null where the other is worth more."""


class Exclusion(TypedDict):
    """One thing that forbids to recommend an option."""

    kind: Annotated[str, one_of(findings.COVENANT, findings.CASH, findings.USES)]
    """What it is."""
    loan: str | None
    """The loan that it is about."""
    when: str | None
    """The first date."""
    value: float | None
    """The depth; null where it is undefined."""
    unit: str
    """Its unit."""
    says: str
    """In a few words."""


class Turn(TypedDict):
    """A discount rate above which another option is first."""

    rate: float
    """Per year."""
    below: str
    """The option that is first up to it."""
    above: str
    """The option that is first above it."""


class FreeCashFlow(TypedDict):
    """How free cash flow to equity ranks the options."""

    ranked: list[str]
    """The first is worth most; none where it is undefined."""
    apart: list[str] | None
    """The first two options that it ranks the other way round."""
    why: str | None
    """Why it ranks otherwise."""


class Extremes(TypedDict):
    """The measures on which an option is best and worst."""

    best: list[str]
    """Measures by name."""
    worst: list[str]
    """Measures by name."""


class Beside(TypedDict):
    """What an option does beside paying for the plan."""

    changes: list[str]
    """The inputs that it changes and that are no financing."""
    adds: float
    """What that adds to its worth to the owners."""


class AfterHorizon(TypedDict):
    """What falls due after the horizon."""

    adds: dict[str, float]
    """By option, what it would add to the worth to the owners if it counted as it is paid."""
    first: str | None
    """The option that is first then; null where that changes nothing."""


class Footing(TypedDict):
    """What must be known of the options before their worth is compared."""

    beside: Annotated[dict[str, Beside], Field(description="By option, what it does beside paying for the plan.")]
    owners: Annotated[
        dict[str, float],
        Field(description="By option, the worth of all that owners pay and get, an unchanged company included."),
    ]
    after_horizon: Annotated[AfterHorizon, Field(description="Debts and grants that fall due later.")]


class Verdict(Footing):
    """Which option is recommended, and what would change that."""

    recommended: list[str]
    """The option to take; several where they tie; none where nothing may be recommended."""
    reason: str | None
    """Why none is recommended."""
    ranked: list[str]
    """Options by their worth to the owners, the first is worth most."""
    worth: dict[str, float]
    """By option, in `currency`."""
    currency: str
    """The reporting currency."""
    uses: float
    """What the first option spends on projects and purchases."""
    runner_up: str | None
    """The next option that may be recommended."""
    distance: Distance | None
    """Null where there is no runner-up."""
    tie: bool
    """Whether the first options differ by less than can be told."""
    close: bool
    """Whether some one number, moved by a tenth of itself, makes another option first."""
    flips: list[ChoiceFlip]
    """These numbers, the nearest first. Maturity, grace and lives of maintenance move in the first two options only."""
    not_moved: int
    """Numbers that were not looked at, for the plan has too many."""
    excluded: dict[str, list[Exclusion]]
    """By option, what forbids to recommend it."""
    undefined: dict[str, str]
    """By option, why it cannot be ranked: its worth is undefined, or is measured by a ruler of its own."""
    at_discount_rates: dict[str, list[str]]
    """By discount rate, as a fraction, the options ranked."""
    turns_at: list[Turn]
    """The discount rates at which another option is first."""
    free_cash_flow: FreeCashFlow
    """How free cash flow to equity ranks them."""
    extremes: dict[str, Extremes]
    """By option that is best on one measure and worst on another."""


class Case(TypedDict):
    """One financing option, or one of several scenarios."""

    title: str
    """Its title."""
    measures: dict[str, Measure]
    """Measures by name."""
    claims: dict[str, Claim]
    """Claims by name."""
    covenants: dict[str, Covenant]
    """Covenants by `<loan>.<name>`."""
    findings: list[Finding]
    """What is wrong with it."""


class BridgeStep(TypedDict):
    """One kind of flow between two worths."""

    label: str
    """In words."""
    amount: float
    """By how much its worth differs."""


class Bridge(TypedDict):
    """From the baseline's worth to the owners to a case's, with no remainder."""

    measure: Annotated[str, one_of(MEASURE)]
    """The measure."""
    unit: str
    """Its unit."""
    start: float
    """What the baseline is worth."""
    steps: list[BridgeStep]
    """Steps in order."""
    end: float
    """What the case is worth."""


class Compared(TypedDict):
    """Options or scenarios side by side: `fibercap compare SCENARIO... --json`."""

    verdict: Verdict
    """Which option is recommended."""
    baseline: str
    """The case that the others are measured against."""
    options: dict[str, Case]
    """Cases by name; of several scenarios by their ids."""
    deltas: dict[str, dict[str, float | None]]
    """By case, measures less those of the baseline."""
    differences: dict[str, dict[str, list[str | None]]]
    """By case, the inputs that differ: the baseline's and the case's, null where one has none."""
    best: dict[str, list[str]]
    """By measure, the cases in which it is best."""
    cash_needed: dict[str, dict[str, float]]
    """By case and year, what operations and loans leave to be paid by owners or from cash."""
    bridges: dict[str, Bridge | None]
    """By case, from the baseline's worth to its own; null where either is undefined."""
    warnings: list[str]
    """What a reader must know."""
