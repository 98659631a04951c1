"""What `diff` prints: inputs that differ, each with its place, and results that change."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.text import Text

from fibercap.views.sentences import measure_text
from fibercap.views.terminal.printing import print_hanging

if TYPE_CHECKING:
    from collections.abc import Mapping

    from rich.console import Console

    from fibercap.core.errors import Place
    from fibercap.studies.differences import ChangedMeasure, Difference
    from fibercap.views.json import origin_types as types

Verdicts = dict[str, tuple[bool | None, bool | None]]


def inputs_page(console: Console, names: tuple[str, str], differences: Mapping[str, Difference]) -> None:
    """Print the inputs in which two plans differ, and where each is written."""
    console.print(Text(f"{names[0]} -> {names[1]}", style="bold"))
    if not differences:
        console.print("No input differs.")
        return
    console.print(Text(f"{len(differences)} input{'s differ' if len(differences) > 1 else ' differs'}", style="dim"))
    for path, item in differences.items():
        console.print(Text(f"  {path}"))
        if item.old is not None:
            print_hanging(console, "-", _value_text(item.old, item.old_source, item.old_place), "red", 4)
        if item.new is not None:
            print_hanging(console, "+", _value_text(item.new, item.new_source, item.new_place), "green", 4)


def _value_text(text: str, source: str | None, place: Place | None) -> str:
    where = f"  ({place.file_line})" if place else ""
    return f"{text}{f', source {source}' if source else ''}{where}"


def results_page(console: Console, measures: Mapping[str, ChangedMeasure], verdicts: Verdicts) -> None:
    """Print the measures that differ, and the claims that hold in one plan only."""
    console.print()
    console.print(Text("Measures that move" if measures else "No measure moves.", style="bold"))
    for item in measures.values():
        (old, unit), (new, other) = measure_text(item.old, [item.new]), measure_text(item.new, [item.old])
        delta = ""
        if item.old.value is not None and item.new.value is not None and item.old.value:
            delta = f"  ({(item.new.value - item.old.value) / abs(item.old.value):+.1%})"
        print_hanging(console, item.new.label, f"{f'{old} -> {new} {other or unit}'.rstrip()}{delta}", "", 2)
    for name, (old_holds, new_holds) in verdicts.items():
        words = {None: "not claimed", True: "holds", False: "fails"}
        print_hanging(console, f"claim {name}", f"{words[old_holds]} -> {words[new_holds]}", "yellow", 2)


def document(
    names: tuple[str, str],
    differences: Mapping[str, Difference],
    results: tuple[Mapping[str, ChangedMeasure], Verdicts] | None,
) -> types.Differences:
    """Return the document of `diff --json`."""
    inputs: dict[str, types.InputDifference] = {
        path: {
            "old": item.old,
            "new": item.new,
            "old_source": item.old_source,
            "new_source": item.new_source,
            "old_origin": _place(item.old_place),
            "new_origin": _place(item.new_place),
        }
        for path, item in differences.items()
    }
    made: types.Differences = {"old": names[0], "new": names[1], "differences": inputs}
    if results is not None:
        measures, verdicts = results
        made["measures"] = {
            name: {"label": item.new.label, "unit": item.new.unit, "old": item.old.value, "new": item.new.value}
            for name, item in measures.items()
        }
        made["claims"] = {name: {"old": old, "new": new} for name, (old, new) in verdicts.items()}
    return made


def _place(place: Place | None) -> types.Place | None:
    return {"file": place.file, "line": place.line, "column": place.column} if place else None
