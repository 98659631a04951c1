"""Results as JSON text, and the number of their format."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from fibercap.core.visible_text import visible

if TYPE_CHECKING:
    from collections.abc import Mapping

FORMAT: Final = 2
"""The format number of all documents; it grows when a key is removed or changes its meaning."""


def text(document: Mapping[str, Any]) -> str:
    """Return a result as JSON text, the number of its format first; undefined is null, never NaN."""
    return json_text({"format": FORMAT, **document})


def json_text(document: Mapping[str, Any]) -> str:
    """Return any document as JSON text; invisible characters are escaped."""
    return visible(json.dumps(document, indent=1, ensure_ascii=False, allow_nan=False), _spelt)


def _spelt(character: str) -> str:
    return json.dumps(character)[1:-1]
