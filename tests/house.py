"""The rules of the house, each a function from sources to violations, read off the syntax trees.

The rule on plain names has a file of its own, `plain_names.py`.
"""

from __future__ import annotations

import ast
import re
import sys
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import PurePosixPath

from tests.plain_names import violations_of_plain_names
from tests.sources import Function, Sources, Violation, tree_of

STOREYS = {
    "core": 0,
    "model": 1,
    "studies": 2,
    "reading": 3,
    "views": 3,
    "__init__": 4,
    "commands": 5,
    "cli": 6,
    "__main__": 7,
}
UNKNOWN = 99  # a room that nobody may import from
FENCES = {
    "yaml": "fibercap/reading/",
    "matplotlib": "fibercap/views/charts",
    "jinja2": "fibercap/views/report",
    "xlsxwriter": "fibercap/views/workbook",
    "pandas": "fibercap/views/",
}
LIGHT = {  # what the files below a path may import when they are imported: a package, or a folder of ours
    "fibercap/__init__.py": frozenset({"fibercap.core.shown"}),  # which itself imports nothing of ours
    "fibercap/cli.py": frozenset({"click", "fibercap.commands"}),
    "fibercap/commands/": frozenset({"click", "fibercap.commands"}),
}
QUIET = ("fibercap/core/", "fibercap/model/", "fibercap/studies/")
DOCUMENTED = ("fibercap/core/", "fibercap/model/")
WITH_PARAMETERS = DOCUMENTED  # where docstrings describe every argument of functions that have more than one
FILE_LINES = 300
FUNCTION_LINES = 40
MEMBERS_WITH_METHODS = ("Style", "Depreciation")  # bases of unions; their members are asked by methods
EXCUSE = re.compile(r"# noqa(: *[A-Z]+\d+(, *[A-Z]+\d+)*)? *$")
UNTYPED = re.compile(r"# type: ignore(\[[a-z, -]+\])? *$")
VAGUE = frozenset({"common", "helper", "helpers", "info", "manager", "managers", "misc", "util", "utils"})

OUTWARD_CALLS = {"breakpoint", "input", "open", "print"}
OUTWARD_MODULES = {
    *("glob", "io", "os", "pathlib", "shutil", "socket", "subprocess", "tempfile", "urllib"),
    *("random", "secrets", "time", "uuid"),
}
OUTWARD_METHODS = {
    *("open", "read_bytes", "read_text", "write_bytes", "write_text"),
    *("now", "today", "utcnow"),
    *("fromfile", "genfromtxt", "load", "loadtxt", "memmap", "save", "savetxt", "savez", "savez_compressed", "tofile"),
}
WITH_SEED = {"MT19937", "PCG64", "PCG64DXSM", "Philox", "SFC64", "SeedSequence", "default_rng"}
SEEDED = WITH_SEED | {"BitGenerator", "Generator"}


@dataclass(frozen=True)
class Import:
    """One imported name: the module, and what is taken from it ("" for the module itself)."""

    module: str
    name: str
    line: int
    on_start: bool

    @property
    def package(self) -> str:
        """Return the first part of the module's name."""
        return self.module.partition(".")[0]


def module_of(path: str) -> str:
    """Return the dotted name of a file; a package is named without `__init__`."""
    parts = PurePosixPath(path).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


@cache
def imports_of(path: str, text: str) -> tuple[Import, ...]:
    """Return every import of a file, those inside functions and those for type checkers included."""
    here = module_of(path).split(".")
    package = here if path.endswith("/__init__.py") else here[:-1]

    def walk(node: ast.AST, *, on_start: bool) -> Iterator[Import]:
        match node:
            case ast.Import():
                yield from (Import(alias.name, "", node.lineno, on_start) for alias in node.names)
            case ast.ImportFrom():
                base = package[: len(package) - node.level + 1] if node.level else []
                module = ".".join([*base, *([node.module] if node.module else [])])
                yield from (Import(module, alias.name, node.lineno, on_start) for alias in node.names)
            case ast.Call(
                func=ast.Name("import_module" | "__import__") | ast.Attribute(attr="import_module"),
                args=[ast.Constant(str(module)), *_],
            ):
                yield Import(module, "", node.lineno, on_start)
            case ast.If(test=ast.Name("TYPE_CHECKING") | ast.Attribute(attr="TYPE_CHECKING")):
                yield from (entry for inner in node.body for entry in walk(inner, on_start=False))
                yield from (entry for inner in node.orelse for entry in walk(inner, on_start=on_start))
                return
        runs_now = on_start and not isinstance(node, Function | ast.Lambda)
        for child in ast.iter_child_nodes(node):
            yield from walk(child, on_start=runs_now)

    return tuple(walk(tree_of(text), on_start=True))


