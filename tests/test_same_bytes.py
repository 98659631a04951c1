"""What is written of a plan is the same bytes wherever the plan lies and whoever calls from where."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from fibercap.cli import main
from tests.test_output import PLAN
from tests.views.killed import files_in

pytestmark = pytest.mark.long

OVER = """\
fibercap: 1
extends: parts/base.yaml
id: over
change:
  plants.works.capacity: {times: 2}
  loans.bank.rate: 7 %/year
add: {claims.sold: {says: It sells, row: accounts.revenue, when: 2002, at_least: 50 thousand USD}}
"""


@pytest.fixture
def written_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[dict[str, bytes]]:
    """Return what is written of a plan and of one laid over it: from their folder, from elsewhere, and of a copy."""
    places = [tmp_path / "one", tmp_path / "another" / "deeper"]
    for place in places:
        (place / "parts").mkdir(parents=True)
        (place / "parts" / "base.yaml").write_text(PLAN, "utf-8")
        (place / "over.yaml").write_text(OVER, "utf-8")
    calls = [(places[0], "over.yaml"), (tmp_path, "one/over.yaml"), (tmp_path / "one" / "parts", "../over.yaml")]
    calls += [(places[0], str(places[1] / "over.yaml"))]
    for number, (folder, plan) in enumerate(calls):
        monkeypatch.chdir(folder)
        out = tmp_path / f"out-{number}"
        for end in (f"/over.{kind}" for kind in ("xlsx", "html", "csv")):
            (tmp_path / f"out-{number}").mkdir(exist_ok=True)
            call("export", plan, "--set", "loans.bank.rate=6 %/year", "--out", f"{out}{end}")
        call("run", plan, "--set", "loans.bank.rate=6 %/year", "--only", "summary", "--out", f"{out}/run")
    return [files_in(tmp_path / f"out-{number}") for number in range(len(calls))]


def call(*arguments: str) -> None:
    with pytest.raises(SystemExit) as done:
        main([*arguments])
    assert done.value.code == 0


def test_bytes_do_not_depend_on_folders_and_hold_no_path(written_files: list[dict[str, bytes]], tmp_path: Path) -> None:
    first, *others = written_files
    assert {"over.xlsx", "over.html", "over.csv", "run/scenario.yaml", "run/manifest.json"} < first.keys()
    for other in others:
        assert [name for name in first if first[name] != other[name]] == []
    with zipfile.ZipFile(tmp_path / "out-0" / "over.xlsx") as book:
        parts = {name: book.read(name) for name in book.namelist()}
    assert any(b"over.yaml:5" in part for part in parts.values()), "the sheet of changes says where"
    assert b"# base.yaml:" in first["run/scenario.yaml"]
    folders = [str(tmp_path), str(Path.home()), "parts/", "site-packages"]
    manifest = first.pop("run/manifest.json").replace(b'"parts/base.yaml"', b"")  # as seen from the plan
    for name, content in (first | parts | {"manifest": manifest}).items():
        assert [folder for folder in folders if folder.encode() in content] == [], name


def test_a_kept_run_of_a_shipped_plan_holds_no_folder(tmp_path: Path) -> None:
    call("run", "slow_brazil", "--only", "summary", "--out", str(tmp_path / "out"))

    text = (tmp_path / "out" / "scenario.yaml").read_text("utf-8")
    assert "# slow_brazil.yaml:" in text
    assert "# fibercore.yaml:" in text
    assert "/fibercore.yaml" not in text
