"""The report as a PDF, printed by an installed Chromium, Chrome or Edge."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Final

from fibercap.core.errors import FibercapError

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

BROWSERS: Final = (
    *("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "microsoft-edge", "msedge"),
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge",
    r"C:\Program Files\Google\Chrome\Application\chrome.exe",
    r"C:\Program Files (x86)\Microsoft\Edge\Application\msedge.exe",
)
"""Programs that print a page, by name or by where they are usually installed; the first that is there is taken."""
FLAGS: Final = (
    "--headless",
    "--disable-gpu",
    "--no-first-run",
    "--disable-extensions",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",  # containers have too little shared memory for a page
    "--no-pdf-header-footer",
)
PATIENCE: Final = 180.0
"""How long the browser may take. [second]"""


def pdf(html: bytes, notes: Iterable[str], day: date) -> bytes:
    """Return a report as PDF: A4 pages with their number, the notes and the date below.

    Parameters
    ----------
    html : bytes
        The report as one page.
    notes : iterable of str
        What the foot of each page says first.
    day : date
        The day that the foot names.

    Raises
    ------
    FibercapError
        If no browser is installed that prints, or it fails.
    """
    browser = find_browser()
    with tempfile.TemporaryDirectory(prefix="fibercap-") as folder:
        page, out = Path(folder) / "report.html", Path(folder) / "report.pdf"
        page.write_bytes(html.replace(b"</head>", _foot([*notes, day.isoformat()]).encode() + b"</head>", 1))
        sandbox = ["--no-sandbox"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []  # root has none
        # A home of its own: a browser that runs already would open the page in its window, and print nothing.
        command = [browser, *FLAGS, *sandbox, f"--user-data-dir={folder}/home", f"--print-to-pdf={out}", page.as_uri()]
        try:
            subprocess.run(command, check=True, capture_output=True, timeout=PATIENCE)  # noqa: S603 - our own arguments
            return out.read_bytes()
        except (OSError, subprocess.SubprocessError) as error:
            raise FibercapError("no_pdf", f"{Path(browser).name} did not print the report ({_reason(error)})") from None


def find_browser() -> str:
    """Return the first browser that is installed.

    Raises
    ------
    FibercapError
        If none is.
    """
    browser = next((path for name in BROWSERS if (path := shutil.which(name))), None)
    if browser is None:
        raise FibercapError("no_browser", "no Chromium, Chrome or Edge is installed, which a PDF is printed with")
    return browser


def _foot(notes: list[str]) -> str:
    """Return the style of a page whose foot has notes on the left and the number of the page on the right."""
    style = "font: 7pt sans-serif; color: #5F6B76; vertical-align: top; padding-top: 3mm"
    left, right = _css_text(" · ".join(notes)), 'counter(page) " / " counter(pages)'
    feet = f"@bottom-left {{ content: {left}; {style} }} @bottom-right {{ content: {right}; {style} }}"
    return f"<style>@page {{ margin: 14mm 12mm 16mm; {feet} }}</style>"


def _css_text(words: str) -> str:
    """Return words as a text of CSS, with every character escaped that could end it."""
    return (
        '"'
        + "".join(letter if letter.isalnum() or letter in " .,-" else f"\\{ord(letter):x} " for letter in words)
        + '"'
    )


def _reason(error: Exception) -> str:
    return f"after {PATIENCE:.0f} s" if isinstance(error, subprocess.TimeoutExpired) else type(error).__name__
