"""Flags of a covenant's last test: beyond the lock-up it bars dividends until one holds; broken, it may stop draws."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from fibercap.core.errors import Problem, ScenarioError, did_you_mean
from fibercap.core.formulas.rows import Row
from fibercap.core.formulas.sheet import Sheet
from fibercap.core.language.names import key_in_words
from fibercap.core.language.unit_words import unit_mismatch
from fibercap.core.timeline import STOCK, month_number
from fibercap.core.trees.tree import place_of
from fibercap.model.cash.draw_stop import broken_row, stopping_loans, write_stop
from fibercap.model.cash.trifle import trifle_of
from fibercap.model.loans.covenants.covenant_dates import breaking_row, dates_of, indices, refusal
from fibercap.model.loans.covenants.covenant_rows import in_force, limit_row

if TYPE_CHECKING:
    from fibercap.core.units import Array
    from fibercap.model.loans.covenants.covenant import Covenant
    from fibercap.model.loans.covenants.covenant_limit import LimitOverTime
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
        If the row of a lock-up does not exist, is neither a balance nor a ratio, is in another unit, or has no value on
        the dates of `test`.

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
    _refuse(sheet, scenario, lock, covenant, level, path)
    locked, title = locked_row(loan, key), scenario.loan_title(loan)
    of_level = Row(path, f"{title}: lock-up of {covenant.says or key_in_words(key)}", sheet.rows[row].unit, STOCK)
    limit = in_force(sheet, of_level, path, level)
    comparator = "at_least" if covenant.limit[0] in {"above", "at_least"} else "at_most"
    text = _last_test_text(sheet, scenario, lock, covenant, locked, _sides(comparator, row, limit))
    text = f"IF({trifle_of(sheet).counts_text(f'{{loans.{loan}.closing}}')}, {text}, 0)"
    return sheet.carry(
        Row(locked, f"{title}: dividends barred by {covenant.says or key_in_words(key)}", "", STOCK, text)
    )


def broken_rows(sheet: Sheet, scenario: Scenario) -> None:
    """Write `loans.<loan>.covenants.<name>.broken` of loans with a draw stop, 1 if its last test is not kept. [1]

    A loan that nothing draws has `loans.<loan>.draws_stopped` too.

    Parameters
    ----------
    sheet, scenario : Sheet, Scenario
        The sheet that has the rows that are tested and gets these, and the scenario.

    Raises
    ------
    ScenarioError
        As `lock_rows` does.

    Source
    ------
    docs/conventions.md, section 8, Covenants.
    """
    for loan in stopping_loans(scenario):
        title = scenario.loan_title(loan)
        for key, covenant in scenario.loans[loan].covenants.items():
            comparator, limit = covenant.limit
            prefix, row = f"loans.{loan}.covenants.{key}", covenant.tested_row
            _refuse(sheet, scenario, (loan, key), covenant, limit, f"{prefix}.row")
            of_limit = Row(
                limit_row(loan, key),
                f"{title}: limit of {covenant.says or key_in_words(key)}",
                sheet.rows[row].unit,
                STOCK,
            )
            limit_text = in_force(sheet, of_limit, f"{prefix}.{comparator}", limit)
            path, sides = broken_row(loan, key), _sides(comparator, row, limit_text)
            text = _last_test_text(sheet, scenario, (loan, key), covenant, path, sides)
            signed = month_number(scenario.loans[loan].signed)
            begins = sheet.give(f"{prefix}.signed", "month", signed, f"loans.{loan}.signed")
            ends = _last_test(scenario, loan, covenant, sheet.rows[row])
            over = sheet.give(f"{prefix}.last_test", "month", ends, f"loans.{loan}.matures", "horizon")
            text = f"IF(AND({{time.end}} >= {begins}, {{time.end}} <= {over}), {text}, 0)"
            sheet.carry(
                Row(path, f"{title}: {covenant.says or key_in_words(key)} was broken at its last test", "", STOCK, text)
            )
        write_stop(sheet, scenario, loan)


def _last_test(scenario: Scenario, loan: str, covenant: Covenant, row: Row) -> float:
    """Return the month number of the last period that may be tested; after it the agreement is over. [month]"""
    timeline = scenario.timeline
    dates = dates_of(timeline, loan, covenant, row)
    tested = indices(dates, timeline, scenario.loans[loan], covenant, timeline.dates)
    return float(timeline.ends[tested.stop - 1]) if tested.stop else float(timeline.origin)


def _sides(comparator: str, row: str, limit: str) -> tuple[str, str]:
    """Return the formula texts of whether a row is beyond its limit, and whether it keeps it; neither if undefined."""
    floor, strict = comparator in {"above", "at_least"}, comparator in {"above", "below"}
    factor = 1.0 - HARDLY if floor != strict else 1.0 + HARDLY
    beyond, keeps = {
        "at_least": ("<", ">="), "above": ("<=", ">"), "at_most": (">", "<="), "below": (">=", "<"),
    }[comparator]  # fmt: skip
    least = f"{limit} * {factor!r}"
    return f"{{{row}}} {beyond} {least}", f"{{{row}}} {keeps} {least}"


def _last_test_text(
    sheet: Sheet,
    scenario: Scenario,
    lock: tuple[str, str],
    covenant: Covenant,
    path: str,
    sides: tuple[str, str],
) -> str:
    """Return the formula of a flag: a test beyond the level sets it, the next one that keeps the level releases it."""
    (loan, key), earlier = lock, f"{{{path}@-1}}"
    # an undefined ratio is on neither side of its level: what the last test said goes on
    text = f"IF({sides[0]}, 1, IF({sides[1]}, 0, {earlier}))"
    breaking = breaking_row(covenant)
    if breaking:
        text = f"IF({{{breaking}}} > 0, 1, {text})"
    flag = dates_of(scenario.timeline, loan, covenant, sheet.rows[covenant.tested_row]).flag
    if flag:
        text = f"IF({{{flag}}} > 0, {text}, {earlier})"
    if covenant.first_test is not None:
        begins = sheet.give(f"inputs.loans.{loan}.covenants.{key}.from", "month", month_number(covenant.first_test))
        text = f"IF({{time.end}} >= {begins}, {text}, {earlier})"
    return text


def _refuse(
    sheet: Sheet, scenario: Scenario, lock: tuple[str, str], covenant: Covenant, level: LimitOverTime, path: str
) -> None:
    """Refuse a lock-up, or a draw stop, whose row cannot be tested; `path` is what asks for the test.

    Raises
    ------
    ScenarioError
        If its row does not exist, is neither a balance nor a ratio, is in another unit, or has no value on the dates of
        `test`.
    """
    loan, key = lock
    row = covenant.tested_row
    problem = _problem(sheet, row, level)
    if problem is None:
        terms, rows = scenario.loans[loan], sheet.rows
        why = refusal(scenario.timeline, loan, terms, covenant, rows[row], sheet.value)
        if why is None:
            return
        problem, path = ("not_on_dates", *why), f"loans.{loan}.covenants.{key}.test"
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
