"""Tables of a simulation: what measures are likely to be, chances of claims and by year, options, what drives it."""

from __future__ import annotations

from dataclasses import dataclass
from math import isnan
from typing import TYPE_CHECKING, Final

import numpy as np

from fibercap.core.language.names import key_in_words
from fibercap.studies.chances.estimates import Estimate, chance, estimate, mean
from fibercap.studies.chances.kept import CASH, CLAIM, COVENANT, EVER, LATER, MEASURE
from fibercap.views.sentences import SCALES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from fibercap.studies.chances.drivers import Driver
    from fibercap.studies.chances.simulate import Case, Simulation

FIGURE_HEADS: Final = {"mean": "mean", "error": "±", "p5": "P5", "p50": "P50", "p95": "P95", "cvar5": "low 5 %"}

NOTE: Final = "±: standard error of the mean; low 5 %: mean of the lowest twentieth (CVaR)."


@dataclass(frozen=True)
class ChanceTable:
    """A table of texts: a title, heads and lines; the first cell of a line is its label."""

    title: str
    heads: tuple[str, ...]
    lines: tuple[tuple[str, ...], ...]
    note: str = ""


def tables_of(simulation: Simulation, groups: Sequence[Driver] = (), driven: str = "") -> list[ChanceTable]:
    """Return the tables of a simulation, in the order in which they are read.

    Parameters
    ----------
    simulation : Simulation
        What was simulated.
    groups, driven : sequence of Driver, str
        What drives a measure, and its name.
    """
    tables = [*_measures(simulation), *_cases_against(simulation), *_claims(simulation)]
    tables += [table for case in simulation.cases.values() for table in _by_year(simulation, case)]
    if groups:
        tables.append(_drivers(simulation, groups, driven))
    return tables


def _name(case: Case) -> str:
    return case.name or "as written"


def _measures(simulation: Simulation) -> list[ChanceTable]:
    """Return a table of measures for one case; a table of cases for each measure if there are several."""
    cases = list(simulation.cases.values())
    names = [key.removeprefix(MEASURE) for key in cases[0].kept if key.startswith(MEASURE)]
    names = [name for name in names if any(np.nan_to_num(case.measure(name)).any() for case in cases)]
    if len(cases) == 1:
        lines = []
        for name in names:
            unit, cells = _figures(cases[0], name, *_scale(cases, name))
            lines.append((f"{cases[0].base.measures[name].label}{f' [{unit}]' if unit else ''}", *cells))
        heads = ("", *FIGURE_HEADS.values())
        return [
            ChanceTable("What is likely", heads, tuple(lines), f"{NOTE} {_note_on_undefined(cases[0], names)}".strip())
        ]
    tables = []
    for name in names:
        scale = _scale(cases, name)
        rows = tuple((_name(case), *_figures(case, name, *scale)[1]) for case in cases)
        label = cases[0].base.measures[name].label
        unit = scale[1]
        title = f"{label}{f' [{unit}]' if unit else ''}"
        tables.append(ChanceTable(title, ("", *FIGURE_HEADS.values()), rows, NOTE if name == names[-1] else ""))
    return tables


def _scale(cases: Sequence[Case], name: str) -> tuple[float, str, int]:
    """Return divisor, unit text and decimals for a measure of all cases."""
    unit = cases[0].base.measures[name].unit
    if unit == "1/year":
        return 0.01, "%/year", 1
    if not unit.isupper():
        return 1.0, {"year": "years"}.get(unit, unit), 2
    largest = max(np.nanmax(np.abs(case.measure(name)), initial=0.0) for case in cases)
    size, word = next(((size, word) for size, word in SCALES if largest >= size), (1.0, ""))
    return size, f"{word}{unit}", 1


def _figures(case: Case, name: str, size: float, unit: str, decimals: int) -> tuple[str, list[str]]:
    figures = case.figures(name)
    values = {key: figures[key].value for key in FIGURE_HEADS if key != "error"} | {"error": figures["mean"].error}
    return unit, [_number(values[key] / size, decimals) for key in FIGURE_HEADS]


def _number(value: float, decimals: int) -> str:
    return "–" if isnan(value) else f"{value:z,.{decimals}f}"


def _note_on_undefined(case: Case, names: Sequence[str]) -> str:
    """Say which measures are undefined in some samples."""
    shares = {name: float(np.isnan(case.measure(name)).mean()) for name in names}
    texts = [f"{case.base.measures[name].label} in {100 * share:.1f} %" for name, share in shares.items() if share > 0]
    return f"Undefined, and left out: {', '.join(texts)} of the samples." if texts else ""


