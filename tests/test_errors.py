"""Every error code is in the table, is used, has an example that yields it, and stands in docs/errors.md."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from fibercap.core.errors import Problem
from fibercap.core.problems.problem_codes import GROUPS, KINDS
from tests.errors import EXAMPLES, PAGE, PLAN, Example, page

PACKAGE = Path(__file__).resolve().parents[1] / "fibercap"
# Where a call takes the code among its arguments.
CALLS = {"wrong": 0, "QuantityTextError": 0, "Problem": 1, "problem": 1, "_only": 1}
# How long a tuple is that carries a problem, and where its code stands: what checks yield, and what fields return.
TUPLES = {5: 1, 4: 0}


def codes_in(source: str) -> Iterator[str]:
    """Run over the codes that a source text writes out."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call):
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            parts, where = node.args, CALLS.get(name)
        elif isinstance(node, ast.Yield | ast.Return) and isinstance(node.value, ast.Tuple):
            parts, where = node.value.elts, TUPLES.get(len(node.value.elts))
        else:
            continue
        part = parts[where] if where is not None and where < len(parts) else None
        if isinstance(part, ast.Constant) and isinstance(part.value, str):
            yield part.value


def codes_in_package() -> set[str]:
    return {code for file in PACKAGE.rglob("*.py") for code in codes_in(file.read_text("utf-8"))}


@pytest.mark.long
def test_every_code_that_is_used_is_in_the_table_and_every_code_of_the_table_is_used() -> None:
    assert codes_in_package() - set(KINDS) == set()
    assert set(KINDS) - codes_in_package() == set()


def test_no_code_stands_in_two_groups() -> None:
    assert sum(map(len, GROUPS.values())) == len(KINDS)


@pytest.mark.parametrize(
    "source",
    [
        "wrong('x', 'found', 'wanted')",
        "Problem('path', 'x', 'found')",
        "self.problem('path', 'x')",
        "def f():\n    yield at, 'x', told, wanted, hint",
        "def f():\n    return 'x', told, wanted, hint",
    ],
)
def test_a_code_is_seen_wherever_it_stands(source: str) -> None:
    assert list(codes_in(source)) == ["x"]


def test_a_problem_without_a_known_code_is_refused() -> None:
    with pytest.raises(ValueError, match=r"`unknwon_key` is no code of a problem; did you mean `unknown_key`\?"):
        Problem("a", "unknwon_key", "unknown key")


def test_a_message_without_a_way_out_says_the_cure_of_its_code() -> None:
    assert Problem("a", "falling", "a share that falls").hint == "let each share be at least the one before"
    assert Problem("a", "falling", "a share that falls", hint="lift it").hint == "lift it"
    assert Problem("a", "out_of_range", "120 %", "at most 100 %").hint == ""


@pytest.mark.parametrize("code", KINDS)
def test_the_example_of_a_code_yields_it_first(code: str) -> None:
    problems = EXAMPLES[code].problems()

    assert problems, "the example is accepted"
    assert problems[0].code == code
    assert problems[0].place or EXAMPLES[code].plan is not None  # a dict has no lines


@pytest.mark.parametrize("code", KINDS)
def test_a_kind_is_reported_in_whole_sentences(code: str) -> None:
    for sentence in KINDS[code][:2]:
        assert sentence[0].isupper() or sentence.startswith(("`", "-"))
        assert sentence.endswith(".")


def test_the_plan_that_is_spoilt_is_sound() -> None:
    assert Example({"plan.yaml": PLAN}).problems() == []


@pytest.mark.long
def test_the_page_says_what_fibercap_says() -> None:
    assert PAGE.read_text("utf-8") == page(), "run `python -m tests.errors`"
