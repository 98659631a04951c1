"""Read scenarios by file or by shipped name, with options and `--set` applied."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeGuard

from fibercap.core.errors import FibercapError, Place, Problem, ScenarioError
from fibercap.core.language.names import as_name
from fibercap.core.problems.one_cause import unique
from fibercap.core.trees.overlay import OverlayError, overlay, removals
from fibercap.core.trees.set_twice import find_repeated_settings
from fibercap.core.trees.tree import Branch, Leaf, Origin
from fibercap.model.checks.misspelt_keys import with_meant_keys
from fibercap.model.loans.contracts import Contracts
from fibercap.model.plan.plan_schema import SCHEMA
from fibercap.model.plan.scenario import Scenario
from fibercap.reading.dangling import merge_problems_of_removals
from fibercap.reading.dicts import text_of_dict
from fibercap.reading.loading import LoadedText, load_text
from fibercap.reading.locating import bytes_from, bytes_of, display_path, locate
from fibercap.reading.text import read_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from fibercap.core.trees.tree import Tree

STANDARD_INPUT: Final = "-"


def read(
    source: str | Path | Mapping[str, Any],
    option: str | None = None,
    settings: Iterable[str] = (),
    *,
    allow_outside: bool = False,
) -> Scenario:
    """Read a scenario.

    Parameters
    ----------
    source : str, Path or dict
        A file, the name of a shipped scenario such as `fibercore`, or `-` for standard input. A text of several lines
        is a scenario itself, and so is a dict with the same keys. The files that these extend, and those of their
        series, are looked for in the current folder.
    option : str, optional
        The financing option to apply.
    settings : iterable of str
        Changes `path=value` to apply after the option, the value written as in a file.
    allow_outside : bool
        Allow `extends`, and the `file` of a series, to leave the folder of the file.

    Raises
    ------
    ScenarioError
        With every problem, in the order of the file.
    FibercapError
        If there is no such option.
    """
    loaded, path = _load(source, allow_outside=allow_outside)
    return _with_option_and_settings(loaded, path.stem, option, settings)


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
    loaded, path = _load(name, allow_outside=allow_outside)
    if not holds_only_loans(loaded.tree):
        return _with_option_and_settings(loaded, path.stem, option, settings)
    if option is not None:
        raise FibercapError(
            "no_such_name", f"no option `{option}` in {loaded.name}; it holds only loans", "leave `--option` out"
        )
    return _contracts(loaded, settings)


def _load(name: str | Path | Mapping[str, Any], *, allow_outside: bool) -> tuple[LoadedText, Path]:
    if isinstance(name, Mapping):
        return load_text(text_of_dict(name), "the dict", None, Path(), allow_outside=allow_outside), Path("scenario")
    if isinstance(name, str) and "\n" in name.strip():
        return load_text(name, "the text", None, Path(), allow_outside=allow_outside), Path("scenario")
    if str(name) == STANDARD_INPUT:
        if sys.stdin is None:
            raise FibercapError(
                "wrong_stream", "standard input is closed", "name a file, or send a scenario to standard input"
            )
        text = bytes_from(sys.stdin.buffer)
        return load_text(text, "standard input", None, Path(), allow_outside=allow_outside), Path("input")
    path = locate(str(name))
    real = path.resolve()
    return load_text(bytes_of(path), display_path(path), real, real.parent, allow_outside=allow_outside), path


def holds_only_loans(tree: Branch) -> bool:
    """Return whether a file holds loans and no plan."""
    return "loans" in tree and not {"horizon", "money", "products", "plants"}.intersection(tree)


def contracts_of(text: str | bytes, name: str = "loans", settings: Iterable[str] = ()) -> Contracts:
    """Return the loans that a YAML text describes, with changes `path=value` applied.

    Parameters
    ----------
    text, name : str
        The YAML text, and its name in messages.
    settings : iterable of str
        Changes `path=value`, the value written as in a file.

    Raises
    ------
    ScenarioError
        With every problem, in the order of the text.
    """
    return _contracts(load_text(text, name, None, Path()), settings)


def _contracts(loaded: LoadedText, settings: Iterable[str]) -> Contracts:
    tree, problems, contracts = loaded.tree, [*loaded.problems], None
    try:
        for setting, changes in _changes(loaded, settings):
            tree = overlay(tree, changes, SCHEMA, f"--set {setting}")
        contracts = Contracts.from_tree(tree, loaded.name)
    except (OverlayError, ScenarioError) as error:
        problems += loaded.problems_beyond(error.problems)
    if contracts is None or problems:
        raise ScenarioError(loaded.name, unique(problems))
    return contracts


def _with_option_and_settings(
    loaded: LoadedText, default_id: str, option: str | None, settings: Iterable[str]
) -> Scenario:
    """Return a scenario with an option, and then settings, applied."""
    scenario = _scenario(loaded, default_id)
    if option is not None:
        scenario = scenario.with_option(option)
    overlays = [(f"--set {setting}", changes) for setting, changes in _changes(loaded, settings)]
    if overlays:
        scenario = scenario.with_overlays(overlays)
    scenario.set_files_read(loaded.files_read)
    return scenario


def _changes(loaded: LoadedText, settings: Iterable[str]) -> list[tuple[str, Branch]]:
    """Return the overlay of each `--set`; the files of series that one names start in the folder of the scenario.

    Raises
    ------
    ScenarioError
        If one does not have the form `path=value`, or two set the same input.
    """
    changes = [(setting, loaded.with_files(changes_of(setting))) for setting in settings]
    repeated = find_repeated_settings((change for _, change in changes), SCHEMA)
    if repeated:
        raise ScenarioError(loaded.name, repeated.values())
    return changes


def scenario_of(text: str | bytes, name: str = "scenario", default_id: str = "scenario") -> Scenario:
    """Return the scenario that a YAML text describes, or raise all problems of the text, the model and the options.

    Every option is applied and validated too, so that none fails only when it is chosen. Files that the text extends,
    and those of its series, are looked for in the current folder.

    Parameters
    ----------
    text, name : str
        The YAML text, and its name in messages.
    default_id : str
        The id of a scenario that gives none.

    Raises
    ------
    ScenarioError
        With every problem, in the order of the text.
    """
    return _scenario(load_text(text, name, None, Path()), default_id)


def _scenario(loaded: LoadedText, default_id: str) -> Scenario:
    tree, name = loaded.tree, loaded.name
    if holds_only_loans(tree):
        hint = "print them with `fibercap loan`, or add horizon, money, products and plants"
        problem = Problem(
            "loans", "only_loans", "a file that holds only loans", "a scenario", hint, tree.keys_at["loans"]
        )
        raise ScenarioError(name, [*loaded.problems, problem])
    if "id" not in tree:
        tree = tree.with_child("id", Leaf(as_name(default_id)))
    scenario, problems, misspelt = None, list[Problem](), dict[str, Problem]()
    try:
        scenario = Scenario.from_tree(tree, name)
        scenario.set_files_read(loaded.files_read)
    except ScenarioError as error:
        problems = [*error.problems]
        tree, misspelt = with_meant_keys(tree, problems)  # so that options apply to what the file means
    of_options = _problems_of_options(tree, name, problems, scenario)
    all_problems = [
        *loaded.problems,
        *loaded.problems_beyond(problems),
        *loaded.problems_beyond(one for one in of_options if not f"{one.path}.".startswith(tuple(misspelt))),
    ]
    if scenario is None or all_problems:
        raise ScenarioError(name, unique(merge_problems_of_removals(all_problems, loaded.removed)))
    return scenario


def _problems_of_options(
    tree: Branch, name: str, known_problems: Iterable[Problem], base: Scenario | None
) -> Iterator[Problem]:
    """Yield the problems of the scenario with each of its options, except those that are known already."""
    options = tree.get("options")
    reported = {(problem.place, problem.code, problem.found) for problem in known_problems}
    for option, changes in options.items() if isinstance(options, Branch) else ():
        if _is_overlay(changes):
            try:
                if base is not None:
                    base.with_option(option)
                else:
                    Scenario.from_tree(overlay(tree, changes, SCHEMA, f"option {option}"), name, option)
            except (OverlayError, ScenarioError) as error:
                for problem in merge_problems_of_removals(error.problems, removals(changes)):
                    if (problem.place, problem.code, problem.found) not in reported:
                        yield replace(problem, under=f"option `{option}`")


def _is_overlay(changes: Tree) -> TypeGuard[Branch]:
    """Return whether a block has the form of an overlay; the model reports options that do not."""
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
