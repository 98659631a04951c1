"""Examples in docstrings run, and show what they return."""

import doctest
from importlib import import_module
from pathlib import Path

import pytest

import fibercap

ROOT = Path(fibercap.__file__).parent
WITH_EXAMPLES = [
    ".".join(("fibercap", *file.relative_to(ROOT).with_suffix("").parts))
    for file in sorted(ROOT.rglob("*.py"))
    if ">>> " in file.read_text("utf-8")
]


@pytest.mark.parametrize("module", WITH_EXAMPLES)
def test_examples_run_as_shown(module: str) -> None:
    result = doctest.testmod(import_module(module))

    assert (result.failed, result.attempted > 0) == (0, True)


@pytest.mark.parametrize(
    "topic", ["loans.contract", "returns.npv_and_irr", "ramps", "depreciation", "core.timeline", "core.daycount"]
)
def test_these_topics_have_examples(topic: str) -> None:
    assert any(module.endswith(topic) for module in WITH_EXAMPLES)
