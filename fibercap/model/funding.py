"""Who pays for what: grants, loans, equity and cash against each project's and purchase's spending."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Annotated, Any, ClassVar

import numpy as np
import pydantic

from fibercap.core.fields import Word
from fibercap.core.parts import REST, Part, PartField, Truth
from fibercap.core.rows import Row, Sheet, total
from fibercap.core.spec import Spec
from fibercap.core.timeline import FLOW, STOCK, Timeline
from fibercap.core.units import Array
from fibercap.model.paying import pay

if TYPE_CHECKING:
    from fibercap.model.currencies import Currencies
    from fibercap.model.loans import Loan

PURSES = ("grant", "equity", "cash")
NOT_SOURCES = ("order", "include_financing_costs", "note")


class Funding(Spec):
    """The sources of one project or purchased plant, in the order in which they pay."""

    gathers: ClassVar[frozenset[str]] = frozenset({"sources"})

    order: Annotated[str, Word(("in_order", "pro_rata"), "orders")] = "in_order"
    """Whether each source pays what it can in turn, or all in proportion to what each still has to pay."""
    include_financing_costs: Truth = False
    """Whether upfront fees, and interest and fees up to completion, are paid for too and put into the asset."""
    sources: Mapping[str, Annotated[Part, PartField(rest=True)]]
    """What a loan by its name, or `grant`, `equity` or `cash`, pays: an amount, a share of all uses, or `rest`.
    Like `{grant: 23 %, fleet: 2 million USD, equity: rest}`."""

    @pydantic.model_validator(mode="before")
    @classmethod
    def _gather(cls, raw: Any) -> Any:  # noqa: ANN401 - what stands in the tree
        return cls.gathered(raw) if isinstance(raw, dict) else raw

    @classmethod
    def gathered(cls, raw: Any) -> Any:  # noqa: ANN401 - what stands in the tree
        """Gather the names of sources, which are written beside the other keys."""
        own = {key: value for key, value in raw.items() if key in NOT_SOURCES}
        return {**own, "sources": {key: value for key, value in raw.items() if key not in own}}


@dataclass(frozen=True)
class Whole:
    """What all uses come to, `()` or `(draw, 1)`, and the formula that says so. [money]"""

    text: str
    value: Array


@dataclass(frozen=True)
class Plan:
    """A project's or purchase's uses in each period, who is asked to pay for them, and what they come to in all.

    `circular` are uses that hold the costs of their own financing.
    """

    key: str
    uses: Array
    funding: Funding
    whole: Whole
    circular: bool = False


@dataclass(frozen=True)
class Asked:
    """What a source is asked for, in its own currency: `()` or `(draw, 1)`, and the formula that says so.

    `rate` is the row of that currency's average rate, "" for the reporting one.
    """

    text: str
    value: Array
    currency: str
    rate: str


def asked(sheet: Sheet, plan: Plan, loans: Mapping[str, Loan], money: Currencies, within: int) -> dict[str, Asked]:
    """Return what each source is asked for, amounts and shares first, `rest` last.

    A loan is asked in its own currency, others in that of their amount. Uses in another currency than the reporting one
    are those of each period at its average rate, over the periods `within` the horizon.
    """
    wholes = {money.reporting: plan.whole}
    found: dict[str, Asked] = {}
    parts = plan.funding.sources
    for name, part in parts.items():
        path = f"funding.{plan.key}.{name}"
        at = loan_path(name, loans[name]) if name in loans else path
        code, rate = money.of(at), money.rate(at)
        if code not in wholes:
            wholes[code] = _whole_in(sheet, plan, code, rate, within)
        text, value = wholes[code].text, wholes[code].value
        if part.unit != REST:
            of = sheet.give(f"inputs.{path}", money.of(path) if part.unit == "money" else "", part.value)
            text, value = (of, part.value) if part.unit == "money" else (f"{of} * {text}", part.value * value)
        found[name] = Asked(text, value, code, rate)
    for name, part in parts.items():
        if part.unit == REST:
            found[name] = _rest(found, name, {key for key, other in parts.items() if other.unit != REST}, wholes)
    return found


def loan_path(name: str, loan: Loan) -> str:
    """Return the input whose currency is a loan's."""
    return f"loans.{name}.{loan.owed_as}"


