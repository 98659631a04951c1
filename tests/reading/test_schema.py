"""The JSON Schema accepts what the reader accepts, refuses what it can see, and helps at every field."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from jsonschema.exceptions import best_match
from pydantic import TypeAdapter
from pydantic_core import PydanticCustomError

from fibercap.core.currencies import CURRENCIES
from fibercap.core.errors import ScenarioError
from fibercap.core.language.fields import Field, Of
from fibercap.core.language.grammar import NUMBER
from fibercap.core.language.series import PathOf
from fibercap.core.language.spec import OneOf, Spec
from fibercap.core.trees.tree import Leaf
from fibercap.model.currency.currency import ExchangeOf
from fibercap.model.loans.clauses.ratio_steps import RatioStep, RatioSteps
from fibercap.model.loans.contracts import Contracts
from fibercap.model.loans.repayment.amortizing_styles import Amortizing
from fibercap.model.loans.repayment.style import Style
from fibercap.model.plan import plan
from fibercap.model.plan.scenario import Scenario
from fibercap.reading.files import scenario_of
from fibercap.reading.schema import schema
from fibercap.reading.schema.maker import kind_of
from tests import reference
from tests.written import valid_scenarios

ROOT = Path(__file__).resolve().parents[2]
CONTEXT = {"currency": "USD", "currencies": CURRENCIES, "eve": date(1999, 12, 31), "year_ends": 6, "indices": ("cpi",)}
TUTORIAL = re.findall("```yaml\n(.*?)```", (ROOT / "docs" / "tutorial.md").read_text("utf-8"), re.DOTALL)[0]
LOANS = re.findall("```yaml\n(.*?)```", (ROOT / "docs" / "model.md").read_text("utf-8"), re.DOTALL)[0]


class Editor(yaml.SafeLoader):
    """Reads YAML 1.2 as editors do: numbers and truths are seen, dates stay texts."""

    yaml_implicit_resolvers: dict[str, Any] = {}  # noqa: RUF012 - so it is named in the library


for _tag, _form in {
    "bool": "true|True|TRUE|false|False|FALSE",
    "null": "~|null|Null|NULL|",
    "int": "[-+]?[0-9]+",
    "float": r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?",
}.items():
    Editor.add_implicit_resolver(f"tag:yaml.org,2002:{_tag}", re.compile(f"^(?:{_form})$"), None)


def editor_view(text: str) -> Any:
    """Return what an editor sees in a text; keys are texts in JSON."""

    def with_text_keys(value: Any) -> Any:
        if isinstance(value, list):
            return [with_text_keys(item) for item in value]
        return {str(key): with_text_keys(item) for key, item in value.items()} if isinstance(value, dict) else value

    return with_text_keys(yaml.load(text, Editor))  # noqa: S506 - a safe loader


SCHEMA = schema()
VALIDATOR = Draft202012Validator(SCHEMA)


def path_of_refusal(text: str) -> str | None:
    """Return the path at which a text is refused, None where it is not."""
    error = best_match(VALIDATOR.iter_errors(editor_view(text)))
    return None if error is None else ".".join(map(str, error.absolute_path))


@pytest.mark.long
def test_the_schema_is_one() -> None:
    Draft202012Validator.check_schema(SCHEMA)

    assert SCHEMA["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert schema() == json.loads(json.dumps(SCHEMA))


@pytest.mark.parametrize("file", sorted((ROOT / "scenarios").glob("*.yaml")), ids=lambda file: file.stem)
def test_a_shipped_scenario_is_valid(file: Path) -> None:
    assert path_of_refusal(file.read_text("utf-8")) is None


@pytest.mark.parametrize("text", [TUTORIAL, LOANS], ids=["tutorial", "loans"])
def test_the_examples_of_the_docs_are_valid(text: str) -> None:
    assert path_of_refusal(text) is None


@pytest.mark.long
@settings(max_examples=20)
@given(valid_scenarios(rich=True))
def test_what_the_reader_accepts_is_valid(text: str) -> None:
    """Any valid scenario is valid for editors too."""
    scenario_of(text)

    assert path_of_refusal(text) is None


BAD = {
    "misspelt key": ("utilization: 90 %", "utilisation: 90 %", "plants.works"),
    "misspelt block": ("working_capital:", "workng_capital:", ""),
    "unknown unit": ("22 USD/km", "22 USX/km", "plants.works.cash_cost"),
    "a length for a capacity": ("capacity: 200_000 km/year", "capacity: 200_000 km", "plants.works.capacity"),
    "bare number": ("capex: 9 million USD", "capex: 9000000", "projects.second_line.capex"),
    "comma": ("capex: 9 million USD", 'capex: "9,5 MUSD"', "projects.second_line.capex"),
    "currency sign": ("capex: 9 million USD", "capex: $9M", "projects.second_line.capex"),
    "milli": ("capex: 9 million USD", "capex: 9 mUSD", "projects.second_line.capex"),
    "two scales": ("capex: 9 million USD", "capex: 9 million MUSD", "projects.second_line.capex"),
    "not a number": ("capex: 9 million USD", "capex: nan USD", "projects.second_line.capex"),
    "arithmetic": ("capex: 9 million USD", "capex: 9**9 USD", "projects.second_line.capex"),
    "below zero": ("capex: 9 million USD", "capex: -9 million USD", "projects.second_line.capex"),
    "share for a rate": ("rate: {value: 8 %/year,", "rate: {value: 8 %,", "loans.bank.rate.value"),
    "rate for a share": ("tax: {rate: 35 %}", "tax: {rate: 35 %/year}", "tax.rate"),
    "more than all": ("utilization: 90 %", "utilization: 900 %", "plants.works.utilization"),
    "none of a commitment": ("{value: 5 million USD,", "{value: 0 USD,", "loans.bank.commitment.value"),
    "unknown key beside a value": ("page 1}\n    signed", "page 1, pge: 2}\n    signed", "loans.bank.commitment"),
    "no value": ("rate: {value: 8 %/year,", "rate: {", "loans.bank.rate"),
    "unknown style": ("{style: equal_principal}", "{style: equal}", "loans.bank.repayment.style"),
    "key of another style": ("{style: equal_principal}", "{style: bullet, balloon: 1 USD}", "loans.bank.repayment"),
    "style without its key": ("{style: equal_principal}", "{style: sculpted}", "loans.bank.repayment"),
    "style alone": ("{style: equal_principal}", "equal_principal", "loans.bank.repayment"),
    "unknown ramp": ("ramp: {linear:", "ramp: {steady:", "projects.second_line.ramp"),
    "two ramps": ("{linear: 6 months}", "{linear: 6 months, s_curve: 6 months}", "projects.second_line.ramp"),
    "list for a block": ("ramp: {linear: 6 months}", "ramp: [6 months]", "projects.second_line.ramp"),
    "list of plants": ("plants:\n  works:\n", "plants:\n  - works:\n", "plants"),
    "no period": ("{2001: 40 USD/km,", "{1: 40 USD/km,", "products.fiber.price"),
    "one value of a path": ("2003: 36 USD/km", "2003: 36 USD", "products.fiber.price.2003"),
    "bare duration": ("grace: 18 months", "grace: 18", "loans.bank.grace"),
    "part of a month": ("grace: 18 months", "grace: 18.5 months", "loans.bank.grace"),
    "date that does not exist": ("2002-06-30", "2002-06-31", "projects.second_line.complete"),
    "date without zeros": ("2002-06-30", "2002-6-30", "projects.second_line.complete"),
    "unknown word": ("step: month", "step: week", "horizon.step"),
    "null": ("product: fiber", "product:", "plants.works.product"),
    "value for a block": ("payments: {every: quarter}", "payments: quarter", "loans.bank.payments"),
    "missing key": ("    plant: works\n", "", "projects.second_line"),
    "no maturity": ("    matures: {value: 6 years, source: offer, where: page 1}\n", "", "loans.bank"),
    "two subjects": ("row: plants", "measure: project_irr, row: plants", "claims.three_hundred"),
    "two limits": ("above: 300_000 km/year", "above: 1 km/year, below: 2 km/year", "claims.three_hundred"),
    "unknown time": ("when: 2003", "when: at 2003", "claims.three_hundred.when"),
    "name with a blank": ("plants:\n  works:", "plants:\n  my works:", "plants"),
    "name of a purse": ("loans:\n  bank:", "loans:\n  grant:", "loans"),
    "rest misspelt": ("equity: rest}", "equity: rests}", "funding.second_line.equity"),
    "path misspelt": ("{loans.bank.repayment:", "{loans.bank.repaymnt:", "options.level.change"),
    "path into another block": ("remove: [loans.bank,", "remove: [lons.bank,", "options.owners_only.remove.0"),
    "value at a path": ("{style: level}}", "{style: flat}}", "options.level.change.loans.bank.repayment.style"),
    "newer version": ("fibercap: 1", "fibercap: 2", "fibercap"),
}


@pytest.mark.parametrize("case", BAD)
def test_what_is_wrong_is_refused_where_it_stands(case: str) -> None:
    old, new, where = BAD[case]
    assert TUTORIAL.count(old) >= 1

    text = TUTORIAL.replace(old, new, 1)

    assert path_of_refusal(text) == where
    with pytest.raises(ScenarioError, match=r"cannot be used: [0-9]+ problem"):  # and the reader agrees
        scenario_of(text)


LAID = """\
fibercap: 1
id: late
extends: plan.yaml
change:
  projects.second_line.delay: 6 months
  projects.second_line.complete: {delay: 6 months, source: team}
  products.fiber.price: {times: 0.8, note: as it came}
  products.fiber.price.2003: {value: {times: 80 %}, source: team}
  loans.bank: {rate: {plus: 50 bp/year}, fees: {upfront: 2 %}, repayment: {balloon: 1 million USD}}
  loans.bank.rate.source: team
  projects: {second_line: {capex: {times: 1.1, plus: 1 million USD}}}
  options.level.title: Level
