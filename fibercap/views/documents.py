"""The JSON documents that `--json` prints; their keys are relied on by other programs."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import numpy as np

from fibercap.core.errors import FibercapError, ScenarioError
from fibercap.studies.alarms import unused, warnings

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from fibercap.core.units import Array
    from fibercap.model.measure import Measure
    from fibercap.model.projection import Projection
    from fibercap.studies.claims import Outcome
    from fibercap.studies.compare import Comparison
    from fibercap.studies.covenants import Tested

Document = dict[str, Any]


def text(document: Document) -> str:
    """Return a document as JSON text; undefined is null, never NaN."""
    return json.dumps(document, indent=1, ensure_ascii=False, allow_nan=False)


def _plain(values: Array) -> list[float | None]:
    return [None if np.isnan(value) else float(value) for value in np.ravel(values)]


def measures_document(found: Mapping[str, Measure]) -> Document:
    """Return measures by name."""
    return {
        name: {"label": m.label, "unit": m.unit, "value": m.value, "reason": m.reason or None}
        for name, m in found.items()
    }


def claims_document(found: Mapping[str, Outcome]) -> Document:
    """Return claims by name."""
    return {
        name: {
            "says": o.says,
            "holds": o.holds,
            "expected": o.expected,
            "value": o.value,
            "limit": o.limit,
            "unit": o.unit,
            "margin": o.margin,
            "reason": o.reason or None,
        }
        for name, o in found.items()
    }


def covenants_document(found: Mapping[str, Tested]) -> Document:
    """Return covenants by `<loan>.<name>`, each test with its headroom."""
    return {
        name: {
            "says": c.says,
            "holds": c.holds,
            "limit": c.limit,
            "unit": c.unit,
            "headroom": c.tightest.headroom if c.tightest else None,
            "tests": {t.when: {"value": t.value, "headroom": t.headroom, "holds": t.holds} for t in c.tests},
        }
        for name, c in found.items()
    }


def checks_document(projection: Projection) -> Document:
    """Return the largest gap found for every law."""
    unit = projection.scenario.currency
    return {
        law: {"largest_gap": gap, "unit": "km" if law == "capacity" else unit} for law, gap in projection.laws.items()
    }


def run_document(
    projection: Projection, found: Mapping[str, Measure], claims: Mapping[str, Outcome], version: str
) -> Document:
    """Return the document of `run --json`: every row in model periods and by year, measures, claims, checks."""
    scenario, timeline = projection.scenario, projection.timeline
    rows = {}
    for path, row in projection.period_rows.items():
        annual = {year: _plain(value)[0] for year, value in projection.by(path).items()}
        rows[path] = {
            "label": row.label,
            "unit": row.unit,
            "nature": row.nature,
            "values": _plain(projection.value(path)[0]),
            "annual": annual,
        }
    return {
        "fibercap": version,
        "scenario": {
            "id": scenario.id,
            "title": scenario.title,
            "hash": scenario.digest(),
            "option": scenario.option,
        },
        "horizon": {"from": str(timeline.start), "to": str(timeline.end), "step": timeline.step},
        "periods": [str(day) for day in timeline.dates],
        "rows": rows,
        "measures": measures_document(found),
        "claims": claims_document(claims),
        "checks": checks_document(projection),
        "inputs": scenario.evidence(),
        "warnings": warnings(projection),
    }


def compare_document(comparison: Comparison) -> Document:
    """Return the document of `compare --json`."""
    options = {
        name: {
            "title": case.title,
            "measures": measures_document(case.measures),
            "claims": claims_document(case.claims),
            "covenants": covenants_document(case.covenants),
        }
        for name, case in comparison.cases.items()
    }
    differences = {
        name: {path: list(pair) for path, pair in found.items()} for name, found in comparison.differences.items()
    }
    return {"baseline": comparison.baseline, "options": options, "differences": differences}


def check_document(
    projection: Projection,
    claims: Mapping[str, Outcome],
    covenants: Mapping[str, Tested],
    still: Sequence[str] | None = None,
) -> Document:
    """Return the document of `check --json`; `still` are the inputs that move nothing, where they were looked for."""
    return {
        "valid": True,
        "claims": claims_document(claims),
        "covenants": covenants_document(covenants),
        "checks": checks_document(projection),
        "unused": [*unused(projection.scenario), *(still or ())],
        "formulas_proved": projection.proved,
        "inputs": projection.scenario.evidence(),
    }


def errors_document(error: FibercapError) -> Document:
    """Return the document that `--json` prints where a command fails."""
    if isinstance(error, ScenarioError):
        return {"errors": [problem.as_json() for problem in error.problems]}
    empty: Document = dict.fromkeys(("file", "line", "column", "path", "wanted", "hint"))
    return {"errors": [{**empty, "code": type(error).__name__, "found": str(error)}]}
