"""Output longer than the screen goes to a pager, on a terminal alone; codes, colors and order stay as they are."""

from __future__ import annotations

import fcntl
import os
import pty
import struct
import subprocess
import sys
import termios
import threading
from pathlib import Path

import pytest

ROOT = str(Path(__file__).resolve().parents[1])
PLAN = """\
fibercap: 1
horizon: {from: 2001, to: 2002, step: year}
money: {report_in: USD}
products: {fiber: {price: 40 USD/km}}
plants: {works: {product: fiber, capacity: 1_000 km/year, cash_cost: 20 USD/km}}
"""
FAILING = (
    PLAN
    + "claims: {grows: {says: It grows, row: plants.works.nameplate, when: end of 2002, at_least: 9_000 km/year}}\n"
)
PAGES = 'printf "<paged %s %s>\\n" "$*" "$LESS"; cat; printf "<left>\\n"'


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "small.yaml").write_text(PLAN, "utf-8")
    (tmp_path / "failing.yaml").write_text(FAILING, "utf-8")
    (tmp_path / "bin").mkdir()
    return tmp_path


def program(folder: Path, name: str, script: str) -> str:
    path = folder / "bin" / name
    path.write_text(f"#!/bin/sh\n{script}\n", "utf-8")
    path.chmod(0o755)
    return str(path)


def on_terminal(folder: Path, words: str, lines: int = 24, **environment: str) -> tuple[int, str]:
    """Run a command on a terminal; return its code and what the terminal showed."""
    terminal, side = pty.openpty()
    fcntl.ioctl(side, termios.TIOCSWINSZ, struct.pack("HHHH", lines, 80, 0, 0))
    given = {name: value for name, value in os.environ.items() if name not in {"PAGER", "LESS", "COLUMNS", "LINES"}}
    given |= {"PATH": f"{folder / 'bin'}:{os.environ['PATH']}", "TERM": "xterm", "PYTHONPATH": ROOT, **environment}
    shown = bytearray()

    def listen() -> None:
        try:
            while part := os.read(terminal, 65536):
                shown.extend(part)
        except OSError:
            return  # how Linux says that nobody writes to the terminal any more

    listening = threading.Thread(target=listen)
    listening.start()
    command = [sys.executable, "-m", "fibercap", *words.split()]
    done = subprocess.run(command, stdin=side, stdout=side, stderr=side, env=given, cwd=folder, check=False, timeout=60)
    os.close(side)
    listening.join()
    os.close(terminal)
    return done.returncode, shown.decode().replace("\r\n", "\n")


@pytest.mark.long
def test_long_output_is_paged_by_less_with_its_flags(folder: Path) -> None:
    program(folder, "less", PAGES)

    code, shown = on_terminal(folder, "run small.yaml")

    assert code == 0
    assert shown.startswith("<paged -R -F -X FRX>\n")
    assert shown.endswith("<left>\n")
    assert "\x1b[1m" in shown
    assert (code, shown[21:-7]) == on_terminal(folder, "run small.yaml --no-pager")
    assert (code, shown[21:-7]) == on_terminal(folder, "--no-pager run small.yaml")


@pytest.mark.long
def test_what_fits_the_screen_is_not_paged(folder: Path) -> None:
    program(folder, "less", PAGES)
    _, summary = on_terminal(folder, "run small.yaml --only summary")
    height = summary.count("\n")

    assert "<paged" not in summary
    assert "<paged" not in on_terminal(folder, "run small.yaml --only summary", lines=height + 1)[1]
    assert "<paged" in on_terminal(folder, "run small.yaml --only summary", lines=height)[1]


@pytest.mark.long
@pytest.mark.parametrize(
    "environment",
    [{"PAGER": ""}, {"PAGER": "cat"}, {"PAGER": "no_such_pager"}, {"PAGER": "less '"}, {"TERM": "dumb"}, {"PATH": "/none"}],
)  # fmt: skip
def test_without_a_pager_all_is_printed(environment: dict[str, str], folder: Path) -> None:
    program(folder, "less", PAGES)

    code, shown = on_terminal(folder, "run small.yaml", 24, **environment)

    assert (code, shown[:1]) == (0, "\x1b" if "TERM" not in environment else "s")
    assert "Debt service" in shown
    assert "<paged" not in shown


def test_the_pager_that_is_named_gets_its_words(folder: Path) -> None:
    pager = program(folder, "page", PAGES)

    _, shown = on_terminal(folder, "run small.yaml", PAGER=f"{pager} --quiet 'two words'", LESS="S")

    assert shown.startswith("<paged --quiet two words S>\n")


@pytest.mark.parametrize(("words", "code"), [("run small.yaml", 0), ("check failing.yaml", 1), ("schema", 0)])
def test_a_pager_that_is_left_early_changes_no_code(words: str, code: int, folder: Path) -> None:
    """`schema` is longer than a pipe holds, so it is still being written when the reader leaves."""
    pager = program(folder, "page", "head -n 1 >/dev/null; echo '<left>'")

    assert on_terminal(folder, words, lines=4, PAGER=pager) == (code, "<left>\n")


def test_a_pager_that_cannot_run_shows_all(folder: Path) -> None:
    pager = folder / "bin" / "page"
    pager.write_bytes(b"\x7fELF no program")
    pager.chmod(0o755)

    code, shown = on_terminal(folder, "run small.yaml", PAGER=str(pager))

    assert code == 0
    assert "Debt service" in shown


@pytest.mark.long
def test_messages_stand_below_what_was_printed_before(folder: Path) -> None:
    pager = program(folder, "page", PAGES)

    code, shown = on_terminal(folder, "run small.yaml --out kept", PAGER=pager)

    assert code == 0
    assert shown.split("<left>\n")[1].endswith(" files are in kept\n")
    assert on_terminal(folder, "run none.yaml", PAGER=pager)[0] == 2


def test_no_color_is_kept(folder: Path) -> None:
    pager = program(folder, "page", PAGES)

    _, shown = on_terminal(folder, "run small.yaml", PAGER=pager, NO_COLOR="1")

    assert "<paged" in shown
    assert "\x1b" not in shown


@pytest.mark.long
def test_a_pipe_and_a_file_meet_no_pager(folder: Path) -> None:
    pager = program(folder, "page", PAGES)
    given = {**os.environ, "PYTHONPATH": ROOT, "PAGER": pager, "LINES": "2"}
    command = [sys.executable, "-m", "fibercap", "run", "small.yaml"]

    piped = subprocess.run(command, env=given, cwd=folder, capture_output=True, check=True)
    with (folder / "out.txt").open("wb") as file:
        subprocess.run(command, env=given, cwd=folder, stdout=file, check=True)

    assert b"<paged" not in piped.stdout
    assert (folder / "out.txt").read_bytes() == piped.stdout
