"""The map of the house is that of today's house."""

from __future__ import annotations

import contextlib
import re

import pytest

from fibercap.core.errors import FibercapError
from fibercap.reading.files import scenario_of
from tests.fuzz.plans import make_plan, write_plan
from tests.map import PAGE, PICTURE, ROOMS, ROOT, arrows, page, picture, renew, rooms, writers, writers_of
from tests.sources import sources_below

STALE = "stale; `make map` makes it anew"


@pytest.mark.long
def test_the_picture_is_that_of_the_imports() -> None:
    assert PICTURE.read_text("utf-8") == picture(sources_below(ROOT)), STALE


def test_the_table_says_what_each_folder_holds() -> None:
    text, lines = PAGE.read_text("utf-8"), list(rooms(sources_below(ROOT)))

    assert renew(text, ROOMS, iter(lines)) == text, STALE
    assert [line for line in lines if line.endswith("|  |\n")] == []
    assert any(line.startswith("| `core/language` | ") for line in lines)


@pytest.mark.long
def test_the_table_says_which_file_writes_which_rows() -> None:
    text = PAGE.read_text("utf-8")

    assert page(text) == text, STALE
    assert "| `model/income/statements.py` | `accounts.` " in text


@pytest.mark.long
def test_random_plans_write_no_row_that_the_table_lacks() -> None:
    """A row that comes only with a rare clause belongs in a plan of `RARE_PLANS`."""
    listed, missing = writers(), set()
    for seed in range(5_200_000, 5_200_040):
        with contextlib.suppress(FibercapError):
            written = writers_of(scenario_of(write_plan(make_plan(seed))))
            missing |= {(file, row) for file, rows in written.items() for row in rows - listed.get(file, set())}

    assert sum(map(len, listed.values())) > 300
    assert missing == set()


def test_files_that_pages_name_exist() -> None:
    pages = [ROOT / "CONTRIBUTING.md", *(ROOT / "docs").rglob("*.md")]
    named = {name for page in pages for name in re.findall(r"`([a-z_]+/[a-z0-9_/]+\.py)`", page.read_text("utf-8"))}

    assert len(named) > 100
    assert [name for name in sorted(named) if not ((ROOT / name).exists() or (ROOT / "fibercap" / name).exists())] == []


def test_imports_are_counted_once_for_each_pair_of_files() -> None:
    sources = {
        "fibercap/model/a.py": "from fibercap.core.b import c, d\nfrom fibercap.core import e\nimport fibercap.core.b\n",
        "fibercap/core/b.py": "from fibercap.core import e\n",
        "fibercap/core/e.py": "",
    }

    assert arrows(sources) == {("model", "core"): 2}


def test_a_folder_without_a_floor_is_named() -> None:
    with pytest.raises(SystemExit, match=r"knows no floor for views/paintings; add it to FLOORS"):
        picture({"fibercap/views/paintings/a.py": ""})
