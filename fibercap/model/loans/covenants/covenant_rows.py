"""Rows of the limits of covenants that change over time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fibercap.core.formulas.rows import INPUT, Row
from fibercap.core.language.names import key_in_words
from fibercap.core.timeline import STOCK

if TYPE_CHECKING:
    from fibercap.core.formulas.sheet import Sheet
    from fibercap.model.loans.covenants.covenant_limit import LimitOverTime
    from fibercap.model.plan.scenario import Scenario


def limit_row(loan: str, key: str) -> str:
    """Return the path of the row of a covenant's limit, which exists if the limit changes over time.

    Parameters
    ----------
    loan, key : str
        The loan and its covenant.
    """
    return f"loans.{loan}.covenants.{key}.limit"


def limit_rows(sheet: Sheet, scenario: Scenario) -> None:
    """Write `loans.<loan>.covenants.<name>.limit` of each limit that changes, in the unit of the row that it limits.

    A limit on a row that the sheet does not have, or in another unit, is left out.

    Parameters
    ----------
    sheet, scenario : Sheet, Scenario
        The sheet that has the rows that are tested and gets these, and the scenario.

    Source
    ------
    docs/conventions.md, section 8, Covenants.
    """
    for loan, terms in scenario.loans.items():
        for key, covenant in terms.covenants.items():
            comparator, limit = covenant.limit
            path, row = limit_row(loan, key), sheet.rows.get(covenant.tested_row)
            if limit.changes and row is not None and limit.misfit(row.unit) is None and path not in sheet:
                label = f"{terms.title or key_in_words(loan)}: limit of {covenant.says or key_in_words(key)}"
                written = f"loans.{loan}.covenants.{key}.{comparator}"
                in_force(sheet, Row(path, label, row.unit, STOCK), written, limit)


def in_force(sheet: Sheet, row: Row, written: str, limit: LimitOverTime) -> str:
    """Return the reference to a limit: the input if it is one for all periods, else a row that this writes.

    Parameters
    ----------
    sheet, row : Sheet, Row
        The sheet that gets the inputs, and the row without its formula.
    written, limit : str, LimitOverTime
        The path of the input, and its amounts.
    """
    values = limit.values_in(row.unit)
    if not limit.changes:
        return sheet.give(f"{INPUT}{written}", row.unit, values[0])
    paths = [f"{INPUT}{written}.{name}" for name in limit.names]
    points = [sheet.give(path, row.unit, value) for path, value in zip(paths, values, strict=True)]
    knots = [
        sheet.give(f"{path}.from", "month", start, path.removeprefix(INPUT))
        for path, start in zip(paths, limit.starts, strict=True)
    ]
    # a term for each key, of which one is not zero: nested tests would be deeper than spreadsheets allow
    terms = []
    for number, point in enumerate(points):
        tests = [f"{{time.end}} > {knots[number]}"] if number else []
        tests += [f"{{time.end}} <= {knots[number + 1]}"] if number + 1 < len(knots) else []
        test = f"AND({', '.join(tests)})" if len(tests) > 1 else "".join(tests)
        terms.append(f"IF({test}, {point}, 0)" if test else point)
    sheet.line(row._replace(formula=" + ".join(terms)))
    return f"{{{row.path}}}"
