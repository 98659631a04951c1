"""How results are written as JSON, and the number of their form."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from fibercap.core.visible_text import visible

if TYPE_CHECKING:
    from collections.abc import Mapping

FORMAT: Final = 2
"""The number of the form of all documents; it grows when a key changes its meaning or goes."""


def text(document: Mapping[str, Any]) -> str:
    """Return a result as JSON text, the number of its format first; undefined is null, never NaN."""
    return json_text({"format": FORMAT, **document})


def json_text(document: Mapping[str, Any]) -> str:
    """Return any document as JSON text; what cannot be seen is an escape."""
    return visible(json.dumps(document, indent=1, ensure_ascii=False, allow_nan=False), _spelt)


def _spelt(character: str) -> str:
    return json.dumps(character)[1:-1]
