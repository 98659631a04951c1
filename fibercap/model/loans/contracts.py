"""A file that holds only loans: contracts by name, and the indices they float on."""

from __future__ import annotations

from functools import partial

from pydantic import PrivateAttr

from fibercap.core.currencies import CURRENCIES
from fibercap.core.errors import ScenarioError
from fibercap.core.trees.tree import Branch, unwrap
from fibercap.model.checks.misspelt_keys import without_effects
from fibercap.model.checks.plan_checks import problems_among_loans
from fibercap.model.checks.validation import plain
from fibercap.model.loans.clauses.business_days import calendars_of
from fibercap.model.plan.plan import Lending
from fibercap.model.plan.validated import Parsed, validate


class Contracts(Lending):
    """Loans by name, each in the currency of its own amounts."""

    _tree: Branch = PrivateAttr(default_factory=Branch)

    @classmethod
    def from_tree(cls, tree: Branch, name: str) -> Contracts:
        """Validate a tree and return its contracts.

        Parameters
        ----------
        tree, name : Branch, str
            The tree as read, and its name for messages.

        Raises
        ------
        ScenarioError
            With every problem of the tree, in the order of the file.
        """
        values, wrappers = unwrap(tree)
        if not isinstance(values, Branch):
            raise TypeError("a file of loans is a block")
        context = {"currency": "USD", "currencies": CURRENCIES, "calendars": calendars_of(values, plain)}
        try:
            contracts = validate(cls, Parsed(values, wrappers, name), context, problems_among_loans)
        except ScenarioError as error:
            raise without_effects(error, tree, partial(cls.from_tree, name=name)) from None
        contracts._tree = values  # noqa: SLF001 - its own
        return contracts

    @property
    def plain_tree(self) -> Branch:
        """The inputs as read, without the blocks that name sources."""
        return self._tree
