"""The chart of capacity: nameplate as steps, effective capacity as areas, plants stacked, claims as markers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from fibercap.core.timeline import month_number, month_start
from fibercap.studies.claims import outcomes
from fibercap.views.charts.claim_marks import draw_claims, handles, marks_on
from fibercap.views.charts.labels import step_points
from fibercap.views.charts.panel import value_axis, year_axis
from fibercap.views.charts.style import (
    INK,
    MARGIN,
    MOST,
    OTHERS,
    PALETTE,
    SOFT,
    WIDTH,
    mixed,
    name_panel,
    notice,
    open_page,
    scale,
)
from fibercap.views.charts.years import Band, name_bands

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from fibercap.core.units import Array
    from fibercap.model.projection import Projection
    from fibercap.studies.compare import Comparison
    from fibercap.views.charts.claim_marks import Mark
    from fibercap.views.charts.style import Page

LEFT = MARGIN + 0.2
LABELS = 1.75
STACK, PANEL, ALONE = 2.7, 1.75, 3.9
HEADING, UNDER = 0.35, 0.4
PANELS = 4
COLUMNS = {1: 1, 2: 2, 3: 3, 4: 2}


@dataclass(frozen=True)
class Capacity:
    """What a plant, or several, can make: each array one longer or as long as `times`, which are months / 12.

    `nameplate[i]` stands from `times[i]` to `times[i + 1]`; `effective[i]` is the mean over the i-th period.
    """

    key: str
    name: str
    times: Array
    nameplate: Array
    edges: Array
    effective: Array

    def steps(self, times: Array) -> Array:
        """Return the nameplate between each two of some times, which hold all of its own."""
        return self.nameplate[np.searchsorted(self.times, times[:-1], side="right") - 1]

    @property
    def peak(self) -> float:
        """Largest nameplate or effective capacity."""
        return float(max(self.nameplate.max(), self.effective.max()))


def capacity_of(projection: Projection, key: str) -> Capacity:
    """Return a plant's capacity; its nameplate changes on the day that it opens, closes or a project is complete.

    The model's rows hold the nameplate at the ends of periods. Between them it is placed on the days themselves, so
    that a step looks the same whatever the model's step is.
    """
    plant, timeline = projection.scenario.plants[key], projection.timeline
    first, last = float(timeline.origin), float(timeline.ends[-1])
    opens = month_start(plant.opens) if plant.opens else first
    closes = month_number(plant.closes) if plant.closes else last
    added = [
        (float(np.ravel(project.completes)[0]), float(np.ravel(project.adds)[0]))
        for project in projection.scenario.projects.values()
        if project.plant == key
    ]
    inside = {at for at in (opens, closes, *(at for at, _ in added)) if first < at < last}
    times = np.array([first, *sorted(inside), last])
    starts = times[:-1]
    standing = float(np.ravel(plant.capacity)[0]) + sum(adds * (starts >= at) for at, adds in added)
    nameplate = np.where((starts >= opens) & (starts < closes), standing, 0.0)
    effective = projection.value(f"plants.{key}.effective_capacity")[0]
    edges = np.append(timeline.origin, timeline.ends) / 12
    return Capacity(key, plant.name or key, times / 12, nameplate, edges, effective)


def together(plants: list[Capacity]) -> list[Capacity]:
    """Return the plants from the largest to the smallest; beyond the palette the smallest are one."""
    ordered = sorted(plants, key=lambda plant: -plant.peak)
    if len(ordered) <= MOST:
        return ordered
    rest = ordered[MOST - 1 :]
    times = np.unique(np.concatenate([plant.times for plant in rest]))
    nameplate = np.sum([plant.steps(times) for plant in rest], axis=0)
    effective = np.sum([plant.effective for plant in rest], axis=0)
    others = Capacity("", f"{len(rest)} other plants", times, nameplate, rest[0].edges, effective)
    return [*ordered[: MOST - 1], others]


def capacity_chart(projection: Projection, comparison: Comparison | None) -> Figure:
    """Draw the plants stacked, and each of the chosen ones again with its claims."""
    del comparison
    plants = [capacity_of(projection, key) for key in projection.scenario.plants]
    tested = outcomes(projection).values()
    marks = {plant.key: marks_on(projection, tested, plant.key) for plant in plants}
    alone = len(plants) == 1
    chosen = _chosen(plants, marks)
    rows = -(-len(chosen) // COLUMNS[len(chosen)]) if chosen else 0
    most = max((len(marks[plant.key]) for plant in chosen), default=0)
    tall = ALONE if alone else PANEL + 0.2 * max(0, most - 4)  # room for the labels
    body = rows * (HEADING + tall + UNDER) + (0 if alone else HEADING + STACK + UNDER)
    page = open_page(projection, _subtitle(projection, alone=alone), body, _left_out(plants, chosen, marks))
    if not plants:
        notice(page, "This plan has no plants.")
        return page.figure
    colours = {plant.key: PALETTE[row] if plant.key else OTHERS for row, plant in enumerate(together(plants))}
    page.key([*_handles(), *handles(mark.outcome for plant in chosen for mark in marks[plant.key])])
    if not alone:
        _draw_stack(page, together(plants), colours)
    columns = COLUMNS[len(chosen)]
    width = (WIDTH - LEFT - MARGIN + 0.6) / columns - 0.6
    for position, plant in enumerate(chosen):
        row, column = divmod(position, columns)
        top = HEADING + row * (HEADING + tall + UNDER) + (0 if alone else HEADING + STACK + UNDER)
        ax = page.panel(LEFT + column * (width + 0.6), top, width, tall)
        _draw_plant(ax, plant, colours.get(plant.key, OTHERS), marks[plant.key], width)
    return page.figure


def _subtitle(projection: Projection, *, alone: bool) -> str:
    plants = "of the plant" if alone else "by plant"
    return f"Capacity {plants}: nameplate, and what each {projection.timeline.step} can make"


def _chosen(plants: list[Capacity], marks: dict[str, list[Mark]]) -> list[Capacity]:
    """Return the plants that get a panel: those with claims before the others, large before small."""
    ordered = sorted(plants, key=lambda plant: (not marks[plant.key], -plant.peak))[:PANELS]
    return sorted(ordered, key=lambda plant: -plant.peak)


def _left_out(plants: list[Capacity], chosen: list[Capacity], marks: dict[str, list[Mark]]) -> str:
    """Say which claims no panel shows."""
    shown = {plant.key for plant in chosen}
    hidden = [
        f"{plant.name} ({len(marks[plant.key])})" for plant in plants if plant.key not in shown and marks[plant.key]
    ]
    return f"claims not drawn: {', '.join(hidden)}" if hidden else ""


def _handles() -> list[Artist]:
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch

    return [
        Line2D([], [], color=INK, linewidth=1.6, label="nameplate"),
        Patch(facecolor=mixed(PALETTE[0], "white", 0.6), label="effective capacity, mean of each period"),
    ]


def _draw_stack(page: Page, plants: list[Capacity], colours: dict[str, str]) -> None:
    """Draw all plants upon each other: effective capacity as areas, nameplate as lines over them."""
    width = WIDTH - LEFT - MARGIN - LABELS
    ax = page.panel(LEFT, HEADING, width, STACK)
    times = np.unique(np.concatenate([plant.times for plant in plants]))
    steps = np.cumsum([plant.steps(times) for plant in plants], axis=0)
    areas = np.cumsum([plant.effective for plant in plants], axis=0)
    divisor, word = scale(float(max(steps.max(), areas.max())))
    base = np.zeros(areas.shape[1])
    for plant, top in zip(plants, areas / divisor, strict=True):
        colour = colours[plant.key]
        ax.stairs(top, plant.edges, baseline=base, fill=True, color=mixed(colour, "white", 0.15), linewidth=0)
        base = top
    for level in steps / divisor:
        ax.stairs(level, times, baseline=None, color="white", linewidth=2.0)
    for level in steps[:-1] / divisor:
        ax.stairs(level, times, baseline=None, color=INK, linewidth=0.7)
    ax.stairs(steps[-1] / divisor, times, baseline=None, color=INK, linewidth=1.6)
    top = float(max(steps.max(), areas.max())) / divisor
    value_axis(ax, 0, top * 1.08 or 1.0)
    name_panel(ax, "All plants", f"{word}km/year", width)
    year_axis(ax, float(times[0]), float(times[-1]), width)
    name_bands(ax, _bands(plants, colours, steps[:, -1] / divisor), width, STACK, LABELS)
    end = f"nameplate, end of {int(np.ceil(plants[0].times[-1])) - 1}"
    page.text(WIDTH - MARGIN - LABELS + 0.14, HEADING - 0.21, end, "small", color=SOFT)


def _bands(plants: list[Capacity], colours: dict[str, str], tops: Array) -> list[Band]:
    lows = np.append(0.0, tops[:-1])
    return [
        Band(plant.name, colours[plant.key], low, high, high - low)
        for plant, low, high in zip(plants, lows, tops, strict=True)
    ]


def _draw_plant(ax: Axes, plant: Capacity, colour: str, marks: list[Mark], width: float) -> None:
    """Draw one plant on its own scale, with its claims."""
    limits = [mark.outcome.limit + mark.within for mark in marks]
    highest = max([plant.peak, *limits])
    divisor, word = scale(highest)
    tint, dark = mixed(colour, "white", 0.6), mixed(colour, INK, 0.35)
    ax.stairs(plant.effective / divisor, plant.edges, baseline=0, fill=True, color=tint, linewidth=0)
    ax.stairs(plant.nameplate / divisor, plant.times, baseline=None, color=dark, linewidth=1.6, capstyle="butt")
    value_axis(ax, min([0.0, *limits]) / divisor, highest / divisor * (1.3 if marks else 1.1) or 1.0)
    name_panel(ax, plant.name, f"{word}km/year", width)
    year_axis(ax, float(plant.times[0]), float(plant.times[-1]), width)
    draw_claims(ax, marks, divisor, step_points(plant.times, plant.nameplate / divisor))
