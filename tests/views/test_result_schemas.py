"""What every command prints with `--json`, held to the schema that `fibercap schema --results` prints."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from jsonschema import Draft202012Validator, FormatChecker

from fibercap.cli import cli, main
from fibercap.commands.schema import RESULTS
from fibercap.reading.shipped import shipped_scenarios
from fibercap.views.json import schema as made
from tests import result_reference

Json = dict[str, Any]
BROKEN = """\
fibercap: 1
id: broken
extends: fibercore
add:
  loans.fleet.covenants: {cover: {row: accounts.dscr_12m, at_least: 4}}
  claims.far: {says: Far off, row: plants.jena.nameplate, when: end of 2002, above: 900_000 km/year}
remove: [funding.xtal_3]
"""
OUTLIVES = """\
fibercap: 1
horizon: {from: 2001, to: 2002}
money: {report_in: USD}
products: {fiber: {price: 40 USD/km}}
plants: {works: {product: fiber, capacity: 200_000 km/year, cash_cost: 22 USD/km}}
loans:
  bank: {commitment: 2 million USD, signed: 2001-06-30, matures: 5 years, rate: 9 %/year,
         repayment: {style: level}, payments: {every: quarter}, draws: {2001-06-30: 2 million USD}}
  idle: {commitment: 1 million USD, signed: 2001-06-30, matures: 2 years, rate: 9 %/year,
         repayment: {style: bullet}, payments: {every: quarter},
         covenants: {leverage: {row: accounts.debt, at_most: 1 USD, lock_up: 0 USD}}}
