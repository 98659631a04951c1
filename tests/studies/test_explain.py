"""Where numbers come from: what is printed recomputes, leads to the file, and says so when it cannot."""

from __future__ import annotations

import json
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import given, settings

from fibercap.core.errors import FibercapError
from fibercap.core.formulas.formula import evaluate
from fibercap.core.formulas.formula_pieces import pieces, text_without_braces
from fibercap.core.formulas.formula_text import term_of
from fibercap.core.formulas.term import Call, Reference
from fibercap.core.quantity import Quantity
from fibercap.model.measures.all_measures import names
from fibercap.model.project import project
from fibercap.model.projection import Projection
from fibercap.reading.files import changes_of, read, scenario_of
from fibercap.studies.explaining.explain import explain
from fibercap.studies.explaining.explanation import Number, Result
from fibercap.studies.explaining.input_uses import Use
from fibercap.views.json.explain import explain_document
from fibercap.views.terminal.explain import explain_lines, shorten_numbers, value_text
from tests.written import valid_scenarios

if TYPE_CHECKING:
    from collections.abc import Iterator

BASE = """\
fibercap: 1
sources: {memo: {title: The memo, kind: stated}}
horizon: {from: 2001, to: 2004, step: quarter}
money: {report_in: USD, discount_rate: 10 %/year}
products: {fiber: {price: {2001: 40 USD/km, 2003: {value: 36 USD/km, source: memo, where: page 3}}}}
plants: {works: {product: fiber, capacity: 200_000 km/year, cash_cost: 20 USD/km}}
loans:
  bank: {commitment: 3 million USD, signed: 2001-02-15, matures: 3 years, rate: 8 %/year, payments: {every: half_year}}
opening: {cash: 2 million USD}
tax: {rate: 30 %, lag: 1 year}
""".replace("matures: 3", "draws: {2001-02-15: 3 million USD}, matures: 3")


@cache
def base() -> Projection:
    return project(read("fibercore"))


@cache
def small() -> Projection:
    return project(scenario_of(BASE, "plan.yaml"))


def result(projection: Projection, path: str, when: str = "", depth: int = 2) -> Result:
    explanation = explain(projection, path, when, depth)
    assert isinstance(explanation, Result)
    return explanation


def use(projection: Projection, path: str) -> Use:
    explanation = explain(projection, path)
    assert isinstance(explanation, Use)
    return explanation


def every(number: Number) -> Iterator[Number]:
    yield number
    for child in number.inputs:
        yield from every(child)


def compute(numbers: str) -> float:
    def nothing(path: str, shift: int) -> Any:
        raise AssertionError(f"{path}@{shift} is left in {numbers}")

    return float(np.ravel(evaluate(numbers, nothing))[0])


def off(number: Number) -> list[str]:
    """Return what does not recompute, of a number and all below it."""
    message = ((one, compute(one.numbers)) for one in every(number) if one.numbers and one.value is not None)
    return [
        f"{one.path} @ {one.period} is {one.value}, but {one.numbers} is {v}" for one, v in message if not close(v, one)
    ]


def close(value: float, one: Number) -> bool:
    return one.value is not None and abs(value - one.value) <= max(1e-9 * abs(one.value), 1e-6)


