"""Warnings of what agreements bar: dividends and payouts, draws on loans, and what owners pay; of short reserves."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from fibercap.model.cash.draw_stop import stopped_row, stopping_loans
from fibercap.model.cash.reserves import reserved_loans, short_reserves
from fibercap.model.funding.rows import availability

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fibercap.model.projection import Projection


def barred_by_terms(projection: Projection) -> Iterator[str]:
    """Yield a warning of each thing that a covenant, or the limit of what owners pay, bars in the first sample."""
    yield from _lock_ups(projection)
    yield from _owners_limit(projection)
    yield from _draw_stops(projection)
    yield from _short_reserves(projection)


def _short_reserves(projection: Projection) -> Iterator[str]:
    """Warn of the periods in which a reserve is short of its target, which bars payouts."""
    plan, labels = projection.scenario, projection.timeline.labels
    for name, row in zip(reserved_loans(plan), short_reserves(plan), strict=True):
        lacks, loan = projection.value(row)[0], plan.loan_title(name)
        below = np.flatnonzero(lacks > float(projection.trifle.value.flat[0]))
        if len(below):
            bars = ", which bars payouts" if plan.company.payouts is not None else ""
            yield (
                f"the reserve of {loan} is short of its target in {len(below)} of {len(lacks)} periods, first in "
                f"{labels[below[0]]}, by up to {lacks.max():,.0f} {plan.currency}{bars}"
            )


def _draw_stops(projection: Projection) -> Iterator[str]:
    """Warn of the periods in which a broken covenant stops the draws on a loan that something draws."""
    timeline, plan = projection.timeline, projection.scenario
    for name in stopping_loans(plan):
        if not (plan.uses_of_loan(name) or plan.loans[name].draws or plan.loans[name].revolves):
            continue
        stopped = projection.value(stopped_row(name))[0] * availability(plan.loans[name], timeline) > 0
        if stopped.any():
            first, count = timeline.labels[int(np.argmax(stopped))], int(stopped.sum())
            more = f", {count} in all" if count > 1 else ""
            yield f"{plan.loan_title(name)}: a broken covenant stops draws, from {first} on{more}"


def _owners_limit(projection: Projection) -> Iterator[str]:
    """Warn if owners pay all that they will ever pay: what else they are asked for has no source."""
    limit = projection.scenario.company.equity_limit
    if limit is None:
        return
    left, trifle = projection.value("accounts.equity_left")[0], float(projection.trifle.value.flat[0])
    if left.min() <= trifle:
        when, money = projection.timeline.labels[int(np.argmax(left <= trifle))], projection.scenario.currency
        yield (
            f"owners have paid the {float(np.ravel(limit)[0]):,.0f} {money} of `company.equity_limit` by {when}; what "
            "they are asked for beyond it has no source"
        )


def _lock_ups(projection: Projection) -> Iterator[str]:
    """Warn of dividends that lock-ups bar, and of payouts that they hold back."""
    labels, money, trifle = (
        projection.timeline.labels,
        projection.scenario.currency,
        float(projection.trifle.value.flat[0]),
    )
    if "accounts.dividends_barred" in projection.rows:
        barred = projection.value("accounts.dividends_barred")[0]
        if barred.sum() > trifle:
            first = labels[int(np.flatnonzero(np.cumsum(barred) > trifle)[0])]
            yield f"dividends of {barred.sum():,.0f} {money} are locked up by covenants, from {first} on"
    if "accounts.payouts_held" in projection.rows:
        waiting = projection.value("accounts.payouts_held")[0]
        if waiting.max() > trifle:
            first, last = labels[int(np.argmax(waiting > trifle))], "and are paid when the lock-up has ended"
            if waiting[-1] > trifle:
                last = f"and {waiting[-1]:,.0f} {money} are not yet paid at the horizon"
            yield f"payouts of up to {waiting.max():,.0f} {money} are held back by covenants, from {first} on, {last}"
