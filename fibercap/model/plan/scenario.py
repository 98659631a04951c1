"""The complete description of a plan, and how a tree becomes one."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import replace
from typing import Any

import numpy as np
from pydantic import PrivateAttr

from fibercap.core.errors import FibercapError, ScenarioError, did_you_mean
from fibercap.core.overlay import OverlayError, overlay
from fibercap.core.product_units import units_context, vocabulary_of
from fibercap.core.schema_of_paths import Schema
from fibercap.core.series import OverTime
from fibercap.core.spec import field_at, fields_at, quantities
from fibercap.core.tree import Branch, Leaf, Path, leaves, unwrap
from fibercap.core.units import is_share
from fibercap.core.vocabulary import Vocabulary, using
from fibercap.model.checks.plan_checks import problems_across
from fibercap.model.funding.financing_inputs import is_financing
from fibercap.model.plan.context import context_of
from fibercap.model.plan.inputs import NO_INPUTS, Input, collect_sources, written_path
from fibercap.model.plan.plan import SOURCE_KINDS, Plan
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
            scenario = validate(cls, parsed, context, problems_across)
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
        """The tree with plain values, and its `{value, source, where, note}` blocks by path; see `core.tree.unwrap`."""
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
            scenario = self._apply_overlay(changes, f"option {name}", name) if isinstance(changes, Branch) else self
            if scenario is not self:
                scenario._base = self.as_written  # noqa: SLF001 - its own
            self._with_options[name] = scenario
        return self._with_options[name]

    def with_changes(self, changes: Branch, how: str = "change") -> Scenario:
        """Return this scenario with an overlay `{remove, change, add}` applied, validated again.

        Parameters
        ----------
        changes : Branch
            The overlay.
        how : str
            Name of the overlay in messages.
        """
        return self._with_base(self._apply_overlay(changes, how, self.option), changes, how)

    def with_samples(self, draws: Mapping[str, Any]) -> Scenario:
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
            problem for path, value in draws.items() if (problem := problem_of_replaced_block(self.tree, path, value))
        ]
        if problems:
            raise ScenarioError(self.file, problems)
        changes = Branch({"change": Branch({path: sample_tree(value) for path, value in draws.items()})})
        return self._with_base(self._apply_overlay(changes, "drawn", self.option), changes, "drawn")

    def _with_base(self, scenario: Scenario, changes: Branch, how: str) -> Scenario:
        """Set the plan as written of a changed option; apply a change of financing to that too, as far as it fits."""
        base = self._base
        if base is not None and is_financing(changes):
            try:
                tree = overlay(base.tree, changes, SCHEMA, how)
            except OverlayError as error:
                tree = error.tree  # a path that only the option has cannot be changed in the plan as written
            if tree is not base.tree:
                with suppress(ScenarioError):
                    base = Scenario.from_tree(tree, base.file, None, base)
        scenario._base = base
        return scenario

    def _apply_overlay(self, changes: Branch, how: str, option: str | None) -> Scenario:
        try:
            tree = overlay(self.tree, changes, SCHEMA, how)
        except OverlayError as error:
            raise ScenarioError(self.file, error.problems) from None
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


def known_fields(path: Path) -> frozenset[str] | None:
    """Return the schema's field names at a path, or None where names are free."""
    return fields_at(Scenario, path)


ONE_VALUE = frozenset(
    {
        ("projects", "ramp"),
        ("projects", "spend"),
        ("money", "terminal_value"),
        ("money", "discount_rate"),
        ("loans", "rate"),
        ("loans", "rounding"),
        ("plants", "working_capital"),
        ("funding", "grant"),
        *((block, "depreciation") for block in ("projects", "plants", "opening", "tax")),
    }
)


def _one_value(path: Path) -> bool:
    """Return whether the block at a path is one value, of a kind that its key names."""
    return (path[0], path[-1]) in ONE_VALUE


def _bare_key(path: Path, text: str) -> str:
    """Return the key that a bare value has when a new path is added beside it; "" if the new path replaces it."""
    if path == ("opening", "fixed_assets", "life"):
        return "value"
    if (path[0], path[-2:]) == ("funding", ("grant", "after")):
        return "share" if is_share(text) else "amount"
    return ""


def _settings(path: Path) -> frozenset[str]:
    """Return the keys that may stand beside the periods of the series at a path; none if there is no such series."""
    field = field_at(Scenario, path)
    return frozenset(field.settings) if isinstance(field, OverTime) else frozenset()


SCHEMA = Schema(known_fields, _one_value, _bare_key, _settings)
