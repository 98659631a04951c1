"""What holds of every chart, at every size of plan: nothing overlaps, units, whole years, greys apart."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache, partial
from itertools import combinations, pairwise
from typing import TYPE_CHECKING, Any

import matplotlib as mpl
import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import to_rgb
from matplotlib.text import Annotation, Text

from fibercap.model.project import project
from fibercap.model.projection import Projection
from fibercap.reading.files import scenario_of
from fibercap.studies.compare import Comparison, compare
from fibercap.views.charts.all_charts import CHARTS, render_strips, write_chart
from fibercap.views.charts.bridge import bridge_panels
from fibercap.views.charts.cash import cash_chart
from fibercap.views.charts.debt import drawn_loans, loan_colors
from fibercap.views.charts.funding import GAP, sources_of, use_names
from fibercap.views.charts.output import markets
from fibercap.views.charts.ratios import nearest_to_limits, ratios
from fibercap.views.charts.revenue import sellers
from fibercap.views.charts.style import FAILS, HOLDS, OTHERS, PALETTE, SETTINGS, fit_all, same_decimals, width_of
from fibercap.views.charts.tradeoff import points_of, without_loans
from fibercap.views.charts.years import Years, yearly
from tests.views.plans import SIZES, plan_of_size

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

UNIT = re.compile(r"(thousand |million |billion )?(km/year|USD|EUR|%|%/year|% of revenue|CFADS / debt service)")


@cache
def projection_of(size: str) -> Projection:
    """Return a plan's projection, computed once."""
    return project(SIZES[size]())


@cache
def comparison_of(size: str) -> Comparison:
    """Return a plan's options side by side, computed once."""
    return compare(projection_of(size).scenario)


def subject_of(name: str, size: str) -> tuple[Projection, Comparison | None]:
    """Return what a chart needs."""
    return projection_of(size), comparison_of(size) if CHARTS[name].compares else None


def lay_out(name: str, projection: Projection, comparison: Comparison | None) -> Figure:
    """Return a chart with every text in its place."""
    with mpl.rc_context(SETTINGS):
        figure = CHARTS[name].draw(projection, comparison)
        figure.draw_without_rendering()
    return figure


def shown_texts(figure: Figure) -> Iterator[tuple[str, Any]]:
    """Run over the texts that are drawn, with their boxes; matplotlib's own axes are not shown."""
    renderer = FigureCanvasAgg(figure).get_renderer()  # type: ignore[no-untyped-call]
    axes = [axis for ax in figure.axes for axis in (ax.xaxis, ax.yaxis)]
    hidden = {id(text) for axis in axes for text in axis.findobj(Text)}
    assert not any(axis.get_visible() for axis in axes)
    for text in figure.findobj(Text):
        if id(text) not in hidden and text.get_visible() and text.get_text().strip():
            yield text.get_text(), Text.get_window_extent(text, renderer)


def overlaps(figure: Figure) -> list[tuple[str, str]]:
    """Return the pairs of texts that touch."""
    return [
        (first, second)
        for (first, a), (second, b) in combinations(shown_texts(figure), 2)
        if min(a.x1, b.x1) - max(a.x0, b.x0) > 1 and min(a.y1, b.y1) - max(a.y0, b.y0) > 1
    ]


@pytest.mark.long
@pytest.mark.parametrize(("name", "size"), [(name, size) for name in CHARTS for size in SIZES])
def test_nothing_overlaps_and_every_panel_has_a_unit_and_whole_years(name: str, size: str) -> None:
    figure = lay_out(name, *subject_of(name, size))
    page = figure.bbox

    assert not overlaps(figure)
    assert not [w for w, b in shown_texts(figure) if b.x0 < 0 or b.y0 < 0 or b.x1 > page.x1 or b.y1 > page.y1]
    assert figure.axes
    for ax in figure.axes:
        messages = [text.get_text() for text in ax.texts if isinstance(text, Annotation)]
        assert sum(bool(UNIT.fullmatch(text)) for text in messages) == 1, messages
        if _counts_years(ax):
            places = np.asarray(ax.xaxis.get_major_locator()())
            assert np.array_equal(places, np.round(places))
    assert any(_counts_years(ax) for ax in figure.axes) or name in {
        "bridge",
        "claims",
        "sensitivity",
        "verdict",
        "waterfall",
    }