def moments(projection: Projection, row: str) -> list[str]:
    """Return times to explain a row at: periods of a model row, the middle and the end of a schedule."""
    if row.startswith("run_off.") and projection.run_off is not None:
        labels = projection.run_off.labels
        return [labels[0], labels[7], labels[7][:4]]
    if ".schedule." not in row:
        return ["2000-01", "2002-06", "2002"]
    dates = projection.value(f"{row.split('.schedule.', maxsplit=1)[0]}.schedule.date")[0]
    return [value_text(float(dates[place]), "day") for place in (0, len(dates) // 2, -1)]


@pytest.mark.long
@pytest.mark.parametrize(
    ("name", "option"), [("fibercore", None), ("fleet_revolver", None), ("jena_in_euro", "german_bank")]
)
def test_every_row_recomputes_from_the_numbers_that_are_reported(name: str, option: str | None) -> None:
    projection, wrong, count = project(read(name, option)), list[str](), 0
    for row in projection.rows:
        for when in moments(projection, row)[slice(None if name == "fibercore" else 1)]:
            number = result(projection, row, when, depth=1).number
            wrong += off(number)
            if number.numbers and number.value is not None:
                assert close(compute(shorten_numbers(number.numbers, number.value)), number)
            count += bool(number.numbers)
    assert wrong == []
    assert count >= 0.9 * sum(bool(row.formula) for row in projection.rows.values())


def test_cash_recomputes_from_the_printed_lines() -> None:
    """The text itself, as printed, is computed: the second line that begins with `=` is the formula in numbers."""
    lines = list(explain_lines(explain(base(), "accounts.cash", "2002-06")))
    start = [place for place, line in enumerate(lines) if line.startswith("  = ")]
    end = next(place for place in range(start[1] + 1, len(lines)) if not lines[place].startswith("    "))
    printed = " ".join(line.strip() for line in lines[start[1] : end]).removeprefix("= ")

    cash = float(base().value("accounts.cash")[0][29])
    assert compute(printed) == pytest.approx(cash, rel=1e-9, abs=1e-6)
    assert lines[0] == f"accounts.cash @ 2002-06{cash:>53,.2f} USD"
    assert "  accounts.cash @ 2002-05" in lines[start[1] + 1]


@pytest.mark.parametrize("scenario", ["fibercore", "fleet_revolver", "jena_in_euro", "two_banks"])
def test_every_measure_recomputes_or_says_why_not(scenario: str) -> None:
    projection = project(read(scenario))
    for name in names(projection):
        outcome = result(projection, name)
        assert json.dumps(explain_document(outcome), allow_nan=False)
        assert off(outcome.number) == []
        assert outcome.number.numbers or outcome.number.note, name
        assert outcome.number.value is None or outcome.number.formula or outcome.number.inputs


@pytest.mark.long
@settings(max_examples=6)
@given(text=valid_scenarios())
def test_rows_of_random_scenarios_recompute(text: str) -> None:
    projection = project(scenario_of(text))
    for row in list(projection.period_rows)[::7]:
        assert off(result(projection, row, "2001", depth=1).number) == []


def test_a_result_leads_down_to_the_file_and_the_source() -> None:
    number = result(small(), "plants.works.revenue", "2003-Q1").number
    price = next(one for one in every(number) if one.path == "inputs.products.fiber.price")
    (written,) = price.written

    assert (price.value, price.unit, price.period) == (36, "USD/km", "2003-Q1")
    assert (written.path, written.text) == ("products.fiber.price.2003", "36 USD/km")
    assert written.place is not None
    assert (written.place.file, written.place.line) == ("plan.yaml", 5)
    assert (written.title, written.kind, written.where) == ("The memo", "stated", "page 3")


def test_the_period_before_is_reported_as_such_and_ends_at_what_was_opened_with() -> None:
    number = result(small(), "accounts.cash", "2001-Q2", depth=3).number
    chain = [one for one in every(number) if one.path == "accounts.cash"]

    assert [one.period for one in chain] == ["2001-Q2", "2001-Q1", "before 2001-Q1"]
    (opening,) = chain[-1].inputs
    assert opening.written[0].text == "2 million USD"


def test_depth_ends_the_tree_and_counts_what_lies_deeper() -> None:
    assert result(base(), "accounts.cash", "2002-06", depth=0).number.inputs == ()
    assert result(base(), "accounts.cash", "2002-06", depth=0).number.hidden == 4
    one = result(base(), "accounts.cash", "2002-06", depth=1).number
    assert [child.path.split(".")[-1] for child in one.inputs] == [
        "cash", "operating_cash_flow", "investing_cash_flow", "financing_cash_flow",
    ]  # fmt: skip
    assert all(not child.inputs for child in one.inputs)
    assert len(list(every(result(base(), "accounts.cash", "2002-06", depth=9).number))) < 6000


@pytest.mark.parametrize(
    ("row", "when", "label", "value"),
    [
        ("accounts.cash", "2002", "2002", "last"),
        ("accounts.cash", "end of 2002", "2002-Q4", "last"),
        ("accounts.revenue", "2002", "2002", "sum"),
        ("accounts.revenue", "2002-Q4", "2002-Q4", "last"),
        ("accounts.revenue", "2002-11", "2002-Q4", "last"),
        ("accounts.revenue", "2002-12-31", "2002-Q4", "last"),
        ("accounts.revenue", "2002-10-01", "2002-Q4", "last"),
        ("plants.works.effective_capacity", "2002", "2002", "mean"),
    ],
)
def test_a_period_is_understood_in_the_steps_of_the_model(row: str, when: str, label: str, value: str) -> None:
    number = result(small(), row, when).number
    year = small().value(row)[0][4:8]

    assert number.period == label
    assert number.value == pytest.approx({"last": year[-1], "sum": year.sum(), "mean": year.mean()}[value])
    assert off(number) == []


def test_a_payment_is_found_by_its_number_and_by_its_date() -> None:
    by_number = result(small(), "loans.bank.schedule.interest_due", "2").number
    by_date = result(small(), "loans.bank.schedule.interest_due", "2002-02-15").number
    whole_year = result(small(), "loans.bank.schedule.interest_due", "2002").number

    assert by_number == by_date
    assert by_number.period == "2002-02-15"
    assert by_number.value == pytest.approx(3e6 * 5 / 6 * 0.04, rel=0.05)
    dates = small().value("loans.bank.schedule.date")[0]
    due = small().value("loans.bank.schedule.interest_due")[0]
    in_year = [float(d) for day, d in zip(dates, due, strict=True) if value_text(float(day), "day")[:4] == "2002"]
    assert whole_year.value == pytest.approx(sum(in_year))
    assert whole_year.formula == f"the sum of {len(in_year)} events"


def test_sums_over_many_tell_how_many_and_the_largest() -> None:
    number = result(base(), "project_npv").number
    (total,) = number.inputs

    assert total.note == "60 terms; the largest 6"
    assert len(total.inputs) == 6
    assert max(total.inputs, key=lambda one: abs(one.value or 0)).period == "2004-12"
    assert number.value == total.value


def test_what_a_product_of_rows_comes_to_is_no_value_of_the_first_of_them() -> None:
    number = result(base(), "equity_npv").number
    (total,) = number.inputs

    assert number.value == pytest.approx(46_448_526.519)
    assert (total.path, total.value) == ("returns.equity_flow", None)
    assert {one.path for one in total.inputs} == {"returns.equity_flow", "returns.discount_factor"}


def test_sums_over_few_tell_each() -> None:
    number = result(base(), "loans.fleet.interest", "2001-10", depth=1).number

    assert [one.period for one in number.inputs] == ["2001-10-08", "2001-10-31"]
    assert number.numbers.count("+") == 1


def test_the_lowest_of_a_row_leads_to_its_period() -> None:
    (low,) = result(base(), "lowest_cash").number.inputs

    assert (low.path, low.value) == ("accounts.cash", result(base(), "lowest_cash").number.value)


def test_a_row_that_is_undefined_says_why() -> None:
    number = result(base(), "accounts.dscr", "2002-06").number

    assert number.value is None
    assert number.note == "undefined: no debt service is due, or no whole calendar year ends"


def test_a_row_without_a_formula_says_what_it_is_read_from() -> None:
    number = result(small(), "loans.bank.schedule.year_fraction", "2").number

    texts = {written.path: written.text for written in number.written}
    assert texts["loans.bank.signed"] == "2001-02-15"
    assert texts["loans.bank.payments"] == "{every: half_year}"
    assert texts["loans.bank.day_count"] == "equal_periods"
    assert [w.path for w in number.written if w.is_default] == [
        "loans.bank.prepayments", "loans.bank.fees.available_until", "loans.bank.day_count",
    ]  # fmt: skip


def test_what_a_formula_does_not_name_is_reported_beside_it() -> None:
    number = result(small(), "accounts.tax_paid", "2003-Q1").number

    assert [(w.path, w.text) for w in number.written] == [("tax.lag", "1 year")]
    assert [(one.path, one.period) for one in number.inputs] == [("accounts.tax", "2002-Q1")]


@pytest.mark.parametrize(
    ("path", "when", "message"),
    [
        ("accounts.cash", "2007", r"`2007` is outside the horizon, which runs from 2000-01 to 2004-12"),
        ("accounts.cash", "2002-13", r"`2002-13` is no period; write it like `2002-06`, `2002-Q2`"),
        ("accounts.cash", "2002-02-30", r"`2002-02-30` is no date; February 2002 has 28 days"),
        ("accounts.cash", "soon", r"`soon` is no period"),
        ("accounts.cash", "3", r"`3` is no period; .*`2002-06-30`$"),
        ("accounts.cash", "", r"`accounts.cash` is a row; name a period too, such as `2004-12` or `end of 2004`"),
        ("loans.fleet.schedule.interest", "", r"is a row; name a period too, a date or the number of a payment$"),
        ("loans.fleet.schedule.interest", "21", r"loan `fleet` has no payment 21; its payments count from 1 to 20"),
        ("loans.fleet.schedule.interest", "2001-01-09", r"no event in `2001-01-09`; .*nearest events: 2001-01-08, "),
        ("loans.fleet.schedule.interest", "what", r"or by the number of a payment"),
        ("acounts.cash", "2002-06", r"no input, row or measure `acounts.cash`; did you mean `accounts.cash`\?"),
        ("loans.flet.rate", "", r"did you mean `loans.fleet.rate`\?"),
        ("min_dsrc", "", r"did you mean `min_dscr`\?"),
        ("xyz", "", r"no input, row or measure `xyz`; `fibercap rows SCENARIO` lists rows and measures"),
        ("loans.fleet.signed", "2002", r"`loans.fleet.signed` is an input that has no periods; leave out `2002`"),
        ("min_dscr", "2002", r"`min_dscr` is a measure, one number for the whole plan; leave out `2002`"),
    ],
)  # fmt: skip
def test_what_cannot_be_explained_says_why(path: str, when: str, message: str) -> None:
    with pytest.raises(FibercapError, match=message):
        explain(base(), path, when)


def test_an_input_over_time_may_be_asked_for_in_a_period() -> None:
    number = result(base(), "company.overhead", "2002-06").number

    assert number.path == "inputs.company.overhead"
    assert number.value == 11e6


def test_an_input_tells_its_chain_and_what_uses_it() -> None:
    plan = read("slow_brazil").with_changes(changes_of("projects.xtal_1.ramp.linear={plus: 2 months}"), "--set")
    outcome = use(project(plan), "projects.xtal_1.ramp.linear")
    (written,) = outcome.inputs

    assert written.text == "17 months"
    assert [step.value for step in written.steps] == ["9 months", "15 months", "17 months"]
    assert [step.operator for step in written.steps] == ["", "plus: 6 months", "plus: 2 months"]
    assert [step.previous for step in written.steps] == [None, "9 months", "15 months"]
    assert written.steps[1].place is not None
    assert written.steps[1].place.file.endswith("slow_brazil.yaml")
    assert outcome.rows == ("projects.xtal_1.ramped_months",)
    assert "project_npv" in outcome.measures
    assert "total_interest" not in outcome.measures


def test_a_sourced_value_that_is_replaced_keeps_its_chain() -> None:
    """The rate is written with source and note; a bare value and a sourced one replace it, and remember it."""
    plan = read("fibercore").with_changes(changes_of("loans.fleet.rate=9 %/year"), "one")
    plan = plan.with_changes(changes_of("loans.fleet.rate={value: 10 %/year, source: release}"), "two")
    (written,) = use(project(plan), "loans.fleet.rate").inputs

    assert [step.value for step in written.steps] == ["8.5 %/year", "9 %/year", "10 %/year"]
    assert written.kind == "stated"


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("loans.fleet.grace", "0 months"),
        ("loans.fleet.day_count", "equal_periods"),
        ("loans.fleet.fees.upfront", "0 %"),
        ("projects.xtal_1.overrun", "0 %"),
        ("plants.jena.life", "10 years"),
        ("plants.jena.maintenance", "0 USD/year"),
        ("plants.jena.closes", ""),
        ("loans.fleet.rounding", "none"),
        ("working_capital.days_in_year", "365"),
        ("tax.use_at_most", "100 %"),
        ("loans.fleet.payments.end_of_month", "false"),
    ],
)
def test_an_input_that_is_not_written_tells_its_default(path: str, text: str) -> None:
    (written,) = use(base(), path).inputs

    assert written.is_default
    assert written.text == text
    assert written.steps == ()


