"""Words and numbers for plans after moved inputs, which the terminal, tables and charts share."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from fibercap.core.language.unit_words import is_money
from fibercap.core.units import unit_text
from fibercap.views.sentences import SCALES, lever_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from fibercap.model.measures.measure import Measure
    from fibercap.studies.movable_inputs import Lever
    from fibercap.studies.verdict.choice_flips import ChoiceFlip
    from fibercap.studies.what_if.points import Point

UNSOUND = "!"
"""Mark of a point at which something fails."""
UNSOUND_NOTE = f"{UNSOUND} a covenant breaks, cash falls below zero, or uses lack a source"
REFUSED = "refused"


@dataclass(frozen=True)
class Scale:
    """The unit in which a measure is printed: its divisor, its name, and how many decimals."""

    divisor: float
    unit: str
    decimals: int

    def text(self, value: float) -> str:
        """Return a value as text; a dash where it is undefined."""
        return f"{value / self.divisor:z,.{self.decimals}f}" if np.isfinite(value) else "–"


def scale_of(measure: Measure, values: Iterable[float]) -> Scale:
    """Return the unit in which a measure is printed, which suits the largest of its values.

    Parameters
    ----------
    measure, values : Measure, iterable of float
        The measure as it is now, and its values after moves. [its unit]
    """
    known = [abs(value) for value in (*values, *measure.values[:1].tolist()) if np.isfinite(value)]
    largest = max(known, default=0.0)
    if measure.unit == "1/year":
        return Scale(0.01, "%/year", 2)
    if measure.unit in {"", "year"}:
        return Scale(1.0, "years" if measure.unit else "", 2)
    divisor, word = next(((s, w) for s, w in SCALES if largest >= s and is_money(measure.unit)), (1.0, ""))
    shown = largest / divisor
    return Scale(divisor, f"{word}{unit_text(measure.unit)}", (3 if shown < 10 < divisor else 2) if shown < 1000 else 0)


def heading_of(measure: Measure, scale: Scale) -> str:
    """Return the label of a measure with the unit in which it is printed."""
    return f"{measure.label} [{scale.unit}]" if scale.unit else measure.label


def change_text(change: float) -> str:
    """Return a change as a share in percent, with its sign."""
    if abs(change) < 5e-13:
        return "0 %"
    return f"{100 * change:+.1f} %".replace(".0 %", " %")


def value_text(lever: Lever, factor: float) -> str:
    """Return the value of an input after a move; of several values over time, by how much all are changed."""
    if not lever.alone:
        return change_text(factor - 1.0)
    value, unit = lever_text(lever, lever.value_at(factor))
    return f"{value} {unit}".rstrip()


def values_with_unit(lever: Lever, factors: Sequence[float]) -> tuple[list[str], str]:
    """Return the values of an input after moves as texts, and the unit that they share.

    Parameters
    ----------
    lever, factors : Lever, sequence of float
        The input, and the factors on it.
    """
    if not lever.alone:
        return [change_text(factor - 1.0) for factor in factors], ""
    pairs = [lever_text(lever, lever.value_at(factor)) for factor in factors]
    units = {unit for (_, unit), factor in zip(pairs, factors, strict=True) if lever.value_at(factor)}
    if len(units) > 1:
        return [f"{value} {unit}".rstrip() for value, unit in pairs], ""
    return [value for value, _ in pairs], next(iter(units), "")


def place_text(lever: Lever, factor: float) -> str:
    """Return where an input is after a move, and how far that is from its value in the plan."""
    if not lever.alone:
        return f"{abs(100 * (factor - 1.0)):.1f} % {'lower' if factor < 1 else 'higher'}"
    change = f" ({change_text(factor - 1.0)})" if lever.handles[0].slope == lever.handles[0].value else ""
    return f"{value_text(lever, factor)}{change}"


def first_text(flip: ChoiceFlip, now: str) -> str:
    """Return where another option becomes first, which one, and the fault that then forbids the present one, if any.

    Parameters
    ----------
    flip, now : ChoiceFlip, str
        The change, and the option that is first in the plan as it is.
    """
    only = f" (in {', '.join(flip.only_in)})" if flip.only_in else ""
    then = f"{flip.first or 'no option'} first" + (f"; {now}: {flip.fault}" if flip.fault else "")
    return f"{place_text(flip.lever, 1.0 + flip.change)}{only}: {then}"


def cell_text(point: Point, measure: str, scale: Scale) -> str:
    """Return a measure at a point as text: `refused`, or the number with a mark where something fails."""
    if point.refused:
        return REFUSED
    return scale.text(point.measures[measure]) + ("" if point.sound else UNSOUND)


def refusals(lever_points: Iterable[tuple[str, Point]]) -> list[str]:
    """Return why points are refused, each reason once with the first place where it holds, and how many more."""
    places: dict[str, list[str]] = {}
    reasons: dict[str, str] = {}
    for place, point in lever_points:
        if point.refused:
            kind = point.refused.partition(", ")[2] or point.refused  # without the value that is refused
            places.setdefault(kind, []).append(place)
            reasons.setdefault(kind, point.refused)
    return [
        f"refused at {where[0]}{f' and {len(where) - 1} more' if len(where) > 1 else ''}: {reasons[kind]}"
        for kind, where in places.items()
    ]
