"""The comparison of a scenario's financing options, or of several scenarios."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from fibercap.core.errors import FibercapError, did_you_mean
from fibercap.core.language.names import key_in_words
from fibercap.core.period_names import DECEMBER
from fibercap.core.shown import html_of
from fibercap.model.measures.all_measures import is_debt_service_cover
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
    from fibercap.studies.covenants import CovenantResult
    from fibercap.studies.findings import Finding
    from fibercap.studies.flips import Flip
    from fibercap.studies.headroom import Headroom

ALIKE = 1e-6
"""Measures that differ by less than this share of the largest count as equal."""


@dataclass(frozen=True)
class Case:
    """One option or scenario: its projection, measures, claims and covenants."""

    name: str
    title: str
    projection: Projection
    measures: Mapping[str, Measure]
    claims: Mapping[str, Outcome]
    covenants: Mapping[str, CovenantResult]

    @cached_property
    def findings(self) -> tuple[Finding, ...]:
        """What is wrong with it."""
        return findings(self.projection, self.claims, self.covenants)

    @cached_property
    def headroom(self) -> Mapping[str, Headroom]:
        """How far EBITDA, prices and volume may fall before each covenant is broken; computed on first use."""
        return headroom(self.projection, self.covenants)

    @cached_property
    def flips(self) -> Mapping[str, Flip | None]:
        """The input that decides each claim; computed on first use."""
        return flips(self.projection, self.claims)

    @cached_property
    def cash_needed(self) -> Mapping[str, float]:
        """The cash that owners, or cash on hand, must provide, by year. [money]

        It is the sum of operating and investing cash flow and draws, less principal, upfront and prepayment fees, where
        that sum is negative; else 0.
        """
        rows = {"operating_cash_flow": 1, "investing_cash_flow": 1, "draws": 1, "principal": -1, "upfront_fees": -1}
        rows |= {"prepayment_fees": -1} if "accounts.prepayment_fees" in self.projection.rows else {}
        by_year = {row: self.projection.by(f"accounts.{row}") for row in rows}
        years = self.projection.timeline.groups("year")
        sums = {year: sum(sign * float(by_year[row][year][0]) for row, sign in rows.items()) for year in years}
        return {year: max(-amount, 0.0) for year, amount in sums.items()}


@dataclass(frozen=True, repr=False)
class Comparison:
    """Cases by name, the baseline that the others are compared with, and the inputs in which each differs from it."""

    baseline: str
    cases: Mapping[str, Case]
    differences: Mapping[str, Mapping[str, tuple[str | None, str | None]]]
    currency: str

    def __repr__(self) -> str:
        """Name the cases on one line; `fibercap.table` shows their measures."""
        return f"<Comparison with {self.baseline}: {', '.join(self.cases)}>"

    def _repr_html_(self) -> str:
        return html_of(self)

    @cached_property
    def unlike(self) -> Mapping[str, tuple[str, ...]]:
        """The cases whose worth is measured differently, such as with another discount rate, and those inputs."""
        return unlike_rulers({name: case.projection.scenario for name, case in self.cases.items()}, self.baseline)

    def best(self, measure: str) -> tuple[str, ...]:
        """Return the cases in which a measure is best; none if neither side is better or all are equal.

        A case in `unlike` is never best. A case with a bullet loan is never best on debt service cover unless its LLCR
        is defined, because debt service cover leaves the bullet out and the LLCR does not.
        """
        names = self._extreme(measure, best=True)
        return () if any(self._is_flattered(measure, name) for name in names) else names

    def worst(self, measure: str) -> tuple[str, ...]:
        """Return the cases in which a measure is worst; none if neither side is better or all are equal."""
        return self._extreme(measure, best=False)

    def _extreme(self, measure: str, *, best: bool) -> tuple[str, ...]:
        """Return the cases in which a measure is best, or worst if not `best`."""
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
        """Tell whether debt service cover flatters a case: it has a bullet loan, and its LLCR is undefined."""
        case = self.cases[name]
        ends = any(loan.due_at_once for loan in case.projection.scenario.loans.values())
        return is_debt_service_cover(measure) and ends and case.measures["min_llcr"].value is None

    def delta(self, measure: str, name: str, base: str | None = None) -> float | None:
        """Return a measure in case `name` less that in case `base`; None if either is undefined.

        Parameters
        ----------
        measure : str
            Name of the measure.
        name : str
            The case.
        base : str, optional
            The case to subtract; the baseline if not given.
        """
        reference, changed = (self.cases[case].measures.get(measure) for case in (base or self.baseline, name))
        if reference is None or changed is None or reference.value is None or changed.value is None:
            return None
        return changed.value - reference.value

    def bridge(self, name: str) -> Bridge | None:
        """Return the steps from the baseline's worth to its owners to that of case `name`; None if either has none."""
        return bridge(self.cases[self.baseline].projection, self.cases[name].projection)


def compare(scenario: Scenario, *others: Scenario, baseline: str | None = None, only: Sequence[str] = ()) -> Comparison:
    """Project every financing option of a scenario, or several scenarios, and compare them.

    Parameters
    ----------
    scenario : Scenario
        The plan; if no others are given, its options are compared.
    others : Scenario
        Further plans; if given, the plans are compared under their ids, not their options.
    baseline : str, optional
        The case that the others are compared with; the first if not given.
    only : sequence of str
        The options to compare; all of them if not given.

    Returns
    -------
    Comparison

    Raises
    ------
    FibercapError
        If there is nothing to compare, the baseline does not exist, or currencies or horizons differ.
    ScenarioError
        If an option does not fit the plan.
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
        If the plan is not valid, or a claim or covenant cannot be tested.
    """
    return _case(plan.option or plan.id, plan, None, alone=False)


def cases_of_options(case: Case) -> dict[str, Case]:
    """Return a case for every financing option of a plan; none if `case` is itself an option.

    Parameters
    ----------
    case : Case
        The plan as written; rows of plants and projects are taken from its projection.

    Raises
    ------
    ScenarioError
        If an option does not fit the plan.
    """
    plan = case.projection.scenario
    names = plan.options if plan.option is None else ()
    return {name: _case(name, plan.with_option(name), case.projection, alone=True) for name in names}


def _refuse_unlike(plans: Mapping[str, Scenario], baseline: str) -> None:
    """Refuse plans that report in another currency, or run over other years, than the baseline."""
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
    years = f"from {plan.horizon.start} to {plan.horizon.end}"
    return years if plan.timeline.year_ends == DECEMBER else f"{years} with years to {plan.horizon.year_ends}"


def _case(name: str, plan: Scenario, like: Projection | None, *, alone: bool) -> Case:
    title = plan.options[name].title if alone else plan.title
    projection = project(plan, like)
    measures = projection.measures
    return Case(
        name, title or key_in_words(name), projection, measures, outcomes(projection, measures), covenants(projection)
    )
