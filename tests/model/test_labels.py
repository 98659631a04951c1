"""Labels of rows: projects, plants, products and loans are named as their file names them."""

from __future__ import annotations

import re

import pytest

from fibercap.model.project import project
from fibercap.reading.files import read


@pytest.mark.parametrize("name", ["fibercore", "term_sheet", "two_banks", "oyster"])
def test_no_label_has_the_key_of_what_has_a_name(name: str) -> None:
    projection = project(read(name))
    plan = projection.scenario
    named = {**plan.projects, **plan.plants, **plan.products}
    keys = [key for key, thing in named.items() if thing.name and thing.name != key]
    keys += [key for key, loan in plan.loans.items() if loan.title and loan.title != key]
    raw = re.compile(
        rf"^({'|'.join(map(re.escape, keys))}):|\b({'|'.join(k for k in map(re.escape, keys) if '_' in k) or '-'})\b"
    )

    assert keys
    assert [row.label for row in projection.rows.values() if raw.search(row.label)] == []
