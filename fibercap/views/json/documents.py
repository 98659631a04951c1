"""The JSON documents that `--json` prints. Other programs rely on their keys."""

from __future__ import annotations

from math import isnan
from typing import TYPE_CHECKING

import numpy as np

from fibercap.core.errors import FibercapError, ScenarioError
from fibercap.core.period_names import MONTH_NAMES
from fibercap.model.horizon.run_off import RUN_OFF
from fibercap.studies.covenants import covenants
from fibercap.studies.findings import findings
from fibercap.studies.headroom import tightest
from fibercap.studies.plan_warnings import all_warnings, unused_paths
from fibercap.views.json.covenants import covenants_document
from fibercap.views.json.explain import place_document
from fibercap.views.sentences import unit_of_law
from fibercap.views.terminal.run_sections import EVERYTHING, Selection, selected_rows
from fibercap.views.terminal.summary import summary

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from fibercap.core.errors import Problem
    from fibercap.core.formulas.rows import Row
    from fibercap.core.timeline import Timeline
    from fibercap.core.units import Array
    from fibercap.model.measures.measure import Measure
    from fibercap.model.plan.scenario import Scenario
    from fibercap.model.projection import Projection
    from fibercap.studies.claims import Outcome
    from fibercap.studies.compare import Case
    from fibercap.studies.findings import Finding
    from fibercap.studies.flips import Flip
    from fibercap.views.json import run_types as types
    from fibercap.views.json.answer_types import Errors
    from fibercap.views.json.answer_types import Problem as ProblemDocument


def _plain(values: Array) -> types.Values:
    return [None if isnan(value) else value for value in np.ravel(values).tolist()]


def measures_document(measures: Mapping[str, Measure]) -> dict[str, types.Measure]:
    """Return measures by name."""
    return {
        name: {
            "label": m.label,
            "unit": m.unit,
            "value": m.value,
            "reason": m.reason or None,
            "remark": m.remark or None,
            "when": m.when or None,
            "better": m.better or None,
            "evidence": m.evidence or None,
        }
        for name, m in measures.items()
    }


def claims_document(
    claims: Mapping[str, Outcome], flips: Mapping[str, Flip | None] | None = None
) -> dict[str, types.Claim]:
    """Return claims by name; with `flips`, each has the input that decides it."""
    plain: dict[str, types.Claim] = {
        name: {
            "says": o.says,
            "holds": o.holds,
            "expected": o.expected,
            "value": o.value,
            "limit": o.limit,
            "unit": o.unit,
            "margin": o.margin,
            "within": str(o.within) if o.within is not None else None,
            "reason": o.reason or None,
            "evidence": o.evidence or None,
        }
        for name, o in claims.items()
    }
    if flips is not None:
        for name, claim in plain.items():
            claim["flip"] = _flip(flips[name])
    return plain


def _flip(flip: Flip | None) -> types.Flip | None:
    if flip is None:
        return None
    return {
        "path": flip.path,
        "kind": flip.kind,
        "change": flip.change,
        "present": flip.present,
        "value": flip.value,
        "unit": flip.unit,
        "also": list(flip.also),
    }


def findings_document(listed: Iterable[Finding]) -> list[types.Finding]:
    """Return what is wrong with a plan, each finding with its option, first date, worst value and way out."""
    return [
        {
            "kind": f.kind,
            "option": f.option,
            "loan": f.loan or None,
            "name": f.name or None,
            "when": f.when or None,
            "after_horizon": f.after_horizon,
            "value": f.value,
            "limit": f.limit,
            "unit": f.unit,
            "says": f.sentence,
            "way_out": f.way_out,
        }
        for f in listed
    ]


def checks_document(projection: Projection) -> dict[str, types.Law]:
    """Return the largest gap in every law."""
    return {law: {"largest_gap": gap, "unit": unit_of_law(projection, law)} for law, gap in projection.laws.items()}


def inputs_document(scenario: Scenario) -> types.Evidences:
    """Return how many inputs are stated, derived and assumed."""
    counted = scenario.evidence()
    return {"stated": counted["stated"], "derived": counted["derived"], "assumed": counted["assumed"]}


def horizon_document(timeline: Timeline) -> types.Horizon:
    """Return the first and last day of the horizon, the step, and the month in which years end."""
    first, last, ends = str(timeline.start), str(timeline.end), MONTH_NAMES[timeline.year_ends - 1]
    return {"from": first, "to": last, "step": timeline.step, "year_ends": ends}


