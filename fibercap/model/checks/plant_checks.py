"""Checks of plants: their products, the shares that these have of the output, and the keys of their cost lines."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from fibercap.core.errors import did_you_mean
from fibercap.core.language.growth_by_month import factors_by_month
from fibercap.core.language.money_or_share import REST
from fibercap.core.timeline import timeline_between
from fibercap.model.checks.funding_checks import in_sample
from fibercap.model.horizon.outliving import to_maturity

if TYPE_CHECKING:
    from fibercap.core.language.series import Series
    from fibercap.core.timeline import Timeline
    from fibercap.core.units import Array
    from fibercap.model.checks.funding_checks import Findings
    from fibercap.model.plan.plan import Plan

ROUNDING = 1e-9
"""Rounding of the texts of shares."""


def unit_of_product(s: Plan, name: str) -> Findings:
    """Yield a product whose `unit`, `km` where it is left out, is not that in which it is priced and made.

    Parameters
    ----------
    s, name : Plan, str
        The plan, and the product.
    """
    product, path = s.products[name], f"products.{name}"
    unit = product.unit_of_amounts
    if unit == product.unit:
        return
    problem = f"no `unit` in `{path}`, which is counted in km without one and priced per {unit}"
    code, way = "missing", f"add `unit: {unit}`"
    if "unit" in product.model_fields_set:
        problem = f"`{product.unit}` of a product that is priced and made in {unit}"
        code, way = "wrong_dimension", f"write `unit: {unit}`"
    yield f"{path}.unit", code, problem, "the unit that it is priced in", way


def plant_products(s: Plan, name: str) -> Findings:
    """Yield a plant without a product, with one given twice or unknown, or with products of several units.

    Parameters
    ----------
    s, name : Plan, str
        The plan, and the plant.
    """
    plant, path = s.plants[name], f"plants.{name}"
    if not plant.__dict__:
        return  # there is no block at all, which is a problem reported elsewhere
    keys = plant.model_fields_set
    if not keys & {"product", "products"}:
        yield f"{path}.product", "missing", f"neither `product` nor `products` in `{path}`", "", "add `product:`"
        return
    if {"product", "products"} <= keys:
        hint = "keep `product` of a plant that makes one, `products` of one that makes several"
        yield f"{path}.product", "given_twice", "both `product` and `products` are given", "", hint
        return
    if "products" in keys and not plant.products:
        hint = "write it like `{glass: 60 %, sand: rest}`"
        yield f"{path}.products", "missing", f"no product in `{path}.products`", "a share of each product", hint
        return
    units: dict[str, str] = {}
    for product in plant.product_names:
        where = f"{path}.products.{product}" if "products" in keys else f"{path}.product"
        if product not in s.products:
            hint, problem = did_you_mean(product, s.products, "products"), f"unknown product `{product}`"
            yield where, "unknown_product", problem, "", hint
            continue
        unit = s.products[product].unit_of_amounts
        other = next(iter(units), unit)
        if units.setdefault(unit, product) == product and unit != other:
            problem, wanted = f"`{product}`, counted in {unit}", f"one counted in {other}, as `{units[other]}`"
            yield where, "mixed_units", problem, wanted, "give what is counted otherwise a plant of its own"


def product_shares(s: Plan, name: str) -> Findings:
    """Yield a second product that has the rest, and shares that total more than 100 %, or less without a rest.

    Parameters
    ----------
    s, name : Plan, str
        The plan, and the plant.
    """
    plant, path = s.plants[name], f"plants.{name}.products"
    if "products" not in plant.model_fields_set or not plant.products:
        return
    rests = [product for product, share in plant.products.items() if share is None]
    if len(rests) > 1:
        yield f"{path}.{rests[1]}", "two_rests", f"two products are `{REST}`", "", "give one of them a share"
    months = _months_to_maturity(s)
    shares = [_share_by_month(s, share, months) for share in plant.products.values() if share is not None]
    totals = np.atleast_2d(sum(shares, start=np.zeros(months.count)))
    off = np.asarray(totals > 1 + ROUNDING if rests else abs(totals - 1) > ROUNDING)
    if off.any():
        sample, month = np.argwhere(off)[0]
        where = in_sample(np.asarray(off.any(axis=-1))) if len(totals) > 1 else ""
        problem = f"shares that total {100 * totals[sample, month]:g} % in {months.labels[month]}{where}"
        way = ("at most 100 %", "lower one of them") if rests else ("100 %", f"give one of them as `{REST}`")
        if not rests and totals[sample, month] > 1:
            way = ("100 %", f"lower one of them, or give one as `{REST}`")
        yield path, "shares_not_whole", problem, *way


def _months_to_maturity(s: Plan) -> Timeline:
    """Return the months of the horizon and of the run-off."""
    horizon, periods = s.horizon.timeline, to_maturity(s)
    past = (periods.count - periods.within) * periods.months
    return timeline_between(horizon.start, horizon.end, "month", past, horizon.year_ends)


def _share_by_month(s: Plan, share: Series, months: Timeline) -> Array:
    """Return a share in each month, (month,) or (sample, month), growth after its last key included. [1]"""
    value, growth = share.averages(months, linear=bool(share.linear)), share.growth
    index = s.indices.get(growth.index) if growth is not None else None
    if growth is None or (growth.index and index is None):
        return value
    grown = np.arange(share.starts[-1] + 1, months.ends[-1], dtype=np.float64)
    factors = factors_by_month(growth, index, grown, months.year_ends)[..., grown >= months.origin]
    before = np.ones((*factors.shape[:-1], months.count - factors.shape[-1]))
    return np.asarray(value * np.concatenate([before, factors], axis=-1))


def plant_costs(s: Plan, name: str) -> Findings:
    """Yield a plant without any variable cost, and a cost line with too few or too many keys.

    Parameters
    ----------
    s, name : Plan, str
        The plan, and the plant.
    """
    plant, path = s.plants[name], f"plants.{name}"
    if plant.__dict__ and not plant.model_fields_set & {"cash_cost", "costs"}:
        yield f"{path}.cash_cost", "missing", f"no `cash_cost` in `{path}`", "one, or `costs`", "add `cash_cost:`"
    for key, line in plant.costs.items():
        where, keys = f"{path}.costs.{key}", line.model_fields_set
        if not line.__dict__:
            continue
        if "per_year" in keys:
            hint = "a line has `use` and `price`, or `per_year`"
            if others := sorted(keys & {"price", "use"}):
                problem = f"{' and '.join(f'`{other}`' for other in others)} beside `per_year`"
                yield f"{where}.{others[0]}", "given_twice", problem, "", hint
        elif "price" not in keys:
            problem = f"no `price` in `{where}`" if "use" in keys else f"neither `price` nor `per_year` in `{where}`"
            yield f"{where}.price", "missing", problem, "", "add `price:`"
