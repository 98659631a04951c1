"""Prints the lowest version of each dependency that `pyproject.toml` allows, as constraints for pip: `name==version`."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Final

PROJECT: Final = Path(__file__).resolve().parents[1] / "pyproject.toml"


def floors() -> list[str]:
    """Return a constraint for each dependency; pip itself cannot be asked for the lowest versions."""
    results = []
    for dependency in tomllib.loads(PROJECT.read_text("utf-8"))["project"]["dependencies"]:
        floor = re.fullmatch(r"([\w-]+)>=([\d.]+)", dependency)
        if floor is None:
            raise ValueError(f"{dependency} does not say from which version on it serves, like `click>=8.1`")
        results.append(f"{floor[1]}=={floor[2]}")
    return results


if __name__ == "__main__":
    print("\n".join(floors()))  # noqa: T201 - that is what it is for
