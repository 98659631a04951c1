"""The complete description of a plan, and how a tree becomes one."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Final

import numpy as np
from pydantic import PrivateAttr
from pydantic_core import PydanticCustomError

from fibercap.core.dates import Edge
from fibercap.core.errors import FibercapError, ScenarioError, did_you_mean
from fibercap.core.overlay import OverlayError, overlay
from fibercap.core.schema_of_paths import Schema
from fibercap.core.spec import fields_at, quantities
from fibercap.core.tree import Branch, Leaf, Path, Tree, is_wrapper, leaves, unwrap
from fibercap.core.units import is_share
from fibercap.model.checks.plan_checks import problems_across
from fibercap.model.currency.currency import known_currencies
from fibercap.model.funding.financing_inputs import is_financing
from fibercap.model.plan.draws import as_drawn, in_place_of_block
from fibercap.model.plan.plan import KINDS, Plan
from fibercap.model.plan.validated import Parsed, amounts_before, read_before, validated

GATHERED: Final = {"funding": "sources", "projects": "shares"}  # names that only the Specs know


@dataclass(frozen=True)
class Input:
    """A number, date or path that the scenario gives, and where it comes from."""

    path: str
    value: Any
    unit: str
    source: str
    kind: str


class Scenario(Plan):
    """A plan, validated, in house units, with the tree it was made from."""

    _tree: Branch = PrivateAttr(default_factory=Branch)
    _name: str = PrivateAttr(default="scenario")
    _option: str | None = PrivateAttr(default=None)
    _context: dict[str, Any] = PrivateAttr(default_factory=dict)
    _unwrapped: tuple[Branch, Mapping[Path, Branch]] = PrivateAttr(default_factory=lambda: (Branch(), {}))
    _with_options: dict[str, Scenario] = PrivateAttr(default_factory=dict)
    _base: Scenario | None = PrivateAttr(default=None)
    _inputs: tuple[Input, ...] | None = PrivateAttr(default=None)

    @classmethod
    def from_tree(
        cls, tree: Branch, name: str = "scenario", option: str | None = None, like: Scenario | None = None
    ) -> Scenario:
        """Validate a tree and return the scenario.

        Parameters
        ----------
        tree : Branch
            What reading made and overlays changed.
        name : str
            What to call it in messages, such as its file.
        option : str, optional
            The financing option that was laid over it.
        like : Scenario, optional
            What the tree was laid over; blocks that stayed the same are not read again.

        Raises
        ------
        ScenarioError
            With every problem of the tree, in the order of the file.
        """
        values, wrappers = unwrap(tree)
        if not isinstance(values, Branch):
            raise TypeError("a scenario is a block")
        currency = _currency(values)
        context = {"currency": currency, "currencies": known_currencies(values, currency), "eve": _eve(values)}
        parsed = Parsed(values, wrappers, name)
        if like is not None and like._context == context:  # noqa: SLF001 - its own
            known = read_before(tree, like, like.tree)
            parsed = replace(parsed, like=known, amounts=amounts_before(known, like, like.tree))
        scenario = validated(cls, parsed, context, problems_across)
        scenario._tree, scenario._name, scenario._option = tree, name, option  # noqa: SLF001 - its own
        scenario._context, scenario._unwrapped = context, (values, wrappers)  # noqa: SLF001 - a member of the same class
        return scenario

    @property
    def tree(self) -> Branch:
        """The tree it was made from, with every place and origin."""
        return self._tree

    @property
    def resolved(self) -> Branch:
        """The tree as a plan by itself: once an option is chosen, the other options go."""
        return self._tree if self._option is None else self._tree.without_child("options")

    @property
    def unwrapped(self) -> tuple[Branch, Mapping[Path, Branch]]:
        """The tree without its `{value, source, where, note}` blocks, and those by path; see `core.tree.unwrap`."""
        return self._unwrapped

    @property
    def file(self) -> str:
        """What messages call it."""
        return self._name

    @property
    def option(self) -> str | None:
        """The financing option that was laid over it, if any."""
        return self._option

    @property
    def as_written(self) -> Scenario:
        """The plan before any option was laid over it, with every later change that fits it; itself without option."""
        return self if self._base is None else self._base

    def with_option(self, name: str) -> Scenario:
        """Return this scenario with one of its options laid over it; the same object each time.

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
            laid = self._laid(changes, f"option {name}", name) if isinstance(changes, Branch) else self
            if laid is not self:
                laid._base = self.as_written  # noqa: SLF001 - its own
            self._with_options[name] = laid
        return self._with_options[name]

    def changed(self, changes: Branch, how: str = "change") -> Scenario:
        """Return this scenario with an overlay `{remove, change, add}` laid over it, validated again."""
        return self._with_base(self._laid(changes, how, self.option), changes, how)

    def drawn(self, draws: Mapping[str, Any]) -> Scenario:
        """Return a batch: at each path, draws of shape (draw,) or (draw, 1) in place of the number written there.

        Draws are `("USD/km", values)`, pint Quantities, or numbers without a unit. `{"times": draws}` or `{"plus":
        draws}` moves what stands there instead: a series over time, all its values together, can only be moved.

        Raises
        ------
        ScenarioError
            If a path cannot be drawn, is a series that draws would replace, or a draw is out of its bounds.
        """
        refused = [problem for path, value in draws.items() if (problem := in_place_of_block(self.tree, path, value))]
        if refused:
            raise ScenarioError(self.file, refused)
        changes = Branch({"change": Branch({path: as_drawn(value) for path, value in draws.items()})})
        return self._with_base(self._laid(changes, "drawn", self.option), changes, "drawn")

    def _with_base(self, laid: Scenario, changes: Branch, how: str) -> Scenario:
        """Let a changed option know the plan as written, to which what fits it of a change of financing is made too."""
        base = self._base
        if base is not None and is_financing(changes):
            try:
                tree = overlay(base.tree, changes, SCHEMA, how)
            except OverlayError as error:
                tree = error.tree  # a path that only the option has does not fit the plan as written
            if tree is not base.tree:
                with suppress(ScenarioError):
                    base = Scenario.from_tree(tree, base.file, None, base)
        laid._base = base
        return laid

    def _laid(self, changes: Branch, how: str, option: str | None) -> Scenario:
        try:
            tree = overlay(self.tree, changes, SCHEMA, how)
        except OverlayError as error:
            raise ScenarioError(self.file, error.problems) from None
        return Scenario.from_tree(tree, self.file, option, self)

    def inputs(self) -> tuple[Input, ...]:
        """Return every number, date and path that was written (defaults left out), with its source and kind.

        Where the values of a path come from several sources, it is the weakest of them that counts.
        """
        if self._inputs is None:
            self._inputs = tuple(self._gathered())
        return self._inputs

    def _gathered(self) -> Iterator[Input]:
        written: dict[Path, frozenset[str]] = {}
        _gather_sources(self.tree, (), self.default_source, written)
        kinds = {source: self.kind_of(source) for source in written[()]}
        for path, value, unit in quantities(self):
            at = as_written(path)
            named = written.get(at) if path[0] not in ("options", "claims", "sources", "fibercap") else None
            if named:
                source = max(sorted(named), key=lambda name: KINDS.index(kinds[name]))
                yield Input(".".join(at), value, unit, source, kinds[source])

    def kind_of(self, source: str) -> str:
        """Return whether a source states, derives or assumes; what names none is assumed."""
        return self.sources[source].kind if source in self.sources else "assumed"

    def source_at(self, path: Path, wrappers: Mapping[Path, Branch]) -> str:
        """Return the source of an input: the one it names, or the nearest block around it, else the default source."""
        for depth in range(len(path), 0, -1):
            leaf = wrappers.get(path[:depth], Branch()).get("source")
            if isinstance(leaf, Leaf):
                return str(leaf.value)
        return self.default_source

    def evidence(self) -> dict[str, int]:
        """Return how many inputs are stated, derived and assumed."""
        counted = Counter(item.kind for item in self.inputs())
        return {kind: counted[kind] for kind in KINDS}

    def digest(self) -> str:
        """Return a hash of what the scenario says, whatever file it came from."""
        said = ((path, getattr(leaf.value, "magnitude", leaf.value)) for path, leaf in leaves(self.resolved))
        lines = [f"{'.'.join(path)}={np.asarray(value)}" for path, value in said]
        return hashlib.sha256("\n".join(sorted(lines)).encode()).hexdigest()[:16]


