"""The inputs that a reader may move: numbers written in a plan, the same in all options that they count in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from fibercap.core.errors import FibercapError
from fibercap.core.units import Samples
from fibercap.studies.turning_points import Judgement, judge_samples
from fibercap.studies.verdict.numbers_of_options import Number, in_common, numbers

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any

    from fibercap.core.units import Array
    from fibercap.model.plan.scenario import Scenario

POINTS: Final = 16
"""Points at which a program is compared with projections; the first is the plan as written."""
STEP: Final = 0.05
"""How far inputs are moved at these points, as a share of their values."""
HALVINGS: Final = 8
ALLOWED: Final = "allowed"


@dataclass(frozen=True)
class Points:
    """Factors on inputs that every option allows together, (input, point), and the options with these samples."""

    inputs: tuple[Number, ...]
    factors: Array
    plans: Mapping[str, Scenario]


def free_inputs(plans: Mapping[str, Scenario]) -> list[Number]:
    """Return the numbers that can be moved in the plan as written, in the order of the scenario.

    Parameters
    ----------
    plans : mapping
        The options by name, or the plan alone under its own name.

    Returns
    -------
    list of Number
        Of numbers at one path that options write differently, the one that most options have.
    """
    alone = len(plans) == 1
    by_path: dict[str, Number] = {}
    for number in numbers(plans):
        if number.in_months or not (alone or in_common(number, plans)):
            continue
        known = by_path.get(number.name)
        if known is None or len(known.by_option) < len(number.by_option):
            by_path[number.name] = number
    places = {item.path: place for place, item in enumerate(next(iter(plans.values())).inputs())}
    return sorted(by_path.values(), key=lambda number: places.get(number.name, len(places)))


def points_of(plans: Mapping[str, Scenario], inputs: Sequence[Number]) -> Points:
    """Return points at which all inputs are moved together, as far as every option allows.

    Parameters
    ----------
    plans, inputs : mapping, sequence of Number
        The options by name, and the inputs.

    Raises
    ------
    FibercapError
        If the plan allows no such points.
    """
    allowed = _allowed_sides(plans, inputs)
    movable = [n for n, sides in enumerate(allowed) if sides.any()]
    inputs, allowed = tuple(inputs[n] for n in movable), allowed[movable]
    random = np.random.default_rng(0)  # one seed: a page is the same bytes twice
    sides = np.where(random.random((len(inputs), POINTS)) < 0.5, -1.0, 1.0)
    sides = np.where(np.all(allowed, axis=1)[:, np.newaxis], sides, np.where(allowed[:, :1], -1.0, 1.0))
    moves = sides * random.uniform(0.2, 1.0, sides.shape) * STEP
    moves[:, 0] = 0.0  # the first point is the plan as written
    for halving in range(HALVINGS + 1):
        factors = 1.0 + moves / 2**halving
        try:
            return Points(inputs, factors, plans_after(plans, samples_of(inputs, factors)))
        except FibercapError:
            if halving == HALVINGS:
                raise
    raise AssertionError


def samples_of(inputs: Sequence[Number], factors: Array) -> dict[str, Any]:
    """Return samples of inputs that are moved together, by path.

    Parameters
    ----------
    inputs, factors : sequence of Number, (input, sample)
        The inputs and the factors on each.
    """
    return {
        handle.path: Samples((handle.value + (row - 1.0) * handle.slope)[:, np.newaxis], handle.unit)
        for number, row in zip(inputs, factors, strict=True)
        for handle in number.handles
    }


def plans_after(plans: Mapping[str, Scenario], samples: Mapping[str, Any]) -> dict[str, Scenario]:
    """Return the options of a plan whose inputs differ by sample.

    Parameters
    ----------
    plans, samples : mapping
        The options by name, and samples of inputs by path.
    """
    if len(plans) == 1:
        return {name: plan.with_samples(samples) for name, plan in plans.items()}
    written = next(iter(plans.values())).as_written.with_samples(samples)
    return {name: written.with_option(name) for name in plans}


def _allowed_sides(plans: Mapping[str, Scenario], inputs: Sequence[Number]) -> Array:
    """Return whether each input, moved alone, may be lower and higher, (input, 2), within all checks of the plan."""
    moves = [(n, 1.0 + side * STEP / 2**HALVINGS) for n in inputs for side in (-1.0, 1.0)]
    bounded = np.array([n.low <= factor <= n.high for n, factor in moves])
    inside = [move for move, fits in zip(moves, bounded, strict=True) if fits]

    def judge(samples: Mapping[str, Any]) -> dict[str, Judgement]:
        plans_after(plans, samples)
        count = len(next(iter(samples.values())).magnitude)
        return {ALLOWED: Judgement(np.ones(count, bool), np.zeros(count))}

    bounded[bounded] = judge_samples(judge, inside)[1]
    return bounded.reshape(-1, 2)
