"""Samples of what is uncertain: quantiles, correlations, numbers that depend on nothing else, and what is likely."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from scipy import stats

from fibercap.core.errors import FibercapError, ScenarioError
from fibercap.model.project import project
from fibercap.reading.files import scenario_of
from fibercap.studies.chances.drivers import drivers, groups_of, rank_correlation, sobol_indices
from fibercap.studies.chances.estimates import estimate, mean, tail_mean
from fibercap.studies.chances.points import SCRAMBLES, round_up, sobol_points
from fibercap.studies.chances.sample_overlay import overlay_for
from fibercap.studies.chances.sampling import Sampler
from fibercap.studies.chances.simulate import simulate

PLAN = """\
fibercap: 1
id: cable
horizon: {from: 2001, to: 2004}
money: {report_in: USD, discount_rate: 10 %/year}
products: {cable: {price: {2001: 50 USD/km, 2003: 45 USD/km}, demand: 80_000 km/year}}
plants: {works: {product: cable, capacity: 60_000 km/year, cash_cost: 20 USD/km}}
projects: {line: {plant: works, adds: 20_000 km/year, capex: 1 million USD, complete: 2001-12-31, ramp: {linear: 6 months}}}
loans: {bank: {commitment: 0.5 million USD, signed: 2001-01-15, matures: 3 years, rate: 8 %/year,
        covenants: {cover: {row: accounts.dscr_12m, at_least: 9, test: year}}}}
funding: {line: {bank: 0.5 million USD, equity: rest}}
opening: {cash: 0.2 million USD}
claims: {sells: {says: It sells, row: accounts.revenue, when: 2003, at_least: 3 million USD}}
options:
  own: {title: Own money, change: {funding.line: {equity: rest}}, remove: [loans.bank, funding.line.bank]}
uncertain:
  samples: 256
  seed: 7
  inputs:
    price: {input: products.cable.price, times: {walk: {drift: -2 %/year, sd: 10 %}}}
    cost: {input: plants.works.cash_cost, times: {lognormal: {median: 100 %, sigma: 0.2}}}
    delay: {input: projects.line.delay, is: {choice: {none: {value: 0 months, chance: 60 %}, late: {value: 6 months, chance: 40 %}}}}
    rate: {input: loans.bank.rate, plus: {normal: {mean: 0 %/year, sd: 1 %/year}}, between: {low: -2 %/year, high: 2 %/year}}
  together:
    both: {one: cost, other: rate, rank_correlation: -0.5}
