"""The report on screens of three widths and for readers that need help: a telephone, a tablet, a desk; axe."""

from __future__ import annotations

import json
from collections.abc import Iterator
from importlib.util import find_spec
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

import pytest

from tests.browser import Browser
from tests.views.reports import report_on

pytestmark = pytest.mark.browser

TELEPHONE: Final = 390
LETTER: Final = 8.9
"""The least size of words in charts. [pixel]"""
SHOWN: Final = "[...document.querySelectorAll('main > section:not(#live) %s')].filter(e => e.getClientRects().length)"
AXE: Final = """axe.run(document, {resultTypes: ['violations']}).then(found => JSON.stringify(
    found.violations.map(v => [v.id, v.impact, v.help, v.nodes.length, v.nodes[0].html.slice(0, 200)])))"""
MOVE: Final = """(() => { const e = document.querySelector('#live input[type=range]'); e.value = e.min;
    e.dispatchEvent(new Event('input', {bubbles: true})); })()"""


def axe_script() -> str:
    """Return the script of axe, which the package brings; its own driver of browsers is not used."""
    package = find_spec("axe_playwright_python")
    assert package is not None
    assert package.origin is not None
    return (Path(package.origin).parent / "axe.min.js").read_text("utf-8")


def resize(browser: Browser, width: int) -> None:
    browser.ask("Emulation.setDeviceMetricsOverride", width=width, height=800, deviceScaleFactor=1, mobile=True)


def open_report(name: str, home: Path, width: int) -> Browser:
    path = home / "report.html"
    path.write_bytes(report_on(name))
    browser = Browser(home / "home").__enter__()
    browser.ask("Page.setBypassCSP", enabled=True)
    resize(browser, width)
    browser.open(path)
    return browser


@pytest.fixture(scope="module")
def telephone(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    browser = open_report("fibercore", tmp_path_factory.mktemp("telephone"), TELEPHONE)
    yield browser
    browser.__exit__(None, None, None)


@pytest.mark.parametrize("width", [390, 768, 1200])
def test_no_page_scrolls_sideways(telephone: Browser, width: int) -> None:
    resize(telephone, width)

    assert telephone.value("document.documentElement.scrollWidth") <= width
    assert telephone.value(f"{SHOWN % '.drawing'}.every(e => e.getBoundingClientRect().right <= innerWidth)")


@pytest.mark.parametrize("width", [390, 768, 1200])
def test_words_of_charts_can_be_read(telephone: Browser, width: int) -> None:
    """Charts for a telephone are drawn for it: their letters are as large as on a desk, not scaled down."""
    resize(telephone, width)
    sizes = telephone.value(
        f"{SHOWN % '.drawing text'}.map(e => parseFloat(getComputedStyle(e).fontSize) * e.getScreenCTM().a)"
    )

    assert len(sizes) > 300
    assert min(sizes) >= LETTER if width == TELEPHONE else min(sizes) >= 0.8 * LETTER


def test_panels_that_stand_side_by_side_on_a_desk_stand_below_each_other_on_a_telephone(telephone: Browser) -> None:
    places = "[...document.querySelectorAll('#figure-output .drawing.%s svg g[id*=\"axes\"]')]"
    places += ".map(e => e.firstElementChild.getBoundingClientRect()).map(r => [r.left, r.top, r.right, r.bottom])"
    resize(telephone, 1200)
    (left, top, right, _), (next_left, next_top, *_) = telephone.value(places % "wide")
    assert right < next_left
    assert top == pytest.approx(next_top)

    resize(telephone, TELEPHONE)
    (left, *_, bottom), (next_left, next_top, *_) = telephone.value(places % "narrow")
    assert left == pytest.approx(next_left, abs=0.5)
    assert bottom < next_top


def test_tables_scroll_beside_a_first_column_that_stays_and_holds_words(telephone: Browser) -> None:
    """No label is broken into one word a line: the column has room for a dozen letters, and few lines."""
    resize(telephone, TELEPHONE)
    telephone.value("document.querySelectorAll('.table').forEach(e => { e.scrollLeft = 60; })")
    cells = telephone.value(
        f"{SHOWN % 'tbody th[scope=row]'}.map(e => [e.getBoundingClientRect().left - e.closest('.table')"
        ".getBoundingClientRect().left, e.clientWidth, e.textContent.split(' ').length,"
        " (r => { r.selectNodeContents(e); return r.getBoundingClientRect().height; })(document.createRange())"
        " / parseFloat(getComputedStyle(e).lineHeight)])"
    )
    boxes = telephone.value("[...document.querySelectorAll('nav a')].map(a => a.getBoundingClientRect().toJSON())")
    wide = telephone.value(f"{SHOWN % '.table'}.filter(e => e.scrollWidth > e.clientWidth).length")
    telephone.value("document.querySelectorAll('.table').forEach(e => { e.scrollLeft = 0; })")

    assert wide > 10
    assert len(cells) > 200
    for left, width, words, lines in cells:
        assert left == pytest.approx(0, abs=1)
        assert 100 < width < 0.5 * TELEPHONE
        assert lines < 3.1 or lines < 0.75 * words + 1, (words, lines)
    for first, second in pairwise(boxes):
        assert first["bottom"] <= second["top"] or first["right"] <= second["left"]


def findings(browser: Browser) -> list[Any]:
    answer = browser.ask("Runtime.evaluate", expression=AXE, awaitPromise=True, returnByValue=True)
    return [rule for rule in json.loads(answer["result"]["value"]) if rule[1] in ("serious", "critical")]


@pytest.mark.parametrize(
    ("name", "width"), [("fibercore", 1200), ("jena_only", 390), ("oyster", 1200), ("term_sheet", 390)]
)
def test_axe_finds_nothing_serious_before_and_after_a_what_if(name: str, width: int, tmp_path: Path) -> None:
    browser = open_report(name, tmp_path, width)
    try:
        browser.ask("Runtime.evaluate", expression=axe_script())
        assert findings(browser) == []
        browser.value(MOVE)
        assert browser.value("document.querySelector('#live .banner') !== null")
        assert findings(browser) == []
    finally:
        browser.__exit__(None, None, None)


def test_axe_would_find_something_serious(telephone: Browser) -> None:
    """The rules run: a picture without words is found."""
    telephone.ask("Runtime.evaluate", expression=axe_script())
    telephone.value("document.body.insertAdjacentHTML('beforeend', '<img id=\"bare\" src=\"data:,\">') || true")

    assert [rule[0] for rule in findings(telephone)] == ["image-alt"]
    telephone.value("document.querySelector('#bare').remove()")
