"""Whatever the texts of a file hold, they leave as texts: in the terminal, in JSON, in YAML, in any encoding."""

from __future__ import annotations

import io
import json
import re
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest

from fibercap.cli import main
from fibercap.core.errors import ScenarioError
from fibercap.core.language.names import as_name, is_name
from fibercap.core.visible_text import visible
from fibercap.reading.files import read, scenario_of

pytestmark = pytest.mark.long

TEXT = (
    r"Works [/] [link=http://e]y[/link] :smile: \x1b]0;owned\x07 \x1b[31mred\x9b31m \u202eabc =1+1 $x^2_{$"
    r" <script>alert(1)</script> ' & {x} {{7*7}} \u2588 \U0001f600 \u2264 \xe9 \x00 # : -\r\nline"
)
PLAN = f"""\
fibercap: 1
id: x
title: "{TEXT}"
note: "{TEXT}"
sources: {{s: {{title: "{TEXT}", kind: stated, date: "{TEXT}", url: "javascript:alert(1)"}}}}
default_source: s
horizon: {{from: 2001, to: 2003, step: quarter}}
money: {{report_in: USD, discount_rate: {{value: 12 %/year, where: "{TEXT}", note: "{TEXT}"}}, terminal_value: book}}
products: {{fiber: {{name: "{TEXT}", price: {{value: 40 USD/km, note: "{TEXT}"}}}}}}
plants: {{works: {{name: "{TEXT}", product: fiber, capacity: 200_000 km/year, cash_cost: 20 USD/km}}}}
projects:
  line: {{name: "{TEXT}", plant: works, adds: 150_000 km/year, capex: 9 million USD, spend: {{2001: 100 %}}, complete: 2001-12-31}}
loans:
  bank:
    {{title: "{TEXT}", lender: "{TEXT}", note: "{TEXT}", commitment: 6 million USD, signed: 2001-01-01, matures: 2 years,
    rate: 8 %/year, covenants: {{cover: {{says: "{TEXT}", row: accounts.dscr, at_least: 50, note: "{TEXT}"}}}}}}
funding: {{line: {{bank: 6 million USD, equity: rest}}}}
options: {{level: {{title: "{TEXT}"}}, bullet: {{title: "{TEXT}", change: {{loans.bank.repayment: {{style: bullet}}}}}}}}
claims:
  a: {{says: "{TEXT}", where: "{TEXT}", row: plants.works.nameplate, when: end of 2002, above: 900_000 km/year, note: "{TEXT}"}}
"""
COMMANDS = (
    "run x.yaml", "run x.yaml --json", "compare x.yaml", "compare x.yaml --json", "check x.yaml", "check x.yaml --json",
    "loan x.yaml", "loan x.yaml --json", "loan x.yaml --csv", "size x.yaml bank --dscr 1.3", "show x.yaml",
    "solve x.yaml --vary products.fiber.price --measure project_npv --equals 0", "explain x.yaml min_dscr",
    "explain x.yaml products.fiber.price", "explain x.yaml products.fiber.price --json", "show x.yaml --json",
    "diff x.yaml --option bullet --results", "diff x.yaml --option bullet --json", "schema",
    "show x.yaml --set title=new", "run x.yaml --option \x1b[31m", "run x.yaml --set title=\udcff", "explain x.yaml \x1b[1m",
    "\x1b[31m", "check x.yaml --\x1b[31m", "loan x.yaml \x1b[1m", "run \x1b]0;x.yaml",
)  # fmt: skip
PRINTED = [command for command in COMMANDS if "json" in command or command == "run x.yaml"]
CONTROL = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u061c\u202a-\u202e\u2066-\u2069\ud800-\udfff\u2028\u2029]"
)


def run_command(arguments: list[str], encoding: str, monkeypatch: pytest.MonkeyPatch) -> tuple[Any, str, str]:
    """Return code, output and messages of a command in a terminal of an encoding, which refuses what it has not."""
    streams = [io.TextIOWrapper(io.BytesIO(), encoding=encoding, errors="strict", newline="\n") for _ in range(2)]
    with monkeypatch.context() as patch:
        patch.setattr(sys, "stdout", streams[0])
        patch.setattr(sys, "stderr", streams[1])
        with pytest.raises(SystemExit) as ended:
            main(arguments)
    messages = []
    for stream in streams:
        stream.seek(0)
        messages.append(stream.read())
    return ended.value.code, messages[0], messages[1]


@pytest.mark.parametrize(
    ("command", "encoding"),
    [
        *((command, encoding) for command in COMMANDS for encoding in ("utf-8", "ascii")),  # the two ends
        *((command, encoding) for command in PRINTED for encoding in ("cp1252", "cp437", "latin-1")),
    ],
)
def test_a_text_is_a_text_in_any_encoding(
    command: str, encoding: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "80")
    Path("x.yaml").write_text(PLAN, encoding="utf-8")

    code, out, err = run_command(command.split(), encoding, monkeypatch)

    assert code in (0, 1, 2)
    assert (code == 2) == bool(re.search("[\x1b\udcff]", command) and "title" not in command)
    assert not CONTROL.search(out + err)
    assert encoding != "ascii" or (out + err).isascii()
    if "--json" in command and not code:
        json.loads(out)