"""


def plan(uncertain: str = "") -> Any:
    """Return the plan, with other uncertain inputs if they are given."""
    text = PLAN if not uncertain else PLAN[: PLAN.index("    price: {input")] + uncertain
    return scenario_of(text)


def sampler(uncertain: str = "") -> Sampler:
    """Return what draws the samples of the plan."""
    scenario = plan(uncertain)
    return Sampler(scenario, scenario.uncertain, 7)


def samples_of_input(uncertain: str, count: int = 4096) -> npt.NDArray[np.float64]:
    """Return what is drawn for the one uncertain input of a plan."""
    sample = sampler(uncertain)
    (values,) = sample.draw(sample.chances(range(count))).values()
    return values


@pytest.mark.parametrize(
    ("written", "published"),
    [
        ("normal: {mean: 10 %, sd: 4 %}", stats.norm(0.1, 0.04)),
        ("lognormal: {median: 110 %, sigma: 20 %}", stats.lognorm(0.2, scale=1.1)),
        ("uniform: {low: 90 %, high: 1.3}", stats.uniform(0.9, 0.4)),
        ("triangular: {low: 0.8, mode: 0.9, high: 1.4}", stats.triang(1 / 6, 0.8, 0.6)),
        ("triangular: {low: 0.8, mode: 0.8, high: 1.4}", stats.triang(0.0, 0.8, 0.6)),
        ("triangular: {low: 0.8, mode: 1.4, high: 1.4}", stats.triang(1.0, 0.8, 0.6)),
        ("pert: {low: 0.8, mode: 1, high: 1.4}", stats.beta(1 + 4 / 3, 5 - 4 / 3, 0.8, 0.6)),
        ("beta: {alpha: 14, beta: 26}", stats.beta(14, 26)),
        ("beta: {alpha: 2, beta: 3, low: 50 %, high: 150 %}", stats.beta(2, 3, 0.5, 1.0)),
    ],
)
def test_a_distribution_is_the_published_one(written: str, published: Any) -> None:
    """Quantiles and chances agree with those of `scipy.stats`."""
    one = f"    cost: {{input: plants.works.cash_cost, times: {{{written}}}}}\n"
    terms = plan(one).uncertain.inputs["cost"].distribution.one_number
    chances = np.linspace(0.001, 0.999, 37)
    np.testing.assert_allclose(terms.quantile(chances, ""), published.ppf(chances), rtol=1e-12)
    for value in (0.05, 0.5, 0.85, 0.95, 1.2, 1.5):
        assert terms.chance_below(value, "") == pytest.approx(published.cdf(value), abs=1e-12)
    assert float(np.mean(samples_of_input(one))) == pytest.approx(published.mean(), rel=1e-3)


def test_bounds_cut_a_distribution() -> None:
    """What is drawn between two ends has the truncated distribution."""
    one = "    cost: {input: plants.works.cash_cost, plus: {normal: {mean: 0 USD/km, sd: 2 USD/km}}, between: {low: -3 USD/km, high: 1 USD/km}}\n"
    values = samples_of_input(one)
    published = stats.truncnorm(-1.5, 0.5, 0.0, 2.0)
    assert -3.0 <= float(values.min()) < -2.95
    assert 0.95 < float(values.max()) <= 1.0
    np.testing.assert_allclose(np.quantile(values, [0.1, 0.5, 0.9]), published.ppf([0.1, 0.5, 0.9]), atol=5e-3)


def test_choice_and_observed_values_come_as_often_as_they_should() -> None:
    """Shares of the samples are the chances."""
    one = "    delay: {input: projects.line.delay, is: {choice: {a: {value: 0 months, chance: 25 %}, b: {value: 1 year, chance: 75 %}}}}\n"
    values = samples_of_input(one)
    assert set(values) == {0.0, 12.0}
    assert np.mean(values == 12.0) == pytest.approx(0.75, abs=1e-3)
    seen = samples_of_input(
        "    cost: {input: plants.works.cash_cost, times: {empirical: {1: 90 %, 2: 1.2, 3: 110 %}}}\n"
    )
    assert [np.mean(seen == value) for value in (0.9, 1.1, 1.2)] == pytest.approx([1 / 3] * 3, abs=1e-3)


def test_a_walk_is_a_random_walk_in_logarithms() -> None:
    """The first year is as written; each later one moves by the drift and by its own normal number."""
    one = "    price: {input: products.cable.price, times: {walk: {drift: -8.3 %/year, sd: 15 %}}}\n"
    logarithms = np.log(samples_of_input(one))
    assert not logarithms[:, 0].any()
    steps = np.diff(logarithms, axis=1)
    np.testing.assert_allclose(steps.mean(axis=0), np.log(0.917), atol=1e-3)
    np.testing.assert_allclose(steps.std(axis=0), 0.15, rtol=3e-3)
    np.testing.assert_allclose(np.corrcoef(steps.T), np.eye(3), atol=0.03)
    early = samples_of_input(one.replace("sd: 15 %", "sd: 15 %, from: 2001"))
    assert np.std(np.log(early[:, 0])) == pytest.approx(0.15, rel=2e-3)


def test_a_shock_starts_with_its_chance_and_stays() -> None:
    """In a year a shock starts with its chance; the years after it are multiplied, and no other starts meanwhile."""
    one = "    price: {input: products.cable.price, times: {shock: {from: 2001, chance: 20 %/year, then: {1 year: 50 %, 2 years: 80 %}}}}\n"
    factors = samples_of_input(one)
    shares = {tuple(row): 0.0 for row in factors.round(9)}
    for row in factors.round(9):
        shares[tuple(row)] += 1 / len(factors)
    expected = {
        (1.0, 0.5, 0.4, 0.4): 0.2,
        (1.0, 1.0, 0.5, 0.4): 0.16,
        (1.0, 1.0, 1.0, 0.5): 0.128,
        (1.0, 1.0, 1.0, 1.0): 0.512,
    }
    assert shares.keys() == expected.keys()
    for path, share in expected.items():
        assert shares[path] == pytest.approx(share, abs=3e-3), path


def test_a_shock_may_start_with_that_of_another_input() -> None:
    """Both fall in the same samples and years."""
    both = (
        "    price: {input: products.cable.price, times: {shock: {chance: 30 %/year, then: {1 year: 50 %}}}}\n"
        "    demand: {input: products.cable.demand, times: {shock: {starts_with: price, then: {1 year: 90 %}}}}\n"
    )
    sample = sampler(both)
    values = sample.draw(sample.chances(range(512)))
    np.testing.assert_array_equal(values["price"] < 1, values["demand"] < 1)
    assert groups_of(sample) == [("price", "demand")]


def test_rank_correlations_are_those_of_the_plan() -> None:
    """Spearman's correlation of what is drawn is that which is written; of walks, of the steps of each year."""
    sample = sampler()
    values = sample.draw(sample.chances(range(4096)))
    assert rank_correlation(values["cost"], values["rate"]) == pytest.approx(-0.5, abs=0.01)
    assert abs(rank_correlation(values["cost"], values["delay"])) < 0.01
    assert rank_correlation(values["cost"], values["rate"]) == pytest.approx(
        float(np.asarray(stats.spearmanr(values["cost"], values["rate"]).statistic))
    )
    walks = (
        "    price: {input: products.cable.price, times: {walk: {sd: 10 %}}}\n"
        "    demand: {input: products.cable.demand, times: {walk: {sd: 20 %}}}\n"
        "  together: {slump: {one: price, other: demand, rank_correlation: 0.6}}\n"
    )
    sample = sampler(walks)
    steps = {name: np.diff(np.log(each), axis=1) for name, each in sample.draw(sample.chances(range(4096))).items()}
    for year in range(3):
        assert rank_correlation(steps["price"][:, year], steps["demand"][:, year]) == pytest.approx(0.6, abs=0.01)
    assert abs(rank_correlation(steps["price"][:, 0], steps["demand"][:, 1])) < 0.02


