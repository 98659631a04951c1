"""Charts of a simulation: nothing overlaps, and what is drawn is what was computed."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import matplotlib as mpl
import numpy as np
import pytest

from fibercap.core.errors import FibercapError
from fibercap.reading.files import read, scenario_of
from fibercap.studies.chances.drivers import drivers
from fibercap.studies.chances.kept import CASH
from fibercap.studies.chances.simulate import simulate
from fibercap.views.charts.chances.all_simulation_charts import SIMULATION_CHARTS, write_simulation_chart
from fibercap.views.charts.chances.page import AS_WRITTEN, Chances
from fibercap.views.charts.style import PALETTE, SETTINGS
from tests.studies.test_chances import PLAN
from tests.views.test_every_chart import overlaps, shown_texts

if TYPE_CHECKING:
    from matplotlib.figure import Figure

LONG = "A way of financing whose title goes on and on for as long as the lawyers of its lender have time"
MANY = PLAN.replace("uncertain:", "".join(
    f"  way_{k}: {{title: {LONG if k == 3 else f'Way {k}'}, change: {{loans.bank.rate: {4 + k} %/year}}}}\n" for k in range(8)
) + "uncertain:")  # fmt: skip
REFUSING = PLAN.replace(
    "times: {lognormal: {median: 100 %, sigma: 0.2}}", "plus: {normal: {mean: 0 USD/km, sd: 15 USD/km}}"
)
SIZES = ("one", "two", "many", "fibercore", "refusing")


@cache
def chances(size: str) -> Chances:
    plan = {
        "fibercore": lambda: read("fibercore_uncertain"),
        "refusing": lambda: scenario_of(REFUSING),
        "many": lambda: scenario_of(MANY),
    }.get(size, lambda: scenario_of(PLAN))()
    options = {"two": ["own", ""], "many": list(plan.options), "fibercore": ["level", "bullet", "grace_one_year"]}.get(
        size
    )
    simulation = simulate(plan, options=options, samples=128, rows=["accounts.cash", "accounts.revenue"])
    groups = drivers(simulation, next(iter(simulation.cases.values())), "equity_npv", base=64)
    return Chances(simulation, groups)


def figure_of(name: str, what: Chances) -> Figure:
    with mpl.rc_context(SETTINGS):
        figure = SIMULATION_CHARTS[name].draw(what)
        figure.draw_without_rendering()
    return figure


@pytest.mark.long
@pytest.mark.parametrize(("name", "size"), [(name, size) for name in SIMULATION_CHARTS for size in SIZES])
def test_nothing_overlaps_or_leaves_the_page(name: str, size: str) -> None:
    figure = figure_of(name, chances(size))
    page = figure.bbox

    assert not overlaps(figure)
    assert not [w for w, b in shown_texts(figure) if b.x0 < 0 or b.y0 < 0 or b.x1 > page.x1 or b.y1 > page.y1]


def test_a_fan_shows_the_quantiles_and_the_plan() -> None:
    what = chances("one")
    (ax,) = figure_of("fan", Chances(what.simulation, row="accounts.revenue")).axes
    values = what.first.row("accounts.revenue") / 1e6
    median, plan = (np.asarray(line.get_ydata()) for line in ax.lines if line.get_color() in (PALETTE[0], AS_WRITTEN))

    assert median[1:-1] == pytest.approx(np.quantile(values, 0.5, axis=0))
    assert plan == pytest.approx([value[0] / 1e6 for value in what.first.base.by("accounts.revenue").values()])
    texts = {text.get_text() for text in ax.texts}
    low, high = (float(np.quantile(values[:, -1], level)) for level in (0.05, 0.95))
    assert {f"P5  {low:.2f}", f"P95  {high:.2f}"} <= texts


def test_bars_of_cash_are_its_chances() -> None:
    what = chances("two")
    (ax,) = figure_of("cash", what).axes
    heights = [np.array([path.get_extents().y1 for path in bars.get_paths()]) for bars in ax.collections]
    for bars, case in zip(heights, what.cases, strict=True):
        assert bars == pytest.approx(100 * case.kept[CASH].mean(axis=0))


def test_a_chart_shows_at_most_seven_options_and_says_so() -> None:
    what = chances("many")
    assert len(what.simulation.cases) == 9
    assert len(what.cases) == 7
    texts = " ".join(text for text, _ in shown_texts(figure_of("worth", what)))
    assert "2 further options are not drawn" in texts


def test_refused_samples_are_reported() -> None:
    what = chances("refusing")
    assert what.first.refused
    texts = " ".join(text for text, _ in shown_texts(figure_of("cash", what)))
    assert f"{len(what.first.refused)} refused" in texts


@pytest.mark.parametrize("suffix", [".svg", ".png", ".pdf"])
def test_the_same_simulation_gives_the_same_bytes(suffix: str) -> None:
    what = chances("two")
    assert write_simulation_chart("worth", suffix, what) == write_simulation_chart("worth", suffix, what)


def test_what_is_not_there_is_refused() -> None:
    plan = simulate(scenario_of(PLAN), samples=8)
    with pytest.raises(FibercapError, match=r"no chart `fna`; did you mean `fan`"):
        write_simulation_chart("fna", ".svg", Chances(plan))
    with pytest.raises(FibercapError, match=r"a fan needs a row; name one, such as `--row accounts.cash`"):
        write_simulation_chart("fan", ".svg", Chances(plan))
