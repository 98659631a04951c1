"""What `solve` and `size` print."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fibercap.studies.sizing import ALLOWED, USED
from fibercap.views.sentences import lever_text, quantity_text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fibercap.studies.sizing import Limit, Sized
    from fibercap.studies.solving import Root, Solution
    from fibercap.views.json import answer_types as types


def solution_lines(found: Solution) -> Iterator[str]:
    """Run over the lines of `solve`: every root, or why there is none."""
    target = _amount(found.target, found.unit)
    lever, kind = found.lever, f" ({found.lever.kind})" if found.lever.kind else ""
    equals = "equals" if found.roots or found.throughout else "never equals"
    yield f"{found.label} {equals} {target}"
    for root in found.roots:
        yield f"  {lever.name}{kind} {_root(found, root)}"
        yield from (f"    there: {fault}" for fault in root.faults)
    if len(found.roots) > 1:
        yield f"  {len(found.roots)} answers: it is met at each of them"
    for factor in found.jumps:
        yield f"  it leaps across {target} at {_place(found, factor)} without being it"
    if not found.roots and not found.moves:
        why = f": {found.reason}" if found.reason else ""
        yield f"  it does not depend on {lever.name}: it is {_amount(found.present, found.unit)} throughout{why}"
    elif not found.roots:
        low, high = (_place(found, factor) for factor in found.between)
        ends = [_amount(end, found.unit) for end in found.ends]
        yield f"  {lever.name}{kind} from {low} to {high} takes it from {ends[0]} to {ends[1]}"
        for place, faults in zip((low, high), found.end_faults, strict=True):
            yield from (f"    at {place}: {fault}" for fault in faults)
    if found.refused and not found.roots:
        low, high = (_place(found, factor) for factor in found.between)
        yield f"  looked at from {low} to {high}; the plan allows no more: {found.refused}"
    yield f"  now {_amount(found.present, found.unit)}" + (f" at {_place(found, 1.0)}" if lever.alone else "")


def _root(found: Solution, root: Root) -> str:
    change = f"{root.factor - 1.0:+.2%}"
    if root.value is None:
        return f"times {root.factor:.6g} throughout, {change}"
    moved = any(handle.value for handle in found.lever.handles)
    return f"at {_place(found, root.factor)}" + (f", {change}" if moved else "")


def _place(found: Solution, factor: float) -> str:
    if not found.lever.alone:
        return f"{factor:g} times"
    value, unit = lever_text(found.lever, found.lever.value_at(factor))
    return f"{value} {unit}".rstrip()


def _amount(value: float | None, unit: str) -> str:
    if value is None:
        return "undefined"
    return " ".join(quantity_text(value, unit)).rstrip()


def solution_document(found: Solution) -> types.Solved:
    """Return the document of `solve --json`."""
    return {
        "measure": found.measure,
        "equals": found.target,
        "unit": found.unit,
        "present": found.present,
        "vary": found.lever.name,
        "vary_unit": found.lever.unit,
        "kind": found.lever.kind,
        "roots": [
            {
                "factor": root.factor,
                "change": root.factor - 1.0,
                "value": root.value,
                "result": root.result,
                "faults": list(root.faults),
            }
            for root in found.roots
        ],
        "jumps": list(found.jumps),
        "between": [_end(found, factor) for factor in found.between],
        "ends": list(found.ends),
        "end_faults": [list(faults) for faults in found.end_faults],
        "depends": found.moves,
        "reason": found.reason or None,
        "refused": found.refused or None,
    }


def _end(found: Solution, factor: float) -> float:
    return found.lever.value_at(factor) if found.lever.alone else factor


def size_lines(found: Sized) -> Iterator[str]:
    """Run over the lines of `size`: the commitment, what binds it, and what must be laid over the plan to have it."""
    present = _amount(found.present, found.currency)
    yield f"{found.title}: at most {found.commitment:,.0f} {found.currency} (now {present})"
    for limit in found.limits:
        words = limit.comparator.replace("_", " ")
        binds = ", which binds" if limit.measure in found.binds else ""
        value, residual = found.values[limit.measure], found.residual[limit.measure]
        yield f"  {limit.measure} {value:.4f}, {words} {limit.value:g}{binds}; residual {residual:+.3g}"
    for fault in found.faults:
        yield f"  at that size: {fault}"
    if USED in found.binds:
        yield "  no limit binds: more would not be drawn, for the plan needs no more from this loan"
    if ALLOWED in found.binds:
        yield f"  no limit binds: the plan allows no more: {found.why}"
    if not found.binds:
        yield "  no limit binds, up to 64 times the present commitment"
    yield "  to have it, lay over the plan:"
    for path, amount in found.changes.items():
        yield f"    {path}: {_written(amount)}"


def size_document(found: Sized) -> types.Sized:
    """Return the document of `size --json`."""
    return {
        "loan": found.loan,
        "currency": found.currency,
        "present": found.present,
        "commitment": found.commitment,
        "binds": list(found.binds),
        "limits": {limit.measure: _limit_document(found, limit) for limit in found.limits},
        "why": found.why or None,
        "faults": list(found.faults),
        "changes": {path: _written(amount) for path, amount in found.changes.items()},
    }


def _limit_document(found: Sized, limit: Limit) -> types.SizeLimit:
    kept: types.SizeLimit = {"value": found.values[limit.measure], "residual": found.residual[limit.measure]}
    kept["at_most" if limit.comparator == "at_most" else "at_least"] = limit.value
    return kept


def _written(amount: Any) -> str:
    """Return a quantity as a scenario file has it."""
    number = float(amount.magnitude)
    return f"{100 * number!r} %" if amount.dimensionless else f"{number!r} {amount.units}"
