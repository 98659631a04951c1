"""One Hypothesis profile for everybody: the same examples on every machine, however slow it is."""

import gc
from collections.abc import Iterator
from importlib.util import find_spec

import pytest
from hypothesis import settings

from tests.memory import forget_if_large

settings.register_profile("ci", derandomize=True, deadline=None, database=None)
settings.load_profile("ci")

gc.disable()  # collecting cycles takes a sixth of the time; between files it is done by hand, where it is worth while

collect_ignore = [] if find_spec("PySAM") else ["model/test_pysam.py"]  # it has no wheel for every Python


@pytest.fixture(autouse=True, scope="module")
def _small_process() -> Iterator[None]:
    """Keep a process of tests small: by the end of the suite one had grown to 14 GB."""
    yield
    forget_if_large()
