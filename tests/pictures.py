"""Draw the pictures of the documentation: `make pictures`, or `python -m tests.pictures chart` for a part.

`chart` draws every chart as docs/img/chart-*.svg, `report` each page of the printed report and `workbook` the first page of
each sheet, both as PNG of few colors. docs/pictures.md shows the pages and sheets; docs/charts.md shows the charts.
Pages need Chromium, sheets LibreOffice, both `pdftoppm` of poppler-utils.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from fibercap.views.charts.all_charts import CHARTS
from fibercap.views.charts.chances.all_simulation_charts import SIMULATION_CHARTS

DOCS: Final = Path(__file__).resolve().parents[1] / "docs"
IMG: Final = DOCS / "img"
PAGE: Final = DOCS / "pictures.md"
CASE: Final = "fibercore"
MOST_BYTES: Final = 2_500_000
"""Size of docs/img."""
DOTS: Final = {"report": 72, "workbook": 76}
"""Resolution of pages and sheets. [dots per inch]"""
WIDEST: Final = 900
"""Width of a picture. [pixel]"""
COLORS: Final = 32
INSTALLED_BY: Final = {"soffice": "libreoffice-calc-nogui", "pdftoppm": "poppler-utils"}
UNCERTAIN: Final = """\
fibercap: 1
id: uncertain_sheet
title: The term sheet, with a price and a cost that are uncertain
extends: term_sheet
add:
  uncertain:
    samples: 1024
    seed: 1
    inputs:
      price: {input: products.cable.price, times: {walk: {drift: 0 %/year, sd: 5 %}}}
      cost: {input: plants.works.cash_cost, times: {lognormal: {median: 100 %, sigma: 5 %}}}
"""
"""The plan of the charts of a simulation: it has covenants, options and claims."""
QUESTIONS: Final = {
    "fan-of-the-case": ("simulate", "fibercore_uncertain", "--chart", "fan", "--out"),
    "loan": ("loan", CASE, "fleet", "--plot"),
    "one-input": (
        "sensitivity", CASE, "--input", "products.single_mode.price", "--between", "70 %", "130 %", "--out",
    ),
    "two-inputs": (
        "sensitivity", CASE, "--two-way", "--input", "products.single_mode.price", "--input", "plants.xtal.cash_cost", "--out",
    ),
}  # fmt: skip
"""Commands that draw a chart of their own, by the name of its picture."""
HEAD: Final = f"""\
# Pages and sheets

Each page of the printed report of `{CASE}`, and the first page of each sheet of its workbook, in their order. `make pictures` draws them
anew and writes this page. [Charts](charts.md) shows every chart; [the workbook](workbook.md) says what each sheet holds.
"""


def chart_commands() -> dict[str, tuple[str, ...]]:
    """Return the command that draws each chart, without the path to which it is written, by the name of its picture."""
    plots = {name: ("plot", CASE, name, "--out") for name in CHARTS}
    simulations = {
        f"chances-{name}": ("simulate", "uncertain.yaml", "--option", "all", "--chart", name, "--out")
        for name in SIMULATION_CHARTS
    }
    return {**plots, **simulations, **QUESTIONS}


def draw_charts(folder: Path) -> None:
    """Draw every chart into docs/img."""
    (folder / "uncertain.yaml").write_text(UNCERTAIN, "utf-8")
    for name, command in chart_commands().items():
        run_fibercap(folder, *command, str(IMG / f"chart-{name}.svg"), "--force")


def draw_report(folder: Path) -> None:
    """Draw each page of the printed report."""
    run_fibercap(folder, "export", CASE, "--out", "report.pdf")
    for number, page in enumerate(pages_of(folder / "report.pdf", DOTS["report"], folder), 1):
        save_small(page, IMG / f"report-{number:02}.png")


def draw_workbook(folder: Path) -> None:
    """Draw the first page of each sheet, as LibreOffice prints it."""
    from pypdf import PdfReader  # noqa: PLC0415 - not needed to check the pictures
    from pypdf.generic import Destination  # noqa: PLC0415 - the same

    run_fibercap(folder, "export", CASE, "--out", "plan.xlsx")
    profile = f"-env:UserInstallation=file://{folder}/profile"
    subprocess.run(
        [program("soffice"), profile, "--headless", "--convert-to", "pdf", "--outdir", folder, folder / "plan.xlsx"],
        check=True,
        capture_output=True,
    )
    printed = PdfReader(folder / "plan.pdf")
    sheets = [entry for entry in printed.outline if isinstance(entry, Destination)]  # LibreOffice marks each sheet
    for place, sheet in enumerate(sheets, 1):
        first = printed.get_destination_page_number(sheet) or 0
        page = next(pages_of(folder / "plan.pdf", DOTS["workbook"], folder, only=first + 1))
        save_small(page, IMG / f"workbook-{place:02}-{slug(str(sheet.title))}.png")


def run_fibercap(folder: Path, *arguments: str) -> None:
    """Run a command of fibercap in a folder."""
    subprocess.run([sys.executable, "-m", "fibercap", *arguments], cwd=folder, check=True, capture_output=True)


def program(name: str) -> str:
    """Return the path of a program, or say what to install."""
    where = shutil.which(name)
    if where is None:
        raise SystemExit(f"{name} is not here; on Debian or Ubuntu: apt-get install {INSTALLED_BY[name]}")
    return where


def pages_of(printed: Path, dots: int, folder: Path, only: int | None = None) -> Iterator[Path]:
    """Yield pictures of the pages of a PDF file, or of one page."""
    some = [] if only is None else ["-f", str(only), "-l", str(only)]
    stem = folder / f"page-{printed.stem}-{only or 'all'}"
    subprocess.run([program("pdftoppm"), "-png", "-r", str(dots), *some, printed, stem], check=True)
    yield from sorted(folder.glob(f"{stem.name}-*.png"))


def save_small(picture: Path, target: Path) -> None:
    """Save a picture no wider than `WIDEST`, in few colors."""
    from PIL import Image  # noqa: PLC0415 - not needed to check the pictures

    with Image.open(picture) as opened:
        image = opened.convert("RGB")
    if image.width > WIDEST:
        image = image.resize((WIDEST, round(image.height * WIDEST / image.width)), Image.Resampling.LANCZOS)
    image.quantize(COLORS, dither=Image.Dither.NONE).save(target, optimize=True)


def slug(sheet: str) -> str:
    """Return the name of a sheet as a part of a file's name."""
    return re.sub(r"[^a-z0-9]+", "-", sheet.lower()).strip("-")


def page_text() -> str:
    """Return docs/pictures.md for the pictures that are there."""
    text = [HEAD, "\n## The report\n"]
    text += [f"\n![Page {int(path.stem[-2:])}](img/{path.name})\n" for path in sorted(IMG.glob("report-*.png"))]
    text += ["\n## The workbook\n"]
    for path in sorted(IMG.glob("workbook-[0-9]*.png")):
        name = path.stem.split("-", 2)[2].replace("-", " ").capitalize()
        text += [f"\n### {name}\n\n![{name}](img/{path.name})\n"]
    return "".join(text)


PARTS: Final = {"chart": draw_charts, "report": draw_report, "workbook": draw_workbook}


def main(parts: list[str]) -> None:
    """Draw the parts that are named, or all, and write the page that shows them."""
    for part, draw in PARTS.items():
        if not parts or part in parts:
            for old in IMG.glob(f"{part}-*"):
                old.unlink()
            with tempfile.TemporaryDirectory() as folder:
                draw(Path(folder))
    PAGE.write_text(page_text(), "utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
