"""Where scenarios lie: files, shipped names, and what `extends` may reach."""

from __future__ import annotations

import os
from functools import partial
from pathlib import Path
from typing import IO, TYPE_CHECKING

from fibercap.core.errors import Place, Problem, ScenarioError, did_you_mean
from fibercap.core.input_hints import quote
from fibercap.reading.text import MOST_BYTES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

_PACKAGE = Path(__file__).resolve().parents[1]
SUFFIXES = (".yaml", ".yml")


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


def new_plan() -> bytes:
    """Return the small commented plan with which `fibercap new` begins."""
    return (Path(__file__).parent / "new_plan.yaml").read_bytes()


def locate(name: str) -> Path:
    """Return the file for a path or the name of a shipped scenario.

    Raises
    ------
    ScenarioError
        If there is neither such a file nor such a name.
    """
    path = Path(name)
    if _is(Path.is_file, path):
        return path
    if name in shipped():
        return shipped()[name]
    told, hint = _no_file(path, name), "give its text to standard input, and name that, `-`"
    if told.endswith("a folder"):
        hint = "name one file in it"
    elif not told:
        near = _scenarios_in(path.parent) if _is(Path.is_dir, path.parent) else set()
        known = near if path.suffix in SUFFIXES else set(shipped())
        told = f"no file {quote(name)}, and no shipped scenario of that name"
        hint = did_you_mean(path.name, known, "scenarios")
    raise ScenarioError(name, [Problem("", "no_such_file", told, "a scenario", hint, Place(name, 1, 1))])


def parent_of(name: str, folder: Path, fence: Path | None, where: Place | None) -> Path | Problem:
    """Return the file that `extends` names, or why it cannot be used.

    Parameters
    ----------
    name : str
        A path from the folder of the file that names it, or the name of a shipped scenario.
    folder : Path
        That folder.
    fence : Path or None
        The folder that `extends` may not leave, links followed; None lets it go anywhere. Shipped scenarios are inside.
    where : Place or None
        Where it is named.
    """
    path = folder / name
    if not _is(Path.is_file, path) and name in shipped():
        return shipped()[name].resolve()
    if fence is not None and not _is(partial(_within, folders=(fence, *shipped_folders())), path, otherwise=True):
        told, wanted = f"{quote(name)}, which leads out of the folder {shown(fence)}", "a file inside it"
        return Problem("extends", "outside", told, wanted, "move it inside, or give `--allow-outside`", where)
    if not _is(Path.is_file, path):
        told, hint = _no_file(path, name), "name a file"
        if not told:
            near = _scenarios_in(folder) | set(shipped())
            told, hint = f"no file {quote(name)}", did_you_mean(Path(name).name, near, "files in that folder")
        return Problem("extends", "no_such_file", told, "a scenario", hint, where)
    return path.resolve()


def _no_file(path: Path, name: str) -> str:
    """Say what lies at a path where no file does; "" where nothing does."""
    if _is(Path.is_dir, path):
        return f"{quote(name)}, a folder"
    return f"{quote(name)}, a pipe or a device" if _is(Path.exists, path) else ""


def _is(asked: Callable[[Path], bool], path: Path, *, otherwise: bool = False) -> bool:
    """Ask the file system, which cannot answer for names too long, with null characters, or of links in a circle."""
    try:
        return asked(path)
    except (OSError, ValueError, RuntimeError):
        return otherwise


def _within(path: Path, folders: Iterable[Path]) -> bool:
    return any(path.resolve().is_relative_to(real(folder)) for folder in folders)


def _scenarios_in(folder: Path) -> set[str]:
    return {file.name for suffix in SUFFIXES for file in folder.glob(f"*{suffix}") if _is(Path.is_file, file)}


def shown(path: Path) -> str:
    """Return a path as messages show it: from the current folder where it lies below."""
    try:
        return str(path.resolve().relative_to(Path.cwd()))
    except (ValueError, OSError):  # elsewhere, or the current folder has gone
        return str(path)


def real(path: Path) -> Path:
    """Return a path without links; as it is where the current folder has gone."""
    try:
        return path.resolve()
    except OSError:
        return path


def bytes_from(stream: IO[bytes]) -> bytes:
    """Return what a stream holds, of one too large no more than shows that: it may never end."""
    return stream.read(MOST_BYTES + 1)


def _at_once(path: str, flags: int) -> int:
    """Open a file that is not waited for: logs of a system's kernel look like files, and have no end."""
    return os.open(path, flags | getattr(os, "O_NONBLOCK", 0))


def bytes_of(path: Path) -> bytes:
    """Return a file's bytes.

    Raises
    ------
    ScenarioError
        If it cannot be read.
    """
    try:
        with open(path, "rb", opener=_at_once) as stream:
            return bytes_from(stream) or b""
    except OSError as error:
        told, where = f"a file that cannot be read ({error.strerror})", Place(shown(path), 1, 1)
        raise ScenarioError(shown(path), [Problem("", "unreadable", told, "a readable file", "", where)]) from None
