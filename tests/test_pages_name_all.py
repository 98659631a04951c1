"""Lists that pages keep by hand: every measure, ramp, style of repayment and law stands where readers look for it."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

import pytest

from fibercap.model.laws.all_laws import LAWS
from fibercap.model.loans.repayment.styles import STYLES
from fibercap.model.measures.all_measures import LOAN_MEASURES, MEASURES, is_debt_service_cover
from fibercap.model.plants.ramps import RAMP_KINDS

DOCS: Final = Path(__file__).resolve().parents[1] / "docs"
OF_COMPANY: Final = tuple(measure.__name__ for measure in MEASURES)
OF_LOANS: Final = tuple(f"{measure.__name__.removeprefix('loan_')}.<l>" for measure in LOAN_MEASURES)


def section(page: str, heading: str) -> str:
    """Return the text of a page from a heading to the next one of its level or above."""
    level = heading.index(" ")
    text = re.sub(r"^```.*?^```$", "", (DOCS / page).read_text("utf-8"), flags=re.MULTILINE | re.DOTALL)
    start = text.index(f"\n{heading}") + len(heading)
    following = re.search(rf"^#{{1,{level}}} ", text[start:], re.MULTILINE)
    return text[start : start + following.start()] if following else text[start:]


@pytest.mark.parametrize(
    ("page", "heading", "names"),
    [
        ("conventions.md", "## 7. Measures", (*OF_COMPANY, *OF_LOANS)),
        ("model.md", "## Measures", OF_COMPANY),
        ("conventions.md", "## 2. Capacity and output", tuple(RAMP_KINDS)),
        ("conventions.md", "### Principal", tuple(STYLES)),
        ("model.md", "## A loan", tuple(STYLES)),
        ("model.md", "## Laws", LAWS),
    ],
)
def test_a_section_names_every_member(page: str, heading: str, names: tuple[str, ...]) -> None:
    text = section(page, heading)

    assert len(names) >= 4
    assert [name for name in names if not re.search(rf"`{re.escape(name)}[`:]", text)] == []


def test_a_section_ends_where_the_next_begins() -> None:
    text = section("conventions.md", "### Principal")

    assert "`sculpted`" in text
    assert "### Prepayments" not in text
    assert "## Laws" not in section("model.md", "## Measures")


def test_measures_that_bullet_loans_flatter_are_marked() -> None:
    names = [name.replace("<l>", "bank") for name in (*OF_COMPANY, *OF_LOANS)]

    marked = {name for name in names if is_debt_service_cover(name)}
    assert marked == {"min_dscr", "min_dscr_by_year", "average_dscr", "min_dscr.bank"}
    assert not is_debt_service_cover("average_dscr.bank")
