"""The witness against the check values of docs/conventions.md, and the program against the witness."""

from functools import cache
from typing import Any

import pytest

from tests.witness.page import Check, list_checks, read_block, read_ledgers, read_loan, read_row, round_to, split_plan
from tests.witness.program import (
    compare_measures,
    compare_rows,
    find_run_off,
    list_unknown,
    names_row,
    run_program,
)
from tests.witness.witness import find_fall, recompute_plan, recompute_shipped, size_loan

pytestmark = pytest.mark.long

OPTIONS = (None, "level", "equal_principal", "bullet", "grace_one_year", "no_debt", "german_bank")
CASES = [("fibercore", option) for option in OPTIONS]
CASES += [(name, option) for name in ("fleet_revolver", "jena_in_euro") for option in OPTIONS if option != "level"]
CASES += [
    (name, None)
    for name in ("two_banks", "slow_brazil", "soft_market", "jena_only", "annuity_road", "oyster", "term_sheet")
]
CASES += [("fiber_2017", option) for option in (None, "bullet", "no_debt")]


@cache
def recompute(plan: str) -> Any:
    """Recompute what the first cell of a line names."""
    if plan.startswith("option "):
        return recompute_shipped("fibercore", plan.removeprefix("option "))
    name, option, changes = split_plan(plan)
    return recompute_plan(read_block(name), option, changes)


def find_figure(check: Check) -> float | None:
    """Return the witness's figure for a line of a table."""
    ledgers = read_ledgers()
    if check.plan in ledgers:
        return read_loan(ledgers[check.plan], check.figure, check.when)
    if check.figure == "largest fleet with min_dscr at least 1.3":
        return size_loan(read_block("fibercore"), "fleet", "min_dscr", 1.3)
    if check.figure == "fall of EBITDA that breaks fleet.cover":
        return find_fall(read_block("covenant.yaml"), "loans.fleet.dscr_12m", 1.2)
    if "." in check.figure and not check.figure.startswith("min_"):
        return read_row(recompute(check.plan), check.figure, check.when)
    result: float | None = recompute(check.plan).measures[check.figure]
    return result


def list_printed() -> list[Check]:
    """Return the printed figures that the witness recomputes."""
    words = ("interest", "payment")
    return [check for check in list_checks() if check.value not in words]


@pytest.mark.parametrize("check", list_printed(), ids=str)
def test_page_prints_what_its_rules_lead_to(check: Check) -> None:
    result = find_figure(check)
    if check.value == "undefined":
        assert result is None
    else:
        value, unit = round_to(check.value)
        assert result is not None
        assert abs(result - value) <= unit


@cache
def print_program(name: str, option: str | None) -> Any:
    """Run the program once for all tests of a case."""
    return run_program(name, option)


@pytest.mark.parametrize(("name", "option"), CASES)
def test_program_has_the_rows_of_the_witness(name: str, option: str | None) -> None:
    mine, theirs = recompute_shipped(name, option), print_program(name, option)["rows"]
    horizon = mine.company.calendar.horizon
    lines = compare_rows({path: row[:horizon] for path, row in mine.company.rows.items()}, theirs)
    lines += compare_rows(mine.worth.list_printed(), theirs, "returns.")
    assert not lines, "\n" + "\n".join(lines)


@pytest.mark.parametrize(("name", "option"), CASES)
def test_program_has_the_company_without_projects_of_the_witness(name: str, option: str | None) -> None:
    mine, theirs = recompute_shipped(name, option), print_program(name, option)["rows"]
    horizon = mine.without.calendar.horizon
    rows = {path: row[:horizon] for path, row in mine.without.rows.items() if f"without_projects.{path}" in theirs}
    lines = compare_rows(rows, theirs, "without_projects.")
    assert rows
    assert not lines, "\n" + "\n".join(lines)


@pytest.mark.parametrize(("name", "option"), CASES)
def test_program_has_the_run_off_of_the_witness(name: str, option: str | None) -> None:
    mine = recompute_shipped(name, option)
    rows, prefix = find_run_off(print_program(name, option))
    calendar = mine.company.calendar
    if calendar.count == calendar.horizon:
        assert not rows
        return
    known = {path: row for path, row in mine.company.rows.items() if prefix + path in rows}
    lines = compare_rows(known, rows, prefix, after=calendar.horizon)
    assert "accounts.cfads" in known
    assert not lines, "\n" + "\n".join(lines)


@pytest.mark.parametrize(("name", "option"), CASES)
def test_program_has_the_measures_of_the_witness(name: str, option: str | None) -> None:
    lines = compare_measures(recompute_shipped(name, option), print_program(name, option)["measures"])
    assert not lines, "\n" + "\n".join(lines)


@pytest.mark.parametrize(("name", "option"), CASES)
def test_witness_computes_every_row_that_the_page_names(name: str, option: str | None) -> None:
    unknown = list_unknown(recompute_shipped(name, option).company.rows, print_program(name, option)["rows"])
    named = [path for path in unknown if names_row(path)]
    assert not named, f"not computed though named: {named}; not computed and not named: {unknown}"