def test_a_block_of_inputs_tells_each() -> None:
    assert [one.path for one in use(base(), "products.single_mode.price").inputs] == [
        f"products.single_mode.price.{year}" for year in (2000, 2002, 2003, 2004)
    ]
    assert [one.path for one in use(base(), "loans.fleet.fees").inputs] == [
        f"loans.fleet.fees.{key}" for key in ("upfront", "undrawn", "guarantee", "agency", "available_until")
    ]


def test_an_input_that_no_formula_names_says_so() -> None:
    lines = list(explain_lines(use(base(), "loans.fleet.title")))

    assert lines[-2:] == ["used by 0 rows", "  no formula names it; it may decide which rows and formulas there are"]


def test_a_given_number_is_explained_by_its_formula_and_its_inputs() -> None:
    number = result(base(), "funding.xtal.equity.limit").number

    assert number.value == 22.5e6
    assert number.formula == "MAX(inputs.plants.xtal.purchase.price - inputs.funding.xtal.algar, 0)"
    assert [(w.path, w.text) for w in number.written] == [("funding.xtal.equity", "rest")]
    assert off(number) == []


def test_an_input_may_be_called_as_formulas_call_it() -> None:
    assert use(base(), "inputs.loans.fleet.rate") == use(base(), "loans.fleet.rate")