def test_words_that_touch_are_found() -> None:
    figure = lay_out("claims", projection_of("tutorial"), None)
    figure.text(0.5, 0.5, "one above")
    figure.text(0.5, 0.501, "the other")

    assert ("one above", "the other") in overlaps(figure)


def _counts_years(ax: Axes) -> bool:
    low, high = ax.get_xlim()
    return 1900 < low < high < 2200


def test_neighbours_in_a_stack_stay_apart_in_grey() -> None:
    greys = [float(np.dot(to_rgb(colour), (0.299, 0.587, 0.114))) for colour in (*PALETTE, OTHERS)]

    assert min(abs(a - b) for a, b in pairwise(greys)) > 0.12
    assert abs(greys[PALETTE.index(PALETTE[0])] - greys[PALETTE.index(PALETTE[3])]) > 0.5


@pytest.mark.parametrize("pair", [(PALETTE[0], PALETTE[1]), (PALETTE[0], PALETTE[3]), (HOLDS, FAILS)])
def test_colours_that_mean_something_differ_without_red_and_green(pair: tuple[str, str]) -> None:
    """Seen without the red cones (protanopia) and without the green ones (deuteranopia): Vienot and others, 1999."""
    without = {
        "red": [[0.11238, 0.88762, 0.0], [0.11238, 0.88762, 0.0], [0.00401, -0.00401, 1.0]],
        "green": [[0.29275, 0.70725, 0.0], [0.29275, 0.70725, 0.0], [-0.02234, 0.02234, 1.0]],
    }
    for matrix in without.values():
        first, second = (np.array(matrix) @ np.array(to_rgb(colour)) ** 2.2 for colour in pair)
        assert np.abs(first - second).max() > 0.1


def test_names_in_a_key_are_broken_only_where_they_must_be() -> None:
    names = ["short", "a name that is rather long", "mid one"]

    assert fit_all(names, 10.0) == names
    cut = fit_all(names, 2.0)
    assert (cut[0], cut[2]) == ("short", "mid one")
    assert cut[1].replace("\n", " ") == names[1]
    assert sum(max(map(width_of, name.split("\n"))) for name in cut) <= 2.0


def test_years_may_be_cut_at_both_ends() -> None:
    years = Years.of(projection_of("twelve"))

    assert years.names[0] == "2001"
    assert years.starts[0] == 2001.5
    assert years.spans.tolist() == [0.5, *[1.0] * 9]


def test_revenue_drawn_is_the_accounts() -> None:
    projection = projection_of("twelve")
    parts = sellers(projection)

    assert len(parts) == 7
    assert parts[-1][0] == "6 other plants"
    assert np.sum([part[2] for part in parts], axis=0) == pytest.approx(yearly(projection, "accounts.revenue"))


@pytest.mark.parametrize("size", SIZES)
def test_sources_drawn_pay_for_all_uses(size: str) -> None:
    """Uses are capex and purchases; sources of each use and year add up to them."""
    projection = projection_of(size)
    paid = np.sum([source.paid for source in sources_of(projection)], axis=0)
    plan = projection.scenario
    rows = [
        f"projects.{key}.capex" if key in plan.projects else f"plants.{key}.purchase" for key in use_names(projection)
    ]

    assert paid == pytest.approx(np.array([yearly(projection, row) for row in rows]))


@pytest.mark.parametrize("size", SIZES)
def test_a_loan_has_one_colour_in_every_chart(size: str) -> None:
    projection = projection_of(size)
    known = loan_colors(drawn_loans(projection))
    sources = {source.name: source.style["facecolor"] for source in sources_of(projection)}

    assert all(sources[name] == known[name] for name in sources if name in known)
    assert len({*sources.values()}) == len(sources)


