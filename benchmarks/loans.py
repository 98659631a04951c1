"""Loans and returns beside the libraries that also compute them, in one run on one machine.

QuantLib, pyxirr and numpy-financial are development dependencies; results are compared before times are.
"""

from __future__ import annotations

import resource
from collections.abc import Callable
from datetime import date
from statistics import median
from time import process_time
from typing import Any

import numpy as np
import numpy_financial as npf
import pyxirr
import QuantLib as ql  # noqa: N813 - as its own documents write it

from fibercap.model.loans import schedule
from fibercap.model.loans.clauses.values_by_day import Steps
from fibercap.model.returns.npv_and_irr import irr, xirr
from fibercap.reading.files import contracts_of

TERMS = "commitment: 10 million USD, signed: 2001-01-08, matures: 30 years, rate: 8.5 %/year"
LOAN = contracts_of(f"fibercap: 1\nloans: {{a: {{{TERMS}, payments: {{every: month}}, day_count: 30/360}}}}").loans["a"]
PAYMENTS = 360
MANY, CHUNK = 100_000, 8192
SERIES, FLOWS = 100_000, 61


def seconds(run: Callable[[], Any], times: int) -> float:
    """Return the median time of the processor that a call takes."""
    results = []
    for _ in range(times):
        start = process_time()
        run()
        results.append(process_time() - start)
    return median(results)


def in_turns(ours: Callable[[], Any], theirs: Callable[[], Any], times: int) -> tuple[float, float]:
    """Return the median of each of two calls, made in turns."""
    pairs = [(seconds(ours, 1), seconds(theirs, 1)) for _ in range(times)]
    return median(mine for mine, _ in pairs), median(other for _, other in pairs)


def of_quantlib() -> list[tuple[date, float, float, float]]:
    """Return date, interest, principal and balance of every payment of an amortizing bond."""
    start, end = ql.Date(8, 1, 2001), ql.Date(8, 1, 2031)
    dates = ql.Schedule(
        start, end, ql.Period(ql.Monthly), ql.NullCalendar(), ql.Unadjusted, ql.Unadjusted,
        ql.DateGeneration.Backward, False,  # noqa: FBT003 - its signature
    )  # fmt: skip
    owed = ql.sinkingNotionals(ql.Period(30, ql.Years), ql.Monthly, 0.085, 1e7)
    bond = ql.AmortizingFixedRateBond(0, owed, dates, [0.085], ql.Thirty360(ql.Thirty360.BondBasis))
    flows, lines = bond.cashflows(), []
    for interest, principal in zip(flows[::2], flows[1::2], strict=True):
        day, coupon = interest.date(), ql.as_coupon(interest)
        when = date(day.year(), day.month(), day.dayOfMonth())
        lines.append((when, interest.amount(), principal.amount(), coupon.nominal() - principal.amount()))
    return lines


def of_fibercap() -> list[tuple[date, float, float, float]]:
    """Return the same of a schedule."""
    made = schedule(LOAN)
    amounts = [made.values[key].tolist() for key in ("interest", "principal", "closing")]
    return list(zip(made.dates, *amounts, strict=True))[1:]


def one_schedule() -> None:
    """One dated schedule of 360 payments, every line of it."""
    ours, theirs = of_fibercap(), of_quantlib()
    assert len(ours) == len(theirs) == PAYMENTS
    assert [line[0] for line in ours] == [line[0] for line in theirs]
    worst = max(abs(a[3] - b[3]) for a, b in zip(ours, theirs, strict=True))
    mine, other = in_turns(of_fibercap, of_quantlib, 60)
    print(f"one schedule of {PAYMENTS} payments: {1e3 * mine:.2f} ms; QuantLib's bond: {1e3 * other:.2f} ms")
    print(f"  = {other / mine:.2f} times as fast; balances differ by at most {worst:.1e} USD")


