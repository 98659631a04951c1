"""Loans in other currencies, in the reporting one: accruals at averages, payments at a day's rate, debt at closing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from fibercap.core.calendar import serial
from fibercap.core.rows import Row, Sheet
from fibercap.core.timeline import FLOW, STOCK
from fibercap.model.exchange import day_rates
from fibercap.model.loans.block import ACCRUED
from fibercap.model.loans.periods import FLOWS

if TYPE_CHECKING:
    from fibercap.core.rows import Block
    from fibercap.core.units import Array
    from fibercap.model.plan import Plan

OWN = "own"
"""Where the rows in a loan's own currency stand, under the loan."""


def translated_rows(sheet: Sheet, plan: Plan, name: str, schedule: Block) -> None:
    """Write a loan's rows in the reporting currency, from those under `own` and from its schedule.

    Source
    ------
    docs/conventions.md, section 6: accruals at the period's average rate; what moves on a day at that day's, what
    funding draws at the average; debt and accrued interest at the closing rate; what that leaves is revaluation. The
    upfront fee, once paid, stays at the rate of its day.
    """
    at, money, code = f"loans.{name}", plan.currency, plan.loan_currency(name)
    label, rate = plan.loans[name].title or name, f"exchange.{code}.average"
    own, reported_at, events = f"{at}.{OWN}", f"{schedule.name}.reported", f"{schedule.name}.period"
    falls = (schedule.values[events][:, None] == np.arange(1.0, sheet.length + 1)).astype(float)
    for moved, (key, words) in FLOWS.items():
        if moved in ACCRUED:
            text, value = f"{{{own}.{key}}} * {{{rate}}}", sheet.value(f"{own}.{key}") * sheet.value(rate)
        else:
            text = f"SUMIFS({{{reported_at}.{moved}}}, {{{events}}}, {{time.period}})"
            value = np.asarray(schedule.values[f"{reported_at}.{moved}"] @ falls)
        sheet.put(Row(f"{at}.{key}", f"{label}: {words}", money, FLOW, text), value)
    closing, before = sheet.value(f"exchange.{code}.closing"), sheet.given(f"exchange.{code}.before")
    for key, words in (("closing", "closing"), ("accrued", "interest and fees owed")):
        text = f"{{{own}.{key}}} * {{exchange.{code}.closing}}"
        first = f"({sheet.rows[f'{own}.{key}'].before}) * {{exchange.{code}.before}}"
        row = Row(f"{at}.{key}", f"{label}: {words}", money, STOCK, text, first)
        sheet.put(row, sheet.value(f"{own}.{key}") * closing)
    edges = _edges(sheet.value(f"{own}.opening")[..., :1] * before, sheet.value(f"{at}.closing"))
    sheet.put(Row(f"{at}.opening", f"{label}: opening", money, STOCK, f"{{{at}.closing@-1}}"), edges[..., :-1])
    accrued = _edges(opened(sheet, own, "accrued") * before, sheet.value(f"{at}.accrued"))
    _revaluations(sheet, at, label, money, accrued)
    _fee(sheet, plan, name, at, own)


def opened(sheet: Sheet, at: str, key: str) -> Array:
    """Return a loan's balance at the horizon's start, from its first period backwards, `(1,)` or `(draw, 1)`."""
    moves = {
        "closing": ("draws capitalized", "principal"),
        "accrued": ("interest fees", "interest_paid fees_paid capitalized"),
        "deferred_fee": ("upfront_fee", "fee_amortization upfront_fee_to_assets"),
    }[key]
    value = sheet.value(f"{at}.{key}")[..., :1]
    for sign, keys in zip((-1.0, 1.0), moves, strict=True):
        for row in (f"{at}.{flow}" for flow in keys.split()):
            value = value + (sign * sheet.value(row)[..., :1] if row in sheet else 0.0)
    row = f"{at}.{key}_revaluation"
    return value - sheet.value(row)[..., :1] if row in sheet else value


def _edges(start: Array, ends: Array) -> Array:
    """Return what stands at the horizon's start and at period ends, (..., period + 1)."""
    shape = np.broadcast_shapes(ends.shape[:-1], np.shape(start)[:-1])
    parts = (np.broadcast_to(start, (*shape, 1)), np.broadcast_to(ends, (*shape, ends.shape[-1])))
    return np.concatenate(parts, axis=-1)


def _revaluations(sheet: Sheet, at: str, label: str, money: str, accrued: Array) -> None:
    """Write by how much new rates change what is owed; `accrued` is what interest and fees owe, from the start on."""
    flow = {key: sheet.value(f"{at}.{key}") for key, _ in FLOWS.values()}
    value = (
        sheet.value(f"{at}.closing")
        - sheet.value(f"{at}.opening")
        - flow["draws"]
        - flow["capitalized"]
        + flow["principal"]
    )
    text = f"{{{at}.closing}} - {{{at}.opening}} - {{{at}.draws}} - {{{at}.capitalized}} + {{{at}.principal}}"
    row = Row(f"{at}.closing_revaluation", f"{label}: debt revalued", money, FLOW, text)
    sheet.put(row, value)
    moved = flow["interest"] + flow["fees"] - flow["interest_paid"] - flow["fees_paid"] - flow["capitalized"]
    text = f"{{{at}.accrued}} - {{{at}.accrued@-1}} - {{{at}.interest}} - {{{at}.fees}}"
    text += f" + {{{at}.interest_paid}} + {{{at}.fees_paid}} + {{{at}.capitalized}}"
    row = Row(f"{at}.accrued_revaluation", f"{label}: interest and fees owed, revalued", money, FLOW, text)
    sheet.put(row, np.diff(accrued, axis=-1) - moved)


def _fee(sheet: Sheet, plan: Plan, name: str, at: str, own: str) -> None:
    """Write the upfront fee still to be expensed, at the rate of the day on which it was paid."""
    loan, code, money = plan.loans[name], plan.loan_currency(name), plan.currency
    label, rates = loan.title or name, day_rates(plan, code)
    paid_at = rates.on([serial(loan.signed)])
    text = rates.text(f"{{{at}.signed_on}}")
    rate = sheet.give(f"{at}.fee_rate", f"{money}/{code}", paid_at if paid_at.ndim > 1 else paid_at[0], formula=text)
    for key, words, nature in (
        ("deferred_fee", "upfront fee not yet expensed", STOCK),
        ("fee_amortization", "upfront fee expensed", FLOW),
    ):
        before = f"({sheet.rows[f'{own}.{key}'].before}) * {rate}" if nature == STOCK else "0"
        row = Row(f"{at}.{key}", f"{label}: {words}", money, nature, f"{{{own}.{key}}} * {rate}", before)
        sheet.put(row, sheet.value(f"{own}.{key}") * paid_at)


def reported(plan: Plan, name: str, key: str) -> str:
    """Return the row of a loan's schedule that has an amount in the reporting currency."""
    inner = "" if plan.loan_currency(name) == plan.currency else "reported."
    return f"loans.{name}.schedule.{inner}{key}"