def test_what_no_source_covers_is_drawn_as_such() -> None:
    names = [source.name for source in sources_of(projection_of("twelve"))]

    assert names == ["bank_12", "bank_11", "bank_10", "9 other loans", "grant", "equity", "cash", GAP]


def test_a_project_without_funding_is_paid_from_cash() -> None:
    text = """
fibercap: 1
id: bare
horizon: {from: 2000, to: 2001, step: year}
money: {report_in: USD}
products: {glass: {price: 60 USD/km}}
plants: {jena: {product: glass, capacity: 400 km/year, cash_cost: 30 USD/km}}
projects: {line: {plant: jena, adds: 1 km/year, capex: 5 USD, spend: {2000: 100 %}, complete: 2000-12-31}}
"""
    (source,) = sources_of(project(scenario_of(text, "bare")))

    assert (source.name, source.paid.tolist()) == ("no source, paid from cash", [[5.0, 0.0]])


def test_cover_drawn_is_the_accounts_and_the_covenants() -> None:
    projection = projection_of("twelve")
    company, *others = ratios(projection)

    called = [projection.scenario.loan_title(name) for name in ("bank_1", "bank_7")]
    assert [ratio.name for ratio in others] == [f"{loan}, at its payments" for loan in called]
    values = projection.value("accounts.dscr_12m")[0]
    shown = np.isfinite(values) & (projection.value("accounts.has_payment")[0] > 0)
    assert company.values == pytest.approx(values[shown])
    promised = [[projection.scenario.loan_title(name)] for name in ("bank_4", "bank_10")]
    assert company.limits == dict(zip([("≥", 2.7), ("≥", 5.7)], promised, strict=True))
    low = np.zeros(len(values), dtype=bool)
    for limit, name in ((2.7, "bank_4"), (5.7, "bank_10")):
        low |= (values < limit) & (projection.value(f"loans.{name}.has_payment")[0] > 0)
    assert company.breaks_covenant.tolist() == low[shown].tolist()
    assert 0 < low.sum() < shown.sum()


def test_a_covenants_line_reaches_every_value_that_it_judges() -> None:
    projection = projection_of("twelve")
    shown = nearest_to_limits(ratios(projection))
    figure = lay_out("cover", projection, None)
    assert any(ratio.promises for ratio in shown)

    for ratio, ax in zip(shown, figure.axes[1:], strict=True):
        lines = [np.asarray(line.get_xdata()) for line in ax.lines if line.get_linestyle() == "--"]
        assert len(lines) == len(ratio.promises)
        for promise, line in zip(ratio.promises, lines, strict=True):
            dates = {test.when for test in promise.tests}
            places = [place for place, label in zip(ratio.places, ratio.labels, strict=True) if label & dates]
            assert places
            assert line[0] <= min(places)
            assert max(places) <= line[-1]


def test_of_many_loans_those_nearest_to_their_limits_are_drawn() -> None:
    company, far, near = ratios(projection_of("twelve"))
    rooms = [near.room, far.room]
    many = [company, far, *[near] * 3, far, *[near] * 3]

    assert rooms == sorted(rooms)
    assert nearest_to_limits(many) == [company, *[near] * 6]
    assert nearest_to_limits([company, far, near]) == [company, far, near]


def test_far_ratios_are_cut_and_reported() -> None:
    projection = projection_of("fibercore")
    (company,) = ratios(projection)
    far, near = (
        type(company)("x", company.places[:5], np.array([2.0, 3.0, 4.0, 5.0, last]), company.labels[:5], ())
        for last in (50.0, 20.0)
    )

    assert far.drawn_values.tolist() == [2.0, 3.0, 4.0, 5.0, 12.0]
    assert near.drawn_values is near.values


