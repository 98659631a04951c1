"""A loan's schedule for people: a table, CSV, JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, cast

import numpy as np
from rich.text import Text

from fibercap.views.files.table_file import TableFile
from fibercap.views.json.text import text
from fibercap.views.loan_words import loan_label, terms_text
from fibercap.views.numbers import number
from fibercap.views.table_columns import SCHEDULES
from fibercap.views.terminal.printing import plain_table, window

if TYPE_CHECKING:
    from collections.abc import Mapping

    from rich.console import Console
    from rich.table import Table

    from fibercap.core.units import Array
    from fibercap.model.loans import Loan, Schedule
    from fibercap.views.json.answer_types import Event, Lent, LoanMeasures, Totals

COLUMNS: Final = tuple(column.name for column in SCHEDULES[2:])
"""The columns of a table of events."""
HEADINGS: Final = {
    "drawn": "Drawn",
    "interest": "Interest",
    "capitalized": "Added\nto debt",
    "fees": "Fees",
    "principal": "Principal",
    "payment": "Payment",
    "closing": "Owed",
}
Form = tuple[float, int, str]
FORMS: Final[tuple[Form, ...]] = ((1.0, 2, ""), (1.0, 0, ""), (1e3, 1, "thousand "), (1e6, 2, "million "))
"""Divisor, decimals and word of amounts; the first that fits the window is taken."""
NUMBER: Final = 3
DATE: Final = 10
GAP: Final = 2
"""Characters of the first two columns, and between two columns."""
ALWAYS: Final = ("interest", "principal", "payment", "closing")


def loan_document(name: str, schedule: Schedule) -> Lent:
    """Return the document of `loan --json`."""
    return {
        "loan": name,
        "currency": schedule.currency,
        "schedule": cast("list[Event]", schedule.events),
        "totals": cast("Totals", schedule.totals),
        "measures": cast("LoanMeasures", schedule.measures),
        "notes": schedule.notes,
    }


def loan_json(schedules: dict[str, Schedule]) -> str:
    """Return the one schedule there is as JSON text."""
    ((name, schedule),) = schedules.items()
    return text(loan_document(name, schedule)) + "\n"


def schedules_table(schedules: Mapping[str, Schedule]) -> TableFile:
    """Return schedules as one table, a line for each date; the first column names the loan."""
    lines = (
        (name, schedule.currency, *({"rate": rate if event["number"] else None, **event}.get(key) for key in COLUMNS))
        for name, schedule in schedules.items()
        for event, rate in zip(schedule.events, np.atleast_2d(schedule.rates)[0].tolist(), strict=True)
    )
    return TableFile("schedules", "Schedules of loans", SCHEDULES, tuple(lines), ("loan", "date"))


def loan_pages(loans: Mapping[str, Loan], schedules: dict[str, Schedule]) -> None:
    """Print every schedule in the window."""
    console = window()
    for name, schedule in schedules.items():
        loan_page(console, name, loans[name], schedule)


def loan_page(console: Console, name: str, loan: Loan, schedule: Schedule) -> None:
    """Print a loan: its terms, a line for each date, totals, cost and average life; in several tables if need be."""
    least = np.ravel(schedule.least)[0]
    values = {key: _money(np.atleast_2d(amounts)[0], least) for key, amounts in schedule.values.items()}
    keys = [key for key in HEADINGS if key in ALWAYS or values[key][key == "drawn" :].any()]
    fitting = (form for form in FORMS if _width(values, keys, form) <= console.width)
    form = next(fitting, _shortest(values, keys))
    title = loan_label(loan, name)
    console.print(Text.assemble((title, "bold"), (f"  [{form[2]}{schedule.currency}]", "dim")))
    console.print(Text(terms_text(loan), style="dim"))
    for number_of_part, part in enumerate(_parts(values, keys, form, console.width)):
        if number_of_part:
            console.print()
        console.print(_table(schedule, values, part, form))
    console.print(Text(closing_text(schedule)))
    console.print()


def _money(amounts: Array, least: float) -> Array:
    """Return amounts, with 0 for those that count as no money."""
    return np.where(np.abs(amounts) > least, amounts, 0.0)


def _parts(values: dict[str, Array], keys: list[str], form: Form, width: int) -> list[list[str]]:
    """Return the columns of each table: no figure is cut, so what does not fit beside the others stands below."""
    parts: list[list[str]] = [[]]
    for key in keys:
        if parts[-1] and _width(values, [*parts[-1], key], form) > width:
            parts.append([])
        parts[-1].append(key)
    return parts


def _table(schedule: Schedule, values: dict[str, Array], keys: list[str], form: Form) -> Table:
    """Return a line for each date, and the totals."""
    table = plain_table()
    table.collapse_padding = True
    table.add_column("No.", justify="right", no_wrap=True, min_width=NUMBER)
    table.add_column("Date", no_wrap=True, min_width=DATE)
    for key in keys:
        table.add_column(HEADINGS[key], justify="right", no_wrap=True, min_width=_figure_width(values, key, form))
    for row, day in enumerate(schedule.dates):
        label = str(schedule.numbers[row] or "")
        table.add_row(label, str(day), *(_cell(key, values[key][row], form) for key in keys))
    table.add_section()
    sums = [number(float(values[key].sum()), form[0], form[1]) if key != "closing" else "" for key in keys]
    table.add_row("", "Total", *sums, style="bold")
    return table


def _cell(key: str, value: float, form: Form) -> str:
    return "" if value == 0 and key != "closing" else number(float(value), form[0], form[1])


def _figure_width(values: dict[str, Array], key: str, form: Form) -> int:
    """Return the characters that a column needs: its widest figure, the total included, and word of its heading."""
    amounts = values[key].tolist() if key == "closing" else [*values[key].tolist(), float(values[key].sum())]
    widest = max(len(number(amount, form[0], form[1])) for amount in amounts)
    return max(widest, *(len(word) for word in HEADINGS[key].split()))


def _width(values: dict[str, Array], keys: list[str], form: Form) -> int:
    """Return the characters that a table needs."""
    return NUMBER + DATE + GAP + sum(_figure_width(values, key, form) + GAP for key in keys)


def _shortest(values: dict[str, Array], keys: list[str]) -> Form:
    """Return the form of amounts that needs the least width, the one with most digits where several do."""
    return min(FORMS, key=lambda form: _width(values, keys, form))


def closing_text(schedule: Schedule) -> str:
    """Return cost, average life and balloon in words."""
    cost, life = (schedule.measures[key]["value"] for key in ("all_in_cost", "average_life"))
    texts = [f"All-in cost {100 * cost:.4f} %/year effective" if cost is not None else "All-in cost undefined"]
    if cost is None:
        texts[0] += f" ({schedule.cost[1]})"
    if life is not None:
        texts.append(f"average life {life:.4f} years")
    balloon = float(np.ravel(schedule.balloon)[0])
    rest = (
        f"\nBalloon with the last payment {number(balloon, 1.0, 2)} {schedule.currency}"
        if balloon > np.ravel(schedule.least)[0]
        else ""
    )
    return "; ".join(texts) + rest + "".join(f"\nNote: {note}" for note in schedule.notes)
