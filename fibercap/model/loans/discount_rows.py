"""The rows of a loan's discount factors, one series for each rate it bears."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from fibercap.core.timeline import STOCK

if TYPE_CHECKING:
    from fibercap.core.units import Array
    from fibercap.model.loans.discounting import Discounts
    from fibercap.model.loans.prepared import Prepared


def discount_rows(prepared: Prepared, discounts: Discounts) -> None:
    """Write what later payments are worth at the rate in force, and at each other rate that the loan bears."""
    steps = discounts.steps
    balloon = bool(np.any(prepared.setting.loan.repayment.left))
    series = {step: discounts.rows(step) for step in steps}
    if len(steps) == 1:
        _series_rows(prepared, "", prepared.rate_texts[steps[0]], series[steps[0]], balloon=balloon)
        return
    held = np.array(prepared.steps, dtype=float)
    reads = (*prepared.calendar_reads()["rate_set_on"], prepared.rate_read())
    prepared.put_known("rate_step", "Number of the rate", "", held, reads)
    for step in steps:
        _series_rows(prepared, f"_{step}", prepared.rate_texts[step], series[step], balloon=balloon)
    for place, key in enumerate(("annuity", *(["discount"] if balloon else []))):
        terms = [
            f"IF({{{prepared.setting.at}.rate_step}} = {n}, {{{prepared.setting.at}.{key}_{n}}}, 0)" for n in steps
        ]
        value = sum(np.where(held == step, series[step][place], 0.0) for step in steps)
        prepared.put(key, _LABELS[key], "", " + ".join(terms), np.asarray(value), STOCK)


_LABELS = {"annuity": "Discount factors of later payments", "discount": "Discount factor of maturity"}


def _series_rows(prepared: Prepared, suffix: str, rate: str, series: tuple[Array, Array], *, balloon: bool) -> None:
    at, compounding = prepared.setting.at, prepared.setting.loan.compounding
    grown = f"1 + {rate} * {{{at}.period_fraction@1}}"
    if compounding != "nominal":
        one, times = prepared.sheet.give("time.one_year", "year", 1.0), 1 if compounding == "effective" else 2
        grown = f"(1 + {rate} * {one} / {times})^({{{at}.period_fraction@1}} * {times} / {one})"
    sums, finals = series
    here = f"{{{at}.annuity{suffix}@1}}"
    text = f"IF({{{at}.period_fraction@1}} > 0, ({{{at}.repays@1}} + {here}) / ({grown}), {here})"
    prepared.put(f"annuity{suffix}", _LABELS["annuity"], "", text, sums, STOCK)
    if balloon:
        here = f"{{{at}.discount{suffix}@1}}"
        text = f"IF({{{at}.period_fraction@1}} > 0, {here} / ({grown}), {here})"
        text = f"IF({{{at}.is_final}} > 0, 1, {text})"
        prepared.put(f"discount{suffix}", _LABELS["discount"], "", text, finals, STOCK)
