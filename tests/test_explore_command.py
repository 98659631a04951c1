"""The command `explore`: the report it writes, where, and whether a browser is asked to open it."""

from __future__ import annotations

import json
import webbrowser
from pathlib import Path

import pytest
from click.testing import CliRunner

from fibercap.cli import cli
from fibercap.core.errors import FibercapError
from tests.views.test_live import PLAN


@pytest.fixture
def opened_addresses(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> list[str]:
    """Gather the addresses that a browser is asked to open, in a folder with a plan."""
    addresses: list[str] = []

    def open_address(address: str) -> bool:
        addresses.append(address)
        return True

    monkeypatch.setattr(webbrowser, "open", open_address)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "ring.yaml").write_text(PLAN)
    return addresses


@pytest.mark.long
def test_it_writes_the_report_and_opens_it(opened_addresses: list[str]) -> None:
    done = CliRunner().invoke(cli, ["explore", "ring.yaml"], catch_exceptions=False)

    page = Path(done.output.strip())
    assert done.exit_code == 0
    assert page.name == "ring.html"
    assert 'id="live-data"' in page.read_text(encoding="utf-8")
    assert opened_addresses == [page.as_uri()]


@pytest.mark.long
def test_it_opens_nothing_if_not_asked_to_and_keeps_the_file_that_is_named(
    opened_addresses: list[str], tmp_path: Path
) -> None:
    arguments = [
        "explore",
        "ring.yaml",
        "--no-open",
        "--out",
        "page.html",
        "--set",
        "products.fiber.price=44 USD/km",
        "--json",
    ]
    done = CliRunner().invoke(cli, arguments, catch_exceptions=False)

    assert json.loads(done.output)["files"] == ["page.html"]
    assert opened_addresses == []
    assert "44 USD/km" in (tmp_path / "page.html").read_text(encoding="utf-8")
    again = CliRunner().invoke(cli, arguments)
    assert isinstance(again.exception, FibercapError)
    assert "add --force to replace it" in str(again.exception)


@pytest.mark.long
def test_it_says_where_no_browser_is(opened_addresses: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(webbrowser, "open", lambda _: False)
    done = CliRunner().invoke(cli, ["explore", "ring.yaml"], catch_exceptions=False)

    assert done.exit_code == 0
    assert done.stderr == "no browser was found; open the file in one\n"
    assert opened_addresses == []
