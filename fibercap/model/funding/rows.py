"""Rows of funding: what each source pays for each project and purchase in each period, and what none covers."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from fibercap.core.money_or_share import REST
from fibercap.core.rows import Row
from fibercap.core.sheet import Sheet, total
from fibercap.core.timeline import FLOW
from fibercap.model.cash.trifle import trifle_of
from fibercap.model.funding.paying import DUST, pay
from fibercap.model.funding.sources import BRIDGE, GRANT, part_path

if TYPE_CHECKING:
    from collections.abc import Mapping

    from fibercap.core.timeline import Timeline
    from fibercap.core.units import Array
    from fibercap.model.currency.currencies import Currencies
    from fibercap.model.funding.sources import Funding
    from fibercap.model.loans import Loan


Spent = tuple[str, npt.NDArray[np.bool_]]
"""Whether anything is spent at all: formula and truth, `()` or `(draw, 1)`."""


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

    `rate` is the row of that currency's average rate, "" for the reporting one; `whole` is what all uses come to in it.
    """

    text: str
    value: Array
    currency: str
    rate: str
    whole: Whole


def asked(sheet: Sheet, plan: Plan, loans: Mapping[str, Loan], money: Currencies, within: int) -> dict[str, Asked]:
    """Return what each source is asked to pay, amounts and shares first, `rest` last.

    A loan is asked in its own currency, others in that of their amount. Uses in another currency than the reporting one
    are those of each period at its average rate, over the periods `within` the horizon.
    """
    wholes = {money.reporting: plan.whole}
    found: dict[str, Asked] = {}
    parts = plan.funding.sources
    for name, part in parts.items():
        path = part_path(plan.key, name, part)
        at = loan_path(name, loans[name]) if name in loans else path
        code, rate = money.of(at), money.rate(at)
        if code not in wholes:
            wholes[code] = _whole_in(sheet, plan, code, rate, within)
        text, value = wholes[code].text, wholes[code].value
        if part.unit != REST:
            of = sheet.give(f"inputs.{path}", money.of(path) if part.unit == "money" else "", part.value)
            text, value = (of, part.value) if part.unit == "money" else (f"{of} * {text}", part.value * value)
        found[name] = Asked(text, value, code, rate, wholes[code])
    for name, part in parts.items():
        if part.unit == REST:
            spent = spends(sheet, plan, within)
            found[name] = _rest(found, name, {key for key, other in parts.items() if other.unit != REST}, wholes, spent)
    return found


def loan_path(name: str, loan: Loan) -> str:
    """Return the path of the input that decides a loan's currency."""
    return f"loans.{name}.{loan.owed_as}"


def _whole_in(sheet: Sheet, plan: Plan, code: str, rate: str, within: int) -> Whole:
    row = f"funding.{plan.key}.uses_in_{code}"
    label = f"{plan.key}: uses of funds in {code}"
    uses = sheet.line(Row(row, label, code, FLOW, f"{{funding.{plan.key}.uses}} / {{{rate}}}"))
    return Whole(f"SUM({{{row}}})", uses[..., :within].sum(axis=-1, keepdims=True))


def spends(sheet: Sheet, plan: Plan, within: int) -> Spent:
    """Return whether anything is spent within the horizon: as a formula, and as `()` or `(sample, 1)`."""
    trifle = trifle_of(sheet)
    counts = trifle.counts(plan.uses[..., :within].sum(axis=-1, keepdims=True))
    return trifle.counts_text(f"SUM({{funding.{plan.key}.uses}})"), counts


def _rest(found: dict[str, Asked], name: str, others: set[str], wholes: dict[str, Whole], spent: Spent) -> Asked:
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
            text = f"{text} - IF({spent[0]}, {part.text} * ({whole.text}) / ({foreign.text}), 0)"
            above, below, counts = np.broadcast_arrays(whole.value, foreign.value, spent[1])
            rate = np.divide(above, below, out=np.zeros(above.shape), where=counts)
            value = value - part.value * rate
    return replace(own, text=f"MAX({text}, 0)", value=np.maximum(value, 0.0))


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
    Writes `<source>`, `<source>_to_date` and `gap` under `funding.<p>.` [money], `<source>_available` [1] of loans, and
    `loans.<l>.funded`, in the loan's currency.

    Source
    ------
    docs/conventions.md, section 5, Who pays for a project or purchase.
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


