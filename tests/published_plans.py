"""Published figures of plans: a plan with one asset, merged from what every such case has and what one says; or a whole scenario."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from typing import Any

import numpy as np

from fibercap.model.measures.all_measures import measures
from fibercap.model.project import project
from fibercap.model.projection import Projection
from fibercap.reading.files import scenario_of

BASE: Mapping[str, Any] = {
    "fibercap": "1",
    "horizon": {"from": "2000", "to": "2011", "step": "month"},
    "money": {"report_in": "USD"},
    "products": {"goods": {"price": "100 million USD/km"}},
    "plants": {"plant": {"product": "goods", "capacity": "1 km/year", "cash_cost": "0 USD/km"}},
    "projects": {"asset": {"plant": "plant", "adds": "0 km/year", "complete": "2000-12-31"}},
    "opening": {"cash": "1000 million USD"},
}
"""A plant that earns enough to pay for the asset and to be taxed."""

SCENARIO: Mapping[str, Any] = {"fibercap": "1", "money": {"report_in": "USD"}}
"""What every whole scenario has."""


def merge(one: Mapping[str, Any], other: Mapping[str, Any]) -> dict[str, Any]:
    """Return a block with the entries of another over its own."""
    both = {key: merge(value, other[key]) for key, value in one.items() if isinstance(value, Mapping) and key in other}
    return {**one, **other, **both}


def plan_figure(plan: Mapping[str, Any], key: str) -> float:
    """Return a figure such as `depreciation 2001`, of the asset, or `accounts.deferred_tax_liability 2003`.

    `sale after tax` is the price of the asset less tax on the gain; a name alone is a measure; `total` adds all years,
    and ` in %` is a hundred times as much.
    """
    projection = _projection(json.dumps(merge(BASE, plan)))
    if key == "sale after tax":
        sale, book = (float(projection.value(f"projects.asset.{row}").sum()) for row in ("sale", "disposed"))
        return sale - float(projection.value("inputs.tax.rate").flat[-1]) * (sale - book)
    if key.endswith(" in %"):
        return 100.0 * plan_figure(plan, key.removesuffix(" in %"))
    return _figure(projection, key)


def scenario_figure(scenario: Mapping[str, Any], key: str) -> float:
    """Return a figure such as `accounts.cash 2001`, `loans.bank.dscr 2001-Q3`, or a measure; ` in %` is a hundred times it."""
    if key.endswith(" in %"):
        return 100.0 * scenario_figure(scenario, key.removesuffix(" in %"))
    return _figure(_projection(json.dumps(merge(SCENARIO, scenario))), key)


def _figure(projection: Projection, key: str) -> float:
    """Return a measure, or a row over a year or a quarter; a row without a dot is of the asset."""
    if " " not in key:
        return float(measures(projection)[key].value or np.nan)
    row, period = key.split()
    if period == "total":
        return float(projection.value(row).sum())
    step = "quarter" if "Q" in period else "year"
    return float(projection.by(row if "." in row else f"projects.asset.{row}", step)[period].flat[0])


@cache
def _projection(text: str) -> Projection:
    return project(scenario_of(text, "plan.yaml"))
