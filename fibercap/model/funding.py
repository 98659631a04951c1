"""Who pays for what: grants, loans, equity and cash against each project's and purchase's spending."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Annotated, Any, ClassVar

import numpy as np
import pydantic

from fibercap.core.fields import Word
from fibercap.core.parts import REST, Part, PartField
from fibercap.core.rows import Row, Sheet, total
from fibercap.core.spec import Spec
from fibercap.core.timeline import FLOW, STOCK, Timeline
from fibercap.core.units import Array

if TYPE_CHECKING:
    from fibercap.model.loans import Loan

PURSES = ("grant", "equity", "cash")


class Funding(Spec):
    """The sources of one project or purchased plant, in the order in which they pay."""

    gathers: ClassVar[frozenset[str]] = frozenset({"sources"})

    order: Annotated[str, Word(("in_order", "pro_rata"), "orders")] = "in_order"
    sources: Mapping[str, Annotated[Part, PartField(rest=True)]]

    @pydantic.model_validator(mode="before")
    @classmethod
    def _gather(cls, raw: Any) -> Any:  # noqa: ANN401 - what stands in the tree
        return cls.gathered(raw) if isinstance(raw, dict) else raw

    @classmethod
    def gathered(cls, raw: Any) -> Any:  # noqa: ANN401 - what stands in the tree
        """Gather the names of sources, which are written beside the other keys."""
        own = {key: value for key, value in raw.items() if key in ("order", "note")}
        return {**own, "sources": {key: value for key, value in raw.items() if key not in own}}


@dataclass(frozen=True)
class Plan:
    """A project's or purchase's uses in each period, their total, and who is asked for how much."""

    key: str
    uses: Array
    whole: Array
    whole_text: str
    funding: Funding | None


def asked(plan: Plan) -> dict[str, Array]:
    """Return what each source is asked for, amounts and shares first, `rest` last, `()` or `(draw, 1)`. [money]"""
    parts = plan.funding.sources if plan.funding else {}
    worth = {name: p.value * (plan.whole if p.unit == "share" else 1.0) for name, p in parts.items() if p.unit != REST}
    left = np.maximum(plan.whole - sum(worth.values(), start=np.asarray(0.0)), 0.0)
    return {name: worth.get(name, left) for name in parts}


def asked_texts(sheet: Sheet, plan: Plan, money: str) -> dict[str, str]:
    """Return the formula text of what each source is asked for."""
    texts: dict[str, str] = {}
    parts = plan.funding.sources if plan.funding else {}
    for name, part in parts.items():
        if part.unit != REST:
            of = sheet.give(f"inputs.funding.{plan.key}.{name}", money if part.unit == "money" else "", part.value)
            texts[name] = of if part.unit == "money" else f"{of} * {plan.whole_text}"
    others = "".join(f" - {text}" for text in texts.values())
    return {name: texts.get(name, f"MAX({plan.whole_text}{others}, 0)") for name in parts}


def available(loan: Loan, timeline: Timeline) -> Array:
    """Return 1 for the periods on whose last day a loan may be drawn, else 0, (period,). [1]"""
    until = loan.fees.available_until or loan.maturity
    last = np.array([loan.signed <= day <= until and day < loan.maturity for day in timeline.dates])
    return last.astype(float)


def pay(uses: Array, limits: list[Array], may: list[Array], order: str) -> list[Array]:
    """Share each period's spending among the sources.

    Parameters
    ----------
    uses : (period,) or (draw, period)
        Spending. [money]
    limits : list of () or (draw, 1)
        The most that each source pays in all. [money]
    may : list of (period,)
        1 where a source is available, else 0.
    order : str
        `in_order`: each pays what it can, in turn; `pro_rata`: in proportion to what each still has to pay.

    Returns
    -------
    list of (..., period)
        What each source pays; together at most the uses. [money]

    Source
    ------
    Own derivation: between two changes of who is available, cumulative payments are cumulative uses cut at the limits.
    """
    count = uses.shape[-1]
    paid = [np.zeros(np.broadcast_shapes(uses.shape, np.shape(limit))) for limit in limits]
    left = [np.asarray(limit, dtype=float) for limit in limits]
    changes = {0, count} | {int(k) for m in may for k in np.flatnonzero(np.diff(m)) + 1}
    bounds = sorted(changes)
    for start, end in pairwise(bounds):
        spent = np.cumsum(uses[..., start:end], axis=-1)
        able = [amount * m[start] for amount, m in zip(left, may, strict=True)]
        room = sum(able, start=np.asarray(0.0))
        taken = np.minimum(spent, room)
        before: Array = np.asarray(0.0)
        for source, amount in enumerate(able):
            if order == "in_order":
                reached = np.clip(taken - before, 0.0, amount)
            else:
                reached = taken * np.divide(amount, room, out=np.zeros(np.shape(room)), where=room > 0)
            before = before + amount
            paid[source][..., start:end] = np.diff(reached, axis=-1, prepend=0.0)
            left[source] = left[source] - reached[..., -1:]
    return paid


def funding_rows(sheet: Sheet, timeline: Timeline, plans: list[Plan], loans: Mapping[str, Loan], money: str) -> None:
    """Write what every source pays for every project and purchase, and what no source covers.

    Amounts asked of a loan are set aside first; shares and `rest` get what is left of its commitment, in file order.
    """
    free: dict[str, Array] = {name: _unreserved(name, loan, plans) for name, loan in loans.items()}
    by_loan: dict[str, list[str]] = {name: [] for name in loans}
    for plan in plans:
        if plan.funding is None:
            continue
        limits = {}
        for name, amount in asked(plan).items():
            limits[name] = amount
            if name in loans and plan.funding.sources[name].unit != "money":
                limits[name] = np.minimum(amount, free[name])
                free[name] = free[name] - limits[name]
        _plan_rows(sheet, timeline, plan, limits, loans, money)
        for name in limits:
            if name in loans:
                by_loan[name].append(f"funding.{plan.key}.{name}")
    for name, paths in by_loan.items():
        if paths:
            value = sum((sheet.value(path) for path in paths), start=np.zeros(timeline.count))
            sheet.put(Row(f"loans.{name}.funded", f"{name}: drawn by funding", money, FLOW, total(paths)), value)
    keys = [plan.key for plan in plans if plan.funding]
    gap = sum((sheet.value(f"funding.{key}.gap") for key in keys), start=np.zeros(timeline.count))
    text = total(f"funding.{key}.gap" for key in keys)
    sheet.put(Row("funding.gap", "Funding gap, paid from cash", money, FLOW, text), gap)


def _unreserved(name: str, loan: Loan, plans: list[Plan]) -> Array:
    """Return a loan's commitment less dated draws and the amounts of money that funding asks of it."""
    reserved = sum((loan.draws or {}).values(), start=np.asarray(0.0))
    for plan in plans:
        part = plan.funding.sources.get(name) if plan.funding else None
        if part is not None and part.unit == "money":
            reserved = reserved + part.value
    return np.maximum(loan.commitment - reserved, 0.0)


