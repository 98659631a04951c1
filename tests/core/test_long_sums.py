"""Sums of very many terms: in brackets they are the same sums, and no tree is deeper than programs follow."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fibercap.core.errors import UnitError
from fibercap.core.formulas.formula import evaluate
from fibercap.core.formulas.formula_text import term_of
from fibercap.core.formulas.term import MOST_ADDED, Term
from fibercap.core.formulas.unit_proof import unit_of

PARTS = st.sampled_from(
    [
        "{a}",
        "2",
        "MAX({a} - {b}, 0)",
        "-{b}",
        "{a} * ({b} + 1)",
        "IF({a} > {b} + 1, {a}, -{b})",
        "{b}^2",
        "AND({a} >= 1, {b} < 2)",
    ]
)
VALUES = {"a": np.array([3.25, 0.5]), "b": np.array([1.5, 4.0])}


def value_of(text: str) -> list[float]:
    return [float(value) for value in evaluate(text, lambda path, _: VALUES[path]).ravel()]


def depth(term: Term) -> int:
    """Return how deep a tree is, without recursion of one's own."""
    level, terms = 0, [term]
    while terms:
        level, terms = level + 1, [part for term in terms for part in term.parts]
    return level


@pytest.mark.long
@given(st.lists(st.tuples(st.sampled_from([1, -1]), PARTS), min_size=40, max_size=400))
@settings(max_examples=40, deadline=None)
def test_long_sums_are_the_sums_of_their_terms(terms: list[tuple[int, str]]) -> None:
    text = "{a}" + "".join(f" {'+' if sign > 0 else '-'} {part}" for sign, part in terms)
    expected = sum((sign * np.broadcast_to(value_of(part), 2) for sign, part in terms), start=VALUES["a"])
    term = term_of(text)
    assert value_of(text) == pytest.approx(expected.tolist(), rel=1e-12, abs=1e-9)
    assert term_of(term.text) == term
    assert term_of(term.text).text == term.text


def test_sums_that_are_not_long_are_written_without_brackets() -> None:
    text = " + ".join(f"{{row.{k}}}" for k in range(MOST_ADDED + 1))
    assert term_of(text).text == text
    assert "(" in term_of(f"{text} - {{row.last}}").text


@pytest.mark.parametrize("form", ["{}", "-({})", "IF(({}) > 0, 1, 0)", "SUM(({}) * {{row.0}})"])
@pytest.mark.parametrize("sign", [" + ", " - "])
def test_sums_of_thousands_of_terms_are_read_written_evaluated_and_proved(form: str, sign: str) -> None:
    text = form.format(sign.join(f"{{row.{k}}}" for k in range(3_000)))
    term = term_of(text)
    assert depth(term) < 4 * MOST_ADDED
    assert len(term.references) == 3_000
    assert term_of(term.text) == term
    assert term.rename(lambda path: f"after.{path}").references[-1] == ("after.row.2999", 0)
    assert np.isfinite(evaluate(term, lambda _path, _shift: np.ones(3))).all()
    assert unit_of(term, lambda _: "") == ()


def test_the_one_unit_that_does_not_fit_is_named() -> None:
    text = " + ".join(f"{{row.{k}}}" for k in range(3_000))
    with pytest.raises(UnitError, match=r"joins (USD and km|km and USD)"):
        unit_of(text, lambda path: "km" if path == "row.2530" else "USD")
