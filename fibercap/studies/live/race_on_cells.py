"""The verdict on options as cells: what each is worth to the owners, and which may be recommended."""

from __future__ import annotations

from dataclasses import dataclass
from math import nan
from typing import TYPE_CHECKING

from fibercap.core.program.operations import Do
from fibercap.core.timeline import FLOW
from fibercap.studies.live.tests_on_cells import covenant_on_cells, faults_on_cells
from fibercap.studies.verdict.race import WORTH
from fibercap.studies.verdict.verdict import TIE

if TYPE_CHECKING:
    from collections.abc import Mapping

    from fibercap.core.program.node import Value
    from fibercap.studies.live.option_cells import OptionCells, PlanCells
    from fibercap.studies.live.tests_on_cells import Faults, TestedDate
    from fibercap.studies.verdict.footing import Footing


@dataclass(frozen=True)
class Standing:
    """How an option stands: the tests of its covenants by name, and its faults."""

    tests: Mapping[str, list[TestedDate]]
    faults: Faults


@dataclass(frozen=True)
class Ranked:
    """An option in the ranking: its worth, nan if it has none; what it is behind the best; whether it may be taken."""

    worth: Value
    owners: Value
    behind: Value
    is_sound: Value
    is_recommended: Value


def standing(plan: PlanCells, of: OptionCells) -> Standing:
    """Return how an option stands.

    Parameters
    ----------
    plan, of : PlanCells, OptionCells
        The cells of the plan, and of the option.
    """
    tests = {
        f"{loan}.{name}": covenant_on_cells(plan, of, loan, name)
        for loan, terms in of.projection.scenario.loans.items()
        for name in terms.covenants
    }
    return Standing(tests, faults_on_cells(of, [test for dates in tests.values() for test in dates]))


def ranking(plan: PlanCells, standings: Mapping[str, Standing], footing: Footing) -> dict[str, Ranked]:
    """Return the ranking of options by their worth to the owners.

    Parameters
    ----------
    plan, standings : PlanCells, mapping
        The cells of the plan, and how each option stands.
    footing : Footing
        That of the plan as written: which options can be compared, and whose reference company is subtracted from all.

    Source
    ------
    docs/decisions/verdict.md.
    """
    apply, fold = plan.graph.apply, plan.graph.fold
    owners = {name: _owners_worth(of) for name, of in plan.options.items()}
    npv = {name: of.measure(WORTH) for name, of in plan.options.items()}
    beside = {name: apply(Do.SUBTRACT, owners[name], npv[name]) for name in owners}
    worth: dict[str, Value] = {}
    for name, of in plan.options.items():
        if name not in footing.worth:
            worth[name] = nan
            continue
        more = apply(Do.SUBTRACT, beside[name], beside[footing.base]) if footing.base else beside[name]
        counts = apply(Do.LESS, standings[name].faults.trifle, of.size(more))
        worth[name] = apply(Do.ADD, npv[name], apply(Do.IF, counts, more, 0.0))
    sound = {
        name: apply(Do.AND, standings[name].faults.is_sound, of.is_defined(worth[name]))
        for name, of in plan.options.items()
    }
    among = {name: apply(Do.IF, sound[name], worth[name], nan) for name in worth}
    best = fold(Do.MOST, among.values(), nan)
    least: Value = 0.0
    for name in reversed(worth):
        tie = apply(Do.MULTIPLY, TIE, _uses(plan.options[name]))
        tie = apply(Do.MAXIMUM, tie, standings[name].faults.trifle)
        least = apply(Do.IF, apply(Do.EQUAL, among[name], best), tie, least)
    behind = {name: apply(Do.SUBTRACT, best, worth[name]) for name in worth}
    return {
        name: Ranked(
            worth[name],
            owners[name],
            behind[name],
            sound[name],
            apply(Do.AND, sound[name], apply(Do.AT_MOST, behind[name], least)),
        )
        for name in worth
    }


def _owners_worth(of: OptionCells) -> Value:
    return of.cells.value("SUM({returns.owners_flow} * {returns.discount_factor})")


def _uses(of: OptionCells) -> Value:
    """Return what an option spends on projects and purchases, with financing costs. [money]"""
    scenario = of.projection.scenario
    rows = [row for key in scenario.spends for row in scenario.source_rows(key).values()]
    return of.together([of.together(of.columns(row), FLOW) for row in rows], FLOW)
