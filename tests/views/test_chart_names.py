"""Names that stand beside bars are whole, and numbers of one chart have as many digits."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

import matplotlib as mpl
import pytest
from matplotlib.text import Annotation, Text

from fibercap.core.trees.tree import Branch, Leaf
from fibercap.model.measures.all_measures import measures
from fibercap.model.project import project
from fibercap.reading.files import read
from fibercap.studies.compare import compare
from fibercap.studies.sensitivity import one_at_a_time
from fibercap.views.charts.all_charts import CHARTS
from fibercap.views.charts.sensitivity import sensitivity_chart
from fibercap.views.charts.style import SETTINGS

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from fibercap.model.plan.scenario import Scenario

LONG = {
    "options.german_bank.title": "Fleet National Bank for ten million and a German bank for the rest",
    "options.level.title": "Fleet National Bank by level quarterly payments, as announced",
    "projects.xtal_3.name": "Xtal, third and last step of the expansion in Campinas",
}


@cache
def plan() -> Scenario:
    changes = Branch({path: Leaf(text) for path, text in LONG.items()})
    return read("fibercore").with_changes(Branch({"change": changes}), "test")


@cache
def figure_of(name: str) -> Figure:
    with mpl.rc_context(SETTINGS):
        return CHARTS[name].draw(project(plan()), compare(plan()) if CHARTS[name].compares else None)


def texts(figure: Figure) -> list[str]:
    return [text.get_text().replace("\n", " ") for text in figure.findobj(lambda artist: isinstance(artist, Text))]  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("chart", "names"),
    [
        ("bridge", ["options.german_bank.title", "options.level.title"]),
        ("verdict", ["options.german_bank.title", "options.level.title"]),
        ("funding", ["projects.xtal_3.name"]),
    ],
)
def test_names_beside_bars_are_whole(chart: str, names: list[str]) -> None:
    shown = texts(figure_of(chart))

    for name in names:
        assert LONG[name] in shown
    assert not [text for text in shown if text.endswith("…") and text[:20] in "".join(LONG.values())]


def decimals(words: list[str]) -> set[int]:
    return {len(match[1]) for text in words if (match := re.fullmatch(r"\d[\d,]*\.?(\d*)", text))}


def beside_bars(ax: Axes) -> list[str]:
    """Return what is written beside bars; numbers of an axis are no annotations."""
    return [text.get_text() for text in ax.texts if isinstance(text, Annotation)]


def test_amounts_of_the_funding_chart_have_as_many_digits() -> None:
    above, below = figure_of("funding").axes[-2:]

    assert {"78.2", "69.0", "8.0"} <= {text.get_text() for text in above.texts}  # 8.0 is what Fleet pays of 46.0
    assert [decimals(beside_bars(ax)) for ax in (above, below)] == [{1}, {1}]


@pytest.mark.parametrize("measure", ["equity_npv", "min_dscr", "project_irr"])
def test_outcomes_of_the_sensitivity_chart_have_as_many_digits(measure: str) -> None:
    projection = project(plan())
    by_name = measures(projection)
    moved = one_at_a_time(plan(), [measure])
    with mpl.rc_context(SETTINGS):
        figure = sensitivity_chart(projection, by_name[measure], moved)

    written = [decimals(beside_bars(ax)) for ax in figure.axes]
    assert [len(digits) for digits in written if digits] == [1]


def test_the_lowest_cash_is_reported_in_its_own_unit_beside_billions() -> None:
    """Over thirty years cash grows to more than a billion; the lowest, 2.52 million, is not called 0."""
    long = project(read("fibercore").with_changes(Branch({"change": Branch({"horizon.to": Leaf("2029")})}), "test"))
    with mpl.rc_context(SETTINGS):
        shown = texts(CHARTS["cash"].draw(long, None))

    assert long.value("accounts.cash").min() == pytest.approx(2.52e6, rel=0.01)
    assert "lowest: 2.52 million USD in 2000-05" in shown
