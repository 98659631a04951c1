"""Python and notebooks: frames, keys, tables of notebooks, charts in one's own Axes, plans as texts and dicts."""

from __future__ import annotations

import pickle
from datetime import date
from typing import Any

import numpy as np
import pint
import pytest
import yaml
from matplotlib.figure import Figure
from matplotlib.patches import StepPatch

import fibercap as fc

PLAN: dict[str, Any] = {
    "fibercap": 1,
    "id": "cable",
    "title": "Cable <works> & line",
    "horizon": {"from": 2001, "to": 2003},
    "money": {"report_in": "USD", "discount_rate": "10 %/year"},
    "products": {"cable": {"price": {2001: "50 USD/km", 2003: "48 USD/km"}, "demand": "80_000 km/year"}},
    "plants": {
        "works": {"product": "cable", "capacity": "60_000 km/year", "cash_cost": "28 USD/km"},
        "mill": {"product": "cable", "capacity": np.float64(0), "opens": date(2002, 1, 1), "cash_cost": "30 USD/km"},
    },
    "projects": {
        "line": {"plant": "works", "adds": "20_000 km/year", "capex": "1 MUSD", "complete": date(2001, 12, 31)}
    },
    "loans": {"bank": {"commitment": "0.5 MUSD", "signed": "2001-01-15", "matures": "3 years", "rate": "8 %/year"}},
    "funding": {"line": {"bank": "0.5 MUSD", "equity": "rest"}},
    "opening": {"cash": "0.2 MUSD"},
    "options": {
        "bank": {"title": "Bank"},
        "own": {
            "title": "Own",
            "change": {"funding.line": {"equity": "rest"}},
            "remove": ["loans.bank", "funding.line.bank"],
        },
    },
}
PLAN["plants"]["mill"]["capacity"] = "10_000 km/year"


@pytest.fixture(scope="module")
def plan() -> fc.Scenario:
    return fc.read(PLAN)


@pytest.fixture(scope="module")
def projection(plan: fc.Scenario) -> fc.Projection:
    return fc.project(plan)


@pytest.fixture(scope="module")
def batch(plan: fc.Scenario) -> fc.Projection:
    return fc.project(plan.with_samples({"products.cable.price": {"times": np.linspace(0.7, 1.2, 21)}}))


def test_a_plan_is_the_same_as_a_dict_a_text_and_a_file(plan: fc.Scenario, tmp_path: Any) -> None:
    text = yaml.safe_dump(PLAN)
    (tmp_path / "cable.yaml").write_text(text)

    assert fc.read(text).digest() == plan.digest() == fc.read(tmp_path / "cable.yaml").digest()
    assert fc.read(PLAN, "own").option == "own"


def test_a_dict_takes_quantities_and_numbers_of_numpy(projection: fc.Projection) -> None:
    capacity = projection["plants.works.nameplate"][0, 0]
    changed = {**PLAN, "plants": {"works": {**PLAN["plants"]["works"], "capacity": capacity}}, "fibercap": np.int64(1)}

    assert fc.project(fc.read(changed)).value("plants.works.nameplate")[0, 0] == 60_000.0


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"opening": {"cash": {1, 2}}}, r"opening\.cash.*an object of type `set`.*write it as a text"),
        ({"claims": [1, [object()]]}, r"claims\.2\.1.*an object of type `object`"),
        ({"opening": {"cash": float("nan")}}, r"the dict:\d+:\d+: opening\.cash"),
        ({"opening": {"cahs": "3 MUSD"}}, r"the dict:\d+:\d+: opening\.cahs.*did you mean `cash`"),
    ],
)
def test_a_dict_that_is_no_plan_is_refused_at_its_place(change: dict[str, Any], words: str) -> None:
    with pytest.raises(fc.ScenarioError, match=f"(?is){words}"):
        fc.read({**PLAN, **change})


def test_a_text_that_is_no_plan_is_refused_with_its_line() -> None:
    with pytest.raises(fc.ScenarioError, match=r"the text:2:1: horizn"):
        fc.read("fibercap: 1\nhorizn: {from: 2001, to: 2002}\n")


