"""Help texts of fields, from the docstrings of the Specs.

The docstring below a field is its help; a last sentence "Like `...`." has examples as they are written in a file.
"""

from __future__ import annotations

import ast
import inspect
import re
import sys
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from fibercap.core.trees.tree import Leaf
from fibercap.reading.text import read_text

if TYPE_CHECKING:
    from fibercap.core.language.spec import Spec
    from fibercap.core.trees.tree import Tree


@dataclass(frozen=True)
class Help:
    """The description of a field, and examples as JSON values."""

    description: str
    examples: tuple[Any, ...]


def block_help(spec: type[Spec]) -> str:
    """Return the description of a block on one line."""
    return _one_line(spec.__doc__ or "")


def field_help(spec: type[Spec], name: str) -> Help:
    """Return the help of a field, from the nearest class that has one.

    Parameters
    ----------
    spec : type
        The class of the block.
    name : str
        Name of the field.
    """
    for owner in spec.__mro__:
        docstring = _docstrings(owner.__module__).get(owner.__qualname__, {}).get(name)
        if docstring is not None:
            match = re.fullmatch(r"(.*?)(?: Like ((?:`[^`]+`(?:, | or )?)+)\.)?", _one_line(docstring))
            description, likes = (match[1], match[2] or "") if match else ("", "")
            return Help(description, tuple(json_of(text) for text in re.findall("`([^`]+)`", likes)))
    return Help("", ())


@cache
def _docstrings(module: str) -> dict[str, dict[str, str]]:
    """Return the docstrings below the fields of every class of a module."""
    if module in sys.builtin_module_names or not module.startswith("fibercap."):
        return {}
    tree = ast.parse(inspect.getsource(sys.modules[module]))
    return {node.name: dict(_below_fields(node)) for node in tree.body if isinstance(node, ast.ClassDef)}


def _below_fields(node: ast.ClassDef) -> list[tuple[str, str]]:
    pairs = zip(node.body, node.body[1:], strict=False)
    return [
        (field.target.id, below.value.value)
        for field, below in pairs
        if isinstance(field, ast.AnnAssign)
        and isinstance(field.target, ast.Name)
        and isinstance(below, ast.Expr)
        and isinstance(below.value, ast.Constant)
        and isinstance(below.value.value, str)
    ]


def _one_line(text: str) -> str:
    return " ".join(text.split())


def json_of(text: str) -> Any:
    """Return a value of the scenario language as YAML reads it, in JSON: number, truth, block, list or text."""
    return _json(read_text(f"remove: {text}", "example")["remove"])  # a key that may hold a list


def _json(tree: Tree) -> Any:
    if not isinstance(tree, Leaf):
        return {key: _json(child) for key, child in tree.items()}
    if isinstance(tree.value, tuple):
        return list(tree.value)
    if tree.value in ("true", "false"):
        return tree.value == "true"
    if re.fullmatch("-?[0-9]+", tree.value):
        return int(tree.value)
    return float(tree.value) if re.fullmatch(r"-?[0-9]+\.[0-9]+", tree.value) else tree.value