FORGED = "VERDICT    dear: worth 900 million USD to the owners"
LINES = {
    "title: t\n": f'title: "Sound{" plan" * 14} {FORGED}"\n', "title: bank": f'title: "bank\\n{FORGED}"', "t1": f'"t\\r\\n\\n{FORGED}"',
    "t2": f'"t\\u2028{FORGED}"', "says: s": 'says: "s\\n        PASS"', "grows": f'"grows\\x0b{FORGED}"',
}  # fmt: skip
LINED = """\
fibercap: 1
id: x
title: t
horizon: {from: 2001, to: 2003, step: quarter}
money: {report_in: USD, discount_rate: 12 %/year}
products: {fiber: {price: 40 USD/km}}
plants: {works: {product: fiber, capacity: 200_000 km/year, cash_cost: 20 USD/km}}
projects: {line: {plant: works, adds: 150_000 km/year, capex: 9 million USD, complete: 2001-12-31}}
loans: {bank: {title: bank, commitment: 6 million USD, signed: 2001-01-01, matures: 2 years, rate: 8 %/year,
  covenants: {cover: {says: s, row: accounts.dscr_12m, at_least: 50}}}}
funding: {line: {bank: 6 million USD, equity: rest}}
options: {fair: {title: t1}, dear: {title: t2, change: {loans.bank.rate: 9 %/year}}}
claims: {a: {says: grows, row: plants.works.nameplate, when: end of 2002, above: 900_000 km/year}}
"""


