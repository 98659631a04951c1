"""The complete description of a plan, and how a tree becomes one."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np
from pydantic import PrivateAttr

from fibercap.core.errors import FibercapError, Problem, ScenarioError, did_you_mean
from fibercap.core.language.product_units import vocabulary_of
from fibercap.core.language.spec import quantities
from fibercap.core.language.written_units import units_context
from fibercap.core.shown import html_of
from fibercap.core.trees.overlay import OverlayError, overlay
from fibercap.core.trees.plain_trees import overlay_of
from fibercap.core.trees.tree import Branch, Leaf, Path, leaves, unwrap
from fibercap.core.vocabulary import Vocabulary, using
from fibercap.model.checks.misspelt_keys import without_effects
from fibercap.model.checks.plan_checks import problems_across
from fibercap.model.funding.financing_inputs import is_financing
from fibercap.model.plan.context import context_of
from fibercap.model.plan.inputs import NO_INPUTS, Input, collect_sources, written_path
from fibercap.model.plan.plan import SOURCE_KINDS, Plan
from fibercap.model.plan.plan_schema import SCHEMA
from fibercap.model.plan.samples import problem_of_replaced_block, sample_tree
from fibercap.model.plan.validated import Parsed, reusable_amounts, reusable_blocks, validate
from fibercap.model.uncertain.standalone import without_missing_inputs


class Scenario(Plan):
    """A validated plan, in house units, with the tree of its inputs."""

    _tree: Branch = PrivateAttr(default_factory=Branch)
    _name: str = PrivateAttr(default="scenario")
    _option: str | None = PrivateAttr(default=None)
    _context: dict[str, Any] = PrivateAttr(default_factory=dict)
    _unwrapped: tuple[Branch, Mapping[Path, Branch]] = PrivateAttr(default_factory=lambda: (Branch(), {}))
    _with_options: dict[str, Scenario] = PrivateAttr(default_factory=dict)
    _base: Scenario | None = PrivateAttr(default=None)
    _inputs: tuple[Input, ...] | None = PrivateAttr(default=None)
    _files_read: Mapping[str, str] = PrivateAttr(default_factory=dict)

    def _repr_html_(self) -> str:
        return html_of(self)

    @classmethod
    def from_tree(
        cls, tree: Branch, name: str = "scenario", option: str | None = None, like: Scenario | None = None
    ) -> Scenario:
        """Validate a tree and return the scenario.

        Parameters
        ----------
        tree : Branch
            The inputs as read, with any overlays applied.
        name : str
            Name in messages, such as the file.
        option : str, optional
            The financing option that was applied.
        like : Scenario, optional
            The scenario before the last overlay; its unchanged blocks are not validated again.

        Raises
        ------
        ScenarioError
            With every problem of the tree, in the order of the file.
        """
        values, wrappers = unwrap(tree)
        if not isinstance(values, Branch):
            raise TypeError("a scenario is a block")
        vocabulary = vocabulary_of(values)
        context = context_of(values) | units_context(values, vocabulary)
        parsed = Parsed(values, wrappers, name)
        if like is not None and like._context == context:  # noqa: SLF001 - its own
            blocks = reusable_blocks(tree, like, like.tree)
            parsed = replace(parsed, like=blocks, amounts=reusable_amounts(blocks, like, like.tree))
        with using(vocabulary):
            try:
                scenario = validate(cls, parsed, context, problems_across)
            except ScenarioError as error:
                raise without_effects(error, tree, partial(cls.from_tree, name=name)) from None
        scenario._tree, scenario._name, scenario._option = tree, name, option  # noqa: SLF001 - its own
        scenario._context, scenario._unwrapped = context, (values, wrappers)  # noqa: SLF001 - a member of the same class
        scenario._files_read = like._files_read if like is not None else {}  # noqa: SLF001 - its own
        return scenario

    @property
    def tree(self) -> Branch:
        """The tree of its inputs, with the place of each."""
        return self._tree

    @property
    def standalone_tree(self) -> Branch:
        """The tree as a plan of its own: if an option is applied, without the block of options and what it lacks."""
        if self._option is None:
            return self._tree
        return without_missing_inputs(self._tree.without_child("options"), self)

    @property
    def unwrapped_tree(self) -> tuple[Branch, Mapping[Path, Branch]]:
        """The tree with plain values, and its `{value, source, where, note}` blocks by path; see `unwrap`."""
        return self._unwrapped

    @property
    def vocabulary(self) -> Vocabulary:
        """The units that it may be written in: those built in, and those that it declares."""
        vocabulary: Vocabulary = self._context["vocabulary"]
        return vocabulary

    @property
    def file(self) -> str:
        """Its name in messages."""
        return self._name

    @property
    def files_read(self) -> Mapping[str, str]:
        """The SHA-256 of each file that it was read from, by name: its own, those it extends, and those of series."""
        return self._files_read

    def set_files_read(self, hashes: Mapping[str, str]) -> None:
        """Set the SHA-256 of the files that it was read from; options that are applied later keep them."""
        self._files_read = hashes

    @property
    def option(self) -> str | None:
        """The financing option that was applied, if any."""
        return self._option

    @property
    def as_written(self) -> Scenario:
        """The plan before any option was applied, with every later change that fits; itself if there is no option."""
        return self if self._base is None else self._base

    def with_option(self, name: str) -> Scenario:
        """Return this scenario with one of its options applied; the same object each time.

        Raises
        ------
        FibercapError
            If there is no such option.
        ScenarioError
            If the option does not fit.
        """
        options = self.tree.get("options")
        if not isinstance(options, Branch) or name not in options:
            hint = did_you_mean(name, options if isinstance(options, Branch) else (), "options")
            raise FibercapError("no_such_name", f"no option `{name}` in {self.file}", hint)
        changes = options[name]
        if name not in self._with_options:
            overlays = [(f"option {name}", changes)] if isinstance(changes, Branch) else []
            scenario = self._apply_overlays(overlays, name) if overlays else self
            if scenario is not self:
                scenario._base = self.as_written  # noqa: SLF001 - its own
            self._with_options[name] = scenario
        return self._with_options[name]

    def with_changes(self, changes: Mapping[str, Any], how: str = "change") -> Scenario:
        """Return this scenario with other values, `{"loans.fleet.rate": "9 %/year"}`, validated again.

        Parameters
        ----------
        changes : mapping
            New values by path; or an overlay with the keys `remove`, `change` and `add`.
        how : str
            Name of the changes in messages.

        Raises
        ------
        ScenarioError
            With every problem of the changes, else with those of the scenario that they make.
        """
        return self.with_overlays([(how, overlay_of(changes))])

    def with_overlays(self, overlays: Sequence[tuple[str, Branch]]) -> Scenario:
        """Return this scenario with several overlays applied in their order, validated once they all are.

        One may name what a later one adds.

        Parameters
        ----------
        overlays : sequence of (str, Branch)
            The name in messages of each, and the overlay `{remove, change, add}`.

        Raises
        ------
        ScenarioError
            With every problem of the overlays, else with those of the scenario that they make.
        """
        return self._with_base(self._apply_overlays(overlays, self.option), overlays)

    def with_samples(self, samples: Mapping[str, Any]) -> Scenario:
        """Return a batch: at each path, samples of shape (sample,) or (sample, 1) in place of the number written there.

        Samples are `("USD/km", values)`, pint Quantities, or numbers without a unit. `{"times": samples}` or `{"plus":
        samples}` changes the value written there instead. A series over time, all its values together, can only be
        changed in this way.

        Raises
        ------
        ScenarioError
            If a path takes no samples, is a series that samples would replace, or a sample is out of its bounds.
        """
        problems = [
            problem for path, value in samples.items() if (problem := problem_of_replaced_block(self.tree, path, value))
        ]
        if problems:
            raise ScenarioError(self.file, problems)
        changes = Branch({"change": Branch({path: sample_tree(value) for path, value in samples.items()})})
        return self.with_overlays([("samples", changes)])

    def _with_base(self, scenario: Scenario, overlays: Sequence[tuple[str, Branch]]) -> Scenario:
        """Set the plan as written of a changed option; apply changes of financing to that too, as far as they fit."""
        base = self._base
        if base is not None:
            financing = [(how, changes) for how, changes in overlays if is_financing(changes)]
            tree, _ = _overlay_all(base.tree, financing)  # what only the option has cannot be changed in the plan
            if tree is not base.tree:
                with suppress(ScenarioError):
                    base = Scenario.from_tree(tree, base.file, None, base)
        scenario._base = base
        return scenario

    def _apply_overlays(self, overlays: Sequence[tuple[str, Branch]], option: str | None) -> Scenario:
        tree, problems = _overlay_all(self.tree, overlays)
        if problems:
            raise ScenarioError(self.file, problems)
        return Scenario.from_tree(tree, self.file, option, self)

    def inputs(self) -> tuple[Input, ...]:
        """Return every written number, date and series (not the defaults), with its source and kind.

        If the values of a series have several sources, the weakest of them counts.
        """
        if self._inputs is None:
            self._inputs = tuple(self._collect_inputs())
        return self._inputs

    def _collect_inputs(self) -> Iterator[Input]:
        sources: dict[Path, frozenset[str]] = {}
        collect_sources(self.tree, (), self.default_source, sources)
        kinds = {source: self.kind_of(source) for source in sources[()]}
        for path, value, unit in quantities(self):
            address = written_path(path)
            source_names = sources.get(address) if path[0] not in NO_INPUTS else None
            if source_names:
                source = max(sorted(source_names), key=lambda name: SOURCE_KINDS.index(kinds[name]))
                yield Input(".".join(address), value, unit, source, kinds[source])

    def kind_of(self, source: str) -> str:
        """Return whether the inputs of a source are stated, derived or assumed; without a source they are assumed."""
        return self.sources[source].kind if source in self.sources else "assumed"

    def source_at(self, path: Path, wrappers: Mapping[Path, Branch]) -> str:
        """Return the source of an input: its own, or that of the nearest block around it, else the default source.

        Parameters
        ----------
        path : tuple of str
            Address of the input.
        wrappers : mapping
            The `{value, source, where, note}` blocks by path, as `unwrapped_tree` holds them.
        """
        for depth in range(len(path), 0, -1):
            leaf = wrappers.get(path[:depth], Branch()).get("source")
            if isinstance(leaf, Leaf):
                return str(leaf.value)
        return self.default_source

    def evidence(self) -> dict[str, int]:
        """Return how many inputs are stated, derived and assumed."""
        counted = Counter(item.kind for item in self.inputs())
        return {kind: counted[kind] for kind in SOURCE_KINDS}

    def digest(self) -> str:
        """Return a hash of all inputs, which does not depend on the name or layout of the file."""
        values = ((path, getattr(leaf.value, "magnitude", leaf.value)) for path, leaf in leaves(self.standalone_tree))
        lines = [f"{'.'.join(path)}={np.asarray(value)}" for path, value in values]
        return hashlib.sha256("\n".join(sorted(lines)).encode()).hexdigest()[:16]


def _overlay_all(tree: Branch, overlays: Sequence[tuple[str, Branch]]) -> tuple[Branch, list[Problem]]:
    """Return the tree with the overlays applied as far as they fit, and the problems of those that do not."""
    problems = list[Problem]()
    for how, changes in overlays:
        try:
            tree = overlay(tree, changes, SCHEMA, how)
        except OverlayError as error:
            tree = error.tree
            problems += error.problems
    return tree, problems
