"""The report's section on options: measures, bridge and cash needed, compared."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from fibercap.model.measures.all_measures import is_of_one_loan
from fibercap.studies.verdict.footing import footing
from fibercap.views.charts.bridge import bridge_panels
from fibercap.views.numbers import Figures
from fibercap.views.numbers import Line as FigureLine
from fibercap.views.report.parts import Items, Line, Section, Table, Words, figure, figures_of, tables_of
from fibercap.views.sentences import best_shown, delta_texts, measure_text, shared_label
from fibercap.views.verdict_text import (
    Speech,
    beside_lines,
    caution_lines,
    excluded_lines,
    extremes_lines,
    flip_text,
    footing_text,
    free_cash_flow_text,
    not_close_text,
    rates_text,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fibercap.studies.compare import Comparison
    from fibercap.studies.verdict.verdict import Verdict
    from fibercap.views.report.parts import Part
    from fibercap.views.report.subject import Subject

ABREAST: Final = 6
"""How many options fit in one table on A4."""


def options(subject: Subject) -> Section | None:
    """Return the section that compares the options."""
    comparison = subject.comparison
    if comparison is None:
        return None
    names = list(comparison.cases)
    parts: list[Part] = [*figures_of("options", subject)]
    if subject.verdict is not None:
        parts += _verdict(subject.verdict, comparison)
    parts += [_measures(comparison, names[n : n + ABREAST], subject.option) for n in range(0, len(names), ABREAST)]
    others = [name for name in names if name != comparison.baseline]
    changes = [_changes(comparison, others[start : start + ABREAST]) for start in range(0, len(others), ABREAST)]
    parts += [table for table in changes if table.lines]
    if bridge_panels(comparison):
        note = footing_text(footing(comparison), _speech(comparison))
        parts.append(figure("bridge", note))
    cases = list(comparison.cases.values())
    lines = [FigureLine(case.title, list(case.cash_needed.values())) for case in cases]
    title = "Cash needed from owners or from cash held, by year"
    parts += tables_of(Figures(title, comparison.currency, list(cases[0].cash_needed), lines))
    return Section("options", "Ways of financing", parts)


def _verdict(verdict: Verdict, comparison: Comparison) -> Iterator[Part]:
    """Yield the details of the verdict: why options are excluded, what changes the choice, where rankings differ."""
    speech = _speech(comparison)
    if against := list(excluded_lines(verdict, speech)):
        yield Words("What speaks against options", "head")
        yield Items(against, "bad")
    items = [flip_text(flip, verdict, speech) for flip in verdict.flips]
    if len(verdict.ranked) > 1:
        items += [] if verdict.close or not verdict.recommended else [not_close_text(verdict)]
        items.append(f"by discount rate: {rates_text(verdict, speech)}")
    items += [f"{speech.option(name)} {changes}" for name, changes in beside_lines(verdict, speech)]
    items += [*caution_lines(verdict, comparison, speech)]
    items += [text] if (text := free_cash_flow_text(verdict, speech)) else []
    items += [f"{speech.option(name)}: {sides}" for name, sides in extremes_lines(verdict, comparison)]
    if items:
        yield Words("How sure the ranking is", "head")
        yield Items([f"{text[0].upper()}{text[1:]}" for text in items])


def _speech(comparison: Comparison) -> Speech:
    """Return how this section names options: by their titles."""
    return Speech(lambda name: f"“{comparison.cases[name].title}”", str, lambda finding: finding.fault)


def _measures(comparison: Comparison, names: list[str], chosen: str) -> Table:
    """Return a table of the measures of some options; the best of all options are marked."""
    lines = []
    for key in _shown_measures(comparison):
        best = best_shown(comparison, key)
        among = [case.measures[key] for case in comparison.cases.values()]
        cells = [measure_text(comparison.cases[n].measures[key], among)[0] + (" ★" if n in best else "") for n in names]
        lines.append(Line(shared_label(comparison, key), cells))
    columns = ["", *(f"{comparison.cases[n].title}{' (shown in full)' if n == chosen else ''}" for n in names)]
    note = footing_text(footing(comparison), _speech(comparison))
    return Table("Measures by option, the best marked ★", columns, lines, note=note)


def _changes(comparison: Comparison, names: list[str]) -> Table:
    """Return a table of the measures of some options less those of the baseline, where any differs."""
    texts = {key: deltas for key in _shown_measures(comparison) if (deltas := delta_texts(comparison, key))}
    lines = [Line(shared_label(comparison, key), [deltas[name] for name in names]) for key, deltas in texts.items()]
    title = f"Change from “{comparison.cases[comparison.baseline].title}”"
    return Table(title, ["", *(comparison.cases[name].title for name in names)], lines)


def _shown_measures(comparison: Comparison) -> list[str]:
    """Return the measures that every option has and that are defined in some, without those of single loans."""
    cases = list(comparison.cases.values())
    known = [
        key for key in cases[0].measures if not is_of_one_loan(key) and all(key in case.measures for case in cases)
    ]
    return [key for key in known if any(case.measures[key].value is not None for case in cases)]
