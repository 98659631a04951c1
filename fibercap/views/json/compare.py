"""The JSON document of `fibercap compare`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fibercap.studies.bridge import MEASURE
from fibercap.studies.step_warning import step_warning
from fibercap.studies.verdict.verdict import verdict
from fibercap.views.json.covenants import covenants_document
from fibercap.views.json.documents import claims_document, findings_document, measures_document
from fibercap.views.json.verdict import verdict_document

if TYPE_CHECKING:
    from fibercap.studies.bridge import Bridge
    from fibercap.studies.compare import Comparison
    from fibercap.views.json import compare_types as types


def compare_document(comparison: Comparison, *, flips: bool = False) -> types.Compared:
    """Return the document of `compare --json`."""
    options: dict[str, types.Case] = {
        name: {
            "title": case.title,
            "measures": measures_document(case.measures),
            "claims": claims_document(case.claims, case.flips if flips else None),
            "covenants": covenants_document(case.covenants, case.headroom),
            "findings": findings_document(case.findings),
        }
        for name, case in comparison.cases.items()
    }
    differences = {
        name: {path: list(pair) for path, pair in paths.items()} for name, paths in comparison.differences.items()
    }
    best = {key: list(comparison.best(key)) for key in next(iter(comparison.cases.values())).measures}
    others = [name for name in comparison.cases if name != comparison.baseline]
    bridges = {name: _bridge(comparison.bridge(name)) for name in others}
    return {
        "verdict": verdict_document(verdict(comparison)),
        "baseline": comparison.baseline,
        "options": options,
        "deltas": {name: {key: comparison.delta(key, name) for key in options[name]["measures"]} for name in others},
        "differences": differences,
        "best": best,
        "cash_needed": {name: dict(case.cash_needed) for name, case in comparison.cases.items()},
        "bridges": bridges,
        "warnings": step_warning(comparison.cases[comparison.baseline].projection),
    }


def _bridge(bridge: Bridge | None) -> types.Bridge | None:
    if bridge is None:
        return None
    steps: list[types.BridgeStep] = [{"label": step.label, "amount": step.amount} for step in bridge.steps]
    return {"measure": MEASURE, "unit": bridge.unit, "start": bridge.start, "steps": steps, "end": bridge.end}
