"""Tax: one taxpayer, assessed by calendar year, losses carried forward."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from fibercap.core.rows import Row
from fibercap.core.sheet import Sheet
from fibercap.core.timeline import FLOW, STOCK, Timeline
from fibercap.model.market import series_row

if TYPE_CHECKING:
    from fibercap.core.units import Array
    from fibercap.model.plan import Plan

YEAR = 12


@dataclass(frozen=True)
class Assessment:
    """What a year's tax rests on, each (..., period): income and tax since the year began, and losses. [money]"""

    income: Array
    usable: Array
    used: Array
    losses: Array
    to_date: Array
    tax: Array
    made: Array
    gone: Array


def within_year(values: Array, timeline: Timeline) -> Array:
    """Add up a flow from the start of each calendar year, (..., period)."""
    total = np.cumsum(values, axis=-1)
    result = total.copy()
    for part in timeline.groups("year").values():
        if part.start:
            result[..., part] -= total[..., part.start - 1 : part.start]
    return result


class Losses:
    """Losses made and gone by the end of the year before, and what they do to the tax of a year."""

    def __init__(self, plan: Plan) -> None:
        self._rules = plan.tax
        self._made, self._gone = plan.opening.tax_losses, np.asarray(0.0)
        self._history = [self._made]  # losses ever made, by the end of each year before

    def within(self, income: Array) -> tuple[Array, Array, Array, Array]:
        """Return usable losses, used ones, and losses made and gone to date, at an income since the year began.

        Parameters
        ----------
        income : (..., moment)
            Pretax income since the year began, at one or more moments of that year. [money]

        Source
        ------
        docs/conventions.md, section 6.
        """
        usable = self._made - self._gone
        used = np.minimum(usable, self._rules.use_at_most * np.maximum(income, 0.0))
        return usable + 0.0 * income, used, self._made + np.maximum(-income, 0.0), self._gone + used

    def close(self, made: Array, gone: Array) -> Array:
        """End a year with what was made and gone by then; unused losses of a year expire. Return what is gone."""
        years = self._rules.expire // YEAR
        if years and len(self._history) >= years:
            gone = np.maximum(gone, self._history[-years])
        self._made, self._gone = made, gone
        self._history.append(made)
        return gone


def assess(plan: Plan, income: Array, rate: Array) -> Assessment:
    """Return the tax on pretax income by calendar year.

    Parameters
    ----------
    plan : Plan
        Gives the timeline and the rules for losses.
    income : (period,) or (draw, period)
        Pretax income. [money]
    rate : (period,) or (draw, period)
        Tax rate. [1]

    Source
    ------
    docs/conventions.md, section 6. Losses leave first in, first out; unused ones expire at the end of the year
    that many years later.
    """
    timeline = plan.timeline
    ytd, losses_ = within_year(income, timeline), Losses(plan)
    drawn = [np.shape(amount)[:-1] for amount in (plan.opening.tax_losses, plan.tax.use_at_most)]
    shape = np.broadcast_shapes(ytd.shape, *((*draws, timeline.count) for draws in drawn))
    usable, used, made, gone = (np.zeros(shape) for _ in range(4))
    for part in timeline.groups("year").values():
        usable[..., part], used[..., part], made[..., part], gone[..., part] = losses_.within(ytd[..., part])
        last = slice(part.stop - 1, part.stop)
        if timeline.dates[part.stop - 1].month == YEAR:  # a horizon may end within a year, which goes on
            gone[..., last] = losses_.close(made[..., last], gone[..., last])
    losses = made - gone
    to_date = rate * (np.maximum(ytd, 0.0) - used)
    first = np.concatenate([[True], np.diff([day.year for day in timeline.dates]) > 0])
    earlier = np.where(first, 0.0, np.roll(to_date, 1, axis=-1))
    return Assessment(ytd, usable, used, losses, to_date, to_date - earlier, made, gone)


