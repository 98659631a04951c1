"""Checks of public claims: each has one subject, one limit, and a source that is listed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fibercap.core.errors import did_you_mean
from fibercap.model.plan.claim import LIMITS

if TYPE_CHECKING:
    from fibercap.model.checks.funding_checks import Findings
    from fibercap.model.plan.plan import Plan


def claim_subject(s: Plan, name: str) -> Findings:
    """Yield a problem if a claim has no subject or two, or if its time does not fit its subject.

    Parameters
    ----------
    s, name : Plan, str
        The plan, and the claim.
    """
    claim, path = s.claims[name], f"claims.{name}"
    if bool(claim.row) == bool(claim.measure):
        problem = "both `row` and `measure` are given" if claim.row else "neither `row` nor `measure` is given"
        yield path, "one_subject", problem, "", "a claim is about one row or one measure"
    if claim.measure and claim.when not in {"", "in total"}:
        problem, hint = f"`{claim.when}` with a measure", "a measure has one value; claim a row, or leave `when` out"
        yield f"{path}.when", "time_of_measure", problem, "", hint
    if claim.row and not claim.when:
        yield path, "missing", "no `when`", "a time", "write `when: end of 2002`, `2002`, `2002-06` or `in total`"


def claim_limit(s: Plan, name: str) -> Findings:
    """Yield a problem if a claim has no limit, or several.

    Parameters
    ----------
    s, name : Plan, str
        The plan, and the claim.
    """
    limits = [limit for limit in LIMITS if getattr(s.claims[name], limit) is not None]
    if len(limits) != 1:
        problem = f"{len(limits)} limits" if limits else "no limit"
        yield f"claims.{name}", "one_limit", problem, f"one of {', '.join(LIMITS)}", "a claim has one limit"


def claim_within(s: Plan, name: str) -> Findings:
    """Yield a problem if `within` is given for a limit other than `about`.

    Parameters
    ----------
    s, name : Plan, str
        The plan, and the claim.
    """
    claim = s.claims[name]
    if "within" in claim.model_fields_set and claim.about is None:
        problem, hint = "`within` without `about`", "only a claim `about` a value has room on both sides"
        yield f"claims.{name}.within", "unused", problem, "", hint


def claim_source(s: Plan, name: str) -> Findings:
    """Yield a problem if the source of a claim is not listed under `sources`.

    Parameters
    ----------
    s, name : Plan, str
        The plan, and the claim.
    """
    source = s.claims[name].source
    if source and source not in s.sources:
        hint = did_you_mean(source, s.sources, "sources")
        problem = f"unknown source `{source}`"
        yield f"claims.{name}.source", "unknown_source", problem, "", hint
