"""The chart of capacity: nameplate as steps, effective capacity as areas, plants stacked, claims as markers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from fibercap.core.language.growth_by_month import factors_by_month
from fibercap.core.language.names import key_in_words
from fibercap.core.timeline import month_number, month_start
from fibercap.studies.claims import outcomes
from fibercap.views.charts.claim_marks import draw_claims, marks_on, verdict_handles
from fibercap.views.charts.labels import step_points
from fibercap.views.charts.page import notice, open_page
from fibercap.views.charts.panel import value_axis, year_axis
from fibercap.views.charts.style import INK, MARGIN, MOST, OTHERS, PALETTE, SOFT, mix, name_panel, scale
from fibercap.views.charts.widths import abreast, page_width, room_beside
from fibercap.views.charts.years import Band, name_bands
from fibercap.views.statements import all_plants

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from fibercap.core.language.series import Series
    from fibercap.core.units import Array
    from fibercap.model.projection import Projection
    from fibercap.studies.compare import Comparison
    from fibercap.views.charts.claim_marks import Mark
    from fibercap.views.charts.page import ChartPage

LEFT = MARGIN + 0.2
LABELS = 1.75
STACK, PANEL, ALONE = 2.7, 1.75, 3.9
HEADING, UNDER = 0.35, 0.4
PANELS = 4
COLUMNS = {1: 1, 2: 2, 3: 3, 4: 2}


@dataclass(frozen=True)
class Capacity:
    """Capacity over time of a plant, or of several together, in `unit` per year.

    `nameplate[i]` holds from `times[i]` to `times[i + 1]`; `effective[i]` is the mean over the period from `edges[i]`
    to `edges[i + 1]`. Times and edges are months / 12.
    """

    key: str
    name: str
    unit: str
    times: Array
    nameplate: Array
    edges: Array
    effective: Array

    def steps(self, times: Array) -> Array:
        """Return the nameplate between each two of `times`, which must include all of this capacity's own times."""
        return self.nameplate[np.searchsorted(self.times, times[:-1], side="right") - 1]

    @property
    def peak(self) -> float:
        """Largest nameplate or effective capacity."""
        return float(max(self.nameplate.max(), self.effective.max()))


def capacity_of(projection: Projection, key: str) -> Capacity:
    """Return a plant's capacity; the nameplate changes as it opens or closes, at its keys, and as projects come and go.

    The model's rows have the nameplate at the ends of periods only. With the days themselves, the chart looks the same
    whatever the model's step is.
    """
    plant, timeline = projection.scenario.plants[key], projection.timeline
    first, last = float(timeline.origin), float(timeline.ends[-1])
    opens = month_start(plant.opens) if plant.opens else first
    closes = month_number(plant.last_day) if plant.last_day else last
    added = [
        (float(np.ravel(project.completes)[0]), project.sold_month, float(np.ravel(project.adds)[0]))
        for project in projection.scenario.projects.values()
        if project.adds_to(key)
    ]
    months = range(int(first) + 1, int(last)) if plant.capacity.linear or plant.capacity.growth else ()
    changes = (*(float(start) for start in plant.capacity.starts[1:]), *map(float, months))
    days = (opens, closes, *changes, *(month for *months, _ in added for month in months))
    inside = {month for month in days if first < month < last}
    times = np.array([first, *sorted(inside), last])
    starts = times[:-1]
    standing = _written_capacity(projection, plant.capacity, starts) + sum(
        adds * ((starts >= done) & (starts < sold)) for done, sold, adds in added
    )
    nameplate = np.where((starts >= opens) & (starts < closes), standing, 0.0)
    effective = projection.value(f"plants.{key}.effective_capacity")[0]
    edges = np.append(timeline.origin, timeline.ends) / 12
    unit = projection.scenario.unit_of_plant(key)
    return Capacity(key, plant.name or key_in_words(key), unit, times / 12, nameplate, edges, effective)


