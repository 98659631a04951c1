"""Writing files: whole or not at all, and never over another without being told to.

A link that is named stays one, and the file it leads to is written; a device or a pipe is written to, never replaced.
"""

from __future__ import annotations

import os
import shutil
import stat
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from fibercap.core.errors import FibercapError
from fibercap.views.files.staging import HIDDEN, NEW, hidden_folder, put_aside, settle_leftovers, without_signals

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping


def write_bytes(path: Path, content: bytes, *, force: bool) -> None:
    """Write a file through a temporary one beside it, in a folder that exists; send it to a device or a pipe.

    Raises
    ------
    FibercapError
        If it exists and `force` is not given, or cannot be written; then nothing is left behind.
    """
    with _in_words(path):
        if not path.parent.is_dir():
            raise FibercapError("cannot_write", f"the folder {path.parent} does not exist", "make it first")
        refuse_existing(path, force=force)
        if is_stream(path):
            with os.fdopen(os.open(path, os.O_WRONLY), "wb") as stream:
                stream.write(content)
            return
    place = Path(os.path.realpath(path))
    write_all(place.parent, {place.name: content}, force=force)


def write_all(
    folder: Path, contents: Mapping[str, bytes], *, force: bool, former: Callable[[], Iterable[str]] = tuple
) -> list[Path]:
    """Write several files into a folder, made if need be, all of them or none; return their paths.

    A new folder is written aside and takes its place in one step. In a folder that exists, the old files are moved out
    before the new ones are moved in: they never stand mixed. Signals wait meanwhile; what a killed command leaves is
    settled by the next one that writes there.

    Parameters
    ----------
    folder : Path
        Where to write.
    contents : mapping of str to bytes
        Files by their names, which may lead into a folder below.
    force : bool
        Replace files that exist.
    former : callable
        Returns files of an earlier set, which go as the new ones come.

    Raises
    ------
    FibercapError
        If one exists and `force` is not given, or cannot be written; then all is as it was before.
    """
    paths = [folder / name for name in contents]
    with without_signals(), _in_words(paths[0]):
        top = next((place for place in reversed((folder, *folder.parents)) if not os.path.lexists(place)), None)
        settle_leftovers(top.parent if top else folder)
        _refuse_links(folder, contents)
        for path in paths:
            refuse_existing(path, force=force)
        if top:
            _make(top, folder, contents)
        else:
            _replace(folder, contents, former() if force else ())
    return paths


def _make(top: Path, folder: Path, contents: Mapping[str, bytes]) -> None:
    """Write files into a folder that is not there; `top` is the highest one that is not."""
    mask = os.umask(0)
    os.umask(mask)
    with hidden_folder(top.parent) as hidden:
        _write(hidden / folder.relative_to(top), contents, folder)
        hidden.chmod(0o777 & ~mask)
        hidden.rename(top)


def _replace(folder: Path, contents: Mapping[str, bytes], former: Iterable[str]) -> None:
    """Write files into a folder that exists, over those that do."""
    names = {*contents, *(name for name in former if (folder / name).is_file() and not (folder / name).is_symlink())}
    with hidden_folder(folder) as hidden:
        _write(hidden / NEW, contents, folder)
        if len(names) == 1:
            (hidden / NEW / next(iter(names))).replace(folder / next(iter(names)))
        else:
            put_aside(hidden, folder, names)


def _write(aside: Path, contents: Mapping[str, bytes], folder: Path) -> None:
    """Write files aside, with the rights of those in their folder that they will replace."""
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
    """Say in a message which file could not be written, this one if it is not known."""
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
    os.utime(new)


def refuse_existing(path: Path, *, force: bool) -> None:
    """Refuse a file that exists, unless `force` is given; in any case a folder, a disk, and a link that leads nowhere.

    A device that takes one byte after another, or a pipe, may be written to.
    """
    if path.is_dir():
        raise FibercapError("cannot_write", f"{path} is a folder", "name a file")
    link = f" is a link to {path.readlink()}, which" if path.is_symlink() else ""
    if not path.exists():
        if link:
            raise FibercapError("cannot_write", f"{path}{link} is not there", "name a file, or remove the link")
        return
    if is_stream(path):
        return
    if not path.is_file():
        raise FibercapError("cannot_write", f"{path}{link} is no file", "name one")
    if not force:
        raise FibercapError(
            "file_exists", f"{path}{link} exists", f"add --force to replace {'that file' if link else 'it'}"
        )


def is_stream(path: Path) -> bool:
    """Tell whether a path is a device such as `/dev/null`, or a pipe: what is written to it is gone."""
    try:
        mode = path.stat().st_mode
    except OSError:
        return False
    return stat.S_ISCHR(mode) or stat.S_ISFIFO(mode)


def _refuse_links(folder: Path, names: Iterable[str]) -> None:
    """Refuse to write a set of files over links, pipes or devices in their folder: nobody named them."""
    if folder.is_symlink() and not folder.exists():
        raise FibercapError(
            "cannot_write", f"{folder} is a link to {folder.readlink()}, which is not there", "name a folder"
        )
    for name in names:
        for path in (folder / name, *(folder / place for place in Path(name).parents[:-1])):
            if path.is_symlink():
                raise FibercapError("cannot_write", f"{path} is a link", "remove it, or write into another folder")
        if is_stream(folder / name):
            raise FibercapError(
                "cannot_write", f"{folder / name} is a device or a pipe", "remove it, or write into another folder"
            )
