"""Files of an earlier run or export in a folder, which the next one may remove."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

DATAPACKAGE: Final = "datapackage.json"
_NO_LIST: Final = (OSError, ValueError, LookupError, TypeError, AttributeError, RecursionError)
"""Errors if the list of files is missing, or was not written by fibercap."""


def former_files(folder: Path) -> list[str]:
    """Return the files of an earlier run in a folder, by its manifest, that nobody has changed since."""
    return _files_left(folder, "manifest.json", lambda manifest: manifest["files"])


def former_tables(folder: Path) -> list[str]:
    """Return the tables of an earlier export in a folder, by its datapackage.json, that nobody has changed since."""

    def digests(package: Any) -> Mapping[str, str]:
        return {table["path"]: table["hash"].removeprefix("sha256:") for table in package["resources"]}

    return _files_left(folder, DATAPACKAGE, digests)


def _files_left(folder: Path, listing: str, digests: Callable[[Any], Mapping[str, str]]) -> list[str]:
    try:
        files = digests(json.loads((folder / listing).read_bytes()))
        return [name for name, digest in files.items() if _is_files_left(folder, name, digest)]
    except _NO_LIST:
        return []


def _is_files_left(folder: Path, name: str, digest: object) -> bool:
    path, here = folder / name, folder.resolve()
    inside = path.resolve() == here / name and path.resolve().is_relative_to(here)
    # The digest: a file that the user has changed is the user's, whatever the list says.
    return inside and path.is_file() and hashlib.sha256(path.read_bytes()).hexdigest() == digest