options: {dearer: {change: {loans.bank.rate: 10 %/year}}}
"""


@cache
def validator(name: str) -> Draft202012Validator:
    schema = made.result_schema(name)
    Draft202012Validator.check_schema(schema)
    return Draft202012Validator(schema, format_checker=FormatChecker(["date"]))


def faults(name: str, document: object) -> list[str]:
    return [f"{error.json_path}: {error.message[:200]}" for error in validator(name).iter_errors(document)][:5]


def document_of(*arguments: str) -> Json:
    document = json.loads(CliRunner().invoke(cli, [*arguments, "--json"]).stdout)
    assert isinstance(document, dict)
    return document


@pytest.fixture(name="plans")
def failing_plans(tmp_path: Path) -> dict[str, str]:
    """Return a plan that fails in every way, and one with a loan that outlives the horizon."""
    texts = {"broken": BROKEN, "outlives": OUTLIVES}
    for name, text in texts.items():
        (tmp_path / f"{name}.yaml").write_text(text)
    return {name: str(tmp_path / f"{name}.yaml") for name in texts}


@pytest.mark.long
def test_the_command_offers_a_schema_of_every_document() -> None:
    assert tuple(made.RESULTS) == RESULTS
    for name in RESULTS:
        output = CliRunner().invoke(cli, ["schema", "--results", name])
        assert json.loads(output.stdout) == made.result_schema(name)


def test_every_command_that_prints_json_has_a_schema() -> None:
    printing = {name for name, verb in cli.commands.items() if any("--json" in part.opts for part in verb.params)}

    assert printing < set(RESULTS)
    assert set(RESULTS) - printing == {"loan_against", "errors", "manifest", "simulation_manifest"}


@pytest.mark.parametrize("name", RESULTS)
def test_every_key_is_described_and_no_other_allowed(name: str) -> None:
    """But for blocks keyed by names of the plan, such as measures."""
    for place, part in objects(made.result_schema(name)):
        assert part["additionalProperties"] is False or name == "show", place
        for key, message in part["properties"].items():
            assert message.get("description", "").endswith("."), f"{place}.{key}"


def objects(schema: Json) -> Iterator[tuple[str, Json]]:
    parts = {**schema["$defs"], **{str(number): part for number, part in enumerate(schema.get("anyOf", [schema]))}}
    yield from ((place, part) for place, part in parts.items() if "properties" in part)


@pytest.mark.long
@pytest.mark.parametrize("scenario", shipped_scenarios())
def test_shipped_scenarios_print_what_is_described(scenario: str) -> None:
    for verb in ("run", "check", "rows", "show"):
        assert faults(verb, document_of(verb, scenario)) == [], verb


@pytest.mark.long
def test_options_side_by_side_print_what_is_described() -> None:
    """Each other shipped scenario has the options of `fibercore`, but for `jena_only`, which has none."""
    for scenario in ("fibercore", "jena_only", "two_banks"):
        assert faults("compare", document_of("compare", scenario)) == [], scenario


@pytest.mark.long
def test_options_sections_and_years_print_what_is_described() -> None:
    for arguments in (
        ("run", "fibercore", "--option", "german_bank", "--set", "loans.fleet.rate=9 %/year"),
        ("run", "fibercore", "--only", "debt", "--years", "2002-2003"),
        ("check", "jena_only", "--flips", "--unused"),
        ("check", "jena_only", "soft_market"),
        ("compare", "jena_only", "soft_market", "--flips"),
        ("diff", "fibercore", "soft_market", "--results"),
        ("diff", "fibercore", "--set", "loans.fleet.rate=9 %/year"),
        ("loan", "fibercore", "fleet"),
        ("explain", "fibercore", "accounts.cash", "2002-06"),
        ("explain", "fibercore", "min_dscr"),
        ("explain", "fibercore", "loans.fleet.rate"),
        ("explain", "fibercore", "loans.fleet"),
        ("size", "fibercore", "fleet", "--dscr", "1.3", "--gearing", "70 %"),
        ("solve", "fibercore", "--vary", "plants.xtal.cash_cost", "--measure", "project_npv", "--equals", "0"),
        ("solve", "fibercore", "--vary", "plants.xtal.cash_cost", "--measure", "equity_irr", "--equals", "9 %/year"),
    ):
        assert faults(arguments[0], document_of(*arguments)) == [], arguments


@pytest.mark.long
def test_failing_plans_print_what_is_described(plans: dict[str, str]) -> None:
    broken, outlives = plans["broken"], plans["outlives"]
    documents = {name: [document_of(verb, name) for verb in ("run", "check", "compare")] for name in (broken, outlives)}

    for run, check, compare in documents.values():
        assert faults("run", run) + faults("check", check) + faults("compare", compare) == []
    kinds = {finding["kind"] for finding in documents[broken][1]["findings"]}
    assert kinds == {"covenant_broken", "cash_below_zero", "uses_unfunded", "claim_not_as_expected"}
    assert "run_off" in documents[outlives][0]
    assert faults("loan", document_of("loan", outlives, "idle")) == []
    assert faults("check", document_of("check", broken, "no_such_plan", outlives)) == []


def test_errors_print_what_is_described(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    bad = tmp_path / "bad.yaml"
    bad.write_text(OUTLIVES.replace("9 %/year", "9 %").replace("works:", "works: {open: 2001}\n  mill:"))
    for arguments in (
        ("run", str(bad)),
        ("run", "no_such_plan"),
        ("loan", str(bad)),
        ("explain", "fibercore", "no_such_row", "2002"),
        ("compare", "fibercore", "--option", "no_such_option"),
        ("run", "fibercore", "--set", "loans.fleet.rate=cheap"),
    ):
        with pytest.raises(SystemExit) as ended:
            main([*arguments, "--json"])
        document = json.loads(capsys.readouterr().out)
        assert ended.value.code == 2
        assert faults("errors", document) == [], arguments
        assert faults(arguments[0], document) != [], arguments


@pytest.mark.long
def test_files_print_what_is_described(tmp_path: Path) -> None:
    drawn = document_of("plot", "jena_only", "debt", "--out", str(tmp_path / "debt.svg"))
    written = document_of("export", "jena_only", "--out", str(tmp_path / "rows.csv"))
    explored = document_of("explore", "jena_only", "--no-open", "--out", str(tmp_path / "page.html"))
    CliRunner().invoke(cli, ["run", "jena_only", "--out", str(tmp_path / "kept")])
    manifest = json.loads((tmp_path / "kept" / "manifest.json").read_text())

    assert (
        faults("plot", drawn) + faults("export", written) + faults("explore", explored) + faults("manifest", manifest)
        == []
    )


def test_a_spoilt_document_is_refused() -> None:
    """An unknown key, a missing one, another type, another word, a number that is none, another form."""
    document = document_of("check", "jena_only")

    def spoilt(**changes: object) -> list[str]:
        return faults("check", {key: value for key, value in {**document, **changes}.items() if value is not ...})

    claim = next(iter(document["claims"].values()))
    assert spoilt() == []
    assert spoilt(more=1)
    assert spoilt(unused=...)
    assert spoilt(valid="yes")
    assert spoilt(format=1)
    assert spoilt(claims={"a": {**claim, "value": "510000"}})
    assert spoilt(claims={"a": {**claim, "evidence": "guessed"}})
    assert spoilt(options={"a": {**document, "options": {}}})  # an option's document has no number of its own
    assert faults("run", {**document_of("run", "jena_only", "--only", "claims"), "periods": ["31 January 2000"]})


def test_the_reference_is_made_from_the_schemas() -> None:
    assert result_reference.PAGE.read_text("utf-8") == result_reference.page(), "run `python -m tests.result_reference`"


def test_a_check_does_without_what_makes_schemas() -> None:
    program = (
        "import sys; from fibercap.cli import main\n"
        "try: main(['check', 'jena_only', '--json'])\n"
        "finally: print(sorted(sys.modules), file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)

    assert "'fibercap.views.json.documents'" in done.stderr
    for heavy in ("fibercap.views.json.run_types", "fibercap.views.json.schema", "matplotlib", "pandas", "jinja2"):
        assert f"'{heavy}'" not in done.stderr
