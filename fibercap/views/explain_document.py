"""The JSON document of `explain --json`: a tree of numbers, or an input with its origins."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fibercap.studies.explain import Number, Result

if TYPE_CHECKING:
    from fibercap.core.errors import Place
    from fibercap.studies.traced import Step, Written
    from fibercap.studies.uses import Use

Document = dict[str, Any]


def explain_document(found: Result | Use) -> Document:
    """Return the document of `explain --json`."""
    if isinstance(found, Result):
        return {
            **_number_document(found.number),
            "evidence": found.evidence or None,
            "rests_on": found.inputs,
        }
    return {
        "path": found.path,
        "inputs": [{**_written_document(w), "origins": [_step_document(s) for s in w.steps]} for w in found.inputs],
        "rows": list(found.rows),
        "measures": list(found.measures),
    }


def _number_document(number: Number) -> Document:
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


def _written_document(written: Written) -> Document:
    return {
        "path": written.path,
        "text": written.text or None,
        "default": written.is_default,
        **_place_document(written.place),
        "source": written.source or None,
        "title": written.title or None,
        "kind": written.kind or None,
        "where": written.where or None,
        "note": written.note or None,
    }


def _step_document(step: Step) -> Document:
    return {
        "value": step.value,
        "how": step.how,
        "operator": step.operator or None,
        "previous": step.previous,
        **_place_document(step.place),
    }


def _place_document(place: Place | None) -> Document:
    return {
        "file": place.file if place else None,
        "line": place.line if place else None,
        "column": place.column if place else None,
    }
