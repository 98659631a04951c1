"""Measures by which lenders judge: cover of service, of loans over their life, of interest; debt to EBITDA; gearing."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from fibercap.model.covenant import AT_PAYMENTS
from fibercap.model.measure import HIGHER, LOWER, Measure, extreme, made, to_maturity_text, undefined
from fibercap.model.run_off import RUN_OFF

if TYPE_CHECKING:
    from fibercap.model.projection import Projection

NEVER_OWED = "no debt is owed after any payment or draw"
NO_SERVICE = "no debt service within the horizon"


def _lowest(projection: Projection, name: str, label: str, row: str, known: str, reason: str) -> Measure:
    """Return the lowest of a row; `known` is a formula that is 1 where it is defined at all, else 0."""
    values, when = extreme(projection, row)
    found = made(name, label, "", f"MIN({{{row}}}) / {known}", values, reason=reason, better=HIGHER)
    return replace(found, when=when)


def _any(row: str) -> str:
    """Return the formula that is 1 where a row is not zero throughout."""
    return f"IF(SUM({{{row}}}) > 0, 1, 0)"


def min_dscr(projection: Projection) -> Measure:
    """Lowest of the calendar years' CFADS / debt service, all loans; years without debt service are left out.

    Source
    ------
    finance.md, section 6: interest, recurring fees and scheduled principal paid, balloons included.
    """
    return _lowest(projection, "min_dscr", "Lowest DSCR", "accounts.dscr", _any("accounts.has_dscr"), NO_SERVICE)


def average_dscr(projection: Projection) -> Measure:
    """Mean of the calendar years' DSCR, years without debt service left out. Source: finance.md, section 6."""
    ratio, years = projection.value("accounts.dscr"), projection.value("accounts.has_dscr").sum(axis=-1)
    values = np.divide(np.nansum(ratio, axis=-1), years, out=undefined(projection), where=years > 0)
    formula = "SUM({accounts.dscr}) / SUM({accounts.has_dscr})"
    return made("average_dscr", "Average DSCR", "", formula, values, reason=NO_SERVICE, better=HIGHER)


def loan_min_dscr(projection: Projection, loan: str) -> Measure:
    """Lowest DSCR of one loan over its payment intervals: CFADS since the payment before / its own service.

    Source
    ------
    finance.md, section 6: over the model periods after the previous payment's through this payment's.
    """
    label = f"Lowest DSCR of {loan}, by payment"
    at = f"loans.{loan}"
    return _lowest(projection, f"min_dscr.{loan}", label, f"{at}.dscr", _any(f"{at}.service"), NO_SERVICE)


def _life_cover(projection: Projection, ratio: str) -> Measure:
    """Return the lowest of a ratio of later cash flow to debt, in the run-off too where a loan outlives the horizon."""
    name, label, row = f"min_{ratio}", f"Lowest {ratio.upper()}", f"accounts.{ratio}{AT_PAYMENTS}"
    values, when = extreme(projection, row, past_horizon=True)
    parts = ["", f"{RUN_OFF}."] if projection.run_off else [""]
    owed = " + ".join(
        f"SUM({{{part}accounts.debt_moves}} * IF(ROUND({{{part}accounts.debt}}, 2) > 0, 1, 0))" for part in parts
    )
    formula = f"MIN({to_maturity_text(projection, row)}) / IF({owed} > 0, 1, 0)"
    return replace(made(name, label, "", formula, values, reason=NEVER_OWED, better=HIGHER), when=when)


def min_llcr(projection: Projection) -> Measure:
    """Lowest LLCR at the end of a period with a payment or a draw: worth of CFADS to the last payment / all debt owed.

    Source
    ------
    docs/conventions.md, section 7; discounted at the debt-weighted rate of each period, in the run-off too.
    Why not at every period's end: docs/decisions/cover-over-life.md.
    """
    return _life_cover(projection, "llcr")


def min_plcr(projection: Projection) -> Measure:
    """Lowest PLCR at the end of a period with a payment or a draw: worth of all later CFADS / all debt owed.

    Source
    ------
    docs/conventions.md, section 7; discounted as the LLCR is, to the end of the run-off where there is one.
    """
    return _life_cover(projection, "plcr")


def min_interest_cover(projection: Projection) -> Measure:
    """Lowest of the calendar years' EBITDA / interest accrued. Source: finance.md, section 7."""
    reason = "no interest accrues within the horizon"
    row, known = "accounts.interest_cover", _any("accounts.interest_accrued")
    return _lowest(projection, "min_interest_cover", "Lowest interest cover", row, known, reason)


def max_debt_to_ebitda(projection: Projection) -> Measure:
    """Highest of the calendar years' debt at the end / EBITDA. Source: finance.md, section 7."""
    row = "accounts.debt_to_ebitda"
    values, when = extreme(projection, row, highest=True)
    earned, lost = (
        f"SUM({{time.closes_year}} * IF({{accounts.ebitda_in_year}} {sign} 0, {what}, 0))"
        for sign, what in ((">", "1"), ("<=", "{accounts.debt}"))
    )
    reason, formula = "EBITDA is not positive in any year", f"MAX({{{row}}}) / IF(AND({earned} > 0, {lost} <= 0), 1, 0)"
    name, label = "max_debt_to_ebitda", "Highest debt to EBITDA"
    loss = (projection.value("accounts.ebitda_in_year") <= 0) & (projection.value("accounts.debt") > 0)
    if (loss & (projection.value("time.closes_year") > 0)).any():
        values = np.where((loss & (projection.value("time.closes_year") > 0)).any(axis=-1), np.nan, values)
        reason = "EBITDA is not positive in a year that ends with debt"
    return replace(made(name, label, "", formula, values, reason=reason, better=LOWER), when=when)


def gearing(projection: Projection) -> Measure:
    """Share of all that funding pays for, projects and purchases, that loans pay. Source: own definition, glossary."""
    plan = projection.scenario
    loans = [f"funding.{key}.{name}" for key, f in plan.funding.items() for name in f.sources if name in plan.loans]
    uses = [f"funding.{key}.uses" for key in plan.funding]
    lent, spent = (
        sum((projection.value(row).sum(axis=-1) for row in rows), start=np.zeros(projection.draws))
        for rows in (loans, uses)
    )
    values = np.divide(lent, spent, out=undefined(projection), where=spent > 0)
    above, below = (" + ".join(f"SUM({{{row}}})" for row in rows) or "0" for rows in (loans, uses))
    formula = f"({above}) / ({below})" if uses and loans else ""
    return made("gearing", "Gearing", "", formula, values, reason="no funding pays for anything", better=LOWER)
