"""The report as PDF, printed by the browser that is installed and read again."""

from __future__ import annotations

import re
from pathlib import Path
from unicodedata import normalize

import pytest
from pypdf import PdfReader

import fibercap as fc
from fibercap.core.errors import FibercapError
from fibercap.views.report.pdf import _css_text, find_browser
from tests.views.test_fonts import boxes

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    path = tmp_path_factory.mktemp("pdf") / "report.pdf"
    with boxes("光纤"):
        assert fc.write(fc.project(fc.read("jena_only", settings=['title=Jena "alone" \\ <b> & Ünï 光纤'])), path) == [
            path
        ]
    return [normalize("NFKC", " ".join(page.extract_text().split())) for page in PdfReader(path).pages]


def test_every_page_has_a_foot_with_what_it_is_and_its_number(pages: list[str]) -> None:
    plan = fc.read("jena_only", settings=['title=Jena "alone" \\ <b> & Ünï 光纤'])
    foot = rf'Jena "alone" \\ <b> & Ünï .*· scenario {plan.digest()} · fibercap {re.escape(fc.__version__)} · \d{{4}}-\d\d-\d\d'

    assert len(pages) > 8
    assert [number for number, page in enumerate(pages, 1) if not re.search(foot, page)] == []
    assert [number for number, page in enumerate(pages, 1) if f"{number} / {len(pages)}" not in page] == []


def test_the_first_page_is_the_verdict_and_sliders_leave_no_trace(pages: list[str]) -> None:
    assert "Verdict" in pages[0]
    assert "Statements" in " ".join(pages[1:])
    assert not any(words in page for page in pages for words in ("What if", "Move an input", "copy as"))


def test_no_page_is_all_but_empty(pages: list[str]) -> None:
    """A heading does not stand alone at the foot of a page, and no page holds its foot only."""
    assert min(map(len, pages)) > 250


def test_without_a_browser_the_way_out_is_reported(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("fibercap.views.report.pdf.shutil.which", lambda _: None)

    with pytest.raises(FibercapError, match=r"no Chromium, Chrome or Edge is installed.*write a `.html`"):
        fc.write(fc.project(fc.read("jena_only")), tmp_path / "report.pdf")
    assert list(tmp_path.iterdir()) == []


def test_the_first_browser_that_is_there_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        "fibercap.views.report.pdf.shutil.which", lambda name: f"/bin/{name}" if name == "msedge" else None
    )

    assert find_browser() == "/bin/msedge"


def test_no_title_ends_the_text_of_a_style() -> None:
    assert _css_text('a"; } </style>') == '"a\\22 \\3b  \\7d  \\3c \\2f style\\3e "'
