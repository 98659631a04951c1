"""A result is as well founded as the weakest of the inputs that it rests on."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import pytest

from fibercap.core.errors import ScenarioError
from fibercap.core.formulas.dependencies import reach
from fibercap.core.quantity import Quantity
from fibercap.core.trees.tree import Leaf, leaves, unwrap
from fibercap.core.units import QuantityTextError, split_quantity
from fibercap.model.measures.all_measures import measures
from fibercap.model.plan.scenario import Scenario
from fibercap.model.project import project
from fibercap.model.projection import Projection
from fibercap.reading.files import changes_of, read, scenario_of

PLAN = """\
fibercap: 1
sources: {memo: {title: The memo, kind: stated}, sum: {title: Worked out, kind: derived}, us: {title: We, kind: assumed}}
default_source: memo
horizon: {from: {value: 2001, source: us}, to: {value: 2005, source: us}}
money: {report_in: USD, discount_rate: 10 %/year}
products:
  fiber: {price: 40 USD/km}
  lost: {price: {value: 50 USD/km, source: us}}
plants: {works: {product: fiber, capacity: 200_000 km/year, cash_cost: 20 USD/km}}
projects:
  line: {plant: works, adds: 150_000 km/year, capex: 6 million USD, spend: {2001: 100 %}, complete: 2001-12-31}
loans:
  bank: {commitment: 3 million USD, signed: 2001-01-01, matures: 7 years, rate: {value: 8 %/year, source: us}}
  other: {commitment: 1 million USD, signed: 2001-01-01, matures: 3 years, rate: 7 %/year, draws: {2001-01-01: 1 million USD}, repayment: {style: bullet}}
funding: {line: {bank: 3 million USD, equity: rest}}
tax: {rate: 30 %}
"""


def kinds(text: str) -> dict[str, str]:
    return {name: measure.evidence for name, measure in measures(project(scenario_of(text))).items()}


def test_one_assumed_input_weakens_what_rests_on_it_and_nothing_else() -> None:
    result = kinds(PLAN)

    assert result["total_interest"] == "assumed"
    assert result["peak_debt"] == "assumed"  # of several loans, without a formula text
    assert result["all_in_cost"] == "assumed"
    assert result["all_in_cost.bank"] == "assumed"
    assert result["all_in_cost.other"] == "stated"
    assert result["average_life.other"] == "stated"
    assert result["project_npv"] == "stated"
    assert result["capacity_cost"] == "stated"


def test_stating_the_only_assumed_input_states_the_result() -> None:
    stated = kinds(PLAN.replace("{value: 8 %/year, source: us}", "8 %/year"))

    assert set(stated.values()) == {"stated", ""}
    assert stated["total_interest"] == stated["peak_debt"] == stated["lowest_cash"] == "stated"


def test_a_derived_input_lies_between() -> None:
    derived = kinds(PLAN.replace("value: 8 %/year, source: us", "value: 8 %/year, source: sum"))

    assert derived["total_interest"] == "derived"
    assert derived["project_npv"] == "stated"


def test_what_is_not_written_does_not_count_and_what_has_no_source_is_assumed() -> None:
    """The plant's utilization is left at its default, and moves the value of the projects; writing it does count."""
    assert kinds(PLAN)["project_npv"] == "stated"
    assert kinds(PLAN.replace("default_source: memo\n", ""))["project_npv"] == "assumed"
    written = PLAN.replace("product: fiber, ", "product: fiber, utilization: {value: 100 %, source: us}, ")
    assert kinds(written)["project_npv"] == "assumed"


def test_an_undefined_measure_and_one_that_rests_on_nothing_have_no_evidence() -> None:
    no_loans = "\n".join(line for line in PLAN.splitlines() if "bank" not in line and "  other" not in line)
    by_name = measures(project(scenario_of(no_loans.replace("loans:\n", ""))))

    assert (by_name["min_dscr"].value, by_name["min_dscr"].evidence) == (None, "")
    assert (by_name["total_interest"].value, by_name["total_interest"].evidence) == (0, "")


def test_a_batch_has_the_evidence_of_its_members() -> None:
    plan = scenario_of(PLAN)
    batch = project(plan.with_samples({"plants.works.capacity": Quantity(np.array([[2e5], [2.1e5]]), "km/year")}))

    assert {n: m.evidence for n, m in measures(batch).items()} == kinds(PLAN)


