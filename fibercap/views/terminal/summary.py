"""The summary of ten lines with which `run` begins."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from fibercap.model.cash.reserves import free_cash
from fibercap.studies.covenants import FAIL, PASS
from fibercap.views.sentences import quantity_text

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from fibercap.core.units import Array
    from fibercap.model.measures.measure import Measure
    from fibercap.model.projection import Projection
    from fibercap.studies.claims import Outcome
    from fibercap.studies.covenants import CovenantResult


def summary(
    projection: Projection,
    measures: Mapping[str, Measure],
    claims: Mapping[str, Outcome],
    covenants: Mapping[str, CovenantResult],
    warnings: Sequence[str],
) -> dict[str, str]:
    """Return the ten lines of the summary by their heads: peaks and lows with their dates, claims, worth, warnings.

    Parameters
    ----------
    projection : Projection
        The plan's results; of a batch, those of its first sample.
    measures : mapping
        The measures by name.
    claims, covenants : mapping
        Outcomes of the claims and tests of the covenants, by name.
    warnings : sequence of str
        Warnings about the plan.
    """
    evidence = projection.scenario.evidence()
    return {
        "Capacity": _capacity(projection),
        "Sales": _by_year(projection, "accounts.revenue"),
        "EBITDA": _by_year(projection, "accounts.ebitda"),
        "Lowest cash": _lowest_cash(projection, measures["lowest_cash"]),
        "Lowest cover": _cover(measures["min_dscr"]),
        "Claims": _claims(list(claims.values())),
        "Covenants": _covenants(covenants),
        "Owners' worth": _worth(*(measures[key] for key in ("equity_npv", "equity_irr", "project_npv"))),
        "Warnings": f"{len(warnings)}: {'; '.join(_first_clause(text) for text in warnings)}" if warnings else "none",
        "Inputs": f"{sum(evidence.values())}: {', '.join(f'{count} {kind}' for kind, count in evidence.items())}",
    }


def _capacity(projection: Projection) -> str:
    """Return the highest effective capacity and nameplate, each with the period in which it is reached."""
    units = projection.scenario.product_units
    return "; ".join(_capacity_in(projection, unit) for unit in units) if units else "no plants"


def _capacity_in(projection: Projection, unit: str) -> str:
    rate = f"{unit}/year"
    effective, nameplate = (_of_plants(projection, key, unit) for key in ("effective_capacity", "nameplate"))
    peak, label = _first(effective, float(effective.max())), projection.timeline.labels
    begins = _amount(float(effective[0]), rate)
    rises = f", up from {begins} in {label[0]}" if effective[peak] > effective[0] else ""
    highest = _first(nameplate, float(nameplate.max()))
    parts = f"{_amount(float(effective[peak]), rate)} effective in {label[peak]}{rises}"
    return f"{parts}; nameplate {_amount(float(nameplate[highest]), rate)} from {label[highest]}"


def _of_plants(projection: Projection, key: str, unit: str) -> Array:
    """Return the sum of a row over the plants of a unit, (period,)."""
    total: Array = np.zeros(len(projection.timeline.labels))
    for plant in projection.scenario.plants:
        if projection.scenario.unit_of_plant(plant) == unit:
            total = total + projection.value(f"plants.{plant}.{key}")[0]
    return total


def _first(values: Array, level: float) -> int:
    """Return the index at which values first reach a level, within rounding."""
    return int(np.argmax(np.abs(values - level) <= 1e-9 * max(abs(level), 1.0)))


def _by_year(projection: Projection, path: str) -> str:
    """Return a row's value in the first and last year, and in the lowest and highest where these are others."""
    values = {year: float(value[0]) for year, value in projection.by(path).items()}
    years, unit = list(values), projection.rows[path].unit
    ends = dict.fromkeys([years[0], years[-1]])
    parts = [f"{_amount(values[year], unit)} in {year}" for year in ends]
    for word, extreme in (("lowest", min), ("highest", max)):
        year = extreme(years, key=lambda each: values[each])
        if values[year] not in {values[end] for end in ends}:
            parts.append(f"{word} {_amount(values[year], unit)} in {year}")
    return ", ".join(parts)


def _lowest_cash(projection: Projection, measure: Measure) -> str:
    cash = projection.value(free_cash(projection.scenario))[0]
    label = projection.timeline.labels[_first(cash, float(cash.min()))]
    return f"{_amount(measure.value, measure.unit)} at the end of {label}"


def _cover(measure: Measure) -> str:
    if measure.value is None:
        return f"undefined: {measure.reason}"
    none = "; nothing is left to cover debt service" if measure.value <= 0 else ""
    return f"DSCR {_amount(measure.value, measure.unit)} over the twelve months to the end of {measure.when}{none}"


def _claims(outcomes: Sequence[Outcome]) -> str:
    """Return how many claims hold, how many fail as expected, and those that are not as expected."""
    if not outcomes:
        return "none"
    hold = sum(outcome.holds for outcome in outcomes)
    expected = sum(outcome.as_expected and not outcome.holds for outcome in outcomes)
    surprises = [outcome.says for outcome in outcomes if not outcome.as_expected]
    parts = [f"{hold} of {len(outcomes)} hold"]
    parts += [f"{expected} fail{'s' * (expected == 1)} as expected"] if expected else []
    parts += [f"not as expected: {', '.join(surprises)}"] if surprises else []
    return "; ".join(parts)


def _covenants(tested: Mapping[str, CovenantResult]) -> str:
    """Return how many covenants are kept or not tested, and those that are broken."""
    if not tested:
        return "none"
    verdicts = [each.verdict for each in tested.values()]
    broken = [each.title for each in tested.values() if each.verdict == FAIL]
    passed, missing = verdicts.count(PASS), len(verdicts) - verdicts.count(PASS) - len(broken)
    parts = [f"{passed} of {len(verdicts)} kept"]
    parts += [f"broken: {', '.join(broken)}"] if broken else []
    parts += [f"{missing} not tested"] if missing else []
    return "; ".join(parts)


def _worth(npv: Measure, irr: Measure, before_financing: Measure) -> str:
    """Return NPV and IRR of the owners in words, and that of projects which are worth nothing before financing."""
    if npv.value is None:
        return f"NPV undefined: {npv.reason}"
    loss = before_financing.value
    alone = f"; the projects before financing {_amount(loss, npv.unit)}" if (loss or 0.0) < 0 <= npv.value else ""
    rate = _amount(irr.value, irr.unit) or f"undefined: {irr.reason}"
    return f"NPV {_amount(npv.value, npv.unit)}, IRR {rate}{alone}"


def _amount(value: float | None, unit: str) -> str:
    return " ".join(quantity_text(value, unit)).rstrip() if value is not None else ""


def _first_clause(text: str) -> str:
    """Return a warning up to its first semicolon; it is printed in full above."""
    return text.partition("; ")[0]
