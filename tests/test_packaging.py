"""The conda recipe and the Dockerfile are made of what pyproject.toml says, and of the wheel alone."""

from __future__ import annotations

import re
import shlex
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[1]
PROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
RECIPE: dict[str, Any] = yaml.safe_load((ROOT / "packaging/conda/recipe.yaml").read_text("utf-8"))
DOCKERFILE = (ROOT / "packaging/Dockerfile").read_text("utf-8")
CONDA_NAMES = {"matplotlib": "matplotlib-base", "typing-extensions": "typing_extensions"}
"""What two packages are called there: matplotlib without a window, and a name with its underscore."""
CONDA_WHEEL = "fibercap-${{ version }}-py3-none-any.whl"


def instructions(dockerfile: str) -> list[tuple[str, str]]:
    """Return the instructions of a Dockerfile in order, each with what follows it."""
    text = re.sub(r"^\s*#.*\n", "", dockerfile, flags=re.MULTILINE).replace("\\\n", " ")
    words = (line.split(maxsplit=1) for line in text.splitlines() if line.strip())
    return [(word.upper(), rest.strip()) for word, rest in words]


def as_conda(requirement: str) -> str:
    """Return a requirement of pyproject.toml as a conda recipe writes it."""
    name, least = requirement.split(">=")
    return f"{CONDA_NAMES.get(name, name.lower())} >={least}"


def test_the_recipe_needs_what_the_wheel_needs() -> None:
    python = f"python {PROJECT['requires-python']}"

    assert RECIPE["requirements"]["run"] == [python, *map(as_conda, PROJECT["dependencies"])]
    assert RECIPE["requirements"]["host"] == [python, "pip"]


def test_the_recipe_says_what_the_project_says() -> None:
    (script,) = PROJECT["scripts"].items()

    assert RECIPE["context"]["version"] == PROJECT["version"]
    assert RECIPE["build"]["python"]["entry_points"] == [" = ".join(script)]
    assert RECIPE["about"] == {"summary": PROJECT["description"], "license": PROJECT["license"]}


def test_the_recipe_builds_from_the_wheel_and_downloads_nothing() -> None:
    words = shlex.split(RECIPE["build"]["script"].replace("{{ version }}", "{{version}}"))

    assert RECIPE["source"] == {"path": f"../../dist/{CONDA_WHEEL}"}
    assert {"--no-deps", "--no-index", "--no-build-isolation"} < set(words)
    assert words[-1] == CONDA_WHEEL.replace("{{ version }}", "{{version}}")


def test_the_image_is_a_supported_python() -> None:
    (base,) = [rest for word, rest in instructions(DOCKERFILE) if word == "FROM"]
    version = re.fullmatch(r"python:(3\.\d+)-slim", base)

    assert version is not None
    assert f"Programming Language :: Python :: {version[1]}" in PROJECT["classifiers"]


def test_the_image_holds_the_wheel_alone_and_runs_without_rights() -> None:
    written = instructions(DOCKERFILE)
    words = [word for word, _ in written]
    runs = " && ".join(rest for word, rest in written if word == "RUN")

    assert [rest for word, rest in written if word in {"COPY", "ADD"}] == ["dist/fibercap-*.whl /tmp/wheel/"]
    assert re.findall(r"pip install (.*?) &&", runs) == ["--no-cache-dir /tmp/wheel/fibercap-*.whl"]
    assert not re.search(r"curl|wget|apt-get|git |https?:", runs)
    (user,) = [rest for word, rest in written if word == "USER"]
    assert f"--uid {user} " in runs
    assert int(user) > 0
    assert words.index("USER") > max(place for place, word in enumerate(words) if word == "RUN")
    assert written[-2:] == [("ENTRYPOINT", '["fibercap"]'), ("CMD", '["--help"]')]


@pytest.mark.parametrize("name", ["Dockerfile", "Dockerfile.dockerignore", "conda/recipe.yaml"])
def test_packaging_names_no_host(name: str) -> None:
    assert not re.search(r"https?://|\b[\w-]+\.(?:io|org|com|net)\b", (ROOT / "packaging" / name).read_text("utf-8"))


def test_instructions_are_read_without_comments_and_over_lines() -> None:
    assert instructions("# a\nFROM x\nrun a && \\\n  b\n") == [("FROM", "x"), ("RUN", "a &&    b")]
