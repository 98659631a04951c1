"""The JSON document of `sensitivity`."""

from __future__ import annotations

from math import isfinite
from typing import TYPE_CHECKING

from fibercap.studies.what_if.two_way import TwoWay

if TYPE_CHECKING:
    from fibercap.studies.movable_inputs import Lever
    from fibercap.studies.what_if.one_way import Moved, Sensitivity
    from fibercap.studies.what_if.two_way import Axis
    from fibercap.views.json import sensitivity_types as types


def sensitivity_document(result: Sensitivity | TwoWay) -> types.Sensitivities:
    """Return the document of a tornado, of single inputs that were moved, or of a two-way table."""
    plan = result.base.scenario
    single = None if isinstance(result, TwoWay) else result
    return {
        "scenario": plan.id,
        "hash": plan.digest(),
        "option": plan.option,
        "measures": {
            name: {
                "label": measure.label,
                "unit": measure.unit,
                "value": measure.value,
                "reason": measure.reason if measure.value is None else None,
            }
            for name, measure in result.measures.items()
        },
        "equals": single.target if single else 0.0,
        "tornado": bool(single and single.tornado),
        "tried": single.tried if single else 2,
        "left_out": single.left_out if single else 0,
        "inputs": [_input(single, moved) for moved in single.inputs] if single else [],
        "first": list(single.choice.first) if single else [],
        "not_ranked": (single.choice.why_not or None) if single else "not asked for",
        "two_way": _two_way(result) if isinstance(result, TwoWay) else None,
    }


def _input(result: Sensitivity, moved: Moved) -> types.MovedDocument:
    lever = moved.lever
    return {
        "input": lever.name,
        "unit": lever.unit,
        "kind": lever.kind,
        "present": _value(lever, 1.0),
        "points": [
            {
                **_place(lever, point.factors[0]),
                "measures": {name: _plain(value) for name, value in point.measures.items()},
                "sound": point.sound,
                "refused": point.refused or None,
            }
            for point in moved.points
        ],
        "swing": {name: moved.swing(measure) for name, measure in result.measures.items()},
        "break_even": [_place(lever, factor) for factor in moved.zeros.factors],
        "jumps": [_place(lever, factor) for factor in moved.zeros.jumps],
        "searched": [_place(lever, factor) for factor in moved.zeros.between],
        "first_changes": [
            {
                "change": flip.change,
                "value": flip.value,
                "first": flip.first,
                "only_in": list(flip.only_in),
                "fault": flip.fault or None,
            }
            for flip in moved.firsts
        ],
    }


def _two_way(result: TwoWay) -> types.TwoWayDocument:
    return {
        "down": _axis(result.one),
        "across": _axis(result.other),
        "values": {
            name: [[_plain(point.measures[name]) for point in line] for line in result.points]
            for name in result.measures
        },
        "sound": [[point.sound for point in line] for line in result.points],
        "refused": [[point.refused or None for point in line] for line in result.points],
    }


def _axis(axis: Axis) -> types.AxisDocument:
    lever = axis.lever
    return {
        "input": lever.name,
        "unit": lever.unit,
        "kind": lever.kind,
        "present": _value(lever, 1.0),
        "places": [_place(lever, factor) for factor in axis.factors],
    }


def _place(lever: Lever, factor: float) -> types.PlaceDocument:
    return {"factor": factor, "value": _value(lever, factor)}


def _value(lever: Lever, factor: float) -> float | None:
    return lever.value_at(factor) if lever.alone else None


def _plain(value: float) -> float | None:
    return value if isfinite(value) else None
