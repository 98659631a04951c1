"""What is uncertain about one option of a plan: without the inputs that the option does not have."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fibercap.core.trees.tree import Branch, subtree
from fibercap.model.uncertain.free_input import free_input, inputs_by_path

if TYPE_CHECKING:
    from fibercap.model.plan.plan import Plan

BLOCK = "uncertain"


def without_missing_inputs(tree: Branch, plan: Plan) -> Branch:
    """Return the tree of an option without uncertain inputs that it lacks, and the pairs that name them.

    Parameters
    ----------
    tree : Branch
        The tree of the option.
    plan : Plan
        The plan that it makes.
    """
    if plan.uncertain is None:
        return tree
    known = inputs_by_path(plan)
    missing = {name for name, one in plan.uncertain.inputs.items() if free_input(plan, one.input, known) is None}
    pairs = {name for name, pair in plan.uncertain.pairs.items() if {pair.one, pair.other} & missing}
    if missing == plan.uncertain.inputs.keys():
        return tree.without_child(BLOCK)
    for key, names in (("inputs", missing), ("together", pairs)):
        block = subtree(tree, (BLOCK, key))
        if not names or not isinstance(block, Branch):
            continue
        for name in names:
            block = block.without_child(name)
        uncertain = tree[BLOCK]
        assert isinstance(uncertain, Branch)  # noqa: S101 - as `subtree` says
        tree = tree.with_child(BLOCK, uncertain.with_child(key, block))
    return tree
