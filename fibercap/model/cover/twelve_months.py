"""Cover and leverage over the twelve months to each period's end, and by year, as covenants test them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from fibercap.core.formulas.rows import Row
from fibercap.core.formulas.sheet import Sheet, total
from fibercap.core.language.names import key_in_words
from fibercap.core.period_names import DECEMBER
from fibercap.core.timeline import FLOW, STOCK
from fibercap.model.cash.ranks import has_rank_rows, ranks_of
from fibercap.model.cash.trifle import trifle_of
from fibercap.model.loans.covenants.covenant import AT_PAYMENTS
from fibercap.model.plants.products_and_time import year_ends_text

if TYPE_CHECKING:
    from fibercap.core.timeline import Timeline
    from fibercap.core.units import Array
    from fibercap.model.plan.plan import Plan

MONTHS: Final = 12
OVER: Final = "_12m"
"""Suffix of rows over the last twelve months."""
AT_QUARTERS: Final = "_at_quarters"
"""Suffix of ratios that are defined only at the ends of calendar quarters."""
YEARLY: Final = {f"accounts.{key}": f"accounts.{key}{OVER}" for key in ("dscr", "interest_cover", "debt_to_ebitda")}
"""Ratios of full years, each with the row of the same ratio over twelve months at every period's end."""
LEVERAGE: Final = ("accounts.debt_to_ebitda", "accounts.debt_to_ebitda_12m")
"""Ratios that break every limit, instead of being undefined, if debt is owed and EBITDA is not positive."""
NO_EBITDA: Final = "accounts.debt_without_ebitda"
SUMS: Final = {
    "cfads": "CFADS over twelve months",
    "cfads_before_capex": "CFADS before capex, over twelve months",
    "debt_service": "Debt service over twelve months",
    "ebitda": "EBITDA over twelve months",
    "gross_profit": "Gross profit over twelve months",
    "interest_to_cover": "Interest to cover, over twelve months",
    "revenue": "Revenue over twelve months",
}
NO_YEAR: Final = "twelve months of the horizon are not over"
NO_SERVICE: Final = "no debt service is due"
NO_INTEREST: Final = "no interest accrues that funding does not pay"
NOT_EARNED: Final = "EBITDA is not positive"
NOTHING_SOLD: Final = "nothing is sold"


def calendar_rows(sheet: Sheet, timeline: Timeline) -> None:
    """Write flags of the periods in which a quarter, half-year or year ends, which `test` of a covenant uses.

    Writes `time.ends_quarter`, `time.ends_half_year` and `time.ends_year`. Quarters are those of the calendar; years
    and their halves are those of the business where the plan has business years.

    Parameters
    ----------
    sheet, timeline : Sheet, Timeline
        The sheet that gets the rows, and its periods.

    Source
    ------
    docs/conventions.md, section 1.
    """
    kind, year_ends = timeline.year_kind.removesuffix(" year"), timeline.year_ends
    for key, label, months, ends in (
        ("quarter", "calendar quarter", 3, DECEMBER),
        ("half_year", f"{kind} half-year", 6, year_ends),
        ("year", f"{kind} year", 12, year_ends),
    ):
        length = "{time.months_in_year}" if months == MONTHS else f"({{time.months_in_year}} / {MONTHS // months})"
        text = f"IF({year_ends_text(ends, '{time.end}', length)}, 1, 0)"
        sheet.line(Row(f"time.ends_{key}", f"A {label} ends", "", FLOW, text))


def twelve_month_rows(sheet: Sheet, plan: Plan) -> None:
    """Write cover of debt service and of interest, debt to EBITDA and margins, over twelve months and by year.

    Writes `accounts.<flow>_12m`, `accounts.dscr_12m`, `dscr_before_capex_12m`, `interest_cover_12m`,
    `debt_to_ebitda_12m`, `gross_margin_12m`, `ebitda_margin_12m`, `loans.<l>.dscr_12m`, and `accounts.dscr`,
    `interest_cover`, `debt_to_ebitda` of whole years.

    Parameters
    ----------
    sheet, plan : Sheet, Plan
        The sheet that has the accounts and gets the rows, and the plan.

    Source
    ------
    docs/conventions.md, section 6: each ratio is measured at a period's end over the twelve months to it; it is
    undefined until twelve months of the horizon are over.
    """
    count, trifle = MONTHS // plan.timeline.months, trifle_of(sheet)
    for key, label in SUMS.items():
        _sum_row(sheet, f"accounts.{key}", label, plan.currency, count)
    for key, label, above, below, why in (
        ("dscr", "DSCR", "cfads_12m", "debt_service_12m", NO_SERVICE),
        ("dscr_before_capex", "DSCR before capex", "cfads_before_capex_12m", "debt_service_12m", NO_SERVICE),
        ("interest_cover", "Interest cover", "ebitda_12m", "interest_to_cover_12m", NO_INTEREST),
        ("debt_to_ebitda", "Debt to EBITDA", "debt", "ebitda_12m", NOT_EARNED),
        ("gross_margin", "Gross margin", "gross_profit_12m", "revenue_12m", NOTHING_SOLD),
        ("ebitda_margin", "EBITDA margin", "ebitda_12m", "revenue_12m", NOTHING_SOLD),
    ):
        counts = f"IF(AND({{time.period}} >= {count}, {trifle.counts_text(f'{{accounts.{below}}}')}), 1, 0)"
        text = f"{{accounts.{above}}} / ({{accounts.{below}}} * {counts})"
        words, undefined = f"{label} over twelve months", f"{why}, or {NO_YEAR}"
        sheet.line(Row(f"accounts.{key}{OVER}", words, "", STOCK, text, undefined=undefined))
    _rank_cover_rows(sheet, plan, count)
    _no_ebitda_row(sheet, count)
    _year_rows(sheet, count, plan.timeline.year_kind)
    _rows_at_dates(sheet, plan)