add:
  loans.vendor: {like: bank, commitment: 8 million USD, rate: {value: 10.5 %/year, source: team}}
  funding.second_line.vendor: 1 million USD
  rates.libor: {2001: 5 %/year}
remove: [claims.three_hundred, options.owners_only]
"""
BAD_LAID = {
    "block beside": ("id: late", "plants: {}", ""),
    "no such key": ("second_line.delay", "second_line.dely", "change"),
    "a share too little": ("times: 0.8", "times: 0.8 USD", "change.products.fiber.price.times"),
    "unknown operator": ("times: 0.8", "time: 0.8", "change.products.fiber.price"),
    "wrong unit": ("upfront: 2 %", "upfront: 2", "change.loans.bank.fees.upfront"),
    "operator in what is new": ("libor: {2001: 5 %/year}", "libor: {times: 2}", "add.rates.libor"),
    "incomplete": ("vendor: {like: bank, ", "vendor: {", "add.loans.vendor"),
    "no such block": ("remove: [claims.", "remove: [claim.", "remove.0"),
}


def test_an_overlay_may_change_parts_and_use_operators() -> None:
    assert path_of_refusal(LAID) is None


@pytest.mark.parametrize("case", BAD_LAID)
def test_a_bad_overlay_is_refused_where_it_stands(case: str) -> None:
    old, new, where = BAD_LAID[case]
    assert LAID.count(old) >= 1

    assert path_of_refusal(LAID.replace(old, new, 1)) == where


@pytest.mark.parametrize(
    "change",
    [
        "growth: 3 %/year",
        "growth: {plus: 1 %/year}",
        "growth: cpi",
        "growth.rate: {value: 3 %/year, source: team}",
        "growth.every: month",
        "interpolate: linear",
    ],
)
def test_what_stands_beside_the_keys_of_a_series_may_be_changed(change: str) -> None:
    assert path_of_refusal(LAID.replace("change:\n", f"change:\n  products.fiber.price.{change}\n", 1)) is None


def test_a_series_may_stand_in_a_file_with_its_column() -> None:
    beside = ("", ", growth: 3 %/year", ", interpolate: linear")
    files = [f"{{file: prices.csv, column: smf{more}}}" for more in beside]
    for file in (*files, f"{{value: {files[0]}, source: offer}}"):
        assert path_of_refusal(TUTORIAL.replace("{2001: 40 USD/km, 2003: 36 USD/km}", file)) is None
        assert path_of_refusal(LAID.replace("change:\n", f"change:\n  products.fiber.demand: {file}\n", 1)) is None
    for bad in ("{file: prices.csv}", "{column: smf}", "{file: prices.csv, column: smf, 2001: 40 USD/km}"):
        assert path_of_refusal(TUTORIAL.replace("{2001: 40 USD/km, 2003: 36 USD/km}", bad)) == "products.fiber.price"


def specs() -> list[type[Spec]]:
    """Return every block of the language."""
    classes, results = [Spec], list[type[Spec]]()
    while classes:
        inner = classes.pop().__subclasses__()
        classes += inner
        results += inner
    without = {Scenario, Contracts, Style, Amortizing, RatioStep, RatioSteps}
    ours = {spec for spec in results if spec.__module__.startswith("fibercap.")} - without
    return sorted((spec for spec in ours if set(spec.model_fields) - spec.gathers - {"note"}), key=str)


def fields() -> Iterator[tuple[type[Spec], str, dict[str, Any]]]:
    """Run over every field of every block, with what the schema says of it."""
    parts = SCHEMA["$defs"]
    titles = {(part["description"], key): message for part in parts.values() for key, message in _keys(part)}
    for spec in specs():
        for key, name in spec.fields_by_key().items():
            if name not in spec.gathers:
                message = titles.get((" ".join((spec.__doc__ or "").split()), key))
                assert message is not None, f"{spec.__name__}.{key} is not in the schema"
                yield spec, name, message


def _keys(part: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    """Return the keys of a block; those of values that may be changed stand in the block itself."""
    full = "description" in part and "examples" in next(iter(part.get("properties", {}).values()), {})
    return list(part["properties"].items()) if full else []


FIELDS = list(fields())
IDS = [f"{spec.__name__}.{name}" for spec, name, _ in FIELDS]


def test_every_block_is_there() -> None:
    assert {plan.Plan, plan.Lending, plan.Source, plan.Option} <= set(specs())
    assert len(FIELDS) > 150


@pytest.mark.parametrize(("spec", "name", "entry"), FIELDS, ids=IDS)
def test_every_field_has_help_an_example_and_its_unit(spec: type[Spec], name: str, entry: dict[str, Any]) -> None:
    kind = kind_of(spec, name)[1]
    unit = getattr(kind, "unit", None)

    assert len(entry["description"]) > 10
    assert entry["description"][0].isupper()
    assert entry["examples"]
    if unit is not None:
        assert entry["x-unit"]
        assert entry["description"].endswith(f" [{entry['x-unit']}]")
    if isinstance(kind, Of | PathOf):
        shown = {"percent": "%", "1/year": "%/year", "money/unit": "money/money"}.get(kind.unit, kind.unit)
        assert entry["x-unit"] == shown


def raw(value: Any) -> Any:
    """Return a JSON value as it stands in the tree."""
    if isinstance(value, dict):
        return {key: raw(item) for key, item in value.items()}
    if isinstance(value, list):
        return Leaf(tuple(value))
    return Leaf(str(value).lower() if isinstance(value, bool) else str(value))


def read_by(spec: type[Spec], name: str, value: Any) -> Any:
    """Return what the reader makes of a value."""
    annotation: Any = spec.model_fields[name].annotation
    for mark in spec.model_fields[name].metadata:
        annotation = Annotated[annotation, mark]
    return TypeAdapter(annotation).validate_python(raw(value), context=CONTEXT)


@pytest.mark.parametrize(("spec", "name", "entry"), FIELDS, ids=IDS)
def test_every_example_is_accepted_by_reader_and_schema(spec: type[Spec], name: str, entry: dict[str, Any]) -> None:
    shape = Draft202012Validator({**entry, "$defs": SCHEMA["$defs"]})

    for example in entry["examples"]:
        read_by(spec, name, example)
        assert best_match(shape.iter_errors(example)) is None, example


@pytest.mark.parametrize(("spec", "name", "entry"), [field for field in FIELDS if "default" in field[2]])
def test_a_default_that_is_written_changes_nothing(spec: type[Spec], name: str, entry: dict[str, Any]) -> None:
    field = spec.model_fields[name]
    written = read_by(spec, name, entry["default"])

    assert repr(written) == repr(np.asarray(field.default) if isinstance(written, np.ndarray) else field.default)


def test_a_word_of_a_union_is_read_as_its_member() -> None:
    unions = [(spec, name, kind) for spec, name, _ in FIELDS if isinstance(kind := kind_of(spec, name)[1], OneOf)]
    words = [(spec, name, kind, word) for spec, name, kind in unions for word in kind.words]

    assert {word for *_, word in words} == {"none", "book", "cent", "straight_line", "sum_of_years", "units"}
    for spec, name, kind, word in words:
        assert type(read_by(spec, name, word)) is kind.members[word]


def kinds() -> dict[str, Field]:
    """Return every kind of single value by its pattern."""
    results: dict[str, Field] = {}
    for spec in specs():
        for name in spec.model_fields:
            kind = kind_of(spec, name)[1]
            kind = kind.of if isinstance(kind, PathOf) else kind
            if isinstance(kind, Field) and "pattern" in kind.schema():
                results.setdefault(kind.schema()["pattern"], kind)
    return results


def matching(pattern: str) -> st.SearchStrategy[str]:
    """Draw texts of a pattern, with numbers of a size that plans have; its look-aheads only forbid."""
    bare = re.sub(r"\(\?!(?:[^()]|\([^()]*\))*\)", "", pattern).replace(NUMBER, r"[0-9]{1,2}(?:\.[0-9])?")
    return st.from_regex(bare, fullmatch=True).filter(lambda text: bool(re.search(pattern, text)) and "\n" not in text)


WORD = "[A-Za-z]+"


@pytest.mark.long
@pytest.mark.parametrize("kind", kinds().values(), ids=lambda kind: str(kind.schema()["title"]))
@settings(max_examples=20)
@given(chance=st.data())
def test_a_text_of_the_pattern_is_read(kind: Field, chance: st.DataObject) -> None:
    """A pattern allows only what the reader reads, but for bounds that it cannot say."""
    text = chance.draw(matching(kind.schema()["pattern"]))
    info: Any = type("Info", (), {"context": {**CONTEXT, "currency": text.split(" ")[-1][:3]}})
    info = info if isinstance(kind, ExchangeOf) else type("Info", (), {"context": CONTEXT})

    try:
        kind.parse(Leaf(text), info)
    except PydanticCustomError as error:
        allowed = {"out_of_range", "not_whole_months", "no_such_date", "unknown_index"}
        if WORD in kind.schema()["pattern"]:  # units that a scenario may declare
            allowed |= {"unknown_unit", "wrong_dimension"}
        assert error.type in allowed, (text, error.context)  # noqa: PT017 - most texts raise nothing


def test_the_page_says_what_the_schema_says() -> None:
    assert reference.PAGE.read_text("utf-8") == reference.page(), "run `python -m tests.reference`"


def test_every_link_of_the_page_leads_to_a_heading() -> None:
    page = reference.page()
    headings = {reference.anchor_of(heading) for heading in re.findall("^#+ (.*)$", page, re.MULTILINE)}

    links = re.findall(r"\]\(#([^)]*)\)", page)
    assert len(links) > 20
    assert set(links) <= headings


def test_every_key_is_on_the_page() -> None:
    page = reference.page()

    for spec, name, message in FIELDS:
        if not isinstance(kind_of(spec, name)[1], OneOf) and name not in ("note", "style"):
            assert message["description"].removesuffix(f" [{message.get('x-unit')}]") in page, f"{spec.__name__}.{name}"
