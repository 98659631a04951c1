"""Patterns of row names: `*`, `?` and `**` against a witness, and without going back and forth."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from fibercap.studies.explaining.lookup import matches

MEANS = {"**": ".*", "*": "[^.]*", "?": "[^.]"}


@given(pattern=st.text("ab.*?", max_size=8), path=st.text("aB.", min_size=1, max_size=8))
def test_a_pattern_matches_as_a_regular_expression_does(pattern: str, path: str) -> None:
    parts = re.split(r"(\*\*|[*?])", f"x.{pattern}")
    witness = re.fullmatch("".join(MEANS.get(part, re.escape(part)) for part in parts), f"x.{path}", re.IGNORECASE)

    assert matches(f"x.{pattern}", f"x.{path}") == bool(witness)


def test_hundreds_of_wildcards_do_not_make_a_pattern_run_on() -> None:
    """A regular expression would try more ways than there are seconds."""
    path = "loans.fleet.schedule." + "a" * 60

    assert not matches(f"loans.{'*a' * 20}{'**a' * 20}x", path)
    assert matches(f"loans.{'**' * 200}a", path)
