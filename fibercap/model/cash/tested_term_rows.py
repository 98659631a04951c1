"""Rows that say, at the end of each period, what the test of a row decides on a term of a loan."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from fibercap.core.errors import Problem, ScenarioError, did_you_mean
from fibercap.core.formulas.rows import Row
from fibercap.core.language.unit_words import unit_mismatch
from fibercap.core.timeline import STOCK
from fibercap.core.trees.tree import place_of
from fibercap.model.cash.lock_up import HARDLY
from fibercap.model.cash.tested_terms import tested_row, tested_terms
from fibercap.model.cover.loan_life import LIFE, REST
from fibercap.model.cover.own_ratio import RATIOS
from fibercap.model.cover.twelve_months import LEVERAGE, NO_EBITDA
from fibercap.model.loans.clauses.ratio_steps import RatioSteps
from fibercap.model.loans.covenants.covenant_dates import own_dates
from fibercap.model.loans.covenants.covenant_limit import LimitOverTime
from fibercap.model.loans.covenants.covenant_rows import in_force

if TYPE_CHECKING:
    from fibercap.core.formulas.sheet import Sheet
    from fibercap.model.cash.tested_terms import Tested
    from fibercap.model.loans.clauses.sweeps import Condition
    from fibercap.model.plan.scenario import Scenario

BEYOND: Final = {"above": ">", "at_least": ">=", "below": "<", "at_most": "<="}
TWELVE: Final = 12


def tested_term_rows(sheet: Sheet, scenario: Scenario) -> None:
    """Write what the tests of rows decide on terms of loans: the number of a step, or whether a sweep is allowed. [1]

    The rows are `loans.<l>.margin_step` and the like, 0 before the first test, then 1 for the first step to the number
    of steps plus 1 for `else`; and `loans.<l>.sweep_allowed`. `settle_cash` computes their values.

    Parameters
    ----------
    sheet, scenario : Sheet, Scenario
        The sheet that has the rows that are tested and gets these, and the scenario.

    Raises
    ------
    ScenarioError
        If a row does not exist, is neither a balance nor a ratio, looks ahead, or is in another unit than a limit.

    Source
    ------
    docs/conventions.md, section 4, Terms that change.
    """
    for path, tested in tested_terms(scenario):
        loan, key, test = tested
        title, word = scenario.loan_title(loan), key.split(".")[1 if key.startswith(("rate", "fees")) else 0]
        row = tested_row(test)
        if row.startswith("loans.") and row.split(".")[1] not in scenario.loans:
            text = "0"  # the company without projects may lack the loan
        else:
            _refuse(sheet, scenario, tested, row)
            if isinstance(test, RatioSteps):
                text = _step_text(sheet, f"loans.{loan}.{key}", test)
            else:
                text = _condition_text(sheet, f"loans.{loan}", test, title)
            text = _once_tested(sheet, scenario, row, path, text)
        label = f"{title}: step of the {word}" if isinstance(test, RatioSteps) else f"{title}: a sweep is allowed"
        sheet.put(Row(path, label, "", STOCK, text), None)


def _step_text(sheet: Sheet, path: str, steps: RatioSteps) -> str:
    """Return the formula text of the number of the step of a period's end; the last number is that of `else`."""
    unit, last = sheet.rows[steps.by].unit, len(steps.steps) + 1
    terms = []
    for name, step in steps.steps.items():
        limit = sheet.give(f"inputs.{path}.steps.{name}.below", unit, LimitOverTime((step.below,)).values_in(unit)[0])
        terms.append(f" - IF({{{steps.by}}} < {limit} * {1.0 - HARDLY!r}, 1, 0)")
    text = f"{last}{''.join(terms)}"
    return f"IF({{{NO_EBITDA}}} > 0, {last}, {text})" if steps.by in LEVERAGE else text


def _condition_text(sheet: Sheet, prefix: str, condition: Condition, title: str) -> str:
    """Return the formula text of whether a condition holds at a period's end; debt without earnings is above all."""
    (word, limit), row = condition.limit, condition.row
    of_limit = Row(f"{prefix}.sweep_limit", f"{title}: limit of the sweep", sheet.rows[row].unit, STOCK)
    reference = in_force(sheet, of_limit, f"{prefix}.sweep.while.{word}", limit)
    near = 1.0 + HARDLY if word in {"above", "at_most"} else 1.0 - HARDLY
    text = f"IF({{{row}}} {BEYOND[word]} {reference} * {near!r}, 1, 0)"
    if row in LEVERAGE:
        text = f"IF({{{NO_EBITDA}}} > 0, {1 if word in {'above', 'at_least'} else 0}, {text})"
    return text