def tax_rows(sheet: Sheet, plan: Plan, at: str, label: str, income: tuple[str, Array]) -> Array:
    """Write the assessment of one income under `<at>.`; return the tax, (..., period). [money]"""
    timeline, money = plan.timeline, plan.currency
    rate = sheet.value("inputs.tax.rate")
    found = assess(plan, income[1], rate)
    losses = sheet.give("inputs.opening.tax_losses", money, plan.opening.tax_losses)
    most = sheet.give("inputs.tax.use_at_most", "", plan.tax.use_at_most)
    new, total = "{time.opens_year} > 0", f"{{{at}.income_in_year}}"
    gone = f"IF({new}, {{{at}.losses_gone@-1}}, {{{at}.losses_gone_before_year@-1}})"
    made = f"IF({new}, {{{at}.losses_made@-1}}, {{{at}.losses_made_before_year@-1}})"
    before_made = _at_start(timeline, found.made, plan.opening.tax_losses)
    before_gone = _at_start(timeline, found.gone, np.asarray(0.0))
    expired = ""
    if plan.tax.expire:
        back, first = plan.tax.expire // timeline.months, next(iter(timeline.groups("year").values()))
        since = first.stop + back - YEAR // timeline.months  # the first year may be a part of one
        expired = f"IF(AND({{time.closes_year}} > 0, {{time.period}} >= {since}), {{{at}.losses_made@-{back}}}, 0)"
    gone_text = f"{{{at}.losses_gone_before_year}} + {{{at}.losses_used}}"
    usable = f"{{{at}.losses_made_before_year}} - {{{at}.losses_gone_before_year}}"
    gone_text = f"MAX({gone_text}, {expired})" if expired else gone_text
    income_text = f"IF({new}, 0, {{{at}.income_in_year@-1}}) + {income[0]}"
    taxed = f"{{inputs.tax.rate}} * (MAX({total}, 0) - {{{at}.losses_used}})"
    used, made_text = f"MIN({usable}, {most} * MAX({total}, 0))", f"{{{at}.losses_made_before_year}} + MAX(-{total}, 0)"
    left = f"{{{at}.losses_made}} - {{{at}.losses_gone}}"
    change = f"{{{at}.tax_in_year}} - IF({new}, 0, {{{at}.tax_in_year@-1}})"
    rows = (
        ("income_in_year", "taxable income since the year began", STOCK, income_text, "0", found.income),
        ("losses_made_before_year", "losses made before the year", STOCK, made, losses, before_made),
        ("losses_gone_before_year", "losses used or expired before the year", STOCK, gone, "0", before_gone),
        ("losses_used", "losses used since the year began", STOCK, used, "0", found.used),
        ("losses_made", "losses made to date", STOCK, made_text, losses, found.made),
        ("losses_gone", "losses used or expired to date", STOCK, gone_text, "0", found.gone),
        ("losses", "losses carried forward", STOCK, left, losses, found.losses),
        ("tax_in_year", "tax since the year began", STOCK, taxed, "0", found.to_date),
        ("tax", "tax", FLOW, change, "0", found.tax),
    )
    # losses rest on income and on losses of years before: their formulas go from column to column, the kernel by years
    for key, words, nature, text, before, value in rows:
        reads = ("tax.expire",) if key == "losses_gone" else ()
        sheet.put(Row(f"{at}.{key}", f"{label}: {words}", money, nature, text, before, reads=reads), value)
    return found.tax


def _at_start(timeline: Timeline, values: Array, opening: Array) -> Array:
    """Return what stood at the end of the period before each year, (..., period)."""
    years = timeline.groups("year").values()
    starts = np.concatenate([np.full(part.stop - part.start, part.start) for part in years])
    padded = np.concatenate([np.broadcast_to(opening, (*values.shape[:-1], 1)), values], axis=-1)
    return padded[..., starts]


def paid_row(sheet: Sheet, plan: Plan, path: str, label: str, tax: str) -> None:
    """Write the tax paid: what the row `tax` accrued `lag` earlier."""
    periods = plan.tax.lag // plan.timeline.months
    text = f"{{{tax}@-{periods}}}" if periods else f"{{{tax}}}"
    sheet.line(Row(path, label, plan.currency, FLOW, text, reads=("tax.lag",)))


def rate_row(sheet: Sheet, plan: Plan) -> None:
    """Write the tax rate over time."""
    series_row(sheet, plan.timeline, "tax.rate", "Tax rate", plan.tax.rate, "")
