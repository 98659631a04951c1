"""Common mistakes, what fibercap says of each, and what to write; `python -m tests.common_mistakes` writes docs/mistakes.md.

What is written wrong and right stands here; what is said of it is read from fibercap, and the right way is checked.
"""

from __future__ import annotations

import contextlib
import io
import os
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from unittest import mock

from fibercap.cli import main
from tests.errors import PLAN, Example

PAGE = Path(__file__).resolve().parents[1] / "docs" / "mistakes.md"
VERBS = ("change:", "add:", "remove:")


@dataclass(frozen=True)
class Mistake:
    """What is written wrong and right, in place of a text of the plan; or in a variant of it, where it is an overlay.

    A mistake that is accepted, but does not mean what was meant, is shown by the lines of a command that hold a text.
    """

    title: str
    why: str
    wrong: str
    right: str
    place: str = ""
    command: str = ""
    showing: tuple[str, ...] = ()
    plan: str = PLAN

    def example(self, text: str) -> Example:
        """Return the files with one of the two texts in them."""
        if text.startswith(VERBS):
            laid = f"fibercap: 1\nextends: plan.yaml\n{text}\n"
            return Example({"plan.yaml": self.plan, "variant.yaml": laid}, "variant.yaml")
        assert self.plan.count(self.place) == 1, self.title
        indent = self.plan[: self.plan.index(self.place)].rpartition("\n")[2]
        indent = indent if indent.isspace() else ""
        return Example({"plan.yaml": self.plan.replace(self.place, text.replace("\n", f"\n{indent}"))})

    def report_of(self, text: str) -> str:
        """Return what fibercap says of one of the two texts."""
        example = self.example(text)
        if not self.command:
            return "\n\n".join(problem.render() for problem in example.problems())
        out = io.StringIO()
        with tempfile.TemporaryDirectory() as folder, contextlib.chdir(folder), contextlib.redirect_stdout(out):
            for name, written in example.files.items():
                Path(name).write_text(str(written))
            with contextlib.suppress(SystemExit), mock.patch.dict(os.environ, COLUMNS="80"):
                main([*self.command.split(), example.name])
        lines = [line for line in out.getvalue().splitlines() if any(part in line for part in self.showing)]
        return "\n".join([f"$ fibercap {self.command} {example.name}", *lines])


CAPEX, COST, RATE = "capex: 5 million USD", "cash_cost: 20 USD/km", "rate: 8 %/year"
BOUGHT = PLAN.replace(CAPEX, "capex: {value: 5 million USD, source: offer}")
RAMPED = PLAN.replace("complete: 2001-12-31\n", "complete: 2001-12-31\n    ramp: {linear: 6 months}\n")
WORKS = "works: {product: fiber, capacity: 200_000 km/year, cash_cost: 20 USD/km}"
CLAIM = PLAN.splitlines()[-1].strip()

