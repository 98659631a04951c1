"""The check values of docs/conventions.md: figures computed outside the project, which its plans must give.

The page holds plans as YAML blocks whose first line names them, and tables of figures under `**Check values**`. Each
figure is a test of its own: it must be right to the last digit that the page prints.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from tempfile import mkdtemp
from typing import TYPE_CHECKING, Final

import numpy as np
import pytest

from fibercap.model.measures.all_measures import measures
from fibercap.model.project import project
from fibercap.model.projection import Projection
from fibercap.reading.files import contracts_of, read
from fibercap.studies.headroom import headroom
from fibercap.studies.schedules import schedules
from fibercap.studies.sizing import Limit, size

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from fibercap.model.loans.contract import Schedule
    from fibercap.model.plan.scenario import Scenario

PAGE: Final = Path(__file__).resolve().parents[1] / "docs" / "conventions.md"
MARK: Final = "**Check values**"
UNDEFINED: Final = "undefined"
SCALES: Final = {"": 1.0, "%": 0.01, "million": 1e6}


@dataclass(frozen=True)
class Printed:
    """A figure as the page prints it: its value, and half of its last digit."""

    value: float
    within: float


@dataclass(frozen=True)
class Check:
    """One check value: a plan (or loan), a figure of it, when, and what is printed."""

    plan: str
    figure: str
    when: str
    printed: str

    @property
    def name(self) -> str:
        return " ".join(part for part in (self.plan, self.figure, self.when) if part)


def figure_of(text: str) -> Printed:
    """Read `47,449,585.92`, `24.8932 %` or `8.22 million`."""
    match = re.fullmatch(r"(-?[\d,]+)(?:\.(\d+))?(?: (%|million))?", text)
    assert match, f"`{text}` is no figure"
    scale = SCALES[match[3] or ""]
    digits = len(match[2] or "")
    number = float(f"{match[1].replace(',', '')}.{match[2] or 0}")
    return Printed(number * scale, 0.5 * 10.0**-digits * scale)


def blocks(text: str) -> dict[str, str]:
    """Return the YAML blocks of a page that name a file in their first line."""
    matches = re.findall(r"```yaml\n# (\S+\.yaml)\n(.*?)```", text, re.DOTALL)
    names = [name for name, _ in matches]
    assert len(names) == len(set(names)), "two blocks have one name"
    return dict(matches)


def tables(text: str) -> Iterator[list[list[str]]]:
    """Yield every table of check values as rows of cells, the heading first."""
    for part in text.split(MARK)[1:]:
        lines = part.lstrip("\n").split("\n")
        cells = []
        for line in lines:
            if not line.startswith("|"):
                break
            cells.append([cell.strip() for cell in line.strip("|").split("|")])
        assert len(cells) > 2, f"no table follows `{MARK}`: {lines[0]!r}"
        yield [cells[0], *cells[2:]]


def checks(text: str) -> Iterator[tuple[str, Check]]:
    """Yield every check value of the page with its kind: of a `plan` or of a `loan`."""
    for heading, *rows in tables(text):
        for row in rows:
            assert len(row) == len(heading), f"{row} does not fit {heading}"
            if heading == ["plan", "figure", "when", "value"]:
                yield "plan", Check(*row)
            elif heading == ["loan", "figure", "when", "value"]:
                yield "loan", Check(*row)
            elif heading[0] == "option":
                for figure, value in zip(heading[1:], row[1:], strict=True):
                    yield "plan", Check(f"fibercore, option {row[0]}", figure, "", value)
            else:
                assert heading[0] == "loan", f"the table {heading} is of no known kind"
                for figure, value in zip(heading[1:], row[1:], strict=True):
                    what, _, when = figure.partition(" after ")
                    yield "loan", Check(row[0], what, when, value)


TEXT: Final = PAGE.read_text("utf-8")
BLOCKS: Final = blocks(TEXT)
FOUND: Final = list(checks(TEXT))
PLANS: Final = [check for kind, check in FOUND if kind == "plan"]
LOANS: Final = [check for kind, check in FOUND if kind == "loan"]


@cache
def folder() -> Path:
    """Return a folder that holds the page's plans."""
    made = Path(mkdtemp(prefix="conventions-"))
    for name, text in BLOCKS.items():
        (made / name).write_text(text)
    return made


@cache
def scenario(plan: str) -> Scenario:
    """Return the scenario of `fibercore`, `plan.yaml, option bullet` or `plan.yaml, path=value; path=value`."""
    name, _, how = plan.partition(", ")
    where = folder() / name if name in BLOCKS else name
    if how.startswith("option "):
        return read(where, how.removeprefix("option "))
    return read(where, None, how.split("; ") if how else ())


@cache
def projection(plan: str) -> Projection:
    """Return what a plan leads to."""
    return project(scenario(plan))


@cache
def measures_of(plan: str) -> Mapping[str, float | None]:
    """Return a plan's measures."""
    return {name: measure.value for name, measure in measures(projection(plan)).items()}


@cache
def contracts() -> Mapping[str, Schedule]:
    """Return the schedules of the loans that the page writes without a plan, by name."""
    results: dict[str, Schedule] = {}
    for name, text in BLOCKS.items():
        if "horizon:" not in text and "extends:" not in text:
            results |= schedules(contracts_of(text, name))
    return results