def test_output_that_finds_no_buyer_is_between_made_and_sold() -> None:
    projection = projection_of("twelve")
    results = {market.name: market for market in markets(projection)}
    shifted = results["dispersion shifted fiber"]

    assert len(results) == 6
    assert shifted.demand is not None
    assert shifted.sold == pytest.approx(np.minimum(shifted.made, shifted.demand))
    assert (shifted.made > shifted.sold + 1).any()
    assert results["multimode fiber"].demand is None


def test_the_lowest_cash_and_the_least_to_be_held_are_reported() -> None:
    projection = projection_of("twelve")
    with mpl.rc_context(SETTINGS):
        messages = [text.get_text() for text in cash_chart(projection, None).axes[0].texts]
    cash = projection.value("accounts.cash")[0]

    assert f"lowest: {cash.min() / 1e6:.1f} in {projection.timeline.labels[int(cash.argmin())]}" in messages
    assert "least to be held: 20" in messages


def test_cash_below_zero_is_hatched() -> None:
    plan = SIZES["fibercore"]()
    short = scenario_of(
        """
fibercap: 1
id: short
horizon: {from: 2000, to: 2001, step: year}
money: {report_in: USD}
products: {glass: {price: 10 USD/km}}
plants: {jena: {product: glass, capacity: 400 km/year, cash_cost: 30 USD/km}}
""",
        "short",
    )
    with mpl.rc_context(SETTINGS):
        hatched = [
            [patch.get_hatch() for patch in cash_chart(project(each), None).axes[0].patches] for each in (plan, short)
        ]

    assert "////" not in hatched[0]
    assert "////" in hatched[1]


def test_the_tradeoff_shows_the_measures_of_every_case_that_has_both() -> None:
    comparison = comparison_of("tutorial")

    points = points_of(comparison)

    assert list(points) == ["as_offered", "level"]
    assert points["level"][1] == comparison.cases["level"].measures["min_dscr"].value


CHOICE = """
fibercap: 1
id: choice
horizon: {from: 2000, to: 2003, step: quarter}
money: {report_in: USD, discount_rate: 10 %/year, terminal_value: book}
products: {fiber: {price: 40 USD/km}}
plants: {works: {product: fiber, capacity: 100_000 km/year, cash_cost: 20 USD/km}}
projects:
  line: {plant: works, adds: 50_000 km/year, capex: 2 million USD, spend: {2000: 100 %}, complete: 2000-12-31}
loans:
  shared: {commitment: 0.1 million USD, signed: 2000-01-01, matures: 3 years, rate: 2 %/year}
  bank: {commitment: 1 million USD, signed: 2000-01-01, matures: 3 years, rate: 8 %/year, covenants: {cover: {row: accounts.dscr_12m, at_least: 2, test: payment}}}
funding: {line: {shared: 0.1 million USD, bank: 1 million USD, equity: rest}}
opening: {cash: 2 million USD}
claims: {cash: {says: Cash is there, measure: lowest_cash, above: 0 USD}}
options:
  plain: {title: "TITLED"}
  dear: {title: Another, change: {loans.bank.rate: 9 %/year}}
  free: {title: Without covenants, remove: [loans.bank.covenants]}
  none: {title: Owners alone, remove: [loans.bank, funding.line.bank]}
"""
LONG = "A way of financing whose title goes on and on for as long as the lawyers of its lender have time"


def test_an_option_without_loans_of_its_own_is_not_in_the_best_corner() -> None:
    """Its one cheap loan is drawn by every option on the same terms: it says nothing of the choice."""
    comparison = compare(scenario_of(CHOICE.replace("TITLED", "The bank"), "x.yaml"))
    rates_only = compare(scenario_of(CHOICE.replace("TITLED", "The bank"), "x.yaml"), only=["plain", "dear"])
    same_decimals = compare(scenario_of(CHOICE.replace("TITLED", "The bank"), "x.yaml"), only=["none"])

    assert comparison.cases["none"].measures["all_in_cost"].value is not None
    assert without_loans(comparison) == ("none",)
    assert list(points_of(comparison)) == ["plain", "dear", "free"]
    assert list(points_of(rates_only)) == ["plain", "dear"]
    assert list(points_of(same_decimals)) == ["none"]
    names = {
        text.get_text()
        for text in lay_out("compare", project(scenario_of(CHOICE.replace("TITLED", "x"))), comparison).texts
    }
    assert any(text.startswith("not drawn, ") and text.endswith(": Owners alone") for text in names)


