"""What is said of plans whose figures would else pass for ordinary ones."""

from __future__ import annotations

import json
from html import unescape
from pathlib import Path
from zipfile import ZipFile

import pytest
from click.testing import CliRunner

from fibercap.cli import cli
from fibercap.model.project import project
from fibercap.reading.files import scenario_of
from fibercap.studies.findings import faults
from fibercap.studies.plan_warnings import warnings
from fibercap.studies.solving import solve
from fibercap.studies.step_warning import step_warning
from fibercap.views.files.exports import write
from fibercap.views.report.html import report

PLAN = """
fibercap: 1
id: alarmed
horizon: {from: 2000, to: 2003, step: month}
money: {report_in: USD, discount_rate: 10 %/year, terminal_value: book}
products: {fiber: {price: 40 USD/km}}
plants: {works: {product: fiber, capacity: 100_000 km/year, cash_cost: 20 USD/km}}
projects:
  line: {plant: works, adds: 50_000 km/year, capex: 2 million USD, spend: {2000: 100 %}, complete: 2000-12-31}
loans:
  bank:
    commitment: 1 million USD
    signed: 2000-01-01
    matures: 3 years
    rate: 8 %/year
    covenants: {cover: {row: accounts.dscr_12m, at_least: 1.2, test: payment}}
  old: {outstanding: 2 million USD, remaining: 36 months, rate: 8 %/year}
funding: {line: {bank: 1 million USD, equity: rest}}
opening: {cash: 5 million USD}
"""


@pytest.mark.parametrize(("cash", "count"), [("2.1 million USD", 0), ("1.5 million USD", 1)])
def test_a_company_that_opens_owing_more_than_it_owns_is_warned_of(cash: str, count: int) -> None:
    messages = [
        text for text in warnings(project(scenario_of(PLAN.replace("5 million USD", cash)))) if "owes more" in text
    ]

    assert len(messages) == count
    if count:
        assert messages == [
            "the company owes more than it owns before 2000-01-01: its equity is -500,000 USD; write under `opening` "
            "what it owns, if that is missing"
        ]


@pytest.mark.parametrize(("closes", "count"), [("2003-12-30", 0), ("2003-12-31", 0), ("2004-01-01", 1)])
def test_plants_that_close_with_the_horizon_do_not_run_on(closes: str, count: int) -> None:
    plan = PLAN.replace(", terminal_value: book", "").replace("20 USD/km}", f"20 USD/km, closes: {closes}}}")

    assert sum("the plants run on" in text for text in warnings(project(scenario_of(plan)))) == count


def test_cover_below_zero_is_not_told_as_a_ratio_alone(tmp_path: Path) -> None:
    for cost, message in (("20 USD/km", False), ("41 USD/km", True)):
        file = tmp_path / "plan.yaml"
        file.write_text(PLAN.replace("20 USD/km", cost))
        output = CliRunner().invoke(cli, ["run", str(file), "--only", "summary"], env={"COLUMNS": "200"}).output
        line = next(line for line in output.splitlines() if line.startswith("Lowest cover"))

        assert line.endswith("; nothing is left to cover debt service") == message


@pytest.mark.long
def test_solve_tells_what_is_wrong_with_the_plan_at_what_it_finds(tmp_path: Path) -> None:
    """A price at which the projects are worth what was asked for may be one at which the loan cannot be served."""
    solution = solve(scenario_of(PLAN), "project_npv", -1_500_000.0, "products.fiber.price")
    (root,) = solution.roots
    there = project(scenario_of(PLAN.replace("40 USD/km", f"{root.value!r} USD/km")))

    assert root.faults == tuple(finding.fault for finding in faults(there))
    assert root.faults
    assert solution.end_faults[0]
    assert solution.end_faults[1] == ()

    file = tmp_path / "plan.yaml"
    file.write_text(PLAN)
    asked = ["solve", str(file), "--vary", "products.fiber.price", "--measure", "project_npv", "--equals"]
    here = CliRunner().invoke(cli, [*asked, "-1.5 million USD"]).output
    nowhere = CliRunner().invoke(cli, [*asked, "900 million USD"]).output
    document = json.loads(CliRunner().invoke(cli, [*asked, "-1.5 million USD", "--json"]).output)

    assert f"    there: {root.faults[0]}" in here.splitlines()
    assert f"    at 0 USD/km: {solution.end_faults[0][0]}" in nowhere.splitlines()
    assert document["roots"][0]["faults"] == list(root.faults)
    assert document["end_faults"] == [list(solution.end_faults[0]), []]


@pytest.mark.long
def test_a_step_that_moves_the_answer_is_reported_in_the_report_and_the_workbook(tmp_path: Path) -> None:
    plan = scenario_of(PLAN.replace("step: month", "step: quarter"))
    (message,) = step_warning(project(plan))
    write(project(plan), tmp_path / "plan.xlsx")
    book = ZipFile(tmp_path / "plan.xlsx")

    assert message in unescape(report(project(plan), None).decode())
    assert any(message in book.read(part).decode() for part in book.namelist() if part.endswith(".xml"))
