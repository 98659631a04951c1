"""The house keeps its order. Each rule is also tried on a few bad lines, so that it is known to bite."""

from __future__ import annotations

import importlib
import json
import subprocess
import sys
from pathlib import Path
from textwrap import indent

import pytest

from tests.house import FILE_LINES, FUNCTION_LINES, RULES
from tests.plain_names import ALLOWED_NAMES, IRREGULAR, NO_PARTICIPLES, TRIALS, VAGUE_WORDS, is_bare_participle
from tests.sources import sources_below

ROOT = Path(__file__).resolve().parent.parent

# (rule, path): why this one file may break it. An entry that is no longer needed fails.
EXCEPTIONS: dict[tuple[str, str], str] = {}

PUBLIC = [
    "FibercapError",
    "FormulaError",
    "IdentityError",
    "NoSuchKeyError",
    "Projection",
    "Scenario",
    "ScenarioError",
    "UnitError",
    "__version__",
    "against",
    "annual",
    "compare",
    "evaluate",
    "explain",
    "iamc",
    "plot",
    "project",
    "read",
    "schedule",
    "sensitivity",
    "simulate",
    "size",
    "solve",
    "table",
    "two_way",
    "verdict",
    "write",
]

SLOW = {"pandas", "matplotlib", "scipy.optimize", "xlsxwriter"}
NOT_FOR_CHECK = SLOW | {"pint"}
NOT_FOR_HELP = SLOW | {"numpy", "pint", "pydantic"}


@pytest.fixture(scope="module")
def sources() -> dict[str, str]:
    return sources_below(ROOT)


@pytest.mark.parametrize("rule", RULES)
def test_the_house_keeps(rule: str, sources: dict[str, str]) -> None:
    results = [violation for violation in RULES[rule](sources) if (rule, violation.path) not in EXCEPTIONS]

    assert not results, "\n" + "\n".join(map(str, sorted(results)))


def test_tests_and_benchmarks_are_excused_with_reasons() -> None:
    assert RULES["excuses"](sources_below(ROOT, "tests", "benchmarks")) == []


def test_every_exception_is_still_needed(sources: dict[str, str]) -> None:
    needed = {(rule, violation.path) for rule in {rule for rule, _ in EXCEPTIONS} for violation in RULES[rule](sources)}

    assert set(EXCEPTIONS) <= needed
    assert all(EXCEPTIONS.values()), "an exception needs a reason"


def test_the_sources_are_found(sources: dict[str, str]) -> None:
    """No rule can be kept by reading nothing."""
    assert {"fibercap/core/units.py", "fibercap/cli.py", "fibercap/__init__.py"} <= set(sources)


def _function(lines: int, docstring: int = 0) -> str:
    """Return a public function of so many lines, and so many more of docstring."""
    doc = ['    """Return.', *["    more"] * (docstring - 2), '    """'] if docstring else []
    return "\n".join(["def f():", *doc, *["    x = 1"] * (lines - 1)])


def _function_with_parameters(arguments: str, *parameters: str) -> str:
    """Return a public function whose docstring has these lines under Parameters."""
    doc = ['"""Return a number.', "", "Parameters", "----------", *parameters, "", "Returns", "-------", "float", '"""']
    return "\n".join([f"def f({arguments}):", *(f"    {line}" for line in doc)])


