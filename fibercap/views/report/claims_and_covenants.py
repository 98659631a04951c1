"""The report's sections on findings, claims and covenants: results, and what would change them."""

from __future__ import annotations

from math import isfinite
from typing import TYPE_CHECKING

from fibercap.studies.claims import WORDS
from fibercap.studies.covenants import NOT_TESTED, NOTHING_BELOW
from fibercap.studies.findings import findings
from fibercap.studies.plan_warnings import all_warnings
from fibercap.views.report.parts import Items, Line, Section, Words, figures_of, text_table
from fibercap.views.sentences import falls_text, flip_line, limit_text, lock_up_text, quantity_text, untested_text

if TYPE_CHECKING:
    from fibercap.studies.claims import Outcome
    from fibercap.studies.covenants import CovenantResult
    from fibercap.studies.headroom import Headroom
    from fibercap.views.report.parts import Part
    from fibercap.views.report.subject import Subject


def wrong(subject: Subject) -> Section | None:
    """Return the section on what is wrong with the plan, each finding with its way out, and on warnings."""
    faults = findings(subject.projection, subject.claims, subject.promises)
    remedies = [f"{each.sentence[0].upper()}{each.sentence[1:]}. To fix it: {each.way_out}." for each in faults]
    texts = all_warnings(subject.projection)
    shown = [warning for warning in texts if not warning.startswith("unused: ")]
    parts: list[Part] = [Items(remedies, "bad")] if remedies else []
    if shown:
        parts += [*([Words("Warnings", "head")] if remedies else []), Items(shown, "bad")]
    return Section("wrong", "What is wrong" if remedies else "Warnings", parts) if parts else None


def claims(subject: Subject) -> Section | None:
    """Return the section on claims: each with its value, and the input that decides it."""
    if not subject.claims:
        return None
    lines = [_claim(outcome) for outcome in subject.claims.values()]
    decided = [Line(o.says, (flip_line(subject.flips[name]), o.note)) for name, o in subject.claims.items()]
    tested = ("Claim", "Claimed", "Found", "Margin", "Verdict", "Source")
    rests = ("Claim", "The input that decides it, and where it flips", "Note")
    return Section("claims", "Claims", [
        *figures_of("claims", subject),
        text_table("Claims, each tested on the plan", tested, lines),
        text_table("What each claim rests on", rests, decided),
    ])  # fmt: skip


def _claim(outcome: Outcome) -> Line:
    limit, unit = quantity_text(outcome.limit, outcome.unit)
    value, value_unit = quantity_text(outcome.value, outcome.unit)
    actual = f"{value} {value_unit}".strip() if outcome.value is not None else f"undefined: {outcome.reason}"
    verdict = "holds" if outcome.holds else "fails"
    verdict += "" if outcome.as_expected and outcome.holds else f", {'' if outcome.as_expected else 'not '}as expected"
    wanted = f"{WORDS[outcome.comparator]} {limit} {unit}".strip() + outcome.tolerance_text
    cells = (
        f"{wanted}, {outcome.when}" if outcome.when else wanted,
        actual,
        outcome.off,
        verdict,
        outcome.source,
    )
    return Line(outcome.says, cells, tone="good" if outcome.holds else "bad")


def covenants(subject: Subject) -> Section | None:
    """Return the section on covenants: each with its tightest test and what would break it."""
    if not subject.projection.scenario.loans:
        return None
    parts: list[Part] = [*figures_of("covenants", subject)]
    lines = [_covenant(tested) for tested in subject.promises.values()]
    if lines:
        columns = ("Covenant", "Loan", "On", "Limit", "Tightest", "When", "Headroom", "Verdict")
        parts.append(text_table("Covenants, at their tightest", columns, lines))
        breaking = [Line(t.title, (_breaking(t, subject.rooms[k]),)) for k, t in subject.promises.items()]
        parts.append(text_table("What breaks each covenant", ("Covenant", "What would have to fall"), breaking))
    else:
        parts.append(Words("The loans carry no covenants."))
    return Section("covenants", "Covenants and cover", parts)


def _breaking(tested: CovenantResult, room: Headroom) -> str:
    """Say which falls break a covenant, and which dividends it bars."""
    text = "broken as things are" if room.is_broken else (falls_text(room) if tested.tests else NOT_TESTED.lower())
    return f"{text}; {lock_up}" if (lock_up := lock_up_text(tested)) else text


def _covenant(tested: CovenantResult) -> Line:
    tight = tested.tightest
    value = ""
    if tight:
        unit, no_base = quantity_text(tight.limit, tested.unit)[1], "over nothing"
        no_base = no_base if tested.why_infinite == NOTHING_BELOW else "no EBITDA"
        value = f"{quantity_text(tight.value, tested.unit)[0]} {unit}".strip() if isfinite(tight.value) else no_base
    headroom = f"{tight.headroom:+.1%}" if tight and tight.headroom is not None and isfinite(tight.headroom) else ""
    broken = [test.when for test in tested.tests if not test.holds]
    verdict = f"broken {len(broken)} of {len(tested.tests)} times, first in {broken[0]}" if broken else "kept"
    if tight is None:
        verdict = f"not tested within the horizon: {tested.why_untested}"
    elif untested := untested_text(tested):
        verdict += f"; {untested}"
    limit = f"{WORDS[tested.comparator]} {limit_text(tested.limits, tested.unit)}"
    cells = (
        tested.loan_title, tested.subject, limit, value, tight.when if tight else "", headroom, verdict,
    )  # fmt: skip
    return Line(tested.says, cells, tone="bad" if broken else ("good" if tight else ""))