def violations_of_order(sources: Sources) -> list[Violation]:
    """Return imports that climb: from a later folder, or between reading and views."""
    violations, known = [], _modules_of(sources)
    for path, text in sources.items():
        here = _room(module_of(path))
        if here not in STOREYS:
            violations.append(Violation(path, 1, f"`{here}` is no room of the house"))
            continue
        for entry in imports_of(path, text):
            if entry.package != "fibercap":
                continue
            there = _room(_submodule(entry, known))
            if there != here and STOREYS.get(there, UNKNOWN) >= STOREYS[here]:
                violations.append(Violation(path, entry.line, f"{here} imports from {there}"))
    return violations


def _room(module: str) -> str:
    return module.split(".")[1] if "." in module else "__init__"


def _modules_of(sources: Sources) -> frozenset[str]:
    """Return the dotted names of all files and of the first folders."""
    return frozenset({module_of(path) for path in sources} | {f"fibercap.{room}" for room in STOREYS if room[0] != "_"})


def _submodule(entry: Import, known: frozenset[str]) -> str:
    """Return what `from fibercap import name` reaches: a folder or file of that name, or else the package."""
    inner = f"{entry.module}.{entry.name}"
    return inner if inner in known else entry.module


def violations_of_circles(sources: Sources) -> list[Violation]:
    """Return the circles of imports between files, each once, at its first file."""
    files, known = {module_of(path): path for path in sources}, _modules_of(sources)
    edges: dict[str, set[str]] = {}
    for path, text in sources.items():
        targets = {_submodule(entry, known) for entry in imports_of(path, text)}
        edges[path] = {files[target] for target in targets if target in files and files[target] != path}
    reach = {path: _reachable(path, edges) for path in edges}
    circles = {frozenset(p for p in reach[path] if path in reach[p]) for path in edges if path in reach[path]}
    return [Violation(min(circle), 1, f"a circle of imports: {', '.join(sorted(circle))}") for circle in circles]


def _reachable(start: str, edges: Mapping[str, set[str]]) -> set[str]:
    reached: set[str] = set()
    ahead = set(edges[start])
    while ahead:
        path = ahead.pop()
        reached.add(path)
        ahead |= edges[path] - reached
    return reached


def violations_of_fences(sources: Sources) -> list[Violation]:
    """Return imports of a library outside the one place that knows it."""
    return [
        Violation(path, entry.line, f"{entry.package} is known only to {FENCES[entry.package]}")
        for path, text in sources.items()
        for entry in imports_of(path, text)
        if entry.package in FENCES and not path.startswith(FENCES[entry.package])
    ]


def violations_of_lightness(sources: Sources) -> list[Violation]:
    """Return what the command line and the package import on start, beyond the standard library and click."""
    return [
        Violation(path, entry.line, f"{entry.module} is imported on start")
        for start, allowed in LIGHT.items()
        for path, text in sources.items()
        if path.startswith(start)
        for entry in imports_of(path, text)
        if entry.on_start
        and entry.package not in sys.stdlib_module_names
        and not f"{entry.module}.".startswith(tuple(f"{name}." for name in allowed))
    ]


def violations_of_quiet(sources: Sources) -> list[Violation]:
    """Return what reaches for a file, the screen, a clock or unseeded chance in the rooms that only compute."""
    violations = []
    for path, text in sources.items():
        if not path.startswith(QUIET):
            continue
        calls = (node for node in ast.walk(tree_of(text)) if isinstance(node, ast.Call))
        violations += [
            Violation(path, entry.line, f"imports {entry.module}")
            for entry in imports_of(path, text)
            if _outward(entry)
        ]
        violations += [Violation(path, call.lineno, reason) for call in calls if (reason := _reaches_out(call))]
    return violations


def _outward(entry: Import) -> bool:
    if entry.module == "numpy.random":
        return entry.name not in SEEDED
    return entry.package in OUTWARD_MODULES and entry.name not in {"PurePath", "PurePosixPath"}


