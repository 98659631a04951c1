"""Series in CSV files: read as if their cells stood in their place; every bad file gets its message and place."""

from __future__ import annotations

import contextlib
import hashlib
import json
import random
import re
import tempfile
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fibercap.core.errors import ScenarioError
from fibercap.core.trees.tree import Branch, Leaf, leaves, subtree
from fibercap.model.project import project
from fibercap.reading.files import read, read_loans, scenario_of
from fibercap.reading.yaml_writer import yaml_text
from fibercap.views.files.run_folder import run_folder
from tests.errors import PLAN, Example

PLACE = "price: 40 USD/km"
SERIES = "price: {file: prices.csv, column: smf}"
LINES = "year,smf\n2000,40 USD/km\n2002,38 USD/km\n"


def plan_with(text: str) -> str:
    """Return the plan with another price."""
    assert PLAN.count(PLACE) == 1
    return PLAN.replace(PLACE, text)


def of_file(content: str | bytes, text: str = SERIES, name: str = "prices.csv") -> Example:
    """Return the plan whose price stands in a file."""
    return Example({"plan.yaml": plan_with(text), name: content})


def prices(folder: Path, content: str | bytes, text: str = SERIES) -> dict[str, str]:
    """Return the keys and values of the price that a file of a folder holds."""
    (folder / "plan.yaml").write_text(plan_with(text))
    (folder / "prices.csv").write_bytes(content if isinstance(content, bytes) else content.encode())
    series = subtree(read(folder / "plan.yaml").tree, ("products", "fiber", "price"))
    assert isinstance(series, Branch)
    return {path[0]: str(leaf.value) for path, leaf in leaves(series)}


KEPT = {"2000": "40 USD/km", "2002": "38 USD/km"}
FORMS: Mapping[str, str | bytes] = {
    "as it is": LINES,
    "keys in any order": "year,smf\n2002,38 USD/km\n2000,40 USD/km\n",
    "the unit in the first line": "year,smf [USD/km]\n2000,40\n2002,38\n",
    "a byte order mark, and lines of Windows": b"\xef\xbb\xbf" + LINES.replace("\n", "\r\n").encode(),
    "lines of an old Mac": LINES.replace("\n", "\r"),
    "no line break at the end": LINES.rstrip(),
    "blank lines": "\nyear,smf\n\n2000,40 USD/km\n,\n   \n2002,38 USD/km\n\n",
    "blanks around cells": "year , smf\n 2000 , 40 USD/km \n2002,\t38 USD/km\n",
    "quoted cells": '"year","smf"\n"2000","40 USD/km"\n2002, "38 USD/km"\n',
    "other columns": 'year,note,smf,mmf\n2000,"a ""b"", c",40 USD/km,70 USD/km\n2002,"two\nlines",38 USD/km\n',
    "empty cells at the end": "year,smf,\n2000,40 USD/km,,\n2002,38 USD/km,,,\n",
}


@pytest.mark.parametrize("content", FORMS.values(), ids=FORMS)
def test_a_column_is_read_however_the_file_is_laid_out(content: str | bytes, tmp_path: Path) -> None:
    assert dict(sorted(prices(tmp_path, content).items())) == KEPT


def test_a_unit_in_the_first_line_may_have_a_scale(tmp_path: Path) -> None:
    content = "year,smf [thousand USD/km]\n2000,0.04\n2002,3.8e-2\n"
    assert prices(tmp_path, content) == {"2000": "0.04 thousand USD/km", "2002": "3.8e-2 thousand USD/km"}


def test_what_stands_beside_the_file_is_kept(tmp_path: Path) -> None:
    text = "price: {value: {file: prices.csv, column: smf, growth: 3 %/year, interpolate: linear}, source: offer}"
    (tmp_path / "prices.csv").write_text(LINES)
    (tmp_path / "plan.yaml").write_text(plan_with(text))
    scenario = read(tmp_path / "plan.yaml")

    price = scenario.products["fiber"].price
    assert price.linear
    assert price.growth is not None
    assert float(price.growth.rate or 0) == 0.03
    (source,) = {item.source for item in scenario.inputs() if item.path == "products.fiber.price"}
    assert source == "offer"


