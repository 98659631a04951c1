"""The page of the FiberCore case: the figures in its sentences are those of runs; pages that are cited are there."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import pytest

from fibercap.model.measures.all_measures import measure_named
from fibercap.model.project import project
from fibercap.model.projection import Projection
from fibercap.reading.files import read

ROOT = Path(__file__).resolve().parents[1]
PAGE = " ".join((ROOT / "docs" / "fibercore.md").read_text("utf-8").replace("**", "").split())
CAME = re.findall(r'--set "(products\.single_mode\.price=[^"]*)"', PAGE)[0]


@cache
def projection_of(option: str = "", *settings: str, name: str = "fibercore") -> Projection:
    return project(read(name, option or None, settings))


def measure_of(name: str, option: str = "", *settings: str) -> float:
    return float(measure_named(projection_of(option, *settings), name).values[0])


def total(row: str, year: str, *settings: str) -> float:
    """Return a row of a year. [million]"""
    return float(projection_of("", *settings).by(f"accounts.{row}")[year][0]) / 1e6


def share(part: float) -> str:
    return f"{100 * part:.1f} %"


@pytest.mark.parametrize("option", ["", "german_bank"])
def test_sales_margins_and_what_is_spent(option: str) -> None:
    years = ("2000", "2001", "2002", "2003", "2004")
    capex = sum(total("capex", year) for year in years)
    margin = total("gross_profit", "2000") / total("revenue", "2000")
    owners = measure_of("equity_called", option) / 1e6

    assert (
        f"sales are {total('revenue', '2000'):.1f} million USD in 2000 and {total('revenue', '2001'):.1f} in 2001"
        in PAGE
    )
    assert f"Gross margin of 2000 is {100 * margin:.0f} %" in PAGE
    assert f"The expansion costs {capex:.0f} million USD" in PAGE
    assert (f"Owners would have to put in {owners:.0f} million" in PAGE) == (option == "")
    assert round(capex / 10) == pytest.approx(22)  # a twentieth of the plan
    assert "Fleet's 10 million is a twentieth of the plan" in PAGE


@pytest.mark.long
def test_rates_of_return_and_what_is_paid_back() -> None:
    book = share(measure_of("project_irr", "", "money.terminal_value=book"))
    rates = {name: measure_of("equity_irr", name) for name in ("level", "equal_principal", "bullet", "grace_one_year")}

    assert f"the projects earn {share(measure_of('project_irr'))} a year; at book value {book}" in PAGE
    assert measure_of("project_irr", "", "money.terminal_value=none") < -0.5
    assert f"By 2004 {100 * measure_of('share_paid_back'):.0f} % of what is spent is paid back" in PAGE
    assert (
        f"between {share(rates['bullet'])} with all of it due at the end and {share(rates['level'])} with equal" in PAGE
    )
    assert min(rates, key=lambda name: rates[name]) == "bullet"
    assert share(max(rates.values())) == share(rates["level"]) == share(rates["equal_principal"])
    assert f"Without Fleet it is {share(measure_of('equity_irr', 'no_debt'))}." in PAGE
    assert f"would bring {share(measure_of('equity_irr', 'german_bank'))}." in PAGE


@pytest.mark.long
def test_the_discount_rate_below_which_owners_pay_more_themselves() -> None:
    rate = float(re.findall(r"Only below a discount rate of ([\d.]+) %", PAGE)[0])
    for other, ahead in ((rate - 0.1, False), (rate + 0.1, True)):
        setting = f"money.discount_rate={other} %/year"
        bank = measure_of("equity_npv", "german_bank", setting)
        rest = max(measure_of("equity_npv", name, setting) for name in ("level", "equal_principal", "no_debt"))
        assert (bank > rest) == ahead


def test_how_long_the_revolver_is_drawn() -> None:
    owed = projection_of(name="fleet_revolver").value("loans.fleet.closing")[0]
    months = {10: "ten", 11: "eleven", 12: "twelve"}[int((owed > 1.0).sum())]

    assert f"so that it is drawn for {months} months only" in PAGE


def test_what_came() -> None:
    ebitda = {year: total("ebitda", year, CAME) for year in ("2001", "2002", "2003", "2004")}

    assert [year for year, value in ebitda.items() if value < 0] == ["2002", "2003", "2004"]
    assert "has negative EBITDA from 2002" in PAGE
    assert f"is {-total('cash', '2004', CAME):.0f} million USD short of cash by the end of 2004" in PAGE


def test_pages_that_code_tests_and_pages_cite_are_there() -> None:
    """Links lead to a page, and to a heading of it; so does every page that a docstring names as its source."""
    texts = {path: path.read_text("utf-8") for path in (*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"))}
    code = [path.read_text("utf-8") for path in (ROOT / "fibercap").rglob("*.py")]
    cited = {page for text in code for page in re.findall(r"\bdocs/[\w/-]+\.md", text)}
    links = [
        (path, link) for path, text in texts.items() for link in re.findall(r"\]\((?!http|mailto)([^)\s]+)\)", text)
    ]
    assert len(cited) >= 10
    assert len(links) >= 100

    lost = [page for page in cited if not (ROOT / page).is_file()]
    for path, link in links:
        page, _, heading = link.partition("#")
        goal = path.parent / page if page else path
        if not goal.exists() or (heading and heading not in headings(goal.read_text("utf-8"))):
            lost.append(f"{path.name}: {link}")
    assert lost == []


def test_sections_of_the_conventions_that_docstrings_cite_are_there() -> None:
    """Wherever the line breaks; a citation without a section leads nowhere in a page so long."""
    numbers = set(re.findall(r"^## (\d+)\. ", (ROOT / "docs" / "conventions.md").read_text("utf-8"), re.MULTILINE))
    texts = {path: path.read_text("utf-8") for path in (ROOT / "fibercap").rglob("*.py")}
    cited = [
        (path.name, number)
        for path, text in texts.items()
        for number in re.findall(r"docs/conventions\.md(?:,\s+section\s+(\d+))?", text)
    ]

    assert len(cited) > 60
    assert [one for one in cited if one[1] not in numbers and one[0] != "basis.py"] == []  # a note to readers


def headings(text: str) -> set[str]:
    """Return the anchors of a page's headings."""
    matches = re.findall(r"^#+ (.*)$", re.sub(r"```.*?```", "", text, flags=re.DOTALL), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).strip().replace(" ", "-") for heading in matches}
