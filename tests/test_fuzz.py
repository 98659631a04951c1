"""Whatever is written, `check` answers: 0 or 1 about a valid projection, 2 with messages, never anything else.

Every shipped scenario is spoilt in a copy of their folder, or a scenario that others extend is, and settings are laid at
random. `make fuzz` tries thousands of cases; FUZZ_CASES says how many of each kind, anew each time.
"""

from __future__ import annotations

import contextlib
import gc
import io
import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fibercap.cli import main
from fibercap.core.trees.tree import leaves
from fibercap.reading.files import read
from fibercap.reading.shipped import shipped_scenarios

pytestmark = pytest.mark.long

ASKED = os.environ.get("FUZZ_CASES")
MANY = settings(
    max_examples=int(ASKED or 100),
    derandomize=not ASKED,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture, HealthCheck.data_too_large],
)
FILES = {path.name: path.read_bytes() for path in shipped_scenarios().values()}
LINES = [line for text in FILES.values() for line in text.splitlines(keepends=True)]
PATHS = sorted({".".join(path) for name in shipped_scenarios() for path, _ in leaves(read(name).tree)})
NUMBERS = "0 -0 -1 1 7 1e-9 1e17 1e18 1e19 1e308 1e999 0.1 50 99_999 999_999_999_999 1__0 010 1. .5 +3 1,5 nan inf ٣ 9**9**9".split()
UNITS = "USD kUSD MUSD EUR BRL DEM km Mkm km/year USD/km USD/year %/year % bp bp/year year years months month days quarters".split()
WORDS = [
    "", "~", "null", "[]", "{}", "[a, b]", "{a: b}", "rest", "June", "FY2002", "end of FY2003", "none", "book", "true", "in total", "end of 2001", "2001-02-30",
    "9999-12-31", "0001-01-01", "1999-12-31", "2003-06-30", "2001-Q5", "*a", "&a b", "!!float 1", "!x y", "|", ">", "'", '"', "a: b", "# x",
    "{times: 2}", "{times: 0}", "{times: -1}", "{plus: 1 %/year}", "{delay: 600 months}", "{value: 1}", "{value: {value: {value: 1}}}",
    "{source: nobody}", "{like: fleet}", "{index: fleet}", "{linear: 0 months}", "{table: {0 months: 100 %}}", "{multiple: 1e18}",
    "{2000: 1 USD, 2000-Q1: 2 USD}", "{style: revolver}", "{style: sculpted, dscr: 1}", "{style: custom, schedule: {}}", "{to: 1e18 USD}",
]  # fmt: skip
KEYS = "like value source where note extends change add remove options claims funding loans times plus delay <<".split()

quantities = st.builds("{} {}".format, st.sampled_from(NUMBERS), st.sampled_from(UNITS))
values = st.one_of(quantities, st.sampled_from(WORDS + NUMBERS), st.text(max_size=12))


