"""The verdict: which financing option is worth most to the owners, how safely, and which may be recommended at all."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from itertools import combinations, pairwise
from typing import TYPE_CHECKING, Final, NamedTuple

from fibercap.studies.findings import faults
from fibercap.studies.verdict.choice_flips import choice_flips
from fibercap.studies.verdict.footing import footing, owners_worth
from fibercap.studies.verdict.race import WORTH

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from fibercap.model.projection import Projection
    from fibercap.studies.compare import Comparison
    from fibercap.studies.findings import Finding
    from fibercap.studies.verdict.choice_flips import ChoiceFlip
    from fibercap.studies.verdict.footing import Footing

FREE: Final = "fcfe_npv"
TIE: Final = 1e-4
"""A difference of worth below this share of the uses of funds is a tie."""
RATES: Final = tuple(percent / 100 for percent in range(3, 16))
"""Discount rates at which the options are ranked. [1/year]"""
HALVINGS: Final = 20


@dataclass(frozen=True)
class Turning:
    """A discount rate at which the best option changes: `below` is first up to `rate`, `above` beyond it. [1/year]"""

    rate: float
    below: str
    above: str


@dataclass(frozen=True, repr=False)
class Verdict:
    """Options ranked by their worth to the owners, those that may be recommended, and what would change the choice.

    Parameters
    ----------
    ranked : tuple of str
        The options whose worth is defined, from the highest worth to the lowest.
    worth : mapping
        By option, its worth to the owners, measured against one reference company. [money]
    recommended : tuple of str
        The option to take; several if they tie; none if nothing may be recommended.
    excluded : mapping
        By option, the findings for which it may not be recommended, the worst first.
    undefined : mapping
        By option that cannot be ranked, the reason: its worth is undefined, or measured by other inputs than the
        plan's.
    runner_up : str
        The next option that may be recommended; of a tie, the second; "" if there is none.
    uses : float
        What the first option spends on projects and purchases. [money]
    flips : tuple of ChoiceFlip
        The numbers that make another option first when they are moved by a tenth, the nearest first.
    not_moved : int
        How many numbers were not moved because the plan has too many.
    at_rates : mapping
        By discount rate, the ranking of the options that may be recommended (of all, if none may).
    turnings : tuple of Turning
        The discount rates at which another of these options becomes first.
    free : tuple of str
        The same options ranked by the worth of free cash flow to equity.
    apart : tuple of str
        The first two of these that free cash flow to equity ranks in the opposite order; empty if there are none.
    first_later : str
        The option that becomes first if debts and grants due after the horizon count when they are paid; "" if none.
    footing : Footing
        The facts that decide whether the worth of options can be compared.
    extremes : mapping
        By option that is best on some measures and worst on others, those measures: (best, worst).
    currency : str
        The reporting currency.
    """

    ranked: tuple[str, ...]
    worth: Mapping[str, float]
    recommended: tuple[str, ...]
    excluded: Mapping[str, tuple[Finding, ...]]
    undefined: Mapping[str, str]
    runner_up: str
    uses: float
    flips: tuple[ChoiceFlip, ...]
    not_moved: int
    at_rates: Mapping[float, tuple[str, ...]]
    turnings: tuple[Turning, ...]
    free: tuple[str, ...]
    apart: tuple[str, ...]
    first_later: str
    footing: Footing
    extremes: Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]]
    currency: str

    def __repr__(self) -> str:
        """Return the ranking and the recommendation on one line."""
        return f"<Verdict: {', '.join(self.ranked)}; recommended: {', '.join(self.recommended) or 'no option'}>"

    @property
    def tie(self) -> bool:
        """Whether the first options differ by too little to choose between them."""
        return len(self.recommended) > 1

    @property
    def close(self) -> bool:
        """Whether a single number, moved by a tenth, makes another option first."""
        return bool(self.flips)

    @property
    def distance(self) -> float | None:
        """The worth of the first option less that of the runner-up; None if there is none. [money]"""
        if not self.recommended or not self.runner_up:
            return None
        return self.worth[self.recommended[0]] - self.worth[self.runner_up]

    @property
    def share_of_worth(self) -> float | None:
        """The distance as a share of the runner-up's worth; None if that is not above zero."""
        distance = self.distance
        return None if distance is None or self.worth[self.runner_up] <= 0 else distance / self.worth[self.runner_up]

    @property
    def share_of_uses(self) -> float | None:
        """The distance as a share of the uses of funds; None if nothing is spent."""
        return None if self.distance is None or self.uses <= 0 else self.distance / self.uses

    @property
    def owners_lose(self) -> bool:
        """Whether, with the first option, all that owners pay and get has a negative worth, whatever projects add."""
        return bool(self.recommended) and self.footing.owners[self.recommended[0]] < 0

    @cached_property
    def better_excluded(self) -> tuple[str, ...]:
        """The options that are worth more than the recommended one, but may not be recommended."""
        if not self.recommended:
            return ()
        best = self.worth[self.recommended[0]]
        return tuple(name for name in self.ranked if name in self.excluded and self.worth[name] > best)


