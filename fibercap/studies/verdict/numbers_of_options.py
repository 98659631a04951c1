"""Numbers that can be moved in several options of a plan at once."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import numpy as np

from fibercap.core.language.durations import Duration
from fibercap.core.language.spec import field_at
from fibercap.core.trees.tree import Branch, Leaf, leaves, subtree
from fibercap.model.plan.discount_rate import RealRate
from fibercap.studies.movable_inputs import Handle, Lever, input_samples, lever, levers

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from fibercap.model.plan.scenario import Scenario
    from fibercap.studies.turning_points import Move

TENTH: Final = 0.1
POINT: Final = 0.01
"""The amount by which the discount rate is moved. [1/year]"""
RATE: Final = "money.discount_rate"
FINANCING: Final = ("loans", "funding", "money", "rates", "exchange")
"""Blocks whose inputs are moved first if a plan has too many numbers."""


@dataclass(frozen=True)
class Number(Lever):
    """One number of a plan, and the lever that moves it in each option that has it.

    It may be a duration, which is moved by whole months. `only_in` are the options that have it, if other options have
    another number in its place.
    """

    by_option: tuple[tuple[str, Lever], ...] = ()
    only_in: tuple[str, ...] = ()

    @property
    def in_months(self) -> bool:
        """Whether it is a duration in whole months."""
        return isinstance(self.by_option[0][1], WholeMonths)

    @property
    def is_life(self) -> bool:
        """Whether it is the life of an asset, which may differ between the samples of a batch."""
        return isinstance(self.by_option[0][1], Life)


def lever_of(number: Lever, option: str) -> Lever | None:
    """Return the lever that moves a number in an option; None if the option does not have it."""
    return dict(number.by_option).get(option) if isinstance(number, Number) else number


def numbers(plans: Mapping[str, Scenario]) -> list[Number]:
    """Return every number of some options that can be moved, those of financing first.

    A path is one number in all options that have the same value there, and another number in an option that writes its
    own value. If an option changes the value by an operator (`times`, `plus`), the path is also one number in all
    options together. The values of a series move together.

    Parameters
    ----------
    plans : mapping
        The options by name.
    """
    by_path: dict[str, dict[str, Lever]] = {}
    for option, plan in plans.items():
        for each in (*levers(plan), *_durations(plan)):
            by_path.setdefault(each.name, {})[option] = each
        if plan.money.discount_rate is not None:
            path = f"{RATE}.real" if isinstance(plan.money.discount_rate, RealRate) else RATE
            by_path.setdefault(path, {})[option] = _in_points(lever(plan, path))
    every = [number for path, known in by_path.items() for number in _apart(plans, path, known)]
    return sorted(every, key=lambda number: not number.name.startswith(FINANCING))


def _apart(plans: Mapping[str, Scenario], path: str, known: Mapping[str, Lever]) -> Iterator[Number]:
    alike: dict[tuple[Handle, ...], dict[str, Lever]] = {}
    for option, each in known.items():
        alike.setdefault(each.handles, {})[option] = each
    groups: list[Mapping[str, Lever]] = [*alike.values()]
    if len(groups) > 1 and any(_moves_what_it_finds(plans[option], path) for option in known):
        groups.append(known)
    for group in groups:
        one = next(iter(group.values()))
        low, high = max(each.low for each in group.values()), min(each.high for each in group.values())
        only = () if len(group) == len(known) else tuple(group)
        yield Number(path, one.handles, one.kind, one.source, low, high, one.share, (*group.items(),), only)


def _moves_what_it_finds(plan: Scenario, path: str) -> bool:
    tree = subtree(plan.tree, tuple(path.split(".")))
    return tree is not None and any(leaf.origins and leaf.origins[-1].operator for _, leaf in leaves(tree))


class WholeMonths(Lever):
    """A duration in whole months."""


class Life(WholeMonths):
    """The life of an asset, in whole months; unlike other durations it may differ between the samples of a batch."""


def _durations(plan: Scenario) -> Iterator[Lever]:
    """Yield the durations in whole months: maturities, grace periods, lives."""
    for item in plan.inputs():
        if item.unit == "month" and type(item.value) is int and item.value and not item.path.startswith("horizon"):
            months = float(item.value)
            field = field_at(type(plan), tuple(item.path.split(".")))
            made = Life if isinstance(field, Duration) and field.takes_whole_samples else WholeMonths
            yield made(item.path, (Handle(item.path, months, months, "month"),), item.kind, item.source)


def _in_points(rate: Lever) -> Lever:
    """Return a lever on the discount rate that adds a difference instead of multiplying the rate."""
    return replace(rate, handles=tuple(replace(handle, slope=1.0) for handle in rate.handles), low=0.0, high=np.inf)


def tenths(number: Lever) -> tuple[float, ...]:
    """Return the factors that are tried first: a tenth lower and a tenth higher, or as far as the bounds allow."""
    if number.name in {RATE, f"{RATE}.real"}:
        return 1.0 - POINT, 1.0 + POINT
    ends = max(1.0 - TENTH, number.low), min(1.0 + TENTH, number.high)
    return tuple(end for end in ends if end != 1.0)


def in_common(number: Lever, plans: Mapping[str, Scenario]) -> bool:
    """Tell whether a number can be moved in the plan as written, before its options are applied.

    Parameters
    ----------
    number : Lever
        One of `numbers`.
    plans : mapping
        Options of one plan, by name, none of which copies an entry that may be moved.
    """
    path = tuple(number.name.split("."))
    for option, plan in plans.items():
        each = lever_of(number, option)
        if each is None:
            continue
        if type(each) is WholeMonths or subtree(plan.tree, path) is not subtree(plan.as_written.tree, path):
            return False
    return True


def plan_after(plan: Scenario, move: Move) -> Scenario:
    """Return a plan in which one number is moved."""
    each, factor = move
    if not isinstance(each, WholeMonths):
        return plan.with_samples(input_samples([move]))
    return plan.with_changes(Branch({"change": Branch({each.name: Leaf(f"{round(each.value_at(factor))} months")})}))
