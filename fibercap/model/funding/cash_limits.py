"""Sources of funding that depend on cash: what they may pay in a period is known only when cash is settled."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from fibercap.core.formulas.rows import Row
from fibercap.core.formulas.sheet import Sheet, total
from fibercap.core.language.money_or_share import AVAILABLE
from fibercap.core.timeline import FLOW
from fibercap.model.cash.draw_stop import stopped_row, write_stop
from fibercap.model.cash.reserves import free_cash, short_reserves
from fibercap.model.funding.sources import BRIDGE, GRANT
from fibercap.model.plants.capex import spending_title

if TYPE_CHECKING:
    from collections.abc import Mapping

    from fibercap.model.plan.plan import Plan

CASH, EQUITY = "cash", "equity"


@dataclass(frozen=True)
class CashLimits:
    """What cash decides of the sources of one project or purchase, as formula texts by source.

    `most` is the most that a source may pay in a period [money]; `may` is 1 where it may pay, by tests of earlier
    periods, else 0 [1]. Sources named in neither, and what no source covers, follow from them.
    """

    most: Mapping[str, str] = field(default_factory=dict)
    may: Mapping[str, str] = field(default_factory=dict)

    def __bool__(self) -> bool:
        """Return whether cash decides anything."""
        return bool(self.most or self.may)

    def limit(self, name: str, able: str) -> str:
        """Return the formula of the most that a source may pay in a period.

        Parameters
        ----------
        name, able : str
            The source, and the formula of what it may pay by its terms alone. [money]
        """
        able = f"MIN({able}, {self.most[name]})" if name in self.most else able
        return f"{able} * {self.may[name]}" if name in self.may else able


NO_LIMITS = CashLimits()


def limits_by_cash(plan: Plan) -> dict[str, CashLimits]:
    """Return the projects and purchases whose sources depend on cash, with what cash decides of them.

    Parameters
    ----------
    plan : Plan
        The plan.

    Source
    ------
    docs/conventions.md, section 5, Who pays for a project or purchase.
    """
    limits = {}
    for key, funding in plan.funding.items():
        most = {}
        if CASH in funding.sources and funding.sources[CASH].unit == AVAILABLE:
            most[CASH] = f"{{funding.{key}.cash_available}}"
        if plan.company.equity_limit is not None and EQUITY in funding.sources:
            most[EQUITY] = f"{{funding.{key}.equity_available}}"
        may = {
            name: f"(1 - {{{stopped_row(name)}}})"
            for name in funding.sources
            if name in plan.loans and plan.loans[name].draw_stop
        }
        if most or may:
            limits[key] = CashLimits(most, may)
    return limits


def rows_that_hang_on_cash(plan: Plan) -> list[str]:
    """Return the rows of funding that have no values until cash is settled."""
    rows = ["accounts.equity_left"] if plan.company.equity_limit is not None else []
    for key, limits in limits_by_cash(plan).items():
        sources = (name for name in plan.funding[key].sources if name != GRANT)
        rows += [f"funding.{key}.{name}" for name in (*sources, "gap", *(f"{name}_available" for name in limits.most))]
    return rows


def limit_rows(sheet: Sheet, plan: Plan, key: str) -> None:
    """Write what cash, and owners within their limit, may pay for a project or purchase; `settle_cash` has the values.

    Writes `funding.<key>.cash_available` and `funding.<key>.equity_available`, where the plan has them. [money]

    Parameters
    ----------
    sheet, plan, key : Sheet, Plan, str
        The sheet that gets the rows, the plan, and the project or plant.

    Source
    ------
    docs/conventions.md, section 5, Who pays for a project or purchase.
    """
    limits = limits_by_cash(plan).get(key, NO_LIMITS)
    for name in limits.may:
        write_stop(sheet, plan, name)
    for name, text in ((CASH, _cash_text), (EQUITY, _equity_text)):
        if name in limits.most:
            path, label = f"funding.{key}.{name}_available", f"{spending_title(plan, key)}: {name} that is there for it"
            sheet.after_horizon(path, "0")
            sheet.put(Row(path, label, plan.currency, FLOW, f"MAX({text(sheet, plan, key)}, 0)"), None)


def _cash_text(sheet: Sheet, plan: Plan, key: str) -> str:
    """Return the formula of the cash that a period leaves for a project, below zero where it is short. [money]"""
    least = sheet.give("inputs.money.minimum_cash", plan.currency, plan.money.minimum_cash)
    service = ["accounts.interest_paid", "accounts.fees_paid", "accounts.upfront_fees"]
    service += [f"loans.{name}.scheduled" for name in plan.loans]
    text = f"{{{free_cash(plan)}@-1}} + {{accounts.cfads_before_capex}} - ({total(service)}) - {least}"
    text += "".join(f" - {{{row}@-1}}" for row in short_reserves(plan))
    return text + "".join(f" - {{{row}}}" for row in _paid_before(plan, key))


def _paid_before(plan: Plan, key: str) -> list[str]:
    """Return the rows of what cash pays before a project: for those without funding, and for those before it."""
    rows = [plan.source_rows(other)["gap"] for other in plan.spends if other not in plan.funding]
    for other in plan.funding:
        sources = plan.source_rows(other)
        names = (BRIDGE,) if other == key else (BRIDGE, CASH, "gap")
        rows += [sources[name] for name in names if name in sources]
        if other == key:
            break
    return rows


def _equity_text(sheet: Sheet, plan: Plan, key: str) -> str:
    """Return the formula of what owners may still pay, less what they pay for the projects before this one. [money]"""
    del sheet
    before = list(plan.funding)[: list(plan.funding).index(key)]
    paid = [f"funding.{other}.{EQUITY}" for other in before if EQUITY in plan.funding[other].sources]
    return "{accounts.equity_left@-1}" + "".join(f" - {{{row}}}" for row in paid)
