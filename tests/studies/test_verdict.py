"""The verdict: ranking, ties, what may not be recommended, what makes another option first; and traps for each."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner

from fibercap.cli import cli
from fibercap.core.errors import FibercapError
from fibercap.core.trees.tree import Branch, Leaf, subtree
from fibercap.model.measures.all_measures import measure_named
from fibercap.model.project import project
from fibercap.reading.files import read, scenario_of
from fibercap.studies.compare import compare
from fibercap.studies.findings import faults
from fibercap.studies.movable_inputs import Lever, input_samples, levers
from fibercap.studies.verdict import choice_flips
from fibercap.studies.verdict.choice_flips import flips_at
from fibercap.studies.verdict.footing import owners_worth
from fibercap.studies.verdict.numbers_of_options import RATE, numbers, tenths
from fibercap.studies.verdict.race import Race, may_be_recommended
from fibercap.studies.verdict.verdict import RATES, Verdict, uses_of, verdict
from fibercap.views.verdict_text import PLAIN, choice_text, flip_text, verdict_lines

PLAN = """
fibercap: 1
id: chosen
horizon: {from: 2000, to: 2003, step: quarter}
money: {report_in: USD, discount_rate: 10 %/year, terminal_value: book}
products: {fiber: {price: 40 USD/km}}
plants: {works: {product: fiber, capacity: 100_000 km/year, cash_cost: 20 USD/km}}
projects:
  line: {plant: works, adds: 50_000 km/year, capex: 2 million USD, spend: {2000: 100 %}, complete: 2000-12-31}
loans:
  bank: {commitment: 1 million USD, signed: 2000-01-01, matures: 40 months, rate: 8 %/year, payments: {every: quarter}}
funding: {line: {bank: 1 million USD, equity: rest}}
opening: {cash: 2 million USD}
options:
"""
SWAPPED = """{remove: [loans.bank, funding.line.bank], add: {loans.other: {commitment: 1 million USD, signed: 2000-01-01,
    matures: 40 months, rate: %s, payments: {every: quarter}}, funding.line.other: 1 million USD}}
"""


def verdict_on(text: str, *replaced: tuple[str, str], **options: str) -> Verdict:
    """Return the verdict on a plan with some options."""
    for old, new in replaced:
        assert old in text
        text = text.replace(old, new)
    lines = "".join(f"  {name}: {changes}\n" for name, changes in options.items())
    return verdict(compare(scenario_of(text + lines)))


def swapping_option(rate: str) -> str:
    """Return an option in which another lender takes the bank's place."""
    return SWAPPED.replace("%s", rate)


def test_a_twin_lender_is_a_tie() -> None:
    answer = verdict_on(PLAN, bank="{}", twin=swapping_option("8 %/year"))

    assert answer.recommended == ("bank", "twin")
    assert answer.tie
    assert answer.distance == pytest.approx(0.0, abs=0.01)
    assert choice_text(answer, PLAIN).startswith("a tie between bank and twin: they differ by less than 0.01 % of uses")
    assert answer.turnings == ()


@pytest.mark.long
def test_a_difference_below_a_ten_thousandth_of_uses_is_a_tie_and_above_it_is_none() -> None:
    near = verdict_on(PLAN, bank="{}", other=swapping_option("8.005 %/year"))
    apart = verdict_on(PLAN, bank="{}", other=swapping_option("8.05 %/year"))

    assert near.uses == 2e6
    assert near.distance is not None
    assert 0.01 < near.distance < 200
    assert near.recommended == ("bank", "other")
    assert apart.distance is not None
    assert apart.distance > 200
    assert apart.recommended == ("bank",)
    assert apart.share_of_uses == apart.distance / 2e6


def test_an_offer_that_nothing_uses_changes_nothing() -> None:
    offer = "{add: {loans.offer: {commitment: 5 million USD, signed: 2000-01-01, matures: 2 years, rate: 1 %/year}}}"
    answer = verdict_on(PLAN, bank="{}", offer=offer)

    assert answer.recommended == ("bank", "offer")
    assert answer.distance == 0.0


REVOLVER = """{change: {opening.cash: 0 USD, projects.line.capex: 5 million USD, funding.line.equity: 0 USD}, add: {funding.line.cash: rest, company.gap:
    [revolver], loans.swing: {commitment: 3 million USD, signed: 2000-01-01, matures: 4 years, rate: 8 %/year,
    repayment: {style: revolver}}}}"""


