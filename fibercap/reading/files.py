"""Scenarios by file or by shipped name; `--set` and options laid over them."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Final, TypeGuard

from fibercap.core.errors import FibercapError, Place, Problem, ScenarioError, unique
from fibercap.core.names import as_name
from fibercap.core.overlay import OverlayError, overlay, removals
from fibercap.core.set_twice import find_repeated_settings
from fibercap.core.tree import Branch, Leaf, Origin
from fibercap.model.loans.contracts import Contracts
from fibercap.model.plan.scenario import SCHEMA, Scenario
from fibercap.reading.dangling import still_used
from fibercap.reading.loading import Opened, opened
from fibercap.reading.locating import bytes_from, bytes_of, locate, shown
from fibercap.reading.text import read_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from fibercap.core.tree import Tree

STANDARD_INPUT: Final = "-"


def read(
    name: str | Path, option: str | None = None, settings: Iterable[str] = (), *, allow_outside: bool = False
) -> Scenario:
    """Read a scenario.

    Parameters
    ----------
    name : str or Path
        A file, the name of a shipped scenario such as `fibercore`, or `-` for standard input.
    option : str, optional
        The financing option to lay over it.
    settings : iterable of str
        Changes `path=value` to lay over that, the value written as in the file.
    allow_outside : bool
        Let `extends` leave the folder of the file.

    Raises
    ------
    ScenarioError
        With every problem, in the order of the file.
    FibercapError
        If there is no such option.
    """
    found, path = _file(name, allow_outside=allow_outside)
    return _laid(_scenario(found, path.stem), option, settings)


def read_loans(
    name: str | Path, option: str | None = None, settings: Iterable[str] = (), *, allow_outside: bool = False
) -> Scenario | Contracts:
    """Read a scenario, or a file that holds only loans; see `read`.

    Raises
    ------
    ScenarioError
        With every problem, in the order of the file.
    FibercapError
        If there is no such option, or the file holds only loans and has none.
    """
    found, path = _file(name, allow_outside=allow_outside)
    if not holds_only_loans(found.tree):
        return _laid(_scenario(found, path.stem), option, settings)
    if option is not None:
        raise FibercapError(
            "no_such_name", f"no option `{option}` in {found.name}; it holds only loans", "leave `--option` out"
        )
    return _contracts(found, settings)


def _file(name: str | Path, *, allow_outside: bool) -> tuple[Opened, Path]:
    if str(name) == STANDARD_INPUT:
        if sys.stdin is None:
            raise FibercapError(
                "wrong_stream", "standard input is closed", "name a file, or send a scenario to standard input"
            )
        text = bytes_from(sys.stdin.buffer)
        return opened(text, "standard input", None, Path(), allow_outside=allow_outside), Path("input")
    path = locate(str(name))
    real = path.resolve()
    return opened(bytes_of(path), shown(path), real, real.parent, allow_outside=allow_outside), path


def holds_only_loans(tree: Branch) -> bool:
    """Tell whether a file holds loans and no plan."""
    return "loans" in tree and not {"horizon", "money", "products", "plants"}.intersection(tree)


def contracts_of(text: str | bytes, name: str = "loans", settings: Iterable[str] = ()) -> Contracts:
    """Return the loans that a YAML text describes, changes `path=value` laid over them.

    Raises
    ------
    ScenarioError
        With every problem, in the order of the text.
    """
    return _contracts(opened(text, name, None, Path()), settings)


def _contracts(found: Opened, settings: Iterable[str]) -> Contracts:
    tree, problems, made = found.tree, [*found.problems], None
    try:
        for setting, changes in _changes(found.name, settings):
            tree = overlay(tree, changes, SCHEMA, f"--set {setting}")
        made = Contracts.from_tree(tree, found.name)
    except (OverlayError, ScenarioError) as error:
        problems += found.further(error.problems)
    if made is None or problems:
        raise ScenarioError(found.name, unique(problems))
    return made


def _laid(scenario: Scenario, option: str | None, settings: Iterable[str]) -> Scenario:
    """Return a scenario with an option, and then settings, laid over it."""
    if option is not None:
        scenario = scenario.with_option(option)
    for setting, changes in _changes(scenario.file, settings):
        scenario = scenario.with_changes(changes, f"--set {setting}")
    return scenario


def _changes(name: str, settings: Iterable[str]) -> list[tuple[str, Branch]]:
    """Return the overlay of each `--set`; together they set no input twice.

    Raises
    ------
    ScenarioError
        If one is not of that form, or two set one input.
    """
    changes = [(setting, changes_of(setting)) for setting in settings]
    twice = find_repeated_settings((change for _, change in changes), SCHEMA)
    if twice:
        raise ScenarioError(name, twice.values())
    return changes


def scenario_of(text: str | bytes, name: str = "scenario", default_id: str = "scenario") -> Scenario:
    """Return the scenario that a YAML text describes; what the text, the model and the options refuse is told together.

    Every option is laid over and validated too, so that none fails only when it is chosen. Files that it extends are
    looked for in the current folder.
    """
    return _scenario(opened(text, name, None, Path()), default_id)


def _scenario(found: Opened, default_id: str) -> Scenario:
    tree, name = found.tree, found.name
    if holds_only_loans(tree):
        hint = "print them with `fibercap loan`, or add horizon, money, products and plants"
        told = Problem("loans", "only_loans", "a file that holds only loans", "a scenario", hint, tree.keys_at["loans"])
        raise ScenarioError(name, [*found.problems, told])
    if "id" not in tree:
        tree = tree.with_child("id", Leaf(as_name(default_id)))
    scenario, problems = None, list[Problem]()
    try:
        scenario = Scenario.from_tree(tree, name)
    except ScenarioError as error:
        problems = [*error.problems]
    told_all = [*found.problems, *found.further(problems), *found.further(_of_options(tree, name, problems, scenario))]
    if scenario is None or told_all:
        raise ScenarioError(name, unique(still_used(told_all, found.removed)))
    return scenario


def _of_options(tree: Branch, name: str, known: Iterable[Problem], base: Scenario | None) -> Iterator[Problem]:
    """Lay each option over the scenario and run over what it brings about beside what is known."""
    options = tree.get("options")
    told = {(problem.place, problem.code, problem.found) for problem in known}
    for option, changes in options.items() if isinstance(options, Branch) else ():
        if _is_overlay(changes):
            try:
                if base is not None:
                    base.with_option(option)
                else:
                    Scenario.from_tree(overlay(tree, changes, SCHEMA, f"option {option}"), name, option)
            except (OverlayError, ScenarioError) as error:
                for problem in still_used(error.problems, removals(changes)):
                    if (problem.place, problem.code, problem.found) not in told:
                        yield replace(problem, under=f"option `{option}`")


def _is_overlay(changes: Tree) -> TypeGuard[Branch]:
    """Tell whether a block has the shape of an overlay; the model tells of one that has not."""
    if not isinstance(changes, Branch):
        return False
    blocks = all(isinstance(changes.get(verb, changes), Branch) for verb in ("change", "add"))
    removed = changes.get("remove", Leaf(()))
    return blocks and isinstance(removed, Leaf) and isinstance(removed.value, tuple)


def changes_of(setting: str) -> Branch:
    """Return the overlay of one `--set path=value`.

    Raises
    ------
    ScenarioError
        If it is not of that form, or its value cannot be read.
    """
    path, sign, value = setting.partition("=")
    name, begins = f"--set {setting}", len("--set ") + 1
    if not sign or not path.strip() or not value.strip():
        where = Place(name, 1, begins, name, len(setting))
        raise ScenarioError(name, [Problem("", "not_a_setting", f"`{setting}`", "`path=value`", place=where)])
    keys = path.strip()
    block = value.strip().startswith(("{", "["))
    tree = read_text(f"{keys.rsplit('.', 1)[-1]}: {value}", name) if block else None
    child = (
        next(iter(tree.children.values()))
        if tree
        else Leaf(value.strip(), (Origin(Place(name, 1, begins + len(path) + 1, name, len(value))),))
    )
    return Branch({"change": Branch({keys: child}, {keys: Place(name, 1, begins, name, len(path))})})
