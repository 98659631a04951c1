"""What a scenario can be exported as, by the suffix of the file."""

from __future__ import annotations

from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Final

from fibercap.core.errors import FibercapError, did_you_mean
from fibercap.views.files import refuse_existing, write_bytes
from fibercap.views.workbook.writing import workbook

if TYPE_CHECKING:
    from collections.abc import Callable

    from fibercap.model.scenario import Scenario


EXPORTS: Final[dict[str, Callable[[Scenario, str], bytes]]] = {".xlsx": workbook}
"""Each takes a scenario and the version that writes, and returns the file's content."""


def export(scenario: Scenario, path: Path, *, force: bool) -> Path:
    """Write a scenario in the form that a file's suffix asks for; return the file.

    Raises
    ------
    FibercapError
        If there is no such form, or the file exists and `force` is not given; then nothing is written.
    """
    if path.suffix.lower() not in EXPORTS:
        hint = did_you_mean(path.suffix, EXPORTS, "suffixes")
        raise FibercapError(f"{path}: nothing is exported as `{path.suffix or 'a file without a suffix'}`; {hint}")
    refuse_existing(path, force=force)
    write_bytes(path, EXPORTS[path.suffix.lower()](scenario, version("fibercap")), force=force)
    return path
