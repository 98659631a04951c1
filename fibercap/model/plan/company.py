"""The company around the plants: horizon, money, working capital, tax, opening balance."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any

import numpy as np

from fibercap.core.language import grammar
from fibercap.core.language.by_key import Dated
from fibercap.core.language.dates import Day, Edge
from fibercap.core.language.durations import Duration, Life
from fibercap.core.language.fields import Field, Money, Number, Of, Share, Word, text_of, wrong
from fibercap.core.language.money_or_share import Truth
from fibercap.core.language.product_units import InUnits
from fibercap.core.language.series import PathOf, Series
from fibercap.core.language.spec import OneOf, Spec
from fibercap.core.period_names import MONTH_NAMES
from fibercap.core.timeline import STEPS, Timeline, timeline_between
from fibercap.core.trees.tree import Leaf
from fibercap.core.units import Array
from fibercap.model.currency.currency import CurrencyCode
from fibercap.model.depreciation import StraightLine
from fibercap.model.loans.clauses.rates import INTERVALS
from fibercap.model.plan.discount_rate import DiscountRate
from fibercap.model.plants.asset_terms import Residual, Sale
from fibercap.model.ways_to_depreciate import MethodForTax, MethodOfAsset

ZERO = np.asarray(0.0)
NOTHING = Series((ZERO,))
ONE = np.asarray(1.0)
NO_MONTHS = 0
TEN_YEARS = 120
MOST_DAYS = 366.0
"""The longest time for which a flow may be owed: formulas have a term for every period that it reaches back."""
Rate = Annotated[Series | None, PathOf(Of("1/year"))]
Days = Annotated[Series, PathOf(Of("day", low=0.0, high=MOST_DAYS))]


class Horizon(Spec):
    """The years that are projected, and in which steps."""

    start: Annotated[date, Edge()] = Spec.field_with_key("from")
    """First period. Like `2000` or `2000-07`."""
    end: Annotated[date, Edge(last=True)] = Spec.field_with_key("to")
    """Last period, included. Like `2004`."""
    step: Annotated[str, Word(tuple(STEPS), "steps")] = "month"
    """Length of a period: whole calendar months or quarters, or years, which end as `year_ends` says."""
    year_ends: Annotated[str, Word(MONTH_NAMES, "months")] = "December"
    """Month in which business years end; a business year is written `FY2002`, after the calendar year in which it ends.
    With December, years are those of the calendar. Like `June`."""

    @property
    def timeline(self) -> Timeline:
        """The periods."""
        return timeline_between(self.start, self.end, self.step, 0, MONTH_NAMES.index(self.year_ends) + 1)


class NoTerminalValue(Spec):
    """What runs on after the horizon counts for nothing."""


class BookValue(Spec):
    """What runs on is worth its books: incremental net fixed assets and working capital."""


class Multiple(Spec):
    """What runs on is worth a multiple of the last twelve months' incremental ebitda."""

    multiple: Annotated[Array, Number()]
    """Years of that ebitda. Like `5`."""


def _choose_terminal(raw: Any) -> tuple[str, Mapping[str, Any]]:
    if isinstance(raw, dict):
        return "multiple", raw
    return Word(("none", "book"), "terminal values, or a block `{multiple: 5}`").parse(raw), {}


TERMINAL: dict[str, type[Spec]] = {"none": NoTerminalValue, "book": BookValue, "multiple": Multiple}


