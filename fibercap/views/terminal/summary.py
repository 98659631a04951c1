"""The ten lines with which `run` begins: what a plan comes to, before its tables."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from fibercap.studies.covenants import FAIL, PASS
from fibercap.views.sentences import quantity_text

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from fibercap.core.units import Array
    from fibercap.model.measures.measure import Measure
    from fibercap.model.projection import Projection
    from fibercap.studies.claims import Outcome
    from fibercap.studies.covenants import Tested


def summary(
    projection: Projection,
    found: Mapping[str, Measure],
    claims: Mapping[str, Outcome],
    covenants: Mapping[str, Tested],
    warned: Sequence[str],
) -> dict[str, str]:
    """Return ten lines by their heads: what is reached and when, what is lowest and when, and what it rests on.

    Parameters
    ----------
    projection : Projection
        What a plan leads to; of a batch, its first sample.
    found : mapping
        Its measures by name.
    claims, covenants : mapping
        What became of them.
    warned : sequence of str
        Its warnings.
    """
    evidence = projection.scenario.evidence()
    return {
        "Capacity": _capacity(projection),
        "Sales": _by_year(projection, "accounts.revenue"),
        "EBITDA": _by_year(projection, "accounts.ebitda"),
        "Lowest cash": _lowest_cash(projection, found["lowest_cash"]),
        "Lowest cover": _cover(found["min_dscr"]),
        "Claims": _claims(list(claims.values())),
        "Covenants": _covenants(covenants),
        "Owners' worth": _worth(found["equity_npv"], found["equity_irr"]),
        "Warnings": f"{len(warned)}: {'; '.join(_shortened(text) for text in warned)}" if warned else "none",
        "Inputs": f"{sum(evidence.values())}: {', '.join(f'{count} {kind}' for kind, count in evidence.items())}",
    }


def _capacity(projection: Projection) -> str:
    """Say the highest effective capacity and when it is reached, and the nameplate that stands then."""
    plants = projection.scenario.plants
    if not plants:
        return "no plants"
    effective, nameplate = (_of_plants(projection, key) for key in ("effective_capacity", "nameplate"))
    at, label = _first(effective, float(effective.max())), projection.timeline.labels
    begins = _amount(float(effective[0]), "km/year")
    rises = f", up from {begins} in {label[0]}" if effective[at] > effective[0] else ""
    highest = _first(nameplate, float(nameplate.max()))
    parts = f"{_amount(float(effective[at]), 'km/year')} effective in {label[at]}{rises}"
    return f"{parts}; nameplate {_amount(float(nameplate[highest]), 'km/year')} from {label[highest]}"


def _of_plants(projection: Projection, key: str) -> Array:
    """Return a row of all plants together, (period,)."""
    total: Array = np.zeros(len(projection.timeline.labels))
    for plant in projection.scenario.plants:
        total = total + projection.value(f"plants.{plant}.{key}")[0]
    return total


def _first(values: Array, level: float) -> int:
    """Return where values first come to a level, what only rounding tells apart aside."""
    return int(np.argmax(np.abs(values - level) <= 1e-9 * max(abs(level), 1.0)))


def _by_year(projection: Projection, path: str) -> str:
    """Say a row's first and last year, and its lowest or highest one where that is another."""
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
    cash = projection.value("accounts.cash")[0]
    label = projection.timeline.labels[_first(cash, float(cash.min()))]
    return f"{_amount(measure.value, measure.unit)} at the end of {label}"


def _cover(measure: Measure) -> str:
    if measure.value is None:
        return f"undefined: {measure.reason}"
    none = "; nothing is left to cover debt service" if measure.value <= 0 else ""
    return f"DSCR {_amount(measure.value, measure.unit)} over the twelve months to the end of {measure.when}{none}"


def _claims(outcomes: Sequence[Outcome]) -> str:
    if not outcomes:
        return "none"
    hold = sum(outcome.holds for outcome in outcomes)
    expected = sum(outcome.as_expected and not outcome.holds for outcome in outcomes)
    surprises = [outcome.says for outcome in outcomes if not outcome.as_expected]
    parts = [f"{hold} of {len(outcomes)} hold"]
    parts += [f"{expected} fail{'s' * (expected == 1)} as expected"] if expected else []
    parts += [f"not as expected: {', '.join(surprises)}"] if surprises else []
    return "; ".join(parts)


def _covenants(tested: Mapping[str, Tested]) -> str:
    if not tested:
        return "none"
    verdicts = [each.verdict for each in tested.values()]
    broken = [each.title for each in tested.values() if each.verdict == FAIL]
    kept, missing = verdicts.count(PASS), len(verdicts) - verdicts.count(PASS) - len(broken)
    parts = [f"{kept} of {len(verdicts)} kept"]
    parts += [f"broken: {', '.join(broken)}"] if broken else []
    parts += [f"{missing} not tested"] if missing else []
    return "; ".join(parts)


def _worth(npv: Measure, irr: Measure) -> str:
    """Say what the plan is worth to its owners, and what it returns to them."""
    if npv.value is None:
        return f"NPV undefined: {npv.reason}"
    return f"NPV {_amount(npv.value, npv.unit)}, IRR {_amount(irr.value, irr.unit) or f'undefined: {irr.reason}'}"


def _amount(value: float | None, unit: str) -> str:
    return " ".join(quantity_text(value, unit)).rstrip() if value is not None else ""


def _shortened(text: str) -> str:
    """Return a warning up to its first stop, for it stands in full before."""
    return text.partition("; ")[0]
