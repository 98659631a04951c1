"""Rounding to a step, as banks do it and as spreadsheets show it."""

from __future__ import annotations

from typing import Final

import numpy as np

from fibercap.core.units import Array

WAYS: Final = ("half_up", "half_even", "up", "down", "none")


def round_to_step(value: Array | float, step: Array | float, way: str) -> Array:
    """Return amounts rounded to whole steps; negative amounts are rounded like positive ones.

    An amount that differs from a tie, or from a whole step, only by the errors of floating-point arithmetic counts as
    equal to it, as in spreadsheets: 1.005 to a step of 0.01 is 1.01.

    Parameters
    ----------
    value : (...)
        Amounts. [any]
    step : (...)
        Such as 0.01. [the same]
    way : str
        `half_up` (ties away from zero), `half_even`, `up` (away from zero), `down`, or `none`.

    Raises
    ------
    ValueError
        If the way is unknown.

    Source
    ------
    Own derivation; ties as IEEE 754-2019, 4.3, says for decimal numbers.
    """
    if way not in WAYS:
        raise ValueError(f"unknown rounding `{way}`; known: {', '.join(WAYS)}")
    if way == "none":
        return np.asarray(value)
    steps = np.asarray(value) / step
    size = np.abs(steps)
    # An absolute part for small counts of steps, a relative one for counts near the 16 digits of a float.
    slack = 1e-9 + 2e-15 * size
    if way == "up":
        count = np.ceil(size - slack)
    elif way == "down":
        count = np.floor(size + slack)
    else:
        count = np.floor(size + 0.5 + slack)
        if way == "half_even":
            tie = np.abs(size + 0.5 - count) <= slack
            count = count - (tie & (count % 2 == 1))
    return np.asarray(np.copysign(count, steps) * step)


def rounded_text(text: str, step: str, way: str) -> str:
    """Return a formula text that rounds as `round_to_step` does; the ROUND of spreadsheets takes ties away from zero.

    Parameters
    ----------
    text, step : str
        Formula texts of the amount and of the step, in the same unit.
    way : str
        As in `round_to_step`.

    Source
    ------
    Own derivation: ROUND gives the nearest step; the same slack as in `round_to_step` corrects it.
    """
    if way == "none":
        return text
    near = f"ROUND(({text}) / {step}, 0)"
    if way == "half_up":  # a spreadsheet may round a tie down that lacks its last binary digit
        return f"ROUND(({text}) / {step} * (1 + 0.000000000000001), 0) * {step}"
    slack = f"(0.000000001 + 0.000000000000002 * {near})"
    if way in ("up", "down"):
        sign, than = ("+", "<") if way == "up" else ("-", ">")
        gap = f"{near} {than} ({text}) / {step} {'-' if way == 'up' else '+'} {slack}"
        return f"({near} {sign} IF({gap}, 1, 0)) * {step}"
    half = f"{near} - ({text}) / {step}"
    odd = f"IF(ROUND({near} / 2, 0) = {near} / 2, 0, 1)"
    return f"({near} - IF(AND({half} >= 0.5 - {slack}, {half} <= 0.5 + {slack}), {odd}, 0)) * {step}"