def _whole_in(sheet: Sheet, plan: Plan, code: str, rate: str, within: int) -> Whole:
    row = f"funding.{plan.key}.uses_in_{code}"
    label = f"{plan.key}: uses of funds in {code}"
    uses = sheet.put(
        Row(row, label, code, FLOW, f"{{funding.{plan.key}.uses}} / {{{rate}}}"), plan.uses / sheet.value(rate)
    )
    return Whole(f"SUM({{{row}}})", uses[..., :within].sum(axis=-1, keepdims=True))


def _rest(found: dict[str, Asked], name: str, others: set[str], wholes: dict[str, Whole]) -> Asked:
    """Return what others leave of the whole, in the currency of a source; theirs is worth what the whole is in both."""
    own = found[name]
    whole = wholes[own.currency]
    text, value = whole.text, whole.value
    for other in (key for key in found if key in others):
        part = found[other]
        if part.currency == own.currency:
            text, value = f"{text} - {part.text}", value - part.value
        else:
            foreign = wholes[part.currency]
            text = f"{text} - IF({foreign.text} > 0, {part.text} * ({whole.text}) / ({foreign.text}), 0)"
            above, below = np.broadcast_arrays(whole.value, foreign.value)
            rate = np.divide(above, below, out=np.zeros(above.shape), where=below > 0)
            value = value - part.value * rate
    return Asked(f"MAX({text}, 0)", np.maximum(value, 0.0), own.currency, own.rate)


def available(loan: Loan, timeline: Timeline) -> Array:
    """Return 1 for the periods on whose last day a loan may be drawn, else 0, (period,). [1]"""
    signed, maturity = loan.signed, loan.maturity
    until = loan.fees.available_until or maturity
    last = np.array([signed <= day <= until and day < maturity for day in timeline.dates])
    return last.astype(float)


def funding_rows(
    sheet: Sheet, timeline: Timeline, plans: list[Plan], loans: Mapping[str, Loan], money: Currencies
) -> None:
    """Write what every source pays for every project and purchase, and what no source covers.

    Amounts asked of a loan are set aside first; shares and `rest` get what is left of its commitment, in file order.
    """
    free = {name: _unreserved(name, loan, plans) for name, loan in loans.items()}
    for plan in plans:
        sources = asked(sheet, plan, loans, money, timeline.within)
        for name, source in sources.items():
            if name in loans and plan.funding.sources[name].unit != "money":
                text, left = free[name]
                least = np.minimum(source.value, left)
                sources[name] = replace(source, text=f"MIN({source.text}, {text})", value=least)
                free[name] = f"{text} - {{funding.{plan.key}.{name}.limit}}", left - least
        PlanRows(sheet, timeline, plan, sources, loans).write()
    for name, loan in loans.items():
        if own := [plan.key for plan in plans if name in plan.funding.sources]:
            _funded_row(sheet, name, own, money, loan)
    gaps = [f"funding.{plan.key}.gap" for plan in plans]
    gap = sum((sheet.value(path) for path in gaps), start=np.zeros(timeline.count))
    sheet.put(Row("funding.gap", "Funding gap, paid from cash", money.reporting, FLOW, total(gaps)), gap)


def _funded_row(sheet: Sheet, name: str, keys: list[str], money: Currencies, loan: Loan) -> None:
    """Write what funding draws on a loan, in its own currency."""
    paths, at = [f"funding.{key}.{name}" for key in keys], loan_path(name, loan)
    value, text = sum((sheet.value(path) for path in paths), start=np.zeros(sheet.length)), total(paths)
    if rate := money.rate(at):
        value, text = value / sheet.value(rate), f"({text}) / {{{rate}}}"
    sheet.put(Row(f"loans.{name}.funded", f"{name}: drawn by funding", money.of(at), FLOW, text), value)


def _unreserved(name: str, loan: Loan, plans: list[Plan]) -> tuple[str, Array]:
    """Return a loan's commitment less dated draws and the amounts of money that funding asks of it; formula first."""
    reserved = sum((loan.draws or {}).values(), start=np.asarray(0.0))
    texts = [f"{{inputs.loans.{name}.draws.{day}}}" for day in loan.draws or {}]
    for plan in plans:
        part = plan.funding.sources.get(name)
        if part is not None and part.unit == "money":
            reserved = reserved + part.value
            texts.append(f"{{inputs.funding.{plan.key}.{name}}}")
    text = f"{{inputs.loans.{name}.commitment}}" + "".join(f" - {text}" for text in texts)
    return f"MAX({text}, 0)", np.maximum(loan.commitment - reserved, 0.0)


