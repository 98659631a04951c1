"""Interest and fees during construction that are funded with a project and become part of its cost."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from fibercap.core.formulas.rows import Row
from fibercap.core.formulas.sheet import Sheet, total
from fibercap.core.timeline import FLOW
from fibercap.model.cash.largest_amount import loan_trifle
from fibercap.model.cash.trifle import trifle_of
from fibercap.model.income.asset_sales import month_after
from fibercap.model.plants.capex import spending_title

if TYPE_CHECKING:
    from fibercap.core.units import Array
    from fibercap.model.plan.plan import Plan

Costs = dict[str, "Array"]


def projects_with_costs(plan: Plan) -> list[str]:
    """Return the projects whose funding includes financing costs."""
    return [key for key in plan.projects if key in plan.funding and plan.funding[key].include_financing_costs]


def lenders(plan: Plan, keys: list[str]) -> list[str]:
    """Return the loans that pay for at least one of some projects.

    Parameters
    ----------
    plan, keys : Plan, list of str
        The plan, and the names of the projects.
    """
    return [name for name in plan.loans if any(name in plan.funding[key].sources for key in keys)]


def construction_periods(plan: Plan, key: str) -> Array:
    """Return 1 for periods of the horizon that end by a project's completion or cancellation, else 0. [1]

    Parameters
    ----------
    plan, key : Plan, str
        The plan, and the project.
    """
    ends, within = plan.timeline.ends, np.arange(plan.timeline.count) < plan.timeline.within
    # 1e-9: a delay of whole months that is sampled may come out a hair above the month.
    return np.asarray((ends <= np.ceil(plan.projects[key].built_until - 1e-9)) & within, dtype=float)


def share_of(sheet: Sheet, plan: Plan, key: str, name: str) -> str:
    """Return the formula of a project's share of a loan: of all that is asked of it, dated draws included. [1]

    Parameters
    ----------
    sheet, plan : Sheet, Plan
        The sheet that gets the scalar `loans.<name>.dated_draws`, and the plan.
    key, name : str
        The project and the loan.
    """
    limits = [f"funding.{other}.{name}.limit" for other, funding in plan.funding.items() if name in funding.sources]
    dated = sum((plan.loans[name].draws or {}).values(), start=np.asarray(0.0))
    terms = " + ".join(f"{{inputs.loans.{name}.draws.{day}}}" for day in plan.loans[name].draws or {})
    others = sheet.give(f"loans.{name}.dated_draws", plan.loan_currency(name), dated, formula=terms or "0")
    refs = " + ".join(f"{{{path}}}" for path in limits)
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
        after = month_after(project.built_until_text(key))
        done = sheet.give(f"projects.{key}.completed", "month", np.ceil(project.built_until - 1e-9), formula=after)
        title = spending_title(plan, key)
        for name in lenders(plan, [key]):
            path, prefix = f"funding.{key}.{name}.share", f"loans.{name}"
            text = share_of(sheet, plan, key, name)
            sheet.line(Row(path, f"{title}: share of {plan.loan_title(name)}", "", FLOW, text))
            during = f"{{{path}}} * IF({{time.end}} <= {done}, 1, 0)"
            in_assets.setdefault(name, []).append(during)
            funded.setdefault(name, []).append(f"{during} * (1 - {{funding.{key}.cash_share}})")
            terms.append(f"({{{prefix}.interest}} + {{{prefix}.fees}} + {{{prefix}.upfront_fee}}) * {during}")
        path, text = f"funding.{key}.financing_costs", " + ".join(terms) or "0"
        row = Row(path, f"{title}: financing costs", plan.currency, FLOW, text)
        sheet.put(row, value)  # `settle_costs` has found it: the loans in the formula are not written yet
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
        The sheet that has the rows of the project's funding, and the plan.
    key : str
        Name of the project.

    Source
    ------
    docs/conventions.md, section 6: capex and financing costs of one period are paid by its sources in proportion.
    """
    counts = trifle_of(sheet).counts_text(f"{{funding.{key}.uses}}")
    text = f"IF({counts}, ({paid_by_cash(plan, key)}) / {{funding.{key}.uses}}, 0)"
    sheet.line(Row(f"funding.{key}.cash_share", f"{spending_title(plan, key)}: share paid by cash", "", FLOW, text))


def paid_by_cash(plan: Plan, key: str) -> str:
    """Return the formula of what cash pays of a project or purchase, as a source or where no source pays. [money]

    Parameters
    ----------
    plan, key : Plan, str
        The plan, and the name of the project or the plant.
    """
    rows = [f"funding.{key}.cash"] if "cash" in plan.funding[key].sources else []
    rows.append(f"funding.{key}.gap")
    return total(rows)


def to_asset_rows(sheet: Sheet, plan: Plan, name: str) -> None:
    """Write `interest_to_assets`, `fees_to_assets` and `upfront_fee_to_assets` of a loan, if its costs go into assets.

    They stand below `loans.<name>.` [money]

    Parameters
    ----------
    sheet, plan, name : Sheet, Plan, str
        The sheet that has the loan's rows and its `asset_share`, the plan, and the loan.
    """
    prefix = f"loans.{name}"
    if f"{prefix}.asset_share" not in sheet:
        return
    for key, words in (("interest", "interest"), ("fees", "fees"), ("upfront_fee", "upfront fee")):
        row = Row(f"{prefix}.{key}_to_assets", f"{plan.loan_title(name)}: {words} put into assets", plan.currency, FLOW,
                  f"{{{prefix}.{key}}} * {{{prefix}.asset_share}}")  # fmt: skip
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
    """Return the formula of `last_spending`; "" if the loan pays for nothing.

    Parameters
    ----------
    plan, keys : Plan, list of str
        The plan, and the projects and purchased plants that the loan pays for.
    """
    ends = []
    for key in keys:
        project = plan.projects.get(key)
        done = project.built_until_text(key) if project else f"{{plants.{key}.purchase.month}}"
        step = "{time.months_in_period}"
        ends.append(f"{{time.from}} + ROUNDUP(ROUND(({done} - {{time.from}}) / {step}, 6), 0) * {step}")
    return f"MAX({', '.join(ends)})" if len(ends) > 1 else "".join(ends)


def last_spending(plan: Plan, keys: list[str]) -> Array | None:
    """Return the month number of the end of the period in which a loan is last asked to pay, (...). [month]

    Parameters
    ----------
    plan, keys : Plan, list of str
        The plan, and the projects and purchased plants that the loan pays for; None is returned if there are none.
    """
    last: Array | None = None
    for key in keys:
        if key in plan.projects:
            months = plan.projects[key].built_until
        else:
            deal = plan.plants[key].purchase
            months = np.asarray(plan.timeline.ends[plan.timeline.index(deal.on)]) if deal else np.asarray(0.0)
        step, origin = plan.timeline.months, plan.timeline.origin
        ends = origin + np.ceil((months - origin) / step - 1e-9) * step
        last = ends if last is None else np.maximum(last, ends)
    return last
