"""Plans whose cash depends on itself within a period: the message names the way round, and a way out of it."""

from __future__ import annotations

import pytest

from fibercap.core.errors import FibercapError
from fibercap.core.formulas.cells import CircularError
from fibercap.model.cash.circular_plan import circular_plan
from fibercap.model.project import project
from fibercap.reading.files import scenario_of
from tests.error_requests import CIRCULAR


@pytest.mark.parametrize(
    ("paths", "words"),
    [
        (
            [
                "loans.a.schedule.interest",
                "loans.a.schedule.rate",
                "loans.a.floor_step",
                "accounts.dscr_12m",
                "accounts.tax",
            ],
            "in one period `loans.a.schedule.interest` depends on `accounts.dscr_12m`, that on "
            "`loans.a.schedule.interest`; write a series in place of the terms of `loans.a` that are in steps of a ratio",
        ),
        (
            ["accounts.cash", "funding.x-1.cash_available"],
            "write an amount for `cash` in `funding.x-1`, in place of `available`",
        ),
        (["accounts.cash", "accounts.payouts"], "write an amount for one of those that cash decides"),
    ],
)
def test_the_way_round_and_the_way_out_are_reported(paths: list[str], words: str) -> None:
    error = circular_plan(CircularError("rests_on_itself", "", paths))

    assert error.code == "circular_plan"
    assert words in str(error)


def test_an_amount_of_cash_is_a_way_out() -> None:
    """What the message proposes helps."""
    with pytest.raises(FibercapError, match=r"the plan is circular.*write an amount for `cash` in `funding\.line`"):
        project(scenario_of(CIRCULAR))

    healed = CIRCULAR.replace("{cash: available, equity: rest}", "{cash: 0.2 million USD, equity: rest}")
    assert project(scenario_of(healed)).value("funding.line.cash").sum() == pytest.approx(200_000.0)
