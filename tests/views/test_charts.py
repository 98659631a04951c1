"""Charts: what stands on them, the same bytes twice, and every edge drawn."""

from __future__ import annotations

import re
import subprocess
import sys
from html import unescape
from io import BytesIO
from pathlib import Path

import matplotlib as mpl
import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.image import imread
from matplotlib.text import Annotation, Text

from fibercap.core.errors import FibercapError
from fibercap.model.project import project
from fibercap.model.projection import Projection
from fibercap.reading.files import read, scenario_of
from fibercap.studies.claims import outcomes
from fibercap.studies.compare import Comparison, compare
from fibercap.views.charts.all_charts import CHARTS, write_chart
from fibercap.views.charts.capacity import capacity_chart, capacity_of, merge_smallest
from fibercap.views.charts.claim_marks import marks_on
from fibercap.views.charts.compare import payment_years, service_by_year
from fibercap.views.charts.debt import loan_debt, stack_order
from fibercap.views.charts.funding import sources_of
from fibercap.views.charts.style import SETTINGS, fit, scale, spread, width_of, wrap

pytestmark = pytest.mark.long

TOP = """
fibercap: 1
id: two_plants
title: Two plants for $5 & more, not $6
horizon: {from: 2000, to: 2003, step: month}
money: {report_in: USD, discount_rate: 12 %/year}
products:
  glass: {price: 60 USD/km}
plants:
  jena: {product: glass, name: Jena, capacity: 255_000 km/year, cash_cost: 30 USD/km}
  xtal:
    {product: glass, name: Xtal, capacity: 1e6 km/year, cash_cost: 1 USD/km, opens: 2000-06-01, closes: 2003-06-30}
projects:
  jena_2:
    plant: jena
    adds: 255_000 km/year
    capex: 25 million USD
    spend: {2001: 100 %}
    complete: 2001-12-31
    ramp: {linear: 6 months}
  xtal_2: {plant: xtal, adds: 1 million km/year, capex: 25 million USD, spend: {2001: 100 %}, complete: 2001-08-15}
"""
LOANS = """
loans:
  fleet: {commitment: 10 million USD, signed: 2001-01-08, draws: {2001-01-08: 10 million USD}, matures: 5 years,
          rate: 8.5 %/year, repayment: {style: level}}
  algar: {commitment: 2 million USD, signed: 2000-06-20, draws: {2000-06-20: 2 million USD}, matures: 1 year,
          rate: 6 %/year, repayment: {style: bullet}}
options:
  level: {title: Level}
  bullet: {title: Bullet, change: {loans.fleet.repayment: {style: bullet}}}
  no_debt: {title: All equity, remove: [loans.fleet, loans.algar]}
"""
CLAIMS = """
claims:
  doubles: {says: Jena doubles, row: plants.jena.nameplate, when: end of 2002, at_least: {times: 2, of: end of 2000}}
  busy: {says: Busy, row: plants.jena.effective_capacity, when: 2002, above: 500_000 km/year, expect: fails}
  near: {says: Near, row: plants.xtal.effective_capacity, when: 2001-03, about: 0.9 million km/year, within: 20 %}
  worth: {says: Worth it, measure: project_npv, above: 0 USD, expect: fails}
"""
ONE_PERIOD = """
fibercap: 1
id: one_period
horizon: {from: 2000-03, to: 2000-03, step: month}
money: {report_in: USD}
products:
  glass: {price: 60 USD/km}
plants:
  jena: {product: glass, capacity: 400 km/year, cash_cost: 30 USD/km}
"""


def project_and_compare(text: str) -> tuple[Projection, Comparison | None]:
    scenario = scenario_of(text, "test.yaml")
    return project(scenario), compare(scenario) if scenario.options else None


def words(svg: bytes) -> list[str]:
    """Return the texts of an SVG, in the order in which they are drawn."""
    return [unescape(text) for text in re.findall(r"<text[^>]*>([^<]*)</text>", svg.decode())]


@pytest.fixture(scope="module")
def subject() -> tuple[Projection, Comparison | None]:
    return project_and_compare(TOP + LOANS + CLAIMS)