def of_plan(check: Check) -> float | None:
    """Return a figure of a plan, None where it is undefined."""
    sized = re.fullmatch(r"largest (\S+) with (\S+) at least (\S+)", check.figure)
    if sized:
        return size(scenario(check.plan), sized[1], [Limit(sized[2], float(sized[3]))]).commitment
    fall = re.fullmatch(r"fall of (\S+) that breaks (\S+)", check.figure)
    if fall:
        return headroom(projection(check.plan))[fall[2]].falls[fall[1]]
    if not check.when:
        return measures_of(check.plan)[check.figure]
    values = projection(check.plan).value(check.figure)
    if check.when == "lowest":
        return float(np.nanmin(values))
    if check.when == "periods below 0":
        return float((values < 0).sum())
    period = check.when.removeprefix("end of ")
    step = "quarter" if "-Q" in period else "month" if "-" in period else "year"
    value = float(projection(check.plan).by(check.figure, step)[period][0])
    return None if np.isnan(value) else value


def of_loan(check: Check) -> float:
    """Return a figure of a loan's schedule: on a date, a sum, a measure, or its usual payment."""
    result = contracts()[check.plan]
    values = {key: np.atleast_2d(result.values[key])[0] for key in ("interest", "principal", "payment", "closing")}
    days = [str(day) for day in result.dates]
    alone = {
        "number of payments": max(result.numbers),
        "all_in_cost": result.measures["all_in_cost"]["value"],
        "average_life": result.measures["average_life"]["value"],
        "balloon": np.ravel(result.balloon)[0],
        "total interest": values["interest"].sum(),
    }
    if check.figure in alone:
        return float(alone[check.figure])
    if check.figure == "owed":
        return float(values["closing"][max(k for k, day in enumerate(days) if day <= check.when)])
    if check.when:
        return float(values[check.figure][days.index(check.when)])
    assert check.figure == "payment"
    repays = [k for k, number in enumerate(result.numbers) if number and k + 1 < len(days)]
    middle = repays[-1]  # the last payment but one: after any grace, and no balloon
    return float(values["principal" if "interest" in check.printed else "payment"][middle])


def agrees(check: Check, value: float | None) -> None:
    """Compare a figure with what the page prints of it, to the last digit."""
    if check.printed == UNDEFINED:
        assert value is None
        return
    wanted = figure_of("0" if check.printed == "interest" else check.printed.removesuffix(" + interest"))
    assert value is not None, f"{check.name} is undefined"
    assert value == pytest.approx(wanted.value, rel=1e-12, abs=wanted.within), check.name


def _cases(result: list[Check]) -> Callable[..., pytest.MarkDecorator]:
    return pytest.mark.parametrize("check", result, ids=[check.name for check in result])


@_cases(PLANS)
def test_a_plan_gives_its_check_value(check: Check) -> None:
    agrees(check, of_plan(check))


@_cases(LOANS)
def test_a_loan_gives_its_check_value(check: Check) -> None:
    agrees(check, of_loan(check))


def test_every_plan_and_loan_of_the_page_is_checked() -> None:
    """A block that no table names would prove nothing."""
    named = {check.plan.partition(", ")[0] for check in PLANS}
    plans = {name for name, text in BLOCKS.items() if "horizon:" in text or "extends:" in text}

    assert plans <= named
    assert {check.plan for check in LOANS} == set(contracts())


def test_every_check_value_stands_once() -> None:
    names = [check.name for _, check in FOUND]

    assert len(names) == len(set(names))
    assert len(names) > 100


def test_figures_are_read_to_their_last_digit() -> None:
    for text, value, within in (
        ("-34,934,810", -34_934_810.0, 0.5),
        ("24.8932 %", 0.248932, 0.5e-6),
        ("8.22 million", 8_220_000.0, 5_000.0),
    ):
        result = figure_of(text)
        assert (result.value, result.within) == pytest.approx((value, within))


def test_a_figure_that_is_off_by_more_than_its_last_digit_is_found() -> None:
    check = Check("plan", "figure", "", "1.4868")

    agrees(check, 1.48684)
    for value in (1.48686, 1.4866, None):
        with pytest.raises(AssertionError):
            agrees(check, value)


def is_named(path: str, known: frozenset[str]) -> bool:
    """Tell whether the page names a row: by the last part of its path, or as `<source>_to_date` and the like."""
    last = path.rpartition(".")[2]
    if last in known or (path.startswith("funding.") and path.count(".") == 2):
        return True
    if path.startswith("ratios.") and path.count(".") == 1:  # `ratios.<r>`, by a name of the plan's own
        return True
    return any(last.endswith(end) for end in ("_to_date", "_available", "_periods", "_left")) or "uses_in_" in last


@pytest.mark.parametrize("name", ["fibercore", "fleet_revolver", "jena_in_euro", "two_banks"])
def test_every_row_is_named(name: str) -> None:
    """Whoever recomputes a plan from the page must find each row that is printed."""
    spans = re.findall(r"`[^`\n]+`|^ {4}.*$", TEXT, re.MULTILINE)
    known = frozenset(re.findall(r"\w+", " ".join(spans)))
    plan = read(name)
    cases = [plan, *(plan.with_option(option) for option in plan.options)]
    elsewhere = ("inputs.", "without_projects", "same_without_projects", "run_off.")

    rows = {path for case in cases for path in project(case).period_rows if not path.startswith(elsewhere)}
    assert sorted(path for path in rows if not is_named(path, known)) == []


@pytest.mark.long
def test_docstrings_cite_sections_that_are_there() -> None:
    """A source that no reader of the repository can open is none."""
    numbers = [int(number) for number in re.findall(r"^## (\d+)\. ", TEXT, re.MULTILINE)]
    assert numbers == list(range(1, len(numbers) + 1))

    code = {path: path.read_text("utf-8") for path in (PAGE.parents[1] / "fibercap").rglob("*.py")}
    cited = {int(n) for text in code.values() for n in re.findall(r"docs/conventions\.md, section (\d+)", text)}
    assert cited <= set(numbers)
    assert not [str(path) for path, text in code.items() if re.search(r"(?<!/)\bfinance\.md", text)]
