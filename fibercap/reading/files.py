"""Scenarios by file or by shipped name; `--set` and options laid over them."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, TypeGuard

from fibercap.core.errors import FibercapError, Place, Problem, ScenarioError, did_you_mean, unique
from fibercap.core.tree import Branch, Leaf, Origin, OverlayError, leaves, overlay
from fibercap.model.contracts import Contracts
from fibercap.model.scenario import SCHEMA, Scenario
from fibercap.reading.extends import resolved
from fibercap.reading.text import BROKEN, read_leniently, read_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from fibercap.core.tree import Tree
    from fibercap.reading.text import Reading

_PACKAGE = Path(__file__).resolve().parents[1]
SUFFIXES = (".yaml", ".yml")
VERSION = 1


def shipped_folders() -> tuple[Path, ...]:
    """Return where shipped scenarios may lie: inside the installed package, else in the checkout."""
    return (_PACKAGE / "scenarios", _PACKAGE.parent / "scenarios")


def shipped() -> dict[str, Path]:
    """Return the shipped scenarios by name."""
    for folder in shipped_folders():
        found = {path.stem: path for path in sorted(folder.glob("*.yaml"))}
        if found:
            return found
    return {}


def locate(name: str) -> Path:
    """Return the file for a path or the name of a shipped scenario.

    Raises
    ------
    ScenarioError
        If there is neither such a file nor such a name.
    """
    path = Path(name)
    if path.is_file():
        return path
    if name in shipped():
        return shipped()[name]
    if path.is_dir():
        told, hint = f"`{name}`, a folder", "name one file in it"
    else:
        near = (
            {file.name for suffix in SUFFIXES for file in path.parent.glob(f"*{suffix}")}
            if path.parent.is_dir()
            else set()
        )
        known = near if path.suffix in SUFFIXES else set(shipped())
        told = f"no file `{name}`, and no shipped scenario of that name"
        hint = did_you_mean(path.name, known, "scenarios")
    raise ScenarioError(name, [Problem("", "no_such_file", told, "a scenario", hint, Place(name, 1, 1))])


def read(name: str | Path, option: str | None = None, settings: Iterable[str] = ()) -> Scenario:
    """Read a scenario.

    Parameters
    ----------
    name : str or Path
        A file, or the name of a shipped scenario such as `fibercore`.
    option : str, optional
        The financing option to lay over it.
    settings : iterable of str
        Changes `path=value` to lay over that, the value written as in the file.

    Raises
    ------
    ScenarioError
        With every problem, in the order of the file.
    FibercapError
        If there is no such option.
    """
    raw, told, path = _bytes_of(name)
    return _laid(scenario_of(raw, told, path.stem, path), option, settings)


def read_loans(name: str | Path, option: str | None = None, settings: Iterable[str] = ()) -> Scenario | Contracts:
    """Read a scenario, or a file that holds only loans; see `read`.

    Raises
    ------
    ScenarioError
        With every problem, in the order of the file.
    FibercapError
        If there is no such option, or the file holds only loans and has none.
    """
    raw, told, path = _bytes_of(name)
    if not holds_only_loans(read_leniently(raw, told).tree):
        return _laid(scenario_of(raw, told, path.stem, path), option, settings)
    if option is not None:
        raise FibercapError(f"no option `{option}` in {told}; it holds only loans")
    return contracts_of(raw, told, settings)


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
    reading = read_leniently(text, name)
    _check_version(reading.tree, name)
    tree, problems, found = reading.tree, [*reading.problems], None
    try:
        for setting in settings:
            tree = overlay(tree, changes_of(setting), SCHEMA, f"--set {setting}")
        found = Contracts.from_tree(tree, name)
    except (OverlayError, ScenarioError) as error:
        problems += _further(error.problems, reading)
    if found is None or problems:
        raise ScenarioError(name, unique(problems))
    return found


def _bytes_of(name: str | Path) -> tuple[bytes, str, Path]:
    """Return a file's bytes, how messages call it, and its path."""
    path = locate(str(name))
    told = _shown(path)
    try:
        return path.read_bytes(), told, path
    except OSError as error:
        problem = Problem("", "unreadable", f"a file that cannot be read ({error.strerror})", "a readable file")
        raise ScenarioError(told, [problem]) from None