def verdict(comparison: Comparison, *, moved: bool = True) -> Verdict:
    """Return the verdict on the compared cases: the ranking by worth to the owners, and the recommendation.

    A case that breaks a covenant, runs out of cash or leaves uses unfunded is not recommended; claims forbid nothing.

    Parameters
    ----------
    comparison : Comparison
        The cases, such as the options of a plan.
    moved : bool
        Whether numbers are moved to see which of them change the choice; that takes most of the time.

    Source
    ------
    docs/decisions/verdict.md.
    """
    cases = comparison.cases
    measured = {name: case.measures[WORTH] for name, case in cases.items()}
    stands = footing(comparison)
    worth = stands.worth
    ranking = rank(comparison, worth)
    ranked, sound, recommended = ranking.ranked, ranking.sound, ranking.recommended
    projections = {name: cases[name].projection for name in ranked}
    uses = uses_of(cases[sound[0]].projection) if sound else 0.0
    behind = next(iter(sound[len(recommended) :]), "")
    flips, not_moved = choice_flips(projections, recommended, behind) if recommended and moved else ((), 0)
    among = {name: projections[name] for name in sound or ranked}
    paid_out = {n: v + stands.beside[n] for n in among if (v := cases[n].measures[FREE].value) is not None}
    free = tuple(sorted(paid_out, key=lambda name: -paid_out[name]))
    return Verdict(
        ranked=ranked,
        worth=worth,
        recommended=recommended,
        excluded=ranking.excluded,
        undefined={n: why for n, measure in measured.items() if (why := _why_unranked(stands, n) or measure.reason)},
        runner_up=next(iter(sound[1:]), ""),
        uses=uses,
        flips=flips,
        not_moved=not_moved,
        at_rates={rate: _ranking(among, rate) for rate in RATES} if among else {},
        turnings=_turnings(among),
        free=free,
        apart=_apart([name for name in ranked if name in free], worth, paid_out, ranking.tie),
        first_later=_first_later({name: worth[name] + stands.later[name] for name in sound}, recommended, ranking.tie),
        footing=stands,
        extremes=_extremes(comparison),
        currency=comparison.currency,
    )


class Ranking(NamedTuple):
    """Options by worth, faults, options without fault, the recommended ones, and the worth that is a tie. [money]"""

    ranked: tuple[str, ...]
    excluded: Mapping[str, tuple[Finding, ...]]
    sound: Sequence[str]
    recommended: tuple[str, ...]
    tie: float


def rank(comparison: Comparison, worth: Mapping[str, float]) -> Ranking:
    """Rank options by worth; those that break a covenant, run out of cash or leave uses unfunded are not recommended.

    Parameters
    ----------
    comparison, worth : Comparison, mapping
        The cases, and by option that can be ranked, its worth to the owners. [money]
    """
    cases = comparison.cases
    ranked = tuple(sorted(worth, key=lambda name: -worth[name]))
    excluded = {name: wrong for name, case in cases.items() if (wrong := faults(case.projection, case.covenants))}
    sound = [name for name in ranked if name not in excluded]
    projections = {name: cases[name].projection for name in ranked}
    least = _tie(projections, (sound or ranked)[0]) if ranked else 0.0
    recommended = tuple(name for name in sound if worth[sound[0]] - worth[name] <= least)
    return Ranking(ranked, excluded, sound, recommended, least)