def test_titles_and_notes_count_in_no_evidence() -> None:
    results = {written.path: written for written in use(base(), "loans.fleet").inputs}

    assert results["loans.fleet.rate"].kind == "assumed"
    assert results["loans.fleet.title"].kind == ""
    assert "loans.fleet.note" not in results
    assert use(base(), "loans.fleet.note").inputs[0].text.startswith("The release speaks of a five-year loan")


def test_one_draw_of_a_batch_may_be_asked_for() -> None:
    plan = scenario_of(BASE)
    batch = project(plan.with_samples({"loans.bank.rate": Quantity(np.array([[0.08], [0.12]]), "1/year")}))
    first, second = (explain(batch, "total_interest", sample=draw) for draw in (0, 1))

    assert isinstance(first, Result)
    assert isinstance(second, Result)
    assert first.number.value == pytest.approx(result(small(), "total_interest").number.value)
    assert (second.number.value or 0) > (first.number.value or 0)
    assert off(second.number) == []
    with pytest.raises(FibercapError, match=r"no sample 2; the projection has 2, from 0 on"):
        explain(batch, "accounts.cash", "2002", sample=2)


def test_json_holds_the_tree() -> None:
    document = json.loads(json.dumps(explain_document(explain(small(), "accounts.cash", "2002-Q2")), allow_nan=False))

    assert {"path", "label", "period", "value", "unit", "formula", "numbers", "inputs"} <= set(document)
    assert document["evidence"] == "assumed"
    assert document["rests_on"] == {"assumed": 10}
    assert [child["period"] for child in document["inputs"]][:2] == ["2002-Q1", "2002-Q2"]
    assert compute(document["numbers"]) == pytest.approx(document["value"], rel=1e-12)


