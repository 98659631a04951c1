"""The examples in docstrings of the package are run, as they stand."""

from __future__ import annotations

import doctest
import importlib
from pathlib import Path

import pytest

from tests.house import module_of, sources_below

ROOT = Path(__file__).resolve().parent.parent
WITH_EXAMPLES = [module_of(path) for path, text in sources_below(ROOT).items() if ">>> " in text]


@pytest.mark.parametrize("module", WITH_EXAMPLES)
def test_the_examples_of_a_module_come_out_as_shown(module: str) -> None:
    result = doctest.testmod(importlib.import_module(module))

    assert result.attempted
    assert not result.failed


def test_calendars_have_examples() -> None:
    assert {"fibercap.core.timeline", "fibercap.core.daycount"} <= set(WITH_EXAMPLES)
