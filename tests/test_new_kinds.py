"""One file for one new thing: a style, a ramp, a measure, a row and a chart are added to a copy, and every reader has them.

Each is written as its union or table asks for, in one file of the copy; nothing else of the package is touched.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.long

ROOT = Path(__file__).resolve().parents[1]
STYLE = '''
class Renewed(Style):
    """Level payments, worked out anew on each payment date."""

    style: Annotated[str, Word(("renewed",))] = "renewed"
    """Level payments, worked out anew each time."""
    least: Annotated[Array, Of("money", low=0.0)] = np.asarray(0.0)
    """The least principal of a payment. Like `100_000 USD`."""

    @property
    def discounts(self) -> tuple[str, ...]:
        """The payment rests on the discount factors of later ones."""
        return ("annuity",)

    def principal(self, m: Moment) -> Any:
        """Return what the payment leaves after interest. [money]"""
        level = (m.balance + m.counted) / (1.0 + m.annuity) - m.interest_due
        return np.maximum(level, per_sample(self.least))

    def principal_text(self, page: Page) -> str:
        """Return the formula of the principal."""
        least = page.give_money("repayment.least", self.least)
        return f"MAX(([opening] + [counted]) / (1 + [annuity]) - [interest_due], {least})"


AnyStyle = Renewed | '''
RAMP = '''
class Square(Spec):
    """The share grows with the square of the time."""

    kind: ClassVar[str] = "square"
    square: RampMonths
    """Time from completion until all of it runs. Like `8 months`."""

    def ramped_months(self, age: Array) -> Array:
        """Return the integral of the share, (...). [month]"""
        share = np.clip(age / self.square, 0.0, 1.0)
        return self.square * share**3 / 3 + np.maximum(age - self.square, 0.0)

    def formula(self, age: str, sheet: Sheet, path: str) -> str:
        """Return the same integral as a formula text of the age."""
        length = sheet.give(f"inputs.{path}.square", "month", self.square)
        return f"{length} * MIN(MAX({age} / {length}, 0), 1)^3 / 3 + MAX({age} - {length}, 0)"


AnyRamp = Square | '''
MEASURE = '''
def best_revenue(projection: Projection) -> Measure:
    """Highest revenue of a model period."""
    from fibercap.model.measures.measure import HIGHER
    from fibercap.model.measures.parts import headline, make_measure

    values = projection.value("accounts.revenue").max(axis=-1)
    money = projection.scenario.currency
    return make_measure("best_revenue", "Highest revenue", money, "MAX({accounts.revenue})", values, better=HIGHER)


vars(best_revenue)["is_headline"] = True
MEASURES: Final[tuple[Callable[[Projection], Measure], ...]] = (
    best_revenue,'''
CHART = '''
def sales_chart(projection: Projection, comparison: Comparison | None) -> Figure:
    """Draw revenue by model period."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(6, 4))
    figure.subplots().plot(projection.value("accounts.revenue")[0])
    return figure