def test_a_cell_has_its_place_and_the_plan_shows_its_value(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    prices(tmp_path, 'year,note,smf\n2000,"two\nlines",40 USD/km\n2002,,"38 USD/km"\n')
    shown = yaml_text(read("plan.yaml").tree)
    assert "      2000: 40 USD/km  # prices.csv:3\n      2002: 38 USD/km  # prices.csv:4\n" in shown
    leaf = subtree(read("plan.yaml").tree, ("products", "fiber", "price", "2002"))
    assert isinstance(leaf, Leaf)
    assert leaf.place is not None
    assert (leaf.place.file, leaf.place.line, leaf.place.column, leaf.place.width) == ("prices.csv", 4, 8, 9)


SERIES_OF_PLANS = {
    "products.fiber.demand": ("100_000 km/year", "90_000 km/year"),
    "plants.works.capacity": ("100_000 km/year", "90_000 km/year"),
    "plants.works.utilization": ("80 %", "70 %"),
    "projects.line.fixed_cost": ("1 million USD/year", "2 million USD/year"),
    "company.overhead": ("1 million USD/year", "2 million USD/year"),
    "working_capital.receivables": ("30 days", "60 days"),
    "tax.rate": ("30 %", "25 %"),
    "rates.libor": ("5 %/year", "6 %/year"),
    "indices.cpi": ("2 %/year", "3 %/year"),
    "exchange.EUR.average": ("1.1 USD/EUR", "1.2 USD/EUR"),
    "exchange.EUR.closing": ("1.1 USD/EUR", "1.2 USD/EUR"),
    "loans.bank.rate": ("8 %/year", "9 %/year"),
}


@pytest.mark.parametrize("path", SERIES_OF_PLANS)
def test_a_file_is_taken_wherever_a_series_is(path: str, tmp_path: Path) -> None:
    one, two = SERIES_OF_PLANS[path]
    (tmp_path / "table.csv").write_text(f"key,it\n2000,{one}\n2001-07,{two}\n")
    base = PLAN + "exchange: {EUR: {average: 1 USD/EUR, closing: 1 USD/EUR}}\n"
    (tmp_path / "base.yaml").write_text(base)

    def plan_of(value: str) -> Mapping[str, object]:
        verb = "change" if path.startswith(("exchange", "loans", "rates")) else "add"
        verb = "change" if path == "plants.works.capacity" else verb
        (tmp_path / "plan.yaml").write_text(f"fibercap: 1\nextends: base.yaml\n{verb}: {{{path}: {value}}}\n")
        scenario = read(tmp_path / "plan.yaml")
        return {".".join(p): leaf.value for p, leaf in leaves(scenario.tree) if p[0] != "id"}

    assert plan_of("{file: table.csv, column: it}") == plan_of(f"{{2000: {one}, 2001-07: {two}}}")


def test_days_are_keys_of_a_rate_of_a_loan(tmp_path: Path) -> None:
    (tmp_path / "rates.csv").write_text("day,bank\n2000-01-15,8 %/year\n2001-03-31,9 %/year\n")
    (tmp_path / "loans.yaml").write_text(
        "fibercap: 1\nloans:\n  bank: {commitment: 3 MUSD, signed: 2000-01-15, matures: 5 years, "
        "rate: {file: rates.csv, column: bank}}\n"
    )
    loan = read_loans(tmp_path / "loans.yaml").loans["bank"]
    assert [str(day) for day in loan.rate.days] == ["2000-01-15", "2001-03-31"]


def test_options_and_settings_lay_files_over_the_plan(tmp_path: Path) -> None:
    (tmp_path / "high.csv").write_text("year,smf\n2000,50 USD/km\n2001,51 USD/km\n")
    option = "options: {high: {change: {products.fiber.price: {file: high.csv, column: smf}}}}\n"
    (tmp_path / "plan.yaml").write_text(plan_with(SERIES) + option)
    (tmp_path / "prices.csv").write_text(LINES)
    expected = {"2000": "50 USD/km", "2002": "38 USD/km", "2001": "51 USD/km"}

    def price(**how: object) -> dict[str, str]:
        series = subtree(read(tmp_path / "plan.yaml", **how).tree, ("products", "fiber", "price"))  # type: ignore[arg-type]
        assert isinstance(series, Branch)
        return {path[0]: leaf.text for path, leaf in leaves(series)}

    assert price(option="high") == expected
    assert price(settings=["products.fiber.price={file: high.csv, column: smf}"]) == expected
    assert price(settings=["products.fiber.price.2002=30 USD/km"]) == {**KEPT, "2002": "30 USD/km"}
    assert price(settings=["products.fiber.price={times: 0.5}"]) == {"2000": "20 USD/km", "2002": "19 USD/km"}
    with pytest.raises(ScenarioError, match=re.escape("no column `mmf` in ")):
        price(settings=["products.fiber.price={file: high.csv, column: mmf}"])


def test_a_path_starts_in_the_folder_of_the_file_that_has_it(tmp_path: Path) -> None:
    (tmp_path / "inner").mkdir()
    (tmp_path / "inner" / "plan.yaml").write_text(plan_with(SERIES))
    (tmp_path / "inner" / "prices.csv").write_text(LINES)
    (tmp_path / "demand.csv").write_text("year,km\n2000,100_000 km/year\n")
    text = "fibercap: 1\nextends: inner/plan.yaml\nadd: {products.fiber.demand: {file: demand.csv, column: km}}\n"
    (tmp_path / "child.yaml").write_text(text)

    scenario = read(tmp_path / "child.yaml")
    assert float(scenario.products["fiber"].price.values[1]) == 38
    assert set(scenario.files_read) == {"child.yaml", "inner/plan.yaml", "inner/prices.csv", "demand.csv"}

    (tmp_path / "other").mkdir()
    outside = "{file: ../demand.csv, column: km}"
    text = f"fibercap: 1\nextends: ../inner/plan.yaml\nadd: {{products.fiber.demand: {outside}}}\n"
    (tmp_path / "other" / "child.yaml").write_text(text)
    with pytest.raises(ScenarioError, match="leads out of the folder") as error:
        read(tmp_path / "other" / "child.yaml")
    assert [problem.code for problem in error.value.problems] == ["outside", "outside"]
    assert float(read(tmp_path / "other" / "child.yaml", allow_outside=True).products["fiber"].price.values[1]) == 38


def test_a_plan_without_folders_reads_the_same_wherever_it_lies(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "plan.yaml").write_text(PLAN)
    (tmp_path / "in" / "prices.csv").write_text(LINES)
    text = f"fibercap: 1\nextends: plan.yaml\nchange: {{products.fiber.{SERIES}}}\n"
    (tmp_path / "in" / "child.yaml").write_text(text.replace(".price:", ".price: "))
    monkeypatch.chdir(tmp_path)
    above = yaml_text(read("in/child.yaml").tree, folders=False)
    monkeypatch.chdir(tmp_path / "in")
    assert yaml_text(read("child.yaml").tree, folders=False) == above
    assert "2000: 40 USD/km  # prices.csv:2 child.yaml\n" in above


def test_an_entry_that_is_like_another_takes_its_file(tmp_path: Path) -> None:
    (tmp_path / "prices.csv").write_text(LINES)
    text = plan_with(SERIES).replace("products: {fiber: {", "products: {more: {like: fiber}, fiber: {")
    (tmp_path / "plan.yaml").write_text(text)
    products = read(tmp_path / "plan.yaml").products
    assert products["more"].price == products["fiber"].price


def test_a_plant_may_be_named_file() -> None:
    text = PLAN.replace("works", "file").replace("line", "column")
    assert set(scenario_of(text).plants) == {"file"}


def test_a_text_without_a_file_reads_from_the_current_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ScenarioError, match=r"no file `prices\.csv` in the current folder.*there are no CSV files"):
        scenario_of(plan_with(SERIES))
    Path("prices.csv").write_text(LINES)
    assert float(scenario_of(plan_with(SERIES)).products["fiber"].price.values[1]) == 38