def percent(value: Estimate) -> str:
    """Return a chance with its standard error: `25.4 % ±0.3`."""
    if isnan(value.value):
        return "–"
    error = "" if isnan(value.error) or value.error < 0.0005 else f" ±{100 * value.error:.1f}"
    return f"{100 * value.value:.1f} %{error}"


def _claims(simulation: Simulation) -> list[ChanceTable]:
    """Return the chance of each claim and of breaking each covenant, by case."""
    cases = list(simulation.cases.values())
    heads = ("", *(_name(case) for case in cases)) if len(cases) > 1 else ("", "chance")
    lines = [(says, *(_of_claim(case, name) for case in cases)) for name, says in claims_of(cases).items()]
    tables = [ChanceTable("Chance that each claim holds", heads, tuple(lines))] if lines else []
    ever: dict[str, list[str]] = {}
    for place, case in enumerate(cases):
        for key, (value,) in (case.chances(EVER) | _dry(case)).items():
            ever.setdefault(fault_label(case, key), ["–"] * len(cases))[place] = percent(value)
    lines = [(label, *texts) for label, texts in ever.items()]
    return [*tables, ChanceTable("Chance that something fails", heads, tuple(lines))]


def claims_of(cases: Sequence[Case]) -> dict[str, str]:
    """Return what each claim of some cases says, by name."""
    return {name: claim.says for case in cases for name, claim in case.base.scenario.claims.items()}


def _of_claim(case: Case, name: str) -> str:
    """Return the chance of a claim; a dash where the option has no such claim."""
    values = case.kept.get(f"{CLAIM}{name}")
    return "–" if values is None else percent(chance(values))


def _dry(case: Case) -> dict[str, list[Estimate]]:
    later = {"later": [chance(case.kept[LATER])]} if LATER in case.kept else {}
    return {"cash": [chance(case.dry)], **later}


def fault_label(case: Case, key: str) -> str:
    """Return what tables and charts call a failure.

    Parameters
    ----------
    case, key : Case, str
        The plan or option, and `cash`, `later`, or `<loan>.<covenant>`.
    """
    if key in ("cash", "later"):
        return "cash below zero" + (" after the horizon" if key == "later" else " in the horizon")
    loan, _, name = key.partition(".")
    plan = case.base.scenario
    return f"{plan.loan_title(loan)}: {plan.loans[loan].covenants[name].says or key_in_words(name)} broken"


def _by_year(simulation: Simulation, case: Case) -> list[ChanceTable]:
    """Return the chances of cash below zero and of broken covenants, year by year."""
    lines = [("cash below zero", *map(_short, case.chances(CASH)[""]))]
    lines += [(fault_label(case, key), *map(_short, values)) for key, values in case.chances(COVENANT).items()]
    where = f", {_name(case)}" if len(simulation.cases) > 1 else ""
    return [ChanceTable(f"Chance by year, in %{where}", ("", *simulation.years), tuple(lines))]


def _short(value: Estimate) -> str:
    return "–" if isnan(value.value) else f"{100 * value.value:.1f}"


def _cases_against(simulation: Simulation) -> list[ChanceTable]:
    """Return how each option does against the first, on the same samples."""
    first, *others = simulation.cases.values()
    if not others:
        return []
    size, unit, decimals = _scale([first, *others], "equity_npv")
    lines = []
    for case in others:
        difference = case.measure("equity_npv") - first.measure("equity_npv")
        beats = np.where(np.isnan(difference), np.nan, difference > 0)
        average = estimate(difference, mean)
        worst = np.nanmin(difference, initial=np.inf)
        cells = [percent(chance(beats)), *(_number(x / size, decimals) for x in (average.value, average.error, worst))]
        lines.append((_name(case), *cells))
    title = f"Worth to the owners against {_name(first)}, on the same samples [{unit}]"
    return [ChanceTable(title, ("", "beats it", "mean", "±", "worst"), tuple(lines))]


def _drivers(simulation: Simulation, groups: Sequence[Driver], driven: str) -> ChanceTable:
    lines = []
    for driver in groups:
        for place, name in enumerate(driver.inputs):
            title = simulation.sampler.uncertain.inputs[name].title or key_in_words(name)
            shares = (
                [f"{100 * index.value:z.1f} %" for index in (driver.first, driver.total)] if not place else ["", ""]
            )
            mark = "  with " if place else ""
            lines.append((f"{mark}{title}", *shares, f"{driver.ranks[name]:z.2f}"))
    label = next(iter(simulation.cases.values())).base.measures[driven].label
    note = "Alone and in all: first-order and total Sobol index. What moves together has one index."
    return ChanceTable(f"What drives {label}", ("", "alone", "in all", "rank correlation"), tuple(lines), note)