def test_a_covenant_is_drawn_only_where_it_applies() -> None:
    plan = scenario_of(CHOICE.replace("TITLED", "The bank"), "x.yaml")
    spans = {}
    for names in (["plain", "dear"], ["plain", "free", "dear"], ["free", "none"]):
        ax = lay_out("compare", project(plan), compare(plan, only=names)).axes[-1]
        low, high = ax.get_xlim()
        lines = [np.asarray(line.get_xdata()) for line in ax.lines if set(np.asarray(line.get_ydata())) == {2.0}]
        spans[len(names), "free" in names] = [(float(x[-1] - x[0]) / (high - low)) for x in lines]

    assert spans[2, False] == [pytest.approx(1.0)]
    assert spans[3, True] == [pytest.approx(0.12)] * 2
    assert spans[2, True] == []


def test_titles_of_options_are_whole() -> None:
    plan = scenario_of(CHOICE.replace("TITLED", LONG), "x.yaml")
    figure = lay_out("compare", project(plan), compare(plan))
    message = " ".join(text.replace("\n", " ") for text, _ in shown_texts(figure))

    assert "…" not in message
    assert all(message.count(word) >= 3 for word in ("lawyers", "lender"))
    assert not overlaps(figure)


@pytest.mark.parametrize("name", ["verdict", "bridge", "funding", "claims"])
def test_titles_beside_rows_are_whole(name: str) -> None:
    title = f"{LONG} and then on, since its owners have lawyers too".replace(",", "")
    text = CHOICE.replace("TITLED", title).replace("Cash is there", title)
    plan = scenario_of(text.replace("line: {plant", f'line: {{name: "{title}", plant'), "x.yaml")
    figure = lay_out(name, project(plan), compare(plan) if CHARTS[name].compares else None)
    message = " ".join(text.replace("\n", " ") for text, _ in shown_texts(figure))

    assert "…" not in message
    assert "owners have lawyers too" in message
    assert not overlaps(figure)


def test_a_step_that_rounds_to_nothing_says_which_way_it_goes() -> None:
    messages = [
        text for text, _ in shown_texts(lay_out("bridge", projection_of("fibercore"), comparison_of("fibercore")))
    ]

    assert "+<0.01" in messages
    assert not {"+0.00", "−0.00", "0.00"} & set(messages)


@pytest.mark.parametrize("size", SIZES)
def test_no_dot_covers_a_number_of_cover(size: str) -> None:
    figure = lay_out("cover", projection_of(size), None)
    boxes = [box for text, box in shown_texts(figure) if re.fullmatch(r"-?[\d,]+\.\d\d", text)]
    for ax in figure.axes[1:]:
        dots = [ax.transData.transform(line.get_xydata()) for line in ax.lines if line.get_linestyle() == "None"]
        for x, y in np.concatenate(dots):
            assert not any(box.x0 < x < box.x1 and box.y0 < y < box.y1 for box in boxes)


def test_steps_of_a_bridge_are_seen_beside_its_ends() -> None:
    """The largest step takes a tenth of the axis at least; from zero it took two thousandths."""
    figure = lay_out("bridge", projection_of("fibercore"), comparison_of("fibercore"))
    for ax, span in zip(figure.axes, bridge_panels(comparison_of("fibercore")), strict=True):
        low, high = ax.get_xlim()
        assert max(abs(amount) for _, amount in span.steps) / 1e6 > 0.1 * (high - low)
        assert low < min(span.start[1], span.end[1]) / 1e6


