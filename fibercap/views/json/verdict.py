"""A verdict on ways to pay as JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fibercap.views.verdict_text import WHY_APART, why_none

if TYPE_CHECKING:
    from fibercap.studies.findings import Finding
    from fibercap.studies.verdict.choice_flips import ChoiceFlip
    from fibercap.studies.verdict.verdict import Verdict
    from fibercap.views.json import compare_types as types


def verdict_document(found: Verdict) -> types.Verdict:
    """Return the verdict of `compare --json`; options by name, amounts in `currency`, rates and shares as fractions."""
    distance: types.Distance | None = None
    if found.distance is not None:
        distance = {
            "amount": found.distance,
            "share_of_worth": found.share_of_worth,
            "share_of_uses": found.share_of_uses,
        }
    excluded = {name: [_finding(each) for each in stops] for name, stops in found.excluded.items()}
    return {
        "recommended": list(found.recommended),
        "reason": None if found.recommended else why_none(found),
        "ranked": list(found.ranked),
        "worth": dict(found.worth),
        "currency": found.currency,
        "uses": found.uses,
        "runner_up": found.runner_up or None,
        "distance": distance,
        "tie": found.tie,
        "close": found.close,
        "flips": [_flip(flip) for flip in found.flips],
        "not_moved": found.not_moved,
        "excluded": excluded,
        "undefined": dict(found.undefined),
        "at_discount_rates": {f"{rate:g}": list(names) for rate, names in found.at_rates.items()},
        "turns_at": [{"rate": turn.rate, "below": turn.below, "above": turn.above} for turn in found.turnings],
        "free_cash_flow": {
            "ranked": list(found.free),
            "apart": list(found.apart) or None,
            "why": WHY_APART if found.apart else None,
        },
        **_footing(found),
        "extremes": {
            name: {"best": list(best), "worst": list(worst)} for name, (best, worst) in found.extremes.items()
        },
    }


def _footing(found: Verdict) -> types.Footing:
    """Return what options do beside paying for the plan, all that owners pay and get, and what falls due later."""
    stands = found.footing
    return {
        "beside": {
            name: {"changes": list(stands.aside.get(name, ())), "adds": stands.beside[name]}
            for name in found.ranked
            if name in stands.aside or stands.beside[name]
        },
        "owners": {name: stands.owners[name] for name in found.ranked},
        "after_horizon": {
            "adds": {name: stands.later[name] for name in found.ranked},
            "first": found.first_later or None,
        },
    }


def _finding(finding: Finding) -> types.Exclusion:
    return {
        "kind": finding.kind,
        "loan": finding.loan or None,
        "when": finding.when or None,
        "value": finding.value,
        "unit": finding.unit,
        "says": finding.fault,
    }


def _flip(flip: ChoiceFlip) -> types.ChoiceFlip:
    return {
        "path": flip.path,
        "kind": flip.kind,
        "change": flip.change,
        "present": flip.present,
        "value": flip.value,
        "unit": flip.unit,
        "only_in": list(flip.only_in) or None,
        "first": flip.first,
        "fault": flip.fault or None,
    }
