"""The verdict on financing options as JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fibercap.views.verdict_text import WHY_APART, why_none

if TYPE_CHECKING:
    from fibercap.studies.findings import Finding
    from fibercap.studies.verdict.choice_flips import ChoiceFlip
    from fibercap.studies.verdict.verdict import Verdict
    from fibercap.views.json import compare_types as types


def verdict_document(verdict: Verdict) -> types.Verdict:
    """Return the verdict of `compare --json`; options by name, amounts in `currency`, rates and shares as fractions."""
    distance: types.Distance | None = None
    if verdict.distance is not None:
        distance = {
            "amount": verdict.distance,
            "share_of_worth": verdict.share_of_worth,
            "share_of_uses": verdict.share_of_uses,
        }
    excluded = {name: [_finding(each) for each in stops] for name, stops in verdict.excluded.items()}
    return {
        "recommended": list(verdict.recommended),
        "reason": None if verdict.recommended else why_none(verdict),
        "ranked": list(verdict.ranked),
        "worth": dict(verdict.worth),
        "currency": verdict.currency,
        "uses": verdict.uses,
        "runner_up": verdict.runner_up or None,
        "distance": distance,
        "tie": verdict.tie,
        "close": verdict.close,
        "flips": [_flip(flip) for flip in verdict.flips],
        "not_moved": verdict.not_moved,
        "excluded": excluded,
        "undefined": dict(verdict.undefined),
        "at_discount_rates": {f"{rate:g}": list(names) for rate, names in verdict.at_rates.items()},
        "turns_at": [{"rate": turn.rate, "below": turn.below, "above": turn.above} for turn in verdict.turnings],
        "free_cash_flow": {
            "ranked": list(verdict.free),
            "apart": list(verdict.apart) or None,
            "why": WHY_APART if verdict.apart else None,
        },
        **_footing(verdict),
        "extremes": {
            name: {"best": list(best), "worst": list(worst)} for name, (best, worst) in verdict.extremes.items()
        },
    }


def _footing(verdict: Verdict) -> types.Footing:
    """Return what options change beside the financing, the worth of all that owners pay and get, and later debts."""
    stands = verdict.footing
    return {
        "beside": {
            name: {"changes": list(stands.aside.get(name, ())), "adds": stands.beside[name]}
            for name in verdict.ranked
            if name in stands.aside or stands.beside[name]
        },
        "owners": {name: stands.owners[name] for name in verdict.ranked},
        "after_horizon": {
            "adds": {name: stands.later[name] for name in verdict.ranked},
            "first": verdict.first_later or None,
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
