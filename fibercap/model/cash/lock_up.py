"""Lock-up: no dividends while a ratio is beyond the level that a lender has set for it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from fibercap.core.errors import Problem, ScenarioError, did_you_mean
from fibercap.core.rows import Row
from fibercap.core.sheet import Sheet
from fibercap.core.timeline import STOCK
from fibercap.core.tree import place_of
from fibercap.core.units import unit_mismatch
from fibercap.model.cash.trifle import trifle_of
from fibercap.model.cover.twelve_months import LEVERAGE, NO_EBITDA
from fibercap.model.loans.covenant_dates import dates_of, refusal

if TYPE_CHECKING:
    from fibercap.core.units import Array
    from fibercap.model.loans.covenant import Covenant
    from fibercap.model.plan.claim import Amount
    from fibercap.model.plan.scenario import Scenario

HARDLY: Final = 1e-9
"""Share of a level by which a ratio may miss it and still count as at it."""


def locks_of(scenario: Scenario) -> dict[tuple[str, str], tuple[Covenant, Amount]]:
    """Return the covenants that bar dividends, by loan and name, with the level at which they do."""
    terms = [(loan, key, c) for loan, lent in scenario.loans.items() for key, c in lent.covenants.items()]
    return {(loan, key): (c, c.lock_up) for loan, key, c in terms if c.lock_up is not None}


def locked_row(loan: str, key: str) -> str:
    """Return the path of the row that says whether a covenant bars dividends.

    Parameters
    ----------
    loan, key : str
        The loan and its covenant.
    """
    return f"loans.{loan}.covenants.{key}.locked"


def lock_rows(sheet: Sheet, scenario: Scenario) -> None:
    """Write, for each covenant with a lock-up, `loans.<loan>.covenants.<name>.locked`.

    Raises
    ------
    ScenarioError
        If a lock-up is about a row that there is not, or that is no balance and no ratio.
    """
    for lock, (covenant, level) in locks_of(scenario).items():
        _lock_row(sheet, scenario, lock, covenant, level)


def _lock_row(sheet: Sheet, scenario: Scenario, lock: tuple[str, str], covenant: Covenant, set_at: Amount) -> Array:
    """Write whether dividends are barred after each period: the last test so far, while anything is owed."""
    loan, key = lock
    at, row = f"loans.{loan}.covenants.{key}.lock_up", covenant.tested
    _refuse(sheet, scenario, lock, covenant, set_at)
    unit, own = sheet.rows[row].unit, locked_row(loan, key)
    given = sheet.give(f"inputs.{at}", unit, np.asarray(set_at.in_unit(unit), dtype=float))
    floor = covenant.limit[0] in {"above", "at_least"}
    beyond, keeps = ("<", ">=") if floor else (">", "<=")
    least, earlier = f"{given} * {1.0 - HARDLY if floor else 1.0 + HARDLY!r}", f"{{{own}@-1}}"
    text = f"IF({{{row}}} {beyond} {least}, 1, IF({{{row}}} {keeps} {least}, 0, {earlier}))"
    if row in LEVERAGE:  # debt without earnings is beyond any limit
        text = f"IF({{{NO_EBITDA}}} > 0, 1, {text})"
    flag = dates_of(scenario.timeline, loan, covenant, sheet.rows[row]).flag
    if flag:
        text = f"IF({{{flag}}} > 0, {text}, {earlier})"
    text = f"IF({trifle_of(sheet).counts_text(f'{{loans.{loan}.closing}}')}, {text}, 0)"
    label = f"{scenario.loans[loan].title or loan}: dividends barred by {covenant.says or key}"
    return sheet.carry(Row(own, label, "", STOCK, text))


def _refuse(sheet: Sheet, scenario: Scenario, lock: tuple[str, str], covenant: Covenant, level: Amount) -> None:
    """Refuse a lock-up that cannot be tested.

    Raises
    ------
    ScenarioError
        If its row does not exist, is no balance and no ratio, is in another unit, or has no value on the dates of
        `test`.
    """
    loan, key = lock
    at, row = f"loans.{loan}.covenants.{key}", covenant.tested
    problem, path = _problem(sheet, row, level), f"{at}.lock_up"
    if problem is None:
        terms, rows = scenario.loans[loan], sheet.rows
        why = refusal(scenario.timeline, loan, terms, covenant, rows[row], sheet.value)
        if why is None:
            return
        problem, path = ("not_on_dates", *why), f"{at}.test"
    place = place_of(scenario.tree, tuple(path.split(".")))
    raise ScenarioError(scenario.file, [Problem(path, *problem, place=place)])


def _problem(sheet: Sheet, row: str, level: Amount) -> tuple[str, str, str, str] | None:
    if row not in sheet:
        near = [path for path in sheet.rows if path.startswith(f"{row.rsplit('.', 1)[0]}.")] or list(sheet.rows)
        hint = did_you_mean(row, near, "rows")
        return "no_such_row", f"`{row}`, which matches no row of loans or accounts", "one of theirs", hint
    if sheet.rows[row].nature != STOCK:
        told = f"`{row}`, which is neither a balance nor a ratio"
        return "no_level", told, "a row that stands at the end of a period", "such as `accounts.dscr_12m`"
    unit = sheet.rows[row].unit
    if level.in_unit(unit) is None:
        return "wrong_dimension", *unit_mismatch(level.unit, unit)
    return None
