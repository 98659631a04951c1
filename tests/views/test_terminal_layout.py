"""What commands print at 80 and 120 columns stands as it did when somebody read it, for plans of three sizes."""

from __future__ import annotations

import json
import re

import pytest

from tests.views.plans import PAGES
from tests.views.terminal_layout import STORED, WIDTHS, capture, pages_of, shape

CUT = re.compile(r"\d…|…\d")
"""A figure that has lost digits."""


@pytest.mark.long
@pytest.mark.parametrize("name", PAGES)
def test_pages_stand_as_they_did_and_lose_nothing(name: str) -> None:
    stored = json.loads(STORED.read_text("utf-8"))[name]
    texts = {(width, of): capture(show, width) for of, show in pages_of(name).items() for width in WIDTHS}

    assert {str(width): {of: shape(texts[width, of]) for of in pages_of(name)} for width in WIDTHS} == stored, (
        "read the pages; if they are as wanted, `python -m tests.views.terminal_layout` stores them"
    )
    for (width, of), text in texts.items():
        assert [line for line in text.splitlines() if len(line) > width or CUT.search(line)] == [], of


def test_a_page_with_a_lost_line_or_another_width_differs() -> None:
    page = "Income  [million USD]\n     2000  2001\n\nMeasure  Value\nNPV       1.00\n"

    assert shape(page) == ["Income  [million 2x21", "Measure  Value 2x14"]
    assert shape(page.replace("NPV       1.00\n", "")) != shape(page)
    assert shape(page.replace("2001", "2001  2002")) == ["Income  [million 2x21", "Measure  Value 2x14"]
    assert shape(page.replace("2001", "2001  2002  2003")) == ["Income  [million 2x27", "Measure  Value 2x14"]


def test_what_is_stored_is_small() -> None:
    assert STORED.stat().st_size < 12_000
