"""Lock-up: no dividends are paid while a ratio is beyond the level that a lender has set for it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from fibercap.core.errors import Problem, ScenarioError, did_you_mean
from fibercap.core.rows import Row
from fibercap.core.sheet import Sheet
from fibercap.core.timeline import STOCK, month_number
from fibercap.core.tree import place_of
from fibercap.core.unit_words import unit_mismatch
from fibercap.model.cash.trifle import trifle_of
from fibercap.model.loans.covenant_dates import breaking_row, dates_of, refusal
from fibercap.model.loans.covenant_rows import in_force

if TYPE_CHECKING:
    from fibercap.core.units import Array
    from fibercap.model.loans.covenant import Covenant
    from fibercap.model.loans.covenant_limit import LimitOverTime
    from fibercap.model.plan.plan import Plan
    from fibercap.model.plan.scenario import Scenario

HARDLY: Final = 1e-9
"""A ratio that misses a level by no more than this share of it counts as equal to it."""


def locks_of(scenario: Plan) -> dict[tuple[str, str], tuple[Covenant, LimitOverTime]]:
    """Return the covenants with a lock-up, by loan and name, and the level beyond which each bars dividends."""
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
    """Write, for each covenant with a lock-up, `loans.<loan>.covenants.<name>.locked`, 1 if dividends are barred. [1]

    Parameters
    ----------
    sheet, scenario : Sheet, Scenario
        The sheet that has the rows that are tested and gets these, and the scenario.

    Raises
    ------
    ScenarioError
        If the row of a lock-up does not exist, is no balance and no ratio, is in another unit, or has no value on the
        dates of `test`.

    Source
    ------
    docs/conventions.md, section 5, Order of cash in a period.
    """
    for lock, (covenant, level) in locks_of(scenario).items():
        _lock_row(sheet, scenario, lock, covenant, level)


def _lock_row(
    sheet: Sheet, scenario: Scenario, lock: tuple[str, str], covenant: Covenant, level: LimitOverTime
) -> Array:
    """Write whether dividends are barred after each period, which the last test decides, as long as debt is owed."""
    loan, key = lock
    path, row = f"loans.{loan}.covenants.{key}.lock_up", covenant.tested_row
    _refuse(sheet, scenario, lock, covenant, level)
    locked, title = locked_row(loan, key), scenario.loans[loan].title or loan
    of_level = Row(path, f"{title}: lock-up of {covenant.says or key}", sheet.rows[row].unit, STOCK)
    limit = in_force(sheet, of_level, path, level)
    floor = covenant.limit[0] in {"above", "at_least"}
    beyond, keeps = ("<", ">=") if floor else (">", "<=")
    least, earlier = f"{limit} * {1.0 - HARDLY if floor else 1.0 + HARDLY!r}", f"{{{locked}@-1}}"
    # an undefined ratio is on neither side of its level: what the last test said goes on
    text = f"IF({{{row}}} {beyond} {least}, 1, IF({{{row}}} {keeps} {least}, 0, {earlier}))"
    breaking = breaking_row(covenant)
    if breaking:
        text = f"IF({{{breaking}}} > 0, 1, {text})"
    flag = dates_of(scenario.timeline, loan, covenant, sheet.rows[row]).flag
    if flag:
        text = f"IF({{{flag}}} > 0, {text}, {earlier})"
    if covenant.first_test is not None:
        begins = sheet.give(f"inputs.loans.{loan}.covenants.{key}.from", "month", month_number(covenant.first_test))
        text = f"IF({{time.end}} >= {begins}, {text}, {earlier})"
    text = f"IF({trifle_of(sheet).counts_text(f'{{loans.{loan}.closing}}')}, {text}, 0)"
    return sheet.carry(Row(locked, f"{title}: dividends barred by {covenant.says or key}", "", STOCK, text))


def _refuse(sheet: Sheet, scenario: Scenario, lock: tuple[str, str], covenant: Covenant, level: LimitOverTime) -> None:
    """Refuse a lock-up that cannot be tested.

    Raises
    ------
    ScenarioError
        If its row does not exist, is no balance and no ratio, is in another unit, or has no value on the dates of
        `test`.
    """
    loan, key = lock
    prefix, row = f"loans.{loan}.covenants.{key}", covenant.tested_row
    problem, path = _problem(sheet, row, level), f"{prefix}.lock_up"
    if problem is None:
        terms, rows = scenario.loans[loan], sheet.rows
        why = refusal(scenario.timeline, loan, terms, covenant, rows[row], sheet.value)
        if why is None:
            return
        problem, path = ("not_on_dates", *why), f"{prefix}.test"
    place = place_of(scenario.tree, tuple(path.split(".")))
    raise ScenarioError(scenario.file, [Problem(path, *problem, place=place)])


def _problem(sheet: Sheet, row: str, level: LimitOverTime) -> tuple[str, str, str, str] | None:
    if row not in sheet:
        near = [path for path in sheet.rows if path.startswith(f"{row.rsplit('.', 1)[0]}.")] or list(sheet.rows)
        hint = did_you_mean(row, near, "rows")
        return "no_such_row", f"`{row}`, which matches no row of loans or accounts", "one of theirs", hint
    if sheet.rows[row].nature != STOCK:
        actual = f"`{row}`, which is neither a balance nor a ratio"
        return "no_level", actual, "a row that stands at the end of a period", "such as `accounts.dscr_12m`"
    unit = sheet.rows[row].unit
    misfit = level.misfit(unit)
    return None if misfit is None else ("wrong_dimension", *unit_mismatch(misfit[1].unit, unit))
