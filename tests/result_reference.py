"""The reference of results as JSON; `python -m tests.result_reference` writes docs/reference/results.md.

All it says of keys is read from the JSON Schemas, as `fibercap schema --results` prints them.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from fibercap.views.json.schema import RESULTS, result_schema

PAGE = Path(__file__).resolve().parents[1] / "docs" / "reference" / "results.md"
Json = dict[str, Any]
HEAD = """\
# Results as JSON

Every key of what the commands print with `--json`. The tables are made from the schemas that `fibercap schema --results VERB` prints:
`python -m tests.result_reference` writes this page, and a test holds it.

A document is one JSON object, and nothing else is printed to standard output. Its first key is `"format": 2`, which
the tables below do not repeat. Keys may be
added within a number; where a key goes or changes its meaning, the number grows. A schema allows no key that it does not
name, so a program that validates what it reads learns of new keys too.

Numbers have full precision, in the unit beside them; shares and rates are fractions, so 8.5 % is 0.085. What is undefined is
`null`, mostly with a `reason`; NaN and infinity are not written. A key in *italics* may be missing.

With exit code 2 a command prints the [errors](#errors) in place of its document. Bad usage, such as an unknown option, appears
on standard error alone.

```console
$ fibercap schema --results check --out check.schema.json
check.schema.json
```

Any validator of JSON Schema, draft 2020-12, can then hold documents to it, such as `check-jsonschema --schemafile
check.schema.json result.json`.
"""


def page() -> str:
    """Return the page."""
    parts: dict[str, Json] = {}
    lines, roots = [HEAD], dict[str, str]()
    for name in RESULTS:
        schema = result_schema(name)
        parts |= schema["$defs"]
        lines += [f"## {name}", ""]
        for document in schema.get("anyOf", [schema]):
            head = document.get("description") or "Every value by its path: `fibercap show SCENARIO --json`."
            lines += [head, ""]
            if head in roots:
                lines += [f"As [{roots[head]}](#{roots[head]}).", ""]
                continue
            roots[head] = name
            lines += [*_table(document), ""]
    lines += ["## Parts", ""]
    for name, part in sorted(parts.items()):
        if part.get("description") not in roots or part["title"] == "Checked":
            lines += [f"### {name}", "", part.get("description", ""), "", *_table(part), ""]
    return "\n".join(lines).replace("\n\n\n", "\n\n").strip() + "\n"


def _table(document: Json) -> Iterator[str]:
    """Run over the rows of the table of an object's keys."""
    yield from ("| key | type | what |", "|---|---|---|")
    for key, message in document["properties"].items():
        if key != "format":
            mark = f"`{key}`" if key in document["required"] else f"*`{key}`*"
            yield f"| {mark} | {_type(message)} | {message['description']} |"
    more = document.get("additionalProperties")
    if isinstance(more, dict):
        yield f"| each path | {_type(more)} | The value at that path. |"


def _type(entry: Json) -> str:
    """Return what stands at a key, with links to the parts."""
    if "$ref" in entry:
        name = entry["$ref"].rpartition("/")[2]
        return f"[{name}](#{name.lower()})"
    if "anyOf" in entry:
        return " or ".join(map(_type, entry["anyOf"]))
    if "enum" in entry:
        return ", ".join(f"`{word}`" for word in entry["enum"])
    if entry.get("type") == "array":
        return f"list of {_in_brackets(entry['items'])}"
    if entry.get("type") == "object":
        return f"by name, {_in_brackets(entry['additionalProperties'])}"
    return str(entry.get("format", entry.get("type")))


def _in_brackets(entry: Json) -> str:
    """Return what stands in a list or at each name, in brackets if it has alternatives."""
    return f"({_type(entry)})" if "anyOf" in entry else _type(entry)


def main() -> None:
    """Write the page."""
    PAGE.write_text(page(), "utf-8")


if __name__ == "__main__":
    main()
