"""Writing files: whole or not at all, and never over another without being told to."""

from __future__ import annotations

import os
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from fibercap.core.errors import FibercapError

if TYPE_CHECKING:
    from collections.abc import Mapping


def write_bytes(path: Path, content: bytes, *, force: bool) -> None:
    """Write a file through a temporary one beside it, in a folder that exists.

    Raises
    ------
    FibercapError
        If it exists and `force` is not given, or cannot be written; then nothing is left behind.
    """
    if not path.parent.is_dir():
        raise FibercapError(f"the folder {path.parent} does not exist; make it first")
    write_all({path: content}, force=force)


def write_all(contents: Mapping[Path, bytes], *, force: bool) -> list[Path]:
    """Write several files, and the folders they need, all of them or none.

    Each is written whole under a temporary name, and only when all are there do they take their places.

    Raises
    ------
    FibercapError
        If one exists and `force` is not given, or cannot be written; then nothing is left behind.
    """
    for path in contents:
        refuse_existing(path, force=force)
    made: list[Path] = []
    staged: dict[Path, Path] = {}
    at = Path()
    try:
        for at, content in contents.items():
            made += _folders(at.parent)
            staged[at] = _staged(at, content)
        for at, temporary in staged.items():
            temporary.replace(at)
    except OSError as error:
        for temporary in staged.values():
            temporary.unlink(missing_ok=True)
        for folder in reversed(made):
            with suppress(OSError):  # it holds what took its place before the failure
                folder.rmdir()
        raise FibercapError(f"{at} cannot be written: {error.strerror}") from None
    return list(contents)


def _folders(folder: Path) -> list[Path]:
    """Make a folder and those above it; return the ones that are new, the highest first."""
    missing = [place for place in (folder, *folder.parents) if not place.exists()]
    folder.mkdir(parents=True, exist_ok=True)
    return missing[::-1]


def _staged(path: Path, content: bytes) -> Path:
    """Write a file under a temporary name beside its place, open to those who may read new files."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=".fibercap.")  # a longer name than the file's might be none
    temporary = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        mask = os.umask(0)
        os.umask(mask)
        temporary.chmod(0o666 & ~mask)
    except OSError:
        temporary.unlink(missing_ok=True)
        raise
    return temporary


def refuse_existing(path: Path, *, force: bool) -> None:
    """Refuse a path that exists, unless `force` is given; refuse a folder in any case."""
    if path.is_dir():
        raise FibercapError(f"{path} is a folder; name a file")
    if path.exists() and not force:
        raise FibercapError(f"{path} exists; add --force to replace it")
