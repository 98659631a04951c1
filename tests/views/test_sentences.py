"""Numbers in sentences: few digits, and the same in Python and in the live page."""

from __future__ import annotations

import json
import os
import subprocess
from importlib import resources

import numpy as np
import pytest

from fibercap.model.measures.measure import Measure
from fibercap.views.sentences import measure_text, quantity_text
from tests.node import NODE

SCRIPT = "views/report/live/script/1_text.js"
VALUES = (0.0, -0.004, 0.2083, -0.5, 12.0, 999.0, 9_999.99, 10_000.0, 1.5e4, -3e7, 1.3564344333286444e18, 123_456.789)


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (0.2083, "20.83"),
        (9_999.0, "999,900.00"),
        (10_000.0, "1.0e6"),
        (-2.5e7, "-2.5e9"),
        (1.3564344333286444e18, "1.4e20"),
    ],
)
def test_a_rate_beyond_a_million_percent_is_told_by_its_size(value: float, written: str) -> None:
    """Such as that of a press for one pound: in full it has 24 digits, and takes the room of five options."""
    assert quantity_text(value, "1/year") == (written, "%/year")


@pytest.mark.skipif(not NODE and "CI" not in os.environ, reason="Node is not here")
def test_the_live_page_writes_numbers_as_sentences_do() -> None:
    script = resources.files("fibercap").joinpath(SCRIPT).read_text("utf-8")
    asked = [(value, unit) for value in VALUES for unit in ("1/year", "", "USD", "year", "km")]
    code = f"{script}; console.log(JSON.stringify({json.dumps(asked)}.map(([v, u]) => [quantity(v, u), measureText(v, u)])))"

    answer = json.loads(subprocess.run([NODE, "-e", code], capture_output=True, text=True, check=True).stdout)

    for (value, unit), texts in zip(asked, answer, strict=True):
        measure = Measure("m", "M", unit, "", np.array([value]))
        assert texts[0].strip() == " ".join(quantity_text(value, unit)).strip(), (value, unit)
        assert texts[1].strip() == " ".join(measure_text(measure)).strip(), (value, unit)
