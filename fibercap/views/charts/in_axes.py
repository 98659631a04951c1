"""Charts for notebooks: as `fibercap plot` draws them, or one panel in Axes that the caller has made."""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any, Final, overload

import numpy as np

from fibercap.core.errors import FibercapError, did_you_mean
from fibercap.studies.compare import compare
from fibercap.views.charts.all_charts import CHARTS, draw_figure
from fibercap.views.charts.style import OTHERS, PALETTE, scale

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from fibercap.core.units import Array
    from fibercap.model.projection import Projection

PANELS: Final = {
    "capacity": "plants.*.effective_capacity",
    "output": "plants.*.output",
    "revenue": "plants.*.revenue",
    "debt": "loans.*.closing",
    "cash": "accounts.cash",
    "cover": "accounts.dscr_12m",
}
"""Rows that each chart shows in one panel, those of several plants, loans or sources stacked."""


@overload
def plot(projection: Projection, name: str = "capacity", ax: None = None) -> Figure: ...
@overload
def plot(projection: Projection, name: str, ax: Axes) -> Axes: ...
def plot(projection: Projection, name: str = "capacity", ax: Axes | None = None) -> Figure | Axes:
    """Draw a chart of a projection.

    Parameters
    ----------
    projection : Projection
        The results of a scenario; in Axes of a batch, the median of the samples, and in a band their 5th to 95th
        percentile.
    name : str
        A chart of `fibercap plot`. With `ax`, one of them that fits in one panel, or the path of a row.
    ax : Axes, optional
        The matplotlib Axes to draw into; default: a figure of its own, as `fibercap plot` writes it.

    Returns
    -------
    Figure or Axes
        The figure, or `ax`.

    Raises
    ------
    FibercapError
        If there is no such chart or row, it has no form in one panel, or there is nothing to draw.
    """
    if ax is None:
        return _figure(projection, name)
    if name in projection.period_rows:
        paths = [name]
    elif name in PANELS:
        paths = _rows_like(projection, PANELS[name])
    else:
        known = [*PANELS, *projection.period_rows]
        hint = did_you_mean(name, known, "charts and rows in one panel")
        raise FibercapError("no_such_name", f"no chart or row `{name}` that fits in one panel", hint)
    _draw_rows(projection, paths, name, ax)
    return ax


def _figure(projection: Projection, name: str) -> Figure:
    if name not in CHARTS:
        raise FibercapError("no_such_name", f"no chart `{name}`", did_you_mean(name, CHARTS, "charts"))
    comparison = compare(projection.scenario.as_written) if CHARTS[name].compares else None
    return draw_figure(lambda: CHARTS[name].draw(projection, comparison))


def _rows_like(projection: Projection, pattern: str) -> list[str]:
    """Return the rows that a pattern names; a star stands for one name."""
    parts = pattern.count(".")
    return [path for path in projection.period_rows if path.count(".") == parts and fnmatchcase(path, pattern)]


def _draw_rows(projection: Projection, paths: list[str], name: str, ax: Axes) -> None:
    """Draw rows of one unit over the periods, several of them stacked."""
    rows = [projection.rows[path] for path in paths]
    units = sorted({row.unit for row in rows})
    if len(units) != 1:
        problem = f"`{name}` has rows in {' and '.join(units)}" if units else f"`{name}` has nothing to draw"
        raise FibercapError("no_panel", problem, "name one row, like `plants.jena.output`")
    timeline = projection.timeline
    edges = np.array([timeline.start, *timeline.dates], dtype="datetime64[D]")
    values = np.stack([projection.value(path) for path in paths])
    values = values if len(paths) == 1 else np.cumsum(np.nan_to_num(values), axis=0)
    defined = values[~np.isnan(values)]
    divisor, word = scale(float(np.abs(defined).max(initial=0.0)))
    colors = [*PALETTE, *[OTHERS] * len(paths)]
    base = np.zeros(values.shape[-1])
    labels = [row.label for row in rows]
    if len({label.rpartition(": ")[2] for label in labels}) == 1:
        labels = [label.rpartition(": ")[0] or label for label in labels]
    for label, samples, color in zip(labels, values / divisor, colors, strict=False):
        base = _draw_row(ax, edges, samples, base, filled=len(paths) > 1, label=label, color=color)
    ax.set_ylabel(f"{word}{units[0]}".strip() or "ratio")
    if len(paths) > 1:
        ax.legend(frameon=False)


def _draw_row(ax: Axes, edges: Any, samples: Array, base: Array, *, filled: bool, **style: Any) -> Array:
    """Draw a row as steps or as an area upon `base`; return the median of its samples, (period,)."""
    low, middle, high = (np.quantile(samples, share, axis=0) for share in (0.05, 0.5, 0.95))
    ax.stairs(middle, edges, baseline=base if filled else None, fill=filled, linewidth=0 if filled else 1.6, **style)
    if len(samples) > 1 and not filled:
        ax.stairs(high, edges, baseline=low, fill=True, alpha=0.25, color=style["color"])
    return middle
