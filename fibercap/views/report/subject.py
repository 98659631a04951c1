"""The subject of a report: a plan, the comparison of its options, the chosen option, and all that is known of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from fibercap.core.errors import FibercapError
from fibercap.core.language.names import key_in_words
from fibercap.studies.batch import size_of
from fibercap.studies.claims import outcomes
from fibercap.studies.covenants import covenants
from fibercap.studies.flips import flips
from fibercap.studies.headroom import headroom
from fibercap.studies.sensitivity import one_at_a_time
from fibercap.studies.verdict.verdict import verdict

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from fibercap.model.measures.measure import Measure
    from fibercap.model.projection import Projection
    from fibercap.studies.claims import Outcome
    from fibercap.studies.compare import Comparison
    from fibercap.studies.covenants import CovenantResult
    from fibercap.studies.flips import Flip
    from fibercap.studies.headroom import Headroom
    from fibercap.studies.sensitivity import Effect
    from fibercap.studies.verdict.verdict import Verdict

MOVED: Final = ("equity_npv", "project_npv", "min_dscr")
INSTEAD: Final = ("company_npv", "lowest_cash")
"""Measures of the sensitivity if the worth of the projects is undefined."""


@dataclass(frozen=True)
class Subject:
    """The projection that the report is about, its results, and `written`, the projection of the plan as written.

    `comparison` and `verdict` are None if the plan has no options, or one of them was chosen by the user.
    """

    projection: Projection
    written: Projection
    measures: Mapping[str, Measure]
    claims: Mapping[str, Outcome]
    flips: Mapping[str, Flip | None]
    promises: Mapping[str, CovenantResult]
    rooms: Mapping[str, Headroom]
    effects: Sequence[Effect]
    comparison: Comparison | None = None
    verdict: Verdict | None = None

    @property
    def option(self) -> str:
        """The option that the report is about; "" if it is about the plan as written."""
        return self.projection.scenario.option or ""

    @property
    def name(self) -> str:
        """The title of the option that the report is about, or of the plan."""
        option = self.projection.scenario.option
        plan = self.projection.scenario
        return (plan.options[option].title or key_in_words(option)) if option else plan.title or plan.id


MOST_VALUES: Final = 4_000_000
"""Largest plan for which a report needs less than a gigabyte of memory: 900 plants over ten years by month."""


def subject_of(projection: Projection, comparison: Comparison | None) -> Subject:
    """Compute all results that a report needs, for the option to report.

    Parameters
    ----------
    projection : Projection
        The projection of the plan.
    comparison : Comparison, optional
        The comparison of its options, if it has some.

    Raises
    ------
    FibercapError
        If the plan is so large that this would take more than a gigabyte of memory.
    """
    if (size := size_of(projection)) > MOST_VALUES:
        message = f"the plan has {size:,} values, rows times periods; a report takes at most {MOST_VALUES:,}"
        raise FibercapError("too_many_values", message, "export a workbook or tables, or take a longer step")
    written, ruling = projection, verdict(comparison) if comparison is not None else None
    if comparison is not None and ruling is not None:
        case = comparison.cases[option_to_report(ruling, comparison)]
        projection, measures, claims, promises = case.projection, case.measures, case.claims, case.covenants
    else:
        measures = projection.measures
        claims, promises = outcomes(projection, measures), covenants(projection)
    known = [key for key in MOVED if key in measures and measures[key].value is not None]
    if not set(known) & set(MOVED[:2]):
        known.insert(0, next(key for key in INSTEAD if measures[key].value is not None))
    return Subject(
        projection=projection,
        written=written,
        measures=measures,
        claims=claims,
        flips=flips(projection, claims),
        promises=promises,
        rooms=headroom(projection, promises),
        effects=one_at_a_time(projection.scenario, known),
        comparison=comparison,
        verdict=ruling,
    )


def option_to_report(ruling: Verdict, comparison: Comparison) -> str:
    """Return the option that the report is about: the recommended one, else the one worth most, else the first."""
    return next(iter((*ruling.recommended, *ruling.ranked, *comparison.cases)))