@pytest.mark.long
def test_a_revolver_at_40_percent_costs_the_owners_and_is_not_recommended() -> None:
    answer = verdict_on(PLAN, dear=REVOLVER.replace("rate: 8", "rate: 40"), fair=REVOLVER)

    assert answer.excluded == {}
    assert (answer.recommended, answer.runner_up) == (("fair",), "dear")
    assert answer.distance is not None
    assert answer.distance > 1000
    assert not answer.tie


def test_no_option_of_an_insolvent_plan_is_recommended() -> None:
    broke = (("cash_cost: 20 USD/km", "cash_cost: 45 USD/km"),)
    answer = verdict_on(PLAN, *broke, bank="{}", dear="{change: {loans.bank.rate: 12 %/year}}")

    assert answer.recommended == ()
    assert {finding.kind for stops in answer.excluded.values() for finding in stops} == {"cash_below_zero"}
    assert set(answer.excluded) == {"bank", "dear"}
    assert choice_text(answer, PLAIN).startswith("no option is recommended: each breaks a covenant, runs out of cash")
    assert (answer.distance, answer.flips, answer.runner_up) == (None, (), "")


def test_a_plan_that_declares_that_it_runs_dry_is_not_recommended_either() -> None:
    broke = (("cash_cost: 20 USD/km", "cash_cost: 45 USD/km"), ("opening:", "company: {may_run_dry: true}\nopening:"))
    answer = verdict_on(PLAN, *broke, bank="{}", dear="{change: {loans.bank.rate: 12 %/year}}")

    assert (answer.recommended, set(answer.excluded)) == ((), {"bank", "dear"})


@pytest.mark.long
def test_an_option_worth_less_than_doing_nothing_is_called_that() -> None:
    answer = verdict_on(
        PLAN, ("cash_cost: 20 USD/km", "cash_cost: 33 USD/km"), bank="{}", dear=swapping_option("9 %/year")
    )

    assert answer.recommended == ("bank",)
    assert answer.worth["bank"] < 0
    assert "to the owners, less than doing nothing new, more than dear by" in choice_text(answer, PLAIN)


COVENANT = ", covenants: {cover: {says: Covered, row: accounts.dscr_12m, at_least: 4, test: payment}}}"
PROMISED = (("payments: {every: quarter}}\nfunding", f"payments: {{every: quarter}}{COVENANT}\nfunding"),)


@pytest.mark.long
def test_an_option_that_breaks_a_covenant_is_ranked_first_and_not_recommended() -> None:
    answer = verdict_on(
        PLAN, *PROMISED, bank="{}", dearer=swapping_option("9 %/year"), dearest=swapping_option("11 %/year")
    )
    broken = verdict_on(PLAN, *PROMISED, ("at_least: 4", "at_least: 40"), bank="{}", dearer=swapping_option("9 %/year"))

    assert answer.recommended == ("bank",)
    assert broken.ranked == ("bank", "dearer")
    assert broken.recommended == ("dearer",)
    assert broken.better_excluded == ("bank",)
    assert [finding.name for finding in broken.excluded["bank"]] == ["bank.cover"]
    assert (broken.runner_up, broken.distance) == ("", None)
    assert choice_text(broken, PLAIN).startswith("dearer, the only option that may be recommended: worth ")


def test_uses_without_a_source_are_not_recommended() -> None:
    answer = verdict_on(PLAN, bank="{}", short="{change: {funding.line.equity: 0.5 million USD}}")

    assert [finding.kind for finding in answer.excluded["short"]] == ["uses_unfunded"]
    assert answer.recommended == ("bank",)


def test_a_balloon_after_the_horizon_that_cannot_be_repaid_is_not_recommended() -> None:
    plan = PLAN.replace("opening: {cash: 2 million USD}", "opening: {cash: 0.5 million USD}\ncompany: {dividends: {2003-12-31: 1 million USD}}")  # fmt: skip
    text = plan.replace("capacity: 100_000", "capacity: 10_000").replace("adds: 50_000", "adds: 5_000")
    balloon = "{change: {loans.bank: {commitment: 1 million USD, signed: 2000-01-01, matures: 5 years, rate: 8 %/year, repayment: {style: bullet}, payments: {every: quarter}}}}"  # fmt: skip
    answer = verdict_on(text, balloon=balloon, none="{remove: [loans.bank, funding.line.bank]}")

    assert [(finding.kind, finding.after_horizon) for finding in answer.excluded["balloon"]] == [
        ("cash_below_zero", True)
    ]
    assert answer.recommended == ("none",)


