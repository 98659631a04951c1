"""Which of several ways to pay is to be taken: the one worth most to the owners among those that hold."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

    from fibercap.studies.compare import Comparison

WORTH: Final = ("equity_npv", "equity_irr", "all_in_cost")
"""What cases are judged by: the first measure that some case has."""


@dataclass(frozen=True)
class Decision:
    """The case to be taken, the measure that decided ("" if none could), and by case what speaks against it."""

    chosen: str
    measure: str
    faults: Mapping[str, tuple[str, ...]]

    @property
    def sound(self) -> tuple[str, ...]:
        """The cases that nothing speaks against."""
        return tuple(name for name, faults in self.faults.items() if not faults)


def decide(comparison: Comparison) -> Decision:
    """Return the case that is worth most to its owners among those that hold, or among all.

    A case holds if it keeps every covenant, every use has a source, and cash is never negative. Of cases of equal worth
    the baseline comes first, then those before others in the scenario.

    Parameters
    ----------
    comparison : Comparison
        The cases.
    """
    faults = {
        name: tuple(found.fault for found in case.findings if found.stops) for name, case in comparison.cases.items()
    }
    among = [name for name, found in faults.items() if not found] or list(faults)
    among.sort(key=lambda name: name != comparison.baseline)
    measure = next((key for key in WORTH if any(_value(comparison, name, key) is not None for name in among)), WORTH[0])
    known = {name: value for name in among if (value := _value(comparison, name, measure)) is not None}
    if not known:
        return Decision(among[0], "", faults)
    better = comparison.cases[among[0]].measures[measure].better
    chosen = (min if better == "lower" else max)(known, key=lambda name: known[name])
    return Decision(chosen, measure, faults)


def _value(comparison: Comparison, name: str, measure: str) -> float | None:
    found = comparison.cases[name].measures.get(measure)
    return found.value if found else None
