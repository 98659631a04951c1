"""Workbooks of plans in which something of no worth stands beside ten billion."""

from pathlib import Path

import pytest

from fibercap.model.project import project
from fibercap.reading.files import scenario_of
from fibercap.views.workbook.workbook import workbook
from tests.model.specks import SPECKS
from tests.sheets import Recalculator, disagreements, spoilt


@pytest.mark.long
@pytest.mark.parametrize("name", SPECKS)
def test_a_workbook_decides_as_the_engine_does_where_there_is_next_to_nothing(name: str, tmp_path: Path) -> None:
    scenario = scenario_of(SPECKS[name])
    sheets = Recalculator(spoilt(workbook(scenario, "0.1.0")), tmp_path).read()

    assert disagreements(sheets, project(scenario), "as written") == []
