"""All that the live report knows: one tape of all options, and what its inputs and results are called."""

from __future__ import annotations

import json
from pathlib import PurePath
from typing import TYPE_CHECKING, Any

from fibercap.core.errors import FibercapError, Problem
from fibercap.core.language.names import key_in_words
from fibercap.core.program.numpy_machine import run
from fibercap.core.program.tape import tape_of
from fibercap.core.program.tape_document import tape_document
from fibercap.core.units import unit_text
from fibercap.model.returns.roots import only_rate
from fibercap.studies.claims import WORDS
from fibercap.studies.covenants import sampled_tests
from fibercap.studies.live.option_cells import plan_cells
from fibercap.studies.live.race_on_cells import ranking, standing
from fibercap.views.charts.style import PALETTE
from fibercap.views.input_words import name_in_words
from fibercap.views.report.live.agreement import first_gap
from fibercap.views.report.live.controls import controls, set_twice
from fibercap.views.report.live.results import guard_results, measures_shown, rank_results, results_of
from fibercap.views.report.live.tables import tables, totals_of_plants
from fibercap.views.report.live.words import words
from fibercap.views.sentences import shown_unit

if TYPE_CHECKING:
    from collections.abc import Sequence

    from fibercap.core.program.node import Value
    from fibercap.core.program.tape import Tape
    from fibercap.model.plan.scenario import Scenario
    from fibercap.model.projection import Projection
    from fibercap.studies.live.guards import Guard
    from fibercap.studies.live.option_cells import OptionCells, PlanCells
    from fibercap.studies.live.race_on_cells import Standing
    from fibercap.views.report.subject import Subject

FIRST = 8
"""Inputs that the page shows from the start: those that move most."""


def live_document(subject: Subject, by: str) -> dict[str, Any]:
    """Return what the live part of a report is made of.

    Parameters
    ----------
    subject, by : Subject, str
        The subject of the report, and the length of the periods of statements.

    Raises
    ------
    FibercapError
        If the plan has no program, and so no live report; the message says why.
    """
    plans = _plans(subject)
    cells = plan_cells(plans)
    results, guards = _results(subject, cells, by)
    tape = tape_of(cells.graph, results)
    _refuse_gaps(tape, cells)
    order = [subject.option, *(name for name in plans if name != subject.option)]
    written = subject.written.scenario
    return {
        "tape": tape_document(tape),
        "inputs": controls(written, cells.inputs, len(plans)),
        "twice": set_twice(written, cells.inputs),
        "first": _first(subject, cells),
        "options": [_option(subject, name, cells.options[name], guards[name]) for name in plans],
        "chosen": subject.option,
        "compares": subject.comparison is not None,
        "tables": list(tables([cells.options[name].projection for name in order], by)),
        "periods": list(subject.projection.timeline.labels),
        "plan": {"id": written.id, "file": PurePath(written.file).name, "title": written.title or written.id},
        "currency": written.currency,
        "words": words(subject),
        "palette": list(PALETTE),
    }


def _plans(subject: Subject) -> dict[str, Scenario]:
    if subject.comparison is None:
        return {subject.option: subject.projection.scenario}
    return {name: case.projection.scenario for name, case in subject.comparison.cases.items()}


def _results(subject: Subject, cells: PlanCells, by: str) -> tuple[dict[str, Sequence[Value]], dict[str, list[Guard]]]:
    """Return all results by the name of the option, `|` and their own name; and the guards of each option."""
    results: dict[str, Sequence[Value]] = {}
    guards: dict[str, list[Guard]] = {}
    stands: dict[str, Standing] = {}
    for name, of in cells.options.items():
        for known in (cells.options[other] for other in stands):
            of.cells.take_alike(known.cells)
        stands[name] = standing(cells, of)
        of_option = results_of(cells, of, stands[name], by)
        for total, row, plants in totals_of_plants(of.projection, by):
            rows = [of_option[f"plants.{plant}.{row}/{by}"] for plant in plants]
            of_option[total] = [of.together(list(column), "flow") for column in zip(*rows, strict=True)]
        guards[name], refusals = guard_results(cells, of)
        results |= {f"{name}|{key}": values for key, values in {**of_option, **refusals}.items()}
    if subject.verdict is not None:
        ranked = ranking(cells, stands, subject.verdict.footing)
        results |= {f"{name}|rank": rank_results(each) for name, each in ranked.items()}
    return results, guards