def _sum_row(sheet: Sheet, path: str, label: str, money: str, count: int) -> None:
    """Write `<path>_12m`, the sum of a flow over the last `count` periods, fewer at the start."""
    text = f"{{{path}}}"
    if count > 1:
        text = f"{{{path}{OVER}@-1}} + {{{path}}} - {{{path}@-{count}}}"
    # the formula sums differences from the start, which would leave rounding errors where the flow is zero
    sheet.put(Row(f"{path}{OVER}", label, money, STOCK, text), _sum_of_last(sheet.value(path), count))


def _sum_of_last(flow: Array, count: int) -> Array:
    """Return the sum of a flow over the last `count` periods, fewer at the start, (..., period)."""
    cumulative: Array = np.cumsum(flow, axis=-1)
    result = np.array(cumulative)
    result[..., count:] -= cumulative[..., :-count]
    return result


def _rank_cover_rows(sheet: Sheet, plan: Plan, count: int) -> None:
    """Write `ranks.<n>.cfads_12m`, `service_12m` and `dscr_12m`: cover of a rank by what higher ranks leave."""
    for rank in ranks_of(plan) if has_rank_rows(plan) else ():
        prefix = f"ranks.{rank}"
        for key, label in (("cfads", "CFADS less the service of higher ranks"), ("service", "debt service")):
            _sum_row(sheet, f"{prefix}.{key}", f"Rank {rank}: {label}, over twelve months", plan.currency, count)
        serves = trifle_of(sheet).counts_text(f"{{{prefix}.service{OVER}}}")
        counts = f"IF(AND({{time.period}} >= {count}, {serves}), 1, 0)"
        text = f"{{{prefix}.cfads{OVER}}} / ({{{prefix}.service{OVER}}} * {counts})"
        label, undefined = f"Rank {rank}: DSCR over twelve months", f"{NO_SERVICE}, or {NO_YEAR}"
        sheet.line(Row(f"{prefix}.dscr{OVER}", label, "", STOCK, text, undefined=undefined))


def _no_ebitda_row(sheet: Sheet, count: int) -> None:
    """Write a flag of debt with an EBITDA of twelve months that is not positive, which breaks every limit."""
    owes, earns = (trifle_of(sheet).counts_text(f"{{accounts.{key}}}") for key in ("debt", "ebitda_12m"))
    text = f"IF(AND({{time.period}} >= {count}, {owes}), IF({earns}, 0, 1), 0)"
    sheet.line(Row(NO_EBITDA, "Debt is owed, and EBITDA of twelve months is not positive", "", STOCK, text))


def _year_rows(sheet: Sheet, count: int, kind: str) -> None:
    """Write the ratios of full calendar or business years, which are those over the twelve months to a year's end."""
    for path, over_twelve in YEARLY.items():
        of = sheet.rows[over_twelve]
        label = of.label.replace("over twelve months", f"of the {kind}")
        why = f"{of.undefined.partition(', or')[0]}, or no whole {kind} ends"
        text = f"{{{over_twelve}}} / {{time.ends_year}}"
        sheet.line(Row(path, label, "", STOCK, text, undefined=why))
    trifle = trifle_of(sheet)
    served = trifle.counts_text("{accounts.debt_service_12m}")
    text = f"IF(AND({{time.ends_year}} > 0, {{time.period}} >= {count}, {served}), 1, 0)"
    sheet.line(Row("accounts.has_dscr", "Whole year with debt service", "", FLOW, text))
    text = f"{{accounts.cfads}} / {trifle.counted_text('{accounts.debt_service}')}"
    sheet.line(Row("accounts.period_dscr", "DSCR of the period", "", STOCK, text, undefined=NO_SERVICE))


def _rows_at_dates(sheet: Sheet, plan: Plan) -> None:
    """Write the ratios at test dates: at the ends of periods with a payment, and of calendar quarters."""
    paid = [f"loans.{name}.has_payment" for name in plan.loans]
    sheet.line(Row("accounts.has_payment", "A payment on a loan", "", FLOW, f"IF({total(paid)} > 0, 1, 0)"))
    for key in ("dscr", "interest_cover"):
        _row_at_dates(sheet, f"accounts.{key}{OVER}", AT_PAYMENTS, "at payments", "accounts.has_payment")
    _row_at_dates(sheet, f"accounts.debt_to_ebitda{OVER}", AT_QUARTERS, "at ends of quarters", "time.ends_quarter")
    for name, loan in plan.loans.items():
        cover = f"ranks.{loan.rank}.dscr{OVER}" if has_rank_rows(plan) else f"accounts.dscr{OVER}"
        path, of = f"loans.{name}.dscr{OVER}", sheet.rows[f"accounts.dscr{OVER}"]
        label = f"{loan.title or key_in_words(name)}: {of.label}"
        sheet.line(Row(path, label, "", STOCK, f"{{{cover}}}", undefined=of.undefined))
        _row_at_dates(sheet, path, AT_PAYMENTS, "at its payments", f"loans.{name}.has_payment")


def _row_at_dates(sheet: Sheet, path: str, suffix: str, words: str, flag: str) -> None:
    """Write a ratio that is defined only in the periods where a flag is 1."""
    of = sheet.rows[path]
    why = f"{of.undefined}, or no date of it falls in the period"
    sheet.line(Row(f"{path}{suffix}", f"{of.label}, {words}", "", STOCK, f"{{{path}}} / {{{flag}}}", undefined=why))
