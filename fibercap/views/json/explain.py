"""The JSON documents of `explain` (a tree of numbers, or an input) and `show` (every value), with origins."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fibercap.core.trees.tree import leaves
from fibercap.studies.explaining.explanation import Number, Result

if TYPE_CHECKING:
    from fibercap.core.errors import Place
    from fibercap.core.trees.tree import Branch, Origin
    from fibercap.studies.explaining.input_history import Step, Written
    from fibercap.studies.explaining.input_uses import Use
    from fibercap.views.json import origin_types as types


def explain_document(answer: Result | Use) -> types.ExplainedNumber | types.ExplainedInput:
    """Return the document of `explain --json`."""
    if isinstance(answer, Result):
        return {
            **_number_document(answer.number),
            "evidence": answer.evidence or None,
            "rests_on": answer.inputs,
        }
    return {
        "path": answer.path,
        "inputs": [{**_written_document(w), "origins": [_step_document(s) for s in w.steps]} for w in answer.inputs],
        "rows": list(answer.rows),
        "measures": list(answer.measures),
    }


def _number_document(number: Number) -> types.Number:
    return {
        "path": number.path,
        "label": number.label,
        "period": number.period or None,
        "value": number.value,
        "unit": number.unit,
        "formula": number.formula or None,
        "numbers": number.numbers or None,
        "note": number.note or None,
        "written": [_written_document(written) for written in number.written],
        "inputs": [_number_document(child) for child in number.inputs],
        "hidden": number.hidden,
    }


def _written_document(written: Written) -> types.Written:
    return {
        "path": written.path,
        "text": written.text or None,
        "default": written.is_default,
        **place_document(written.place),
        "source": written.source or None,
        "title": written.title or None,
        "kind": written.kind or None,
        "where": written.where or None,
        "note": written.note or None,
    }


def _step_document(step: Step) -> types.Step:
    return {
        "value": step.value,
        "how": step.how,
        "operator": step.operator or None,
        "previous": step.previous,
        **place_document(step.place),
    }


def show_document(tree: Branch) -> dict[str, types.Shown]:
    """Return the document of `show --json`: every value by its path, with its origins, the earliest first."""
    return {
        ".".join(path): {
            "value": list(leaf.value) if isinstance(leaf.value, tuple) else str(leaf.value),
            "origins": [_origin_document(origin) for origin in leaf.origins],
        }
        for path, leaf in leaves(tree)
    }


def _origin_document(origin: Origin) -> types.Origin:
    return {
        **place_document(origin.place),
        "how": origin.how,
        "operator": origin.operator or None,
        "previous": origin.previous,
    }


def place_document(place: Place | None) -> types.Position:
    """Return the place where something is written; nulls if there is none."""
    return {
        "file": place.file if place else None,
        "line": place.line if place else None,
        "column": place.column if place else None,
    }
