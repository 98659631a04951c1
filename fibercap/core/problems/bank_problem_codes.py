"""The kinds of problem of a bank's schedule that is compared with a loan: code, meaning, way out."""

from __future__ import annotations

from typing import Final

from fibercap.core.problems.kind_of_problem import Kind

BANK: Final = {
    "no_schedule_table": Kind(
        "The table is not a bank's schedule: it has no line for each payment, with what is paid or owed.",
        "Name the sheet with `--sheet`, or save the payments alone, each with date, interest and what is owed.",
    ),
    "two_tables": Kind(
        "A sheet holds two tables, so that it is not clear which is the loan's.",
        "Save one of them in a sheet or a file of its own.",
    ),
    "several_sheets": Kind("Several sheets of a file hold schedules.", "Name one with `--sheet`."),
    "no_such_sheet": Kind("A file has no sheet of a name.", "Take one of the names in the message."),
    "no_rate_in_table": Kind(
        "A bank's table has no interest, and none follows from what it has.",
        "Add the column of interest, or of payments beside what is owed.",
    ),
    "ambiguous_dates": Kind(
        "Dates of a table are texts that may be read with the day or the month first.",
        "Say which: `--dates day-first` or `--dates month-first`.",
    ),
    "table_in_other_currency": Kind(
        "A bank's table is in another currency than the loan.", "Name the loan to which it belongs, or another file."
    ),
    "unreadable_table": Kind(
        "The file of a bank's table is damaged, locked, or of another kind.",
        "Open it in a spreadsheet, and save the table as .xlsx, .ods or .csv.",
    ),
    "table_too_large": Kind(
        "A file is far larger than a schedule of a loan.",
        "Save the lines of the schedule alone in a file of their own.",
    ),
    "nothing_agrees": Kind(
        "The loan cannot be written as the bank counts it: no convention that fibercap knows reproduces its table.",
        "Leave out `--out`; the message of the comparison says where the two differ.",
    ),
}