def test_a_projection_is_a_mapping_of_rows(projection: fc.Projection) -> None:
    assert "accounts.cash" in projection
    assert "accounts.cahs" not in projection
    assert list(projection) == list(projection.keys()) == projection._ipython_key_completions_()
    assert len(projection) == len(set(projection))
    assert list(projection)[: len(projection.period_rows)] == list(projection.period_rows)
    assert {"loans.bank.schedule.payment", "accounts.cash"} <= set(projection)
    measures: Any = projection.measures
    assert measures._ipython_key_completions_() == list(measures)


def test_a_mistake_in_a_name_names_the_nearest(projection: fc.Projection) -> None:
    """Never hundreds of names; and as a KeyError, so that `get` serves."""
    with pytest.raises(fc.NoSuchKeyError, match=r"^no row `accounts.cahs`; did you mean `accounts.cash`\?$"):
        projection["accounts.cahs"]
    with pytest.raises(KeyError, match=r"^no measure `equity_nvp`; did you mean `equity_npv`\?$"):
        projection.measures["equity_nvp"]
    with pytest.raises(fc.FibercapError) as caught:
        projection["zzz"]
    assert projection.measures.get("no_such") is None
    assert len(str(caught.value)) < 200
    assert "rows the most alike are" in str(caught.value)


@pytest.mark.parametrize("by", ["year", "quarter", "month"])
def test_a_frame_has_every_row_as_the_rows_have_it(projection: fc.Projection, by: str) -> None:
    frame = projection.to_frame(by=by)

    assert frame.equals(fc.annual(projection, by=by))
    assert [path for path, _ in frame.index] == list(projection.period_rows)
    cash, revenue = (projection.value(f"accounts.{key}")[0] for key in ("cash", "revenue"))
    months = {"year": 12, "quarter": 3, "month": 1}[by]
    np.testing.assert_array_equal(frame.loc["accounts.cash"].to_numpy()[0], cash[months - 1 :: months])
    np.testing.assert_allclose(frame.loc["accounts.revenue"].to_numpy()[0], revenue.reshape(-1, months).sum(axis=1))


def test_the_frame_steps_as_the_model_does_unless_told(projection: fc.Projection) -> None:
    assert projection.to_frame().shape[1] == projection.timeline.count


def test_a_frame_of_a_batch_has_the_spread_of_its_samples(batch: fc.Projection) -> None:
    """Mean and percentiles, never the first sample in silence."""
    ebitda = fc.annual(batch).loc["accounts.ebitda"]
    of_samples = batch.by("accounts.ebitda")["2002"]

    assert ebitda.index.names == ["unit", "samples"]
    assert ebitda["2002"].tolist() == pytest.approx(
        [of_samples.mean(), *np.percentile(of_samples, [5, 50, 95])], rel=1e-12
    )
    assert of_samples[0] < ebitda["2002"].iloc[1] < ebitda["2002"].iloc[2] < ebitda["2002"].iloc[3]


def test_a_frame_of_a_batch_leaves_out_samples_that_are_undefined(batch: fc.Projection) -> None:
    dscr = fc.annual(batch).loc["accounts.dscr"]
    months = batch.by("accounts.dscr")["2002"]

    assert dscr["2002"].iloc[0] == pytest.approx(np.nanmean(months))


def test_a_table_of_batches_has_the_spread_of_each_option(plan: fc.Scenario) -> None:
    sampled = plan.with_samples({"products.cable.price": {"times": np.linspace(0.7, 1.2, 21)}})
    table = fc.table(fc.compare(sampled))
    npv = fc.project(sampled.with_option("own")).measures["equity_npv"].values

    assert table.index.names == ["measure", "unit", "samples"]
    assert table.loc[("equity_npv", "USD", "P95"), "own"] == pytest.approx(np.percentile(npv, 95), rel=1e-9)


