"""Loans in other currencies, in the reporting one: accruals at averages, payments at a day's rate, debt at closing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from fibercap.core.calendar import serial
from fibercap.core.formulas.rows import Row
from fibercap.core.formulas.sheet import Sheet
from fibercap.core.language.names import key_in_words
from fibercap.core.timeline import FLOW, STOCK
from fibercap.model.currency.exchange import day_rates
from fibercap.model.loans.periods import flows_of
from fibercap.model.loans.rows.block import ACCRUED

if TYPE_CHECKING:
    from fibercap.core.formulas.rows import Block
    from fibercap.model.plan.plan import Plan

OWN = "own"
"""The part of a path below which the rows in a loan's own currency stand."""


def translated_rows(sheet: Sheet, plan: Plan, name: str, schedule: Block) -> None:
    """Write a foreign loan's rows in the reporting currency, from those in its own currency and from its schedule.

    Writes the flows of `loan_rows`, `opening`, `closing`, `accrued`, their revaluations `closing_revaluation` and
    `accrued_revaluation`, and the upfront fee not yet expensed, under `loans.<name>.`. [money]

    Parameters
    ----------
    sheet, plan, name : Sheet, Plan, str
        The sheet that gets the rows, the plan, and the loan.
    schedule : Block
        Rows by event, each (event,) or (sample, event).

    Source
    ------
    docs/conventions.md, section 6: accruals are translated at the period's average rate, money that moves on a day at
    that day's rate, draws of funding at the average, debt and accrued interest at the closing rate; the difference is
    revaluation. The upfront fee, once paid, stays at the rate of its day.
    """
    prefix, money, code = f"loans.{name}", plan.currency, plan.loan_currency(name)
    label, rate = plan.loan_title(name), f"exchange.{code}.average"
    own_prefix, reported_prefix, events = f"{prefix}.{OWN}", f"{schedule.name}.reported", f"{schedule.name}.period"
    falls = (schedule.values[events][:, None] == np.arange(1.0, sheet.length + 1)).astype(float)
    for moved, (key, words) in flows_of(schedule).items():
        line = Row(f"{prefix}.{key}", f"{label}: {words}", money, FLOW, f"{{{own_prefix}.{key}}} * {{{rate}}}")
        if moved in ACCRUED:
            sheet.line(line)
            continue
        line = line._replace(formula=f"SUMIFS({{{reported_prefix}.{moved}}}, {{{events}}}, {{time.period}})")
        sheet.put(line, schedule.values[f"{reported_prefix}.{moved}"] @ falls)  # rows of another block are summed up
    for key, words in (("closing", "closing"), ("accrued", "interest and fees owed")):
        text = f"{{{own_prefix}.{key}}} * {{exchange.{code}.closing}}"
        before = f"({sheet.rows[f'{own_prefix}.{key}'].before}) * {{exchange.{code}.before}}"
        sheet.line(Row(f"{prefix}.{key}", f"{label}: {words}", money, STOCK, text, before))
    sheet.line(Row(f"{prefix}.opening", f"{label}: opening", money, STOCK, f"{{{prefix}.closing@-1}}"))
    _revaluations(sheet, prefix, label, money)
    _fee(sheet, plan, name, prefix, own_prefix)


def _revaluations(sheet: Sheet, prefix: str, label: str, money: str) -> None:
    """Write by how much new rates change what is owed."""
    # What flows do not explain: each was translated at its own rate, balances at the closing one.
    text = f"{{{prefix}.closing}} - {{{prefix}.opening}} - {{{prefix}.draws}}"
    text += f" - {{{prefix}.capitalized}} + {{{prefix}.principal}}"
    sheet.line(Row(f"{prefix}.closing_revaluation", f"{label}: debt revalued", money, FLOW, text))
    text = f"{{{prefix}.accrued}} - {{{prefix}.accrued@-1}} - {{{prefix}.interest}} - {{{prefix}.fees}}"
    text += f" + {{{prefix}.interest_paid}} + {{{prefix}.fees_paid}} + {{{prefix}.capitalized}}"
    words = f"{label}: interest and fees owed, revalued"
    sheet.line(Row(f"{prefix}.accrued_revaluation", words, money, FLOW, text))


def _fee(sheet: Sheet, plan: Plan, name: str, prefix: str, own_prefix: str) -> None:
    """Write the upfront fee still to be expensed, at the rate of the day on which it was paid."""
    loan, code, money = plan.loans[name], plan.loan_currency(name), plan.currency
    label, rates = loan.title or key_in_words(name), day_rates(plan, code)
    day_rate = rates.rates_on([serial(loan.signed)])
    text = rates.text(f"{{{prefix}.signed_on}}")
    rate = sheet.give(
        f"{prefix}.fee_rate", f"{money}/{code}", day_rate if day_rate.ndim > 1 else day_rate[0], formula=text
    )
    for key, words, nature in (
        ("deferred_fee", "upfront fee not yet expensed", STOCK),
        ("fee_amortization", "upfront fee expensed", FLOW),
    ):
        before = f"({sheet.rows[f'{own_prefix}.{key}'].before}) * {rate}" if nature == STOCK else "0"
        sheet.line(
            Row(f"{prefix}.{key}", f"{label}: {words}", money, nature, f"{{{own_prefix}.{key}}} * {rate}", before)
        )


def reported_row(plan: Plan, name: str, key: str) -> str:
    """Return the path of the row of a loan's schedule that has an amount in the reporting currency.

    Parameters
    ----------
    plan, name, key : Plan, str, str
        The plan, the loan, and the last part of the path.
    """
    inner = "" if plan.loan_currency(name) == plan.currency else "reported."
    return f"loans.{name}.schedule.{inner}{key}"
