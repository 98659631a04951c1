"""Every key of the scenario language: its plan moves a figure, and every reader agrees on it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner

from fibercap.cli import cli
from fibercap.core.errors import ScenarioError
from fibercap.model.measures.all_measures import measures
from fibercap.model.plan.scenario import Scenario
from fibercap.model.project import project
from fibercap.model.projection import Projection
from fibercap.reading.files import read, scenario_of
from fibercap.studies.claims import outcomes
from fibercap.studies.covenants import covenants
from fibercap.studies.explaining.explain import explain
from fibercap.studies.explaining.input_uses import Use
from fibercap.studies.findings import findings
from fibercap.studies.movable_inputs import input_samples, levers
from fibercap.views.workbook.workbook import workbook
from tests.key_plans import COSTS, LENDERS, MAKER, OWNERS, STEPS
from tests.keys import leaves, other_value, pattern_of, values
from tests.sheets import Recalculator, disagreements, spoilt
from tests.studies.test_samples import alike
from tests.test_every_reader import PLAN
from tests.views.test_workbook import convert

pytestmark = pytest.mark.long

PERIOD = re.compile(r"(FY)?\d{4}(-[\dQ]+)*")
PLANS = {"maker": MAKER, "lenders": LENDERS, "costs": COSTS, "owners": OWNERS, "steps": STEPS, "rich": PLAN}
LABELS = {
    "fibercap", "id", "title", "sources.*.title", "sources.*.kind", "sources.*.date", "sources.*.url", "default_source",
    "loans.*.title", "loans.*.lender", "loans.*.covenants.*.says", "ratios.*.title", "products.*.name", "plants.*.name", "projects.*.name",
    "claims.*.says", "money.report_in",
}  # fmt: skip
"""Keys that name things and move no figure; and the currency, which all amounts follow (tests/test_any_unit.py)."""
OTHERS = {
    "maker": {
        "loans.bank.repayment": "{style: sculpted, dscr: 1.5, tax: paid, of: package}",
        "horizon.to": "FY2006",
        "horizon.year_ends": "March",
        "money.discount_rate": "9 %/year",
        "money.discount_rate.index": "wages",
        "money.valuation_date": "2002-06-30",
        "products.fiber.unit": "km",
        "products.fiber.price": "520 USD/coil",
        "products.fiber.price.growth": "7 %/year",
        "products.fiber.demand.market": "50_000 coil/year",
        "products.fiber.demand.market.growth": "7 %/year",
        "products.fiber.demand.share": "50 %",
        "products.fiber.demand.share.growth": "2 %/year",
        "products.fiber.demand.exports": "5_000 coil/year",
        "products.fiber.demand.exports.growth": "7 %/year",
        "products.glass.demand": "1_300 tonne/year",
        "products.glass.demand.growth": "7 %/year",
        "products.glass.demand.growth.rate": "wages",
        "plants.works.utilization": "80 %",
        "plants.works.utilization.growth": "0.5 %/year",
        "plants.works.cash_cost": "200 USD/coil",
        "plants.works.cash_cost.growth": "cpi",
        "plants.works.cash_cost.growth.rate": "cpi",
        "plants.works.fixed_cost": "0.3 MUSD/year",
        "plants.works.fixed_cost.growth": "7 %/year",
        "plants.works.life": "3 years",
        "plants.furnace.purchase.life": "3 years",
        "plants.furnace.capacity": "1_900 tonne/year",
        "plants.furnace.capacity.growth": "7 %/year",
        "projects.line.life": "3 years",
        "plants.works.maintenance": "0.3 MUSD/year",
        "plants.works.maintenance.growth": "7 %/year",
        "plants.works.depreciation": "{table: {2 years: 60 %, 4 years: 40 %}}",
        "plants.other.opens": "2002-04-01",
        "plants.other.closes": "2004-06-30",
        "plants.other.closures.repair.from": "2003-03-01",
        "plants.other.closures.repair.to": "2003-05-31",
        "projects.annex.cancelled": "2002-06-30",
        "plants.furnace.purchase.on": "2001-11-30",
        "plants.furnace.purchase.depreciation": "{table: {2 years: 60 %, 4 years: 40 %}}",
        "plants.furnace.purchase.residual": "60 %",
        "plants.furnace.purchase.working_capital": "0.3 MUSD",
        "plants.furnace.purchase.sold.on": "2004-06-30",
        "projects.line.plant": "other",
        "projects.line.spend.from": "2001-10",
        "projects.line.spend.to": "2002-04",
        "projects.line.complete": "2002-07-31",
        "projects.line.ramp": "none",
        "projects.line.depreciation": "sum_of_years",
        "projects.line.residual": "60 %",
        "projects.hall.spend": "{FY2002: 60 %, FY2003: 40 %}",
        "projects.line.sold.on": "2004-12-31",
        "projects.line.fixed_cost": "0.3 MUSD/year",
        "projects.line.fixed_cost.growth": "7 %/year",
        "projects.hall.land": "true",
        "loans.bank.signed": "2001-07-15",
        "loans.bank.draw_stop": "true",
        "loans.bank.covenants.worth.test": "year",
        "funding.line.grant": "10 %",
        "funding.line.include_financing_costs": "true",
        "company.overhead": "0.3 MUSD/year",
        "company.overhead.growth": "7 %/year",
        "working_capital.receivables": "30 days",
        "working_capital.receivables.growth": "2 %/year",
        "working_capital.inventory": "30 days",
        "working_capital.inventory.growth": "2 %/year",
        "working_capital.payables": "20 days",
        "working_capital.payables.growth": "2 %/year",
        "tax.rate": "25 %",
        "tax.rate.growth": "2 %/year",
        "tax.depreciation": "{table: {2 years: 60 %, 4 years: 40 %}}",
        "tax.lag": "6 months",
        "opening.fixed_assets.depreciation": "{table: {2 years: 60 %, 4 years: 40 %}}",
        "opening.fixed_assets.residual": "60 %",
        "opening.fixed_assets.life": "3 years",
        "opening.fixed_assets.sold.on": "2004-03-31",
        "exchange.EUR.average": "1.02 USD/EUR",
        "exchange.EUR.closing": "1.02 USD/EUR",
        "exchange.EUR.average.growth": "7 %/year",
        "exchange.EUR.closing.growth": "7 %/year",
        "exchange.EUR.closing.growth.rate": "cpi",
    },
    "lenders": {
        "calendars.city.holidays": "{2001-07-03: Another fair}",
        "calendars.city.weekends": "false",
        "loans.float.payments.calendar": "sleepless",
        "loans.float.payments.roll": "preceding",
        "money.interest_on_cash": "5 %/year",
        "money.interest_on_cash.growth": "7 %/year",
        "money.interest_on_overdraft": "14 %/year",
        "money.interest_on_overdraft.growth": "7 %/year",
        "loans.float.rate.index": "prime",
        "rates.libor": "5.7 %/year",
        "rates.libor.2003": "6.9 %/year",
        "plants.works.product": "cable",
        "horizon.step": "quarter",
        "loans.old.payments.first": "2001-03-31",
        "loans.old.repayment": "{style: level, balloon: 0.5 million USD}",
        "horizon.from": "2000",
        "loans.credit.commitment": "3.3 million USD",
        "loans.float.draws.2001-02-01": "1.5 million USD",
        "loans.float.sweep": "50 %",
        "loans.house.rank": "2",
        "loans.old.true_up": "last_interest",
        "loans.house.repayment.after_reset": "keep_payment",
        "loans.old.payments.end_of_month": "true",
        "loans.credit.capitalize_until": "2002-03-31",
        "loans.credit.fees.available_until": "2002-06-30",
        "loans.credit.covenants.leverage.row": "accounts.dscr_12m",
        "loans.credit.covenants.cover.measure": "min_llcr",
        "loans.credit.covenants.steps.from": "2002-06-30",
        "ratios.fixed.numerator.earned.add": "accounts.cfads",
        "ratios.fixed.numerator.upkeep.subtract": "accounts.tax_paid",
        "ratios.fixed.denominator.service.add": "accounts.interest_paid",
        "ratios.fixed.denominator.taxes.subtract": "accounts.maintenance",
        "loans.house.covenants": "{cover: {row: accounts.dscr_12m, at_least: 1.1, lock_up: 99}}",
        "plants.works.depreciation": "sum_of_years",
        "plants.works.maintenance": "1 million USD/year",
        "projects.line.depreciation": "{table: {1 year: 50 %, 6 years: 50 %}}",
        "projects.line.ramp": "{table: {0 months: 40 %, 5 months: 100 %}}",
        "opening.fixed_assets": "{value: 3 million USD, land: true}",
        "claims.grows.row": "accounts.ebitda",
        "claims.grows.when": "2003",
        "claims.grows.above.of": "2002",
        "claims.keeps.at_least.of": "2002",
        "claims.falls.below.of": "2002",
        "claims.stays.at_most.of": "2002",
        "claims.holds.about.of": "2002",
        "claims.holds.about": "9 million USD",
    },
    "costs": {
        "plants.works.products.multi": "30 %",
        "plants.works.products.multi.growth": "2 %/year",
        "plants.works.yield": "90 %",
        "plants.works.yield.growth": "2 %/year",
        "plants.works.costs.glass.use": "1.2 kg/km",
        "plants.works.costs.glass.use.growth": "2 %/year",
        "plants.works.costs.glass.price": "14 EUR/kg",
        "plants.works.costs.glass.price.growth": "cpi",
        "plants.works.costs.glass.price.growth.rate": "cpi",
        "plants.works.costs.crew.per_year": "6_000 EUR/year",
        "plants.works.costs.crew.per_year.growth": "cpi",
        "plants.works.costs.crew.per_year.growth.rate": "cpi",
        "projects.line.depreciation": "units",
        "tax.depreciation": "units",
        "projects.line.cash_cost": "4 EUR/km",
        "projects.line.cash_cost.growth": "wages",
        "projects.line.cash_cost.growth.rate": "wages",
    },
    "owners": {
        "company.payouts.every": "half_year",
        "funding.line.cash": "0.1 million USD",
        "company.payouts.first": "2002-03-31",
        "loans.bank.reserve.covers": "6 months",
        "loans.credit.reserve.filled_from": "operations",
    },
    "steps": {
        "loans.grid.rate.margin.by": "accounts.dscr_12m",
        "loans.grid.fees.agency.by": "accounts.dscr_12m",
        "loans.floor.rate.floor.by": "accounts.dscr_12m",
        "loans.floor.fees.undrawn.by": "accounts.dscr_12m",
        "loans.floor.sweep.share.by": "accounts.dscr_12m",
        "loans.cap.rate.cap.by": "accounts.dscr_12m",
        "loans.cap.fees.guarantee.by": "accounts.dscr_12m",
        "loans.cap.sweep.by": "accounts.dscr_12m",
        "loans.grid.sweep.while.row": "accounts.dscr_12m",
        "loans.grid.sweep.while.above": "1.6",
        "loans.floor.sweep.while.at_least": "4 million USD",
        "loans.less.sweep.while.below": "1.5",
        "loans.most.sweep.while.at_most": "1.5",
    },
    "rich": {
        "claims.gap.measure": "equity_npv",
        "exchange.EUR.opening": "1.1 USD/EUR",
        "loans.seller.repayment.schedule.2002-12-01": "0.9 million USD",
        "money.minimum_cash": "9 million USD",
        "plants.bought.purchase.depreciation": "sum_of_years",
        "plants.bought.purchase.land": "true",
        "opening.fixed_assets.depreciation": "sum_of_years",
        "tax.depreciation": "sum_of_years",
    },
}
"""What else the values of keys may be where a tenth more or another word does not do, by plan."""


RAISED = {"loans.seller.commitment"}
"""A loan of which all is repaid in amounts."""
UNEXPORTED = {
    "products.fiber.unit",
    "horizon.from",
    "horizon.to",
    "horizon.step",
    "horizon.year_ends",
    "loans.float.sweep",
    "loans.bank.draw_stop",
    "plants.bought.purchase.land",
    "loans.old.true_up",
}
"""A workbook has one calendar, and no option in which a loan rests on cash that does not in others; land has no other kind."""
APART = [
    ("exchange.EUR.average", "products.fiber.price"),
    ("exchange.EUR.closing", "products.fiber.price"),
    ("funding.line.include_financing_costs", "loans.bank.repayment"),
    ("calendars.city.holidays", "loans.float.payments.calendar"),
    ("calendars.city.weekends", "loans.float.payments.calendar"),
    ("loans.float.payments.roll", "loans.float.payments.calendar"),
    ("loans.old.repayment", "loans.old.true_up"),
    ("rates.libor", "loans.float.rate.index"),
    ("opening.fixed_assets.life", "opening.fixed_assets.depreciation"),
    ("plants.bought.purchase.depreciation", "plants.bought.purchase.land"),
    ("plants.furnace.purchase.life", "plants.furnace.purchase.depreciation"),
    ("plants.works.life", "plants.works.depreciation"),
]
"""Keys of which one is refused beside the other, or moves nothing."""
REFUSED = ("lenders", "loans.house.repayment.allow_negative_amortization", "false")
"""What no plan can move: where it changes anything, the plan is refused without it."""


def patterns_of(path: str, text: str) -> set[str]:
    """Return the patterns of the keys that a setting writes."""
    written = yaml.load(text, Loader=yaml.BaseLoader)  # noqa: S506 - texts alone
    return {pattern_of(inner) for inner, _ in values(written, tuple(path.split(".")))}


def chosen_moves() -> list[tuple[str, str, str]]:
    """Return plan, path and other value for each key: all of `OTHERS`, and for the other keys a tenth more or another word."""
    moves = [(name, path, text) for name, others in OTHERS.items() for path, text in others.items()]
    seen = (LABELS | {pattern_of(tuple(REFUSED[1].split(".")))}).union(
        *(patterns_of(path, text) for _, path, text in moves)
    )
    for name, plan in PLANS.items():
        for path, text in values(yaml.load(plan, Loader=yaml.BaseLoader)):  # noqa: S506 - texts alone
            pattern = pattern_of(path)
            if pattern not in seen:
                moves.append((name, ".".join(path), other_value(pattern, text)))
                seen.add(pattern)
    return moves


def series_of_plans() -> dict[str, tuple[str, str, str]]:
    """Return, by pattern, each series that may be read from a file: plan, path, and one of its values."""
    results: dict[str, tuple[str, str, str]] = {}
    for name, plan in PLANS.items():
        for path, text in values(yaml.load(plan, Loader=yaml.BaseLoader)):  # noqa: S506 - texts alone
            above = path[:-1] if PERIOD.fullmatch(path[-1]) else path
            if f"{pattern_of(above)}.file" in leaves():
                results.setdefault(pattern_of(above), (name, ".".join(above), text))
    return results


MOVES = chosen_moves()
SERIES = series_of_plans()


@cache
def base(name: str) -> Projection:
    return project(scenario_of(PLANS[name], f"{name}.yaml"))


@cache
def file_of(name: str, folder: Path) -> Path:
    path = folder / f"{name}.yaml"
    path.write_text(PLANS[name], encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("keys")


def results_of(projection: Projection) -> dict[str, str | bytes]:
    """Return all that a plan leads to: rows bit for bit, the rest as text."""
    rows = {path: projection.value(path).tobytes() for path in projection.rows}
    results: dict[str, Any] = {name: measure.value for name, measure in measures(projection).items()}
    results |= {name: (test.tests, test.untested) for name, test in covenants(projection).items()}
    results |= {"findings": findings(projection), "claims": outcomes(projection)}
    return rows | {name: str(value) for name, value in results.items()}


@cache
def results_of_unmoved(name: str) -> dict[str, str | bytes]:
    return results_of(base(name))


def test_every_key_is_moved_in_some_plan() -> None:
    moved = {pattern for _, path, text in [*MOVES, REFUSED] for pattern in patterns_of(path, text)}
    by_file = {f"{pattern}.{key}" for pattern in SERIES for key in ("file", "column")}

    of_samples = {key for key in leaves() if key.startswith("uncertain.")}  # tests/studies/test_every_uncertain_key.py

    assert sorted(leaves().keys() - LABELS - moved - by_file - of_samples) == []
    assert moved | by_file <= leaves().keys()


def test_a_loan_that_would_grow_is_refused_unless_it_may(folder: Path) -> None:
    name, path, text = REFUSED

    with pytest.raises(ScenarioError, match=r"the loan would grow instead of being repaid"):
        project(read(file_of(name, folder), settings=[f"{path}={text}"]))


@pytest.mark.parametrize(("name", "path", "text"), MOVES, ids=lambda value: value)
def test_a_key_moves_a_figure_and_is_shown_and_explained(name: str, path: str, text: str, folder: Path) -> None:
    projection = project(read(file_of(name, folder), settings=[f"{path}={text}"]))
    results = results_of(projection)

    assert results != results_of_unmoved(name)
    shown = CliRunner().invoke(cli, ["show", str(file_of(name, folder)), "--set", f"{path}={text}"])
    assert shown.exit_code == 0
    assert results_of(project(scenario_of(shown.stdout, f"{name}.yaml"))) == results
    use = explain(projection, path)
    assert isinstance(use, Use)
    assert use.inputs[0].place is not None


@pytest.mark.parametrize("pattern", SERIES)
def test_a_series_from_a_file_is_the_same_series(pattern: str, folder: Path) -> None:
    name, path, text = SERIES[pattern]
    by_key = {"2001": text, "2002-07": other_value(pattern, text)}
    lines = "".join(f"{key},{value}\n" for key, value in by_key.items())
    (folder / "series.csv").write_text(f"key,it\n{lines}", encoding="utf-8")
    typed = ", ".join(f"{key}: {value}" for key, value in by_key.items())

    plans = [
        read(file_of(name, folder), settings=[f"{path}={{{given}}}"])
        for given in ("file: series.csv, column: it", typed)
    ]
    assert results_of(project(plans[0])) == results_of(project(plans[1])) != results_of_unmoved(name)


@pytest.mark.parametrize("name", PLANS)
def test_a_batch_of_samples_is_its_members(name: str) -> None:
    """Each number that can be drawn is moved by a twentieth in a sample of its own."""
    plan = scenario_of(PLANS[name], f"{name}.yaml")
    movable = levers(plan)

    assert len(movable) > 25
    for one in movable:
        factor = 1.05 if one.name in RAISED else 0.95
        batch = project(plan.with_samples(input_samples([(one, 1.0), (one, factor)])))
        alone = project(plan.with_samples(input_samples([(one, factor)])))
        assert (one.name, alike(batch, 0, base(name)), alike(batch, 1, alone)) == (one.name, [], [])


def groups_of(moves: Iterable[tuple[str, str]]) -> list[dict[str, str]]:
    """Return moves in as few groups as may be: none lies below another of its group, or hides what another does."""
    groups: list[dict[str, str]] = []
    for path, text in moves:
        apart = {one for pair in APART if path in pair for one in pair}
        for group in groups:
            if not (apart & group.keys() or any(f"{one}.".startswith(f"{two}.") for one, two in pairs(path, group))):
                group[path] = text
                break
        else:
            groups.append({path: text})
    return groups


def patterns_of_plan(text: str) -> set[str]:
    """Return the patterns of the keys of a plan."""
    return {pattern_of(path) for path, _ in values(yaml.load(text, Loader=yaml.BaseLoader))}  # noqa: S506 - texts alone


def pairs(path: str, group: dict[str, str]) -> list[tuple[str, str]]:
    """Return a path with each of a group, in both orders."""
    return [(path, other) for other in group] + [(other, path) for other in group]


def change_of(group: dict[str, str]) -> str:
    """Return an overlay that makes the moves of a group."""
    return f"{{change: {{{', '.join(f'{path}: {value}' for path, value in group.items())}}}}}"


@pytest.mark.parametrize("name", PLANS)
def test_a_recalculated_workbook_has_what_each_key_leads_to(name: str, tmp_path: Path) -> None:
    moves = [
        (path, text) for other, path, text in MOVES
        if other == name and path not in UNEXPORTED and not path.startswith("claims.")
    ]  # fmt: skip
    options = {f"group_{number}": change_of(group) for number, group in enumerate(groups_of(moves))}
    lines = "".join(f"  {option}: {change}\n" for option, change in options.items())
    plan = scenario_of(f"{PLANS[name]}options:\n{lines}", f"{name}.yaml")
    calculator = Recalculator(spoilt(workbook(plan, "0.1.0")), tmp_path)

    for option in options:
        calculator.choose(option)
        assert (option, disagreements(calculator.read(), project(plan.with_option(option)), option)) == (option, [])


@pytest.mark.office
def test_libreoffice_recalculates_the_plans_of_all_keys(tmp_path: Path) -> None:
    """The plans as written, with the keys beside that none of them has."""
    plans: dict[str, Scenario] = {}
    written = {pattern for text in PLANS.values() for pattern in patterns_of_plan(text)}
    for name, text in PLANS.items():
        standing = [".".join(path) for path, _ in values(yaml.load(text, Loader=yaml.BaseLoader))]  # noqa: S506 - texts alone
        more = [
            (path, value) for other, path, value in MOVES
            if other == name and patterns_of(path, value) - written
            and not any(f"{one}.".startswith(f"{two}.") for one, two in pairs(path, dict.fromkeys(standing, "")))
        ]  # fmt: skip
        for number, group in enumerate(groups_of(more) or [{}]):
            plan = scenario_of(f"{text}options: {{with: {change_of(group)}}}\n", f"{name}.yaml").with_option("with")
            plans[f"{name}_{number}"] = Scenario.from_tree(plan.tree.without_child("options"), plan.file)

    contents = convert({name: spoilt(workbook(plan, "0.1.0")) for name, plan in plans.items()}, tmp_path)

    for name, content in contents.items():
        sheets = Recalculator(content, tmp_path).read(evaluate=False)
        assert (name, disagreements(sheets, project(plans[name]), "as written")) == (name, [])
