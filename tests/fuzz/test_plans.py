"""Random rich plans in the suite: few, and the same ones each time; `make fuzz` tries as many as asked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.fuzz.cases import try_case
from tests.fuzz.report import Report

if TYPE_CHECKING:
    from pathlib import Path


def test_random_rich_plans_keep_the_laws_and_their_twins_agree(tmp_path: Path) -> None:
    report = Report()
    for seed in range(1000, 1120, 2):  # each with a twin or a command
        try_case(seed, tmp_path, report)

    assert report.cases == 60
    assert [found for found in report.found if found[1] != "twins rejected"] == []
