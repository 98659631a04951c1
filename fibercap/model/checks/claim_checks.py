"""Checks of what was said of a plan in public: one subject, one limit, a source that is listed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fibercap.core.errors import did_you_mean
from fibercap.model.plan.claim import LIMITS

if TYPE_CHECKING:
    from fibercap.model.checks.funding_checks import Found
    from fibercap.model.plan.plan import Plan


def claim_subject(s: Plan, name: str) -> Found:
    """Yield a claim about nothing, or about two things.

    Parameters
    ----------
    s, name : Plan, str
        The plan, and the claim.
    """
    claim, at = s.claims[name], f"claims.{name}"
    if bool(claim.row) == bool(claim.measure):
        told = "both `row` and `measure`" if claim.row else "neither `row` nor `measure`"
        yield at, "one_subject", told, "one of them", "a claim is about one row or one measure"
    if claim.measure and claim.when not in {"", "in total"}:
        told, hint = f"`{claim.when}` with a measure", "a measure has one value; claim a row, or leave `when` out"
        yield f"{at}.when", "time_of_measure", told, "no time", hint
    if claim.row and not claim.when:
        yield at, "missing", "no `when`", "a time", "write `when: end of 2002`, `2002`, `2002-06` or `in total`"


def claim_limit(s: Plan, name: str) -> Found:
    """Yield a claim that has no limit, or several.

    Parameters
    ----------
    s, name : Plan, str
        The plan, and the claim.
    """
    limits = [limit for limit in LIMITS if getattr(s.claims[name], limit) is not None]
    if len(limits) != 1:
        told = f"{len(limits)} limits" if limits else "no limit"
        yield f"claims.{name}", "one_limit", told, f"one of {', '.join(LIMITS)}", "a claim has one limit"


def claim_within(s: Plan, name: str) -> Found:
    """Yield a claim that has room on both sides of a limit that has only one.

    Parameters
    ----------
    s, name : Plan, str
        The plan, and the claim.
    """
    claim = s.claims[name]
    if "within" in claim.model_fields_set and claim.about is None:
        told, hint = "`within` without `about`", "only a claim `about` a value has room on both sides"
        yield f"claims.{name}.within", "unused", told, "`about`", hint


def claim_source(s: Plan, name: str) -> Found:
    """Yield a source that is not listed.

    Parameters
    ----------
    s, name : Plan, str
        The plan, and the claim.
    """
    source = s.claims[name].source
    if source and source not in s.sources:
        hint = did_you_mean(source, s.sources, "sources")
        told = f"the unknown source `{source}`"
        yield f"claims.{name}.source", "unknown_source", told, "one under `sources`", hint