def _plan_rows(
    sheet: Sheet, timeline: Timeline, plan: Plan, limits: dict[str, Array], loans: Mapping[str, Loan], money: str
) -> None:
    """Write one project's sources: first in their turn, then `rest` for what is uncovered, then the gap."""
    if plan.funding is None:
        return
    at, names = f"funding.{plan.key}", list(limits)
    everywhere = np.ones(timeline.count)
    may = [available(loans[name], timeline) if name in loans else everywhere for name in names]
    paid = dict(zip(names, pay(plan.uses, list(limits.values()), may, plan.funding.order), strict=True))
    gap = plan.uses - sum(paid.values(), start=np.zeros(timeline.count))
    gap = np.where(gap <= 1e-12 * plan.whole, 0.0, gap)  # what rounding leaves
    texts, gap_text = _turn_texts(sheet, timeline, plan, limits, loans, money)
    rest = next((n for n in names if plan.funding.sources[n].unit == REST and n not in loans), None)
    if rest is not None:
        paid[rest], texts[rest] = paid[rest] + gap, f"{texts[rest]} + {gap_text}"
        gap, gap_text = np.zeros(timeline.count), "0"
    for name in names:
        sheet.put(Row(f"{at}.{name}", f"{plan.key}: paid by {name}", money, FLOW, texts[name]), paid[name])
        to_date = f"{{{at}.{name}_to_date@-1}} + {{{at}.{name}}}"
        row = Row(f"{at}.{name}_to_date", f"{plan.key}: paid by {name} to date", money, STOCK, to_date)
        sheet.put(row, np.cumsum(paid[name], axis=-1))
    sheet.put(Row(f"{at}.gap", f"{plan.key}: covered by no source", money, FLOW, gap_text), gap)


def _turn_texts(
    sheet: Sheet, timeline: Timeline, plan: Plan, limits: dict[str, Array], loans: Mapping[str, Loan], money: str
) -> tuple[dict[str, str], str]:
    """Return the formula of what each source pays in its turn, from what it has paid to date, and of what is left."""
    at = f"funding.{plan.key}"
    able = {}
    for name, limit in limits.items():
        able[name] = f"MAX({sheet.give(f'{at}.{name}.limit', money, limit)} - {{{at}.{name}_to_date@-1}}, 0)"
        if name in loans:
            flag = Row(f"{at}.{name}_available", f"{name} may be drawn", "", FLOW)
            sheet.put(flag, available(loans[name], timeline))
            able[name] += f" * {{{at}.{name}_available}}"
    room = " + ".join(able.values()) or "0"
    texts: dict[str, str] = {}
    for name, text in able.items():
        if plan.funding is not None and plan.funding.order == "pro_rata":
            texts[name] = f"IF({room} > 0, MIN({{{at}.uses}}, {room}) * {text} / ({room}), 0)"
        else:
            earlier = "".join(f" - {{{at}.{before}}}" for before in texts)
            texts[name] = f"MIN(MAX({{{at}.uses}}{earlier}, 0), {text})"
    return texts, f"MAX({{{at}.uses}} - ({room}), 0)"
