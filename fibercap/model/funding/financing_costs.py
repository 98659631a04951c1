"""Interest and fees during construction that are funded with a project and become part of its cost."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Final

import numpy as np

from fibercap.core.calendar import serial
from fibercap.core.errors import FibercapError
from fibercap.core.rows import Row
from fibercap.core.sheet import Sheet, total
from fibercap.core.timeline import FLOW
from fibercap.model.cash.largest_amount import loan_trifle
from fibercap.model.cash.trifle import trifle_of
from fibercap.model.currency.exchange import day_rates
from fibercap.model.income.assets import month_after
from fibercap.model.loans import Moved, Setting
from fibercap.model.loans.prepared import Prepared
from fibercap.model.loans.terms import Rounding

if TYPE_CHECKING:
    from fibercap.core.units import Array
    from fibercap.model.loans.prepayments import Cuts
    from fibercap.model.plan.plan import Plan

Costs = dict[str, "Array"]
MOST: Final = 100
"""Rounds after which costs that do not settle are given up."""
SETTLED: Final = 1e-8
"""Largest change in a round at which costs count as settled, in a plan of any size. [money]"""
FINEST: Final = 1e-13
"""Share of all uses of a project by which its costs may still change and count as settled."""


def building(plan: Plan) -> list[str]:
    """Return the projects whose funding includes financing costs."""
    return [key for key in plan.projects if key in plan.funding and plan.funding[key].include_financing_costs]


def lenders(plan: Plan, keys: list[str]) -> list[str]:
    """Return the loans that pay for at least one of some projects."""
    return [name for name in plan.loans if any(name in plan.funding[key].sources for key in keys)]


def solved(sheet: Sheet, plan: Plan, write: Callable[[Sheet, Costs], None], cuts: Cuts) -> Costs:
    """Return each project's financing costs by period at which sources equal uses, found round by round.

    Costs of a period rest on what was drawn before it, so that each round settles at least one more period; where
    shares of all uses are asked, the whole grows by less each round, as interest of a period is a fraction of it.

    Parameters
    ----------
    sheet, plan
        What is known before funding, and the plan.
    write : callable
        Writes funding on a sheet, given costs.
    cuts : mapping
        By how much dated prepayments are cut.

    Raises
    ------
    FibercapError
        If they do not settle within 100 rounds.

    Source
    ------
    docs/conventions.md, section 5; the fixed point is checked as the law `financing_costs` on every run.
    """
    keys = building(plan)
    costs: Costs = {key: np.zeros(sheet.length) for key in keys}
    change = 0.0
    for _ in range(MOST if keys else 0):
        trial = sheet.fork()
        write(trial, costs)
        found = {key: _costs_of(trial, plan, key, cuts) for key in keys}
        moves = {key: np.max(np.abs(found[key] - costs[key]), axis=-1, keepdims=True) for key in keys}
        change, costs = max(float(np.max(move)) for move in moves.values()), found
        uses = {key: np.sum(np.abs(trial.value(f"funding.{key}.uses")), axis=-1, keepdims=True) for key in keys}
        if all((moves[key] <= np.maximum(SETTLED, FINEST * uses[key])).all() for key in keys):
            return costs
    if keys:
        told = f"financing costs of {', '.join(keys)} do not settle: they still move by {change:g} {plan.currency}"
        way_out = "lower the rate, ask for amounts instead of shares, or let the loans round no payments"
        raise FibercapError("never_settles", told, way_out)
    return costs


def _costs_of(sheet: Sheet, plan: Plan, key: str, cuts: Cuts) -> Array:
    """Return what loans cost a project in each period of its construction. [money]"""
    value = np.zeros(sheet.length)
    for name in lenders(plan, [key]):
        loan = plan.loans[name]
        trifle = loan_trifle(sheet, plan, name)
        setting = Setting(name, loan, plan.loan_currency(name), plan.timeline, plan.rates, trifle=trifle)
        moved = Moved(
            funded=sheet.value(f"loans.{name}.funded"),
            until=last_spending(plan, plan.funded_by(name)),
            cuts={day: (cut, "") for (loan, day), cut in cuts.items() if loan == name},
        )
        prepared = Prepared(setting, moved)
        flows = prepared.carried()
        falls = (prepared.grid.period[:, None] == np.arange(1.0, sheet.length + 1)).astype(float)
        first = np.zeros(len(prepared.grid.dates))
        first[0] = 1.0
        paid, upfront = (flows["interest"] + flows["fees"]) @ falls, loan.commitment * loan.fees.upfront
        if setting.money != plan.currency:
            paid = paid * sheet.value(f"exchange.{setting.money}.average")
            upfront = upfront * day_rates(plan, setting.money).on([serial(loan.signed)])
        paid = paid + upfront * first @ falls
        value = value + sheet.work_out(share_of(sheet, plan, key, name)) * paid
    return value * until_complete(plan, key)


def rounding_of_costs(plan: Plan, read: Callable[[str], Array]) -> Array | float:
    """Return the most that rounding can take off the costs that become assets, (..., 1). [money]

    A payment in whole steps differs by up to a step from what accrued, and a project that has spent nothing yet bears
    the difference alone.

    Parameters
    ----------
    plan : Plan
        What was projected.
    read : callable
        Returns a row by its path.

    Source
    ------
    docs/decisions/laws-by-what-went-in.md.
    """
    most: Array | float = 0.0
    for name in lenders(plan, building(plan)):
        loan, code = plan.loans[name], plan.loan_currency(name)
        if isinstance(loan.rounding, Rounding) and not loan.rounding.carries:
            rate = 1.0 if code == plan.currency else read(f"exchange.{code}.average").max(axis=-1, keepdims=True)
            most = most + rate * loan.rounding.step * read(f"loans.{name}.schedule.closing").shape[-1]
    return most


def until_complete(plan: Plan, key: str) -> Array:
    """Return 1 for periods of the horizon that end by a project's completion, else 0, (..., period). [1]

    Parameters
    ----------
    plan, key : Plan, str
        The plan, and the project.
    """
    ends, within = plan.timeline.ends, np.arange(plan.timeline.count) < plan.timeline.within
    return np.asarray((ends <= np.ceil(plan.projects[key].completes - 1e-9)) & within, dtype=float)


def share_of(sheet: Sheet, plan: Plan, key: str, name: str) -> str:
    """Return the formula of a project's share of a loan: of all that is asked of it, dated draws included. [1]

    Parameters
    ----------
    sheet, plan : Sheet, Plan
        Gets the scalar `loans.<name>.dated_draws`; the plan.
    key, name : str
        The project and the loan.
    """
    asked = [f"funding.{other}.{name}.limit" for other, funding in plan.funding.items() if name in funding.sources]
    dated = sum((plan.loans[name].draws or {}).values(), start=np.asarray(0.0))
    terms = " + ".join(f"{{inputs.loans.{name}.draws.{day}}}" for day in plan.loans[name].draws or {})
    others = sheet.give(f"loans.{name}.dated_draws", plan.loan_currency(name), dated, formula=terms or "0")
    refs = " + ".join(f"{{{path}}}" for path in asked)
    trifle = loan_trifle(sheet, plan, name)
    counts = trifle.counts_text(f"({refs} + {others})")
    return f"IF({counts}, {{funding.{key}.{name}.limit}} / ({refs} + {others}), 0)"


def cost_rows(sheet: Sheet, plan: Plan, costs: Costs) -> None:
    """Write each project's financing costs, and the share of each loan's costs that goes into assets.

    Writes `funding.<p>.financing_costs` [money], `funding.<p>.<l>.share`, `loans.<l>.asset_share`,
    `loans.<l>.funded_share` and those of `cash_share`. [1]

    Parameters
    ----------
    sheet, plan : Sheet, Plan
        The sheet that gets the rows, and the plan.
    costs : mapping
        Costs by project, each (..., period). [money]

    Source
    ------
    docs/conventions.md, section 5, Financing costs.
    """
    in_assets: dict[str, list[str]] = {}
    funded: dict[str, list[str]] = {}
    for key, value in costs.items():
        project, terms = plan.projects[key], []
        cash_share(sheet, plan, key)
        after = month_after(project.completes_text(key))
        done = sheet.give(f"projects.{key}.completed", "month", np.ceil(project.completes - 1e-9), formula=after)
        for name in lenders(plan, [key]):
            path, at = f"funding.{key}.{name}.share", f"loans.{name}"
            text = share_of(sheet, plan, key, name)
            sheet.line(Row(path, f"{key}: share of {plan.loan_title(name)}", "", FLOW, text))
            during = f"{{{path}}} * IF({{time.end}} <= {done}, 1, 0)"
            in_assets.setdefault(name, []).append(during)
            funded.setdefault(name, []).append(f"{during} * (1 - {{funding.{key}.cash_share}})")
            terms.append(f"({{{at}.interest}} + {{{at}.fees}} + {{{at}.upfront_fee}}) * {during}")
        row = Row(
            f"funding.{key}.financing_costs", f"{key}: financing costs", plan.currency, FLOW, " + ".join(terms) or "0"
        )
        sheet.put(row, value)  # found round by round: the loans that cost it are not written yet
        sheet.after_horizon(row.path, "0")
    for kind, label, of_loans in (
        ("asset_share", "share of cost put into assets", in_assets),
        ("funded_share", "share of cost that funding pays", funded),
    ):
        for name, shares in of_loans.items():
            sheet.after_horizon(f"loans.{name}.{kind}", "0")
            words = f"{plan.loan_title(name)}: {label}"
            sheet.line(Row(f"loans.{name}.{kind}", words, "", FLOW, " + ".join(shares)))


def cash_share(sheet: Sheet, plan: Plan, key: str) -> None:
    """Write the share of a project's uses that cash pays in each period, whether its funding names cash or not.

    Writes `funding.<key>.cash_share`.

    Parameters
    ----------
    sheet, plan
        The project's funding is written; the plan.
    key : str
        Name of the project.

    Source
    ------
    docs/conventions.md, section 6: capex and financing costs of one period are paid by its sources in proportion.
    """
    counts = trifle_of(sheet).counts_text(f"{{funding.{key}.uses}}")
    text = f"IF({counts}, ({paid_by_cash(plan, key)}) / {{funding.{key}.uses}}, 0)"
    sheet.line(Row(f"funding.{key}.cash_share", f"{key}: share paid by cash", "", FLOW, text))


def paid_by_cash(plan: Plan, key: str) -> str:
    """Return the formula of what cash pays of a project or purchase, as a source or where no source pays. [money]"""
    rows = [f"funding.{key}.cash"] if "cash" in plan.funding[key].sources else []
    rows.append(f"funding.{key}.gap")
    return total(rows)


def to_asset_rows(sheet: Sheet, plan: Plan, name: str) -> None:
    """Write `loans.<name>.interest_to_assets`, and the same of fees, if any of the costs go into assets. [money]"""
    at = f"loans.{name}"
    if f"{at}.asset_share" not in sheet:
        return
    for key, words in (("interest", "interest"), ("fees", "fees"), ("upfront_fee", "upfront fee")):
        row = Row(f"{at}.{key}_to_assets", f"{plan.loan_title(name)}: {words} put into assets", plan.currency, FLOW,
                  f"{{{at}.{key}}} * {{{at}.asset_share}}")  # fmt: skip
        sheet.line(row)


def fee_in_assets(sheet: Sheet, plan: Plan, name: str) -> Array:
    """Return the share of a loan's upfront fee that goes into assets, `()` or `(sample, 1)`. [1]

    Parameters
    ----------
    sheet, plan, name : Sheet, Plan, str
        The sheet that has `loans.<name>.asset_share`, the plan, and the loan.
    """
    index, row = plan.timeline.index(plan.loans[name].signed), f"loans.{name}.asset_share"
    if row not in sheet or not 0 <= index < sheet.length:
        return np.asarray(0.0)
    share = sheet.value(row)[..., index : index + 1]
    return share if share.ndim > 1 else share[0]


def last_spending_text(plan: Plan, keys: list[str]) -> str:
    """Return the formula of `last_spending`; "" where nothing is asked."""
    ends = []
    for key in keys:
        done = plan.projects[key].completes_text(key) if key in plan.projects else f"{{plants.{key}.purchase.month}}"
        step = "{time.months_in_period}"
        ends.append(f"{{time.from}} + ROUNDUP(ROUND(({done} - {{time.from}}) / {step}, 6), 0) * {step}")
    return f"MAX({', '.join(ends)})" if len(ends) > 1 else "".join(ends)


def last_spending(plan: Plan, keys: list[str]) -> Array | None:
    """Return the month number of the end of the period in which a loan is last asked to pay, (...). [month]"""
    last: Array | None = None
    for key in keys:
        if key in plan.projects:
            months = plan.projects[key].completes
        else:
            deal = plan.plants[key].purchase
            months = np.asarray(plan.timeline.ends[plan.timeline.index(deal.on)]) if deal else np.asarray(0.0)
        step, origin = plan.timeline.months, plan.timeline.origin
        ends = origin + np.ceil((months - origin) / step - 1e-9) * step
        last = ends if last is None else np.maximum(last, ends)
    return last