def answer(*arguments: str) -> None:
    """Run the command and hold what every answer has."""
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try:
            main(list(arguments))
        except SystemExit as ended:
            code = ended.code
        finally:  # a command leaves its garbage to the end of its process
            gc.unfreeze()
            gc.enable()
    printed, output = out.getvalue(), err.getvalue()
    assert code in {0, 1, 2}
    assert "Traceback" not in printed + output
    if "--json" in arguments:
        assert isinstance(json.loads(printed), dict)
        assert ("problems" in json.loads(printed) or "error" in printed) == (code == 2)
    elif code == 2:
        assert output.strip()
        assert not printed
    else:
        assert "is a valid scenario" in printed
        assert not output


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Hold a copy of the shipped scenarios, in which the tests work."""
    copy = tmp_path_factory.mktemp("scenarios")
    for name, text in FILES.items():
        (copy / name).write_bytes(text)
    with contextlib.chdir(copy):
        yield copy


def _put(line: bytes, value: str) -> bytes:
    """Return a line with another value behind its key."""
    return line.split(b":")[0].rstrip(b"\n") + b": " + value.encode() + b"\n"


def _value(draw: st.DrawFn, line: bytes) -> bytes:
    return _put(line, draw(values))


def _steal(draw: st.DrawFn, line: bytes) -> bytes:
    return (
        line.split(b":")[0].rstrip(b"\n") + b":" + draw(st.sampled_from(LINES)).split(b":", 1)[-1].rstrip(b"\n") + b"\n"
    )


def _with_bytes(draw: st.DrawFn, line: bytes) -> bytes:
    split = draw(st.integers(0, len(line)))
    return line[:split] + draw(st.binary(max_size=6)) + line[split:]


def _below_a_key(draw: st.DrawFn, line: bytes) -> bytes:
    before = b" " * (len(line) - len(line.lstrip(b" ")))
    return _put(before + draw(st.sampled_from(KEYS)).encode(), draw(values)) + line


def _indent(draw: st.DrawFn, line: bytes) -> bytes:
    return b" " * draw(st.integers(0, 6)) + line.lstrip(b" ")


# What is done to one line of a file; values are what people change most.
TO_A_LINE: tuple[Callable[[st.DrawFn, bytes], bytes], ...] = (
    *[_value] * 3,
    *[_steal] * 2,
    _with_bytes,
    _below_a_key,
    _indent,
    lambda _, line: b"\t" + line,
    lambda _, line: line + line,
)
# What is done to a file between two of its lines.
TO_LINES: tuple[Callable[[list[bytes], int, int], list[bytes]], ...] = (
    lambda lines, one, _: lines[:one] + lines[one + 1 :],
    lambda lines, one, two: lines[: min(one, two)] + lines[max(one, two) :],
    lambda lines, one, two: [*lines[:one], lines[two], *lines[one:]],
    lambda lines, one, two: [*lines[:one], lines[one][: two % 40]],
    lambda lines, one, two: [lines[{one: two, two: one}.get(index, index)] for index in range(len(lines))],
)


@st.composite
def spoilt(draw: st.DrawFn) -> tuple[str, bytes]:
    """Return a shipped file with lines lost, swapped, moved, doubled, cut off, spoilt or given other values."""
    name = draw(st.sampled_from(sorted(FILES)))
    lines = FILES[name].splitlines(keepends=True)
    for _ in range(draw(st.integers(1, 4))):
        one, two = draw(st.integers(0, len(lines) - 1)), draw(st.integers(0, len(lines) - 1))
        if draw(st.integers(0, 2)):
            lines[one] = draw(st.sampled_from(TO_A_LINE))(draw, lines[one])
        else:
            lines = draw(st.sampled_from(TO_LINES))(lines, one, two) or [b"\n"]
    return name, b"".join(lines)


@MANY
@given(written=spoilt(), asked=st.sampled_from(sorted(FILES)), private=st.booleans(), as_json=st.booleans())
def test_whatever_is_written_gets_an_answer_and_never_a_traceback(
    folder: Path, written: tuple[str, bytes], asked: str, *, private: bool, as_json: bool
) -> None:
    """Half the time the spoilt file is checked, half the time any other, which may extend it."""
    name, text = written
    (folder / name).write_bytes(text)
    try:
        answer("check", name if private else asked, *["--json"] * as_json)
    finally:
        (folder / name).write_bytes(FILES[name])


@st.composite
def paths(draw: st.DrawFn) -> str:
    """Return the path of an input, whole, cut short, prolonged or misspelt."""
    parts = draw(st.sampled_from(PATHS)).split(".")
    kind = draw(st.sampled_from("whole whole whole cut longer misspelt any".split()))
    if kind == "cut":
        parts = parts[: draw(st.integers(1, len(parts)))]
    elif kind == "longer":
        parts.append(draw(st.sampled_from([*KEYS, "2001", "note", "x"])))
    elif kind == "misspelt":
        parts[draw(st.integers(0, len(parts) - 1))] = draw(st.text(max_size=6))
    return draw(st.text(max_size=20)) if kind == "any" else ".".join(parts)


laid = st.one_of(
    st.builds("{}={}".format, paths(), values),
    st.builds("{}={{{}: {}}}".format, paths(), st.sampled_from(KEYS), values),
)


@MANY
@given(
    texts=st.lists(laid | st.text(max_size=30), min_size=1, max_size=3),
    name=st.sampled_from(sorted(shipped_scenarios())),
    as_json=st.booleans(),
)
def test_whatever_is_set_gets_an_answer_and_never_a_traceback(texts: list[str], name: str, *, as_json: bool) -> None:
    answer("check", name, *(f"--set={text}" for text in texts), *["--json"] * as_json)
