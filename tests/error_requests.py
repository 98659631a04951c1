"""One example of every code of an error outside a scenario's text: a command, or lines of Python, that is refused."""

from __future__ import annotations

import contextlib
import io
import shlex
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from unittest.mock import patch

from fibercap.cli import cli
from fibercap.core.errors import FibercapError
from fibercap.model.laws.law import Law

CLOSED = " <&-"
LOANS = """\
fibercap: 1
loans:
  bank: {commitment: 3 MUSD, signed: 2000-01-15, matures: 5 years, rate: 8 %/year, sweep: 50 %}
"""
BARE = """\
fibercap: 1
horizon: {from: 2001, to: 2003}
money: {report_in: USD}
products: {fiber: {price: 40 USD/km}}
plants: {works: {product: fiber, capacity: 200_000 km/year, cash_cost: 20 USD/km}}
"""
STEPS = """\
fibercap: 1
rates: {libor: {1999: 5 %/year}}
loans:
  bank: {commitment: 3 MUSD, signed: 2000-01-15, matures: 5 years,
         rate: {index: libor, margin: {by: accounts.debt_to_ebitda_12m, steps: {low: {below: 2, is: 1 %/year}}, else: 2 %/year}}}
"""
ALONE = """\
fibercap: 1
loans:
  bank: {commitment: 3 MUSD, signed: 2000-01-15, matures: 1 year, rate: 8 %/year}
"""
BANK = """\
date,interest,principal,payment,balance
2000-04-15,60000,727871.47,787871.47,2272128.53
2000-07-15,45442.57,742428.9,787871.47,1529699.63
2000-10-15,30593.99,757277.48,787871.47,772422.15
2001-01-15,15448.44,772422.15,787870.59,0
"""
AGAINST = "fibercap loan loans.yaml --against bank.csv"
CIRCULAR = """\
fibercap: 1
horizon: {from: 2001, to: 2004}
money: {report_in: USD}
exchange: {EUR: {closing: {2001: 0.9 USD/EUR, 2002: 1 USD/EUR, 2004: 1 USD/EUR}, average: 0.95 USD/EUR}}
products: {cable: {price: 50 USD/km, demand: 90_000 km/year}}
plants: {works: {product: cable, capacity: 60_000 km/year, cash_cost: 28 USD/km}}
projects:
  line: {plant: works, adds: 20_000 km/year, capex: 2 million USD, complete: 2002-12-31}
  hall: {plant: works, adds: 10_000 km/year, capex: 2 million USD, complete: 2002-12-31}
loans: {bank: {commitment: 1 million EUR, signed: 2001-01-15, matures: 3 years, rate: 8 %/year}}
funding:
  line: {cash: available, equity: rest}
  hall: {equity: 1.5 million USD, bank: rest, order: in_order}
company: {equity_limit: 2 million USD}
tax: {rate: 30 %}
opening: {cash: 1.2 million USD}
"""
ROUND = """\
fibercap: 1
horizon: {from: 2001, to: 2007, step: quarter}
money: {report_in: USD}
products: {fiber: {price: {2001: 40 USD/km, 2003: 26 USD/km, 2005: 20.5 USD/km, 2006: 17 USD/km, 2007: 80 USD/km}}}
plants: {works: {product: fiber, capacity: 200_000 km/year, cash_cost: 20 USD/km}}
loans:
  line: {commitment: 4 MUSD, signed: 2001-01-01, matures: 7 years, rate: 7 %/year, repayment: {style: revolver}}
  bank:
    commitment: 5 MUSD
    signed: 2001-01-01
    matures: 5 years
    rate: 8 %/year
    draws: {2001-01-01: 5 MUSD}
    covenants: {cover: {row: accounts.loan_life_worth, at_most: 90 MUSD, lock_up: 1 MUSD, test: period}}
company: {dividends: {2002-06-30: 0.3 MUSD, 2003-06-30: 0.3 MUSD, 2004-06-30: 0.3 MUSD, 2005-03-31: 26 MUSD}}
opening: {cash: 5 MUSD}
"""


