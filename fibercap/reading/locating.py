"""Find the files of scenarios by path or shipped name, and the files that a scenario names."""

from __future__ import annotations

import os
import re
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import IO, TYPE_CHECKING

from fibercap.core.currencies import CURRENCIES
from fibercap.core.errors import FibercapError, Place, Problem, ScenarioError, did_you_mean
from fibercap.core.language.input_hints import quote
from fibercap.core.language.product_units import near_unit
from fibercap.core.units import known_product_units
from fibercap.core.vocabulary import BUILT_IN, SPOKEN
from fibercap.reading.decoding import MOST_BYTES
from fibercap.reading.shipped import shipped_folders, shipped_scenarios

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

SUFFIXES = (".yaml", ".yml")


def new_plan(unit: str = "km", currency: str = "USD") -> bytes:
    """Return the small commented plan that `fibercap new` writes.

    Parameters
    ----------
    unit : str
        The unit of what its plant makes, such as `tonne`.
    currency : str
        The code of its currency.

    Raises
    ------
    FibercapError
        If there is no such unit of products, or no such currency.
    """
    for word, known, kind in ((unit, BUILT_IN.product_units, "units"), (currency, CURRENCIES, "currencies")):
        if SPOKEN.get(word, word) not in known:
            hint = did_you_mean(word, known, kind)
            if kind == "units" and not near_unit(word, known):
                another = f"for one of your own, take `--unit piece`, and declare it: `units: {{{word}: new}}`"
                hint = f"{known_product_units(BUILT_IN)}; {another}"
            raise FibercapError("no_such_name", f"no `{word}` among the {kind}", hint)
    text = (Path(__file__).parent / "new_plan.yaml").read_text("utf-8").replace("USD", currency)
    if unit != "km":
        text = text.replace("  fiber:\n", f"  goods:\n    unit: {unit}\n").replace("product: fiber", "product: goods")
        text = re.sub(r"\bkm\b", unit, text)
    return text.encode()


def locate(name: str) -> Path:
    """Return the file for a path or the name of a shipped scenario.

    Raises
    ------
    ScenarioError
        If there is neither such a file nor such a name.
    """
    path = Path(name)
    if _ask_file_system(Path.is_file, path):
        return path
    if name in shipped_scenarios():
        return shipped_scenarios()[name]
    problem, wanted = _describe_non_file(path, name), "a scenario"
    hint = "send its text to standard input, and name it `-`"
    if problem.endswith("a folder"):
        hint = "name one file in it"
    elif not problem:
        near = _files_in(path.parent, SUFFIXES) if _ask_file_system(Path.is_dir, path.parent) else set()
        names = near if path.suffix in SUFFIXES else set(shipped_scenarios())
        problem, wanted = f"no file or shipped scenario {quote(name)}", ""
        hint = did_you_mean(path.name, names, "scenarios")
    raise ScenarioError(name, [Problem("", "no_such_file", problem, wanted, hint, Place(name, 1, 1))])


def parent_of(name: str, folder: Path, fence: Path | None, where: Place | None) -> Path | Problem:
    """Return the file that `extends` names, or why it cannot be used.

    Parameters
    ----------
    name : str
        A path from the folder of the file that names it, or the name of a shipped scenario.
    folder : Path
        That folder.
    fence : Path or None
        The folder that `extends` may not leave, links followed; None if it may. Shipped scenarios are always allowed.
    where : Place or None
        Place of the name in the file.
    """
    if not _ask_file_system(Path.is_file, folder / name) and name in shipped_scenarios():
        return shipped_scenarios()[name].resolve()
    near = "files in that folder", lambda: _files_in(folder, SUFFIXES) | set(shipped_scenarios())
    return _file_within(name, folder, fence, Problem("extends", "no_such_file", "", "a scenario", place=where), near)


