"""JSON Schemas of what the commands print with `--json`, draft 2020-12, made from the types of the results."""

from __future__ import annotations

from types import GenericAlias
from typing import Any, Final

from pydantic import ConfigDict, TypeAdapter
from pydantic.json_schema import GenerateJsonSchema

from fibercap.views.json.answer_types import CheckedFiles, Errors, Files, Lent, Listed, Sized, Solved
from fibercap.views.json.compare_types import Compared
from fibercap.views.json.manifest_types import Manifest
from fibercap.views.json.origin_types import Differences, ExplainedInput, ExplainedNumber, Shown
from fibercap.views.json.run_types import Checked, Run
from fibercap.views.json.text import FORMAT

Json = dict[str, Any]
RESULTS: Final[dict[str, Any]] = {
    "run": Run,
    "compare": Compared,
    "check": Checked | CheckedFiles,
    "plot": Files,
    "loan": Lent,
    "size": Sized,
    "solve": Solved,
    "rows": Listed,
    "explain": ExplainedNumber | ExplainedInput,
    "show": dict[str, Shown],
    "diff": Differences,
    "export": Files,
    "errors": Errors,
    "manifest": Manifest,
}
"""The type of each document, by the command that prints it; `errors` any of them prints, `manifest` is a file."""
_CONFIG: Final = ConfigDict(extra="forbid", use_attribute_docstrings=True)
_FORMAT: Final[Json] = {"const": FORMAT, "description": "The number of the form of all documents."}


class _Plain(GenerateJsonSchema):
    """Makes schemas whose keys have no titles, which would but repeat them."""

    def field_title_should_be_set(self, schema: Any) -> bool:
        """Return that they have none."""
        del schema
        return False


def result_schema(name: str) -> Json:
    """Return the JSON Schema of one of `RESULTS`.

    Parameters
    ----------
    name : str
        A command that prints JSON, or `errors`, or `manifest`.
    """
    listed: Any = GenericAlias(list, (RESULTS[name],))  # a list, for pydantic gives a TypedDict alone no settings
    adapter: TypeAdapter[Any] = TypeAdapter(listed, config=_CONFIG)
    made = adapter.json_schema(mode="serialization", schema_generator=_Plain)
    parts, document = made.get("$defs", {}), made["items"]
    kinds = document.get("anyOf", [document])
    with_format = [_with_format(parts[kind["$ref"].rpartition("/")[2]] if "$ref" in kind else kind) for kind in kinds]
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **(with_format[0] if len(with_format) == 1 else {"anyOf": with_format}),
        "title": f"fibercap {name}",
        "$defs": parts,
    }


def _with_format(document: Json) -> Json:
    """Return the schema of a document that begins with the number of its form, as all that are printed do."""
    return {
        **document,
        "properties": {"format": _FORMAT, **document.get("properties", {})},
        "required": ["format", *document.get("required", [])],
    }
