"""`fibercap schema` as its users type it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from fibercap.cli import main
from fibercap.reading.schema import schema


def say(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[object, str, str]:
    """Return exit code, output and messages of a command."""
    with pytest.raises(SystemExit) as ended:
        main(list(arguments))
    output = capsys.readouterr()
    return ended.value.code, output.out, output.err


def test_it_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = say(capsys, "schema")

    assert (code, err) == (0, "")
    assert json.loads(out) == schema()


@pytest.mark.long
def test_it_is_written_and_not_over_another_file(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)

    assert say(capsys, "schema", "--out", "s.json") == (0, "s.json\n", "")
    assert json.loads(Path("s.json").read_text("utf-8")) == schema()

    Path("s.json").write_text("mine")
    assert say(capsys, "schema", "--out", "s.json") == (2, "", "s.json exists; add --force to replace it\n")
    assert Path("s.json").read_text() == "mine"
    assert say(capsys, "schema", "--out", "s.json", "--force") == (0, "s.json\n", "")
    assert json.loads(Path("s.json").read_text("utf-8")) == schema()
    assert list(tmp_path.iterdir()) == [tmp_path / "s.json"]


def test_a_folder_that_is_not_there_is_refused(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    code, out, err = say(capsys, "schema", "--out", str(tmp_path / "no" / "s.json"))

    assert (code, out) == (2, "")
    assert "does not exist; create it first" in err


def test_help_tells_of_it(capsys: pytest.CaptureFixture[str]) -> None:
    assert "\n  fibercap schema                     the scenario language, for editors\n" in say(capsys, "--help")[1]

    _, out, _ = say(capsys, "schema", "--help")
    assert "\n  # yaml-language-server: $schema=fibercap.schema.json\n" in out
    assert "--out" in out


def test_it_takes_no_scenario(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = say(capsys, "schema", "fibercore")

    assert (code, out) == (2, "")
    assert "unexpected extra argument" in err
