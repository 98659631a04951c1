"""What the option that is told in full is worth, how far ahead of others it is, and why others may not be taken."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from fibercap.studies.findings import CASH, COVENANT, USES
from fibercap.studies.verdict.numbers_of_options import RATE
from fibercap.views.sentences import measure_text, share_text
from fibercap.views.verdict_text import listed, money_text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fibercap.studies.verdict.verdict import Verdict
    from fibercap.views.report.subject import Subject
    from fibercap.views.verdict_text import Speech

REASONS: Final = 2
"""Findings, options and numbers that are told one by one."""
WORTH: Final = ("equity_npv", "project_npv", "company_npv")
WRONG: Final = {COVENANT: "a covenant is broken", CASH: "cash falls below zero", USES: "uses have no source"}


def worth_words(subject: Subject, speech: Speech) -> str:
    """Say what the plan is worth, how far ahead of others, and which others may not be taken."""
    found = subject.verdict
    if found is None or subject.chosen not in found.worth:
        key = next((key for key in WORTH if subject.found[key].value is not None), "lowest_cash")
        told = [f"{subject.found[key].label}: {' '.join(measure_text(subject.found[key])).strip()}."]
    else:
        which = "It" if found.recommended and not found.tie else speech.option(subject.chosen)
        told = [f"{which} {_worth_text(found, subject.chosen)}{_ahead(found, speech)}."]
    if found is None:
        return told[0]
    if found.tie:
        told.append("They differ by less than 0.01 % of what is spent.")
    if not found.ranked:
        reasons = listed([*dict.fromkeys(found.undefined.values())])
        told.append(f"Options cannot be ranked: {reasons.replace(f'`{RATE}`', 'discount rate')}.")
    told += _others(found, subject.chosen, speech)
    for name, rulers in found.footing.unlike.items():
        words = listed([speech.number(path) for path in rulers])
        told.append(f"{speech.option(name)} is not ranked: its {words} differs from the plan's.")
    return " ".join(told)


def _worth_text(found: Verdict, name: str) -> str:
    """Say what an option is worth to the owners."""
    worth = found.worth[name]
    if worth < 0:
        than = "" if found.recommended else " than doing nothing new"
        return f"leaves the owners {money_text(-worth, found.currency)} worse off{than}"
    return f"is worth {money_text(worth, found.currency)} to the owners"


def _ahead(found: Verdict, speech: Speech) -> str:
    """Say by how much the option that is recommended is worth more than the runner-up."""
    if found.distance is None or found.tie:
        return ""
    pairs = ((found.share_of_worth, "of what that is worth"), (found.share_of_uses, "of what is spent"))
    shares = ", ".join(f"{share_text(share)} {of}" for share, of in pairs if share is not None)
    ahead = f", {money_text(found.distance, found.currency)} ahead of {speech.option(found.runner_up)}"
    return f"{ahead} ({shares})" if shares else ahead


def _others(found: Verdict, chosen: str, speech: Speech) -> Iterator[str]:
    """Run over sentences on the other options that may not be recommended, with what is wrong with them."""
    others = {name: stops for name, stops in found.excluded.items() if name != chosen}
    if others and not found.recommended:
        kinds = dict.fromkeys(WRONG[finding.kind] for stops in others.values() for finding in stops)
        many, each = (f"{len(others)} others", " in each") if len(others) > 1 else ("other", "")
        yield f"Nor may one take the {many}: {listed([*kinds], 'or')}{each}."
        return
    for name, (first, *more) in [*others.items()][:REASONS]:
        better = ", though it is worth more" if name in found.better_excluded else ""
        reasons = f" (and {len(more)} more reason{'s' * (len(more) > 1)})" if more else ""
        yield f"{speech.option(name)} may not be taken{better}: {speech.finding(first)}{reasons}."
    if (count := len(others) - REASONS) > 0:
        yield f"Nor may {count} more."
