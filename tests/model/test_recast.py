"""After a prepayment: what `recast` does to the later payments of every style, or why it is refused."""

from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fibercap.core.errors import ScenarioError
from fibercap.core.quantity import Quantity
from fibercap.model.loans.repayment.styles import STYLES
from fibercap.model.project import project
from fibercap.reading.files import scenario_of
from tests.model.test_contracts import keeps_its_promises, plan_text, run
from tests.model.test_interest_periods import payments, schedule_of

TERMS = "commitment: 800_000 USD, signed: 2023-01-01, matures: 2 years, rate: 6 %/year, payments: {every: quarter}"
SHARES = "{2023-10-01: 12.5 %, 2024-01-01: 25 %, 2024-04-01: 25 %, 2025-01-01: 37.5 %}"
AMOUNTS = "{2023-10-01: 100_000 USD, 2024-01-01: 200_000 USD, 2024-04-01: 200_000 USD, 2025-01-01: 300_000 USD}"
PREPAID = "prepayments: {2023-08-15: 150_000 USD}, after_prepayment: recast"


def principals(terms: str) -> list[float]:
    return [event["principal"] for event in payments(schedule_of(terms)) if event["principal"]]


@pytest.mark.parametrize("schedule", [SHARES, AMOUNTS], ids=["shares", "amounts"])
def test_a_prepayment_lowers_all_later_installments_in_proportion(schedule: str) -> None:
    """Case L07: 100/200/200/300 thousand times 650/800; https://lawinsider.com/clause/scheduled-amortization-of-term-loans."""
    values = principals(f"{TERMS}, repayment: {{style: custom, schedule: {schedule}}}, {PREPAID}")

    assert values == pytest.approx([81_250.0, 162_500.0, 162_500.0, 243_750.0])


@pytest.mark.parametrize("schedule", [SHARES, AMOUNTS], ids=["shares", "amounts"])
def test_two_prepayments_lower_what_is_left_each_time(schedule: str) -> None:
    """100 of 800 are paid; 70 of 700 prepaid leave 90 %; after 180 more, 45 of 450 leave 90 % of that."""
    values = principals(
        f"{TERMS}, repayment: {{style: custom, schedule: {schedule}}}, "
        "prepayments: {2023-11-15: 70_000 USD, 2024-02-15: 45_000 USD}, after_prepayment: recast"
    )

    assert values == pytest.approx([100e3, 180e3, 180e3 * 0.9, 270e3 * 0.9])


@pytest.mark.parametrize("schedule", [SHARES, AMOUNTS], ids=["shares", "amounts"])
def test_money_drawn_after_a_recast_is_repaid_as_planned(schedule: str) -> None:
    """500 drawn, 150 prepaid, then 300 drawn: 650 are owed, and every installment is as planned or less."""
    values = principals(
        f"{TERMS}, repayment: {{style: custom, schedule: {schedule}}}, {PREPAID}, "
        "draws: {2023-01-01: 500_000 USD, 2023-09-01: 300_000 USD}"
    )

    assert sum(values) == pytest.approx(650e3)
    assert values == pytest.approx([650e3 * share for share in (0.125, 0.25, 0.25, 0.375)])


def test_a_rest_left_to_maturity_is_lowered_too() -> None:
    """Of 800, 100 and 200 are scheduled and 500 left to maturity; 200 prepaid lower each by a quarter."""
    schedule = "{2023-10-01: 100_000 USD, 2024-01-01: 200_000 USD}"
    values = principals(
        f"{TERMS}, repayment: {{style: custom, schedule: {schedule}}}, "
        "prepayments: {2023-08-15: 200_000 USD}, after_prepayment: recast"
    )

    assert values == pytest.approx([75e3, 150e3, 375e3])


