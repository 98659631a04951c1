"""Tasks in two processes: in order, with their errors, and never where a copy is of no use."""

from __future__ import annotations

import os
import subprocess
import sys
from functools import partial
from multiprocessing import get_all_start_methods

import pytest

from fibercap.core.errors import FibercapError
from fibercap.views.charts import in_parallel as module
from fibercap.views.charts.in_parallel import run_in_parallel

pytestmark = pytest.mark.filterwarnings("ignore:.*multi-threaded.*fork:DeprecationWarning")  # pytest's own threads
forks = pytest.mark.skipif("fork" not in get_all_start_methods(), reason="processes are not copied on this system")


@pytest.fixture
def copying(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the process be copied, whatever pytest runs beside it."""
    monkeypatch.setattr(module, "may_copy", lambda: True)


def number_and_process(place: int) -> tuple[int, int]:
    """Return a number and the process that it was made in."""
    return place, os.getpid()


def failing_in(place: int, wrong: int) -> int:
    """Fail at one place."""
    if place == wrong:
        raise FibercapError("no_such_name", f"no {place}")
    return place


def dying_in_a_copy(home: int) -> int:
    """End the process, unless it is the first one."""
    if os.getpid() != home:
        os._exit(3)
    return 1


@forks
@pytest.mark.usefixtures("copying")
@pytest.mark.parametrize("count", [2, 3, 4, 11])
def test_every_second_task_runs_in_a_copy_and_all_come_back_in_order(count: int) -> None:
    result = run_in_parallel([partial(number_and_process, place) for place in range(count)])

    assert [place for place, _ in result] == list(range(count))
    assert {process for _, process in result[::2]} == {os.getpid()}
    assert len({process for _, process in result[1::2]} - {os.getpid()}) == 1


@pytest.mark.usefixtures("copying")
def test_one_task_or_none_needs_no_copy() -> None:
    assert run_in_parallel([partial(number_and_process, 0)]) == [(0, os.getpid())]
    assert run_in_parallel([]) == []


def test_without_a_copy_all_run_here(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "may_copy", lambda: False)

    assert run_in_parallel([partial(number_and_process, place) for place in range(3)]) == [
        (place, os.getpid()) for place in range(3)
    ]


@forks
@pytest.mark.usefixtures("copying")
@pytest.mark.parametrize("wrong", [0, 1, 2, 3])
def test_an_error_is_raised_as_itself_wherever_it_happens(wrong: int, capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(FibercapError, match=f"no {wrong}"):
        run_in_parallel([partial(failing_in, place, wrong) for place in range(4)])
    assert capfd.readouterr().err == ""


@forks
@pytest.mark.usefixtures("copying")
def test_what_a_copy_that_dies_leaves_undone_is_done_here() -> None:
    assert run_in_parallel([partial(dying_in_a_copy, os.getpid())] * 4) == [1] * 4


@pytest.mark.skipif(sys.platform != "linux", reason="processes are copied on Linux alone")
def test_neither_a_copy_nor_a_process_with_threads_is_copied() -> None:
    code = (
        "import threading; from fibercap.views.charts.in_parallel import may_copy, run_in_parallel; results = run_in_parallel([may_copy] * 3);"
        "wait = threading.Event(); threading.Thread(target=wait.wait).start();"
        "print(*results, may_copy()); wait.set()"
    )
    output = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()

    assert output == (["False"] * 4 if len(os.sched_getaffinity(0)) == 1 else ["True", "False", "True", "False"])
