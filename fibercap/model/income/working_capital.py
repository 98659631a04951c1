"""Working capital: the part still owed of past revenue and cost, of the opening balances, and of purchased plants."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from fibercap.core.formulas.rows import Row
from fibercap.core.formulas.sheet import Sheet, total
from fibercap.core.language.names import key_in_words
from fibercap.core.timeline import FLOW, RATE, STOCK
from fibercap.model.plan.company import MOST_DAYS
from fibercap.model.plants.products_and_time import series_row
from fibercap.model.plants.purchases import bought_capital

if TYPE_CHECKING:
    from fibercap.core.timeline import Timeline
    from fibercap.core.units import Array
    from fibercap.model.plan.plan import Plan
    from fibercap.model.plants.purchases import Purchase

CAPITAL_KINDS: Final = (
    ("receivables", "Receivables", "revenue"),
    ("inventory", "Inventory", "variable_cost"),
    ("payables", "Payables", "variable_cost"),
)
"""Each kind of working capital: its key, its label, and the row of `accounts.` whose flows are owed."""


def longest_reach(timeline: Timeline) -> int:
    """Return how many periods ago a flow may have been and still be owed, with the largest number of days allowed."""
    return int(MOST_DAYS // (30 * timeline.months))  # 30: the shortest that a period may count as


def still_owed(flow: Array, periods: Array) -> Array:
    """Return the part of all flows so far that is owed at each period's end; each is owed for the days of its period.

    Parameters
    ----------
    flow : (period,) or (sample, period)
        The flow, spread evenly over the days of its period. [money, or km]
    periods : (period,) or (sample, period)
        Time for which each period's flow is owed, in periods: days over the days of a period. [1]

    Returns
    -------
    (period,) or (sample, period)
        The amount owed. [unit of the flow]

    Source
    ------
    docs/conventions.md, section 3. Own derivation: if a flow is owed for n periods and its period ended j periods ago,
    the share n - j of it, limited to 0 to 1, is not due yet.
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
        Largest number of periods for which a flow may be owed.
    """
    terms = [f"{{{flow}}} * MIN({{{periods}}}, 1)"]
    terms += [f"{{{flow}@-{lag}}} * MIN(MAX({{{periods}@-{lag}}} - {lag}, 0), 1)" for lag in range(1, back + 1)]
    return " + ".join(terms)


def run_off_text(since: str, periods: str) -> str:
    """Return the formula of the share left of a balance that falls evenly to nothing. [1]

    Parameters
    ----------
    since, periods : str
        Formulas of the number of periods passed, and of their total number; nothing is left if the total is 0.
    """
    return f"IF({periods} > 0, MAX(1 - {since} / {periods}, 0), 0)"


def working_capital_rows(sheet: Sheet, plan: Plan) -> None:
    """Write receivables, inventory and payables, and the increase of all three.

    Writes `accounts.receivables`, `accounts.inventory`, `accounts.payables`, `accounts.working_capital` and
    `accounts.working_capital_increase`, which excludes working capital bought with plants. [money]

    Parameters
    ----------
    sheet, plan : Sheet, Plan
        The sheet that gets the rows; the days, and the opening balances.

    Source
    ------
    docs/conventions.md, section 3, Working capital.
    """
    money = plan.currency
    for kind, label, row in CAPITAL_KINDS:
        parts = total(_part_rows(sheet, plan, kind, label, row))
        sheet.line(Row(f"accounts.{kind}", label, money, STOCK, parts, f"{{inputs.opening.{kind}}}"))
    text = "{accounts.receivables} + {accounts.inventory} - {accounts.payables}"
    before = "{inputs.opening.receivables} + {inputs.opening.inventory} - {inputs.opening.payables}"
    sheet.line(Row("accounts.working_capital", "Working capital", money, STOCK, text, before))
    bought = [f"plants.{k}.purchased.working_capital" for k, p in plan.plants.items() if p.purchase]
    text = "{accounts.working_capital} - {accounts.working_capital@-1}" + "".join(f" - {{{b}}}" for b in bought)
    sheet.line(Row("accounts.working_capital_increase", "Increase of working capital", money, FLOW, text))


def periods_row(sheet: Sheet, plan: Plan, kind: str, label: str) -> Array:
    """Write `inputs.working_capital.<kind>` and `working_capital.<kind>_periods`; return the latter, (..., period). [1]

    The former has the days [day], the latter the number of periods for which each period's flow is owed.

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


def _part_rows(sheet: Sheet, plan: Plan, kind: str, label: str, row: str) -> list[str]:
    """Write the parts of one kind of working capital: of flows, of the opening, of purchases; return their paths."""
    prefix, flow, timeline, money = f"working_capital.{kind}", f"accounts.{row}", plan.timeline, plan.currency
    periods = periods_row(sheet, plan, kind, label)
    # the formula has a term for each period that the longest allowed time covers; most of them are zero
    text, value = (
        still_owed_text(flow, f"{prefix}_periods", longest_reach(timeline)),
        still_owed(sheet.value(flow), periods),
    )
    sheet.put(Row(f"{prefix}_of_flows", f"{label}: of flows so far", money, STOCK, text), value)
    start = sheet.give(f"inputs.opening.{kind}", money, getattr(plan.opening, kind))
    runs = sheet.derive(f"{prefix}_first_periods", "", f"SUM({{{prefix}_periods}} * ({{time.period}} = 1))")
    text = f"{start} * {run_off_text('{time.period}', runs)}"
    sheet.line(Row(f"{prefix}_of_opening", f"{label}: of the opening", money, STOCK, text, start))
    bought = [key for key, deal in _purchases(plan) if kind in bought_capital(deal)]
    return [
        f"{prefix}_of_flows",
        f"{prefix}_of_opening",
        *(_purchased_part_row(sheet, plan, key, kind) for key in bought),
    ]


def _purchases(plan: Plan) -> list[tuple[str, Purchase]]:
    return [(key, plant.purchase) for key, plant in plan.plants.items() if plant.purchase is not None]


def _purchased_part_row(sheet: Sheet, plan: Plan, key: str, kind: str) -> str:
    """Write the remaining part of working capital that was bought with a plant; return its path.

    It runs off from the start of the period of purchase, over the days of that period.
    """
    prefix = f"plants.{key}"
    flow, step = f"{prefix}.purchased.{kind}", "{time.months_in_period}"
    # ROUND first: a month number comes from days over days in the month, and may be a hair above the whole.
    month = f"ROUNDUP(ROUND(({{{prefix}.purchase.month}} - {{time.from}}) / {step}, 6), 0)"
    number = sheet.derive(f"{prefix}.purchase.period", "", month)
    text = f"SUM({{working_capital.{kind}_periods}} * ({{time.period}} = {number}))"
    runs = sheet.derive(f"{prefix}.purchase.{kind}_periods", "", text)
    left = run_off_text(f"({{time.period}} - {number} + 1)", runs)
    bought = sheet.derive(f"{prefix}.purchase.{kind}", plan.currency, f"SUM({{{flow}}})")
    text = f"{bought} * IF({{time.period}} >= {number}, {left}, 0)"
    label = f"{plan.plants[key].name or key_in_words(key)}: {kind} bought, left"
    sheet.line(Row(f"{flow}_left", label, plan.currency, STOCK, text))
    return f"{flow}_left"
