"""Financing options of one scenario, or several scenarios, side by side."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from fibercap.core.errors import FibercapError, did_you_mean
from fibercap.model.measures.measure import HIGHER
from fibercap.model.project import project
from fibercap.studies.bridge import bridge
from fibercap.studies.claims import outcomes
from fibercap.studies.covenants import covenants
from fibercap.studies.differences import different_inputs
from fibercap.studies.findings import findings
from fibercap.studies.flips import flips
from fibercap.studies.headroom import headroom
from fibercap.studies.verdict.rulers import unlike_rulers

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from fibercap.model.measures.measure import Measure
    from fibercap.model.plan.scenario import Scenario
    from fibercap.model.projection import Projection
    from fibercap.studies.bridge import Bridge
    from fibercap.studies.claims import Outcome
    from fibercap.studies.covenants import Tested
    from fibercap.studies.findings import Finding
    from fibercap.studies.flips import Flip
    from fibercap.studies.headroom import Headroom

ALIKE = 1e-6
"""Measures nearer than this share of the largest are alike."""
COVER = frozenset({"min_dscr", "min_dscr_by_year", "average_dscr"})
"""Measures that a loan due at once flatters: until then only its interest is served."""


@dataclass(frozen=True)
class Case:
    """One option or scenario: what it leads to, its measures and claims."""

    name: str
    title: str
    projection: Projection
    measures: Mapping[str, Measure]
    claims: Mapping[str, Outcome]
    covenants: Mapping[str, Tested]

    @cached_property
    def findings(self) -> tuple[Finding, ...]:
        """What is wrong with it."""
        return findings(self.projection, self.claims, self.covenants)

    @cached_property
    def headroom(self) -> Mapping[str, Headroom]:
        """How far EBITDA, prices and volume may fall before each covenant is broken; worked out when asked for."""
        return headroom(self.projection, self.covenants)

    @cached_property
    def flips(self) -> Mapping[str, Flip | None]:
        """The input that decides each claim; worked out when asked for."""
        return flips(self.projection, self.claims)

    @cached_property
    def cash_needed(self) -> Mapping[str, float]:
        """What operations and loans leave to be paid by owners or from cash, by year. [money]

        Operating and investing cash flow, loans drawn less principal and upfront fees, where that is below zero.
        """
        rows = {"operating_cash_flow": 1, "investing_cash_flow": 1, "draws": 1, "principal": -1, "upfront_fees": -1}
        by_year = {row: self.projection.by(f"accounts.{row}") for row in rows}
        years = self.projection.timeline.groups("year")
        sums = {year: sum(sign * float(by_year[row][year][0]) for row, sign in rows.items()) for year in years}
        return {year: max(-amount, 0.0) for year, amount in sums.items()}


@dataclass(frozen=True, repr=False)
class Comparison:
    """Cases by name, the one the others are measured against, and the inputs in which each differs from it."""

    baseline: str
    cases: Mapping[str, Case]
    differences: Mapping[str, Mapping[str, tuple[str | None, str | None]]]
    currency: str

    def __repr__(self) -> str:
        """Say what it is in a line; `fibercap.table` shows its measures."""
        return f"<Comparison with {self.baseline}: {', '.join(self.cases)}>"

    @cached_property
    def unlike(self) -> Mapping[str, tuple[str, ...]]:
        """The cases that are measured by a ruler of their own, such as another discount rate, with those inputs."""
        return unlike_rulers({name: case.projection.scenario for name, case in self.cases.items()}, self.baseline)

    def best(self, measure: str) -> tuple[str, ...]:
        """Return the cases in which a measure is best; none where it has no better side or all are alike.

        A case that is measured by a ruler of its own is never best.
        A loan that is due at once is never best on cover of service unless its LLCR, which shows it up, is known.
        """
        names = self._extreme(measure, best=True)
        return () if any(self._is_flattered(measure, name) for name in names) else names

    def worst(self, measure: str) -> tuple[str, ...]:
        """Return the cases in which a measure is worst; none where it has no better side or all are alike."""
        return self._extreme(measure, best=False)

    def _extreme(self, measure: str, *, best: bool) -> tuple[str, ...]:
        """Return the cases in which a measure is best, or worst."""
        candidates = {
            n: c.measures[measure] for n, c in self.cases.items() if measure in c.measures and n not in self.unlike
        }
        values = {name: m.value for name, m in candidates.items() if m.value is not None}
        better = next(iter(candidates.values())).better if candidates else ""
        if not better or not values:
            return ()
        end = max(values.values()) if (better == HIGHER) == best else min(values.values())
        slack = ALIKE * max(abs(value) for value in values.values())
        names = tuple(name for name, value in values.items() if abs(value - end) <= slack)
        return () if len(names) == len(values) else names

    def _is_flattered(self, measure: str, name: str) -> bool:
        """Tell whether cover of service says too much of a case: a loan is due at once, and its LLCR is not known."""
        case = self.cases[name]
        ends = any(loan.due_at_once for loan in case.projection.scenario.loans.values())
        return measure.partition(".")[0] in COVER and ends and case.measures["min_llcr"].value is None

    def delta(self, measure: str, name: str, base: str | None = None) -> float | None:
        """Return how much more a measure is in a case than in another, the baseline; None where either is undefined."""
        reference, changed = (self.cases[case].measures.get(measure) for case in (base or self.baseline, name))
        if reference is None or changed is None or reference.value is None or changed.value is None:
            return None
        return changed.value - reference.value

    def bridge(self, name: str) -> Bridge | None:
        """Return the steps from the baseline's worth to its owners to a case's; None where either has none."""
        return bridge(self.cases[self.baseline].projection, self.cases[name].projection)


def compare(scenario: Scenario, *others: Scenario, baseline: str | None = None, only: Sequence[str] = ()) -> Comparison:
    """Project every financing option of a scenario, or several scenarios, and set them side by side.

    Parameters
    ----------
    scenario : Scenario
        The plan; alone, its options are compared.
    others : Scenario
        Further plans; then the plans are compared, by their ids.
    baseline : str, optional
        The case that others are measured against; the first if not given.
    only : sequence of str
        The options to compare; all of them if not given.

    Returns
    -------
    Comparison

    Raises
    ------
    FibercapError
        If there is nothing to compare, no such baseline, or currencies or horizons differ.
    ScenarioError
        If an option does not fit.
    """
    if others:
        plans = {plan.id: plan for plan in (scenario, *others)}
        if len(plans) < len(others) + 1:
            raise FibercapError("not_alike", "two of the scenarios have the same `id`", "give each its own")
    else:
        plans = {name: scenario.with_option(name) for name in only or scenario.options}
        if not plans:
            raise FibercapError(
                "no_options", f"{scenario.file} has no options to compare", "write some under `options:`"
            )
    first = baseline or next(iter(plans))
    if first not in plans:
        raise FibercapError("no_such_name", f"no case `{first}` to compare with", did_you_mean(first, plans, "cases"))
    _refuse_unlike(plans, first)
    cases: dict[str, Case] = {}
    for name, plan in plans.items():
        like = next(iter(cases.values())).projection if cases else None
        cases[name] = _case(name, plan, like, alone=not others)
    differences = {name: different_inputs(plans[first], plan) for name, plan in plans.items() if name != first}
    return Comparison(first, cases, differences, scenario.currency)


def case_of(plan: Scenario) -> Case:
    """Project one plan, with its measures, claims and covenants.

    Raises
    ------
    ScenarioError
        If it does not fit, or a claim or covenant cannot be tested.
    """
    return _case(plan.option or plan.id, plan, None, alone=False)


def cases_of_options(case: Case) -> dict[str, Case]:
    """Project every financing option of a plan as written, whatever its horizon; none where an option is chosen.

    Parameters
    ----------
    case : Case
        The plan as written; what its plants and projects do is taken from it.

    Raises
    ------
    ScenarioError
        If an option does not fit.
    """
    plan = case.projection.scenario
    names = plan.options if plan.option is None else ()
    return {name: _case(name, plan.with_option(name), case.projection, alone=True) for name in names}


def _refuse_unlike(plans: Mapping[str, Scenario], baseline: str) -> None:
    """Refuse plans that report in another currency or over other years than the baseline."""
    first = plans[baseline]
    for name, plan in plans.items():
        for what, has, wanted in (
            ("reports in", plan.currency, first.currency),
            ("runs", _years(plan), _years(first)),
        ):
            if has != wanted:
                message = f"`{name}` {what} {has}, and `{baseline}` {wanted}: they cannot be set side by side"
                way = "leave one of them out, or give both the same `horizon` and `money.report_in`"
                raise FibercapError("not_alike", message, way)


def _years(plan: Scenario) -> str:
    return f"from {plan.horizon.start} to {plan.horizon.end}"


def _case(name: str, plan: Scenario, like: Projection | None, *, alone: bool) -> Case:
    title = plan.options[name].title if alone else plan.title
    projection = project(plan, like)
    measures = projection.measures
    return Case(name, title or name, projection, measures, outcomes(projection, measures), covenants(projection))
