"""Shards of samples: the same bits in one process or in several, kept and gone on with, and what is wrong with them."""

from __future__ import annotations

import pickle
import signal
import subprocess
import sys
import time
import warnings
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from fibercap.core.errors import FibercapError
from fibercap.core.program.numpy_machine import Machine
from fibercap.reading.files import scenario_of
from fibercap.studies.chances import job, shards
from fibercap.studies.chances import simulate as studies
from fibercap.studies.chances.points import sobol_points
from fibercap.studies.chances.processes import own_processes
from fibercap.studies.chances.shards import run_shard
from fibercap.studies.chances.simulate import Simulation
from fibercap.views.simulation import simulate
from tests.studies.test_chances import PLAN

LARGE = PLAN.replace("samples: 256", "samples: 4096")
REFUSING = PLAN.replace(
    "times: {lognormal: {median: 100 %, sigma: 0.2}}", "plus: {normal: {mean: 0 USD/km, sd: 9 USD/km}}"
)


@pytest.fixture(autouse=True)
def small_shards(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a shard have 1,024 samples by program, 64 by rows."""
    monkeypatch.setattr(job, "BY_PROGRAM", 1024)
    monkeypatch.setattr(job, "BY_ROWS", 64)


def same_bits(one: Simulation, other: Simulation) -> bool:
    """Return whether two simulations kept the same bytes and refused the same samples."""
    pairs = zip(one.cases.values(), other.cases.values(), strict=True)
    return one.cases.keys() == other.cases.keys() and all(
        first.kept.keys() == second.kept.keys()
        and all(first.kept[name].tobytes() == second.kept[name].tobytes() for name in first.kept)
        and first.refused == second.refused
        for first, second in pairs
    )


class Backwards(Executor):
    """Runs what is handed to it at once, with its jobs unpacked anew; each result is done before it is asked for."""

    def __init__(self, stops_after: int = 1000) -> None:
        self.calls: list[tuple[int, int]] = []
        self._left = stops_after

    def submit(self, fn: Any, /, *args: Any, **_: Any) -> Future[Any]:
        """Run a call; break after so many."""
        future: Future[Any] = Future()
        self.calls.append(args[1:])
        if len(self.calls) > self._left:
            future.set_exception(BrokenProcessPool("gone"))
        else:
            future.set_result(pickle.loads(pickle.dumps(fn(*args))))  # noqa: S301 - it was dumped here
        return future


@pytest.mark.long
@pytest.mark.parametrize("text", [LARGE, REFUSING])
def test_processes_give_the_same_bits_as_one(text: str) -> None:
    """A program and rows; samples that are refused too."""
    plan = scenario_of(text)
    options = ["", "own"]
    alone = simulate(plan, options=options, rows=["accounts.cash"])
    with own_processes(2) as pool:
        shared = simulate(plan, options=options, rows=["accounts.cash"], executor=pool)
    assert same_bits(alone, shared)
    assert bool(alone.cases[""].refused) == (text is REFUSING)


@pytest.mark.long
def test_any_executor_will_do() -> None:
    plan = scenario_of(REFUSING)
    alone = simulate(plan)
    with ThreadPoolExecutor(3) as threads:
        assert same_bits(alone, simulate(plan, executor=threads))
    assert same_bits(alone, simulate(plan, executor=Backwards()))


@pytest.mark.long
def test_more_samples_begin_with_the_fewer(tmp_path: Path) -> None:
    """What is kept of 4,096 samples is taken for 8,192."""
    plan = scenario_of(LARGE)
    first = simulate(plan, keep=tmp_path)
    handed = Backwards()
    both = simulate(plan, samples=8192, keep=tmp_path, executor=handed)
    assert sorted(handed.calls) == [(start, start + 1024) for start in range(4096, 8192, 1024)]
    assert np.array_equal(both.cases[""].measure("equity_npv")[:4096], first.cases[""].measure("equity_npv"))


@pytest.mark.long
def test_a_run_that_was_cut_goes_on(tmp_path: Path) -> None:
    """Of eight shards four are done when a process ends; the rest is worked out by the next run, and nothing twice."""
    plan = scenario_of(REFUSING)
    with pytest.raises(FibercapError, match="a process ended before its samples were done"):
        simulate(plan, samples=512, keep=tmp_path, executor=Backwards(4))
    assert len(list(tmp_path.iterdir())) == 4
    rest = Backwards()
    resumed = simulate(plan, samples=512, keep=tmp_path, executor=rest)
    assert len(rest.calls) == 4
    assert same_bits(resumed, simulate(plan, samples=512))
    nothing = Backwards()
    assert same_bits(resumed, simulate(plan, samples=512, keep=tmp_path, executor=nothing))
    assert nothing.calls == []


@pytest.mark.parametrize(
    "change", [{"seed": 8}, {"measures": ["total_interest"]}, {"rows": ["accounts.cash"]}, {"options": ["own"]}]
)
def test_another_question_takes_no_shard_of_this_one(tmp_path: Path, change: Any) -> None:
    plan = scenario_of(PLAN)
    simulate(plan, samples=64, keep=tmp_path)
    handed = Backwards()
    simulate(plan, samples=64, keep=tmp_path, executor=handed, **change)
    assert handed.calls == [(0, 64)]
    assert len(list(tmp_path.iterdir())) == 2


def test_another_plan_or_algorithm_takes_no_shard_of_this_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    simulate(scenario_of(PLAN), samples=64, keep=tmp_path)
    simulate(scenario_of(PLAN.replace("80_000 km/year", "81_000 km/year")), samples=64, keep=tmp_path)
    assert len(list(tmp_path.iterdir())) == 2
    monkeypatch.setattr(job, "ALGORITHM", -1)
    simulate(scenario_of(PLAN), samples=64, keep=tmp_path)
    assert len(list(tmp_path.iterdir())) == 3


@pytest.mark.parametrize("place", [0, 400, -30, "cut", "empty", "text"])
def test_a_damaged_shard_is_worked_out_again(tmp_path: Path, place: int | str) -> None:
    plan = scenario_of(PLAN)
    first = simulate(plan, samples=64, keep=tmp_path)
    (path,) = tmp_path.iterdir()
    content = path.read_bytes()
    if isinstance(place, int):
        spoilt = bytearray(content)
        spoilt[place] ^= 0xFF
    else:
        spoilt = bytearray({"cut": content[: len(content) // 2], "empty": b"", "text": b"no arrays"}[place])
    path.write_bytes(spoilt)
    with pytest.warns(UserWarning, match="is damaged; its samples are worked out again"):
        assert same_bits(first, simulate(plan, samples=64, keep=tmp_path))
    assert path.read_bytes() == content


@pytest.mark.long
def test_no_flipped_byte_changes_a_result(tmp_path: Path) -> None:
    """A byte that matters is seen; one that says nothing, such as a date, may stay."""
    plan = scenario_of(PLAN)
    first = simulate(plan, samples=64, keep=tmp_path)
    (path,) = tmp_path.iterdir()
    content = path.read_bytes()
    with warnings.catch_warnings(record=True) as seen:
        warnings.simplefilter("always")
        for place in range(7, len(content), len(content) // 40):
            spoilt = bytearray(content)
            spoilt[place] ^= 0x10
            path.write_bytes(spoilt)
            assert same_bits(first, simulate(plan, samples=64, keep=tmp_path)), place
    assert len(seen) > 20


@pytest.mark.long
def test_a_shard_under_a_wrong_name_is_worked_out_again(tmp_path: Path) -> None:
    plan = scenario_of(PLAN)
    simulate(plan, samples=64, keep=tmp_path)
    (path,) = tmp_path.iterdir()
    simulate(plan, samples=64, seed=3, keep=tmp_path)
    other = next(one for one in tmp_path.iterdir() if one != path)
    other.write_bytes(path.read_bytes())
    with pytest.warns(UserWarning, match="holds other samples than its name says"):
        assert same_bits(simulate(plan, samples=64, seed=3, keep=tmp_path), simulate(plan, samples=64, seed=3))


def test_a_folder_of_other_files_is_refused(tmp_path: Path) -> None:
    (tmp_path / "letter.txt").touch()
    with pytest.raises(FibercapError, match=r"holds other files, such as letter.txt; name a new or empty folder"):
        simulate(scenario_of(PLAN), keep=tmp_path)
    with pytest.raises(FibercapError, match=r"letter.txt is not a folder; name a folder"):
        simulate(scenario_of(PLAN), keep=tmp_path / "letter.txt")


def test_points_do_not_depend_on_what_was_asked_before() -> None:
    """Sequences go on where they stopped; asked backwards or anew they give the same."""
    points = sobol_points(5, 3, range(256))
    for start in (0, 64, 128, 192, 8, 200, 3):
        assert np.array_equal(sobol_points(5, 3, range(start, start + 40)), points[start : start + 40])


def test_a_worker_gets_the_program_and_makes_none(monkeypatch: pytest.MonkeyPatch) -> None:
    case = simulate(scenario_of(LARGE)).cases[""]
    assert case.program is not None
    monkeypatch.setattr(job, "program_for", None)
    shard = run_shard(case.job.parcel, 1024, 2048)
    assert np.array_equal(shard.kept["measure:equity_npv"], case.measure("equity_npv")[1024:2048])
    assert len(case.job.parcel) < 200_000


@pytest.mark.long
def test_ctrl_c_keeps_what_is_done_and_says_how_to_go_on(tmp_path: Path) -> None:
    """The command ends with 130; the same command continues and gives what an uncut run gives."""
    path = tmp_path / "cable.yaml"
    path.write_text(PLAN.replace("80_000 km/year", "{2001: 80_000 km/year, 2002: 81_000 km/year}"), encoding="utf-8")
    kept = tmp_path / "kept"
    command = [
        sys.executable,
        "-m",
        "fibercap",
        "simulate",
        str(path),
        "--samples",
        "524288",
        "--jobs",
        "2",
        "--keep",
        str(kept),
    ]
    before = signal.signal(signal.SIGINT, signal.default_int_handler)  # a run in the background ignores it
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as running:
        signal.signal(signal.SIGINT, before)
        until = time.monotonic() + 60
        while time.monotonic() < until and len(list(kept.glob("samples-*.npz"))) < 2:
            time.sleep(0.02)
        running.send_signal(signal.SIGINT)
        try:
            _, words = running.communicate(timeout=60)
        finally:
            running.kill()
    assert running.returncode == 130
    assert f"what is done is kept in {kept}; the same command continues" in words
    assert "Traceback" not in words
    done = {one.name: one.stat().st_mtime_ns for one in kept.glob("samples-*.npz")}
    assert 2 <= len(done) < 32
    small = [*command[:-4], *command[-2:]]
    small[small.index("524288")] = "65536"
    subprocess.run(small, capture_output=True, check=True)
    assert all((kept / name).stat().st_mtime_ns == when for name, when in done.items())


def test_names_of_the_studies_and_the_public_function_agree() -> None:
    """The public function hands every question on; one of them may not be forgotten."""
    inner = {"keep"}, {"shards", "clock"}
    names = [
        set(one.__kwdefaults__ or ()) for one in (simulate, getattr(studies.simulate, "__wrapped__", studies.simulate))
    ]
    assert names[0] - inner[0] == names[1] - inner[1]


@pytest.mark.long
def test_a_worker_imports_no_view_and_no_reader() -> None:
    """Processes start often: what they import is the model, not what draws, reads or prints."""
    code = "import sys, fibercap.studies.chances.shards; print(*sys.modules)"
    modules = set(
        subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    )
    slow = {"pandas", "matplotlib", "yaml", "click", "rich", "jinja2", "xlsxwriter", "pint", "scipy.stats", "numba"}
    assert not slow & modules
    assert not [
        name for name in modules if name.startswith(("fibercap.views", "fibercap.reading", "fibercap.commands"))
    ]


@pytest.mark.long
def test_the_parts_of_a_shard_share_a_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    """To make one takes longer than to run it, so parts are of about one size."""
    case = simulate(scenario_of(LARGE)).cases[""]
    made: list[Any] = []
    start = Machine.__init__

    def note(machine: Machine, *args: Any) -> None:
        made.append(args)
        start(machine, *args)

    monkeypatch.setattr(Machine, "__init__", note)
    monkeypatch.setattr("fibercap.studies.chances.runs.samples_together", lambda _tape: 1000)
    shards._runs_of.cache_clear()  # with its machines
    shard = run_shard(case.job.parcel, 0, 4096)
    assert [samples for _, samples, _ in made] == [820]
    np.testing.assert_allclose(shard.kept["measure:equity_npv"], case.measure("equity_npv"), rtol=1e-12)