def table_of(name: str, folder: Path, fence: Path | None, path: str, where: Place | None) -> Path | Problem:
    """Return the CSV file that a series names, or why it cannot be used.

    Parameters
    ----------
    name : str
        A path from the folder of the file that names it.
    folder, fence : Path
        As of `parent_of`.
    path : str
        The path of the series, for the message.
    where : Place or None
        Place of the name in the file.
    """
    shown = display_path(folder)
    missing = Problem(path, "no_such_file", "", "a CSV file", place=where)
    given = _file_within(
        name, folder, fence, missing, ("CSV files in that folder", lambda: _files_in(folder, (".csv",)))
    )
    if isinstance(given, Problem) and given.found == f"no file {quote(name)}":
        return replace(given, found=f"{given.found} in the {'current folder' if shown == '.' else f'folder {shown}'}")
    return given


def _file_within(
    name: str,
    folder: Path,
    fence: Path | None,
    missing: Problem,
    near: tuple[str, Callable[[], set[str]]],
) -> Path | Problem:
    """Return the file of a name inside the fence, or else a problem made of `missing`.

    `near` is what the hint calls the known files, and a function that returns their names.
    """
    path = folder / name
    if fence is not None and not _ask_file_system(
        partial(_is_within, folders=(fence, *shipped_folders())), path, otherwise=True
    ):
        problem = f"{quote(name)} leads out of the folder {display_path(fence)}"
        way = "move it inside, or give `--allow-outside`"
        return Problem(missing.path, "outside", problem, "", way, missing.place)
    if not _ask_file_system(Path.is_file, path):
        if problem := _describe_non_file(path, name):
            return replace(missing, found=problem, hint="name a file")
        kind, known = near
        hint = did_you_mean(Path(name).name, known(), kind)
        return replace(missing, found=f"no file {quote(name)}", wanted="", hint=hint)
    return path.resolve()


def _describe_non_file(path: Path, name: str) -> str:
    """Return what is at a path that is not a file; "" if nothing is."""
    if _ask_file_system(Path.is_dir, path):
        return f"{quote(name)}, a folder"
    return f"{quote(name)}, a pipe or a device" if _ask_file_system(Path.exists, path) else ""


def _ask_file_system(question: Callable[[Path], bool], path: Path, *, otherwise: bool = False) -> bool:
    """Return an answer of the file system; `otherwise` if it fails, as for names too long and for circular links."""
    try:
        return question(path)
    except (OSError, ValueError, RuntimeError):
        return otherwise


def _is_within(path: Path, folders: Iterable[Path]) -> bool:
    return any(path.resolve().is_relative_to(real_path(folder)) for folder in folders)


def _files_in(folder: Path, suffixes: Iterable[str]) -> set[str]:
    return {
        file.name for suffix in suffixes for file in folder.glob(f"*{suffix}") if _ask_file_system(Path.is_file, file)
    }


def display_path(path: Path) -> str:
    """Return a path as messages show it: relative to the current folder if it is below."""
    try:
        return str(path.resolve().relative_to(Path.cwd()))
    except (ValueError, OSError):  # elsewhere, or the current folder has been deleted
        return str(path)


def real_path(path: Path) -> Path:
    """Return a path with links resolved, or as it is if the current folder has been deleted."""
    try:
        return path.resolve()
    except OSError:
        return path


def bytes_from(stream: IO[bytes]) -> bytes:
    """Return the bytes of a stream, at most one more than is allowed, because it may never end."""
    return stream.read(MOST_BYTES + 1)


def _open_without_waiting(path: str, flags: int) -> int:
    """Open a file without waiting for data: kernel logs, for example, look like files but never end."""
    return os.open(path, flags | getattr(os, "O_NONBLOCK", 0))


def bytes_of(path: Path) -> bytes:
    """Return a file's bytes.

    Raises
    ------
    ScenarioError
        If it cannot be read.
    """
    try:
        with open(path, "rb", opener=_open_without_waiting) as stream:
            return bytes_from(stream) or b""  # None from a pipe that has no data yet
    except OSError as error:
        problem, where = f"the file cannot be read ({error.strerror})", Place(display_path(path), 1, 1)
        raise ScenarioError(display_path(path), [Problem("", "unreadable", problem, place=where)]) from None