@pytest.mark.long
def test_a_yearly_step_has_a_verdict_too() -> None:
    by_year = (
        ("step: quarter", "step: year"),
        ("payments: {every: quarter}", "payments: {every: year}"),
        ("40 months", "3 years"),
    )
    dear = swapping_option("9 %/year").replace("every: quarter", "every: year").replace("40 months", "3 years")
    answer = verdict_on(PLAN, *by_year, bank="{}", dear=dear)

    assert (answer.recommended, answer.runner_up, answer.tie) == (("bank",), "dear", False)


NO_LOAN = "{remove: [loans.bank, funding.line.bank]}"


@pytest.mark.long
def test_the_discount_rate_that_turns_the_choice_is_found() -> None:
    """Cash that a loan saves owners from paying in is worth the more to them the more they ask for."""

    def verdict_at(rate: float) -> Verdict:
        return verdict_on(PLAN, ("discount_rate: 10 %", f"discount_rate: {100 * rate!r} %"), bank="{}", none=NO_LOAN)

    answer = verdict_at(0.1)
    (turning,) = answer.turnings
    assert (turning.below, turning.above) == ("none", "bank")
    assert not any(flip.path == RATE for flip in answer.flips)
    assert [verdict_at(turning.rate + side).recommended for side in (-0.001, 0.001)] == [("none",), ("bank",)]
    for side, first in ((-0.005, "bank"), (0.005, "none")):
        near = verdict_at(turning.rate + side)
        flip = next(flip for flip in near.flips if flip.path == RATE)
        assert (flip.first, near.close) == (first, True)
        assert flip.value == pytest.approx(turning.rate, abs=1e-5)
        assert flip.change == pytest.approx(-side, abs=1e-5)


@pytest.mark.long
def test_options_differ_at_another_rate_by_as_much_as_the_measures_at_that_rate() -> None:
    plans = [project(read("fibercore", option)) for option in ("bullet", "level")]
    for rate in RATES[::6]:
        settings = [f"money.discount_rate={100 * rate} %/year"]
        others = [project(read("fibercore", option, settings)) for option in ("bullet", "level")]
        bullet, level = (measure_named(other, "equity_npv").value or 0.0 for other in others)
        assert owners_worth(plans[0], rate) - owners_worth(plans[1], rate) == pytest.approx(bullet - level)


NEAR = (
    PLAN
    + f"""  bank: {{}}
  other: {swapping_option("8.3 %/year")}"""
)


@pytest.fixture(scope="module")
def near() -> Verdict:
    return verdict(compare(scenario_of(NEAR)))


@pytest.mark.long
def test_the_number_that_makes_another_option_first_is_named_with_its_value(near: Verdict) -> None:
    assert (near.recommended, near.close, near.tie) == (("bank",), True, False)
    by_name = {flip.path: flip_text(flip, near, PLAIN) for flip in near.flips}
    assert by_name["loans.bank.rate"] == "loans.bank.rate at 8.30 %/year (now 8.00 %/year) makes other first"
    assert by_name["loans.other.rate"] == "loans.other.rate at 8.00 %/year (now 8.30 %/year) makes other first"
    changes = [abs(flip.change) for flip in near.flips if flip.path != RATE]
    assert changes == sorted(changes)


def worth_with(path: str, text: str) -> dict[str, float] | None:
    """Return what each option is worth where one number is written otherwise; None where the plan does not allow it."""
    plan, worth = scenario_of(NEAR), {}
    change = Branch({"change": Branch({path: Leaf(text)})})
    shared = subtree(plan.tree, tuple(path.split("."))) is not None
    try:
        if shared:
            plan = plan.with_changes(change)
        for name in plan.options:
            option = plan.with_option(name)
            has = not shared and subtree(option.tree, tuple(path.split("."))) is not None
            worth[name] = (
                measure_named(project(option.with_changes(change) if has else option), "equity_npv").value or 0.0
            )
    except FibercapError:
        return None
    return worth


