"""On what footing ways to pay are compared: one ruler, one company that does nothing new, and what falls due later."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from fibercap.model.funding.sources import GRANT
from fibercap.model.horizon.run_off import RUN_OFF
from fibercap.studies.bridge import MEASURE
from fibercap.studies.verdict.rulers import differences_from_written, short_path

if TYPE_CHECKING:
    from collections.abc import Mapping

    from fibercap.core.units import Array
    from fibercap.model.projection import Projection
    from fibercap.studies.compare import Comparison

WAYS: Final = ("loans", "funding", "company.equity", "company.gap", "money.minimum_cash")
"""Inputs that say how a plan is paid for."""
OFFERED: Final = ("rates", "exchange")
"""Inputs that an option may add for a loan of its own, and that are no way to pay where they change."""
SERVED: Final = {"interest_paid": 1.0, "fees_paid": 1.0, "principal": 1.0, "draws": -1.0}
"""Rows of the accounts that lenders get."""


@dataclass(frozen=True)
class Footing:
    """What must be known of options before their worth may be compared.

    Parameters
    ----------
    worth : mapping
        What each option that can be ranked is worth to the owners, against one company that does nothing new. [money]
    unlike : mapping
        By option that is measured by another ruler than the plan (than the baseline, where all are), the inputs in
        which it differs.
    aside : mapping
        By option that changes more than how the plan is paid for, those inputs.
    beside : mapping
        What each option whose worth is defined adds to the worth of the company that does nothing new, as `base` has
        it; 0 where both share that company. [money]
    owners : mapping
        What all that owners pay and get is worth, without that company taken off. [money]
    later : mapping
        What counting debts and grants that fall due after the horizon when they are paid, at the discount rate, adds to
        counting them at their face on the last day. [money]
    base : str
        The option whose company that does nothing new worth is measured against; "" where there is none.
    """

    worth: Mapping[str, float]
    unlike: Mapping[str, tuple[str, ...]]
    aside: Mapping[str, tuple[str, ...]]
    beside: Mapping[str, float]
    owners: Mapping[str, float]
    later: Mapping[str, float]
    base: str


def footing(comparison: Comparison) -> Footing:
    """Return on what footing the cases of a comparison stand.

    Parameters
    ----------
    comparison : Comparison
        The cases, such as the options of a plan.

    Source
    ------
    docs/decisions/verdict.md.
    """
    plans = {name: case.projection.scenario for name, case in comparison.cases.items()}
    unlike, apart = comparison.unlike, differences_from_written(plans, comparison.baseline)
    aside = {n: paths_aside for n, paths in apart.items() if plans[n].option and (paths_aside := _no_way_to_pay(paths))}
    npv = {name: v for name, case in comparison.cases.items() if (v := case.measures[MEASURE].value) is not None}
    alike = [name for name in (comparison.baseline, *npv) if name in npv and name not in unlike]
    base = next((name for name in alike if name not in aside), next(iter(alike), ""))
    projections = {name: comparison.cases[name].projection for name in npv}
    owners = {name: float(owners_worth(projection)[0]) for name, projection in projections.items()}
    beside = {name: owners[name] - npv[name] - (owners[base] - npv[base] if base else 0.0) for name in npv}
    for name, amount in beside.items():
        beside[name] = amount if abs(amount) > float(projections[name].trifle.value.flat[0]) else 0.0
    worth = {name: npv[name] + beside[name] for name in npv if name not in unlike}
    later = {name: worth_after(projection) for name, projection in projections.items()}
    return Footing(worth, unlike, aside, beside, owners, later, base)


def _no_way_to_pay(paths: Mapping[str, tuple[str | None, str | None]]) -> tuple[str, ...]:
    offered = {path for path, pair in paths.items() if path.startswith(OFFERED) and None in pair}
    ways = {*offered, *(path for path in paths if f"{path}.".startswith(tuple(f"{way}." for way in WAYS)))}
    return tuple(dict.fromkeys(short_path(path) for path in paths if path not in ways))


def owners_worth(projection: Projection, rate: float | None = None) -> Array:
    """Return what all that owners pay and get is worth, (draw,). [money]

    Parameters
    ----------
    projection : Projection
        What a plan leads to.
    rate : float, optional
        Effective discount rate per year; the plan's own if not given. [1/year]
    """
    flow = projection.value("returns.owners_flow")
    if rate is None:
        return np.asarray((flow * projection.value("returns.discount_factor")).sum(axis=-1))
    months = projection.timeline.ends - projection.given["returns.valued_at"].value
    return np.asarray((flow * (1.0 + rate) ** (-months / 12)).sum(axis=-1))


def worth_after(projection: Projection) -> float:
    """Return what debts and grants due after the horizon are worth more when they count as they are paid. [money]

    Debts count at what lenders get after the horizon, less the tax that it saves; grants when they are received. Both
    are discounted at the plan's rate, where the measures count their face on the last day. On the first draw.

    Source
    ------
    docs/decisions/verdict.md.
    """
    plan, timeline, value = projection.scenario, projection.timeline, projection.value
    rate, last = float(projection.given["inputs.money.discount_rate"].value.flat[0]), timeline.ends[-1]
    worth = 0.0
    if projection.run_off is not None:
        served = sum(sign * value(f"{RUN_OFF}.accounts.{row}")[0] for row, sign in SERVED.items())
        saved = value(f"{RUN_OFF}.tax_unlevered.tax")[0] - value(f"{RUN_OFF}.accounts.tax")[0]
        factors = (1.0 + rate) ** (-(projection.run_off.ends - last) / 12)
        worth += float(value("accounts.debt")[0, -1] + value("accounts.accrued_interest")[0, -1])
        worth -= float(((served - saved) * factors).sum())
    for key in plan.granted:
        claimed, waits = value(f"funding.{key}.{GRANT}")[0], plan.funding[key].sources[GRANT].after
        due = timeline.ends + -(-waits // timeline.months) * timeline.months - last
        worth -= float((claimed * np.where(due > 0, 1.0 - (1.0 + rate) ** (-due / 12), 0.0)).sum())
    return worth * float(value("returns.discount_factor")[0, -1])