def _why_unranked(stands: Footing, name: str) -> str:
    """Say by which inputs of its own the worth of an option is measured; "" if by none."""
    rulers = " and ".join(f"`{path}`" for path in stands.unlike.get(name, ()))
    return f"it is measured by {rulers} of its own" if rulers else ""


def _first_later(worth: Mapping[str, float], recommended: Sequence[str], least: float) -> str:
    """Return the option that is worth more, by more than a tie, than all that are recommended; "" if none is."""
    first = max(worth, key=lambda name: worth[name], default="")
    return first if first and worth[first] - max(worth[name] for name in recommended) > least else ""


def uses_of(projection: Projection) -> float:
    """Return the spending on projects and purchases with financing costs, in the first sample. [money]"""
    plan = projection.scenario
    rows = [row for key in plan.spends for row in plan.source_rows(key).values()]
    return float(sum(projection.value(row)[0].sum() for row in rows))


def _tie(projections: Mapping[str, Projection], name: str) -> float:
    """Return the difference of worth up to which options tie. [money]"""
    return max(TIE * uses_of(projections[name]), float(projections[name].trifle.value.flat[0]))


def _ranking(projections: Mapping[str, Projection], rate: float) -> tuple[str, ...]:
    values = {name: float(owners_worth(projection, rate)[0]) for name, projection in projections.items()}
    return tuple(sorted(values, key=lambda name: -values[name]))


def _turnings(projections: Mapping[str, Projection]) -> tuple[Turning, ...]:
    """Return the discount rates at which another option becomes first, each found by bisection of a full point."""

    def first(rate: float) -> str:
        return _ranking(projections, rate)[0]

    turnings = []
    for start, end in pairwise(RATES) if projections else ():
        while (below := first(start)) != first(end) and not _alike(projections, below, start, end):
            low, high = start, end
            for _ in range(HALVINGS):
                middle = (low + high) / 2
                low, high = (middle, high) if first(middle) == below else (low, middle)
            turnings.append(Turning(high, below, first(high)))
            start = high  # noqa: PLW2901 - a third option may be first before the point ends
    return tuple(turnings)


def _alike(projections: Mapping[str, Projection], one: str, start: float, end: float) -> bool:
    """Tell whether the options that are first at two rates differ in worth only by rounding, at both rates."""
    trifle = float(projections[one].trifle.value.flat[0])
    other = projections[_ranking(projections, end)[0]]
    apart = [owners_worth(projections[one], rate)[0] - owners_worth(other, rate)[0] for rate in (start, end)]
    return all(abs(amount) <= trifle for amount in apart)


def _apart(
    ranked: Sequence[str], worth: Mapping[str, float], paid_out: Mapping[str, float], least: float
) -> tuple[str, ...]:
    """Return the first two cases that two measures of worth rank in opposite order, both by more than a tie."""
    for one, other in combinations(ranked, 2):
        if worth[one] - worth[other] > least and paid_out[other] - paid_out[one] > least:
            return one, other
    return ()


def _extremes(comparison: Comparison) -> dict[str, tuple[tuple[str, ...], tuple[str, ...]]]:
    """Return the cases that are best on some measures and worst on others, with both lists of measures."""
    keys = [key for key in next(iter(comparison.cases.values())).measures if "." not in key]
    best, worst = ({key: of(key) for key in keys} for of in (comparison.best, comparison.worst))
    extremes = {}
    for name in comparison.cases:
        sides = tuple(tuple(key for key in keys if name in of[key]) for of in (best, worst))
        if all(sides):
            extremes[name] = (sides[0], sides[1])
    return extremes