@dataclass(frozen=True)
class Request:
    """What is asked for: a command as a shell takes it, or Python; files that lie there, and what is patched for it."""

    asks: str
    files: Mapping[str, str] = field(default_factory=dict)
    patches: Mapping[str, object] = field(default_factory=dict)

    @property
    def is_command(self) -> bool:
        """Whether a command asks, else Python."""
        return self.asks.startswith("fibercap ")

    def error(self) -> FibercapError | None:
        """Return what the request is refused with, None where it is not."""
        with contextlib.ExitStack() as stack:
            folder = stack.enter_context(tempfile.TemporaryDirectory())
            stack.enter_context(contextlib.chdir(folder))
            stack.enter_context(contextlib.redirect_stdout(io.StringIO()))
            for name, text in self.files.items():
                Path(name).write_text(text, "utf-8")
            for name, replacement in self.patches.items():
                stack.enter_context(patch(name, replacement))
            if self.asks.endswith(CLOSED):
                stack.enter_context(patch("sys.stdin", None))
            try:
                self._ask()
            except FibercapError as error:
                return error
        return None

    def _ask(self) -> None:
        if self.is_command:
            arguments = shlex.split(self.asks.removesuffix(CLOSED))[1:]
            cli.main(arguments, prog_name="fibercap", standalone_mode=False)
        else:
            exec(self.asks, {})  # noqa: S102 - the lines stand below

    def lines(self) -> Iterator[str]:
        """Run over the request and its refusal, as the page shows them."""
        for name, text in self.files.items():
            if name.endswith(".yaml") and not self.patches:
                yield from (f"$ cat {name}", text.rstrip("\n"))
        if self.is_command:
            yield f"$ {self.asks}"
        else:
            yield from (f">>> {line}" for line in self.asks.splitlines())
        yield str(self.error())


def rows_of(text: str) -> list[list[str]]:
    """Return the cells of a CSV text."""
    return [line.split(",") for line in text.splitlines()]


