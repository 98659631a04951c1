"""Which of several ways to pay is to be taken: the one worth most to the owners among those that hold."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

    from fibercap.model.measure import Measure
    from fibercap.studies.compare import Comparison
    from fibercap.studies.covenants import Tested

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
        name: faults_of(case.covenants, case.measures, comparison.currency, float(case.projection.trifle.value.flat[0]))
        for name, case in comparison.cases.items()
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


def faults_of(
    promises: Mapping[str, Tested], measures: Mapping[str, Measure], money: str, trifle: float
) -> tuple[str, ...]:
    """Return what speaks against a plan, in words: covenants that it breaks, uses without a source, negative cash.

    Parameters
    ----------
    promises, measures : mapping
        The covenants as tested, and the measures, of a projection.
    money : str
        The reporting currency.
    trifle : float
        The largest amount that counts as no money. [money]
    """
    told = [f"breaks {key}" for key, tested in promises.items() if tested.broken]
    gap, cash = (measures[key].value or 0.0 for key in ("funding_gap", "lowest_cash"))
    told += [f"{gap:,.0f} {money} of uses have no source"] if gap > trifle else []
    return (*told, *([f"cash falls to {cash:,.0f} {money}"] if cash < -trifle else []))
