"""Rates of many series at once are those of each alone, and what is out of the ordinary is left to the thorough way."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pytest
import pyxirr
from hypothesis import given, settings
from hypothesis import strategies as st

from fibercap.model.returns import irr_of_batches as quick
from fibercap.model.returns import roots
from fibercap.model.returns.exponential_sums import Flows, lone_zeros
from fibercap.model.returns.irr_of_batches import quick_rates
from fibercap.model.returns.npv_and_irr import all_irrs, irr, xirr
from fibercap.model.returns.rate_choice import plausible_rate
from fibercap.model.returns.roots import all_rates

SEEDS = st.integers(0, 2**32 - 1)


def balanced_flows(random: np.random.Generator, times: np.ndarray, logs: np.ndarray) -> np.ndarray:
    """Return flows (log, event) worth nothing at the rates with these logarithms, and nowhere else; zeros among them."""
    result = random.exponential(1.0, (logs.size, times.size)) * (random.random((logs.size, times.size)) < 0.8)
    turns = random.integers(1, times.size, logs.size)
    result[np.arange(logs.size), turns] = result[:, 0] = 1.0
    earlier = np.arange(times.size) < turns[:, np.newaxis]
    worths = result * np.exp(-logs[:, np.newaxis] * times)
    scales = (worths * ~earlier).sum(axis=1) / (worths * earlier).sum(axis=1)
    signs = random.choice([-1.0, 1.0], (logs.size, 1))
    return np.asarray(signs * np.where(earlier, -result * scales[:, np.newaxis], result))


def flows(count: int, length: int, seed: int) -> np.ndarray:
    random = np.random.default_rng(seed)
    result = random.uniform(0.01, 3.0, (count, length))
    result[:, 0] = -random.uniform(0.1, 2.0, count) * length
    return result


@pytest.mark.parametrize("length", [3, 12, 61, 400])
def test_many_are_each_alone(length: int) -> None:
    many = flows(300, length, length)
    many[::7, 1] = -0.5  # two outflows first
    many[::11] *= -1.0  # a loan, seen from the other side

    together = irr(many)

    assert together == pytest.approx([float(irr(series)) for series in many], rel=1e-10, abs=1e-13)


@pytest.mark.long
@given(seed=SEEDS, length=st.integers(3, 130), middle=st.floats(-20, 20), spread=st.sampled_from([0.0, 1.0, 4.0, 20.0]))
def test_known_rates_are_found_to_the_last_digits(seed: int, length: int, middle: float, spread: float) -> None:
    """Whatever their number, times, signs and zeros, near together or far apart: none is left, none is off."""
    random = np.random.default_rng(seed)
    times = np.concatenate([[0.0], np.cumsum(random.uniform(0.2, 2.0, length - 1))])
    span = times[-1]
    logs = random.uniform(middle - spread, middle + spread, 150) / span
    many = balanced_flows(random, times, logs)
    factors = np.abs(many) * np.exp(-logs[:, np.newaxis] * times)
    late = (many > 0) == (many[:, :1] < 0)
    distance = np.abs((np.where(late, factors, -factors) * times).sum(axis=1)) / factors.sum(axis=1)

    rates = quick_rates(times, many)

    assert not np.isnan(rates).any()
    assert np.abs(rates - logs) * distance == pytest.approx(np.zeros(logs.size), abs=1e-14 * (10 + np.abs(middle)))


@pytest.mark.long
@given(seed=SEEDS, length=st.integers(2, 9), decades=st.sampled_from([0, 3, 9]))
def test_a_rate_that_is_found_is_the_only_one(seed: int, length: int, decades: int) -> None:
    """Of flows with any signs, many of them zero, sizes far apart, and many ready to touch zero without crossing it."""
    random = np.random.default_rng(seed)
    many = random.integers(-3, 4, (40, length)) * 10.0 ** random.integers(-decades, 1, (40, length))
    touching = [np.poly([1.05, 1.05 + gap])[:length] for gap in (0.0, 1e-9, 1e-6, 1e-3)]
    many = np.concatenate([many, [np.pad(series, (0, length - series.size)) for series in touching]])

    rates = quick_rates(np.arange(float(length)), many)

    for series, rate in zip(many, np.expm1(rates), strict=True):
        if not np.isnan(rate):
            assert all_rates(np.arange(length), series) == pytest.approx(np.array([rate]), rel=1e-9, abs=1e-12)


@pytest.mark.parametrize(("passes", "steps"), [((3, quick.TERMS), 12), ((quick.TERMS,), 3), ((3, 8, quick.TERMS), 4)])
def test_what_is_not_settled_is_not_told(monkeypatch: pytest.MonkeyPatch, passes: tuple[int, ...], steps: int) -> None:
    """With fewer steps than usual some rates are not found, and those that are found are no worse."""
    random = np.random.default_rng(7)
    times = np.arange(30.0)
    logs = random.uniform(-5.0, 15.0, 1000) / times[-1]
    many = balanced_flows(random, times, logs)
    monkeypatch.setattr(quick, "PASSES", passes)
    monkeypatch.setattr(quick, "STEPS", steps)

    rates = quick_rates(times, many)

    is_rate = ~np.isnan(rates)
    assert is_rate.any()
    assert rates[is_rate] == pytest.approx(logs[is_rate], abs=1e-12)


@pytest.mark.long
@given(seed=SEEDS, scale=st.sampled_from([1e-290, 1e-156, 1e-12, 1e12, 1e290]))
def test_neither_order_nor_scale_of_many_matters(seed: int, scale: float) -> None:
    random = np.random.default_rng(seed)
    times = np.arange(20.0)
    many = balanced_flows(random, times, random.uniform(-0.3, 1.0, 100))
    order = random.permutation(100)

    assert irr(scale * many[order]) == pytest.approx(irr(many)[order], rel=1e-11, abs=1e-13)
    assert irr(np.asfortranarray(many)) == pytest.approx(irr(many), rel=1e-11, abs=1e-13)


def test_flows_that_are_hardly_a_number_are_left() -> None:
    """Near 1e-310 numbers have few digits."""
    many = flows(100, 61, 9)

    assert np.isnan(quick_rates(np.arange(61.0), 1e-310 * many)).all()
    assert not np.isnan(quick_rates(np.arange(61.0), many)).any()


def test_ordinary_series_need_no_thorough_way(monkeypatch: pytest.MonkeyPatch) -> None:
    """Zeros before, between and behind do not make a series extraordinary, nor does it matter which sign comes first."""
    many = flows(200, 61, 5)
    many[:, 1:7] = 0.0
    many[:, 50:] = 0.0
    expected = irr(many)
    monkeypatch.setattr(roots, "_only_rate", lambda *_: pytest.fail("solved thoroughly"))

    assert irr(many) == pytest.approx(expected)
    assert irr(-many) == pytest.approx(expected)
    assert irr(np.pad(many, ((0, 0), (3, 0)))) == pytest.approx(expected)


def test_what_is_out_of_the_ordinary_is_not_guessed() -> None:
    many = flows(200, 5, 1)
    many[3] = [-1.0, 6.0, -11.0, 6.0, 0.0]  # three rates
    many[4] = [1.0, 1.0, 1.0, 1.0, 1.0]  # none
    many[5] = [0.0, -1.0, 0.0, 2.0, 0.0]
    many[6] = [-1.0, 1e-9, 1e-9, 1e-9, 1e-9]  # near -100 %
    many[7] = [-1e-6, 5.0, 5.0, 5.0, 5.0]  # far above 1000 %

    rates = irr(many)

    assert np.isnan(rates[3])
    assert np.isnan(rates[4])
    assert rates[5] == pytest.approx(2**0.5 - 1)
    for member in (6, 7):
        assert rates[member] == pytest.approx(all_irrs(many[member])[0])


def test_dated_flows_agree_with_pyxirr() -> None:
    random = np.random.default_rng(3)
    days = [date(2001, 1, 1) + timedelta(int(day)) for day in np.cumsum(random.integers(1, 60, 61))]
    many = flows(200, 61, 4)

    assert xirr(days, many) == pytest.approx([pyxirr.xirr(days, series) for series in many], rel=1e-6)
    assert xirr(days, many) == pytest.approx([float(xirr(days, series)) for series in many], rel=1e-10)


def test_numbers_that_are_not_finite_are_refused() -> None:
    many = flows(200, 5, 1)
    many[9, 2] = np.nan

    with pytest.raises(ValueError, match="finite"):
        irr(many)


def test_what_does_not_settle_says_so() -> None:
    one_sided = np.abs(flows(3, 5, 1))

    assert np.isnan(quick_rates(np.arange(5.0), one_sided)).all()
    assert np.isnan(quick_rates(np.arange(5.0), one_sided * 0.0)).all()


@pytest.mark.long
@settings(max_examples=60)  # of 70 series each
@given(seed=SEEDS, changes=st.sampled_from([2, 3, 4, 5, 9]), width=st.sampled_from([0.1, 1.0, 3.0]))
def test_series_of_several_changes_have_the_rate_that_the_thorough_way_finds(
    seed: int, changes: int, width: float
) -> None:
    """Owners who pay in later too, or losses between gains: one rate is proved, or all are looked for."""
    random = np.random.default_rng(seed)
    times = np.concatenate([[0.0], np.cumsum(random.uniform(0.2, 2.0, 29))])
    turns = np.sort(random.choice(np.arange(1, 30), changes, replace=False))
    signs = -((-1.0) ** np.searchsorted(turns, np.arange(30), side="right"))
    many = signs * random.lognormal(0.0, width, (70, 30)) * (random.random((70, 30)) < 0.9)
    many[:, 0] *= random.lognormal(1.0, 1.0, 70)

    together = roots.only_rate(times, many)

    alone = [float(plausible_rate(all_rates(times, series))) for series in many]
    assert together == pytest.approx(alone, rel=1e-9, abs=1e-12, nan_ok=True)


def test_a_payment_by_the_owners_in_between_is_solved_together_with_others(monkeypatch: pytest.MonkeyPatch) -> None:
    many = flows(300, 40, 1)
    many[:, 0], many[:, 20] = -40.0, -0.5
    monkeypatch.setattr(roots, "_rates_of_series", lambda _: pytest.fail("series by series"))

    assert np.isfinite(roots.only_rate(np.arange(40.0), many)).all()


def test_rates_so_near_together_that_they_may_be_one_are_left_to_the_thorough_way() -> None:
    """Three rates, two of them almost one: the sums up to a time change sign, or the slope is nearly none."""
    near = np.poly([1 / 1.1, 1 / 1.2, 1 / (1.2 + 1e-7)])[::-1]
    series = np.tile(near, (70, 1))

    assert np.isnan(lone_zeros(Flows(np.arange(4.0), np.sign(series), np.log(np.abs(series))))).all()
    expected = float(plausible_rate(all_rates(np.arange(4.0), near)))
    assert roots.only_rate(np.arange(4.0), series) == pytest.approx(np.full(70, expected), nan_ok=True)