class PlanRows:
    """Writes one project's sources: first in their turn, then `rest` for what is uncovered, then the gap."""

    def __init__(
        self, sheet: Sheet, timeline: Timeline, plan: Plan, sources: dict[str, Asked], loans: Mapping[str, Loan]
    ) -> None:
        self.sheet, self.timeline, self.plan, self.sources, self.loans = sheet, timeline, plan, sources, loans
        self.at = f"funding.{plan.key}"
        self.money = sheet.rows[f"{self.at}.uses"].unit

    def write(self) -> None:
        """Write the rows."""
        sheet, plan, at, sources = self.sheet, self.plan, self.at, self.sources
        everywhere = np.ones(self.timeline.count)
        may = [available(self.loans[n], self.timeline) if n in self.loans else everywhere for n in sources]
        worth = [sheet.value(s.rate) if s.rate else np.asarray(1.0) for s in sources.values()]
        limits = [source.value for source in sources.values()]
        paid = dict(zip(sources, pay(plan.uses, limits, may, worth, plan.funding.order), strict=True))
        gap = plan.uses - sum(paid.values(), start=np.zeros(self.timeline.count))
        gap = np.where(gap <= 1e-12 * plan.whole.value, 0.0, gap)  # what rounding leaves
        texts, gap_text = self._turn_texts()
        parts = plan.funding.sources
        rest = next((n for n in sources if parts[n].unit == REST and n not in self.loans), None)
        if rest is not None:
            paid[rest], texts[rest] = paid[rest] + gap, f"{texts[rest]} + {gap_text}"
            gap, gap_text = np.zeros(self.timeline.count), "0"
        for name in (*sources, "gap"):
            sheet.after_horizon(f"{at}.{name}", "0")
        for name, source in sources.items():
            sheet.put(Row(f"{at}.{name}", f"{plan.key}: paid by {name}", self.money, FLOW, texts[name]), paid[name])
            own, own_text = paid[name], f"{{{at}.{name}}}"
            if source.rate:
                own, own_text = own / sheet.value(source.rate), f"{own_text} / {{{source.rate}}}"
            text = f"{{{at}.{name}_to_date@-1}} + {own_text}"
            row = Row(f"{at}.{name}_to_date", f"{plan.key}: paid by {name} to date", source.currency, STOCK, text)
            sheet.put(row, np.cumsum(own, axis=-1))
        sheet.put(Row(f"{at}.gap", f"{plan.key}: covered by no source", self.money, FLOW, gap_text), gap)

    def _turn_texts(self) -> tuple[dict[str, str], str]:
        """Return the formula of what each source pays in its turn, from what it has paid to date, and of the gap."""
        at, able = self.at, {}
        for name, source in self.sources.items():
            # Shares of financing costs are found round by round: a formula that gave them would rest on itself.
            solved = self.plan.circular and self.plan.funding.sources[name].unit != "money"
            own, rest = f"{at}.{name}", self.plan.funding.sources[name].unit == REST
            reads = [own] if rest else []  # the word `rest` is in no formula, and yet it decides
            limit = self.sheet.give(
                f"{own}.limit", source.currency, source.value, *reads, formula=source.text, fixed=solved
            )
            able[name] = f"MAX({limit} - {{{at}.{name}_to_date@-1}}, 0)"
            if name in self.loans:
                dates = self.loans[name].drawing_reads(name)
                flag = Row(f"{at}.{name}_available", f"{name} may be drawn", "", FLOW, reads=dates)
                self.sheet.put(flag, available(self.loans[name], self.timeline))
                able[name] += f" * {{{at}.{name}_available}}"
            if source.rate:
                able[name] += f" * {{{source.rate}}}"
        room = " + ".join(able.values()) or "0"
        texts: dict[str, str] = {}
        for name, text in able.items():
            if self.plan.funding.order == "pro_rata":
                texts[name] = f"IF({room} > 0, MIN({{{at}.uses}}, {room}) * {text} / ({room}), 0)"
            else:
                earlier = "".join(f" - {{{at}.{before}}}" for before in texts)
                texts[name] = f"MIN(MAX({{{at}.uses}}{earlier}, 0), {text})"
        return texts, f"MAX({{{at}.uses}} - ({room}), 0)"
