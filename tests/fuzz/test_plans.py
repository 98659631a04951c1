"""Random rich plans in the suite: few, and the same ones each time; `make fuzz` tries as many as asked."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from tests.fuzz.cases import try_case
from tests.fuzz.keys import find_keys, list_keys
from tests.fuzz.plans import make_plan
from tests.fuzz.report import Report

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.long
def test_random_rich_plans_keep_the_laws_and_their_twins_agree(tmp_path: Path) -> None:
    report = Report()
    for seed in range(1000, 1120, 2):  # each with a twin or a command
        try_case(seed, tmp_path, report)

    assert report.cases == 60
    assert [problem for problem in report.found if problem[1] != "twins rejected"] == []


def test_keys_of_one_shape_are_counted_once_and_each_place_for_taking_it() -> None:
    grown = {"2001": "5 %/year", "growth": {"rate": "2 %/year"}}
    by_ratio = {"by": "accounts.dscr_12m", "steps": {"low": {"below": 1, "is": "2 %/year"}}, "else": "1 %/year"}
    plan = {"money": {"interest_on_cash": grown}, "loans": {"bank": {"like": "fleet", "rate": {"cap": by_ratio}}}}

    assert set(find_keys(plan)) == {
        "money", "money.interest_on_cash", "money.interest_on_cash(series)", "(series).growth", "(series).growth.rate",
        "loans", "(like)", "loans.NAME.rate", "loans.NAME.rate.cap", "loans.NAME.rate.cap(by ratio)", "(by ratio).by",
        "(by ratio).steps", "(by ratio).steps.NAME.below", "(by ratio).steps.NAME.is", "(by ratio).else",
    }  # fmt: skip


def test_every_key_of_a_random_plan_is_one_of_the_schema() -> None:
    for seed in range(2000, 2040):
        assert set(find_keys(make_plan(seed))) <= {*list_keys()}


def test_a_seed_gives_the_same_plan_in_every_process() -> None:
    """Days of dividends were once drawn into a set, whose order is another one in each process."""
    plans = set()
    for hashes in "02":  # of these two, the plan of seed 52 was another one
        command, given = [sys.executable, "-m", "tests.fuzz.plans", "52"], os.environ | {"PYTHONHASHSEED": hashes}
        plans.add(subprocess.run(command, env=given, capture_output=True, check=True, text=True).stdout)

    assert len(plans) == 1
    assert "dividends" in plans.pop()
