"""Names in a scenario, kept from one press of the tab key to the next while its files stay as they are."""

from __future__ import annotations

import hashlib
import json
import os
import sys
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

MOST: Final = 20
"""How many scenarios have their names kept; the one whose names were written longest ago is forgotten first."""
_NO_CACHE: Final = (OSError, ValueError, LookupError, TypeError, AttributeError, RuntimeError)
"""Errors if the cache cannot be read or written, the user has no home folder, or another program wrote the file."""


class RememberedNames:
    """The names in one scenario, by kind; empty if one of its files has changed since they were kept."""

    def __init__(self, scenario: Path) -> None:
        self._kept: dict[str, Any] = {}
        with suppress(*_NO_CACHE):
            place = str(scenario.resolve()).encode("utf-8", "surrogateescape")  # names of files need not be UTF-8
            self._file = cache_folder() / f"{hashlib.sha256(place).hexdigest()[:16]}.json"
            kept = json.loads(self._file.read_bytes())
            if kept["files"] and all(stamp == _stamp(Path(name)) for name, stamp in kept["files"].items()):
                self._kept = kept

    def names(self, kind: str) -> list[str] | None:
        """Return the names of a kind, None where they are not known."""
        with suppress(*_NO_CACHE):
            return [str(name) for name in self._kept["names"][kind]]
        return None

    def keep(self, kind: str, names: list[str], files: Iterable[Path]) -> None:
        """Keep the names of a kind, and which files they were read from; do nothing where that is impossible."""
        with suppress(*_NO_CACHE):
            stamps = {str(path): _stamp(path) for path in (*files, *_fibercap())}
            kept = {"files": stamps, "names": {**self._kept.get("names", {}), kind: names}}
            self._file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            new = self._file.with_suffix(f".{os.getpid()}")  # two shells may complete at once
            new.write_text(json.dumps(kept), "utf-8")
            new.replace(self._file)
            for old in sorted(self._file.parent.iterdir(), key=lambda path: path.stat().st_mtime)[:-MOST]:
                old.unlink()


def cache_folder() -> Path:
    """Return the folder of remembered names in the cache of the user."""
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA") or Path.home()) / "fibercap" / "names"
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "fibercap" / "names"


def _fibercap() -> tuple[Path, ...]:
    """Return a file of fibercap itself, so that another version, which has other rows, reads the names anew."""
    return (Path(__file__),)


def _stamp(path: Path) -> list[int]:
    stat = path.stat()
    return [stat.st_mtime_ns, stat.st_size, stat.st_ino]