BROKEN = {
    "an excuse without a reason": ("excuses", {"fibercap/core/a.py": "x = a._b  # noqa: SLF001"}),
    "an excuse from types without a reason": ("excuses", {"fibercap/core/a.py": "x = a.b  # type: ignore[index]"}),
    "an excuse from everything": ("excuses", {"fibercap/core/a.py": "x = a._b  # noqa"}),
    "climbs": ("order", {"fibercap/core/a.py": "from fibercap.model import b"}),
    "climbs in a function": ("order", {"fibercap/model/a.py": "def f():\n    import fibercap.studies.b"}),
    "climbs for types only": ("order", {"fibercap/core/a.py": "if TYPE_CHECKING:\n    from fibercap.model.b import B"}),
    "climbs by a dotted way": ("order", {"fibercap/core/a.py": "from ..model import b"}),
    "climbs by name": ("order", {"fibercap/core/a.py": "from fibercap import views"}),
    "climbs by a text": ("order", {"fibercap/core/a.py": "importlib.import_module('fibercap.views.b')"}),
    "reads the front door": ("order", {"fibercap/reading/a.py": "from fibercap import __version__"}),
    "reading sees views": ("order", {"fibercap/reading/a.py": "from fibercap.views.b import c"}),
    "views see reading": ("order", {"fibercap/views/a.py": "from fibercap import reading"}),
    "a stranger's room": ("order", {"fibercap/engine/a.py": ""}),
    "imports a stranger's room": ("order", {"fibercap/views/a.py": "import fibercap.engine"}),
    "circle of two": (
        "circles",
        {"fibercap/core/a.py": "from fibercap.core import b", "fibercap/core/b.py": "from .a import x"},
    ),
    "circle in a function": (
        "circles",
        {
            "fibercap/core/a.py": "import fibercap.core.b",
            "fibercap/core/b.py": "from fibercap.core.c import x",
            "fibercap/core/c.py": "def f():\n    from fibercap.core.a import x",
        },
    ),
    "circle through a package": (
        "circles",
        {
            "fibercap/model/loans/__init__.py": "from .a import x",
            "fibercap/model/loans/a.py": "from fibercap.model.loans import y",
        },
    ),
    "yaml in the model": ("fences", {"fibercap/model/a.py": "import yaml"}),
    "pandas in studies": ("fences", {"fibercap/studies/a.py": "def f():\n    import pandas as pd"}),
    "matplotlib in tables": ("fences", {"fibercap/views/tables.py": "from matplotlib.figure import Figure"}),
    "xlsxwriter in report": ("fences", {"fibercap/views/report/html.py": "from xlsxwriter import Workbook"}),
    "slow command": ("lightness", {"fibercap/cli.py": "import click\nimport numpy"}),
    "slow command of ours": ("lightness", {"fibercap/cli.py": "from fibercap.reading import read"}),
    "slow verb": ("lightness", {"fibercap/commands/a.py": "from fibercap.reading.files import read"}),
    "slow package": ("lightness", {"fibercap/__init__.py": "import click"}),
    "opens": ("quiet", {"fibercap/model/a.py": "open('x')"}),
    "prints": ("quiet", {"fibercap/core/a.py": "def f():\n    print(1)"}),
    "writes": ("quiet", {"fibercap/studies/a.py": "def f(path):\n    path.write_text('x')"}),
    "stores": ("quiet", {"fibercap/studies/a.py": "np.save(x, y)"}),
    "has paths": ("quiet", {"fibercap/core/a.py": "from pathlib import Path"}),
    "has a clock": ("quiet", {"fibercap/core/a.py": "from time import perf_counter"}),
    "asks the day": ("quiet", {"fibercap/core/a.py": "date.today()"}),
    "asks the hour": ("quiet", {"fibercap/core/a.py": "datetime.now(tz=UTC)"}),
    "asks numpy the day": ("quiet", {"fibercap/core/a.py": "np.datetime64('today')"}),
    "has chance": ("quiet", {"fibercap/studies/a.py": "import random"}),
    "unseeded": ("quiet", {"fibercap/studies/a.py": "np.random.default_rng()"}),
    "seeded with nothing": ("quiet", {"fibercap/studies/a.py": "default_rng(None)"}),
    "seeded with nothing by name": ("quiet", {"fibercap/studies/a.py": "np.random.SeedSequence(entropy=None)"}),
    "imported chance": ("quiet", {"fibercap/studies/a.py": "from numpy.random import normal"}),
    "seeded by all": ("quiet", {"fibercap/studies/a.py": "np.random.normal(0, 1)"}),
    "long file": ("length", {"fibercap/core/a.py": "x = 1\n" * (FILE_LINES + 1)}),
    "long function": ("length", {"fibercap/core/a.py": _function(FUNCTION_LINES + 1)}),
    "long method": (
        "length",
        {"fibercap/core/a.py": "class A:\n" + indent(_function(FUNCTION_LINES + 1), "    ")},
    ),
    "bare except": ("catching", {"fibercap/core/a.py": "try:\n    f()\nexcept:\n    g()"}),
    "except Exception": (
        "catching",
        {"fibercap/core/a.py": "try:\n    f()\nexcept (KeyError, Exception) as e:\n    g()"},
    ),
    "silent except": ("catching", {"fibercap/core/a.py": "try:\n    f()\nexcept KeyError:\n    pass"}),
    "suppresses all": ("catching", {"fibercap/core/a.py": "with contextlib.suppress(Exception):\n    f()"}),
    "vague file": ("names", {"fibercap/model/loan_utils.py": ""}),
    "vague folder": ("names", {"fibercap/common/a.py": ""}),
    "undocumented": ("docstrings", {"fibercap/core/a.py": "def f():\n    return 1"}),
    "undocumented method": ("docstrings", {"fibercap/model/a.py": "class A:\n    def f(self):\n        return 1"}),
    "kernel without a source": ("docstrings", {"fibercap/model/a.py": '@kernel(x="")\ndef f(x):\n    """Return x."""'}),
    "no parameters": ("docstrings", {"fibercap/core/a.py": 'def f(x, y):\n    """Return x + y."""'}),
    "one parameter of two": ("docstrings", {"fibercap/core/a.py": _function_with_parameters("x, *y", "x : float")}),
    "parameters of a method": (
        "docstrings",
        {
            "fibercap/core/a.py": "class A:\n"
            + indent(_function_with_parameters("self, *, x, y", "x : float", "    y : float"), "    ")
        },
    ),
    "asks for a style": (
        "unions",
        {
            "fibercap/model/a.py": "class Base(Style): ...\nclass Level(Base): ...",
            "fibercap/views/b.py": "isinstance(style, Level | int)",
        },
    ),
    "asks for the name of a style": ("unions", {"fibercap/studies/a.py": "loan.repayment.style in {'bullet'}"}),
    "a participle": ("plain names", {"fibercap/core/a.py": "def _kept(): ..."}),
    "a regular participle": ("plain names", {"fibercap/core/a.py": "async def judged(): ..."}),
    "a participle with prepositions": (
        "plain names",
        {"fibercap/core/a.py": "def f():\n    def looked_up_from(): ..."},
    ),
    "a participle as a property": (
        "plain names",
        {"fibercap/core/a.py": "class A:\n    @property\n    def broken(self): ..."},
    ),
    "a participle in a test": ("plain names", {"tests/a.py": "def printed(): ..."}),
    "a vague method": ("plain names", {"fibercap/core/a.py": "class A:\n    def at(self, date): ..."}),
    "a vague parameter": ("plain names", {"fibercap/core/a.py": "def f(x, *, told=1): ..."}),
    "a vague rest of arguments": ("plain names", {"fibercap/core/a.py": "def f(*own): ..."}),
    "a vague argument of a lambda": ("plain names", {"fibercap/core/a.py": "f(lambda found: 1)"}),
    "a vague variable": ("plain names", {"fibercap/core/a.py": "def f():\n    whole = [1]"}),
    "a vague variable among others": ("plain names", {"fibercap/core/a.py": "for row, at in rows: ..."}),
    "a vague variable of a comprehension": ("plain names", {"fibercap/core/a.py": "[1 for found in rows]"}),
    "a vague walrus": ("plain names", {"fibercap/core/a.py": "if said := f(): ..."}),
    "a vague error": ("plain names", {"fibercap/core/a.py": "try:\n    f()\nexcept KeyError as told:\n    g()"}),
    "a vague import": ("plain names", {"fibercap/core/a.py": "from fibercap.core.b import f as found"}),
    "a vague pattern": ("plain names", {"fibercap/core/a.py": "match x:\n    case [1, *held]: ..."}),
    "a vague rest of a pattern": ("plain names", {"fibercap/core/a.py": "match x:\n    case {1: 2, **own}: ..."}),
    "a vague attribute": ("plain names", {"fibercap/core/a.py": "self.held = 1"}),
    "a vague field": ("plain names", {"fibercap/core/a.py": "class A:\n    own: int = 1"}),
    "a vague variable of a test": ("plain names", {"tests/a.py": "def test_x():\n    told = 1"}),
    "a vague function of a test": ("plain names", {"tests/a.py": "def found(): ..."}),
    "a name that another class keeps": ("plain names", {"fibercap/core/a.py": "class A:\n    found: str"}),
}