def test_a_sample_depends_on_seed_and_number_alone() -> None:
    """Any part of the samples is that part of all of them; another seed draws others."""
    full = sobol_points(5, 3, range(96))
    np.testing.assert_array_equal(
        np.concatenate([sobol_points(5, 3, range(a, b)) for a, b in ((0, 7), (7, 40), (40, 96))]), full
    )
    assert not np.array_equal(sobol_points(5, 4, range(96)), full)
    counts = np.floor(full[:, 0] * 8).astype(int)
    for scramble in range(SCRAMBLES):
        assert np.bincount(counts[scramble:64:SCRAMBLES], minlength=8).tolist() == [1] * 8
    assert [round_up(count) for count in (1, 8, 9, 4096, 4097)] == [8, 8, 16, 4096, 8192]


def test_a_series_by_year_leaves_the_plan_as_it_is() -> None:
    """The plan that takes samples year by year projects the same figures."""
    sample = sampler()
    overlay = overlay_for(sample, sample.scenario)
    before, after = project(sample.scenario), project(overlay.scenario)
    for path in ("accounts.cash", "accounts.revenue", "accounts.net_income"):
        np.testing.assert_allclose(after.value(path), before.value(path), rtol=1e-12)


def test_a_sample_is_the_plan_with_its_numbers() -> None:
    """One sample, projected by hand with `--set`, gives the figures of that sample; and so does `sample`."""
    scenario = plan()
    simulation = simulate(scenario)
    case, number = simulation.cases[""], 41
    values = {name: each[number] for name, each in simulation.inputs.items()}
    prices = np.array([50.0, 50.0, 45.0, 45.0]) * values["price"]
    text = (
        PLAN.replace(
            "{2001: 50 USD/km, 2003: 45 USD/km}",
            str({2001 + k: f"{p!r} USD/km" for k, p in enumerate(prices.tolist())}).replace("'", ""),
        )
        .replace("cash_cost: 20 USD/km", f"cash_cost: {20 * float(values['cost'])!r} USD/km")
        .replace("complete: 2001-12-31", f"complete: 2001-12-31, delay: {float(values['delay'])!r} months")
        .replace("rate: 8 %/year", f"rate: {8 + 100 * float(values['rate'])!r} %/year")
    )
    by_hand = project(scenario_of(text))
    for measure in ("project_npv", "equity_npv", "lowest_cash"):
        assert case.measure(measure)[number] == pytest.approx(by_hand.measures[measure].value, rel=1e-9)
    again = simulation.sample(number)
    np.testing.assert_allclose(again.value("accounts.cash"), by_hand.value("accounts.cash"), rtol=1e-9)


