"""Every kind of error outside a scenario's text: its code, what it means, what to do; see `problem_codes.py`."""

from __future__ import annotations

from typing import Final

from fibercap.core.problems.bank_problem_codes import BANK
from fibercap.core.problems.kind_of_problem import Kind
from fibercap.core.problems.problem_codes import KINDS

QUESTIONS: Final = {
    "no_such_name": Kind(
        "A row, measure, option, chart, loan, case, input or sample is asked for that is not there.",
        "Take the name that is proposed; `fibercap rows SCENARIO` lists rows and measures.",
    ),
    "several_meant": Kind("A word fits several rows or measures.", "Write out the one that is meant."),
    "no_such_time": Kind(
        "A row, table or loan has nothing at the time that is asked for.",
        "Take one of the times that the message names.",
    ),
    "no_panel": Kind(
        "A chart has no form in one panel: its rows have several units, or there are none.", "Name one row."
    ),
    "with_or_without_period": Kind(
        "A row is asked for without a period, or a measure or an input with one.",
        "Name a period of the row, or leave it out.",
    ),
    "nothing_uncertain": Kind(
        "The plan that is to be simulated declares no uncertain input.", "Write a block `uncertain`."
    ),
    "no_options": Kind("Options are to be compared, and there are none.", "Write some under `options:`."),
    "not_together": Kind("Two things are asked for that do not go together.", "Leave one of them out."),
    "finer_than_step": Kind(
        "Tables are asked for by shorter periods than the model's.", "Ask for longer ones, or shorten `horizon.step`."
    ),
    "not_alike": Kind(
        "Plans that are to be compared differ in years or currency, or have the same name.",
        "Leave one of them out, or write them alike.",
    ),
    "not_movable": Kind("The input that is to be moved is not a number.", "Name a quantity, share, ramp or delay."),
    "not_sizable": Kind(
        "The loan that is to be sized is not a new one with a schedule, or no size of it keeps the limits.",
        "Name another loan, or other limits.",
    ),
    "no_range": Kind("It is not clear between which values to look.", "Say the lower end, then the upper one."),
    "unfit_draws": Kind(
        "Samples are missing, differ in number, or are given where one run is due.",
        "Give each input the same number of samples.",
    ),
    "no_program": Kind(
        "A plan has no program: a formula depends on itself, or a result differs from that of a projection.",
        'Write `by="rows"`, which projects every sample.',
    ),
    "too_many_values": Kind("A plan is too large for a report.", "Export a workbook or tables, or take a longer step."),
    "steps_alone": Kind(
        "A loan without a plan has terms in steps of a ratio.", "Give it in a scenario with plants, or write a series."
    ),
    "reserve_alone": Kind(
        "A loan without a plan has a reserve, and no company is there to set cash aside.",
        "Give it in a scenario with plants, or remove `reserve`.",
    ),
    "needs_company": Kind("A loan alone depends on a company's cash.", "Give it in a scenario with plants."),
}
SEARCHES: Final = {
    "worker_lost": Kind(
        "A process that works out samples ended before it was done.",
        "Run it again; with `--keep DIR`, what is done is kept.",
    ),
    "no_cluster": Kind(
        "No Dask scheduler answers at the address, or it has no workers.", "Start one, or use `--jobs`."
    ),
    "never_settles": Kind(
        "Two things depend on each other, and trying them in turn does not end.",
        "Cut the dependence, as the message says.",
    ),
    "circular_plan": Kind(
        "Cash of a period depends on itself, so that no order of computation exists.",
        "Write an amount in place of one that cash decides.",
    ),
}
FILES: Final = {
    "no_browser": Kind(
        "A PDF is asked for, and no browser is installed that prints it.",
        "Install Chromium, Chrome or Edge, or write a `.html` and print it from any browser.",
    ),
    "no_pdf": Kind("The browser that is to print a report fails.", "Write a `.html` and print it from any browser."),
    "file_exists": Kind("A file that would be written exists.", "Add `--force` to replace it, or name another."),
    "cannot_write": Kind(
        "The system does not let the file be written, or its place is a folder, a link or a device.",
        "Name another place, or look at its permissions and room.",
    ),
    "unknown_suffix": Kind("No file with this suffix can be written.", "Take one of those that the message names."),
    "wrong_stream": Kind(
        "Standard input or output is closed, or a terminal cannot show what is asked for.", "Name a file."
    ),
    "extra_missing": Kind("An optional library is needed that is not installed.", "Install it as the message says."),
    "not_a_workbook": Kind(
        "The file is not a workbook that fibercap exported, or is damaged.",
        "Name one that `fibercap export` wrote, saved as .xlsx.",
    ),
}
FORMULAS: Final = {
    "not_a_formula": Kind(
        "A text does not follow the language of formulas, or calls a function that it does not have.",
        "Write it as other rows do.",
    ),
    "units_clash": Kind(
        "A formula adds or compares unlike units, or yields another unit than its row has.",
        "Multiply or divide by what is missing, or change the row's unit.",
    ),
    "not_of_one_column": Kind(
        "A term of whole rows stands where one column is worked out.", "Give such a term a row of its own."
    ),
    "rests_on_itself": Kind("A row depends on itself within one column.", "Let it read the column before."),
    "broken_law": Kind(
        "A law of the books does not hold, such as that a balance balances: a fault of fibercap, not of the plan.",
        "Report it, with the scenario.",
    ),
}
REQUEST_GROUPS: Final = {
    "What is asked for": QUESTIONS,
    "What does not come to an end": SEARCHES,
    "Files written and read back": FILES,
    "Schedules of banks": BANK,
    "Formulas and laws": FORMULAS,
}
REQUEST_KINDS: Final = {code: kind for group in REQUEST_GROUPS.values() for code, kind in group.items()}
EVERY_KIND: Final = {**KINDS, **REQUEST_KINDS}
"""Every code, of problems of a scenario too."""
