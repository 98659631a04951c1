"""The scenarios shipped with fibercap. Imports no other module of it, for the shell asks on every press of tab."""

from __future__ import annotations

from pathlib import Path
from typing import Final

_PACKAGE: Final = Path(__file__).resolve().parents[1]


def shipped_folders() -> tuple[Path, ...]:
    """Return the folders of shipped scenarios: inside the installed package, and in the checkout."""
    return (_PACKAGE / "scenarios", _PACKAGE.parent / "scenarios")


def shipped_scenarios() -> dict[str, Path]:
    """Return the shipped scenarios by name."""
    for folder in shipped_folders():
        scenarios = {path.stem: path for path in sorted(folder.glob("*.yaml"))}
        if scenarios:
            return scenarios
    return {}