def test_chances_are_shares_of_the_samples() -> None:
    """Claims, covenants and cash are counted as each sample's own projection tells."""
    simulation = simulate(plan(), samples=32, rows=["accounts.cash", "accounts.revenue", "accounts.dscr_12m"])
    case = simulation.cases[""]
    revenue, cover = case.row("accounts.revenue"), case.row("accounts.dscr_12m")
    np.testing.assert_array_equal(case.kept["claim:sells"], revenue[:, 2] >= 3e6)
    for year in range(1, 3):
        np.testing.assert_array_equal(case.kept["covenant:bank.cover"][:, year], cover[:, year] < 9)
    lowest = case.measure("lowest_cash")
    np.testing.assert_array_equal(case.kept["cash:below_zero"].any(axis=1), lowest < 0)
    (share,) = case.chances("claim:")["sells"]
    assert share.value == pytest.approx(float(np.mean(revenue[:, 2] >= 3e6)))


def test_a_program_gives_what_projections_give(monkeypatch: pytest.MonkeyPatch) -> None:
    """Many samples are worked out by a program; all that is kept is the same, and so are the samples that are refused."""
    text = PLAN.replace(
        "sigma: 0.2}}}",
        "sigma: 0.2}}}\n    demand: {input: products.cable.demand, plus: {normal: {mean: 0 km/year, sd: 30_000 km/year}}}",
    )
    rows = ["accounts.cash", "loans.bank.closing"]
    by_rows = simulate(scenario_of(text), samples=64, rows=rows).cases[""]
    monkeypatch.setattr("fibercap.studies.chances.job.MANY", 64)
    by_program = simulate(scenario_of(text), samples=64, rows=rows).cases[""]

    assert by_rows.why_rows.startswith("rows are faster")
    assert by_program.why_rows == ""
    assert by_program.kept.keys() == by_rows.kept.keys()
    for name, values in by_rows.kept.items():
        np.testing.assert_allclose(by_program.kept[name], values, rtol=1e-9, atol=1e-6, err_msg=name)
    assert by_program.refused == by_rows.refused


def test_options_are_tried_on_the_same_samples() -> None:
    """An option lacks the loan, and so its rate; the rest is drawn alike."""
    simulation = simulate(plan(), options=["own"], samples=64)
    alone = simulation.cases["own"]
    assert alone.overlay.missing == ("rate",)
    written = simulate(plan(), samples=64).cases[""]
    np.testing.assert_allclose(alone.measure("project_npv"), written.measure("project_npv"), rtol=1e-9)
    assert "covenant:bank.cover" not in alone.kept


