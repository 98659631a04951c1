"""Titles in scripts of three continents: drawn where a font has their letters, and a warning where none has."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import warnings
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Any

import pytest

from fibercap.cli import main
from fibercap.model.project import project
from fibercap.reading.files import read
from fibercap.views.charts import fonts
from fibercap.views.charts.all_charts import write_chart
from fibercap.views.charts.files import picture
from fibercap.views.charts.fonts import families_for, letters_without_font

CYRILLIC, ARABIC, CHINESE = "План волокна", "خطة الألياف", "光纤计划"
UNCERTAIN = "uncertain={inputs: {tax: {input: tax.rate, plus: {normal: {mean: 0 %, sd: 2 %}}}}}"
SCRIPT_CAPITALS = "\N{MATHEMATICAL SCRIPT CAPITAL A}\N{MATHEMATICAL SCRIPT CAPITAL C}"
"""DejaVu Sans has no such letters; the STIX fonts, which come with matplotlib, have them."""


def boxes(words: str) -> AbstractContextManager[Any]:
    """Expect a warning of letters if no font here has them."""
    lacking = " ".join(letters_without_font(words))
    return (
        pytest.warns(UserWarning, match=f"no installed font has {lacking}.*install one") if lacking else nullcontext()
    )


@pytest.mark.parametrize("title", [CYRILLIC, ARABIC])
def test_cyrillic_and_arabic_titles_are_drawn_by_the_usual_font(title: str) -> None:
    plan = read("jena_only", settings=[f"title={title}"])

    assert families_for(title) == ["DejaVu Sans"]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert picture(plan, "cash", ".png").startswith(b"\x89PNG")
    assert title in write_chart("cash", ".svg", project(plan), None).decode()


def test_letters_that_the_usual_font_lacks_are_drawn_by_another_one() -> None:
    plan = read("jena_only", settings=[f"title=Plan {SCRIPT_CAPITALS}"])
    usual, *others = families_for(f"Plan {SCRIPT_CAPITALS}")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("fibercap.views.charts.all_charts.families_for", lambda _: ["DejaVu Sans"])
        with_boxes = picture(plan, "cash", ".png")

    assert usual == "DejaVu Sans"
    assert others
    assert letters_without_font(SCRIPT_CAPITALS) == ""
    assert picture(plan, "cash", ".png") != with_boxes


@pytest.mark.long
def test_a_chinese_title_is_drawn_or_reported_not_to_be_drawn(tmp_path: Path) -> None:
    plan = read("jena_only", settings=[f"title={CHINESE}"])
    with boxes(CHINESE):
        picture(plan, "cash", ".pdf")
    assert CHINESE in picture(plan, "cash", ".svg").decode()

    out = tmp_path / "cash.png"
    ran = subprocess.run(
        [sys.executable, "-m", "fibercap", "plot", "jena_only", "cash", "--out", str(out), "--set", f"title={CHINESE}"],
        capture_output=True,
        check=True,
        encoding="utf-8",
        env={**os.environ, "PYTHONUTF8": "1"},
    )
    assert ran.stderr.count("warning: no installed font has") == bool(letters_without_font(CHINESE))
    assert "UserWarning" not in ran.stderr


def test_without_any_font_the_warning_names_the_letters_once_and_the_way_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fonts, "_families", lambda: ("DejaVu Sans",))
    plan = read("jena_only", settings=["title=光纤 и 光纤", "plants.jena.name=耶拿"])

    with pytest.warns(UserWarning, match="no installed font") as caught:
        picture(plan, "cash", ".png")

    assert [str(each.message) for each in caught] == [
        "no installed font has 光 纤 耶 拿: the picture shows boxes for them; install one, such as Noto Sans CJK for Chinese, "
        "Japanese and Korean (Debian: fonts-noto-cjk)"
    ]


def test_a_long_list_of_letters_is_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fonts, "_families", lambda: ("DejaVu Sans",))
    title = "".join(chr(0x4E00 + number) for number in range(40))

    with pytest.warns(UserWarning, match=re.escape("一 丁 丂 七 丄 丅 丆 万 丈 三 上 下 and 28 more")):
        picture(read("jena_only", settings=[f"title={title}"]), "cash", ".png")


@pytest.mark.parametrize(
    "asked",
    [
        ["loan", "jena_only", "fleet", "--plot"],
        ["sensitivity", "jena_only", "--input", "tax.rate", "--out"],
        ["simulate", "jena_only", "--samples", "8", "--set", UNCERTAIN, "--chart", "worth", "--out"],
    ],
    ids=lambda asked: str(asked[0]),
)
@pytest.mark.parametrize(("suffix", "times"), [(".png", 1), (".svg", 0)])
def test_every_command_that_draws_says_that_letters_are_missing(
    asked: list[str], suffix: str, times: int, tmp_path: Path, capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.setattr(fonts, "_families", lambda: ("DejaVu Sans",))
    titles = ["--set", f"title={CHINESE}", "--set", f"loans.fleet.title={CHINESE}"]

    with pytest.raises(SystemExit) as ended:
        main([*asked, str(tmp_path / f"drawn{suffix}"), *titles])

    printed = capsys.readouterr()
    assert ended.value.code == 0, printed
    assert printed.err.count("warning: no installed font has 光 纤 计 划: the picture shows boxes for them") == times