def _written_capacity(projection: Projection, capacity: Series, starts: Array) -> Array:
    """Return a plant's capacity without projects at some moments; on a straight line, in the middle of their month."""
    values = np.array([float(np.ravel(value)[0]) for value in capacity.values])
    if not capacity.starts:
        return np.full(len(starts), values[0])
    months = np.floor(starts)
    if capacity.linear:
        standing = np.asarray(np.interp(months + 0.5, capacity.starts, values))
    else:
        standing = values[np.maximum(np.searchsorted(capacity.starts, starts, side="right") - 1, 0)]
    if (growth := capacity.growth) is None:
        return standing
    since, index = capacity.starts[-1], projection.scenario.indices.get(growth.index)
    grown = np.arange(since + 1, max(int(months[-1]), since) + 1, dtype=float)
    factors = factors_by_month(growth, index, grown, projection.timeline.year_ends)
    factor = np.append(1.0, factors[0] if factors.ndim > 1 else factors)
    return np.asarray(standing + values[-1] * (factor[np.maximum(months - since, 0).astype(int)] - 1.0))


def merge_smallest(plants: list[Capacity]) -> list[Capacity]:
    """Return the plants from the largest to the smallest; the smallest are one where the palette is too short."""
    ordered = sorted(plants, key=lambda plant: -plant.peak)
    if len(ordered) <= MOST:
        return ordered
    rest = ordered[MOST - 1 :]
    times = np.unique(np.concatenate([plant.times for plant in rest]))
    nameplate = np.sum([plant.steps(times) for plant in rest], axis=0)
    effective = np.sum([plant.effective for plant in rest], axis=0)
    others = Capacity("", f"{len(rest)} other plants", rest[0].unit, times, nameplate, rest[0].edges, effective)
    return [*ordered[: MOST - 1], others]


