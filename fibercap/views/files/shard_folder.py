"""A folder that keeps shards of samples, each complete or not at all, so that an interrupted run can continue."""

from __future__ import annotations

import io
import re
import struct
import zipfile
import zlib
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np

from fibercap.core.errors import FibercapError
from fibercap.studies.chances.runs import Refusal, Shard
from fibercap.views.files.samples import pack
from fibercap.views.files.writing import refuse_unwritable_folder, write_bytes

if TYPE_CHECKING:
    from collections.abc import Callable

KEPT: Final = "kept/"
NAME: Final = re.compile(r"samples-[0-9a-f]{16}-[0-9]+-[0-9]+\.npz")
UNREADABLE: Final = (
    *(OSError, ValueError, KeyError, EOFError, RuntimeError),
    *(zipfile.BadZipFile, zlib.error, struct.error),
)
"""Errors if a file is damaged, or was not written by fibercap."""


class ShardFolder:
    """Keeps shards as NPZ files; each holds its own name, and is computed again if the file has another name.

    Parameters
    ----------
    folder : Path
        A folder of its own, new, empty, or one that holds shards; those of other plans, seeds or versions stay.
    tell : callable
        Called with a sentence about each file that cannot be used.

    Raises
    ------
    FibercapError
        If the folder holds other files, or may not be written.
    """

    def __init__(self, folder: Path, tell: Callable[[str], object]) -> None:
        self._folder, self._tell = folder, tell
        refuse_unwritable_folder(folder)
        names = [path.name for path in folder.iterdir() if not path.name.startswith(".")] if folder.is_dir() else []
        if names and not any(map(NAME.fullmatch, names)):
            other = f"{folder} holds other files, such as {min(names)}"
            raise FibercapError("cannot_write", other, "name a new or empty folder for the samples")

    def get(self, name: str) -> Shard | None:
        """Return a shard; None if it is not there, is damaged, or is another one."""
        path = self._folder / f"{name}.npz"
        if not path.exists():
            return None
        try:
            with np.load(io.BytesIO(path.read_bytes()), allow_pickle=False) as file:
                arrays = {key: file[key] for key in file.files}
                numbers, reasons = arrays["refused"].tolist(), arrays["why"].tolist()
                other = str(arrays["name"])
        except UNREADABLE:
            self._tell(f"{path} is damaged; its samples are worked out again")
            return None
        if other != name:
            self._tell(f"{path} holds other samples than its name says; the right ones are worked out again")
            return None
        kept = {key.removeprefix(KEPT): values for key, values in arrays.items() if key.startswith(KEPT)}
        return Shard(kept, tuple(map(Refusal, numbers, reasons)))

    def put(self, name: str, shard: Shard) -> None:
        """Write a shard, all of it or nothing.

        Parameters
        ----------
        name, shard : str, Shard
            Its name, which becomes that of its file, and what it holds.
        """
        arrays = {
            "name": np.array(name),
            "refused": np.array([refusal.sample for refusal in shard.refused], dtype=np.int64),
            "why": np.array([refusal.why for refusal in shard.refused], dtype=np.str_),
            **{f"{KEPT}{key}": values for key, values in shard.kept.items()},
        }
        self._folder.mkdir(parents=True, exist_ok=True)
        write_bytes(self._folder / f"{name}.npz", pack(arrays, compressed=False), force=True)
