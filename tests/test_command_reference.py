"""The page of all commands says what their help prints."""

from __future__ import annotations

import re

from fibercap.cli import cli
from tests.command_reference import PAGE, help_of, page


def test_the_page_of_commands_is_what_their_help_prints() -> None:
    assert PAGE.read_text("utf-8") == page(), "run `python -m tests.command_reference`"


def test_every_command_has_its_part_with_every_option() -> None:
    text = PAGE.read_text("utf-8")

    assert set(re.findall(r"^## (\w+)$", text, re.MULTILINE)) == set(cli.commands)
    for name, command in cli.commands.items():
        part = text.split(f"\n## {name}\n")[1].split("\n## ")[0]
        assert [
            option for field in command.params for option in field.opts if option[0] == "-" and option not in part
        ] == []


def test_help_is_printed_for_eighty_columns() -> None:
    assert max(map(len, help_of("simulate").splitlines())) <= 80
    assert "Usage: fibercap simulate" in help_of("simulate")
