"""Measures for lenders: DSCR, cover over the loans' life, interest cover, debt to EBITDA, gearing."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from fibercap.model.cover.twelve_months import AT_QUARTERS, NO_EBITDA, NO_YEAR, OVER, YEARLY
from fibercap.model.horizon.run_off import RUN_OFF
from fibercap.model.loans.covenants.covenant import AT_PAYMENTS
from fibercap.model.measures.measure import HIGHER, LOWER, Measure
from fibercap.model.measures.parts import (
    debt_service_cover,
    extreme_of_row,
    headline,
    make_measure,
    to_maturity_text,
    undefined_values,
)

if TYPE_CHECKING:
    from fibercap.model.projection import Projection

NEVER_OWED = "no debt is owed after any payment or draw"
NO_SERVICE = "no debt service within the horizon"
NO_INTEREST = "no interest accrues within the horizon that funding does not pay"
TOO_EARLY = "no payment falls once twelve months of the horizon are over"


def _lowest_ratio(projection: Projection, name: str, label: str, row: str) -> Measure:
    """Return the lowest value of a ratio: over twelve months to the last payment, by year in the horizon."""
    values, when = extreme_of_row(projection, row, to_maturity=row not in YEARLY)
    text = f"{{{row}}}" if row in YEARLY else to_maturity_text(projection, row)
    return replace(make_measure(name, label, "", f"MIN({text})", values, better=HIGHER), when=when)


def _no_whole_year(projection: Projection) -> str:
    """Return the reason why a ratio of full years is undefined in all of them."""
    return f"the horizon has no whole {projection.timeline.year_kind} with it"


def _with_reason(measure: Measure, projection: Projection, due: str, never: str, late: str) -> Measure:
    """Return a measure with its reason if it is undefined: `never` if nothing is due in any period, else `late`."""
    if not measure.reason:
        return measure
    return replace(measure, reason=late if projection.trifle.counts(projection.value(due)).any() else never)


@headline
@debt_service_cover
def min_dscr(projection: Projection) -> Measure:
    """Lowest DSCR over twelve months, all loans, at the ends of periods in which a payment falls.

    Source
    ------
    docs/conventions.md, section 6.
    """
    measure = _lowest_ratio(projection, "min_dscr", "Lowest DSCR over 12 months", f"accounts.dscr{OVER}{AT_PAYMENTS}")
    return _with_reason(measure, projection, "accounts.debt_service", NO_SERVICE, TOO_EARLY)


@debt_service_cover
def loan_min_dscr(projection: Projection, loan: str) -> Measure:
    """Lowest DSCR over twelve months, all loans, at the ends of periods in which a payment of one loan falls.

    Parameters
    ----------
    projection : Projection
        Has the rows.
    loan : str
        Name of the loan.

    Source
    ------
    docs/conventions.md, section 6.
    """
    label = f"Lowest DSCR at payments of {projection.scenario.loan_title(loan)}"
    row = f"loans.{loan}.dscr{OVER}{AT_PAYMENTS}"
    measure = _lowest_ratio(projection, f"min_dscr.{loan}", label, row)
    return _with_reason(measure, projection, f"loans.{loan}.service", NO_SERVICE, TOO_EARLY)


@debt_service_cover
def min_dscr_by_year(projection: Projection) -> Measure:
    """Lowest DSCR of a whole calendar or business year, all loans; years without debt service are left out.

    Source
    ------
    docs/conventions.md, section 6.
    """
    name, label, row = "min_dscr_by_year", f"Lowest DSCR by {projection.timeline.year_kind}", "accounts.dscr"
    measure = _lowest_ratio(projection, name, label, row)
    return _with_reason(measure, projection, "accounts.debt_service", NO_SERVICE, _no_whole_year(projection))


@debt_service_cover
def average_dscr(projection: Projection) -> Measure:
    """CFADS / debt service, both added up over the whole years, calendar or business, in which debt is served.

    Source
    ------
    docs/conventions.md, section 6.
    """
    years = projection.value("accounts.has_dscr")
    cash, due = ((projection.value(f"accounts.{key}{OVER}") * years).sum(axis=-1) for key in ("cfads", "debt_service"))
    values = np.divide(cash, due, out=undefined_values(projection), where=projection.trifle.sum_counts(due))
    above, below = (f"SUM({{accounts.{key}{OVER}}} * {{accounts.has_dscr}})" for key in ("cfads", "debt_service"))
    text = f"{above} / {projection.trifle.counted_text(below)}"
    measure = make_measure("average_dscr", "Average DSCR", "", text, values, better=HIGHER)
    return _with_reason(measure, projection, "accounts.debt_service", NO_SERVICE, _no_whole_year(projection))


def _life_cover(projection: Projection, ratio: str) -> Measure:
    """Return the lowest LLCR or PLCR, in the run-off too if a loan matures after the horizon."""
    name, label, row = f"min_{ratio}", f"Lowest {ratio.upper()}", f"accounts.{ratio}{AT_PAYMENTS}"
    values, when = extreme_of_row(projection, row, to_maturity=True)
    counts = projection.trifle.counts_text
    parts = ["", f"{RUN_OFF}."] if projection.run_off else [""]
    owed = " + ".join(
        f"SUM({{{part}accounts.debt_moves}} * IF({counts(f'{{{part}accounts.debt}}')}, 1, 0))" for part in parts
    )
    formula = f"MIN({to_maturity_text(projection, row)}) / IF({owed} > 0, 1, 0)"
    return replace(make_measure(name, label, "", formula, values, reason=NEVER_OWED, better=HIGHER), when=when)


@headline
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
    """Lowest EBITDA / interest accrued over twelve months, at the ends of periods in which a payment falls.

    Source
    ------
    docs/conventions.md, section 6: interest that funding pays is left out.
    """
    name, label, row = "min_interest_cover", "Lowest interest cover, 12 months", f"accounts.interest_cover{OVER}"
    measure = _lowest_ratio(projection, name, label, f"{row}{AT_PAYMENTS}")
    return _with_reason(measure, projection, "accounts.interest_to_cover", NO_INTEREST, TOO_EARLY)


def min_interest_cover_by_year(projection: Projection) -> Measure:
    """Lowest EBITDA / interest accrued of a whole calendar or business year; interest that funding pays is left out.

    Source
    ------
    docs/conventions.md, section 6.
    """
    name, label = "min_interest_cover_by_year", "Lowest interest cover by year"
    measure = _lowest_ratio(projection, name, label, "accounts.interest_cover")
    return _with_reason(measure, projection, "accounts.interest_to_cover", NO_INTEREST, _no_whole_year(projection))


def max_debt_to_ebitda(projection: Projection) -> Measure:
    """Highest debt / EBITDA of twelve months at the ends of calendar quarters.

    Source
    ------
    docs/conventions.md, section 6: where debt is owed and EBITDA is not positive, it is beyond any limit.
    """
    name, label, row = "max_debt_to_ebitda", "Highest debt to EBITDA, 12 months", f"accounts.debt_to_ebitda{OVER}"
    return _highest_leverage(projection, name, label, f"{row}{AT_QUARTERS}", "quarter")


def max_debt_to_ebitda_by_year(projection: Projection) -> Measure:
    """Highest debt at the end of a whole calendar or business year / its EBITDA.

    Source
    ------
    docs/conventions.md, section 6: where debt is owed and EBITDA is not positive, it is beyond any limit.
    """
    name, label = "max_debt_to_ebitda_by_year", "Highest debt to EBITDA by year"
    return _highest_leverage(projection, name, label, "accounts.debt_to_ebitda", "year")


def _highest_leverage(projection: Projection, name: str, label: str, row: str, each: str) -> Measure:
    """Return the highest debt to EBITDA; undefined if EBITDA is not positive while debt is owed."""
    values, when = extreme_of_row(projection, row, highest=True)
    flag = f"time.ends_{each}"
    is_beyond_limit = np.asarray(((projection.value(NO_EBITDA) > 0) & (projection.value(flag) > 0)).any(axis=-1))
    formula = f"MAX({{{row}}}) / IF(SUM({{{flag}}} * {{{NO_EBITDA}}}) > 0, 0, 1)"
    reason = f"EBITDA is not positive at the end of any {each}, or {NO_YEAR}"
    if is_beyond_limit.any():
        values = np.where(is_beyond_limit, np.nan, values)
        reason = f"EBITDA of twelve months is not positive at the end of a {each} with debt"
    measure = make_measure(name, label, "", formula, values, reason=reason, better=LOWER)
    return replace(measure, when=when if not is_beyond_limit[0] else "", breaks_any_limit=is_beyond_limit)


def gearing(projection: Projection) -> Measure:
    """Share of all that funding pays for, projects and purchases, that loans pay. Source: own definition, glossary."""
    plan = projection.scenario
    loans = [f"funding.{key}.{name}" for key, f in plan.funding.items() for name in f.sources if name in plan.loans]
    uses = [f"funding.{key}.uses" for key in plan.funding]
    lent, spent = (
        sum((projection.value(row).sum(axis=-1) for row in rows), start=np.zeros(projection.samples))
        for rows in (loans, uses)
    )
    values = np.divide(lent, spent, out=undefined_values(projection), where=projection.trifle.sum_counts(spent))
    above, below = (" + ".join(f"SUM({{{row}}})" for row in rows) or "0" for rows in (loans, uses))
    formula = f"({above}) / {projection.trifle.counted_text(f'({below})')}" if uses and loans else ""
    return make_measure("gearing", "Gearing", "", formula, values, reason="no funding pays for anything", better=LOWER)
