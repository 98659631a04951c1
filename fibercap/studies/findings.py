"""The findings: what is wrong with a plan whose books balance. Every command, page and verdict reads this one list."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property, partial
from math import isinf
from typing import TYPE_CHECKING, Final

import numpy as np

from fibercap.model.cash.reserves import free_cash
from fibercap.model.horizon.run_off import RUN_OFF
from fibercap.studies.claims import WORDS, outcomes
from fibercap.studies.covenants import covenants
from fibercap.studies.ways_out import (
    cash_way_out,
    claim_way_out,
    covenant_way_out,
    quantity_words,
    repays,
    uses_way_out,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from fibercap.core.timeline import Timeline
    from fibercap.model.projection import Projection
    from fibercap.studies.claims import Outcome
    from fibercap.studies.covenants import CovenantResult

COVENANT: Final = "covenant_broken"
CASH: Final = "cash_below_zero"
USES: Final = "uses_unfunded"
CLAIM: Final = "claim_not_as_expected"
KINDS: Final = (COVENANT, CASH, USES, CLAIM)
"""Every kind of finding, in the order in which they are printed."""


@dataclass(frozen=True)
class Finding:
    """One thing that is wrong with a plan, or with one option of it.

    Parameters
    ----------
    kind : str
        One of `KINDS`.
    option : str, optional
        The financing option of the plan; None for the plan as written.
    loan : str
        The loan of the broken covenant; for cash, the loan whose repayment alone takes it below zero; else "".
    name : str
        The covenant `<loan>.<name>`, the claim, the project or purchase whose uses are unfunded; "" for cash.
    when : str
        The first date, as tables write it; "" for a measure of the whole plan.
    value : float, optional
        The covenant's worst value, the lowest cash, the amount without a source, or the claim's value; None if it is
        undefined, or if debt is owed and EBITDA is not positive.
    limit : float, optional
        The value that was promised or claimed.
    unit : str
        The unit of value and limit.
    sentence : str
        The finding in plain words, on one line.
    fault : str
        The finding in a few words, for lists.
    after_horizon : bool
        Whether cash falls below zero only after the horizon, while loans run off.
    """

    kind: str
    option: str | None
    loan: str
    name: str
    when: str
    value: float | None
    limit: float | None
    unit: str
    sentence: str
    fault: str
    after_horizon: bool = False
    _heal: Callable[[], str] = field(default=str, repr=False, compare=False)

    @property
    def stops(self) -> bool:
        """Whether the plan may not be recommended for it: true of every kind but claims, which are only statements."""
        return self.kind != CLAIM

    @cached_property
    def way_out(self) -> str:
        """What would mend it, with amounts, dates and paths; computed on first use."""
        return self._heal()


def findings(
    projection: Projection,
    claims: Mapping[str, Outcome] | None = None,
    promises: Mapping[str, CovenantResult] | None = None,
) -> tuple[Finding, ...]:
    """Return what is wrong with a plan: covenants, cash, uses, claims, in this order.

    Cash below zero is not a finding if the plan says that it is expected (`company.may_run_dry`).

    Parameters
    ----------
    projection : Projection
        The projection of the plan; of a batch, the first sample counts.
    claims, promises : mapping, optional
        The outcomes of its claims and covenants, if the caller has computed them.

    Raises
    ------
    ScenarioError
        If a claim or covenant cannot be tested; it never passes.

    Source
    ------
    docs/conventions.md, section 5.
    """
    promises = promises if promises is not None else covenants(projection)
    claims = claims if claims is not None else outcomes(projection)
    return (
        *_covenants(projection, promises),
        *(() if projection.scenario.company.may_run_dry else dry(projection)),
        *_uses(projection),
        *(_claim(projection, outcome) for outcome in claims.values() if not outcome.as_expected),
    )


def faults(projection: Projection, promises: Mapping[str, CovenantResult] | None = None) -> tuple[Finding, ...]:
    """Return the findings for which a plan may not be recommended: covenants, cash below zero, unfunded uses.

    Cash below zero counts even if the plan expects it (`company.may_run_dry`). Claims, which are only statements, do
    not count.

    Parameters
    ----------
    projection : Projection
        The projection of the plan; of a batch, the first sample counts.
    promises : mapping, optional
        The outcomes of its covenants, if the caller has computed them.
    """
    tested = promises if promises is not None else covenants(projection)
    return (*_covenants(projection, tested), *dry(projection), *_uses(projection))


def _faults_by_name(projection: Projection) -> dict[tuple[str, str], str]:
    return {(each.kind, each.name): each.fault for each in faults(projection)}


def _covenants(projection: Projection, promises: Mapping[str, CovenantResult]) -> list[Finding]:
    """Return a finding for each broken covenant, the one with the least headroom first."""
    broken = [tested for tested in promises.values() if tested.is_broken]
    broken.sort(key=lambda tested: tested.tightest.headroom or 0.0 if tested.tightest else 0.0)
    return [_covenant(projection, tested) for tested in broken]


def _covenant(projection: Projection, tested: CovenantResult) -> Finding:
    fails = [test for test in tested.tests if not test.holds]
    first, worst = fails[0], tested.worst
    often = f", {len(fails)} of {len(tested.tests)} times" if len(fails) > 1 else ""
    comparator, worst_limit = WORDS[tested.comparator], ""
    promised = f"{comparator} {quantity_words(first.limit, tested.unit)} is promised"
    if worst.limit != first.limit:
        worst_limit = f", of {comparator} {quantity_words(worst.limit, tested.unit)}"
    if isinf(worst.value):
        far = f"{tested.why_infinite}{worst.on if worst is not first else ''}; {promised}"
    else:
        deep = (
            f" (at worst {quantity_words(worst.value, tested.unit)}{worst.on}{worst_limit})"
            if worst is not first
            else ""
        )
        far = f"{tested.subject} is {quantity_words(first.value, tested.unit)}{deep}, {promised}"
    return Finding(
        kind=COVENANT,
        option=projection.scenario.option,
        loan=tested.loan,
        name=f"{tested.loan}.{tested.name}",
        when="" if not first.on else first.when,
        value=None if isinf(worst.value) else worst.value,
        limit=worst.limit,
        unit=tested.unit,
        sentence=f"covenant {tested.title} is broken{first.on}{often}: {far}",
        fault=f"breaks {tested.title}{first.on}",
        _heal=partial(covenant_way_out, projection, tested, _faults_by_name),
    )


def dry(projection: Projection) -> tuple[Finding, ...]:
    """Return a finding if cash falls below zero in the horizon, and one if after it; whether expected or not."""
    later = () if projection.run_off is None else _dry(projection, f"{RUN_OFF}.", projection.run_off)
    return (*_dry(projection, "", projection.timeline), *later)


def _dry(projection: Projection, prefix: str, timeline: Timeline) -> Iterator[Finding]:
    cash = projection.value(f"{prefix}{free_cash(projection.scenario)}")[0]
    money = projection.scenario.currency
    below = np.flatnonzero(cash < -float(projection.trifle.value.flat[0]))
    if not len(below):
        return
    first, lowest = int(below[0]), int(cash.argmin())
    where = " after the horizon, while loans run off," if prefix else ""
    deep = f"the lowest is {quantity_words(float(cash[lowest]), money)} in {timeline.labels[lowest]}"
    yield Finding(
        kind=CASH,
        option=projection.scenario.option,
        loan=repays(projection, prefix, first, -float(cash[lowest])),
        name="",
        when=timeline.labels[first],
        value=float(cash[lowest]),
        limit=0.0,
        unit=money,
        sentence=f"cash is below zero{where} in {len(below)} of {len(cash)} periods, first in "
        f"{timeline.labels[first]}; {deep}",
        fault=f"cash falls to {quantity_words(float(cash[lowest]), money)} in {timeline.labels[lowest]}",
        after_horizon=bool(prefix),
        _heal=partial(cash_way_out, projection, prefix, first, float(cash[lowest])),
    )


def _uses(projection: Projection) -> Iterator[Finding]:
    """Yield a finding for each project and purchase whose spending no source of funding pays."""
    plan, labels = projection.scenario, projection.timeline.labels
    money, trifle = plan.currency, float(projection.trifle.value.flat[0])
    for key in plan.spends:
        gap = projection.value(plan.source_rows(key)["gap"])[0]
        if gap.sum() <= trifle:
            continue
        first, amount = labels[int(np.flatnonzero(np.cumsum(gap) > trifle)[0])], quantity_words(float(gap.sum()), money)
        yield Finding(
            kind=USES,
            option=plan.option,
            loan="",
            name=key,
            when=first,
            value=float(gap.sum()),
            limit=0.0,
            unit=money,
            sentence=f"unfunded: {amount} of `{key}`, from {first} on, which no loan, grant, equity or named `cash` "
            "pays",
            fault=f"{amount} of `{key}` have no source",
            _heal=partial(uses_way_out, projection, key, gap),
        )


def _claim(projection: Projection, outcome: Outcome) -> Finding:
    value = (
        quantity_words(outcome.value, outcome.unit) if outcome.value is not None else f"undefined ({outcome.reason})"
    )
    turned = "fails" if outcome.expected else "holds, though it is expected to fail"
    wanted = f"{WORDS[outcome.comparator]} {quantity_words(outcome.limit, outcome.unit)}{outcome.tolerance_text}"
    when = f" {outcome.when}" if outcome.when.startswith("in ") else f" in {outcome.when}" if outcome.when else ""
    when = when.replace(" in end of", " at the end of")
    says = f"claim `{outcome.name}` ({outcome.says}) {turned}: {outcome.subject} is {value}{when}"
    return Finding(
        kind=CLAIM,
        option=projection.scenario.option,
        loan="",
        name=outcome.name,
        when=outcome.when,
        value=outcome.value,
        limit=outcome.limit,
        unit=outcome.unit,
        sentence=f"{says}, claimed {wanted}",
        fault=f"claim `{outcome.name}` {turned}",
        _heal=partial(claim_way_out, outcome),
    )
