"""The results that the page shows of an option, as cells by name."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from fibercap.core.program.operations import Do
from fibercap.model.cash.reserves import free_cash
from fibercap.studies.live.guards import guards
from fibercap.studies.live.tests_on_cells import claim_on_cells
from fibercap.views.statement_lines import STATEMENTS, statement_lines
from fibercap.views.statements import CAPACITY_ROWS, CHANGE_OF_CASH, CLOSING_CASH, COVER

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from fibercap.core.program.node import Value
    from fibercap.studies.live.guards import Guard
    from fibercap.studies.live.option_cells import OptionCells, PlanCells
    from fibercap.studies.live.race_on_cells import Ranked, Standing

MEASURES: Final = (
    "equity_npv", "project_npv", "company_npv", "equity_irr", "project_irr", "min_dscr", "min_llcr",
    "max_debt_to_ebitda", "peak_debt", "lowest_cash", "equity_called",
)  # fmt: skip
"""Measures that the page shows, if the plan has them."""
START: Final = "cash_at_start"
MARGIN: Final = "gross_margin"


def results_of(plan: PlanCells, of: OptionCells, stands: Standing, by: str) -> dict[str, Sequence[Value]]:
    """Return the results of an option by name.

    Rows by period have `/` and the length of the period after their path, such as `accounts.revenue/year`.

    Parameters
    ----------
    plan, of, stands, by : PlanCells, OptionCells, Standing, str
        The cells of the plan and of the option, how it stands, and the length of the periods of statements.
    """
    projection = of.projection
    results: dict[str, Sequence[Value]] = {}
    for title in STATEMENTS:
        for line, _ in statement_lines(projection, title):
            results[f"{line.path}/{by}"] = of.by(line.path, by)
    results |= _lines_without_rows(of, results, by)
    for row in COVER:
        results[f"accounts.{row}/year"] = of.by(f"accounts.{row}", "year")
    for key in projection.scenario.plants:
        results |= {f"plants.{key}.{row}/{by}": of.by(f"plants.{key}.{row}", by) for row in CAPACITY_ROWS.values()}
        for row in ("nameplate", "effective_capacity"):
            results[f"plants.{key}.{row}"] = of.columns(f"plants.{key}.{row}")
    results["cash"] = of.columns("accounts.cash")
    results["free_cash"] = of.to_maturity(free_cash(projection.scenario))
    results |= {f"measure/{name}": [of.measure(name)] for name in measures_shown(of)}
    for name in projection.scenario.claims:
        claim = claim_on_cells(plan, of, name)
        results[f"claim/{name}"] = [claim.value, claim.limit, claim.holds]
    for name, tests in stands.tests.items():
        for part in ("value", "limit", "holds", "room", "beyond"):
            results[f"covenant/{name}/{part}"] = [getattr(test, part) for test in tests]
    results |= {f"unfunded/{key}": [gap] for key, gap in stands.faults.unfunded.items()}
    results["sound"] = [stands.faults.is_sound, stands.faults.trifle]
    return results


def _lines_without_rows(of: OptionCells, results: Mapping[str, Sequence[Value]], by: str) -> dict[str, Sequence[Value]]:
    """Return the lines of statements that are not rows: the gross margin, and the cash with which a period opens."""
    derived: dict[str, Sequence[Value]] = {}
    divide = of.graph.apply
    if (profit := results.get(f"accounts.gross_profit/{by}")) is not None:
        sales = results[f"accounts.revenue/{by}"]
        derived[f"{MARGIN}/{by}"] = [divide(Do.DIVIDE, *pair) for pair in zip(profit, sales, strict=True)]
    if (closing := results.get(f"{CLOSING_CASH}/{by}")) is not None:
        first = of.graph.apply(Do.SUBTRACT, of.columns(CLOSING_CASH)[0], of.columns(CHANGE_OF_CASH)[0])
        derived[f"{START}/{by}"] = [first, *closing[:-1]]
    return derived


def measures_shown(of: OptionCells) -> list[str]:
    """Return the measures that the page shows of an option."""
    return [name for name in MEASURES if name in of.projection.measures]


def rank_results(ranked: Ranked) -> list[Value]:
    """Return how an option is ranked: worth, worth of all that owners pay and get, distance, sound, recommended."""
    return [ranked.worth, ranked.owners, ranked.behind, ranked.is_sound, ranked.is_recommended]


def guard_results(plan: PlanCells, of: OptionCells) -> tuple[list[Guard], dict[str, Sequence[Value]]]:
    """Return the guards of an option, and their results by name."""
    known = list(guards(plan, of))
    return known, {f"guard/{n}": [g.refuses, g.asked, g.most] for n, g in enumerate(known)}
