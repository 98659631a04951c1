"""Writing files: completely or not at all, and over an existing file only with `force`.

A link stays a link, and the file that it points to is written; a device or a pipe is written to, never replaced.
"""

from __future__ import annotations

import os
import shutil
import stat
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from fibercap.core.errors import FibercapError
from fibercap.views.files.staging import (
    HIDDEN,
    NEW,
    finish_or_undo_leftovers,
    hidden_folder,
    put_aside,
    without_signals,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping


def write_bytes(path: Path, content: bytes, *, force: bool) -> None:
    """Write a file in an existing folder, by way of a temporary file beside it; or write to a device or a pipe.

    Raises
    ------
    FibercapError
        If the file exists and `force` is not given, or if it cannot be written; then nothing changes.
    """
    with _in_words(path):
        if not path.parent.is_dir():
            if path.parent.exists():
                raise FibercapError("cannot_write", f"{path.parent} is not a folder", "name a folder that exists")
            raise FibercapError("cannot_write", f"the folder {path.parent} does not exist", "create it first")
        refuse_existing(path, force=force)
        if is_stream(path):
            with os.fdopen(os.open(path, os.O_WRONLY), "wb") as stream:
                stream.write(content)
            return
    place = Path(os.path.realpath(path))  # the file behind a link is replaced, the link stays
    write_all(place.parent, {place.name: content}, force=force)


def write_all(
    folder: Path, contents: Mapping[str, bytes], *, force: bool, former: Callable[[], Iterable[str]] = tuple
) -> list[Path]:
    """Write several files into a folder, all of them or none; make the folder if needed, and return their paths.

    A new folder is written under a hidden name and renamed in one step. In an existing folder, old files are moved out
    before new ones are moved in, so that they never mix. Signals wait meanwhile; what a killed command leaves is
    finished or undone by the next one that writes there.

    Parameters
    ----------
    folder : Path
        Where to write.
    contents : mapping of str to bytes
        Contents of files by name; a name may contain folders.
    force : bool
        Replace files that exist.
    former : callable
        Returns the names of files of an earlier run, which are removed.

    Raises
    ------
    FibercapError
        If a file exists and `force` is not given, or if one cannot be written; then nothing changes.
    """
    paths = [folder / name for name in contents]
    with without_signals(), _in_words(paths[0]):
        top = next((place for place in reversed((folder, *folder.parents)) if not os.path.lexists(place)), None)
        finish_or_undo_leftovers(top.parent if top else folder)
        _refuse_links(folder, contents)
        for path in paths:
            refuse_existing(path, force=force)
        if top:
            _make(top, folder, contents)
        else:
            _replace(folder, contents, former() if force else ())
    return paths


def _make(top: Path, folder: Path, contents: Mapping[str, bytes]) -> None:
    """Write files into a new folder; `top` is the highest folder above it that does not exist."""
    # The mask can only be read by setting it; a hidden folder is made with 0o700, which the new one must not keep.
    mask = os.umask(0)
    os.umask(mask)
    with hidden_folder(top.parent) as hidden:
        _write(hidden / folder.relative_to(top), contents, folder)
        hidden.chmod(0o777 & ~mask)
        hidden.rename(top)


def _replace(folder: Path, contents: Mapping[str, bytes], former: Iterable[str]) -> None:
    """Write files into an existing folder, over existing files."""
    names = {*contents, *(name for name in former if (folder / name).is_file() and not (folder / name).is_symlink())}
    with hidden_folder(folder) as hidden:
        _write(hidden / NEW, contents, folder)
        if len(names) == 1:
            # Replacing one file is a single step of the system already; several need the detour.
            (hidden / NEW / next(iter(names))).replace(folder / next(iter(names)))
        else:
            put_aside(hidden, folder, names)


def _write(aside: Path, contents: Mapping[str, bytes], folder: Path) -> None:
    """Write files in the hidden folder, with the permissions of the files in `folder` that they will replace."""
    for name, content in contents.items():
        path = aside / name
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
            _take_rights(path, folder / name)
        except OSError as error:
            error.filename = str(folder / name)
            raise


@contextmanager
def _in_words(path: Path) -> Iterator[None]:
    """Turn an OSError into a FibercapError that names the file; `path` if the error names none."""
    try:
        yield
    except OSError as error:
        names = [name for name in (error.filename2, error.filename) if name and HIDDEN not in str(name)]
        raise FibercapError("cannot_write", f"{(names or [path])[0]} cannot be written: {error.strerror}") from None


def _take_rights(new: Path, old: Path) -> None:
    """Give a file the owner and the permissions of the one it will replace, if there is one."""
    if not old.exists():
        return
    was = old.stat()
    with suppress(OSError, AttributeError):  # only root gives files away, and not on every system
        os.chown(new, was.st_uid, was.st_gid)
    shutil.copystat(old, new)
    new.chmod(was.st_mode & 0o777)
    os.utime(new)  # copystat took the old file's time too


def refuse_existing(path: Path, *, force: bool) -> None:
    """Refuse a file that exists, unless `force` is given; always refuse a folder, a disk, and a broken link.

    A character device or a pipe may be written to.
    """
    if path.is_dir():
        raise FibercapError("cannot_write", f"{path} is a folder", "name a file")
    link = f" is a link to {path.readlink()}, which" if path.is_symlink() else ""
    if not path.exists():
        if link:
            raise FibercapError("cannot_write", f"{path}{link} does not exist", "name a file, or remove the link")
        return
    if is_stream(path):
        return
    if not path.is_file():
        raise FibercapError("cannot_write", f"{path}{link} is not a file", "name a file")
    if not force:
        raise FibercapError(
            "file_exists", f"{path}{link} exists", f"add --force to replace {'that file' if link else 'it'}"
        )


def refuse_unwritable_folder(folder: Path) -> None:
    """Refuse a folder in which, or in whose nearest existing parent, this user may not write; or a file of its name."""
    place = next(place for place in (folder.absolute(), *folder.absolute().parents) if os.path.lexists(place))
    if not place.is_dir():
        raise FibercapError("cannot_write", f"{place} is not a folder", "name a folder")
    if not os.access(place, os.W_OK | os.X_OK):
        raise FibercapError("cannot_write", f"{folder} cannot be written: you may not write in {place}", "")


def is_stream(path: Path) -> bool:
    """Tell whether a path is a character device such as `/dev/null`, or a pipe."""
    try:
        mode = path.stat().st_mode
    except OSError:
        return False
    return stat.S_ISCHR(mode) or stat.S_ISFIFO(mode)


def _refuse_links(folder: Path, names: Iterable[str]) -> None:
    """Refuse to write a set of files over links, pipes or devices in their folder, which the user did not name."""
    if folder.is_symlink() and not folder.exists():
        raise FibercapError(
            "cannot_write", f"{folder} is a link to {folder.readlink()}, which does not exist", "name a folder"
        )
    for name in names:
        for path in (folder / name, *(folder / place for place in Path(name).parents[:-1])):
            if path.is_symlink():
                raise FibercapError("cannot_write", f"{path} is a link", "remove it, or write into another folder")
        if is_stream(folder / name):
            raise FibercapError(
                "cannot_write", f"{folder / name} is a device or a pipe", "remove it, or write into another folder"
            )
