"""Series that lie side by side can be told apart by people who see fewer colors, and in gray.

Source of the matrices: G. M. Machado, M. M. Oliveira, L. A. F. Fernandes, "A Physiologically-based Model for Simulation
of Color Vision Deficiency", IEEE Transactions on Visualization and Computer Graphics 15 (2009), 1291-1298, severity 1.0.
Lightness and distance: CIE 15:2004, L*a*b* and its Euclidean distance, white D65.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import combinations, pairwise
from typing import Any, Final

import numpy as np
import pytest
from matplotlib.colors import to_rgb

from fibercap.views.charts import bridge, cash, compare, cover, sensitivity
from fibercap.views.charts.style import FAILS, HOLDS, OTHERS, PALETTE

SIGHTS: Final = {
    "all colors": np.eye(3),
    "protanopia": np.array([
        [0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998],
    ]),
    "deuteranopia": np.array([
        [0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881],
    ]),
    "tritanopia": np.array([
        [1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900],
    ]),
}  # fmt: skip
XYZ: Final = np.array([
    [0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.0721750], [0.0193339, 0.1191920, 0.9503041],
])  # fmt: skip
WHITE: Final = XYZ.sum(axis=1)
APART: Final = 20.0
"""Ten times what an attentive eye just sees. [1]"""
GRAY: Final = 10.0
"""Lightness by which neighbors differ. [1]"""


def linear(color: Any) -> Any:
    rgb = np.array(to_rgb(color))
    return np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)


def lab_of(color: Any, sight: str) -> Any:
    """Return L*, a* and b* of a color as it is seen."""
    ratio = XYZ @ np.clip(SIGHTS[sight] @ linear(color), 0, 1) / WHITE
    root = np.where(ratio > (6 / 29) ** 3, np.cbrt(ratio), ratio / (3 * (6 / 29) ** 2) + 4 / 29)
    return np.array([116 * root[1] - 16, 500 * (root[0] - root[1]), 200 * (root[1] - root[2])])


def distance(first: Any, second: Any, sight: str) -> float:
    return float(np.linalg.norm(lab_of(first, sight) - lab_of(second, sight)))


def lightness_between(first: Any, second: Any) -> float:
    return abs(float((lab_of(first, "all colors") - lab_of(second, "all colors"))[0]))


NEIGHBORS: Final = {
    "stack": [*pairwise(PALETTE), (PALETTE[-2], OTHERS)],
    "cash flows": list(pairwise(color for _, color in cash.FLOWS)),
    "debt service": [
        (compare.PRINCIPAL, compare.INTEREST),
        (cover.CASH, cover.PRINCIPAL),
        (cover.CASH, cover.INTEREST),
    ],
    "tornado": [(sensitivity.LOWER, sensitivity.HIGHER)],
}
"""Fills that touch, chart by chart."""


def pairs() -> Iterable[tuple[str, str, str]]:
    return ((chart, first, second) for chart, listed in NEIGHBORS.items() for first, second in listed)


def test_the_measures_are_those_that_are_published() -> None:
    """White is 100 light; a gray is the same for every sight; protanopes do not tell a red from a dark green."""
    assert lab_of("white", "all colors") == pytest.approx([100, 0, 0], abs=0.01)
    assert lab_of("#777777", "all colors")[0] == pytest.approx(50.03, abs=0.01)
    for sight in SIGHTS:
        assert distance("#808080", "#808080", sight) == 0
        assert lab_of("#808080", sight) == pytest.approx(lab_of("#808080", "all colors"), abs=0.2)
    assert distance("#a00000", "#303000", "protanopia") < 0.4 * distance("#a00000", "#303000", "all colors")


@pytest.mark.parametrize("sight", SIGHTS)
def test_fills_that_touch_are_seen_apart(sight: str) -> None:
    near = {pair: round(distance(pair[1], pair[2], sight), 1) for pair in pairs()}

    assert {pair: far for pair, far in near.items() if far < APART} == {}


def test_fills_that_touch_differ_in_gray() -> None:
    near = {pair: round(lightness_between(pair[1], pair[2]), 1) for pair in pairs()}

    assert {pair: far for pair, far in near.items() if far < GRAY} == {}


@pytest.mark.parametrize("sight", SIGHTS)
def test_any_two_colors_of_the_palette_are_seen_apart(sight: str) -> None:
    """A key is read across the whole palette, not between neighbors only."""
    assert min(distance(first, second, sight) for first, second in combinations(PALETTE, 2)) > APART / 2


def test_a_verdict_is_not_told_by_color_alone() -> None:
    """Green and red are hard to tell apart for many: what fails is hatched or a cross, what holds is plain or a dot."""
    gain, loss = bridge._style(1.0, is_end=False), bridge._style(-1.0, is_end=False)

    assert (gain["facecolor"], loss["edgecolor"]) == (HOLDS, FAILS)
    assert "hatch" in loss
    assert "hatch" not in gain


@pytest.mark.parametrize("color", [HOLDS, FAILS, "#1D2935", "#5F6B76", "#b03a0b"])
def test_words_in_color_can_be_read_on_white(color: str) -> None:
    """The contrast of WCAG 2.2, 1.4.3: at least 4.5."""
    assert 1.05 / (float(XYZ[1] @ linear(color)) + 0.05) >= 4.5
