"""Charts by name, and the bytes of their files."""

from __future__ import annotations

import io
import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from fibercap.core.errors import FibercapError, did_you_mean
from fibercap.views.charts.bridge import bridge_chart
from fibercap.views.charts.capacity import capacity_chart
from fibercap.views.charts.cash import cash_chart
from fibercap.views.charts.claims import claims_chart
from fibercap.views.charts.compare import compare_chart
from fibercap.views.charts.cover import cover_chart
from fibercap.views.charts.debt import debt_chart
from fibercap.views.charts.fonts import families_for
from fibercap.views.charts.funding import funding_chart
from fibercap.views.charts.output import output_chart
from fibercap.views.charts.revenue import revenue_chart
from fibercap.views.charts.sensitivity import tornado_chart
from fibercap.views.charts.strips import save_strips
from fibercap.views.charts.style import SETTINGS, TITLE, TITLED
from fibercap.views.charts.verdict import verdict_chart
from fibercap.views.charts.waterfall import waterfall_chart
from fibercap.views.charts.widths import narrow_pages

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from fibercap.model.plan.scenario import Scenario
    from fibercap.model.projection import Projection
    from fibercap.studies.compare import Comparison


@dataclass(frozen=True)
class Chart:
    """A chart: what it shows, the function that draws it, and the plans to which it applies.

    A chart that `compares` shows all options of a plan; one that `moves` inputs takes many more projections, so a run
    folder leaves it out. `section` is the section of the report that begins with it; "" if a section places it itself.
    """

    shows: str
    draw: Callable[[Projection, Comparison | None], Figure]
    applies: Callable[[Scenario], bool] = lambda _plan: True
    compares: bool = False
    moves: bool = False
    section: str = "statements"


def _borrows(plan: Scenario) -> bool:
    return bool(plan.loans)


def _builds(plan: Scenario) -> bool:
    return bool(plan.projects) or any(plant.purchase for plant in plan.plants.values())


def _chooses(plan: Scenario) -> bool:
    return bool(plan.options) and plan.option is None


def _values_options(plan: Scenario) -> bool:
    return _chooses(plan) and len(plan.options) > 1 and bool(plan.projects) and plan.money.discount_rate is not None


CHARTS: Final[dict[str, Chart]] = {
    "capacity": Chart("Capacity by plant, with claims", capacity_chart, section="capacity"),
    "output": Chart("Output, sales and demand", output_chart, section="capacity"),
    "revenue": Chart("Revenue by plant, EBITDA and its margin", revenue_chart),
    "debt": Chart("Debt by loan, to maturity", debt_chart, _borrows, section="loans"),
    "cover": Chart(
        "Debt service, the cash flow for it, and how often it is covered", cover_chart, _borrows, section="covenants"
    ),
    "cash": Chart("Cash held and cash flows", cash_chart, section=""),
    "waterfall": Chart("Cash in the order in which it is paid", waterfall_chart, section=""),
    "funding": Chart("Uses of funds and who pays for them", funding_chart, _builds, section="funding"),
    "claims": Chart(
        "Claims against what the plan leads to", claims_chart, lambda plan: bool(plan.claims), section="claims"
    ),
    "compare": Chart("Options side by side", compare_chart, _chooses, compares=True, section="options"),
    "verdict": Chart(
        "What each way of financing is worth to the owners", verdict_chart, _values_options, compares=True, section=""
    ),
    "bridge": Chart(
        "From the baseline's net present value to the owners to each option's",
        bridge_chart,
        _values_options,
        compares=True,
        section="",
    ),
    "sensitivity": Chart(
        "A measure when one input at a time is a tenth lower or higher", tornado_chart, moves=True, section=""
    ),
}
"""Every chart that `plot` draws, by name; its help lists them."""
SUFFIXES: Final[dict[str, Mapping[str, Any]]] = {  # metadata of each format; never the time of writing
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
        What to draw; of a batch, the first sample.
    comparison : Comparison, optional
        Its financing options side by side; charts that compare options need it.

    Raises
    ------
    FibercapError
        If chart or suffix is unknown, or there is nothing to compare.
    ScenarioError
        If a claim that the chart would show cannot be tested.
    """
    if name not in CHARTS:
        raise FibercapError("no_such_name", f"no chart `{name}`", did_you_mean(name, CHARTS, "charts"))
    return render_chart(lambda: CHARTS[name].draw(projection, comparison), path_suffix)


def render_chart(draw: Callable[[], Figure], path_suffix: str) -> bytes:
    """Draw a figure and return the bytes of its file; the same figure gives the same bytes.

    Raises
    ------
    FibercapError
        If the suffix is unknown.
    """
    refuse_unknown_suffix(path_suffix)
    suffix = path_suffix.lower()
    content = io.BytesIO()
    with _own_settings():
        _draw(draw).savefig(content, format=suffix.removeprefix("."), metadata=dict(SUFFIXES[suffix]))
    return content.getvalue()


def render_strips(draw: Callable[[], Figure], *, narrow: bool = False) -> list[bytes]:
    """Draw a figure without its title and return its rows of panels, each as SVG; a page has the title once.

    Parameters
    ----------
    draw : callable
        Draws the figure.
    narrow : bool
        For a telephone: panels that stand side by side stand one below the other.
    """
    with _own_settings(), narrow_pages() if narrow else nullcontext():
        figure = _draw(draw)
        return save_strips(figure, _remove_title(figure))


def refuse_unknown_suffix(path_suffix: str) -> None:
    """Raise an error that lists the known suffixes, if charts cannot be written to files with this one."""
    if path_suffix.lower() not in SUFFIXES:
        target = f"a file ending in `{path_suffix}`" if path_suffix else "a file without a suffix"
        raise FibercapError(
            "unknown_suffix", f"a chart cannot be written to {target}", f"known suffixes: {', '.join(SUFFIXES)}"
        )


def draw_figure(draw: Callable[[], Figure]) -> Figure:
    """Return a figure as it is drawn for a file."""
    with _own_settings():
        return _draw(draw)


def _draw(draw: Callable[[], Figure]) -> Figure:
    """Draw a figure; texts with letters that the usual font lacks get a font that has them."""
    from matplotlib.text import Text

    figure = draw()
    for text in figure.findobj(Text):
        if len(families := families_for(text.get_text())) > 1:
            text.set_fontfamily(families)
    return figure


@contextmanager
def _own_settings() -> Iterator[None]:
    """Draw with fibercap's settings: a user's style would change the bytes."""
    import matplotlib as mpl

    with mpl.rc_context(), warnings.catch_warnings():
        warnings.filterwarnings("ignore", message=r"Glyph .* missing from font")  # `warn_of_boxes` says it, once
        mpl.rcdefaults()
        mpl.rcParams.update(SETTINGS)
        yield


def _remove_title(figure: Figure) -> float:
    """Remove the title of a figure; return the height of the rest. [inch]"""
    titles = [text for text in figure.texts if text.get_gid() == TITLE]
    for text in titles:
        text.remove()
    return float(figure.get_figheight()) - TITLED * len(titles) - 0.15  # the gap above the first line of a title