def _gather_sources(tree: Tree, path: Path, source: str, found: dict[Path, frozenset[str]]) -> frozenset[str]:
    """Write down by path which sources the values at and below it name, or else the nearest block around them."""
    if isinstance(tree, Leaf):
        found[path] = frozenset((source,))
    elif is_wrapper(tree):
        named = tree.get("source")
        own = str(named.value) if isinstance(named, Leaf) else source
        return _gather_sources(tree["value"], path, own, found)
    else:
        below = [_gather_sources(child, (*path, key), source, found) for key, child in tree.items()]
        found[path] = frozenset[str]().union(*below)
    return found[path]


def as_written(path: Path) -> Path:
    """Return the path at which a file writes what the Specs hold at a path."""
    gathered = GATHERED.get(path[0])
    return tuple(part for part in path if part != gathered) if gathered in path else path


def known_fields(path: Path) -> frozenset[str] | None:
    """Return the schema's field names at a path, or None where names are free."""
    return fields_at(Scenario, path)


def _currency(values: Branch) -> str:
    money = values.get("money")
    leaf = money.get("report_in") if isinstance(money, Branch) else None
    code = leaf.value if isinstance(leaf, Leaf) else ""
    return code if code in ("USD", "EUR", "DEM", "BRL") else "USD"


def _eve(values: Branch) -> date:
    """Return the day before the horizon, on which outstanding loans stand; the first of all days if it is unknown."""
    try:
        start = Edge().parse(values["horizon"]["from"], None)  # type: ignore[index, arg-type]
    except (KeyError, TypeError, PydanticCustomError):
        return date.min
    return date.fromordinal(max(start.toordinal() - 1, 1))


ONE_VALUE = frozenset(
    {
        ("projects", "ramp"),
        ("projects", "spend"),
        ("money", "terminal_value"),
        ("loans", "rate"),
        ("loans", "rounding"),
        ("plants", "working_capital"),
        ("funding", "grant"),
    }
)


def _one_value(path: Path) -> bool:
    """Tell whether the block at a path is one value, of a kind that its key names."""
    return (path[0], path[-1]) in ONE_VALUE


def _bare_key(path: Path, text: str) -> str:
    """Return the key for which a bare value stands beside a new path; "" where the new one takes its place."""
    if path == ("opening", "fixed_assets", "life"):
        return "value"
    if (path[0], path[-2:]) == ("funding", ("grant", "after")):
        return "share" if is_share(text) else "amount"
    return ""


SCHEMA = Schema(known_fields, _one_value, _bare_key)
