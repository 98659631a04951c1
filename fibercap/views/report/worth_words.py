"""Sentences on the worth of the reported option, its lead over others, and why others may not be taken."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from fibercap.studies.findings import CASH, COVENANT, USES
from fibercap.studies.verdict.numbers_of_options import RATE
from fibercap.views.sentences import measure_text, share_text
from fibercap.views.verdict_text import join_names, money_text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fibercap.studies.verdict.verdict import Verdict
    from fibercap.views.report.subject import Subject
    from fibercap.views.verdict_text import Speech

REASONS: Final = 2
"""How many findings, options and numbers are named; the others are only counted."""
WORTH: Final = ("equity_npv", "project_npv", "company_npv")
WRONG: Final = {COVENANT: "a covenant is broken", CASH: "cash falls below zero", USES: "uses have no source"}


def worth_words(subject: Subject, speech: Speech) -> str:
    """Say what the reported option is worth, how far it leads, and which other options may not be taken."""
    verdict = subject.verdict
    if verdict is None or subject.option not in verdict.worth:
        key = next((key for key in WORTH if subject.measures[key].value is not None), "lowest_cash")
        sentences = [f"{subject.measures[key].label}: {' '.join(measure_text(subject.measures[key])).strip()}."]
    else:
        which = "It" if verdict.recommended and not verdict.tie else speech.option(subject.option)
        sentences = [f"{which} {_worth_text(verdict, subject.option)}{_ahead(verdict, speech)}."]
    if verdict is None:
        return sentences[0]
    if verdict.tie:
        sentences.append("They differ by less than 0.01 % of what is spent.")
    if not verdict.ranked:
        reasons = join_names([*dict.fromkeys(verdict.undefined.values())])
        sentences.append(f"Options cannot be ranked: {reasons.replace(f'`{RATE}`', 'discount rate')}.")
    sentences += _others(verdict, subject.option, speech)
    for name, rulers in verdict.footing.unlike.items():
        words = join_names([speech.number(path) for path in rulers])
        sentences.append(f"{speech.option(name)} is not ranked: its {words} differs from the plan's.")
    return " ".join(sentences)


def _worth_text(verdict: Verdict, name: str) -> str:
    """Say what an option is worth to the owners."""
    worth = verdict.worth[name]
    if worth < 0:
        than = "" if verdict.recommended else " than doing nothing new"
        return f"leaves the owners {money_text(-worth, verdict.currency)} worse off{than}"
    return f"is worth {money_text(worth, verdict.currency)} to the owners"


def _ahead(verdict: Verdict, speech: Speech) -> str:
    """Say by how much the recommended option is worth more than the runner-up."""
    if verdict.distance is None or verdict.tie:
        return ""
    pairs = ((verdict.share_of_worth, "of what that is worth"), (verdict.share_of_uses, "of what is spent"))
    shares = ", ".join(f"{share_text(share)} {of}" for share, of in pairs if share is not None)
    ahead = f", {money_text(verdict.distance, verdict.currency)} ahead of {speech.option(verdict.runner_up)}"
    return f"{ahead} ({shares})" if shares else ahead


def _others(verdict: Verdict, option: str, speech: Speech) -> Iterator[str]:
    """Yield sentences on other options that may not be recommended, with what is wrong with them."""
    others = {name: stops for name, stops in verdict.excluded.items() if name != option}
    if others and not verdict.recommended:
        kinds = dict.fromkeys(WRONG[finding.kind] for stops in others.values() for finding in stops)
        many, each = (f"{len(others)} others", " in each") if len(others) > 1 else ("other", "")
        yield f"The {many} may not be taken either: {join_names([*kinds], 'or')}{each}."
        return
    for name, (first, *more) in [*others.items()][:REASONS]:
        better = ", though it is worth more" if name in verdict.better_excluded else ""
        reasons = f" (and {len(more)} more reason{'s' * (len(more) > 1)})" if more else ""
        yield f"{speech.option(name)} may not be taken{better}: {speech.finding(first)}{reasons}."
    if (count := len(others) - REASONS) > 0:
        yield f"{count} more may not be taken either."
