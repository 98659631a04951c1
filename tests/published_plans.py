"""Published figures about assets and series: a plan with one asset, merged from what every such case has and what one says."""

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
    if " " not in key:
        return float(measures(projection)[key].value or np.nan)
    row, year = key.split()
    if year == "total":
        return float(projection.value(row).sum())
    return float(projection.by(row if "." in row else f"projects.asset.{row}")[year].flat[0])


@cache
def _projection(text: str) -> Projection:
    return project(scenario_of(text, "plan.yaml"))
