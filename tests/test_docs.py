"""Every block of YAML, CSV, Python and commands in the README and in docs/ is run; the few that are not have a reason."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from sybil import Document, Example, Sybil
from sybil.parsers.markdown import CodeBlockParser, PythonCodeBlockParser

from fibercap.cli import cli, main
from fibercap.model.project import project
from fibercap.reading.files import contracts_of, holds_only_loans, scenario_of
from fibercap.reading.text import read_text
from fibercap.studies.schedules import schedules

pytestmark = pytest.mark.long

ROOT = Path(__file__).resolve().parents[1]
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]

RUN = {"yaml", "csv", "console", "sh", "python"}
NOT_RUN = {
    "README.md": "make run and make test: they are what the continuous integration runs",
    "CONTRIBUTING.md": "targets of the Makefile, as in the README",
    "docs/architecture.md": "a diagram",
    "docs/data.md": "installs Frictionless, which tests/views/test_tables_for_programs.py calls as a library",
    "docs/errors.md": "written by tests/errors.py, and tests/test_errors.py compares each part with what is printed",
    "docs/mistakes.md": "written by tests/common_mistakes.py, and tests/test_common_mistakes.py compares it",
    "docs/packages.md": "containers need a daemon; tests/test_packaging.py holds the Dockerfile, tests/test_wheel.py makes a wheel",
    "docs/reference/commands.md": "written by tests/command_reference.py, and its test compares it",
    "docs/scale.md": "a cluster of other machines, and processes that must be started from a file",
}
"""Pages with blocks of other kinds, and why those are not run."""


def run_yaml(example: Example) -> None:
    """Project a whole scenario, carry a file of loans, keep either; read a fragment as the scenario language.

    A first line such as `# late.yaml` names the file that it is kept in.
    """
    text = str(example.parsed)
    named = re.match(r"# (\S+\.yaml)\n", text)
    text = text[named.end() :] if named else text
    if holds_only_loans(read_text(text, "page.yaml")):
        Path("loans.yaml").write_text(text)
        assert schedules(contracts_of(text, "page.yaml"))
    elif text.lstrip().startswith("fibercap:"):
        Path(named[1] if named else "plan.yaml").write_text(text)
        project(scenario_of(text, "page.yaml"))
    else:
        read_text(text, "page.yaml")


def keep_csv(example: Example) -> None:
    """Keep a file that a scenario of the page reads; a first line such as `# prices.csv` names it."""
    first, text = str(example.parsed).split("\n", 1)
    Path(first.removeprefix("# ")).write_text(text)


def run_console(example: Example) -> None:
    """Run each `$ fibercap ...` line; what is shown below it must be in what is printed, line by line, in order."""
    command, shown = "", list[str]()
    for line in [*str(example.parsed).splitlines(), "$ end"]:
        if line.startswith("$ "):
            if command.startswith("fibercap "):
                message = example.namespace["run"](command, shown)
                expect(message, shown, command)
            command, shown = line.removeprefix("$ "), []
        else:
            shown.append(line.rstrip())


def run_shell(example: Example) -> None:
    """Run lines of a shell one by one, with a `fibercap` on its path that is this one."""
    stub = Path("bin") / "fibercap"
    stub.parent.mkdir(exist_ok=True)
    stub.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m fibercap "$@"\n')
    stub.chmod(0o755)
    there = {**os.environ, "PATH": f"{stub.parent.resolve()}{os.pathsep}{os.environ['PATH']}", "PYTHONPATH": str(ROOT)}
    for line in str(example.parsed).splitlines():
        done = subprocess.run(["/bin/bash", "-o", "pipefail", "-c", line], env=there, capture_output=True, check=False)
        assert done.returncode == 0, f"`{line}` ends with {done.returncode}: {done.stderr.decode()}"


def expect(message: str, shown: list[str], command: str) -> None:
    """Refuse a page that shows lines which the command does not print; `...` stands for any lines."""
    printed = iter([line.rstrip() for line in message.splitlines()])
    for line in shown:
        if line not in ("", "..."):
            assert line in printed, f"`{command}` does not print: {line}"


SYBIL = Sybil([
    CodeBlockParser("yaml", run_yaml),
    CodeBlockParser("csv", keep_csv),
    CodeBlockParser("console", run_console),
    CodeBlockParser("sh", run_shell),
    PythonCodeBlockParser(),
])  # fmt: skip


def documents() -> list[tuple[str, Document]]:
    return [(str(page.relative_to(ROOT)), SYBIL.parse(page)) for page in PAGES]


@pytest.mark.parametrize(("page", "document"), documents(), ids=lambda value: value if isinstance(value, str) else "")
def test_a_page_does_what_it_shows(
    page: str,
    document: Document,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The examples of a page run in its order, in a folder of their own."""
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.chdir(tmp_path)

    def run(command: str, shown: list[str]) -> str:
        with pytest.raises(SystemExit) as ended:
            main(shlex.split(command)[1:])
        output: Any = capsys.readouterr()
        refused = any(" cannot be used: " in line for line in shown)
        assert ended.value.code in ({2} if refused else {0, 1}), f"{page}: `{command}` said {output.err}"
        return str(output.err if refused else output.out)

    document.namespace["run"] = run
    for example in document.examples():
        example.evaluate()


