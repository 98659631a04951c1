"""What each source is asked to pay for a project or purchase: an amount, a share of all uses, or the rest."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from fibercap.core.formulas.rows import Row
from fibercap.core.formulas.sheet import Sheet
from fibercap.core.language.money_or_share import AVAILABLE, REST
from fibercap.core.timeline import FLOW
from fibercap.model.cash.trifle import trifle_of
from fibercap.model.funding.sources import part_path

if TYPE_CHECKING:
    from collections.abc import Mapping

    from fibercap.core.units import Array
    from fibercap.model.currency.currencies import Currencies
    from fibercap.model.funding.sources import Funding
    from fibercap.model.loans import Loan


Spent = tuple[str, npt.NDArray[np.bool_]]
"""Whether anything is spent within the horizon: the formula text and its value, `()` or `(sample, 1)`."""


@dataclass(frozen=True)
class TotalUses:
    """The sum of all uses: its formula text, and its value, `()` or `(sample, 1)`. [money]"""

    text: str
    value: Array


@dataclass(frozen=True)
class FundingPlan:
    """The uses of a project or purchase in each period, (..., period) [money], their sum, and who is asked to pay.

    The uses are `circular` if they include the costs of their own financing.
    """

    key: str
    title: str
    uses: Array
    funding: Funding
    total_uses: TotalUses
    circular: bool = False


@dataclass(frozen=True)
class Request:
    """What a source is asked to pay, in its own currency: its formula text, and its value, `()` or `(sample, 1)`.

    `rate` is the row of that currency's average rate, "" for the reporting one; `total_uses` is the sum of all uses in
    the currency.
    """

    text: str
    value: Array
    currency: str
    rate: str
    total_uses: TotalUses


def list_requests(
    sheet: Sheet, plan: FundingPlan, loans: Mapping[str, Loan], money: Currencies, within: int
) -> dict[str, Request]:
    """Return what each source is asked to pay, amounts and shares first, `rest` last.

    A loan is asked in its own currency, others in that of their amount. Uses are translated to another currency than
    the reporting one at each period's average rate. Gives the amounts and shares as `inputs.funding.<p>.<source>`, and
    writes `funding.<p>.uses_in_<currency>` of each other currency.

    Parameters
    ----------
    sheet : Sheet
        The sheet that has `funding.<p>.uses` and the rates of exchange.
    plan : FundingPlan
        The uses and their sources.
    loans : mapping
        All loans by name.
    money : Currencies
        The currencies of inputs.
    within : int
        The number of periods of the horizon.

    Source
    ------
    docs/conventions.md, section 5, Who pays for a project or purchase.
    """
    totals = {money.reporting: plan.total_uses}
    requests: dict[str, Request] = {}
    parts = plan.funding.sources
    for name, part in parts.items():
        path = part_path(plan.key, name, part)
        money_path = loan_path(name, loans[name]) if name in loans else path
        code, rate = money.code_of(money_path), money.rate(money_path)
        if code not in totals:
            totals[code] = _total_in(sheet, plan, code, rate, within)
        text, value = totals[code].text, totals[code].value
        if part.unit == AVAILABLE:
            text, value = "0", np.asarray(0.0)
        elif part.unit != REST:
            of = sheet.give(f"inputs.{path}", money.code_of(path) if part.unit == "money" else "", part.value)
            text, value = (of, part.value) if part.unit == "money" else (f"{of} * {text}", part.value * value)
        requests[name] = Request(text, value, code, rate, totals[code])
    for name, part in parts.items():
        if part.unit == REST:
            spent = spending_test(sheet, plan, within)
            requests[name] = _rest(
                requests, name, {key for key, other in parts.items() if other.unit != REST}, totals, spent
            )
    return requests


def loan_path(name: str, loan: Loan) -> str:
    """Return the path of the input that decides a loan's currency.

    Parameters
    ----------
    name, loan : str, Loan
        The loan.
    """
    return f"loans.{name}.{loan.amount_field}"


def _total_in(sheet: Sheet, plan: FundingPlan, code: str, rate: str, within: int) -> TotalUses:
    row = f"funding.{plan.key}.uses_in_{code}"
    label, text = f"{plan.title}: uses of funds in {code}", f"{{funding.{plan.key}.uses}}"
    if (saved := f"projects.{plan.key}.capex_saved") in sheet:  # sources agreed to parts of what was planned
        label, text = f"{label}, as planned", f"({text} + {{{saved}}})"
    uses = sheet.line(Row(row, label, code, FLOW, f"{text} / {{{rate}}}"))
    return TotalUses(f"SUM({{{row}}})", uses[..., :within].sum(axis=-1, keepdims=True))


def spending_test(sheet: Sheet, plan: FundingPlan, within: int) -> Spent:
    """Return whether anything is spent within the horizon: as a formula, and as `()` or `(sample, 1)`.

    Parameters
    ----------
    sheet : Sheet
        The sheet that has `money.trifle`, up to which an amount counts as no money.
    plan : FundingPlan
        The uses.
    within : int
        The number of periods of the horizon.
    """
    trifle = trifle_of(sheet)
    counts = trifle.counts(plan.uses[..., :within].sum(axis=-1, keepdims=True))
    return trifle.counts_text(f"SUM({{funding.{plan.key}.uses}})"), counts


def _rest(
    requests: dict[str, Request], name: str, others: set[str], totals: dict[str, TotalUses], spent: Spent
) -> Request:
    """Return what the other sources leave of all uses, in the currency of a source.

    Amounts in another currency are translated at the ratio of all uses in the two currencies.
    """
    request = requests[name]
    total_uses = totals[request.currency]
    text, value = total_uses.text, total_uses.value
    for other in (key for key in requests if key in others):
        part = requests[other]
        if part.currency == request.currency:
            text, value = f"{text} - {part.text}", value - part.value
        else:
            foreign = totals[part.currency]
            text = f"{text} - IF({spent[0]}, {part.text} * ({total_uses.text}) / ({foreign.text}), 0)"
            above, below, counts = np.broadcast_arrays(total_uses.value, foreign.value, spent[1])
            rate = np.divide(above, below, out=np.zeros(above.shape), where=counts)
            value = value - part.value * rate
    return replace(request, text=f"MAX({text}, 0)", value=np.maximum(value, 0.0))


def unreserved_commitment(name: str, loan: Loan, plans: list[FundingPlan]) -> tuple[str, Array]:
    """Return what a loan's commitment leaves after dated draws and the amounts of money that funding asks of it.

    Parameters
    ----------
    name, loan : str, Loan
        The loan.
    plans : list of FundingPlan
        All projects and purchases with their sources.

    Returns
    -------
    str, () or (sample, 1)
        The formula text and its value, in the loan's currency. [money]
    """
    reserved = sum((loan.draws or {}).values(), start=np.asarray(0.0))
    texts = [f"{{inputs.loans.{name}.draws.{day}}}" for day in loan.draws or {}]
    for plan in plans:
        part = plan.funding.sources.get(name)
        if part is not None and part.unit == "money":
            reserved = reserved + part.value
            texts.append(f"{{inputs.funding.{plan.key}.{name}}}")
    text = f"{{inputs.loans.{name}.commitment}}" + "".join(f" - {text}" for text in texts)
    return f"MAX({text}, 0)", np.maximum(loan.commitment - reserved, 0.0)
