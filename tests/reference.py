"""The reference of the scenario language; `python -m tests.reference` writes docs/reference/scenario.md.

Everything it says of keys, units, defaults and examples is read from the JSON Schema, as `fibercap schema` prints it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from fibercap.reading.schema import schema

PAGE = Path(__file__).resolve().parents[1] / "docs" / "reference" / "scenario.md"
Json = dict[str, Any]
HEAD = """\
# The scenario language

Every key of a scenario, with its unit, its default and an example. The tables are made from the schema that `fibercap schema`
prints: `python -m tests.reference` writes this page, and a test holds it. [A plan in ten minutes](../tutorial.md) shows a
whole scenario; [the model](../model.md) says what is computed from it, [conventions](../conventions.md) by which rules.

## How things are written

A scenario is a block of keys. Collections such as `plants` are blocks too, keyed by names of your own, so every value has
a path: `loans.fleet.rate`. Names consist of letters, digits, `_` and `-`. Unknown keys, keys given twice, empty values and
lists (except for `extends`, `remove` and `gap`) are refused.

| what | how | examples |
|---|---|---|
| number | digits, `_` between groups, `.` for decimals; no commas, no blanks | `255_000`, `8.5`, `1e6` |
| quantity | a number, at will `thousand`, `million` or `billion`, a blank, a unit | `25 million USD`, `255_000 km/year` |
| money | the ISO 4217 code of a currency, or of one that the euro replaced (`DEM`), or with `k` or `M` before it; others than the reporting currency need `exchange` | `10 MUSD` |
| product | `m`, `m2`, `m3`, `l`, `g`, `t` or `tonne`, `Wh`, with SI prefixes (`km`, `kg`, `MWh`), `piece`, or one declared under `units`; `Mkm` is a million km | `1.5 Mkm/year`, `2 kt/year` |
| share, rate | `%` or `bp` is a share; `%/year` or `bp/year` a rate; neither stands for the other | `8.5 %`, `850 bp`, `8.5 %/year` |
| time | `days`, `months`, `quarters`, `years` | `45 days`, `6 months` |
| date | year, month and day | `2001-12-31` |
| period | a year, quarter or month | `2001`, `2001-Q3`, `2001-07` |
| by period | one quantity, or a block of them by period, each of which holds until the next | `{2000: 40 USD/km, 2002: 38 USD/km}` |
| from a file | a column of a CSV file beside the scenario; its first column has the periods, its first line the names of the columns, with their unit where the cells have none ([how](../scenarios.md#series-in-files)) | `{file: prices.csv, column: price}`, with `price [USD/km]` in the file |
| growth | beside periods or a file: by how much the last value grows each year, a rate or the name of one of the `indices`; in equal steps each month with `every: month` | `{2001: 45 USD/km, growth: 5 %/year}`, `growth: cpi`, `growth: {rate: 5 %/year, every: month}` |
| interpolate | beside periods or a file: `linear` joins their values by straight lines | `{2001: 45 USD/km, 2004: 39 USD/km, interpolate: linear}` |
| with its source | a block in place of any value: `value`, and at will `source`, `where`, `note` | `{value: 5 years, source: release}` |
| remark | `note`, in any block | `note: Assumed, as at Jena.` |

Impossible amounts are refused where they stand: rates above 1,000 %/year, durations above 100 years, money above 1e15 (also
by time or length), in limits, changes and samples too.

In the tables a key in **bold** must be given; *money* stands for a currency, *product* for the unit of a product, and *1* for a bare number.

## In an editor

Editors with the YAML language server, such as Visual Studio Code with its YAML extension, check a scenario while it is
written, complete its keys, and show units and examples. They need the schema, and a first line that says where it is, seen
from the scenario:

```console
$ fibercap schema --out fibercap.schema.json
fibercap.schema.json
```

```yaml
# yaml-language-server: $schema=fibercap.schema.json
fibercap: 1
horizon: {from: 2001, to: 2002}
money: {report_in: USD}
products: {fiber: {price: 40 USD/km}}
plants: {works: {product: fiber, capacity: 200_000 km/year, cash_cost: 22 USD/km}}
```

Any validator of JSON Schema, draft 2020-12, can hold files to it as well, such as `check-jsonschema --schemafile
fibercap.schema.json plan.yaml`. The schema sees one file at a time: whether a loan exists that `funding` names, whether dates are in
order and shares add up, is seen by `fibercap check`.
"""
LIKE = """\
Within a collection, an entry may be `like` another of the same file: it takes the keys of that entry, except those that it gives itself.

```yaml
projects:
  xtal_1: {plant: xtal, adds: 1 million km/year, capex: 46 million USD, complete: 2001-12-31}
  xtal_2: {like: xtal_1, complete: 2002-12-31}
```
"""


@dataclass(frozen=True)
class Row:
    """A key and what the schema says of it; `link` leads to the section of its own keys or kinds."""

    key: str
    entry: Json
    required: bool = False
    link: str = ""

    def line(self) -> str:
        """Return the row of a table."""
        key = f"**`{self.key}`**" if self.required else f"`{self.key}`"
        default = f"`{_flow(self.entry['default'])}`" if "default" in self.entry else ""
        words = [word for word in _words(self.entry) if isinstance(word, str)]
        shown = words if len(words) > 1 else [_flow(example) for example in self.entry.get("examples", ())]
        examples = ", ".join(f"`{example}`" for example in shown) if "Keys" not in self.link else ""
        return f"| {key} | {_what(self.entry)}{self.link} | {self.entry.get('x-unit', '')} | {default} | {examples} |"


def page() -> str:
    """Return the page."""
    parts = _parts()
    lines = [HEAD, *_section("The keys of a scenario", "", parts["Plan"], 2)]
    lines += ["## Scenarios that extend others", "", parts["Overlay"]["description"], "", *_table(parts["Overlay"], "")]
    lines += ["", "In place of a value, a change may name an operation on the present value:", ""]
    operator = {key: message for key, message in parts["operator"]["properties"].items() if "$ref" not in message}
    lines += [*_table({"properties": operator}, ""), "", LIKE]
    loans = ", ".join(f"`{key}`" for key in parts["Lending"]["properties"] if key != "note")
    lines += ["## Files of loans", "", f"A file may hold loans and no plan. Its keys are {loans}, as above; `fibercap"]
    lines[-1] += " loan` prints them."
    return re.sub("\n{3,}", "\n\n", "\n".join(lines)).strip() + "\n"


def main() -> None:
    """Write the page."""
    PAGE.parent.mkdir(exist_ok=True)
    PAGE.write_text(page(), "utf-8")


@cache
def _parts() -> dict[str, Json]:
    return dict(schema()["$defs"])


def _what(entry: Json) -> str:
    """Return what a key is, without the unit, which has a column of its own."""
    return str(entry.get("description", "")).removesuffix(f" [{entry.get('x-unit', '')}]")


def _resolve(entry: Json) -> Json:
    """Return the part that a key refers to, past the choice between a block and its source."""
    entry = entry.get("else", entry) if entry.get("if") == {"required": ["value"]} else entry
    return _parts()[entry["$ref"].rsplit("/", 1)[-1]] if "$ref" in entry else entry


def _words(entry: Json) -> list[Any]:
    """Return the words that a key may have, if it is one of a few."""
    return next((list(form["enum"]) for form in _resolve(entry).get("anyOf", ()) if "enum" in form), [])


def _kinds(part: Json) -> list[Json]:
    """Return the forms of a union, words and blocks."""
    forms = [inner for form in part.get("anyOf", ()) for inner in form.get("oneOf", [form])]
    union = any("oneOf" in form for form in part.get("anyOf", ()))
    return [form for form in forms if "value" not in form.get("properties", {})] if union else []


def anchor_of(heading: str) -> str:
    """Return the address of a heading in its page."""
    return re.sub("[^a-z0-9_-]", "", heading.lower().replace(" ", "-"))


@dataclass(frozen=True)
class Inside:
    """What stands below a key: its path, and either the keys of its block or its kinds."""

    path: str
    block: Json
    kinds: list[Json]

    @property
    def link(self) -> str:
        """Return the link to its section, "" if it has none."""
        anchor = anchor_of(self.path)
        return f" [Keys](#{anchor})" if self.block else f" [Kinds](#{anchor})" if self.kinds else ""


def _inside(key: str, entry: Json, index: str, block: Json) -> Inside:
    """Return what stands below a key; of keys that have the same kinds, below the first of them."""
    same = [other for other, beside in block["properties"].items() if beside.get("$ref", "") == entry.get("$ref")]
    path = f"{index}.{key}" if index else key
    member = entry.get("additionalProperties")
    if isinstance(member, dict):
        path, entry = f"{path}.NAME", member
    part = _resolve(entry)
    kinds = _kinds(part)
    if kinds and len(same) > 1:
        path = f"{index}: {', '.join(same)}"
    return Inside(path, part if "properties" in part else {}, kinds)


def _in_order(block: Json) -> Iterator[tuple[str, Json]]:
    """Run over the keys of a block; loans come before what they pay for."""
    lending = [key for key in ("rates", "loans") if "funding" in block["properties"]]
    for key, message in block["properties"].items():
        if key == "funding":
            yield from ((other, block["properties"][other]) for other in lending)
        if key not in lending and not (key in ("note", "like") and "$ref" in message):
            yield key, message


def _section(title: str, path: str, block: Json, level: int) -> Iterator[str]:
    """Run over the lines of a block's section and of those below it."""
    yield from (f"{'#' * level} {title}", "", *([block["description"], ""] if path else []))
    yield from (*_table(block, path), "")
    yield from _below(path, block, min(level + bool(path), 4))


def _below(path: str, block: Json, level: int) -> Iterator[str]:
    """Run over the lines of the sections of what stands below the keys of a block."""
    seen = set[str]()
    for key, message in _in_order(block):
        inside = _inside(key, message, path, block)
        if inside.path in seen or not inside.link:
            continue
        seen.add(inside.path)
        if inside.block:
            lines = list(_section(f"`{inside.path}`", inside.path, inside.block, level))
            yield from [*lines[:4], *_example(key, message), *lines[4:]]
        else:
            yield from _union(inside, message, level)


def _union(inside: Inside, entry: Json, level: int) -> Iterator[str]:
    """Run over the lines of a key that is one of several kinds."""
    yield from (f"{'#' * level} `{inside.path}`", "")
    yield from (f"Written like {' or '.join(f'`{_flow(example)}`' for example in entry['examples'])}.", "")
    for kind in inside.kinds:
        part = _resolve(kind)
        if "const" in part:
            yield from (f"**`{part['const']}`**: {part['description']}", "")
        elif "description" in part and "properties" in part:
            named = {key: words[0] for key, entry in part["properties"].items() if len(words := _words(entry)) == 1}
            name = ", ".join(f"`{key}: {word}`" for key, word in named.items()) or part["title"]
            yield from (f"**{name}**: {part['description']}", "")
            others = {key: entry for key, entry in part["properties"].items() if key not in (*named, "note")}
            rest = {**part, "properties": others}
            yield from (*(_table(rest, inside.path) if others else ()), "")
            yield from _below(inside.path, rest, min(level + 1, 4))


def _table(block: Json, path: str) -> Iterator[str]:
    """Run over the lines of a block's table, and of what it says beside."""
    needs = block.get("else", block)
    yield from ("| key | what | unit | default | example |", "|---|---|---|---|---|")
    for key, message in _in_order(block):
        if key != "note":
            yield Row(key, message, key in needs.get("required", ()), _inside(key, message, path, block).link).line()
    beside = block.get("additionalProperties")
    if isinstance(beside, dict):
        what = "What a loan of that name pays, or `grant`, `equity` or `cash`: an amount, a share, or `rest`."
        yield Row("NAME", {"description": what, "x-unit": _resolve(beside)["x-unit"]}).line()
    for group in needs.get("allOf", ()):
        names = [f"`{one['required'][0]}`" for one in group.get("oneOf") or group["anyOf"]]
        count = "Exactly one" if "oneOf" in group else "At least one"
        one = f"{count} of {', '.join(names[:-1])} and {names[-1]}" if len(names) > 1 else names[0]
        yield from ("", f"{one} is given.")
    for key, others in needs.get("dependentRequired", {}).items():
        verb = "goes" if len(others) == 1 else "go"
        yield from ("", f"With `{key}` {verb} {' and '.join(f'`{other}`' for other in others)}.")


def _example(key: str, entry: Json) -> Iterator[str]:
    """Run over the lines of an example of a block; one of loans is a whole file."""
    (example, *_) = entry["examples"]
    yield from ("```yaml", *(["fibercap: 1"] if key == "loans" else []))
    if "additionalProperties" in entry:
        yield from (f"{key}:", *(f"  {name}: {_flow(value)}" for name, value in example.items()))
    else:
        yield f"{key}: {_flow(example)}"
    yield from ("```", "")


def _flow(value: Any, *, inner: bool = False) -> str:
    """Return a value as it stands in a file, on one line."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}: {_flow(item, inner=True)}" for key, item in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(_flow(item, inner=True) for item in value) + "]"
    if isinstance(value, bool):
        return str(value).lower()
    text = str(value)
    return f'"{text}"' if inner and re.search(r"[,{}\[\]]|: | #", text) else text


if __name__ == "__main__":
    main()