CHARTS: Final[dict[str, Chart]] = {
    "sales": Chart("Revenue period by period", sales_chart),
'''
ADDED = {
    "model/loans/repayment/styles.py": [("\nAnyStyle = ", STYLE)],
    "model/plants/ramps.py": [("\nAnyRamp = ", RAMP)],
    "model/measures/all_measures.py": [("\nMEASURES: Final[tuple[Callable[[Projection], Measure], ...]] = (", MEASURE)],
    "model/income/statements.py": [
        (
            '        text = f"[ebit] - [interest_expense] - [fee_expense]{on_cash} + [exchange_result]"\n',
            '        self.line("levy", "Levy on revenue", "[revenue] * 0.01")\n'
            '        text = f"[ebit] - [interest_expense] - [fee_expense]{on_cash} + [exchange_result] - [levy]"\n',
        )
    ],
    "views/charts/all_charts.py": [("\nCHARTS: Final[dict[str, Chart]] = {\n", CHART)],
}
"""What is added, and where: one file for each thing. No text that is looked for names a member of a union or table."""
PLAN = """\
fibercap: 1
title: New kinds
horizon: {from: 2001, to: 2004, step: quarter}
money: {report_in: USD, discount_rate: 10 %/year}
products: {fiber: {price: 45 USD/km}}
plants: {works: {product: fiber, capacity: 300_000 km/year, cash_cost: 18 USD/km}}
projects:
  line: {plant: works, adds: 150_000 km/year, capex: 12 million USD, complete: 2001-12-31, ramp: {square: 8 months}}
loans:
  bank: {commitment: 8 million USD, signed: 2001-01-03, matures: 5 years, rate: 8 %/year,
         repayment: {style: renewed, least: 0.1 million USD}}
funding: {line: {bank: 8 million USD, equity: rest}}
tax: {rate: 30 %}
opening: {cash: 9 million USD}
claims: {sells: {says: It sells, measure: best_revenue, above: 1 million USD}}
options: {cheaper: {change: {loans.bank.rate: 7 %/year}}}
"""
SCRIPT = """
import contextlib, io, json, sys
from pathlib import Path
import numpy as np
import fibercap
from fibercap.cli import main
from fibercap.core.quantity import Quantity
from fibercap.model.project import project
from fibercap.reading.files import read
from fibercap.studies.largest_loan import loan_lever
from fibercap.views.charts.all_charts import CHARTS
from tests import reference
from tests.model.test_contracts import CLAUSES, RATES, is_allowed, keeps_its_promises, run
from tests.model.test_formulas import disagreements
from tests.sheets import Recalculator, spoilt
from tests.sheets import disagreements as unlike

def say(*arguments):
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed), contextlib.redirect_stderr(printed), contextlib.suppress(SystemExit):
        main(arguments)
    return printed.getvalue()

here = Path(sys.argv[1])
file = str(here / "plan.yaml")
projection = project(read(file))
results = {"package": fibercap.__file__, "page": reference.page(), "schema": say("schema")}
results["check"] = say("check", file)
results["run"], results["rows"] = say("run", file), say("run", file, "--rows", "accounts.levy")
results["compare"] = say("compare", file)
results["loan"] = say("loan", file, "bank")
results["wrong style"] = say("run", file, "--set", "loans.bank.repayment={style: renewd}")
results["wrong key"] = say("run", file, "--set", "loans.bank.repayment={style: renewed, leest: 1 USD}")
results["wrong ramp"] = say("run", file, "--set", "projects.line.ramp={sqare: 8 months}")
results["wrong measure"] = say(
    "solve", file, "--vary", "plants.works.cash_cost", "--measure", "best_revenuw", "--equals", "0"
)
results["wrong chart"] = say("plot", file, "sels")
results["explain"] = {
    path: say("explain", file, *path.split())
    for path in (
        "loans.bank.repayment.least", "loans.bank.schedule.scheduled 2003-04-03", "projects.line.ramp.square",
        "projects.line.ramped_months 2002-Q2", "best_revenue", "accounts.levy 2002-Q2",
    )
}
results["plot help"] = say("plot", "--help")
results["plot"] = say("plot", file, "sales", "--out", str(here / "sales.svg"))
say("plot", file, "--out", str(here / "drawn"))
results["export"] = [say("export", file, "--out", str(here / name)) for name in ("r.html", "b.xlsx", "tables")]
results["report"] = (here / "r.html").read_text()
results["tables"] = {table.stem: table.read_text() for table in (here / "tables").glob("*.csv")}
results["drawn"] = [name for name in CHARTS if (here / "drawn" / f"plan-{name}.png").exists()]
content = (here / "b.xlsx").read_bytes()
sheets = Recalculator(spoilt(content), here).read()
results["workbook"] = unlike(sheets, projection, "as written")
results["cells"] = str(sheets.cells)
results["sized"] = [handle.path for handle in loan_lever(projection.scenario, "bank").handles]
results["part"] = float(projection.scenario.loans["bank"].repayment.in_part(np.asarray(0.5)).least)
results["texts"] = disagreements(projection)
style, kept = "{style: renewed, least: 100_000 USD}", 0
for rate in RATES.values():
    keeps_its_promises(run(style, rate))
for clause in CLAUSES.values():
    if is_allowed(style, clause):
        keeps_its_promises(run(style, clause=clause))
        kept += 1
results["kept"] = kept
at = "loans.bank.schedule.payment"
one, other = (run(text, rest=", grace: 6 months").value(at) for text in ("{style: renewed}", "{style: level}"))
results["as level"] = float(np.abs(one - other).max())
draws = {"loans.bank.repayment.least": Quantity(np.array([[0.0], [600_000.0]]), "USD")}
batch = project(read(file).with_samples(draws)).value(at)
alone = [project(read(file, settings=[f"loans.bank.repayment.least={x} USD"])).value(at)[0] for x in (0, 600_000)]
results["batch"] = float(np.abs(batch - np.array(alone)).max())
print(json.dumps(results))
"""


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """Return what every reader says of a plan that uses all that was added."""
    here = tmp_path_factory.mktemp("copy")
    shutil.copytree(ROOT / "fibercap", here / "fibercap")
    for path, changes in ADDED.items():
        file = here / "fibercap" / path
        text = file.read_text("utf-8")
        for old, new in changes:
            assert text.count(old) == 1, f"{path}: {old}"
            text = text.replace(old, new)
        file.write_text(text, "utf-8")
    (here / "plan.yaml").write_text(PLAN, "utf-8")
    environment = os.environ | {"COLUMNS": "100", "PYTHONPATH": f"{here}{os.pathsep}{ROOT}"}
    ended = subprocess.run(
        [sys.executable, "-c", SCRIPT, str(here)],
        env=environment,
        cwd=here,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 0, ended.stderr
    result: dict[str, Any] = json.loads(ended.stdout.splitlines()[-1])
    assert Path(result["package"]).is_relative_to(here)
    return result


def explanation_of(results: dict[str, Any], path: str) -> str:
    return str(results["explain"][path])


def test_the_plan_keeps_every_law_and_formula(results: dict[str, Any]) -> None:
    assert "plan.yaml is a valid scenario" in results["check"]
    assert (results["texts"], results["workbook"]) == ([], [])


def test_a_new_style_pays_what_it_says(results: dict[str, Any]) -> None:
    """It needs what no other style reads on every date, and pays as `level` does."""
    assert results["as level"] < 1e-6
    assert results["batch"] < 1e-6
    assert results["kept"] >= 18


def test_every_reader_has_a_new_style(results: dict[str, Any]) -> None:
    assert "**`style: renewed`**: Level payments, worked out anew on each payment date." in results["page"]
    assert "The least principal of a payment." in results["schema"]
    assert "did you mean `renewed`?" in results["wrong style"]
    assert "unknown key; did you mean `least`?" in results["wrong key"]
    assert "reaches" in explanation_of(results, "loans.bank.repayment.least")
    assert "loans.bank.repayment.least" in explanation_of(results, "loans.bank.schedule.scheduled 2003-04-03")
    assert "renewed, every quarter" in results["loan"]
    assert "renewed, every quarter" in results["report"]
    assert "inputs.loans.bank.repayment.least" in results["cells"]
    assert "loans.bank.repayment.least" in results["tables"]["inputs"]
    assert results["sized"] == ["loans.bank.commitment", "loans.bank.repayment.least", "funding.line.bank"]
    assert results["part"] == 50_000


def test_every_reader_has_a_new_ramp(results: dict[str, Any]) -> None:
    assert "`square`" in results["page"]
    assert "The share grows with the square of the time." in results["schema"]
    assert "did you mean `square`?" in results["wrong ramp"]
    assert "8 months" in explanation_of(results, "projects.line.ramp.square")
    assert "projects.line.ramp.square" in explanation_of(results, "projects.line.ramped_months 2002-Q2")
    assert "projects.line.ramp.square" in results["report"]
    assert "inputs.projects.line.ramp.square" in results["cells"]
    assert "projects.line.ramped_months" in results["tables"]["rows"]


def test_every_reader_has_a_new_measure(results: dict[str, Any]) -> None:
    assert "did you mean `best_revenue`?" in results["wrong measure"]
    assert "= MAX(accounts.revenue)" in explanation_of(results, "best_revenue")
    for page in ("run", "compare", "report", "cells"):
        assert "Highest revenue" in results[page], page
    assert "best_revenue" in results["tables"]["measures"]
    assert "best_revenue" in results["tables"]["options"]
    assert "best_revenue" in results["tables"]["claims"]


def test_every_reader_has_a_new_row(results: dict[str, Any]) -> None:
    """The cash that sweeps and revolvers follow counts it too: contracts that are swept kept their formulas."""
    assert "less levy on revenue" in results["run"]
    assert "accounts.levy   135.00   172.50   202.50   202.50" in results["rows"]
    assert "less levy on revenue" in results["report"]
    assert "accounts.levy" in explanation_of(results, "accounts.levy 2002-Q2")
    lines = [line.split(",")[3] for line in results["tables"]["statements"].splitlines() if line.startswith("Income,")]
    order = list(dict.fromkeys(lines))
    assert order.index("accounts.levy") + 1 == order.index("accounts.pretax_income")
    assert "accounts.levy" in results["tables"]["rows"]
    assert "Levy on revenue" in results["cells"]


def test_every_reader_has_a_new_chart(results: dict[str, Any]) -> None:
    assert re.search(r"\n +sales +Revenue period by period", results["plot help"])
    assert "did you mean `sales`?" in results["wrong chart"]
    assert "sales.svg" in results["plot"]
    assert "sales" in results["drawn"]
    assert "Revenue period by period" in results["report"]
