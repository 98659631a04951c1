"""The pictures of the documentation: every chart, page and sheet has one, a page shows each, and charts are as drawn today."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from fibercap.reading.files import read
from fibercap.views.charts.all_charts import CHARTS
from fibercap.views.charts.files import picture
from tests.pictures import CASE, DOCS, IMG, MOST_BYTES, PAGE, chart_commands, page_text, slug

SHOWN = re.compile(r"!\[[^\]]+\]\((?:docs/)?img/([\w.-]+)\)")


def pictures_on(*pages: Path) -> set[str]:
    return {name for page in pages for name in SHOWN.findall(page.read_text("utf-8"))}


def test_every_chart_is_drawn_and_shown() -> None:
    drawn = {path.name for path in IMG.glob("chart-*")}

    assert drawn == {f"chart-{name}.svg" for name in chart_commands()}
    assert drawn - {"chart-fan-of-the-case.svg"} <= pictures_on(DOCS / "charts.md")


def test_every_picture_is_shown_and_every_shown_picture_is_there() -> None:
    assert pictures_on(DOCS.parent / "README.md", *DOCS.rglob("*.md")) == {path.name for path in IMG.iterdir()}


def test_the_page_of_pictures_shows_what_is_drawn() -> None:
    assert PAGE.read_text("utf-8") == page_text(), "run `make pictures`"
    assert len(pictures_on(PAGE)) > 20
    assert slug("Loan fleet 1") == "loan-fleet-1"


def test_pictures_keep_the_repository_small() -> None:
    assert sum(path.stat().st_size for path in IMG.iterdir()) < MOST_BYTES


@pytest.mark.parametrize("name", [name for name, chart in CHARTS.items() if not chart.compares])
def test_a_chart_says_what_is_drawn_today(name: str) -> None:
    """Every word and figure in a picture, as its SVG keeps them beside the shapes of its letters."""
    kept, now = (IMG / f"chart-{name}.svg").read_text("utf-8"), picture(read(CASE), name, ".svg").decode()

    words = re.findall(r"<text[^>]*>([^<]*)", now)
    assert len(words) > 10
    assert re.findall(r"<text[^>]*>([^<]*)", kept) == words, "run `make pictures`"