def test_notebooks_show_plan_projection_and_comparison(plan: fc.Scenario, projection: fc.Projection) -> None:
    """Titles are texts, figures are those of the rows."""
    comparison: Any = fc.compare(plan)
    shown = plan._repr_html_(), projection._repr_html_(), comparison._repr_html_()

    assert all("Cable &lt;works&gt; &amp; line" in html and "<works>" not in html for html in shown)
    assert "works, mill" in shown[0]
    assert f"{projection.by('accounts.cash')['2003'][0]:,.0f}" in shown[1]
    assert f"{projection.measures['equity_npv'].value:,.0f}" in shown[1]
    assert f"{comparison.cases['own'].measures['equity_npv'].value:,.0f}" in shown[2]
    assert '<th scope="col">own</th>' in shown[2]


def test_a_notebook_shows_the_median_of_a_batch(batch: fc.Projection) -> None:
    html = batch._repr_html_()

    assert "median of samples" in html
    assert f"{np.median(batch.by('accounts.ebitda')['2002']):,.0f}" in html


def steps(ax: Any) -> list[Any]:
    return [patch.get_data() for patch in ax.patches if isinstance(patch, StepPatch)]


def test_a_chart_in_own_axes_stacks_what_the_rows_have(projection: fc.Projection) -> None:
    ax: Any = Figure().subplots()

    assert fc.plot(projection, "capacity", ax=ax) is ax
    tops = steps(ax)
    works, mill = (projection.value(f"plants.{plant}.effective_capacity")[0] for plant in ("works", "mill"))
    np.testing.assert_allclose(tops[0].values * 1e3, works)
    np.testing.assert_allclose(tops[1].values * 1e3, works + mill)
    np.testing.assert_allclose(tops[1].baseline * 1e3, works)
    assert tops[0].edges[[0, -1]].tolist() == [
        np.datetime64("2001-01-01").astype(int),
        np.datetime64("2003-12-31").astype(int),
    ]
    assert ax.get_ylabel() == "thousand km/year"
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["works", "mill"]


def test_any_row_is_drawn_and_of_a_batch_its_median_and_band(projection: fc.Projection, batch: fc.Projection) -> None:
    ax, other = Figure().subplots(1, 2)

    fc.plot(projection, "accounts.cash", ax=ax)
    fc.plot(batch, "accounts.cash", ax=other)

    np.testing.assert_allclose(steps(ax)[0].values * 1e6, projection.value("accounts.cash")[0])
    median, band = steps(other)
    low, middle, high = np.percentile(batch.value("accounts.cash"), [5, 50, 95], axis=0)
    np.testing.assert_allclose(median.values * 1e6, middle)
    np.testing.assert_allclose([band.baseline * 1e6, band.values * 1e6], [low, high])


def test_without_axes_a_chart_is_a_figure_of_its_own(projection: fc.Projection) -> None:
    figure = fc.plot(projection, "compare")

    assert isinstance(figure, Figure)
    assert any("Cable <works> & line" in text.get_text() for text in figure.texts)


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("capcity", "no chart or row `capcity` that fits in one panel; did you mean `capacity`"),
        ("accounts.cahs", "did you mean `accounts.cash`"),
        ("waterfall", "no chart or row `waterfall` that fits in one panel"),
    ],
)
def test_a_chart_that_is_not_there_is_refused(projection: fc.Projection, name: str, words: str) -> None:
    with pytest.raises(fc.FibercapError, match=words):
        fc.plot(projection, name, ax=Figure().subplots())


def test_rows_of_two_units_do_not_share_axes() -> None:
    rods = {**PLAN["products"], "rod": {"price": "9 USD/kg", "unit": "kg"}}
    plants = {**PLAN["plants"], "mill": {"product": "rod", "capacity": "1_000 kg/year", "cash_cost": "3 USD/kg"}}
    both = fc.project(fc.read({**PLAN, "products": rods, "plants": plants}))

    with pytest.raises(fc.FibercapError, match=r"`capacity` has rows in kg/year and km/year; name one row"):
        fc.plot(both, "capacity", ax=Figure().subplots())
    with pytest.raises(fc.FibercapError, match="no chart `capcity`; did you mean `capacity`"):
        fc.plot(both, "capcity")