def capacity_chart(projection: Projection, comparison: Comparison | None) -> Figure:
    """Draw all plants stacked, then a panel for each of the largest with its claims."""
    del comparison
    plants = [capacity_of(projection, key) for key in projection.scenario.plants]
    tested = outcomes(projection).values()
    marks = {plant.key: marks_on(projection, tested, plant.key) for plant in plants}
    stacks = [stack for unit in projection.scenario.product_units if len(stack := _of_unit(plants, unit)) > 1]
    alone = not stacks
    chosen = _plants_with_panels(plants, marks)
    rows = -(-len(chosen) // abreast(COLUMNS[len(chosen)])) if chosen else 0
    most = max((len(marks[plant.key]) for plant in chosen), default=0)
    tall = ALONE if alone else PANEL + 0.2 * max(0, most - 4)  # room for the labels
    stacked = len(stacks) * (HEADING + STACK + UNDER)
    body = rows * (HEADING + tall + UNDER) + stacked
    page = open_page(projection, _subtitle(projection, alone=alone), body, _undrawn_claims(plants, chosen, marks))
    if not plants:
        notice(page, "This plan has no plants.")
        return page.figure
    colors = _colors(projection, plants)
    page.key([*_handles(), *verdict_handles(mark.outcome for plant in chosen for mark in marks[plant.key])])
    for number, stack in enumerate(stacks):
        _draw_stack(page, projection, merge_smallest(stack), colors, HEADING + number * (HEADING + STACK + UNDER))
    columns = abreast(COLUMNS[len(chosen)])
    width = (page_width() - LEFT - MARGIN + 0.6) / columns - 0.6
    for position, plant in enumerate(chosen):
        row, column = divmod(position, columns)
        top = HEADING + row * (HEADING + tall + UNDER) + stacked
        ax = page.panel(LEFT + column * (width + 0.6), top, width, tall)
        _draw_plant(ax, plant, colors.get(plant.key, OTHERS), marks[plant.key], width)
        year_axis(ax, float(plant.times[0]), float(plant.times[-1]), width, projection.timeline.year_ends)
    return page.figure


def _of_unit(plants: list[Capacity], unit: str) -> list[Capacity]:
    return [plant for plant in plants if plant.unit == unit]


def _colors(projection: Projection, plants: list[Capacity]) -> dict[str, str]:
    """Return the color of each plant, the largest of each unit first."""
    kinds = [merge_smallest(_of_unit(plants, unit)) for unit in projection.scenario.product_units]
    return {plant.key: PALETTE[row] if plant.key else OTHERS for kind in kinds for row, plant in enumerate(kind)}


def _subtitle(projection: Projection, *, alone: bool) -> str:
    plants = "of the plant" if alone else "by plant"
    return f"Capacity {plants}: nameplate, and what each {projection.timeline.step} can make"


def _plants_with_panels(plants: list[Capacity], marks: dict[str, list[Mark]]) -> list[Capacity]:
    """Return the plants that get a panel, the largest first; plants with claims have precedence."""
    ordered = sorted(plants, key=lambda plant: (not marks[plant.key], -plant.peak))[:PANELS]
    return sorted(ordered, key=lambda plant: -plant.peak)


def _undrawn_claims(plants: list[Capacity], chosen: list[Capacity], marks: dict[str, list[Mark]]) -> str:
    """Return a note on the claims that no panel shows; "" without any."""
    shown = {plant.key for plant in chosen}
    hidden = [
        f"{plant.name} ({len(marks[plant.key])})" for plant in plants if plant.key not in shown and marks[plant.key]
    ]
    return f"claims not drawn: {', '.join(hidden)}" if hidden else ""


def _handles() -> list[Artist]:
    """Return the entries of the key for nameplate and effective capacity."""
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch

    return [
        Line2D([], [], color=INK, linewidth=1.6, label="nameplate"),
        Patch(facecolor=mix(PALETTE[0], "white", 0.6), label="effective capacity, mean of each period"),
    ]


def _draw_stack(
    page: ChartPage, projection: Projection, plants: list[Capacity], colors: dict[str, str], down: float
) -> None:
    """Draw all plants of a unit stacked: effective capacity as areas, nameplate as lines over them."""
    width, timeline = page_width() - LEFT - MARGIN - room_beside(LABELS), projection.timeline
    ax = page.panel(LEFT, down, width, STACK)
    times = np.unique(np.concatenate([plant.times for plant in plants]))
    steps = np.cumsum([plant.steps(times) for plant in plants], axis=0)
    areas = np.cumsum([plant.effective for plant in plants], axis=0)
    divisor, word = scale(float(max(steps.max(), areas.max())))
    base = np.zeros(areas.shape[1])
    for plant, top in zip(plants, areas / divisor, strict=True):
        color = colors[plant.key]
        ax.stairs(top, plant.edges, baseline=base, fill=True, color=mix(color, "white", 0.15), linewidth=0)
        base = top
    for level in steps / divisor:
        ax.stairs(level, times, baseline=None, color="white", linewidth=2.0)
    for level in steps[:-1] / divisor:
        ax.stairs(level, times, baseline=None, color=INK, linewidth=0.7)
    ax.stairs(steps[-1] / divisor, times, baseline=None, color=INK, linewidth=1.6)
    top = float(max(steps.max(), areas.max())) / divisor
    value_axis(ax, 0, top * 1.08 or 1.0)
    name_panel(ax, all_plants(projection.scenario, plants[0].unit), f"{word}{plants[0].unit}/year", width)
    year_axis(ax, float(times[0]), float(times[-1]), width, timeline.year_ends)
    name_bands(ax, _bands(plants, colors, steps[:, -1] / divisor), width, STACK, room_beside(LABELS))
    end = f"nameplate, end of {timeline.label(timeline.end, 'year')}"
    page.text(page_width() - MARGIN - room_beside(LABELS) + 0.14, down - 0.21, end, "small", color=SOFT)


def _bands(plants: list[Capacity], colors: dict[str, str], tops: Array) -> list[Band]:
    """Return the bands of the stack, from the plants and the tops of their nameplates at the end."""
    lows = np.append(0.0, tops[:-1])
    return [
        Band(plant.name, colors[plant.key], low, high, high - low)
        for plant, low, high in zip(plants, lows, tops, strict=True)
    ]


def _draw_plant(ax: Axes, plant: Capacity, color: str, marks: list[Mark], width: float) -> None:
    """Draw one plant on its own scale, with its claims."""
    limits = [mark.outcome.limit + mark.within for mark in marks]
    highest = max([plant.peak, *limits])
    divisor, word = scale(highest)
    tint, dark = mix(color, "white", 0.6), mix(color, INK, 0.35)
    ax.stairs(plant.effective / divisor, plant.edges, baseline=0, fill=True, color=tint, linewidth=0)
    ax.stairs(plant.nameplate / divisor, plant.times, baseline=None, color=dark, linewidth=1.6, capstyle="butt")
    value_axis(ax, min([0.0, *limits]) / divisor, highest / divisor * (1.3 if marks else 1.1) or 1.0)
    name_panel(ax, plant.name, f"{word}{plant.unit}/year", width)
    draw_claims(ax, marks, divisor, step_points(plant.times, plant.nameplate / divisor))
