"""The documentation as a site: made without a warning, complete, to be searched, and without a request to anybody."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

import fibercap

DOCS = Path(__file__).resolve().parents[1] / "docs"
INDEX = (DOCS / "index.md").read_text("utf-8")

pytestmark = pytest.mark.site


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("site")
    made = subprocess.run(
        [sys.executable, "-m", "sphinx", "-q", "-W", "--keep-going", "-b", "html", DOCS, out],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert made.returncode == 0, made.stderr
    return out


def test_every_page_is_in_the_contents() -> None:
    pages = {str(page.relative_to(DOCS).with_suffix("")) for page in DOCS.rglob("*.md")} - {"index"}
    contents = set(re.findall(r"^[\w/-]+$", INDEX, flags=re.MULTILINE))

    assert contents == {page for page in pages if not page.startswith("decisions/")} | {"decisions/README"}


def test_every_public_name_stands_on_its_page(site: Path) -> None:
    page = (site / "api.html").read_text("utf-8")

    assert [name for name in fibercap.__all__ if name != "__version__" and f'id="fibercap.{name}"' not in page] == []


def test_the_site_finds_words_of_pages_and_docstrings(site: Path) -> None:
    index = (site / "searchindex.js").read_text("utf-8")
    document = json.loads(index.removeprefix("Search.setIndex(").removesuffix(")"))
    names = document["docnames"]

    def pages(word: str) -> set[str]:
        places = document["terms"].get(word, [])
        return {names[place] for place in ([places] if isinstance(places, int) else places)}

    assert "conventions" in pages("waterfal")  # the stem of waterfall
    assert "api" in pages("percentil")


def test_nothing_is_loaded_from_elsewhere(site: Path) -> None:
    loaded = re.compile(r"<(?:script|link|img|iframe)[^>]*(?:src|href)=\"(?:https?:)?//")

    assert [page.name for page in site.rglob("*.html") if loaded.search(page.read_text("utf-8"))] == []


def test_links_between_pages_lead_somewhere(site: Path) -> None:
    links = [
        (page, link)
        for page in site.rglob("*.html")
        for link in re.findall(r'href="([^"#:]+\.html)(?:#[^"]*)?"', page.read_text("utf-8"))
    ]

    assert len(links) > 1000
    assert [f"{page.name}: {link}" for page, link in links if not (page.parent / link).exists()] == []
