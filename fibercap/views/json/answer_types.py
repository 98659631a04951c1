"""What stands in the JSON of the other commands: the type of each part, from which their schemas are made."""

from __future__ import annotations

from typing import Annotated, NotRequired

from typing_extensions import TypedDict

from fibercap.views.json.origin_types import Position
from fibercap.views.json.run_types import Checked, Date, Nature, one_of


class Files(TypedDict):
    """Files that were written: `fibercap plot --json` and `fibercap export --json`."""

    files: list[str]
    """Their paths, as the command was given the folder."""


class Event(TypedDict):
    """A date on which money moves, in the loan's currency."""

    event: Annotated[str, one_of("draw", "payment", "prepayment")]
    """What it is; the first date is a draw, a payment with a draw on its date is a payment."""
    number: int | None
    """The number of a payment."""
    date: Date
    """The day."""
    year_fraction: NotRequired[float]
    """Of a payment: the years of its interest period, by the loan's day count."""
    rate: NotRequired[float]
    """Of a payment, where the loan has several rates: that of its interest, per year."""
    opening: float
    """Owed before."""
    drawn: float
    """Taken from the loan."""
    interest: float
    """Interest due."""
    capitalized: float
    """What of it is added to the debt."""
    fees: float
    """Fees, the upfront fee included."""
    principal: float
    """Repaid, prepayments included."""
    payment: float
    """Interest paid, principal and recurring fees."""
    closing: float
    """Owed after."""
    moved_from: NotRequired[Date]
    """Of a last payment moved to maturity: the date it would have had."""
    balloon: NotRequired[float]
    """Of a last payment: what it brings beyond the regular one."""


class Totals(TypedDict):
    """What is paid in all."""

    interest: float
    """Interest."""
    fees: float
    """Fees, the upfront fee included."""
    principal: float
    """Principal."""
    payments: float
    """Payments, without the upfront fee."""


class LoanMeasure(TypedDict):
    """A measure of a loan."""

    value: float | None
    """Null where it is undefined."""
    unit: str
    """Its unit."""
    reason: str | None
    """Why it is undefined."""


class LoanMeasures(TypedDict):
    """What a loan costs, and how long money is owed."""

    all_in_cost: LoanMeasure
    """Effective, fees included."""
    average_life: LoanMeasure
    """Weighted by principal."""


class Lent(TypedDict):
    """A loan's schedule: `fibercap loan FILE [NAME] --json`."""

    loan: str
    """Its name."""
    currency: str
    """The currency of all amounts."""
    schedule: list[Event]
    """One entry for each date on which something happens."""
    totals: Totals
    """Sums over the schedule."""
    measures: LoanMeasures
    """What the loan costs, and how long money is owed."""
    notes: list[str]
    """What a reader must know of the schedule."""


class Root(TypedDict):
    """A value of the input at which the measure is what was asked for."""

    factor: float
    """By how much the input is multiplied."""
    change: float
    """The factor less 1."""
    value: float | None
    """The input then; null where it is several values over time."""
    result: float
    """The measure then."""
    faults: list[str]
    """The covenants that the plan breaks then, and cash and funding that it lacks."""


class Solved(TypedDict):
    """Where a measure is what one wants: `fibercap solve --json`."""

    measure: str
    """The measure."""
    equals: float
    """What it is to be."""
    unit: str
    """The unit of both."""
    present: float | None
    """What it is now; null where it is undefined."""
    vary: str
    """The input that is moved."""
    vary_unit: str
    """Its unit."""
    kind: str
    """Whether it is stated, derived or assumed."""
    roots: list[Root]
    """Every value at which it is met."""
    jumps: list[float]
    """The factors across which it leaps over the target without being it."""
    between: list[float]
    """The two ends looked at: values of the input, or factors where it is several values over time."""
    ends: list[float | None]
    """The measure at these ends."""
    end_faults: list[list[str]]
    """The covenants that the plan breaks at these ends, and cash and funding that it lacks."""
    depends: bool
    """Whether the measure depends on the input."""
    reason: str | None
    """Why the measure is undefined as the plan is."""
    refused: str | None
    """Why the plan does not allow the whole range."""


class SizeLimit(TypedDict):
    """A limit that was set, and what its measure is at that size."""

    at_least: NotRequired[float]
    """What the measure is to be or more."""
    at_most: NotRequired[float]
    """What the measure is to be or less."""
    value: float
    """What it is."""
    residual: float
    """How far it is from its limit."""


class Sized(TypedDict):
    """The largest commitment of a loan that keeps every limit: `fibercap size --json`."""

    loan: str
    """The loan."""
    currency: str
    """The currency of its commitment."""
    present: float
    """The commitment now."""
    commitment: float
    """The largest commitment."""
    binds: list[str]
    """What one unit more breaks: measures, `use` where it would not be drawn, `plan` where the plan allows no more."""
    limits: dict[str, SizeLimit]
    """The limits by measure."""
    why: str | None
    """Why the plan allows no more."""
    faults: list[str]
    """What is wrong with the plan at that size."""
    changes: dict[str, str]
    """What is laid over the plan to have it, by path."""


class ListedRow(TypedDict):
    """A row that can be asked for."""

    label: str
    """Its name in words."""
    unit: str
    """Its unit; empty for a ratio."""
    nature: Nature
    """How its periods become a year: a sum, the last one, or an average."""


class ListedMeasure(TypedDict):
    """A measure that can be asked for."""

    label: str
    """Its name in words."""
    unit: str
    """Its unit; empty for a ratio."""


class Listed(TypedDict):
    """What can be asked for: `fibercap rows --json`."""

    rows: dict[str, ListedRow]
    """Rows by path."""
    measures: dict[str, ListedMeasure]
    """Measures by name."""


class Problem(Position):
    """One thing that is wrong with what was asked for."""

    path: str | None
    """The path of the input."""
    code: str
    """Its code, as docs/errors.md lists them."""
    found: str
    """What is wrong, in words."""
    wanted: str | None
    """What was wanted."""
    hint: str | None
    """The way out."""


class Errors(TypedDict):
    """Why a command cannot do what it is asked to: what any command prints with `--json` and exit code 2."""

    errors: list[Problem]
    """In the order of the file."""


class CheckedFiles(TypedDict):
    """Several files, checked: `fibercap check SCENARIO... --json`."""

    files: dict[str, Checked | Errors]
    """By scenario, as it was named."""