@pytest.mark.long
def test_the_manifest_lists_what_was_read_with_its_hash(tmp_path: Path) -> None:
    (tmp_path / "prices.csv").write_text(LINES)
    option = "options: {dear: {change: {products.fiber.price: {times: 1.1}}}}\n"
    (tmp_path / "base.yaml").write_text(plan_with(SERIES) + option)
    text = "fibercap: 1\nextends: base.yaml\nchange: {horizon.step: year}\n"
    (tmp_path / "plan.yaml").write_text(text)
    scenario = read(tmp_path / "plan.yaml", option="dear", settings=["plants.works.capacity=1 km/year"])
    hashes = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in tmp_path.iterdir()}
    assert scenario.files_read == hashes
    assert json.loads(run_folder(project(scenario), "", (), "year")["manifest.json"])["read"] == hashes


BAD: Mapping[str, tuple[Example, str]] = {
    "a file that is missing": (
        of_file(LINES, name="price.csv"),
        """\
plan.yaml:5:34: products.fiber.price
    5 | products: {fiber: {price: {file: prices.csv, column: smf}}}
      |                                  ^^^^^^^^^^
    no file `prices.csv` in the current folder; did you mean `price.csv`?""",
    ),
    "a folder": (
        Example({"plan.yaml": plan_with(SERIES.replace("prices.csv", "inner")), "inner/prices.csv": LINES}),
        """\
plan.yaml:5:34: products.fiber.price
    5 | products: {fiber: {price: {file: inner, column: smf}}}
      |                                  ^^^^^
    found `inner`, a folder, wanted a CSV file; name a file""",
    ),
    "a file outside the folder": (
        Example(
            {"in/plan.yaml": plan_with(SERIES.replace("prices", "../prices")), "prices.csv": LINES}, "in/plan.yaml"
        ),
        """\
in/plan.yaml:5:34: products.fiber.price
    5 | products: {fiber: {price: {file: ../prices.csv, column: smf}}}
      |                                  ^^^^^^^^^^^^^
    `../prices.csv` leads out of the folder in; move it inside, or give \
`--allow-outside`""",
    ),
    "not UTF-8": (
        of_file("year,smf\n2000,40 USD/km\n2001,Caf\xe9\n".encode("latin-1")),
        """\
prices.csv:3:9
    3 | 2001,Caf\ufffd
      |         ^
    found the byte 0xe9, which is not UTF-8, wanted UTF-8 text; save the sheet as CSV in UTF-8""",
    ),
    "a workbook": (
        of_file(b"PK\x03\x04\xe9"),
        """\
prices.csv:1:1
    found a packed file, as workbooks are, wanted UTF-8 text; save the sheet as CSV in UTF-8""",
    ),
    "a character of no text": (
        of_file("year,smf\n2000,40\x00 USD/km\n"),
        """\
prices.csv:2:8
    2 | 2000,40  USD/km
      |        ^
    found the unprintable character U+0000, wanted plain text; remove it""",
    ),
    "a file that is too large": (
        of_file("year,smf\n" + "2000,40 USD/km\n" * 400_000),
        """\
prices.csv:1:1
    found more than 5,000,000 bytes, wanted at most 5,000,000 bytes; write less, or less deep""",
    ),
    "more values than a plan may have": (
        of_file("year,smf\n" + "2000,4 USD/km\n" * 200_001),
        """\
plan.yaml:5:54: products.fiber.price
    5 | products: {fiber: {price: {file: prices.csv, column: smf}}}
      |                                                      ^^^
    found more than 200,000 values in the files of series, wanted a plan that a person can read; name shorter files""",
    ),
    "an empty file": (
        of_file("\n,,\n"),
        """\
prices.csv:1:1
    found an empty file, wanted a CSV file; write the names of its columns in the first line, such as `period,price`""",
    ),
    "no line but the first": (
        of_file("year,smf\n"),
        """\
plan.yaml:5:54: products.fiber.price
    5 | products: {fiber: {price: {file: prices.csv, column: smf}}}
      |                                                      ^^^
    found no line below the names of the columns in prices.csv, wanted values by period; write one for each period""",
    ),
    "no such column": (
        of_file("year,smff [USD/km],mmf\n2000,40,5 USD/km\n"),
        """\
plan.yaml:5:54: products.fiber.price
    5 | products: {fiber: {price: {file: prices.csv, column: smf}}}
      |                                                      ^^^
    no column `smf` in prices.csv; did you mean `smff`?""",
    ),
    "the column of the keys": (
        of_file("smf,mmf\n2000,40 USD/km\n"),
        """\
plan.yaml:5:54: products.fiber.price
    5 | products: {fiber: {price: {file: prices.csv, column: smf}}}
      |                                                      ^^^
    no column `smf` in prices.csv; the first column has the keys; name another""",
    ),
    "a column twice": (
        of_file("year,smf,smf [USD/km]\n2000,40 USD/km,40\n"),
        """\
plan.yaml:5:54: products.fiber.price
    5 | products: {fiber: {price: {file: prices.csv, column: smf}}}
      |                                                      ^^^
    two columns `smf` in prices.csv; rename one of the two""",
    ),
    "no names of columns": (
        of_file("2000,40 USD/km\n"),
        """\
plan.yaml:5:54: products.fiber.price
    5 | products: {fiber: {price: {file: prices.csv, column: smf}}}
      |                                                      ^^^
    no column `smf` in prices.csv; write the names of its columns in the first line, such as `period,smf`""",
    ),
    "semicolons between cells": (
        of_file("year;smf\n2000;40,5 USD/km\n"),
        """\
plan.yaml:5:54: products.fiber.price
    5 | products: {fiber: {price: {file: prices.csv, column: smf}}}
      |                                                      ^^^
    no column `smf` in prices.csv; its cells are divided by `;`; save it with commas between cells, and points before \
decimals""",
    ),
    "a decimal comma": (
        of_file("year,smf\n2000,40,5 USD/km\n"),
        """\
prices.csv:2:9: products.fiber.price.2000
    2 | 2000,40,5 USD/km
      |         ^^^^^^^^
    found 3 cells, where the first line has 2, wanted a cell for each column; write a point before decimals, no comma \
between thousands, and quotes around a text with a comma""",
    ),
    "a decimal comma in quotes": (
        of_file('year,smf [USD/km]\n2000,"40,5"\n'),
        """\
prices.csv:2:7: products.fiber.price.2000
    2 | 2000,"40,5"
      |       ^^^^
    found `40,5 USD/km`, wanted money per length; a comma is not allowed in a number; write `40.5 USD/km`""",
    ),
    "an empty cell": (
        of_file("year,smf [USD/km],mmf\n2000,40,5\n2001,,6\n"),
        """\
prices.csv:3:6: products.fiber.price.2001
    3 | 2001,,6
      |      ^
    found an empty cell, wanted a value; write the value, or remove the line; each value holds until the next key""",
    ),
    "a line that ends too early": (
        of_file("year,smf [USD/km]\n2000,40\n2001\n"),
        """\
prices.csv:3:5: products.fiber.price.2001
    3 | 2001
      |     ^
    found an empty cell, wanted a value; write the value, or remove the line; each value holds until the next key""",
    ),
    "a line without a key": (
        of_file("year,smf [USD/km]\n2000,40\n,41\n"),
        """\
prices.csv:3:1: products.fiber.price
    3 | ,41
      | ^
    found a line without a key, wanted a year, quarter or month; the first column has the keys; write it like \
`2001`, `2001-Q3` or `2001-07`""",
    ),
    "a key twice": (
        of_file("year,smf [USD/km]\n2000,40\n2001,41\n2000,42\n"),
        """\
prices.csv:4:1: products.fiber.price.2000
    4 | 2000,42
      | ^^^^
    `2000` is written twice (first in line 2); keep one of the two""",
    ),
    "two keys of one moment": (
        of_file("year,smf [USD/km]\n2000,40\n2000-Q1,41\n"),
        """\
prices.csv:3:1: products.fiber.price.2000-Q1
    3 | 2000-Q1,41
      | ^^^^^^^
    found `2000-Q1`, which starts together with `2000`, wanted one value for each moment; keep one of them""",
    ),
    "a key that is no period": (
        of_file("year,smf [USD/km]\n2000,40\n01/2001,41\n"),
        """\
prices.csv:3:1: products.fiber.price.01/2001
    3 | 01/2001,41
      | ^^^^^^^
    found the key `01/2001`, wanted a year, quarter or month; write it like `2001`, `2001-Q3` or `2001-07`""",
    ),
    "a key that stands beside periods": (
        of_file("year,smf\n2000,40 USD/km\ngrowth,5 %/year\n"),
        """\
prices.csv:3:1: products.fiber.price.growth
    3 | growth,5 %/year
      | ^^^^^^
    found the key `growth`, wanted a year, quarter or month; the first column has the keys; write it like `2001`, \
`2001-Q3` or `2001-07`""",
    ),
    "a business year without business years": (
        of_file("year,smf [USD/km]\nFY2000,40\n"),
        """\
prices.csv:2:1: products.fiber.price.FY2000
    2 | FY2000,40
      | ^^^^^^
    found the key `FY2000`, wanted a year, quarter or month; years end in December: write `2000`, or name another month \
in `horizon`, such as `year_ends: June`""",
    ),
    "numbers without a unit": (
        of_file("year,smf\n2000,40\n2001,41\n"),
        """\
prices.csv:1:6: products.fiber.price
    1 | year,smf
      |      ^^^
    numbers without a unit; write it in each cell, or once in the first line, as `smf [UNIT]`""",
    ),
    "one number without a unit": (
        of_file("year,smf\n2000,40 USD/km\n2001,41\n"),
        """\
prices.csv:3:6: products.fiber.price.2001
    3 | 2001,41
      |      ^^
    found the bare number `41`, wanted money per length; write it like `41 USD/km`""",
    ),
    "a unit in the cell and in the first line": (
        of_file("year,smf [USD/km]\n2000,40 USD/km\n"),
        """\
prices.csv:2:6: products.fiber.price.2000
    2 | 2000,40 USD/km
      |      ^^^^^^^^^
    found `40 USD/km` in a column of `USD/km`, wanted a number without a unit; remove the unit in the cell, or the one \
in the first line""",
    ),
    "a unit of something else": (
        of_file("year,smf [USD]\n2000,40\n"),
        """\
prices.csv:2:6: products.fiber.price.2000
    2 | 2000,40
      |      ^^
    found an amount of money, wanted money per length; write it like `40 USD/km`""",
    ),
    "no number": (
        of_file("year,smf [USD/km]\n2000,nan\n"),
        """\
prices.csv:2:6: products.fiber.price.2000
    2 | 2000,nan
      |      ^^^
    found `nan USD/km`, wanted money per length; write it like `31 USD/km`""",
    ),
    "an infinite number": (
        of_file("year,smf\n2000,inf USD/km\n"),
        """\
prices.csv:2:6: products.fiber.price.2000
    2 | 2000,inf USD/km
      |      ^^^^^^^^^^
    found `inf USD/km`, wanted money per length; write it like `31 USD/km`""",
    ),
    "a number that is too low": (
        of_file("year,smf [USD/km]\n2000,-3\n"),
        """\
prices.csv:2:6: products.fiber.price.2000
    2 | 2000,-3
      |      ^^
    found `-3 USD/km`, wanted at least 0 USD/km""",
    ),
    "a quote that is not closed": (
        of_file('year,smf\n2000,"40 USD/km\n'),
        """\
prices.csv:2:6
    2 | 2000,"40 USD/km
      |      ^
    found a quote that is not closed, wanted cells divided by commas; close it; a quote inside a quoted cell is \
written twice""",
    ),
    "text after a quote": (
        of_file('year,smf\n2000,"40" USD/km\n'),
        """\
prices.csv:2:6
    2 | 2000,"40" USD/km
      |      ^
    found text after a closing quote, wanted cells divided by commas; put the whole cell in quotes, and write a quote \
inside it twice""",
    ),
    "a cell without an end": (
        of_file('year,smf\n2000,"' + "4" * 140_000 + '"\n'),
        """\
    found a cell that is too long, wanted cells divided by commas; close its quote, or write less""",
    ),
    "a series that begins too late": (
        of_file("year,smf [USD/km]\n2001,40\n"),
        """\
    found a series that starts at 2001, wanted one that covers the horizon's start; add a value from 2000 on""",
    ),
    "a growth that is a share": (
        of_file(LINES, SERIES.replace("smf", "smf, growth: 5 %")),
        """\
plan.yaml:5:67: products.fiber.price.growth
    5 | products: {fiber: {price: {file: prices.csv, column: smf, growth: 5 %}}}
      |                                                                   ^^^
    found a share, wanted a rate per time; write it like `5 %/year`""",
    ),
    "no column": (
        of_file(LINES, "price: {file: prices.csv}"),
        """\
plan.yaml:5:28: products.fiber.price
    5 | products: {fiber: {price: {file: prices.csv}}}
      |                            ^^^^
    `file` without `column`; write it like `{file: prices.csv, column: price}`""",
    ),
    "no file": (
        of_file(LINES, "price: {column: smf}"),
        """\
plan.yaml:5:28: products.fiber.price
    5 | products: {fiber: {price: {column: smf}}}
      |                            ^^^^^^
    `column` without `file`; write it like `{file: prices.csv, column: price}`""",
    ),
    "a misspelt key": (
        of_file(LINES, "price: {file: prices.csv, column: smf, grwoth: 5 %/year}"),
        """\
plan.yaml:5:59: products.fiber.price.grwoth
    5 | products: {fiber: {price: {file: prices.csv, column: smf, grwoth: 5 %/year}}}
      |                                                           ^^^^^^
    found `grwoth` beside a series of a file, wanted one of `file`, `column`, `growth`, `interpolate`; did you mean \
`growth`?""",
    ),
    "a period beside a file": (
        of_file(LINES, "price: {file: prices.csv, column: smf, 2004: 5 USD/km}"),
        """\
plan.yaml:5:59: products.fiber.price.2004
    5 | products: {fiber: {price: {file: prices.csv, column: smf, 2004: 5 USD/km}}}
      |                                                           ^^^^
    found `2004` beside a series of a file, wanted one of `file`, `column`, `growth`, `interpolate`; write it in the \
file, or change it in a file that extends this one""",
    ),
    "a source beside a file": (
        of_file(LINES, "price: {file: prices.csv, column: smf, source: offer}"),
        """\
plan.yaml:5:59: products.fiber.price.source
    5 | products: {fiber: {price: {file: prices.csv, column: smf, source: offer}}}
      |                                                           ^^^^^^
    found `source` beside a series of a file, wanted one of `file`, `column`, `growth`, `interpolate`; write it like \
`{value: {file: prices.csv, column: price}, source: ...}`""",
    ),
    "a file of nothing": (
        of_file(LINES, "price: {file: , column: smf}"),
        """\
plan.yaml:5:28: products.fiber.price.file
    5 | products: {fiber: {price: {file: , column: smf}}}
      |                            ^^^^
    the key has no value; write one, or remove the key""",
    ),
    "a block as a file": (
        of_file(LINES, "price: {file: {a: b}, column: smf}"),
        """\
plan.yaml:5:28: products.fiber.price.file
    5 | products: {fiber: {price: {file: {a: b}, column: smf}}}
      |                            ^^^^
    found a block, wanted one name; write one value""",
    ),
    "a file where no series is taken": (
        Example({"plan.yaml": PLAN.replace("5 million USD\n    spend", "{file: prices.csv, column: smf}\n    spend")}),
        """\
plan.yaml:12:5: projects.line.capex
    12 |     capex: {file: prices.csv, column: smf}
       |     ^^^^^
    found a block, wanted an amount of money like `25 million USD`; write one value here""",
    ),
}