class MoneyTerms(Spec):
    """The reporting currency, and how the future is valued."""

    report_in: Annotated[str, CurrencyCode()]
    """Currency of the accounts. Like `USD` or `INR`."""
    discount_rate: DiscountRate = None
    """Effective rate a year at which flows are discounted, or a real one beyond an index; without it, what needs one is
    undefined. Like `12 %/year` or `{real: 8 %/year, index: cpi}`."""
    valuation_date: Annotated[date | None, Day()] = None
    """Day to whose end flows are discounted; without it, the start of the horizon. Like `2000-12-31`."""
    terminal_value: Annotated[
        NoTerminalValue | BookValue | Multiple,
        OneOf(TERMINAL, _choose_terminal, title="terminal value", words=("none", "book")),
    ] = NoTerminalValue()
    """What runs on after the horizon is worth on its last day. Like `{multiple: 5}` or `book`."""
    discounting: Annotated[str, Word(("end_of_period", "mid_period"), "ways of discounting")] = "end_of_period"
    """Whether operations, tax, investment and grants count at the end of each period or in its middle. Terminal value,
    loans, equity and dividends count at its end."""
    minimum_cash: Money = ZERO
    """Cash that is kept; revolvers and `gap` lift it to this, sweeps leave it. Like `2.5 million USD`."""
    interest_on_cash: Rate = None
    """Rate that the bank pays on the cash with which a period opens; without it, none. Like `4 %/year` or `{2001: 4
    %/year, 2002: 2 %/year}`."""
    interest_on_overdraft: Rate = None
    """Rate that the bank takes on what cash is below zero when a period opens; without it, none. Like `11 %/year`."""

    @property
    def in_middle(self) -> bool:
        """Whether operating and investment flows are discounted from the middle of their period."""
        return self.discounting == "mid_period"


class GapField(Field):
    """Who lifts cash to the minimum, in order: `revolver` for all of them, one by name, or `equity`."""

    def schema(self) -> grammar.Json:
        """Return what may be written."""
        return {"title": "list of names", "type": "array", "items": {"type": "string"}}

    def parse(self, raw: Any, info: Any) -> tuple[str, ...]:
        """Return the names of what lifts cash to its minimum, in turn.

        Parameters
        ----------
        raw, info : object, ValidationInfo
            What YAML has, and the scenario around it.

        Raises
        ------
        PydanticCustomError
            If it is neither a name nor a list of names.
        """
        del info
        value = raw.value if isinstance(raw, Leaf) else raw
        if not isinstance(value, tuple):
            raise wrong("not_a_list", f"`{value}`", "a list", "write `[revolver, equity]`")
        return tuple(text_of(name, "a revolver, or `equity`") for name in value)


class Payouts(Spec):
    """What owners are paid by a rule: a share of the cash above what is kept, as far as earnings reach."""

    every: Annotated[str, Word(tuple(INTERVALS), "intervals")] = "year"
    """Time between payouts. Like `quarter`."""
    first: Annotated[date | None, Day()] = None
    """Date of the first payout; without it, the end of the horizon's first interval. Like `2003-12-31`."""
    share: Share = ONE
    """Share of the cash above `keep` that is paid. Like `50 %`."""
    keep: Annotated[Array | None, Of("money", low=0.0)] = None
    """Cash that is kept; without it, `money.minimum_cash`, which is always kept. Like `2.5 million USD`."""


class Company(Spec):
    """Overhead, and what owners pay in and take out on dates."""

    overhead: Annotated[Series, PathOf(Of("money/year", low=0.0))] = NOTHING
    """Selling, administration and research. Like `11 million USD/year` or `{2000: 6.6 million USD/year, 2001: 11
    million USD/year}`."""
    equity: Dated = None
    """What owners pay in, by date, beside what `funding` asks of them. Like `{2000-09-15: 10 million USD}`."""
    dividends: Dated = None
    """What owners take out, by date, as far as there is cash above its minimum and earnings to pay it from. Like
    `{2004-06-30: 1 million USD}`."""
    payouts: Payouts | None = None
    """What owners are paid by a rule, from cash that is left when loans are served, as far as there are retained
    earnings; never while a lock-up bars it. Like `{every: year, first: 2003-12-31, keep: 2.5 million USD}`."""
    equity_limit: Annotated[Array | None, Of("money", low=0.0)] = None
    """The most that owners ever pay: dated, for projects and called; what is beyond has no source. Like `100 million
    USD`."""
    gap: Annotated[tuple[str, ...], GapField()] = ()
    """Who lifts cash to its minimum, in order: `revolver` for all of them, one by name, `equity`; without it, all
    revolvers. Like `[revolver, equity]`."""
    may_run_dry: Truth = False
    """Whether cash below zero is expected, as of a plan that is looked at in hindsight; warnings say so."""