REQUESTS: Mapping[str, Request] = {
    # what is asked for
    "no_such_name": Request("fibercap run fibercore --rows accounts.cahs"),
    "several_meant": Request("fibercap explain fibercore interest 2001"),
    "no_such_time": Request("fibercap explain fibercore accounts.cash 2050"),
    "with_or_without_period": Request("fibercap explain fibercore accounts.cash"),
    "nothing_uncertain": Request("fibercap simulate bare.yaml", {"bare.yaml": BARE}),
    "no_options": Request("fibercap compare bare.yaml", {"bare.yaml": BARE}),
    "not_together": Request("fibercap export fibercore --by year --out plan.xlsx"),
    "finer_than_step": Request("fibercap run fibercore --set horizon.step=year --by month"),
    "not_alike": Request("fibercap compare fibercore fibercore"),
    "not_movable": Request("fibercap solve fibercore --vary loans.fleet.signed --measure project_npv --equals 0"),
    "not_sizable": Request("fibercap size fibercore fleet --dscr 50"),
    "no_range": Request("fibercap solve fibercore --vary tax.rate --measure project_npv --equals 0 --between 4 2"),
    "unfit_draws": Request(
        "from fibercap import evaluate, read\n"
        "evaluate(read('fibercore'), {}, keep=['project_npv'])"
    ),
    "no_program": Request(
        "from fibercap import evaluate, read\n"
        "evaluate(read('ahead.yaml'), {'tax.rate': [0.3, 0.31]}, keep=['lowest_cash'], by='program')",
        {"ahead.yaml": ROUND.replace("26 MUSD}", "0.3 MUSD}")},
    ),
    "too_many_values": Request(
        "fibercap export large.yaml --out report.html",
        {"large.yaml": BARE},
        patches={"fibercap.views.report.subject.size_of": lambda *_: 5_000_000},
    ),
    "no_panel": Request(
        "from matplotlib.figure import Figure\nfrom fibercap import plot, project, read\n"
        "plot(project(read('bare.yaml')), 'debt', ax=Figure().subplots())",
        {"bare.yaml": BARE},
    ),
    "steps_alone": Request("fibercap loan steps.yaml", {"steps.yaml": STEPS}),
    "reserve_alone": Request("fibercap loan loans.yaml", {"loans.yaml": LOANS.replace("sweep: 50 %", "reserve: {covers: 6 months}")}),
    "needs_company": Request("fibercap loan loans.yaml", {"loans.yaml": LOANS}),
    # what does not come to an end
    "worker_lost": Request(
        "from concurrent.futures import ThreadPoolExecutor\n"
        "from fibercap import read, simulate\n"
        "simulate(read('fibercore_uncertain'), samples=64, executor=ThreadPoolExecutor(initializer=quit))",
    ),
    "no_cluster": Request(
        "fibercap simulate fibercore_uncertain --dask tcp://127.0.0.1:1",
        patches={"fibercap.commands.workers.PATIENCE": "0.1s"},
    ),
    "never_settles": Request("fibercap run round.yaml", {"round.yaml": ROUND}),
    "circular_plan": Request("fibercap run two_projects.yaml", {"two_projects.yaml": CIRCULAR}),
    # files written and read back
    "file_exists": Request("fibercap export fibercore --out plan.csv", {"plan.csv": ""}),
    "cannot_write": Request("fibercap export fibercore --out missing/plan.csv"),
    "no_browser": Request(
        "fibercap export fibercore --out report.pdf", patches={"fibercap.views.report.pdf.shutil.which": lambda _: None}
    ),
    "no_pdf": Request(
        "fibercap export bare.yaml --out report.pdf",
        {"bare.yaml": BARE},
        patches={"fibercap.views.report.pdf.find_browser": lambda: "false"},
    ),
    "unknown_suffix": Request("fibercap export fibercore --out plan.doc"),
    "wrong_stream": Request(f"fibercap check -{CLOSED}"),
    "extra_missing": Request(
        "fibercap simulate fibercore_uncertain --out chances --format parquet",
        patches={"fibercap.views.files.parquet.find_spec": lambda _: None},
    ),
    "not_a_workbook": Request("fibercap diff fibercore plan.xlsx", {"plan.xlsx": "no workbook"}),
    # schedules of banks
    "no_schedule_table": Request(AGAINST, {"loans.yaml": ALONE, "bank.csv": "customer,rating\nA,1\nB,2\n"}),
    "two_tables": Request(AGAINST, {"loans.yaml": ALONE, "bank.csv": f"{BANK}\n{BANK}"}),
    "several_sheets": Request(
        AGAINST.replace("csv", "xlsx"),
        {"loans.yaml": ALONE, "bank.xlsx": ""},
        patches={"fibercap.reading.against.sheets_of": lambda *_: dict.fromkeys(("offer", "old offer"), rows_of(BANK))},
    ),
    "no_such_sheet": Request(f"{AGAINST} --sheet plan", {"loans.yaml": ALONE, "bank.csv": BANK}),
    "no_rate_in_table": Request(AGAINST, {"loans.yaml": ALONE, "bank.csv": "date,balance\n2000-04-15,2200000\n2000-07-15,1500000\n"}),
    "ambiguous_dates": Request(
        AGAINST, {"loans.yaml": ALONE, "bank.csv": "date,balance,interest\n03/04/2000,2200000,60000\n03/07/2000,1500000,45000\n"}
    ),
    "table_in_other_currency": Request(AGAINST, {"loans.yaml": ALONE, "bank.csv": BANK.replace("balance", "balance EUR")}),
    "unreadable_table": Request(AGAINST.replace("csv", "xlsx"), {"loans.yaml": ALONE, "bank.xlsx": "no workbook"}),
    "table_too_large": Request(
        AGAINST, {"loans.yaml": ALONE, "bank.csv": BANK}, patches={"fibercap.reading.bank_files._bytes_of": lambda _: BANK.encode() * 10_000}
    ),
    "nothing_agrees": Request(
        f"{AGAINST} --out bank.yaml", {"loans.yaml": ALONE, "bank.csv": BANK.replace("45442.57,742428.9", "45440.57,742430.9")}
    ),
    # formulas and laws
    "not_a_formula": Request(
        "from fibercap.core.formulas.formula_text import term_of\n"
        "term_of('{price} * ({volume}')"
    ),
    "units_clash": Request(
        "from fibercap.core.formulas.unit_proof import unit_of\n"
        "unit_of('{price} + {volume}', {'price': 'USD/km', 'volume': 'km'}.__getitem__)"
    ),
    "not_of_one_column": Request(
        "from fibercap.core.formulas.cell_terms import cell_function\n"
        "from fibercap.core.formulas.formula_text import term_of\n"
        "from fibercap.core.formulas.open_cells import Places\n"
        "cell_function(term_of('IRR({cash})'), Places({'cash': 3}, ['cash']), 3)"
    ),
    "rests_on_itself": Request(
        "import numpy as np\n"
        "from fibercap.core.formulas.circle import settle\n"
        "from fibercap.core.formulas.rows import Block, Row\n"
        "cost = Row('cost', 'Cost', 'USD', 'flow', '{cost} * 0.1')\n"
        "block = Block('model', 3, {'cost': cost}, {'cost': np.zeros(3)}, {})\n"
        "settle([block], ['cost'], later={}, later_from=3, elsewhere='run_off.')"
    ),
    "broken_law": Request(
        "fibercap run bare.yaml",
        {"bare.yaml": BARE},
        patches={"fibercap.model.laws.proof.laws_of": lambda *_, **__: iter([Law("balance", "accounts.cash", "5")])},
    ),
}  # fmt: skip
