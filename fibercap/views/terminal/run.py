"""The page that `run` prints."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from rich.padding import Padding
from rich.text import Text

from fibercap.core.period_names import DECEMBER
from fibercap.studies.covenants import covenants
from fibercap.studies.findings import findings
from fibercap.studies.plan_warnings import all_warnings
from fibercap.views.sentences import VERDICTS, claim_lines, covenant_lines, evidence_note, laws_line, measure_text
from fibercap.views.tables import table_step
from fibercap.views.terminal.printing import (
    fold_label,
    plain_table,
    print_bars,
    print_failures,
    print_hanging,
    print_title,
    show_figures,
)
from fibercap.views.terminal.run_sections import EVERYTHING, Selection, selected_tables
from fibercap.views.terminal.summary import summary

if TYPE_CHECKING:
    from collections.abc import Mapping

    from rich.console import Console

    from fibercap.model.measures.measure import Measure
    from fibercap.model.projection import Projection
    from fibercap.studies.claims import Outcome
    from fibercap.studies.covenants import CovenantResult

MEASURE_WIDTH: Final = 38
"""The width of the names of measures; longer ones take several lines."""


def run_page(
    console: Console,
    projection: Projection,
    measures: Mapping[str, Measure],
    claims: Mapping[str, Outcome],
    by: str,
    selection: Selection = EVERYTHING,
) -> None:
    """Print a projection: failures, a summary of ten lines, then the sections and rows that are selected."""
    scenario = projection.scenario
    tables = selected_tables(projection, selection, table_step(projection, by))
    heading(console, scenario.title or scenario.id, _subtitle(projection))
    promises = covenants(projection)
    failures = findings(projection, claims, promises)
    print_failures(console, [(finding.sentence, finding.way_out) for finding in failures])
    alarms(console, projection)
    if selection.has("summary"):
        summary_list(console, summary(projection, measures, claims, promises, all_warnings(projection)))
    for section, figures in tables.items():
        for table in figures:
            show_figures(console, table)
        if section == "capacity":
            _capacity_bars(console, projection, selection)
    if selection.has("measures"):
        measures_table(console, measures)
    if selection.has("claims"):
        claims_list(console, claims)
        covenants_list(console, promises)
    if selection.everything:
        console.print(Text(laws_line(projection)))


def summary_list(console: Console, lines: Mapping[str, str]) -> None:
    """Print the lines of the summary, each beside its head."""
    widest = max(len(head) for head in lines)
    for head, text in lines.items():
        print_hanging(console, head.ljust(widest), text, "bold")
    console.print()


def _subtitle(projection: Projection) -> str:
    timeline, option = projection.timeline, projection.scenario.option
    years = "" if timeline.year_ends == DECEMBER else f", years to {projection.scenario.horizon.year_ends}"
    text = f"{timeline.start} to {timeline.end}, by {timeline.step}{years}, in {projection.scenario.currency}"
    return f"{text}, option {option}" if option else text


def heading(console: Console, title: str, subtitle: str) -> None:
    """Print the title and subtitle of a page."""
    print_title(console, title)
    console.print(Text(subtitle, style="dim"))
    console.print()


def alarms(console: Console, projection: Projection) -> None:
    """Print every warning in bold red."""
    texts = all_warnings(projection)
    for warning in texts:
        print_hanging(console, "WARNING", warning, "bold red", body_style="bold red")
    if texts:
        console.print()


def _capacity_bars(console: Console, projection: Projection, selection: Selection) -> None:
    """Print the effective capacity of all plants as bars."""
    plan, timeline = projection.scenario, projection.timeline
    years = list(timeline.groups("year"))
    for unit in plan.product_units:
        plants = [plant for plant in plan.plants if plan.unit_of_plant(plant) == unit]
        total = {
            year: sum(float(projection.by(f"plants.{p}.effective_capacity")[year][0]) for p in plants)
            for year in selection.in_years(timeline, years, years)
        }
        if total:
            print_bars(console, "Effective capacity of all plants, by year", f"{unit}/year", total)


def measures_table(console: Console, measures: Mapping[str, Measure]) -> None:
    """Print the measures, with the reason where one is undefined, and the weakest kind of input behind them."""
    table = plain_table()
    table.add_column("Measure", no_wrap=True)
    table.add_column("Value", justify="right", no_wrap=True)
    table.add_column("Unit")
    for measure in measures.values():
        shown, unit = measure_text(measure)
        label = "\n".join(fold_label(measure.label, MEASURE_WIDTH))
        table.add_row(Text(label), shown, _unit_text(measure, unit))
    console.print(table)
    if note := evidence_note(measures):
        console.print(Text(note, style="dim"))
    console.print()


def _unit_text(measure: Measure, unit: str) -> Text:
    """Return the unit of a measure with its date and remark, or the reason why it is undefined."""
    if measure.reason:
        return Text(f"undefined: {measure.reason}", style="dim")
    notes = [text for text in (f"in {measure.when}" if measure.when else "", measure.remark) if text]
    return Text.assemble(unit, (f" ({'; '.join(notes)})" if notes and unit else "; ".join(notes), "dim"))


def covenants_list(console: Console, covenants_by_name: Mapping[str, CovenantResult]) -> None:
    """Print the covenants, each with its tightest test."""
    if not covenants_by_name:
        return
    console.print(Text("Covenants", style="bold"))
    for tested in covenants_by_name.values():
        verdict, text = covenant_lines(tested)
        style = f"bold {VERDICTS[verdict]}" if tested.is_broken else VERDICTS[verdict]
        print_hanging(console, verdict, tested.title, style, indent=2)
        console.print(Padding(Text(text), (0, 0, 0, 8)))
    console.print()


def claims_list(console: Console, claims: Mapping[str, Outcome]) -> None:
    """Print the claims, each with its result."""
    if not claims:
        return
    console.print(Text("Claims", style="bold"))
    for outcome in claims.values():
        style = "green" if outcome.holds else ("yellow" if outcome.as_expected else "bold red")
        verdict, text = claim_lines(outcome)
        print_hanging(console, verdict, outcome.says, style, indent=2)
        console.print(Padding(Text(text), (0, 0, 0, 8)))
        if not outcome.holds and outcome.note:
            console.print(Padding(Text(outcome.note, style="dim"), (0, 0, 0, 8)))
    console.print()
