"""On what footing options are compared: traps that make a way to pay look better than it is."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from matplotlib.text import Text

from fibercap.model.project import project
from fibercap.reading.files import read, scenario_of
from fibercap.studies.compare import Comparison, compare
from fibercap.studies.plan_warnings import warnings
from fibercap.studies.verdict.verdict import Verdict, verdict
from fibercap.views.charts.verdict import verdict_chart
from fibercap.views.terminal.summary import summary
from fibercap.views.verdict_text import verdict_lines

PLAN = """
fibercap: 1
id: trap
horizon: {from: 2000, to: 2003, step: year}
money: {report_in: USD, discount_rate: 10 %/year, terminal_value: book}
products: {fiber: {price: 40 USD/km}}
plants: {works: {product: fiber, capacity: 100_000 km/year, cash_cost: 20 USD/km}}
projects:
  line: {plant: works, adds: 50_000 km/year, capex: 2 million USD, spend: {2000: 100 %}, complete: 2000-12-31}
loans:
  bank: {commitment: 1 million USD, signed: 2000-01-01, matures: 2003-06-30, rate: 8 %/year, payments: {every: year}}
funding: {line: {bank: 1 million USD, equity: rest}}
opening: {cash: 2 million USD}
options:
  bank: {title: The bank}
"""
CHEAP = "loans.bank.rate: 6 %/year"
DEAR = "loans.bank.rate: 8.5 %/year"


def verdict_and_lines(*options: str, plan: str = PLAN) -> tuple[Verdict, Comparison, list[str]]:
    """Return the verdict on a plan with further options, its comparison, and the lines that a terminal shows."""
    comparison = compare(scenario_of(plan + "".join(f"  {option}\n" for option in options)))
    answer = verdict(comparison)
    return answer, comparison, [f"{head}: {text}" for head, text in verdict_lines(answer, comparison)]


@pytest.mark.parametrize(
    ("ruler", "path"),
    [
        ("money.discount_rate: 4 %/year", "money.discount_rate"),
        ("money.valuation_date: 2002-12-31", "money.valuation_date"),
        ("money.terminal_value: {multiple: 6}", "money.terminal_value.multiple"),
        ("opening.cash: 9 million USD", "opening.cash"),
    ],
)
def test_an_option_that_is_measured_by_a_ruler_of_its_own_is_not_ranked(ruler: str, path: str) -> None:
    answer, comparison, lines = verdict_and_lines(f"friendly: {{change: {{{ruler}, {DEAR}}}}}")

    assert comparison.cases["friendly"].measures["equity_npv"].value is not None
    assert (answer.recommended, answer.ranked) == (("bank",), ("bank",))
    assert path in answer.undefined["friendly"]
    assert any(line.startswith("excluded: friendly: it cannot be ranked: it is measured by") for line in lines)


def test_the_plan_is_the_ruler_whatever_the_baseline() -> None:
    text = f"{PLAN}  friendly: {{change: {{money.discount_rate: 4 %/year, {DEAR}}}}}\n"
    answer = verdict(compare(scenario_of(text), baseline="friendly"))

    assert answer.ranked == ("bank",)


def test_options_that_all_start_from_another_balance_are_ranked_among_each_other() -> None:
    started = [
        f"{name}: {{change: {{opening.cash: 3 million USD, {rate}}}}}" for name, rate in (("a", CHEAP), ("b", DEAR))
    ]
    answer, _, _ = verdict_and_lines(*started, plan=PLAN.replace("  bank: {title: The bank}\n", ""))

    assert answer.ranked == ("a", "b")


def test_what_a_lender_costs_the_old_business_is_counted() -> None:
    answer, comparison, lines = verdict_and_lines(
        f"watched: {{change: {{company.overhead: 20_000 USD/year, {CHEAP}}}}}"
    )
    worth = {name: comparison.cases[name].measures["equity_npv"].value or 0.0 for name in comparison.cases}
    cost = 4 * 20_000 / 1.1**4  # untaxed; the cash is the owners' on the last day

    assert worth["watched"] > worth["bank"]
    assert answer.recommended == ("bank",)
    assert answer.worth["bank"] == worth["bank"]
    assert answer.worth["watched"] == pytest.approx(worth["watched"] - cost)
    message = "beside: watched changes company.overhead, which is not a way of financing; that takes 54,641 USD beside the projects"
    assert any(line.startswith(message) for line in lines)


@pytest.mark.long
def test_a_price_that_a_buyer_gets_for_his_loan_counts_for_every_km() -> None:
    answer, comparison, _ = verdict_and_lines(f"buyer: {{change: {{products.fiber.price: 39.8 USD/km, {CHEAP}}}}}")
    lost = 4 * 100_000 * 0.2 / 1.1**4
    worth = comparison.cases["buyer"].measures["equity_npv"].value or 0.0

    assert answer.worth["buyer"] == pytest.approx(worth - lost)


@pytest.mark.long
def test_options_that_change_only_who_pays_stand_on_one_footing() -> None:
    comparison = compare(read("fibercore"), only=["level", "no_debt", "german_bank"])
    answer = verdict(comparison)

    assert set(answer.footing.beside.values()) == {0.0}
    assert (answer.footing.aside, answer.footing.unlike) == ({}, {})
    assert answer.worth == {name: case.measures["equity_npv"].value for name, case in comparison.cases.items()}
    assert all(answer.worth[one] >= answer.worth[other] for one, other in pairwise(answer.ranked))


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ("add: {company.dividends: {2001-12-31: 1 million USD}}", "company.dividends"),
        ("change: {projects.line.complete: 2001-12-31}", "projects.line.complete"),
        ("change: {tax.rate: 1 %}", "tax.rate"),
    ],
)
def test_an_option_that_changes_more_than_who_pays_is_called_that(changes: str, message: str) -> None:
    _, _, lines = verdict_and_lines(
        f"other: {{{changes}}}", plan=PLAN.replace("options:", "tax: {rate: 0 %}\noptions:")
    )

    assert any(line.startswith(f"beside: other changes {message}, which is not a way of financing") for line in lines)


def test_an_index_of_a_lender_of_its_own_is_part_of_the_way_to_pay() -> None:
    euro = "add: {exchange.EUR.average: 0.9 USD/EUR, rates.index: 5 %/year}, change: {loans.bank.rate: {index: index}}"
    answer, _, _ = verdict_and_lines(f"floating: {{{euro}}}")

    assert answer.footing.aside == {}


LONG = "matures: 2013-12-31, repayment: {style: bullet}, payments: {every: year, first: 2000-12-31}"
LATER = PLAN.replace("matures: 2003-06-30", LONG[: LONG.index(",")]).replace(
    "payments: {every: year}", LONG.partition(", ")[2]
)


def test_interest_that_rises_after_the_horizon_turns_the_verdict_and_is_reported() -> None:
    teaser = "teaser: {change: {loans.bank.rate: {2000: 7 %/year, 2003-12-31: 40 %/year}}}"
    answer, _, lines = verdict_and_lines(teaser, plan=LATER)
    factors = 1.1 ** -np.arange(1, 11)
    later = {rate: (1e6 - 1e6 * (rate * factors.sum() + factors[-1])) / 1.1**4 for rate in (0.08, 0.4)}

    assert (answer.recommended, answer.first_later) == (("teaser",), "bank")
    assert answer.footing.later == pytest.approx({"bank": later[0.08], "teaser": later[0.4]})
    message = "but: if debts and grants due after the horizon are discounted to the days on which they are paid, bank is first"
    assert message in lines


def test_a_grant_that_comes_in_thirty_years_turns_the_verdict_and_is_reported() -> None:
    late = "late: {add: {funding.line.grant: {amount: 0.5 million USD, after: 30 years}}}"
    answer, _, lines = verdict_and_lines(late)
    waits = 1.1**-4 - 1.1**-31

    assert (answer.recommended, answer.first_later) == (("late",), "bank")
    assert answer.footing.later == pytest.approx({"bank": 0.0, "late": -0.5e6 * waits})
    assert any(
        "after the horizon are discounted to the days on which they are paid, bank is first" in line for line in lines
    )


def test_nothing_is_told_of_later_where_nothing_is_due_later() -> None:
    answer, _, lines = verdict_and_lines(f"dear: {{change: {{{DEAR}}}}}")

    assert (answer.first_later, set(answer.footing.later.values())) == ("", {0.0})
    assert not any("after the horizon" in line for line in lines)


LOSING = PLAN.replace("cash_cost: 20 USD/km}", "cash_cost: 20 USD/km, fixed_cost: 3 million USD/year}").replace(
    "funding:", "company: {gap: [equity]}\nfunding:"
)


def test_owners_of_a_company_that_loses_more_than_the_projects_add_are_warned() -> None:
    answer, comparison, lines = verdict_and_lines(f"dear: {{change: {{{DEAR}}}}}", plan=LOSING)
    total = answer.footing.owners["bank"]
    messages = [
        text for text in warnings(comparison.cases["bank"].projection) if text.startswith("owners get back less")
    ]

    assert answer.worth["bank"] > 0 > total
    assert answer.recommended == ("bank",)
    assert [line for line in lines if line.startswith("but: owners get back less than they pay in")]
    assert len(messages) == 1
    assert f"is worth {total:,.0f} USD, and {total - answer.worth['bank']:,.0f} USD with nothing new" in messages[0]


def test_a_choice_whose_gain_comes_from_the_financing_alone_is_reported_to_be_one() -> None:
    gift = "loans.bank.rate: 0 %/year, loans.bank.repayment: {style: bullet}, loans.bank.commitment: 3 million USD"
    plan = (
        PLAN.replace("capex: 2 million", "capex: 3.9 million").replace("book", "none").replace("1 million", "3 million")
    )
    answer, comparison, lines = verdict_and_lines(
        f"gift: {{change: {{{gift}}}}}", plan=plan.replace("cash_cost: 20", "cash_cost: 10")
    )
    line = "but: before financing, the projects are worth -"

    assert answer.recommended == ("gift",)
    assert answer.worth["gift"] > 0
    assert [text for text in lines if text.startswith(line)]
    gifts = comparison.cases["gift"]
    worth = summary(gifts.projection, gifts.measures, {}, {}, [])["Owners' worth"]
    assert worth.endswith("; the projects before financing -154,293 USD")
    assert not any(text.startswith(line) for text in verdict_and_lines()[2])


def test_owners_of_a_company_that_earns_are_not_warned() -> None:
    answer, comparison, _ = verdict_and_lines()

    assert answer.footing.owners["bank"] > 0
    assert not any("owners get back less" in text for text in warnings(comparison.cases["bank"].projection))


def test_a_covenant_of_the_choice_that_is_tested_on_no_date_is_reported() -> None:
    covenant = "{cover: {says: Covered 300 times, row: accounts.dscr_12m, at_least: 300, test: payment}}"
    vague = f"change: {{loans.bank.matures: 2000-06-30, {CHEAP}}}, add: {{loans.bank.covenants: {covenant}}}"
    answer, _, lines = verdict_and_lines(f"vague: {{{vague}}}", plan=PLAN.replace("step: year", "step: quarter"))

    assert answer.excluded == {}
    assert ("but: vague has covenants that are tested on no date: Covered 300 times" in lines) == (
        "vague" in answer.recommended
    )


@pytest.mark.parametrize(("cost", "says"), [(20, ""), (37, "covers debt service 0.81 times"), (40, "leaves nothing")])
def test_a_choice_that_no_covenant_bars_is_told_where_cash_flow_does_not_cover_its_debt(cost: int, says: str) -> None:
    """An option that leaves out the covenant which bars the bank is first; EBITDA of 2000 over interest and principal."""
    cover = "covenants: {cover: {row: accounts.dscr_12m, at_least: 1.2, test: payment}}, payments"
    plan = PLAN.replace("payments", cover, 1).replace("cash_cost: 20", f"cash_cost: {cost}")
    answer, comparison, lines = verdict_and_lines(
        "free: {remove: [loans.bank.covenants]}", plan=plan.replace("cash: 2 million", "cash: 9 million")
    )
    lowest = comparison.cases["free"].measures["min_dscr"].value
    cautions = [line for line in lines if "debt service" in line]

    assert lowest is not None
    assert (lowest < 1) == bool(says)
    assert answer.recommended == (("free",) if says else ("bank", "free"))
    assert len(cautions) == bool(says)
    assert all(line.startswith(f"but: with free cash flow {says}") for line in cautions)


@pytest.mark.long
def test_an_option_without_projects_does_not_silence_free_cash_flow_of_others() -> None:
    plan = PLAN.replace("step: year", "step: quarter")
    bullet = "bullet: {change: {loans.bank.repayment: {style: bullet}}}"
    alone, _, _ = verdict_and_lines(bullet, plan=plan)
    answer, _, _ = verdict_and_lines(bullet, "nothing: {remove: [projects.line, funding.line, loans.bank]}", plan=plan)

    assert alone.free == answer.free == ("bullet", "bank")
    assert alone.apart == answer.apart


def test_a_number_that_an_option_has_of_its_own_is_reported_with_its_option() -> None:
    _, _, lines = verdict_and_lines("near: {change: {loans.bank.rate: 8.2 %/year}}")

    assert any(
        line.startswith("close: loans.bank.rate at 8.20 %/year (now 8.00 %/year) in bank makes") for line in lines
    )


def test_a_cent_that_nobody_pays_is_written_as_one() -> None:
    _, _, lines = verdict_and_lines("short: {change: {funding.line.equity: 999_999.99 USD}}")

    assert [line for line in lines if line.startswith("excluded: short: 0.01 USD of `line` have no source")]


@pytest.mark.long
def test_a_currency_or_an_index_that_only_an_option_uses_is_used() -> None:
    plan = PLAN.replace(
        "products:", "exchange: {EUR: {average: 0.9 USD/EUR}}\nrates: {libor: 5 %/year, idle: 4 %/year}\nproducts:"
    )
    options = (
        "euro: {change: {loans.bank.commitment: 1.2 million EUR, funding.line.bank: 1.2 million EUR}}",
        "floats: {change: {loans.bank.rate: {index: libor}}}",
    )
    with_them, without = (
        verdict_and_lines(*message, plan=plan)[1].cases["bank"].projection for message in (options, ())
    )

    assert [text for text in warnings(with_them) if text.startswith("unused")] == ["unused: rates.idle"]
    assert {"unused: rates.libor", "unused: rates.idle", "unused: exchange.EUR"} <= {*warnings(without)}


def test_the_chart_and_the_marks_of_measures_follow_the_verdict() -> None:
    watched = f"watched: {{change: {{company.overhead: 20_000 USD/year, {CHEAP}}}}}"
    answer, comparison, _ = verdict_and_lines(
        watched, f"friendly: {{change: {{money.discount_rate: 4 %/year, {DEAR}}}}}"
    )
    figure = verdict_chart(comparison.cases["bank"].projection, comparison)
    texts = [text.get_text() for text in figure.findobj(Text)]

    assert comparison.best("equity_npv") == ("watched",)  # its own measure
    assert any(text.startswith(f"{answer.worth['bank'] / 1e6:.2f}") for text in texts)
    assert any(text.startswith(f"{answer.worth['watched'] / 1e6:.2f} (") for text in texts)
    assert any(text.endswith("not ranked: friendly") for text in texts)
    assert "friendly" not in texts


def test_what_is_due_after_the_horizon_is_told_of_a_plan_alone_where_it_costs_more_than_its_face() -> None:
    def messages_of(text: str) -> list[str]:
        return [each for each in warnings(project(scenario_of(text))) if each.startswith("debts and grants")]

    plan = LATER.partition("options:")[0]
    late = plan.replace("equity: rest", "grant: {amount: 0.5 million USD, after: 30 years}, equity: rest")
    assert messages_of(plan) == []
    assert "owners' worth is" in messages_of(plan.replace("rate: 8 %/year", "rate: 40 %/year"))[0]
    assert messages_of(late)[0].endswith(" USD less")


def test_a_plant_that_closes_before_its_terminal_value_is_earned_is_reported() -> None:
    plan = PLAN.partition("options:")[0].replace("terminal_value: book", "terminal_value: {multiple: 4}")
    whens = {"2005-12-31": "2.0 years after the horizon", "2003-12-31": "within the horizon"}
    for day, when in whens.items():
        closing = plan.replace("cash_cost: 20 USD/km}", f"cash_cost: 20 USD/km, closes: {day}}}")
        messages = [text for text in warnings(project(scenario_of(closing))) if "closes on" in text]

        assert messages == [f"`works` closes on {day}, {when}, and the terminal value counts 4 years of what it earns"]
    assert not any("closes on" in text for text in warnings(project(scenario_of(plan))))
