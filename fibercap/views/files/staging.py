"""Writing several files at once, all or none: in a hidden folder first; then old files move out and new ones in.

If a command is killed, the next one finishes or undoes what it left: if there is a folder `READY`, all new files were
written, and they are moved to their places; else the files in `OLD` are moved back. Neither replaces a file.
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
"""Folders inside a hidden folder; they begin with a dot because files of a new folder may lie beside them."""
LAST: Final = ("datapackage.json", "manifest.json")
"""These files move out first and in last: where one is, all that it lists is in place too."""
_SIGNALS: Final = [
    getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK") if hasattr(signal, name)
]


@contextmanager
def without_signals() -> Iterator[None]:
    """Delay Ctrl-C, TERM and HUP until files are in place, which takes milliseconds."""
    if threading.current_thread() is not threading.main_thread():
        yield  # Python hands signals to the main thread alone
        return
    waiting: list[int] = []
    before = {number: signal.signal(number, lambda given, _: waiting.append(given)) for number in _SIGNALS}
    try:
        yield
    finally:
        for number, handler in before.items():
            # None: the handler was not set from Python, and cannot be set again.
            signal.signal(number, signal.SIG_DFL if handler is None else handler)
        for number in waiting[:1]:  # Ctrl-C pressed twice is one wish
            signal.raise_signal(number)


@contextmanager
def hidden_folder(parent: Path) -> Iterator[Path]:
    """Make a locked hidden folder to write in, and remove it afterwards, unless the block renames it."""
    folder, lock = _new_folder(parent)
    try:
        yield folder
    finally:
        try:
            if folder.is_dir():
                finish_or_undo(folder)
        finally:
            _unlock(lock)


def _new_folder(parent: Path) -> tuple[Path, int | None]:
    """Return a new hidden folder and its lock; try again if another command removed it before it was locked."""
    while True:
        folder = Path(tempfile.mkdtemp(prefix=HIDDEN, dir=parent))
        lock = _lock(folder, wait=True)
        if folder.is_dir():
            return folder, lock
        _unlock(lock)


def finish_or_undo_leftovers(parent: Path) -> None:
    """Finish or undo what killed commands of this user left in a folder; running commands still hold their locks."""
    for left in parent.glob(f"{HIDDEN}*"):
        with suppress(FileNotFoundError):  # another command did it meanwhile
            lock = _lock(left, wait=False) if left.is_dir() and not left.is_symlink() else None
            try:
                # In a shared folder another user could plant a hidden one whose files would be moved in.
                if lock is not None and os.fstat(lock).st_uid == os.geteuid():
                    finish_or_undo(left)
            finally:
                _unlock(lock)


def _lock(folder: Path, *, wait: bool) -> int | None:
    """Lock a folder while this process lives; return None if another holds it, or the system cannot lock folders."""
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
    """Move existing files out of their folder into `OLD`, and mark the new ones as ready."""
    for name in sorted(names, key=_last, reverse=True):
        if os.path.lexists(folder / name):
            _move(folder / name, hidden / OLD / name)
    (hidden / NEW).rename(hidden / READY)


def finish_or_undo(hidden: Path) -> None:
    """Move new files to their places if they are ready, else old ones back; remove the rest.

    If a new file cannot be moved, all are taken out again and the old ones moved back.
    """
    ready, folder = hidden / READY, hidden.parent
    forward = ready.is_dir()
    aside, moved = ready if forward else hidden / OLD, list[tuple[Path, Path]]()
    try:
        for name in sorted(_files_below(aside), key=_last):
            if not os.path.lexists(folder / name) and _stays_inside(folder, name):  # never over a file made meanwhile
                _move(aside / name, folder / name)
                moved.append((aside / name, folder / name))
    except OSError:
        if forward:
            for source, target in reversed(moved):
                target.replace(source)
            ready.rename(hidden / NEW)  # without READY, the next call undoes
            finish_or_undo(hidden)
        raise
    if (hidden / OLD).is_dir():
        shutil.rmtree(hidden / OLD)  # before `READY` is removed, else a later command would move these back
    shutil.rmtree(hidden)


def _files_below(folder: Path) -> list[str]:
    """Return the paths of all files below a folder, relative to it."""
    return [os.path.relpath(Path(place, name), folder) for place, _, names in os.walk(folder) for name in names]


def _last(name: str) -> tuple[bool, str]:
    return name in LAST, name


def _stays_inside(folder: Path, name: str) -> bool:
    """Tell whether a relative path stays below a folder, without leaving it through a link."""
    return (folder / name).parent.resolve().is_relative_to(folder.resolve())


def _move(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    source.replace(target)
