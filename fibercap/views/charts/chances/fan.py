"""The chart of a row's fan: between which values it lies in each year, with the plan as written."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np

from fibercap.core.errors import FibercapError
from fibercap.studies.chances.kept import ROW
from fibercap.views.charts.chances.page import AS_WRITTEN, HEADING, LEFT, UNDER, WIDE, name_of, open_page, scale_of
from fibercap.views.charts.panel import LINE, year_axis
from fibercap.views.charts.style import INK, PALETTE, SIZES, mix, name_panel, same_decimals, spread
from fibercap.views.charts.years import Years, heights, yearly

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from fibercap.core.units import Array
    from fibercap.studies.chances.simulate import Case
    from fibercap.views.charts.chances.page import Chances

LEVELS: Final = {"P5": 0.05, "P10": 0.1, "P50": 0.5, "P90": 0.9, "P95": 0.95}
NAMED: Final = ("P95", "P50", "P5")
BETWEEN: Final = 1.3
"""Room between panels, for the values of the last year and the numbers of the next axis. [inch]"""
BESIDE: Final = 0.8
"""Room beside the last panel for the values of the last year. [inch]"""
TALL: Final = {1: 3.6, 2: 2.4}
"""Height of a panel, by the number of columns. [inch]"""
OUTER, INNER = mix(PALETTE[0], "white", 0.82), mix(PALETTE[0], "white", 0.6)


def fan_chart(chances: Chances) -> Figure:
    """Draw the fan of a kept row, a panel for each option: P5 to P95, P10 to P90, the median, and the plan as written.

    Raises
    ------
    FibercapError
        If no row was kept.
    """
    path = chances.row or next((key.removeprefix(ROW) for key in chances.first.kept if key.startswith(ROW)), "")
    if not path:
        raise FibercapError("no_such_name", "a fan needs a row", "name one, such as `--row accounts.cash`")
    row = chances.first.base.rows[path]
    columns = 1 if len(chances.cases) == 1 else 2
    width = (WIDE - BESIDE - BETWEEN * (columns - 1)) / columns
    pitch = HEADING + TALL[columns] + UNDER
    subtitle = f"{row.label} by {chances.first.base.timeline.year_kind}: what is likely"
    page = open_page(chances, subtitle, -(-len(chances.cases) // columns) * pitch, path)
    page.key(_handles())
    fans = [_quantiles(case.row(path)) for case in chances.cases]
    written = [yearly(case.base, path) for case in chances.cases]
    divisor, unit = scale_of(
        row.unit, max(float(np.nanmax(np.abs(values), initial=0.0)) for values in (*fans, *written))
    )
    for place, (case, fan, plan) in enumerate(zip(chances.cases, fans, written, strict=True)):
        down, across = divmod(place, columns)
        ax = page.panel(LEFT + across * (width + BETWEEN), down * pitch + HEADING, width, TALL[columns])
        heights(ax, [np.nan_to_num(values) / divisor for values in (*fans, *written)], above=0.08)
        _draw(ax, case, fan / divisor, plan / divisor)
        _name_last(ax, fan[:, -1] / divisor, width, TALL[columns])
        years = Years.of(case.base)
        year_axis(ax, float(years.starts[0]), float(years.ends[-1]), width, years.year_ends)
        name = row.label if columns == 1 else name_of(chances, case)
        name_panel(ax, name, unit, width + (BESIDE if columns > 1 else 0.0))
    return page.figure


def _quantiles(values: Array) -> Array:
    """Return the levels of a row by year, (level, year), of the samples that have a value; nan where none has."""
    present = [column[~np.isnan(column)] for column in values.T]
    none = np.full(len(LEVELS), np.nan)
    return np.stack([np.quantile(one, list(LEVELS.values())) if one.size else none for one in present], axis=1)


def _draw(ax: Axes, case: Case, fan: Array, plan: Array) -> None:
    """Draw the fan between the middles of years, level to both ends of the horizon."""
    years = Years.of(case.base)
    places = np.concatenate([years.starts[:1], years.middles, years.ends[-1:]])
    low, less, median, more, high = np.pad(fan, ((0, 0), (1, 1)), mode="edge")
    ax.fill_between(places, low, high, color=OUTER, linewidth=0, zorder=2)
    ax.fill_between(places, less, more, color=INNER, linewidth=0, zorder=2.1)
    ax.plot(places, median, color=PALETTE[0], linewidth=1.6, zorder=3)
    style: dict[str, Any] = {"linewidth": 1.3, "linestyle": (0, (4, 2)), "marker": "o", "markersize": 2.6}
    ax.plot(years.middles, plan, color=AS_WRITTEN, zorder=3.1, **style)


def _name_last(ax: Axes, last: Array, width: float, height: float) -> None:
    """Write the values of the last year beside the panel."""
    from matplotlib.transforms import blended_transform_factory

    values = dict(zip(LEVELS, last.tolist(), strict=True))
    shown = {name: values[name] for name in reversed(NAMED) if np.isfinite(values[name])}
    low, high = ax.get_ylim()
    line, form = LINE / height * (high - low), same_decimals(shown.values())
    beside = blended_transform_factory(ax.transAxes, ax.transData)
    for name, y in zip(shown, spread(list(shown.values()), line, low + line / 2, high), strict=True):
        style: dict[str, Any] = {"va": "center", "fontsize": SIZES["label"], "color": INK}
        ax.text(1 + 0.06 / width, y, f"{name}  {form(shown[name])}", transform=beside, **style)


def _handles() -> list[Artist]:
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch

    dashed: dict[str, Any] = {"linewidth": 1.3, "linestyle": (0, (4, 2)), "marker": "o", "markersize": 2.6}
    return [
        Patch(facecolor=OUTER, label="P5 to P95"),
        Patch(facecolor=INNER, label="P10 to P90"),
        Line2D([], [], color=PALETTE[0], linewidth=1.6, label="median"),
        Line2D([], [], color=AS_WRITTEN, label="the plan as written", **dashed),
    ]