def _refuse_gaps(tape: Tape, cells: PlanCells) -> None:
    """Raise an error if a result differs from the projections of the points, as far as rows and measures go."""
    gap = first_gap(tape, run(tape, cells.values, only_rate), cells)
    if gap:
        raise FibercapError("no_program", gap)


def _first(subject: Subject, cells: PlanCells) -> list[int]:
    """Return the inputs in the order of the tornado, by number; those that move nothing stay out."""
    places = {number.name: place for place, number in enumerate(cells.inputs)}
    if not subject.effects:
        return list(range(min(FIRST, len(places))))
    key = next(iter(subject.effects[0].measures))
    base = subject.measures[key].value or 0.0
    ordered = sorted(subject.effects, key=lambda moved: -moved.swing(key, base))
    return [places[m.path] for m in ordered if m.path in places and m.swing(key, base)][:FIRST]


def _option(subject: Subject, name: str, of: OptionCells, guards: Sequence[Guard]) -> dict[str, Any]:
    projection = of.projection
    plan, comparison = projection.scenario, subject.comparison
    return {
        "name": name,
        "title": comparison.cases[name].title if comparison is not None else subject.name,
        "plants": [
            {"key": key, "name": plant.name or key_in_words(key), "unit": unit_text(plan.unit_of_plant(key)) + "/year"}
            for key, plant in plan.plants.items()
        ],
        "measures": [_measure(of, key) for key in measures_shown(of)],
        "claims": [_claim(projection, key) for key in plan.claims],
        "covenants": [_covenant(projection, key) for key in _promises(plan)],
        "uses": {key: name_in_words(plan, key) for key in plan.spends},
        "guards": [{"path": guard.request.path, "words": guard.sentence} for guard in guards],
        "labels": [
            projection.timeline_to_maturity.label(day, plan.horizon.step) for day in projection.dates_to_maturity
        ],
        "dry": plan.company.may_run_dry,
    }


def _promises(plan: Scenario) -> list[tuple[str, str]]:
    return [(loan, name) for loan, terms in plan.loans.items() for name in terms.covenants]


def _measure(of: OptionCells, key: str) -> dict[str, Any]:
    measure = of.projection.measures[key]
    return {"key": key, "label": measure.label, "unit": measure.unit, "shown": shown_unit(measure.unit)}


def _claim(projection: Projection, name: str) -> dict[str, Any]:
    claim = projection.scenario.claims[name]
    unit = projection.rows[claim.row].unit if claim.row else projection.measures[claim.measure].unit
    return {
        "name": name,
        "says": claim.says,
        "when": claim.when,
        "words": WORDS[claim.limit[0]],
        "expected": claim.expect == "holds",
        "unit": unit,
        "shown": shown_unit(unit),
    }


def _covenant(projection: Projection, key: tuple[str, str]) -> dict[str, Any]:
    loan, name = key
    covenant = projection.scenario.loans[loan].covenants[name]
    tests = sampled_tests(projection, loan, name, covenant)
    unit = "" if isinstance(tests, Problem) else tests.unit
    return {
        "name": f"{loan}.{name}",
        "loan": projection.scenario.loan_title(loan),
        "says": covenant.says or name_in_words(projection.scenario, name),
        "words": WORDS[covenant.limit[0]],
        "dates": [] if isinstance(tests, Problem) else list(tests.when),
        "unit": unit,
        "shown": shown_unit(unit),
    }


def as_json(document: dict[str, Any]) -> str:
    """Return a document as JSON that can stand in a page: no text in it ends the element."""
    text = json.dumps(document, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")
