"""Random loans of random banks: whatever a bank counts, its table is found to be the loan's under the bank's conventions."""

from __future__ import annotations

import random
from datetime import date, timedelta

import pytest

from fibercap.core.errors import FibercapError
from fibercap.model.loans import Schedule, schedule
from fibercap.model.loans.contracts import Contracts
from fibercap.reading.against import against_loan_of
from fibercap.reading.files import contracts_of
from tests.bank_tables import cells_of, lines_of, with_noise

HEAD = "fibercap: 1\nrates: {libor: {2000: 4 %/year, 2002: 5 %/year, 2004: 3 %/year}}\ncalendars: {weekdays: {}}\n"
STYLES = (
    "{style: level}", "{style: level}", "{style: equal_principal}", "{style: bullet}", "{style: level, balloon: 100_000 USD}",
    "{style: fixed_payment, payment: 250_000 USD}",
)  # fmt: skip
RATES = ("3 %/year", "8.5 %/year", "{index: libor, margin: 1.5 %/year}", "{2001: 5 %/year, 2002: 6 %/year}")
COUNTS = ("30/360", "ACT/360", "ACT/365F", "ACT/ACT ISDA", "ACT/ACT ICMA")
ROUNDINGS = ("cent", "cent", "{balance: carry}", "{payment: up}", "{interest: down, payment: down}")
ORDERS = ((0, 1, 2, 3, 4, 5), (1, 5, 3, 4), (1, 2, 3, 5), (0, 1, 5, 4, 3, 2))


def draw(dice: random.Random) -> tuple[Contracts, Schedule]:
    """Return a loan as written, and the schedule of a bank that counts it in its own way."""
    signed, every = date(2001, 1, 1) + timedelta(dice.randrange(900)), dice.choice(["month", "quarter", "half_year"])
    terms = (
        f"commitment: 1 million USD, signed: {signed}, matures: {dice.randint(2, 8)} years, rate: {dice.choice(RATES)}"
    )
    terms += f", repayment: {dice.choice(STYLES)}" + dice.choice(["", ", grace: 6 months"])
    bank, payments = f", rounding: {dice.choice(ROUNDINGS)}", f"every: {every}"
    bank += f", day_count: {dice.choice(COUNTS)}" if dice.random() < 0.6 else ""
    bank += f", compounding: {dice.choice(['effective', 'semiannual'])}" if dice.random() < 0.3 else ""
    if dice.random() < 0.4:
        payments += f", roll: {dice.choice(['following', 'modified_following', 'preceding'])}, calendar: weekdays"
        payments += dice.choice(["", ", accrue: unadjusted"])
    written = contracts_of(f"{HEAD}loans: {{bank: {{{terms}, payments: {{every: {every}}}}}}}\n")
    counted = contracts_of(f"{HEAD}loans: {{bank: {{{terms}{bank}, payments: {{{payments}}}}}}}\n")
    return written, schedule(counted.loans["bank"], counted.rates)


@pytest.mark.long
@pytest.mark.parametrize("seed", range(24))
def test_the_conventions_of_a_random_bank_reproduce_its_table(seed: int) -> None:
    dice = random.Random(seed)  # noqa: S311 - cases for a test
    try:
        written, made = draw(dice)
    except FibercapError:  # a payment below the interest
        return
    lines = lines_of(made)
    table = cells_of(lines, order=dice.choice(ORDERS))

    agreement = against_loan_of(written, "bank", with_noise(table) if seed % 2 else table)

    assert agreement.verdict != "differs"
    assert agreement.lines == len(lines)
    for convention in agreement.conventions:
        closing = dict(zip(convention.schedule.dates, convention.schedule.values["closing"].tolist(), strict=True))
        assert [closing[day] for _, day, _ in lines] == pytest.approx(
            [float(cells[3]) for *_, cells in lines], abs=0.00501
        )
