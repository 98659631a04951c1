"""Quantities in options of the command line, as numbers in house units."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy as np

from fibercap.core.errors import FibercapError
from fibercap.core.language.input_hints import advice, misfit, quote
from fibercap.core.language.limits import amount_text, most
from fibercap.core.language.unit_hints import fitting, spoken_unit, takes
from fibercap.core.language.unit_words import in_words
from fibercap.core.period_names import is_business_year
from fibercap.core.units import QuantityTextError, conversion, split_quantity, unit_text
from fibercap.model.measures.all_measures import measure_named
from fibercap.model.project import project
from fibercap.studies.movable_inputs import lever

if TYPE_CHECKING:
    from fibercap.model.plan.scenario import Scenario


def number_of(text: str, unit: str, what: str, *, share: bool = False) -> float:
    """Return a quantity as a number in a house unit; zero needs no unit.

    Raises
    ------
    FibercapError
        If the text is not a quantity, or has another unit.
    """
    house, wanted = ("percent", "a share") if share else (unit, in_words(unit))

    def fit(other: str) -> str:
        return fitting(other, house, lambda proposal: takes(proposal, house, -np.inf, np.inf))

    try:
        number, written = split_quantity(text)
    except QuantityTextError as error:
        example = "`70 %`" if share else f"`{f'5 {spoken_unit(unit)}'.strip()}`"
        actual, wanted, hint = advice(text, error, wanted, example, fit)
        raise FibercapError(error.code, f"{what}: found {actual}, wanted {wanted}", hint) from None
    factor = conversion(written, unit)
    if number == 0 and not written:
        return 0.0
    if factor is None or (share and not written):
        code, *_, hint = misfit(text, house, wanted, fit)
        if code == "other_currency":  # results are in one currency, whatever rates of exchange there are
            hint = f"write it in `{spoken_unit(unit)}`, in which the plan reports"
        raise FibercapError(code, f"{what}: found {quote(text)}, wanted {wanted}", hint)
    if not abs(number * factor) <= most(unit):
        largest = f"{amount_text(most(unit))} {unit_text(unit)}".strip()
        raise FibercapError("out_of_range", f"{what}: found {quote(text)}, wanted at most {largest}")
    return number * factor


def years_of(text: str) -> tuple[str, str]:
    """Return the names of the first and the last of some years, written `2002-2003`, `2002` or `FY2002-FY2003`.

    Raises
    ------
    FibercapError
        If the text is not a range of years, or the first year comes after the last.
    """
    match = re.fullmatch(r"((?:FY)?[12][0-9]{3})(?:\s*-\s*((?:FY)?[12][0-9]{3}))?", text.strip())
    first, last = (match[1], match[2] or match[1]) if match else ("", "")
    if match is None or is_business_year(first) is not is_business_year(last):
        hint = "write them like `2002-2003` or `2002`, business years like `FY2002-FY2003`"
        raise FibercapError("not_a_time", f"--years: found {quote(text)}, wanted years", hint)
    if first > last:
        raise FibercapError(
            "ends_before_start", f"--years: {first} comes after {last}", f"write the first year first: `{last}-{first}`"
        )
    return first, last


def ratio_of(text: str, what: str) -> float:
    """Return a ratio such as `1.3`; `what` is the option that it is given to, for the message."""
    return number_of(text, "", what)


def share_of(text: str) -> float:
    """Return the share that `--gearing` gives in %."""
    return number_of(text, "", "--gearing", share=True)


def target_of(scenario: Scenario, measure: str, text: str) -> float:
    """Return the target that `--equals` gives for a measure, in the measure's unit."""
    return number_of(text, measure_named(project(scenario), measure).unit, f"--equals, for {measure}")


def ends_of(scenario: Scenario, path: str, between: tuple[str, str]) -> tuple[float, float]:
    """Return the range that `--between` gives for an input: values of a single number, factors on several values."""
    moved = lever(scenario, path)
    low, high = (number_of(text, moved.unit if moved.alone else "", f"--between, for {path}") for text in between)
    return low, high
