"""The JSON document of `simulate`."""

from __future__ import annotations

from math import isnan
from typing import TYPE_CHECKING

import numpy as np

from fibercap.studies.chances.estimates import FIGURES, Estimate, chance, estimate, mean
from fibercap.studies.chances.kept import CASH, CLAIM, COVENANT, EVER, LATER, MEASURE, ROW
from fibercap.views.distribution_text import distribution_text, evidence_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from fibercap.studies.chances.drivers import Driver
    from fibercap.studies.chances.simulate import Case, Simulation
    from fibercap.views.json import chances_types as types


def simulation_document(simulation: Simulation, groups: Sequence[Driver], driven: str) -> types.Simulated:
    """Return the document of a simulation.

    Parameters
    ----------
    simulation : Simulation
        What was simulated.
    groups, driven : sequence of Driver, str
        What drives a measure, and its name.
    """
    plan, uncertain = simulation.scenario, simulation.sampler.uncertain
    first = next(iter(simulation.cases.values()))
    return {
        "scenario": plan.id,
        "hash": plan.digest(),
        "samples": simulation.samples,
        "asked": simulation.asked,
        "seed": simulation.sampler.seed,
        "years": simulation.years,
        "inputs": {
            name: {
                "input": one.input,
                "acts": one.acts,
                "distribution": distribution_text(one.distribution),
                "kind": evidence_of(plan, name),
            }
            for name, one in uncertain.inputs.items()
        },
        "options": {name: _case(case, None if case is first else first) for name, case in simulation.cases.items()},
        "drivers": {"measure": driven, "groups": [_driver(driver) for driver in groups]},
    }


def _plain(value: float) -> float | None:
    return None if isnan(value) else value


def _estimate_document(value: Estimate) -> types.Estimated:
    return {"value": _plain(value.value), "error": _plain(value.error)}


def _case(case: Case, first: Case | None) -> types.SimulatedCase:
    names = [key.removeprefix(MEASURE) for key in case.kept if key.startswith(MEASURE)]
    rows = [key.removeprefix(ROW) for key in case.kept if key.startswith(ROW)]
    return {
        "title": case.title,
        "missing": list(case.overlay.missing),
        "refused": [{"sample": refusal.sample, "why": refusal.why} for refusal in case.refused],
        "measures": {name: _likely(case, name) for name in names},
        "claims": {name: _estimate_document(one) for name, (one,) in case.chances(CLAIM).items()},
        "covenants": {name: _estimate_document(one) for name, (one,) in case.chances(EVER).items()},
        "covenants_by_year": {
            name: [_estimate_document(one) for one in by] for name, by in case.chances(COVENANT).items()
        },
        "cash_below_zero": [_estimate_document(one) for one in case.chances(CASH)[""]],
        "cash_below_zero_later": _estimate_document(chance(case.kept[LATER])) if LATER in case.kept else None,
        "rows": {path: _row(case, path) for path in rows},
        "against_first": None if first is None else _against(case, first),
    }


def _likely(case: Case, name: str) -> types.Likely:
    measure = case.base.measures[name]
    return {
        "label": measure.label,
        "unit": measure.unit,
        "undefined": float(np.isnan(case.measure(name)).mean()),
        "figures": {figure: _estimate_document(value) for figure, value in case.figures(name).items()},
    }


def _row(case: Case, path: str) -> dict[str, list[types.Estimated]]:
    columns = case.row(path).T
    return {figure: [_estimate_document(estimate(column, of)) for column in columns] for figure, of in FIGURES.items()}


def _against(case: Case, first: Case) -> types.Against:
    difference = case.measure("equity_npv") - first.measure("equity_npv")
    worst = float(np.nanmin(difference, initial=np.inf))
    return {
        "beats": _estimate_document(chance(np.where(np.isnan(difference), np.nan, difference > 0))),
        "mean": _estimate_document(estimate(difference, mean)),
        "worst": worst if np.isfinite(worst) else None,
    }


def _driver(driver: Driver) -> types.DriverDocument:
    return {
        "inputs": list(driver.inputs),
        "first": _estimate_document(driver.first),
        "total": _estimate_document(driver.total),
        "rank_correlations": {name: _plain(rank) for name, rank in driver.ranks.items()},
    }