def rows_document(
    projection: Projection, rows: Mapping[str, Row], selection: Selection = EVERYTHING
) -> dict[str, types.Row]:
    """Return rows, each with its values by model period and by year, in the selected years."""
    annual = _by_year(projection, rows, selection)
    return {
        path: {
            "label": row.label,
            "unit": row.unit,
            "nature": row.nature,
            "values": selection.of_periods(projection.timeline_of(path), _plain(projection.value(path)[0])),
            "annual": annual[path],
        }
        for path, row in rows.items()
    }


def _by_year(projection: Projection, rows: Mapping[str, Row], selection: Selection) -> dict[str, types.Annual]:
    """Return rows by year; rows of one nature and timeline are aggregated together, which is faster."""
    alike: dict[tuple[Timeline, str], list[str]] = {}
    for path, row in rows.items():
        alike.setdefault((projection.timeline_of(path), row.nature), []).append(path)
    annual: dict[str, types.Annual] = {}
    for (timeline, nature), paths in alike.items():
        years = timeline.aggregate(np.stack([projection.value(path)[0] for path in paths]), nature)
        shown = selection.in_years(timeline, list(years), list(years))
        columns = [_plain(years[year]) for year in shown]
        annual |= {path: dict(zip(shown, values, strict=True)) for path, *values in zip(paths, *columns, strict=True)}
    return annual


def _days(timeline: Timeline, selection: Selection) -> list[str]:
    """Return the last days of periods in the selected years."""
    return [str(day) for day in selection.of_periods(timeline, timeline.dates)]


def run_document(
    projection: Projection,
    measures: Mapping[str, Measure],
    claims: Mapping[str, Outcome],
    version: str,
    selection: Selection = EVERYTHING,
) -> types.Run:
    """Return the document of `run --json`: every row in model periods and by year, measures, claims, checks.

    If a loan matures after the horizon, `run_off` holds the periods and rows after the horizon; else it is missing.
    Only the selected sections, rows and years are included.
    """
    scenario, timeline, wrong = projection.scenario, projection.timeline, findings(projection, claims)
    warned = [*(one.sentence for one in wrong), *all_warnings(projection)]
    rows = selected_rows(projection, selection)
    within = {path: row for path, row in rows.items() if not path.startswith(f"{RUN_OFF}.")}
    document: types.Run = {
        "fibercap": version,
        "scenario": {
            "id": scenario.id,
            "title": scenario.title,
            "hash": scenario.digest(),
            "option": scenario.option,
        },
        "horizon": horizon_document(timeline),
        "summary": summary(projection, measures, claims, covenants(projection), warned),
        "periods": _days(timeline, selection),
        "rows": rows_document(projection, within, selection),
        "measures": measures_document(measures if selection.has("measures") else {}),
        "claims": claims_document(claims if selection.has("claims") else {}),
        "checks": checks_document(projection),
        "inputs": inputs_document(scenario),
        "findings": findings_document(wrong),
        "warnings": warned,
    }
    if projection.run_off is not None:
        later = {path: row for path, row in rows.items() if path not in within}
        shown = projection.blocks[RUN_OFF].rows if selection.everything else later
        document["run_off"] = {
            "periods": _days(projection.run_off, selection),
            "rows": rows_document(projection, shown, selection),
        }
    return document


def check_document(
    case: Case, options: Mapping[str, Case], unused: Sequence[str] | None = None, *, flips: bool = False
) -> types.Checked:
    """Return the document of `check --json`: of a plan as written, with those of its options inside.

    `unused` are the inputs that change no result, if they were searched for.
    """
    projection, tight = case.projection, tightest(case.headroom)
    return {
        "valid": True,
        "claims": claims_document(case.claims, case.flips if flips else None),
        "covenants": covenants_document(case.covenants, case.headroom),
        "findings": findings_document(case.findings),
        "tightest_covenant": tight.covenant if tight else None,
        "checks": checks_document(projection),
        "unused": [*unused_paths(projection.scenario), *(unused or ())],
        "formulas_proved": projection.proved,
        "inputs": inputs_document(projection.scenario),
        "options": {name: check_document(option, {}) for name, option in options.items()},
    }


def errors_document(error: FibercapError) -> Errors:
    """Return the document that `--json` prints if a command fails."""
    if isinstance(error, ScenarioError):
        return {"errors": [_problem(problem) for problem in error.problems]}
    document: ProblemDocument = {
        **place_document(None),
        "path": None,
        "code": error.code,
        "found": error.found,
        "wanted": None,
        "hint": error.hint,
    }
    return {"errors": [document]}


def _problem(problem: Problem) -> ProblemDocument:
    return {
        **place_document(problem.place),
        "path": problem.path,
        "code": problem.code,
        "found": f"with {problem.under}: {problem.found}" if problem.under else problem.found,
        "wanted": problem.wanted,
        "hint": problem.hint,
    }