def many_loans() -> None:
    """100,000 loans in chunks that fit the cache, beside loops over loans and payments."""
    random = np.random.default_rng(1)
    amounts, rates = random.uniform(1e5, 1e7, MANY), random.uniform(0.02, 0.15, MANY)

    def ours() -> float:
        total = 0.0
        for first in range(0, MANY, CHUNK):
            part = slice(first, first + CHUNK)
            steps = Steps((rates[part, None],))
            loan = LOAN.model_copy(update={"commitment": amounts[part, None], "rate": steps})
            lines = schedule(loan).values
            total += float(lines["interest"].sum()) + float(lines["principal"].sum())
        return total

    def loop_of(ipmt: Callable[..., Any], ppmt: Callable[..., Any], count: int) -> float:
        total = 0.0
        for amount, rate in zip(amounts[:count], rates[:count], strict=True):
            for number in range(1, PAYMENTS + 1):
                total += ipmt(rate / 12, number, PAYMENTS, -amount)
                ppmt(rate / 12, number, PAYMENTS, -amount)
        return total

    def rows_of_numpy(count: int) -> float:
        numbers, total = np.arange(1, PAYMENTS + 1), 0.0
        for amount, rate in zip(amounts[:count], rates[:count], strict=True):
            total += float(npf.ipmt(rate / 12, numbers, PAYMENTS, -amount).sum())
            npf.ppmt(rate / 12, numbers, PAYMENTS, -amount)
        return total

    mine = seconds(ours, 3) / MANY
    print(f"{MANY:,} loans of {PAYMENTS} payments by {CHUNK}: {1e6 * mine:.1f} microseconds each")
    for name, count, run in (
        ("pyxirr, a loop over loans and payments", 500, lambda: loop_of(pyxirr.ipmt, pyxirr.ppmt, 500)),
        ("numpy-financial, a loop over loans and payments", 5, lambda: loop_of(npf.ipmt, npf.ppmt, 5)),
        ("numpy-financial, a loop over loans, payments as an array", 500, lambda: rows_of_numpy(500)),
    ):
        each = seconds(run, 3) / count
        print(f"  {name}: {1e6 * each:,.0f} microseconds each = {each / mine:.0f} times as long")
    print(f"  peak memory of this process: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:,.0f} MB")


def many_rates() -> None:
    """100,000 internal rates of return of 61 flows, and dated ones."""
    random = np.random.default_rng(2)
    flows = random.uniform(0.5, 3.0, (SERIES, FLOWS))
    flows[:, 0] = -random.uniform(20.0, 60.0, SERIES)
    few = flows[:5000]
    mine, each = in_turns(lambda: irr(flows), lambda: [pyxirr.irr(series) for series in few], 15)
    mine, each = mine / SERIES, each / len(few)
    worst = np.nanmax(np.abs(irr(few) - np.array([pyxirr.irr(series) for series in few])))
    print(f"{SERIES:,} IRRs of {FLOWS} flows: {1e6 * mine:.2f} microseconds each; pyxirr's loop {1e6 * each:.1f}")
    print(f"  = {each / mine:.1f} times as fast; they differ by at most {worst:.1e}")
    several = [-1.0, 6.0, -11.0, 6.0]
    print(f"  flows {several} have three rates: fibercap {irr(np.array(several))}, numpy-financial {npf.irr(several)}")
    days = [date(2001, 1, 1 + 0), *(date.fromordinal(date(2001, 1, 1).toordinal() + 91 * k) for k in range(1, FLOWS))]
    mine, each = in_turns(lambda: xirr(days, flows), lambda: [pyxirr.xirr(days, series) for series in few], 15)
    mine, each = mine / SERIES, each / len(few)
    worst = np.nanmax(np.abs(xirr(days, few) - np.array([pyxirr.xirr(days, series) for series in few])))
    print(f"{SERIES:,} XIRRs of {FLOWS} flows: {1e6 * mine:.2f} microseconds each; pyxirr's loop {1e6 * each:.1f}")
    print(f"  = {each / mine:.1f} times as fast; they differ by at most {worst:.1e}")


def main() -> None:
    one_schedule()
    many_loans()
    many_rates()


if __name__ == "__main__":
    main()
