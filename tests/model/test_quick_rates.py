"""Rates of many series at once are those of each alone, and what is out of the ordinary is left to the thorough way."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pytest
import pyxirr

from fibercap.model.quick_rates import quick_rates
from fibercap.model.returns import all_irrs, irr, xirr


def flows(count: int, length: int, seed: int) -> np.ndarray:
    random = np.random.default_rng(seed)
    found = random.uniform(0.01, 3.0, (count, length))
    found[:, 0] = -random.uniform(0.1, 2.0, count) * length
    return found


@pytest.mark.parametrize("length", [3, 12, 61, 400])
def test_many_are_each_alone(length: int) -> None:
    many = flows(300, length, length)
    many[::7, 1] = -0.5  # two outflows first
    many[::11] *= -1.0  # a loan, seen from the other side

    together = irr(many)

    assert together == pytest.approx([float(irr(series)) for series in many], rel=1e-10, abs=1e-13)


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

    assert np.isnan(quick_rates(np.arange(5.0), one_sided[:, ::-1].copy() * 0.0)).all()