def test_a_page_that_shows_what_is_not_printed_is_found() -> None:
    """The check of the pages can fail."""
    with pytest.raises(AssertionError, match="does not print: two"):
        expect("one\nthree", ["one", "...", "two"], "fibercap run")


def test_there_are_commands_and_scenarios_in_the_pages() -> None:
    """The pages hold examples at all: a parser that finds none would pass everything."""
    kinds = [example.parsed for _, document in documents() for example in document.examples()]
    texts = [str(parsed) for parsed in kinds]
    assert sum("fibercap: 1" in text for text in texts) >= 1
    assert sum(text.startswith("$ fibercap") for text in texts) >= 4


def blocks(text: str) -> list[str]:
    """Return the kind of each block of a page; that of Sphinx's directives is in braces."""
    return re.findall(r"^ *```(.*)$", text, re.MULTILINE)[::2]


def test_every_block_is_run_or_has_a_reason() -> None:
    texts = {str(page.relative_to(ROOT)): page.read_text("utf-8") for page in PAGES}
    kinds = {page: {kind for kind in blocks(text) if kind[:1] != "{"} for page, text in texts.items()}

    assert {page for page, some in kinds.items() if some - RUN} == set(NOT_RUN)
    assert blocks("```yaml\na: 1\n```\n```\nb\n```") == ["yaml", ""]


def unknown_words(command: str) -> list[str]:
    """Return the verb or the options of a command in a sentence that fibercap does not have."""
    verb, *rest = command.split()[1:]
    if verb.isupper() or verb[:2] == "--":
        return []
    if verb not in cli.commands:
        return [verb]
    known = {option for field in cli.commands[verb].params for option in field.opts} | {"--help"}
    return [word for word in rest if re.fullmatch(r"--[a-z-]+", word) and word not in known]


def test_commands_in_sentences_have_a_verb_and_options_that_exist() -> None:
    texts = {
        str(page.relative_to(ROOT)): re.sub(
            r"^ *```.*?^ *```$", "", page.read_text("utf-8"), flags=re.MULTILINE | re.DOTALL
        )
        for page in PAGES
    }
    commands = [(page, command) for page, text in texts.items() for command in re.findall(r"`(fibercap [^`]+)`", text)]

    assert len(commands) > 50
    assert [(page, command) for page, command in commands if unknown_words(command)] == []
    assert unknown_words("fibercap plod fibercore") == ["plod"]
    assert unknown_words("fibercap plot fibercore --outt x.png") == ["--outt"]
