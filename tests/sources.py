"""The texts that the rules of the house read, and what a rule returns.

Sources are texts by path, such as `{"fibercap/core/a.py": "import yaml"}`, so that a rule can be tried on a few lines.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

Sources = Mapping[str, str]
Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True, order=True)
class Violation:
    """What breaks which rule, and where."""

    path: str
    line: int
    what: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.what}"


@cache
def tree_of(text: str) -> ast.Module:
    """Return the syntax tree of a file, which every rule walks and none changes."""
    return ast.parse(text)


def sources_below(root: Path, *folders: str) -> dict[str, str]:
    """Return the text of every Python file of the package, or of other folders, by its path from the root."""
    return {
        file.relative_to(root).as_posix(): file.read_text("utf-8")
        for folder in folders or ("fibercap",)
        for file in sorted((root / folder).rglob("*.py"))
    }