@pytest.mark.long
def test_refused_samples_are_counted_and_the_others_go_on() -> None:
    """A price below zero is no price: these samples are left out, each with its number."""
    one = "    price: {input: plants.works.cash_cost, plus: {normal: {mean: 0 USD/km, sd: 15 USD/km}}}\n"
    scenario = plan(one)
    simulation = simulate(scenario, samples=64)
    case = simulation.cases[""]
    below = np.flatnonzero(simulation.inputs["price"] < -20)
    assert [refusal.sample for refusal in case.refused] == below.tolist()
    assert "wanted at least 0 USD/km" in case.refused[0].why
    assert np.isnan(case.measure("project_npv"))[below].all()
    assert np.isfinite(np.delete(case.measure("project_npv"), below)).all()
    with pytest.raises(ScenarioError, match="at least 0 USD/km"):
        simulation.sample(int(below[0]))
    with pytest.raises(FibercapError, match="the plan refuses every sample"):
        simulate(plan(one.replace("mean: 0", "mean: -99").replace("sd: 15", "sd: 1")), samples=8)


def test_standard_errors_are_those_of_the_scrambles() -> None:
    """The error is the spread of eight answers over the root of eight; of Sobol points it is small."""
    values = np.arange(64.0)
    parts = [values[scramble::8].mean() for scramble in range(8)]
    assert estimate(values, mean).error == pytest.approx(np.std(parts, ddof=1) / 8**0.5)
    assert np.isnan(estimate(np.full(8, np.nan), mean).value)
    assert tail_mean(np.arange(100.0)) == 2.0
    points = sobol_points(1, 1, range(4096))[:, 0]
    assert abs(estimate(points, mean).value - 0.5) < 1e-3


