"""The footing on which financing options are compared: one discount rate, one reference company, later debts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from fibercap.model.funding.sources import GRANT
from fibercap.model.horizon.run_off import RUN_OFF
from fibercap.model.plan.discount_rate import discount_factors
from fibercap.studies.bridge import MEASURE
from fibercap.studies.verdict.rulers import differences_from_written, short_path

if TYPE_CHECKING:
    from collections.abc import Mapping

    from fibercap.core.units import Array
    from fibercap.model.projection import Projection
    from fibercap.studies.compare import Comparison

WAYS: Final = ("loans", "funding", "company.equity", "company.equity_limit", "company.gap", "money.minimum_cash")
"""Inputs of financing."""
OFFERED: Final = ("rates", "exchange")
"""Inputs that an option may add for its own loans; they count as financing only where they are added."""
SERVED: Final = {"interest_paid": 1.0, "fees_paid": 1.0, "prepayment_fees": 1.0, "principal": 1.0, "draws": -1.0}
"""Rows of the accounts that are paid to lenders, with their signs."""


@dataclass(frozen=True)
class Footing:
    """The facts that decide whether the worth of options can be compared.

    Parameters
    ----------
    worth : mapping
        By option that can be ranked, its worth to the owners, measured against one reference company. [money]
    unlike : mapping
        By option that measures worth by other inputs (see `RULERS`) than the plan as written, those inputs; if all
        options do, than the baseline.
    aside : mapping
        By option that changes more than the financing, those other inputs.
    beside : mapping
        By option whose worth is defined, the worth that it adds to the reference company of `base`; 0 if both have the
        same reference company. [money]
    owners : mapping
        The worth of all that owners pay and get, before the reference company is subtracted. [money]
    later : mapping
        The change of worth if debts and grants due after the horizon count when they are paid, discounted, instead of
        at face value on the last day. [money]
    base : str
        The option whose reference company is subtracted from all; "" if there is none.
    """

    worth: Mapping[str, float]
    unlike: Mapping[str, tuple[str, ...]]
    aside: Mapping[str, tuple[str, ...]]
    beside: Mapping[str, float]
    owners: Mapping[str, float]
    later: Mapping[str, float]
    base: str


def footing(comparison: Comparison) -> Footing:
    """Return the footing on which the cases of a comparison stand.

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
    """Return the present value of all that owners pay and get, (sample,). [money]

    Parameters
    ----------
    projection : Projection
        The projection of a plan.
    rate : float, optional
        Effective discount rate per year; the plan's own if not given. [1/year]
    """
    flow = projection.value("returns.owners_flow")
    if rate is None:
        return np.asarray((flow * projection.value("returns.discount_factor")).sum(axis=-1))
    months = projection.timeline.ends - projection.scalars["returns.valued_at"].value
    return np.asarray((flow * (1.0 + rate) ** (-months / 12)).sum(axis=-1))


def worth_after(projection: Projection) -> float:
    """Return the change of worth if debts and grants due after the horizon count when they are paid. [money]

    Debts then count as the payments to lenders less the tax that these save, and grants when they are received, both
    discounted at the plan's rate. The measures count both at face value on the last day. For the first sample.

    Source
    ------
    docs/decisions/verdict.md.
    """
    plan, timeline, value = projection.scenario, projection.timeline, projection.value
    rate, last = plan.money.discount_rate, timeline.ends[-1]
    rate = np.asarray(0.0) if rate is None else rate

    def factors(months: Array) -> Array:
        return np.asarray(np.atleast_2d(discount_factors(rate, plan.indices, last, last + months))[0])

    worth = 0.0
    if projection.run_off is not None:
        rows = {f"{RUN_OFF}.accounts.{row}": sign for row, sign in SERVED.items()}
        served = sum(sign * value(row)[0] for row, sign in rows.items() if row in projection.rows)
        saved = value(f"{RUN_OFF}.tax_unlevered.tax")[0] - value(f"{RUN_OFF}.accounts.tax")[0]
        worth += float(value("accounts.debt")[0, -1] + value("accounts.accrued_interest")[0, -1])
        worth -= float(((served - saved) * factors(projection.run_off.ends - last)).sum())
    for key in plan.uses_with_grant:
        claimed, waits = value(f"funding.{key}.{GRANT}")[0], plan.funding[key].sources[GRANT].after
        due = timeline.ends + -(-waits // timeline.months) * timeline.months - last
        worth -= float((claimed * np.where(due > 0, 1.0 - factors(due), 0.0)).sum())
    return worth * float(value("returns.discount_factor")[0, -1])
