"""The examples of docs/examples, scripts in percent form, run as they are."""

from __future__ import annotations

import runpy
from pathlib import Path

import pytest

FOLDER = Path(__file__).resolve().parents[1] / "docs" / "examples"
EXAMPLES = sorted(FOLDER.glob("*.py"))


@pytest.mark.long
@pytest.mark.parametrize("example", EXAMPLES, ids=[example.stem for example in EXAMPLES])
def test_an_example_runs(
    example: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)

    runpy.run_path(str(example))

    output = capsys.readouterr()
    assert output.out.strip()
    assert output.err == ""


@pytest.mark.parametrize("example", EXAMPLES, ids=[example.stem for example in EXAMPLES])
def test_an_example_begins_with_its_title(example: Path) -> None:
    """In percent form, which editors and Jupyter open as a notebook."""
    lines = example.read_text("utf-8").splitlines()

    assert lines[0] == "# %% [markdown]"
    assert lines[1].startswith("# # ")


def test_the_page_of_python_names_every_example() -> None:
    page = (FOLDER.parent / "python.md").read_text("utf-8")

    assert [example.name for example in EXAMPLES if f"examples/{example.name}" not in page] == []
