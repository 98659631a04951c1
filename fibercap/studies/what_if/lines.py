"""Results of moved inputs as lines of a table: one for each point."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from fibercap.studies.movable_inputs import Lever
    from fibercap.studies.what_if.points import Point

Cell = str | float | bool | None
PLACE = ("input", "factor", "value", "unit")


def heads_of(inputs: int, measures: Sequence[str]) -> list[str]:
    """Return the heads of a table: the place of one or two inputs, then measures.

    Parameters
    ----------
    inputs, measures : int, sequence of str
        How many inputs are moved at each point, and the names of the measures.
    """
    places = PLACE if inputs == 1 else [f"{head}_{way}" for way in ("down", "across") for head in PLACE]
    return [*places, *measures, "sound", "refused"]


def line_of(levers: Sequence[Lever], point: Point) -> list[Cell]:
    """Return a point as a line: by input its path, factor, value (None if it has several) and unit, then measures.

    Parameters
    ----------
    levers, point : sequence of Lever, Point
        The inputs that are moved, and the point.
    """
    places = [cell for lever, factor in zip(levers, point.factors, strict=True) for cell in _place(lever, factor)]
    return [*places, *point.measures.values(), point.sound, point.refused]


def _place(lever: Lever, factor: float) -> Iterator[Cell]:
    yield from (lever.name, factor, lever.value_at(factor) if lever.alone else None, lever.unit)