def test_a_simulation_shows_itself_and_is_a_frame() -> None:
    plan = fc.read({
        **PLAN,
        "uncertain": {"inputs": {"price": {"input": "products.cable.price", "times": {"uniform": {"low": "80 %", "high": "120 %"}}}}},
    })  # fmt: skip
    simulation = fc.simulate(plan, options=["bank", "own"], samples=64)

    html = simulation._repr_html_()
    assert html.startswith("<div><strong>Cable &lt;works&gt; &amp; line</strong>")
    assert "Worth to the owners against bank, on the same samples" in html
    frame = fc.table(simulation)
    assert list(frame.columns) == ["bank", "own"]
    values = simulation.cases["own"].measure("equity_npv")
    assert frame.loc[("equity_npv", "USD", "P10"), "own"] == np.quantile(values, 0.1)
    assert frame.loc[("equity_npv", "USD", "low 5 %"), "own"] == np.sort(values)[:4].mean()


def test_a_plan_is_changed_by_a_dict() -> None:
    plan = fc.read("fibercore")
    rate = fc.project(plan)["accounts.cash"].to("MUSD").units * 26
    changed = plan.with_changes(
        {"loans.fleet.rate": "9 %/year", "loans.fleet.signed": date(2001, 1, 9), "projects.jena_multimode.capex": rate}
    )

    settings = ["loans.fleet.rate=9 %/year", "loans.fleet.signed=2001-01-09", "projects.jena_multimode.capex=26 MUSD"]
    typed = fc.read("fibercore", settings=settings)
    assert (changed.loans, changed.projects) == (typed.loans, typed.projects)
    assert changed.loans != plan.loans
    less = plan.with_changes(
        {"remove": ["options.level"], "change": {"tax.rate": "20 %"}, "add": {"company.may_run_dry": True}}
    )
    assert "level" not in less.options
    with pytest.raises(fc.ScenarioError, match=r"loans\.fleet\.tenor\n.*did you mean `matures`"):
        plan.with_changes({"loans.fleet.tenor": "9 years"})


@pytest.mark.parametrize("name", ["term_sheet", "oyster"])
def test_a_projection_can_be_handed_to_another_process(name: str) -> None:
    """Rows and their values, also those after the horizon, which are made when they are first read; and measures."""
    plan = fc.project(fc.read(name))
    copy = pickle.loads(pickle.dumps(plan))  # noqa: S301 - made in the line itself

    assert list(copy.rows) == list(plan.rows)
    for path in ("accounts.cash", "accounts.debt", "run_off.accounts.cash"):
        if path in plan.rows:
            assert copy.value(path).tolist() == plan.value(path).tolist()
            assert copy.rows[path] == plan.rows[path]
    assert {key: measure.value for key, measure in copy.measures.items()} == {
        key: measure.value for key, measure in plan.measures.items()
    }


def test_quantities_of_any_registry_are_taken() -> None:
    """Another registry than fibercap's gives its units by their full names."""
    other: pint.UnitRegistry[Any] = pint.UnitRegistry()
    plan = fc.read(PLAN)
    capacity = np.array([60_000.0, 70_000.0])

    wanted = fc.evaluate(plan, {"plants.works.capacity": ("km/year", capacity)}, ["company_npv"])["company_npv"]
    for quantity in (capacity * other("kilometer/year"), 1000 * capacity * other("meter/year")):
        assert str(quantity.units) not in ("km/year", "m/year")
        values = fc.evaluate(plan, {"plants.works.capacity": quantity}, ["company_npv"])["company_npv"]
        assert values.tolist() == pytest.approx(wanted.tolist(), rel=1e-12)
    changed = plan.with_changes({"plants.works.capacity": 70_000 * other("kilometer/year")})
    assert fc.project(changed).measures["company_npv"].value == pytest.approx(wanted[1], rel=1e-12)
    works = {**PLAN["plants"]["works"], "capacity": 70_000 * other("kilometer/year")}
    written = fc.read({**PLAN, "plants": {**PLAN["plants"], "works": works}})
    assert fc.project(written).measures["company_npv"].value == pytest.approx(wanted[1], rel=1e-12)
    with pytest.raises(fc.ScenarioError, match="samples in mi/year, wanted a length per time; give them in km/year"):
        fc.evaluate(plan, {"plants.works.capacity": capacity * other("mile/year")}, ["company_npv"])