def value_text(lever: Lever, factor: float) -> str:
    """Return a moved number as a file has it."""
    value, unit = lever.value_at(factor), lever.unit
    if unit == "month":
        return f"{round(value)} months"
    return (
        f"{100 * value!r} %/year"
        if unit == "1/year"
        else (f"{100 * value!r} %" if lever.share else f"{value!r} {unit}")
    )


@pytest.mark.long
def test_flips_are_what_writing_one_number_otherwise_does(near: Verdict) -> None:
    """The batch of moves against the file written anew with each number a tenth lower and higher, one at a time."""
    plan = scenario_of(NEAR)
    seen = set()
    for number in numbers({name: plan.with_option(name) for name in plan.options}):
        for factor in tenths(number):
            worth = worth_with(number.name, value_text(number, factor))
            if worth is not None and worth["other"] > worth["bank"] + 0.01:
                seen.add((number.name, factor > 1))

    assert seen == {(flip.path, flip.change > 0) for flip in near.flips}
    assert {("loans.bank.rate", True), ("loans.other.rate", False), ("funding.line.bank", False)} <= seen


@pytest.mark.long
def test_a_flip_lies_where_the_order_changes(near: Verdict) -> None:
    for flip in near.flips:
        for beyond, first in ((0.999, "bank"), (1.001, "other")):
            worth = worth_with(flip.path, value_text(flip.lever, 1 + flip.change * beyond))
            assert worth is not None
            assert flip.unit == "month" or max(worth, key=lambda name: worth[name]) == first, (flip.path, beyond)


@pytest.mark.long
def test_a_number_that_makes_the_first_break_a_covenant_makes_another_first() -> None:
    plan = (*PROMISED, ("at_least: 4", "at_least: 6.6"))
    answer = verdict_on(PLAN, *plan, bank="{}", other=swapping_option("12 %/year"))
    price = next(flip for flip in answer.flips if flip.path == "products.fiber.price")

    assert answer.recommended == ("bank",)
    assert price.first == "other"
    assert -0.1 < price.change < 0
    assert price.fault.startswith("breaks bank: Covered")
    assert flip_text(price, answer, PLAIN).endswith(", and other is first")


@pytest.mark.long
def test_a_number_that_heals_an_excluded_option_makes_it_first() -> None:
    plan = (*PROMISED, ("at_least: 4", "at_least: 7.2"))
    answer = verdict_on(PLAN, *plan, bank="{}", other=swapping_option("12 %/year"))

    assert answer.recommended == ("other",)
    assert answer.better_excluded == ("bank",)
    price = next(flip for flip in answer.flips if flip.path == "products.fiber.price")
    assert (price.first, price.fault) == ("bank", "")
    assert price.change > 0


@pytest.mark.long
def test_what_may_be_recommended_in_a_batch_is_what_faults_say_alone() -> None:
    text = PLAN
    for old, new in PROMISED:
        text = text.replace(old, new.replace("at_least: 4", "at_least: 6.6"))
    plan = scenario_of(text + "  bank: {}\n").with_option("bank")
    moves = [
        (number.by_option[0][1], factor)
        for number in numbers({"bank": plan})
        if not number.in_months
        for factor in tenths(number)
    ]
    alone = []
    kept = []
    for move in moves:
        try:
            alone.append(not faults(project(plan.with_samples(input_samples([move])))))
            kept.append(move)
        except FibercapError:
            pass

    assert may_be_recommended(project(plan.with_samples(input_samples(kept)))).tolist() == alone
    assert set(alone) == {True, False}


def test_without_a_discount_rate_no_option_is_recommended_and_rates_rank_them() -> None:
    answer = verdict_on(PLAN, (", discount_rate: 10 %/year", ""), bank="{}", dear=swapping_option("9 %/year"))

    assert answer.recommended == ()
    assert choice_text(answer, PLAIN) == (
        "no option is recommended: what they are worth to the owners is undefined, for no `money.discount_rate` is given"
    )


@pytest.mark.long
def test_owners_and_free_cash_flow_are_told_apart_with_the_reason() -> None:
    answer = verdict(compare(read("fibercore"), only=["level", "bullet"]))

    assert answer.ranked == ("level", "bullet")
    assert answer.free == ("bullet", "level")
    assert answer.apart == ("level", "bullet")
    best, worst = answer.extremes["bullet"]
    assert "fcfe_npv" in best
    assert "equity_npv" in worst


