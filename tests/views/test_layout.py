"""Reports stand on three screens and on paper as they did when somebody looked at their pictures."""

from __future__ import annotations

import copy
import json
from itertools import chain
from typing import Any

import pytest

from tests.views.layout import STORED, WIDTHS, layout_of
from tests.views.plans import PAGES

pytestmark = pytest.mark.browser

NEAR = 0.2
"""By how much a height may differ: other fonts and versions of the browser break lines elsewhere."""


def differences(now: list[list[Any]], then: list[list[Any]]) -> list[str]:
    """Return what differs between two layouts of one medium."""
    if [part[0] for part in now] != [part[0] for part in then]:
        return [f"sections {[part[0] for part in now]} instead of {[part[0] for part in then]}"]
    names = ("left", "width", "height", "charts", "height of charts", "tables", "height of tables")
    slack = (4, 16, NEAR, 0, 0.05, 0, NEAR)
    return [
        f"{part[0]}: {name} is {value} instead of {old}"
        for part, before in zip(now, then, strict=True)
        for name, value, old, most in zip(names, part[1:], before[1:], slack, strict=True)
        if abs(value - old) > (most if most >= 1 else most * old)
    ]


@pytest.mark.parametrize("name", PAGES)
def test_a_report_looks_as_it_did(name: str) -> None:
    stored, now = json.loads(STORED.read_text("utf-8"))[name], layout_of(name)
    listed = chain.from_iterable(
        ((medium, text) for text in differences(now[medium], stored[medium])) for medium in WIDTHS
    )

    assert list(listed) == [], "look at the pages; if they are as wanted, `python -m tests.views.layout` stores them"


@pytest.mark.parametrize(("place", "by"), [(1, 30), (2, -100), (3, 0.5), (4, -1), (5, 0.5), (6, 1), (7, 0.5)])
def test_a_broken_layout_would_differ(place: int, by: float) -> None:
    """A part beside its place, squeezed, stretched, with a chart or a table lost, or with charts scaled down."""
    stored = json.loads(STORED.read_text("utf-8"))["fibercore"]["390"]
    broken = copy.deepcopy(stored)
    part = next(each for each in broken if each[5] and each[7])
    part[place] += by if abs(by) >= 1 else by * part[place]

    assert differences(stored, stored) == []
    assert len(differences(broken, stored)) == 1


def test_what_is_stored_is_small() -> None:
    assert STORED.stat().st_size < 12_000
