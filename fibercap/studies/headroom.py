"""Headroom: how far EBITDA, prices or volume may fall before a covenant is broken."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from fibercap.core.errors import Problem
from fibercap.core.trees.tree import Branch, Leaf, subtree
from fibercap.core.units import Samples
from fibercap.model.plants.products_and_time import MarketDemand
from fibercap.studies.covenants import covenants, sampled_tests
from fibercap.studies.movable_inputs import Handle, Lever, lever
from fibercap.studies.turning_points import Judgement, turns

if TYPE_CHECKING:
    from collections.abc import Mapping

    from fibercap.model.plan.scenario import Scenario
    from fibercap.model.projection import Projection
    from fibercap.studies.covenants import CovenantResult

EBITDA: Final = "EBITDA"
PRICE: Final = "prices"
VOLUME: Final = "volume"
FALLS: Final = (EBITDA, PRICE, VOLUME)


@dataclass(frozen=True)
class Headroom:
    """The smallest fall of each kind that breaks a covenant, as a share; None if even a fall to zero does not.

    `title` is what a reader calls the covenant. A covenant that is already broken (`is_broken`), or that is never
    tested, has no falls.
    """

    covenant: str
    title: str
    falls: Mapping[str, float | None]
    is_broken: bool = False

    @property
    def least(self) -> float | None:
        """The smallest of the falls; 0 for a broken covenant, None if no fall breaks it."""
        known = [fall for fall in self.falls.values() if fall is not None]
        return 0.0 if self.is_broken else min(known, default=None)


def headroom(projection: Projection, known: Mapping[str, CovenantResult] | None = None) -> dict[str, Headroom]:
    """Return how far EBITDA, prices and volume may fall, one at a time, before each covenant is broken.

    Other inputs stay, and the plan is projected again, so tax falls with income, revolvers are drawn, and dividends are
    locked up. EBITDA falls by the same share in every period in which it is positive; prices and volumes fall by the
    same share for all products.

    Parameters
    ----------
    projection : Projection
        The projection of the plan.
    known : mapping, optional
        The outcomes of its covenants, if the caller has computed them.

    Source
    ------
    Own derivation: a fall of EBITDA has the same effect as a higher fixed cost, so it is added to overhead.
    """
    tests = known if known is not None else covenants(projection)
    failing = {name: tested for name, tested in tests.items() if not tested.holds}  # those that are not tested too
    broken = {name: Headroom(name, each.title, {}, is_broken=each.is_broken) for name, each in failing.items()}
    kept = {name: verdict for name, verdict in _judge(projection).items() if name not in broken}
    if not kept:
        return broken
    scenario, moved = _levers(projection)
    turned = turns(scenario, moved, _judge, kept)
    falls = {name: {turn.lever.name: 1.0 - turn.factor for turn in turned[name]} for name in kept}
    room = {name: {of: falls[name].get(of) for of in FALLS} for name in kept}
    return broken | {name: Headroom(name, tests[name].title, fall) for name, fall in room.items()}


def tightest(rooms: Mapping[str, Headroom]) -> Headroom | None:
    """Return the covenant that the smallest fall breaks; None if no fall breaks any."""
    known = [(room.least, room) for room in rooms.values() if room.least is not None]
    return min(known, key=lambda pair: pair[0], default=(None, None))[1]


def _levers(projection: Projection) -> tuple[Scenario, list[Lever]]:
    """Return the scenario with its overhead written period by period, and levers for EBITDA, prices and volume."""
    scenario, timeline = projection.scenario, projection.timeline
    overhead = projection.value("inputs.company.overhead")[0]
    earned = np.maximum(projection.value("accounts.ebitda")[0], 0.0) / (timeline.months / 12)
    unit = f"{scenario.currency}/year"
    paths = [f"company.overhead.{label}" for label in timeline.labels]
    block = Branch(
        {label: Leaf(Samples(np.array([[cost]]), unit)) for label, cost in zip(timeline.labels, overhead, strict=True)}
    )
    changes: dict[str, Any] = {"add": Branch({"company.overhead": block})}
    if subtree(scenario.tree, ("company", "overhead")) is not None:
        changes["remove"] = Leaf(("company.overhead",))
    spread = scenario.with_changes(Branch(changes), "headroom")
    ebitda = [Handle(p, float(v), -float(e), unit) for p, v, e in zip(paths, overhead, earned, strict=True)]
    prices = [f"products.{name}.price" for name in scenario.products]
    sold = [f"plants.{name}.utilization" for name in scenario.plants]
    sold += [path for name, product in scenario.products.items() for path in _demand_paths(name, product.demand)]
    return spread, [
        _fall(EBITDA, ebitda),
        *(
            _fall(name, [handle for path in paths for handle in lever(spread, path).handles])
            for name, paths in ((PRICE, prices), (VOLUME, sold))
        ),
    ]


def _demand_paths(name: str, demand: Any) -> list[str]:
    """Return the inputs that a product's demand is in proportion to."""
    if not isinstance(demand, MarketDemand):
        return [] if demand is None else [f"products.{name}.demand"]
    return [f"products.{name}.demand.{key}" for key in ("market", "exports") if getattr(demand, key) is not None]


def _fall(name: str, handles: list[Handle]) -> Lever:
    return Lever(name, tuple(handles), high=1.0)


def _judge(projection: Projection) -> dict[str, Judgement]:
    judgements = {}
    for loan, terms in projection.scenario.loans.items():
        for name, covenant in terms.covenants.items():
            tests = sampled_tests(projection, loan, name, covenant)
            if isinstance(tests, Problem):
                continue
            room = np.where(np.isnan(tests.room), np.inf, tests.room).min(axis=-1, initial=np.inf)
            holds = np.asarray(tests.holds.all(axis=-1))
            judgements[f"{loan}.{name}"] = Judgement(holds, np.where(np.isinf(room), np.nan, room))
    return judgements
