"""The lines and documents that `solve` and `size` print."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fibercap.studies.sizing import ALLOWED, USED
from fibercap.views.sentences import lever_text, quantity_text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fibercap.studies.sizing import Limit, Sized
    from fibercap.studies.solving import Root, Solution
    from fibercap.views.json import answer_types as types


def solution_lines(solution: Solution) -> Iterator[str]:
    """Yield the lines of `solve`: every root, or why there is none."""
    target = _amount(solution.target, solution.unit)
    lever, kind = solution.lever, f" ({solution.lever.kind})" if solution.lever.kind else ""
    equals = "equals" if solution.roots or solution.throughout else "never equals"
    yield f"{solution.label} {equals} {target}"
    for root in solution.roots:
        yield f"  {lever.name}{kind} {_root_text(solution, root)}"
        yield from (f"    there: {fault}" for fault in root.faults)
    if len(solution.roots) > 1:
        yield f"  {len(solution.roots)} solutions: each of them meets the target"
    for factor in solution.jumps:
        yield f"  it jumps past {target} at {_lever_value(solution, factor)}, and never equals it there"
    if not solution.roots and not solution.moves:
        why = f": {solution.reason}" if solution.reason else ""
        yield f"  it does not depend on {lever.name}: it is {_amount(solution.present, solution.unit)} throughout{why}"
    elif not solution.roots:
        low, high = (_lever_value(solution, factor) for factor in solution.between)
        ends = [_amount(end, solution.unit) for end in solution.ends]
        yield f"  {lever.name}{kind} from {low} to {high} takes it from {ends[0]} to {ends[1]}"
        for place, faults in zip((low, high), solution.end_faults, strict=True):
            yield from (f"    at {place}: {fault}" for fault in faults)
    if solution.refused and not solution.roots:
        low, high = (_lever_value(solution, factor) for factor in solution.between)
        yield f"  searched from {low} to {high}; the plan allows no more: {solution.refused}"
    yield f"  now {_amount(solution.present, solution.unit)}" + (
        f" at {_lever_value(solution, 1.0)}" if lever.alone else ""
    )


def _root_text(solution: Solution, root: Root) -> str:
    """Return where the input lies at a root, and how far that is from the present value."""
    change = f"{root.factor - 1.0:+.2%}"
    if root.value is None:
        return f"times {root.factor:.6g} throughout, {change}"
    has_value = any(handle.value for handle in solution.lever.handles)
    return f"at {_lever_value(solution, root.factor)}" + (f", {change}" if has_value else "")


def _lever_value(solution: Solution, factor: float) -> str:
    """Return the input's value at a factor; `<factor> times` if it stands for several inputs."""
    if not solution.lever.alone:
        return f"{factor:g} times"
    value, unit = lever_text(solution.lever, solution.lever.value_at(factor))
    return f"{value} {unit}".rstrip()


def _amount(value: float | None, unit: str) -> str:
    if value is None:
        return "undefined"
    return " ".join(quantity_text(value, unit)).rstrip()


def solution_document(solution: Solution) -> types.Solved:
    """Return the document of `solve --json`."""
    return {
        "measure": solution.measure,
        "equals": solution.target,
        "unit": solution.unit,
        "present": solution.present,
        "vary": solution.lever.name,
        "vary_unit": solution.lever.unit,
        "kind": solution.lever.kind,
        "roots": [
            {
                "factor": root.factor,
                "change": root.factor - 1.0,
                "value": root.value,
                "result": root.result,
                "faults": list(root.faults),
            }
            for root in solution.roots
        ],
        "jumps": list(solution.jumps),
        "between": [_end(solution, factor) for factor in solution.between],
        "ends": list(solution.ends),
        "end_faults": [list(faults) for faults in solution.end_faults],
        "depends": solution.moves,
        "reason": solution.reason or None,
        "refused": solution.refused or None,
    }


def _end(solution: Solution, factor: float) -> float:
    return solution.lever.value_at(factor) if solution.lever.alone else factor


def size_lines(sized: Sized) -> Iterator[str]:
    """Yield the lines of `size`: the commitment, the limits that bind it, and the changes of the plan that give it."""
    present = _amount(sized.present, sized.currency)
    yield f"{sized.title}: at most {sized.commitment:,.0f} {sized.currency} (now {present})"
    for limit in sized.limits:
        words = limit.comparator.replace("_", " ")
        binds = ", which binds" if limit.measure in sized.binds else ""
        value, residual = sized.values[limit.measure], sized.residual[limit.measure]
        yield f"  {limit.measure} {value:.4f}, {words} {limit.value:g}{binds}; residual {residual:+.3g}"
    for fault in sized.faults:
        yield f"  at that size: {fault}"
    if USED in sized.binds:
        yield "  no limit binds: the plan needs no more from this loan, so that more would not be drawn"
    if ALLOWED in sized.binds:
        yield f"  no limit binds: the plan allows no more: {sized.why}"
    if not sized.binds:
        yield "  no limit binds, up to 64 times the present commitment"
    yield "  to apply it, change the plan:"
    for path, amount in sized.changes.items():
        yield f"    {path}: {_quantity_as_written(amount)}"


def size_document(sized: Sized) -> types.Sized:
    """Return the document of `size --json`."""
    return {
        "loan": sized.loan,
        "currency": sized.currency,
        "present": sized.present,
        "commitment": sized.commitment,
        "binds": list(sized.binds),
        "limits": {limit.measure: _limit_document(sized, limit) for limit in sized.limits},
        "why": sized.why or None,
        "faults": list(sized.faults),
        "changes": {path: _quantity_as_written(amount) for path, amount in sized.changes.items()},
    }


def _limit_document(sized: Sized, limit: Limit) -> types.SizeLimit:
    document: types.SizeLimit = {"value": sized.values[limit.measure], "residual": sized.residual[limit.measure]}
    document["at_most" if limit.comparator == "at_most" else "at_least"] = limit.value
    return document


def _quantity_as_written(amount: Any) -> str:
    """Return a quantity as one writes it in a scenario."""
    number = float(amount.magnitude)
    if amount.dimensionless:
        return f"{repr(100 * number).removesuffix('.0')} %"
    return f"{number:{'_.0f' if number.is_integer() else '_'}} {amount.units}"