def _drawable(plan: Scenario) -> dict[str, Any]:
    """Return every number of a scenario that may be drawn, with a draw of its own in which it is nudged."""
    values, _ = unwrap(plan.tree)
    written: dict[str, tuple[float, str]] = {}
    for path, leaf in leaves(values):
        if path[0] in ("options", "claims", "sources", "fibercap", "horizon") or not isinstance(leaf, Leaf):
            continue
        try:
            number, unit = split_quantity(str(leaf.value))
        except QuantityTextError:
            continue
        trial = Quantity(np.array([[number], [number * 0.999]]), unit or "dimensionless")
        try:
            plan.with_samples({".".join(path): trial})
        except (ScenarioError, ValueError):
            continue
        if number:
            written[".".join(path)] = (number, unit)
    results = {}
    for draw, (name, (number, unit)) in enumerate(written.items(), 1):
        samples = np.full((len(written) + 1, 1), number)
        samples[draw] *= 0.999
        results[name] = Quantity(samples, unit or "dimensionless")
    return results


@cache
def nudge(name: str) -> tuple[Projection, tuple[str, ...]]:
    plan = read(name)
    samples = _drawable(plan)
    return project(plan.with_samples(samples)), tuple(samples)


@pytest.mark.long
@pytest.mark.parametrize(("name", "least"), [("fibercore", 30), ("fleet_revolver", 30), ("jena_in_euro", 30)])
def test_whatever_moves_a_row_is_among_the_inputs_it_rests_on(name: str, least: int) -> None:
    """One input is nudged in each draw; no row may move of which the formulas do not say so."""
    projection, paths = nudge(name)
    reached = reach(projection.blocks.values())
    assert len(paths) >= least
    unsaid = []
    for row in projection.rows:
        value = np.nan_to_num(projection.value(row))
        scale = max(float(abs(value).max()), 1.0)
        moved = (abs(value - value[0]) > 1e-9 * scale).any(axis=-1)
        reads = reached.inputs_in(reached.mask_of([row]))
        for number, path in enumerate(paths, 1):
            if moved[number] and not any(path == r or path.startswith(f"{r}.") for r in reads):
                unsaid.append(f"{path} moves {row}")
    assert unsaid == []


@pytest.mark.parametrize("name", ["fibercore", "fleet_revolver", "jena_in_euro"])
def test_whatever_moves_a_measure_is_among_its_inputs(name: str) -> None:
    projection, paths = nudge(name)
    evidence = projection.evidence
    for measure in measures(projection).values():
        values = np.broadcast_to(measure.values, (projection.samples,))
        under = [item.path for item in evidence.inputs_under(measure.rests_on)]
        for number, path in enumerate(paths, 1):
            if abs(values[number] - values[0]) > 1e-9 * max(abs(values[0]), 1.0):
                assert any(path == r or path.startswith(f"{r}.") for r in under), f"{path} moves {measure.name}"


DATES = {
    "projects.xtal_1.complete": "2002-03-31",
    "projects.xtal_1.delay": "2 months",
    "projects.jena_multimode.life": "7 years",
    "plants.xtal.opens": "2000-08-01",
    "plants.xtal.purchase.on": "2000-07-20",
    "plants.xtal.purchase.life": "9 years",
    "opening.fixed_assets.life": "7 years",
    "loans.fleet.signed": "2000-12-15",
    "loans.fleet.matures": "4 years",
    "loans.fleet.grace": "1 year",
    "loans.fleet.capitalize_until": "2001-08-01",
    "loans.fleet.day_count": "ACT/360",
    "loans.fleet.payments.first": "2001-03-31",
    "loans.fleet.fees.available_until": "2001-06-30",
    "loans.fleet.repayment.amortize_over": "8 years",
    "tax.lag": "1 year",
    "money.valuation_date": "2000-07-01",
    "money.terminal_value": "book",
    "horizon.to": "2003",
}


@pytest.mark.parametrize("path", DATES)
def test_dates_and_terms_that_move_a_row_are_among_its_inputs(path: str) -> None:
    before = project(read("fibercore"))
    after = project(before.scenario.with_changes(changes_of(f"{path}={DATES[path]}")))
    reached = [reach(projection.blocks.values()) for projection in (before, after)]
    moved, unsaid = 0, []
    for row in before.period_rows:
        if row not in after.rows:
            continue
        length = min(before.value(row).shape[-1], after.value(row).shape[-1])
        one, other = (np.nan_to_num(p.value(row)[0, :length]) for p in (before, after))
        if not np.allclose(one, other, rtol=1e-9, atol=1e-6):
            moved += 1
            reads = {read_ for r in reached for read_ in r.inputs_in(r.mask_of([row]))}
            if not any(path == r or path.startswith(f"{r}.") or r.startswith(f"{path}.") for r in reads):
                unsaid.append(row)
    assert moved
    assert unsaid == []
