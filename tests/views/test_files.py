"""Files are written whole or not at all, a set of them all or none; links, pipes and devices are never replaced."""

from __future__ import annotations

import hashlib
import json
import os
import stat
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from fibercap.cli import main
from fibercap.core.errors import FibercapError
from fibercap.views.files import staging
from fibercap.views.files.former import former_files
from fibercap.views.files.writing import write_all, write_bytes
from tests.test_output import PLAN
from tests.views import killed

NEW = {"a.csv": b"new", "charts/b.svg": b"new"}
NO_ROOM = "No space left on device; name another place, or look at its permissions and room"


@pytest.fixture
def _rights() -> Iterator[None]:
    mask = os.umask(0o022)
    yield
    os.umask(mask)


def rights(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@pytest.mark.usefixtures("_rights")
@pytest.mark.parametrize("mode", [0o600, 0o640, 0o444, 0o755])
def test_files_take_the_rights_of_new_files_or_of_those_they_replace(mode: int, tmp_path: Path) -> None:
    out = tmp_path / "out"
    for path in write_all(out, NEW, force=False):
        assert rights(path) == 0o644
    assert rights(out) == 0o755
    (out / "a.csv").chmod(mode)
    out.chmod(0o750)

    write_all(out, NEW, force=True)
    assert [rights(path) for path in (out, out / "a.csv", out / "charts/b.svg")] == [0o750, mode, 0o644]
    write_bytes(out / "a.csv", b"alone", force=True)
    assert (rights(out / "a.csv"), (out / "a.csv").read_bytes()) == (mode, b"alone")


@pytest.mark.skipif(not hasattr(os, "setxattr"), reason="the system keeps no attributes beside a file")
def test_attributes_beside_a_file_are_kept(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(b"old")
    try:
        os.setxattr(path, "user.note", b"kept")
    except OSError:
        pytest.skip("the file system keeps no attributes")
    os.utime(path, (0, 0))

    write_bytes(path, b"new", force=True)

    assert os.getxattr(path, "user.note") == b"kept"
    assert path.stat().st_mtime > 0


def test_a_link_stays_and_the_file_it_leads_to_is_written(tmp_path: Path) -> None:
    target, link = tmp_path / "there" / "target.csv", tmp_path / "link.csv"
    target.parent.mkdir()
    target.write_bytes(b"old")
    target.chmod(0o640)
    link.symlink_to("there/target.csv")
    message = r"link\.csv is a link to there/target\.csv, which exists; add --force to replace that file"

    with pytest.raises(FibercapError, match=message):
        write_bytes(link, b"new", force=False)
    write_bytes(link, b"new", force=True)

    assert (link.is_symlink(), target.read_bytes(), rights(target)) == (True, b"new", 0o640)
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["link.csv", "target.csv", "there"]


@pytest.mark.parametrize("force", [False, True])
def test_a_link_that_leads_nowhere_to_itself_or_to_a_folder_is_refused(*, force: bool, tmp_path: Path) -> None:
    (tmp_path / "nowhere").symlink_to(tmp_path / "missing")
    (tmp_path / "itself").symlink_to("itself")
    (tmp_path / "folder").symlink_to(".")

    for name, message in {
        "nowhere": "which does not exist",
        "itself": "which does not exist",
        "folder": "is a folder",
    }.items():
        with pytest.raises(FibercapError, match=rf"{name} .*{message}"):
            write_bytes(tmp_path / name, b"new", force=force)
        assert (tmp_path / name).is_symlink()
    assert not (tmp_path / "missing").exists()


def test_a_set_of_files_is_not_written_over_links_or_pipes_that_nobody_named(tmp_path: Path) -> None:
    elsewhere, out = tmp_path / "elsewhere", tmp_path / "out"
    elsewhere.mkdir()
    out.mkdir()
    (elsewhere / "kept").write_bytes(b"old")
    for name, target in {"a.csv": elsewhere / "kept", "charts": elsewhere}.items():
        (out / name).symlink_to(target)
        with pytest.raises(FibercapError, match=rf"out/{name} is a link; remove it, or write into another folder"):
            write_all(out, NEW, force=True)
        (out / name).unlink()
    os.mkfifo(out / "a.csv")
    with pytest.raises(FibercapError, match=r"out/a\.csv is a device or a pipe; remove it"):
        write_all(out, NEW, force=True)
    assert [(path.name, path.read_bytes()) for path in elsewhere.iterdir()] == [("kept", b"old")]
    assert [path.name for path in out.iterdir()] == ["a.csv"]


def test_a_link_to_a_folder_stays_one(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "link").symlink_to("out")

    write_all(tmp_path / "link", NEW, force=False)

    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "out" / "charts" / "b.svg").read_bytes() == b"new"


@pytest.mark.parametrize("force", [False, True])
@pytest.mark.parametrize("linked", [False, True])
def test_a_pipe_takes_what_is_written_and_stays(*, force: bool, linked: bool, tmp_path: Path) -> None:
    pipe, taken = tmp_path / "pipe", list[bytes]()
    os.mkfifo(pipe)
    if linked:
        (tmp_path / "link").symlink_to(pipe)
    reader = threading.Thread(target=lambda: taken.append(pipe.read_bytes()))
    reader.start()

    write_bytes(tmp_path / "link" if linked else pipe, b"new", force=force)

    reader.join(10)
    assert taken == [b"new"]
    assert pipe.is_fifo()


@pytest.mark.long
@pytest.mark.skipif(not Path("/dev/full").exists(), reason="the system has no such device")
@pytest.mark.parametrize("line", ["export small.yaml", "plot small.yaml", "export small.yaml --as html", "schema"])
def test_devices_are_written_to_and_stay(
    line: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("small.yaml").write_text(PLAN, "utf-8")
    devices = [Path("/dev/null"), Path("/dev/full")]
    before = [path.lstat()[:6] for path in devices]
    codes, messages = [], []
    for path in devices:
        with pytest.raises(SystemExit) as done:
            main([*line.split(), "--out", str(path), "--force"])
        codes.append(done.value.code)
        messages.append(tuple(capsys.readouterr()))

    assert codes == [0, 2]
    assert messages == [("/dev/null\n", ""), ("", f"/dev/full cannot be written: {NO_ROOM}\n")]
    assert [path.lstat()[:6] for path in devices] == before


def test_a_run_into_a_device_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("small.yaml").write_text(PLAN, "utf-8")
    os.mkfifo("pipe")

    for line in ("run small.yaml --only summary --out pipe --force", "new pipe --force"):
        with pytest.raises(SystemExit) as done:
            main(line.split())
        assert done.value.code == 2
        assert "pipe" in capsys.readouterr().err
    assert Path("pipe").is_fifo()


def test_files_are_written_all_or_none(tmp_path: Path) -> None:
    """A name that cannot be leaves neither the files before it nor a folder behind."""
    long = "b" * 300

    with pytest.raises(FibercapError, match=r"b+ cannot be written: File name too long"):
        write_all(tmp_path / "deep" / "er", {"a.csv": b"1", f"charts/{long}": b"2"}, force=False)
    with pytest.raises(FibercapError, match=r"b+ cannot be written: File name too long"):
        write_bytes(tmp_path / long, b"1", force=False)
    assert list(tmp_path.iterdir()) == []


def test_a_folder_in_the_way_is_refused_before_anything_is_written(tmp_path: Path) -> None:
    (tmp_path / "charts" / "b.svg").mkdir(parents=True)

    with pytest.raises(FibercapError, match="is a folder; name a file"):
        write_all(tmp_path, NEW, force=True)
    assert not (tmp_path / "a.csv").exists()


@pytest.mark.long
@pytest.mark.skipif(not hasattr(os, "fork"), reason="the system has no signals of this kind")
@pytest.mark.parametrize("name", ["SIGKILL", "SIGTERM", "SIGINT"])
def test_old_and_new_never_stand_mixed_whenever_a_process_is_ended(name: str) -> None:
    """At every point: after TERM and Ctrl-C a set is old or new; after a kill no two are mixed, and the next one mends it."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.views.killed", name], capture_output=True, text=True, check=False
    )

    assert done.returncode == 0, done.stderr
    points = {task: int(number) for task, number in map(str.split, done.stdout.splitlines())}
    assert points["replace_set"] > 2 * len(killed.NEW)
    assert points["make_set"] > len(killed.NEW)
    assert points["replace_file"] > 5


ENDED = """\
import os, signal, sys
from fibercap.cli import main
signal.signal(signal.SIGINT, signal.default_int_handler)  # a job in the background is born without
replace, left = os.replace, [5]
def strike(source, target, **more):
    left[0] -= 1
    if not left[0]:
        os.kill(os.getpid(), signal.Signals[sys.argv[1]])
    replace(source, target, **more)
os.replace = strike
main("export small.yaml --out tables --force".split())
"""


PAGES = ("income", "cash-flow", "order-of-cash", "balance-sheet", "debt-service")
OLD_TABLES = ("rows.csv", "measures.csv", "claims.csv", "options.csv", "statements/income.csv")
OLD_HASH = f"sha256:{hashlib.sha256(b'old').hexdigest()}"
FORMER = {
    **dict.fromkeys(OLD_TABLES, b"old"),
    "datapackage.json": json.dumps({"resources": [{"path": name, "hash": OLD_HASH} for name in OLD_TABLES]}).encode(),
}


@pytest.mark.long
@pytest.mark.skipif(not hasattr(os, "fork"), reason="the system has no signals of this kind")
@pytest.mark.parametrize(("name", "code"), [("SIGKILL", -9), ("SIGTERM", -15), ("SIGINT", 130)])
def test_a_command_ended_between_files_leaves_them_old_or_new(
    name: str, code: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("small.yaml").write_text(PLAN, "utf-8")
    killed.put(Path("tables"), FORMER | killed.FOREIGN)

    done = subprocess.run([sys.executable, "-c", ENDED, name], capture_output=True, check=False)

    assert done.returncode == code
    pages = {f"statements/{page}.csv" for page in PAGES}
    new = {"rows.csv", "statements.csv", "measures.csv", "inputs.csv", "schedules.csv", "datapackage.json", *pages}
    if name == "SIGKILL":
        assert set(tables().values()) == {True}, "some of the old ones, or all"
        with pytest.raises(SystemExit):
            main("schema --out tables/schema.json".split())
        Path("tables/schema.json").unlink()
        assert tables() == dict.fromkeys(FORMER, True)
    else:
        assert tables() == dict.fromkeys(new, False)
    assert not killed.hidden_files(tmp_path)
    assert killed.FOREIGN.items() < killed.files_in(Path("tables")).items()


def tables() -> dict[str, bool]:
    """Return the files of an export in a folder, each with whether it is an old one."""
    files = killed.files_in(Path("tables"))
    return {
        name: content == FORMER.get(name)
        for name, content in files.items()
        if name[0] != "." and name not in killed.FOREIGN
    }


def test_a_file_that_cannot_be_moved_leaves_all_as_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    killed.put(tmp_path, killed.OLD | killed.FOREIGN)
    replace, left = os.replace, [0]

    def full(source: Path, target: Path) -> None:
        left[0] -= 1
        if not left[0]:
            raise OSError(28, "No space left on device", str(source), None, str(target))
        replace(source, target)

    monkeypatch.setattr(os, "replace", full)
    for moves in range(1, len(killed.OLD) + len(killed.NEW) + 1):
        left[0] = moves
        with pytest.raises(FibercapError, match=rf"^{tmp_path}/[a-z./]+ cannot be written: {NO_ROOM}$"):
            killed.together(tmp_path)
        assert killed.files_in(tmp_path) == killed.OLD | killed.FOREIGN
        assert not killed.hidden_files(tmp_path)
    killed.together(tmp_path)
    assert killed.files_in(tmp_path) == killed.NEW | killed.FOREIGN


def test_what_others_left_or_are_at_work_on_is_let_alone(tmp_path: Path) -> None:
    elsewhere, out = tmp_path / "elsewhere", tmp_path / "out"
    elsewhere.mkdir()
    killed.put(out, {f"{staging.HIDDEN}planted/{staging.READY}/way/planted": b"1", "mine": b"1"})
    (out / "way").symlink_to(elsewhere)
    (out / f"{staging.HIDDEN}link").symlink_to(elsewhere)

    with staging.hidden_folder(out) as at_work:
        write_bytes(out / "a.csv", b"1", force=False)
        assert at_work.is_dir()

    assert sorted(path.name for path in out.iterdir()) == [f"{staging.HIDDEN}link", "a.csv", "mine", "way"]
    assert not list(elsewhere.iterdir())


def test_what_was_made_meanwhile_is_not_replaced_by_what_was_left(tmp_path: Path) -> None:
    killed.put(tmp_path, {f"{staging.HIDDEN}left/{staging.READY}/{name}": b"left" for name in ("a.csv", "b.csv")})
    killed.put(tmp_path, {"b.csv": b"mine"})

    with pytest.raises(FibercapError, match=r"a\.csv exists"):
        write_all(tmp_path, {"a.csv": b"new", "c.csv": b"new"}, force=False)

    assert killed.files_in(tmp_path) == {"a.csv": b"left", "b.csv": b"mine"}


@pytest.mark.parametrize(
    "name", ["../beside.csv", "/{folder}/beside.csv", "linked.csv", "changed.csv", "gone.csv", "\0"]
)
def test_a_manifest_takes_away_only_what_the_run_wrote(name: str, tmp_path: Path) -> None:
    folder, digest = tmp_path / "out", hashlib.sha256(b"1").hexdigest()
    write_all(folder, {"kept.csv": b"1", "changed.csv": b"2"}, force=False)
    (tmp_path / "beside.csv").write_bytes(b"1")
    (folder / "linked.csv").symlink_to(tmp_path / "beside.csv")
    manifest = folder / "manifest.json"
    manifest.write_text(json.dumps({"files": {"kept.csv": digest, name.format(folder=tmp_path): digest}}))

    assert former_files(folder) == ([] if name == "\0" else ["kept.csv"])
    for text in ("", "[]", "{}", '{"files": 1}', '{"files": {"kept.csv": 1}}', "[" * 100_000):
        manifest.write_text(text)
        assert former_files(folder) == []


def test_a_run_leaves_no_table_of_an_earlier_run_beside_its_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("small.yaml").write_text(PLAN.replace("step: year", "step: month"), "utf-8")
    for by in ("year", "quarter"):
        with pytest.raises(SystemExit) as done:
            main(f"run small.yaml --only summary --by {by} --out kept --force".split())
        assert done.value.code == 0, capsys.readouterr().err
        Path("kept/note.txt").write_text("mine")

    listed = json.loads(Path("kept/manifest.json").read_text("utf-8"))["files"]
    assert "rows-by-quarter.csv" in listed
    assert set(killed.files_in(Path("kept"))) == {*listed, "manifest.json", "note.txt"}


@pytest.mark.long
def test_charts_that_a_plan_has_no_more_go_with_force_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("small.yaml").write_text(PLAN[: PLAN.index("loans:")], "utf-8")
    killed.put(Path("charts"), {"small-debt.png": b"old", "other-debt.png": b"mine"})
    for line, left in {"": {"small-debt.png", "other-debt.png"}, " --force": {"other-debt.png"}}.items():
        with pytest.raises(SystemExit) as done:
            main(f"plot small.yaml --out charts{line}".split())
        written = {Path(name).name for name in capsys.readouterr().out.split()}
        assert (done.value.code, killed.files_in(Path("charts")).keys() - written) == (0, left)


def test_a_file_where_a_folder_is_wanted_is_named_so(tmp_path: Path) -> None:
    (tmp_path / "plan").write_text("a file", encoding="utf-8")
    with pytest.raises(FibercapError, match="plan is not a folder; name a folder that exists"):
        write_bytes(tmp_path / "plan" / "book.xlsx", b"bytes", force=False)
    with pytest.raises(FibercapError, match=r"the folder .*other does not exist; create it first"):
        write_bytes(tmp_path / "other" / "book.xlsx", b"bytes", force=False)
