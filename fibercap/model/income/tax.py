"""Tax on income of one taxpayer, assessed by year, calendar or business, with losses carried forward."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from fibercap.core.formulas.rows import Row
from fibercap.core.formulas.sheet import Sheet
from fibercap.core.timeline import FLOW, STOCK, Timeline
from fibercap.model.plants.products_and_time import series_row

if TYPE_CHECKING:
    from fibercap.core.units import Array
    from fibercap.model.plan.plan import Plan

YEAR = 12


def within_year(values: Array, timeline: Timeline) -> Array:
    """Return a flow added up from the start of each year, calendar or business, (..., period).

    Parameters
    ----------
    values : (..., period)
        The flow. [any unit]
    timeline : Timeline
        The periods, and the month in which years end.

    Source
    ------
    Own derivation: the running total less the total at the end of the year before.
    """
    total = np.cumsum(values, axis=-1)
    result = total.copy()
    for part in timeline.groups("year").values():
        if part.start:
            result[..., part] -= total[..., part.start - 1 : part.start]
    return result


def losses_before(plan: Plan, income: Array) -> tuple[Array, Array]:
    """Return losses made, and losses used or expired, up to the end of the year before, each (..., period). [money]

    Parameters
    ----------
    plan : Plan
        The plan, with its timeline and its rules for losses.
    income : (period,) or (sample, period)
        Pretax income since the start of the year. [money]

    Source
    ------
    docs/conventions.md, section 6. Losses are used first in, first out; unused losses expire at the end of a year, the
    given number of years after they were made.
    """
    timeline, rules = plan.timeline, plan.tax
    made, gone = plan.opening.tax_losses, np.asarray(0.0)
    history, years = [made], rules.expire // YEAR  # losses ever made, by the end of each year before
    shapes = [np.shape(amount)[:-1] for amount in (made, rules.use_at_most)]
    shape = np.broadcast_shapes(income.shape, *((*samples, timeline.count) for samples in shapes))
    losses = np.zeros(shape), np.zeros(shape)
    for part in timeline.groups("year").values():
        losses[0][..., part], losses[1][..., part] = made, gone
        year_income = income[..., part.stop - 1 : part.stop]
        used = np.minimum(made - gone, rules.use_at_most * np.maximum(year_income, 0.0))
        # Both only grow, and what is left is their difference: so losses expire by a maximum.
        made, gone = made + np.maximum(-year_income, 0.0), gone + used
        if years and len(history) >= years:  # all that had been made by then is gone now, used or not
            gone = np.maximum(gone, history[-years])
        history.append(made)
    return losses


def tax_rows(sheet: Sheet, plan: Plan, path: str, label: str, income: str) -> None:
    """Write the tax on one income, assessed by year, calendar or business.

    Writes under `path`: `income_in_year`, `losses_made_before_year`, `losses_gone_before_year`, `losses_used`,
    `losses_made`, `losses_gone`, `losses`, `tax_in_year` and `tax`. [money]

    Parameters
    ----------
    sheet, plan : Sheet, Plan
        The sheet that gets the rows; the rate, the rules for losses and the opening losses.
    path, label : str
        Start of the rows' paths and of their labels.
    income : str
        Formula of the taxable income of a period. [money]

    Source
    ------
    docs/conventions.md, section 6, Tax.
    """
    timeline, money = plan.timeline, plan.currency
    losses = sheet.give("inputs.opening.tax_losses", money, plan.opening.tax_losses)
    most = sheet.give("inputs.tax.use_at_most", "", plan.tax.use_at_most)

    def row(key: str, words: str, text: str, before: str = "0", nature: str = STOCK, *reads: str) -> Row:
        return Row(f"{path}.{key}", f"{label}: {words}", money, nature, text, before, reads=reads)

    def so_far(key: str) -> str:
        return f"IF({{time.opens_year}} > 0, {{{path}.{key}@-1}}, {{{path}.{key}_before_year@-1}})"

    earned, used, made, gone = (
        f"{{{path}.{key}}}" for key in ("income_in_year", "losses_used", "losses_made", "losses_gone")
    )
    made_before, gone_before = (f"{{{path}.{key}_before_year}}" for key in ("losses_made", "losses_gone"))
    # sums since the start of the year restart each year: formulas read the column before, kernels add up by years
    text = f"IF({{time.opens_year}} > 0, 0, {{{path}.income_in_year@-1}}) + {income}"
    ytd = within_year(sheet.work_out(income), timeline)
    sheet.put(row("income_in_year", "taxable income since the year began", text), ytd)
    before = losses_before(plan, ytd)
    sheet.put(row("losses_made_before_year", "losses made before the year", so_far("losses_made"), losses), before[0])
    sheet.put(
        row("losses_gone_before_year", "losses used or expired before the year", so_far("losses_gone")), before[1]
    )
    text = f"MIN({made_before} - {gone_before}, {most} * MAX({earned}, 0))"
    sheet.line(row("losses_used", "losses used since the year began", text))
    sheet.line(row("losses_made", "losses made to date", f"{made_before} + MAX(-{earned}, 0)", losses))
    text = f"{gone_before} + {used}"
    if plan.tax.expire:
        back, first = plan.tax.expire // timeline.months, next(iter(timeline.groups("year").values()))
        since = first.stop + back - YEAR // timeline.months  # the first year may be a part of one
        expires = f"AND({{time.closes_year}} > 0, {{time.period}} >= {since})"
        text = f"MAX({text}, IF({expires}, {{{path}.losses_made@-{back}}}, 0))"
    sheet.line(row("losses_gone", "losses used or expired to date", text, "0", STOCK, "tax.expire"))
    sheet.line(row("losses", "losses carried forward", f"{made} - {gone}", losses))
    text = f"{{inputs.tax.rate}} * (MAX({earned}, 0) - {used})"
    sheet.line(row("tax_in_year", "tax since the year began", text))
    text = f"{{{path}.tax_in_year}} - IF({{time.opens_year}} > 0, 0, {{{path}.tax_in_year@-1}})"
    sheet.line(row("tax", "tax", text, "0", FLOW))


def tax_paid_row(sheet: Sheet, plan: Plan, path: str, label: str, tax: str) -> None:
    """Write the row `path`, the tax paid: the tax that accrued `tax.lag` earlier. [money]

    Parameters
    ----------
    sheet, plan : Sheet, Plan
        The sheet that gets the row; the lag.
    path, label : str
        Path and label of the row.
    tax : str
        Path of the row of tax accrued.

    Source
    ------
    docs/conventions.md, section 6, Tax.
    """
    periods = plan.tax.lag // plan.timeline.months
    text = f"{{{tax}@-{periods}}}" if periods else f"{{{tax}}}"
    sheet.line(Row(path, label, plan.currency, FLOW, text, reads=("tax.lag",)))


def rate_row(sheet: Sheet, plan: Plan) -> None:
    """Write the row `inputs.tax.rate`, the rate of tax on income by period. [1]

    Parameters
    ----------
    sheet, plan : Sheet, Plan
        The sheet that gets the row; the rate.
    """
    series_row(sheet, plan.timeline, "tax.rate", "Tax rate", plan.tax.rate, "")
