"""Fonts for scripts that the font of charts lacks, such as Chinese: an installed one, or a warning that there is none.

DejaVu Sans, which comes with matplotlib, has Latin, Greek, Cyrillic and Arabic letters.
"""

from __future__ import annotations

import warnings
from functools import lru_cache
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from fibercap.model.plan.scenario import Scenario

FONT: Final = "DejaVu Sans"
BOXES: Final = "Last Resort"
"""Prefix of the names of fonts that draw a box for every letter."""
PREFERRED: Final = ("Noto Sans", "Microsoft YaHei", "PingFang", "Hiragino Sans", "WenQuanYi", "Arial Unicode")
"""Prefixes of the names of fonts that are preferred, in order."""
BLOCKS: Final = ("plants", "products", "projects", "loans", "options", "claims")
NAMES: Final = ("name", "title", "says", "lender")
MOST: Final = 12
"""The most letters that a warning lists."""


def families_for(words: str) -> list[str]:
    """Return the names of fonts that draw some words, the usual one first, then those with letters that it lacks."""
    families, lacking = [FONT], _lacking(words)
    while lacking:
        family, has = _best(lacking)
        if not has:
            break
        families.append(family)
        lacking = "".join(letter for letter in lacking if letter not in has)
    return families


def letters_without_font(words: str) -> str:
    """Return the letters among words, each once, that no installed font has."""
    lacking = _lacking(words)
    while lacking:
        _, has = _best(lacking)
        if not has:
            break
        lacking = "".join(letter for letter in lacking if letter not in has)
    return lacking


def warn_of_boxes(words: str, what: str) -> None:
    """Warn if words have letters that no installed font has, so that boxes would stand for them.

    Parameters
    ----------
    words : str
        The words that are drawn.
    what : str
        What is made, such as `the report`.
    """
    if letters := letters_without_font(words):
        shown = " ".join(letters[:MOST]) + (f" and {len(letters) - MOST} more" if len(letters) > MOST else "")
        way_out = "install one, such as Noto Sans CJK for Chinese, Japanese and Korean (Debian: fonts-noto-cjk)"
        warnings.warn(f"no installed font has {shown}: {what} shows boxes for them; {way_out}", stacklevel=3)


def warn_of_boxes_in(words: str, suffixes: Iterable[str]) -> None:
    """Warn of boxes in pictures, if any but SVG is made: whoever shows an SVG draws its words."""
    if any(suffix.lower() != ".svg" for suffix in suffixes):
        warn_of_boxes(words, "the picture")


def words_of(plan: Scenario) -> str:
    """Return the names that charts and reports of a plan show."""
    return " ".join(_names(plan))


def _names(plan: Scenario) -> Iterator[str]:
    yield plan.title or plan.id
    for block in BLOCKS:
        for key, each in getattr(plan, block).items():
            yield from (key, *(getattr(each, name, "") or "" for name in NAMES))


def _lacking(words: str) -> str:
    """Return the printable letters among words, each once and in order, that the usual font lacks."""
    if words.isascii():
        return ""
    usual = _letters(FONT)
    return "".join(dict.fromkeys(each for each in words if each.isprintable() and ord(each) not in usual))


def _best(lacking: str) -> tuple[str, str]:
    """Return the font that has most of some letters, a preferred one where several do, and the letters that it has."""
    ranked = []
    for family in _families():
        has = "".join(letter for letter in lacking if ord(letter) in _letters(family))
        rank = next((place for place, name in enumerate(PREFERRED) if family.startswith(name)), len(PREFERRED))
        ranked.append((-len(has), rank, family, has))
    _, _, family, has = min(ranked, default=(0, 0, "", ""))
    return family, has


@lru_cache(maxsize=1)
def _families() -> tuple[str, ...]:
    """Return the names of all installed fonts but those of boxes."""
    from matplotlib.font_manager import fontManager

    return tuple(sorted({entry.name for entry in fontManager.ttflist if not entry.name.startswith(BOXES)}))


@lru_cache(maxsize=512)
def _letters(family: str) -> frozenset[int]:
    """Return the numbers of the letters that a font has; none if it cannot be read."""
    from matplotlib.font_manager import FontProperties, findfont, get_font

    try:
        return frozenset(get_font(findfont(FontProperties(family=family), fallback_to_default=False)).get_charmap())
    except (OSError, RuntimeError, ValueError):
        return frozenset()
