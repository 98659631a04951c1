"""What all tests share: one Hypothesis profile, the same on every machine; small processes; the longest tests first."""

import gc
from collections.abc import Iterator
from importlib.util import find_spec

import pytest
from hypothesis import settings

from tests.memory import give_memory_back

settings.register_profile("ci", derandomize=True, deadline=None, database=None)
settings.load_profile("ci")

gc.disable()  # collecting cycles again and again takes a sixth of the time; it is done once after each file

collect_ignore = [] if find_spec("PySAM") else ["model/test_pysam.py"]  # it has no wheel for every Python


@pytest.fixture(autouse=True, scope="module")
def _small_process() -> Iterator[None]:
    """Keep a process of tests small: by the end of the suite one had grown to 14 GB."""
    yield
    give_memory_back()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the tests that take a minute each: at the end one process would wait for the other."""
    items.sort(key=lambda item: item.get_closest_marker("office") is None)
