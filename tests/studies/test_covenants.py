"""Covenants: tested each period or year while a loan runs, with headroom."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from fibercap.core.errors import ScenarioError
from fibercap.model.projection import project
from fibercap.reading.files import read
from fibercap.studies.covenants import covenants

if TYPE_CHECKING:
    from fibercap.studies.covenants import Tested


def promise(text: str) -> Tested:
    scenario = read("fibercore", settings=[f"loans.fleet.covenants={{promise: {text}}}"])
    return covenants(project(scenario))["fleet.promise"]


def test_a_row_is_tested_each_year_with_headroom() -> None:
    found = promise("{row: accounts.dscr, at_least: 2.5}")

    assert [test.when for test in found.tests] == ["2001", "2002", "2003", "2004"]
    for test in found.tests:
        assert test.headroom == pytest.approx(test.value / 2.5 - 1)
        assert test.holds == (test.value >= 2.5)
    assert not found.holds
    assert found.tightest is not None
    assert found.tightest.when == "2001"


def test_a_row_is_tested_each_period() -> None:
    found = promise("{row: loans.fleet.closing, at_most: 11 million USD, test: period}")

    assert len(found.tests) == 48
    assert found.holds
    assert found.tightest is not None
    assert found.tightest.headroom == pytest.approx(1 / 11)


def test_a_measure_is_tested_once() -> None:
    found = promise("{measure: peak_debt, below: 9 million USD, says: Debt below 9 million USD}")

    assert [test.when for test in found.tests] == ["in total"]
    assert not found.holds
    assert found.says == "Debt below 9 million USD"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (
            "{row: accounts.dscrs, at_least: 1.2}",
            "`accounts.dscrs`, which matches no row, wanted a row of the model; did you mean",
        ),
        (
            "{measure: peak_dept, at_most: 1 USD}",
            "`peak_dept`, which matches no measure, wanted a measure; did you mean",
        ),
        ("{row: accounts.dscr, at_least: 1.2 USD}", "the subject is in plain numbers"),
        ("{row: accounts.dscr}", "found no limit, wanted one of above, at_least, below, at_most"),
        ("{at_least: 2}", "found neither `row` nor `measure`, wanted one of them"),
        ("{row: accounts.dscr, at_least: 1, test: weekly}", "wanted one of the known times to test: year, period"),
    ],
)
def test_a_covenant_that_cannot_be_tested_is_refused(text: str, told: str) -> None:
    with pytest.raises(ScenarioError) as error:
        promise(text)

    assert told in str(error.value)


def test_a_limit_of_zero_has_room_too() -> None:
    found = promise("{row: accounts.net_income, at_least: 10 million USD}")
    zero = promise("{row: accounts.net_income, at_least: 0 USD}")

    assert found.tightest is not None
    assert zero.tightest is not None
    assert zero.tightest.when == found.tightest.when
    assert zero.tightest.headroom is None
