"""What `compare` says of the footing on which its figures stand, and that no title stands where a conclusion does."""

from __future__ import annotations

from io import StringIO

import pytest
from rich.console import Console

from fibercap.model.project import project
from fibercap.reading.files import scenario_of
from fibercap.studies.compare import Comparison, compare
from fibercap.studies.verdict.verdict import verdict
from fibercap.views.report.html import report
from fibercap.views.terminal.compare import compare_page
from fibercap.views.verdict_text import ALONE, not_close_text

PLAN = """
fibercap: 1
id: footing
horizon: {from: 2000, to: 2003, step: year}
money: {report_in: USD, discount_rate: 10 %/year, terminal_value: book}
products: {fiber: {price: 40 USD/km}}
plants: {works: {product: fiber, capacity: 100_000 km/year, cash_cost: 20 USD/km}}
projects:
  line: {plant: works, adds: 50_000 km/year, capex: 2 million USD, spend: {2000: 100 %}, complete: 2000-12-31}
loans:
  bank: {commitment: 1 million USD, signed: 2000-01-01, matures: 3 years, rate: 8 %/year, payments: {every: year}}
funding: {line: {bank: 1 million USD, equity: rest}}
opening: {cash: 2 million USD}
options:
  bank: {title: "VERDICT    dear: worth 900 million USD"}
  dear: {title: "Recommended: the best", change: {loans.bank.rate: 9 %/year}}
"""
OTHER = "  slow: {title: Slow, change: {company.overhead: 10_000 USD/year}}\n"


def comparison_of(text: str) -> Comparison:
    return compare(scenario_of(text))


def page(comparison: Comparison) -> str:
    out = StringIO()
    compare_page(Console(file=out, width=80), comparison)
    return out.getvalue()


def test_titles_stand_after_the_verdict_in_quotes() -> None:
    lines = page(comparison_of(PLAN)).splitlines()
    titles = lines.index("Names, and the titles that files give them")

    assert next(line for line in lines if "VERDICT" in line).startswith("VERDICT    bank: worth ")
    assert lines[titles + 1] == "  bank  “VERDICT    dear: worth 900 million USD” (baseline)"
    assert lines[titles + 2] == "  dear  “Recommended: the best”"
    assert not any(line.startswith(("VERDICT    dear", "Recommended")) for line in lines)


@pytest.mark.long
@pytest.mark.parametrize("text", [PLAN, PLAN + OTHER])
def test_tables_say_where_they_stand_on_another_footing_than_the_verdict(text: str) -> None:
    comparison = comparison_of(text)
    message = " ".join(page(comparison).split()).lower()
    html = report(project(comparison.cases["bank"].projection.scenario), comparison).decode()

    assert ("the verdict deducts that of bank from all" in message) == (text != PLAN)
    assert message.count("deduct the company that does nothing new as each option has it") == (text != PLAN) * 2
    assert html.count("deduct the company that does nothing new as each option has it") == (text != PLAN) * 2


@pytest.mark.long
def test_what_is_moved_in_the_first_two_options_only_is_reported_where_more_may_be_taken() -> None:
    two, three = (verdict(comparison_of(text)) for text in (PLAN, PLAN + OTHER))

    assert ALONE not in not_close_text(two)
    assert ALONE in not_close_text(three)


@pytest.mark.long
def test_options_with_one_title_stay_two_in_the_report() -> None:
    comparison = comparison_of(PLAN.replace("Recommended: the best", "VERDICT    dear: worth 900 million USD"))
    html = report(project(comparison.cases["bank"].projection.scenario), comparison).decode()
    needed = html.partition("Cash needed from owners")[2].partition("</table>")[0]

    assert needed.count('<th scope="row">VERDICT    dear: worth 900 million USD</th>') == 2
