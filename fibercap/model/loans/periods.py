"""A loan in model periods: every flow is the sum over the events of the period."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from fibercap.core.calendar import serial
from fibercap.core.formulas.rows import Block, Row
from fibercap.core.formulas.sheet import Sheet
from fibercap.core.language.names import key_in_words
from fibercap.core.timeline import FLOW, RATE, STOCK, Timeline

if TYPE_CHECKING:
    from datetime import date

    from fibercap.core.units import Array
    from fibercap.model.loans.setting import Setting
    from fibercap.model.loans.terms import Loan

FLOWS = {
    "drawn": ("draws", "draws"),
    "interest": ("interest", "interest accrued"),
    "interest_paid": ("interest_paid", "interest paid"),
    "capitalized": ("capitalized", "interest capitalized"),
    "fees": ("fees", "recurring fees accrued"),
    "fees_paid": ("fees_paid", "recurring fees paid"),
    "upfront_fee": ("upfront_fee", "upfront fee"),
    "prepayment_fee": ("prepayment_fees", "prepayment fees"),
    "scheduled": ("scheduled", "scheduled principal"),
    "principal": ("principal", "principal"),
}
"""By row of a schedule, the row in model periods and its words."""

BALANCE_TERMS = ("+drawn", "+capitalized", "-principal")
ACCRUED_TERMS = ("+interest", "+fees", "-interest_paid", "-fees_paid", "-capitalized")


def flows_of(schedule: Block) -> dict[str, tuple[str, str]]:
    """Return those of `FLOWS` that a schedule has: only some loans have fees on dated prepayments."""
    return {key: words for key, words in FLOWS.items() if f"{schedule.name}.{key}" in schedule.values}


def signing_period(sheet: Sheet, timeline: Timeline, loan: Loan, name: str) -> str:
    """Give the number of the model period in which a loan is signed; return the reference to it.

    Parameters
    ----------
    sheet, timeline : Sheet, Timeline
        The sheet that gets `loans.<name>.signed_in`, 0 if it is before the horizon, and the periods.
    loan, name : Loan, str
        The loan and its name.
    """
    prefix = f"loans.{name}"
    return sheet.give(f"{prefix}.signed_in", "", timeline.index(loan.signed) + 1, f"{prefix}.signed", "horizon")


def loan_rows(sheet: Sheet, setting: Setting, timeline: Timeline, schedule: Block, prefix: str) -> None:
    """Write a loan's rows in model periods from its schedule, in its own currency.

    Before the horizon the contract has run by its own dates: the first opening balance is what it owes by then.
    Writes under `prefix`: `draws`, `interest`, `interest_paid`, `capitalized`, `fees`, `fees_paid`, `upfront_fee`,
    `prepayment_fees` where there are any, `scheduled`, `principal`, `opening`, `closing`, `accrued`, `deferred_fee`,
    `fee_amortization` [money], `fee_left` and `live` [1]; and `loans.<l>.period_rate`. [1/year]

    Parameters
    ----------
    sheet, timeline : Sheet, Timeline
        The sheet that gets the rows, and the model's periods.
    setting : Setting
        The loan, its name, its currency and the path of its schedule.
    schedule : Block
        Rows by event, each (event,) or (sample, event).
    prefix : str
        Prefix of the rows' paths, such as `loans.fleet`.

    Source
    ------
    docs/conventions.md, section 4, Rows in model periods.
    """
    schedule_prefix, money, loan = setting.prefix, setting.money, setting.loan
    events = schedule.values[f"{schedule_prefix}.period"]
    # Events before the horizon have period 0 and fall in no column.
    falls = (events[:, None] == np.arange(1.0, timeline.count + 1)).astype(float)
    label = loan.title or key_in_words(setting.name)

    def stock(*paths: str) -> tuple[Array, Array]:
        """Return balances at the horizon's start and at period ends: what the last event so far left."""
        left = sum((schedule.values[path] for path in paths), start=np.zeros(schedule.length))
        # Position 0 is nothing owed, for periods that end before the first event.
        padded = np.concatenate([np.zeros((*left.shape[:-1], 1)), left], axis=-1)
        ends = padded[..., np.searchsorted(events, np.arange(timeline.count + 1), side="right")]
        return ends[..., :1], ends[..., 1:]

    def opening_text(terms: tuple[str, ...]) -> str:
        return "0 " + " ".join(
            f"{t[0]} SUMIFS({{{schedule_prefix}.{t[1:]}}}, {{{schedule_prefix}.period}}, 0)" for t in terms
        )

    # SUMIFS: a product with where events fall adds them all up at once; balances are what the last event left
    for key, (row, words) in flows_of(schedule).items():
        text = f"SUMIFS({{{schedule_prefix}.{key}}}, {{{schedule_prefix}.period}}, {{time.period}})"
        flow = np.asarray(schedule.values[f"{schedule_prefix}.{key}"] @ falls)
        sheet.put(Row(f"{prefix}.{row}", f"{label}: {words}", money, FLOW, text), flow)
    start, closing = stock(f"{schedule_prefix}.closing")
    text = f"{{{prefix}.opening}} + {{{prefix}.draws}} + {{{prefix}.capitalized}} - {{{prefix}.principal}}"
    sheet.put(
        Row(f"{prefix}.opening", f"{label}: opening", money, STOCK, f"{{{prefix}.closing@-1}}"),
        _opening(start, closing),
    )
    sheet.put(Row(f"{prefix}.closing", f"{label}: closing", money, STOCK, text, opening_text(BALANCE_TERMS)), closing)
    text = f"{{{prefix}.accrued@-1}} + {{{prefix}.interest}} + {{{prefix}.fees}}"
    text += f" - {{{prefix}.interest_paid}} - {{{prefix}.fees_paid}} - {{{prefix}.capitalized}}"
    row_ = Row(f"{prefix}.accrued", f"{label}: interest and fees owed", money, STOCK, text, opening_text(ACCRUED_TERMS))
    sheet.put(row_, stock(f"{schedule_prefix}.accrued_interest", f"{schedule_prefix}.accrued_fees")[1])
    _rate_row(sheet, setting, schedule, falls)
    _fee_rows(sheet, timeline, setting, schedule, prefix)