def _funded_row(sheet: Sheet, name: str, keys: list[str], money: Currencies, loan: Loan) -> None:
    """Write what funding draws on a loan, in its own currency."""
    text, at = total(f"funding.{key}.{name}" for key in keys), loan_path(name, loan)
    if rate := money.rate(at):
        text = f"({text}) / {{{rate}}}"
    sheet.line(Row(f"loans.{name}.funded", f"{loan.title or name}: drawn by funding", money.of(at), FLOW, text))


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
    """Writes one plan's sources: the grant first, then each in its turn, then `rest`, and what no source covers."""

    def __init__(
        self, sheet: Sheet, timeline: Timeline, plan: Plan, sources: dict[str, Asked], loans: Mapping[str, Loan]
    ) -> None:
        self.sheet, self.timeline, self.plan, self.loans = sheet, timeline, plan, loans
        self.sources = {name: source for name, source in sources.items() if name != GRANT}
        self.grant = sources.get(GRANT)
        self.at = f"funding.{plan.key}"
        self.money = sheet.rows[f"{self.at}.uses"].unit
        parts = plan.funding.sources
        self.rest = next((n for n in self.sources if parts[n].unit == REST and n not in loans), "")
        self.shares_all = plan.funding.order == "pro_rata"

    def row(self, key: str, words: str, text: str, *reads: str) -> Row:
        """Return a row of this plan in the reporting currency."""
        return Row(f"{self.at}.{key}", f"{self.plan.key}: {words}", self.money, FLOW, text, reads=reads)

    def write(self) -> None:
        """Write the rows."""
        sheet, plan, at, sources = self.sheet, self.plan, self.at, self.sources
        uses, uses_text = plan.uses, f"{{{at}.uses}}"
        if self.grant is not None:
            uses, uses_text = uses - self._write_grant(self.grant), f"({uses_text} - {{{at}.{GRANT}}})"
        everywhere = np.ones(self.timeline.count)
        may = [available(self.loans[n], self.timeline) if n in self.loans else everywhere for n in sources]
        worth = [sheet.value(s.rate) if s.rate else np.asarray(1.0) for s in sources.values()]
        endless = np.asarray(np.inf)
        limits = [endless if n == self.rest and not self.shares_all else s.value for n, s in sources.items()]
        parts, gap = pay(np.maximum(uses, 0.0), limits, may, worth, plan.funding.order)
        paid = dict(zip(sources, parts, strict=True))
        back, back_text = np.minimum(uses, 0.0), f" + MIN({uses_text}, 0)" if plan.circular else ""
        gap = np.where(gap <= DUST * plan.whole.value, 0.0, gap) + back  # interest that is rounded down comes back
        texts = self._shared_texts(uses_text) if self.shares_all else self._turn_texts(uses_text)
        gap_text = f"MAX({uses_text}{''.join(f' - {{{at}.{name}}}' for name in sources)}, 0){back_text}"
        if self.rest:
            if self.shares_all:
                others = "".join(f" - {{{at}.{name}}}" for name in sources if name != self.rest)
                texts[self.rest] = f"MAX({uses_text}{others}, 0)"
            paid[self.rest], texts[self.rest] = paid[self.rest] + gap, f"{texts[self.rest]}{back_text}"
            gap, gap_text = np.zeros(self.timeline.count), "0"
        for name, source in sources.items():
            reads = (at,) if name == self.rest else ()  # the word `rest` is in no formula, and yet it decides
            called = self.loans[name].title or name if name in self.loans else name
            row = self.row(name, f"paid by {called}", texts[name], *(f"{path}.{name}" for path in reads))
            sheet.put(row, paid[name])  # what a source may pay hangs on what it has paid, which its formula adds up
            own = f"{{{at}.{name}}} / {{{source.rate}}}" if source.rate else f"{{{at}.{name}}}"
            sheet.write_balance(f"{at}.{name}_to_date", f"{plan.key}: paid by {called} to date", source.currency, own)
        # rounding of many sources leaves dust, which is no gap
        sheet.put(self.row("gap", "covered by no source", gap_text), gap)
        for name in (*plan.funding.sources, *((BRIDGE,) if f"{at}.{BRIDGE}" in sheet else ()), "gap"):
            sheet.after_horizon(f"{at}.{name}", "0")  # nothing is spent after the horizon

    def _write_grant(self, grant: Asked) -> Array:
        """Write what is claimed of a grant, its share of each period's spending, and when it is received; return it."""
        plan, part, months, whole = self.plan, self.plan.funding.sources[GRANT], self.timeline.months, grant.whole
        share, text = part.value, f"{{inputs.{part_path(plan.key, GRANT, part)}}}"
        if part.unit == "money":
            spent, spends_any = spends(self.sheet, plan, self.timeline.within)
            above, below, counts = np.broadcast_arrays(grant.value, whole.value, spends_any)
            share = np.minimum(np.divide(above, below, out=np.zeros(above.shape), where=counts), 1.0)
            text = f"IF({spent}, MIN({grant.text} / ({whole.text}), 1), 0)"
            text = self.sheet.give(f"{self.at}.{GRANT}.part", "", share, formula=text, fixed=plan.circular)
        claimed = self.sheet.line(self.row(GRANT, "claimed of the grant", f"{text} * {{{self.at}.uses}}"))
        if part.after:
            reads, periods = f"{self.at}.{GRANT}.after", -(-part.after // months)
            bridged = f"{{{self.at}.{GRANT}}}"
            self.sheet.line(self.row(BRIDGE, "paid by cash until the grant is received", bridged, reads))
            text = f"{{{self.at}.{GRANT}@-{periods}}}"
            self.sheet.line(self.row("grant_received", "received of the grant", text, reads, "horizon.step"))
        return claimed

    def _able_texts(self) -> dict[str, str]:
        """Return the formula of the most that each source may pay in a period, from what it has paid to date."""
        at, able = self.at, {}
        for name, source in self.sources.items():
            own, part = f"{at}.{name}", self.plan.funding.sources[name]
            # Shares of financing costs are found round by round: a formula that gave them would rest on itself.
            solved, reads = self.plan.circular and part.unit != "money", [own] if part.unit == REST else []
            limit = self.sheet.give(
                f"{own}.limit", source.currency, source.value, *reads, formula=source.text, fixed=solved
            )
            left = f"{limit} - {{{own}_to_date@-1}}"
            able[name] = f"IF({left} > {limit} * {DUST!r}, {left}, 0)"
            if name in self.loans:
                dates = self.loans[name].drawing_reads(name)
                flag = Row(f"{own}_available", f"{self.loans[name].title or name} may be drawn", "", FLOW, reads=dates)
                self.sheet.put(flag, available(self.loans[name], self.timeline))
                able[name] += f" * {{{own}_available}}"
            if source.rate:
                able[name] += f" * {{{source.rate}}}"
        return able

    def _turn_texts(self, uses: str) -> dict[str, str]:
        """Return the formula of what each source pays in its turn."""
        texts: dict[str, str] = {}
        for name, text in self._able_texts().items():
            earlier = "".join(f" - {{{self.at}.{before}}}" for before in texts)
            left = f"MAX({uses}{earlier}, 0)"
            texts[name] = left if name == self.rest else f"MIN({left}, {text})"
        return texts

    def _shared_texts(self, uses: str) -> dict[str, str]:
        """Return the formula of what each source pays in proportion to what it may pay."""
        able = self._able_texts()
        room = " + ".join(able.values()) or "0"
        return {name: f"IF({room} > 0, MIN({uses}, {room}) * {text} / ({room}), 0)" for name, text in able.items()}
