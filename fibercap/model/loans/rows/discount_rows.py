"""The rows of a loan's discount factors, one series for each rate it bears."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from fibercap.core.timeline import STOCK

if TYPE_CHECKING:
    from collections.abc import Mapping

    from fibercap.core.units import Array
    from fibercap.model.loans.events.discounting import Discounts
    from fibercap.model.loans.events.prepared import Prepared


def discount_rows(prepared: Prepared, discounts: Discounts) -> None:
    """Write the discount factors of later payments, at the rate in force and at each rate of the loan.

    Writes `annuity` and `discount`, if the style of repayment reads them, under `prepared.setting.prefix`. A loan of
    several rates also gets `rate_step` and a series for each rate, such as `annuity_0`.

    Parameters
    ----------
    prepared : Prepared
        The schedule whose rows are written.
    discounts : Discounts
        Factors by rate, each (event,) or (sample, event). [1]

    Source
    ------
    docs/conventions.md, section 4, Principal.
    """
    rates, prefix, keys = prepared.rates, prepared.setting.prefix, prepared.setting.loan.repayment.discounts
    count = rates.choices
    bases = sorted({step // count for step in discounts.steps})
    steps = [base * count + choice for base in bases for choice in range(count)]
    series = {step: {key: discounts.row(key, rates.values[step]) for key in keys} for step in steps}
    if len(steps) == 1:
        _series_rows(prepared, "", rates.texts[steps[0]], series[steps[0]])
        return
    numbers = np.array(prepared.steps, dtype=float)
    reads = (*prepared.calendar_reads["rate_set_on"], prepared.rate_read(), *prepared.term_reads())
    if count == 1:
        prepared.put_known("rate_step", "Number of the rate", "", numbers, reads)
    else:
        first = numbers - numbers % count
        prepared.put_known("rate_base", "Number of the first rate to choose from", "", first, reads)
        text = f"{{{prefix}.rate_base}} + {rates.choice}"
        prepared.put("rate_step", "Number of the rate", "", text, numbers, STOCK)  # its choice is not known yet
    for step in steps:
        _series_rows(prepared, f"_{step}", rates.texts[step], series[step])
    for key in keys:
        terms = [f"IF({{{prefix}.rate_step}} = {n}, {{{prefix}.{key}_{n}}}, 0)" for n in steps]
        value = sum(np.where(numbers == step, series[step][key], 0.0) for step in steps)
        prepared.put(key, _LABELS[key], "", " + ".join(terms), np.asarray(value), STOCK)


_LABELS = {"annuity": "Discount factors of later payments", "discount": "Discount factor of maturity"}


def _series_rows(prepared: Prepared, suffix: str, rate: str, series: Mapping[str, Array]) -> None:
    prefix, compounding = prepared.setting.prefix, prepared.setting.loan.compounding
    grown = f"1 + {rate} * {{{prefix}.period_fraction@1}}"
    if compounding != "nominal":
        one, times = prepared.sheet.give("time.one_year", "year", 1.0), 1 if compounding == "effective" else 2
        grown = f"(1 + {rate} * {one} / {times})^({{{prefix}.period_fraction@1}} * {times} / {one})"
    for key, value in series.items():
        here = f"{{{prefix}.{key}{suffix}@1}}"
        later = f"({{{prefix}.repays@1}} + {here})" if key == "annuity" else here
        text = f"IF({{{prefix}.period_fraction@1}} > 0, {later} / ({grown}), {here})"
        if key == "discount":
            text = f"IF({{{prefix}.is_final}} > 0, 1, {text})"
        # `put` and not `line`: the formula reads its own next column; the kernel has the values of all rates
        prepared.put(f"{key}{suffix}", _LABELS[key], "", text, value, STOCK)
