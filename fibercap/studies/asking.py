"""What a person asks for in words, as numbers in the units of what is asked about."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fibercap.core.errors import FibercapError
from fibercap.core.units import QuantityTextError, conversion, in_words, split_quantity, unit_text
from fibercap.model.measures import measure_named
from fibercap.model.projection import project
from fibercap.studies.levers import lever

if TYPE_CHECKING:
    from fibercap.model.scenario import Scenario


def number_of(text: str, unit: str, what: str, *, share: bool = False) -> float:
    """Return a quantity as a number in a house unit; zero needs no unit.

    Raises
    ------
    FibercapError
        If it is no quantity, or in another unit.
    """
    try:
        number, written = split_quantity(text)
    except QuantityTextError as error:
        raise FibercapError(f"{what}: found {error.found}, wanted {error.wanted}; {error.hint}") from None
    factor = conversion(written, unit)
    if number == 0 and not written:
        return 0.0
    if factor is None or (share and not written):
        example = "70 %" if share else f"{number:.15g} {unit_text({'1/year': '%/year'}.get(unit, unit))}".strip()
        wanted = "a share" if share else in_words(unit)
        raise FibercapError(f"{what}: found `{text}`, wanted {wanted}; write it like `{example}`")
    return number * factor


def share_of(text: str) -> float:
    """Return a share that is written in %."""
    return number_of(text, "", "--gearing", share=True)


def target_of(scenario: Scenario, measure: str, text: str) -> float:
    """Return what a measure is to be, in its unit."""
    return number_of(text, measure_named(project(scenario), measure).unit, f"--equals, for {measure}")


def ends_of(scenario: Scenario, path: str, between: tuple[str, str]) -> tuple[float, float]:
    """Return the ends between which an input is moved: values of one number, factors on several."""
    moved = lever(scenario, path)
    low, high = (number_of(text, moved.unit if moved.alone else "", f"--between, for {path}") for text in between)
    return low, high
