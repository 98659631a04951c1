"""One-line texts that several pages and `check` share; they need no terminal library."""

from __future__ import annotations

import re
from dataclasses import replace
from math import isfinite
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from fibercap.core.language.unit_words import is_money
from fibercap.core.units import unit_text
from fibercap.model.funding.financing_costs import projects_with_costs
from fibercap.model.loans.covenants.covenant_limit import LimitStep
from fibercap.studies.claims import WORDS
from fibercap.studies.covenants import FAIL, NOT_TESTED, NOTHING_BELOW, PASS
from fibercap.studies.headroom import PRICE, tightest

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from fibercap.model.measures.measure import Measure
    from fibercap.model.projection import Projection
    from fibercap.studies.claims import Outcome
    from fibercap.studies.compare import Comparison
    from fibercap.studies.covenants import CovenantResult
    from fibercap.studies.flips import Flip
    from fibercap.studies.headroom import Headroom
    from fibercap.studies.movable_inputs import Lever

MILLION, AT_ONCE = 1e6, 1e-6
Styled = tuple[str, dict[str, Any]]
FEW_LIMITS: Final = 4
"""The most limits of a covenant that a sentence lists."""
VERDICTS: Final = {PASS: "green", FAIL: "red", NOT_TESTED: "yellow"}
"""The color of each verdict on a covenant."""
SCALES = ((MILLION, "million "), (1e3, "thousand "))


def quantity_text(value: float | None, unit: str) -> tuple[str, str]:
    """Return a number and its unit as text: `25.16` and `%/year`, or `47.79` and `million USD`."""
    if value is None:
        return "–", ""
    if unit == "1/year":
        return _percent(100 * value), "%/year"
    if unit == "":
        return f"{value:z,.2f}", ""
    if abs(value) >= MILLION and is_money(unit):
        return f"{value / MILLION:z,.2f}", f"million {unit}"
    if unit == "year":
        return f"{value:z,.2f}", "years"
    return (f"{value:z,.0f}" if abs(value) >= 1000 or value == 0 else f"{value:z,.2f}"), shown_unit(unit)


def _percent(rate: float) -> str:
    """Return a rate with two decimals; one beyond a million percent as `1.4e20`, for only its size says anything."""
    return f"{rate:z,.2f}" if abs(rate) < MILLION else f"{rate:.1e}".replace("e+0", "e").replace("e+", "e")


def shown_unit(unit: str) -> str:
    """Return a unit as sentences show it."""
    return re.sub(r"\*year/(\w+)$", r" per \1/year", unit_text(unit))


def unit_in_tables(unit: str) -> str:
    """Return the unit beside a value: rates are shown in percent, and a ratio has no unit."""
    return "%/year" if unit == "1/year" else shown_unit(unit)


def measure_text(measure: Measure, among: Sequence[Measure] = ()) -> tuple[str, str]:
    """Return a measure's number and unit as text; money in the scale that suits the largest of `among`."""
    if measure.value is None or not measure.unit.isupper():
        return quantity_text(measure.value, measure.unit)
    largest = max(abs(m.value) for m in (measure, *among) if m.value is not None)
    size, word = next(((s, w) for s, w in SCALES if largest >= s / 10), (1.0, ""))
    return f"{measure.value / size:z,.2f}", f"{word}{measure.unit}"


def shared_label(comparison: Comparison, key: str) -> str:
    """Return a measure's label with the unit that the values of all cases share."""
    among = [case.measures[key] for case in comparison.cases.values()]
    unit = next((text for m in among if (text := measure_text(m, among)[1])), "")
    return f"{among[0].label} [{unit}]" if unit else among[0].label


def delta_texts(comparison: Comparison, key: str) -> dict[str, str]:
    """Return by case a measure less that of the baseline, with its sign, in the unit of the measure.

    It is a dash if either is undefined. Without a visible difference in any case, nothing is returned.
    """
    among = [case.measures[key] for case in comparison.cases.values() if key in case.measures]
    texts = {}
    for name in comparison.cases:
        delta = comparison.delta(key, name)
        text = "–" if delta is None else measure_text(replace(among[0], values=np.array([delta])), among)[0]
        texts[name] = text if delta is None or not text.strip("-0.,") else f"{'+' if delta > 0 else ''}{text}"
    return texts if any(text.strip("–-+0.,") for text in texts.values()) else {}


def _share(value: float) -> str:
    """Return a share in percent with its sign; without a sign if it is printed as zero."""
    text = f"{value:+.1%}"
    return text[1:] if text[1:] == "0.0%" else text


