"""A Dask cluster on this machine: two workers, of which one is killed in the middle; nothing is lost."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from fibercap.cli import cli
from fibercap.reading.files import scenario_of
from fibercap.studies.chances import job
from fibercap.views.simulation import simulate
from tests.studies.test_chances import PLAN
from tests.studies.test_shards import LARGE, same_bits

pytestmark = [pytest.mark.cluster, pytest.mark.filterwarnings("default")]


@pytest.fixture(scope="module")
def client() -> Iterator[Any]:
    distributed = pytest.importorskip("distributed")
    with (
        distributed.LocalCluster(2, threads_per_worker=1, dashboard_address=None, silence_logs=50) as cluster,
        distributed.Client(cluster, set_as_default=False) as client,
    ):
        yield client


def test_workers_of_a_cluster_give_the_same_bits_though_one_is_killed(
    client: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(job, "BY_PROGRAM", 256)
    plan = scenario_of(LARGE)
    alone = simulate(plan, rows=["accounts.cash"])
    first = next(iter(client.run(os.getpid).values()))
    killed: list[int] = []

    def kill_one(_done: int, _of: int) -> None:
        if not killed:
            os.kill(first, signal.SIGKILL)
            killed.append(first)

    shared = simulate(plan, rows=["accounts.cash"], executor=client.get_executor(), watch=kill_one)

    assert killed
    assert same_bits(alone, shared)


def test_the_command_works_on_a_cluster(client: Any, tmp_path: Path) -> None:
    path = tmp_path / "cable.yaml"
    path.write_text(PLAN, encoding="utf-8")
    address = client.scheduler.address
    printed = [
        CliRunner().invoke(cli, ["simulate", str(path), "--samples", "64", "--json", *more]).stdout
        for more in ((), ("--dask", address))
    ]
    assert printed[0] == printed[1]
    assert printed[0].startswith("{")