MISTAKES = (
    Mistake(
        "A comma in a number",
        "Decimals follow a point; thousands are grouped by `_`. Between braces YAML takes a comma for the end of a value.",
        "cash_cost: 20,5 USD/km",
        "cash_cost: 20.5 USD/km",
        COST,
    ),
    Mistake("A blank in a number", "One blank stands between number and unit, and nowhere else.", "capex: 5 000 000 USD", "capex: 5_000_000 USD", CAPEX),
    Mistake("A bare number", "Every amount, rate, share and duration has its unit.", "capex: 5_000_000", "capex: 5_000_000 USD", CAPEX),
    Mistake(
        "A percentage without its sign",
        "90 is ninety times the capacity, 0.9 a bare number. A share is written in percent.",
        WORKS.replace("}", ", utilization: 90}"),
        WORKS.replace("}", ", utilization: 90 %}"),
        WORKS,
    ),
    Mistake("A share for a rate", "Interest is a share per time. A share alone does not say for how long.", "rate: 8 %", RATE, RATE),
    Mistake("A currency sign", "The currency's code follows the number: `$` is the sign of several.", "capex: $25M", "capex: 25 MUSD", CAPEX),
    Mistake("A small m for millions", "`k` and `M` stand before a currency; `m` would be a thousandth.", "capex: 25 mUSD", "capex: 25 MUSD", CAPEX),
    Mistake(
        "A currency by another name",
        "Currencies have their ISO codes. Without a rate under `exchange`, only the reporting one can be used.",
        "capex: 5 MEURO",
        "capex: 4.6 million USD",
        CAPEX,
    ),
    Mistake(
        "A year for a date",
        "Dates name the day, for interest runs by days. Only `from` and `to`, and the keys of series, may be years.",
        "complete: 2001",
        "complete: 2001-12-31",
        "complete: 2001-12-31",
    ),
    Mistake(
        "A business year without the month that ends it",
        "`FY2000` is the business year that ends in 2000. In which month, the horizon says.",
        "horizon: {from: FY2000, to: 2004-03}",
        "horizon: {from: FY2000, to: 2004-03, year_ends: March}",
        "horizon: {from: 2000, to: 2004}",
    ),
    Mistake(
        "A list in place of names",
        "Entries have names, so that each number has a path by which variants change it and messages tell of it.",
        "products: [{name: fiber, price: 40 USD/km}]",
        "products: {fiber: {price: 40 USD/km}}",
        "products: {fiber: {price: 40 USD/km}}",
    ),
    Mistake(
        "A note with a colon",
        "YAML takes `: ` for a key and ` #` for a comment. Quotes keep a text whole.",
        "plant: works\nnote: Assumed: as at the first line",
        'plant: works\nnote: "Assumed: as at the first line"',
        "plant: works",
    ),
    Mistake(
        "Shares of spending that do not add up",
        "`spend` says when all of the capex is paid, so that its shares total 100 %.",
        "spend: {2000: 40 %, 2001: 70 %}",
        "spend: {2000: 30 %, 2001: 70 %}",
        "spend: {2000: 40 %, 2001: 60 %}",
    ),
    Mistake(
        "Funding above 100 %",
        "Sources together pay what the project costs, no more. `rest` takes what the others leave.",
        "line: {bank: 2 million USD, grant: 80 %}",
        "line: {grant: 80 %, bank: rest}",
        "line: {bank: 2 million USD, equity: rest}",
    ),
    Mistake(
        "YAML's merge key",
        "An alias such as `*bank` repeats a block whole, and `<<`, which would change a copy of it, is not used here. `like` copies\n"
        "an entry field by field, and keeps where each value comes from.",
        "add: {loans.second: {<<: {commitment: 3 million USD}, rate: 9 %/year}}",
        "add: {loans.second: {like: bank, rate: 9 %/year}}",
    ),
    Mistake(
        "A new entry under `change`",
        "`change` alters what is there, so that no misspelt path passes. What is new goes under `add`.",
        "change: {loans: {second: {like: bank, rate: 9 %/year}}}",
        "add: {loans.second: {like: bank, rate: 9 %/year}}",
    ),
    Mistake(
        "A path inside a block",
        "A path with dots stands at the top of `change` or `add`.",
        "change: {loans: {bank.rate: 9 %/year}}",
        "change: {loans.bank.rate: 9 %/year}",
    ),
    Mistake(
        "A removal of what others refer to",
        "What funding, options or claims name cannot go alone.",
        "remove: [loans.bank]",
        "remove: [loans.bank, funding.line.bank]",
    ),
    Mistake(
        "An operator on a block",
        "`times` and `plus` change numbers, or a series of them. In a block of several inputs nobody could tell which.",
        "change: {loans.bank: {times: 2}}",
        "change: {loans.bank.commitment: {times: 2}}",
    ),
    Mistake(
        "The operator `delay` where a duration stands",
        "The operator moves a date; a duration grows by `plus`. A project's own field `delay` is a third thing: it moves completion\n"
        "and stretches spending, while the operator on `complete` leaves spending where it was.",
        "change: {loans.bank.matures: {delay: 6 months}}",
        "change: {loans.bank.matures: {plus: 6 months}}",
    ),
    Mistake(
        "A changed value that was stated",
        "A changed number no longer comes from its old source, and counts as assumed. Name the source that gives the new one.",
        "change: {projects.line.capex: 6 million USD}",
        "change: {projects.line.capex: {value: 6 million USD, source: offer}}",
        command="check",
        showing=("inputs:",),
        plan=BOUGHT,
    ),
    Mistake(
        "A claim on what a plant could make one day",
        "Nameplate capacity steps up on completion; effective capacity follows the ramp. A claim about a\n"
        "year's output fails on the second while it holds on the first: say which was meant, or that it is known to fail.",
        CLAIM.replace("nameplate, when: end of 2002", "effective_capacity, when: 2002"),
        CLAIM,
        CLAIM,
        command="check",
        showing=("PASS", "FAIL", "claimed", "        expected"),
        plan=RAMPED,
    ),
)  # fmt: skip


def page() -> str:
    """Return the page of documentation."""
    lines = [
        "# Common mistakes",
        "",
        "What is often written, what fibercap says of it, and what to write instead. [Every error](errors.md) lists all that can be",
        "said. `python -m tests.common_mistakes` writes this page; a test holds each message, and that the right way is accepted.",
    ]
    for mistake in MISTAKES:
        lines += ["", *_section(mistake)]
    return "\n".join(lines) + "\n"


def _section(mistake: Mistake) -> Iterator[str]:
    yield from (f"## {mistake.title}", "", mistake.why, "", "Written:", "", "```text", mistake.wrong, "```", "")
    yield from ("fibercap says:", "", "```text", mistake.report_of(mistake.wrong), "```", "")
    yield from ("Write instead:", "", "```yaml", mistake.right, "```")
    if mistake.command:
        yield from ("", "It then says:", "", "```text", mistake.report_of(mistake.right), "```")


def write_page() -> None:
    """Write the page."""
    PAGE.write_text(page(), "utf-8")


if __name__ == "__main__":
    write_page()