@pytest.mark.parametrize("suffix", [".png", ".svg", ".pdf"])
@pytest.mark.parametrize("name", CHARTS)
def test_a_chart_is_the_same_bytes_twice(
    name: str, suffix: str, subject: tuple[Projection, Comparison | None], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever the time is, and whatever style a user likes."""
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "0")
    first = write_chart(name, suffix, *subject)

    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1000000000")
    with mpl.rc_context({"axes.facecolor": "pink", "xtick.direction": "in", "figure.dpi": 40, "svg.hashsalt": "x"}):
        second = write_chart(name, suffix, *subject)

    assert first == second
    assert first.startswith({".png": b"\x89PNG", ".svg": b"<?xml", ".pdf": b"%PDF"}[suffix])


def test_the_suffix_may_be_in_capitals(subject: tuple[Projection, Comparison | None]) -> None:
    assert write_chart("debt", ".PNG", *subject) == write_chart("debt", ".png", *subject)


def test_capacity_says_what_stands_on_it(subject: tuple[Projection, Comparison | None]) -> None:
    shown = words(write_chart("capacity", ".svg", *subject))

    assert set(shown) >= {"million km/year", "thousand km/year", "All plants", "Jena", "Xtal"}
    assert set(shown) >= {"2000", "2001", "2002", "2003"}
    assert "2004" not in shown
    assert {"nameplate ≥ 510", "holds: 510", "effective > 500", "fails: 446", "effective ≈ 0.9", "holds: 1"} <= set(
        shown
    )
    assert set(shown) >= {"claim holds", "claim fails"}
    assert "Two plants for $5 & more, not $6" in shown
    assert "two_plants · 2000-01-01 to 2003-12-31 by month" in shown


def test_the_footer_names_the_option() -> None:
    projection = project(scenario_of(TOP + LOANS, "test.yaml").with_option("bullet"))

    assert any(
        text.startswith("two_plants, option bullet · ") for text in words(write_chart("debt", ".svg", projection, None))
    )


def test_without_claims_no_key_speaks_of_them() -> None:
    shown = words(write_chart("capacity", ".svg", *project_and_compare(TOP)))

    assert not [text for text in shown if "claim" in text or "holds" in text]


def test_claims_on_plants_without_a_panel_are_named() -> None:
    plants = "".join(
        f"  p{n}: {{product: glass, capacity: {n}_000 km/year, cash_cost: 1 USD/km}}\n" for n in range(1, 10)
    )
    claims = "".join(
        f"  c{n}: {{says: x, row: plants.p{n}.nameplate, when: end of 2000, above: 1 km/year}}\n" for n in range(1, 10)
    )

    shown = words(
        write_chart(
            "capacity",
            ".svg",
            *project_and_compare(TOP.replace("projects:", plants + "projects:") + f"claims:\n{claims}"),
        )
    )

    assert any("claims not drawn: p1 (1), p2 (1), p3 (1), p4 (1), p5 (1)" in text for text in shown)
    assert any(text.startswith("5 other plants") for text in shown)


@pytest.mark.parametrize("step", ["month", "quarter", "year"])
def test_the_nameplate_drawn_is_the_models(step: str) -> None:
    """At every period's end; a completion on the last day of a year is a step at the first of the next."""
    text = TOP.replace("step: month", f"step: {step}").replace("2000-06-01", "2000-06-15")
    projection, _ = project_and_compare(text.replace("2003-06-30", "2003-12-31"))

    for key in ("jena", "xtal"):
        drawn = capacity_of(projection, key)
        ends = projection.timeline.ends[:-1] / 12
        rows = projection.value(f"plants.{key}.nameplate")[0]
        assert drawn.nameplate[np.searchsorted(drawn.times, ends, side="right") - 1] == pytest.approx(rows[:-1])
        assert drawn.nameplate[-1] == rows[-1]
    jena = capacity_of(projection, "jena")
    assert jena.times.tolist() == [2000, 2002, 2004]


def test_a_plant_is_drawn_from_its_opening_to_its_closing() -> None:
    xtal = capacity_of(project_and_compare(TOP)[0], "xtal")

    assert xtal.times == pytest.approx([2000, 2000 + 5 / 12, 2001 + (7 + 15 / 31) / 12, 2003.5, 2004])
    assert xtal.nameplate.tolist() == [0, 1e6, 2e6, 0]


def test_small_plants_are_drawn_as_one() -> None:
    plants = "".join(
        f"  p{n}: {{product: glass, capacity: {n}_000 km/year, cash_cost: 1 USD/km}}\n" for n in range(1, 10)
    )
    projection, _ = project_and_compare(TOP.replace("projects:", plants + "projects:"))
    every = [capacity_of(projection, key) for key in projection.scenario.plants]

    drawn = merge_smallest(every)

    assert [plant.name for plant in drawn] == ["Xtal", "Jena", "p9", "p8", "p7", "p6", "5 other plants"]
    assert drawn[-1].effective == pytest.approx(np.full(48, 15_000))
    assert sum(plant.effective.sum() for plant in drawn) == pytest.approx(sum(plant.effective.sum() for plant in every))


def test_claims_stand_at_their_time_and_limit(subject: tuple[Projection, Comparison | None]) -> None:
    """A stock at the end of its time; a rate in the middle, over all of it."""
    projection, _ = subject
    tested = outcomes(projection).values()

    doubles, busy = marks_on(projection, tested, "jena")
    (near,) = marks_on(projection, tested, "xtal")

    assert (doubles.start, doubles.x, doubles.end) == (2003, 2003, 2003)
    assert (busy.start, busy.x, busy.end) == (2002, 2002.5, 2003)
    assert [near.x, near.within] == pytest.approx([2001 + 2.5 / 12, 0.2 * near.outcome.limit])
    assert busy.label_for(1e3) == "effective > 500\nfails: 446"


def test_labels_of_claims_do_not_touch() -> None:
    crowd = "".join(
        f"  c{n}: {{says: x, row: plants.jena.nameplate, when: end of 200{n % 3}, above: {300 + 10 * n}_000 km/year}}\n"
        for n in range(6)
    )
    projection, _ = project_and_compare(TOP + LOANS + CLAIMS + crowd)

    with mpl.rc_context(SETTINGS):
        figure = capacity_chart(projection, None)
        renderer = FigureCanvasAgg(figure).get_renderer()  # type: ignore[no-untyped-call]
        figure.canvas.draw()
        labels = [a for ax in figure.axes for a in ax.texts if isinstance(a, Annotation) and "\n" in a.get_text()]
        boxes = [Text.get_window_extent(label, renderer) for label in labels]  # without the lines to their markers

    assert len(boxes) == 9
    assert not [(i, j) for i, a in enumerate(boxes) for j, b in enumerate(boxes) if i < j and a.overlaps(b)]
    assert all(box.x0 >= 0 and box.x1 <= figure.bbox.x1 and box.y0 >= 0 and box.y1 <= figure.bbox.y1 for box in boxes)


def test_debt_says_what_stands_on_it(subject: tuple[Projection, Comparison | None]) -> None:
    shown = words(write_chart("debt", ".svg", *subject))

    assert set(shown) >= {"million USD", "fleet", "algar", "horizon ends 2003-12-31"}
    assert set(shown) >= {"2000", "2003", "2006"}
    assert "peak 10, repaid 2006" in shown
    assert "peak 2, repaid 2001" in shown


def test_debt_is_what_the_schedule_owes(subject: tuple[Projection, Comparison | None]) -> None:
    """Nothing before signing; on a payment's day what is left after it, until the next."""
    fleet = loan_debt(subject[0], "fleet")
    signed, paid = 2001 + 8 / 31 / 12, 2001 + (3 + 8 / 30) / 12

    assert fleet.balance(np.array([2001.0, signed, paid - 1e-6, paid, 2007])) == pytest.approx(
        [0, 10e6, 10e6, 9_593_530.79, 0], abs=0.01
    )


def test_small_loans_are_drawn_as_one() -> None:
    loans = "".join(
        f"  l{n}: {{commitment: {n} million USD, signed: 200{n % 4}-01-01, draws: {{200{n % 4}-01-01: {n} million USD}},"
        " matures: 3 years, rate: 5 %/year, repayment: {style: bullet}}\n"
        for n in range(1, 10)
    )
    projection, _ = project_and_compare(TOP + "loans:\n" + loans)

    drawn = stack_order([loan_debt(projection, name) for name in projection.scenario.loans])

    assert [loan.label for loan in drawn] == ["3 other loans", "l4", "l8", "l5", "l9", "l6", "l7"]
    assert drawn[0].balance(np.array([2000.5, 2001.5, 2002.5, 2003.5])) == pytest.approx([0, 1e6, 3e6, 6e6])


def test_compare_says_what_stands_on_it(subject: tuple[Projection, Comparison | None]) -> None:
    shown = words(write_chart("compare", ".svg", *subject))

    assert set(shown) >= {
        "Level",
        "Bullet",
        "All equity",
        "million USD",
        "%/year",
        "All-in cost of debt",
        "Interest and fees",
    }
    assert shown.count("no debt") == 3
    assert set(shown) >= {"2000", "2006", "principal", "interest and recurring fees", "Level, to compare"}
    assert "2.50" in shown  # level 2,379,384.30 and 6 % of 2 million for a year
    assert "4.37" in shown


def test_debt_service_is_by_the_year_of_payment(subject: tuple[Projection, Comparison | None]) -> None:
    projection, comparison = subject
    assert comparison is not None
    years = payment_years(comparison.cases, projection)

    principal, interest = service_by_year(comparison.cases["bullet"].projection, years)

    assert list(years) == [2000, 2001, 2002, 2003, 2004, 2005, 2006]
    assert principal == pytest.approx([0, 2e6, 0, 0, 0, 0, 10e6])
    assert interest == pytest.approx([60e3, 60e3 + 637_500, 850e3, 850e3, 850e3, 850e3, 212_500])


EDGES = {
    "one period": ONE_PERIOD,
    "no loans": TOP,
    "no capacity": ONE_PERIOD.replace("400 km", "0 km"),
    "a loan that is never drawn": TOP
    + "loans: {idle: {commitment: 1 USD, signed: 2000-01-01, matures: 1 year, rate: 0 %/year, "
    "draws: {2000-02-01: 0 USD}}}\n",
    "letters that break XML": TOP.replace("title: Two", 'title: "\\a<b>\\n]]>').replace("not $6", '"'),
    "only one option, without debt": TOP + "options: {cash: {title: Cash}}\n",
    "debt beyond the horizon": TOP + LOANS.replace("5 years", "30 years"),
    "forty years": TOP.replace("to: 2003", "to: 2039") + LOANS,
}


@pytest.mark.parametrize("edge", EDGES)
@pytest.mark.parametrize("name", CHARTS)
def test_every_edge_is_drawn(name: str, edge: str) -> None:
    projection, comparison = project_and_compare(EDGES[edge])
    if CHARTS[name].compares and comparison is None:
        with pytest.raises(FibercapError, match="has no options to compare; write some under `options:`"):
            write_chart(name, ".png", projection, comparison)
        return

    shown = words(write_chart(name, ".svg", projection, comparison))

    assert any(text.startswith(projection.scenario.id) for text in shown)
    if name == "debt" and not projection.scenario.loans:
        assert "This plan has no loans." in shown


def test_one_period_is_named_by_its_year() -> None:
    shown = words(write_chart("capacity", ".svg", *project_and_compare(ONE_PERIOD)))

    assert set(shown) >= {"2000", "km/year", "one_period"}
    assert "thousand km/year" not in shown


def test_a_loan_that_is_never_drawn_is_reported() -> None:
    shown = words(write_chart("debt", ".svg", *project_and_compare(EDGES["a loan that is never drawn"])))

    assert "No loan is drawn in this plan." in shown


def test_an_unknown_chart_is_refused(subject: tuple[Projection, Comparison | None]) -> None:
    with pytest.raises(FibercapError, match=r"no chart `capacty`; did you mean `capacity`\?"):
        write_chart("capacty", ".png", *subject)
    with pytest.raises(FibercapError, match="known charts: bridge, capacity, cash, claims, compare"):
        write_chart("zzz", ".png", *subject)


@pytest.mark.parametrize(
    ("suffix", "message"), [(".jpg", "a file ending in `.jpg`"), ("", "a file without a suffix"), ("png", "`png`")]
)
def test_an_unknown_suffix_is_refused(suffix: str, message: str, subject: tuple[Projection, Comparison | None]) -> None:
    with pytest.raises(FibercapError, match=re.escape(message) + r".*; known suffixes: \.png, \.svg, \.pdf"):
        write_chart("debt", suffix, *subject)


def test_charts_leave_matplotlib_as_it_was(subject: tuple[Projection, Comparison | None]) -> None:
    before = dict(mpl.rcParams)

    write_chart("capacity", ".png", *subject)

    assert dict(mpl.rcParams) == before


def test_nothing_reaches_for_pyplot() -> None:
    script = (
        "import sys\n"
        "from fibercap.model.project import project\n"
        "from fibercap.reading.files import scenario_of\n"
        "from fibercap.studies.compare import compare\n"
        "from fibercap.views.charts.all_charts import CHARTS, write_chart\n"
        "assert 'matplotlib' not in sys.modules\n"
        "plan = scenario_of(sys.stdin.read(), 'test.yaml')\n"
        "projection, comparison = project(plan), compare(plan)\n"
        "for number, name in enumerate(CHARTS):\n"
        "    write_chart(name, ('.png', '.svg', '.pdf')[number % 3], projection, comparison)\n"
        "assert 'matplotlib' in sys.modules\n"
        "assert 'matplotlib.pyplot' not in sys.modules\n"
    )

    done = subprocess.run(
        [sys.executable, "-c", script], input=TOP + LOANS, text=True, capture_output=True, check=False
    )

    assert done.returncode == 0, done.stderr


def test_nothing_is_cut_off(subject: tuple[Projection, Comparison | None]) -> None:
    """The outermost pixels of every chart are white."""
    for name in CHARTS:
        pixels = imread(BytesIO(write_chart(name, ".png", *subject)))[..., :3]
        frame = np.concatenate(
            [
                pixels[:8].reshape(-1, 3),
                pixels[-8:].reshape(-1, 3),
                pixels[:, :8].reshape(-1, 3),
                pixels[:, -8:].reshape(-1, 3),
            ]
        )
        assert (frame == 1).all(), name
        assert (pixels < 0.5).any()


@pytest.mark.parametrize("name", ["capacity", "compare"])
def test_a_picture_in_the_docs_is_what_is_drawn(name: str) -> None:
    plan = read("fibercore")
    kept = (Path(__file__).resolve().parents[2] / "docs" / "img" / f"chart-{name}.svg").read_bytes()

    assert words(kept) == words(write_chart(name, ".svg", project(plan), compare(plan)))


def test_words_are_cut_to_fit() -> None:
    long = "a long name of a plant on the northern bank of the river"

    assert fit("Jena", "label", 1.0) == "Jena"
    assert fit(long, "label", 1.0).endswith("…")
    assert long.startswith(fit(long, "label", 1.0)[:-1])
    assert width_of(fit(long, "label", 1.0)) <= 1.0
    assert fit("two\nlines\x07", "label", 2.0) == "two lines"


def test_titles_break_into_even_lines() -> None:
    title = "Doubling Jena and taking Xtal to five million kilometers a year, 2001"

    first, second = wrap(title, "title", 6.5, most=2)

    assert f"{first} {second}" == title
    assert width_of(second, "title") > 0.6 * width_of(first, "title")
    assert wrap(f"{title} {title}", "title", 6.5, most=2)[-1].endswith("…")


@pytest.mark.parametrize(
    ("largest", "expected"),
    [(0, (1, "")), (999, (1, "")), (510e3, (1e3, "thousand ")), (1e6, (1e6, "million ")), (3e9, (1e9, "billion "))],
)
def test_axes_are_scaled_by_size(largest: float, expected: tuple[float, str]) -> None:
    assert scale(largest) == expected


def test_labels_beside_bands_keep_apart() -> None:
    assert spread([1, 5, 9], 2, 0, 10) == [1, 5, 9]
    assert spread([4, 4, 4], 2, 0, 10) == [4, 6, 8]
    assert spread([9, 9, 9], 2, 0, 10) == [6, 8, 10]


def test_cash_that_waits_for_a_grant_is_drawn_as_a_source_of_its_own() -> None:
    """It pays what the grant will; the sources of each use still add up to its cost."""
    setting = "funding.jena_multimode.grant={share: 23 %, after: 6 months}"
    results = {source.name: source.paid.sum() for source in sources_of(project(read("fibercore", settings=[setting])))}
    at_once = {source.name: source.paid.sum() for source in sources_of(project(read("fibercore")))}

    assert results["cash until a grant is received"] == pytest.approx(at_once["grant"])
    assert "grant" not in results
    assert sum(results.values()) == pytest.approx(sum(at_once.values()))
