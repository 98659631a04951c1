"""Where the parts of reports stand on three screens and on paper; `python -m tests.views.layout` stores it anew."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final

from tests.browser import Browser
from tests.views.plans import PAGES
from tests.views.reports import report_on

STORED: Final = Path(__file__).with_name("layout.json")
WIDTHS: Final = {"1200": 1200, "768": 768, "390": 390, "print": 703}
"""Widths of screens, and of A4 between its margins. [pixel]"""
PARTS: Final = """[...document.querySelectorAll('main > section')].filter(e => e.getClientRects().length).map(e => {
  const r = e.getBoundingClientRect(), of = s => [...e.querySelectorAll(s)].filter(p => p.getClientRects().length);
  const tall = s => Math.round(of(s).reduce((sum, p) => sum + p.getBoundingClientRect().height, 0));
  return [e.id, Math.round(r.left), Math.round(r.width), Math.round(r.height), of('.drawing').length, tall('.drawing'),
    of('table').length, tall('table')]; })"""
"""Each section: id, left, width and height, charts with their heights, tables with their heights. [pixel]"""

Layout = dict[str, list[list[Any]]]


def layout_of(name: str, widths: Iterable[str] = WIDTHS) -> Layout:
    """Return the sections of a plan's report for each medium."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:  # a browser may still write as it ends
        page = Path(folder) / "report.html"
        page.write_bytes(report_on(name))
        with Browser(Path(folder) / "home") as browser:
            listed = {}
            for width in widths:
                size = {"width": WIDTHS[width], "height": 900, "deviceScaleFactor": 1, "mobile": True}
                browser.ask("Emulation.setDeviceMetricsOverride", **size)
                browser.ask("Emulation.setEmulatedMedia", media="print" if width == "print" else "screen")
                browser.events.clear()
                browser.open(page)
                listed[width] = browser.value(PARTS)
    return listed


def main() -> None:
    """Store the layout of every plan."""
    lines = [f'"{name}": {_text(layout_of(name))}' for name in PAGES]
    STORED.write_text("{" + ",\n".join(lines) + "}\n", encoding="utf-8")


def _text(layout: Layout) -> str:
    media = (f'  "{medium}": {json.dumps(parts)}' for medium, parts in layout.items())
    return "{\n" + ",\n".join(media) + "}"


if __name__ == "__main__":
    main()