def test_lines_fit_the_window(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    for path, when in (
        ("accounts.cash", "2002-06"), ("loans.fleet.schedule.interest_due", "3"), ("project_irr", ""),
        ("projects.xtal_1", ""), ("loans.algar.cfads_unlevered_since_payment", "2001-03"), ("company.overhead", "2000"),
    ):  # fmt: skip
        assert [line for line in explain_lines(explain(base(), path, when)) if len(line) > 80] == []


def test_a_formula_is_taken_apart_into_what_stays_and_what_refers() -> None:
    assert pieces("{a@-1} * (1 + {b}) ^ 2") == (Reference("a", -1), " * (1 + ", Reference("b", 0), ")^2")
    assert pieces("SUM({a}) / MIN({a}, 3)") == (
        Call("SUM", (term_of("{a}"),)), " / MIN(", Reference("a", 0), ", 3)",
    )  # fmt: skip
    assert pieces("MAX({a}) + SUMIFS({a}, {b}, {c@-1} = 2)") == (
        Call("MAX", (term_of("{a}"),)), " + ", Call("SUMIFS", tuple(map(term_of, ("{a}", "{b}", "{c@-1} = 2")))),
    )  # fmt: skip
    assert text_without_braces("{a.b@-1} + {c}") == "a.b@-1 + c"


def test_few_digits_are_printed_where_they_are_enough() -> None:
    assert shorten_numbers("1234567.891234567 + 1", 1234568.891234567) == "1234567.89 + 1"
    assert shorten_numbers("0.1 * 3", 0.30000000000000004) == "0.1 * 3"
    assert shorten_numbers("1000000000000.25 - 1000000000000", 0.25) == "1000000000000.25 - 1000000000000"


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (1234567.891, "USD", "1,234,567.89 USD"),
        (-0.001, "USD", "0.00 USD"),
        (0.085, "1/year", "8.5 %/year"),
        (37256.0, "day", "2001-12-31"),
        (55.0, "day", "55 days"),
        (24030.0, "month", "2002-06-30"),
        (24005 + 20 / 30, "month", "2000-06-20"),
        (1.0, "month", "1 month"),
        (0.25, "", "0.25"),
        (446250.0, "km/year", "446,250.00 km/year"),
        (None, "USD", "undefined"),
    ],
)
def test_a_number_is_reported_with_its_unit(value: float | None, unit: str, text: str) -> None:
    assert value_text(value, unit) == text