def _once_tested(sheet: Sheet, scenario: Scenario, row: str, path: str, text: str) -> str:
    """Return the formula text of what is decided: 0 before the first test, between tests what the last one decided."""
    flag = own_dates(row)
    if flag:
        return f"IF({{{flag}}} > 0, {text}, {{{path}@-1}})"
    first = _periods_before(scenario, row)
    if not first:
        return text
    since = sheet.give(f"{path}.tested_from", "", first, "horizon")
    return f"IF({{time.period}} > {since}, {text}, 0)"


def _periods_before(scenario: Scenario, row: str) -> int:
    """Return the number of the first periods at whose ends a row cannot be tested yet."""
    months = TWELVE if row.endswith("_12m") else 0
    if row.startswith(RATIOS):
        months = scenario.ratios[row.removeprefix(RATIOS)].over
    return max(months // scenario.timeline.months - 1, 0)


def _refuse(sheet: Sheet, scenario: Scenario, tested: Tested, row: str) -> None:
    """Refuse a row that cannot decide on a term.

    Raises
    ------
    ScenarioError
        If it does not exist, is neither a balance nor a ratio, or is in another unit than a limit.
    """
    loan, key, test = tested
    problem, path = (
        _problem(sheet, scenario, row),
        f"loans.{loan}.{key}.{'by' if isinstance(test, RatioSteps) else 'row'}",
    )
    if problem is None:
        unlike = _misfit(sheet.rows[row].unit, test)
        if unlike is None:
            return
        problem, path = unlike[1], f"loans.{loan}.{key}.{unlike[0]}"
    place = place_of(scenario.tree, tuple(path.split(".")))
    raise ScenarioError(scenario.file, [Problem(path, *problem, place=place)])


def _misfit(unit: str, test: RatioSteps | Condition) -> tuple[str, tuple[str, str, str, str]] | None:
    """Return the key of a limit that does not fit its row, and the problem; None if all fit."""
    if isinstance(test, RatioSteps):
        never = next((name for name, step in test.steps.items() if test.by in LEVERAGE and step.below.value <= 0.0), "")
        if never:
            actual = f"`{never}`, which never applies: `{test.by}` is never below zero"
            hint = "remove the step, or raise its limit; `else` holds where there is no EBITDA"
            return f"steps.{never}.below", ("step_never_applies", actual, "a limit above zero", hint)
        limits = {f"steps.{name}.below": LimitOverTime((step.below,)) for name, step in test.steps.items()}
    else:
        limits = {test.limit[0]: test.limit[1]}
    for key, limit in limits.items():
        misfit = limit.misfit(unit)
        if misfit is not None:
            return f"{key}{misfit[0]}", ("wrong_dimension", *unit_mismatch(misfit[1].unit, unit))
    return None


def _problem(sheet: Sheet, scenario: Scenario, row: str) -> tuple[str, str, str, str] | None:
    if row not in sheet:
        near = [path for path in sheet.rows if path.startswith(f"{row.rsplit('.', 1)[0]}.")] or list(sheet.rows)
        hint = did_you_mean(row, near, "rows")
        return "no_such_row", f"`{row}`, which matches no row of loans or accounts", "one of theirs", hint
    if sheet.rows[row].nature != STOCK:
        actual = f"`{row}`, which is neither a balance nor a ratio"
        return "no_level", actual, "a row that stands at the end of a period", "such as `accounts.dscr_12m`"
    if _looks_ahead(scenario, row):
        actual, hint = f"`{row}`, which looks ahead", "take a ratio of the past, such as `accounts.dscr_12m`"
        return "looks_ahead", actual, "a row that is known at the end of its period", hint
    return None


def _looks_ahead(scenario: Scenario, row: str) -> bool:
    """Return whether a row is worked out from later cash: cover over life, its parts, and ratios made of these."""
    sides = scenario.ratios[row.removeprefix(RATIOS)].sides.values() if row.startswith(RATIOS) else ()
    rows = [row, *(part.row for parts in sides for part in parts.values())]
    return any(part in (LIFE, REST) or part.rsplit(".", 1)[-1].startswith(("llcr", "plcr")) for part in rows)