def _rate_row(sheet: Sheet, setting: Setting, schedule: Block, falls: Array) -> None:
    """Write the loan's rate, averaged over the days of each period in which it runs; 0 in others."""
    schedule_prefix, path = setting.prefix, f"loans.{setting.name}.period_rate"
    years = schedule.values[f"{schedule_prefix}.year_fraction"] @ falls
    value = schedule.values[f"{schedule_prefix}.rate_years"] @ falls
    ran = f"SUMIFS({{{schedule_prefix}.year_fraction}}, {{{schedule_prefix}.period}}, {{time.period}})"
    text = f"SUMIFS({{{schedule_prefix}.rate_years}}, {{{schedule_prefix}.period}}, {{time.period}}) / {ran}"
    text = f"IF({ran} > 0, {text}, 0)"
    rate = np.divide(value, years, out=np.zeros(np.shape(value)), where=np.broadcast_to(years > 0, np.shape(value)))
    sheet.put(Row(path, f"{setting.loan.title or key_in_words(setting.name)}: rate", "1/year", RATE, text), rate)


def _opening(start: Array, closing: Array) -> Array:
    return np.concatenate([np.broadcast_to(start, (*closing.shape[:-1], 1)), closing[..., :-1]], axis=-1)


def _fee_rows(sheet: Sheet, timeline: Timeline, setting: Setting, schedule: Block, prefix: str) -> None:
    """Write the upfront fee still to be expensed: by days from signing to maturity, or all once the loan is repaid."""
    loan, money, loan_prefix = setting.loan, setting.money, f"loans.{setting.name}"
    label = loan.title or key_in_words(setting.name)
    reads = setting.reads("signed", "matures")
    signed = sheet.give(f"{loan_prefix}.signed_on", "day", serial(loan.signed), *setting.reads("signed"))
    matures = sheet.give(f"{loan_prefix}.matures_on", "day", serial(loan.maturity), *reads)
    text = f"AND({{time.date}} >= {signed}) * MAX({matures} - {{time.date}}, 0) / ({matures} - {signed})"
    before = sheet.give(
        f"{prefix}.fee_left_at_start", "", float(days_left(loan, timeline.eve)[0]), *reads, "horizon.from"
    )
    sheet.line(Row(f"{prefix}.fee_left", f"{label}: share of days left", "", STOCK, text, before))
    until = schedule.given[f"{loan_prefix}.available_until"]
    last = sheet.give(until.path, until.unit, until.value, *until.reads, formula=until.formula)
    owed, waits = f"{{{prefix}.closing}}", sheet.rests_on_open(f"{{{loan_prefix}.funded}}")
    drawing = f"{{time.end}} < {last}"
    if waits:  # what is drawn on the last day depends on cash, and cash on the fee
        owed = f"{{{prefix}.opening}} + {{{prefix}.capitalized}} - {{{prefix}.principal}}"
        drawing = f"{{time.end}} <= {last}"
    if loan.needs_cash:  # nor may it be what cash repays or draws
        drawn, principal = "" if waits else f" + {{{prefix}.known_draws}}", f"{{{prefix}.known_principal}}"
        owed = f"{{{prefix}.opening}}{drawn} + {{{prefix}.capitalized}} - {principal}"
    if loan.repayment.follows_tax:  # nor what cash flow after tax repays, for tax depends on the fee
        owed = f"{{{prefix}.opening}}{'' if waits else f' + {{{prefix}.draws}}'} + {{{prefix}.capitalized}}"
    text = f"IF(OR({setting.trifle_on(sheet).counts_text(f'({owed})')}, {drawing}), 1, 0)"
    live = Row(f"{prefix}.live", f"{label}: still runs", "", FLOW, text)
    _ = sheet.put(live, None) if loan.needs_cash or waits else sheet.line(live)
    fee, paid = "0", f"{{{prefix}.upfront_fee}}"
    if np.any(loan.fees.upfront):
        fee = f"{{{setting.commitment}}} * {{inputs.{loan_prefix}.fees.upfront}}"
    if np.any(setting.fee_in_assets):
        period = signing_period(sheet, timeline, loan, setting.name)
        share = f"SUM({{{loan_prefix}.asset_share}} * ({{time.period}} = {period}))"
        in_assets = sheet.give(f"{loan_prefix}.fee_in_assets", "", setting.fee_in_assets, formula=share)
        fee, paid = f"{fee} * (1 - {in_assets})", f"{paid} * (1 - {in_assets})"
    text, words = f"{fee} * {{{prefix}.fee_left}} * {{{prefix}.live}}", f"{label}: upfront fee not yet expensed"
    text, start = ("0", "0") if fee == "0" else (text, f"{fee} * {before}")  # without a fee, tax is no matter of `live`
    sheet.line(Row(f"{prefix}.deferred_fee", words, money, STOCK, text, start))
    text = f"{{{prefix}.deferred_fee@-1}} + {paid} - {{{prefix}.deferred_fee}}"
    sheet.line(Row(f"{prefix}.fee_amortization", f"{label}: upfront fee expensed", money, FLOW, text))


def days_left(loan: Loan, *days: date) -> Array:
    """Return the share of a loan's days from signing to maturity that are left on each day; 0 before signing.

    Parameters
    ----------
    loan : Loan
        The contract.
    *days : date
        Any days.

    Returns
    -------
    (day,) [1]

    Source
    ------
    docs/conventions.md, section 4, Rows in model periods: the upfront fee is spread by days.
    """
    signed, maturity = loan.signed, loan.maturity
    term = (maturity - signed).days
    return np.array([0.0 if day < signed else max((maturity - day).days / term, 0.0) for day in days])