class WorkingCapital(Spec):
    """For how many days revenue is owed by customers, and variable cost lies in stock and is owed to suppliers.

    A period's flow, spread evenly over its days, is owed for the days of its own period.
    """

    receivables: Days = NOTHING
    """Days after which customers pay, at most 366. Like `55 days` or `{2001: 55 days, 2003: 90 days}`."""
    inventory: Days = NOTHING
    """Days of variable cost that lie in stock, at most 366. Like `60 days`."""
    payables: Days = NOTHING
    """Days after which suppliers are paid, at most 366. Like `45 days`."""
    days_in_year: Annotated[Array, Number(known=(360, 365))] = np.asarray(365.0)
    """Days of a year for these; a month has a twelfth of them."""


class Tax(Spec):
    """One taxpayer, assessed by calendar or business year; losses are carried forward."""

    rate: Annotated[Series, PathOf(Of("percent", low=0.0, high=1.0))] = NOTHING
    """Share of taxable income. Like `35 %` or `{2000: 39 %, 2003: 37 %}`."""
    lag: Annotated[int, Duration()] = NO_MONTHS
    """Time from a period's end to the payment of its tax, in whole periods. Like `3 months`."""
    expire: Annotated[int, Duration(low=12.0)] = NO_MONTHS
    """Time after which a year's loss can no longer be used, in whole years; without it, never. Like `5 years`."""
    use_at_most: Share = ONE
    """Share of a year's income that losses of earlier years may offset. Like `60 %`."""
    depreciation: MethodForTax = None
    """How assets are depreciated for tax, over the same lives; without it, as in the books. With `units`, each by
    those of its own, and maintenance as in the books. Like `sum_of_years` or `{table: {1 year: 20 %, 2 years: 80
    %}}`."""


class FixedAssets(InUnits):
    """Fixed assets opened with, and the months over which they are still depreciated."""

    value: Money
    """Book value. Like `6 million USD`."""
    life: Life = TEN_YEARS
    """Time over which that is still depreciated. Like `8 years`."""
    depreciation: MethodOfAsset = StraightLine()
    """How that is depreciated over the life, as of a project; `units` are those of all plants that are not bought.
    Like `sum_of_years`, `{declining_balance: 25 %}` or `{units: 2.5 million km}`."""
    residual: Residual = None
    """Share of the book value that is not depreciated, which stays in the books. Like `20 %`."""
    land: Truth = False
    """Whether it is land, which is not depreciated."""
    sold: Sale | None = None
    """Where they are sold in the horizon: depreciation ends, and the price less the book value is income. Like `{on:
    2004-06-30, price: 2 million USD}`."""

    @classmethod
    def units_of(cls, raw: Mapping[str, Any], context: Mapping[str, Any]) -> dict[str, Any]:
        """Return the unit of what the plants make that are not bought."""
        del raw
        return {"product": context.get("unit_of_opening", "km")}

    @property
    def is_depreciated(self) -> bool:
        """Whether they are depreciated: land is not."""
        return not self.land


def _choose_assets(raw: Any) -> tuple[str, Mapping[str, Any]]:
    return "block", raw if isinstance(raw, dict) else {"value": raw}


class Opening(Spec):
    """The balance sheet at the day before the horizon; retained earnings are the balancing figure."""

    cash: Annotated[Array, Of("money")] = ZERO
    """Cash; below zero it is an overdraft. Like `3 million USD`."""
    receivables: Money = ZERO
    """What customers owe. Like `2.6 million USD`."""
    inventory: Money = ZERO
    """Stock. Like `1.2 million USD`."""
    payables: Money = ZERO
    """What is owed to suppliers. Like `0.9 million USD`."""
    fixed_assets: Annotated[
        FixedAssets | None, OneOf({"block": FixedAssets}, _choose_assets, title="fixed assets", bare="value")
    ] = None
    """Plant and equipment: book value, and the time over which it is still depreciated. Like `{value: 6 million
    USD, life: 8 years}` or `6 million USD`."""
    other_assets: Money = ZERO
    """Other assets; they stay as they are. Like `1 million USD`."""
    other_liabilities: Money = ZERO
    """Other liabilities; they stay as they are. Like `1 million USD`."""
    paid_in_capital: Annotated[Array | None, Of("money", low=0.0)] = None
    """What of the balancing figure is capital that owners paid in: dividends and payouts leave it; without it, none.
    Like `4 million USD`."""
    tax_losses: Money = ZERO
    """Losses of earlier years that tax may still use. Like `4 million USD`."""
