"""What an overlay must know of the inputs that it changes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from fibercap.core.trees.tree import Path


@dataclass(frozen=True)
class Schema:
    """What an overlay must know: the field names at a path (None where names are free), and which blocks are one value.

    A block that is one value, such as a ramp, is replaced as a whole; its key says which kind it is. `bare_key` gives
    the key for which a bare value stands once another key is set beside it, "" where that takes its place: with
    `after`, a grant of `23 %` is its `share`. `settings` gives the keys that may stand beside the periods of a series.
    """

    fields: Callable[[Path], frozenset[str] | None] = lambda _path: None
    one_value: Callable[[Path], bool] = lambda _path: False
    bare_key: Callable[[Path, str], str] = lambda _path, _text: ""
    settings: Callable[[Path], frozenset[str]] = lambda _path: frozenset()


FREE = Schema()
"""Any name may stand anywhere, and every block is merged."""
