"""The verdict of the report's first page, as of the export."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from fibercap.studies.batch import size_of
from fibercap.studies.compare import Case, Comparison, compare
from fibercap.studies.verdict.verdict import verdict
from fibercap.views.report.first_page import change_words, verdict_words
from fibercap.views.report.subject import MOST_VALUES, Subject, option_to_report
from fibercap.views.verdict_text import join_names
from fibercap.views.workbook.inputs import option_in_words

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from fibercap.views.workbook.book import Book
    from fibercap.views.workbook.claim_sheet import ClaimSheet

IN_LIST: Final = "In the list of financing options it is “{}”; the figures below are of the option in use."
NOT_MOVED: Final = "The plan is large: run “fibercap compare” to see whether a single number would change the choice."


def verdict_texts(book: Book, claims: ClaimSheet, left_out: Iterable[str]) -> Iterator[str]:
    """Yield the sentences of the verdict on the plan's options, or on the plan where there is no choice.

    Parameters
    ----------
    book, claims : Book, ClaimSheet
        The workbook, and what its claims and covenants come to in each case.
    left_out : iterable of str
        The options that are not in the workbook.
    """
    comparison = _comparison(book, claims, left_out)
    if comparison is None:
        yield from (words.text for words in verdict_words(_subject(book, claims)))
        return
    is_large = size_of(book.cases[0].projection) > MOST_VALUES
    ruling = verdict(comparison, moved=not is_large)
    case = comparison.cases[option_to_report(ruling, comparison)]
    subject = Subject(
        projection=case.projection, written=book.cases[0].projection, measures=case.measures, claims=case.claims,
        flips={}, promises=case.covenants, rooms={}, effects=(), comparison=comparison, verdict=ruling,
    )  # fmt: skip
    yield from (words.text for words in verdict_words(subject))
    if ruling.recommended:
        changes = "" if is_large else change_words(subject)
        yield from ([f"What would change it: {changes}."] if changes else [NOT_MOVED] if is_large else [])
        yield IN_LIST.format(option_in_words(ruling.recommended[0]))
    names = [name for name in left_out if name not in comparison.cases]
    if names:
        yield f"Not compared, for they have another horizon or currency: {join_names(names)}."


def _comparison(book: Book, claims: ClaimSheet, left_out: Iterable[str]) -> Comparison | None:
    """Return the comparison of the options with the plan's horizon and currency; None if there is no choice."""
    plan = book.cases[0].projection.scenario
    others = {name: plan.with_option(name) for name in left_out}
    more = [n for n, p in others.items() if p.timeline == plan.timeline and p.currency == plan.currency]
    if more:  # they cannot share a workbook with the others, and can be compared with them
        alike = {case.name for case in book.cases} | set(more)
        return compare(plan, only=[name for name in plan.options if name in alike])
    cases = {
        case.name: Case(
            case.name, case.title, case.projection, case.projection.measures, claims.outcomes[n], claims.covenants[n]
        )
        for n, case in enumerate(book.cases)
        if n
    }
    return Comparison(next(iter(cases)), cases, {}, plan.currency) if cases else None


def _subject(book: Book, claims: ClaimSheet) -> Subject:
    """Return what the verdict is about where there is no choice: the only case."""
    projection = book.cases[0].projection
    return Subject(
        projection=projection, written=projection, measures=projection.measures, claims=claims.outcomes[0],
        flips={}, promises=claims.covenants[0], rooms={}, effects=(),
    )  # fmt: skip
