"""What a plant could make without any project: its capacity by key, in steps or straight lines, and growing."""

from __future__ import annotations

from functools import partial
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from fibercap.model.plants.closures import growth_over
from fibercap.model.plants.growth_rows import GROWTH, KNOT, NEXT, cut_month, growth_rows

if TYPE_CHECKING:
    from fibercap.core.formulas.sheet import Sheet
    from fibercap.core.language.series import Series
    from fibercap.core.timeline import Timeline

END: Final = "{time.end}"


def capacity_texts(
    sheet: Sheet, timeline: Timeline, named: tuple[str, str], capacity: Series, unit: str, clocks: list[str]
) -> tuple[str, str]:
    """Return the formulas of a plant's capacity at a period's end, and of its mean over the time in which it works.

    Parameters
    ----------
    sheet, timeline : Sheet, Timeline
        The sheet that has the plant's clocks and gets its capacity by key, and the periods.
    named, capacity, unit : two of str, Series, str
        The path of the capacity and its name for readers, the capacity, and its unit.
    clocks : list of str
        The clocks of the spans in which the plant works. [month]

    Source
    ------
    docs/conventions.md, section 2, rules 3 and 5.
    """
    path = named[0]
    if not capacity.starts:
        amount = sheet.give(f"inputs.{path}", unit, capacity.values[0])
        return amount, f"{amount} * ({growth_over(clocks, str)}) / {{time.months}}"
    keys = zip(capacity.names, capacity.values, strict=True)
    amounts = [sheet.give(f"inputs.{path}.{key}", unit, value) for key, value in keys]
    first = 0 if capacity.linear or capacity.growth else 1  # of steps, the first holds from the start
    begins = [
        sheet.give(f"inputs.{path}.{key}{KNOT}", "month", start, f"{path}.{key}")
        for key, start in zip(capacity.names[first:], capacity.starts[first:], strict=True)
    ]
    texts = _lines(amounts, begins, clocks) if capacity.linear else _steps(amounts, begins[1 - first :], clocks)
    if capacity.growth is None:
        return texts[0], f"({texts[1]}) / {{time.months}}"
    growth_rows(sheet, timeline, named, capacity.growth, begins[-1])
    return _with_growth(timeline, path, capacity, amounts[-1], clocks, texts)


def _steps(amounts: list[str], begins: list[str], clocks: list[str]) -> tuple[str, str]:
    """Return the formulas of amounts that each hold until the next: at a period's end, and times the months of work."""
    nameplate, effective, knots = amounts[0], [], ["", *begins, ""]
    for number, amount in enumerate(amounts):
        since, until = knots[number : number + 2]
        if since:
            nameplate = f"IF({END} > {since}, {amount}, {nameplate})"
        effective.append(f"{amount} * ({growth_over(clocks, partial(cut_month, since, until))})")
    return nameplate, " + ".join(effective)


def _lines(amounts: list[str], begins: list[str], clocks: list[str]) -> tuple[str, str]:
    """Return the formulas of straight lines between amounts: at a period's end, and times the months of work."""
    nameplate, effective = amounts[0], []
    for number, (since, until) in enumerate(pairwise(begins)):
        rise = f"({amounts[number + 1]} - {amounts[number]}) / ({until} - {since})"
        nameplate += f" + {rise} * ({cut_month(since, until, END)} - {since})"

        def integral(month: str, number: int = number, rise: str = rise, ends: tuple[str, str] = (since, until)) -> str:
            past = f"({cut_month(*ends, month)} - {ends[0]})"
            return f"{past} * ({amounts[number]} + {rise} * {past} / 2)"

        effective.append(growth_over(clocks, integral))
    effective.append(f"{amounts[-1]} * ({growth_over(clocks, partial(cut_month, begins[-1], ''))})")
    return nameplate, " + ".join(effective)


def _with_growth(
    timeline: Timeline, path: str, capacity: Series, last: str, clocks: list[str], texts: tuple[str, str]
) -> tuple[str, str]:
    """Return the formulas with growth after the last key, of which each period, or each month of it, has one factor."""
    row, by_month = f"{GROWTH}.{path}", capacity.growth is not None and capacity.growth.every == "month"
    if timeline.months == 1 or not by_month:
        more, at_end = f"({{{row}}} - 1) * ({growth_over(clocks, str)})", f"{{{row}}}"
    else:
        parts, at_end = [], f"{{{row}.month_{timeline.months}}}"
        for number in range(timeline.months):
            since, until = (f"({{time.start}} + {months} * {NEXT})" for months in (number, number + 1))
            of_month = growth_over(clocks, partial(cut_month, since, until))
            parts.append(f"({{{row}.month_{number + 1}}} - 1) * ({of_month})")
        more = f"({' + '.join(parts)})"
    return f"({texts[0]} + {last} * ({at_end} - 1))", f"({texts[1]} + {last} * {more}) / {{time.months}}"
