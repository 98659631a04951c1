"""No formula and no kernel asks whether there is money by itself: what rounding leaves decides nothing anywhere."""

from __future__ import annotations

import ast
import re
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest

import fibercap.model
from fibercap.core.currencies import CURRENCIES
from fibercap.core.formulas.formula_text import term_of
from fibercap.core.formulas.term import COMPARISONS, Number, Operation, Reference, Term
from fibercap.core.formulas.unit_proof import unit_of
from fibercap.core.units import powers
from fibercap.model.measures.all_measures import measures
from fibercap.model.project import project
from fibercap.model.projection import Projection
from fibercap.reading.files import read, scenario_of
from tests.model.specks import SPECKS
from tests.model.test_formulas import disagreements

if TYPE_CHECKING:
    from collections.abc import Iterator

MONEY: Final = [powers(code) for code in CURRENCIES]
BARE: Final = {
    r"funding\.\w+\.\w+": "shared pro rata: what is shared is at most what sources can pay, so both sides agree at nothing",
    r"returns\.payback_months\w*": "the flow that ends waiting lifts what lacks, which is money, to what is none",
}
"""Formulas that may compare money with zero or divide by it without asking the rule, and why they may."""
STEP: Final = re.compile(r"\.rounding\.to$")
"""A step of money to which amounts are rounded: no amount."""
GUARDS: Final = {
    "loans/periods.py": {"years > 0": "time"},
    "loans/events/planned_payments.py": {"payments > 0": "a number of payments"},
    "loans/schedule_lines.py": {"passed > 0": "time"},
}
"""Divisions in kernels that compare with zero, by file, and why they may."""
PLANS: Final = {name: read(name) for name in ("fibercore", "fleet_revolver", "jena_in_euro", "two_banks")}
PLANS.update({name: scenario_of(text) for name, text in SPECKS.items()})


def formulas_of(projection: Projection) -> dict[str, str]:
    """Return every formula of rows, scalars and measures, the company that does nothing new under the same names."""
    results = {path: row.formula for path, row in projection.rows.items()}
    results |= {path: item.formula for path, item in projection.scalars.items()}
    results |= {name: measure.formula for name, measure in measures(projection).items()}
    return {path: text for path, text in results.items() if text}


def bare_parts(text: str, projection: Projection) -> Iterator[str]:
    """Yield what of a formula compares money with zero, or divides by money, without asking whether there is any."""

    def unit(path: str) -> str:
        return projection.rows[path].unit if path in projection.rows else projection.scalars[path].unit

    def is_money(term: Term) -> bool:
        return not (isinstance(term, Reference) and STEP.search(term.path)) and unit_of(term, unit) in MONEY

    asks = ".trifle}" in text or "{money.trifle}" in text
    for term in term_of(text).walk():
        if not isinstance(term, Operation):
            continue
        nothing = [side for side in (term.left, term.right) if isinstance(side, Number) and side.value == 0]
        if term.sign in COMPARISONS and nothing:
            if any(is_money(side) for side in (term.left, term.right) if side not in nothing):
                yield str(term)
        elif term.sign == "/" and not asks and is_money(term.right):
            yield str(term)


@pytest.mark.parametrize("name", PLANS)
def test_formulas_ask_one_rule_whether_there_is_money(name: str) -> None:
    projection = project(PLANS[name])

    results = {
        path: list(bare_parts(text, projection))
        for path, text in formulas_of(projection).items()
        if not any(re.fullmatch(rf"(without_projects\.|run_off\.)?{known}", path) for known in BARE)
    }
    assert {path: parts for path, parts in results.items() if parts} == {}


def test_a_bare_comparison_would_be_found() -> None:
    projection = project(PLANS["fibercore"])

    assert list(bare_parts("IF({accounts.debt} > 0, 1, 0)", projection)) == ["{accounts.debt} > 0"]
    assert list(bare_parts("{accounts.cfads} / {accounts.debt_service}", projection)) != []
    assert list(bare_parts("IF({accounts.debt} > {money.trifle}, 1, 0)", projection)) == []
    assert list(bare_parts("IF({time.period} > 0, 1, 0)", projection)) == []


@pytest.mark.parametrize("name", SPECKS)
def test_kernels_decide_as_formulas_do_where_there_is_next_to_nothing(name: str) -> None:
    assert disagreements(project(PLANS[name])) == []


def guards_of(text: str) -> set[str]:
    """Return what the divisions of a file compare with zero to be made."""
    calls = [node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Call) and _divides(node.func)]
    tests = [keyword.value for call in calls for keyword in call.keywords if keyword.arg == "where"]
    compared = [node for test in tests for node in ast.walk(test) if isinstance(node, ast.Compare)]
    return {ast.unparse(node) for node in compared if any(_is_nothing(other) for other in node.comparators)}


def _divides(function: ast.expr) -> bool:
    return isinstance(function, ast.Attribute) and function.attr == "divide"


def _is_nothing(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value == 0


def test_kernels_divide_by_money_only_where_the_rule_says_that_there_is_some() -> None:
    folder = Path(fibercap.model.__file__).parent

    results = {str(path.relative_to(folder)): guards_of(path.read_text("utf-8")) for path in folder.rglob("*.py")}
    assert {path: guards for path, guards in results.items() if guards} == {
        path: set(known) for path, known in GUARDS.items()
    }


def test_a_bare_guard_of_a_division_would_be_found() -> None:
    assert guards_of("np.divide(a, b, out=c, where=(b > 0) & d)") == {"b > 0"}
    assert guards_of("np.divide(a, b, out=c, where=trifle.counts(b))") == set()


def test_next_to_nothing_is_never_drawn_and_pays_nothing_back() -> None:
    left = measures(project(PLANS["loan_of_what_rounding_leaves"]))
    assert (left["all_in_cost.left"].value, left["average_life.left"].value) == (None, None)
    assert (left["all_in_cost.left"].reason, left["average_life.left"].reason) == ("never drawn", "never drawn")

    speck = measures(project(PLANS["rest_of_a_loan"]))
    wanted = {
        "share_paid_back": "the projects spend nothing",
        "terminal_share": "the NPV is not above zero",
        "gearing": "no funding pays for anything",
        "levelized_cost": "the projects ship nothing",
    }
    for name, reason in wanted.items():
        assert speck[name].value is None
        assert reason in speck[name].reason


def test_a_rest_of_a_loan_costs_no_agency_fee() -> None:
    projection = project(PLANS["rest_of_a_loan"])
    owed, fees = (projection.value(f"loans.term.{key}")[0] for key in ("closing", "fees"))

    assert 0 < owed[25] < 1e-8
    assert fees[25] > 900
    assert fees[26:].max() < 1e-8
