"""Lines of `check` fit the terminal; nothing of them is lost."""

from __future__ import annotations

import pytest
from click.testing import CliRunner

from fibercap.cli import cli
from fibercap.views.terminal.wrapped_lines import wrapped_lines


@pytest.mark.long
@pytest.mark.parametrize("width", [60, 80, 120])
def test_check_is_no_wider_than_the_terminal(monkeypatch: pytest.MonkeyPatch, width: int) -> None:
    monkeypatch.setenv("COLUMNS", str(width))

    printed = CliRunner().invoke(cli, ["check", "fibercore", "--flips"]).output

    assert max(map(len, printed.splitlines())) <= width
    assert "decided by plants.jena.capacity, assumed: flips at 245,000 km/year," in " ".join(printed.split())


def test_what_hangs_over_is_indented_and_a_long_word_stays_whole() -> None:
    assert wrapped_lines("    one two three", 12) == "    one two\n        three"
    assert wrapped_lines("one two three", 14, column=6) == "one two\n        three"
    assert wrapped_lines("  loans.a_very_long_name.rate", 10) == "  loans.a_very_long_name.rate"
    assert (
        wrapped_lines("a/long/path/to/plan.yaml is a valid scenario", 20)
        == "a/long/path/to/plan.yaml is a valid scenario"
    )
    assert wrapped_lines("  a\n\n  b", 80) == "  a\n\n  b"
