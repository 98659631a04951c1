"""Inputs that no one writes by accident: other encodings, what only looks like a file, endless names, other digits."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from fibercap.cli import main
from fibercap.core.errors import FibercapError
from fibercap.reading.locating import bytes_of
from fibercap.studies.quantities_asked_for import ratio_of, years_of

if TYPE_CHECKING:
    from collections.abc import Sequence

PLAN = "fibercap: 1\nid: strange\nextends: EXTENDED\n"


def message_of_refusal(capsys: pytest.CaptureFixture[str], arguments: Sequence[str]) -> str:
    """Run a command that ends with exit code 2, and return what it says."""
    with pytest.raises(SystemExit) as left:
        main([*arguments])
    output = capsys.readouterr()
    assert (left.value.code, output.out) == (2, "")
    return output.err


@pytest.mark.parametrize("encoding", ["utf-16", "utf-32"])
def test_an_encoding_is_called_by_its_name(encoding: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "plan.yaml"
    file.write_text(PLAN, encoding=encoding)

    assert f"found a file in {encoding.upper()}, wanted UTF-8 text" in message_of_refusal(capsys, ["check", str(file)])


def test_a_workbook_that_is_named_otherwise_is_no_text_with_a_bad_byte(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "plan.xlsb"
    file.write_bytes(b"PK\x03\x04" + bytes(range(256)))
    output = message_of_refusal(capsys, ["diff", "fibercore", str(file)])

    assert "found a packed file, as workbooks are, wanted UTF-8 text" in output
    assert "0x" not in output


@pytest.mark.parametrize(("name", "message"), [("pipe.yaml", "a pipe or a device"), ("folder.yaml", "a folder")])
def test_what_is_extended_and_is_no_file_is_called_what_it_is(
    name: str, message: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    os.mkfifo(tmp_path / "pipe.yaml")
    (tmp_path / "folder.yaml").mkdir()
    file = tmp_path / "plan.yaml"
    file.write_text(PLAN.replace("EXTENDED", name))

    assert f"found `{name}`, {message}, wanted a scenario; name a file" in message_of_refusal(
        capsys, ["check", str(file)]
    )


def test_a_file_that_gives_nothing_is_not_waited_for(tmp_path: Path) -> None:
    """As the kernel's log does: it passes for a file, and who reads it waits for the next line."""
    os.mkfifo(tmp_path / "log")

    assert bytes_of(tmp_path / "log") == b""


@pytest.mark.parametrize("name", ["a" * 40_000, "a b." * 10_000], ids=["word", "words"])
def test_an_endless_name_is_not_printed_whole(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    for arguments in (["check", name], ["explain", "fibercore", name], ["run", "fibercore", "--out", name], [name]):
        output = message_of_refusal(capsys, arguments)
        assert "..." in output
        assert len(output) < 20_000


def test_of_many_names_the_most_alike_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    output = message_of_refusal(
        capsys, ["solve", "fibercore", "--vary", "fleet", "--measure", "project_npv", "--equals", "0"]
    )

    assert "..." not in output
    assert re.search(r"of \d+ inputs the most alike are `loans\.fleet\.rate`, `", output)


def test_a_list_of_a_few_names_is_printed_in_full(capsys: pytest.CaptureFixture[str]) -> None:
    output = message_of_refusal(capsys, ["plot", "fibercore", "xyz"])

    assert "..." not in output
    assert "known charts: bridge, capacity, cash, " in output


@pytest.mark.parametrize("text", ["\u0662\u0660\u0660\u0661", "\uff12\uff10\uff10\uff11-2002"])
def test_years_are_written_in_plain_digits(text: str) -> None:
    with pytest.raises(FibercapError, match=f"--years: found `{text}`, wanted years"):
        years_of(text)


@pytest.mark.parametrize("text", ["\u0661.\u0663", "\uff11.\uff13", "nan", "inf", "1e999", "1,3"])
def test_a_ratio_is_written_in_plain_digits(text: str) -> None:
    assert ratio_of("1.3", "--dscr") == 1.3
    with pytest.raises(FibercapError, match=f"--dscr: found `{text}`, .*; write it like `5`"):
        ratio_of(text, "--dscr")