@pytest.mark.parametrize(
    "command", ["run --only summary", "check", "compare", "run --only claims", "loan", "sensitivity"]
)
def test_no_part_of_a_title_passes_for_a_line_of_its_own(
    command: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither by breaks of lines of any kind nor, at the head of a page, by its length."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "80")
    text = LINED
    for plain, forged in LINES.items():
        assert plain in text
        text = text.replace(plain, forged)
    Path("x.yaml").write_text(text, encoding="utf-8")

    verb, *options = command.split()
    _, out, _ = run_command([verb, "x.yaml", *options], "utf-8", monkeypatch)

    assert "VERDICT" in out
    assert not [line for line in out.splitlines() if line.startswith("VERDICT    dear") or line.strip() == "PASS"]


def test_json_and_yaml_say_the_same_in_any_encoding(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("x.yaml").write_text(PLAN, encoding="utf-8")
    plan = read("x.yaml")

    for encoding in ("utf-8", "ascii"):
        _, document, _ = run_command(["run", "x.yaml", "--json"], encoding, monkeypatch)
        _, resolved, _ = run_command(["show", "x.yaml", "--set", "title=new"], encoding, monkeypatch)

        assert json.loads(document)["scenario"]["title"] == plan.title
        assert scenario_of(resolved).plants["works"].name == plan.plants["works"].name


@pytest.mark.parametrize(
    "name",
    [
        "a b",
        "../up",
        "a/b",
        "[/]",
        "[red]",
        "=1+1",
        "$x$",
        "a\x1b[1m",
        "\u202eb",
        "größe",
        "a" * 65,
        "",
        "-x",
        "a:b",
        "{x}",
    ],
)
@pytest.mark.parametrize(
    "named",
    ["id: {}", "sources: {{{}: {{title: t, kind: stated}}}}", "rates: {{{}: 5 %/year}}", "options: {{{}: {{}}}}",
     "claims: {{{}: {{says: s, measure: project_npv, above: 0 USD}}}}", "projects: {{{}: {{plant: works}}}}",
     "loans: {{{}: {{commitment: 1 million USD, signed: 2001-01-01, matures: 2 years, rate: 8 %/year}}}}",
     "loans: {{b: {{commitment: 1 MUSD, signed: 2001-01-01, matures: 2 years, rate: 8 %/year, "
     "covenants: {{{}: {{says: s, row: accounts.dscr, at_least: 1}}}}}}}}"],
)  # fmt: skip
def test_a_name_is_no_path_and_no_markup(named: str, name: str) -> None:
    plan = (
        "fibercap: 1\nhorizon: {from: 2001, to: 2003}\nmoney: {report_in: USD}\nproducts: {fiber: {price: 40 USD/km}}\n"
        "plants: {works: {product: fiber, capacity: 200_000 km/year, cash_cost: 22 USD/km}}\n"
    )

    with pytest.raises(ScenarioError) as refused:
        scenario_of(plan + named.format(json.dumps(name)))

    assert "not_a_name" in {problem.code for problem in refused.value.problems}


@pytest.mark.parametrize("name", ["../up", "[/]", "=1+1", "a\x1b[1m", "größe", "a" * 65])
@pytest.mark.parametrize(
    ("before", "written"),
    [
        ("products: {", "products: {NAME: {price: 4 USD/km}, "),
        ("plants: {", "plants: {NAME: {product: fiber, capacity: 1 km/year, cash_cost: 2 USD/km}, "),
        ("works: {", "works: {closures: {NAME: {from: 2001-01-01, to: 2001-02-01}}, "),
        ("plants: {", "indices: {NAME: {2001: 100 %}}\nplants: {"),
        ("plants: {", "ratios: {NAME: {numerator: accounts.cash, denominator: accounts.debt}}\nplants: {"),
        ("plants: {", "uncertain: {inputs: {NAME: {input: products.fiber.price}}}\nplants: {"),
        ("plants: {", "options: {a: {add: {rates: {NAME: 5 %/year}}}}\nplants: {"),
    ],
)
def test_nothing_else_has_such_a_name_either(before: str, written: str, name: str) -> None:
    plan = (
        "fibercap: 1\nhorizon: {from: 2001, to: 2003}\nmoney: {report_in: USD}\nproducts: {fiber: {price: 40 USD/km}}\n"
        "plants: {works: {product: fiber, capacity: 200_000 km/year, cash_cost: 22 USD/km}}\n"
    )

    with pytest.raises(ScenarioError) as refused:
        scenario_of(plan.replace(before, written.replace("NAME", json.dumps(name))))

    assert "not_a_name" in {problem.code for problem in refused.value.problems}


def test_the_name_of_a_file_becomes_a_name(tmp_path: Path) -> None:
    path = tmp_path / "Größe [2] $x$.yaml"
    path.write_text(PLAN.replace("id: x\n", ""), encoding="utf-8")

    assert read(path).id == "Gr__e__2___x_"
    assert all(is_name(as_name(text)) for text in ("", "-", "..", "/etc/passwd", "a" * 300, "\x1b[1m"))


def test_joiners_and_lines_stay_and_commands_are_spelt() -> None:
    assert (
        visible("a\tb\nc\N{ZERO WIDTH JOINER}\N{NO-BREAK SPACE}é") == "a\tb\nc\N{ZERO WIDTH JOINER}\N{NO-BREAK SPACE}é"
    )
    assert visible("\x1b[1m\u202e\x9b\ud800") == r"\x1b[1m\u202e\x9b\ud800"


@pytest.mark.skipif(sys.platform != "linux", reason="there is no /dev/full")
@pytest.mark.parametrize("command", [["check", "fibercore"], ["show", "fibercore"], ["--help"]])
def test_a_full_output_is_a_message(command: list[str]) -> None:
    with Path("/dev/full").open("wb") as full:
        ended = subprocess.run(
            [sys.executable, "-m", "fibercap", *command], stdout=full, stderr=subprocess.PIPE, check=False
        )

    assert ended.returncode == 2
    assert ended.stderr == b"the output cannot be written: No space left on device\n"


def test_the_module_is_the_command() -> None:
    ended = subprocess.run([sys.executable, "-m", "fibercap", "--help"], capture_output=True, check=True)

    assert ended.stdout.isascii()
    assert b"Exit codes" in ended.stdout


def test_files_hold_texts_as_texts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A report, tables, a workbook and pictures: no script, no formula, no control, no mark of direction, no warning."""
    monkeypatch.chdir(tmp_path)
    Path("x.yaml").write_text(PLAN.replace('title: "Works', 'title: "=Works'), encoding="utf-8")

    for out in ("report.html", "tables", "plan.xlsx"):
        code, _, err = run_command(["export", "x.yaml", "--out", out], "utf-8", monkeypatch)
        assert (code, err) == (0, "")
    code, _, err = run_command(["plot", "x.yaml", "--out", "charts.svg"], "utf-8", monkeypatch)

    assert (code, err) == (0, "")
    report = Path("report.html").read_text("utf-8")
    assert "<script>alert" not in report
    assert 'href="javascript' not in report
    texts = [
        report,
        Path("charts.svg").read_text("utf-8"),
        *(file.read_text("utf-8") for file in Path("tables").rglob("*.*")),
    ]
    with zipfile.ZipFile("plan.xlsx") as book:
        texts += [book.read(name).decode() for name in book.namelist() if not name.startswith("xl/media/")]
        charts = [book.read(name).decode() for name in book.namelist() if name.startswith("xl/charts/chart")]
    assert not [result for text in texts for result in CONTROL.findall(text.replace("\r\n", "\n"))]
    assert charts
    assert not [cell for text in charts for cell in re.findall("<c:f>([^<]*)</c:f>", text) if "Works" in cell]
