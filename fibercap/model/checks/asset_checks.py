"""Checks of fixed assets: what is said of their depreciation goes together."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from fibercap.core.timeline import month_number
from fibercap.model.checks.funding_checks import in_sample
from fibercap.model.depreciation_by_units import ByUnits, counts_units
from fibercap.model.plants.capacity import not_bought

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fibercap.core.units import Array
    from fibercap.model.checks.funding_checks import Findings
    from fibercap.model.plan.company import FixedAssets
    from fibercap.model.plan.plan import Plan
    from fibercap.model.plants.projects import Project
    from fibercap.model.plants.purchases import Purchase

DEPRECIATED = ("depreciation", "residual", "life")
"""Keys that land does not have."""
BY_TIME = "depreciate for tax by time"


def land(s: Plan, name: str) -> Findings:
    """Yield the keys of depreciation that stand beside `land: true`.

    Parameters
    ----------
    s, name : Plan, str
        The plan, and the block whose assets are checked: `projects`, `plants` or `opening`.
    """
    for path, terms in _assets(s, name):
        keys = [key for key in DEPRECIATED if key in terms.model_fields_set]
        if terms.land and keys:
            listed = " and ".join(f"`{key}`" for key in keys)
            problem, hint = f"{listed} of land, which is not depreciated", f"remove {listed}, or `land`"
            yield f"{path}.{keys[0]}", "land_depreciated", problem, "`land: true` alone", hint


def sale(s: Plan, name: str) -> Findings:
    """Yield the sales of assets outside the horizon, or before what is sold is complete.

    Parameters
    ----------
    s, name : Plan, str
        The plan, and the block whose assets are checked: `projects`, `plants` or `opening`.
    """
    for path, terms in _assets(s, name):
        if terms.sold is None:
            continue
        day, place, bought = terms.sold.on, f"{path}.sold.on", getattr(terms, "on", None)
        opens = s.plants[path.split(".")[1]].opens if name == "plants" else None
        if not s.horizon.start <= day <= s.horizon.end:
            wanted = f"a day from {s.horizon.start} to {s.horizon.end}"
            yield place, "outside_horizon", f"{day}", wanted, "or leave `sold` out"
        elif (bought and day < bought) or (opens and day < opens):
            wanted = (
                f"one from {bought} on" if bought and day < bought else f"one from {opens} on, when the plant opens"
            )
            yield place, "sold_too_early", f"a sale on {day}", wanted, "sell it later"
        elif name == "projects" and np.any(early := month_number(day) < s.projects[path.split(".")[1]].completes):
            problem, wanted = f"a sale on {day}{in_sample(early)}", "one not before completion, delay included"
            yield place, "sold_too_early", problem, wanted, "sell it later"


def units_made(s: Plan, name: str) -> Findings:
    """Yield purchases that are depreciated by units which are not those of the purchase alone, or are not known.

    Parameters
    ----------
    s, name : Plan, str
        The plan, and the plant.
    """
    plant, deal, way = s.plants[name], s.plants[name].purchase, s.tax.depreciation
    if deal is None or not counts_units(deal, way):
        return
    path, of, units = _units_of(deal, f"plants.{name}.purchase")
    if (plant.opens or s.horizon.start) < deal.on:
        problem, wanted = (
            f"`units` of a plant that runs before it is bought{of}",
            f"one that opens on {deal.on} or later",
        )
        yield path, "no_units_made", problem, wanted, f"add `opens: {deal.on}` to the plant, or depreciate by time"
    elif plant.capacity.starts and units is None:
        problem, wanted = f"`units` alone beside a capacity that changes{of}", "the units of its life"
        yield path, "no_units_made", problem, wanted, BY_TIME if of else "write them, like `{units: 2.5 million km}`"


def units_of_opening(s: Plan, name: str) -> Findings:
    """Yield opening assets that are depreciated by units which no plant makes, in several units, or not known.

    Parameters
    ----------
    s, name : Plan, str
        The plan, and `opening`.
    """
    fixed, plants = s.opening.fixed_assets, not_bought(s.plants)
    if fixed is None or not counts_units(fixed, s.tax.depreciation):
        return
    path, of, in_life = _units_of(fixed, f"{name}.fixed_assets")
    units = list(dict.fromkeys(map(s.unit_of_plant, plants)))
    if not plants:
        problem, wanted = (
            "`units` of assets opened with, though every plant is bought",
            "a plant that is there when the plan begins",
        )
        yield path, "no_units_made", problem, wanted, BY_TIME if of else "depreciate them by time"
    elif len(units) > 1:
        problem, wanted = (
            f"`units` of plants that make {' and '.join(units)}{of}",
            "plants whose products are in one unit",
        )
        yield path, "no_units_made", problem, wanted, BY_TIME if of else "depreciate them by time"
    elif in_life is None and (keyed := [key for key in plants if s.plants[key].capacity.starts]):
        problem, wanted = f"`units` alone beside the capacity of `{keyed[0]}`, which changes", "the units of their life"
        yield (
            path,
            "no_units_made",
            problem,
            wanted,
            BY_TIME if of else f"write them, like `{{units: 2.5 million {units[0]}}}`",
        )


def _units_of(terms: Purchase | FixedAssets, path: str) -> tuple[str, str, Array | None]:
    """Return where units of an asset are asked for, which asset if that is for tax, and its units if written."""
    if isinstance(terms.depreciation, ByUnits):
        return f"{path}.depreciation", "", terms.depreciation.units
    return "tax.depreciation", f", `{path}`", None


def _assets(s: Plan, block: str) -> Iterator[tuple[str, Project | Purchase | FixedAssets]]:
    """Yield the path and the block of each asset."""
    if block == "projects":
        yield from ((f"projects.{key}", project) for key, project in s.projects.items())
    elif block == "plants":
        bought = ((key, plant.purchase) for key, plant in s.plants.items())
        yield from ((f"plants.{key}.purchase", deal) for key, deal in bought if deal is not None)
    elif (fixed := s.opening.fixed_assets) is not None:
        yield "opening.fixed_assets", fixed
