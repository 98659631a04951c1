"""Rows of the ratios that a scenario defines."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fibercap.core.errors import Problem, ScenarioError, did_you_mean
from fibercap.core.formulas.rows import Row
from fibercap.core.formulas.unit_proof import spell, unit_of
from fibercap.core.language.names import key_in_words
from fibercap.core.timeline import RATE, STOCK
from fibercap.core.trees.tree import place_of
from fibercap.model.cash.trifle import trifle_of
from fibercap.model.cover.own_ratio import NO_DENOMINATOR, RATIOS

if TYPE_CHECKING:
    from collections.abc import Container, Iterator

    from fibercap.core.formulas.sheet import Sheet
    from fibercap.model.cover.own_ratio import OwnRatio, RatioPart
    from fibercap.model.plan.scenario import Scenario


def own_ratio_rows(sheet: Sheet, scenario: Scenario, names: Container[str]) -> None:
    """Write `ratios.<name>` and its two sides at each period's end, over the time that the scenario gives.

    Writes `ratios.<name>.numerator` and `.denominator` [unit of their parts], `ratios.<name>` [their quotient], and
    `ratios.<name>.no_denominator`, 1 where a side to divide stands over nothing. [1]

    Parameters
    ----------
    sheet, scenario : Sheet, Scenario
        The sheet that has the rows that it reads and gets these, and the scenario.
    names : container of str
        The ratios to write.

    Raises
    ------
    ScenarioError
        If a part is not a row, or one that cannot be summed, or parts of one side are in different units.

    Source
    ------
    docs/conventions.md, section 6, Ratios of a plan's own.
    """
    for name, ratio in scenario.ratios.items():
        if name in names:
            problems = list(_problems(sheet, scenario, name, ratio))
            if problems:
                raise ScenarioError(scenario.file, problems)
            _rows_of(sheet, scenario, name, ratio)


def _rows_of(sheet: Sheet, scenario: Scenario, name: str, ratio: OwnRatio) -> None:
    """Write the two sides of a ratio, their quotient, and the flag that there is nothing to divide by."""
    path, title, count = f"{RATIOS}{name}", ratio.title or key_in_words(name), ratio.over // scenario.timeline.months
    counts = {}
    for side, parts in ratio.sides.items():
        unit = sheet.rows[next(iter(parts.values())).row].unit
        text = " ".join(_part_text(sheet, part, count) for part in parts.values())
        sheet.line(Row(f"{path}.{side}", f"{title}: {side} over {ratio.period}", unit, STOCK, _without_plus(text)))
        of_side = f"{{{path}.{side}}}"
        counts[side] = trifle_of(sheet).counts_text(of_side) if unit == scenario.currency else f"{of_side} > 0"
    above, below = (f"{{{path}.{side}}}" for side in ratio.sides)
    unit = spell(unit_of(f"{above} / {below}", lambda row: sheet.rows[row].unit))
    over = f"{{time.period}} >= {count}"
    text = f"{above} / ({below} * IF(AND({over}, {counts['denominator']}), 1, 0))"
    why = f"its denominator is not above zero, or {ratio.period} of the horizon are not over"
    sheet.line(Row(path, title, "" if unit == "1" else unit, STOCK, text, undefined=why))
    text = f"IF(AND({over}, {counts['numerator']}), IF({counts['denominator']}, 0, 1), 0)"
    sheet.line(Row(f"{path}{NO_DENOMINATOR}", f"{title}: its denominator is not above zero", "", STOCK, text))


def _part_text(sheet: Sheet, part: RatioPart, count: int) -> str:
    """Return the formula text of a part after its sign, over the last `count` periods."""
    nature, sign = sheet.rows[part.row].nature, "+" if part.add else "-"
    if nature == STOCK or count == 1:
        return f"{sign} {{{part.row}}}"
    # term by term and no running sum, so that a sum of zeros is zero
    terms = " + ".join([f"{{{part.row}}}", *(f"{{{part.row}@-{earlier}}}" for earlier in range(1, count))])
    return f"{sign} ({terms})" + (f" / {count}" if nature == RATE else "")


def _without_plus(text: str) -> str:
    """Return a sum that begins with its first term; one that begins with a subtraction, from zero."""
    return text.removeprefix("+ ") if text.startswith("+") else f"0 {text}"


def _problems(sheet: Sheet, scenario: Scenario, name: str, ratio: OwnRatio) -> Iterator[Problem]:
    """Yield each part of a ratio that is not a row, has no value in some periods, or joins unlike units."""
    for side, parts in ratio.sides.items():
        first = next(iter(parts.values())).row
        for key, part in parts.items():
            where = f"{RATIOS}{name}.{side}.{key}.{'add' if part.add else 'subtract'}"
            problem = _problem(sheet, part.row, first)
            if problem is not None:
                yield Problem(where, *problem, place=place_of(scenario.tree, tuple(where.split("."))))


def _problem(sheet: Sheet, row: str, first: str) -> tuple[str, str, str, str] | None:
    """Return code, finding, wish and way out if a row cannot be a part of a ratio; None if it can."""
    if row.startswith(RATIOS):
        return "ratio_of_ratio", f"`{row}`, another ratio", "a row of the plan", "write its parts here"
    if row not in sheet:
        near = [path for path in sheet.rows if path.startswith(f"{row.rpartition('.')[0]}.")] or list(sheet.rows)
        actual, wanted = f"`{row}`, which matches no row", "a row of plants, projects, loans or accounts"
        return "no_such_row", actual, wanted, did_you_mean(row, near, "rows")
    if sheet.rows[row].undefined:
        actual = f"`{row}`, which is undefined where {sheet.rows[row].undefined}"
        return "not_always_defined", actual, "a row with a value in every period", "write what it is made of"
    unit, other = sheet.rows[row].unit, sheet.rows[first].unit if first in sheet else ""
    if first in sheet and unit != other:
        actual = f"`{row}` in {unit or 'no unit'} beside `{first}` in {other or 'no unit'}"
        return "unlike_units", actual, f"a row in {other or 'no unit'}", "divide them in a ratio of their own"
    return None
