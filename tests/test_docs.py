"""Every YAML block, Python block and command in the README and in docs/ is run."""

from __future__ import annotations

import re
import shlex
from pathlib import Path
from typing import Any

import pytest
from sybil import Document, Example, Sybil
from sybil.parsers.markdown import CodeBlockParser, PythonCodeBlockParser

from fibercap.cli import main
from fibercap.model.project import project
from fibercap.reading.files import contracts_of, holds_only_loans, scenario_of
from fibercap.reading.text import read_text
from fibercap.studies.schedules import schedules

ROOT = Path(__file__).resolve().parents[1]
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]


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
                said = example.namespace["run"](command, shown)
                expect(said, shown, command)
            command, shown = line.removeprefix("$ "), []
        else:
            shown.append(line.rstrip())


def expect(said: str, shown: list[str], command: str) -> None:
    """Refuse a page that shows lines which the command does not print; `...` stands for any lines."""
    printed = iter([line.rstrip() for line in said.splitlines()])
    for line in shown:
        if line not in ("", "..."):
            assert line in printed, f"`{command}` does not print: {line}"


SYBIL = Sybil([
    CodeBlockParser("yaml", run_yaml),
    CodeBlockParser("csv", keep_csv),
    CodeBlockParser("console", run_console),
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
        said: Any = capsys.readouterr()
        refused = any(" cannot be used: " in line for line in shown)
        assert ended.value.code in ({2} if refused else {0, 1}), f"{page}: `{command}` said {said.err}"
        return str(said.err if refused else said.out)

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
