"""The types of the JSON document of `compare`, from which its schema is made."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field
from typing_extensions import TypedDict

from fibercap.studies import findings
from fibercap.studies.bridge import MEASURE
from fibercap.views.json.run_types import Claim, Covenant, Finding, Measure, one_of


class Distance(TypedDict):
    """The worth of the first option less that of the runner-up."""

    amount: float
    """In `currency`."""
    share_of_worth: float | None
    """As a share of the runner-up's worth."""
    share_of_uses: float | None
    """As a share of the uses of funds."""


class ChoiceFlip(TypedDict):
    """A number that makes another option first when it is moved by a tenth or less."""

    path: str
    """The input."""
    kind: str
    """Whether it is stated, derived or assumed."""
    change: float
    """The move as a share of its value; for the discount rate, a difference."""
    present: float | None
    """Its present value; null if it has several values over time."""
    value: float | None
    """Its value at which another option becomes first."""
    unit: str
    """Its unit."""
    first: str
    """The option that becomes first."""
    only_in: list[str] | None
    """The options in which it is moved, if other options have another number in its place."""
    fault: str | None
    """The finding that then rules out the present choice; null if the other option is just worth more."""


class Exclusion(TypedDict):
    """One finding for which an option may not be recommended."""

    kind: Annotated[str, one_of(findings.COVENANT, findings.CASH, findings.USES)]
    """What it is."""
    loan: str | None
    """The loan that it is about."""
    when: str | None
    """The first date."""
    value: float | None
    """The worst value; null if it is undefined."""
    unit: str
    """Its unit."""
    says: str
    """The finding in a few words."""


class Turn(TypedDict):
    """A discount rate above which another option is first."""

    rate: float
    """Per year."""
    below: str
    """The option that is first up to this rate."""
    above: str
    """The option that is first above this rate."""


class FreeCashFlow(TypedDict):
    """How free cash flow to equity ranks the options."""

    ranked: list[str]
    """The options, from the highest worth to the lowest; empty if it is undefined."""
    apart: list[str] | None
    """The first two options that it ranks in the opposite order."""
    why: str | None
    """Why it ranks otherwise."""


class Extremes(TypedDict):
    """The measures on which an option is best and worst."""

    best: list[str]
    """Measures by name."""
    worst: list[str]
    """Measures by name."""


class Beside(TypedDict):
    """What an option changes beside the financing."""

    changes: list[str]
    """The inputs that it changes and that are not financing."""
    adds: float
    """The worth to the owners that this adds."""


class AfterHorizon(TypedDict):
    """The effect of debts and grants that fall due after the horizon."""

    adds: dict[str, float]
    """By option, the change of its worth if these count when they are paid, discounted, instead of at face value."""
    first: str | None
    """The option that becomes first then; null if the choice does not change."""


class Footing(TypedDict):
    """The facts that decide whether the worth of options can be compared."""

    beside: Annotated[dict[str, Beside], Field(description="By option, its changes other than financing.")]
    owners: Annotated[
        dict[str, float],
        Field(description="By option, the worth of all that owners pay and get, an unchanged company included."),
    ]
    after_horizon: Annotated[AfterHorizon, Field(description="Debts and grants that fall due later.")]


class Verdict(Footing):
    """Which option is recommended, and what would change the choice."""

    recommended: list[str]
    """The option to take; several if they tie; none if nothing may be recommended."""
    reason: str | None
    """Why none is recommended."""
    ranked: list[str]
    """Options, from the highest worth to the owners to the lowest."""
    worth: dict[str, float]
    """The worth to the owners by option, in `currency`."""
    currency: str
    """The reporting currency."""
    uses: float
    """What the first option spends on projects and purchases."""
    runner_up: str | None
    """The next option that may be recommended."""
    distance: Distance | None
    """The lead of the first option; null if there is no runner-up."""
    tie: bool
    """Whether the first options differ by too little to choose between them."""
    close: bool
    """Whether a single number, moved by a tenth, makes another option first."""
    flips: list[ChoiceFlip]
    """These numbers, the nearest first. Maturity, grace and lives of maintenance move in the first two options only."""
    not_moved: int
    """How many numbers were not moved because the plan has too many."""
    excluded: dict[str, list[Exclusion]]
    """By option, the findings for which it may not be recommended."""
    undefined: dict[str, str]
    """By option, why it cannot be ranked: its worth is undefined, or measured by other inputs than the plan's."""
    at_discount_rates: dict[str, list[str]]
    """By discount rate, as a fraction, the ranking of the options."""
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
    """The difference of its worth."""


class Bridge(TypedDict):
    """The steps from the baseline's worth to the owners to a case's, without a remainder."""

    measure: Annotated[str, one_of(MEASURE)]
    """The measure."""
    unit: str
    """Its unit."""
    start: float
    """The worth of the baseline."""
    steps: list[BridgeStep]
    """Steps in order."""
    end: float
    """The worth of the case."""


class Compared(TypedDict):
    """The comparison of options or scenarios: `fibercap compare SCENARIO... --json`."""

    verdict: Verdict
    """Which option is recommended."""
    baseline: str
    """The case that the others are compared with."""
    options: dict[str, Case]
    """Cases by name; of several scenarios by their ids."""
    deltas: dict[str, dict[str, float | None]]
    """By case, measures less those of the baseline."""
    differences: dict[str, dict[str, list[str | None]]]
    """By case, the inputs that differ: the baseline's text and the case's, null if it is not written there."""
    best: dict[str, list[str]]
    """By measure, the cases in which it is best."""
    cash_needed: dict[str, dict[str, float]]
    """By case and year, the cash that owners, or cash on hand, must provide."""
    bridges: dict[str, Bridge | None]
    """By case, the steps from the baseline's worth to its own; null if either is undefined."""
    warnings: list[str]
    """The warnings."""
