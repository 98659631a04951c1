"""The page that `simulate` prints."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from rich.text import Text

from fibercap.core.language.names import key_in_words
from fibercap.model.uncertain.parameters import in_ones
from fibercap.studies.batch import MANY
from fibercap.views.chances_tables import tables_of
from fibercap.views.distribution_text import evidence_of, uncertain_text
from fibercap.views.terminal.printing import fold_label, plain_table, print_hanging, print_title

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.console import Console

    from fibercap.studies.chances.drivers import Driver
    from fibercap.studies.chances.simulate import Simulation
from fibercap.views.chances_tables import ChanceTable

LABEL: Final = 28
GUTTER: Final = 3


def simulation_page(console: Console, simulation: Simulation, groups: Sequence[Driver], driven: str) -> None:
    """Print a simulation: what is uncertain, then what is likely.

    Parameters
    ----------
    console : Console
        Where to print.
    simulation : Simulation
        What was simulated.
    groups, driven : sequence of Driver, str
        What drives a measure, and its name.
    """
    plan, uncertain = simulation.scenario, simulation.sampler.uncertain
    print_title(console, plan.title or plan.id)
    rounded = f" ({simulation.asked:,} rounded up)" if simulation.samples != simulation.asked else ""
    console.print(Text(f"{simulation.samples:,} samples{rounded}, seed {simulation.sampler.seed}", style="dim"))
    console.print()
    console.print(Text("What is uncertain", style="bold"))
    for name, one in uncertain.inputs.items():
        kind = evidence_of(plan, name)
        print_hanging(
            console, one.title or key_in_words(name), f"{uncertain_text(one)} ({kind})", "", indent=2, body_style="dim"
        )
    for pair in uncertain.pairs.values():
        text = f"{pair.one} and {pair.other}, rank correlation {in_ones(pair.rank_correlation):g}"
        print_hanging(console, "together", text, "dim", indent=2, body_style="dim")
    console.print()
    for case in simulation.cases.values():
        _notes(console, simulation, case.name)
    for table in tables_of(simulation, groups, driven):
        _print_table(console, table)


def _notes(console: Console, simulation: Simulation, name: str) -> None:
    """Say which samples the plan refuses, which inputs an option lacks, and why many samples had no program."""
    case = simulation.cases[name]
    where = f"{name}: " if name else ""
    if case.refused:
        first = case.refused[0]
        text = (
            f"{where}{len(case.refused):,} samples are refused and left out, the first is {first.sample}: {first.why}"
        )
        print_hanging(console, "NOTE", text, "bold")
    if case.why_rows and simulation.samples >= MANY:
        print_hanging(console, "NOTE", f"{where}every sample was projected, without a program: {case.why_rows}", "bold")
    if case.overlay.missing:
        text = f"{where}no {', '.join(case.overlay.missing)} in this option"
        print_hanging(console, "NOTE", text, "bold")


def _print_table(console: Console, table: ChanceTable) -> None:
    """Print a table, in blocks of as many columns as the window holds."""
    widths = [max(len(line[place]) for line in (table.heads, *table.lines)) for place in range(len(table.heads))]
    room = max(14, min(LABEL, console.width - widths[-1] - GUTTER))
    labels = ["\n".join(fold_label(line[0], room)) for line in table.lines]
    width = max((len(part) for label in labels for part in label.split("\n")), default=0)
    console.print(Text(table.title, style="bold"))
    for block in _blocks(widths[1:], console.width - width - 1):
        shown = plain_table()
        shown.add_column("", width=width, no_wrap=True)
        for head in table.heads[block]:
            shown.add_column(Text(head), justify="right", no_wrap=True, vertical="bottom")
        for label, line in zip(labels, table.lines, strict=True):
            shown.add_row(Text(label), *(Text(cell) for cell in line[block]))
        console.print(shown)
    if table.note:
        console.print(Text(table.note, style="dim"))
    console.print()


def _blocks(widths: Sequence[int], room: int) -> list[slice]:
    """Return the columns after the label in blocks, each as wide as a window allows."""
    blocks, start, used = [], 0, 0
    for place, width in enumerate(widths):
        if used + width + GUTTER > room and place > start:
            blocks.append(slice(start + 1, place + 1))
            start, used = place, 0
        used += width + GUTTER
    return [*blocks, slice(start + 1, len(widths) + 1)]
