"""How wide charts are: for a page, or for the screen of a telephone, where panels stand one below the other."""

from __future__ import annotations

from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

WIDTH: Final = 9.6
"""Width of a chart. [inch]"""
NARROW: Final = 4.5
"""Width of a chart for a telephone. [inch]"""
SIDES: Final = (0.35, 0.32)
"""What is cut off a narrow chart on the left and on the right, where the telephone's page has its own margin. [inch]"""
BESIDE: Final = 1.5
"""The most room for names beside the panels of a narrow chart. [inch]"""

_width: ContextVar[float] = ContextVar("_width", default=WIDTH)


@contextmanager
def narrow_pages() -> Iterator[None]:
    """Draw charts for a telephone."""
    token = _width.set(NARROW)
    try:
        yield
    finally:
        _width.reset(token)


def page_width() -> float:
    """Return the width of the chart that is drawn. [inch]"""
    return _width.get()


def is_narrow() -> bool:
    """Tell whether a chart is drawn for a telephone."""
    return page_width() < WIDTH


def room_beside(wide: float) -> float:
    """Return the room for names beside a panel: as much as a wide chart has, or what a narrow one can give. [inch]"""
    return min(wide, BESIDE) if is_narrow() else wide


def abreast(columns: int, most: int = 1) -> int:
    """Return how many panels stand side by side: as many as on a wide chart, or at most `most` on a narrow one."""
    return min(columns, most) if is_narrow() else columns
