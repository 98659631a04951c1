"""Writing files: whole or not at all, and never over another without being told to.

A link that is named stays one, and the file it leads to is written; a device or a pipe is written to, never replaced.
"""

from __future__ import annotations

import os
import shutil
import stat
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from fibercap.core.errors import FibercapError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


def write_bytes(path: Path, content: bytes, *, force: bool) -> None:
    """Write a file through a temporary one beside it, in a folder that exists; send it to a device or a pipe.

    Raises
    ------
    FibercapError
        If it exists and `force` is not given, or cannot be written; then nothing is left behind.
    """
    if not path.parent.is_dir():
        raise FibercapError(f"the folder {path.parent} does not exist; make it first")
    refuse_existing(path, force=force)
    if is_stream(path):
        _send(path, content)
        return
    place = Path(os.path.realpath(path))
    write_all(place.parent, {place.name: content}, force=force)


def _send(path: Path, content: bytes) -> None:
    try:
        with os.fdopen(os.open(path, os.O_WRONLY), "wb") as stream:
            stream.write(content)
    except OSError as error:
        raise FibercapError(f"{path} cannot be written: {error.strerror}") from None


def write_all(folder: Path, contents: Mapping[str, bytes], *, force: bool) -> list[Path]:
    """Write several files into a folder, made if need be, all of them or none; return their paths.

    Each is written whole under a temporary name, and only when all are there do they take their places. A name may lead
    into a folder below.

    Raises
    ------
    FibercapError
        If one exists and `force` is not given, or cannot be written; then nothing is left behind.
    """
    _refuse_links(folder, contents)
    paths = {folder / name: content for name, content in contents.items()}
    for path in paths:
        refuse_existing(path, force=force)
    made: list[Path] = []
    staged: dict[Path, Path] = {}
    at = Path()
    try:
        for at, content in paths.items():
            made += _folders(at.parent)
            staged[at] = _staged(at, content)
        for at, temporary in staged.items():
            temporary.replace(at)
    except OSError as error:
        for temporary in staged.values():
            temporary.unlink(missing_ok=True)
        for place in reversed(made):
            with suppress(OSError):  # it holds what took its place before the failure
                place.rmdir()
        raise FibercapError(f"{at} cannot be written: {error.strerror}") from None
    return list(paths)


def _folders(folder: Path) -> list[Path]:
    """Make a folder and those above it; return the ones that are new, the highest first."""
    missing = [place for place in (folder, *folder.parents) if not place.exists()]
    folder.mkdir(parents=True, exist_ok=True)
    return missing[::-1]


def _staged(path: Path, content: bytes) -> Path:
    """Write a file under a temporary name beside its place, with the rights of the file there or of new ones."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=".fibercap.")  # a longer name than the file's might be none
    temporary = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        _take_rights(temporary, path)
    except OSError:
        temporary.unlink(missing_ok=True)
        raise
    return temporary


def _take_rights(new: Path, old: Path) -> None:
    """Give a file the owner and the permissions of the one it will replace; without one, those of new files."""
    if old.exists():
        was = old.stat()
        with suppress(OSError, AttributeError):  # only root gives files away, and not on every system
            os.chown(new, was.st_uid, was.st_gid)
        shutil.copystat(old, new)
        new.chmod(was.st_mode & 0o777)
        os.utime(new)
    else:
        mask = os.umask(0)
        os.umask(mask)
        new.chmod(0o666 & ~mask)


def refuse_existing(path: Path, *, force: bool) -> None:
    """Refuse a file that exists, unless `force` is given; in any case a folder, a disk, and a link that leads nowhere.

    A device that takes one byte after another, or a pipe, may be written to.
    """
    if path.is_dir():
        raise FibercapError(f"{path} is a folder; name a file")
    link = f" is a link to {path.readlink()}, which" if path.is_symlink() else ""
    if not path.exists():
        if link:
            raise FibercapError(f"{path}{link} is not there; name a file, or remove the link")
        return
    if is_stream(path):
        return
    if not path.is_file():
        raise FibercapError(f"{path}{link} is no file; name one")
    if not force:
        raise FibercapError(f"{path}{link} exists; add --force to replace {'that file' if link else 'it'}")


def is_stream(path: Path) -> bool:
    """Tell whether a path is a device such as `/dev/null`, or a pipe: what is written to it is gone."""
    try:
        mode = path.stat().st_mode
    except OSError:
        return False
    return stat.S_ISCHR(mode) or stat.S_ISFIFO(mode)


def _refuse_links(folder: Path, names: Iterable[str]) -> None:
    """Refuse to write a set of files over links, pipes or devices in their folder: nobody named them."""
    for name in names:
        for path in (folder / name, *(folder / place for place in Path(name).parents[:-1])):
            if path.is_symlink():
                raise FibercapError(f"{path} is a link; remove it, or write into another folder")
        if is_stream(folder / name):
            raise FibercapError(f"{folder / name} is a device or a pipe; remove it, or write into another folder")
