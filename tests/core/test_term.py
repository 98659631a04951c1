"""Terms: text and tree are two forms of one formula."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fibercap.core.errors import FormulaError
from fibercap.core.formulas.formula_text import term_of
from fibercap.core.formulas.term import Call, Chain, Negative, Number, Operation, Reference, Term
from fibercap.model.project import project
from fibercap.reading.files import read

LEAVES = st.one_of(
    st.floats(0, 1e300).map(Number),
    st.builds(Reference, st.sampled_from(["a", "loans.senior-1.closing", "time.end"]), st.integers(-13, 1)),
)


def _join(parts: st.SearchStrategy[Term]) -> st.SearchStrategy[Term]:
    some = st.lists(parts, min_size=1, max_size=3).map(tuple)
    signs = st.sampled_from(["+", "-", "*", "/", "^", "<", "<=", ">", ">=", "="])
    return st.one_of(
        st.builds(Negative, parts),
        st.builds(Operation, signs, parts, parts),
        st.builds(Call, st.sampled_from(["MIN", "IF", "SUMIFS"]), some),
        st.builds(Chain, some),
    )


TERMS = st.recursive(LEAVES, _join, max_leaves=12)


@given(term=TERMS)
def test_the_text_of_a_term_is_read_as_the_same_tree(term: Term) -> None:
    assert term_of(term.text) == term


@given(term=TERMS)
def test_terms_of_one_shape_differ_in_names_alone(term: Term) -> None:
    other = term.rename(lambda path: f"run_off.{path}")

    assert other.shape == term.shape
    assert other.references == tuple((f"run_off.{path}", shift) for path, shift in term.references)
    assert other.rename(lambda path: path.removeprefix("run_off.")) == term


@pytest.mark.parametrize("option", [None, "german_bank"])
def test_every_formula_of_a_projection_is_written_as_it_is_read(option: str | None) -> None:
    projection = project(read("jena_in_euro", option if option in read("jena_in_euro").options else None))
    texts = {text for row in projection.rows.values() for text in (row.formula, row.before, row.after) if text}

    assert len(texts) > 500
    for text in texts:
        assert term_of(term_of(text).text) == term_of(text), text


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("({a}) * ({b} + 1)", "{a} * ({b} + 1)"),
        ("{a} - ({b} - {c})", "{a} - ({b} - {c})"),
        ("({a} - {b}) - {c}", "{a} - {b} - {c}"),
        ("-{a}^2", "-({a}^2)"),
        ("{a}^{b}^{c}", "{a}^({b}^{c})"),
        ("({a} < {b}) = 1", "({a} < {b}) = 1"),
        ("1e-6 * 0.50 + 365", "1e-06 * 0.5 + 365"),
        ("( {a@-1},{b} )", "({a@-1}, {b})"),
    ],
)
def test_a_text_is_written_with_the_brackets_that_it_needs(text: str, plain: str) -> None:
    assert term_of(text).text == plain


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{a} +",
        "({a}",
        "{a})",
        "{a} {b}",
        "{a} < {b} < {c}",
        "a + 1",
        "{a b}",
        "MIN {a}",
        "MIN()",
        "1 == 1",
        "{a@x}",
    ],
)
def test_a_text_that_is_no_formula_is_refused(text: str) -> None:
    with pytest.raises(FormulaError, match="not a formula: `"):
        term_of(text)