def _laid(scenario: Scenario, option: str | None, settings: Iterable[str]) -> Scenario:
    """Return a scenario with an option, and then settings, laid over it."""
    if option is not None:
        scenario = scenario.with_option(option)
    for setting in settings:
        scenario = scenario.changed(changes_of(setting), f"--set {setting}")
    return scenario


def scenario_of(
    text: str | bytes, name: str = "scenario", default_id: str = "scenario", path: Path | None = None
) -> Scenario:
    """Return the scenario that a YAML text describes; what the text, the model and the options refuse is told together.

    Every option is laid over and validated too, so that none fails only when it is chosen. Files that it extends are
    looked for beside `path`, else in the current folder.
    """
    reading = read_leniently(text, name)
    _check_version(reading.tree, name)
    if holds_only_loans(reading.tree) and "extends" not in reading.tree:
        hint = "print them with `fibercap loan`, or add horizon, money, products and plants"
        where, found = reading.tree.keys_at.get("loans"), "a file that holds only loans"
        problem = Problem("loans", "only_loans", found, "a scenario", hint, where)
        raise ScenarioError(name, [*reading.problems, problem])
    if "extends" in reading.tree and reading.problems:
        raise ScenarioError(name, unique(reading.problems))
    tree = resolved(reading.tree, name, path.parent if path else Path(), (path.resolve(),) if path else ())
    if "id" not in tree:
        tree = tree.with_child("id", Leaf(default_id))
    scenario, problems = None, []
    try:
        scenario = Scenario.from_tree(tree, name)
    except ScenarioError as error:
        problems = [*error.problems]
    told = [*reading.problems, *_further(problems, reading)]
    told += _further(_of_options(tree, name, problems, scenario), reading)
    if scenario is None or told:
        raise ScenarioError(name, unique(told))
    return scenario


def _further(problems: Iterable[Problem], reading: Reading) -> Iterator[Problem]:
    """Run over the problems that do not only follow from what reading refused already."""
    refused = {leaf.place for _, leaf in leaves(reading.tree) if leaf.value is BROKEN}
    for problem in problems:
        lost = problem.code == "missing" and tuple(problem.path.split(".")[:-1]) in reading.incomplete
        if not lost and (problem.code == "unknown_key" or problem.place not in refused):
            yield problem


def _check_version(tree: Branch, name: str) -> None:
    """Refuse a newer format before anything else is read: its other keys may mean other things."""
    leaf = tree.get("fibercap")
    text = leaf.value if isinstance(leaf, Leaf) else ""
    newer = isinstance(text, str) and re.fullmatch("[0-9]{1,9}", text) and int(text) > VERSION
    if newer and isinstance(leaf, Leaf):
        told, wanted = f"a scenario of format version {text}", f"version {VERSION}, the newest this fibercap knows"
        raise ScenarioError(name, [Problem("fibercap", "newer", told, wanted, "install a newer fibercap", leaf.place)])


def _of_options(tree: Branch, name: str, known: Iterable[Problem], base: Scenario | None) -> Iterator[Problem]:
    """Lay each option over the scenario and run over what it brings about beside what is known."""
    options = tree.get("options")
    told = {(problem.place, problem.sentence()) for problem in known}
    for option, changes in options.items() if isinstance(options, Branch) else ():
        if _is_overlay(changes):
            try:
                Scenario.from_tree(overlay(tree, changes, SCHEMA, f"option {option}"), name, option, base)
            except (OverlayError, ScenarioError) as error:
                for problem in error.problems:
                    if (problem.place, problem.sentence()) not in told:
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
    name = f"--set {setting}"
    if not sign or not path.strip() or not value.strip():
        told, hint = f"`{setting}`", "write it like `--set loans.fleet.rate='9 %/year'`"
        raise ScenarioError(name, [Problem("", "not_a_setting", told, "`path=value`", hint)])
    keys = path.strip()
    block = value.strip().startswith(("{", "["))
    tree = read_text(f"{keys.rsplit('.', 1)[-1]}: {value}", name) if block else None
    child = (
        next(iter(tree.children.values()))
        if tree
        else Leaf(value.strip(), (Origin(Place(name, 1, len("--set ") + 1)),))
    )
    return Branch({"change": Branch({keys: child}, {keys: Place(name, 1, len("--set ") + 1, name, len(keys))})})


def _shown(path: Path) -> str:
    """Return a path as messages show it: from the current folder where it lies below."""
    try:
        return str(path.resolve().relative_to(Path.cwd()))
    except ValueError:
        return str(path)
