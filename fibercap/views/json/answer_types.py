"""The types of the JSON documents of `plot`, `export`, `loan`, `solve`, `size`, `rows`, `check` and of errors."""

from __future__ import annotations

from typing import Annotated, NotRequired

from typing_extensions import TypedDict

from fibercap.views.json.origin_types import Position
from fibercap.views.json.run_types import Checked, Date, Nature, one_of


class Files(TypedDict):
    """Files that were written: `fibercap plot`, `export` and `explore` with `--json`."""

    files: list[str]
    """Their paths, relative if `--out` is relative."""


class Event(TypedDict):
    """A date on which money moves, in the loan's currency."""

    event: Annotated[str, one_of("draw", "payment", "prepayment")]
    """The kind of event; the first date is a draw; if a payment and a draw fall on one date, it is a payment."""
    number: int | None
    """The number of the payment; null for other events."""
    date: Date
    """The day."""
    year_fraction: NotRequired[float]
    """For a payment: the years of its interest period, by the loan's day count."""
    rate: NotRequired[float]
    """For a payment of a loan with several rates: the rate of its interest, per year."""
    opening: float
    """The debt before the event."""
    drawn: float
    """Taken from the loan."""
    interest: float
    """Interest due."""
    capitalized: float
    """The part of the interest that is added to the debt."""
    fees: float
    """Fees, the upfront fee included."""
    principal: float
    """Principal repaid, prepayments included."""
    payment: float
    """Interest paid, principal and recurring fees."""
    closing: float
    """The debt after the event."""
    moved_from: NotRequired[Date]
    """For a last payment that is moved to maturity: its regular date."""
    balloon: NotRequired[float]
    """For a last payment: the amount above a regular payment."""


class Totals(TypedDict):
    """Totals of a schedule."""

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
    """The cost of a loan, and its average life."""

    all_in_cost: LoanMeasure
    """The effective rate of all that is paid, fees included, per year."""
    average_life: LoanMeasure
    """The mean time from a draw to its repayment, weighted by principal."""


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
    """The cost of the loan, and its average life."""
    notes: list[str]
    """Notes on the schedule."""


class Root(TypedDict):
    """A value of the input at which the measure equals the target."""

    factor: float
    """The factor on the input."""
    change: float
    """The factor less 1."""
    value: float | None
    """The value of the input; null if it has several values over time."""
    result: float
    """The measure at this value."""
    faults: list[str]
    """Broken covenants and missing cash or funding of the plan at this value."""


class Solved(TypedDict):
    """The values of an input at which a measure equals a target: `fibercap solve --json`."""

    measure: str
    """The measure."""
    equals: float
    """The target."""
    unit: str
    """The unit of both."""
    present: float | None
    """The present value of the measure; null if it is undefined."""
    vary: str
    """The input that is moved."""
    vary_unit: str
    """Its unit."""
    kind: str
    """Whether it is stated, derived or assumed."""
    roots: list[Root]
    """Every value at which the measure equals the target."""
    jumps: list[float]
    """The factors at which the measure jumps over the target without taking its value."""
    between: list[float]
    """The ends of the search range: values of the input, or factors if it has several values over time."""
    ends: list[float | None]
    """The measure at these ends."""
    end_faults: list[list[str]]
    """Broken covenants and missing cash or funding of the plan at these ends."""
    depends: bool
    """Whether the measure depends on the input."""
    reason: str | None
    """Why the measure is undefined in the plan as it is."""
    refused: str | None
    """Why the plan does not allow the whole range."""


class SizeLimit(TypedDict):
    """A limit, and its measure at the largest size."""

    at_least: NotRequired[float]
    """The lowest value allowed."""
    at_most: NotRequired[float]
    """The highest value allowed."""
    value: float
    """The measure."""
    residual: float
    """The measure less its limit."""


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
    """The limits that one unit more would break: measures, `use` if it would not be drawn, `plan` if it is invalid."""
    limits: dict[str, SizeLimit]
    """The limits by measure."""
    why: str | None
    """Why a larger loan makes the plan invalid."""
    faults: list[str]
    """What is wrong with the plan at that size."""
    changes: dict[str, str]
    """The changes of the plan that give the loan this size, by path."""


class ListedRow(TypedDict):
    """A row of the plan."""

    label: str
    """Its name in words."""
    unit: str
    """Its unit; empty for a ratio."""
    nature: Nature
    """How its periods become a year: a sum, the last one, or an average."""


class ListedMeasure(TypedDict):
    """A measure of the plan."""

    label: str
    """Its name in words."""
    unit: str
    """Its unit; empty for a ratio."""


class Listed(TypedDict):
    """The rows and measures of a plan: `fibercap rows --json`."""

    rows: dict[str, ListedRow]
    """Rows by path."""
    measures: dict[str, ListedMeasure]
    """Measures by name."""


class Problem(Position):
    """One problem with the scenario or the request."""

    path: str | None
    """The path of the input."""
    code: str
    """Its code, as docs/errors.md lists them."""
    found: str
    """What is wrong, in words."""
    wanted: str | None
    """What is allowed there; empty if `found` says it all."""
    hint: str | None
    """The way out."""


class Errors(TypedDict):
    """The errors of a command: what any command prints with `--json` and exit code 2."""

    errors: list[Problem]
    """In the order of the file."""


class CheckedFiles(TypedDict):
    """Several files, checked: `fibercap check SCENARIO... --json`."""

    files: dict[str, Checked | Errors]
    """By scenario, as named in the command."""