def _reaches_out(call: ast.Call) -> str:
    """Return how a call reaches out of the computation, or "" where it does not."""
    given = [*call.args, *(keyword.value for keyword in call.keywords)]
    constants = {argument.value for argument in given if isinstance(argument, ast.Constant)}
    match call.func:
        case ast.Name(name) if name in OUTWARD_CALLS:
            return f"calls {name}"
        case ast.Name(name) | ast.Attribute(attr=name) if name in WITH_SEED and (not given or None in constants):
            return f"calls {name} without a seed"
        case ast.Attribute(value=ast.Attribute(attr="random"), attr=name) if name not in SEEDED:
            return f"calls random.{name}, which nobody seeded"
        case ast.Attribute(attr=name) if name in OUTWARD_METHODS:
            return f"calls .{name}"
        case ast.Name("datetime64") | ast.Attribute(attr="datetime64") if constants & {"now", "today"}:
            return "asks NumPy for the time"
    return ""


def violations_of_length(sources: Sources) -> list[Violation]:
    """Return files and functions beyond their budget; a docstring is free, and a def counts from its own line."""
    violations = []
    for path, text in sources.items():
        sizes = [(1, "the file", len(text.splitlines()), FILE_LINES)]
        functions = (node for node in ast.walk(tree_of(text)) if isinstance(node, Function))
        sizes += [(node.lineno, node.name, _lines(node), FUNCTION_LINES) for node in functions]
        violations += [
            Violation(path, line, f"{name} has {lines} lines, {allowed} allowed")
            for line, name, lines, allowed in sizes
            if lines > allowed
        ]
    return violations


def _lines(node: ast.stmt) -> int:
    total = (node.end_lineno or node.lineno) - node.lineno + 1
    if isinstance(node, Function) and ast.get_docstring(node) is not None:
        total -= _lines(node.body[0])
    return total


def violations_of_catching(sources: Sources) -> list[Violation]:
    """Return handlers that catch everything or say nothing."""
    violations = []
    for path, text in sources.items():
        for node in ast.walk(tree_of(text)):
            if isinstance(node, ast.ExceptHandler):
                if node.type is None or _names_all_errors([node.type]):
                    violations.append(Violation(path, node.lineno, "catches everything"))
                if all(isinstance(s, ast.Pass) or _is_ellipsis(s) for s in node.body):
                    violations.append(Violation(path, node.lineno, "swallows an error in silence"))
            elif isinstance(node, ast.Call) and _suppresses(node.func) and _names_all_errors(node.args):
                violations.append(Violation(path, node.lineno, "suppresses everything"))
    return violations


def _suppresses(function: ast.expr) -> bool:
    return ast.unparse(function) in {"suppress", "contextlib.suppress"}


def _names_all_errors(nodes: list[ast.expr]) -> bool:
    return any(
        isinstance(inner, ast.Name) and inner.id in {"Exception", "BaseException"}
        for node in nodes
        for inner in ast.walk(node)
    )


def _is_ellipsis(statement: ast.stmt) -> bool:
    return (
        isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant) and statement.value.value is ...
    )


def violations_of_names(sources: Sources) -> list[Violation]:
    """Return files and folders named after nothing in particular."""
    return [
        Violation(path, 1, f"`{part}` says nothing about what is inside")
        for path in sources
        for part in PurePosixPath(path).with_suffix("").parts
        if VAGUE & set(part.split("_"))
    ]


def violations_of_docstrings(sources: Sources) -> list[Violation]:
    """Return public functions without a docstring, without all their parameters, and kernels that name no source."""
    violations = []
    trees = {path: tree_of(text) for path, text in sources.items()}
    above = _methods_above(trees.values())
    for path, tree in trees.items():
        if not path.startswith(DOCUMENTED):
            continue
        for node, owner in _public_functions(tree):
            doc = ast.get_docstring(node)
            if doc is None:
                violations.append(Violation(path, node.lineno, f"{node.name} has no docstring"))
            elif _is_kernel(node) and "Source\n------\n" not in doc:
                violations.append(Violation(path, node.lineno, f"the kernel {node.name} states no source"))
            elif path.startswith(WITH_PARAMETERS) and node.name not in above.get(owner, ()):
                missing = _arguments(node) - _parameters(doc) if len(_arguments(node)) > 1 else ()
                if missing:
                    names = ", ".join(sorted(missing))
                    violations.append(Violation(path, node.lineno, f"{node.name} has no Parameters on {names}"))
    return violations