KEPT = {
    "down": ("order", {"fibercap/views/a.py": "from fibercap.core import b\nfrom fibercap.studies.c import d"}),
    "own folder": ("order", {"fibercap/core/a.py": "from . import b\nimport numpy"}),
    "the command line sees all": (
        "order",
        {"fibercap/cli.py": "def f():\n    import fibercap\n    from fibercap import views"},
    ),
    "a diamond": (
        "circles",
        {
            "fibercap/core/a.py": "from fibercap.core import b, c",
            "fibercap/core/b.py": "from fibercap.core.d import x",
            "fibercap/core/c.py": "from fibercap.core.d import x",
            "fibercap/core/d.py": "",
        },
    ),
    "in their places": (
        "fences",
        {
            "fibercap/reading/a.py": "import yaml",
            "fibercap/views/charts/a.py": "import matplotlib",
            "fibercap/views/charts/all_charts.py": "import matplotlib",
            "fibercap/views/workbook.py": "import xlsxwriter",
            "fibercap/views/tables.py": "import pandas",
        },
    ),
    "on demand": (
        "lightness",
        {"fibercap/cli.py": "import sys\nimport click\nif TYPE_CHECKING:\n    import pint\ndef f():\n    import numpy"},
    ),
    "loud above": ("quiet", {"fibercap/views/a.py": "print(1)", "fibercap/reading/a.py": "open('x')"}),
    "seeded": (
        "quiet",
        {"fibercap/studies/a.py": "np.random.default_rng(7).normal()\nnp.random.Generator(np.random.PCG64(7))"},
    ),
    "full to the brim": (
        "length",
        {"fibercap/core/a.py": _function(FUNCTION_LINES, docstring=FILE_LINES - FUNCTION_LINES)},
    ),
    "catches and tells": (
        "catching",
        {"fibercap/core/a.py": "try:\n    f()\nexcept KeyError as e:\n    raise B from e"},
    ),
    "named after its matter": ("names", {"fibercap/model/loans.py": ""}),
    "documented or private": (
        "docstrings",
        {
            "fibercap/core/a.py": 'def f():\n    """Return."""\n    def g(): ...\ndef _h(): ...',
            "fibercap/views/a.py": "def f(): ...",
        },
    ),
    "parameters": (
        "docstrings",
        {"fibercap/core/a.py": _function_with_parameters("x, *y, z=1, **k", "x : a", "    b", "*y, z, **k")},
    ),
    "one argument": ("docstrings", {"fibercap/core/a.py": 'class A:\n    def f(self, x):\n        """Return x."""'}),
    "parameters of the base": (
        "docstrings",
        {
            "fibercap/core/a.py": "class A:\n"
            + indent(_function_with_parameters("self, x, y", "x, y : float"), "    "),
            "fibercap/core/b.py": 'class B(A): ...\nclass C(B):\n    def f(self, x, y):\n        """Return x."""',
        },
    ),
    "calls a method of a style": (
        "unions",
        {
            "fibercap/model/a.py": "class Level(Style): ...\nisinstance(rate, Floating) and style.balloon() == style.style"
        },
    ),
    "verbs and things": (
        "plain names",
        {
            "fibercap/core/a.py": "def carry_forward_losses(): ...\ndef _drawn_amount(): ...\ndef read_at(): ...\n"
            "def need(): ...\nclass A:\n    def is_broken(self): ...\nkept = 1"
        },
    ),
    "names of others": ("plain names", {"fibercap/core/a.py": "import a\nerror.found + f(at=a.told, *held)"}),
    "an excuse from types with a reason": (
        "excuses",
        {
            "fibercap/core/a.py": "x = a[0]  # type: ignore[index]  # a list",
            "tests/a.py": "x = a[0]  # type: ignore[index]",
        },
    ),
    "an excuse with a reason": ("excuses", {"fibercap/core/a.py": "x = a._b  # noqa: SLF001 - of the same class"}),
    "names that are kept": ("plain names", {"fibercap/core/a.py": "class Problem:\n    found: str"}),
}


