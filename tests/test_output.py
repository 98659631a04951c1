"""`-` is standard output wherever a file to write is named: the bytes of that file and nothing else."""

from __future__ import annotations

import io
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from fibercap.cli import main
from fibercap.commands import output

PLAN = """\
fibercap: 1
id: small
horizon: {from: 2001, to: 2002, step: year}
money: {report_in: USD}
products: {fiber: {price: 40 USD/km}}
plants: {works: {product: fiber, capacity: 1_000 km/year, cash_cost: 20 USD/km}}
loans: {bank: {commitment: 9 thousand USD, signed: 2001-03-31, matures: 1 year, rate: 8 %/year}}
"""


@pytest.fixture
def say(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfdbinary: pytest.CaptureFixture[bytes]) -> Any:
    """Return a function that runs a command line in a folder with small.yaml: its code, output and messages."""
    monkeypatch.chdir(tmp_path)
    Path("small.yaml").write_text(PLAN, "utf-8")

    def run(line: str) -> tuple[int, bytes, str]:
        with pytest.raises(SystemExit) as done:
            main(line.split())
        message = capfdbinary.readouterr()
        return int(done.value.code or 0), message.out, message.err.decode()

    return run


@pytest.mark.long
@pytest.mark.parametrize(
    ("line", "file"),
    [
        ("export small.yaml --out", "rows.csv"),
        ("export small.yaml --by year --as csv --out", "rows.csv"),
        ("export small.yaml --as html --out", "report.html"),
        ("export small.yaml --as xlsx --out", "plan.xlsx"),
        ("plot small.yaml --out", "capacity.png"),
        ("plot small.yaml debt --as svg --out", "debt.svg"),
        ("plot small.yaml debt --as pdf --out", "debt.pdf"),
        ("loan small.yaml --plot", "bank.png"),
        ("loan small.yaml --as svg --plot", "bank.svg"),
        ("schema --out", "schema.json"),
    ],
)
def test_standard_output_is_the_file_and_nothing_else(line: str, file: str, say: Any) -> None:
    assert say(f"{line} {file}")[0] == 0

    assert say(f"{line} -") == (0, Path(file).read_bytes(), "")
    assert {path.name for path in Path().iterdir()} == {"small.yaml", file}


@pytest.mark.long
def test_new_prints_the_plan_alone(say: Any) -> None:
    code, plan, err = say("new -")
    say("new plans")

    assert (code, plan, err) == (0, Path("plans/plan.yaml").read_bytes(), "")
    assert not Path("-").exists()


@pytest.mark.long
def test_diff_prints_what_a_workbook_changes(say: Any) -> None:
    say("export small.yaml --out plan.xlsx")
    say("diff small.yaml plan.xlsx --out changes.yaml")

    code, overlay, err = say("diff small.yaml plan.xlsx --out -")

    assert (code, overlay, err) == (0, Path("changes.yaml").read_bytes(), "")
    Path("printed.yaml").write_bytes(overlay)
    assert say("run printed.yaml --only summary")[0] == 0


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("export small.yaml --json --out -", "--json and - both write to standard output"),
        ("plot small.yaml --json --out -", "--json and - both write to standard output"),
        ("loan small.yaml --csv --plot -", "--csv and - both write to standard output"),
        ("diff small.yaml plan.xlsx --results --out -", "--results and - both write to standard output"),
        ("run small.yaml --out -", "--out writes a folder; name one, or print the document with --json"),
        ("loan small.yaml --as svg", "--as sets the kind of the picture; name its file too: --plot FILE, or --plot -"),
        ("export small.yaml --as xlsx --by year --out -", "leave `--by` out"),
    ],
)
def test_what_does_not_go_together_is_reported(line: str, message: str, say: Any) -> None:
    code, out, err = say(line)

    assert (code, out) == (2, b"")
    assert message in err


@pytest.mark.long
def test_a_file_may_have_the_name_of_standard_output(say: Any) -> None:
    assert say("schema --out ./-")[0] == 0

    assert Path("./-").read_bytes() == say("schema --out -")[1]


@pytest.mark.long
@pytest.mark.skipif(not Path("/dev/stdout").exists(), reason="the system has no such name")
def test_the_systems_name_of_standard_output_is_the_same(say: Any) -> None:
    assert say("schema --out /dev/stdout") == say("schema --out -")


@pytest.mark.long
def test_a_kind_goes_before_a_name(say: Any) -> None:
    say("export small.yaml --as html --out report")
    say("export small.yaml --out report.html")
    assert Path("report").read_bytes() == Path("report.html").read_bytes()

    say("plot small.yaml --as svg --out charts")
    assert {path.suffix for path in Path("charts").iterdir()} == {".svg"}
    assert b"small-capacity.svg" in say("plot small.yaml --as svg")[1]


class Terminal(io.TextIOWrapper):
    """An output that says it is a terminal."""

    def isatty(self) -> bool:
        return True


@pytest.mark.long
def test_a_terminal_gets_texts_it_can_show_and_no_pictures(say: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    shown = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", Terminal(shown, "utf-8"))

    code, _, err = say("export small.yaml --as xlsx --out -")
    assert (code, shown.getvalue()) == (2, b"")
    assert "a terminal shows no pictures or workbooks; redirect it, as with > FILE, or name a file" in err

    output.print_content("\x1b]0;taken\x07 5 €\n".encode())
    sys.stdout.flush()
    assert shown.getvalue().decode() == "\\x1b]0;taken\\x07 5 €\n"


@pytest.mark.long
def test_a_closed_or_full_output_is_a_message() -> None:
    command = [sys.executable, "-m", "fibercap", "new", "-"]
    closed = subprocess.run(command, stderr=subprocess.PIPE, check=False, text=True, preexec_fn=lambda: os.close(1))
    assert (closed.returncode, closed.stderr) == (2, "standard output is closed; name a file\n")
    if Path("/dev/full").exists():
        with Path("/dev/full").open("wb") as full:
            ended = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, check=False, text=True)
        assert (ended.returncode, ended.stderr) == (2, "the output cannot be written: No space left on device\n")
