"""Writing files: whole or not at all, and never over another without being told to."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from fibercap.core.errors import FibercapError

if TYPE_CHECKING:
    from collections.abc import Mapping


def write_bytes(path: Path, content: bytes, *, force: bool) -> None:
    """Write a file through a temporary one beside it.

    Raises
    ------
    FibercapError
        If it exists and `force` is not given, or cannot be written; then nothing is left behind.
    """
    refuse_existing(path, force=force)
    if not path.parent.is_dir():
        raise FibercapError(f"the folder {path.parent} does not exist; make it first")
    try:
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    except OSError as error:
        raise FibercapError(f"{path} cannot be written: {error.strerror}") from None
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        mask = os.umask(0)
        os.umask(mask)
        Path(name).chmod(0o666 & ~mask)
        Path(name).replace(path)
    except OSError as error:
        Path(name).unlink(missing_ok=True)
        raise FibercapError(f"{path} cannot be written: {error.strerror}") from None


def write_all(contents: Mapping[Path, bytes], *, force: bool) -> list[Path]:
    """Write several files, each whole or not at all; none is begun while one of them must not be written.

    Raises
    ------
    FibercapError
        If one exists and `force` is not given, or cannot be written.
    """
    for path in contents:
        refuse_existing(path, force=force)
    for path, content in contents.items():
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise FibercapError(f"the folder {path.parent} cannot be made: {error.strerror}") from None
        write_bytes(path, content, force=force)
    return list(contents)


def refuse_existing(path: Path, *, force: bool) -> None:
    """Refuse a path that exists, unless `force` is given; refuse a folder in any case."""
    if path.is_dir():
        raise FibercapError(f"{path} is a folder; name a file")
    if path.exists() and not force:
        raise FibercapError(f"{path} exists; add --force to replace it")
