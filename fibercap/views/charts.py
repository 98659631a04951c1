"""Charts by name, and the bytes of their files."""

from __future__ import annotations

import io
import warnings
from typing import TYPE_CHECKING, Any, Final

from fibercap.core.errors import FibercapError, did_you_mean
from fibercap.views.charts_capacity import capacity_chart
from fibercap.views.charts_compare import compare_chart
from fibercap.views.charts_debt import debt_chart
from fibercap.views.charts_style import SETTINGS

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from matplotlib.figure import Figure

    from fibercap.model.projection import Projection
    from fibercap.studies.compare import Comparison

CHARTS: Final[dict[str, Callable[[Projection, Comparison | None], Figure]]] = {
    "capacity": capacity_chart,
    "debt": debt_chart,
    "compare": compare_chart,
}
SUFFIXES: Final[dict[str, Mapping[str, Any]]] = {  # what each format writes about itself; never the time
    ".png": {},
    ".svg": {"Date": None},
    ".pdf": {"CreationDate": None},
}


def write_chart(name: str, path_suffix: str, projection: Projection, comparison: Comparison | None) -> bytes:
    """Draw a chart and return its file's bytes, the same each time.

    Parameters
    ----------
    name : str
        One of `CHARTS`.
    path_suffix : str
        `.png`, `.svg` or `.pdf`, in any case.
    projection : Projection
        What to draw; of a batch, the first draw.
    comparison : Comparison, optional
        Its financing options side by side; `compare` needs them.

    Raises
    ------
    FibercapError
        If chart or suffix is unknown, or `compare` has nothing to compare.
    ScenarioError
        If a claim that the chart would show cannot be tested.
    """
    if name not in CHARTS:
        raise FibercapError(f"no chart `{name}`; {did_you_mean(name, CHARTS, 'charts')}")
    return rendered(lambda: CHARTS[name](projection, comparison), path_suffix)


def rendered(draw: Callable[[], Figure], path_suffix: str) -> bytes:
    """Draw a figure and return its file's bytes, the same each time; see `write_chart`.

    Raises
    ------
    FibercapError
        If the suffix is unknown.
    """
    suffix = path_suffix.lower()
    if suffix not in SUFFIXES:
        told = f"a file ending in `{path_suffix}`" if path_suffix else "a file without a suffix"
        raise FibercapError(f"a chart cannot be written to {told}; known suffixes: {', '.join(SUFFIXES)}")
    import matplotlib as mpl

    content = io.BytesIO()
    with mpl.rc_context(), warnings.catch_warnings():
        warnings.filterwarnings("ignore", message=r"Glyph .* missing from font")  # the picture shows it
        mpl.rcdefaults()  # a user's own style would change the bytes
        mpl.rcParams.update(SETTINGS)
        draw().savefig(content, format=suffix.removeprefix("."), metadata=dict(SUFFIXES[suffix]))
    return content.getvalue()
