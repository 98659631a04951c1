"""Rates of return: every root that exists, and none that does not."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import numpy_financial
import pytest
import pyxirr
from hypothesis import given
from hypothesis import strategies as st

from fibercap.model.returns import roots
from fibercap.model.returns.npv_and_irr import all_irrs, all_xirrs, irr, mirr, npv, xirr, xnpv
from fibercap.model.returns.roots import all_rates, only_rate

START = date(2001, 1, 1)

# Microsoft Support, "XIRR function" and "XNPV function": -10,000 invested, returned in four payments.
DATES = [date(2008, 1, 1), date(2008, 3, 1), date(2008, 10, 30), date(2009, 2, 15), date(2009, 4, 1)]
DATED = [-10_000, 2_750, 4_250, 3_250, 2_750]

growths = st.lists(st.integers(-18, 60), min_size=1, max_size=5, unique=True).map(
    lambda steps: sorted(1.0 + step / 20 for step in steps)  # rates from -90 % to 300 %, 5 % apart
)
ordinary = st.tuples(st.floats(100, 1e6), st.lists(st.floats(1, 1e5), min_size=1, max_size=40)).map(
    lambda drawn: [-drawn[0], *drawn[1]]
)


@pytest.mark.long
@given(growths=growths, scale=st.sampled_from([1.0, -1.0, 1e-9, 3e12]))
def test_a_series_built_from_rates_has_exactly_these(growths: list[float], scale: float) -> None:
    """The product of (growth - g) is worth nothing at the growths g and nowhere else."""
    result = all_irrs(scale * np.poly(growths))

    assert result == pytest.approx(np.subtract(growths, 1), rel=1e-6, abs=1e-8)


@pytest.mark.long
@given(growths=growths, extra=st.floats(0.1, 10), gap=st.integers(1, 5))
def test_a_factor_without_a_rate_adds_none(growths: list[float], extra: float, gap: int) -> None:
    """Times (growth ** 2 + extra), and spread over every gap-th period: the real rates stay."""
    flows = np.zeros((len(growths) + 2) * gap + 1)
    flows[::gap] = np.polymul(np.poly(growths), [1.0, 0.0, extra])

    assert (1 + all_irrs(flows)) ** gap == pytest.approx(np.array(growths), rel=1e-6)


@given(flows=st.lists(st.integers(-100, 100), min_size=2, max_size=12).filter(any))
def test_no_rate_is_missed(flows: list[int]) -> None:
    """The eigenvalues of the companion matrix, another way to every growth, hold no simple real one beside ours."""
    growths = np.roots(flows)
    apart = np.abs(growths[:, np.newaxis] - growths) + np.eye(growths.size)
    lonely = growths[(apart > 1e-2).all(axis=1)]
    expected = np.sort(lonely.real[(np.abs(lonely.imag) < 1e-9) & (lonely.real > 1e-6)]) - 1

    result = all_irrs(flows)

    assert all(np.isclose(rate, result, rtol=1e-6, atol=1e-7).any() for rate in expected)
    assert (
        np.unique(np.round(result, 12)).size
        == result.size
        <= np.count_nonzero(np.diff(np.sign([f for f in flows if f])))
    )


@given(flows=ordinary)
def test_at_the_only_rate_nothing_is_gained(flows: list[float]) -> None:
    rate = irr(flows)

    assert npv(rate, flows) == pytest.approx(0, abs=float(1e-9 * npv(rate, np.abs(flows))))
    assert all_irrs(flows) == pytest.approx([rate], rel=1e-9, abs=1e-12)


@pytest.mark.long
@given(flows=st.lists(ordinary, min_size=1, max_size=5), sign=st.sampled_from([-1, 1]))
def test_a_batch_equals_its_members(flows: list[list[float]], sign: int) -> None:
    """Members of one, of several and of no change of sign stand side by side."""
    width = max(map(len, flows))
    batch = sign * np.array([[*member, *[0.0] * (width - len(member))] for member in flows])
    batch = np.concatenate([batch, np.abs(batch), batch - batch[:, ::-1]])

    together = irr(batch.reshape(3, -1, width))

    assert together.shape == (3, len(flows))
    np.testing.assert_allclose(together.ravel(), [irr(member) for member in batch], rtol=1e-9, atol=1e-12)


@pytest.mark.long
@given(flows=ordinary, scale=st.floats(1e-12, 1e12))
def test_the_scale_of_money_does_not_matter(flows: list[float], scale: float) -> None:
    assert irr(np.multiply(scale, flows)) == pytest.approx(irr(flows), rel=1e-9, abs=1e-12)
    assert irr(np.multiply(-scale, flows)) == pytest.approx(irr(flows), rel=1e-9, abs=1e-12)


@pytest.mark.long
@given(flows=ordinary, days=st.data())
def test_the_order_of_dates_does_not_matter(flows: list[float], days: st.DataObject) -> None:
    count = len(flows)
    later = days.draw(st.lists(st.integers(1, 4000), min_size=count - 1, max_size=count - 1))
    dates = [START, *(START + timedelta(days=day) for day in later)]
    order = days.draw(st.permutations(range(count)))

    rate = xirr([dates[i] for i in order], [flows[i] for i in order])

    assert rate == pytest.approx(xirr(dates, flows), rel=1e-9, abs=1e-12)


@given(flows=ordinary)
def test_periods_of_365_days_are_years(flows: list[float]) -> None:
    dates = [START + timedelta(days=365 * period) for period in range(len(flows))]

    assert xirr(dates, flows) == pytest.approx(irr(flows), rel=1e-9, abs=1e-12)
    assert xnpv(0.07, dates, flows) == pytest.approx(npv(0.07, flows), abs=1e-6)


@pytest.mark.parametrize(("count", "expected"), [(5, -0.02124485), (6, 0.08663095), (3, -0.44350694)])
def test_irr_as_published(count: int, expected: float) -> None:
    """Microsoft Support, "IRR function": -2.1 %, 8.7 % and -44.4 % (digits beyond: numpy-financial)."""
    flows = [-70_000, 12_000, 15_000, 18_000, 21_000, 26_000][:count]

    assert irr(flows) == pytest.approx(expected, abs=1e-8)
    assert irr(flows) == pytest.approx(numpy_financial.irr(flows), abs=1e-9)


def test_xirr_and_xnpv_as_published() -> None:
    """Microsoft Support: XIRR 37.3362535 %, XNPV at 9 % 2,086.65."""
    assert xirr(DATES, DATED) == pytest.approx(0.373362535, abs=1e-8)
    assert xnpv(0.09, DATES, DATED) == pytest.approx(2_086.65, abs=0.005)


@pytest.mark.parametrize(
    ("count", "reinvest", "expected"), [(6, 0.12, 0.126094), (4, 0.12, -0.048045), (6, 0.14, 0.134759)]
)
def test_mirr_as_published(count: int, reinvest: float, expected: float) -> None:
    """Microsoft Support, "MIRR function": 13 %, -5 % and 13 % (digits beyond: numpy-financial)."""
    flows = [-120_000, 39_000, 30_000, 21_000, 37_000, 46_000][:count]

    assert mirr(flows, 0.10, reinvest) == pytest.approx(expected, abs=1e-6)
    assert mirr(flows, 0.10, reinvest) == pytest.approx(numpy_financial.mirr(flows, 0.10, reinvest), abs=1e-12)


def test_mirr_with_later_outflows_as_published() -> None:
    """MESCIUS Document Solutions for Excel, "MIRR": an inflow first."""
    assert mirr([7_300, -15_000, 4_036, 3_050], 0.065, 0.08) == pytest.approx(0.0564050548577524, abs=1e-15)


def test_npv_as_published() -> None:
    """Microsoft Support, "NPV function": NPV(8%, 8000, ...) + -40000 is 1,922.06; the first flow is not discounted."""
    assert npv(0.08, [-40_000, 8_000, 9_200, 10_000, 12_000, 14_500]) == pytest.approx(1_922.06, abs=0.005)


@given(flows=ordinary)
def test_pyxirr_agrees_on_ordinary_flows(flows: list[float]) -> None:
    second = pyxirr.irr(flows)

    assert second is not None
    assert irr(flows) == pytest.approx(second, rel=1e-6, abs=1e-6)


def test_pyxirr_agrees_on_dates() -> None:
    assert xirr(DATES, DATED) == pytest.approx(pyxirr.xirr(DATES, DATED), abs=1e-9)
    assert xnpv(0.09, DATES, DATED) == pytest.approx(pyxirr.xnpv(0.09, DATES, DATED), abs=1e-9)


@pytest.mark.parametrize(
    ("flows", "expected"),
    [
        ([-1_600, 10_000, -10_000], [0.25, 4.0]),  # Lorie and Savage 1955, the oil pump
        ([-1_000, 3_600, -4_310, 1_716], [0.1, 0.2, 0.3]),
        ([1, -2.2, 1.21], [0.1]),
        ([-1, 3.3, -3.63, 1.331], [0.1]),
        ([1, -2.2, 1.22], []),
        ([1, -2.2, 1.21 + 1e-9], []),
        ([1, -2.2, 1.21 - 1e-9], [0.1 - 10**-4.5, 0.1 + 10**-4.5]),
        ([-100, 100], [0.0]),
        ([-100, 0, 0, 121 * 1.1], [0.1]),
        ([0, 0, -100, 110, 0], [0.1]),
        ([-100, 1e-4], [-0.999999]),
        ([-1, 1_000], [999.0]),
        ([-1, 1e-30], [-1.0]),
        ([100, 10], []),
        ([-100], []),
        ([0, 0, 0], []),
    ],
)
def test_every_rate_is_found_once(flows: list[float], expected: list[float]) -> None:
    assert all_irrs(flows) == pytest.approx(np.array(expected), rel=1e-8, abs=1e-8)
    assert irr(flows) == pytest.approx(expected[0] if len(expected) == 1 else np.nan, rel=1e-8, abs=1e-8, nan_ok=True)


def test_three_changes_of_sign_can_hide_one_rate() -> None:
    """(growth - 1.1) (growth ** 2 - growth + 1) changes sign three times."""
    assert irr(np.polymul([1, -1.1], [1, -1, 1])) == pytest.approx(0.1)


def test_a_gain_over_one_day_can_be_beyond_any_float() -> None:
    assert xirr([START, START + timedelta(days=1)], [-1, 10]) == np.inf


def test_flows_of_one_day_count_together() -> None:
    dates = [date(2002, 1, 1), START, START, START]

    assert all_xirrs(dates, [-110, 0.3, 300, -200]) == pytest.approx([110 / 100.3 - 1])
    assert all_xirrs([START, START, START, *DATES], [0.1, 0.2, -0.3, *DATED]) == pytest.approx([0.373362535])


def test_the_grid_finds_what_the_derivatives_find(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(roots, "CHANGES", 0)

    assert all_irrs(np.poly([1.02, 1.05, 1.1, 1.3, 2, 5, 12])) == pytest.approx(
        np.array([0.02, 0.05, 0.1, 0.3, 1, 4, 11]), rel=1e-6
    )


@pytest.mark.long
def test_forty_years_of_days_are_answered() -> None:
    flows = np.random.default_rng(1).normal(size=14_600)

    rates = all_rates(np.arange(flows.size) / 365, flows)

    assert rates.size
    for rate in rates:
        exponents = -np.arange(flows.size) / 365 * np.log1p(rate)
        factors = np.exp(exponents - exponents.max())
        assert np.sum(flows * factors) == pytest.approx(0, abs=1e-9 * np.sum(np.abs(flows) * factors))


def test_rates_and_series_broadcast() -> None:
    rates = np.array([0.0, 0.1])
    flows = np.array([[-100.0, 110.0], [100.0, 0.0]])

    assert npv(rates, flows[0]) == pytest.approx([10, 0])
    assert npv(rates, flows) == pytest.approx([10, 100])
    assert npv(rates[:, np.newaxis], flows) == pytest.approx(np.array([[10, 100], [0, 100]]))
    assert mirr(flows, 0.1, 0.1) == pytest.approx([0.1, np.nan], nan_ok=True)


def test_what_cannot_be_a_series_is_refused() -> None:
    with pytest.raises(ValueError, match="must be finite"):
        irr([-1, np.nan])
    with pytest.raises(ValueError, match="do not fit"):
        xirr([START], [-1, 2])
    with pytest.raises(ValueError, match="do not fit"):
        xnpv(0.1, [START], [-1, 2])
    with pytest.raises(ValueError, match="one series is wanted"):
        all_irrs([[-1, 2]])
    with pytest.raises(ValueError, match="single number"):
        irr(3.0)
    with pytest.raises(ValueError, match="no cash flows"):
        only_rate([], [])
    with pytest.raises(ValueError, match="above -100 %"):
        npv(-1, [-1, 2])
