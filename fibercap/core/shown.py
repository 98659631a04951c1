"""How results show themselves: the package sets the views of results, which do not import them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Callable

VIEWS: Final[dict[str, Callable[..., Any]]] = {}
"""The view of a result for notebooks, `html`, and the data frame of a projection's rows, `frame`."""


def html_of(result: object) -> str:
    """Return a result as a notebook shows it; see `views/notebook.py`."""
    html: str = VIEWS["html"](result)
    return html


def frame_of(projection: object, by: str) -> Any:
    """Return the rows of a projection as a pandas DataFrame; see `fibercap.annual`.

    Parameters
    ----------
    projection, by : Projection, str
        The projection, and `year`, `quarter` or `month`.
    """
    return VIEWS["frame"](projection, by)
