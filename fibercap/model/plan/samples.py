"""Monte Carlo samples as a plan's tree holds them: in place of a number, or as operations on the value written."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from fibercap.core.errors import Problem
from fibercap.core.language.fields import is_sampled
from fibercap.core.language.money_or_share import is_quantity
from fibercap.core.trees.tree import Branch, Leaf, Tree, subtree, wrapped_value
from fibercap.core.units import Samples, text_of_units


def sample_tree(value: Any) -> Tree:
    """Return samples as a tree holds them: in place of a number, or as operations on it."""
    samples = sample_values(value)
    if isinstance(samples, Mapping):
        return Branch({operator: Leaf(each) for operator, each in samples.items()})
    return Leaf(samples)


def sample_values(value: Any) -> Any:
    """Return samples in any form with their unit, (sample, 1); by operator if they change the value written."""
    if isinstance(value, Mapping):
        return {operator: _with_unit(each) for operator, each in value.items()}
    return _with_unit(value)


def _with_unit(samples: Any) -> Any:
    if isinstance(samples, tuple):
        unit, values = samples
        return Samples(_column(values), unit)
    if not is_sampled(samples):
        return Samples(_column(samples), "")
    return Samples(_column(samples.magnitude), text_of_units(samples.units))


def _column(values: Any) -> Any:
    return np.asarray(values)[:, None] if np.ndim(values) == 1 else values


def problem_of_replaced_block(tree: Branch, path: str, value: Any) -> Problem | None:
    """Return the problem that samples of one number would replace a block of values; None if they do not.

    Parameters
    ----------
    tree, path : Branch, str
        The scenario as read, and the address of the input.
    value : object
        The samples that the caller gives for the input.
    """
    node = subtree(tree, tuple(path.split(".")))
    block = None if node is None else wrapped_value(node)
    if not isinstance(block, Branch) or isinstance(value, Mapping):
        return None
    numbers = (key for key, child in block.items() if isinstance(child, Leaf) and is_quantity(str(child.value)))
    problem, first = "samples of one number in place of a block of values", f"{path}.{next(numbers, next(iter(block)))}"
    hint = f"move them all by `{{'{path}': {{'times': samples}}}}` or `'plus'`, or sample one of them: `{first}`"
    return Problem(path, "in_place_of_block", problem, "samples that move what stands there", hint, block.place)
