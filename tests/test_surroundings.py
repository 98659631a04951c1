"""Where a command runs: a folder that has gone, names at the system's limit, no home, a terminal without colour."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
from pathlib import Path

COMMAND = [sys.executable, "-m", "fibercap"]
ROOT = str(Path(__file__).resolve().parents[1])


def run(*arguments: str, cwd: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    given = {**os.environ, "PYTHONPATH": ROOT, **environment}
    return subprocess.run([*COMMAND, *arguments], capture_output=True, check=False, text=True, env=given, cwd=cwd)


def test_a_shipped_plan_is_checked_from_a_folder_that_has_gone(tmp_path: Path) -> None:
    gone = tmp_path / "gone"
    gone.mkdir()
    script = 'rmdir "$1" && shift && "$@" check fibercore && echo " {}" | "$@" check - ; "$@" check plan.yaml'
    given = {**os.environ, "PYTHONPATH": ROOT}
    command = ["sh", "-c", script, "sh", str(gone), *COMMAND]

    done = subprocess.run(command, capture_output=True, check=False, text=True, env=given, cwd=gone)

    assert "6 options, none fails" in done.stdout
    assert "no file `plan.yaml`" in done.stderr
    assert "standard input" in done.stderr
    assert "Traceback" not in done.stderr
    assert "output cannot be written" not in done.stderr


def test_a_name_at_the_limit_of_the_system_is_written(tmp_path: Path) -> None:
    name = "n" * (255 - 4) + ".csv"

    done = run("export", "fibercore", "--out", name, cwd=tmp_path)

    assert (done.returncode, done.stderr) == (0, "")
    assert [path.name for path in tmp_path.iterdir()] == [name]
    assert "File name too long" in run("export", "fibercore", "--out", f"n{name}", cwd=tmp_path).stderr


def test_without_a_home_a_picture_is_drawn_without_a_word(tmp_path: Path) -> None:
    missing = "/dev/null/none"

    done = run("plot", "fibercore", "--out", "p.svg", cwd=tmp_path, HOME=missing, XDG_CONFIG_HOME="", XDG_CACHE_HOME="")

    assert (done.returncode, done.stderr) == (0, "")


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


def test_no_color_writes_no_escape_to_a_terminal(tmp_path: Path) -> None:
    assert b"\x1b[" in on_terminal(tmp_path)
    assert b"\x1b" not in on_terminal(tmp_path, NO_COLOR="1")