def _public_functions(scope: ast.Module | ast.ClassDef) -> Iterator[tuple[Function, str]]:
    """Yield each public function with the name of the class that it belongs to, "" of a module's own."""
    for node in scope.body:
        if isinstance(node, Function | ast.ClassDef) and not node.name.startswith("_"):
            if isinstance(node, ast.ClassDef):
                yield from _public_functions(node)
            else:
                yield node, scope.name if isinstance(scope, ast.ClassDef) else ""


def _methods_above(trees: Iterable[ast.Module]) -> dict[str, set[str]]:
    """Return the methods that the bases of each class have; their parameters are described there."""
    methods, bases = (
        defaultdict[str, set[str]](set),
        defaultdict[str, set[str]](set),
    )  # two files may name a class alike
    for node in (node for tree in trees for node in ast.walk(tree) if isinstance(node, ast.ClassDef)):
        methods[node.name] |= {part.name for part in node.body if isinstance(part, Function)}
        bases[node.name] |= {ast.unparse(base) for base in node.bases}
    known = {name: bases[name] & methods.keys() for name in methods}
    return {name: {method for base in _reachable(name, known) for method in methods[base]} for name in known}


def _arguments(node: Function) -> set[str]:
    """Return the names of the arguments, without `self` and `cls`."""
    named = [argument.arg for argument in ast.walk(node.args) if isinstance(argument, ast.arg)]
    return set(named) - {"self", "cls"}


def _parameters(doc: str) -> set[str]:
    """Return the names on which the section Parameters of a docstring has an entry; an entry may be on several."""
    section = re.split(r"\n\w+\n-+\n", doc.partition("Parameters\n----------\n")[2])[0]
    entries = [line.partition(" : ")[0] for line in section.splitlines() if line[:1].strip()]
    return {name.strip(" *") for entry in entries for name in entry.split(",")}


def _is_kernel(node: Function) -> bool:
    return any(
        isinstance(inner, ast.Name) and inner.id == "kernel" for d in node.decorator_list for inner in ast.walk(d)
    )


def violations_of_unions(sources: Sources) -> list[Violation]:
    """Return places that ask which member of a union they have, instead of calling a method of it."""
    trees, members = {path: tree_of(text) for path, text in sources.items()}, set(MEMBERS_WITH_METHODS)
    classes = [node for tree in trees.values() for node in ast.walk(tree) if isinstance(node, ast.ClassDef)]
    bases = {node.name: {ast.unparse(base) for base in node.bases} for node in classes}
    while more := {name for name, above in bases.items() if members & above} - members:
        members |= more
    violations = []
    for path, tree in trees.items():
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "isinstance":
                asked = members & {part.id for part in ast.walk(node.args[1]) if isinstance(part, ast.Name)}
            elif isinstance(node, ast.Compare) and isinstance(node.left, ast.Attribute) and node.left.attr == "style":
                asked = {str(part.value) for part in ast.walk(node) if isinstance(part, ast.Constant)}
            else:
                continue
            violations += [
                Violation(path, node.lineno, f"asks whether it has the member {name} of a union")
                for name in sorted(asked)
            ]
    return violations


def violations_of_excuses(sources: Sources) -> list[Violation]:
    """Return lines that are excused without a reason: from the linter and, in the package, from the check of types."""
    return [
        Violation(path, number, f"no reason stands behind `{word}`")
        for path, text in sources.items()
        for number, line in enumerate(text.splitlines(), 1)
        for word, excuse in (("noqa", EXCUSE), ("type: ignore", UNTYPED))
        if excuse.search(line) and (excuse is EXCUSE or path.startswith("fibercap/"))
    ]


RULES: Mapping[str, Callable[[Sources], list[Violation]]] = {
    "order": violations_of_order,
    "circles": violations_of_circles,
    "fences": violations_of_fences,
    "lightness": violations_of_lightness,
    "quiet": violations_of_quiet,
    "length": violations_of_length,
    "catching": violations_of_catching,
    "names": violations_of_names,
    "docstrings": violations_of_docstrings,
    "unions": violations_of_unions,
    "plain names": violations_of_plain_names,
    "excuses": violations_of_excuses,
}