def test_fixed_payments_fall_as_what_is_owed() -> None:
    terms = f"{TERMS}, repayment: {{style: fixed_payment, payment: 60_000 USD}}"
    plain, recast = payments(schedule_of(terms)), payments(schedule_of(f"{terms}, {PREPAID}"))
    before = plain[1]["closing"]

    assert [event["payment"] for event in recast[:2]] == pytest.approx([60_000.0] * 2)
    assert [event["payment"] for event in recast[2:-1]] == pytest.approx([60_000 * (before - 150e3) / before] * 5)


def test_of_a_bullet_the_last_payment_falls() -> None:
    assert principals(f"{TERMS}, repayment: {{style: bullet}}, {PREPAID}") == pytest.approx([650e3])


def test_level_and_equal_principal_are_set_anew() -> None:
    equal = principals(f"{TERMS}, repayment: {{style: equal_principal}}, {PREPAID}")
    level = [event["payment"] for event in payments(schedule_of(f"{TERMS}, repayment: {{style: level}}, {PREPAID}"))]

    assert equal == pytest.approx([100e3] * 2 + [450e3 / 6] * 6)
    assert level[2:] == pytest.approx([level[2]] * 6)
    assert level[2] < level[1]


@pytest.mark.parametrize("style", ["at_maturity", "revolver", "sculpted, dscr: 1.3"])
def test_a_style_without_payments_to_lower_refuses_a_recast(style: str) -> None:
    with pytest.raises(
        ScenarioError, match=f"`recast` of a loan of style `{style.split(',', maxsplit=1)[0]}`"
    ) as caught:
        run(f"{{style: {style}}}", clause="after_prepayment: recast")

    (problem,) = caught.value.problems
    assert (problem.path, problem.code) == ("loans.bank.after_prepayment", "cannot_recast")
    assert problem.place is not None


def test_every_style_recasts_or_says_why_not() -> None:
    refused = {name for name, style in STYLES.items() if style.no_recast}
    assert refused == {"at_maturity", "revolver", "sculpted"}


PLANS = st.sampled_from([
    "{style: fixed_payment, payment: 1.4 million USD, allow_negative_amortization: true}",
    "{style: custom, schedule: {2002-01-08: 30 %, 2003-05-20: 30 %, 2005-01-08: 40 %}}",
    "{style: custom, schedule: {2002-01-08: 3 million USD, 2003-05-20: 3 million USD, 2006-01-08: 4 million USD}}",
    "{style: custom, schedule: {2002-01-08: 3 million USD, 2003-05-20: 3 million USD}}",
    "{style: bullet}", "{style: equal_principal}",
])  # fmt: skip


@pytest.mark.long
@settings(max_examples=60)
@given(
    style=PLANS,
    prepaid=st.dictionaries(st.dates(date(2001, 2, 1), date(2005, 12, 1)), st.integers(1, 4000), min_size=1, max_size=3),
    sweep=st.sampled_from(["", ", sweep: 20 %"]),
    rounding=st.sampled_from(["", ", rounding: cent"]),
)  # fmt: skip
def test_a_recast_keeps_every_promise_in_a_batch_too(
    style: str, prepaid: dict[Any, int], sweep: str, rounding: str
) -> None:
    """Text and kernel agree, the loan is repaid, and a batch of amounts equals its members."""
    planned = ", ".join(f"{day}: {amount} thousand USD" for day, amount in prepaid.items())
    clause = f"prepayments: {{{planned}}}, after_prepayment: recast{sweep}{rounding}"
    scenario = scenario_of(plan_text(style, clause=clause))
    samples = {f"loans.bank.prepayments.{next(iter(prepaid))}": Quantity(np.array([[0.1], [2.0], [9.0]]), "MUSD")}
    batch = project(scenario.with_samples(samples))
    keeps_its_promises(batch)
    for number in range(3):
        alone = project(scenario.with_samples({path: value[number : number + 1] for path, value in samples.items()}))
        for row in ("loans.bank.schedule.payment", "loans.bank.closing", "accounts.cash"):
            assert batch.value(row)[number] == pytest.approx(alone.value(row)[0], abs=1e-5)
