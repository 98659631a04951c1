"""The pages of `sensitivity`: a tornado, tables of one input at a time, and two-way tables."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from rich.text import Text

from fibercap.studies.what_if.two_way import TwoWay
from fibercap.views.sentences import count_text
from fibercap.views.terminal.printing import fold_label, plain_table, print_hanging, print_title
from fibercap.views.what_if_words import (
    UNSOUND_NOTE,
    cell_text,
    change_text,
    first_text,
    heading_of,
    place_text,
    refusals,
    scale_of,
    value_text,
    values_with_unit,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from rich.console import Console

    from fibercap.model.measures.measure import Measure
    from fibercap.studies.what_if.one_way import Moved, Sensitivity
    from fibercap.studies.what_if.points import Point

LABEL: Final = 24
"""The least width of the paths of inputs beside a table; they have more where the window has room."""
GUTTER: Final = 3


def sensitivity_page(console: Console, result: Sensitivity | TwoWay) -> None:
    """Print a tornado, a table for each input that was asked for, or a two-way table."""
    plan = result.base.scenario
    option = f", option {plan.option}" if plan.option else ""
    print_title(console, f"{plan.title or plan.id}{option}")
    _say_undefined(console, result.measures.values())
    if isinstance(result, TwoWay):
        _two_way(console, result)
        return
    if result.tornado:
        _tornado(console, result)
    else:
        for moved in result.inputs:
            _one_way(console, result, moved)
    _choice(console, result)


def _two_way(console: Console, result: TwoWay) -> None:
    """Print a grid for each measure of a two-way table."""
    down, across = result.one.lever, result.other.lever
    lines, unit = values_with_unit(down, result.one.factors)
    heads, head_unit = values_with_unit(across, result.other.factors)
    for name, measure in result.measures.items():
        scale = scale_of(measure, result.values(name).ravel().tolist())
        console.print()
        console.print(Text(f"{heading_of(measure, scale)}, now {scale.text(measure.values[0])}", style="bold"))
        console.print(Text(f"down: {down.name}{f' [{unit}]' if unit else ''}", style="dim"))
        console.print(Text(f"across: {across.name}{f' [{head_unit}]' if head_unit else ''}", style="dim"))
        cells = [[cell_text(point, name, scale) for point in line] for line in result.points]
        _grid(console, heads, lines, cells)
    every = [point for line in result.points for point in line]
    places = (" and ".join(map(value_text, (down, across), point.factors)) for point in every)
    _notes(console, zip(places, every, strict=True))


def _tornado(console: Console, result: Sensitivity) -> None:
    """Print for each measure the inputs that matter most, with both ends and where the first measure turns."""
    first = next(iter(result.measures))
    for name, measure in result.measures.items():
        scale = scale_of(measure, [value for moved in result.inputs for value in moved.values(name)])
        inputs = sorted(result.inputs, key=lambda moved: -moved.swing(measure))
        now = f"{heading_of(measure, scale)}, now {scale.text(measure.values[0])}"
        console.print(Text(now, style="bold"))
        moves = f"one input at a time {100 * result.by:g} % lower and higher, the widest swing first"
        if not inputs:
            console.print(Text("no number of the plan moves it", style="dim"))
            continue
        console.print(Text(moves, style="dim"))
        turns = name == first and any(moved.zeros.nearest is not None for moved in inputs)
        heads = ["lower", "higher", "swing", *([f"{_target(result, measure)} at"] if turns else [])]
        lines = []
        for moved in inputs:
            cells = [cell_text(point, name, scale) for point in moved.points]
            zero = moved.zeros.nearest
            turned = [change_text(zero - 1.0) if zero is not None else "–"] if turns else []
            lines.append([*cells, scale.text(moved.swing(measure)), *turned])
        _grid(console, heads, [f"{moved.lever.name} ({moved.lever.kind})" for moved in inputs], lines)
    _bounds(console, result)
    _notes(console, ((moved.lever.name, point) for moved in result.inputs for point in moved.points))
    if any(moved.zeros.nearest is None for moved in result.inputs):
        measure = result.measures[first]
        words = f"– {measure.label} is not {_target(result, measure)} from 0 to twice the input"
        console.print(Text(words, style="dim"))
    left = f" of {result.tried}" if result.tried > len(result.inputs) else ""
    too_large = f"; {result.left_out} more not moved, the plan is too large: name them by --input"
    words = f"{count_text(len(result.inputs), 'input')}{left} that can be moved{too_large if result.left_out else ''}"
    print_hanging(console, "shown", words, "dim", body_style="dim")


def _bounds(console: Console, result: Sensitivity) -> None:
    """Say which inputs a bound keeps from moving by the whole share."""
    for moved in result.inputs:
        for point, side in zip(moved.points, (-1.0, 1.0), strict=True):
            if abs(point.factors[0] - 1.0 - side * result.by) > 1e-9:
                words = f"{moved.lever.name} only {change_text(point.factors[0] - 1.0)}, its bound"
                console.print(Text(words, style="dim"))


def _one_way(console: Console, result: Sensitivity, moved: Moved) -> None:
    """Print the measures at each value of one input, and where the first one turns."""
    lever, name = moved.lever, next(iter(result.measures))
    factors = [point.factors[0] for point in moved.points]
    values, unit = values_with_unit(lever, factors)
    relative = lever.alone and lever.handles[0].slope == lever.handles[0].value
    scales = {key: scale_of(measure, moved.values(key)) for key, measure in result.measures.items()}
    console.print()
    kind = f" ({lever.kind})" if lever.kind else ""
    now = f", now {value_text(lever, 1.0)}" if lever.alone else ", all its values together"
    console.print(Text.assemble((f"{lever.name}{kind}", "bold"), (now, "dim")))
    heads = [*(["change"] if relative else []), *(heading_of(m, scales[k]) for k, m in result.measures.items())]
    lines = [
        [
            *([change_text(factor - 1.0)] if relative else []),
            *(cell_text(point, key, scale) for key, scale in scales.items()),
        ]
        for factor, point in zip(factors, moved.points, strict=True)
    ]
    _grid(console, heads, values, lines, corner=unit)
    _notes(console, zip((value_text(lever, factor) for factor in factors), moved.points, strict=True))
    label, target = result.measures[name].label, _target(result, result.measures[name])
    low, high = (value_text(lever, factor) for factor in moved.zeros.between)
    for factor in moved.zeros.factors:
        console.print(f"{label} is {target} at {place_text(lever, factor)}")
    for factor in moved.zeros.jumps:
        console.print(f"{label} jumps past {target} at {place_text(lever, factor)}")
    if not moved.zeros.factors and not moved.zeros.jumps:
        console.print(f"{label} is nowhere {target} from {low} to {high}: no break-even in this range")


def _target(result: Sensitivity, measure: Measure) -> str:
    scale = scale_of(measure, [result.target])
    return f"{scale.text(result.target)} {scale.unit}".rstrip() if result.target else "0"


def _choice(console: Console, result: Sensitivity) -> None:
    """Say by which moves another option becomes first."""
    choice = result.choice
    console.print()
    if choice.why_not:
        if len(result.base.scenario.options) > 1:
            print_hanging(console, "options", f"not ranked: {choice.why_not}", "bold", body_style="dim")
        return
    first = " and ".join(choice.first)
    span = "between 0 and twice its value" if result.tornado else "within the range"
    flips = [(moved.lever.name, flip) for moved in result.inputs for flip in moved.firsts]
    if choice.not_tried:
        words = f"not compared for the last {count_text(len(choice.not_tried), 'input')}, the plan is too large"
        print_hanging(console, "options", words, "bold", body_style="dim")
    if not flips:
        of = "each other input" if choice.not_tried else "each input"
        stay = "stay the first options" if len(choice.first) > 1 else "stays the first option"
        console.print(f"{first} {stay} {span} of {of}")
        return
    console.print(Text.assemble(("Where another option becomes first", "bold"), (f", now {first}", "dim")))
    for name, flip in flips:
        print_hanging(console, name, first_text(flip, choice.first[0]), "", indent=2, body_style="dim")
    stays = sum(not moved.firsts and moved.lever.name not in choice.not_tried for moved in result.inputs)
    if stays:
        console.print(Text(f"  by no move of the {'others' if stays > 1 else 'other'}, {span}", style="dim"))


def _say_undefined(console: Console, measures: Iterable[Measure]) -> None:
    """Say why measures are undefined in the plan as it is."""
    for measure in measures:
        if measure.value is None:
            print_hanging(console, "NOTE", f"{measure.label} is undefined in the plan: {measure.reason}", "bold")


def _notes(console: Console, points: Iterable[tuple[str, Point]]) -> None:
    """Say what marks mean, and why points are refused."""
    every = list(points)
    if any(not point.sound and not point.refused for _, point in every):
        console.print(Text(UNSOUND_NOTE, style="dim"))
    for reason in refusals(every):
        print_hanging(console, "NOTE", reason, "bold")


def _grid(
    console: Console, heads: Sequence[str], labels: Sequence[str], lines: Sequence[Sequence[str]], corner: str = ""
) -> None:
    """Print a table in as many blocks of columns as the window needs; long labels and heads take several lines."""
    cells = [max([len(line[place]) for line in lines], default=0) for place in range(len(heads))]
    folded = [fold_label(head, max(width, 14)) for head, width in zip(heads, cells, strict=True)]
    widths = [max(width, *map(len, head)) for width, head in zip(cells, folded, strict=True)]
    room = max(console.width - sum(widths) - GUTTER * len(widths), LABEL)
    shown = ["\n".join(fold_label(label, room)) for label in labels]
    wide = max((len(part) for text in (*shown, corner) for part in text.split("\n")), default=0)
    start = 0
    while start < len(heads):
        stop, used = start + 1, wide + GUTTER + widths[start]
        while stop < len(heads) and used + GUTTER + widths[stop] <= console.width:
            used += GUTTER + widths[stop]
            stop += 1
        table = plain_table()
        table.add_column(Text(corner, style="dim"), width=wide, no_wrap=True, vertical="bottom")
        for head in folded[start:stop]:
            table.add_column(Text("\n".join(head)), justify="right", no_wrap=True, vertical="bottom")
        for label, line in zip(shown, lines, strict=True):
            table.add_row(Text(label), *(Text(cell) for cell in line[start:stop]))
        console.print(table)
        start = stop
