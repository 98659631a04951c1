"""Every error that is raised for a user has a code and a way out, and every code a request that is refused with it."""

from __future__ import annotations

import ast
import pickle
from collections.abc import Iterator
from pathlib import Path

import pytest

from fibercap.core.errors import FibercapError
from fibercap.core.problems.problem_codes import KINDS
from fibercap.core.problems.request_codes import EVERY_KIND, REQUEST_GROUPS, REQUEST_KINDS
from fibercap.views.json.documents import errors_document
from tests.error_requests import REQUESTS

PACKAGE = Path(__file__).resolve().parents[1] / "fibercap"
RAISED = ("FibercapError", "UnitError", "FormulaError", "IdentityError", "CircularError")
# Codes that are worked out: they come with a refused quantity or date, another error, or a refusal of several kinds.
WORKED_OUT = {"error.code", "code", "day[0]", "*_refusal(projection, inputs, path, when)"}
WAYS = ("name ", "leave ")


def calls_that_raise(source: str, names: tuple[str, ...] = RAISED) -> Iterator[ast.Call]:
    """Run over the calls that make the errors that a source text raises."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call):
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            if name in names:
                yield node


def sources() -> list[str]:
    return [file.read_text("utf-8") for file in PACKAGE.rglob("*.py")]


def without_code(source: str) -> list[str]:
    """Return the errors that a source text raises without a code of the table."""
    results = []
    for call in calls_that_raise(source):
        code = call.args[0] if call.args else call
        known = code.value in EVERY_KIND if isinstance(code, ast.Constant) else ast.unparse(code) in WORKED_OUT
        if not known:
            results.append(ast.unparse(call))
    return results


@pytest.mark.long
def test_no_error_is_raised_without_a_code() -> None:
    assert [call for source in sources() for call in without_code(source)] == []
    assert sum(len(list(calls_that_raise(source))) for source in sources()) > 80


@pytest.mark.parametrize("call", ["FibercapError('no row')", "errors.UnitError(f'{a} and {b}')", "FormulaError()"])
def test_an_error_without_a_code_is_seen(call: str) -> None:
    assert without_code(f"raise {call}") == [call]


def test_every_code_is_raised_and_stands_in_one_group() -> None:
    texts = "".join(sources())

    assert [code for code in REQUEST_KINDS if texts.count(f'"{code}"') < 2] == []
    assert sum(map(len, REQUEST_GROUPS.values())) == len(REQUEST_KINDS)
    assert set(KINDS) & set(REQUEST_KINDS) == set()


@pytest.mark.parametrize("code", REQUEST_KINDS)
def test_the_request_of_a_code_is_refused_with_it_and_a_way_out(code: str) -> None:
    error = REQUESTS[code].error()

    assert error is not None
    assert error.code == code
    assert error.hint
    assert str(error) == f"{error.found}; {error.hint}"


@pytest.mark.parametrize("code", REQUEST_KINDS)
def test_a_kind_is_reported_in_sentences(code: str) -> None:
    for sentence in REQUEST_KINDS[code][:2]:
        assert sentence[0].isupper()
        assert sentence.endswith(".")


def test_an_error_without_a_known_code_cannot_be_made() -> None:
    with pytest.raises(ValueError, match=r"`no_such_nme` is no code of a problem; did you mean `no_such_name`\?"):
        FibercapError("no_such_nme", "no row")


def test_an_error_without_a_hint_says_the_cure_of_its_code() -> None:
    assert str(FibercapError("no_options", "there are none")) == "there are none; write some under `options:`"
    assert str(FibercapError("no_options", "there are none", "add one")) == "there are none; add one"


def test_an_error_comes_whole_from_another_process() -> None:
    error = FibercapError("no_options", "there are none", "add one")

    copy = pickle.loads(pickle.dumps(error))  # noqa: S301 - made in the line itself

    assert (copy.code, str(copy)) == (error.code, str(error))


@pytest.mark.long
def test_json_tells_code_and_hint() -> None:
    error = REQUESTS["no_such_name"].error()

    assert error is not None
    (document,) = errors_document(error)["errors"]
    assert document["code"] == "no_such_name"
    assert (document["found"], document["hint"]) == ("no row matches `accounts.cahs`", "did you mean `accounts.cash`?")


@pytest.mark.long
def test_bad_usage_says_a_way_out() -> None:
    messages = [ast.unparse(call) for source in sources() for call in calls_that_raise(source, ("UsageError",))]

    assert messages
    assert [message for message in messages if not any(way in message for way in WAYS)] == []
