"""Rows of funding: what each source pays for each project and purchase in each period, and what none covers."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from fibercap.core.formulas.rows import Row
from fibercap.core.formulas.sheet import Sheet, total
from fibercap.core.language.money_or_share import AVAILABLE, REST
from fibercap.core.language.names import key_in_words
from fibercap.core.timeline import FLOW
from fibercap.model.funding.cash_limits import NO_LIMITS, CashLimits
from fibercap.model.funding.paying import DUST, pay
from fibercap.model.funding.requests import (
    FundingPlan,
    Request,
    list_requests,
    loan_path,
    spending_test,
    unreserved_commitment,
)
from fibercap.model.funding.sources import BRIDGE, GRANT, part_path

if TYPE_CHECKING:
    from collections.abc import Mapping

    from fibercap.core.timeline import Timeline
    from fibercap.core.units import Array
    from fibercap.model.currency.currencies import Currencies
    from fibercap.model.loans import Loan


def availability(loan: Loan, timeline: Timeline) -> Array:
    """Return 1 for the periods on whose last day a loan may be drawn, else 0, (period,). [1]

    Parameters
    ----------
    loan, timeline : Loan, Timeline
        The loan, and the periods.
    """
    signed, maturity = loan.signed, loan.maturity
    until = loan.fees.available_until or maturity
    last = np.array([signed <= day <= until and day < maturity for day in timeline.dates])
    return last.astype(float)


def funding_rows(
    sheet: Sheet,
    timeline: Timeline,
    plans: list[FundingPlan],
    loans: Mapping[str, Loan],
    money: Currencies,
    limits: Mapping[str, CashLimits],
) -> None:
    """Write what every source pays for every project and purchase, and what no source covers.

    Amounts asked of a loan are set aside first; shares and `rest` get what is left of its commitment, in file order.
    Writes `<source>`, `<source>_to_date` and `gap` under `funding.<p>.` [money], `<source>_available` [1] of loans, and
    `loans.<l>.funded`, in the loan's currency.

    Parameters
    ----------
    sheet, timeline : Sheet, Timeline
        The sheet that has `funding.<p>.uses` and gets the rows, and the periods.
    plans : list of FundingPlan
        The projects and purchases in the order of the file.
    loans : mapping
        All loans by name.
    money : Currencies
        The currencies of inputs.
    limits : mapping
        By project or purchase, what cash decides of its sources; their rows have no values until `settle_cash`.

    Source
    ------
    docs/conventions.md, section 5, Who pays for a project or purchase.
    """
    free = {name: unreserved_commitment(name, loan, plans) for name, loan in loans.items()}
    for plan in plans:
        sources = list_requests(sheet, plan, loans, money, timeline.within)
        for name, source in sources.items():
            if name in loans and plan.funding.sources[name].unit != "money":
                text, left = free[name]
                least = np.minimum(source.value, left)
                sources[name] = replace(source, text=f"MIN({source.text}, {text})", value=least)
                free[name] = f"{text} - {{funding.{plan.key}.{name}.limit}}", left - least
        PlanRows(sheet, timeline, plan, sources, loans, limits.get(plan.key, NO_LIMITS)).write()
    for name, loan in loans.items():
        if keys := [plan.key for plan in plans if name in plan.funding.sources]:
            _funded_row(sheet, name, keys, money, loan)


def _funded_row(sheet: Sheet, name: str, keys: list[str], money: Currencies, loan: Loan) -> None:
    """Write what funding draws on a loan, in its own currency."""
    text, path = total(f"funding.{key}.{name}" for key in keys), loan_path(name, loan)
    if rate := money.rate(path):
        text = f"({text}) / {{{rate}}}"
    sheet.line(
        Row(
            f"loans.{name}.funded",
            f"{loan.title or key_in_words(name)}: drawn by funding",
            money.code_of(path),
            FLOW,
            text,
        )
    )


class PlanRows:
    """Writes one plan's sources: the grant first, then each in its turn, then `rest`, and what no source covers."""

    def __init__(
        self,
        sheet: Sheet,
        timeline: Timeline,
        plan: FundingPlan,
        sources: dict[str, Request],
        loans: Mapping[str, Loan],
        limits: CashLimits = NO_LIMITS,
    ) -> None:
        self.sheet, self.timeline, self.plan, self.loans, self.limits = sheet, timeline, plan, loans, limits
        self.sources = {name: source for name, source in sources.items() if name != GRANT}
        self.grant = sources.get(GRANT)
        self.prefix = f"funding.{plan.key}"
        self.money = sheet.rows[f"{self.prefix}.uses"].unit
        parts = plan.funding.sources
        self.rest = next((n for n in self.sources if parts[n].unit == REST and n not in loans), "")
        self.shares_all = plan.funding.order == "pro_rata"

    def row(self, key: str, words: str, text: str, *reads: str) -> Row:
        """Return a row of this plan, a flow in the reporting currency.

        Parameters
        ----------
        key, words, text : str
            The last part of its path, its label, and its formula text. [money]
        *reads : str
            Paths of the inputs that decide it besides those in the formula.
        """
        return Row(f"{self.prefix}.{key}", f"{self.plan.title}: {words}", self.money, FLOW, text, reads=reads)

    def write(self) -> None:
        """Write the rows."""
        sheet, plan, prefix, sources = self.sheet, self.plan, self.prefix, self.sources
        uses, uses_text = plan.uses, f"{{{prefix}.uses}}"
        if self.grant is not None:
            uses, uses_text = uses - self._write_grant(self.grant), f"({uses_text} - {{{prefix}.{GRANT}}})"
        everywhere = np.ones(self.timeline.count)
        may = [availability(self.loans[n], self.timeline) if n in self.loans else everywhere for n in sources]
        worth = [sheet.value(s.rate) if s.rate else np.asarray(1.0) for s in sources.values()]
        endless = np.asarray(np.inf)
        limits = [endless if n == self.rest and not self.shares_all else s.value for n, s in sources.items()]
        parts, gap = pay(np.maximum(uses, 0.0), limits, may, worth, plan.funding.order)
        paid = dict(zip(sources, parts, strict=True))
        back, back_text = np.minimum(uses, 0.0), f" + MIN({uses_text}, 0)" if plan.circular else ""
        gap = np.where(gap <= DUST * plan.total_uses.value, 0.0, gap) + back  # interest that is rounded down comes back
        texts = self._shared_texts(uses_text) if self.shares_all else self._turn_texts(uses_text)
        gap_text = f"MAX({uses_text}{''.join(f' - {{{prefix}.{name}}}' for name in sources)}, 0){back_text}"
        if self.rest:
            if self.shares_all:
                others = "".join(f" - {{{prefix}.{name}}}" for name in sources if name != self.rest)
                texts[self.rest] = f"MAX({uses_text}{others}, 0)"
            if self.rest in self.limits.most:
                texts[self.rest] = f"MIN({texts[self.rest]}, {self.limits.most[self.rest]})"
            else:
                paid[self.rest], texts[self.rest] = paid[self.rest] + gap, f"{texts[self.rest]}{back_text}"
                gap, gap_text = np.zeros(self.timeline.count), "0"
        for name, source in sources.items():
            by_word = name == self.rest or plan.funding.sources[name].unit == AVAILABLE
            reads = (prefix,) if by_word else ()  # the words `rest` and `available` are in no formula, and yet decide
            called = self.loans[name].title or key_in_words(name) if name in self.loans else name
            row = self.row(name, f"paid by {called}", texts[name], *(f"{path}.{name}" for path in reads))
            # what a source may pay depends on what it has paid, which its formula adds up
            sheet.put(row, None if self.limits else paid[name])
            payment = f"{{{prefix}.{name}}} / {{{source.rate}}}" if source.rate else f"{{{prefix}.{name}}}"
            sheet.write_balance(
                f"{prefix}.{name}_to_date", f"{plan.title}: paid by {called} to date", source.currency, payment
            )
        # rounding of many sources leaves dust, which is not a gap
        sheet.put(self.row("gap", "covered by no source", gap_text), None if self.limits else gap)
        for name in (*plan.funding.sources, *((BRIDGE,) if f"{prefix}.{BRIDGE}" in sheet else ()), "gap"):
            sheet.after_horizon(f"{prefix}.{name}", "0")  # nothing is spent after the horizon

    def _write_grant(self, grant: Request) -> Array:
        """Write what is claimed of a grant, its share of each period's spending, and when it is received; return it."""
        plan, part, months, total_uses = (
            self.plan,
            self.plan.funding.sources[GRANT],
            self.timeline.months,
            grant.total_uses,
        )
        share, text = part.value, f"{{inputs.{part_path(plan.key, GRANT, part)}}}"
        if part.unit == "money":
            spent, spends_any = spending_test(self.sheet, plan, self.timeline.within)
            above, below, counts = np.broadcast_arrays(grant.value, total_uses.value, spends_any)
            share = np.minimum(np.divide(above, below, out=np.zeros(above.shape), where=counts), 1.0)
            text = f"IF({spent}, MIN({grant.text} / ({total_uses.text}), 1), 0)"
            text = self.sheet.give(f"{self.prefix}.{GRANT}.part", "", share, formula=text, fixed=plan.circular)
        claimed = self.sheet.line(self.row(GRANT, "claimed of the grant", f"{text} * {{{self.prefix}.uses}}"))
        if part.after:
            reads, periods = f"{self.prefix}.{GRANT}.after", -(-part.after // months)
            bridged = f"{{{self.prefix}.{GRANT}}}"
            self.sheet.line(self.row(BRIDGE, "paid by cash until the grant is received", bridged, reads))
            text = f"{{{self.prefix}.{GRANT}@-{periods}}}"
            self.sheet.line(self.row("grant_received", "received of the grant", text, reads, "horizon.step"))
        return claimed

    def _most_texts(self) -> dict[str, str]:
        """Return the formula of the most that each source may pay in a period, from what it has paid to date."""
        prefix, able = self.prefix, {}
        for name, source in self.sources.items():
            path, part = f"{prefix}.{name}", self.plan.funding.sources[name]
            if part.unit == AVAILABLE:
                able[name] = self.limits.most.get(name, "0")
                continue
            # `settle_costs` finds shares of financing costs in rounds: a formula for them would depend on itself.
            fixed, reads = self.plan.circular and part.unit != "money", [path] if part.unit == REST else []
            limit = self.sheet.give(
                f"{path}.limit", source.currency, source.value, *reads, formula=source.text, fixed=fixed
            )
            left = f"{limit} - {{{path}_to_date@-1}}"
            able[name] = f"IF({left} > {limit} * {DUST!r}, {left}, 0)"
            if name in self.loans:
                dates = self.loans[name].drawing_reads(name)
                flag = Row(
                    f"{path}_available",
                    f"{self.loans[name].title or key_in_words(name)} may be drawn",
                    "",
                    FLOW,
                    reads=dates,
                )
                self.sheet.put(flag, availability(self.loans[name], self.timeline))
                able[name] += f" * {{{path}_available}}"
            if source.rate:
                able[name] += f" * {{{source.rate}}}"
            able[name] = self.limits.limit(name, able[name])
        return able

    def _turn_texts(self, uses: str) -> dict[str, str]:
        """Return the formula of what each source pays in its turn."""
        texts: dict[str, str] = {}
        for name, text in self._most_texts().items():
            earlier = "".join(f" - {{{self.prefix}.{before}}}" for before in texts)
            left = f"MAX({uses}{earlier}, 0)"
            texts[name] = left if name == self.rest else f"MIN({left}, {text})"
        return texts

    def _shared_texts(self, uses: str) -> dict[str, str]:
        """Return the formula of what each source pays in proportion to what it may pay."""
        able = self._most_texts()
        room = " + ".join(able.values()) or "0"
        return {name: f"IF({room} > 0, MIN({uses}, {room}) * {text} / ({room}), 0)" for name, text in able.items()}
