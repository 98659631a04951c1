"""Where the parts of printed pages stand at 80 and 120 columns; `python -m tests.views.terminal_layout` stores it."""

from __future__ import annotations

import io
import json
import os
from collections.abc import Callable, Mapping
from contextlib import redirect_stdout
from functools import lru_cache
from itertools import groupby
from pathlib import Path
from typing import Final
from unittest import mock

import click

from fibercap.model.project import project
from fibercap.model.projection import Projection
from fibercap.studies.claims import outcomes
from fibercap.studies.compare import Case, Comparison, case_of, cases_of_options, compare
from fibercap.studies.explaining.explain import explain
from fibercap.studies.explaining.lookup import find
from fibercap.studies.schedules import schedules
from fibercap.studies.verdict.verdict import Verdict, verdict
from fibercap.studies.what_if.one_way import sensitivity
from fibercap.views.loan_tables import loan_page
from fibercap.views.terminal.check import check_lines
from fibercap.views.terminal.compare import compare_page
from fibercap.views.terminal.explain import explain_lines
from fibercap.views.terminal.printing import window
from fibercap.views.terminal.rows import row_list_page
from fibercap.views.terminal.run import run_page
from fibercap.views.terminal.run_sections import Selection
from fibercap.views.terminal.sensitivity import sensitivity_page
from fibercap.views.terminal.wrapped_lines import wrapped_lines
from tests.views.plans import PAGES

STORED: Final = Path(__file__).with_name("terminal_layout.json")
WIDTHS: Final = (80, 120)
"""Widths of terminals. [column]"""
HEAD: Final = 16
"""How much of the first line of a part is stored. [letter]"""
INPUTS: Final = ("tax.rate", "money.discount_rate", "company.overhead")
"""Inputs that are moved in plans of several plants, for which all would take long."""

Layout = dict[str, list[str]]


@lru_cache(maxsize=1)
def pages_of(name: str) -> dict[str, Callable[[], None]]:
    """Return what each command prints of a plan, by the command; the plan is projected once."""
    plan = PAGES[name]()
    projection, comparison, case = project(plan), compare(plan), case_of(plan)
    checked, chosen = cases_of_options(case), verdict(comparison)
    moved = sensitivity(plan, () if len(plan.plants) == 1 else INPUTS)
    (loan, schedule), *_ = schedules(plan, None).items()
    return {
        "run": lambda: _run(projection, comparison),
        "check": lambda: _check(case, checked),
        "compare": lambda: _compare(comparison, chosen),
        "loan": lambda: loan_page(window(), loan, plan.loans[loan], schedule),
        "sensitivity": lambda: sensitivity_page(window(), moved),
        "rows": lambda: row_list_page(window(), projection, *find(projection, list(projection.measures.values()), ())),
        "explain": lambda: click.echo("\n".join(explain_lines(explain(projection, "equity_npv", "", 2)))),
    }


def capture(show: Callable[[], None], width: int) -> str:
    """Return what is printed on a terminal of some columns."""
    with mock.patch.dict(os.environ, {"COLUMNS": str(width)}), redirect_stdout(io.StringIO()) as printed:
        show()
    return printed.getvalue()


def shape(text: str) -> list[str]:
    """Return the parts of a page, which blank lines divide: how each begins, its lines and its widest line."""
    parts = (list(lines) for is_blank, lines in groupby(text.splitlines(), lambda line: not line) if not is_blank)
    return [f"{lines[0][:HEAD].strip()} {len(lines)}x{max(map(len, lines))}" for lines in parts]


def layout_of(name: str, width: int) -> Layout:
    """Return the parts of what each command prints of a plan at a width."""
    return {command: shape(capture(show, width)) for command, show in pages_of(name).items()}


def _run(projection: Projection, comparison: Comparison) -> None:
    measures = projection.measures
    run_page(window(), projection, measures, outcomes(projection, measures), "year", Selection((), (), None))
    compare_page(window(), comparison, short=True)


def _compare(comparison: Comparison, chosen: Verdict) -> None:
    with mock.patch("fibercap.views.terminal.compare.verdict", return_value=chosen):  # it takes seconds to find
        compare_page(window(), comparison)


def _check(case: Case, options: Mapping[str, Case]) -> None:
    begun, width = "", int(os.environ["COLUMNS"])
    for words, style in check_lines(case, options):
        if style.get("nl", True):
            click.echo(begun + wrapped_lines(words, width, len(begun)))
            begun = ""
        else:
            begun = words


def main() -> None:
    """Store the layout of every plan."""
    stored = {name: {width: layout_of(name, width) for width in WIDTHS} for name in PAGES}
    STORED.write_text(json.dumps(stored, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