def best_shown(comparison: Comparison, key: str) -> tuple[str, ...]:
    """Return the cases in which a measure is best, and those printed with the same number; none if all cases are."""
    measures = {name: case.measures[key] for name, case in comparison.cases.items() if key in case.measures}
    among = list(measures.values())
    texts = {name: measure_text(measure, among)[0] for name, measure in measures.items()}
    best = {texts[name] for name in comparison.best(key)}
    alike = tuple(name for name, text in texts.items() if text in best)
    return alike if len(alike) < len([m for m in among if m.value is not None]) else ()


def claim_lines(outcome: Outcome) -> tuple[str, str]:
    """Return PASS or FAIL, and a line with the value and what was claimed."""
    verdict = "PASS" if outcome.holds else "FAIL"
    value, unit = quantity_text(outcome.value, outcome.unit)
    limit, limit_unit = quantity_text(outcome.limit, outcome.unit)
    margin = f", {outcome.off}" if outcome.off else ""
    expected = "" if outcome.as_expected else ", not as expected"
    expected = ", as expected" if not outcome.expected and outcome.as_expected else expected
    actual = f"{value} {unit}".strip() if outcome.value is not None else f"undefined ({outcome.reason})"
    wanted = f"{WORDS[outcome.comparator]} {limit} {limit_unit}".strip() + outcome.tolerance_text
    return verdict, f"{actual}, claimed {wanted}{margin}{expected}"


def evidence_line(evidence: Mapping[str, int]) -> str:
    """Return how many inputs there are, in total and of each kind of evidence."""
    return f"{sum(evidence.values())} inputs: {', '.join(f'{count} {kind}' for kind, count in evidence.items())}"


def evidence_note(measures: Mapping[str, Measure]) -> str:
    """Say which evidence is the weakest behind most measures, and which measures differ; "" if there is none."""
    kinds: dict[str, list[str]] = {}
    for measure in measures.values():
        if measure.evidence:
            kinds.setdefault(measure.evidence, []).append(measure.label)
    if not kinds:
        return ""
    most = max(kinds, key=lambda kind: len(kinds[kind]))
    others = "; ".join(f"{', '.join(labels)} ({kind})" for kind, labels in kinds.items() if kind != most)
    return f"At its weakest each rests on an input that is {most}" + (f", except {others}." if others else ".")


def unit_of_law(projection: Projection, law: str) -> str:
    """Return the unit of the gaps that a law leaves: that of products for capacity, else the reporting currency.

    Parameters
    ----------
    projection : Projection
        What a plan leads to.
    law : str
        The name of the law.
    """
    plan = projection.scenario
    return " or ".join(plan.product_units) if law == "capacity" else plan.currency


def count_text(count: int, thing: str) -> str:
    """Return how many of a thing there are: `1 claim`, `2 claims`.

    Parameters
    ----------
    count, thing : int, str
        The number, and the word for one of them.
    """
    return f"{count} {thing}{'s' * (count != 1)}"


def laws_line(projection: Projection) -> str:
    """Return how many formulas were proved and how many laws hold, and the largest gap in a law."""
    worst = max(projection.laws, key=lambda law: projection.laws[law])
    settled = ""
    if projects_with_costs(projection.scenario):
        settled = (
            f"; financing costs settled to {projection.laws['financing_costs']:.1e} {projection.scenario.currency}"
        )
    gap, unit = projection.laws[worst], unit_of_law(projection, worst)
    return (
        f"{count_text(projection.proved, 'formula')} proved on units; {len(projection.laws)} laws hold, "
        f"largest gap {gap:.1e} {unit} ({worst.replace('_', ' ')}){settled}"
    )


def covenant_lines(tested: CovenantResult, room: Headroom | None = None) -> tuple[str, str]:
    """Return the verdict, and a line with the tightest test, failed and missing tests, and what would break it."""
    text = f"{tested.subject} {WORDS[tested.comparator]} {limit_text(tested.limits, tested.unit)}"
    tight = tested.tightest
    if tight is None:
        return tested.verdict, f"{text}; not tested within the horizon: {tested.why_untested}"
    value, unit = quantity_text(tight.value, tested.unit) if isfinite(tight.value) else (_no_base(tested), "")
    text += f"; tightest {value} {unit}".rstrip() + tight.on
    text += f" (limit {limit_text((LimitStep('', 0, tight.limit),), tested.unit)})" if len(tested.limits) > 1 else ""
    text += f", headroom {_share(tight.headroom)}" if tight.headroom is not None and isfinite(tight.headroom) else ""
    broken = [test.when for test in tested.tests if not test.holds]
    if broken:
        text += (
            f"; broken {len(broken)} of {len(tested.tests)} times, first in {broken[0]}"
            if len(tested.tests) > 1
            else "; broken"
        )
    elif room is not None:
        text += f"; {falls_text(room)}"
    text += f"; {untested}" if (untested := untested_text(tested)) else ""
    text += f"; {lock_up}" if (lock_up := lock_up_text(tested)) else ""
    return tested.verdict, text


