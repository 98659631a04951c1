"""The words that the live report puts figures into."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fibercap.studies.covenants import IN_TOTAL
from fibercap.views.report.first_page import lead_of
from fibercap.views.report.lead_words import FINDINGS, LATER, LEADS

if TYPE_CHECKING:
    from fibercap.views.report.subject import Subject


def words(subject: Subject) -> dict[str, Any]:
    """Return the words of the verdict, and its first sentence for the plan as written."""
    return {
        "leads": LEADS,
        "findings": FINDINGS,
        "later": LATER,
        "in_total": IN_TOTAL,
        "lead": lead_of(subject),
    }