SERIES = """\
fibercap: 1
horizon: {from: 2010, to: 2013, step: year}
money: {report_in: EUR}
sources: {offer: {title: Offer, kind: stated}, team: {title: Team, kind: assumed}}
default_source: offer
products: {cable: {unit: tonne, price: {2010: 60 EUR/tonne, 2012: {value: 80 EUR/tonne, source: team}, SETTING}}}
plants: {p: {product: cable, capacity: 100 tonne/year, cash_cost: 10 EUR/tonne}}
"""


@pytest.mark.parametrize(
    ("setting", "year", "keys"),
    [
        ("interpolate: linear", "2011", ["2010", "2012", "interpolate"]),
        ("growth: {value: 2 %/year, source: team}", "2013", ["2010", "2012", "growth"]),
        ("", "2011", ["2010"]),
    ],
)
def test_a_value_between_keys_names_all_that_it_comes_from(setting: str, year: str, keys: list[str]) -> None:
    plan = project(scenario_of(SERIES.replace(", SETTING", f", {setting}" if setting else "")))
    (price,) = [
        one for one in result(plan, "plants.p.revenue", year).number.inputs if one.path == "inputs.products.cable.price"
    ]

    assert [written.path.rpartition(".")[2] for written in price.written] == keys
    assert {written.kind for written in price.written} == ({"stated", "assumed"} if len(keys) > 1 else {"stated"})
