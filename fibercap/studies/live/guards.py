"""Limits on sums of several inputs beyond which a plan is refused, as cells, with the message of the refusal."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from fibercap.core.errors import FibercapError
from fibercap.core.program.node import is_number
from fibercap.core.program.operations import Do
from fibercap.model.checks.asked import asked_of_loan, asked_of_sources
from fibercap.model.checks.funding_checks import currencies_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fibercap.core.program.node import Value
    from fibercap.core.units import Array
    from fibercap.model.checks.asked import Asked
    from fibercap.model.plan.scenario import Scenario
    from fibercap.studies.live.option_cells import OptionCells, PlanCells


@dataclass(frozen=True)
class Guard:
    """A limit: 1 where the plan is refused, what is asked, the most that is allowed, and the words of the refusal."""

    request: Asked
    refuses: Value
    asked: Value
    most: Value

    @property
    def sentence(self) -> str:
        """The words, with `{}` in place of the amounts."""
        words = f"found {self.request.words}, wanted {self.request.wanted}; {self.request.hint}"
        return words.replace("{sample}", "").replace("{:,.0f}", "{}")


def guards(plan: PlanCells, of: OptionCells) -> Iterator[Guard]:
    """Yield the limits on sums of several inputs that moving them may break.

    Parameters
    ----------
    plan, of : PlanCells, OptionCells
        The cells of the plan, and of the option.
    """
    scenario = of.projection.scenario
    for request in _requests(scenario):
        with suppress(FibercapError):  # an amount that is itself worked out of several inputs
            guard = _guard(plan, of, request)
            if not is_number(guard.refuses):
                yield guard


def _requests(scenario: Scenario) -> Iterator[Asked]:
    for name, loan in scenario.loans.items():
        if loan.is_dated and loan.outstanding is None:
            yield from asked_of_loan(scenario, name)
    for key, funding in scenario.funding.items():
        if not funding.include_financing_costs and len(currencies_of(scenario, key)) == 1:
            yield from asked_of_sources(scenario, key)


def _guard(plan: PlanCells, of: OptionCells, request: Asked) -> Guard:
    apply = of.graph.apply

    def cell(amount: Array) -> Value:
        return plan.value_of(of, np.ravel(amount))

    asked: Value = 0.0
    for amount, factor in request.amounts:
        asked = apply(Do.ADD, asked, apply(Do.MULTIPLY, cell(amount), cell(factor)))
    most = cell(request.most)
    return Guard(request, apply(Do.LESS, apply(Do.MULTIPLY, most, 1 + request.slack), asked), asked, most)
