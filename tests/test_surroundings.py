"""Where a command runs: a folder that has gone, names at the system's limit, no home, a terminal without colour."""

from __future__ import annotations

import os
import pty
import re
import shlex
import subprocess
import sys
from pathlib import Path
from typing import IO, cast

import pytest

from fibercap.reading.decoding import MOST_BYTES
from fibercap.reading.locating import bytes_from

COMMAND = [sys.executable, "-m", "fibercap"]
FIBERCAP = shlex.join(COMMAND)
ROOT = str(Path(__file__).resolve().parents[1])


def run(*arguments: str, cwd: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    given = {**os.environ, "PYTHONPATH": ROOT, **environment}
    return subprocess.run([*COMMAND, *arguments], capture_output=True, check=False, text=True, env=given, cwd=cwd)


@pytest.mark.long
def test_a_shipped_plan_is_checked_from_a_folder_that_has_gone(tmp_path: Path) -> None:
    gone = tmp_path / "gone"
    gone.mkdir()
    script = 'rmdir "$1" && shift && "$@" check fibercore && echo " {}" | "$@" check - ; "$@" check plan.yaml'
    given = {**os.environ, "PYTHONPATH": ROOT}
    command = ["sh", "-c", script, "sh", str(gone), *COMMAND]

    done = subprocess.run(command, capture_output=True, check=False, text=True, env=given, cwd=gone)

    assert "6 options, none fails" in done.stdout
    assert "no file or shipped scenario `plan.yaml`" in done.stderr
    assert "standard input" in done.stderr
    assert "Traceback" not in done.stderr
    assert "output cannot be written" not in done.stderr


@pytest.mark.long
def test_a_name_at_the_limit_of_the_system_is_written(tmp_path: Path) -> None:
    name = "n" * (255 - 4) + ".csv"

    done = run("export", "fibercore", "--out", name, cwd=tmp_path)

    assert (done.returncode, done.stderr) == (0, "")
    assert [path.name for path in tmp_path.iterdir()] == [name]
    assert "File name too long" in run("export", "fibercore", "--out", f"n{name}", cwd=tmp_path).stderr


@pytest.mark.long
def test_without_a_home_a_picture_is_drawn_without_a_word(tmp_path: Path) -> None:
    missing = "/dev/null/none"

    done = run("plot", "fibercore", "--out", "p.svg", cwd=tmp_path, HOME=missing, XDG_CONFIG_HOME="", XDG_CACHE_HOME="")

    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.long
@pytest.mark.parametrize("locale", ["C", "tr_TR.UTF-8", "de_DE.ISO-8859-1", "no_such.place"])
def test_any_locale_shows_the_same_figures(locale: str, tmp_path: Path) -> None:
    """Even where Python does not turn to UTF-8 by itself: what an encoding lacks is written in plain letters."""
    given = {"LC_ALL": locale, "LANG": locale, "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0", "COLUMNS": "80"}
    asked = ("run", "fibercore", "--only", "income", "--only", "claims")

    done = run(*asked, cwd=tmp_path, **given)

    assert (done.returncode, done.stderr) == (0, "")
    assert re.findall(r"\d[\d,.]*", done.stdout) == re.findall(
        r"\d[\d,.]*", run(*asked, cwd=tmp_path, PYTHONUTF8="1", COLUMNS="80").stdout
    )


def on_terminal(cwd: Path, **environment: str) -> bytes:
    """Return what `check fibercore` writes where its output is a terminal."""
    main, terminal = pty.openpty()
    given = {name: text for name, text in os.environ.items() if name not in ("NO_COLOR", "FORCE_COLOR")}
    given |= {"PYTHONPATH": ROOT, "TERM": "xterm-256color", "COLUMNS": "80", **environment}
    with subprocess.Popen(
        [*COMMAND, "check", "fibercore"], stdout=terminal, stderr=terminal, env=given, cwd=cwd
    ) as done:
        os.close(terminal)
        written = b""
        try:
            while part := os.read(main, 65536):
                written += part
        except OSError:  # the terminal is closed
            pass
        assert done.wait() == 0
    os.close(main)
    return written


@pytest.mark.long
def test_no_color_writes_no_escape_to_a_terminal(tmp_path: Path) -> None:
    assert b"\x1b[" in on_terminal(tmp_path)
    assert b"\x1b" not in on_terminal(tmp_path, NO_COLOR="1")


def in_shell(line: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    given = {**os.environ, "PYTHONPATH": ROOT}
    return subprocess.run(["/bin/sh", "-c", line], capture_output=True, check=False, text=True, env=given, cwd=cwd)


def test_a_closed_standard_input_is_reported(tmp_path: Path) -> None:
    done = in_shell(f"{FIBERCAP} check - <&-", tmp_path)

    assert done.returncode == 2
    assert done.stderr == "standard input is closed; name a file, or send a scenario to standard input\n"


@pytest.mark.long
@pytest.mark.parametrize("columns", ["0", "-5", "99999999999", "9" * 5000, "wide"])
def test_a_width_that_no_terminal_has_does_not_count(tmp_path: Path, columns: str) -> None:
    asked = ("run", "fibercore", "--only", "claims")

    done = run(*asked, cwd=tmp_path, COLUMNS=columns)

    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == run(*asked, cwd=tmp_path, COLUMNS="80").stdout


@pytest.mark.long
def test_a_picture_needs_no_window_system_that_matplotlib_knows(tmp_path: Path) -> None:
    done = run("plot", "fibercore", "--out", "p.svg", cwd=tmp_path, MPLBACKEND="bogus")

    assert (done.returncode, done.stderr) == (0, "")


def test_a_file_or_a_stream_that_never_ends_is_read_no_further_than_shows_that(tmp_path: Path) -> None:
    with (tmp_path / "endless.yaml").open("wb") as file:
        file.truncate(1 << 40)  # a terabyte of nothing, which takes no room

    done = run("check", "endless.yaml", cwd=tmp_path)

    assert done.returncode == 2
    assert "found more than 5,000,000 bytes, wanted at most 5,000,000 bytes" in done.stderr
    assert bytes_from(cast("IO[bytes]", Endless())) == b"a" * (MOST_BYTES + 1)


class Endless:
    """A stream that gives whatever it is asked for; asked for all, nothing would end."""

    def read(self, most: int) -> bytes:
        assert most <= MOST_BYTES + 1
        return b"a" * most


def test_a_pipe_or_a_device_as_scenario_is_no_missing_file(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "plan.yaml")

    done = run("check", "plan.yaml", "/dev/zero", cwd=tmp_path)

    assert done.returncode == 2
    for name in ("plan.yaml", "/dev/zero"):
        message = f"found `{name}`, a pipe or a device, wanted a scenario; send its text to standard input"
        assert message in done.stderr


@pytest.mark.long
def test_a_workbook_for_which_there_is_no_room_is_a_message(tmp_path: Path) -> None:
    done = in_shell(f"ulimit -f 8; {FIBERCAP} export fibercore --out plan.xlsx", tmp_path)

    assert done.returncode == 2
    assert done.stderr.startswith("the workbook cannot be written: ")
    assert not list(tmp_path.iterdir())
