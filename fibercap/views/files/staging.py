"""Files put in place together: written aside in a hidden folder, then moved, old ones out before new ones in.

What a killed command leaves aside says what is to be done, and the next command does it: where a folder `READY` is,
all new files were written and go on to their places; else those in `OLD` go back to theirs. Neither replaces a file.
"""

from __future__ import annotations

import os
import shutil
import signal
import tempfile
import threading
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

HIDDEN: Final = ".fibercap-writing-"
NEW: Final = ".fibercap-new"
READY: Final = ".fibercap-ready"
OLD: Final = ".fibercap-old"
"""Inside a hidden folder, beside which files of a new folder may lie, of any name."""
LAST: Final = "manifest.json"
"""Where it stands, all files beside it do: it goes out first and in last."""
_SIGNALS: Final = [
    getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK") if hasattr(signal, name)
]


@contextmanager
def without_signals() -> Iterator[None]:
    """Hold back Ctrl-C, TERM and HUP until files are in place, which takes milliseconds; then they take effect."""
    if threading.current_thread() is not threading.main_thread():
        yield  # Python hands signals to the main thread alone
        return
    waiting: list[int] = []
    before = {number: signal.signal(number, lambda given, _: waiting.append(given)) for number in _SIGNALS}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, signal.SIG_DFL if handler is None else handler)
        for number in waiting[:1]:
            signal.raise_signal(number)


@contextmanager
def hidden_folder(parent: Path) -> Iterator[Path]:
    """Make a hidden folder to write in, locked and gone afterwards; a block that renames it keeps it."""
    folder, lock = _new_folder(parent)
    try:
        yield folder
    finally:
        try:
            if folder.is_dir():
                settle(folder)
        finally:
            _unlock(lock)


def _new_folder(parent: Path) -> tuple[Path, int | None]:
    """Return a new hidden folder and its lock; a command that settled it before it was locked removed it: once more."""
    while True:
        folder = Path(tempfile.mkdtemp(prefix=HIDDEN, dir=parent))
        lock = _lock(folder, wait=True)
        if folder.is_dir():
            return folder, lock
        _unlock(lock)


def settle_leftovers(parent: Path) -> None:
    """Settle what killed commands of this user left in a folder; commands at work hold their locks."""
    for left in parent.glob(f"{HIDDEN}*"):
        with suppress(FileNotFoundError):  # another command settled it meanwhile
            lock = _lock(left, wait=False) if left.is_dir() and not left.is_symlink() else None
            try:
                if lock is not None and os.fstat(lock).st_uid == os.geteuid():
                    settle(left)
            finally:
                _unlock(lock)


def _lock(folder: Path, *, wait: bool) -> int | None:
    """Lock a folder for as long as this process lives; None where another holds it, or the system locks no folders."""
    try:
        from fcntl import LOCK_EX, LOCK_NB, flock  # noqa: PLC0415 - Windows has none
    except ImportError:
        return None
    handle = None
    try:
        handle = os.open(folder, os.O_RDONLY)
        flock(handle, LOCK_EX if wait else LOCK_EX | LOCK_NB)
    except OSError:
        _unlock(handle)
        return None
    return handle


def _unlock(handle: int | None) -> None:
    if handle is not None:
        os.close(handle)


def put_aside(hidden: Path, folder: Path, names: Iterable[str]) -> None:
    """Move files out of their folder, those that are there, and declare the new ones ready."""
    for name in sorted(names, key=_last, reverse=True):
        if os.path.lexists(folder / name):
            _move(folder / name, hidden / OLD / name)
    (hidden / NEW).rename(hidden / READY)


def settle(hidden: Path) -> None:
    """Bring new files home if they are ready, else old ones, and remove the rest; if one cannot be moved, go back."""
    ready, folder = hidden / READY, hidden.parent
    forward = ready.is_dir()
    aside, moved = ready if forward else hidden / OLD, list[tuple[Path, Path]]()
    try:
        for name in sorted(_files_below(aside), key=_last):
            if not os.path.lexists(folder / name) and _stays_inside(folder, name):
                _move(aside / name, folder / name)
                moved.append((aside / name, folder / name))
    except OSError:
        if forward:
            for source, target in reversed(moved):
                target.replace(source)
            ready.rename(hidden / NEW)
            settle(hidden)
        raise
    if (hidden / OLD).is_dir():
        shutil.rmtree(hidden / OLD)  # before `READY` goes, without which these would go home
    shutil.rmtree(hidden)


def _files_below(folder: Path) -> list[str]:
    """Return the files below a folder, by their names from there."""
    return [os.path.relpath(Path(place, name), folder) for place, _, names in os.walk(folder) for name in names]


def _last(name: str) -> tuple[bool, str]:
    return name == LAST, name


def _stays_inside(folder: Path, name: str) -> bool:
    """Tell whether a name leads below a folder, not through a link that somebody put there."""
    return (folder / name).parent.resolve().is_relative_to(folder.resolve())


def _move(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    source.replace(target)