def _no_base(tested: CovenantResult) -> str:
    """Return what stands in place of an infinite value."""
    return "over nothing" if tested.why_infinite == NOTHING_BELOW else "without EBITDA"


def limit_text(steps: Sequence[LimitStep], unit: str) -> str:
    """Return a limit in words: `3.00`, `4.50 from 2001, 3.00 from 2002`; of many, the first and the last."""
    shown = steps if len(steps) <= FEW_LIMITS else (steps[0], steps[-1])
    texts = [" ".join(quantity_text(step.value, unit)).strip() for step in shown]
    if len(steps) > len(shown):
        return f"{texts[0]} from {steps[0].name}, in {len(steps) - 1} steps to {texts[1]} from {steps[-1].name}"
    return ", ".join(f"{text} from {step.name}" if step.name else text for text, step in zip(texts, shown, strict=True))


def lock_up_text(tested: CovenantResult) -> str:
    """Say at which level dividends are barred, and which are; "" of a covenant without a lock-up."""
    if not tested.lock_ups:
        return ""
    where = f"dividends barred in {', '.join(tested.locked)}" if tested.locked else "no dividend is barred"
    return f"lock-up at {limit_text(tested.lock_ups, tested.unit)}, {where}"


def untested_text(tested: CovenantResult) -> str:
    """Say on how many dates a covenant could not be tested, and why; "" if it was tested on all."""
    if not (tested.untested and tested.tests):
        return ""
    count = len(tested.untested)
    return f"not tested on {count} of {count + len(tested.tests)} dates: {tested.why_untested}"


def falls_text(room: Headroom) -> str:
    """Say by how much EBITDA, prices and volume may fall, each alone, before a covenant is broken."""
    falls = [f"{of} {share_text(fall)}" for of, fall in room.falls.items() if fall is not None]
    never = [of for of, fall in room.falls.items() if fall is None]
    if not falls:
        return f"no fall of {', '.join(never)} breaks it"
    return f"broken by a fall of {', or '.join(falls)}" + (f"; by none of {', '.join(never)}" if never else "")


def share_text(share: float) -> str:
    """Return a share in percent, with more decimals if it is small."""
    return f"{100 * share:.1f} %" if abs(share) >= 0.0005 or share == 0 else f"{100 * share:.2g} %"  # 0.05 %


def tightest_line(rooms: Mapping[str, Headroom]) -> str:
    """Name the covenant that the smallest fall breaks; "" if no fall breaks any."""
    tight = tightest(rooms)
    if tight is None:
        return ""
    if tight.is_broken:
        return f"tightest covenant: {tight.title}, broken as things are"
    of, fall = min(((of, fall) for of, fall in tight.falls.items() if fall is not None), key=lambda pair: pair[1])
    return f"tightest covenant: {tight.title}, broken if {of} fall{'s' * (of != PRICE)} by {share_text(fall)}"


def flip_line(flip: Flip | None) -> str:
    """Say which input decides a claim, whether it is stated or assumed, and where the claim flips."""
    if flip is None:
        return "flips with no single input, from 0 to twice its value"
    also = f"; or {', '.join(flip.also)} as much" if flip.also else ""
    head = f"decided by {flip.path}, {flip.kind}"
    if abs(flip.change) < AT_ONCE:
        return f"{head}: it stands at the limit, and the least change flips it{also}"
    if flip.present is None or flip.value is None:
        amount = f"{100 * abs(flip.change):.1f} % {'higher' if flip.change > 0 else 'lower'}"
        return f"{head}: flips when all of it is {amount}{also}"
    now, unit = lever_text(flip.lever, flip.present)
    then, other = lever_text(flip.lever, flip.value)
    if (then, other) == (now, unit):  # both values are printed alike
        side = "above" if flip.change > 0 else "below"
        return f"{head}: flips {share_text(abs(flip.change))} {side} {f'{now} {unit}'.rstrip()}{also}"
    return f"{head}: flips at {f'{then} {other}'.rstrip()}, {flip.change:+.1%} from {f'{now} {unit}'.rstrip()}{also}"


def lever_text(lever: Lever, value: float) -> tuple[str, str]:
    """Return a value of an input and its unit as text."""
    if lever.share:
        return f"{100 * value:,.2f}", "%"
    number, unit = quantity_text(value, lever.unit)
    return number, {"month": "months", "day": "days"}.get(unit, unit)
