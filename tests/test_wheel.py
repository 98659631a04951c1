"""What is installed: the wheel carries the scenarios, and a name finds them there, else in the checkout."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from hatchling.builders.wheel import WheelBuilder

from fibercap.reading import locating
from fibercap.reading.shipped import shipped_scenarios
from tests.floors import floors

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    (built,) = WheelBuilder(str(ROOT)).build(directory=str(folder), versions=["standard"])
    return Path(built)


def test_the_wheel_holds_code_scenarios_and_types(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())

    assert {"fibercap/cli.py", "fibercap/py.typed", "fibercap/scenarios/fibercore.yaml"} <= names
    assert not [name for name in names if name.startswith(("tests/", "docs/", "benchmarks/"))]


@pytest.mark.long
def test_the_installed_wheel_knows_its_scenarios_anywhere(wheel: Path, tmp_path: Path) -> None:
    installed = tmp_path / "installed"
    zipfile.ZipFile(wheel).extractall(installed)
    code = (
        f"import sys; sys.path.insert(0, {str(installed)!r})\n"
        "from fibercap.reading import shipped; from fibercap.cli import main\n"
        "print(shipped.shipped_scenarios()['fibercore']); main(['run', 'fibercore'])"
    )

    output = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True)

    assert output.stdout.splitlines()[0] == str(installed / "fibercap" / "scenarios" / "fibercore.yaml")
    assert "Income  [million USD]" in output.stdout


def test_a_checkout_finds_the_scenarios_beside_the_package() -> None:
    assert shipped_scenarios()["fibercore"] == ROOT / "scenarios" / "fibercore.yaml"


def test_a_file_is_taken_before_a_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "fibercore").write_text("fibercap: 1")

    assert locating.locate("fibercore") == Path("fibercore")


def test_every_dependency_says_from_which_version_on_it_serves() -> None:
    assert [floor.split("==")[0] for floor in floors()] == [
        *["click", "Jinja2", "matplotlib", "numpy", "pandas", "pint", "pydantic", "PyYAML", "rich"],
        *["scipy", "typing-extensions", "XlsxWriter"],
    ]