@pytest.mark.parametrize("sample", BROKEN)
def test_a_broken_rule_is_seen_once(sample: str) -> None:
    rule, written = BROKEN[sample]

    assert len(RULES[rule](written)) == 1


@pytest.mark.parametrize("sample", KEPT)
def test_a_kept_rule_is_not_blamed(sample: str) -> None:
    rule, written = KEPT[sample]

    assert RULES[rule](written) == []


def test_every_rule_has_a_sample_on_both_sides() -> None:
    assert {rule for rule, _ in BROKEN.values()} == {rule for rule, _ in KEPT.values()} == set(RULES)


@pytest.mark.parametrize("word", sorted(VAGUE_WORDS))
def test_every_vague_word_is_seen(word: str) -> None:
    assert len(RULES["plain names"]({"fibercap/core/a.py": f"def f({word}): ..."})) == 1


@pytest.mark.parametrize("word", sorted(IRREGULAR))
def test_every_irregular_participle_is_seen(word: str) -> None:
    assert len(RULES["plain names"]({"fibercap/core/a.py": f"def _{word}_by(): ..."})) == 1
    assert RULES["plain names"]({"fibercap/core/a.py": f"def {word}_rows(): ..."}) == []


def test_names_are_allowed_for_a_reason() -> None:
    assert all(word.endswith("ed") and reason for word, reason in NO_PARTICIPLES.items())
    assert (
        RULES["plain names"]({"fibercap/core/a.py": "".join(f"def {word}(): ...\n" for word in NO_PARTICIPLES)}) == []
    )
    names = [name for _, name in ALLOWED_NAMES]
    assert all(name in VAGUE_WORDS or is_bare_participle(name) for name in names)
    assert all(ALLOWED_NAMES.values())


