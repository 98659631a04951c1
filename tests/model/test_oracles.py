"""QuantLib's present values beside ours."""

from __future__ import annotations

import numpy as np
import pytest
import QuantLib as ql

from tests.model.test_cover import run


def test_worth_of_later_cash_flow_is_quantlibs_at_the_loans_rate() -> None:
    """One loan of 8 % a year compounded quarterly; LLCR and PLCR at every quarter's end, from QuantLib's cash flows."""
    other = "  other: {commitment: 2 million USD, signed: 2000-12-31, matures: 4 years, rate: 11 %/year, payments: {every: year},\n          repayment: {style: bullet}}\n"
    projection = run((other, ""))
    cfads, debt = projection.value("accounts.cfads")[0], projection.value("accounts.debt")[0]
    rate = ql.InterestRate(0.08, ql.Thirty360(ql.Thirty360.BondBasis), ql.Compounded, ql.Quarterly)
    days = [
        ql.Date(30 if month in (6, 9) else 31, month, year) for year in range(2001, 2009) for month in (3, 6, 9, 12)
    ]

    for index in range(0, 23, 4):
        for row, last in (("accounts.llcr", 24), ("accounts.plcr", 32)):
            flows = [
                ql.SimpleCashFlow(cash, day)
                for cash, day in zip(cfads[index + 1 : last], days[index + 1 : last], strict=True)
            ]
            worth = ql.CashFlows.npv(ql.Leg(flows), rate, False, days[index], days[index])
            assert projection.value(row)[0, index] == pytest.approx(worth / debt[index], rel=1e-9)
    assert np.isfinite(projection.value("accounts.llcr")[0, :23]).all()
