"""What a style may read on a payment date is there whenever the style is asked, whatever it reads of it.

A style that sets installments is asked when one is set anew, others at every payment.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from fibercap.model.loans.events.account import Account
from fibercap.model.loans.repayment.moment import Moment
from fibercap.model.projection import Projection
from tests.model.test_contracts import CLAUSES, RATES, STYLE_TEXTS, is_allowed, run

SEEN = ("fees", "grace", "drawn, then recast", "recast", "cents", "late first", "in advance")


@pytest.fixture
def moments(monkeypatch: pytest.MonkeyPatch) -> dict[int, Moment]:
    """Collect by event what the style of a loan is given, when the loan is run for the last time."""
    seen: dict[int, Moment] = {}
    last: list[Account] = []
    make = Account._moment

    def moment_of(account: Account, event: int) -> Moment:
        if last != [account]:
            seen.clear()
            last[:] = [account]
        seen[event] = make(account, event)
        return seen[event]

    monkeypatch.setattr(Account, "_moment", moment_of)
    return seen


def by_hand(projection: Projection, event: int) -> tuple[float, float]:
    """Return the sum of discount factors of later payment dates with principal, and that of maturity."""
    rows = {
        key: projection.value(f"loans.bank.schedule.{key}")[0]
        for key in ("rate", "period_fraction", "repays", "is_final")
    }
    rate, total, factor, at_maturity = rows["rate"][event], 0.0, 1.0, float(rows["is_final"][event])
    for later in range(event + 1, len(rows["rate"])):
        factor /= 1 + rate * rows["period_fraction"][later]
        total += factor * rows["repays"][later] * (rows["period_fraction"][later] > 0)
        at_maturity += factor * rows["is_final"][later]
    return total, at_maturity


def is_complete(projection: Projection, event: int, m: Moment) -> None:
    def row(key: str, index: int = event, otherwise: float = 0.0) -> float:
        path = f"loans.bank.schedule.{key}"
        return float(projection.value(path)[0, index]) if path in projection.rows and index >= 0 else otherwise

    near: Any = pytest.approx
    assert m.balance == near(row("opening"), abs=1e-6)
    assert (m.interest_due, m.counted, m.fees_due) == near((row("interest_due"), row("counted"), row("fees_paid")))
    assert (m.rate, m.payments_left, m.target) == near((row("rate"), row("payments_left"), row("target")))
    assert (m.installment, m.regular_fraction) == near((row("installment", event - 1), 0.25))
    base = 0.0
    for before in range(event):
        base = base * row("kept_by_recast", before, 1.0) + row("drawn", before)
    assert (m.drawn, m.share_base) == near((row("drawn_to_date", event - 1), base))
    assert m.kept_share == near(row("kept_share", event - 1, m.kept_share))
    assert (m.annuity, m.discount) == near(by_hand(projection, event))


KNOWN = STYLE_TEXTS | {"sculpted": "{style: sculpted, dscr: 1.30, tax: unlevered}"}
"""Styles with the amounts of their payments known before cash is: not sculpted on the tax really paid."""
TOGETHER = [(name, clause) for name, style in KNOWN.items() for clause in SEEN if is_allowed(style, CLAUSES[clause])]
"""Styles with the clauses that they may have."""


@pytest.mark.parametrize(("name", "clause"), TOGETHER)
def test_a_moment_is_complete_with_every_clause(name: str, clause: str, moments: dict[int, Moment]) -> None:
    projection = run(KNOWN[name], clause=CLAUSES[clause])

    for event, moment in moments.items():
        is_complete(projection, event, moment)


@pytest.mark.parametrize("style", KNOWN.values(), ids=KNOWN)
@pytest.mark.parametrize("rate", ["none", "steps", "floating"])
def test_a_moment_is_complete_at_every_rate(style: str, rate: str, moments: dict[int, Moment]) -> None:
    projection = run(style, RATES[rate])

    path = "loans.bank.schedule"
    due = (projection.value(f"{path}.repays") > 0) & (projection.value(f"{path}.is_final") == 0)
    asked = due[0] & (projection.value(f"{path}.opening")[0] > 0)
    if projection.scenario.loans["bank"].repayment.sets:
        asked &= np.diff(projection.value(f"{path}.installment")[0], prepend=0.0) != 0
        assert asked.any()
    assert set(np.flatnonzero(due[0])) >= set(moments) >= set(np.flatnonzero(asked))
    for event, moment in moments.items():
        is_complete(projection, event, moment)


def test_a_moment_cannot_be_changed(moments: dict[int, Moment]) -> None:
    run("{style: level}")

    with pytest.raises(AttributeError, match="can't set attribute"):
        next(iter(moments.values())).balance = 0.0  # type: ignore[misc]