def test_names_that_are_kept_are_in_use(sources: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tests.plain_names.ALLOWED_NAMES", {})
    trials = sources_below(ROOT, *TRIALS)

    assert {violation.path for violation in RULES["plain names"](sources | trials)} == {
        "fibercap/core/errors.py",
        "fibercap/model/loans/repayment/style.py",
        "fibercap/views/json/answer_types.py",
        "tests/fuzz/report.py",
        "tests/validation.py",
    }


def test_tests_and_benchmarks_have_plain_names() -> None:
    trials = sources_below(ROOT, *TRIALS)

    assert len(trials) > 300
    assert "\n".join(map(str, RULES["plain names"](trials))) == ""


def test_the_public_names_are_these() -> None:
    package = importlib.import_module("fibercap")

    assert package.__all__ == PUBLIC
    assert sorted(PUBLIC) == PUBLIC


@pytest.mark.parametrize("name", PUBLIC)
def test_a_public_name_can_be_imported(name: str) -> None:
    assert getattr(importlib.import_module("fibercap"), name) is not None


AFTER_A_COMMAND = """
import json, sys
from fibercap.cli import main
code = 0
try:
    main(sys.argv[1:])
except SystemExit as end:
    code = end.code or 0
print(json.dumps({"code": code, "modules": sorted(sys.modules)}))
"""


def _modules_after(*arguments: str) -> set[str]:
    """Return the modules that a command of its own process has loaded by its end."""
    ended = subprocess.run(
        [sys.executable, "-c", AFTER_A_COMMAND, *arguments], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert ended.returncode == 0, ended.stderr
    document = json.loads(ended.stdout.splitlines()[-1])
    assert document["code"] in {0, 1}, ended.stderr  # 1 is a finding of `check`; 2 would mean that it never got to work
    return set(document["modules"])


def test_help_answers_without_the_libraries() -> None:
    assert not _modules_after("--help") & NOT_FOR_HELP


@pytest.mark.long
def test_check_does_without_the_slow_libraries() -> None:
    assert not _modules_after("check", "fibercore") & NOT_FOR_CHECK
