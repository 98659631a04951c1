"""The JSON Schema of scenarios, of scenarios that extend others, and of files that hold only loans."""

from __future__ import annotations

from typing import Final

from fibercap.core.language import grammar
from fibercap.core.language.fields import Text
from fibercap.core.language.grammar import Json
from fibercap.model.plan.plan import Lending, Option, Plan
from fibercap.reading.schema.maker import VERBS, Maker
from fibercap.reading.schema.overlays import changes, path

_TEXT: Final = {key: part for key, part in Text().schema().items() if key != "title"}
_OPERATOR: Final[Json] = {
    "title": "operator",
    "description": "In place of a value: an operation on the present value.",
    "type": "object",
    "properties": {
        "times": {
            "description": "The present value, times a number or a share.",
            "examples": [0.8, "80 %"],
            "type": ["number", "string"],
            "pattern": f"^{grammar.NUMBER}(?: %)?$",
        },
        "plus": {
            "description": "The present value plus this, in the same unit; a negative amount is subtracted.",
            "examples": ["50 bp/year", "-2 USD/km"],
            "type": ["number", "string"],
            "pattern": f"^(?:{grammar.ANY_QUANTITY})$",
        },
        "delay": {
            "description": "The present date, later by this.",
            "examples": ["6 months"],
            "type": "string",
            "pattern": f"^-?{grammar.duration()}$",
        },
        **{key: {"$ref": f"#/$defs/{key}"} for key in ("source", "where", "note")},
    },
    "additionalProperties": False,
    "minProperties": 1,
}
_SHARED: Final[dict[str, Json]] = {
    "source": {
        "description": "Name of the source, under `sources`, that the value comes from.",
        "examples": ["release"],
        **_TEXT,
    },
    "where": {"description": "Where in that source.", "examples": ["page 2"], **_TEXT},
    "note": {
        "description": "A remark for the reader of the file.",
        "examples": ["Assumed, as at Jena."],
        **_TEXT,
    },
    "like": {
        "description": "Name of another entry of the same block, whose keys are copied, except those given here.",
        "examples": ["xtal_1"],
        **_TEXT,
    },
    "operator": _OPERATOR,
}
_EXTENDS: Final[Json] = {
    "description": "The file that this one changes, or a list of them; their paths start in this file's folder.",
    "examples": ["fibercore.yaml", ["fibercore.yaml", "soft_market.yaml"]],
    "anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}, "minItems": 1}],
}


def schema() -> Json:
    """Return the JSON Schema of the scenario language, draft 2020-12."""
    parts: dict[str, Json] = {}
    full, in_change = Maker(parts, in_change=False), Maker(parts, in_change=True)
    plan = full.block(Plan)
    overlay = {"$ref": "#/$defs/Overlay"}
    parts["Overlay"] = _overlay(full)
    lending = full.block(Lending)
    parts |= {"change": changes(in_change), "add": changes(full)}
    parts["remove"] = {"type": "array", "items": {"$ref": "#/$defs/path"}}
    parts |= {"path": path(full), **_SHARED}
    plan_keys = [{"required": [key]} for key in ("horizon", "money", "products", "plants")]
    only_loans = {"required": ["loans"], "not": {"anyOf": plan_keys}}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "fibercap scenario",
        "description": "A plan to expand plants and how to pay for it; changes to such plans; or loans alone.",
        "type": "object",
        "if": {"required": ["extends"]},
        "then": overlay,
        "else": {"if": only_loans, "then": lending, "else": plan},
        "$defs": parts,
    }


def _overlay(maker: Maker) -> Json:
    """Return the schema of a scenario that extends others."""
    heading = {key: maker.property(Lending, key, key) for key in ("fibercap", "id", "title", "note")}
    verbs = {key: maker.property(Option, key, key) for key in VERBS}
    return {
        "title": "Overlay",
        "description": "A scenario that extends others: what it changes, adds and removes.",
        "type": "object",
        "properties": {**heading, "extends": _EXTENDS, **verbs},
        "additionalProperties": False,
        "required": ["fibercap", "extends"],
    }
