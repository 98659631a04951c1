"""JSON Schemas (draft 2020-12) of what commands print with `--json`, made from the types of the results."""

from __future__ import annotations

from types import GenericAlias
from typing import Any, Final

from pydantic import ConfigDict, TypeAdapter
from pydantic.json_schema import GenerateJsonSchema

from fibercap.views.json.against_types import Compared as LoanCompared
from fibercap.views.json.answer_types import CheckedFiles, Errors, Files, Lent, Listed, Sized, Solved
from fibercap.views.json.chances_types import Simulated, SimulationManifest
from fibercap.views.json.compare_types import Compared
from fibercap.views.json.manifest_types import Manifest
from fibercap.views.json.origin_types import Differences, ExplainedInput, ExplainedNumber, Shown
from fibercap.views.json.run_types import Checked, Run
from fibercap.views.json.sensitivity_types import Sensitivities
from fibercap.views.json.text import FORMAT

Json = dict[str, Any]
RESULTS: Final[dict[str, Any]] = {
    "run": Run,
    "compare": Compared,
    "check": Checked | CheckedFiles,
    "plot": Files,
    "loan": Lent,
    "loan_against": LoanCompared,
    "size": Sized,
    "solve": Solved,
    "simulate": Simulated,
    "sensitivity": Sensitivities,
    "rows": Listed,
    "explain": ExplainedNumber | ExplainedInput,
    "show": dict[str, Shown],
    "diff": Differences,
    "export": Files,
    "explore": Files,
    "errors": Errors,
    "manifest": Manifest,
    "simulation_manifest": SimulationManifest,
}
"""The type of each document, by the command that prints it; any command may print `errors`; manifests are files."""
_CONFIG: Final = ConfigDict(extra="forbid", use_attribute_docstrings=True)
_FORMAT: Final[Json] = {"const": FORMAT, "description": "The number of the form of all documents."}


class _Plain(GenerateJsonSchema):
    """A generator of schemas without titles, which would only repeat the keys."""

    def field_title_should_be_set(self, schema: Any) -> bool:
        """Return False: no field has a title."""
        del schema
        return False


def result_schema(name: str) -> Json:
    """Return the JSON Schema of one of `RESULTS`.

    Parameters
    ----------
    name : str
        A command that prints JSON, or `errors`, or a manifest.
    """
    listed: Any = GenericAlias(list, (RESULTS[name],))  # pydantic ignores the config for a TypedDict, but not in a list
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
    """Return the schema of a document with the key `format`, which every printed document has."""
    return {
        **document,
        "properties": {"format": _FORMAT, **document.get("properties", {})},
        "required": ["format", *document.get("required", [])],
    }
