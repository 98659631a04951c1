"""The pages of a printed report: how full they are, where they end, and the heads of tables that go on."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from html import unescape
from importlib.resources import files
from io import BytesIO
from pathlib import Path
from typing import Any, Final
from unicodedata import normalize

import pytest
from pypdf import PdfReader

from fibercap.views.report.html import report
from fibercap.views.report.pdf import pdf
from tests.browser import Browser
from tests.views.plans import PAGES
from tests.views.reports import projected_and_compared

pytestmark = pytest.mark.browser

POINTS: Final = 72 / 25.4
TALL, TOP, FOOT = 297 * POINTS, 14 * POINTS, 16 * POINTS
FULL: Final = 0.6
Line = tuple[float, str]


@dataclass(frozen=True)
class Printed:
    """A report as HTML, and the lines of each page of its PDF: the height above the lower edge, and the words."""

    html: str
    pages: list[list[Line]]

    def share_filled(self, page: int) -> float:
        """Return the share of a page's height that is used."""
        return (TALL - TOP - min(height for height, _ in self.pages[page])) / (TALL - TOP - FOOT)


def lines_of(page: Any) -> list[Line]:
    """Return the lines of a page above its foot, from the top downwards."""
    words: dict[float, str] = {}

    def visit(text: str, cm: list[float], tm: list[float], _font: Any, _size: float) -> None:
        height = round(cm[3] * tm[5] + cm[5])
        if text.strip() and height > FOOT:
            words[height] = words.get(height, "") + " " + normalize("NFKC", text).strip()

    page.extract_text(visitor_text=visit)
    return [(height, " ".join(words[height].split())) for height in sorted(words, reverse=True)]


@pytest.fixture(scope="module", params=PAGES)
def report_on_paper(request: pytest.FixtureRequest) -> Printed:
    html = report(*projected_and_compared(request.param), answers=False)
    pages = PdfReader(BytesIO(pdf(html, ["a foot"], date(2026, 11, 30)))).pages
    return Printed(html.decode(), [lines_of(page) for page in pages])


def test_no_page_is_half_empty_unless_what_follows_may_not_be_cut(report_on_paper: Printed, tmp_path: Path) -> None:
    """A page ends early only before a row of panels, which cannot be cut, and only where that does not fit."""
    path = tmp_path / "report.html"
    path.write_text(report_on_paper.html, encoding="utf-8")
    with Browser(tmp_path / "home") as browser:
        browser.ask("Emulation.setEmulatedMedia", media="print")
        browser.ask("Emulation.setDeviceMetricsOverride", width=703, height=1009, deviceScaleFactor=1, mobile=False)
        browser.open(path)
        rows = browser.value(
            "[...document.querySelectorAll('.drawing svg')].map(e => e.getBoundingClientRect().height)"
        )
    share = {page: report_on_paper.share_filled(page) for page in range(1, len(report_on_paper.pages) - 1)}
    tallest = max(rows) / (96 / 72) / (TALL - TOP - FOOT)

    assert tallest < FULL
    assert sum(full < FULL for full in share.values()) <= len(share) / 8
    assert {page + 1: full for page, full in share.items() if full < 1 - tallest - 0.1} == {}
    assert sum(share.values()) / len(share) > 0.8


def test_no_heading_is_the_last_line_of_a_page(report_on_paper: Printed) -> None:
    headings = {unescape(text) for text in re.findall(r"<(?:h2|h3|caption)[^>]*>([^<]+)<", report_on_paper.html)}
    numbered = {re.sub(r"^\d+ ?\. ", "", page[-1][1]) for page in report_on_paper.pages}

    assert len(headings) > 15
    assert not headings & numbered


def test_a_table_that_goes_on_has_its_heads_on_each_page(report_on_paper: Printed) -> None:
    """The table of inputs is the longest; the table of sources comes after it."""
    words = [[line for _, line in page] for page in report_on_paper.pages]
    first, last = (
        next(number for number, lines in enumerate(words) if caption in lines)
        for caption in ("Inputs as they were written", "Sources")
    )

    for number in range(first, max(last, first + 1)):
        assert any(line.startswith("Input Written") for line in words[number]), number + 1


def test_the_first_page_stands_alone_before_an_appendix(report_on_paper: Printed) -> None:
    """A board reads one page: the verdict, its reasons, one chart, and what the appendix has."""
    first, second = ([line for _, line in page] for page in report_on_paper.pages[:2])

    assert "Verdict" in first
    assert "Appendix" in first
    assert re.match(r"1 ?\. \w", second[0])
    assert any("Statements" in line for line in first)
    assert any(re.fullmatch(r"\d+ ?\. Statements", line) for page in report_on_paper.pages[1:] for _, line in page)


def test_no_head_of_a_table_is_left_alone_at_the_foot_of_a_page() -> None:
    """The same table begins at forty heights of a page, a few points apart; its head stays with the first lines."""
    style = files("fibercap.views.report").joinpath("report.css").read_text(encoding="utf-8")
    rows = "".join(f"<tr><th scope='row'>line {n}</th><td>{n}</td></tr>" for n in range(30))
    table = f"<table><caption>A caption</caption><thead><tr><th>the head</th></tr></thead><tbody>{rows}</tbody></table>"
    tops = "".join(
        f"<div style='break-before: page; height: {700 + 6 * n}px'>top</div><div class='table'>{table}</div>"
        for n in range(40)
    )

    pages = PdfReader(BytesIO(pdf(f"<style>{style}</style>{tops}".encode(), ["a foot"], date(2026, 11, 30)))).pages
    last = [lines_of(page)[-1][1] for page in pages]

    assert {"top", "line 29 29"} < set(last)
    assert "the head" not in last
    assert "A caption" not in last