@pytest.mark.parametrize(("example", "message"), BAD.values(), ids=BAD)
def test_a_bad_file_says_where_and_the_way_out(example: Example, message: str) -> None:
    (problem,) = example.problems()
    assert problem.render().endswith(message)


def test_all_that_is_wrong_with_a_file_is_reported_at_once() -> None:
    spoilt = "year,smf [USD/km]\n2000,40\n2001,x\n2002,\n2003,-1\n"
    example = of_file(spoilt, SERIES.replace("smf", "smf, growth: 5 %"))
    places = [(problem.place.file, problem.place.line) for problem in example.problems() if problem.place]
    assert places == [("plan.yaml", 5), ("prices.csv", 3), ("prices.csv", 4), ("prices.csv", 5)]


VALUES = st.integers(0, 10**6).map(lambda number: f"{number / 100:.2f} USD/km")
KEYS = st.sampled_from(["2000-Q2", "2000-11", "2001", "2001-Q3", "2002-05", "2003", "2004-12"])
BESIDE = st.sampled_from(["", "growth: 4 %/year", "interpolate: linear", "growth: {rate: -3 %/year, every: month}"])


@pytest.mark.long
@settings(max_examples=40)
@given(st.dictionaries(KEYS, VALUES, max_size=5), VALUES, BESIDE, st.randoms())
def test_a_series_of_a_file_is_the_series_as_typed(
    later: dict[str, str], first: str, beside: str, order: random.Random
) -> None:
    """The plan is the same, but for where its values stand."""
    lines = [f"{key},{value}" for key, value in {"2000": first, **later}.items()]
    order.shuffle(lines)
    typed = ", ".join([line.replace(",", ": ") for line in lines] + [beside] * bool(beside))
    with tempfile.TemporaryDirectory() as folder, contextlib.chdir(folder):
        Path("prices.csv").write_text("\n".join(["year,smf", *lines]))
        name = ", ".join(["file: prices.csv", "column: smf", *[beside] * bool(beside)])
        one, two = (scenario_of(plan_with(f"price: {{{text}}}")) for text in (name, typed))
    assert one.tree == two.tree
    assert one.digest() == two.digest()
    assert np.array_equal(project(one).value("accounts.revenue"), project(two).value("accounts.revenue"))
