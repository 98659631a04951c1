"""The page of `loan --against`: whether a bank's schedule is that of a loan."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from rich.text import Text

from fibercap.studies.bank.agreement import AS_WRITTEN, UNDER_CONVENTIONS
from fibercap.studies.bank.table import letters
from fibercap.studies.bank.variants import WEEKDAYS
from fibercap.views.numbers import number
from fibercap.views.sentences import count_text
from fibercap.views.terminal.printing import plain_table, print_hanging

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.console import Console

    from fibercap.studies.bank.agreement import Agreement, Convention
    from fibercap.studies.bank.comparing import Difference

MOST_SHOWN: Final = 5
WORDS: Final = {"closing": "owed after it"}
"""What the amounts of a role are called, if not by its name."""
COLUMNS: Final = {"opening": "owed before", "closing": "owed after"}


def against_page(console: Console, heading: str, currency: str, agreement: Agreement) -> None:
    """Print whether a bank's schedule matches a loan, under which conventions, or the first line that differs.

    Parameters
    ----------
    console : Console
        Where to print.
    heading, currency : str
        What tables call the loan, and its currency.
    agreement : Agreement
        The result of the comparison.
    """
    table = agreement.table
    console.print(Text(f"{heading} beside {table.name}", style="bold"))
    print_hanging(console, "read", _columns(agreement), "dim")
    if agreement.verdict == AS_WRITTEN:
        _say(console, "AGREES", f"to the last digit as written, on all {count_text(agreement.lines, 'line')}")
        return
    if agreement.verdict == UNDER_CONVENTIONS:
        words = f"to the last digit on all {count_text(agreement.lines, 'line')}, with"
        _say(console, "AGREES", words)
        _conventions(console, agreement.conventions)
        _apart(console, agreement, currency)
        return
    _differs(console, agreement, currency)


def _say(console: Console, word: str, sentence: str) -> None:
    print_hanging(console, word, sentence, "bold red" if word == "DIFFERS" else "bold green")


def _columns(agreement: Agreement) -> str:
    """Return the columns, each with what it was taken for."""
    table = agreement.table
    parts = [] if table.grid.dated is None else [f"{letters(table.grid.dated)}: date"]
    for role, index in sorted(table.shown.items(), key=lambda pair: table.grid.columns[pair[1]]):
        heading = table.grid.headings[index]
        named = f" `{heading}`" if heading else ""
        parts.append(f"{letters(table.grid.columns[index])}{named}: {COLUMNS.get(role, role)}")
    days = "" if agreement.days is None else f", {agreement.days[0]} to {agreement.days[1]}"
    unread = [letters(column) for index, column in enumerate(table.grid.columns) if index not in table.shown.values()]
    rest = f"; not read: {', '.join(unread)}" if unread else ""
    return f"{count_text(agreement.lines, 'payment')}{days}; column {', '.join(parts)}{rest}"


def _conventions(console: Console, conventions: Sequence[Convention]) -> None:
    for place, convention in enumerate(conventions[:MOST_SHOWN], 1):
        print_hanging(console, f"{place}.", changes_text(convention.changes), "bold", indent=2)
        if convention.same:
            others = "; or ".join(_other(changes, convention.changes) for changes in convention.same[:2])
            left = len(convention.same) - 2
            more = f"; or {count_text(left, 'other')}" if left > 0 else ""
            print_hanging(console, "the same", f"{others}{more}", "dim", indent=5)
    if any(convention.changes.get("payments.calendar") == WEEKDAYS for convention in conventions[:MOST_SHOWN]):
        block = f"calendars: {{{WEEKDAYS}: {{weekends: true}}}}, written in the file beside `loans`"
        print_hanging(console, "goes with", block, "dim", indent=2)
    if len(conventions) > MOST_SHOWN:
        print_hanging(console, "and", f"{len(conventions) - MOST_SHOWN} others (--json has them)", "dim", indent=2)


def _other(changes: Mapping[str, Any], first: Mapping[str, Any]) -> str:
    """Return in what other changes differ from the first."""
    more = {key: value for key, value in changes.items() if first.get(key) != value}
    left = [f"no {key}" for key in first if key not in changes]
    return ", ".join([*([changes_text(more)] if more else []), *left])


def changes_text(changes: Mapping[str, Any]) -> str:
    """Return changes of a loan as they are written in a file."""
    return ", ".join(f"{key}: {_as_in_file(value)}" for key, value in changes.items()) or "the loan as written"


def _as_in_file(value: Any) -> str:
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{key}: {_as_in_file(child)}" for key, child in value.items()) + "}"
    return str(value)


def _apart(console: Console, agreement: Agreement, currency: str) -> None:
    if agreement.tells_apart is not None:
        place, day, column, (one, other) = agreement.tells_apart
        both = f"{number(one, 1.0, 2)} or {number(other, 1.0, 2)} {currency}"
        words = f"payment {place} of {day}, which the table does not show in full: {WORDS.get(column, column)} {both}"
        print_hanging(console, "1 or 2?", words, "bold")


def _differs(console: Console, agreement: Agreement, currency: str) -> None:
    difference = agreement.difference
    if difference is None:
        _say(console, "DIFFERS", "the loan alone has no schedule")
        return
    when = f" of {difference.date}" if difference.date else ""
    _say(console, "DIFFERS", f"from line {difference.line}{when} on (row {difference.row} of the file)")
    if agreement.closest:
        print_hanging(console, "beside", changes_text(agreement.closest), "dim", indent=2)
    if difference.loan:
        _line(console, difference, currency)
        column, line, amount = difference.largest
        words = f"{number(amount, 1.0, 2)} {currency} of {WORDS.get(column, column)} in line {line}"
        print_hanging(console, "at most", words, "dim", indent=2)
        print_hanging(
            console, "in all", f"{number(difference.interest_in_all, 1.0, 2)} {currency} of interest", "dim", indent=2
        )
    else:
        print_hanging(console, "no date", "the loan has no payment on that day", "dim", indent=2)
    if agreement.rate is None:
        print_hanging(
            console, "rate", f"no one rate explains it ({agreement.tried} conventions tried)", "dim", indent=2
        )
        return
    print_hanging(console, "rate", f"its interest is consistent with {_as_in_file(agreement.rate)}", "bold", indent=2)
    if agreement.with_rate:
        _say(console, "AGREES", "to the last digit with that rate:")
        _conventions(console, agreement.with_rate)


def _line(console: Console, difference: Difference, currency: str) -> None:
    """Print the first line that differs, of the bank and of the loan."""
    table = plain_table()
    for head in (currency, "bank", "loan", "difference"):
        table.add_column(head, justify="left" if head == currency else "right", no_wrap=True)
    for role, bank in difference.bank.items():
        ours = difference.loan[role]
        table.add_row(WORDS.get(role, role), *(number(amount, 1.0, 2) for amount in (bank, ours, bank - ours)))
    console.print(table)