def test_claims_without_margins_have_no_empty_axis() -> None:
    bare = lay_out("claims", project(scenario_of(CHOICE.replace("TITLED", "x"))), None).axes[0]
    usual = lay_out("claims", projection_of("fibercore"), None).axes[0]

    assert "Above or below the claim" in [text.get_text() for text in usual.texts]
    assert [text.get_text() for text in bare.texts] == ["claimed against zero"]


@pytest.mark.parametrize(
    ("values", "written"),
    [
        ((1.97, -0.3, -2.0), ("1.97", "−0.30", "−2.00")),
        ((12.0, 0.5), ("12.0", "0.5")),
        ((1250.0, 3.4), ("1,250", "3")),
    ],
)
def test_numbers_side_by_side_have_as_many_digits(values: tuple[float, ...], written: tuple[str, ...]) -> None:
    form = same_decimals(values)

    assert tuple(form(value) for value in values) == written


def test_a_bridge_drawn_ends_where_the_option_is_worth() -> None:
    """Its bars are the ends and the steps; steps of nothing are left out, and what is left adds up."""
    comparison = comparison_of("fibercore")
    base = comparison.cases[comparison.baseline].measures["equity_npv"].value
    spans = bridge_panels(comparison)

    assert [span.name for span in spans] == [c.title for n, c in comparison.cases.items() if n != comparison.baseline]
    for span, case in zip(spans, list(comparison.cases.values())[1:], strict=True):
        assert span.start[1] == pytest.approx(base)
        assert span.end[1] == pytest.approx(case.measures["equity_npv"].value)
        assert span.start[1] + sum(amount for _, amount in span.steps) == pytest.approx(span.end[1], abs=0.1)
        assert all(abs(amount) >= 0.01 for _, amount in span.steps)


def test_the_numbers_of_a_bridge_add_up_as_they_read() -> None:
    comparison = comparison_of("fibercore")
    figure = lay_out("bridge", projection_of("fibercore"), comparison)

    for ax in figure.axes:
        numbers = [text.get_text().replace("−", "-") for text in ax.texts]
        start, *steps, end = [float(text) for text in numbers if re.fullmatch(r"[-+]?[\d,]+\.\d\d", text)]
        assert start + sum(steps) == pytest.approx(end, abs=0.005 * (len(steps) + 2))


def svg_sizes(svg: str) -> tuple[float, float]:
    wide, tall = re.findall(r'viewBox="0 0 (\S+) (\S+)"', svg)[0]
    return float(wide), float(tall)


@pytest.mark.long
def test_strips_are_the_chart_without_its_title_cut_between_panels() -> None:
    """Every word is in one strip; together the strips are as high as the chart less its title; each has one row of panels."""
    projection, comparison = projection_of("fibercore"), comparison_of("fibercore")
    for name, rows in (("cash", 2), ("capacity", 2), ("verdict", 1), ("bridge", 5), ("compare", 4)):
        draw = partial(CHARTS[name].draw, projection, comparison)
        full = write_chart(name, ".svg", projection, comparison).decode()
        strips = [svg.decode() for svg in render_strips(draw)]
        texts = [re.findall(r"<text[^>]*>([^<]*)", svg) for svg in (full, *strips)]
        (wide, tall), *sizes = map(svg_sizes, (full, *strips))

        assert len(strips) == rows
        assert sorted(text for strip in texts[1:] for text in strip) == sorted(
            text for text in texts[0] if text != "FiberCore as announced, January 2001"
        )
        assert {size[0] for size in sizes} == {wide}
        assert 15 < tall - sum(size[1] for size in sizes) < 40


@pytest.mark.parametrize("count", [1, 3, 7, 8])
@pytest.mark.parametrize("name", ["capacity", "debt", "funding"])
def test_one_to_many_series_keep_apart(name: str, count: int) -> None:
    """One, a few, as many as there are colours, and one more; twelve are drawn above."""
    assert not overlaps(lay_out(name, project(plan_of_size(count)), None))