def test_uses_are_what_projects_and_purchases_cost() -> None:
    plan = read("fibercore")

    assert uses_of(project(plan)) == pytest.approx(25e6 + 25e6 + 46e6 + 69e6 + 78.2e6)


def test_where_a_plan_has_too_many_numbers_it_is_reported_how_many_were_not_moved(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(choice_flips, "MOST", 1)
    comparison = compare(scenario_of(NEAR))
    answer = verdict(comparison)
    plans = {name: case.projection.scenario for name, case in comparison.cases.items()}
    movable = [number for number in numbers(plans) if not number.in_months]

    assert answer.not_moved == len(movable) - 1
    assert (
        f"{answer.not_moved} numbers, because there are too many"
        in dict(verdict_lines(answer, comparison))["not moved"]
    )
    assert movable[0].name.startswith("loans.")


@pytest.mark.long
def test_compare_prints_the_verdict_before_figures_and_in_json(tmp_path: Any) -> None:
    file = tmp_path / "near.yaml"
    file.write_text(NEAR)
    run = CliRunner(env={"COLUMNS": "80"})
    page = run.invoke(cli, ["compare", str(file)]).stdout
    document = json.loads(run.invoke(cli, ["compare", str(file), "--json"]).stdout)["verdict"]

    assert page.index("VERDICT    bank, close: worth ") < page.index("Measures, best marked *")
    assert "close      loans.bank.rate at 8.30 %/year (now 8.00 %/year) makes other first" in page
    assert "rates      3 to 15 %: bank, other" in page
    assert max(map(len, page.splitlines())) <= 80
    assert (document["recommended"], document["close"], document["tie"], document["runner_up"]) == (
        ["bank"],
        True,
        False,
        "other",
    )
    assert document["distance"]["amount"] == document["worth"]["bank"] - document["worth"]["other"]
    assert {flip["path"] for flip in document["flips"]} >= {"loans.bank.rate", "loans.other.rate"}
    assert list(document["at_discount_rates"]) == [f"{rate:g}" for rate in RATES]
    assert document["reason"] is None


@pytest.mark.long
def test_turns_judged_in_one_batch_are_what_each_is_alone() -> None:
    """Five numbers make the first option of the term sheet break a covenant: to the last bit and word, as one by one."""
    comparison = compare(read("term_sheet"))
    turns = [(flip.lever, 1.0 + flip.change) for flip in verdict(comparison).flips]
    plans = {name: case.projection for name, case in comparison.cases.items()}

    together = flips_at(Race(plans, ("agreed",)), turns)

    assert len(turns) == 5
    assert together == [flips_at(Race(plans, ("agreed",)), [turn])[0] for turn in turns]
    for flip in together:
        beyond = flip.lever, 1.0 + flip.change * (1.0 + 1e-6)
        alone = project(read("term_sheet").with_option("agreed").with_samples(input_samples([beyond])))
        assert (flip.first, flip.fault) == ("all_swept", faults(alone)[0].fault)


@pytest.mark.long
def test_a_sample_of_a_batch_is_the_projection_of_its_inputs() -> None:
    """Rows, scalars, run-off, measures and findings of the second of three samples, against that sample alone."""
    plan = read("two_banks")
    prices = next(each for each in levers(plan) if each.name == "products.single_mode.price")
    batch = project(plan.with_samples(input_samples([(prices, factor) for factor in (1.1, 0.9, 1.0)])))
    alone = project(plan.with_samples(input_samples([(prices, 0.9)])))

    one = batch.sample(1, alone.scenario)

    assert (batch.samples, one.samples) == (3, 1)
    assert set(one.rows) == set(alone.rows)
    for path in alone.rows:
        np.testing.assert_allclose(one.value(path), alone.value(path), rtol=1e-12, atol=1e-6, err_msg=path)
    assert one.scalars.keys() == alone.scalars.keys()
    for name, measure in alone.measures.items():
        assert (one.measures[name].value, one.measures[name].reason) == (
            pytest.approx(measure.value, rel=1e-9) if measure.value is not None else None,
            measure.reason,
        )
    assert [each.sentence for each in faults(one)] == [each.sentence for each in faults(alone)] != []