def test_indices_are_those_of_a_function_that_is_known() -> None:
    """Ishigami's function: first-order 0.3139, 0.4424, 0; total 0.5576, 0.4424, 0.2437 (Ishigami and Homma 1990)."""
    points = np.pi * (2 * sobol_points(6, 5, range(2**14)) - 1)

    def ishigami(x: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        return np.asarray(np.sin(x[:, 0]) + 7 * np.sin(x[:, 1]) ** 2 + 0.1 * x[:, 2] ** 4 * np.sin(x[:, 0]))

    one, other = points[:, :3], points[:, 3:]
    mixed = []
    for column in range(3):
        table = one.copy()
        table[:, column] = other[:, column]
        mixed.append(ishigami(table))
    indices = sobol_indices(ishigami(one), ishigami(other), mixed)
    assert [first.value for first, _ in indices] == pytest.approx([0.3139, 0.4424, 0.0], abs=5e-3)
    assert [total.value for _, total in indices] == pytest.approx([0.5576, 0.4424, 0.2437], abs=5e-3)


@pytest.mark.long
def test_drivers_explain_the_spread() -> None:
    """What moves together is one group; of independent groups, the shares alone total no more than all."""
    simulation = simulate(plan(), samples=256)
    result = drivers(simulation, simulation.cases[""], "project_npv", base=256)
    assert {driver.inputs for driver in result} == {("price",), ("cost", "rate"), ("delay",)}
    assert result[0].inputs == ("price",)
    assert sum(driver.first.value for driver in result) == pytest.approx(1.0, abs=0.1)
    assert result[0].ranks["price"] > 0.5
    assert next(driver for driver in result if "cost" in driver.inputs).ranks["cost"] < 0


@pytest.mark.parametrize(
    ("spoilt", "words"),
    [
        (
            "inputs: {a: {input: plants.works.cash_cost, times: {normal: {mean: 1, sd: 0}}}}",
            "`sd` that is not above zero",
        ),
        (
            "inputs: {a: {input: plants.works.cash_cost, times: {lognormal: {median: -1, sigma: 0.1}}}}",
            "`median` that is not above",
        ),
        (
            "inputs: {a: {input: plants.works.cash_cost, times: {lognormal: {median: 1, sigma: 0.1 km}}}}",
            "`sigma` in km",
        ),
        (
            "inputs: {a: {input: plants.works.cash_cost, times: {uniform: {low: 2, high: 1}}}}",
            "`high` that is not above `low`",
        ),
        (
            "inputs: {a: {input: plants.works.cash_cost, times: {pert: {low: 1, mode: 3, high: 2}}}}",
            "likeliest number outside",
        ),
        ("inputs: {a: {input: plants.works.cash_cost, plus: {beta: {alpha: 1, beta: 2}}}}", "no `low`"),
        (
            "inputs: {a: {input: plants.works.cash_cost, times: {beta: {alpha: 0, beta: 2}}}}",
            "`alpha` that is not above zero",
        ),
        (
            "inputs: {a: {input: plants.works.cash_cost, plus: {normal: {mean: 1 USD, sd: 1 USD/km}}}}",
            "an amount of money",
        ),
        (
            "inputs: {a: {input: plants.works.cash_cost, times: {choice: {x: {value: 1, chance: 90 %}}}}}",
            "chances that total 90 %",
        ),
        (
            "inputs: {a: {input: plants.works.cash_cost, times: {normal: {mean: 1, sd: 1}}, between: {low: 50 %, high: 2 USD}}}",
            "an amount of money",
        ),
        (
            "inputs: {a: {input: plants.works.cash_cost, times: {uniform: {low: 1, high: 2}}, between: {low: 3, high: 4}}}",
            "leave nothing",
        ),
        (
            "inputs: {a: {input: plants.works.cash_cost, times: {uniform: {low: 1, high: 2}}, between: {low: 2, high: 1}}}",
            "upper end that is not above",
        ),
        (
            "inputs: {a: {input: products.cable.price, times: {walk: {sd: 10 %}}, between: {low: 1, high: 2}}}",
            "`between` beside `walk`",
        ),
        ("inputs: {a: {input: projects.line.capex, times: {walk: {sd: 10 %}}}}", "one number for all years"),
        ("inputs: {a: {input: products.cable.price, plus: {walk: {sd: 10 %}}}}", "unknown key"),
        ("inputs: {a: {input: products.cable.price, times: {walk: {sd: 0}}}}", "`sd` that is not above zero"),
        ("inputs: {a: {input: products.cable.price, times: {walk: {sd: 10 %, from: 2009}}}}", "2009"),
        (
            "inputs: {a: {input: products.cable.price, times: {shock: {chance: 9 %/year, then: {6 months: 50 %}}}}}",
            "at least 12 months",
        ),
        (
            "inputs: {a: {input: products.cable.price, times: {shock: {chance: 9 %/year, then: {18 months: 50 %}}}}}",
            "`18 months`",
        ),
        (
            "inputs: {a: {input: products.cable.price, times: {shock: {starts_with: b, then: {1 year: 50 %}}}}}",
            "`b`, which has no shock",
        ),
        (
            "inputs: {a: {input: products.cable.price, is: {uniform: {low: 1 USD/km, high: 2 USD/km}}}}",
            "one number in place of several",
        ),
        ("inputs: {a: {input: projects.line.complete, is: {uniform: {low: 1, high: 2}}}}", "`projects.line.complete`"),
        (
            "inputs: {a: {input: loans.bank.matures, is: {uniform: {low: 1 year, high: 2 years}}}}",
            "shape the calendar",
        ),
        (
            "inputs: {a: {input: plants.works.cash_costs, times: {uniform: {low: 1, high: 2}}}}",
            "did you mean `plants.works.cash_cost`",
        ),
        (
            "inputs: {a: {input: plants.works.cash_cost, times: {uniform: {low: 1, high: 2}}}, "
            "b: {input: plants.works.cash_cost, times: {uniform: {low: 1, high: 2}}}}",
            "uncertain already",
        ),
        (
            "inputs: {a: {input: plants.works.cash_cost, times: {uniform: {low: 1, high: 2}, normal: {mean: 1, sd: 1}}}}",
            "2 distributions",
        ),
        ("inputs: {a: {input: plants.works.cash_cost, times: {}}}", "one of"),
        (
            "inputs: {a: {input: plants.works.cash_cost, note: later}}",
            "none of is, times, plus; write one",
        ),
        (
            "inputs: {a: {input: plants.works.cash_cost, times: {uniform: {low: 1, high: 2}}, "
            "plus: {normal: {mean: 1 USD/km, sd: 1 USD/km}}}}",
            "2 of them: times, plus; keep one of them",
        ),
        ("inputs: {}", "no uncertain input"),
        ("{samples: 3.5, inputs: {a: {input: plants.works.cash_cost, times: {uniform: {low: 1, high: 2}}}}}", "3.5"),
    ],
)
def test_what_cannot_be_drawn_is_refused(spoilt: str, words: str) -> None:
    """Each mistake is an error of its own, at its place."""
    block = spoilt if spoilt.startswith("{") else f"{{{spoilt}}}"
    text = PLAN[: PLAN.index("uncertain:")] + f"uncertain: {block}\n"
    with pytest.raises(ScenarioError) as caught:
        scenario_of(text)
    assert words in str(caught.value)


@pytest.mark.parametrize(
    ("pair", "words"),
    [
        ("{one: cost, other: rates, rank_correlation: 0.5}", "did you mean `rate`"),
        ("{one: cost, other: cost, rank_correlation: 0.5}", "with itself"),
        ("{one: cost, other: rate, rank_correlation: 1}", "less than 1 in size"),
        ("{one: cost, other: price, rank_correlation: 0.5}", "one number and one a year"),
        ("{one: rate, other: cost, rank_correlation: 0.5}", "stands above"),
        (
            "{one: cost, other: delay, rank_correlation: 0.95}, third: {one: rate, other: delay, rank_correlation: 0.95}",
            "cannot be beside",
        ),
    ],
)
def test_correlations_that_cannot_be_are_refused(pair: str, words: str) -> None:
    """Each pair that cannot be is named."""
    text = PLAN.replace(
        "rank_correlation: -0.5}\n",
        f"rank_correlation: -0.5}}\n    more: {pair}\n".replace("third:", "\n    third:").replace(", \n", "\n"),
    )
    with pytest.raises(ScenarioError) as caught:
        scenario_of(text)
    assert words in str(caught.value)


def test_a_plan_that_is_certain_cannot_be_simulated() -> None:
    """The message says what to write."""
    with pytest.raises(FibercapError, match="declares no uncertain input"):
        simulate(scenario_of(PLAN[: PLAN.index("uncertain:")]))


@pytest.mark.parametrize(
    ("growth", "key"), [("-5 %/year", "growth"), ("{rate: -5 %/year, every: month}", "growth.rate")]
)
def test_the_rate_at_which_a_price_grows_may_be_uncertain(growth: str, key: str) -> None:
    path = f"products.cable.price.{key}"
    text = PLAN.partition("uncertain:")[0].replace("2003: 45 USD/km}", f"2003: 45 USD/km, growth: {growth}}}")
    more = f"uncertain: {{samples: 16, inputs: {{growth: {{input: {path}, plus: {{normal: {{mean: 0 %/year, sd: 2 %/year}}}}}}}}}}\n"
    simulation = simulate(scenario_of(text + more), rows=["accounts.revenue"])

    revenue = simulation.cases[""].row("accounts.revenue")
    assert np.ptp(revenue[:, -1]) > 0
    for number in (0, 7, 15):
        rate = -0.05 + float(simulation.inputs["growth"][number])
        typed = scenario_of(text.replace("-5 %/year", f"{100 * rate!r} %/year"))
        by_year = project(typed).value("accounts.revenue")[0].reshape(4, 12).sum(axis=1)
        assert revenue[number] == pytest.approx(by_year, rel=1e-12)
