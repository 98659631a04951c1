"""Twins of a plan, whose figures are those of the plan itself; each law says where the two differ."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import cache, cached_property
from pathlib import Path
from typing import Any

import numpy as np

from fibercap.core.errors import ScenarioError
from fibercap.core.units import Array
from fibercap.model.cash.trifle import HALF_A_CENT
from fibercap.model.loans import schedule
from fibercap.model.measures.all_measures import measures
from fibercap.model.measures.measure import Measure
from fibercap.model.project import project
from fibercap.model.projection import Projection
from fibercap.reading.files import contracts_of, read, scenario_of
from fibercap.reading.yaml_writer import yaml_text
from fibercap.studies.compare import compare
from fibercap.views.numbers import lies_within
from tests.fuzz.costs import find_cost
from tests.fuzz.dice import Dice, Draft, Plan
from tests.fuzz.plans import write_plan
from tests.fuzz.remarks import without_remarks
from tests.fuzz.rewriting import CODES, change_units, lay_over, move_years, multiply_money, shuffle_keys

TIMES = 1000
ASKED_FOR = re.compile(r"\{([^{}@]+)(?:@-?\d+)?\} > \{money\.trifle\}")
"""What a formula asks for being more than nothing."""
HUGE = 1e5

FLAGS = (".has_payment", ".has_dscr", ".changed", ".live")
"""Rows that say where there is money: a part of a cent is none, a thousand times as much is some."""


class Case:
    """A plan with what it leads to, and the folder in which it is tried.

    `bare` is the plan without sources and notes, which move no figure, and with all series typed in.
    """

    def __init__(self, seed: int, draft: Draft, folder: Path) -> None:
        """Read and project a plan, in the folder in which it is tried."""
        self.dice, self.plan, self.folder = Dice(seed), draft.plan, folder
        self.bare: Plan = without_remarks(draft.typed)
        self.text = write_plan(draft.plan)
        for name, text in draft.files.items():
            (folder / name).write_text(text, "utf-8")
        self.scenario = scenario_of(self.text)
        self.projection = project(self.scenario)
        self.texts: list[Plan] = []

    @cached_property
    def measures(self) -> dict[str, Measure]:
        """The measures of the plan."""
        return dict(measures(self.projection))


def find_slack(projection: Projection) -> float:
    """Return how far two sums of money may differ: by rounding of the machine, and by steps that a loan rounds to."""
    paths = [f"accounts.{key}" for key in ("total_assets", "cash", "revenue", "capex", "draws")]
    largest = max(float(np.nanmax(np.abs(projection.value(path)), initial=0.0)) for path in paths)
    return 1e-8 * largest + 1e-5


def unlike(
    one: Projection,
    other: Projection,
    factor: float = 1.0,
    *,
    moved: bool = False,
    aside: tuple[str, ...] = (),
    draw: int = 0,
) -> Iterator[str]:
    """Name a row that differs; money is so many times as much, moments may have moved, some rows are aside."""
    odd = [path for path in sorted({*one.rows} ^ {*other.rows}) if not (aside and path.startswith(aside))]
    if odd:
        yield f"rows {odd[:3]}"
        return
    slack = find_slack(one) * factor
    paths: dict[tuple[bool, int], list[str]] = {}
    for path, row in one.rows.items():
        if not (moved and row.unit in {"month", "day"}) and not (aside and path.startswith(aside)):
            paths.setdefault((is_money(row.unit), one.value(path).shape[-1]), []).append(path)
    for (money, columns), some in paths.items():
        left, right = [one.value(path)[0] for path in some], [other.value(path)[draw] for path in some]
        odd = [path for path, values in zip(some, right, strict=True) if len(values) != columns]
        if odd:
            yield f"{odd[0]}: {len(other.value(odd[0])[draw])} periods, wanted {columns}"
            return
        wanted, result = np.stack(left) * (factor if money else 1.0), np.stack(right)
        floor = np.maximum(
            slack if money else 1e-9, 1e-8 * np.nanmax(np.abs(wanted), axis=1, keepdims=True, initial=0.0)
        )
        same = np.isclose(wanted, result, rtol=1e-7, atol=floor, equal_nan=True)
        same |= is_over_nothing(wanted, result, money=money)
        if factor > 1.0:
            same |= np.array([[path.endswith(FLAGS)] for path in some]) & (result > wanted)
        if not same.all():
            which, index = (int(place) for place in np.argwhere(~same)[0])
            yield f"{some[which]} [{index}]: {result[which, index]!r}, wanted {wanted[which, index]!r}"
            return


def is_over_nothing(left: Array, right: Array, *, money: bool) -> Any:
    """Tell where a ratio is of next to nothing: a part of a cent of it counts as none in one measure, not in another."""
    same = (np.isnan(left) != np.isnan(right)) | np.isclose(left, right, rtol=1e-3)
    return same & (np.maximum(np.abs(np.nan_to_num(left)), np.abs(np.nan_to_num(right))) > HUGE) & (not money)


def unlike_measures(case: Case, other: Projection, factor: float = 1.0) -> Iterator[str]:
    """Name the first measure that differs."""
    left, right, slack = case.measures, measures(other), find_slack(case.projection) * factor
    for name, measure in left.items():
        value, result = measure.value, right[name].value
        if (value is None) != (result is None):
            if measure.unit == "" and abs(value or result or 0.0) > HUGE:
                continue
            yield f"measure {name}: {result!r}, wanted {value!r}; {measure.reason or right[name].reason}"
            return
        if value is None or result is None:
            continue
        wanted = value * (factor if is_money(measure.unit) else 1.0)
        floor = slack if is_money(measure.unit) else 1e-6
        if abs(result - wanted) > max(floor, 1e-5 * abs(wanted)):
            yield f"measure {name}: {result!r}, wanted {wanted!r}"
            return


@cache
def is_money(unit: str) -> bool:
    """Tell whether a unit is one of money, once."""
    return len(re.findall(CODES, unit)) == 1


def multiply(case: Case) -> Iterator[str]:
    """Money x 1000 multiplies money and leaves all else, unless a part of a cent, which is none, becomes some."""
    if has_specks(case.projection):
        return
    twin = project(scenario_of(write_plan(multiply_money(case.bare, TIMES))))
    yield from unlike(case.projection, twin, TIMES)
    yield from unlike_measures(case, twin, TIMES)


def has_specks(projection: Projection) -> bool:
    """Tell whether what the plan asks for as money, or a flow that is discounted, is a part of a cent somewhere."""
    asked = {path for row in projection.rows.values() for path in ASKED_FOR.findall(str(row.formula))}
    asked |= {"returns.project_flow", "returns.owners_flow"}
    sizes = [np.abs(projection.value(path)).ravel() for path in sorted(asked & projection.rows.keys())]
    return any(bool(((size > 1e-6) & (size < HALF_A_CENT)).any()) for size in sizes)


def reorder(case: Case) -> Iterator[str]:
    """Check that the order of keys changes nothing, where order means nothing."""
    twin = project(scenario_of(write_plan(shuffle_keys(case.dice, case.plan))))
    yield from unlike(case.projection, twin)


def convert(case: Case) -> Iterator[str]:
    """Other units change nothing."""
    twin = project(scenario_of(write_plan(change_units(case.dice, case.bare))))
    yield from unlike(case.projection, twin)
    yield from unlike_measures(case, twin)


def postpone(case: Case) -> Iterator[str]:
    """28 years later, when the calendar repeats, all is as it was."""
    twin = project(scenario_of(write_plan(move_years(case.bare))))
    yield from unlike(case.projection, twin, moved=True)
    yield from unlike_measures(case, twin)


def show_again(case: Case) -> Iterator[str]:
    """Check that what `show` prints is the same plan; with an option it is a plan of its own, with no other financing."""
    options = [None, *case.scenario.options]
    option = case.dice.choice(options)
    shown = case.scenario if option is None else case.scenario.with_option(option)
    twin = scenario_of(yaml_text(shown.standalone_tree))
    wanted = case.projection if option is None else project(shown)
    yield from unlike(wanted, project(twin), aside=() if option is None else ("without_projects.", "returns."))
    if option is None and twin.digest() != case.scenario.digest():
        yield "the hash of the plan is another one"


def choose_option(case: Case) -> Iterator[str]:
    """Check that an option alone is what it is in a comparison."""
    if not case.scenario.options:
        return
    comparison, scenario = compare(case.scenario), scenario_of(case.text)
    for name in case.scenario.options:
        alone = project(scenario.with_option(name))
        yield from (f"option {name}: {message}" for message in unlike(alone, comparison.cases[name].projection))
        by_name = measures(alone)
        for key, measure in comparison.cases[name].measures.items():
            if measure.value != by_name[key].value and abs(
                (measure.value or 0) - (by_name[key].value or 0)
            ) > 1e-6 * abs(measure.value or 1):
                yield f"option {name}: {key} is {measure.value!r}, alone {by_name[key].value!r}"


def bring_by(case: Case) -> Iterator[str]:
    """Quarters add up to years, end with them, or have their mean."""
    projection = case.projection
    if projection.timeline.months > 3:
        return
    sizes = {year: part.stop - part.start for year, part in projection.timeline.groups("year").items()}
    full = [year for year, size in sizes.items() if size * projection.timeline.months == 12]
    if projection.timeline.year_ends % 3:
        return  # no quarters make up such a year
    for path, row in projection.period_rows.items():
        quarters, years = projection.by(path, "quarter"), projection.by(path)
        for year in full:
            inside = projection.timeline.span(year)
            names = [name for name in quarters if lies_within(name, inside, projection.timeline.year_ends)]
            parts = [float(quarters[name][0]) for name in names]
            wanted = {"flow": sum(parts), "stock": parts[-1], "rate": sum(parts) / 4}[row.nature]
            if not np.isclose(
                wanted, years[year][0], rtol=1e-9, atol=1e-9 * max(1.0, *map(abs, parts)), equal_nan=True
            ):
                yield f"{path} of {year}: {years[year][0]!r}, by quarters {wanted!r}"
                return


def lay(case: Case) -> Iterator[str]:
    """Check that a plan that differs, with the differences laid over it, is the plan."""
    base, overlay = lay_over(case.dice, case.bare)
    case.texts.append(overlay)
    (case.folder / "base.yaml").write_text(write_plan(base), "utf-8")
    (case.folder / "plan.yaml").write_text(write_plan(overlay), "utf-8")
    twin = project(read(case.folder / "plan.yaml"))
    yield from unlike(case.projection, twin)


def lend(case: Case) -> Iterator[str]:
    """Check that a loan that draws by its own dates is the same in a file of loans alone."""
    plan = case.bare
    if "loans" not in plan:
        return
    keys = ("fibercap", "rates", "calendars", "loans")
    loans = {name: {key: loan[key] for key in loan if key != "reserve"} for name, loan in plan["loans"].items()}
    try:
        alone = contracts_of(write_plan({key: plan[key] for key in keys if key in plan} | {"loans": loans}))
    except ScenarioError:
        if any(
            loan.ratio_terms for loan in case.scenario.loans.values()
        ):  # alone they have the terms of their first day
            return
        raise
    for name, loan in alone.loans.items():
        terms = plan["loans"][name]
        funded = any(name in block for block in plan.get("funding", {}).values())
        if (
            "draws" not in terms
            or funded
            or loan.needs_cash
            or loan.ratio_terms
            or "prepayments" in terms
            or loan.repayment.needs_cash
            or "covenants" in terms
        ):
            continue
        values = schedule(loan, alone.rates, alone.loan_currency(name)).by_event["closing"]
        closing = case.projection.value(f"loans.{name}.schedule.closing")
        if not np.isclose(float(np.max(values)), float(np.max(closing)), rtol=1e-9):
            yield f"loan {name}: most owed {np.max(values)!r} alone, {np.max(closing)!r} in the plan"


def draw_many(case: Case) -> Iterator[str]:
    """Check that one of two draws at once is what it is alone."""
    paths = [find_cost(name, has_cash_cost=plant.has_cash_cost) for name, plant in case.scenario.plants.items()]
    paths += [f"projects.{name}.capex" for name in case.plan.get("projects", {})]
    samples = {path: {"times": np.array([[0.9], [0.95]])} for path in case.dice.sample(paths, min(2, len(paths)))}
    batch, sample = project(case.scenario.with_samples(samples)), case.dice.randint(0, 1)
    one = {path: {"times": value["times"][sample : sample + 1]} for path, value in samples.items()}
    for message in unlike(project(case.scenario.with_samples(one)), batch, draw=min(sample, batch.samples - 1)):
        yield f"draw {sample}, as if alone: {message}"


TWINS: dict[str, Callable[[Case], Iterator[str]]] = {
    "money x 1000": multiply,
    "order of keys": reorder,
    "other units": convert,
    "28 years later": postpone,
    "show read again": show_again,
    "an option alone": choose_option,
    "by quarter": bring_by,
    "laid over another": lay,
    "draws at once": draw_many,
    "loans alone": lend,
}
