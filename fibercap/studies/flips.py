"""Flips: the input that decides each claim, the value at which the claim flips, and the evidence for that input."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from fibercap.core.errors import Problem
from fibercap.model.measures.all_measures import measure_named
from fibercap.studies.claims import claim_values, outcomes
from fibercap.studies.movable_inputs import Change, levers
from fibercap.studies.turning_points import Judgement, turns

if TYPE_CHECKING:
    from collections.abc import Mapping

    from fibercap.model.projection import Projection
    from fibercap.studies.claims import Outcome


@dataclass(frozen=True)
class Flip(Change):
    """The input that flips a claim by the smallest relative change, and that change; `also` are inputs that tie."""

    claim: str
    also: tuple[str, ...] = ()


def flips(projection: Projection, known: Mapping[str, Outcome] | None = None) -> dict[str, Flip | None]:
    """Return for every claim the input that decides it; None if no single input from 0 to twice its value flips it.

    Parameters
    ----------
    projection : Projection
        The projection of the scenario.
    known : mapping, optional
        The outcomes of its claims, if the caller has computed them.

    Source
    ------
    Own derivation: every number that can vary is moved between 0 and twice its value, one at a time, in a batch. The
    interval in which a claim first changes is then narrowed, and the flip interpolated on a straight line.
    """
    scenario = projection.scenario
    claims = known if known is not None else outcomes(projection)
    if not claims:
        return {}
    turned = turns(scenario, levers(scenario), _judge, _judge(projection), _inputs_of(projection))
    result: dict[str, Flip | None] = dict.fromkeys(claims)
    for name, near in turned.items():
        if near:
            # The same lever may turn the claim on both of its sides.
            also = tuple(dict.fromkeys(turn.lever.name for turn in near[1:] if turn.lever is not near[0].lever))
            result[name] = Flip(near[0].lever, near[0].factor - 1.0, name, also)
    return result


def _inputs_of(projection: Projection) -> dict[str, list[str]]:
    """Return by claim the inputs that its row or measure depends on."""
    inputs = {}
    for name, claim in projection.scenario.claims.items():
        rows = (claim.row,) if claim.row else measure_named(projection, claim.measure).rests_on
        inputs[name] = [item.path for item in projection.evidence.inputs_under(rows)]
    return inputs


def _judge(projection: Projection) -> dict[str, Judgement]:
    names = {claim.measure for claim in projection.scenario.claims.values() if claim.measure}
    measures = {name: measure_named(projection, name) for name in names}
    judgements = {}
    for name, claim in projection.scenario.claims.items():
        outcome = claim_values(projection, measures, name, claim)
        if not isinstance(outcome, Problem):
            gap = outcome.value - outcome.limit
            if claim.limit[0] == "about":
                # A claim `about` a value turns where the distance leaves the room, not where it is zero.
                gap = np.abs(gap) - claim.within.room(outcome.limit)
            judgements[name] = Judgement(outcome.holds, gap)
    return judgements
