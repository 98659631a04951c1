"""Rows of a project's dates and of its spending."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from fibercap.core.calendar import month_number_text, serial
from fibercap.core.formulas.rows import Row
from fibercap.core.language.names import key_in_words
from fibercap.core.timeline import FLOW, STOCK
from fibercap.model.horizon.run_off import NEVER, counting_month
from fibercap.model.plants.projects import SpendByPeriod

if TYPE_CHECKING:
    from fibercap.core.formulas.sheet import Sheet
    from fibercap.core.timeline import Timeline
    from fibercap.model.currency.currencies import Currencies
    from fibercap.model.plan.plan import Plan
    from fibercap.model.plants.projects import Project, Span

WORDS: Final = {
    "spent_share": "share of capex spent",
    "capex": "capex",
    "planned_share": "share of capex planned",
    "capex_saved": "capex saved by cancelling it",
}
"""Words for the rows of spending, by the ends of their names."""


def spending_title(plan: Plan, key: str) -> str:
    """Return the name of a project, or of a plant that is bought, for readers; its key if it has none.

    Parameters
    ----------
    plan, key : Plan, str
        The plan, and the project or plant.
    """
    return (plan.projects[key] if key in plan.projects else plan.plants[key]).name or key_in_words(key)


def give_dates(sheet: Sheet, timeline: Timeline, key: str, project: Project) -> None:
    """Write the scalars of a project's completion, delay and cancellation.

    In the run-off, an incomplete project stays incomplete.

    Parameters
    ----------
    sheet, timeline : Sheet, Timeline
        The sheet that gets the scalars, and its periods.
    key, project : str, Project
        The project and its name.
    """
    day = sheet.give(f"inputs.projects.{key}.complete", "day", serial(project.complete))
    sheet.give(f"projects.{key}.planned", "month", project.planned_month, formula=month_number_text(day))
    sheet.give(f"inputs.projects.{key}.delay", "month", project.delay)
    if project.cancelled:
        day = sheet.give(f"inputs.projects.{key}.cancelled", "day", serial(project.cancelled))
        sheet.give(f"projects.{key}.cancelled.month", "month", project.cancelled_month, formula=month_number_text(day))
    if timeline.past:
        end, never = "{time.from} + {time.periods} * {time.months_in_period}", f"{NEVER:g} * {{time.one_month}}"
        counts = np.where(
            counting_month(project.planned_month, project.delay, timeline) < NEVER, project.planned_month, NEVER
        )
        text = f"IF({project.completes_text(key)} <= {end}, {{projects.{key}.planned}}, {never})"
        sheet.give_after_horizon(f"projects.{key}.planned", "month", counts, text)


def _give_span_months(sheet: Sheet, prefix: str, project: Project, span: Span) -> tuple[str, str]:
    """Write the scalars of the months in which a span of spending starts and ends; return their references."""
    spend, span_path, planned = project.spend, f"{prefix}.spend.{span.key}", f"{{{prefix}.planned}}"
    start, end = "", planned
    if spend is None:
        start = f"{planned} - {{time.months_in_year}}"
    elif isinstance(spend, SpendByPeriod):
        last = sheet.give(f"{span_path}.until", "month", span.until, span_path)
        end = f"MIN({last}, {planned})"
    else:
        start = month_number_text(sheet.give(f"inputs.{prefix}.spend.from", "day", serial(spend.start)), start=True)
        if spend.end:
            end = month_number_text(sheet.give(f"inputs.{prefix}.spend.to", "day", serial(spend.end)))
    reads = () if start else (span_path,)
    begins = sheet.give(f"{span_path}.from", "month", span.start, *reads, formula=start)
    return begins, sheet.give(f"{span_path}.to", "month", span.end, formula=end)


def capex_rows(sheet: Sheet, timeline: Timeline, key: str, project: Project, money: Currencies) -> None:
    """Write `projects.<key>.spent_share` [1] and `projects.<key>.capex` [money].

    Where the project is cancelled, also `planned_share` [1], the share that would be spent without it, and
    `capex_saved` [money], what is not spent any more.

    Parameters
    ----------
    sheet, timeline : Sheet, Timeline
        The sheet that gets the rows, and its periods.
    key, project : str, Project
        The project and its name.
    money : Currencies
        The currencies of amounts.

    Source
    ------
    Own derivation: a delay stretches the curve of spending between its first day and completion, so the share spent at
    a moment is that of the undelayed curve at the moment moved back in proportion.
    """
    prefix, label = f"projects.{key}", project.name or key_in_words(key)
    rows = {"spent_share": "capex"} | ({"planned_share": "capex_saved"} if project.cancelled else {})
    for share, flow in rows.items() if timeline.past else ():
        sheet.after_horizon(f"{prefix}.{share}", f"{{{prefix}.{share}@-1}}")
        sheet.after_horizon(f"{prefix}.{flow}", "0")
    spans = [(span, *_give_span_months(sheet, prefix, project, span)) for span in project.spans]
    sheet.give(f"{prefix}.first_spending", "month", project.spans[0].start, formula=spans[0][1])
    capex = sheet.give(f"inputs.{prefix}.capex", money.code_of(f"{prefix}.capex"), project.capex)
    cost = f"{capex} * (1 + {sheet.give(f'inputs.{prefix}.overrun', '', project.overrun)})"
    until = f"MIN({{time.end}}, {{{prefix}.cancelled.month}})" if project.cancelled else "{time.end}"
    moments, less = (until, "{time.end}"), ("", f" - {{{prefix}.capex}}")
    for (share, flow), moment, taken in zip(rows.items(), moments, less, strict=False):
        text = _spent_text(sheet, key, project, spans, moment)
        sheet.carry(Row(f"{prefix}.{share}", f"{label}: {WORDS[share]}", "", STOCK, text))
        text = money.flow(f"{prefix}.capex", f"{cost} * ({{{prefix}.{share}}} - {{{prefix}.{share}@-1}})")
        sheet.line(Row(f"{prefix}.{flow}", f"{label}: {WORDS[flow]}", money.reporting, FLOW, f"{text}{taken}"))


def _spent_text(sheet: Sheet, key: str, project: Project, spans: list[tuple[Span, str, str]], moment: str) -> str:
    """Return the formula of the share that is spent up to a moment, the curve stretched by a delay. [1]"""
    prefix = f"projects.{key}"
    first, planned, done = f"{{{prefix}.first_spending}}", f"{{{prefix}.planned}}", project.completes_text(key)
    clock = f"({first} + ({moment} - {first}) * ({planned} - {first}) / ({done} - {first}))"
    terms = []
    for span, a, b in spans:
        span_path = f"{prefix}.spend.{span.key}" if isinstance(project.spend, SpendByPeriod) else f"{prefix}.spend"
        of = sheet.give(f"inputs.{prefix}.spend.{span.key}", "", span.share, span_path)
        part = f"MIN(MAX(({clock} - {a}) / ({b} - {a}), 0), 1)"
        terms.append(f"{of} * {part}^2 * (3 - 2 * {part})" if project.is_smooth else f"{of} * {part}")
    return " + ".join(terms)
