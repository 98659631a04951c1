"""Write files in child processes that are ended by a signal at each thing they do to the file system.

`python -m tests.views.killed SIGNAL` prints how many points there were; it fails where old and new files stand mixed.
"""

from __future__ import annotations

import os
import shutil
import signal
import sys
import tempfile
from collections.abc import Callable
from itertools import count
from pathlib import Path

from fibercap.views.files.writing import write_all, write_bytes

POINTS = {"open", "os.rename", "os.mkdir", "os.remove", "os.rmdir", "os.chmod", "os.utime", "shutil.rmtree"}
NAMES = ("charts/b.svg", "charts/c.svg", "a.csv", "d.csv", "manifest.json")
OLD = {**dict.fromkeys(NAMES, b"old"), "former.csv": b"old"}
NEW = {**dict.fromkeys(NAMES, b"new"), "charts/added.svg": b"new"}
FOREIGN = {"mine.txt": b"mine", "charts/mine.svg": b"mine", "deep/er/mine.txt": b"mine"}
Files = dict[str, bytes]


def files_in(folder: Path) -> Files:
    """Return every file below a folder by its name from there."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def put(folder: Path, files: Files) -> None:
    for name, content in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)


def end_at(work: Callable[[], object], point: int, number: int) -> bool:
    """Do something in a child that sends itself a signal at a point; tell whether it came so far."""
    child = os.fork()
    if not child:
        left = [point]

        def strike(event: str, _: object) -> None:
            left[0] -= event in POINTS
            if left[0] == 0 and event in POINTS:
                left[0] = -1
                os.kill(os.getpid(), number)

        sys.addaudithook(strike)
        try:
            work()
        except KeyboardInterrupt:
            os._exit(130)
        finally:
            os._exit(0 if left[0] > 0 else 3)
    status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    assert status in {0, 130, -number}, f"a child ended with {status} at point {point}"
    return status != 0


def together(folder: Path) -> None:
    """Write a set over an old one, in a folder that holds files of others."""
    write_all(folder, NEW, force=True, former=lambda: ["former.csv"])


def hidden_files(root: Path) -> list[str]:
    return [str(path.relative_to(root)) for path in root.rglob(".fibercap*")]


def look(folder: Path, *, settled: bool) -> None:
    """Hold that the set in a folder is old or new, whole when settled; that others' files are there, and nothing hidden."""
    seen = {name: content for name, content in files_in(folder).items() if ".fibercap" not in name}
    ours = {name: content for name, content in seen.items() if name not in FOREIGN and name != "next.csv"}
    assert FOREIGN.items() <= seen.items(), seen
    assert len(set(ours.values())) <= 1, f"old and new stand mixed: {ours}"
    if settled or "manifest.json" in ours:
        assert ours in (OLD, NEW), ours
    if settled:
        assert not hidden_files(folder), hidden_files(folder)


def replace_set(root: Path, number: int) -> int:
    """Replace a set; afterwards, where a process was killed, write another file; return how many points there were."""
    for point in count(1):
        folder = root / f"set-{point}"
        put(folder, OLD | FOREIGN)
        if not end_at(lambda: together(folder), point, number):  # noqa: B023 - called at once
            return point - 1
        look(folder, settled=number != signal.SIGKILL)
        if number == signal.SIGKILL and point % 16 == 0:
            kill_again(folder)
        write_bytes(folder / "next.csv", b"next", force=False)
        look(folder, settled=True)
        shutil.rmtree(folder)
    raise AssertionError


def kill_again(folder: Path) -> None:
    """Kill the process that settles what a killed one left, at every point, each time with what that left."""
    for point in count(1):
        copy = folder.with_name("again")
        shutil.copytree(folder, copy)
        came = end_at(lambda: write_bytes(copy / "next.csv", b"next", force=False), point, signal.SIGKILL)  # noqa: B023 - it is called at once
        look(copy, settled=not came)
        write_bytes(copy / "next.csv", b"next", force=True)
        look(copy, settled=True)
        shutil.rmtree(copy)
        if not came:
            return


def make_set(root: Path, number: int) -> int:
    """Write a set into a folder that is not there, in another one, called as what is used inside."""
    for point in count(1):
        folder = root / f"made-{point}" / ".fibercap-out" / "old"
        came = end_at(lambda: write_all(folder, NEW, force=False), point, number)  # noqa: B023 - it is called at once
        assert files_in(folder) in ({}, NEW)
        assert folder.is_dir() == bool(files_in(folder))
        write_all(folder, NEW, force=True)
        assert files_in(root / f"made-{point}") == {
            f".fibercap-out/old/{name}": content for name, content in NEW.items()
        }
        assert not list(root.glob(".fibercap*"))
        if not came:
            return point - 1
    raise AssertionError


def replace_file(root: Path, number: int) -> int:
    """Replace one file."""
    for point in count(1):
        path = root / f"alone-{point}" / "a.csv"
        put(path.parent, {"a.csv": b"old", **FOREIGN})
        came = end_at(lambda: write_bytes(path, b"new", force=True), point, number)  # noqa: B023 - it is called at once
        assert path.read_bytes() in (b"old", b"new")
        if number != signal.SIGKILL:
            assert not hidden_files(path.parent)
        write_bytes(path.with_name("next.csv"), b"next", force=False)
        assert path.read_bytes() in (b"old", b"new")
        assert not hidden_files(path.parent)
        assert FOREIGN.items() <= files_in(path.parent).items()
        if not came:
            return point - 1
    raise AssertionError


if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.default_int_handler)  # a job in the background is born without
    with tempfile.TemporaryDirectory() as place:
        for task in (replace_set, make_set, replace_file):
            sys.stdout.write(f"{task.__name__} {task(Path(place), signal.Signals[sys.argv[1]])}\n")
