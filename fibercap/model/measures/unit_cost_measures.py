"""Measures by the unit of products: what it costs to add one, and to make one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from fibercap.model.cash.trifle import ROUNDING
from fibercap.model.measures.measure import LOWER, Measure
from fibercap.model.measures.parts import make_measure, undefined_values
from fibercap.model.measures.worth_measures import reason_undefined

if TYPE_CHECKING:
    from fibercap.model.projection import Projection

NOTHING_SHIPPED: Final = "the projects ship nothing more within the horizon"


def levelized_cost(projection: Projection, unit: str = "") -> Measure:
    """Price at which the projects, their assets sold at book value, are worth nothing, whatever prices are.

    Parameters
    ----------
    projection : Projection
        What a plan leads to.
    unit : str
        The unit of products that is priced, in a plan of several.

    Source
    ------
    docs/conventions.md, section 7: worth of costs after tax, losses relieved at once, over that of shipments after tax.
    """
    name, unit = named_by_unit(projection, "levelized_cost", unit)
    label = f"Levelized cost of what is added, by {unit}" if "." in name else "Levelized cost of what is added"
    price = f"{projection.scenario.currency}/{unit}"
    reason, values = reason_undefined(projection), undefined_values(projection)
    if reason:
        return make_measure(name, label, price, "", values, reason=reason, better=LOWER)
    last, early = "returns.discount_factor", "returns.discount_factor"
    if projection.scenario.money.in_middle:
        early = "returns.discount_factor_middle"
    costs, assets, after_tax, unpaid, shipments = (
        projection.scenario.by_unit(path, unit)
        for path in (
            *("returns.levelized_costs", "returns.levelized_assets", "returns.levelized_shipments"),
            *("returns.unpaid_shipments", "accounts.shipments"),
        )
    )
    value = projection.value
    ends, middles = value(last), value(early)
    cost = (value(costs) * middles).sum(axis=-1) - value(assets)[..., -1] * ends[..., -1]
    added = (value(after_tax) * middles).sum(axis=-1) + value(unpaid)[..., -1] * ends[..., -1]
    shipped = value(shipments).sum(axis=-1)
    # less of others, only rounding may be left
    values = np.divide(cost, added, out=values, where=added > ROUNDING * shipped)
    once = f"{{returns.is_last}} * {{{last}}}"
    formula = f"(SUM({{{costs}}} * {{{early}}}) - SUM({{{assets}}} * {once}))"
    text = f"SUM({{{after_tax}}} * {{{early}}}) + SUM({{{unpaid}}} * {once})"
    formula += f" / IF({text} > {ROUNDING!r} * SUM({{{shipments}}}), {text}, 0)"
    return make_measure(name, label, price, formula, values, reason=NOTHING_SHIPPED, better=LOWER)


def capacity_cost(projection: Projection, unit: str = "") -> Measure:
    """Gross capex of all projects, overruns included, per unit of capacity that they add; cancelled ones add none.

    Parameters
    ----------
    projection : Projection
        What a plan leads to.
    unit : str
        The unit of products that is added, in a plan of several.
    """
    plan = projection.scenario
    name, unit = named_by_unit(projection, "capacity_cost", unit)
    projects = {key: project for key, project in plan.projects.items() if plan.unit_of_plant(project.plant) == unit}
    summed = {key for key, project in projects.items() if project.cancelled}
    summed |= {key for key in projects if plan.currency_at(f"projects.{key}.capex") != plan.currency}
    spent = {key: projection.value(f"projects.{key}.capex").sum(axis=-1, keepdims=True) for key in summed}
    cost = sum((spent.get(key, project.cost) for key, project in projects.items()), start=np.asarray(0.0))
    adding = {key: project for key, project in projects.items() if not project.cancelled}
    adds = sum((project.adds for project in adding.values()), start=np.asarray(0.0))
    flat = np.ravel(cost / np.where(adds > 0, adds, np.nan)) * np.ones(projection.samples)
    costs = [
        f"SUM({{projects.{k}.capex}})"
        if k in summed
        else f"{{inputs.projects.{k}.capex}} * (1 + {{inputs.projects.{k}.overrun}})"
        for k in projects
    ]
    added = [f"{{inputs.projects.{k}.adds}}" for k in adding]
    formula = f"({' + '.join(costs)}) / ({' + '.join(added)})" if added else ""
    label, reason = f"Capex per {unit}/year added", "the projects add no capacity"
    return make_measure(name, label, f"{plan.currency}*year/{unit}", formula, flat, reason=reason, better=LOWER)


def named_by_unit(projection: Projection, name: str, unit: str) -> tuple[str, str]:
    """Return a measure's name and unit of products; with one unit in the plan, the name has no suffix.

    Parameters
    ----------
    projection : Projection
        What a plan leads to.
    name, unit : str
        The measure, and the unit; "" for the plan's only one.
    """
    unit = unit or next(iter(projection.scenario.product_units), "km")
    return projection.scenario.by_unit(name, unit), unit
