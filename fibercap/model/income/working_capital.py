"""Working capital by flows that were: what is owed of revenue and cost so far, of the opening and of purchases."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from fibercap.core.rows import Row
from fibercap.core.sheet import Sheet, total
from fibercap.core.timeline import FLOW, RATE, STOCK
from fibercap.model.plan.company import MOST_DAYS
from fibercap.model.plants.capacity import bought_capital
from fibercap.model.plants.products_and_time import series_row

if TYPE_CHECKING:
    from fibercap.core.timeline import Timeline
    from fibercap.core.units import Array
    from fibercap.model.plan.plan import Plan
    from fibercap.model.plants.capacity import Purchase

KINDS: Final = (
    ("receivables", "Receivables", "revenue"),
    ("inventory", "Inventory", "variable_cost"),
    ("payables", "Payables", "variable_cost"),
)
"""Each kind of working capital: its key, its label, and the row of `accounts.` whose flows are owed."""


def reach(timeline: Timeline) -> int:
    """Return how many periods back a flow may lie and still be owed, whatever number of days is allowed."""
    return int(MOST_DAYS // (30 * timeline.months))


def still_owed(flow: Array, periods: Array) -> Array:
    """Return what is owed at each period's end of the flows so far, each owed for the days of its own period.

    Parameters
    ----------
    flow : (period,) or (draw, period)
        Spread evenly over the days of its period. [money, or km]
    periods : (period,) or (draw, period)
        For how long each period's flow is owed, in periods: days over the days of a period. [1]

    Returns
    -------
    (period,) or (draw, period)
        In the unit of the flow.

    Source
    ------
    docs/conventions.md, section 3. Own derivation: of a flow that is spread over a period which ended j periods ago,
    the part of the last n - j periods before its end is not due yet, at least nothing and at most all.
    """
    owed = flow * np.minimum(periods, 1.0)
    for lag in range(1, owed.shape[-1]):
        if not (periods > lag).any():
            break
        earlier = flow[..., :-lag] * np.clip(periods - lag, 0.0, 1.0)[..., :-lag]
        owed[..., lag:] += earlier
    return np.asarray(owed)


def still_owed_text(flow: str, periods: str, back: int) -> str:
    """Return the formula of `still_owed`: a term for the period itself and for each of the `back` periods before it.

    Parameters
    ----------
    flow, periods : str
        Paths of the flow, and of the number of periods for which it is owed.
    back : int
        How many periods back a flow may still be owed.
    """
    terms = [f"{{{flow}}} * MIN({{{periods}}}, 1)"]
    terms += [f"{{{flow}@-{lag}}} * MIN(MAX({{{periods}@-{lag}}} - {lag}, 0), 1)" for lag in range(1, back + 1)]
    return " + ".join(terms)


def run_off_text(since: str, periods: str) -> str:
    """Return the formula of the share left of a balance that falls evenly to nothing. [1]

    Parameters
    ----------
    since, periods : str
        Formulas of the periods passed and of the periods in all; nothing is left if these are 0.
    """
    return f"IF({periods} > 0, MAX(1 - {since} / {periods}, 0), 0)"


def working_capital_rows(sheet: Sheet, plan: Plan) -> None:
    """Write receivables, inventory and payables, and the increase of all three.

    Writes `accounts.receivables`, `accounts.inventory`, `accounts.payables`, `accounts.working_capital` and
    `accounts.working_capital_increase`, which leaves out what comes with purchased plants. [money]

    Parameters
    ----------
    sheet, plan : Sheet, Plan
        The sheet that gets the rows; the days, and the opening balances.

    Source
    ------
    docs/conventions.md, section 3, Working capital.
    """
    money = plan.currency
    for kind, label, row in KINDS:
        parts = total(_parts(sheet, plan, kind, label, row))
        sheet.line(Row(f"accounts.{kind}", label, money, STOCK, parts, f"{{inputs.opening.{kind}}}"))
    text = "{accounts.receivables} + {accounts.inventory} - {accounts.payables}"
    before = "{inputs.opening.receivables} + {inputs.opening.inventory} - {inputs.opening.payables}"
    sheet.line(Row("accounts.working_capital", "Working capital", money, STOCK, text, before))
    bought = [f"plants.{k}.purchased.working_capital" for k, p in plan.plants.items() if p.purchase]
    text = "{accounts.working_capital} - {accounts.working_capital@-1}" + "".join(f" - {{{b}}}" for b in bought)
    sheet.line(Row("accounts.working_capital_increase", "Increase of working capital", money, FLOW, text))


def periods_row(sheet: Sheet, plan: Plan, kind: str, label: str) -> Array:
    """Write `inputs.working_capital.<kind>` and `working_capital.<kind>_periods`; return the latter, (..., period). [1]

    The latter says for how many periods each period's flow is owed; the former has the days. [day]

    Parameters
    ----------
    sheet, plan : Sheet, Plan
        The sheet that gets the rows; the days.
    kind, label : str
        `receivables`, `inventory` or `payables`, and its label.

    Source
    ------
    docs/conventions.md, section 3, Working capital.
    """
    rules = plan.working_capital
    year = sheet.give("inputs.working_capital.days_in_year", "day/year", rules.days_in_year)
    series_row(sheet, plan.timeline, f"working_capital.{kind}", f"{label}: days", getattr(rules, kind), "day")
    text = f"{{inputs.working_capital.{kind}}} / ({year} * {{time.years}})"
    words = f"{label}: periods for which a flow is owed"
    return sheet.line(Row(f"working_capital.{kind}_periods", words, "", RATE, text))


def _parts(sheet: Sheet, plan: Plan, kind: str, label: str, row: str) -> list[str]:
    """Write what one kind of working capital is made of: flows so far, the opening, purchases; return the rows."""
    at, flow, timeline, money = f"working_capital.{kind}", f"accounts.{row}", plan.timeline, plan.currency
    periods = periods_row(sheet, plan, kind, label)
    # the formula has a term for each period that the longest time allowed reaches back, most of them nothing
    text, value = still_owed_text(flow, f"{at}_periods", reach(timeline)), still_owed(sheet.value(flow), periods)
    sheet.put(Row(f"{at}_of_flows", f"{label}: of flows so far", money, STOCK, text), value)
    start = sheet.give(f"inputs.opening.{kind}", money, getattr(plan.opening, kind))
    runs = sheet.derive(f"{at}_first_periods", "", f"SUM({{{at}_periods}} * ({{time.period}} = 1))")
    text = f"{start} * {run_off_text('{time.period}', runs)}"
    sheet.line(Row(f"{at}_of_opening", f"{label}: of the opening", money, STOCK, text, start))
    bought = [key for key, deal in _purchases(plan) if kind in bought_capital(deal)]
    return [f"{at}_of_flows", f"{at}_of_opening", *(_bought_row(sheet, plan, key, kind) for key in bought)]


def _purchases(plan: Plan) -> list[tuple[str, Purchase]]:
    return [(key, plant.purchase) for key, plant in plan.plants.items() if plant.purchase is not None]


def _bought_row(sheet: Sheet, plan: Plan, key: str, kind: str) -> str:
    """Write what is left of working capital that was bought with a plant; return the row.

    It runs off from the start of the period of purchase, over the days of that period.
    """
    at = f"plants.{key}"
    flow, step = f"{at}.purchased.{kind}", "{time.months_in_period}"
    month = f"ROUNDUP(ROUND(({{{at}.purchase.month}} - {{time.from}}) / {step}, 6), 0)"
    number = sheet.derive(f"{at}.purchase.period", "", month)
    text = f"SUM({{working_capital.{kind}_periods}} * ({{time.period}} = {number}))"
    runs = sheet.derive(f"{at}.purchase.{kind}_periods", "", text)
    left = run_off_text(f"({{time.period}} - {number} + 1)", runs)
    text = f"SUM({{{flow}}}) * IF({{time.period}} >= {number}, {left}, 0)"
    label = f"{plan.plants[key].name or key}: {kind} bought, left"
    sheet.line(Row(f"{flow}_left", label, plan.currency, STOCK, text))
    return f"{flow}_left"
